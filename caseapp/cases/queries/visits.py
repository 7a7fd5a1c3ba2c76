"""Visits: one child's record of one, the whole of it for whoever changes it, and what the chronology tells of each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.access.domain import L4, Actor
from caseapp.access.queries import sees
from caseapp.accounts.queries import user_name_of
from caseapp.cases.catalogue import ANNOUNCED, SEEN_WORDS, VISIT_KINDS, VISIT_PLACES, WHY_NOT
from caseapp.cases.domain.visits import ELSEWHERE, NOT_ABOUT, ChildPart, VisitTold
from caseapp.cases.models import Case, Visit, VisitChild, VisitDraft, VisitPart, VisitVersion
from caseapp.kernel import clock
from caseapp.kernel.db import db, fetch
from caseapp.kernel.errors import NotFound
from caseapp.kernel.events import EventSubject
from caseapp.kernel.subjects import Subject
from caseapp.kernel.web import day
from caseapp.people.models import Person, PersonName
from caseapp.people.queries import CURRENT_NAME, ELDEST_FIRST, PERSON_COLUMNS, shown_age, shown_name

from .lists import CaseRow, as_case_row, select_cases

SOMEBODY = "Somebody"
CODES = ("visit.made", "visit.not_seen")


@dataclass(frozen=True)
class KeptVisit:
    """A visit as it now stands, whole: for commands, and for whoever changes it. `number`: of its latest wording,
    `author` and `at`: whose that is and from when."""

    id: int
    reference: str
    number: int
    author: str
    at: datetime
    first_author_id: int
    told: VisitTold


@dataclass(frozen=True)
class Draft:
    """A visit being written, as typed."""

    id: int
    once_key: str
    version: int
    typed: Mapping[str, Any]
    saved_at: datetime


@dataclass(frozen=True)
class VisitWording:
    """One wording of a visit as one child's record has it: what all records show, and the child's own part."""

    number: int
    told: VisitTold
    part: ChildPart | None
    why: str
    who: str
    at: datetime

    @property
    def title(self) -> str:
        """Whether the child was seen, in words."""
        return SEEN_WORDS.get(self.part.seen, "") if self.part else ""

    @property
    def why_not(self) -> str:
        """The reason for not seen, or not alone."""
        return WHY_NOT.get(self.part.why_not, "") if self.part else ""

    @property
    def place(self) -> str:
        """Where it was."""
        return place_of(self.told)

    @property
    def kind(self) -> str:
        """What it was for."""
        return VISIT_KINDS.get(self.told.kind, self.told.kind)

    @property
    def announced(self) -> str:
        """Whether the family knew of it."""
        return ANNOUNCED.get(self.told.announced, self.told.announced)


@dataclass(frozen=True)
class VisitedChild:
    """A child in whose record a visit stands, whether the case is open or closed."""

    id: int
    reference: str
    name: str
    called: str
    age: str
    closed: bool


@dataclass(frozen=True)
class VisitPage:
    """One child's record of a visit: every wording that says something new in it, the latest first; and brothers and
    sisters whom it was about too and the reader may see, by reference and name."""

    id: int
    reference: str
    case: VisitedChild
    wordings: tuple[VisitWording, ...]
    others: tuple[tuple[str, str], ...]

    @property
    def now(self) -> VisitWording:
        """The latest."""
        return self.wordings[0]


def place_of(told: VisitTold) -> str:
    """Where a visit was, in words."""
    return told.place_words if told.place == ELSEWHERE else VISIT_PLACES.get(told.place, told.place)


def get_visit_page(actor: Actor, case_id: int, reference: str) -> VisitPage:
    """A visit as it stands in the record of one child, whom the guard has let the actor see. Four statements.

    Raises NotFound for a visit that was not about this child.
    """
    rows = fetch(_OF_CHILD, {"reference": reference, "case": case_id})
    if not rows:
        raise NotFound
    visit_id = rows[0].visit_id
    about = sa.exists().where(
        VisitChild.visit_id == visit_id, VisitChild.case_id == Case.id, VisitChild.event_id.is_not(None)
    )
    whom = sa.or_(Case.id == case_id, about)
    cases = _children(actor, whom)
    case = next((each for each in cases if each.id == case_id), None)
    if case is None:
        raise NotFound
    wordings: list[VisitWording] = []
    for row in rows:
        part = _part(row) if row.seen is not None else None
        wording = VisitWording(row.number, _shared(row), part, row.why or "", row.who_wrote or SOMEBODY, row.written_at)
        if not wordings or (wording.told, wording.part) != (wordings[-1].told, wordings[-1].part):
            wordings.append(wording)
    others = tuple((each.reference, each.name) for each in cases if each.id != case_id)
    return VisitPage(visit_id, reference, case, tuple(reversed(wordings)), others)


def first_case_of(actor: Actor, visit_id: int) -> str:
    """The reference of the eldest child whom a visit was about and the actor may see. Raises NotFound. One
    statement."""
    about = sa.exists().where(VisitChild.visit_id == visit_id, VisitChild.case_id == Case.id)
    children = _children(actor, about)
    if not children:
        raise NotFound
    return children[0].reference


def _children(actor: Actor, whom: sa.ColumnElement[bool]) -> list[VisitedChild]:
    """These children, as far as the actor may see them, the eldest first; of closed cases too."""
    rows = db.session.execute(
        sa.select(Case.id.label("case_id"), Case.closed_at, Subject.reference, *PERSON_COLUMNS)
        .join(Subject, Subject.id == Case.id)
        .join(Person, Person.id == Case.person_id)
        .outerjoin(PersonName, CURRENT_NAME)
        .where(whom, sees(actor, Case.id, "case", L4))
        .order_by(*ELDEST_FIRST)
    )
    return [
        VisitedChild(
            row.case_id, row.reference, shown_name(row), row.first or "", shown_age(row), row.closed_at is not None
        )
        for row in rows
    ]


def children_to_write_of(actor: Actor, visit_id: int) -> list[CaseRow]:
    """The open cases of the family of a visit that the actor may see, and whom it may be about. Raises
    NotFound without any: of a closed case nothing is changed. One statement."""
    family = sa.select(Visit.family_id).where(Visit.id == visit_id).scalar_subquery()
    rows = db.session.execute(
        select_cases().where(Case.family_id == family, sees(actor, Case.id, "case", L4)).order_by(*ELDEST_FIRST)
    )
    children = [as_case_row(row) for row in rows]
    if not children:
        raise NotFound
    return children


def read_visit(visit_id: int) -> KeptVisit:
    """A visit as it now stands, every child's part in it: for whoever changes it; a page shows of it only the children
    its reader sees. Raises NotFound. Two statements."""
    rows = fetch(_BY_ID, {"visit": visit_id})
    if not rows:
        raise NotFound
    return _kept(rows[0])


def find_by_key(once_key: str) -> KeptVisit | None:
    """The visit that a form's key made. Two statements."""
    rows = fetch(_BY_KEY, {"key": once_key})
    return _kept(rows[0]) if rows else None


