"""The two jobs of the sweep that fill: what is due into the outbox, the outbox into e-mails. Each is one transaction;
running one twice, or in two places at once, changes nothing more."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.dialects import postgresql, sqlite

from caseapp.deadlines.catalogue import RULES
from caseapp.deadlines.queries import current_policy
from caseapp.kernel import clock
from caseapp.kernel.db import UTCDateTime, db, is_postgresql, short_write
from caseapp.notifications.catalogue import CLEARED_AT_ONCE, KEPT_FOR
from caseapp.notifications.domain import windows
from caseapp.notifications.models import Digest, DigestRound, Reminder
from caseapp.notifications.queries import to_tell, wanting_digest
from caseapp.notifications.queries.digests import OPEN, is_over, not_in_a_mail

from .mailing import Settings
from .sending import send_waiting

_OUTBOX: Any = Reminder.__table__
KEYS = tuple(dict.fromkeys(rule.key for rule in RULES if rule.runs == "clock"))


@dataclass(frozen=True)
class Told:
    """What one round did: rows put into the outbox, e-mails made, sent and not sent."""

    put: int
    made: int
    sent: int
    failed: int


def tell(*, batch: int | None = None) -> Told:
    """One round: what is due, the day's e-mails when their hour has come, and what waits to be sent where a mail server
    is set (at most `batch`)."""
    put = put_in_outbox()
    made = make_digests()
    settings = Settings.of(current_app.config)
    sent, failed = send_waiting(settings, batch) if settings is not None else (0, 0)
    return Told(put, made, sent, failed)


def put_in_outbox() -> int:
    """Put into the outbox what the warning points of the rules say now, and who hears that something is late; gives how
    many rows were missing there. One statement finds them; a row that is there already stays as it is."""
    policy, now = current_policy(), clock.now()
    db.session.rollback()
    # Found by the connection that only reads: nobody who writes waits for it.
    with db.engines["read"].connect() as connection:
        found = connection.execute(to_tell(windows(policy, KEYS, now), now)).all()
    if not found:
        return 0
    insert = postgresql.insert if is_postgresql() else sqlite.insert
    rows = [{**row._mapping, "made_at": now, "state": "waiting"} for row in found]
    # Where two rounds run at once, the second waits for the first at the unique key, and finds the row.
    with short_write() as connection:
        connection.execute(insert(_OUTBOX).on_conflict_do_nothing(), rows)
    return len(rows)


def make_digests() -> int:
    """On a working day, from the hour that is set on: make the e-mail of everybody who has something to be told and
    wants it; gives how many. Once a day, in one transaction."""
    local = clock.to_london(clock.now())
    if local.hour < current_app.config["DIGEST_HOUR"] or not current_policy().statutory.is_working(local.date()):
        db.session.rollback()
        return 0
    db.session.rollback()
    with short_write() as connection:
        return _make(connection, local.date())


def _make(connection: sa.Connection, today: date) -> int:
    now = clock.now()
    insert: Any = postgresql.insert if is_postgresql() else sqlite.insert
    if not _add(connection, insert(DigestRound).values(on_day=today, made_at=now)):
        return 0
    over = sa.update(Reminder).where(Reminder.state.in_(OPEN), is_over())
    connection.execute(over.values(state="over").execution_options(synchronize_session=False))
    # What did not go by now goes into today's.
    free = sa.or_(Digest.claimed_until.is_(None), Digest.claimed_until < now)
    earlier = sa.update(Digest).where(Digest.on_day < today, Digest.state == "waiting", free)
    connection.execute(earlier.values(state="replaced"))
    wanting = wanting_digest(today).subquery()
    new = sa.select(
        wanting.c.user_id,
        sa.literal(today, sa.Date()),
        sa.literal("waiting"),
        sa.literal(0),
        sa.literal(now, UTCDateTime()),
        sa.literal(now, UTCDateTime()),
    ).where(sa.true())
    columns = ["user_id", "on_day", "state", "tries", "next_try_at", "made_at"]
    made = _add(connection, insert(Digest).from_select(columns, new))
    todays = sa.select(Digest.id).where(Digest.user_id == Reminder.user_id, Digest.on_day == today)
    taken = sa.update(Reminder).where(not_in_a_mail(), todays.exists())
    connection.execute(taken.values(state="waiting", digest_id=todays.scalar_subquery()))
    return made


def _add(connection: sa.Connection, rows: Any) -> int:
    """Add what is not there yet; gives how many that were."""
    return connection.execute(rows.on_conflict_do_nothing(), execution_options={"preserve_rowcount": True}).rowcount


def clear_outbox() -> int:
    """Delete what was due so long ago (KEPT_FOR) that no warning point and no lateness of it is told any more: it could
    not be told a second time. The e-mails of such days go with the last thing in them. Gives how many things.

    Looks at the oldest rows only, some thousands each time (CLEARED_AT_ONCE): they come in the order of their days.
    """
    before = clock.now() - KEPT_FOR
    oldest = sa.select(Reminder.id).order_by(Reminder.id).limit(CLEARED_AT_ONCE)
    mails = sa.select(Digest.id).order_by(Digest.id).limit(CLEARED_AT_ONCE)
    done = sa.delete(Reminder).where(Reminder.id.in_(oldest), Reminder.due_at < before)
    # A mail that somebody is sending now is theirs to settle.
    empty = sa.delete(Digest).where(
        Digest.id.in_(mails),
        Digest.made_at < before,
        Digest.state != "sending",
        ~sa.exists().where(Reminder.digest_id == Digest.id),
    )
    db.session.rollback()
    with short_write() as connection:
        cleared = connection.execute(done).rowcount
        connection.execute(empty)
    return cleared
