"""Subjects: whatever has a reference, a clock, an audience or an event has a row here with the same id."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects import postgresql, sqlite

from .db import Model, column, db, fetch, is_postgresql, primary_key
from .references import ALPHABET, PREFIXES, check_character, kind_of, make_reference, parse_reference

__all__ = [
    "ALPHABET",
    "PREFIXES",
    "NewSubject",
    "Subject",
    "check_character",
    "kind_of",
    "make_reference",
    "new_subject",
    "new_subjects",
    "parse_reference",
]


class Subject(Model):
    """One thing that work is about. Events, clocks and the read log point here with real foreign keys."""

    __tablename__ = "subject"

    id: orm.Mapped[int] = primary_key()
    kind: orm.Mapped[str] = column(sa.String(20), "service")
    reference: orm.Mapped[str] = column(sa.String(12), "service", unique=True)


@dataclass(frozen=True)
class NewSubject:
    """The id and the reference of a subject just made."""

    id: int
    reference: str


_COLUMNS = Subject.__table__.c
_INSERT = {
    name: dialect.insert(Subject.__table__).on_conflict_do_nothing().returning(_COLUMNS.id, _COLUMNS.reference)
    for name, dialect in (("postgresql", postgresql), ("sqlite", sqlite))
}


def new_subject(kind: str) -> NewSubject:
    """Insert a Subject of `kind` (a key of PREFIXES) with a fresh reference, in the running transaction."""
    return new_subjects(kind, 1)[0]


def new_subjects(kind: str, count: int) -> list[NewSubject]:
    """As `new_subject` for several at once, in the order of their numbers. One statement."""
    insert = _INSERT["postgresql" if is_postgresql() else "sqlite"]
    found: list[NewSubject] = []
    while len(found) < count:
        # A reference that is taken already gives no row, and another one is drawn.
        rows = [{"kind": kind, "reference": make_reference(kind)} for _ in range(count - len(found))]
        given = fetch(insert, rows[0]) if len(rows) == 1 else db.session.connection().execute(insert, rows).all()
        found += [NewSubject(row.id, row.reference) for row in given]
    return sorted(found, key=lambda one: one.id)
