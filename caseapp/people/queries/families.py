"""Who people are, by number: names, ages, where they live, and the family around a child."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.access.domain import L4, Actor
from caseapp.access.queries import AnyReader, not_barred, reader_params, reader_shape, restricted
from caseapp.kernel import clock
from caseapp.kernel.db import db, fetch
from caseapp.kernel.errors import NotFound
from caseapp.kernel.subjects import Subject
from caseapp.people.domain.names import age_words, full_name
from caseapp.people.models import (
    FamilyMember,
    Person,
    PersonIdentifier,
    PersonName,
    Relationship,
    Stay,
    StaySecret,
    WorkerDanger,
)


@dataclass(frozen=True)
class Address:
    """Where somebody lives now, and who said so. Only for readers of the record (L4)."""

    line: str
    postcode: str | None
    protected: bool
    kind: str
    said_by: str
    said_at: datetime
    # Who must not learn it, in one line: said wherever it is shown or printed.
    not_for: str = ""

    @property
    def words(self) -> str:
        """The address in one line."""
        return ", ".join(part for part in (self.line, self.postcode) if part)


@dataclass(frozen=True)
class FamilyRow:
    """A person in a family, as lists show them. `address` is None for a reader below L4."""

    person_id: int
    reference: str
    name: str
    age: str
    born_on: date | None
    sex: str
    phone: str | None
    role: str
    relationship: str | None
    parental_responsibility: bool | None
    adult_of_concern: bool
    address: Address | None
    address_protected: bool
    # Dangers to whoever visits this person, each with who said so; none for a reader below L4.
    dangers: tuple[tuple[str, str], ...] = ()

    @property
    def is_child(self) -> bool:
        """Whether they are one of the family's children."""
        return self.role == "child"


@dataclass(frozen=True)
class PersonCard:
    """A person as their card shows them. `address` is None for a reader below L4."""

    id: int
    name: str
    age: str
    born_on: date | None
    sex: str
    ethnicity: str | None
    phone: str | None
    first_language: str | None
    interpreter_needed: bool
    address: Address | None
    address_protected: bool
    identifiers: tuple[tuple[str, str, bool], ...]


def shown_age(row: Any) -> str:
    """The age today in a row that selected PERSON_COLUMNS."""
    return age_words(
        born_on=row.born_on, expected_on=row.expected_on, estimated=row.born_estimated, today=clock.today()
    )


def shown_name(row: Any) -> str:
    """The name in a row that selected PERSON_COLUMNS, of this slice or one above."""
    return full_name(row.first, row.last, description=row.description)


def _address(row: Any, level: int) -> Address | None:
    if level < L4 or row.line is None:
        return None
    return Address(row.line, row.postcode, row.protected, row.stay_kind, row.said_by, row.said_at, row.not_for or "")


PERSON_COLUMNS = (
    Person.id,
    Person.description,
    Person.born_on,
    Person.born_estimated,
    Person.expected_on,
    PersonName.first,
    PersonName.last,
)
# Somebody must not learn an address, and only named people may know of them.
NOT_NAMED = "Somebody whose record only named people see"


def _not_for() -> Any:
    """Who must not learn of a stay, in one line, each by the name given or the present one of their record."""
    name = orm.aliased(PersonName)
    recorded = sa.case(
        (restricted(StaySecret.from_person_id), NOT_NAMED), else_=sa.func.trim(name.first + " " + name.last)
    )
    comma: Any = sa.literal(", ")
    return (
        sa.select(sa.func.aggregate_strings(sa.func.coalesce(StaySecret.from_name, recorded), comma))
        .select_from(StaySecret)
        .outerjoin(name, sa.and_(name.person_id == StaySecret.from_person_id, name.is_current))
        .where(StaySecret.stay_id == Stay.id)
        .correlate(Stay)
        .scalar_subquery()
    )


_STAY_COLUMNS = (
    Stay.line,
    Stay.postcode,
    Stay.protected,
    Stay.kind.label("stay_kind"),
    Stay.said_by,
    Stay.said_at,
    _not_for().label("not_for"),
)
# Written out because the two databases put an unknown birth date at different ends.
ELDEST_FIRST = (Person.born_on.is_(None), Person.born_on, Person.id)
CURRENT_NAME = sa.and_(PersonName.person_id == Person.id, PersonName.is_current)
STAY_NOW = sa.and_(Stay.person_id == Person.id, Stay.lives_here_now)


def list_family(actor: Actor, family_id: int, *, level: int = 0) -> list[FamilyRow]:
    """The people of a family now, children first, eldest first, without whom a conflict of interest keeps from this
    reader; addresses only for a reader at L4. One statement."""
    given = {"family": family_id, **reader_params(actor)}
    rows = fetch(_family_statement(*reader_shape(actor)), given)
    return [
        FamilyRow(
            row.id,
            row.reference,
            shown_name(row),
            shown_age(row),
            row.born_on,
            row.sex,
            row.phone,
            row.role,
            row.relationship,
            row.parental_responsibility,
            row.adult_of_concern,
            _address(row, level),
            bool(row.protected),
            _read_dangers(row.dangers) if level >= L4 else (),
        )
        for row in rows
    ]


# Neither stands in what a person typed: hidden characters are taken out of it.
_BETWEEN, _LINE = "\x1f", "\x1e"


