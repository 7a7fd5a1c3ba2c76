"""Who else may answer a handover: the head of service when nobody did in time, the managers of the other teams of the
same kind while its own are away."""

from typing import Any

import sqlalchemy as sa

from caseapp.access.commands import give_each_reach, give_reach
from caseapp.access.domain import L2
from caseapp.access.models import Reach
from caseapp.accounts.models import TeamMembership
from caseapp.accounts.queries import in_force
from caseapp.deadlines.models import Clock
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.events import record
from caseapp.pathway.domain import PROPOSED
from caseapp.pathway.models import Handover
from caseapp.pathway.queries.handovers import CLOCKS
from caseapp.pathway.queries.panel import list_same_kind, managers_of

from .steps import lock_handover, subjects_of

CLIMBED, STANDS_IN = "climbed", "stands_in"


def let_climb() -> int:
    """For the sweep: let the head of service read and answer each handover whose time to answer is over, and the
    managers of the other teams of the same kind each one whose receiving managers are all away; gives how many. Run
    twice, or by two at once, it changes nothing more."""
    return _to_the_head() + _to_stand_ins()


def _had(why: str) -> Any:
    return sa.exists().where(Reach.subject_id == Handover.id, Reach.why == why, Reach.until_at.is_(None))


def _to_stand_ins() -> int:
    """Handovers that wait for managers who are all away."""
    waiting = db.session.execute(
        sa.select(Handover.id, Handover.to_team_id).where(
            Handover.state == PROPOSED, Handover.agreed_at.is_not(None), ~_had(STANDS_IN)
        )
    ).all()
    found = 0
    for row in waiting:
        others = list_same_kind(row.to_team_id)
        if not others or any(not away for _, away in managers_of(row.to_team_id)):
            continue
        handover = lock_handover(row.id)
        if handover.state != PROPOSED or db.session.scalar(sa.select(_had(STANDS_IN)).where(Handover.id == row.id)):
            continue
        given = [(f"lead:{team_id}", L2, STANDS_IN) for team_id in others if team_id != handover.from_team_id]
        give_each_reach(given, subject_id=row.id, kind="handover")
        record(None, "case.handover.opened_to_stand_ins", subjects=subjects_of(handover))
        found += 1
    return found


def _to_the_head() -> int:
    """Handovers whose time to answer is over."""
    now = clock.now()
    had = _had(CLIMBED)
    late = db.session.scalars(
        sa.select(Handover.id)
        .join(Clock, sa.and_(Clock.subject_id == Handover.id, Clock.rule.in_(CLOCKS)))
        .where(Handover.state == PROPOSED, Clock.stopped_at.is_(None), Clock.due_at <= now, ~had)
        .order_by(Handover.id)
    ).all()
    heads = db.session.scalars(
        sa.select(TeamMembership.user_id).where(TeamMembership.role == "head", in_force(clock.today())).distinct()
    ).all()
    for handover_id in late if heads else ():
        row = lock_handover(handover_id)
        if row.state != PROPOSED or db.session.scalar(sa.select(had).where(Handover.id == handover_id)):
            continue
        for user_id in heads:
            give_reach(f"user:{user_id}", subject_id=handover_id, kind="handover", level=L2, why=CLIMBED)
        record(None, "case.handover.climbed", subjects=subjects_of(row))
    return len(late) if heads else 0
