"""Recording people, where they live and the families that are worked with together."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypedDict, cast

import sqlalchemy as sa

from caseapp.kernel import clock
from caseapp.kernel.db import db, fetch, write_rows
from caseapp.kernel.events import ActorLike, record, record_each
from caseapp.kernel.subjects import new_subject, new_subjects
from caseapp.people.domain.identifiers import PartPostcode, Postcode, check_nhs_number, check_upn, parse_postcode
from caseapp.people.domain.matching import Described
from caseapp.people.domain.names import match_key
from caseapp.people.models import Family, FamilyMember, Person, PersonIdentifier, PersonName, Relationship, Stay

from .keys import keep_keys

CHECKS = {"nhs_number": check_nhs_number, "upn": check_upn}


class StayGiven(TypedDict):
    """Where somebody lives now, and who said so when."""

    line: str
    postcode: str | None
    kind: str
    protected: bool
    said_by: str
    said_at: datetime


def _cut(text: str | None, longest: int) -> str | None:
    # The whole of what was given stands in the referral's document; here it has to fit its column.
    return text[:longest] if text else None


@dataclass(frozen=True)
class PersonGiven:
    """A person as they were told of.

    `identifiers` are (kind, value) pairs such as ("nhs_number", "943 476 5919"), kept as given with what their
    check says. An estimated birth date makes no match key: two children would be taken for one on a guess.
    `also_known_as` are (first, last) pairs; `carers` the names of who looks after them, as `said_by` says; `source` is
    another system and their number there.
    """

    first: str
    last: str
    middle: str | None = None
    also_known_as: Sequence[tuple[str, str]] = ()
    description: str | None = None
    born_on: date | None = None
    born_estimated: bool = False
    expected_on: date | None = None
    sex: str = "U"
    ethnicity: str | None = None
    phone: str | None = None
    school: str | None = None
    gp: str | None = None
    first_language: str | None = None
    interpreter_needed: bool = False
    identifiers: Sequence[tuple[str, str]] = ()
    stay: StayGiven | None = None
    carers: Sequence[str] = ()
    said_by: str = ""
    source: tuple[str, str] | None = None


def add_person(*, actor: ActorLike | None = None, **given: Any) -> int:
    """Record a person (the fields of `PersonGiven`); gives their number (a Subject)."""
    return add_people([PersonGiven(**given)], actor=actor)[0]


def add_people(people: Sequence[PersonGiven], *, actor: ActorLike | None = None) -> list[int]:
    """Record several people; gives their numbers (Subjects), in the same order. As many statements as for one."""
    if not people:
        return []
    numbered = [(one.id, person) for one, person in zip(new_subjects("person", len(people)), people, strict=True)]
    write_rows(_ADD_PERSON, [_person_row(number, person) for number, person in numbered])
    write_rows(
        _ADD_NAME,
        [row for number, person in numbered for row in _name_rows(number, person)],
    )
    write_rows(
        _ADD_IDENTIFIER,
        [
            {"person_id": number, "kind": kind, "value": value[:40], "valid": _passes(kind, value)}
            for number, person in numbered
            for kind, value in person.identifiers
        ],
    )
    write_rows(_ADD_STAY, [_stay_row(number, person.stay) for number, person in numbered if person.stay is not None])
    write_rows(_ADD_CARER, [row for number, person in numbered for row in _carer_rows(number, person)])
    keep_keys({number: _described(person) for number, person in numbered})
    record_each(actor, "person.added", [([number], {}) for number, _ in numbered])
    return [number for number, _ in numbered]


def _described(person: PersonGiven) -> Described:
    """As `refresh_keys` would describe the rows that were just written, without reading them."""
    stay = person.stay
    born = "estimated" if person.born_estimated else "exact"
    return Described(
        first=person.first[:80],
        middle=(person.middle or "")[:80],
        last=person.last[:80],
        other_names=tuple(f"{first[:80]} {last[:80]}".strip() for first, last in person.also_known_as),
        sex=person.sex,
        born_on=person.born_on or person.expected_on,
        born=born if person.born_on or not person.expected_on else "expected",
        homes=((stay["line"][:200], (stay["postcode"] or "")[:12]),) if stay else (),
        carers=tuple(name[:160] for name in person.carers),
        phones=(person.phone[:60],) if person.phone else (),
        identifiers=tuple((kind, value[:40]) for kind, value in person.identifiers),
    )


def _person_row(number: int, person: PersonGiven) -> dict[str, Any]:
    key = None if person.born_estimated else match_key(person.first, person.last, person.born_on)
    source_system, source_id = person.source or (None, None)
    return {
        "id": number,
        "description": _cut(person.description, 200),
        "born_on": person.born_on,
        "born_estimated": person.born_estimated,
        "expected_on": person.expected_on,
        "sex": person.sex,
        "ethnicity": _cut(person.ethnicity, 4),
        "phone": _cut(person.phone, 60),
        "school": _cut(person.school, 160),
        "gp": _cut(person.gp, 160),
        "first_language": _cut(person.first_language, 80),
        "interpreter_needed": person.interpreter_needed,
        "match_key": key,
        "source_system": source_system,
        "source_id": source_id,
    }


def _name_rows(number: int, person: PersonGiven) -> Iterator[dict[str, Any]]:
    names = [("known", person.first, person.last), *(("also_known_as", *name) for name in person.also_known_as)]
    for kind, first, last in names:
        yield {
            "person_id": number,
            "kind": kind,
            "first": first[:80],
            "middle": _cut(person.middle, 80) if kind == "known" else None,
            "last": last[:80],
            "is_current": kind == "known",
        }


# Built once, and rows go straight in: several people come with each decision.
_ADD_PERSON, _ADD_NAME, _ADD_IDENTIFIER, _ADD_STAY, _ADD_CARER, _ADD_MEMBER = (
    sa.insert(cast(sa.Table, model.__table__))
    for model in (Person, PersonName, PersonIdentifier, Stay, Relationship, FamilyMember)
)


def _carer_rows(number: int, person: PersonGiven) -> Iterator[dict[str, Any]]:
    for name in person.carers:
        yield {
            "person_id": number,
            "other_name": name[:160],
            "kind": "carer",
            "said_by": person.said_by[:200],
            "said_at": clock.now(),
        }


def _passes(kind: str, value: str) -> bool:
    check = CHECKS.get(kind)
    return check(value).ok if check else True


def _stay_row(person_id: int, stay: StayGiven) -> dict[str, Any]:
    postcode = parse_postcode(stay["postcode"])
    sector = postcode.sector if isinstance(postcode, Postcode | PartPostcode) else None
    return {
        "person_id": person_id,
        "line": stay["line"][:200],
        "postcode": _cut(stay["postcode"], 12),
        "sector": sector,
        "kind": stay["kind"],
        "protected": stay["protected"],
        "from_on": None,
        "to_on": None,
        "lives_here_now": True,
        "said_by": stay["said_by"][:200],
        "said_at": stay["said_at"],
    }


def make_family(*, name: str, actor: ActorLike | None = None) -> int:
    """Make a family by the name it is spoken of ("Lister"); gives its number (a Subject)."""
    subject = new_subject("family")
    db.session.add(Family(id=subject.id, name=name[:120], made_at=clock.now()))
    db.session.flush()
    record(actor, "family.made", subjects=[subject.id])
    return subject.id


_MEMBERS = sa.select(FamilyMember.person_id).where(
    FamilyMember.family_id == sa.bindparam("family"), FamilyMember.to_at.is_(None)
)


@dataclass(frozen=True)
class MemberGiven:
    """A person's place in a family: `role` child | adult; `relationship` as said ("mother")."""

    role: str
    relationship: str | None = None
    parental_responsibility: bool | None = None
    adult_of_concern: bool = False
    said_in_id: int | None = None


def add_to_family(family_id: int, person_id: int, *, actor: ActorLike | None = None, **given: Any) -> None:
    """Put a person into a family from now on (the fields of `MemberGiven`). Nothing happens if they are in it."""
    add_members(family_id, [(person_id, MemberGiven(**given))], actor=actor)


def add_members(family_id: int, members: Iterable[tuple[int, MemberGiven]], *, actor: ActorLike | None = None) -> None:
    """Put people into a family from now on, each with their place; whoever is in it stays as they are."""
    there = {row.person_id for row in fetch(_MEMBERS, {"family": family_id})}
    new = [(person_id, member) for person_id, member in members if person_id not in there]
    write_rows(
        _ADD_MEMBER,
        [
            {
                "family_id": family_id,
                "person_id": person_id,
                "role": member.role,
                "relationship": _cut(member.relationship, 80),
                "parental_responsibility": member.parental_responsibility,
                "adult_of_concern": member.adult_of_concern,
                "said_in_id": member.said_in_id,
                "from_at": clock.now(),
                "to_at": None,
            }
            for person_id, member in new
        ],
    )
    record_each(
        actor, "family.member.added", [([person_id, family_id], {"role": member.role}) for person_id, member in new]
    )
