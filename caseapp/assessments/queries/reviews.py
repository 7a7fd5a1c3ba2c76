"""The managers' looks at an assessment on its way, as its page and the chronology read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import L4, Actor
from caseapp.access.queries import visible_ids
from caseapp.accounts.queries import user_name_of
from caseapp.assessments.catalogue import NOT_TOLD, PAPERS, REVIEW_AGREED, STOPPED_BECAUSE
from caseapp.assessments.domain import ReviewGiven
from caseapp.assessments.models import AssessmentChild, AssessmentReview
from caseapp.cases.slots import EntryWords, EventRow
from caseapp.kernel.db import db, fetch
from caseapp.kernel.web import day


@dataclass(frozen=True)
class Review:
    """One look of a manager, as it was recorded."""

    id: int
    reviewer_id: int
    reviewer: str
    reviewed_on: date
    recorded_at: datetime
    looked_at: str
    agreed: str
    ready_on: date | None
    seen: dict[str, str]
    not_seen: str
    next_steps: str

    @property
    def agreed_words(self) -> str:
        """What was agreed, with the day if it changed."""
        words = REVIEW_AGREED.get(self.agreed, self.agreed)
        return f"{words}: by {day(self.ready_on)}" if self.ready_on else words

    def says(self, given: ReviewGiven) -> bool:
        """Whether it says the same as what is handed in: the same form, sent twice."""
        return (self.reviewed_on, self.looked_at, self.agreed, self.ready_on, self.next_steps) == (
            given.reviewed_on,
            given.looked_at,
            given.agreed,
            given.ready_on,
            given.next_steps,
        )


def list_reviews(assessment_id: int) -> list[Review]:
    """The looks at one assessment, the first first. One statement."""
    return [
        Review(
            row.id,
            row.reviewer_id,
            row.reviewer or "Somebody",
            row.reviewed_on,
            row.recorded_at,
            row.looked_at,
            row.agreed,
            row.ready_on,
            row.seen,
            row.not_seen or "",
            row.next_steps,
        )
        for row in fetch(_reviews(), {"assessment": assessment_id})
    ]


@cache
def _reviews() -> Any:
    return (
        sa.select(AssessmentReview.__table__, user_name_of(AssessmentReview.reviewer_id).label("reviewer"))
        .where(AssessmentReview.assessment_id == sa.bindparam("assessment"))
        .order_by(AssessmentReview.id)
    )


def chronology_words(actor: Actor, rows: Sequence[EventRow]) -> dict[int, EntryWords]:
    """For the chronology: what was agreed at each look, and what was to happen next. At most one statement."""
    wanted = {row.data["review"]: row.id for row in rows if row.code == "assessment.reviewed" and "review" in row.data}
    if not wanted:
        return {}
    seen = sa.select(AssessmentChild.assessment_id).where(AssessmentChild.case_id.in_(visible_ids(actor, "case", L4)))
    found = db.session.execute(
        sa.select(
            AssessmentReview.id, AssessmentReview.agreed, AssessmentReview.looked_at, AssessmentReview.next_steps
        ).where(AssessmentReview.id.in_(wanted), AssessmentReview.assessment_id.in_(seen))
    )
    return {
        wanted[row.id]: EntryWords(
            f"{REVIEW_AGREED.get(row.agreed, row.agreed)}. {row.looked_at}\nNext: {row.next_steps}"
        )
        for row in found
    }


def code_words() -> dict[str, dict[str, str]]:
    """The words of the codes that an assessment's events hold."""
    return {"assessment_review": REVIEW_AGREED, "stopped": STOPPED_BECAUSE, "not_told": NOT_TOLD, "papers": PAPERS}
