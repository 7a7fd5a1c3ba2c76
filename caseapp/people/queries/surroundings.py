"""The people around a person, what they are to each other, and the picture of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.access.domain import Actor
from caseapp.access.queries import AnyReader, not_barred, reader_params, reader_shape
from caseapp.kernel.db import fetch
from caseapp.kernel.subjects import Subject
from caseapp.people.domain.register import KINDS, inverse_of, kind_said, kind_words
from caseapp.people.domain.tree import Picture, Relative, Tie, draw
from caseapp.people.models import FamilyMember, Person, PersonName, Relationship, Stay

from .families import CURRENT_NAME, PERSON_COLUMNS, STAY_NOW, shown_age, shown_name

_person: Any = sa.bindparam("person")


@dataclass(frozen=True)
class Near:
    """Somebody around a person, or the person themself: related to them, or in one of their families now."""

    id: int
    reference: str
    name: str
    age: str
    sex: str
    born_on: date | None
    role: str
    said_as: str
    parental_responsibility: bool | None
    adult_of_concern: bool
    address: str
    address_protected: bool


@dataclass(frozen=True)
class Tied:
    """A relationship between two of these people, or with somebody who has no record: `other` is the `kind` of
    `person_id`."""

    id: int
    person_id: int
    other_id: int | None
    other_name: str
    kind: str
    parental_responsibility: bool | None
    from_on: date | None
    to_on: date | None
    said_by: str
    said_at: datetime
    ended_at: datetime | None
    end_reason: str


@dataclass(frozen=True)
class Kin:
    """Somebody around a person as the list under the picture shows them: `words` is what they are to the person.

    `tie`: the relationship that says so; None where only the family's own words do. `near`: None without a record.
    """

    name: str
    words: str
    near: Near | None
    tie: Tied | None
    # Whether the other one has parental responsibility for the person, or the person for them ("" | their | over_them).
    responsible: str

    @property
    def said(self) -> bool:
        """Whether anybody said what they are to the person or the family."""
        return self.tie is not None or bool(self.near and self.near.said_as)

    @property
    def over(self) -> bool:
        """Whether the relationship has ended."""
        return self.tie is not None and self.tie.ended_at is not None


@dataclass(frozen=True)
class Surroundings:
    """The people around a person, the person themself first, and what they are to each other."""

    people: tuple[Near, ...]
    ties: tuple[Tied, ...]

    @property
    def centre(self) -> Near:
        """The person whom this is about."""
        return self.people[0]

    @property
    def household(self) -> tuple[Near, ...]:
        """Whom a change of address asks about: the others of the family, those at the same address first."""
        home = self.centre.address
        members = [near for near in self.people[1:] if near.role]
        return tuple(sorted(members, key=lambda near: not (home and near.address == home)))

    @property
    def kin(self) -> tuple[Kin, ...]:
        """What everybody is to the person: who is related first, then who is only in the family, what is over last."""
        by_id = {near.id: near for near in self.people}
        rows = [kin for tie in self.ties if (kin := self._tied(tie, by_id)) is not None]
        related = {kin.near.id for kin in rows if kin.near is not None and not kin.over}
        for near in self.people[1:]:
            if near.id not in related and near.role:
                said = near.said_as[:1].upper() + near.said_as[1:]
                child = "Child of the family" if near.role == "child" else "Relationship not said"
                responsible = "their" if near.parental_responsibility and near.role == "adult" else ""
                rows.append(Kin(near.name, said or child, near, None, responsible))
        return tuple(sorted(rows, key=lambda kin: (kin.over, kin.tie is None)))

    def _tied(self, tie: Tied, by_id: dict[int, Near]) -> Kin | None:
        centre = self.centre.id
        if tie.person_id == centre:
            near = by_id.get(tie.other_id) if tie.other_id else None
            words = kind_words(tie.kind, near.sex if near else "U")
            responsible = "their" if tie.parental_responsibility else ""
            return Kin(near.name if near else tie.other_name, words, near, tie, responsible)
        if tie.other_id == centre:
            near = by_id[tie.person_id]
            responsible = "over_them" if tie.parental_responsibility else ""
            return Kin(near.name, kind_words(inverse_of(tie.kind), near.sex), near, tie, responsible)
        return None

    @property
    def picture(self) -> Picture:
        """The family as a picture."""
        about = {str(kin.near.id): kin.words for kin in self.kin if kin.near and kin.said and not kin.over}
        people = [self._relative(near, about.get(str(near.id), "")) for near in self.people]
        live = [tie for tie in self.ties if tie.ended_at is None]
        unnamed = [tie for tie in live if tie.other_id is None]
        people += [
            Relative(f"n{tie.id}", tie.other_name, (kind_words(tie.kind),), KINDS[tie.kind].up) for tie in unnamed
        ]
        ties = [Tie(str(t.person_id), str(t.other_id) if t.other_id else f"n{t.id}", t.kind) for t in live]
        ties += self._said_in_family({frozenset((tie.person, tie.other)) for tie in ties})
        return draw(str(self.centre.id), people, ties)

    def _said_in_family(self, joined: set[frozenset[str]]) -> list[Tie]:
        """What the family's own words say an adult is to its children, where no relationship joins the two."""
        children = [near for near in self.people if near.role == "child"]
        adults = [near for near in self.people if near.role == "adult" and kind_said(near.said_as) != "other"]
        return [
            Tie(str(child.id), str(adult.id), kind_said(adult.said_as))
            for adult in adults
            for child in children
            if frozenset((str(child.id), str(adult.id))) not in joined
        ]

    def _relative(self, near: Near, words: str) -> Relative:
        """`generation` of who is only in the family: by its own words, and otherwise an adult above its children."""
        if near.said_as and kind_said(near.said_as) != "other":
            above_children = KINDS[kind_said(near.said_as)].up
        else:
            above_children = 1 if near.role == "adult" else 0
        centre_is_adult = self.centre.role == "adult"
        known_age = near.age != "age not known"
        about = tuple(part for part in (near.age if known_age else "", words) if part)
        return Relative(str(near.id), near.name, about, above_children - (1 if centre_is_adult else 0))


