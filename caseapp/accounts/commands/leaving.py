"""What becomes of somebody's open work when their sign-in is switched off: tasks of the managers, counts only."""

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.accounts.models import StaffTask, User
from caseapp.accounts.slots import OPEN_WORK
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import NotFound, OutOfOrder
from caseapp.kernel.events import ActorLike, record


def make_staff_tasks(actor: ActorLike | None, user_id: int) -> None:
    """Turn what somebody has open into tasks of the managers it comes to; they stay the worker until a manager gives
    the children to somebody else."""
    work: dict[tuple[int, str], int] = {}
    for fill in OPEN_WORK:
        for open_work in fill(user_id):
            place = (open_work.team_id, open_work.kind)
            work[place] = work.get(place, 0) + open_work.amount
    there = {
        (row.team_id, row.kind)
        for row in db.session.execute(
            sa.select(StaffTask.team_id, StaffTask.kind).where(
                StaffTask.user_id == user_id, StaffTask.done_at.is_(None)
            )
        )
    }
    for (team_id, kind), amount in sorted(work.items()):
        if (team_id, kind) in there or not amount:
            continue
        db.session.add(
            StaffTask(
                team_id=team_id,
                user_id=user_id,
                kind=kind,
                amount=amount,
                made_at=clock.now(),
                done_at=None,
                done_by_id=None,
            )
        )
        db.session.flush()
        record(actor, "staff.task.made", subjects=[user_id], team=team_id, kind=kind, amount=amount)


def settle_staff_tasks(actor: ActorLike | None, user_id: int) -> None:
    """End what was asked of managers: the sign-in is on again, so its owner does their own work."""
    rows = db.session.execute(
        sa.update(StaffTask)
        .where(StaffTask.user_id == user_id, StaffTask.done_at.is_(None))
        .values(done_at=clock.now())
        .returning(StaffTask.team_id, StaffTask.kind)
        .execution_options(synchronize_session=False)
    ).all()
    for row in rows:
        record(actor, "staff.task.done", subjects=[user_id], team=row.team_id, kind=row.kind)


def finish_staff_task(actor: Actor, *, task_id: int) -> None:
    """A manager says that a leaver's work has been seen to. Raises NotFound for another team's task, OutOfOrder if a
    colleague has done it already, or if it is about children who still have no other worker."""
    managed = [place.team_id for place in actor.memberships if place.role in ("manager", "safeguarding_lead")]
    task = db.session.execute(
        sa.select(StaffTask.kind, StaffTask.team_id, StaffTask.user_id, User.disabled_at)
        .join(User, User.id == StaffTask.user_id)
        .where(StaffTask.id == task_id, StaffTask.team_id.in_(managed))
    ).first()
    if task is None:
        raise NotFound
    left = sum(
        work.amount
        for fill in OPEN_WORK
        for work in fill(task.user_id)
        if task.kind == "children" and (work.kind, work.team_id) == (task.kind, task.team_id)
    )
    if left:
        raise OutOfOrder(f"Not yet: {left} of these children still have nobody else. Give them to somebody first.")
    done = db.session.execute(
        sa.update(StaffTask)
        .where(StaffTask.id == task_id, StaffTask.done_at.is_(None))
        .values(done_at=clock.now(), done_by_id=actor.user_id)
        .returning(StaffTask.id)
        .execution_options(synchronize_session=False)
    ).first()
    if done is None:
        raise OutOfOrder("This has been seen to already.")
    record(actor, "staff.task.done", subjects=[task.user_id], team=task.team_id, kind=task.kind)
