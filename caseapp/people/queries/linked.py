"""The other records of a person, as somebody who may see them reads what was said of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.access.domain import Actor
from caseapp.access.queries import AnyReader, find_seen, not_barred, reader_params, reader_shape
from caseapp.accounts.queries import user_name_of
from caseapp.kernel.db import fetch
from caseapp.kernel.subjects import Subject
from caseapp.people.domain.names import full_name
from caseapp.people.models import Person, PersonIdentity, PersonName, SamePersonLink

from .families import CURRENT_NAME
from .links import LinkRow, list_links


@dataclass(frozen=True)
class OtherRecord:
    """Another record of the same person: what tells it from this one, and the words by which it was linked (None:
    through a third)."""

    person_id: int
    reference: str
    name: str
    born_on: date | None
    words: str | None
    said_by: str


def list_other_records(actor: Actor, person_id: int) -> list[OtherRecord]:
    """The other records that are one with a person's, as far as the actor may see them. One statement."""
    given = {"person": person_id, **reader_params(actor)}
    return [
        OtherRecord(
            row.id,
            row.reference,
            full_name(row.first, row.last, description=row.description),
            row.born_on,
            row.words,
            row.said_by or "Somebody",
        )
        for row in fetch(_others(*reader_shape(actor)), given)
    ]


@cache
def _others(placed: bool, covers: bool) -> Any:
    reader = AnyReader(placed, covers)
    person: Any = sa.bindparam("person", type_=sa.BigInteger())
    mine, theirs = orm.aliased(PersonIdentity), orm.aliased(PersonIdentity)
    said = sa.and_(
        sa.or_(
            sa.and_(SamePersonLink.one_id == person, SamePersonLink.other_id == Person.id),
            sa.and_(SamePersonLink.other_id == person, SamePersonLink.one_id == Person.id),
        ),
        SamePersonLink.ended_at.is_(None),
    )
    return (
        sa.select(
            Person.id,
            Subject.reference,
            PersonName.first,
            PersonName.last,
            Person.description,
            Person.born_on,
            SamePersonLink.words,
            user_name_of(SamePersonLink.said_by_id).label("said_by"),
        )
        .select_from(mine)
        .join(theirs, sa.and_(theirs.identity_id == mine.identity_id, theirs.person_id != mine.person_id))
        .join(Person, Person.id == theirs.person_id)
        .join(Subject, Subject.id == Person.id)
        .outerjoin(PersonName, CURRENT_NAME)
        .outerjoin(SamePersonLink, said)
        .where(mine.person_id == person, not_barred(reader, Person.id))
        .order_by(Person.id)
    )


@dataclass(frozen=True)
class LinkShown:
    """What was said of a person's record and another one, with the other's reference and name where the reader may see
    it, or whom to ring."""

    link: LinkRow
    reference: str
    name: str
    ring: str


def list_links_of(actor: Actor, person_id: int) -> list[LinkShown]:
    """Everything that was ever said of a person's record and others, the latest first; of records that the actor may
    not see at all, nothing. Three statements."""
    links = list_links([person_id])
    others = [link.other_than(person_id) for link in links]
    seen = find_seen(actor, "person", others)
    names = {row.id: full_name(row.first, row.last, description=row.description) for row in _names(list(seen))}
    return [
        LinkShown(link, who.reference, "" if who.ring else names.get(other, ""), who.ring)
        for link, other in zip(links, others, strict=True)
        if (who := seen.get(other)) is not None
    ]


def _names(person_ids: list[int]) -> Sequence[Any]:
    return fetch(_NAMES, {"persons": person_ids}) if person_ids else ()


_NAMES = (
    sa.select(Person.id, Person.description, PersonName.first, PersonName.last)
    .outerjoin(PersonName, CURRENT_NAME)
    .where(Person.id.in_(sa.bindparam("persons", expanding=True, type_=sa.BigInteger())))
)
