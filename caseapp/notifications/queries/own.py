"""What somebody was told."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import L1, Actor
from caseapp.access.models import Reach
from caseapp.access.queries import not_barred, reaches
from caseapp.deadlines.domain import Rule, TimeLeft, time_left
from caseapp.deadlines.models import Clock
from caseapp.deadlines.queries import VERSION, known_policy, policy_of
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.subjects import Subject
from caseapp.notifications.catalogue import DAILY, WITHOUT_REACH
from caseapp.notifications.models import Reminder, TellingChoice

PAGE = 50


@dataclass(frozen=True)
class ReminderRow:
    """One thing that was told: about what, by which rule, when it was due then, and how that stands now."""

    id: int
    kind: str
    role: str
    reference: str
    subject_kind: str
    reached: bool
    rule: Rule
    due_at: datetime
    due_on: date | None
    made_at: datetime
    read_at: datetime | None
    # What became of it: "" while it still waits to be done.
    since: str

    @property
    def time_left(self) -> TimeLeft:
        """What is left now until it was due."""
        return time_left(self.due_at, clock.now(), self.rule.unit, known_policy().calendar_of(self.rule))


def list_own(actor: Actor, *, unread: bool, before: int | None = None) -> list[ReminderRow]:
    """What the actor was told about what they may see today, the last first: a page and one row more, from behind the
    row with the number `before`. One statement."""
    reached = sa.exists().where(Reach.subject_id == Reminder.subject_id, Reach.level >= L1, reaches(actor))
    query = (
        sa.select(
            Reminder.id,
            Reminder.kind,
            Reminder.role,
            Subject.reference,
            Subject.kind.label("subject_kind"),
            reached.label("reached"),
            Reminder.rule,
            Reminder.due_at,
            Reminder.due_on,
            Reminder.made_at,
            Reminder.read_at,
            Clock.stopped_at,
            (Clock.due_at != Reminder.due_at).label("moved"),
            VERSION,
        )
        .join(Subject, Subject.id == Reminder.subject_id)
        .join(Clock, Clock.id == Reminder.clock_id)
        .where(Reminder.user_id == actor.user_id, _still_theirs(actor, reached))
        .order_by(Reminder.id.desc())
        .limit(PAGE + 1)
    )
    if unread:
        query = query.where(Reminder.read_at.is_(None))
    if before is not None:
        query = query.where(Reminder.id < before)
    rows = db.session.execute(query).all()
    if rows:
        policy_of(rows[0].policy)
    return [_as_row(row) for row in rows]


def _still_theirs(actor: Actor, reached: Any) -> sa.ColumnElement[bool]:
    return sa.and_(sa.or_(reached, Reminder.role == WITHOUT_REACH), not_barred(actor, Reminder.subject_id))


def _as_row(row: Any) -> ReminderRow:
    since = "done since" if row.stopped_at is not None else "due on another day now" if row.moved else ""
    return ReminderRow(
        row.id,
        row.kind,
        row.role,
        row.reference,
        row.subject_kind,
        bool(row.reached),
        rule_of(row.rule),
        row.due_at,
        row.due_on,
        row.made_at,
        row.read_at,
        since,
    )


def rule_of(key: str) -> Rule:
    """The row of a rule that is told about today."""
    policy = known_policy()
    return policy.find_rule(key, clock.today()) or policy.rows(key)[0]


def count_unread(actor: Actor) -> int:
    """How many things the actor has not read, of what they may see today. One statement."""
    reached = sa.exists().where(Reach.subject_id == Reminder.subject_id, Reach.level >= L1, reaches(actor))
    query = sa.select(sa.func.count()).select_from(Reminder)
    unread = (Reminder.user_id == actor.user_id, Reminder.read_at.is_(None), _still_theirs(actor, reached))
    return db.session.scalar(query.where(*unread)) or 0


def chosen_mail(actor: Actor) -> str:
    """How the actor wants the daily e-mail. One statement."""
    return db.session.scalar(sa.select(TellingChoice.mail).where(TellingChoice.user_id == actor.user_id)) or DAILY
