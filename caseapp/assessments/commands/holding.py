"""What all acts on an assessment share: the row held, what it says, who wrote it, a wording kept."""

from datetime import datetime

import sqlalchemy as sa

from caseapp.accounts.queries import user_names
from caseapp.assessments.catalogue import KINDS
from caseapp.assessments.domain import Answers, next_state, why_not
from caseapp.assessments.models import Assessment, AssessmentChild, AssessmentVersion
from caseapp.kernel.db import db
from caseapp.kernel.errors import NotFound, OutOfOrder


def lock(assessment_id: int) -> Assessment:
    """The row, held until the end of the request: whoever comes second sees what the first one did."""
    row = db.session.get(Assessment, assessment_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound
    return row


def children_of(assessment_id: int) -> list[AssessmentChild]:
    """The rows of its children, in the order of their cases."""
    return list(
        db.session.scalars(
            sa.select(AssessmentChild)
            .where(AssessmentChild.assessment_id == assessment_id)
            .order_by(AssessmentChild.case_id)
            .execution_options(populate_existing=True)
        )
    )


def answers_of(row: Assessment, children: list[AssessmentChild]) -> Answers:
    """The stored text and the children’s rows as one flat dictionary (see domain.Answers)."""
    kind = KINDS[row.kind]
    answers: Answers = {key: row.parts.get(key, "") for key in kind.keys(child.case_id for child in children)}
    for child in children:
        if kind.with_factors:
            answers[f"factors_{child.case_id}"] = list(child.factors)
        answers[f"outcome_{child.case_id}"] = child.outcome or ""
    return answers


def must(row: Assessment, act: str) -> None:
    """Raise OutOfOrder, in words, where the act does not follow from where the assessment stands."""
    if next_state(row.state, act) is None:
        raise OutOfOrder(why_not(row.state, act))


def authors_of(row: Assessment) -> set[int]:
    """Everybody who wrote a part of it."""
    wrote = db.session.scalars(
        sa.select(AssessmentVersion.author_id).where(
            AssessmentVersion.assessment_id == row.id, AssessmentVersion.why.in_(("taken_up", "submitted"))
        )
    )
    return {row.saved_by_id, *wrote}


def keep_version(row: Assessment, answers: Answers, *, why: str, author_id: int, written_at: datetime) -> None:
    """Keep the whole text as it stands now, with the reason."""
    db.session.add(
        AssessmentVersion(
            assessment_id=row.id, parts=dict(answers), why=why, author_id=author_id, written_at=written_at
        )
    )
    db.session.flush()


def name_of(user_id: int) -> str:
    """A user’s name."""
    return user_names({user_id}).get(user_id, "Somebody")
