"""Starting, saving and submitting an assessment."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from caseapp.access.commands import put_within
from caseapp.access.domain import Actor
from caseapp.assessments.catalogue import KINDS, Kind, kind_for
from caseapp.assessments.domain import (
    REFUSED,
    SAVE,
    STOPPED,
    SUBMIT,
    SUBMITTED,
    WRITING,
    Answers,
    ChildPart,
    Consent,
    Difference,
    check_consent,
    differences,
    missing_to_submit,
)
from caseapp.assessments.models import Assessment, AssessmentChild
from caseapp.assessments.queries import find_open_assessment, list_children_to_assess, running_clock
from caseapp.cases.models import Case
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Conflict, Invalid, NotFound, OutOfOrder
from caseapp.kernel.events import record
from caseapp.kernel.subjects import new_subject
from caseapp.kernel.web import when
from caseapp.people.models import Family

from .holding import answers_of, children_of, keep_version, lock, must, name_of


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


def start_assessment(actor: Actor, *, case_id: int, sibling_ids: list[int], consent: Consent | None = None) -> str:
    """Start the assessment that the child's level asks for, of the child and the chosen siblings; gives its reference,
    or that of the one already open.

    One open assessment per family and kind. Family help is by `consent`: a no is kept as an assessment that stopped
    before it began. Raises Invalid for a sibling who is not in this family and team, or whose level asks for another
    kind, and for consent that is not given; OutOfOrder where the level asks for none.
    """
    case = db.session.execute(sa.select(Case.family_id, Case.level).where(Case.id == case_id)).first()
    if case is None:
        raise NotFound
    family_id, kind = case.family_id, kind_for(case.level)
    if kind is None:
        raise OutOfOrder("No assessment is written at this level of help.")
    # Two people starting at once queue here; the second finds the first one's.
    db.session.execute(sa.select(Family.id).where(Family.id == family_id).with_for_update())
    already = find_open_assessment(family_id, kind.key)
    if already is not None:
        return already.reference
    allowed = [child.case_id for child in list_children_to_assess(actor, case_id)]
    chosen = sorted({case_id, *sibling_ids})
    problems = {} if set(chosen) <= set(allowed) else {"siblings": "Choose from the children shown"}
    if kind.by_consent:
        problems |= check_consent(consent, today=clock.today(), without=NO_CONSENT)
    if problems:
        raise Invalid(problems)
    row, reference = _new(actor, kind, family_id, chosen, consent if kind.by_consent else None)
    if row.consent == REFUSED:
        row.state, row.stopped_at, row.stopped_by_id, row.stopped_because = (
            STOPPED,
            row.started_at,
            actor.user_id,
            REFUSED,
        )
        record(actor, "family_help.assessment_stopped", subjects=[*chosen, row.id], because=REFUSED)
    else:
        record(actor, kind.began, subjects=[*chosen, row.id], children=len(chosen))
    return reference


NO_CONSENT = "Family help needs the family’s agreement. Ask them first; if they say no, record that"


def _new(
    actor: Actor, kind: Kind, family_id: int, case_ids: list[int], consent: Consent | None
) -> tuple[Assessment, str]:
    """The empty assessment of these cases, and its reference."""
    subject, now = new_subject("assessment"), clock.now()
    received_at = _received_at(case_ids) or now
    row = Assessment(
        id=subject.id,
        family_id=family_id,
        kind=kind.key,
        state=WRITING,
        received_at=received_at,
        started_at=now,
        started_by_id=actor.user_id,
        version=1,
        saved_at=now,
        saved_by_id=actor.user_id,
        parts=dict.fromkeys(kind.keys(case_ids), ""),
        consent=consent.code if consent else None,
        consent_by=(consent.by or None) if consent else None,
        consent_on=consent.on if consent else None,
        consent_how=(consent.how or None) if consent else None,
    )
    db.session.add(row)
    db.session.flush()
    db.session.add_all(AssessmentChild(assessment_id=row.id, case_id=number, factors=[]) for number in case_ids)
    db.session.flush()
    put_within(row.id, case_ids)
    return row, subject.reference


def _received_at(case_ids: list[int]) -> datetime | None:
    """From when the assessment counts: as its clock does, which a step-up begins anew; without one, the referral."""
    running = running_clock(case_ids)
    if running is not None:
        return running.anchor_at
    return db.session.scalar(sa.select(sa.func.min(Case.received_at)).where(Case.id.in_(case_ids)))


def save_assessment(actor: Actor, *, assessment_id: int, version: int, answers: Answers) -> Saved:
    """Keep the working text. `version` is the one the page was drawn from.

    Raises StaleAssessment when somebody saved meanwhile and something differs, OutOfOrder when it is no longer
    being written.
    """
    row = lock(assessment_id)
    return _save(actor, row, children_of(assessment_id), version, answers)


def _save(actor: Actor, row: Assessment, children: list[AssessmentChild], version: int, answers: Answers) -> Saved:
    must(row, SAVE)
    stored = answers_of(row, children)
    found = differences(stored, answers)
    if not found:
        return Saved(row.version, row.saved_at)
    if row.version != version:
        raise StaleAssessment(name_of(row.saved_by_id), row.saved_at, row.version, found)
    if row.saved_by_id != actor.user_id:
        if any(stored.values()):
            keep_version(row, stored, why="taken_up", author_id=row.saved_by_id, written_at=row.saved_at)
        record(actor, "assessment.taken_up", subjects=[*(child.case_id for child in children), row.id])
    # What was written of a child who has left since stays as it is.
    texts = KINDS[row.kind].keys(child.case_id for child in children)
    row.parts = {**row.parts, **{key: answers.get(key, "") for key in texts}}
    for child in children:
        child.factors = sorted(answers.get(f"factors_{child.case_id}", [])) if KINDS[row.kind].with_factors else []
        child.outcome = str(answers.get(f"outcome_{child.case_id}") or "") or None
    row.version += 1
    row.saved_at, row.saved_by_id = clock.now(), actor.user_id
    db.session.flush()
    return Saved(row.version, row.saved_at)


def submit_assessment(actor: Actor, *, assessment_id: int, version: int, answers: Answers) -> None:
    """Save, then hand it to the manager. Raises Invalid for what is still missing, StaleAssessment, OutOfOrder."""
    row, children = lock(assessment_id), children_of(assessment_id)
    must(row, SUBMIT)
    kind = KINDS[row.kind]
    _save(actor, row, children, version, answers)
    problems = missing_to_submit(
        {key: str(text) for key, text in row.parts.items()},
        kind.required,
        {child.case_id: ChildPart(tuple(child.factors), child.outcome or "") for child in children},
        with_factors=kind.with_factors,
        areas=kind.areas,
    )
    if problems:
        raise Invalid(problems)
    now = clock.now()
    row.state, row.submitted_at, row.submitted_by_id, row.version = SUBMITTED, now, actor.user_id, row.version + 1
    row.manager_words = None
    keep_version(row, answers_of(row, children), why="submitted", author_id=actor.user_id, written_at=now)
    record(
        actor,
        "assessment.submitted",
        subjects=[*(child.case_id for child in children), row.id],
        text_version=row.version,
    )
