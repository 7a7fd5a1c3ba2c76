"""Subjects: whatever has a reference, a clock, an audience or an event has a row here with the same id."""

import secrets
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects import postgresql, sqlite

from .db import Model, column, db, fetch, is_postgresql, primary_key

# Crockford base32: no I, L, O, U, so that a reference survives a bad telephone line.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES = str.maketrans({"I": "1", "L": "1", "O": "0"})

PREFIXES = {
    "referral": "R",
    "case": "C",
    "person": "P",
    "handover": "H",
    "assessment": "A",
    "draft": "D",
    "user": "U",
    "family": "F",
    "note": "N",
    "document": "X",
    "addition": "K",
    "night": "W",
    "notice": "B",
}
_KINDS = {prefix: kind for kind, prefix in PREFIXES.items()}


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


def check_character(body: str) -> str:
    """The Luhn mod 32 character of `body` (symbols of ALPHABET): any single slip and nearly any swap of neighbours
    changes it."""
    total = 0
    for position, symbol in enumerate(reversed(body)):
        value = ALPHABET.index(symbol) * (2 if position % 2 == 0 else 1)
        total += value // 32 + value % 32
    return ALPHABET[-total % 32]


def make_reference(kind: str) -> str:
    """A new random reference such as `R-7K4M-2Q9X`: prefix, seven random symbols, one check character."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(7))
    code = body + check_character(body)
    return f"{PREFIXES[kind]}-{code[:4]}-{code[4:]}"


def parse_reference(text: str) -> str | None:
    """The canonical form of a reference as somebody typed it (case, spaces, dashes and lookalikes forgiven), or None
    if it can't be one."""
    letters = "".join(ch for ch in text.upper() if ch.isascii() and ch.isalnum())
    if len(letters) != 9 or letters[0] not in _KINDS:
        return None
    code = letters[1:].translate(_LOOKALIKES)
    if any(ch not in ALPHABET for ch in code) or check_character(code[:7]) != code[7]:
        return None
    return f"{letters[0]}-{code[:4]}-{code[4:]}"


def kind_of(text: str) -> str:
    """The kind of subject that a typed reference names, by its letter; "" for what is no reference."""
    reference = parse_reference(text)
    return _KINDS[reference[0]] if reference else ""


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
