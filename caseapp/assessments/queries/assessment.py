"""Assessments as pages and other slices read them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.access.domain import L4, Actor
from caseapp.access.queries import visible_ids
from caseapp.accounts.queries import user_name_of
from caseapp.assessments.catalogue import KINDS, Kind, kind_for
from caseapp.assessments.domain import (
    AUTHORISED,
    CHILD_AND_FAMILY,
    STOPPED,
    SUBMITTED,
    Answers,
    ChildPart,
    Consent,
)
from caseapp.assessments.models import Assessment, AssessmentChild, AssessmentVersion
from caseapp.cases.models import Case, Custody
from caseapp.cases.queries import Chronology, card_part, list_chronology
from caseapp.cases.slots import Told
from caseapp.deadlines.models import Clock
from caseapp.deadlines.queries import ClockView, clocks_of, get_rule
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import NotFound
from caseapp.kernel.subjects import Subject
from caseapp.people.models import Family, Person, PersonName
from caseapp.people.queries import CURRENT_NAME, PERSON_COLUMNS, shown_age, shown_name

MOST_VERSIONS = 100_000


@dataclass(frozen=True)
class Child:
    """A child in an assessment, or one who could be: their case and how they are spoken of."""

    case_id: int
    reference: str
    name: str
    age: str
    factors: tuple[str, ...] = ()
    outcome: str = ""
    # Their case has closed, or is at a level that asks for another kind of assessment: they may be left out.
    gone: bool = False
    # The newest assessment of them that was authorised before this one: its reference and when.
    earlier: str = ""
    earlier_at: datetime | None = None

    @property
    def part(self) -> ChildPart:
        """What is recorded for the child."""
        return ChildPart(self.factors, self.outcome)


@dataclass(frozen=True)
class AssessmentPage:
    """A whole assessment as its page shows it."""

    id: int
    reference: str
    family_id: int
    family: str
    state: str
    version: int
    answers: Answers
    children: tuple[Child, ...]
    received_at: datetime
    started_at: datetime
    started_by: str
    saved_at: datetime
    saved_by: str
    submitted_at: datetime | None
    submitted_by: str | None
    authorised_at: datetime | None
    authorised_by: str | None
    manager_words: str
    late_code: str
    late_reason: str
    consent: Consent | None
    stopped_at: datetime | None
    stopped_by: str | None
    stopped_because: str
    stopped_words: str
    referral_ids: tuple[int, ...]
    kind: Kind
    # The assessment's clock, the earliest of its children's; None when none runs.
    running: ClockView | None

    @property
    def case_ids(self) -> list[int]:
        """The cases it is about."""
        return [child.case_id for child in self.children]


@cache
def _assessment_statements() -> tuple[Any, Any]:
    """An assessment and its children, built once."""
    number = sa.bindparam("assessment", type_=sa.BigInteger())
    rule: Any = sa.bindparam("rule")
    names = {
        label: user_name_of(column).label(label)
        for label, column in (
            ("started_by", Assessment.started_by_id),
            ("saved_by", Assessment.saved_by_id),
            ("submitted_by", Assessment.submitted_by_id),
            ("authorised_by", Assessment.authorised_by_id),
            ("stopped_by", Assessment.stopped_by_id),
        )
    }
    found = (
        sa.select(Assessment.__table__, Subject.reference, Family.name.label("family"), *names.values())
        .join(Subject, Subject.id == Assessment.id)
        .join(Family, Family.id == Assessment.family_id)
        .where(Assessment.id == number)
    )
    its_children = (
        _children()
        .add_columns(
            AssessmentChild.factors,
            AssessmentChild.outcome,
            Case.referral_id,
            _before(Subject.reference, number).label("earlier"),
            _before(Assessment.authorised_at, number).label("earlier_at"),
            Clock.id.label("clock_id"),
            Clock.anchor_at,
            Clock.due_on,
            Clock.due_at,
        )
        .outerjoin(Clock, sa.and_(Clock.subject_id == Case.id, Clock.rule == rule, Clock.stopped_at.is_(None)))
        .join(AssessmentChild, AssessmentChild.case_id == Case.id)
        .where(AssessmentChild.assessment_id == number)
    )
    return found, its_children


def _before(what: Any, number: Any) -> Any:
    """A value of the newest authorised assessment of a case, without the one that is shown."""
    other, its_subject, child = orm.aliased(Assessment), orm.aliased(Subject), orm.aliased(AssessmentChild)
    value = its_subject.reference if what is Subject.reference else other.authorised_at
    return (
        sa.select(value)
        .select_from(child)
        .join(other, other.id == child.assessment_id)
        .join(its_subject, its_subject.id == other.id)
        .where(child.case_id == Case.id, other.id != number, other.state == AUTHORISED)
        .order_by(other.id.desc())
        .limit(1)
        .correlate(Case)
        .scalar_subquery()
    )


def get_assessment(assessment_id: int) -> AssessmentPage:
    """One assessment with its children, two statements. Raises NotFound."""
    found, its_children = _assessment_statements()
    row = db.session.execute(found, {"assessment": assessment_id}).first()
    if row is None:
        raise NotFound
    kind = KINDS[row.kind]
    rows = db.session.execute(its_children, {"assessment": assessment_id, "rule": kind.clock}).all()
    children = tuple(
        replace(
            _child(r, tuple(r.factors), r.outcome or "", r.closed_at is not None or r.level not in kind.levels),
            earlier=r.earlier or "",
            earlier_at=r.earlier_at,
        )
        for r in rows
    )
    return AssessmentPage(
        row.id,
        row.reference,
        row.family_id,
        row.family,
        row.state,
        row.version,
        flat_answers(kind, row.parts, children),
        children,
        row.received_at,
        row.started_at,
        row.started_by,
        row.saved_at,
        row.saved_by,
        row.submitted_at,
        row.submitted_by,
        row.authorised_at,
        row.authorised_by,
        row.manager_words or "",
        row.late_code or "",
        row.late_reason or "",
        Consent(row.consent, row.consent_by or "", row.consent_on, row.consent_how or "") if row.consent else None,
        row.stopped_at,
        row.stopped_by,
        row.stopped_because or "",
        row.stopped_words or "",
        tuple(dict.fromkeys(r.referral_id for r in rows)),
        kind,
        min((_clock(kind.clock, r) for r in rows if r.clock_id), key=lambda found: found.due_at, default=None),
    )


def _clock(key: str, row: Any) -> ClockView:
    rule = get_rule(key, clock.to_london(row.anchor_at).date())
    return ClockView(row.clock_id, row.case_id, rule, row.anchor_at, row.due_on, row.due_at, None, None)


def flat_answers(kind: Kind, parts: Mapping[str, Any], children: Collection[Child]) -> Answers:
    """The stored text and the children's rows as one flat dictionary (see domain.Answers)."""
    answers: Answers = {key: parts.get(key, "") for key in kind.keys(child.case_id for child in children)}
    for child in children:
        if kind.with_factors:
            answers[f"factors_{child.case_id}"] = list(child.factors)
        answers[f"outcome_{child.case_id}"] = child.outcome
    return answers


