"""Handovers as pages and lists read them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.access.domain import L4, Actor
from caseapp.access.queries import sees
from caseapp.accounts.models import Agency, Professional, Team
from caseapp.accounts.queries import may_lead, user_name_of
from caseapp.assessments.domain import AUTHORISED
from caseapp.assessments.models import Assessment, AssessmentChild
from caseapp.cases.models import Case, Custody, Involvement
from caseapp.deadlines.models import Clock
from caseapp.deadlines.queries import ClockView, get_rule
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import NotFound
from caseapp.kernel.subjects import Subject
from caseapp.pathway.catalogue import PARTS
from caseapp.pathway.domain import DECLINED, RETURNED, SENT_BACK, Held, gaps, merge_held, phase_of
from caseapp.pathway.models import Handover, HandoverCase, HandoverPart, LeadRequest
from caseapp.people.models import Family, Person, PersonName
from caseapp.people.queries import CURRENT_NAME, PERSON_COLUMNS, shown_age, shown_name

# An urgent step-up has a clock of its own.
CLOCKS = ("handover.accept", "handover.accept_urgent")


@dataclass(frozen=True)
class Child:
    """A child who goes with a handover, the newest authorised assessment they are part of, and the team that holds
    them now (None: none, or not asked)."""

    case_id: int
    reference: str
    name: str
    first: str
    last: str
    age: str
    assessment: str | None = None
    assessed_at: datetime | None = None
    held_by: int | None = None
    # Whether the reader may open the child's record, and so the assessment.
    opens: bool = False
    # The level that acceptance brings, None where it stays.
    level: str | None = None


@dataclass(frozen=True)
class HandoverRow:
    """A handover with the names behind its numbers."""

    id: int
    reference: str
    direction: str
    family_id: int
    family: str
    from_team_id: int
    from_team: str
    to_team_id: int
    to_team: str
    phase: str
    proposed_at: datetime
    proposed_by_id: int
    proposed_by: str
    agreed_at: datetime | None
    agreed_by_id: int | None
    agreed_by: str | None
    answered_at: datetime | None
    answered_by: str | None
    answer_words: str
    accepted_at: datetime | None
    sender_closed_at: datetime | None
    reasons: str
    what_works: str
    worry_again: str
    child_voice: str
    split_reason: str
    consent: str
    consent_by: str
    consent_on: date | None
    consent_how: str
    lead_id: int | None
    lead: str | None
    # Whether the lead who was named can still lead; False when nobody was.
    lead_stands: bool
    # Whether they work outside the receiving team: then they are asked first.
    lead_outside: bool
    lead_about: str
    meeting_on: date | None
    version: int
    urgent: bool = False
    referral: str | None = None
    answered_for: str = ""
    # Whether a later handover of the family answers it; which parts are recorded beside the pack.
    followed: bool = False
    parts: frozenset[str] = frozenset()
    children: tuple[Child, ...] = ()
    due: ClockView | None = None

    @property
    def case_ids(self) -> list[int]:
        """The cases that go with it."""
        return [child.case_id for child in self.children]

    @property
    def names(self) -> str:
        """The children as they are spoken of: "Harvey, Evie and Jack Lister"."""
        return joined_names(self.children)


@dataclass(frozen=True)
class HandoverPage:
    """A handover with the chain of who has held the family, and what came back before."""

    row: HandoverRow
    chain: tuple[Held, ...]
    came_back: tuple[HandoverRow, ...]
    no_gap: bool
    days_held: int


def joined_names(children: Sequence[Child]) -> str:
    """First names joined, with the surname once when they share it."""
    if not children:
        return "No child"
    last_names = {child.last for child in children}
    names = [child.first for child in children] if len(last_names) == 1 and all(c.first for c in children) else []
    surname = f" {last_names.pop()}" if names else ""
    names = names or [child.name for child in children]
    return (", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else names[0]) + surname


# A handover is agreed once, so its clock runs once.
ITS_CLOCK = sa.and_(Clock.subject_id == Handover.id, Clock.rule.in_(CLOCKS))
CLOCK_COLUMNS = (
    Clock.id.label("clock_id"),
    Clock.rule.label("clock_rule"),
    Clock.anchor_at,
    Clock.due_on,
    Clock.due_at,
    Clock.stopped_at,
    Clock.ended_as,
)


# Asked whether they will lead, they said no or not yet; asked once more, the last answer counts.
_LATER = orm.aliased(LeadRequest)
_DECLINED = sa.exists().where(
    LeadRequest.handover_id == Handover.id,
    LeadRequest.professional_id == Handover.lead_professional_id,
    LeadRequest.state.in_(sorted(DECLINED)),
    ~sa.exists().where(_LATER.handover_id == LeadRequest.handover_id, _LATER.id > LeadRequest.id),
)


def _has_part(kind: str) -> Any:
    return sa.exists().where(HandoverPart.handover_id == Handover.id, HandoverPart.kind == kind).label(f"has_{kind}")


def _select_handovers() -> sa.Select[Any]:
    later, contact = sa.alias(Handover.__table__), sa.alias(Subject.__table__)
    sender, receiver, lead, employer = (
        orm.aliased(Team),
        orm.aliased(Team),
        orm.aliased(Professional),
        orm.aliased(Agency),
    )
    return (
        sa.select(
            Handover.__table__,
            Subject.reference,
            Family.name.label("family"),
            sender.name.label("from_team"),
            receiver.name.label("to_team"),
            user_name_of(Handover.proposed_by_id).label("proposed_by"),
            user_name_of(Handover.agreed_by_id).label("agreed_by"),
            user_name_of(Handover.answered_by_id).label("answered_by"),
            lead.name.label("lead"),
            sa.and_(may_lead(lead), ~_DECLINED).label("lead_stands"),
            (lead.team_id.is_distinct_from(Handover.to_team_id)).label("lead_outside"),
            lead.title.label("lead_title"),
            lead.phone.label("lead_phone"),
            employer.name.label("lead_agency"),
            sa.select(contact.c.reference)
            .where(contact.c.id == Handover.referral_id)
            .scalar_subquery()
            .label("referral"),
            sa.exists().where(later.c.family_id == Handover.family_id, later.c.id > Handover.id).label("followed"),
            *(_has_part(kind) for kind in PARTS),
            *CLOCK_COLUMNS,
        )
        .join(Subject, Subject.id == Handover.id)
        .join(Family, Family.id == Handover.family_id)
        .join(sender, sender.id == Handover.from_team_id)
        .join(receiver, receiver.id == Handover.to_team_id)
        .outerjoin(lead, lead.id == Handover.lead_professional_id)
        .outerjoin(employer, employer.id == lead.agency_id)
        .outerjoin(Clock, ITS_CLOCK)
    )


def _as_row(row: Any) -> HandoverRow:
    about = ", ".join(part for part in (row.lead_title, row.lead_agency, row.lead_phone) if part)
    return HandoverRow(
        id=row.id,
        reference=row.reference,
        direction=row.direction,
        family_id=row.family_id,
        family=row.family,
        from_team_id=row.from_team_id,
        from_team=row.from_team,
        to_team_id=row.to_team_id,
        to_team=row.to_team,
        phase=phase_of(row.state, row.agreed_at, row.sender_closed_at),
        proposed_at=row.proposed_at,
        proposed_by_id=row.proposed_by_id,
        proposed_by=row.proposed_by,
        agreed_at=row.agreed_at,
        agreed_by_id=row.agreed_by_id,
        agreed_by=row.agreed_by,
        answered_at=row.answered_at,
        answered_by=row.answered_by,
        answer_words=row.answer_words or "",
        accepted_at=row.accepted_at,
        sender_closed_at=row.sender_closed_at,
        reasons=row.reasons,
        what_works=row.what_works,
        worry_again=row.worry_again,
        child_voice=row.child_voice,
        split_reason=row.split_reason or "",
        consent=row.consent,
        consent_by=row.consent_by,
        consent_on=row.consent_on,
        consent_how=row.consent_how or "",
        lead_id=row.lead_professional_id,
        lead=row.lead,
        lead_stands=row.lead is not None and bool(row.lead_stands),
        lead_outside=bool(row.lead_professional_id and row.lead_outside),
        lead_about=about,
        meeting_on=row.meeting_on,
        version=row.version,
        urgent=row.urgent,
        referral=row.referral,
        answered_for=row.answered_for or "",
        followed=row.followed,
        parts=frozenset(kind for kind in PARTS if getattr(row, f"has_{kind}")),
        due=as_clock(row) if row.clock_id else None,
    )


def as_clock(row: Any) -> ClockView:
    """The clock of a row with `CLOCK_COLUMNS`."""
    rule = get_rule(row.clock_rule, clock.to_london(row.anchor_at).date())
    return ClockView(row.clock_id, row.id, rule, row.anchor_at, row.due_on, row.due_at, row.stopped_at, row.ended_as)


def _authorised(column: Any, case_id: Any) -> sa.ScalarSelect[Any]:
    """A column of the newest authorised assessment of a case."""
    return (
        sa.select(column)
        .select_from(Assessment)
        .join(Subject, Subject.id == Assessment.id)
        .join(AssessmentChild, AssessmentChild.assessment_id == Assessment.id)
        .where(AssessmentChild.case_id == case_id, Assessment.state == AUTHORISED)
        .order_by(Assessment.authorised_at.desc())
        .limit(1)
        .scalar_subquery()
    )


def get_handover(handover_id: int, *, reader: Actor | None = None) -> HandoverPage:
    """A handover with its children, its clock, the chain and what came back before: two statements.

    Without a `reader` nothing is said to open.

    Raises NotFound.
    """
    this = orm.aliased(Handover)
    family = sa.select(this.family_id).where(this.id == handover_id).scalar_subquery()
    rows = [
        _as_row(row)
        for row in db.session.execute(
            _select_handovers().where(Handover.family_id == family, Handover.id <= handover_id).order_by(Handover.id)
        )
    ]
    if not rows or rows[-1].id != handover_id:
        raise NotFound
    children, chain, custody = _children_and_chain(rows[-1], reader)
    came_back = tuple(row for row in rows[:-1] if row.phase in (RETURNED, SENT_BACK))
    began = min((held.from_at for held in chain), default=clock.now())
    return HandoverPage(
        replace(rows[-1], children=children),
        tuple(chain),
        came_back,
        not gaps(custody),
        (clock.today() - clock.to_london(began).date()).days,
    )


def _children_and_chain(
    row: HandoverRow, reader: Actor | None
) -> tuple[tuple[Child, ...], list[Held], list[tuple[int, datetime, datetime | None]]]:
    """The children of a handover and every team that has held one of them, in one statement."""
    reference = orm.aliased(Subject)
    found = db.session.execute(
        sa.select(
            Case.id.label("case_id"),
            reference.reference,
            *PERSON_COLUMNS,
            Custody.team_id,
            Team.name.label("team"),
            Custody.from_at,
            Custody.to_at,
            Professional.name.label("lead"),
            _authorised(Subject.reference, Case.id).label("assessment"),
            _authorised(Assessment.authorised_at, Case.id).label("assessed_at"),
            (sees(reader, Case.id, "case", L4) if reader else sa.false()).label("opens"),
            HandoverCase.level,
        )
        .join(HandoverCase, HandoverCase.case_id == Case.id)
        .join(reference, reference.id == Case.id)
        .join(Person, Person.id == Case.person_id)
        .outerjoin(PersonName, CURRENT_NAME)
        .join(Custody, Custody.case_id == Case.id)
        .join(Team, Team.id == Custody.team_id)
        .outerjoin(
            Involvement,
            sa.and_(
                Involvement.case_id == Case.id,
                Involvement.leads,
                Involvement.from_at >= Custody.from_at,
                sa.or_(Custody.to_at.is_(None), Involvement.from_at < Custody.to_at),
            ),
        )
        .outerjoin(Professional, Professional.id == Involvement.professional_id)
        .where(HandoverCase.handover_id == row.id)
        .order_by(Person.born_on, Case.id, Custody.from_at, Involvement.from_at)
    ).all()
    held_by = {r.case_id: r.team_id for r in found if r.to_at is None}
    children = {
        r.case_id: Child(
            r.case_id,
            r.reference,
            shown_name(r),
            r.first or "",
            r.last or "",
            shown_age(r),
            r.assessment,
            r.assessed_at,
            held_by.get(r.case_id),
            bool(r.opens),
            r.level,
        )
        for r in found
    }
    chain = merge_held([(r.case_id, r.team_id, r.team, r.lead or "", r.from_at, r.to_at) for r in found])
    return tuple(children.values()), chain, list({(r.case_id, r.from_at, r.to_at) for r in found})


def handovers_where(*conditions: Any) -> list[HandoverRow]:
    """The handovers for which all of this holds, with their children, the oldest first. Two statements."""
    rows = [
        _as_row(row) for row in db.session.execute(_select_handovers().where(*conditions).order_by(Handover.id)).all()
    ]
    children = _children_of([row.id for row in rows])
    return [replace(row, children=children.get(row.id, ())) for row in rows]


def _children_of(handover_ids: Collection[int]) -> dict[int, tuple[Child, ...]]:
    rows = db.session.execute(
        sa.select(
            HandoverCase.handover_id, HandoverCase.level, Case.id.label("case_id"), Subject.reference, *PERSON_COLUMNS
        )
        .join(Case, Case.id == HandoverCase.case_id)
        .join(Subject, Subject.id == Case.id)
        .join(Person, Person.id == Case.person_id)
        .outerjoin(PersonName, CURRENT_NAME)
        .where(HandoverCase.handover_id.in_(handover_ids))
        .order_by(Person.born_on, Case.id)
    )
    found: dict[int, tuple[Child, ...]] = {}
    for row in rows:
        child = Child(
            row.case_id,
            row.reference,
            shown_name(row),
            row.first or "",
            row.last or "",
            shown_age(row),
            level=row.level,
        )
        found[row.handover_id] = (*found.get(row.handover_id, ()), child)
    return found
