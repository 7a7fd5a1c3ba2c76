"""The daily e-mails: who wants one, what stands in it, and how they went."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.accounts.models import Professional, TeamMembership, User
from caseapp.accounts.queries import in_force
from caseapp.deadlines.catalogue import RULES
from caseapp.deadlines.models import Clock
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.subjects import Subject
from caseapp.notifications.catalogue import DAILY, LATE_ONLY, WITHOUT_REACH
from caseapp.notifications.domain import LATE
from caseapp.notifications.models import Digest, Reminder, TellingChoice

from .readers import can_be_told, may_see

PAGE = 50
STATUTORY = tuple(sorted({rule.key for rule in RULES if rule.basis == "statutory"}))
# What has not gone by e-mail, and may.
OPEN = ("waiting", "failed")


def not_in_a_mail() -> sa.ColumnElement[bool]:
    """The condition that a reminder stands in no e-mail that may still go."""
    mail = orm.aliased(Digest)
    settled = sa.exists().where(mail.id == Reminder.digest_id, mail.state.in_(("replaced", "failed", "empty")))
    return sa.and_(Reminder.state.in_(OPEN), Reminder.read_at.is_(None), sa.or_(Reminder.digest_id.is_(None), settled))


def is_over() -> sa.ColumnElement[bool]:
    """The condition that what a reminder tells of is done since, or due on another day."""
    runs = orm.aliased(Clock)
    return ~sa.exists().where(runs.id == Reminder.clock_id, runs.stopped_at.is_(None), runs.due_at == Reminder.due_at)


def wanting_digest(today: date) -> Any:
    """The statement of the users who get an e-mail today: who sign in, have a place in a team, and have something to be
    told that is of the kind they chose."""
    mail = sa.func.coalesce(TellingChoice.mail, DAILY)
    late = Reminder.kind == LATE
    wanted = sa.or_(
        mail == DAILY,
        sa.and_(mail == LATE_ONLY, late),
        sa.and_(late, Reminder.rule.in_(STATUTORY)),
    )
    placed = sa.exists().where(TeamMembership.user_id == User.id, in_force(today))
    return (
        sa.select(Reminder.user_id)
        .join(User, User.id == Reminder.user_id)
        .outerjoin(TellingChoice, TellingChoice.user_id == User.id)
        .where(not_in_a_mail(), can_be_told(User), placed, wanted)
        .distinct()
    )


@dataclass(frozen=True)
class LetterRow:
    """One clock of an e-mail."""

    reference: str
    subject_kind: str
    reached: bool
    rule: str
    due_at: datetime
    due_on: date | None


@dataclass(frozen=True)
class Letter:
    """What an e-mail is made from: to whom, of which day, and what is still so."""

    digest_id: int
    email: str
    reference: str
    on_day: date
    rows: tuple[LetterRow, ...]


def get_letter(digest_id: int) -> Letter | None:
    """What stands in an e-mail now: each clock once that still runs and that its reader may see. None where the reader
    no longer signs in. Two statements."""
    own = orm.aliased(Subject)
    head = db.session.execute(
        sa.select(User.email, own.reference, Digest.on_day)
        .select_from(Digest)
        .join(User, User.id == Digest.user_id)
        .join(own, own.id == User.id)
        .where(Digest.id == digest_id, can_be_told(User))
    ).first()
    if head is None:
        return None
    today, now = sa.literal(clock.today(), sa.Date()), clock.now()
    rows = db.session.execute(
        sa.select(
            Clock.id,
            Subject.reference,
            Subject.kind,
            (Reminder.role != WITHOUT_REACH).label("reached"),
            Clock.rule,
            Clock.due_at,
            Clock.due_on,
        )
        .select_from(Reminder)
        .join(Subject, Subject.id == Reminder.subject_id)
        .join(Clock, Clock.id == Reminder.clock_id)
        .where(
            Reminder.digest_id == digest_id,
            ~is_over(),
            may_see(Reminder.user_id, Reminder.subject_id, Reminder.role, today=today, now=now),
        )
        .order_by(Clock.due_at, Clock.id)
    )
    found = {(row.id, row.reference): LetterRow(*row[1:]) for row in rows}
    return Letter(digest_id, head.email, head.reference, head.on_day, tuple(found.values()))


@dataclass(frozen=True)
class DigestRow:
    """An e-mail as the administrator's list shows it."""

    id: int
    name: str
    email: str
    on_day: date
    state: str
    tries: int
    next_try_at: datetime
    sent_at: datetime | None
    problem: str | None
    things: int


@dataclass(frozen=True)
class DigestPage:
    """A page of e-mails, the last first, and how many of all stand in which state."""

    rows: tuple[DigestRow, ...]
    more: bool
    states: dict[str, int]
    waiting: int


def _digests() -> Any:
    things = sa.select(sa.func.count()).where(Reminder.digest_id == Digest.id).scalar_subquery()
    return (
        sa.select(
            Digest.id,
            Professional.name,
            User.email,
            Digest.on_day,
            Digest.state,
            Digest.tries,
            Digest.next_try_at,
            Digest.sent_at,
            Digest.problem,
            things,
        )
        .join(User, User.id == Digest.user_id)
        .join(Professional, Professional.id == User.professional_id)
    )


def list_digests(*, before: int | None = None) -> DigestPage:
    """The e-mails, the last first, from behind the number `before`. Three statements."""
    query = _digests().order_by(Digest.id.desc()).limit(PAGE + 1)
    if before is not None:
        query = query.where(Digest.id < before)
    rows = [DigestRow(*row) for row in db.session.execute(query)]
    states = db.session.execute(
        sa.select(Digest.state, sa.func.count()).where(Digest.on_day == clock.today()).group_by(Digest.state)
    )
    waiting = db.session.scalar(sa.select(sa.func.count()).select_from(Reminder).where(not_in_a_mail()))
    return DigestPage(tuple(rows[:PAGE]), len(rows) > PAGE, {row[0]: row[1] for row in states}, waiting or 0)


def find_digest(digest_id: int) -> DigestRow | None:
    """One e-mail; None if there is none. One statement."""
    row = db.session.execute(_digests().where(Digest.id == digest_id)).first()
    return DigestRow(*row) if row else None


def next_waiting(now: datetime) -> Any:
    """The statement of the next e-mail that may be sent now and that nobody else is sending."""
    return (
        sa.select(Digest.id)
        .where(
            Digest.state == "waiting",
            Digest.next_try_at <= now,
            sa.or_(Digest.claimed_until.is_(None), Digest.claimed_until < now),
        )
        .order_by(Digest.next_try_at, Digest.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
