"""Cases as what has clocks, closed ones too: what was late is explained after the closing as well."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.accounts.models import Professional, Team
from caseapp.cases.models import Case, Custody, Involvement
from caseapp.deadlines.slots import About
from caseapp.kernel.db import fetch
from caseapp.kernel.errors import NotFound
from caseapp.kernel.subjects import Subject
from caseapp.people.models import Person, PersonName
from caseapp.people.queries import CURRENT_NAME, PERSON_COLUMNS, shown_age, shown_name

from .lists import OPEN_LEAD


@dataclass(frozen=True)
class ClockedCase:
    """A case, open or closed (since when), with the team that holds it or held it last."""

    id: int
    reference: str
    name: str
    called: str
    age: str
    team_name: str
    lead_name: str | None
    closed_at: datetime | None


def get_clocked_case(case_id: int) -> ClockedCase:
    """A case that the guard has let this actor see. Raises NotFound for no such case. One statement."""
    found = _clocked([case_id])
    if not found:
        raise NotFound
    return found[0]


def about_cases(_actor: Actor, ids: Mapping[str, Collection[int]]) -> dict[int, About]:
    """What cases among these subjects are (slot `deadlines.about`). One statement."""
    return {
        case.id: About(
            "Case",
            case.reference,
            case.name,
            case.team_name,
            case.lead_name or "",
            ("cases.show", case.reference),
            clocks="cases.clocks",
        )
        for case in _clocked(ids.get("case", ()))
    }


def _clocked(case_ids: Collection[int]) -> list[ClockedCase]:
    if not case_ids:
        return []
    return [
        ClockedCase(
            row.case_id,
            row.reference,
            shown_name(row),
            row.first or shown_name(row),
            shown_age(row),
            row.team_name,
            row.lead_name,
            row.closed_at,
        )
        for row in fetch(_CLOCKED, {"cases": list(case_ids)})
    ]


_HOLDS_OR_HELD = sa.and_(Custody.case_id == Case.id, sa.or_(Custody.to_at.is_(None), Custody.to_at == Case.closed_at))
_CLOCKED: Any = (
    sa.select(
        Case.id.label("case_id"),
        Subject.reference,
        *PERSON_COLUMNS,
        Team.name.label("team_name"),
        Professional.name.label("lead_name"),
        Case.closed_at,
    )
    .select_from(Case)
    .join(Subject, Subject.id == Case.id)
    .join(Person, Person.id == Case.person_id)
    .outerjoin(PersonName, CURRENT_NAME)
    .join(Custody, _HOLDS_OR_HELD)
    .join(Team, Team.id == Custody.team_id)
    .outerjoin(Involvement, OPEN_LEAD)
    .outerjoin(Professional, Professional.id == Involvement.professional_id)
    .where(Case.id.in_(sa.bindparam("cases", expanding=True)))
)
