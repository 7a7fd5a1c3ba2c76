"""Whose the clocks of a case are: for the reminders (slot `notifications.people`)."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.accounts.models import Absence, Cover, TeamMembership, User
from caseapp.accounts.queries.actors import in_force, runs_on
from caseapp.cases.catalogue import CONCERNS
from caseapp.cases.models import Custody, Involvement, Task
from caseapp.notifications.slots import Whose


def people(today: Any) -> list[Whose]:
    """The child's lead worker and whoever covers for them; where nobody would hear of it, and for what is the
    manager's, the managers of the team that holds the child. Of a contact on an open case, the same people, led to the
    case."""
    leads, covers, managers, alone = _leads(), _covers(today), _managers(today), _managers(today, alone=True)
    parts = [("worker", leads), ("worker", covers), ("worker", alone), ("team_manager", managers)]
    found = [
        Whose(role, sa.select(part.c.case_id.label("about_id"), part.c.case_id.label("subject_id"), part.c.user_id))
        for role, part in parts
    ]
    told = (Task.done_at.is_(None), Task.kind.in_(CONCERNS))
    found += [
        Whose(
            role,
            sa.select(Task.about_id, part.c.case_id.label("subject_id"), part.c.user_id)
            .select_from(Task)
            .join(part, part.c.case_id == Task.case_id)
            .where(*told),
        )
        for role, part in parts
    ]
    return found


def _leads() -> Any:
    return (
        sa.select(Involvement.case_id, User.id.label("user_id"))
        .select_from(Involvement)
        .join(User, User.professional_id == Involvement.professional_id)
        .where(Involvement.to_at.is_(None), Involvement.leads)
        .subquery()
    )


def _covers(today: Any) -> Any:
    return (
        sa.select(Involvement.case_id, User.id.label("user_id"))
        .select_from(Involvement)
        .join(Cover, sa.and_(Cover.away_id == Involvement.professional_id, *runs_on(Cover, today)))
        .join(User, User.professional_id == Cover.covering_id)
        .where(Involvement.to_at.is_(None), Involvement.leads)
        .subquery()
    )


def _managers(today: Any, *, alone: bool = False) -> Any:
    """The managers of the team that holds the case; `alone`: only where no lead who signs in is at work, and nobody
    covers."""
    query = (
        sa.select(Custody.case_id, TeamMembership.user_id)
        .select_from(Custody)
        .join(
            TeamMembership,
            sa.and_(TeamMembership.team_id == Custody.team_id, TeamMembership.role == "manager", in_force(today)),
        )
        .where(Custody.to_at.is_(None))
    )
    if alone:
        lead, user = orm.aliased(Involvement), orm.aliased(User)
        away, cover = orm.aliased(Absence), orm.aliased(Cover)
        is_away = sa.exists().where(away.professional_id == lead.professional_id, *runs_on(away, today))
        covered = sa.exists().where(cover.away_id == lead.professional_id, *runs_on(cover, today))
        query = query.where(
            ~sa.exists().where(
                lead.case_id == Custody.case_id,
                lead.to_at.is_(None),
                lead.leads,
                user.professional_id == lead.professional_id,
                user.disabled_at.is_(None),
                user.suspended_at.is_(None),
                sa.or_(~is_away, covered),
            )
        )
    return query.subquery()
