"""What stands in the way of closing a case, and the closed ones."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import L4, Actor
from caseapp.access.queries import visible_ids
from caseapp.accounts.models import Professional, Team, User
from caseapp.assessments.domain import CHILD_AND_FAMILY, ENDED
from caseapp.assessments.models import Assessment, AssessmentChild
from caseapp.cases.catalogue import CLOSURES
from caseapp.cases.domain import LEVELS, RETENTION, KeepRule
from caseapp.cases.models import Case, Correction, Custody, Episode, NightAlert, Task
from caseapp.cases.queries import CaseRow, agencies_around, get_case, is_parent
from caseapp.deadlines.queries import ClockView, clocks_of
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import NotFound
from caseapp.kernel.events import Event, EventSubject
from caseapp.kernel.subjects import Subject, parse_reference
from caseapp.pathway.domain import ASSESSED_FIRST, PROPOSED
from caseapp.pathway.models import Handover, HandoverCase
from caseapp.people.models import Family, Person, PersonName
from caseapp.people.queries import CURRENT_NAME, PERSON_COLUMNS, list_family, shown_age, shown_name
from caseapp.plans.catalogue import KINDS as PLAN_KINDS
from caseapp.plans.models import Plan, PlanAction, PlanChild

A_PAGE = 50


@dataclass(frozen=True)
class Obstacle:
    """What stands in the way, in words, and on which page it is seen to (`where`: a key of the template)."""

    words: str
    where: str


@dataclass(frozen=True)
class Party:
    """Somebody who is told that the work ends: a child (with `case_id`), a parent, an agency. `key` names the fields
    of the form."""

    key: str
    name: str
    words: str
    case_id: int | None
    person_id: int | None
    agency_id: int | None = None


@dataclass(frozen=True)
class OpenPlan:
    """A plan that a child is still in."""

    reference: str
    words: str
    actions: int


@dataclass(frozen=True)
class Closing:
    """The page to close a case: the child, brothers and sisters with an open case, which episodes end, and what stands
    in the way of each case."""

    case: CaseRow
    siblings: tuple[CaseRow, ...]
    episodes: dict[int, tuple[str, ...]]
    obstacles: dict[int, tuple[Obstacle, ...]]
    assessed: frozenset[int]
    # Who is told: the children, their parents, each agency that had a part, the referrer's among them.
    parties: tuple[Party, ...]
    # What ends with each case: the clocks that run, which whoever closes has to have seen.
    ending: dict[int, tuple[ClockView, ...]]
    # Plans that end when their last child leaves: reference, what it is called, how many actions are open.
    plans: dict[int, tuple[OpenPlan, ...]]

    def of(self, case_ids: Collection[int]) -> tuple[Party, ...]:
        """Who is told when these cases close: a child only with its own."""
        return tuple(party for party in self.parties if party.case_id is None or party.case_id in case_ids)


def get_closing(actor: Actor, case_id: int) -> Closing:
    """All that closing a case asks for; siblings are those the same team holds. Raises NotFound. Eight statements."""
    case, siblings = get_case(actor, case_id)
    family = tuple(row for row in siblings if row.team_id == case.team_id)
    ids = [row.id for row in family]
    facts = closing_facts(ids)
    clocks = clocks_of(ids)
    return Closing(
        case,
        tuple(row for row in family if row.id != case.id),
        {row.id: facts.episodes.get(row.id, ()) for row in family},
        {row.id: obstacles(row.id, row.level, facts) for row in family},
        facts.assessed,
        _parties(actor, case, family),
        {row.id: tuple(clocks.get(row.id, ())) for row in family},
        _open_plans(ids),
    )


def _open_plans(case_ids: Collection[int]) -> dict[int, tuple[OpenPlan, ...]]:
    """One statement."""
    actions = (
        sa.select(sa.func.count())
        .select_from(PlanAction)
        .where(PlanAction.plan_id == Plan.id, PlanAction.state == "open")
        .scalar_subquery()
    )
    found: dict[int, tuple[OpenPlan, ...]] = dict.fromkeys(case_ids, ())
    for row in db.session.execute(
        sa.select(PlanChild.case_id, Subject.reference, Plan.kind, actions.label("actions"))
        .join(Plan, Plan.id == PlanChild.plan_id)
        .join(Subject, Subject.id == Plan.id)
        .where(PlanChild.case_id.in_(case_ids), PlanChild.to_on.is_(None), Plan.ended_at.is_(None))
        .order_by(Plan.id)
    ):
        one = OpenPlan(row.reference, PLAN_KINDS[row.kind].words, row.actions)
        found[row.case_id] = (*found[row.case_id], one)
    return found


def _parties(actor: Actor, case: CaseRow, family: Sequence[CaseRow]) -> tuple[Party, ...]:
    """Two statements."""
    people = list_family(actor, case.family_id)
    children = {row.person_id: row.id for row in family}
    return (
        *(
            Party(f"p{row.person_id}", row.name, row.relationship or "", children.get(row.person_id), row.person_id)
            for row in people
            if row.person_id in children or (not row.is_child and is_parent(row))
        ),
        *(
            Party(f"a{number}", name, "agency", None, None, number)
            for number, name in agencies_around([row.id for row in family]).items()
        ),
    )


@dataclass(frozen=True)
class ClosingFacts:
    """What is open around cases: episodes, assessments being written, handovers, things unread; and who is assessed."""

    episodes: dict[int, tuple[str, ...]]
    assessing: frozenset[int]
    assessed: frozenset[int]
    handed: frozenset[int]
    unread: frozenset[int]
    uncorrected: frozenset[int] = frozenset()
    alerted: frozenset[int] = frozenset()


def closing_facts(case_ids: Collection[int]) -> ClosingFacts:
    """The facts that closing asks for. Two statements."""
    wanted = list(case_ids)
    episodes: dict[int, list[str]] = {}
    for row in db.session.execute(
        sa.select(Episode.case_id, Episode.kind)
        .where(Episode.case_id.in_(wanted), Episode.closed_on.is_(None))
        .order_by(Episode.id)
    ):
        episodes.setdefault(row.case_id, []).append(row.kind)
    found: dict[str, set[int]] = {
        "assessing": set(),
        "assessed": set(),
        "handed": set(),
        "unread": set(),
        "uncorrected": set(),
        "alerted": set(),
        "other": set(),
    }
    # Only an assessment under section 17 is one that the census asks for; one of family help only has to have ended.
    of_assessment = sa.case(
        (Assessment.state.not_in(ENDED), "assessing"), (Assessment.kind == CHILD_AND_FAMILY, "assessed"), else_="other"
    )
    for kind, case_id in db.session.execute(
        sa.union_all(
            sa.select(of_assessment.label("kind"), AssessmentChild.case_id)
            .join(Assessment, Assessment.id == AssessmentChild.assessment_id)
            .where(AssessmentChild.case_id.in_(wanted)),
            sa.select(sa.literal("handed"), HandoverCase.case_id)
            .join(Handover, Handover.id == HandoverCase.handover_id)
            .where(HandoverCase.case_id.in_(wanted), Handover.state == PROPOSED),
            sa.select(sa.literal("unread"), Task.case_id).where(Task.case_id.in_(wanted), Task.done_at.is_(None)),
            sa.select(sa.literal("uncorrected"), Correction.case_id).where(
                Correction.case_id.in_(wanted), Correction.answer.is_(None)
            ),
            sa.select(sa.literal("alerted"), NightAlert.case_id).where(
                NightAlert.case_id.in_(wanted),
                NightAlert.withdrawn_at.is_(None),
                NightAlert.until_at > clock.now(),
            ),
        )
    ):
        found[kind].add(case_id)
    return ClosingFacts(
        {case_id: tuple(kinds) for case_id, kinds in episodes.items()},
        frozenset(found["assessing"]),
        frozenset(found["assessed"]),
        frozenset(found["handed"]),
        frozenset(found["unread"]),
        frozenset(found["uncorrected"]),
        frozenset(found["alerted"]),
    )


def obstacles(case_id: int, level: str, facts: ClosingFacts) -> tuple[Obstacle, ...]:
    """Why a case can't be closed yet (domain.md 2.2: assessment complete, nothing open); empty if it can."""
    checks = (
        (case_id in facts.assessing, "An assessment is being written. Submit it, and have it authorised.", "case"),
        (
            level in ASSESSED_FIRST and case_id not in facts.assessed,
            f"{LEVELS[level]} comes to an end with an authorised assessment, and there is none.",
            "case",
        ),
        (case_id in facts.handed, "A handover is open. Wait for its answer, or take it back.", "handovers"),
        (case_id in facts.unread, "Something about this child has not been read and acknowledged.", "case"),
        (case_id in facts.uncorrected, "The family says that something is wrong, and waits for an answer.", "told"),
        (case_id in facts.alerted, "An alert for the night runs. Withdraw it, or wait until it ends.", "alerts"),
    )
    return tuple(Obstacle(words, where) for stands, words, where in checks if stands)


