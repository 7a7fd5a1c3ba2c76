"""What a safeguarding lead keeps for their agency: who is a deputy, when the agency is closed, who is reached then."""

from datetime import date, timedelta

import sqlalchemy as sa

from caseapp.access.domain import DESK, Actor
from caseapp.accounts.models import AgencyClosure, Team, TeamMembership
from caseapp.accounts.queries.actors import in_force
from caseapp.accounts.queries.desks import DEPUTY, LEAD, list_desk_people
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Invalid, NotFound
from caseapp.kernel.events import record
from caseapp.kernel.text import LINE, clean, one_line

LONGEST_CLOSURE = timedelta(days=120)


def add_deputy(actor: Actor, *, team_id: int, user_id: int) -> None:
    """Make somebody of the desk a deputy of its safeguarding group from today on; who is in it already stays so.

    Raises NotFound for a desk that the actor does not lead, Invalid for somebody who has no place in it.
    """
    _lead(actor, team_id)
    person = next((row for row in list_desk_people(team_id) if row.user_id == user_id), None)
    if person is None:
        raise Invalid({"user": "Choose somebody of your desk"})
    if person.role is not None:
        return
    db.session.add(TeamMembership(user_id=user_id, team_id=team_id, role=DEPUTY, from_on=clock.today(), until_on=None))
    db.session.flush()
    record(actor, "user.deputy_added", subjects=[user_id], team=team_id)


def remove_deputy(actor: Actor, *, team_id: int, user_id: int) -> None:
    """End a deputy's part in the safeguarding group at once: their last day was yesterday, the row stays as history.

    Raises NotFound for a desk that the actor does not lead. Whoever is no deputy stays as they are.
    """
    _lead(actor, team_id)
    ended = db.session.execute(
        sa.update(TeamMembership)
        .where(
            TeamMembership.team_id == team_id,
            TeamMembership.user_id == user_id,
            TeamMembership.role == DEPUTY,
            in_force(),
        )
        .values(until_on=clock.today() - timedelta(days=1))
        .returning(TeamMembership.id)
        .execution_options(synchronize_session=False)
    ).all()
    if ended:
        record(actor, "user.deputy_removed", subjects=[user_id], team=team_id)


def add_closed_weeks(
    actor: Actor, *, team_id: int, from_on: date, until_on: date, contact_name: str, contact_phone: str
) -> None:
    """Keep weeks in which the agency of a desk is closed, and who is reached then. The same again adds nothing.

    Raises NotFound for a desk that the actor does not lead, Invalid by field.
    """
    agency_id = _lead(actor, team_id)
    name, phone = (one_line(clean(text)[0])[:LINE] for text in (contact_name, contact_phone))
    problems = {}
    if until_on < from_on:
        problems["until_on"] = "The last day must not come before the first"
    elif until_on - from_on > LONGEST_CLOSURE:
        problems["until_on"] = "That is more than four months. Check the year"
    elif until_on < clock.today():
        problems["until_on"] = "These weeks are over already"
    if not name:
        problems["contact_name"] = "Give the name of somebody who is reached then"
    if not phone:
        problems["contact_phone"] = "Give a number that is answered then"
    if problems:
        raise Invalid(problems)
    values = {"from_on": from_on, "until_on": until_on, "contact_name": name, "contact_phone": phone}
    # One at a time for each agency, so that pressing twice keeps one.
    db.session.execute(sa.select(Team.id).where(Team.id == team_id).with_for_update())
    same = sa.select(AgencyClosure.id).where(AgencyClosure.agency_id == agency_id, AgencyClosure.removed_at.is_(None))
    if db.session.scalar(same.filter_by(**values)) is not None:
        return
    row = AgencyClosure(agency_id=agency_id, added_at=clock.now(), added_by_id=actor.user_id, **values)
    db.session.add(row)
    db.session.flush()
    record(actor, "agency.closed_weeks_added", subjects=[actor.user_id], agency=agency_id, weeks=row.id)


def remove_closed_weeks(actor: Actor, *, team_id: int, closure_id: int) -> None:
    """Take closed weeks back; the row stays as history. Raises NotFound for those of another agency."""
    agency_id = _lead(actor, team_id)
    row = db.session.get(AgencyClosure, closure_id, with_for_update=True)
    if row is None or row.agency_id != agency_id:
        raise NotFound
    if row.removed_at is None:
        row.removed_at, row.removed_by_id = clock.now(), actor.user_id
        db.session.flush()
        record(actor, "agency.closed_weeks_removed", subjects=[actor.user_id], agency=agency_id, weeks=row.id)


def _lead(actor: Actor, team_id: int) -> int:
    """The agency of a desk that the actor leads; NotFound for any other team."""
    if team_id not in {place.team_id for place in actor.teams(DESK, LEAD)}:
        raise NotFound
    return db.session.scalars(sa.select(Team.agency_id).where(Team.id == team_id)).one()
