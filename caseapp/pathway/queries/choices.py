"""What the forms of a handover offer."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.access.domain import FAMILY_HELP, L4, Actor
from caseapp.access.models import Bar
from caseapp.access.queries import visible_ids
from caseapp.accounts.domain import unsent_key
from caseapp.accounts.models import Agency, Professional, Team
from caseapp.accounts.queries import TeamRow, Unsent, may_lead, unsent_columns, unsent_of
from caseapp.assessments.domain import AUTHORISED, CHILD_AND_FAMILY
from caseapp.assessments.models import Assessment, AssessmentChild
from caseapp.assessments.queries import last_authorised
from caseapp.cases.models import Case
from caseapp.cases.queries import CaseRow, family_cases
from caseapp.kernel.db import db
from caseapp.kernel.errors import NotFound
from caseapp.pathway.domain import ASSESSED_FIRST


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
    """What the step-down form offers: the family's children in this team, receiving teams, their people, agencies.

    `ready`: at least one of the children may go now, because an authorised assessment comes first where it must.
    """

    children: tuple[CaseRow, ...]
    teams: tuple[TeamRow, ...]
    leads: tuple[LeadChoice, ...]
    agencies: tuple[tuple[int, str], ...]
    ready: bool
    # What the actor has written on the form's page and not sent.
    unsent: Unsent | None = None

    @property
    def family(self) -> str:
        """The family's name."""
        return self.children[0].family_name if self.children else ""


def get_step_down_choices(actor: Actor, case_id: int, *, unsent_at: str = "", between: bool = False) -> StepDownChoices:
    """What can be chosen for a step-down of this case's family; the family help team of the same locality comes first.
    With `between` for handing it to another team of the same kind.

    `unsent_at`: the address of a page on which the actor may have begun to write. Four statements. Raises NotFound when
    the case is closed.
    """
    of_family = orm.aliased(Case)
    assessed = sa.exists().where(
        AssessmentChild.case_id == Case.id,
        AssessmentChild.assessment_id == Assessment.id,
        Assessment.state == AUTHORISED,
        Assessment.kind == CHILD_AND_FAMILY,
    )
    # A child kept from this actor by a conflict of interest is not offered.
    seen = db.session.execute(
        sa.select(
            Case.id, Case.family_id, assessed.label("assessed"), *unsent_columns(unsent_key(actor.user_id, unsent_at))
        )
        .join(of_family, sa.and_(of_family.id == case_id, of_family.family_id == Case.family_id))
        .where(Case.id.in_(visible_ids(actor, "case", L4)))
    ).all()
    rows = family_cases(seen[0].family_id) if seen else []
    this = next((row for row in rows if row.id == case_id), None)
    if this is None:
        raise NotFound
    known = {row.id: bool(row.assessed) for row in seen}
    children = tuple(row for row in rows if row.team_id == this.team_id and row.id in known)
    teams, leads = _teams_and_leads(this.team_id, [row.id for row in children], between=between)
    agencies = db.session.execute(sa.select(Agency.id, Agency.name).order_by(Agency.name))
    ready = any(row.level not in ASSESSED_FIRST or known[row.id] for row in children)
    unsent = unsent_of(seen[0]) if unsent_at else None
    return StepDownChoices(children, teams, leads, tuple((row.id, row.name) for row in agencies), ready, unsent)


def _teams_and_leads(
    from_team_id: int, case_ids: Collection[int], *, between: bool
) -> tuple[tuple[TeamRow, ...], tuple[LeadChoice, ...]]:
    """The family help teams that could take these children on from this team (with `between`, those of its own kind),
    and their people: one statement.

    A team that a conflict of interest keeps from any of them is not offered.
    """
    number = sa.cast(Team.id, sa.String())
    barred = sa.exists().where(
        Bar.subject_id.in_(case_ids), Bar.principal.in_((sa.literal("team:") + number, sa.literal("lead:") + number))
    )
    own_kind = sa.select(Team.kind).where(Team.id == from_team_id).scalar_subquery()
    here = sa.select(Team.locality).where(Team.id == from_team_id).scalar_subquery()
    same_place = sa.case((sa.and_(Team.locality.is_not(None), Team.locality == here), 0), else_=1)
    rows = db.session.execute(
        sa.select(
            Team.id,
            Team.key,
            Team.name,
            Team.kind,
            Team.locality,
            Team.may_hold_cases,
            Team.phone,
            Team.agency_id,
            Professional.id.label("lead_id"),
            Professional.name.label("lead"),
            Professional.title,
        )
        .outerjoin(Professional, sa.and_(Professional.team_id == Team.id, may_lead()))
        .where(
            Team.kind == (own_kind if between else FAMILY_HELP), Team.may_hold_cases, Team.id != from_team_id, ~barred
        )
        .order_by(same_place, Team.name, Professional.name)
    ).all()
    teams = tuple(dict.fromkeys(TeamRow(*row[:8]) for row in rows))
    leads = tuple(LeadChoice(row.lead_id, row.lead, row.title, row.id, row.name) for row in rows if row.lead_id)
    return teams, leads


def all_assessed(case_ids: Collection[int]) -> bool:
    """Whether each of these cases has an authorised assessment; true for none."""
    return not case_ids or set(last_authorised(case_ids)) == set(case_ids)


def list_leads(team_id: int) -> tuple[LeadChoice, ...]:
    """The professionals of a team who can lead the work with a family now, by name."""
    rows = db.session.execute(
        sa.select(Professional.id, Professional.name, Professional.title, Team.id, Team.name)
        .join(Team, Team.id == Professional.team_id)
        .where(Team.id == team_id, may_lead())
        .order_by(Professional.name)
    )
    return tuple(LeadChoice(*row) for row in rows)
