"""How long a sign-in lasts, how guessing is slowed, which passwords will do, where a sign-in may lead; who counts as
qualified, the parts of a duty day. Pure."""

import hashlib
import ipaddress
import math
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from urllib.parse import unquote, urlsplit

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
# Between the password and the second step, or the making of one.
HALF_LASTS = timedelta(minutes=10)
# An invitation or a reset waits this long for whoever it is for.
LINK_LASTS = timedelta(days=7)
# A secret for an authenticator app is shown, and may be confirmed, this long after the password was given.
PENDING_LASTS = timedelta(minutes=15)
# What a security key has to sign is good for one answer within this time.
CHALLENGE_LASTS = timedelta(minutes=5)
RECOVERY_CODES = 10
MOST_KEYS = 10
# last_seen_at is written at most this often: a read should not cost a write each time.
TOUCH_EVERY = timedelta(minutes=1)
# Words parked when a session had ended wait this long for their writer.
PARKED_FOR = timedelta(hours=12)
# What somebody was writing in a form and has not sent waits this long: over a weekend and a day of leave.
UNSENT_FOR = timedelta(days=7)
UNSENT = "unsent:"
# A browser keeps the keys of this many parked forms; more tabs than these are not open with words in them.
PARKED_PER_BROWSER = 5
PARKED_PER_USER = 20

# Why a session ended, as `user_session.ended_why` keeps it; idle and absolute are worked out, never written.
SIGNED_OUT, PASSWORD_CHANGED, SIGNED_OUT_ELSEWHERE, DISABLED, REPLACED, SUSPENDED = (
    "signed_out",
    "password",
    "elsewhere",
    "disabled",
    "replaced",
    "suspended",
)


# Where a sign-in stands that is neither whole nor over: what it may reach is decided by the gate.
SECOND_STEP, SET_UP, LOCKED = "second", "set_up", "locked"


@dataclass(frozen=True)
class SessionState:
    """Whether a sign-in holds, and if not, why it is over or at which stage it stands."""

    live: bool
    why: str = ""
    stage: str = ""


def session_state(
    now: datetime,
    *,
    created_at: datetime,
    last_seen_at: datetime,
    ended_at: datetime | None,
    disabled_at: datetime | None,
    ended_why: str | None = None,
    awaiting: str | None = None,
    locked_at: datetime | None = None,
    second_factor_at: datetime | None = None,
    idle: timedelta = IDLE,
) -> SessionState:
    """Ended by sign-out, password change or disabling; over after 12 hours; owing its second step for at most 10
    minutes; locked by hand or after 30 idle minutes (practice 21)."""
    if ended_at is not None:
        return SessionState(False, ended_why or "ended")
    if disabled_at is not None:
        return SessionState(False, DISABLED)
    if now - created_at >= ABSOLUTE or (second_factor_at is not None and now - second_factor_at >= ABSOLUTE):
        return SessionState(False, "absolute")
    if awaiting:
        return SessionState(False, "half") if now - created_at >= HALF_LASTS else SessionState(False, stage=awaiting)
    if locked_at is not None or now - last_seen_at >= idle:
        return SessionState(False, stage=LOCKED)
    return SessionState(True)


def token_digest(token: str) -> str:
    """What the database keeps of a secret token: whoever reads the database can't sign in with it."""
    return hashlib.sha256(token.encode()).hexdigest()


def normal_email(email: str) -> str:
    """An e-mail address as accounts are found by it: no spaces around it, capitals don't matter."""
    return email.strip().casefold()


_ROLES = {"ig": "information governance", "head": "head of service", "admin": "administrator"}


def code_typed(text: str) -> str:
    """A code as it is compared: without the spaces and hyphens people put in, capitals don't matter."""
    return "".join(text.split()).replace("-", "").casefold()


def recovery_digest(user_id: int, code: str) -> str:
    """What the database keeps of a recovery code; the same letters of two people differ in it."""
    return token_digest(f"recovery:{user_id}:{code_typed(code)}")


def place_words(team_name: str, role: str) -> str:
    """A place in a team in words: 'North locality, manager'."""
    return f"{team_name}, {_ROLES.get(role, role.replace('_', ' '))}"


# ---------------------------------------------------------------- slowing a guesser


@dataclass(frozen=True)
class Limit:
    """How many failures are free, and how soon one is forgotten (None: all at once, after a quiet quarter hour)."""

    free: int
    forgets_one_in: timedelta | None = None


