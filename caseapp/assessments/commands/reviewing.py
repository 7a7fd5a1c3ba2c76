"""The manager's look at an assessment on its way, which is to be by day 10 and day 20 after the referral."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

from caseapp.access.domain import Actor
from caseapp.assessments.catalogue import KINDS
from caseapp.assessments.domain import ENDED, STATE_WORDS, ReviewGiven, check_review
from caseapp.assessments.models import AssessmentReview
from caseapp.assessments.queries import Review, list_reviews, running_clock
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Invalid, OutOfOrder, Refused
from caseapp.kernel.events import record
from caseapp.kernel.web import when

from .holding import authors_of, children_of, lock


class ReviewedMeanwhile(OutOfOrder):
    """Somebody recorded a look while this page was open. `last`: theirs; `known`: how many there are now."""

    def __init__(self, last: Review, known: int) -> None:
        super().__init__(f"{last.reviewer} recorded a look at this assessment {when(last.recorded_at)}.")
        self.last, self.known = last, known


def review_assessment(actor: Actor, *, assessment_id: int, given: ReviewGiven, known: int) -> None:
    """Record that the manager looked at it: what they saw, what was agreed, whether each child was seen, what is next.

    `known`: how many looks the page showed. The same form again records nothing. Raises Invalid for what is missing or
    cannot be, Refused for somebody who wrote part of it, OutOfOrder when it is authorised, ReviewedMeanwhile.
    """
    row, case_ids = lock(assessment_id), [child.case_id for child in children_of(assessment_id)]
    if row.state in ENDED:
        raise OutOfOrder(f"This assessment is {STATE_WORDS[row.state]}: there is nothing left to look at on its way.")
    if actor.user_id in authors_of(row):
        raise Refused("You wrote part of this assessment: another manager looks at it.")
    running = running_clock(case_ids, KINDS[row.kind])
    problems = check_review(
        given,
        today=clock.today(),
        received_on=clock.to_london(row.received_at).date(),
        due_on=running.due_on if running else None,
        children=case_ids,
    )
    if problems:
        raise Invalid(problems)
    given = given if given.agreed != "go_on" else replace(given, ready_on=None)
    there = list_reviews(assessment_id)
    if len(there) != known:
        if there and there[-1].reviewer_id == actor.user_id and there[-1].says(given):
            return
        raise ReviewedMeanwhile(there[-1], len(there))
    review = AssessmentReview(
        assessment_id=row.id,
        reviewed_on=given.reviewed_on,
        reviewer_id=actor.user_id,
        recorded_at=clock.now(),
        looked_at=given.looked_at,
        agreed=given.agreed,
        ready_on=given.ready_on,
        seen={str(number): given.seen[number] for number in case_ids},
        not_seen=given.not_seen or None,
        next_steps=given.next_steps,
    )
    db.session.add(review)
    db.session.flush()
    record(
        actor,
        "assessment.reviewed",
        subjects=[*case_ids, row.id],
        occurred_at=_moment(given.reviewed_on, row.received_at),
        review=review.id,
        agreed=review.agreed,
    )


def _moment(on: date, received_at: datetime) -> datetime:
    """The instant of a look whose day is known: now, or noon of a day that is past; never before the referral."""
    if on == clock.today():
        return clock.now()
    return max(datetime.combine(on, time(12), clock.LONDON).astimezone(UTC), received_at)
