"""Recording people, where they live and the families that are worked with together."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TypedDict

import sqlalchemy as sa

from caseapp.kernel import clock
from caseapp.kernel.db import db
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
    db.session.add(
        Person(
            id=subject.id,
            description=_cut(description, 200),
            born_on=born_on,
            born_estimated=born_estimated,
            expected_on=expected_on,
            sex=sex,
            ethnicity=_cut(ethnicity, 4),
            phone=_cut(phone, 60),
            first_language=_cut(first_language, 80),
            interpreter_needed=interpreter_needed,
            match_key=None if born_estimated else match_key(first, last, born_on),
        )
    )
    db.session.flush()
    db.session.add(PersonName(person_id=subject.id, kind="known", first=first[:80], last=last[:80], is_current=True))
    for kind, value in identifiers:
        check = CHECKS.get(kind)
        valid = check(value).ok if check else True
        db.session.add(PersonIdentifier(person_id=subject.id, kind=kind, value=value[:40], valid=valid))
    if stay is not None:
        _add_stay(subject.id, stay)
    db.session.flush()
    record(actor, "person.added", subjects=[subject.id])
    return subject.id


def _add_stay(person_id: int, stay: StayGiven) -> None:
    postcode = parse_postcode(stay["postcode"])
    sector = postcode.sector if isinstance(postcode, Postcode | PartPostcode) else None
    db.session.add(
        Stay(
            person_id=person_id,
            line=stay["line"][:200],
            postcode=_cut(stay["postcode"], 12),
            sector=sector,
            kind=stay["kind"],
            protected=stay["protected"],
            from_on=None,
            to_on=None,
            lives_here_now=True,
            said_by=stay["said_by"][:200],
            said_at=stay["said_at"],
        )
    )


def make_family(*, name: str, actor: ActorLike | None = None) -> int:
    """Make a family by the name it is spoken of ("Lister"); gives its number (a Subject)."""
    subject = new_subject("family")
    db.session.add(Family(id=subject.id, name=name[:120], made_at=clock.now()))
    db.session.flush()
    record(actor, "family.made", subjects=[subject.id])
    return subject.id


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
    known = db.session.scalar(
        sa.select(FamilyMember.id).where(
            FamilyMember.family_id == family_id, FamilyMember.person_id == person_id, FamilyMember.to_at.is_(None)
        )
    )
    if known is not None:
        return
    db.session.add(
        FamilyMember(
            family_id=family_id,
            person_id=person_id,
            role=role,
            relationship=_cut(relationship, 80),
            parental_responsibility=parental_responsibility,
            adult_of_concern=adult_of_concern,
            said_in_id=said_in_id,
            from_at=clock.now(),
            to_at=None,
        )
    )
    db.session.flush()
    record(actor, "family.member.added", subjects=[person_id, family_id], role=role)
