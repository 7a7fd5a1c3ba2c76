"""What people said of two records, and who is one person by that."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.accounts.queries import user_name_of
from caseapp.kernel.db import fetch
from caseapp.people.catalogue import DIFFERENT
from caseapp.people.models import PersonIdentity, SamePersonLink


@dataclass(frozen=True)
class LinkRow:
    """What somebody said of two records (the smaller number is `one_id`), and whether and why it was taken back."""

    id: int
    one_id: int
    other_id: int
    answer: str
    words: str
    said_by: str
    said_at: datetime
    ended_by: str | None
    ended_at: datetime | None
    end_words: str | None

    def other_than(self, person_id: int) -> int:
        """The other one of the two."""
        return self.other_id if person_id == self.one_id else self.one_id


def identity_of(person_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """For each of these persons all records that are theirs by the links that stand, themself among them. One
    statement."""
    if not person_ids:
        return {}
    found: dict[int, set[int]] = defaultdict(set)
    for row in fetch(_TOGETHER, {"persons": list(person_ids)}):
        found[row.person_id].add(row.other_id)
    return {number: frozenset({number, *found.get(number, ())}) for number in person_ids}


_ONE, _OTHER = orm.aliased(PersonIdentity), orm.aliased(PersonIdentity)
_TOGETHER = (
    sa.select(_ONE.person_id, _OTHER.person_id.label("other_id"))
    .join(_OTHER, _OTHER.identity_id == _ONE.identity_id)
    .where(_ONE.person_id.in_(sa.bindparam("persons", expanding=True, type_=sa.BigInteger())))
)


def linked_to(person_ids: Any) -> sa.Select[int]:
    """A query of everybody who is one person with any of these (a query of numbers, or a parameter for them) by the
    links that stand; whoever is linked to nobody is not among them."""
    one, other = orm.aliased(PersonIdentity), orm.aliased(PersonIdentity)
    linked = sa.select(other.person_id).join(one, one.identity_id == other.identity_id)
    return linked.where(one.person_id.in_(person_ids))


def list_links(person_ids: Collection[int], *, standing: bool = False) -> list[LinkRow]:
    """Everything that was ever said of these persons' records and others, the newest first; `standing`: only what was
    not taken back. One statement."""
    if not person_ids:
        return []
    rows = fetch(_LINKS[standing], {"persons": list(person_ids)})
    return [LinkRow(*row) for row in rows]


def _links(*, standing: bool) -> Any:
    persons: Any = sa.bindparam("persons", expanding=True, type_=sa.BigInteger())
    query = (
        sa.select(
            SamePersonLink.id,
            SamePersonLink.one_id,
            SamePersonLink.other_id,
            SamePersonLink.answer,
            SamePersonLink.words,
            sa.func.coalesce(user_name_of(SamePersonLink.said_by_id), "Somebody").label("said_by"),
            SamePersonLink.said_at,
            user_name_of(SamePersonLink.ended_by_id).label("ended_by"),
            SamePersonLink.ended_at,
            SamePersonLink.end_words,
        )
        .where(sa.or_(SamePersonLink.one_id.in_(persons), SamePersonLink.other_id.in_(persons)))
        .order_by(SamePersonLink.id.desc())
    )
    return query.where(SamePersonLink.ended_at.is_(None)) if standing else query


_LINKS = {standing: _links(standing=standing) for standing in (False, True)}


def said_different(person_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """For each of these persons the records of whom somebody said that they are another's, and did not take it back.
    One statement."""
    found: dict[int, set[int]] = defaultdict(set)
    for link in list_links(person_ids, standing=True):
        if link.answer == DIFFERENT:
            found[link.one_id].add(link.other_id)
            found[link.other_id].add(link.one_id)
    return {number: frozenset(found[number]) for number in person_ids if number in found}
