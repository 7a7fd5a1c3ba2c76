"""Handovers as other slices link to them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.access.domain import Actor
from caseapp.accounts.models import Team, TeamMembership
from caseapp.accounts.queries import in_force
from caseapp.accounts.slots import OpenWork
from caseapp.assessments.domain import AUTHORISED, CHILD_AND_FAMILY
from caseapp.assessments.models import Assessment, AssessmentChild
from caseapp.cases.models import Case
from caseapp.deadlines.models import Clock
from caseapp.deadlines.slots import About
from caseapp.kernel.db import db, fetch
from caseapp.kernel.subjects import Subject
from caseapp.notifications.slots import Whose
from caseapp.pathway.domain import ACCEPTED, PROPOSED, phase_of
from caseapp.pathway.models import Handover, HandoverCase, LookBack, LookBackCase
from caseapp.people.models import Family


@dataclass(frozen=True)
class HandoverLink:
    """The handover that a family is in: for the case page."""

    reference: str
    phase: str
    to_team: str
    proposed_by_id: int


@dataclass(frozen=True)
class LookBackLink:
    """An open look-back: when somebody looks how the child is."""

    reference: str
    due_on: date | None


@dataclass(frozen=True)
class Stand:
    """Where a case stands on the pathway: its newest handover, whether it has an authorised assessment, and the open
    look-back of its family."""

    handover: HandoverLink | None
    assessed: bool
    look_backs: tuple[LookBackLink, ...] = ()


def count_open_work(user_id: int) -> list[OpenWork]:
    """The handovers that somebody proposed and nobody has answered: they come to the managers who send. One
    statement."""
    rows = db.session.execute(
        sa.select(Handover.from_team_id, sa.func.count())
        .where(Handover.proposed_by_id == user_id, Handover.state == PROPOSED)
        .group_by(Handover.from_team_id)
    )
    return [OpenWork("handovers", row[1], row[0]) for row in rows]


def people(today: Any) -> list[Whose]:
    """Who is reminded of a handover that waits for an answer (slot `notifications.people`): the managers of the team to
    which it is proposed."""
    answering = (
        sa.select(Handover.id.label("about_id"), Handover.id.label("subject_id"), TeamMembership.user_id)
        .select_from(Handover)
        .join(
            TeamMembership,
            sa.and_(TeamMembership.team_id == Handover.to_team_id, TeamMembership.role == "manager", in_force(today)),
        )
        .where(Handover.state == PROPOSED)
    )
    return [Whose("team_manager", answering)]


def about_handovers(_actor: Actor, ids: Mapping[str, Collection[int]]) -> dict[int, About]:
    """What handovers among these subjects are (slot `deadlines.about`). One statement."""
    wanted = ids.get("handover", ())
    return {
        row.id: About(
            "Handover",
            row.reference,
            f"{row.family} family",
            f"{row.from_team} to {row.to_team}",
            "",
            ("pathway.show", row.reference),
        )
        for row in (fetch(_HANDOVERS, {"handovers": list(wanted)}) if wanted else ())
    }


_SENDER, _RECEIVER = orm.aliased(Team), orm.aliased(Team)
_HANDOVERS: Any = (
    sa.select(
        Handover.id,
        Subject.reference,
        Family.name.label("family"),
        _SENDER.name.label("from_team"),
        _RECEIVER.name.label("to_team"),
    )
    .join(Subject, Subject.id == Handover.id)
    .join(Family, Family.id == Handover.family_id)
    .join(_SENDER, _SENDER.id == Handover.from_team_id)
    .join(_RECEIVER, _RECEIVER.id == Handover.to_team_id)
    .where(Handover.id.in_(sa.bindparam("handovers", expanding=True)))
)


def find_stand(case_id: int) -> Stand:
    """Where a case stands; without a handover or an assessment when there is no such case. One statement."""
    row = next(iter(fetch(_stand(), {"case": case_id})), None)
    looking = (LookBackLink(row.look_back, row.look_back_due),) if row is not None and row.look_back else ()
    if row is None or row.reference is None:
        return Stand(None, row is not None and bool(row.assessed), looking)
    phase = phase_of(row.state, row.agreed_at, row.sender_closed_at)
    link = HandoverLink(row.reference, phase, row.to_team, row.proposed_by_id)
    return Stand(link, bool(row.assessed), looking)


@cache
def _stand() -> Any:
    """Built once: it runs on every case page."""
    assessed = sa.exists().where(
        AssessmentChild.case_id == Case.id,
        AssessmentChild.assessment_id == Assessment.id,
        Assessment.state == AUTHORISED,
        Assessment.kind == CHILD_AND_FAMILY,
    )
    named = sa.alias(Subject.__table__)
    looking = (
        sa.select(LookBackCase.look_back_id)
        .join(LookBack, LookBack.id == LookBackCase.look_back_id)
        .where(LookBackCase.case_id == Case.id, LookBack.done_at.is_(None))
        .order_by(LookBack.id.desc())
        .limit(1)
        .correlate(Case)
        .scalar_subquery()
    )
    due = sa.select(Clock.due_on).where(Clock.subject_id == looking, Clock.stopped_at.is_(None)).limit(1)
    return (
        sa.select(
            assessed.label("assessed"),
            sa.select(named.c.reference).where(named.c.id == looking).scalar_subquery().label("look_back"),
            due.scalar_subquery().label("look_back_due"),
            Subject.reference,
            Handover.state,
            Handover.agreed_at,
            Handover.sender_closed_at,
            Team.name.label("to_team"),
            Handover.proposed_by_id,
        )
        .select_from(Case)
        .outerjoin(HandoverCase, HandoverCase.case_id == Case.id)
        .outerjoin(Handover, Handover.id == HandoverCase.handover_id)
        .outerjoin(Subject, Subject.id == Handover.id)
        .outerjoin(Team, Team.id == Handover.to_team_id)
        .where(Case.id == sa.bindparam("case"))
        .order_by(Handover.id.desc())
        .limit(1)
    )


def find_handover_of_case(case_id: int) -> HandoverLink | None:
    """The newest handover of a case, whatever became of it; None if there was none. One statement."""
    return find_stand(case_id).handover


def open_parts(case_ids: Collection[int]) -> dict[int, str]:
    """The accepted handover of each case whose sender has not closed its part yet, by reference. One statement, none
    without cases."""
    if not case_ids:
        return {}
    rows = db.session.execute(
        sa.select(HandoverCase.case_id, Subject.reference)
        .join(Handover, Handover.id == HandoverCase.handover_id)
        .join(Subject, Subject.id == Handover.id)
        .where(HandoverCase.case_id.in_(case_ids), Handover.state == ACCEPTED, Handover.sender_closed_at.is_(None))
        .order_by(Handover.id)
    )
    return {row.case_id: row.reference for row in rows}
