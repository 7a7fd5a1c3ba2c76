"""Clocks: one row for each time a rule runs for a subject. Derived from events, so that they can be rebuilt."""

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
    started_by_id: orm.Mapped[int] = foreign_key("event.id")
    stopped_by_id: orm.Mapped[int | None] = foreign_key("event.id", nullable=True)
    stopped_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "status", nullable=True)
    # "met", "late", "replaced" (a changed rating re-anchors), "withdrawn", "closed" (its case was)
    ended_as: orm.Mapped[str | None] = column(sa.String(20), "status", nullable=True)

    __table_args__ = (
        partial_index("uq_clock_open", "subject_id", "rule", where="stopped_at IS NULL", unique=True),
        partial_index("ix_clock_due", "due_at", "id", where="stopped_at IS NULL"),
        sa.Index("ix_clock_subject", "subject_id", "id"),
        sa.Index("ix_clock_stopped", "rule", "stopped_at", "ended_as"),
    )
