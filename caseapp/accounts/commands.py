"""Making agencies, teams, people and sign-ins; opening and ending sessions."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
import structlog
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from caseapp.access.commands import give_reach
from caseapp.access.domain import L1, Actor
from caseapp.kernel import clock
from caseapp.kernel.db import db, is_postgresql, short_write
from caseapp.kernel.errors import Invalid, OutOfOrder, Refused, TooMany
from caseapp.kernel.events import record
from caseapp.kernel.subjects import new_subject

from . import queries
from .catalogue import COMMON_PASSWORDS
from .domain import (
    ABSOLUTE,
    ACCOUNT,
    DISABLED,
    FORGOTTEN_AFTER,
    PARKED_FOR,
    PARKED_PER_USER,
    PASSWORD_CHANGED,
    SIGNED_OUT_ELSEWHERE,
    Limit,
    failures_remembered,
    normal_email,
    password_problem,
    prepare_password,
    seconds_to_wait,
    throttle_keys,
    token_digest,
)
from .models import (
    Agency,
    ParkedForm,
    PostcodeSector,
    Professional,
    Team,
    TeamMembership,
    Throttle,
    User,
    UserSession,
)

log = structlog.get_logger()

# 29 ms a check on the reference machine; the library's defaults cost 219 ms.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Checked for an unknown or a disabled account, so that the answer takes as long as for a wrong password.
NOBODYS_HASH = HASHER.hash(secrets.token_hex(16))

WRONG = "The e-mail address or the password is not right"


def add_agency(*, key: str, name: str, kind: str, source_code: str, phone: str) -> int:
    """Add an agency; gives its number. `source_code` is the census referral source (1A-10)."""
    row = Agency(key=key, name=name, kind=kind, source_code=source_code, phone=phone)
    db.session.add(row)
    db.session.flush()
    return row.id


def add_team(
    *, key: str, name: str, kind: str, agency_id: int, locality: str | None, may_hold_cases: bool, phone: str
) -> int:
    """Add a team; gives its number."""
    row = Team(
        key=key,
        name=name,
        kind=kind,
        agency_id=agency_id,
        locality=locality,
        may_hold_cases=may_hold_cases,
        phone=phone,
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def add_professional(
    *,
    agency_id: int,
    team_id: int | None,
    name: str,
    title: str,
    phone: str,
    qualified: bool,
    registration_number: str | None = None,
) -> int:
    """Add a named person working for an agency; gives their number.

    A social-work qualified one comes with their registration number.
    """
    row = Professional(
        agency_id=agency_id,
        team_id=team_id,
        name=name,
        title=title,
        phone=phone,
        qualified=qualified,
        registration_body="Social Work England" if registration_number else None,
        registration_number=registration_number,
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def add_user(actor: Actor | None, *, professional_id: int, email: str, password: str) -> int:
    """Give a professional a sign-in; gives the user's number (a Subject). Every administrator can see it from then on.

    Raises Invalid if the e-mail address signs in already.
    """
    address = normal_email(email)
    if queries.find_user(address) is not None:
        raise Invalid({"email": f"{address} signs in already"})
    subject = new_subject("user")
    db.session.add(
        User(
            id=subject.id,
            professional_id=professional_id,
            email=address,
            password_hash=HASHER.hash(prepare_password(password)),
            created_at=clock.now(),
            disabled_at=None,
        )
    )
    db.session.flush()
    for admin_id in queries.list_admins():
        _let_administer(admin_id, subject.id)
    record(actor, "user.created", subjects=[subject.id])
    return subject.id


def _let_administer(admin_id: int, user_id: int) -> None:
    give_reach(f"user:{admin_id}", subject_id=user_id, kind="user", level=L1, why="administers")


def add_membership(*, user_id: int, team_id: int, role: str, from_on: date) -> None:
    """Put a user into a team in a role from a day on. An administrator can see every sign-in from then on."""
    db.session.add(TeamMembership(user_id=user_id, team_id=team_id, role=role, from_on=from_on, until_on=None))
    db.session.flush()
    if role == "admin":
        for other_id in queries.list_user_ids():
            _let_administer(user_id, other_id)


def add_postcode_sectors(rows: list[tuple[str, str, str]]) -> None:
    """Add (sector, ward, locality) rows."""
    db.session.add_all(PostcodeSector(sector=sector, ward=ward, locality=locality) for sector, ward, locality in rows)
    db.session.flush()


# ---------------------------------------------------------------- slowing a guesser


def count_try(limits: Mapping[str, Limit]) -> None:
    """Count one try under each key before it is made, so that a hundred at once are not let in together.

    A short transaction in which each key's row is locked. Raises TooMany, counting nothing, while any key has to wait.
    """
    now = clock.now()
    insert = postgresql.insert if is_postgresql() else sqlite.insert
    with short_write() as connection:
        for key in sorted(limits):
            fresh = insert(Throttle).values(key=key, failures=0, last_at=now)
            connection.execute(fresh.on_conflict_do_nothing())
        query = sa.select(Throttle.key, Throttle.failures, Throttle.last_at).where(Throttle.key.in_(limits))
        rows = connection.execute(query.order_by(Throttle.key).with_for_update()).all()
        wait = max(seconds_to_wait(limits[row.key], row.failures, row.last_at, now) for row in rows)
        if wait:
            raise TooMany(wait)
        for row in rows:
            count = failures_remembered(limits[row.key], row.failures, row.last_at, now) + 1
            change = sa.update(Throttle).where(Throttle.key == row.key)
            connection.execute(change.values(failures=count, last_at=now))


def forgive_try(limits: Mapping[str, Limit]) -> None:
    """Take a try back that turned out right: an account's count starts afresh, an address only gets this one back."""
    with short_write() as connection:
        for key in sorted(limits):
            if key.startswith("address:"):
                change = sa.update(Throttle).where(Throttle.key == key, Throttle.failures > 0)
                connection.execute(change.values(failures=Throttle.failures - 1))
            else:
                connection.execute(sa.delete(Throttle).where(Throttle.key == key))


