"""Clocks: one row for each time a rule runs for a subject. Derived from events, so that they can be rebuilt. Beside
them what a council has decided about rules and days, what that moved, and why something is late."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.kernel.db import Model, UTCDateTime, column, foreign_key, partial_index, primary_key


class Clock(Model):
    """A rule running for a subject from an anchor to a due instant. Nothing pauses it; an event stops it."""

    __tablename__ = "clock"

    id: orm.Mapped[int] = primary_key()
    rule: orm.Mapped[str] = column(sa.String(40), "service")
    subject_id: orm.Mapped[int] = foreign_key("subject.id")
    anchor_at: orm.Mapped[datetime] = column(UTCDateTime(), "status")
    due_on: orm.Mapped[date | None] = column(sa.Date(), "status", nullable=True)
    due_at: orm.Mapped[datetime] = column(UTCDateTime(), "status")
    # The day that the plan names for it, where there is one: the earlier of the two is due.
    planned_on: orm.Mapped[date | None] = column(sa.Date(), "status", nullable=True)
    started_by_id: orm.Mapped[int] = foreign_key("event.id")
    stopped_by_id: orm.Mapped[int | None] = foreign_key("event.id", nullable=True)
    stopped_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "status", nullable=True)
    # "met", "late", "replaced" (a changed rating re-anchors), "withdrawn", "ended" (no longer asked for), "closed" (its
    # case was), "undone" (an event was put right, and it never ran)
    ended_as: orm.Mapped[str | None] = column(sa.String(20), "status", nullable=True)

    __table_args__ = (
        partial_index("uq_clock_open", "subject_id", "rule", where="stopped_at IS NULL", unique=True),
        partial_index("ix_clock_due", "due_at", "id", where="stopped_at IS NULL"),
        sa.Index("ix_clock_subject", "subject_id", "id"),
        sa.Index("ix_clock_stopped", "rule", "stopped_at", "ended_as"),
    )


class PolicyDecision(Model):
    """One decision of a council about rules and days, only ever added to: the number of the last is the version of the
    policy. A bank holiday proclaimed, a day on which its own offices are shut, or a rule's length from a day on; with
    no words, or no length, an earlier one is taken back."""

    __tablename__ = "policy_decision"

    id: orm.Mapped[int] = primary_key()
    kind: orm.Mapped[str] = column(sa.String(20), "service")
    day: orm.Mapped[date | None] = column(sa.Date(), "service", nullable=True)
    words: orm.Mapped[str] = column(sa.String(200), "service")
    rule: orm.Mapped[str] = column(sa.String(40), "service")
    length: orm.Mapped[int | None] = orm.mapped_column(sa.Integer(), nullable=True)
    calendar: orm.Mapped[str | None] = column(sa.String(20), "service", nullable=True)
    in_force_from: orm.Mapped[date | None] = column(sa.Date(), "service", nullable=True)
    source: orm.Mapped[str] = column(sa.String(300), "service")
    moved: orm.Mapped[int] = orm.mapped_column(sa.Integer())
    made_at: orm.Mapped[datetime] = column(UTCDateTime(), "service")
    made_by_id: orm.Mapped[int] = foreign_key("app_user.id")


class ClockMove(Model):
    """A running clock that a decision moved: from when to when."""

    __tablename__ = "clock_move"

    decision_id: orm.Mapped[int] = foreign_key("policy_decision.id", primary_key=True)
    clock_id: orm.Mapped[int] = foreign_key("clock.id", primary_key=True)
    was_due_at: orm.Mapped[datetime] = column(UTCDateTime(), "status")
    now_due_at: orm.Mapped[datetime] = column(UTCDateTime(), "status")

    __table_args__ = (sa.Index("ix_clock_move_clock", "clock_id"),)


class LateReason(Model):
    """Why something is late, in a code and in words, and the manager who authorised it or sent it back with a question.
    A second one stands beside the first: nothing is overwritten, and the clock runs on."""

    __tablename__ = "late_reason"

    id: orm.Mapped[int] = primary_key()
    clock_id: orm.Mapped[int] = foreign_key("clock.id", index=True)
    reason: orm.Mapped[str] = column(sa.String(20), "record")
    words: orm.Mapped[str] = column(sa.Text(), "record")
    given_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    given_by_id: orm.Mapped[int] = foreign_key("app_user.id")
    authorised_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "record", nullable=True)
    authorised_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)

    sent_back_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "record", nullable=True)
    sent_back_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    question: orm.Mapped[str | None] = column(sa.Text(), "record", nullable=True)

    # Those that wait for a manager: few, and asked for by every team's board. Those sent back are fewer still.
    __table_args__ = (partial_index("ix_late_reason_waits", "clock_id", where="authorised_at IS NULL"),)
