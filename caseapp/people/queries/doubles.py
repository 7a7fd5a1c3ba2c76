"""The work list of records that may be one person, as far as somebody may see both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.access.domain import L4, Actor
from caseapp.access.queries import AnyReader, find_seen, not_barred, reader_params, reader_shape
from caseapp.kernel.db import fetch
from caseapp.kernel.subjects import Subject
from caseapp.people.catalogue import DIFFERENT, NOT_SURE, SAME
from caseapp.people.domain.beside import Side, side_by_side
from caseapp.people.domain.matching import VERY_LIKELY, Evidence, Scored, score, words_to_count
from caseapp.people.domain.names import full_name
from caseapp.people.models import DuplicatePair, Person, PersonName, SamePersonLink

from .matches import count_names, described_people

# So many pairs are shown; those behind them follow as these are decided.
SHOWN = 50


@dataclass(frozen=True)
class WaitingPair:
    """A pair of the work list: both records, how likely, since when, and whether somebody was not sure."""

    reference: str
    name: str
    born_on: date | None
    other_reference: str
    other_name: str
    other_born_on: date | None
    band: str
    found_at: Any
    not_sure: bool


@dataclass(frozen=True)
class Waiting:
    """The work list: the pairs that wait, and how many of how many were decided."""

    pairs: list[WaitingPair]
    decided: int
    total: int


@dataclass(frozen=True)
class Double:
    """Another record that may be the same person, with its reasons."""

    person_id: int
    reference: str
    name: str
    scored: Scored
    sides: Sequence[Side]
    said: str | None

    told_by = ""

    @property
    def about(self) -> str:
        """What the form sends back to say which it is."""
        return str(self.person_id)

    @property
    def strong(self) -> list[Evidence]:
        """What speaks strongly for it."""
        return [each for each in self.scored.evidence if each.strength == "strong"]

    @property
    def some(self) -> list[Evidence]:
        """What speaks for it a little."""
        return [each for each in self.scored.evidence if each.strength == "some"]

    @property
    def against(self) -> list[Evidence]:
        """What speaks against it."""
        return [each for each in self.scored.evidence if each.strength == "against"]


def list_waiting(actor: Actor, *, limit: int = SHOWN) -> Waiting:
    """The pairs that wait for somebody to say whether they are one person, the likeliest first, those of whom somebody
    was not sure last; only pairs whose records the actor may both see. Two statements."""
    given = reader_params(actor)
    rows = fetch(_waiting(*reader_shape(actor)), {**given, "limit": limit})
    counts = fetch(_counts(*reader_shape(actor)), given)[0]
    return Waiting(
        [
            WaitingPair(
                row.reference,
                full_name(row.first, row.last),
                row.born_on,
                row.other_reference,
                full_name(row.other_first, row.other_last),
                row.other_born_on,
                row.band,
                row.found_at,
                row.said == NOT_SURE,
            )
            for row in rows
        ],
        counts.decided or 0,
        counts.total,
    )


_ONE, _OTHER = orm.aliased(Person), orm.aliased(Person)
_ONE_NAME, _OTHER_NAME = orm.aliased(PersonName), orm.aliased(PersonName)
_ONE_SUBJECT, _OTHER_SUBJECT = orm.aliased(Subject), orm.aliased(Subject)
# Pairs and links both have the smaller number first.
_SAID = sa.and_(
    SamePersonLink.one_id == DuplicatePair.person_id,
    SamePersonLink.other_id == DuplicatePair.other_id,
    SamePersonLink.ended_at.is_(None),
)
_DECIDED = SamePersonLink.answer.in_((SAME, DIFFERENT))


def _seen(placed: bool, covers: bool) -> sa.ColumnElement[bool]:
    reader = AnyReader(placed, covers)
    return sa.and_(not_barred(reader, DuplicatePair.person_id), not_barred(reader, DuplicatePair.other_id))


@cache
def _waiting(placed: bool, covers: bool) -> Any:
    return (
        sa.select(
            _ONE_SUBJECT.reference,
            _ONE_NAME.first,
            _ONE_NAME.last,
            _ONE.born_on,
            _OTHER_SUBJECT.reference.label("other_reference"),
            _OTHER_NAME.first.label("other_first"),
            _OTHER_NAME.last.label("other_last"),
            _OTHER.born_on.label("other_born_on"),
            DuplicatePair.band,
            DuplicatePair.found_at,
            SamePersonLink.answer.label("said"),
        )
        .select_from(DuplicatePair)
        .join(_ONE, _ONE.id == DuplicatePair.person_id)
        .join(_OTHER, _OTHER.id == DuplicatePair.other_id)
        .join(_ONE_SUBJECT, _ONE_SUBJECT.id == _ONE.id)
        .join(_OTHER_SUBJECT, _OTHER_SUBJECT.id == _OTHER.id)
        .outerjoin(_ONE_NAME, sa.and_(_ONE_NAME.person_id == _ONE.id, _ONE_NAME.is_current))
        .outerjoin(_OTHER_NAME, sa.and_(_OTHER_NAME.person_id == _OTHER.id, _OTHER_NAME.is_current))
        .outerjoin(SamePersonLink, _SAID)
        .where(_seen(placed, covers), sa.or_(SamePersonLink.id.is_(None), ~_DECIDED))
        .order_by(
            sa.case((SamePersonLink.id.is_(None), 0), else_=1),
            sa.case((DuplicatePair.band == VERY_LIKELY, 0), else_=1),
            DuplicatePair.bits.desc(),
            DuplicatePair.person_id,
            DuplicatePair.other_id,
        )
        .limit(sa.bindparam("limit", type_=sa.Integer()))
    )


@cache
def _counts(placed: bool, covers: bool) -> Any:
    return (
        sa.select(
            sa.func.count().label("total"),
            sa.func.sum(sa.case((_DECIDED, 1), else_=0)).label("decided"),
        )
        .select_from(DuplicatePair)
        .outerjoin(SamePersonLink, _SAID)
        .where(_seen(placed, covers))
    )


def list_doubles(actor: Actor, person_id: int) -> list[Double]:
    """The other records of the work list that may be this person, the likeliest first, without those that the actor may
    not see and those of whom it is decided. Four statements."""
    rows = fetch(_OTHERS, {"person": person_id})
    seen = find_seen(actor, "person", [row.id for row in rows])
    rows = [row for row in rows if row.id in seen and not seen[row.id].ring]
    if not rows:
        return []
    known = described_people([person_id, *(row.id for row in rows)])
    asked = known.pop(person_id)
    common = count_names(words_to_count(asked, known.values()))
    found = []
    for row in rows:
        other = known[row.id]
        sides = side_by_side(asked, other, homes=False)
        if seen[row.id].level < L4:
            # Whether it is the same home stands in the reasons; where it is, only who works with them is told.
            sides = tuple(side for side in sides if side.label != "Home")
        name = full_name(other.first, other.last)
        found.append(Double(row.id, seen[row.id].reference, name, score(asked, other, common), sides, row.said))
    return sorted(found, key=lambda each: (each.scored.band != VERY_LIKELY, -each.scored.bits))


def _others() -> Any:
    pairs = [
        sa.select(there.label("id"), SamePersonLink.answer.label("said"))
        .select_from(DuplicatePair)
        .outerjoin(SamePersonLink, _SAID)
        .where(here == sa.bindparam("person", type_=sa.BigInteger()), sa.or_(SamePersonLink.id.is_(None), ~_DECIDED))
        for here, there in (
            (DuplicatePair.person_id, DuplicatePair.other_id),
            (DuplicatePair.other_id, DuplicatePair.person_id),
        )
    ]
    return sa.union_all(*pairs)


_OTHERS = _others()