def _children() -> Any:
    return (
        sa.select(Case.id.label("case_id"), Subject.reference, Case.level, Case.closed_at, *PERSON_COLUMNS)
        .join(Subject, Subject.id == Case.id)
        .join(Person, Person.id == Case.person_id)
        .outerjoin(PersonName, CURRENT_NAME)
        .order_by(Person.born_on, Case.id)
    )


def _child(row: Any, factors: tuple[str, ...] = (), outcome: str = "", gone: bool = False) -> Child:
    return Child(row.case_id, row.reference, shown_name(row), shown_age(row), factors, outcome, gone)


def list_children_to_assess(actor: Actor, case_id: int) -> list[Child]:
    """The open cases of the same family that the same team holds and the actor may see, at a level that asks for the
    same kind of assessment: who one could be about.
    """
    here, there = orm.aliased(Case), orm.aliased(Custody)
    rows = db.session.execute(
        _children()
        .add_columns(here.level.label("asked"))
        .join(Custody, sa.and_(Custody.case_id == Case.id, Custody.to_at.is_(None)))
        .join(here, sa.and_(here.id == case_id, here.family_id == Case.family_id))
        .join(there, sa.and_(there.case_id == here.id, there.to_at.is_(None), there.team_id == Custody.team_id))
        .where(Case.closed_at.is_(None), Case.id.in_(visible_ids(actor, "case", L4)))
    )
    return [_child(row) for row in rows if kind_for(row.level) == kind_for(row.asked)]


