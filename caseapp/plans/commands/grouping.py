"""The group around a plan: who is in it, from when until when. Membership makes and ends what a member sees (L2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from caseapp.access.commands import end_reach, give_reach
from caseapp.access.domain import L2, Actor
from caseapp.access.queries import barred_principals
from caseapp.accounts.queries import can_lead, find_professional
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Invalid, NotFound
from caseapp.kernel.events import record
from caseapp.people.queries import list_family
from caseapp.plans.models import GroupMember, Plan

from .rows import lock_plan, moment_of, open_cases, words_of


@dataclass(frozen=True)
class MemberGiven:
    """Somebody who joins: what they do for the family, and who they are: a professional with a record here, somebody of
    the family, or a name with an agency."""

    part: str
    from_on: date
    professional_id: int | None = None
    person_id: int | None = None
    name: str = ""
    agency: str = ""


def add_member(actor: Actor, *, plan_id: int, given: MemberGiven) -> None:
    """Take somebody into the group. Who can sign in sees the shared plan from now on, and nothing more.

    Raises Invalid for what is missing, for somebody who is in it already, and for somebody whom a conflict of interest
    keeps from one of the children; OutOfOrder when the plan has ended.
    """
    row, case_ids = lock_plan(plan_id), open_cases(plan_id)
    if not words_of(given.part):
        raise Invalid({"part": "Say what they do for the family"})
    if not row.started_on <= given.from_on <= clock.today():
        raise Invalid({"from_on": "Give a day since the plan began, today at the latest"})
    join_group(actor, plan_id, [*case_ids, plan_id], given)


def join_group(actor: Actor, plan_id: int, about: Sequence[int], given: MemberGiven) -> None:
    """As `add_member`, of a plan that the caller holds; `about`: what its events are about."""
    name, agency, user_id = _who(actor, plan_id, given)
    principal = f"user:{user_id}" if user_id else ""
    if principal in barred_principals(list(about)):
        raise Invalid({"who": "There is a conflict of interest. Ask somebody else of that agency"})
    member = GroupMember(
        plan_id=plan_id,
        name=name,
        agency=agency,
        part=words_of(given.part),
        professional_id=given.professional_id,
        person_id=given.person_id,
        from_on=given.from_on,
        added_at=clock.now(),
        added_by_id=actor.user_id,
    )
    try:
        with db.session.begin_nested():
            db.session.add(member)
    except IntegrityError as error:
        raise Invalid({"who": f"{name} is in the team already"}) from error
    if principal:
        give_reach(principal, subject_id=plan_id, kind="plan", level=L2, why="group")
    record(actor, "plan.member_joined", subjects=about, occurred_at=moment_of(given.from_on), member=member.id)


def _who(actor: Actor, plan_id: int, given: MemberGiven) -> tuple[str, str, int | None]:
    """The name, the agency and the sign-in of who joins. Raises Invalid at `who`."""
    if given.professional_id is not None:
        found = find_professional(given.professional_id)
        if found is None or not can_lead(given.professional_id):
            raise Invalid({"who": "Choose from the people shown"})
        return found.name, found.agency, found.user_id
    if given.person_id is not None:
        family_id = db.session.scalar(sa.select(Plan.family_id).where(Plan.id == plan_id))
        people = {row.person_id: row for row in list_family(actor, family_id or 0)}
        if given.person_id not in people:
            raise Invalid({"who": "Choose from the people shown"})
        return people[given.person_id].name, "The family", None
    if not words_of(given.name) or not words_of(given.agency):
        raise Invalid({"name": "Give their name, and whom they work for or what they are to the family"})
    return words_of(given.name), words_of(given.agency), None


def end_member(actor: Actor, *, plan_id: int, member_id: int, on: date) -> None:
    """Somebody leaves the group, and sees the plan no more. Raises NotFound for one who is not in it, Invalid for a day
    before they came or to come, OutOfOrder."""
    lock_plan(plan_id)
    member = db.session.scalar(
        sa.select(GroupMember).where(
            GroupMember.id == member_id, GroupMember.plan_id == plan_id, GroupMember.to_on.is_(None)
        )
    )
    if member is None:
        raise NotFound
    if not member.from_on <= on <= clock.today():
        raise Invalid({"on": "Give a day since they joined, today at the latest"})
    member.to_on, member.ended_by_id = on, actor.user_id
    db.session.flush()
    found = find_professional(member.professional_id) if member.professional_id else None
    if found is not None and found.user_id:
        end_reach(subject_id=plan_id, why="group", principal=f"user:{found.user_id}")
    about = [*open_cases(plan_id), plan_id]
    record(actor, "plan.member_left", subjects=about, occurred_at=moment_of(on), member=member.id)
