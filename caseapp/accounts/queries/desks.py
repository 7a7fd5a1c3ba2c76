"""An agency's safeguarding group, and the weeks in which the agency is closed."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from caseapp.accounts.models import AgencyClosure, Professional, TeamMembership, User
from caseapp.accounts.queries.actors import in_force
from caseapp.kernel.db import db

LEAD, DEPUTY = "safeguarding_lead", "deputy_lead"


@dataclass(frozen=True)
class GroupRow:
    """Somebody of a desk: in its safeguarding group as lead or deputy since a day, or (no role) who could become a
    deputy."""

    user_id: int
    name: str
    title: str
    role: str | None
    since_on: date | None

    @property
    def leads(self) -> bool:
        """Whether they are the lead, not a deputy."""
        return self.role == LEAD


@dataclass(frozen=True)
class ClosureRow:
    """Weeks in which an agency is closed, both days included, and who is reached then."""

    id: int
    agency_id: int
    from_on: date
    until_on: date
    contact_name: str
    contact_phone: str


def list_desk_people(team_id: int) -> list[GroupRow]:
    """Everybody with a place in a desk today and a sign-in that is on, by name, with their part in its safeguarding
    group. One statement."""
    rows = db.session.execute(
        sa.select(User.id, Professional.name, Professional.title, TeamMembership.role, TeamMembership.from_on)
        .join(User, User.id == TeamMembership.user_id)
        .join(Professional, Professional.id == User.professional_id)
        .where(TeamMembership.team_id == team_id, in_force(), User.disabled_at.is_(None))
        .order_by(Professional.name, User.id, TeamMembership.id)
    )
    found: dict[int, GroupRow] = {}
    for row in rows:
        part = row.role if row.role in (LEAD, DEPUTY) else None
        known = found.get(row.id)
        if known is None or (part and known.role != LEAD):
            found[row.id] = GroupRow(row.id, row.name, row.title, part, row.from_on if part else None)
    return list(found.values())


def list_closures(agency_id: int, *, from_on: date) -> list[ClosureRow]:
    """The closed weeks of an agency that have not ended before a day, in order. One statement."""
    rows = db.session.execute(
        _closures()
        .where(AgencyClosure.agency_id == agency_id, AgencyClosure.until_on >= from_on)
        .order_by(AgencyClosure.from_on, AgencyClosure.id)
    )
    return [ClosureRow(*row) for row in rows]


def closed_on(on: date) -> dict[int, ClosureRow]:
    """The agencies that are closed on a day, each with the closed weeks that end last. One statement."""
    rows = db.session.execute(
        _closures()
        .where(AgencyClosure.from_on <= on, AgencyClosure.until_on >= on)
        .order_by(AgencyClosure.until_on, AgencyClosure.id)
    )
    return {row.agency_id: ClosureRow(*row) for row in rows}


def is_closed(agency_id: sa.SQLColumnExpression[int | None], on: sa.ColumnElement[date]) -> sa.ColumnElement[bool]:
    """The condition under which a row of closed weeks holds for an agency on a day, as a piece of a larger query."""
    return sa.and_(
        AgencyClosure.agency_id == agency_id,
        AgencyClosure.removed_at.is_(None),
        AgencyClosure.from_on <= on,
        AgencyClosure.until_on >= on,
    )


def _closures() -> sa.Select[int, int, date, date, str, str]:
    return sa.select(
        AgencyClosure.id,
        AgencyClosure.agency_id,
        AgencyClosure.from_on,
        AgencyClosure.until_on,
        AgencyClosure.contact_name,
        AgencyClosure.contact_phone,
    ).where(AgencyClosure.removed_at.is_(None))


def list_members(team_id: int, role: str) -> dict[int, str]:
    """The users who have this role in a team today, with a sign-in that is on: name by number. One statement."""
    rows = db.session.execute(
        sa.select(User.id, Professional.name)
        .join(TeamMembership, TeamMembership.user_id == User.id)
        .join(Professional, Professional.id == User.professional_id)
        .where(TeamMembership.team_id == team_id, TeamMembership.role == role, in_force(), User.disabled_at.is_(None))
        .order_by(Professional.name)
    )
    return {row.id: row.name for row in rows}
