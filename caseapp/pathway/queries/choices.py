"""What the forms of a handover offer."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from caseapp.access.domain import FAMILY_HELP, L4, Actor
from caseapp.access.queries import visible_ids
from caseapp.accounts.models import Agency, Professional, Team
from caseapp.accounts.queries import TeamRow
from caseapp.assessments.queries import last_authorised
from caseapp.cases.models import Case
from caseapp.cases.queries import CaseRow, family_cases
from caseapp.kernel.db import db
from caseapp.kernel.errors import NotFound


@dataclass(frozen=True)
class LeadChoice:
    """A professional of a family help team who could lead."""

    id: int
    name: str
    title: str
    team_id: int
    team: str


@dataclass(frozen=True)
class StepDownChoices:
    """All that the step-down form offers: the family's children in this team, receiving teams, their people,
    agencies.
    """

    children: tuple[CaseRow, ...]
    teams: tuple[TeamRow, ...]
    leads: tuple[LeadChoice, ...]
    agencies: tuple[tuple[int, str], ...]

    @property
    def family(self) -> str:
        """The family's name."""
        return self.children[0].family_name if self.children else ""


def get_step_down_choices(actor: Actor, case_id: int) -> StepDownChoices:
    """What can be chosen for a step-down of this case's family; the family help team of the same locality comes first.

    Raises NotFound when the case is closed.
    """
    family_id = db.session.scalar(sa.select(Case.family_id).where(Case.id == case_id))
    if family_id is None:
        raise NotFound
    # A child kept from this actor by a conflict of interest is not offered.
    seen = set(
        db.session.scalars(
            sa.select(Case.id).where(Case.family_id == family_id, Case.id.in_(visible_ids(actor, "case", L4)))
        )
    )
    rows = family_cases(family_id)
    this = next((row for row in rows if row.id == case_id), None)
    if this is None:
        raise NotFound
    children = tuple(row for row in rows if row.team_id == this.team_id and row.id in seen)
    here = sa.select(Team.locality).where(Team.id == this.team_id).scalar_subquery()
    same_place = sa.case((sa.and_(Team.locality.is_not(None), Team.locality == here), 0), else_=1)
    teams = db.session.execute(
        sa.select(Team.id, Team.key, Team.name, Team.kind, Team.locality, Team.may_hold_cases, Team.phone)
        .where(Team.kind == FAMILY_HELP, Team.may_hold_cases, Team.id != this.team_id)
        .order_by(same_place, Team.name)
    )
    team_rows = tuple(TeamRow(*row) for row in teams)
    agencies = db.session.execute(sa.select(Agency.id, Agency.name).order_by(Agency.name))
    return StepDownChoices(
        children, team_rows, list_leads([team.id for team in team_rows]), tuple((row.id, row.name) for row in agencies)
    )


def all_assessed(case_ids: Collection[int]) -> bool:
    """Whether each of these cases has an authorised assessment; true for none."""
    return not case_ids or set(last_authorised(case_ids)) == set(case_ids)


def list_leads(team_ids: Sequence[int]) -> tuple[LeadChoice, ...]:
    """The professionals of these teams, team by team in the order given, by name."""
    rows = db.session.execute(
        sa.select(Professional.id, Professional.name, Professional.title, Team.id, Team.name)
        .join(Team, Team.id == Professional.team_id)
        .where(Team.id.in_(team_ids))
        .order_by(Professional.name)
    )
    return tuple(sorted((LeadChoice(*row) for row in rows), key=lambda lead: team_ids.index(lead.team_id)))