LONGEST_WAIT = 60
FORGOTTEN_AFTER = timedelta(minutes=15)
ACCOUNT = Limit(free=5)
# A whole council may stand behind one address: its slips are forgotten one by one, so they never add up over a morning.
ADDRESS = Limit(free=30, forgets_one_in=timedelta(seconds=10))


def failures_remembered(limit: Limit, failures: int, last_at: datetime, now: datetime) -> int:
    """How many of the failures counted up to `last_at` still count now."""
    quiet = now - last_at
    if quiet >= FORGOTTEN_AFTER:
        return 0
    forgotten = quiet // limit.forgets_one_in if limit.forgets_one_in else 0
    return max(0, failures - max(0, forgotten))


def seconds_to_wait(limit: Limit, failures: int, last_at: datetime, now: datetime) -> int:
    """Whole seconds until the next try is let in: none while failures are free, then 2, 4, 8 ... 60 after the last one.

    Never more than a minute, and nothing after a quiet quarter of an hour: a guesser is slowed, nobody is locked out
    for good.
    """
    count = failures_remembered(limit, failures, last_at, now)
    if count < limit.free:
        return 0
    pause = min(LONGEST_WAIT, 1 << min(count - limit.free + 1, 10))
    # Servers' clocks differ a little: a failure "in the future" has just happened.
    return math.ceil(max(0.0, pause - max(0.0, (now - last_at).total_seconds())))


def network_of(address: str) -> str:
    """The part of an address that one customer has: all of IPv4, 64 bits of IPv6; other text as it is."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def throttle_keys(email: str, address: str, browser: str) -> dict[str, Limit]:
    """Under which keys a try is counted, each with its limit.

    `browser` is the name of a browser in which this account signed in before, else empty. Such a browser has a count
    of its own, so that a guesser elsewhere, who keeps the account's count busy, can't keep its owner out.
    """
    account = token_digest(normal_email(email))
    if browser:
        return {f"browser:{token_digest(browser + account)}": ACCOUNT}
    return {f"account:{account}": ACCOUNT, f"address:{token_digest(network_of(address))}": ADDRESS}


def address_key(what: str, address: str) -> dict[str, Limit]:
    """Under which key tries at something else than a password are counted for an address."""
    return {f"address:{token_digest(what + network_of(address))}": ADDRESS}


# ---------------------------------------------------------------- passwords

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 200


def prepare_password(password: str) -> str:
    """The same password from every keyboard: one way to write each accented letter (NFKC, NIST SP 800-63B)."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace").decode("utf-8")


def password_problem(password: str, *, email: str, common: Collection[str]) -> str | None:
    """What is wrong with a new password, in words, or None.

    Length is what counts; refused are the e-mail address, few different characters, and a common word with figures or
    signs around it.
    """
    if len(password) < SHORTEST_PASSWORD:
        return f"The new password must have at least {SHORTEST_PASSWORD} characters. Three words you remember will do"
    if len(password) > LONGEST_PASSWORD:
        return f"The new password must have {LONGEST_PASSWORD} characters or fewer"
    folded = password.casefold()
    address = normal_email(email)
    if folded.strip() in (address, address.partition("@")[0]) or address in folded:
        return "The new password must not be your e-mail address"
    letters = "".join(ch for ch in folded if ch.isalpha() or not ch.isascii())
    if len(set(folded)) < 5 or folded in common or letters in common:
        return "This password is one of the first that anybody would try. Choose another"
    return None


# ---------------------------------------------------------------- where to go on

LONGEST_PATH = 300
_NOT_ON = (
    "/accounts/sign-in",
    "/accounts/sign-out",
    "/accounts/second-step",
    "/accounts/locked",
    "/accounts/lock",
    "/accounts/unlock",
    "/accounts/link",
)


def local_path(text: str | None) -> str | None:
    """The address when it is a path of this site, so that it is safe to be sent there after signing in; otherwise None.

    Refuses other hosts in every spelling (`//host`, `/\\host`, with a scheme, encoded, with control characters that
    browsers drop) and the pages of signing in and out themselves.
    """
    if not text or len(text) > LONGEST_PATH or not text.isprintable():
        return None
    plain = unquote(text)
    if any(not each.startswith("/") or each.startswith("//") or "\\" in each for each in (text, plain)):
        return None
    if not plain.isprintable() or urlsplit(text).netloc or urlsplit(text).scheme:
        return None
    return None if plain.startswith(_NOT_ON) else text


