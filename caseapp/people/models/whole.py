"""What is done with the register as a whole: files read in, and records that may be one person."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.kernel.db import Model, UTCDateTime, column, foreign_key, primary_key


class PersonImport(Model):
    """A file of another system's people that was read in: what it was, when, and what became of its rows."""

    __tablename__ = "person_import"

    id: orm.Mapped[int] = primary_key()
    source_system: orm.Mapped[str] = column(sa.String(40), "service")
    file_name: orm.Mapped[str] = column(sa.String(200), "service")
    sha256: orm.Mapped[str] = column(sa.String(64), "service")
    began_at: orm.Mapped[datetime] = column(UTCDateTime(), "service")
    # None while it runs, and for ever when it was stopped: the next one goes on.
    ended_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "service", nullable=True)
    added: orm.Mapped[int] = orm.mapped_column(sa.Integer())
    known: orm.Mapped[int] = orm.mapped_column(sa.Integer())
    marked: orm.Mapped[int] = orm.mapped_column(sa.Integer())
    refused: orm.Mapped[int] = orm.mapped_column(sa.Integer())


class DuplicatePair(Model):
    """Two records that may be one person, as the last look through the whole register found them. What people decided
    about a pair is a link; here is only what waits to be looked at."""

    __tablename__ = "duplicate_pair"

    person_id: orm.Mapped[int] = foreign_key("person.id", primary_key=True, autoincrement=False)
    other_id: orm.Mapped[int] = foreign_key("person.id", primary_key=True, autoincrement=False, index=True)
    band: orm.Mapped[str] = column(sa.String(12), "record")
    bits: orm.Mapped[float] = orm.mapped_column(sa.Float())
    found_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")

    __table_args__ = (sa.Index("ix_duplicate_pair_bits", "bits", "person_id", "other_id"),)
