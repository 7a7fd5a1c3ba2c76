"""Keeping when, how and by whom each parent and child was told of an assessment, or why not, and what they say."""

from caseapp.access.domain import Actor
from caseapp.assessments.domain import STOPPED, ToldGiven, check_told
from caseapp.assessments.models import AssessmentTold
from caseapp.assessments.queries import list_told
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Invalid, OutOfOrder
from caseapp.kernel.events import record
from caseapp.people.queries import list_family

from .holding import children_of, lock


def tell_person(actor: Actor, *, assessment_id: int, person_id: int, given: ToldGiven) -> None:
    """Record that somebody of the family was told of an assessment, or the reason why not, and what they say to it.

    Nothing is overwritten: a later row about the same person stands beside the earlier one. The same again records
    nothing. Raises Invalid for what is missing and for somebody who is not of the family (or whom the actor may not
    see), OutOfOrder for one that was stopped.
    """
    row = lock(assessment_id)
    if row.state == STOPPED:
        raise OutOfOrder("This assessment was stopped: there is nothing to tell.")
    problems = check_told(given, today=clock.today(), started_on=clock.to_london(row.started_at).date())
    if person_id not in {person.person_id for person in list_family(actor, row.family_id)}:
        problems["who"] = "Choose from the people shown"
    if problems:
        raise Invalid(problems)
    last = next((told for told in list_told(actor, assessment_id) if told.person_id == person_id), None)
    if last is not None and last.says(given):
        return
    told = given.was_told
    kept = AssessmentTold(
        assessment_id=row.id,
        person_id=person_id,
        told_on=given.told_on if told else None,
        how=given.how if told else None,
        told_by=given.told_by if told else None,
        not_told=None if told else given.not_told,
        view=(given.view or None) if told else None,
        words=given.words or None,
        recorded_at=clock.now(),
        recorded_by_id=actor.user_id,
    )
    db.session.add(kept)
    db.session.flush()
    subjects = [*(child.case_id for child in children_of(row.id)), row.id]
    if told:
        record(actor, "assessment.told", subjects=subjects, person=person_id, told=kept.id)
    else:
        record(actor, "assessment.not_told", subjects=subjects, person=person_id, why=given.not_told, told=kept.id)