@dataclass(frozen=True)
class AssessmentLink:
    """An assessment as the case page, the handover pack and lists name it."""

    id: int
    reference: str
    state: str
    version: int
    started_at: datetime
    authorised_at: datetime | None
    stopped_at: datetime | None
    authorised_by: str | None
    kind: Kind

    @property
    def ended_at(self) -> datetime | None:
        """When it was authorised or stopped; None while it is open."""
        return self.authorised_at or self.stopped_at


def _as_link(row: Any) -> AssessmentLink:
    found = list(row[:9])
    return AssessmentLink(*(*found[:-1], KINDS[found[-1]]))


def _links() -> Any:
    return sa.select(
        Assessment.id,
        Subject.reference,
        Assessment.state,
        Assessment.version,
        Assessment.started_at,
        Assessment.authorised_at,
        Assessment.stopped_at,
        user_name_of(Assessment.authorised_by_id),
        Assessment.kind,
    ).join(Subject, Subject.id == Assessment.id)


def find_open_assessment(family_id: int, kind: str = CHILD_AND_FAMILY) -> AssessmentLink | None:
    """The assessment of a family and a kind that has not ended; None if there is none."""
    row = db.session.execute(_open_of_family(), {"family": family_id, "kind": kind}).first()
    return _as_link(row) if row else None


@cache
def _open_of_family() -> Any:
    return _links().where(
        Assessment.family_id == sa.bindparam("family"),
        Assessment.kind == sa.bindparam("kind"),
        Assessment.state != AUTHORISED,
        Assessment.state != STOPPED,
    )


def find_open_for_case(case_id: int) -> AssessmentLink | None:
    """The open assessment of this case's family, of the kind that its level asks for; None if there is none."""
    row = db.session.execute(sa.select(Case.family_id, Case.level).where(Case.id == case_id)).first()
    kind = kind_for(row.level) if row else None
    return find_open_assessment(row.family_id, kind.key) if row and kind else None


def kind_of_case(case_id: int) -> Kind | None:
    """The kind of assessment that this child's level asks for; None where there is none to write, or no such case."""
    level = db.session.scalar(sa.select(Case.level).where(Case.id == case_id))
    return kind_for(level) if level else None


def card(case: Any) -> list[sa.Select[Any]]:
    """The assessments that a case is part of, for its card (slot `cases.card`)."""
    return [
        card_part(
            "assessment",
            number=Assessment.id,
            text1=Subject.reference,
            text2=Assessment.state,
            text3=Assessment.kind,
            from_at=Assessment.authorised_at,
            to_at=Assessment.stopped_at,
        )
        .join(Subject, Subject.id == Assessment.id)
        .join(AssessmentChild, AssessmentChild.assessment_id == Assessment.id)
        .where(AssessmentChild.case_id == case)
    ]


@dataclass(frozen=True)
class AssessmentTold:
    """An assessment on the card of a case."""

    reference: str
    state: str
    kind: Kind
    authorised_at: datetime | None
    stopped_at: datetime | None

    @property
    def ended_at(self) -> datetime | None:
        """When it was authorised or stopped; None while it is open."""
        return self.authorised_at or self.stopped_at


def assessments_told(told: Told) -> list[AssessmentTold]:
    """The assessments on the card of a case, newest first."""
    rows = sorted(told.get("assessment", ()), key=lambda row: row.number, reverse=True)
    return [AssessmentTold(row.text1, row.text2, KINDS[row.text3], row.from_at, row.to_at) for row in rows]


