"""A new contact about a child with an open case: whoever acknowledges it says what it changes (practice 3)."""

import sqlalchemy as sa

from caseapp.access.domain import FAMILY_HELP, Actor
from caseapp.accounts.queries import user_names
from caseapp.cases.catalogue import CHANGES, CONCERN, CONCERNS, STRATEGY_ASKED
from caseapp.cases.models import Case, Custody, Task
from caseapp.kernel import clock, text
from caseapp.kernel.db import db
from caseapp.kernel.errors import Invalid, NotFound, OutOfOrder, Refused
from caseapp.kernel.events import record
from caseapp.kernel.web import when

from .level import change_level
from .writing import make_task

STRATEGY = "strategy_discussion"


def acknowledge_concern(actor: Actor, *, task_id: int, case_id: int, changes: str, words: str = "") -> None:
    """Say that a new contact was read and what it changes: nothing because ..., the plan, a visit today, a strategy
    discussion. `changes`: a key of `CHANGES`.

    A strategy discussion is a manager's: theirs changes the level, a worker's asks the manager. The clock ends when the
    last of those who were asked has answered. Raises NotFound for another case's task, Invalid by field (`changes`,
    `words`), Refused where only a manager answers, OutOfOrder (who, when) if somebody did before. Sending the same
    twice makes one.
    """
    task = db.session.get(Task, task_id, with_for_update=True)
    if task is None or task.case_id != case_id or task.kind not in CONCERNS:
        raise NotFound
    words, _ = text.clean(words)
    if task.done_at is not None:
        if (task.done_by_id, task.changes, task.answer or "") == (actor.user_id, changes, words):
            return
        names = user_names({task.done_by_id}) if task.done_by_id else {}
        who = names.get(task.done_by_id or 0, "Somebody")
        said = CHANGES[task.changes][0] if task.changes in CHANGES else "read"
        raise OutOfOrder(f"{who} has acknowledged this already, {when(task.done_at)}: {said}.")
    if changes not in CHANGES:
        raise Invalid({"changes": "Choose what it changes"})
    if CHANGES[changes][2] and text.is_blank(words):
        raise Invalid({"words": CHANGES[changes][1]})
    level, team_id, family_help = _held(actor, case_id)
    manages = team_id in {m.team_id for m in actor.memberships if m.role == "manager"}
    if task.kind == STRATEGY_ASKED and not manages:
        raise Refused("Only the manager of the team that holds the family decides on a strategy discussion.")
    if changes == STRATEGY:
        _strategy(actor, task, level=level, manages=manages, family_help=family_help)
    task.done_at, task.done_by_id, task.answer, task.changes = clock.now(), actor.user_id, words or None, changes
    db.session.flush()
    record(actor, "concern.weighed", subjects=[case_id, task.about_id], changes=changes, task=task.id)
    record(actor, "task.acknowledged", subjects=[case_id, task.about_id], kind=task.kind, task=task.id)
    left = db.session.scalar(
        sa.select(sa.func.count()).where(
            Task.about_id == task.about_id, Task.kind.in_(CONCERNS), Task.done_at.is_(None)
        )
    )
    if not left:
        record(actor, "open_case.acknowledged", subjects=[task.about_id])


def _held(actor: Actor, case_id: int) -> tuple[str, int, bool]:
    row = db.session.execute(
        sa.select(Case.level, Custody.team_id)
        .join(Custody, sa.and_(Custody.case_id == Case.id, Custody.to_at.is_(None)))
        .where(Case.id == case_id, Case.closed_at.is_(None))
    ).first()
    if row is None:
        raise NotFound
    family_help = {m.team_id for m in actor.memberships if m.team_kind == FAMILY_HELP}
    return row.level, row.team_id, row.team_id in family_help


def _strategy(actor: Actor, task: Task, *, level: str, manages: bool, family_help: bool) -> None:
    """A manager's word changes the level; a worker's asks the manager, whose answer the clock then waits for."""
    if level == STRATEGY:
        return
    if family_help:
        raise Invalid(
            {"changes": "Social work holds a strategy discussion: ring the hub now, then choose what else it changes"}
        )
    if manages:
        change_level(actor, task.case_id, STRATEGY, {"decision": task.about_id})
    elif task.kind == CONCERN:
        make_task(case_id=task.case_id, kind=STRATEGY_ASKED, about_id=task.about_id, actor=actor)
