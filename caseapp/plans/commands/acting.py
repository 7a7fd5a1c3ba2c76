"""Actions of a plan: added, changed, done with what shows it, or not needed any more."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.accounts.queries import find_professional, user_names
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Conflict, Invalid, NotFound, OutOfOrder, Refused
from caseapp.kernel.events import record
from caseapp.kernel.web import when
from caseapp.people.queries import list_family
from caseapp.plans.domain import DONE, DROPPED, OPEN
from caseapp.plans.models import GroupMember, Plan, PlanAction, PlanActionVersion

from .rows import find_once, lock_plan, moment_of, open_cases, words_of

NOT_YOURS = "This action is somebody else’s. They, or the family’s worker, say when it is done."
FIELDS = (
    "case_id", "what", "measure", "owner_name", "owner_professional_id", "owner_person_id", "due_on", "state",
    "done_on", "evidence", "said_by",
)  # fmt: skip


@dataclass(frozen=True)
class ActionGiven:
    """An action as its form gives it. `case_id`: for which child (None: the whole family); the owner is a professional
    of the group, somebody of the family, or a name."""

    what: str
    measure: str
    due_on: date
    case_id: int | None = None
    owner_professional_id: int | None = None
    owner_person_id: int | None = None
    owner_name: str = ""


def add_action(actor: Actor, *, plan_id: int, given: ActionGiven, once_key: str) -> int:
    """Put an action on a plan; gives its number. The same form again gives the first one's. Raises Invalid for what is
    missing or not of this plan, OutOfOrder when the plan has ended."""
    row, case_ids = lock_plan(plan_id), open_cases(plan_id)
    made = find_once(PlanAction, once_key)
    if made is not None and made.plan_id == plan_id:
        return int(made.id)
    values = _checked(actor, row, case_ids, given)
    if given.due_on < clock.today():
        raise Invalid({"due_on": "This is in the past. Give the day by which it will be done"})
    action = PlanAction(plan_id=plan_id, state=OPEN, version=0, once_key=once_key, **values)
    db.session.add(action)
    db.session.flush()
    _keep(actor, action, "added")
    record(actor, "plan.action_added", subjects=_about(action, case_ids), action=action.id)
    return action.id


def change_action(actor: Actor, *, plan_id: int, action_id: int, version: int, given: ActionGiven) -> None:
    """Write an action anew; one that was done or dropped is open again. What it said before stays.

    Raises Invalid, OutOfOrder, NotFound, Conflict when somebody was quicker.
    """
    row, case_ids = lock_plan(plan_id), open_cases(plan_id)
    action = _find(plan_id, action_id, version)
    values = _checked(actor, row, case_ids, given)
    for name, value in {**values, "state": OPEN, "done_on": None, "evidence": None, "said_by": None}.items():
        setattr(action, name, value)
    action.done_at = action.done_by_id = None
    _keep(actor, action, "changed")
    record(actor, "plan.action_changed", subjects=_about(action, case_ids), action=action.id)


def finish_action(
    actor: Actor,
    *,
    plan_id: int,
    action_id: int,
    version: int,
    state: str,
    on: date,
    evidence: str,
    said_by: str,
    writes: bool,
) -> None:
    """Say what became of an action: done, with what shows it, or (`writes` only) not needed any more, with the reason.

    `writes`: the actor works with the family; anybody else says it of their own actions alone. Raises Refused, Invalid
    without evidence, Conflict when somebody was quicker, OutOfOrder, NotFound.
    """
    row, case_ids = lock_plan(plan_id), open_cases(plan_id)
    action = _find(plan_id, action_id, version)
    own = action.owner_professional_id is not None and action.owner_professional_id == actor.professional_id
    if not (writes or own):
        raise Refused(NOT_YOURS)
    if action.state != OPEN:
        raise OutOfOrder("Somebody has said already what became of this action.")
    known = (DONE, DROPPED) if writes else (DONE,)
    missing = "Say what shows that it is done" if state != DROPPED else "Say why it is not needed any more"
    wrong_day = "This is in the future" if on > clock.today() else ""
    problems = {
        "state": "" if state in known else "Choose what became of it",
        "evidence": "" if words_of(evidence) else missing,
        "on": "This is before the plan began" if on < row.started_on else wrong_day,
    }
    if any(problems.values()):
        raise Invalid({name: said for name, said in problems.items() if said})
    action.state, action.done_on, action.evidence = state, on, words_of(evidence)
    action.said_by = words_of(said_by) or actor.name
    action.done_at, action.done_by_id = clock.now(), actor.user_id
    _keep(actor, action, state)
    code = "plan.action_done" if state == DONE else "plan.action_dropped"
    record(actor, code, subjects=_about(action, case_ids), occurred_at=moment_of(on), action=action.id)


def _checked(actor: Actor, plan: Plan, case_ids: list[int], given: ActionGiven) -> dict[str, Any]:
    """The columns of an action. Raises Invalid."""
    owner, wrong = _owner(actor, plan, given)
    problems = {
        "what": "" if words_of(given.what) else "Say what will be done",
        "measure": "" if words_of(given.measure) else "Say how everyone will know that it helped",
        "owner": wrong,
        "child": "" if given.case_id is None or given.case_id in case_ids else "Choose from the children shown",
        "due_on": "This is before the plan began" if given.due_on < plan.started_on else "",
    }
    if any(problems.values()):
        raise Invalid({name: said for name, said in problems.items() if said})
    return {
        "case_id": given.case_id,
        "what": words_of(given.what),
        "measure": words_of(given.measure),
        "owner_name": owner,
        "owner_professional_id": given.owner_professional_id,
        "owner_person_id": given.owner_person_id,
        "due_on": given.due_on,
    }


def _owner(actor: Actor, plan: Plan, given: ActionGiven) -> tuple[str, str]:
    """The owner's name, and what is wrong with the choice."""
    if given.owner_professional_id is not None:
        member = sa.select(GroupMember.id).where(
            GroupMember.plan_id == plan.id,
            GroupMember.professional_id == given.owner_professional_id,
            GroupMember.to_on.is_(None),
        )
        found = find_professional(given.owner_professional_id)
        if found is None or db.session.scalar(member) is None:
            return "", "Choose somebody of the team, or take them into the team first"
        return found.name, ""
    if given.owner_person_id is not None:
        people = {row.person_id: row.name for row in list_family(actor, plan.family_id)}
        name = people.get(given.owner_person_id, "")
        return name, "" if name else "Choose from the people shown"
    name = words_of(given.owner_name)
    return name, "" if name else "Choose who does it, or write their name"