def _matches(password_hash: str, password: str) -> bool:
    """Check a password against a hash; the one place that does, as each check costs the same time."""
    try:
        return HASHER.verify(password_hash, prepare_password(password))
    except (Argon2Error, InvalidHashError):
        return False


# ---------------------------------------------------------------- signing in and out


@dataclass(frozen=True)
class SignedIn:
    """Who has just signed in, and the secret for the cookie."""

    user_id: int
    token: str


def sign_in(*, email: str, password: str, address: str, browser: str = "") -> SignedIn:
    """Check an e-mail address with its password and open a session.

    `address` is where the request came from; `browser` names a browser in which this account signed in before, or is
    empty. Raises TooMany while guessing is slowed, Invalid with the same words, after the same work, for an unknown
    account, a disabled one and a wrong password.
    """
    limits = throttle_keys(email, address, browser)
    count_try(limits)
    found = queries.find_credentials(email=email)
    known = found is not None and not found.disabled
    right = _matches(found.password_hash if found is not None and known else NOBODYS_HASH, password)
    if found is None or not known or not right:
        raise Invalid({"email": WRONG})
    forgive_try(limits)
    done = SignedIn(found.user_id, open_session(found.user_id))
    if HASHER.check_needs_rehash(found.password_hash):
        change = sa.update(User).where(User.id == found.user_id, User.password_hash == found.password_hash)
        db.session.execute(change.values(password_hash=HASHER.hash(prepare_password(password))))
    record(done, "user.signed_in", subjects=[found.user_id])
    return done


def _new_session(user_id: int) -> tuple[str, sa.Insert]:
    token, now = secrets.token_urlsafe(32), clock.now()
    row = sa.insert(UserSession).values(
        token_hash=token_digest(token), user_id=user_id, created_at=now, last_seen_at=now, ended_at=None, ended_why=None
    )
    return token, row