def list_closing_events(case_ids: Collection[int]) -> dict[int, int]:
    """The event of the latest closing of each of these cases. One statement."""
    rows = db.session.execute(
        sa.select(EventSubject.subject_id, sa.func.max(Event.id).label("event_id"))
        .join(Event, Event.id == EventSubject.event_id)
        .where(EventSubject.subject_id.in_(case_ids), Event.code == "case.closed")
        .group_by(EventSubject.subject_id)
    )
    return {row.subject_id: row.event_id for row in rows}


@dataclass(frozen=True)
class ClosedRow:
    """A closed case: whose, when, why, by whom, how the family was told, and until when the record is kept."""

    id: int
    reference: str
    name: str
    age: str
    family: str
    level: str
    opened_at: datetime
    closed_at: datetime
    reason: str
    words: str
    by: str
    team: str
    keep_until: date | None
    keep_rule: KeepRule | None
    # The event of the closing, to which who was told belongs.
    event_id: int | None = None


def _closed() -> Any:
    last = sa.and_(Custody.case_id == Case.id, Custody.to_at == Case.closed_at)
    return (
        sa.select(
            Case.id.label("case_id"),
            Subject.reference,
            *PERSON_COLUMNS,
            Family.name.label("family"),
            Case.level,
            Case.opened_at,
            Case.closed_at,
            Case.close_reason,
            Case.close_words,
            Case.keep_until,
            Case.keep_rule,
            sa.select(sa.func.max(Event.id))
            .join(EventSubject, EventSubject.event_id == Event.id)
            .where(EventSubject.subject_id == Case.id, Event.code == "case.closed")
            .correlate(Case)
            .scalar_subquery()
            .label("event_id"),
            Professional.name.label("closed_by"),
            Team.name.label("team"),
        )
        .select_from(Case)
        .join(Subject, Subject.id == Case.id)
        .join(Person, Person.id == Case.person_id)
        .outerjoin(PersonName, CURRENT_NAME)
        .join(Family, Family.id == Case.family_id)
        .join(Custody, last)
        .join(Team, Team.id == Custody.team_id)
        .outerjoin(User, User.id == Case.closed_by_id)
        .outerjoin(Professional, Professional.id == User.professional_id)
        .where(Case.closed_at.is_not(None))
    )