def _find(plan_id: int, action_id: int, version: int) -> PlanAction:
    """An action of this plan as the page showed it. Raises NotFound, Conflict."""
    action = db.session.scalar(
        sa.select(PlanAction)
        .where(PlanAction.id == action_id, PlanAction.plan_id == plan_id)
        .execution_options(populate_existing=True)
    )
    if action is None:
        raise NotFound
    if action.version != version:
        last = db.session.execute(
            sa.select(PlanActionVersion.author_id, PlanActionVersion.written_at).where(
                PlanActionVersion.action_id == action_id, PlanActionVersion.number == action.version
            )
        ).one()
        who = user_names({last.author_id}).get(last.author_id, "Somebody")
        raise Conflict(
            f"Not saved yet: {who} changed this action {when(last.written_at)}. What you typed is kept; read theirs.",
            version=action.version,
        )
    return action


def _keep(actor: Actor, action: PlanAction, why: str) -> None:
    """Keep the action as it stands now, as its next wording."""
    action.version += 1
    content = {name: _plain(getattr(action, name)) for name in FIELDS}
    kept = {"action_id": action.id, "number": action.version, "content": content, "why": why}
    db.session.add(PlanActionVersion(**kept, author_id=actor.user_id, written_at=clock.now()))
    db.session.flush()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _about(action: PlanAction, case_ids: list[int]) -> list[int]:
    """What an event of an action is about: its child, or every child on the plan; then the plan."""
    return [*([action.case_id] if action.case_id else case_ids), action.plan_id]