def get_surroundings(actor: Actor, person_id: int) -> Surroundings:
    """Who is around a person, without whom a conflict of interest keeps from this reader: for readers of the record
    (L4). One statement."""
    rows = fetch(_near_statement(*reader_shape(actor)), {"person": person_id, **reader_params(actor)})
    people: dict[int, Near] = {}
    ties: dict[int, Tied] = {}
    for row in rows:
        people.setdefault(row.id, _as_near(row))
        if row.tie_id is not None:
            ties[row.tie_id] = _as_tied(row)
    seen = [tie for tie in ties.values() if tie.other_id is None or tie.other_id in people]
    ordered = sorted(people.values(), key=lambda near: (near.id != person_id, *_eldest_first(near)))
    return Surroundings(tuple(ordered), tuple(seen))


def _eldest_first(near: Near) -> Sequence[Any]:
    return near.born_on is None, near.born_on or date.max, near.id


def _as_near(row: Any) -> Near:
    return Near(
        row.id,
        row.reference,
        shown_name(row),
        shown_age(row),
        row.sex,
        row.born_on,
        row.role or "",
        row.said_as or "",
        row.member_responsibility,
        bool(row.adult_of_concern),
        ", ".join(part for part in (row.line, row.postcode) if part),
        bool(row.protected),
    )


def _as_tied(row: Any) -> Tied:
    return Tied(
        row.tie_id,
        row.id,
        row.other_id,
        row.other_name or "",
        row.tie_kind,
        row.tie_responsibility,
        row.from_on,
        row.to_on,
        row.said_by,
        row.said_at,
        row.ended_at,
        row.end_reason or "",
    )


@cache
def _near_statement(placed: bool, covers: bool) -> Any:
    reader = AnyReader(placed, covers)
    own, member = orm.aliased(FamilyMember), orm.aliased(FamilyMember)
    families = sa.select(own.family_id).where(own.person_id == _person, own.to_at.is_(None))
    near = sa.union(
        sa.select(Person.id).where(Person.id == _person),
        sa.select(Relationship.other_id).where(Relationship.person_id == _person, Relationship.other_id.is_not(None)),
        sa.select(Relationship.person_id).where(Relationship.other_id == _person),
        sa.select(member.person_id).where(member.family_id.in_(families), member.to_at.is_(None)),
    ).cte("near")
    within = sa.and_(FamilyMember.person_id == Person.id, FamilyMember.family_id.in_(families))
    theirs = sa.or_(Relationship.person_id == _person, Relationship.other_id == _person)
    tied = sa.and_(
        Relationship.person_id == Person.id,
        sa.or_(Relationship.other_id.in_(sa.select(near.c.id)), Relationship.person_id == _person),
        # Of what is over, only what is this person's own.
        sa.or_(Relationship.ended_at.is_(None), theirs),
    )
    return (
        sa.select(
            *PERSON_COLUMNS,
            Subject.reference,
            Person.sex,
            FamilyMember.role,
            FamilyMember.relationship.label("said_as"),
            FamilyMember.parental_responsibility.label("member_responsibility"),
            FamilyMember.adult_of_concern,
            Stay.line,
            Stay.postcode,
            Stay.protected,
            Relationship.id.label("tie_id"),
            Relationship.other_id,
            Relationship.other_name,
            Relationship.kind.label("tie_kind"),
            Relationship.parental_responsibility.label("tie_responsibility"),
            Relationship.from_on,
            Relationship.to_on,
            Relationship.said_by,
            Relationship.said_at,
            Relationship.ended_at,
            Relationship.end_reason,
        )
        .join(near, near.c.id == Person.id)
        .join(Subject, Subject.id == Person.id)
        .outerjoin(PersonName, CURRENT_NAME)
        .outerjoin(Stay, STAY_NOW)
        .outerjoin(FamilyMember, sa.and_(within, FamilyMember.to_at.is_(None)))
        .outerjoin(Relationship, tied)
        .where(sa.or_(Person.id == _person, not_barred(reader, Person.id)))
        .order_by(Relationship.id, FamilyMember.id)
    )