def _dangers_of(person: Any) -> Any:
    """The column of the dangers to workers that stand with a person now, in one text: a statement less on pages that
    have none to spare."""
    one = WorkerDanger.words + sa.literal_column(f"'{_BETWEEN}'") + WorkerDanger.said_by
    return (
        sa.select(sa.func.aggregate_strings(one, _LINE))
        .where(WorkerDanger.person_id == person, WorkerDanger.ended_at.is_(None))
        .correlate_except(WorkerDanger)
        .scalar_subquery()
    )


def _read_dangers(told: str | None) -> tuple[tuple[str, str], ...]:
    pairs = (line.partition(_BETWEEN) for line in (told or "").split(_LINE) if line)
    return tuple((words, said_by) for words, _, said_by in pairs)


@cache
def _family_statement(placed: bool, covers: bool) -> Any:
    """Built once: it runs on every case page."""
    reader = AnyReader(placed, covers)
    return (
        sa.select(
            *PERSON_COLUMNS,
            Subject.reference,
            Person.sex,
            Person.phone,
            *_STAY_COLUMNS,
            FamilyMember.role,
            FamilyMember.relationship,
            FamilyMember.parental_responsibility,
            FamilyMember.adult_of_concern,
            _dangers_of(Person.id).label("dangers"),
        )
        .join(Subject, Subject.id == Person.id)
        .join(FamilyMember, FamilyMember.person_id == Person.id)
        .outerjoin(PersonName, CURRENT_NAME)
        .outerjoin(Stay, STAY_NOW)
        .where(
            FamilyMember.family_id == sa.bindparam("family"),
            FamilyMember.to_at.is_(None),
            not_barred(reader, FamilyMember.person_id),
        )
        .order_by(sa.case((FamilyMember.role == "child", 0), else_=1), *ELDEST_FIRST)
    )


def find_family(person_ids: Collection[int]) -> int | None:
    """The family that these people are in now, of several the one that most of them and then the latest came to; None
    if they are in none. One statement."""
    rows = fetch(_FAMILY_OF, {"persons": list(person_ids)})
    return rows[0].family_id if rows else None


_FAMILY_OF = (
    sa.select(FamilyMember.family_id)
    .where(
        FamilyMember.person_id.in_(sa.bindparam("persons", expanding=True, type_=sa.BigInteger())),
        FamilyMember.to_at.is_(None),
    )
    .group_by(FamilyMember.family_id)
    .order_by(sa.func.count().desc(), sa.func.max(FamilyMember.from_at).desc(), FamilyMember.family_id.desc())
    .limit(1)
)


def family_names(family_id: int) -> list[str]:
    """The names of everybody in a family now, whoever asks: to tell who is in it already, not to show. One
    statement."""
    return [full_name(row.first, row.last) for row in fetch(_NAMES_IN, {"family": family_id})]


_NAMES_IN = (
    sa.select(PersonName.first, PersonName.last)
    .join(FamilyMember, FamilyMember.person_id == PersonName.person_id)
    .where(FamilyMember.family_id == sa.bindparam("family"), FamilyMember.to_at.is_(None))
)


def related_pairs(person_ids: Collection[int]) -> set[tuple[int, int]]:
    """The pairs of these persons and others of whom a relationship stands. One statement."""
    rows = fetch(_RELATED, {"persons": list(person_ids)})
    return {(row.person_id, row.other_id) for row in rows} | {(row.other_id, row.person_id) for row in rows}


_RELATED_TO: Any = sa.bindparam("persons", expanding=True, type_=sa.BigInteger())
_RELATED = sa.select(Relationship.person_id, Relationship.other_id).where(
    sa.or_(Relationship.person_id.in_(_RELATED_TO), Relationship.other_id.in_(_RELATED_TO)),
    Relationship.other_id.is_not(None),
    Relationship.ended_at.is_(None),
)


def persons_said_in(subject_id: int, *, family_id: int) -> list[int]:
    """Whom a referral (its Subject) told of, as members of a family. One statement."""
    return list(
        db.session.scalars(
            sa.select(FamilyMember.person_id).where(
                FamilyMember.family_id == family_id, FamilyMember.said_in_id == subject_id
            )
        )
    )


def get_person_card(person_id: int, *, level: int = 0) -> PersonCard:
    """One person with their numbers; the address only for a reader at L4. Raises NotFound."""
    row = db.session.execute(
        sa.select(
            *PERSON_COLUMNS,
            Person.sex,
            Person.ethnicity,
            Person.phone,
            Person.first_language,
            Person.interpreter_needed,
            *_STAY_COLUMNS,
        )
        .outerjoin(PersonName, CURRENT_NAME)
        .outerjoin(Stay, STAY_NOW)
        .where(Person.id == person_id)
    ).first()
    if row is None:
        raise NotFound
    numbers = db.session.execute(
        sa.select(PersonIdentifier.kind, PersonIdentifier.value, PersonIdentifier.valid)
        .where(PersonIdentifier.person_id == person_id)
        .order_by(PersonIdentifier.id)
    )
    return PersonCard(
        row.id,
        shown_name(row),
        shown_age(row),
        row.born_on,
        row.sex,
        row.ethnicity,
        row.phone,
        row.first_language,
        row.interpreter_needed,
        _address(row, level),
        bool(row.protected),
        tuple((n.kind, n.value, n.valid) for n in numbers),
    )
