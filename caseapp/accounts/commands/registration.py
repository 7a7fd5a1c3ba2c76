"""Checking a professional registration, and the people of a team who have no sign-in: the manager's part."""

from datetime import date

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.accounts import queries
from caseapp.accounts.commands.organisation import add_professional
from caseapp.accounts.commands.staffing import member_of
from caseapp.accounts.models import Professional, Team
from caseapp.kernel import clock, text
from caseapp.kernel.db import db
from caseapp.kernel.errors import Invalid, NotFound, OutOfOrder, Refused
from caseapp.kernel.events import record

SOCIAL_WORK_ENGLAND = "Social Work England"
LONGEST_NUMBER, LONGEST_NAME = 40, 120


def check_registration(
    actor: Actor,
    *,
    professional_id: int,
    number: str,
    checked_on: date,
    expires_on: date,
    body: str = SOCIAL_WORK_ENGLAND,
) -> None:
    """Keep what the register said about somebody of a team the actor manages: number, when it was looked at, until when
    it holds (practice 18). It counts from the next page they open.

    Raises NotFound for somebody of another team, Refused for one's own, Invalid for what can't be.
    """
    member = member_of(actor, professional_id)
    if professional_id == actor.professional_id:
        raise Refused("Somebody else checks your registration: another manager of the team.")
    number, _ = text.clean(number)
    body, _ = text.clean(body)
    problems = {}
    if not number.strip() or len(number) > LONGEST_NUMBER:
        problems["number"] = "Enter the number on the register, 40 characters or fewer"
    if not body.strip() or len(body) > 60:
        problems["body"] = "Enter who keeps the register, 60 characters or fewer"
    if checked_on > clock.today():
        problems["checked_on"] = "The day of the check must not be in the future"
    if expires_on < checked_on:
        problems["expires_on"] = "The last day must not be before the day of the check"
    if problems:
        raise Invalid(problems)
    db.session.execute(
        sa.update(Professional)
        .where(Professional.id == professional_id)
        .values(
            registration_body=body.strip(),
            registration_number=number.strip(),
            registration_checked_on=checked_on,
            registration_expires_on=expires_on,
        )
    )
    record(
        actor,
        "staff.registration.checked",
        subjects=[member.user_id] if member.user_id else [],
        professional=professional_id,
        checked=checked_on,
        until=expires_on,
    )


def add_without_sign_in(actor: Actor, *, team_id: int, name: str, title: str, phone: str) -> int:
    """Add somebody who works for a team that the actor manages and does not sign in; gives their number.

    Raises NotFound for another team, Invalid for an empty name or title, or somebody there already.
    """
    if team_id not in {place.team_id for place in actor.memberships if place.role == "manager"}:
        raise NotFound
    name, title, phone = (text.clean(each)[0].strip() for each in (name, title, phone))
    problems = {}
    if not name or len(name) > LONGEST_NAME:
        problems["name"] = "Enter their name, 120 characters or fewer"
    elif any(member.name.casefold() == name.casefold() for member in queries.list_members(team_id)):
        problems["name"] = f"{name} is in this team already"
    if not title or len(title) > LONGEST_NAME:
        problems["title"] = "Enter what they are, such as pastoral lead, 120 characters or fewer"
    if len(phone) > 40:
        problems["phone"] = "A telephone number has 40 characters or fewer"
    if problems:
        raise Invalid(problems)
    team = db.session.execute(sa.select(Team.agency_id, Team.phone).where(Team.id == team_id)).one()
    professional_id = add_professional(
        agency_id=team.agency_id, team_id=team_id, name=name, title=title, phone=phone or team.phone, qualified=False
    )
    record(actor, "staff.added", subjects=[], professional=professional_id, team=team_id)
    return professional_id


def end_without_sign_in(actor: Actor, *, professional_id: int) -> None:
    """Say that somebody without a sign-in has left: they can be given no family any more.

    Raises NotFound for another team's, OutOfOrder for somebody who signs in (their place in the team ends instead).
    """
    member = member_of(actor, professional_id)
    if member.user_id:
        raise OutOfOrder(f"{member.name} signs in: the administrator ends their place in the team.")
    db.session.execute(sa.update(Professional).where(Professional.id == professional_id).values(left_on=clock.today()))
    record(actor, "staff.left", subjects=[], professional=professional_id)
