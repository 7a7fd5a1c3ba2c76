"""Who an assessment is about, as that changes; and stopping one of family help before its end."""

from collections.abc import Collection

import sqlalchemy as sa

from caseapp.access.commands import put_within
from caseapp.access.domain import Actor
from caseapp.access.models import Within
from caseapp.assessments.catalogue import KINDS, STOPPED_BECAUSE
from caseapp.assessments.domain import SAVE, STOP, STOPPED
from caseapp.assessments.models import AssessmentChild
from caseapp.assessments.queries import list_children_to_assess
from caseapp.cases.models import Case
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Invalid, Refused
from caseapp.kernel.events import record

from .holding import answers_of, children_of, keep_version, lock, must


def change_children(actor: Actor, *, assessment_id: int, joining: Collection[int], leaving: Collection[int]) -> None:
    """Take children into an assessment that is being written, and leave out those whose case has closed.

    What was written of a child who leaves is kept as a wording and in the text: if they come back it is there. Raises
    OutOfOrder when it is no longer being written, Invalid for a child who is not of this family and team or whose level
    asks for another kind of assessment, for one whose case is open, and when nobody would be left.
    """
    row, children = lock(assessment_id), children_of(assessment_id)
    must(row, SAVE)
    there = {child.case_id: child for child in children}
    joining, leaving = set(joining) - there.keys(), set(leaving) & there.keys()
    kind = KINDS[row.kind]
    belong = set(
        db.session.scalars(
            sa.select(Case.id).where(Case.id.in_(leaving), Case.closed_at.is_(None), Case.level.in_(kind.levels))
        )
    )
    anchor = min(there.keys() - leaving, default=min(there))
    allowed = {child.case_id for child in list_children_to_assess(actor, anchor)}
    problems = {
        "joining": "" if joining <= allowed else "Choose from the children shown",
        "leaving": "A child whose case is open at this level stays in the assessment" if belong else "",
    }
    if not there.keys() - leaving and not joining:
        problems["leaving"] = "An assessment is about at least one child"
    if any(problems.values()):
        raise Invalid({field: said for field, said in problems.items() if said})
    if leaving:
        _leave_out(actor, row.id, [there[number] for number in sorted(leaving)])
        row.version += 1
    if joining:
        new = sorted(joining)
        db.session.add_all(AssessmentChild(assessment_id=row.id, case_id=number, factors=[]) for number in new)
        known = set(db.session.scalars(sa.select(Within.within_id).where(Within.subject_id == row.id)))
        if set(new) - known:
            put_within(row.id, [number for number in new if number not in known])
        row.parts = {**dict.fromkeys(kind.keys(new), ""), **row.parts}
        row.version += 1
        record(actor, "assessment.child_joined", subjects=[*new, row.id], children=len(new))
    db.session.flush()


def _leave_out(actor: Actor, assessment_id: int, leaving: list[AssessmentChild]) -> None:
    row, children = lock(assessment_id), children_of(assessment_id)
    keep_version(row, answers_of(row, children), why="child_left", author_id=row.saved_by_id, written_at=row.saved_at)
    gone = [child.case_id for child in leaving]
    db.session.execute(
        sa.delete(AssessmentChild).where(
            AssessmentChild.assessment_id == assessment_id, AssessmentChild.case_id.in_(gone)
        )
    )
    record(actor, "assessment.child_left", subjects=[*gone, assessment_id], children=len(gone))


def stop_assessment(actor: Actor, *, assessment_id: int, because: str, words: str) -> None:
    """Stop an assessment of family help: the family no longer agrees, moved, or social work assesses now. What was
    written stays. Raises Refused for one under section 17, which ends by authorisation; Invalid; OutOfOrder.
    """
    row, children = lock(assessment_id), children_of(assessment_id)
    if not KINDS[row.kind].by_consent:
        raise Refused("A child and family assessment is not stopped: it ends when a manager authorises it.")
    must(row, STOP)
    problems = {
        "because": "" if because in STOPPED_BECAUSE and because != "refused" else "Choose why it stops",
        "words": "" if words.strip() else "Say what the family was told, and who helps them now",
    }
    if any(problems.values()):
        raise Invalid({field: said for field, said in problems.items() if said})
    now = clock.now()
    row.state, row.version = STOPPED, row.version + 1
    row.stopped_at, row.stopped_by_id, row.stopped_because, row.stopped_words = now, actor.user_id, because, words
    keep_version(row, answers_of(row, children), why="stopped", author_id=row.saved_by_id, written_at=row.saved_at)
    record(
        actor,
        "family_help.assessment_stopped",
        subjects=[*(child.case_id for child in children), row.id],
        because=because,
    )
