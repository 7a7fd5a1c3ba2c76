"""Recording people, where they live and the families that are worked with together."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, TypedDict, cast

import sqlalchemy as sa

from caseapp.kernel import clock
from caseapp.kernel.db import db, fetch, write_rows
from caseapp.kernel.events import ActorLike, record
from caseapp.kernel.subjects import new_subject

from .domain.identifiers import PartPostcode, Postcode, check_nhs_number, check_upn, parse_postcode
from .domain.names import match_key
from .models import Family, FamilyMember, Person, PersonIdentifier, PersonName, Stay

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


def add_person(
    *,
    first: str,
    last: str,
    description: str | None = None,
    born_on: date | None = None,
    born_estimated: bool = False,
    expected_on: date | None = None,
    sex: str = "U",
    ethnicity: str | None = None,
    phone: str | None = None,
    first_language: str | None = None,
    interpreter_needed: bool = False,
    identifiers: Iterable[tuple[str, str]] = (),
    stay: StayGiven | None = None,
    actor: ActorLike | None = None,
) -> int:
    """Record a person as they were told of; gives their number (a Subject).

    `identifiers` are (kind, value) pairs such as ("nhs_number", "943 476 5919"), kept as given with what their
    check says. An estimated birth date makes no match key: two children would be taken for one on a guess.
    """
    subject = new_subject("person")
    person = {
        "id": subject.id,
        "description": _cut(description, 200),
        "born_on": born_on,
        "born_estimated": born_estimated,
        "expected_on": expected_on,
        "sex": sex,
        "ethnicity": _cut(ethnicity, 4),
        "phone": _cut(phone, 60),
        "first_language": _cut(first_language, 80),
        "interpreter_needed": interpreter_needed,
        "match_key": None if born_estimated else match_key(first, last, born_on),
    }
    write_rows(_ADD_PERSON, [person])
    name = {"person_id": subject.id, "kind": "known", "first": first[:80], "last": last[:80], "is_current": True}
    write_rows(_ADD_NAME, [name])
    write_rows(
        _ADD_IDENTIFIER,
        [
            {"person_id": subject.id, "kind": kind, "value": value[:40], "valid": _passes(kind, value)}
            for kind, value in identifiers
        ],
    )
    if stay is not None:
        write_rows(_ADD_STAY, [_stay_row(subject.id, stay)])
    record(actor, "person.added", subjects=[subject.id])
    return subject.id


# Built once, and rows go straight in: several people come with each decision.
_ADD_PERSON, _ADD_NAME, _ADD_IDENTIFIER, _ADD_STAY, _ADD_MEMBER = (
    sa.insert(cast(sa.Table, model.__table__)) for model in (Person, PersonName, PersonIdentifier, Stay, FamilyMember)
)


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


_MEMBER = sa.select(FamilyMember.id).where(
    FamilyMember.family_id == sa.bindparam("family"),
    FamilyMember.person_id == sa.bindparam("person"),
    FamilyMember.to_at.is_(None),
)


def add_to_family(
    family_id: int,
    person_id: int,
    *,
    role: str,
    relationship: str | None = None,
    parental_responsibility: bool | None = None,
    adult_of_concern: bool = False,
    said_in_id: int | None = None,
    actor: ActorLike | None = None,
) -> None:
    """Put a person into a family from now on: `role` child | adult; `relationship` as said ("mother").

    Nothing happens if they are in it.
    """
    if fetch(_MEMBER, {"family": family_id, "person": person_id}):
        return
    member = {
        "family_id": family_id,
        "person_id": person_id,
        "role": role,
        "relationship": _cut(relationship, 80),
        "parental_responsibility": parental_responsibility,
        "adult_of_concern": adult_of_concern,
        "said_in_id": said_in_id,
        "from_at": clock.now(),
        "to_at": None,
    }
    write_rows(_ADD_MEMBER, [member])
    record(actor, "family.member.added", subjects=[person_id, family_id], role=role)