def open_session(user_id: int) -> str:
    """Open a session for a user in a short transaction of its own.

    Gives the token for the cookie; the database keeps its digest.
    """
    token, row = _new_session(user_id)
    with short_write() as connection:
        connection.execute(row)
    return token


def touch_session(session_id: int) -> None:
    """Note that a session was used just now."""
    with short_write() as connection:
        connection.execute(sa.update(UserSession).where(UserSession.id == session_id).values(last_seen_at=clock.now()))


def _end_sessions(why: str, *conditions: sa.ColumnElement[bool]) -> int:
    running = sa.update(UserSession).where(UserSession.ended_at.is_(None), *conditions)
    ended = db.session.scalars(running.values(ended_at=clock.now(), ended_why=why).returning(UserSession.id))
    return len(ended.all())


def end_session(actor: Actor, session_id: int, *, why: str) -> None:
    """End one of the actor's own sessions: whoever holds a copy of its cookie holds nothing."""
    if _end_sessions(why, UserSession.id == session_id, UserSession.user_id == actor.user_id):
        record(actor, "user.signed_out", subjects=[actor.user_id])


def end_other_sessions(actor: Actor, session_id: int) -> int:
    """End all sessions of the actor but this one; gives how many there were."""
    ended = _end_sessions(SIGNED_OUT_ELSEWHERE, UserSession.user_id == actor.user_id, UserSession.id != session_id)
    record(actor, "user.signed_out_elsewhere", subjects=[actor.user_id])
    return ended


def change_password(actor: Actor, *, current: str, new: str) -> str:
    """Change the actor's own password, end every session of theirs and open a new one; gives its token for the cookie.

    The session at hand ends too, because a copy of its cookie may be what the change is for. Raises Invalid at
    `current_password` or `new_password`, TooMany when the current one is guessed.
    """
    limits = {f"change:{actor.user_id}": ACCOUNT}
    problem = password_problem(new, email=actor.email, common=COMMON_PASSWORDS)
    count_try(limits)
    found = queries.find_credentials(user_id=actor.user_id)
    if found is None or not _matches(found.password_hash, current):
        raise Invalid({"current_password": "This is not your password now"})
    forgive_try(limits)
    if problem is None and prepare_password(new) == prepare_password(current):
        problem = "The new password must differ from the one you have"
    if problem is not None:
        raise Invalid({"new_password": problem})
    change = sa.update(User).where(User.id == actor.user_id)
    db.session.execute(change.values(password_hash=HASHER.hash(prepare_password(new))))
    _end_sessions(PASSWORD_CHANGED, UserSession.user_id == actor.user_id)
    token, row = _new_session(actor.user_id)
    db.session.execute(row)
    record(actor, "user.password_changed", subjects=[actor.user_id])
    return token


# ---------------------------------------------------------------- what was parked when a session had ended


def park_form(*, user_id: int, path: str, fields: list[list[str]]) -> str:
    """Keep a form that was sent after its writer's session had ended, in a short transaction of its own.

    `path` is where it was sent to, `fields` its names and values as posted. Gives the token without which nobody,
    not even the same user in another browser, is shown it. The oldest make room beyond 20 of one user.
    """
    token = secrets.token_urlsafe(16)
    newest = sa.select(ParkedForm.id).where(ParkedForm.user_id == user_id).order_by(ParkedForm.id.desc())
    with short_write() as connection:
        connection.execute(
            sa.insert(ParkedForm).values(
                token_hash=token_digest(token), user_id=user_id, path=path, fields=fields, created_at=clock.now()
            )
        )
        keep = connection.execute(newest.limit(PARKED_PER_USER)).scalars().all()
        connection.execute(sa.delete(ParkedForm).where(ParkedForm.user_id == user_id, ParkedForm.id.not_in(keep)))
    return token


