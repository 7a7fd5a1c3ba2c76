"""What holds of every handover and every assessment at every instant: statements that find where it does not."""

from typing import Any

import sqlalchemy as sa

from caseapp.assessments.domain import AUTHORISED, ENDED
from caseapp.assessments.models import Assessment, AssessmentChild
from caseapp.cases.models import Case, Custody
from caseapp.cases.queries import promise
from caseapp.cases.slots import Promise
from caseapp.deadlines.models import Clock
from caseapp.kernel.subjects import Subject
from caseapp.pathway.domain import ACCEPTED, PROPOSED
from caseapp.pathway.models import Handover, HandoverCase

from .census import find_census_faults


def _handover(words: str) -> Any:
    return (
        sa.select(Subject.reference, sa.literal(words).label("words"))
        .select_from(Handover)
        .join(Subject, Subject.id == Handover.id)
    )


def _with_cases(words: str) -> Any:
    return (
        _handover(words)
        .join(HandoverCase, HandoverCase.handover_id == Handover.id)
        .join(Case, Case.id == HandoverCase.case_id)
        .where(Handover.state == PROPOSED)
    )


_HELD = sa.exists().where(Custody.case_id == Case.id, Custody.to_at.is_(None), Custody.team_id == Handover.from_team_id)
_ANSWERED = sa.exists().where(Custody.case_id == HandoverCase.case_id, Custody.team_id == Handover.to_team_id)
_OPEN_ASSESSMENT = (
    sa.select(Subject.reference, sa.literal("an assessment is open of a closed case").label("words"))
    .select_from(AssessmentChild)
    .join(Assessment, Assessment.id == AssessmentChild.assessment_id)
    .join(Case, Case.id == AssessmentChild.case_id)
    .join(Subject, Subject.id == Assessment.id)
    .where(Assessment.state.not_in(ENDED), Case.closed_at.is_not(None))
)
_ENDED_WITHOUT = (
    sa.select(
        Subject.reference, sa.literal("authorised without a day, or a day without being authorised").label("words")
    )
    .select_from(Assessment)
    .join(Subject, Subject.id == Assessment.id)
    .where((Assessment.state == AUTHORISED) != Assessment.authorised_at.is_not(None))
)

_PROMISES = (
    promise(
        "handover",
        "A handover moves a family when it is accepted, and the sender closes its part only after that",
        "Open the handover and its families: whoever is accountable now proposes it again.",
        _handover("the sender closed its part before it was accepted").where(
            Handover.sender_closed_at.is_not(None),
            sa.or_(Handover.accepted_at.is_(None), Handover.sender_closed_at < Handover.accepted_at),
        ),
        _handover("it is accepted without a moment, or has one without being accepted").where(
            (Handover.state == ACCEPTED) != Handover.accepted_at.is_not(None)
        ),
        _handover("it was accepted, and the receiving team never held a child of it")
        .join(HandoverCase, HandoverCase.handover_id == Handover.id)
        .where(Handover.state == ACCEPTED, ~_ANSWERED),
        _with_cases("it is open, and a child of it has a closed case").where(Case.closed_at.is_not(None)),
        _with_cases("it is open, and the sending team does not hold a child of it").where(
            Case.closed_at.is_(None), ~_HELD
        ),
        _handover("a clock runs for a handover that was answered")
        .join(Clock, sa.and_(Clock.subject_id == Handover.id, Clock.stopped_at.is_(None)))
        .where(Handover.state != PROPOSED),
    ),
    promise(
        "assessment",
        "An assessment that is not authorised is about open cases",
        "Open the assessment and have it authorised, or open the case again: it was closed too early.",
        _OPEN_ASSESSMENT,
        _ENDED_WITHOUT,
    ),
)


_CENSUS = Promise(
    "census",
    "The rules of the children in need census hold, whatever is only not known yet",
    "Open the case and put it right.",
    find_census_faults,
)


def promises() -> list[Promise]:
    """What handovers, assessments and the census promise."""
    return [*_PROMISES, _CENSUS]
