"""Samples that were drawn, kept with their rows."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.kernel.db import BigId, Model, UTCDateTime, column, foreign_key, primary_key


class Sample(Model):
    """A random sample of what a number counted: of which measure, team, part and day, by which seed, drawn by whom.
    The same asked for again is the same sample."""

    __tablename__ = "insight_sample"

    id: orm.Mapped[int] = primary_key()
    measure: orm.Mapped[str] = column(sa.String(40), "service")
    team_key: orm.Mapped[str] = column(sa.String(40), "service")
    # The part of the measure (a level, a rule, a source); empty: all of it.
    cut: orm.Mapped[str] = column(sa.String(60), "service")
    on_day: orm.Mapped[date] = column(sa.Date(), "service")
    counted_at: orm.Mapped[datetime] = column(UTCDateTime(), "service")
    seed: orm.Mapped[int] = orm.mapped_column(BigId)
    size: orm.Mapped[int] = orm.mapped_column(sa.Integer())
    population: orm.Mapped[int] = orm.mapped_column(sa.Integer())
    drawn_at: orm.Mapped[datetime] = column(UTCDateTime(), "service")
    drawn_by_id: orm.Mapped[int] = foreign_key("app_user.id")

    __table_args__ = (sa.UniqueConstraint("measure", "team_key", "cut", "on_day", "size", "seed"),)


class SampleRow(Model):
    """One of the sample, as it stood when it was drawn."""

    __tablename__ = "insight_sample_row"

    sample_id: orm.Mapped[int] = foreign_key("insight_sample.id", primary_key=True)
    position: orm.Mapped[int] = orm.mapped_column(sa.Integer(), primary_key=True, autoincrement=False)
    subject_id: orm.Mapped[int] = foreign_key("subject.id")
    team_id: orm.Mapped[int | None] = foreign_key("team.id", nullable=True)
    cut: orm.Mapped[str] = column(sa.String(60), "status")
    began_at: orm.Mapped[datetime] = column(UTCDateTime(), "status")
    ended_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "status", nullable=True)
    age: orm.Mapped[str] = column(sa.String(60), "status")