def throw_away(actor: Actor, *, parked_id: int, tokens: Collection[str]) -> None:
    """Delete one parked form of the actor's, seen in the browser that holds these tokens; another one stays."""
    db.session.execute(_parked(actor.user_id, tokens).where(ParkedForm.id == parked_id))


def _parked(user_id: int, tokens: Collection[str]) -> sa.Delete:
    digests = [token_digest(token) for token in tokens]
    return sa.delete(ParkedForm).where(ParkedForm.user_id == user_id, ParkedForm.token_hash.in_(digests))


def forget_sent(user_id: int, *, tokens: Collection[str], path: str, fields: list[list[str]]) -> None:
    """Delete what was parked once the same words have been taken at the same path.

    Called after the answer stands: if it can't be done the copy waits to expire, which harms nobody.
    """
    try:
        sent = [
            row.id
            for row in queries.list_parked(user_id, tokens)
            if row.path == path and [list(pair) for pair in row.fields] == fields
        ]
        if sent:
            with short_write() as connection:
                connection.execute(_parked(user_id, tokens).where(ParkedForm.id.in_(sent)))
    except SQLAlchemyError as error:
        log.warning("parked form kept", kind=type(error).__name__)


# ---------------------------------------------------------------- administering


def disable_user(actor: Actor, user_id: int) -> None:
    """Switch a sign-in off and end all its sessions at once. Raises Refused for one's own, OutOfOrder if it is off."""
    if user_id == actor.user_id:
        raise Refused("You cannot switch off your own sign-in. Ask another administrator.")
    if _lock_users(actor, user_id):
        raise OutOfOrder("This sign-in is switched off already.")
    now = clock.now()
    db.session.execute(sa.update(User).where(User.id == user_id).values(disabled_at=now))
    _end_sessions(DISABLED, UserSession.user_id == user_id)
    record(actor, "user.disabled", subjects=[user_id])


def enable_user(actor: Actor, user_id: int) -> None:
    """Switch a sign-in on again; its old sessions stay ended. Raises OutOfOrder if it is on."""
    if not _lock_users(actor, user_id):
        raise OutOfOrder("This sign-in is switched on already.")
    db.session.execute(sa.update(User).where(User.id == user_id).values(disabled_at=None))
    record(actor, "user.enabled", subjects=[user_id])


def _lock_users(actor: Actor, user_id: int) -> bool:
    """Lock both rows and tell whether the other one is disabled.

    Two administrators who disable each other at the same moment would leave none: the second is refused.
    """
    query = sa.select(User.id, User.disabled_at).where(User.id.in_([actor.user_id, user_id])).order_by(User.id)
    disabled = {row.id: row.disabled_at is not None for row in db.session.execute(query.with_for_update())}
    if disabled[actor.user_id]:
        raise Refused("Your own sign-in has just been switched off.")
    return disabled[user_id]


def clean_up() -> dict[str, int]:
    """Delete what has had its time, for the sweep: sessions that are over (each user's last one stays, for the list of
    sign-ins), forms parked for 12 hours, throttles that are forgotten. Gives how many rows of each."""
    now = clock.now()
    newer = sa.orm.aliased(UserSession)
    done_with = {
        # As long as words of a session may be parked, one must be able to tell whose it was.
        "sessions": sa.delete(UserSession).where(
            UserSession.created_at < now - ABSOLUTE - PARKED_FOR,
            sa.exists().where(newer.user_id == UserSession.user_id, newer.id > UserSession.id),
        ),
        "parked_forms": sa.delete(ParkedForm).where(ParkedForm.created_at <= now - PARKED_FOR),
        "throttles": sa.delete(Throttle).where(Throttle.last_at <= now - FORGOTTEN_AFTER - timedelta(minutes=1)),
    }
    with short_write() as connection:
        return {name: connection.execute(statement).rowcount for name, statement in done_with.items()}
