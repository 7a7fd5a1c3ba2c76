"""Places in teams: the administrator gives and ends them, an agency's lead confirms their people each term."""

from collections.abc import Mapping
from datetime import date, timedelta

import sqlalchemy as sa

from caseapp.access.domain import Actor, is_role
from caseapp.accounts import queries
from caseapp.accounts.commands.users import add_membership, switch_off
from caseapp.accounts.models import TeamMembership, User
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Invalid, NotFound, OutOfOrder, Refused
from caseapp.kernel.events import record

STILL_HERE, HAS_LEFT = "here", "left"


def give_place(
    actor: Actor, *, user_id: int, team_id: int, role: str, from_on: date, until_on: date | None = None
) -> None:
    """Give a sign-in a place in a team, in a role, from a day until another (None: until it is ended).

    Raises Invalid for a role that such a team does not have, days that make no sense, or a place they have already,
    Refused for oneself: who gives places reads no records, and must not let themself in.
    """
    if user_id == actor.user_id:
        raise Refused("You cannot give yourself a place. Ask another administrator.")
    team = queries.find_team(team_id=team_id)
    problems = {}
    if team is None:
        problems["team"] = "Choose a team"
    elif not is_role(team.kind, role):
        problems["role"] = f"{team.name} has no such role"
    if until_on is not None and until_on < from_on:
        problems["until_on"] = "The last day must not be before the first"
    if problems or team is None:
        raise Invalid(problems)
    _lock(user_id)
    there = [place for place in queries.list_places(user_id) if not place.is_over]
    if any(place.team == team.name and place.role == role for place in there):
        raise Invalid({"team": f"They have this place in {team.name} already"})
    add_membership(user_id=user_id, team_id=team_id, role=role, from_on=from_on)
    if until_on is not None:
        newest = sa.select(sa.func.max(TeamMembership.id)).where(TeamMembership.user_id == user_id).scalar_subquery()
        db.session.execute(sa.update(TeamMembership).where(TeamMembership.id == newest).values(until_on=until_on))
    record(actor, "staff.place.given", subjects=[user_id], team=team_id, role=role, since=from_on, until=until_on)


def end_place(actor: Actor, *, user_id: int, place_id: int, until_on: date) -> None:
    """End a place in a team after a day. Work that came through it ends with it.

    Raises NotFound for somebody else's place, OutOfOrder if it is over, Refused for one's own last place as
    administrator.
    """
    _lock(user_id)
    place = db.session.execute(
        sa.select(TeamMembership.team_id, TeamMembership.role, TeamMembership.until_on).where(
            TeamMembership.id == place_id, TeamMembership.user_id == user_id
        )
    ).first()
    if place is None:
        raise NotFound
    if place.until_on is not None and place.until_on < clock.today():
        raise OutOfOrder("This place is over already.")
    if user_id == actor.user_id and place.role == "admin":
        raise Refused("You cannot end your own place as administrator. Ask another administrator.")
    db.session.execute(sa.update(TeamMembership).where(TeamMembership.id == place_id).values(until_on=until_on))
    record(actor, "staff.place.ended", subjects=[user_id], team=place.team_id, role=place.role, until=until_on)


def confirm_people(actor: Actor, *, answers: Mapping[int, str]) -> int:
    """An agency's lead says of each person of their desk whether they still work there; gives how many were answered.

    `answers`: professional to STILL_HERE or HAS_LEFT. Who has left loses their place today, and the sign-in is switched
    off unless they have a place elsewhere. Raises NotFound for somebody of another desk, Refused for oneself.
    """
    desks = [place.team_id for place in actor.memberships if place.role == "safeguarding_lead"]
    people = {row.professional_id: row for desk in desks for row in queries.list_members(desk) if row.user_id}
    if not set(answers) <= set(people):
        raise NotFound
    if answers.get(actor.professional_id or 0) == HAS_LEFT:
        raise Refused("You cannot say of yourself that you have left. Ask another lead or the administrator.")
    for number, answer in sorted(answers.items()):
        member = people[number]
        user_id = member.user_id or 0
        theirs = sa.and_(TeamMembership.user_id == user_id, TeamMembership.team_id == member.team_id)
        if answer == STILL_HERE:
            db.session.execute(sa.update(TeamMembership).where(theirs).values(confirmed_on=clock.today()))
            record(actor, "staff.confirmed", subjects=[user_id], professional=number)
        elif answer == HAS_LEFT:
            _end_of(actor, user_id, member.team_id, number)
    return len(answers)


def _end_of(actor: Actor, user_id: int, team_id: int, professional_id: int) -> None:
    switched_off = _lock(user_id)
    yesterday = clock.today() - timedelta(days=1)
    ended = db.session.execute(
        sa.update(TeamMembership)
        .where(
            TeamMembership.user_id == user_id,
            TeamMembership.team_id == team_id,
            sa.or_(TeamMembership.until_on.is_(None), TeamMembership.until_on > yesterday),
        )
        .values(until_on=yesterday)
        .returning(TeamMembership.role)
        .execution_options(synchronize_session=False)
    ).all()
    for row in ended:
        record(actor, "staff.place.ended", subjects=[user_id], team=team_id, role=row.role, until=yesterday)
    record(actor, "staff.left", subjects=[user_id], professional=professional_id)
    elsewhere = any(not place.is_over for place in queries.list_places(user_id))
    if not elsewhere and not switched_off:
        switch_off(actor, user_id)


def _lock(user_id: int) -> bool:
    """Lock a sign-in until the commit, and tell whether it is off. Raises NotFound."""
    row = db.session.execute(sa.select(User.id, User.disabled_at).where(User.id == user_id).with_for_update()).first()
    if row is None:
        raise NotFound
    return row.disabled_at is not None
