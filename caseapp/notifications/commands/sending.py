"""Sending the e-mails that wait: claim one, hand it over, write down how it went; each step in a short transaction of
its own.

Nobody is told twice: before the text goes to the mail server the row says `sending`, and whoever finds it so after the
claim has run out knows that its sender was killed and that the mail may have gone. It becomes `unknown` and is not sent
again by itself: the reminders stand on the person's page all the same, and an administrator can let it go once more,
under the same Message-ID. Killed before that, it is sent by the next round.
"""

import secrets
import time
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
import structlog
from flask import current_app

from caseapp.access.domain import Actor
from caseapp.deadlines.domain import time_left
from caseapp.deadlines.queries import current_policy
from caseapp.kernel import clock
from caseapp.kernel.db import db, short_write
from caseapp.kernel.errors import NotFound, OutOfOrder
from caseapp.kernel.events import record
from caseapp.notifications.catalogue import BATCH, LEASE, PAGES
from caseapp.notifications.domain import Line, Mail, message_id, next_try, write_mail
from caseapp.notifications.models import Digest, Reminder
from caseapp.notifications.queries.digests import Letter, LetterRow, get_letter, next_waiting
from caseapp.notifications.queries.own import rule_of

from .mailing import Mailer, MailFailed, Settings

log = structlog.get_logger()

# No longer than this in one go, so that the sweep gets to its other work.
LONGEST = 30.0


def send_waiting(settings: Settings, batch: int | None = None) -> tuple[int, int]:
    """Send what waits and is due, at most `batch` (BATCH); gives how many went and how many did not. A mail server that
    can't be used ends the round, and all wait for the next try."""
    _give_up_lost()
    sent = failed = 0
    until = time.monotonic() + LONGEST
    with Mailer(settings) as mailer:
        while sent + failed < (batch or BATCH) and time.monotonic() < until:
            claimed = _claim()
            if claimed is None:
                break
            try:
                sent += _send(mailer, settings, *claimed)
            except MailFailed as error:
                failed += 1
                _keep_failure(*claimed, error)
                log.warning("mail.failed", digest=claimed[0], problem=error.problem)
                if error.server:
                    break
    return sent, failed


def _give_up_lost() -> None:
    """What was being sent when its sender was killed: nobody knows whether it went."""
    lost = sa.select(Digest.id).where(Digest.state == "sending", Digest.claimed_until < clock.now())
    with short_write() as connection:
        for number in connection.scalars(lost).all():
            _settle(connection, number, None, "unknown", problem="sender_killed")
            log.error("mail.unknown", digest=number)


def _claim() -> tuple[int, str] | None:
    """Take the next e-mail that waits, so that nobody else sends it meanwhile; gives its number and the claim."""
    now, claim = clock.now(), secrets.token_hex(16)
    with short_write() as connection:
        number = connection.scalar(next_waiting(now))
        if number is None:
            return None
        take = sa.update(Digest).where(Digest.id == number)
        connection.execute(take.values(claim=claim, claimed_until=now + LEASE, tries=Digest.tries + 1))
    return int(number), claim


def _send(mailer: Mailer, settings: Settings, number: int, claim: str) -> int:
    letter = get_letter(number)
    mail = compose(letter, settings.service_url) if letter is not None else None
    db.session.rollback()
    if letter is None or mail is None:
        with short_write() as connection:
            _settle(connection, number, claim, "empty")
        return 0
    own_id = message_id(letter.reference, letter.on_day, current_app.config["SECRET_KEY"], settings.name)
    mailer.send(mail, to=letter.email, number=own_id, before_text=lambda: _is_going(number, claim))
    with short_write() as connection:
        _settle(connection, number, claim, "sent")
    return 1


def _is_going(number: int, claim: str) -> bool:
    """Write down that the text goes now. False where the claim has run out and another sender has it."""
    mine = sa.update(Digest).where(
        Digest.id == number, Digest.claim == claim, Digest.state == "waiting", Digest.claimed_until > clock.now()
    )
    with short_write() as connection:
        return bool(connection.execute(mine.values(state="sending")).rowcount)


