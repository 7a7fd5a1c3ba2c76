"""Plans and actions as lists: of a case, of whoever reads."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import L2, Actor
from caseapp.access.queries import AnyReader, not_barred, reader_params, reader_shape, sees
from caseapp.cases.queries import card_part
from caseapp.cases.slots import Told
from caseapp.kernel import clock
from caseapp.kernel.db import fetch
from caseapp.kernel.subjects import Subject
from caseapp.people.models import Family
from caseapp.plans.catalogue import KINDS, PlanKind
from caseapp.plans.domain import Standing, standing
from caseapp.plans.models import Plan, PlanAction, PlanChild


@dataclass(frozen=True)
class PlanLink:
    """A plan as the case page names it."""

    id: int
    reference: str
    kind: PlanKind
    started_on: date
    next_on: date | None
    ended_on: date | None


_OF_CASE = (
    sa.select(Plan.id, Subject.reference, Plan.kind, PlanChild.from_on, Plan.next_on, PlanChild.to_on)
    .join(Subject, Subject.id == Plan.id)
    .join(PlanChild, PlanChild.plan_id == Plan.id)
    .where(PlanChild.case_id == sa.bindparam("case", type_=sa.BigInteger()))
    .order_by(PlanChild.to_on.is_not(None), PlanChild.from_on.desc(), Plan.id.desc())
)


def plans_of_case(case_id: int) -> list[PlanLink]:
    """The plans that a child is or was on: those that run first. One statement."""
    return [
        PlanLink(row.id, row.reference, KINDS[row.kind], row.from_on, row.next_on, row.to_on)
        for row in fetch(_OF_CASE, {"case": case_id})
    ]


def card(case: Any) -> list[sa.Select[Any]]:
    """The plans that a child is or was on, for the card of their case (slot `cases.card`)."""
    return [
        card_part(
            "plan",
            number=Plan.id,
            text1=Subject.reference,
            text2=Plan.kind,
            day1=PlanChild.from_on,
            day2=PlanChild.to_on,
        )
        .join(Subject, Subject.id == Plan.id)
        .join(PlanChild, PlanChild.plan_id == Plan.id)
        .where(PlanChild.case_id == case)
    ]


def plans_told(told: Told) -> list[PlanLink]:
    """The plans on the card of a case, as `plans_of_case` gives them."""
    rows = sorted(told.get("plan", ()), key=lambda row: (row.day1, row.number), reverse=True)
    links = [PlanLink(row.number, row.text1, KINDS[row.text2], row.day1, None, row.day2) for row in rows]
    return sorted(links, key=lambda link: link.ended_on is not None)


@dataclass(frozen=True)
class Mine:
    """An open action of one's own: what, by when, of which plan and family."""

    action_id: int
    what: str
    due_on: date
    reference: str
    kind: PlanKind
    family: str

    @property
    def standing(self) -> Standing:
        """How it stands today."""
        return standing("open", self.due_on, clock.today())


def _kept_from(reader: AnyReader) -> sa.ColumnElement[bool]:
    """The condition that something keeps a child of the plan from the reader: then the whole plan is."""
    return sa.exists().where(PlanChild.plan_id == Plan.id, ~not_barred(reader, PlanChild.case_id))


@cache
def _mine(placed: bool, covers: bool) -> Any:
    reader = AnyReader(placed, covers)
    through_case = sa.exists().where(
        PlanChild.plan_id == Plan.id, PlanChild.to_on.is_(None), sees(reader, PlanChild.case_id, "case", L2)
    )
    return (
        sa.select(PlanAction.id, PlanAction.what, PlanAction.due_on, Subject.reference, Plan.kind, Family.name)
        .join(Plan, Plan.id == PlanAction.plan_id)
        .join(Subject, Subject.id == Plan.id)
        .join(Family, Family.id == Plan.family_id)
        .where(
            PlanAction.owner_professional_id.in_(sa.bindparam("whose", expanding=True, type_=sa.BigInteger())),
            PlanAction.state == "open",
            Plan.ended_on.is_(None),
            sa.or_(sees(reader, Plan.id, "plan", L2), through_case),
            ~_kept_from(reader),
        )
        .order_by(PlanAction.due_on, PlanAction.id)
        .limit(MOST)
    )


MOST = 100


def actions_of(actor: Actor) -> list[Mine]:
    """What this person has to do by plans that they may see, and what those whom they cover for have: soonest first, a
    hundred at most. One statement."""
    whose = [number for number in (actor.professional_id, *(a.professional_id for a in actor.covers)) if number]
    if not whose:
        return []
    rows = fetch(_mine(*reader_shape(actor)), {"whose": whose, **reader_params(actor)})
    return [Mine(row.id, row.what, row.due_on, row.reference, KINDS[row.kind], row.name) for row in rows]


@dataclass(frozen=True)
class Linked:
    """A plan that is shared with whoever reads: which, of which family, when the group meets next."""

    reference: str
    kind: PlanKind
    family: str
    started_on: date
    next_on: date | None


def list_mine(actor: Actor) -> list[Linked]:
    """The open plans that one is in the group of, the soonest meeting first. One statement."""
    return [
        Linked(row.reference, KINDS[row.kind], row.name, row.started_on, row.next_on)
        for row in fetch(_shared(*reader_shape(actor)), reader_params(actor))
    ]


@cache
def _shared(placed: bool, covers: bool) -> Any:
    reader = AnyReader(placed, covers)
    return (
        sa.select(Subject.reference, Plan.kind, Family.name, Plan.started_on, Plan.next_on)
        .join(Subject, Subject.id == Plan.id)
        .join(Family, Family.id == Plan.family_id)
        .where(Plan.ended_on.is_(None), sees(reader, Plan.id, "plan", L2), ~_kept_from(reader))
        .order_by(Plan.next_on.is_(None), Plan.next_on, Plan.id)
        .limit(MOST)
    )
