"""The manager's answer to an assessment: sent back, or authorised, which is its end date."""

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.assessments.catalogue import KINDS, LEVEL_AFTER
from caseapp.assessments.domain import AUTHORISE, AUTHORISED, SEND_BACK, WRITING
from caseapp.assessments.models import Assessment, AssessmentChild
from caseapp.assessments.queries import running_clock
from caseapp.cases.commands import change_level
from caseapp.cases.models import Case
from caseapp.deadlines.catalogue import LATE_REASONS
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Conflict, Invalid, Refused
from caseapp.kernel.events import record
from caseapp.kernel.web import when

from .holding import answers_of, authors_of, children_of, keep_version, lock, must, name_of


def send_back_assessment(actor: Actor, *, assessment_id: int, version: int, words: str) -> None:
    """Give it back to its author with a word. Raises Invalid without words, Conflict when somebody answered first."""
    row, children = lock(assessment_id), children_of(assessment_id)
    _must_wait(row, version, SEND_BACK)
    if not words.strip():
        raise Invalid({"words": "Say what is missing, so that it can be put right"})
    row.state, row.manager_words, row.version = WRITING, words, row.version + 1
    keep_version(row, answers_of(row, children), why="sent_back", author_id=actor.user_id, written_at=clock.now())
    record(
        actor,
        "assessment.sent_back",
        subjects=[*(child.case_id for child in children), row.id],
        text_version=row.version,
    )


def authorise_assessment(
    actor: Actor, *, assessment_id: int, version: int, words: str = "", late_code: str = "", late_reason: str = ""
) -> None:
    """Authorise it: the assessment's end date, which stops its clock; a child given a plan moves to that level.

    A qualified social worker who wrote none of it (practice 18, four eyes); family help's needs no qualification.
    Late, it has a reason by its code, in words too if that is "something else". Raises Refused, Invalid, Conflict when
    somebody answered first.
    """
    row, children = lock(assessment_id), children_of(assessment_id)
    _must_wait(row, version, AUTHORISE)
    kind = KINDS[row.kind]
    if kind.qualified and not actor.qualified:
        raise Refused("Only a qualified social worker can authorise an assessment." + actor.registration_words)
    if actor.user_id in authors_of(row):
        raise Refused("You wrote part of this assessment: another manager authorises it.")
    case_ids = [child.case_id for child in children]
    running = running_clock(case_ids, kind)
    late = running is not None and running.time_left.state == "late"
    problems = _late_problems(late_code, late_reason) if late else {}
    if problems:
        raise Invalid(problems)
    now = clock.now()
    row.state, row.authorised_at, row.authorised_by_id = AUTHORISED, now, actor.user_id
    row.manager_words, row.version = words or None, row.version + 1
    row.late_code, row.late_reason = (late_code, late_reason.strip() or None) if late else (None, None)
    keep_version(row, answers_of(row, children), why="authorised", author_id=actor.user_id, written_at=now)
    record(actor, kind.done, subjects=[*case_ids, row.id], late=late)
    for case_id, old, outcome in _levels(children):
        new = LEVEL_AFTER.get(outcome)
        if new and new != old:
            change_level(actor, case_id, new, {"assessment": row.id})


def _late_problems(code: str, words: str) -> dict[str, str]:
    if code not in LATE_REASONS:
        return {"late_code": "Say why it is late. The clock stops all the same"}
    return {"late_reason": "Say in words why it is late"} if code == "other" and not words.strip() else {}


def _levels(children: list[AssessmentChild]) -> list[tuple[int, str, str]]:
    outcomes = {child.case_id: child.outcome or "" for child in children}
    rows = db.session.execute(sa.select(Case.id, Case.level).where(Case.id.in_(outcomes)))
    return [(row.id, row.level, outcomes[row.id]) for row in rows]


def _must_wait(row: Assessment, version: int, act: str) -> None:
    """It waits for an answer, and it is the text the manager read; otherwise say who was quicker."""
    if row.state == AUTHORISED and row.authorised_at and row.authorised_by_id:
        raise Conflict(f"{name_of(row.authorised_by_id)} authorised this {when(row.authorised_at)}.")
    if row.state == WRITING and row.manager_words:
        raise Conflict("This was sent back to its author while your page was open.")
    must(row, act)
    if row.version != version:
        raise Conflict("This was sent back and submitted again while your page was open. Read it as it is now.")