# What becomes of the reminders of an e-mail that ended so.
_OF_REMINDERS = {"sent": "sent", "failed": "failed", "unknown": "unknown", "empty": "waiting"}


def _settle(
    connection: sa.Connection, number: int, claim: str | None, state: str, *, problem: str | None = None
) -> None:
    """Write down how an e-mail ended; nothing where somebody else has it by now."""
    mine = sa.update(Digest).where(Digest.id == number, Digest.claim == claim if claim else Digest.state == "sending")
    ended = mine.values(
        state=state,
        claim=None,
        claimed_until=None,
        problem=problem,
        sent_at=clock.now() if state == "sent" else None,
    )
    if connection.execute(ended).rowcount:
        theirs = sa.update(Reminder).where(Reminder.digest_id == number, Reminder.state == "waiting")
        connection.execute(theirs.values(state=_OF_REMINDERS[state]))


def _keep_failure(number: int, claim: str, error: MailFailed) -> None:
    with short_write() as connection:
        if error.permanent or error.unknown:
            _settle(connection, number, claim, "failed" if error.permanent else "unknown", problem=error.problem)
            return
        tries = connection.scalar(sa.select(Digest.tries).where(Digest.id == number)) or 1
        again = {"next_try_at": next_try(clock.now(), tries), "problem": error.problem}
        mine = sa.update(Digest).where(Digest.id == number, Digest.claim == claim)
        connection.execute(mine.values(state="waiting", claim=None, claimed_until=None, **again))
        if error.server:
            # Nothing would go: the others wait as long, and none is tried in vain.
            others = sa.update(Digest).where(Digest.state == "waiting", Digest.next_try_at < again["next_try_at"])
            connection.execute(others.where(Digest.claim.is_(None)).values(next_try_at=again["next_try_at"]))


def compose(letter: Letter, service_url: str) -> Mail | None:
    """The text of an e-mail, as things stand now; None where nothing is left to say."""
    if not letter.rows:
        return None
    policy, address = current_policy(), _addresses(service_url)
    now = clock.now()
    lines = [_line(row, policy, now, address) for row in letter.rows]
    return write_mail(
        lines,
        on=letter.on_day,
        page_url=address("notifications.index"),
        settings_url=address("notifications.settings"),
        place=current_app.config["COUNCIL_NAME"],
    )


def _line(row: LetterRow, policy: Any, now: Any, address: Any) -> Line:
    rule = rule_of(row.rule)
    left = time_left(row.due_at, now, rule.unit, policy.calendar_of(rule))
    today = clock.to_london(now).date()
    due_on = row.due_on or clock.to_london(row.due_at).date()
    state = "late" if left.state == "late" else "today" if due_on == today else "coming"
    page = PAGES.get(row.subject_kind) if row.reached else None
    url = address(page, reference=row.reference) if page else ""
    return Line(row.reference, rule.words, left.plain, state, rule.basis == "statutory", url)


def _addresses(service_url: str) -> Any:
    """What makes whole addresses of pages outside a request."""
    where = urlsplit(service_url)
    adapter = current_app.url_map.bind(where.netloc, script_name=where.path or "/", url_scheme=where.scheme)
    return lambda endpoint, **values: adapter.build(endpoint, values, force_external=True)


def let_go_again(actor: Actor, *, digest_id: int) -> None:
    """An administrator lets an e-mail be sent once more of which nobody knows whether it went, or whose address was
    refused. It goes under the same Message-ID. Raises NotFound, OutOfOrder for any other."""
    row = db.session.execute(sa.select(Digest).where(Digest.id == digest_id).with_for_update()).scalar_one_or_none()
    if row is None:
        raise NotFound
    if row.state not in ("unknown", "failed"):
        raise OutOfOrder("This e-mail has gone, or waits to go. Open the page again.")
    row.state, row.next_try_at, row.problem = "waiting", clock.now(), None
    db.session.execute(
        sa.update(Reminder)
        .where(Reminder.digest_id == digest_id, Reminder.state.in_(("unknown", "failed")))
        .values(state="waiting")
    )
    record(actor, "digest.sent_again", subjects=[row.user_id], digest=digest_id)