def find_same_day(case_ids: Collection[int], at: datetime) -> KeptVisit | None:
    """The last written visit to one of these children on that day in London. Two statements."""
    first = datetime.combine(clock.to_london(at).date(), time(0), clock.LONDON)
    until = datetime.combine(first.date() + timedelta(days=1), time(0), clock.LONDON)
    rows = fetch(_SAME_DAY, {"cases": list(case_ids), "first": first, "until": until})
    return _kept(rows[0]) if rows else None


def find_draft(actor: Actor, family_id: int) -> Draft | None:
    """The actor's own unfinished visit to a family. One statement."""
    rows = fetch(_DRAFT, {"user": actor.user_id, "family": family_id})
    return Draft(*rows[0]) if rows else None


def not_about(case_id: int) -> ChildPart:
    """The part of a child whom a visit was not about."""
    return ChildPart(case_id, NOT_ABOUT)


@dataclass(frozen=True)
class VisitWords:
    """What the chronology tells of one event: in words, and the references of the child's case and of the visit."""

    words: str
    case: str
    visit: str


def with_visits(query: Any, shown: sa.Subquery) -> Any:
    """A statement of the chronology's entries with what `words_of_visits` reads: the visit of each and the part of the
    child whose event it is. No statement of its own: the page of a case has none to spare."""
    named, its_visit, its_case = orm.aliased(EventSubject), orm.aliased(Visit), orm.aliased(Subject)
    visit_id = (
        sa.select(sa.func.min(its_visit.id))
        .select_from(named)
        .join(its_visit, its_visit.id == named.subject_id)
        .where(named.event_id == shown.c.id, shown.c.code.in_([sa.literal_column(f"'{code}'") for code in CODES]))
        .correlate(shown)
        .scalar_subquery()
    )
    # The child of an event is the case among its subjects.
    whose = sa.select(EventSubject.subject_id).where(EventSubject.event_id == shown.c.id).correlate(shown)
    of_visit = orm.aliased(Subject)
    return (
        query.add_columns(
            *(getattr(VisitVersion, name).label(f"visit_{name}") for name in _TOLD),
            *(getattr(VisitPart, name).label(f"part_{name}") for name in _OF_A_CHILD),
            VisitVersion.visit_id,
            of_visit.reference.label("visit_reference"),
            its_case.reference.label("part_reference"),
        )
        .outerjoin(Visit, Visit.id == visit_id)
        .outerjoin(VisitVersion, sa.and_(VisitVersion.visit_id == Visit.id, VisitVersion.number == Visit.current))
        .outerjoin(VisitPart, sa.and_(_ITS_PART, VisitPart.case_id.in_(whose)))
        .outerjoin(of_visit, of_visit.id == Visit.id)
        .outerjoin(its_case, its_case.id == VisitPart.case_id)
    )