@cache
def _authorised() -> Any:
    return (
        _links()
        .add_columns(AssessmentChild.case_id)
        .join(AssessmentChild, AssessmentChild.assessment_id == Assessment.id)
        .where(
            AssessmentChild.case_id.in_(sa.bindparam("case_ids", expanding=True)),
            Assessment.state == AUTHORISED,
            Assessment.kind == CHILD_AND_FAMILY,
        )
        .order_by(Assessment.authorised_at)
    )


def last_authorised(case_ids: Collection[int]) -> dict[int, AssessmentLink]:
    """The newest authorised child and family assessment of each case; a case without one has no key. One statement."""
    rows = db.session.execute(_authorised(), {"case_ids": list(case_ids)})
    return {row.case_id: _as_link(row) for row in rows}


def _visible(actor: Actor) -> sa.Select[Any]:
    return sa.select(AssessmentChild.assessment_id).where(AssessmentChild.case_id.in_(visible_ids(actor, "case", L4)))


@dataclass(frozen=True)
class ToAuthorise:
    """An assessment that waits for a manager: whose, by whom and since when."""

    reference: str
    family: str
    submitted_by: str
    submitted_at: datetime | None


def list_to_authorise(actor: Actor, team_id: int) -> list[ToAuthorise]:
    """What waits for authorisation in a team that the actor manages, longest first, without what they submitted
    themselves.
    """
    rows = db.session.execute(
        sa.select(Subject.reference, Family.name, user_name_of(Assessment.submitted_by_id), Assessment.submitted_at)
        .distinct()
        .join(Subject, Subject.id == Assessment.id)
        .join(Family, Family.id == Assessment.family_id)
        .join(AssessmentChild, AssessmentChild.assessment_id == Assessment.id)
        .join(Custody, sa.and_(Custody.case_id == AssessmentChild.case_id, Custody.to_at.is_(None)))
        .where(
            Assessment.state == SUBMITTED,
            Custody.team_id == team_id,
            Assessment.id.in_(_visible(actor)),
            Assessment.submitted_by_id != actor.user_id,
        )
        .order_by(Assessment.submitted_at)
    )
    return [ToAuthorise(*row) for row in rows]


def running_clock(case_ids: Collection[int], kind: Kind = KINDS[CHILD_AND_FAMILY]) -> ClockView | None:
    """The assessment's clock, the earliest of its children's; None when none runs."""
    clocks = [c for found in clocks_of(case_ids).values() for c in found if c.rule.key == kind.clock]
    return min(clocks, key=lambda c: c.due_at, default=None)


def family_chronology(actor: Actor, case_ids: Collection[int], *, limit: int = 60, level: int = L4) -> Chronology:
    """The chronology of brothers and sisters together: what happened to each of them in the same minute is told
    once.
    """
    found = list_chronology(actor, case_ids, limit=limit, level=level)
    once = {(e.when, e.title, e.source, e.words, e.note): e for e in reversed(found.entries)}
    return Chronology(tuple(reversed(once.values())), found.before)


@dataclass(frozen=True)
class VersionLink:
    """One kept wording: its number, why it was kept, whose it was and when."""

    number: int
    why: str
    author: str
    written_at: datetime


def list_versions(assessment_id: int) -> list[VersionLink]:
    """The wordings kept at each change of hands, oldest first."""
    rows = db.session.execute(
        sa.select(AssessmentVersion.why, user_name_of(AssessmentVersion.author_id), AssessmentVersion.written_at)
        .where(AssessmentVersion.assessment_id == assessment_id)
        .order_by(AssessmentVersion.id)
    )
    return [VersionLink(number, *row) for number, row in enumerate(rows, 1)]


def get_version_answers(assessment_id: int, number: int) -> Answers:
    """The text of one kept wording, by its number from 1. Raises NotFound."""
    query = (
        sa.select(AssessmentVersion.parts)
        .where(AssessmentVersion.assessment_id == assessment_id)
        .order_by(AssessmentVersion.id)
    )
    # A number longer than any database counts to is simply not there.
    found = db.session.scalar(query.limit(1).offset(number - 1)) if 0 < number < MOST_VERSIONS else None
    if found is None:
        raise NotFound
    return dict(found)
