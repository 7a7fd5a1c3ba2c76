"""What the family was told of each decision, and family group decision-making (practice 25 and 34)."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.accounts.models import Agency, Professional, User
from caseapp.accounts.queries import user_name_of
from caseapp.cases.catalogue import DECISIONS, GROUP_ANSWERS, GROUP_STEPS, NOT_TOLD, TOLD_HOW
from caseapp.cases.domain.childs_page import FamilyGroupFacts
from caseapp.cases.models import Case, FamilyGroup, FamilyGroupVersion, Told
from caseapp.kernel.db import fetch
from caseapp.kernel.errors import NotFound
from caseapp.kernel.events import TYPES, Event, EventSubject
from caseapp.people.models import Person, PersonName
from caseapp.people.queries import CURRENT_NAME, FamilyRow, list_family, shown_name

from .chronology import code_words, names_of, sentence
from .lists import CaseRow

# What the family's own words call a parent, beside parental responsibility.
PARENTS = frozenset({"mother", "father", "parent", "mum", "dad"})


@dataclass(frozen=True)
class ToldRow:
    """How somebody was told of a decision, or why not, in words."""

    event_id: int
    person_id: int | None
    agency_id: int | None
    name: str
    how: str | None
    why_not: str | None
    told_on: date | None
    told_by: str

    @property
    def words(self) -> str:
        """ "in person", or why they were not told."""
        return TOLD_HOW.get(self.how or "", self.how or "") if self.how else NOT_TOLD.get(self.why_not or "", "")


@dataclass(frozen=True)
class DecisionRow:
    """A decision: what and when, who was told, and who of the child and the parents has no answer yet."""

    id: int
    code: str
    occurred_at: datetime
    title: str
    told: tuple[ToldRow, ...]
    open: tuple[str, ...]


def whom_to_tell(actor: Actor, case: CaseRow) -> list[FamilyRow]:
    """The child of a case and each parent, as people whom a decision is told to. One statement."""
    family = list_family(actor, case.family_id)
    return [row for row in family if row.person_id == case.person_id or (not row.is_child and is_parent(row))]


def is_parent(row: FamilyRow) -> bool:
    """Whether somebody in a family has parental responsibility, or is called a parent."""
    return bool(row.parental_responsibility) or (row.relationship or "").lower().strip() in PARENTS


def list_decisions(case_id: int, people: Sequence[FamilyRow], *, event_id: int | None = None) -> list[DecisionRow]:
    """The decisions about a case, the latest first, with who was told; `people`: whom each has to be told to. Of one
    (`event_id`) it alone. Three statements."""
    given = {"case": case_id, **({"event": event_id} if event_id else {})}
    rows = fetch(_decisions(event_id is not None), given)
    names, lists = names_of(rows), code_words()
    told = told_of([row.id for row in rows])
    return [
        DecisionRow(
            row.id,
            row.code,
            row.occurred_at,
            sentence(TYPES[row.code], row.data, names, lists),
            told.get(row.id, ()),
            tuple(
                person.name
                for person in people
                if person.person_id not in {one.person_id for one in told.get(row.id, ())}
            ),
        )
        for row in rows
    ]


@cache
def _decisions(one: bool) -> Any:
    about = sa.select(EventSubject.event_id).where(EventSubject.subject_id == sa.bindparam("case"))
    query = (
        sa.select(Event.id, Event.code, Event.occurred_at, Event.actor_id, Event.data)
        .where(Event.id.in_(about), Event.code.in_(DECISIONS))
        .order_by(Event.occurred_at.desc(), Event.id.desc())
        .limit(100)
    )
    return query.where(Event.id == sa.bindparam("event")) if one else query


def told_of(event_ids: Collection[int]) -> dict[int, tuple[ToldRow, ...]]:
    """Who was told of these decisions, in the order it was written down. One statement, none for no event."""
    if not event_ids:
        return {}
    found: dict[int, list[ToldRow]] = defaultdict(list)
    for row in fetch(_TOLD, {"events": list(event_ids)}):
        name = row.agency_name or shown_name(row)
        found[row.event_id].append(
            ToldRow(row.event_id, row.person_id, row.agency_id, name, row.how, row.why_not, row.told_on, row.told_by)
        )
    return {event_id: tuple(rows) for event_id, rows in found.items()}


_TOLD = (
    sa.select(
        Told.event_id,
        Told.person_id,
        Told.agency_id,
        Told.how,
        Told.why_not,
        Told.told_on,
        Told.told_by,
        Agency.name.label("agency_name"),
        Person.description,
        PersonName.first,
        PersonName.last,
    )
    .select_from(Told)
    .outerjoin(Agency, Agency.id == Told.agency_id)
    .outerjoin(Person, Person.id == Told.person_id)
    .outerjoin(PersonName, CURRENT_NAME)
    .where(Told.event_id.in_(sa.bindparam("events", expanding=True)), Told.ended_at.is_(None))
    .order_by(Told.event_id, Told.id)
)


@dataclass(frozen=True)
class FamilyGroupRow:
    """One family group decision as it stands: its facts, how far it has come in words, who wrote that when."""

    id: int
    case_id: int
    number: int
    facts: FamilyGroupFacts
    author: str
    written_at: datetime

    @property
    def step_words(self) -> str:
        """How far it has come."""
        return GROUP_STEPS[self.facts.step]

    @property
    def answer_words(self) -> str:
        """What the family said."""
        return GROUP_ANSWERS.get(self.facts.answer, "")


def list_family_groups(case_id: int) -> list[FamilyGroupRow]:
    """The family group decisions of a case, the latest first. One statement."""
    return [
        FamilyGroupRow(
            row.id,
            row.case_id,
            row.number,
            FamilyGroupFacts(
                row.offered_on,
                row.offered_to,
                row.answer or "",
                row.answered_on,
                row.held_on,
                row.plan,
                row.why_not,
            ),
            row.author or "Somebody",
            row.written_at,
        )
        for row in fetch(_GROUPS, {"case": case_id})
    ]


_GROUPS = (
    sa.select(
        FamilyGroup.id,
        FamilyGroup.case_id,
        FamilyGroupVersion.number,
        FamilyGroupVersion.offered_on,
        FamilyGroupVersion.offered_to,
        FamilyGroupVersion.answer,
        FamilyGroupVersion.answered_on,
        FamilyGroupVersion.held_on,
        FamilyGroupVersion.plan,
        FamilyGroupVersion.why_not,
        FamilyGroupVersion.written_at,
        user_name_of(FamilyGroupVersion.author_id).label("author"),
    )
    .join(
        FamilyGroupVersion,
        sa.and_(FamilyGroupVersion.group_id == FamilyGroup.id, FamilyGroupVersion.number == FamilyGroup.current),
    )
    .where(FamilyGroup.case_id == sa.bindparam("case"))
    .order_by(FamilyGroup.id.desc())
)


def get_family_group(case_id: int, group_id: int) -> FamilyGroupRow:
    """One family group decision of a case. Raises NotFound. One statement."""
    found = next((row for row in list_family_groups(case_id) if row.id == group_id), None)
    if found is None:
        raise NotFound
    return found


def agencies_around(case_ids: Collection[int]) -> dict[int, str]:
    """The agencies that are told when the work with these children ends: whose people did anything in their cases or
    in the referrals they came from, without the council itself; number to name. One statement."""
    return {row.id: row.name for row in fetch(_AGENCIES, {"cases": list(case_ids)})}


def _agencies() -> Any:
    from_cases: Any = sa.bindparam("cases", expanding=True)
    return (
        sa.select(Agency.id, Agency.name)
        .distinct()
        .join(Professional, Professional.agency_id == Agency.id)
        .join(User, User.professional_id == Professional.id)
        .join(Event, Event.actor_id == User.id)
        .join(EventSubject, EventSubject.event_id == Event.id)
        .where(
            Agency.key != "council",
            EventSubject.subject_id.in_(
                sa.union_all(
                    sa.select(Case.id).where(Case.id.in_(from_cases)),
                    sa.select(Case.referral_id).where(Case.id.in_(from_cases)),
                )
            ),
        )
        .order_by(Agency.name)
    )


_AGENCIES = _agencies()


@dataclass(frozen=True)
class AroundRow:
    """Somebody of an agency who did anything in the case: who, where, the telephone, since when and when last."""

    name: str
    title: str
    agency: str
    phone: str
    agency_phone: str
    first_at: datetime
    last_at: datetime


def list_around(case_id: int) -> list[AroundRow]:
    """The people of other agencies who sent, answered or wrote anything in a case or the referral it came from, by
    agency. The council's own stand among those who work with the child. One statement."""
    return [
        AroundRow(
            row.name,
            row.title or "",
            row.agency,
            row.phone or "",
            row.agency_phone or "",
            row.first_at,
            row.last_at,
        )
        for row in fetch(_AROUND, {"cases": [case_id]})
    ]


_AROUND_CASES: Any = sa.bindparam("cases", expanding=True)
_AROUND = (
    sa.select(
        Professional.name,
        Professional.title,
        Professional.phone,
        Agency.name.label("agency"),
        Agency.phone.label("agency_phone"),
        sa.func.min(Event.occurred_at, type_=Event.occurred_at.type).label("first_at"),
        sa.func.max(Event.occurred_at, type_=Event.occurred_at.type).label("last_at"),
    )
    .join(Agency, Agency.id == Professional.agency_id)
    .join(User, User.professional_id == Professional.id)
    .join(Event, Event.actor_id == User.id)
    .join(EventSubject, EventSubject.event_id == Event.id)
    .where(
        Agency.key != "council",
        EventSubject.subject_id.in_(
            sa.union_all(
                sa.select(Case.id).where(Case.id.in_(_AROUND_CASES)),
                sa.select(Case.referral_id).where(Case.id.in_(_AROUND_CASES)),
            )
        ),
    )
    .group_by(Professional.id, Professional.name, Professional.title, Professional.phone, Agency.name, Agency.phone)
    .order_by(Agency.name, Professional.name)
)