def words_of_visits(rows: Sequence[Any]) -> dict[int, VisitWords]:
    """By event, what the chronology tells of a visit: what all records show of it, and the part of the child whose
    event it is. Of several children of one visit on one page the shared part is told once."""
    told: dict[int, VisitWords] = {}
    visits: set[int] = set()
    for row in rows:
        if row.part_case_id is not None:
            shared = VisitTold(*(getattr(row, f"visit_{name}") for name in _TOLD))
            part = ChildPart(*(getattr(row, f"part_{name}") for name in _OF_A_CHILD))
            words = _say(shared, part, again=row.visit_id in visits)
            told[row.id] = VisitWords(words, row.part_reference, row.visit_reference)
            visits.add(row.visit_id)
    return told


_TOLD = ("happened_at", "kind", "place", "place_words", "announced", "who", "words", "adults_said", "next_on")
_OF_A_CHILD = ("case_id", "seen", "why_not", "bedroom", "said", "heard_by", "words")


def _say(shared: VisitTold, part: ChildPart, *, again: bool) -> str:
    """An event's words: by the latest wording, whatever was put right since."""
    why = WHY_NOT.get(part.why_not, "")
    lines = [f"{SEEN_WORDS.get(part.seen, '')}{f': {why[0].lower()}{why[1:]}' if why else ''}."]
    if part.bedroom:
        lines.append("Bedroom seen." if part.bedroom == "yes" else "Bedroom not seen.")
    if part.said:
        lines.append(f"“{part.said}” (heard by {part.heard_by})")
    if part.words:
        lines.append(part.words)
    if not again:
        lines.insert(
            0, f"{VISIT_KINDS.get(shared.kind, '')}. {place_of(shared)}. {ANNOUNCED.get(shared.announced, '')}."
        )
        lines.insert(1, f"There: {shared.who}.")
        lines.append(shared.words)
        if shared.adults_said:
            lines.append(f"Parents or carers said: {shared.adults_said}")
        if shared.next_on:
            lines.append(f"Next visit: {day(shared.next_on)}.")
    return "\n".join(lines)


