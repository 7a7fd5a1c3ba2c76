"""Reach: which principal sees which subject, at which level, why and until when. Within: what is seen with it. Bar:
who never does."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.kernel.db import Model, UTCDateTime, column, foreign_key, partial_index, primary_key


class Reach(Model):
    """A subject reaches a principal (`user:7`, `team:3`, `lead:3`) at a level, for a reason, from a moment, until a
    moment or for good."""

    __tablename__ = "reach"

    id: orm.Mapped[int] = primary_key()
    principal: orm.Mapped[str] = column(sa.String(40), "service")
    subject_id: orm.Mapped[int] = foreign_key("subject.id")
    kind: orm.Mapped[str] = column(sa.String(20), "service")
    level: orm.Mapped[int] = orm.mapped_column(sa.SmallInteger())
    why: orm.Mapped[str] = column(sa.String(40), "service")
    since_at: orm.Mapped[datetime] = column(UTCDateTime(), "service")
    until_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "service", nullable=True)

    __table_args__ = (
        # One running row per principal, subject and reason; ended rows stay as history.
        partial_index("uq_reach_open", "principal", "subject_id", "why", where="until_at IS NULL", unique=True),
        sa.Index("ix_reach_subject", "subject_id", "principal"),
        # Lists are read through this one: newest first, by principal and kind.
        sa.Index("ix_reach_list", "principal", "kind", "subject_id"),
    )


class Bar(Model):
    """A conflict of interest: this principal never sees this subject, whatever else reaches it."""

    __tablename__ = "bar"

    id: orm.Mapped[int] = primary_key()
    principal: orm.Mapped[str] = column(sa.String(40), "service")
    subject_id: orm.Mapped[int] = foreign_key("subject.id")
    reason: orm.Mapped[str] = column(sa.String(40), "staff")
    since_at: orm.Mapped[datetime] = column(UTCDateTime(), "service")

    __table_args__ = (sa.UniqueConstraint("subject_id", "principal"), sa.Index("ix_bar_principal", "principal"))


class Restriction(Model):
    """A record that only named people may see: why, whom everybody else rings, since when and until when."""

    __tablename__ = "restriction"

    id: orm.Mapped[int] = primary_key()
    subject_id: orm.Mapped[int] = foreign_key("subject.id")
    reason: orm.Mapped[str] = column(sa.String(20), "staff")
    words: orm.Mapped[str] = column(sa.Text(), "staff")
    # "Confidential information is held: ring ..."
    ring: orm.Mapped[str] = column(sa.String(200), "status")
    set_at: orm.Mapped[datetime] = column(UTCDateTime(), "service")
    set_by_id: orm.Mapped[int] = foreign_key("app_user.id")
    ended_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "service", nullable=True)
    ended_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    end_words: orm.Mapped[str | None] = column(sa.Text(), "staff", nullable=True)

    __table_args__ = (
        sa.Index("ix_restriction_subject", "subject_id", "id"),
        partial_index("uq_restriction_now", "subject_id", where="ended_at IS NULL", unique=True),
    )


class RestrictionReader(Model):
    """Who may see what is restricted, all the same."""

    __tablename__ = "restriction_reader"

    restriction_id: orm.Mapped[int] = foreign_key("restriction.id", primary_key=True)
    principal: orm.Mapped[str] = column(sa.String(40), "service", primary_key=True)


class Restricted(Model):
    """What a restriction covers while it stands: the record itself, and what goes with it (a person's cases, the
    records of the same person). Worked out by whoever knows what goes together."""

    __tablename__ = "restricted"

    subject_id: orm.Mapped[int] = foreign_key("subject.id", primary_key=True)
    restriction_id: orm.Mapped[int] = foreign_key("restriction.id", primary_key=True)


class Within(Model):
    """A subject that belongs to another and is seen by whoever sees that: a note or an assessment within the cases it
    is about."""

    __tablename__ = "within"

    subject_id: orm.Mapped[int] = foreign_key("subject.id", primary_key=True)
    within_id: orm.Mapped[int] = foreign_key("subject.id", primary_key=True)
