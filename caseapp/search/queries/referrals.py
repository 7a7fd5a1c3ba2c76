"""Referrals that answer a search: the hub's, and those that the searcher or their desk sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import HUB, Actor
from caseapp.access.models import Reach
from caseapp.access.queries import AnyReader, reaches, reader_params, reader_shape
from caseapp.kernel.db import fetch, padded
from caseapp.kernel.subjects import Subject
from caseapp.people.queries import shown_age
from caseapp.referrals.domain.seeking import sector_key, source_key
from caseapp.referrals.models import Referral, ReferralChild, ReferralKey
from caseapp.search.domain import Answer, Asked, Named, answer

from .plan import Plan

MOST, MOST_NEAR = 1_000, 300
# Why a referral reaches somebody who finds it here: it came to the hub, they sent it, or their desk did.
_WHYS = ("hub", "own")
_AN_ADULT = Answer(9, True, ("names an adult of that name",))
_ANY = Answer(0, True, ())


@dataclass(frozen=True)
class ReferralHit:
    """A referral found: the children it tells of, who sent it, and whether it is decided."""

    id: int
    reference: str
    children: tuple[tuple[str, str], ...]
    received_at: datetime
    sender: str
    decided: bool
    why: tuple[str, ...]
    opens_in_hub: bool
    order: tuple[Any, ...]


def find_referrals(actor: Actor, asked: Asked, plan: Plan) -> tuple[list[ReferralHit], bool]:
    """The referrals that answer, the best first, then the latest; and whether there are more than were looked at. One
    statement."""
    by = "references" if plan.by == "references" else "keys"
    given: dict[str, Any] = {**reader_params(actor), **_given(asked, plan, by)}
    in_sector = bool(plan.sectors) and plan.by != "sectors"
    statement = _statement(*reader_shape(actor), by, len(plan.also), in_sector, plan.born is not None)
    rows = fetch(statement, given)
    in_hub = bool(actor.teams(HUB))
    found = []
    for _number, group in groupby(rows, key=lambda row: row.id):
        hit = _hit(list(group), asked, in_hub)
        if hit is not None:
            found.append(hit)
    found.sort(key=lambda hit: hit.order)
    whole = {row.id for row in rows if row.whole}
    more = len(whole) > MOST or len({row.id for row in rows} - whole) > MOST_NEAR or len(found) > MOST
    return found[:MOST], more


def _given(asked: Asked, plan: Plan, by: str) -> dict[str, Any]:
    given: dict[str, Any] = {f"also_{place}": keys for place, keys in enumerate(plan.also)}
    sectors = tuple(padded([sector_key(sector) for sector in plan.sectors]))
    if plan.by == "sectors":
        given |= {"exact": sectors, "near": padded([])}
    elif plan.by == "numbers":
        given |= {"exact": padded([source_key(number) for number in asked.numbers]), "near": padded([])}
    elif by == "keys":
        given |= {"exact": plan.exact, "near": plan.near}
    else:
        given["references"] = asked.references[:1]
    if plan.sectors and plan.by != "sectors":
        given["in_sector"] = sectors
    if plan.born is not None:
        given["born_from"], given["born_to"] = plan.born
    return given


@cache
def _statement(placed: bool, covers: bool, by: str, also: int, in_sector: bool, born: bool) -> sa.Select[Any]:
    reader = AnyReader(placed, covers)

    def kept(referral_id: Any) -> list[sa.ColumnElement[bool]]:
        conditions: list[sa.ColumnElement[bool]] = [
            sa.exists().where(
                Reach.subject_id == referral_id, Reach.kind == "referral", Reach.why.in_(_WHYS), reaches(reader)
            )
        ]
        names = [f"also_{place}" for place in range(also)] + ["in_sector"] * in_sector
        conditions += [_has(referral_id, name) for name in names]
        if born:
            between = ReferralChild.born_on.between(
                sa.bindparam("born_from", type_=sa.Date()), sa.bindparam("born_to", type_=sa.Date())
            )
            conditions.append(sa.exists().where(ReferralChild.referral_id == referral_id, between))
        return conditions

    if by == "keys":
        branches = [
            sa.select(ReferralKey.referral_id.label("id"), sa.literal(whole).label("whole"))
            .where(ReferralKey.key.in_(sa.bindparam(name, expanding=True)), *kept(ReferralKey.referral_id))
            .distinct()
            .limit(most + 1)
            .subquery()
            for name, whole, most in (("exact", 1, MOST), ("near", 0, MOST_NEAR))
        ]
        found: Any = sa.union_all(*(sa.select(branch.c.id, branch.c.whole) for branch in branches)).subquery()
    else:
        references = Subject.reference.in_(sa.bindparam("references", expanding=True))
        found = (
            sa.select(Subject.id, sa.literal(1).label("whole"))
            .where(references, Subject.kind == "referral", *kept(Subject.id))
            .subquery()
        )
    once = sa.select(found.c.id, sa.func.max(found.c.whole).label("whole")).group_by(found.c.id).subquery()
    return (
        sa.select(
            once.c.id,
            once.c.whole,
            Subject.reference,
            Referral.received_at,
            Referral.agency_given,
            Referral.state,
            ReferralChild.shown_name,
            ReferralChild.first_name,
            ReferralChild.last_name,
            ReferralChild.born_on,
            ReferralChild.born_estimated,
            ReferralChild.expected_on,
        )
        .select_from(once)
        .join(Referral, Referral.id == once.c.id)
        .join(Subject, Subject.id == once.c.id)
        .outerjoin(ReferralChild, ReferralChild.referral_id == once.c.id)
        .order_by(once.c.id, ReferralChild.position)
    )


def _has(referral_id: Any, name: str) -> sa.ColumnElement[bool]:
    one = sa.orm.aliased(ReferralKey)
    return sa.exists().where(one.referral_id == referral_id, one.key.in_(sa.bindparam(name, expanding=True)))


def _hit(rows: Sequence[Any], asked: Asked, in_hub: bool) -> ReferralHit | None:
    row = rows[0]
    children = [each for each in rows if each.shown_name is not None]
    best = _best(children, asked) if asked.words else _ANY
    if best is None and row.whole:
        best = _AN_ADULT
    if best is None:
        return None
    decided = row.state == "decided"
    return ReferralHit(
        id=row.id,
        reference=row.reference,
        children=tuple((each.shown_name, shown_age(each)) for each in children[:6]),
        received_at=row.received_at,
        sender=row.agency_given,
        decided=decided,
        why=best.why,
        opens_in_hub=in_hub,
        order=(best.far, decided, -row.received_at.timestamp(), row.id),
    )


def _best(children: Sequence[Any], asked: Asked) -> Answer | None:
    found = [answer(asked.words, [Named(each.first_name, None, each.last_name, "", True)]) for each in children]
    return min((one for one in found if one), key=lambda one: one.far, default=None)
