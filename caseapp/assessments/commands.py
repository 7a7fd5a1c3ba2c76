"""Starting, saving, submitting, sending back and authorising an assessment."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from caseapp.access.commands import put_within
from caseapp.access.domain import Actor
from caseapp.accounts.queries import user_names
from caseapp.cases.commands import change_level
from caseapp.cases.models import Case
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Conflict, Invalid, NotFound, OutOfOrder, Refused
from caseapp.kernel.events import record
from caseapp.kernel.subjects import new_subject
from caseapp.kernel.web import when
from caseapp.people.models import Family

from .catalogue import FAMILY_PARTS, LEVEL_AFTER, REQUIRED
from .domain import (
    AUTHORISE,
    AUTHORISED,
    SAVE,
    SEND_BACK,
    SUBMIT,
    SUBMITTED,
    WRITING,
    Answers,
    ChildPart,
    Difference,
    differences,
    missing_to_submit,
    next_state,
    why_not,
)
from .models import Assessment, AssessmentChild, AssessmentVersion
from .queries import find_open_assessment, list_children_to_assess, running_clock


class StaleAssessment(Conflict):
    """Somebody saved since this page was drawn.

    Keeps every part that differs, both texts, and the version now stored.
    """

    def __init__(self, who: str, at: datetime, version: int, found: list[Difference]) -> None:
        super().__init__(
            f"Not saved yet: {who} changed this assessment {when(at)}. Both texts are kept.", version=version
        )
        self.who, self.at, self.differences = who, at, found


@dataclass(frozen=True)
class Saved:
    """What an autosave tells the page."""

    version: int
    saved_at: datetime


def start_assessment(actor: Actor, *, case_id: int, sibling_ids: list[int]) -> str:
    """Start an assessment of a child and the chosen siblings; gives its reference, or that of the one already open.

    One open assessment per family. Raises Invalid for a sibling who is not in this family and team.
    """
    family_id = db.session.scalar(sa.select(Case.family_id).where(Case.id == case_id))
    if family_id is None:
        raise NotFound
    # Two people starting at once queue here; the second finds the first one's.
    db.session.execute(sa.select(Family.id).where(Family.id == family_id).with_for_update())
    already = find_open_assessment(family_id)
    if already is not None:
        return already.reference
    allowed = [child.case_id for child in list_children_to_assess(actor, case_id)]
    chosen = sorted({case_id, *sibling_ids})
    if not set(chosen) <= set(allowed):
        raise Invalid({"siblings": "Choose from the children shown"})
    subject, now = new_subject("assessment"), clock.now()
    received_at = db.session.scalar(sa.select(sa.func.min(Case.received_at)).where(Case.id.in_(chosen))) or now
    db.session.add(
        Assessment(
            id=subject.id,
            family_id=family_id,
            state=WRITING,
            received_at=received_at,
            started_at=now,
            started_by_id=actor.user_id,
            version=1,
            saved_at=now,
            saved_by_id=actor.user_id,
            parts={part.key: "" for part in FAMILY_PARTS} | {f"voice_{number}": "" for number in chosen},
        )
    )
    db.session.flush()
    db.session.add_all(AssessmentChild(assessment_id=subject.id, case_id=number, factors=[]) for number in chosen)
    put_within(subject.id, chosen)
    record(actor, "assessment.started", subjects=[*chosen, subject.id], children=len(chosen))
    return subject.reference


def save_assessment(actor: Actor, *, assessment_id: int, version: int, answers: Answers) -> Saved:
    """Keep the working text. `version` is the one the page was drawn from.

    Raises StaleAssessment when somebody saved meanwhile and something differs, OutOfOrder when it is no longer
    being written.
    """
    row = _lock(assessment_id)
    return _save(actor, row, _children(assessment_id), version, answers)


def _save(actor: Actor, row: Assessment, children: list[AssessmentChild], version: int, answers: Answers) -> Saved:
    _must(row, SAVE)
    stored = _answers(row, children)
    found = differences(stored, answers)
    if not found:
        return Saved(row.version, row.saved_at)
    if row.version != version:
        raise StaleAssessment(_name(row.saved_by_id), row.saved_at, row.version, found)
    if row.saved_by_id != actor.user_id:
        if any(stored.values()):
            _keep_version(row, stored, why="taken_up", author_id=row.saved_by_id, written_at=row.saved_at)
        record(actor, "assessment.taken_up", subjects=[*(child.case_id for child in children), row.id])
    row.parts = {key: answers.get(key, "") for key in row.parts}
    for child in children:
        child.factors = sorted(answers.get(f"factors_{child.case_id}", []))
        child.outcome = str(answers.get(f"outcome_{child.case_id}") or "") or None
    row.version += 1
    row.saved_at, row.saved_by_id = clock.now(), actor.user_id
    db.session.flush()
    return Saved(row.version, row.saved_at)


def submit_assessment(actor: Actor, *, assessment_id: int, version: int, answers: Answers) -> None:
    """Save, then hand it to the manager. Raises Invalid for what is still missing, StaleAssessment, OutOfOrder."""
    row, children = _lock(assessment_id), _children(assessment_id)
    _must(row, SUBMIT)
    _save(actor, row, children, version, answers)
    problems = missing_to_submit(
        {key: str(text) for key, text in row.parts.items()},
        REQUIRED,
        {child.case_id: ChildPart(tuple(child.factors), child.outcome or "") for child in children},
    )
    if problems:
        raise Invalid(problems)
    now = clock.now()
    row.state, row.submitted_at, row.submitted_by_id, row.version = SUBMITTED, now, actor.user_id, row.version + 1
    row.manager_words = None
    _keep_version(row, _answers(row, children), why="submitted", author_id=actor.user_id, written_at=now)
    record(
        actor,
        "assessment.submitted",
        subjects=[*(child.case_id for child in children), row.id],
        text_version=row.version,
    )


def send_back_assessment(actor: Actor, *, assessment_id: int, version: int, words: str) -> None:
    """Give it back to its author with a word. Raises Invalid without words, Conflict when somebody answered first."""
    row, children = _lock(assessment_id), _children(assessment_id)
    _must_wait(row, version, SEND_BACK)
    if not words.strip():
        raise Invalid({"words": "Say what is missing, so that it can be put right"})
    row.state, row.manager_words, row.version = WRITING, words, row.version + 1
    _keep_version(row, _answers(row, children), why="sent_back", author_id=actor.user_id, written_at=clock.now())
    record(
        actor,
        "assessment.sent_back",
        subjects=[*(child.case_id for child in children), row.id],
        text_version=row.version,
    )


def authorise_assessment(
    actor: Actor, *, assessment_id: int, version: int, words: str = "", late_reason: str = ""
) -> None:
    """Authorise it: the assessment's end date, which stops its clock; a child given a plan moves to that level.

    A qualified social worker who wrote none of it (practice 18, four eyes). Raises Refused, Invalid (late without a
    reason), Conflict when somebody answered first.
    """
    row, children = _lock(assessment_id), _children(assessment_id)
    _must_wait(row, version, AUTHORISE)
    if not actor.qualified:
        raise Refused("Only a qualified social worker can authorise an assessment." + actor.registration_words)
    if actor.user_id in _authors(row):
        raise Refused("You wrote part of this assessment: another manager authorises it.")
    case_ids = [child.case_id for child in children]
    running = running_clock(case_ids)
    late = running is not None and running.time_left.state == "late"
    if late and not late_reason.strip():
        raise Invalid({"late_reason": "Say why it is late. The clock stops all the same"})
    now = clock.now()
    row.state, row.authorised_at, row.authorised_by_id = AUTHORISED, now, actor.user_id
    row.manager_words, row.late_reason, row.version = words or None, late_reason if late else None, row.version + 1
    _keep_version(row, _answers(row, children), why="authorised", author_id=actor.user_id, written_at=now)
    record(actor, "assessment.authorised", subjects=[*case_ids, row.id], late=late)
    for case_id, old, outcome in _levels(children):
        new = LEVEL_AFTER.get(outcome)
        if new and new != old:
            change_level(actor, case_id, new, {"assessment": row.id})


def _levels(children: list[AssessmentChild]) -> list[tuple[int, str, str]]:
    outcomes = {child.case_id: child.outcome or "" for child in children}
    rows = db.session.execute(sa.select(Case.id, Case.level).where(Case.id.in_(outcomes)))
    return [(row.id, row.level, outcomes[row.id]) for row in rows]


def _lock(assessment_id: int) -> Assessment:
    """The row, held until the end of the request: whoever comes second sees what the first one did."""
    row = db.session.get(Assessment, assessment_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound
    return row


def _children(assessment_id: int) -> list[AssessmentChild]:
    return list(
        db.session.scalars(
            sa.select(AssessmentChild)
            .where(AssessmentChild.assessment_id == assessment_id)
            .order_by(AssessmentChild.case_id)
            .execution_options(populate_existing=True)
        )
    )


def _answers(row: Assessment, children: list[AssessmentChild]) -> Answers:
    answers: Answers = {**row.parts}
    for child in children:
        answers[f"factors_{child.case_id}"] = list(child.factors)
        answers[f"outcome_{child.case_id}"] = child.outcome or ""
    return answers


def _must(row: Assessment, act: str) -> None:
    if next_state(row.state, act) is None:
        raise OutOfOrder(why_not(row.state, act))


def _must_wait(row: Assessment, version: int, act: str) -> None:
    """It waits for an answer, and it is the text the manager read; otherwise say who was quicker."""
    if row.state == AUTHORISED and row.authorised_at and row.authorised_by_id:
        raise Conflict(f"{_name(row.authorised_by_id)} authorised this {when(row.authorised_at)}.")
    if row.state == WRITING and row.manager_words:
        raise Conflict("This was sent back to its author while your page was open.")
    _must(row, act)
    if row.version != version:
        raise Conflict("This was sent back and submitted again while your page was open. Read it as it is now.")


def _authors(row: Assessment) -> set[int]:
    wrote = db.session.scalars(
        sa.select(AssessmentVersion.author_id).where(
            AssessmentVersion.assessment_id == row.id, AssessmentVersion.why.in_(("taken_up", "submitted"))
        )
    )
    return {row.saved_by_id, *wrote}


def _keep_version(row: Assessment, answers: Answers, *, why: str, author_id: int, written_at: datetime) -> None:
    db.session.add(
        AssessmentVersion(
            assessment_id=row.id, parts=dict(answers), why=why, author_id=author_id, written_at=written_at
        )
    )
    db.session.flush()


def _name(user_id: int) -> str:
    return user_names({user_id}).get(user_id, "Somebody")