def _row(row: Any) -> ClosedRow:
    return ClosedRow(
        row.case_id,
        row.reference,
        shown_name(row),
        shown_age(row),
        row.family,
        LEVELS[row.level],
        row.opened_at,
        row.closed_at,
        CLOSURES.get(row.close_reason, row.close_reason or ""),
        row.close_words or "",
        row.closed_by or "Somebody",
        row.team,
        row.keep_until,
        next((rule for rule in RETENTION if rule.key == row.keep_rule), None),
        row.event_id,
    )


def get_closed(case_id: int) -> ClosedRow:
    """A closed case that the guard has let this actor read. Raises NotFound for an open one. One statement."""
    row = db.session.execute(_closed().where(Case.id == case_id)).first()
    if row is None:
        raise NotFound
    return _row(row)


def list_closed(actor: Actor, *, after: str | None = None, limit: int = A_PAGE) -> tuple[list[ClosedRow], str | None]:
    """The closed cases that the actor's teams held, the latest first, from behind the case `after` on; and the
    reference to go on from, or None at the end. One statement, two on a later page."""
    query = _closed().where(Case.id.in_(visible_ids(actor, "case", L4)))
    if (wanted := parse_reference(after or "")) is not None:
        key = db.session.execute(
            sa.select(Case.closed_at, Case.id).join(Subject, Subject.id == Case.id).where(Subject.reference == wanted)
        ).first()
        if key is not None and key.closed_at is not None:
            query = query.where(sa.tuple_(Case.closed_at, Case.id) < sa.tuple_(*key))
    rows = db.session.execute(query.order_by(Case.closed_at.desc(), Case.id.desc()).limit(limit + 1)).all()
    return [_row(row) for row in rows[:limit]], rows[limit - 1].reference if len(rows) > limit else None