def unsent_key(user_id: int, path: str) -> str:
    """What a text is found by that somebody has not sent yet: the writer and the page, and no browser."""
    return UNSENT + token_digest(f"{user_id} {path}")[: 64 - len(UNSENT)]


def may_be_parked(path: str, names: Collection[str]) -> bool:
    """Whether a posted form is kept until its writer has signed in: fields, a path that fits, and no password."""
    return bool(names) and len(path) <= LONGEST_PATH and not any("password" in name for name in names)


# ---------------------------------------------------------------- who counts as social-work qualified (practice 18)

EXPIRES_SOON = timedelta(days=30)


@dataclass(frozen=True)
class Registration:
    """Somebody's professional registration as it stands in our records."""

    social_worker: bool
    number: str | None
    checked_on: date | None
    expires_on: date | None

    def problem(self, today: date) -> str:
        """Why this person does not count as social-work qualified today, as the end of a sentence; "" when they do.

        It takes a registration that somebody has checked and that has not run out; the last day still counts.
        """
        if not self.social_worker:
            return "not a social worker"
        if not self.number:
            return "no registration number is on record"
        if self.checked_on is None or self.expires_on is None:
            return "the registration has not been checked"
        if self.expires_on < today:
            return f"the registration ran out on {day_words(self.expires_on)}"
        return ""

    def words(self, today: date) -> str:
        """The state in words for a list: "holds until ...", "runs out in 12 days", "ran out on ..."."""
        if not self.social_worker and not self.number:
            return "none needed"
        problem = self.problem(today) if self.social_worker else ""
        if problem:
            said = problem.removeprefix("the registration ")
            return said[0].upper() + said[1:]
        if self.expires_on is None:
            return "Has not been checked"
        left = self.expires_on - today
        if left < timedelta():
            return f"Ran out on {day_words(self.expires_on)}"
        if left <= EXPIRES_SOON:
            days = {0: "today", 1: "tomorrow"}.get(left.days, f"in {left.days} days")
            return f"Runs out {days}, on {day_words(self.expires_on)}"
        return f"Holds until {day_words(self.expires_on)}"

    def needs_care(self, today: date) -> bool:
        """Whether somebody has to look at it: it does not hold, or it runs out within 30 days."""
        if not self.social_worker:
            return False
        return bool(self.problem(today)) or (self.expires_on is not None and self.expires_on - today <= EXPIRES_SOON)


def day_words(day: date) -> str:
    """A day in words: 3 November 2026."""
    return f"{day.day} {day:%B %Y}"


# ---------------------------------------------------------------- the duty rota

# The parts of a day on a team's rota: words, from, until; a part that ends before it begins ends the next day.
DAY_PARTS = {
    "morning": ("Morning", time(8, 30), time(13, 0)),
    "afternoon": ("Afternoon", time(13, 0), time(17, 30)),
    "night": ("Night", time(17, 30), time(8, 30)),
}


def parts_of(team_kind: str) -> tuple[str, ...]:
    """The parts of a day that a team of this kind has a duty person for."""
    return ("night",) if team_kind == "out_of_hours" else ("morning", "afternoon")


def part_hours(on_day: date, part: str, zone: tzinfo) -> tuple[datetime, datetime]:
    """From when until when a part of a day lasts, as instants."""
    _, begins, ends = DAY_PARTS[part]
    last = on_day if begins < ends else on_day + timedelta(days=1)
    return datetime.combine(on_day, begins, zone), datetime.combine(last, ends, zone)


# ---------------------------------------------------------------- what a leaver leaves

# What a leaver's open work asks of a team's managers. Words, one, many.
STAFF_TASKS = {
    "children": ("give their {amount} {things} to somebody", "child", "children"),
    "to_read": ("read {amount} {things} that they had not", "thing", "things"),
    "claims": ("{amount} {things} in the queue that they held went back to everybody", "contact", "contacts"),
    "proposals": ("decide {amount} {things} that they made", "proposal", "proposals"),
    "drafts": ("ask what stood in {amount} {things} that they never sent", "referral", "referrals"),
    "handovers": ("see to {amount} {things} that they proposed", "handover", "handovers"),
}


def staff_task_words(kind: str, amount: int) -> str:
    """What a leaver's open work asks of a manager: "give their 14 children to somebody"."""
    words, one, many = STAFF_TASKS[kind]
    return words.format(amount=amount, things=one if amount == 1 else many)