def _shared(row: Any) -> VisitTold:
    return VisitTold(
        row.happened_at,
        row.kind,
        row.place,
        row.place_words,
        row.announced,
        row.who,
        row.words,
        row.adults_said,
        row.next_on,
    )


def _part(row: Any) -> ChildPart:
    return ChildPart(row.case_id, row.seen, row.why_not, row.bedroom, row.said, row.heard_by, row.part_words)


def _kept(row: Any) -> KeptVisit:
    parts = tuple(_part(each) for each in fetch(_PARTS, {"visit": row.visit_id, "number": row.number}))
    told = replace(_shared(row), parts=parts)
    return KeptVisit(
        row.visit_id, row.reference, row.number, row.who_wrote or SOMEBODY, row.written_at, row.first_author_id, told
    )


_VERSION_COLUMNS = (
    VisitVersion.visit_id,
    VisitVersion.number,
    VisitVersion.happened_at,
    VisitVersion.kind,
    VisitVersion.place,
    VisitVersion.place_words,
    VisitVersion.announced,
    VisitVersion.who,
    VisitVersion.words,
    VisitVersion.adults_said,
    VisitVersion.next_on,
    VisitVersion.why,
    VisitVersion.written_at,
    user_name_of(VisitVersion.author_id).label("who_wrote"),
)
_PART_COLUMNS = (
    VisitPart.case_id,
    VisitPart.seen,
    VisitPart.why_not,
    VisitPart.bedroom,
    VisitPart.said,
    VisitPart.heard_by,
    VisitPart.words.label("part_words"),
)
_ITS_PART = sa.and_(VisitPart.visit_id == VisitVersion.visit_id, VisitPart.number == VisitVersion.number)
_FIRST = orm.aliased(VisitVersion)
_KEPT = (
    sa.select(*_VERSION_COLUMNS, Subject.reference, _FIRST.author_id.label("first_author_id"))
    .select_from(Visit)
    .join(Subject, Subject.id == Visit.id)
    .join(VisitVersion, sa.and_(VisitVersion.visit_id == Visit.id, VisitVersion.number == Visit.current))
    .join(_FIRST, sa.and_(_FIRST.visit_id == Visit.id, _FIRST.number == 1))
)
_BY_KEY = _KEPT.where(Visit.once_key == sa.bindparam("key"))
_BY_ID = _KEPT.where(Visit.id == sa.bindparam("visit"))
_SAME_DAY = (
    _KEPT.where(
        Visit.id.in_(
            sa.select(VisitChild.visit_id).where(
                VisitChild.case_id.in_(sa.bindparam("cases", expanding=True)), VisitChild.event_id.is_not(None)
            )
        ),
        VisitVersion.happened_at >= sa.bindparam("first", type_=VisitVersion.happened_at.type),
        VisitVersion.happened_at < sa.bindparam("until", type_=VisitVersion.happened_at.type),
    )
    .order_by(Visit.id.desc())
    .limit(1)
)
_PARTS = (
    sa.select(*_PART_COLUMNS)
    .where(VisitPart.visit_id == sa.bindparam("visit"), VisitPart.number == sa.bindparam("number"))
    .order_by(VisitPart.case_id)
)
_OF_CHILD = (
    sa.select(*_VERSION_COLUMNS, *_PART_COLUMNS)
    .select_from(Subject)
    .join(VisitChild, sa.and_(VisitChild.visit_id == Subject.id, VisitChild.case_id == sa.bindparam("case")))
    .join(VisitVersion, VisitVersion.visit_id == Subject.id)
    .outerjoin(VisitPart, sa.and_(_ITS_PART, VisitPart.case_id == VisitChild.case_id))
    .where(Subject.reference == sa.bindparam("reference"), Subject.kind == "visit")
    .order_by(VisitVersion.number)
)
_DRAFT = sa.select(VisitDraft.id, VisitDraft.once_key, VisitDraft.version, VisitDraft.typed, VisitDraft.saved_at).where(
    VisitDraft.user_id == sa.bindparam("user"), VisitDraft.family_id == sa.bindparam("family"), ~VisitDraft.finished
)
