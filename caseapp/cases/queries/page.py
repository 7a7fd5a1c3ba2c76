"""A child's case on one page: four statements here, beside the chronology's and what higher floors add."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import L4, Actor
from caseapp.access.queries import AnyReader, reader_params, reader_shape, sees
from caseapp.accounts.models import Professional, User
from caseapp.accounts.queries import user_name_of
from caseapp.cases.catalogue import ANY_KIND, NOTE_KINDS, SEEN_BY_WORKER
from caseapp.cases.models import Case, NightAlert, Note, NoteCase, NoteVersion
from caseapp.deadlines.queries import ClockView, clocks_of
from caseapp.kernel import clock
from caseapp.kernel.db import db, fetch
from caseapp.kernel.errors import NotFound
from caseapp.kernel.subjects import Subject
from caseapp.people.queries import ELDEST_FIRST, FamilyRow, list_family

from .chronology import Chronology, Entry, list_chronology
from .corrections import CorrectionRow, corrections_about
from .linked import Twin, read_twins, twins_column
from .lists import CaseRow, as_case_row, select_cases
from .work import TaskRow, as_children, select_with_tasks


@dataclass(frozen=True)
class AlertWords:
    """An alert for the night that stands on this child."""

    id: int
    may_happen: str
    what_to_do: str
    whom_to_ring: str
    until_at: datetime
    made_by: str


_ALERT_COLUMNS = (
    NightAlert.id.label("alert_id"),
    NightAlert.may_happen,
    NightAlert.what_to_do,
    NightAlert.whom_to_ring,
    NightAlert.until_at,
    user_name_of(NightAlert.made_by_id).label("alert_by"),
)


def _alerts(rows: Sequence[Any], case_id: int) -> tuple[AlertWords, ...]:
    """The alerts of one case among rows that come once for each task and each alert."""
    found = {row.alert_id: row for row in rows if row.case_id == case_id and row.alert_id is not None}
    return tuple(
        AlertWords(
            row.alert_id, row.may_happen, row.what_to_do, row.whom_to_ring, row.until_at, row.alert_by or "Somebody"
        )
        for row in found.values()
    )


@dataclass(frozen=True)
class CasePage:
    """All that a child's page shows.

    `siblings`: open cases of the family, this child's among them, that the reader may see.
    """

    case: CaseRow
    siblings: tuple[CaseRow, ...]
    tasks: tuple[TaskRow, ...]
    clocks: tuple[ClockView, ...]
    family: tuple[FamilyRow, ...]
    chronology: Chronology
    alerts: tuple[AlertWords, ...] = ()
    # Other open cases of the same child: two records of it were linked while both had one.
    twins: tuple[Twin, ...] = ()

    @property
    def next_due(self) -> ClockView | None:
        """The clock that ends first."""
        return self.clocks[0] if self.clocks else None

    @property
    def seen_by_worker(self) -> ClockView | None:
        """The clock that counts from when the worker last saw the child; None without a visit on record."""
        return next((view for view in self.clocks if view.rule.key == SEEN_BY_WORKER), None)

    @property
    def last_note(self) -> Entry | None:
        """The latest note among the entries shown; None if there is none, or it lies further back."""
        return next((entry for entry in self.chronology if entry.note), None)

    @property
    def adults_of_concern(self) -> list[FamilyRow]:
        """Whom a visitor may meet and must know of."""
        return [person for person in self.family if person.adult_of_concern]

    @property
    def kept_secret(self) -> list[FamilyRow]:
        """Whose address nobody may be told."""
        return [person for person in self.family if person.address_protected]

    @property
    def father_recorded(self) -> bool:
        """Whether anybody in the family is recorded as a father."""
        return any("father" in (person.relationship or "").lower().split() for person in self.family)


def get_case_page(actor: Actor, case_id: int, *, entries: int = 20) -> CasePage:
    """The page of an open case that the guard has let this actor read (L4). Raises NotFound for a closed one."""
    given = {"case": case_id, "now": clock.now(), **reader_params(actor)}
    rows = fetch(_page_statement(*reader_shape(actor)), given)
    children = as_children(list(rows))
    case = next((row for row in children.cases if row.id == case_id), None)
    if case is None:
        raise NotFound
    return CasePage(
        case=case,
        siblings=children.cases,
        tasks=tuple(task for task in children.tasks if task.case.id == case_id),
        clocks=tuple(clocks_of([case_id]).get(case_id, ())),
        family=tuple(list_family(actor, case.family_id, level=L4)),
        chronology=list_chronology(actor, [case_id], limit=entries),
        alerts=_alerts(rows, case_id),
        twins=read_twins(rows[0].twins),
    )


@cache
def _page_statement(placed: bool, covers: bool) -> Any:
    """Built once: it runs on every case page."""
    family_id = sa.select(Case.family_id).where(Case.id == sa.bindparam("case")).scalar_subquery()
    seen = sees(AnyReader(placed, covers), Case.id, "case", L4)
    now: Any = sa.bindparam("now", type_=NightAlert.until_at.type)
    alert = sa.and_(NightAlert.case_id == Case.id, NightAlert.withdrawn_at.is_(None), NightAlert.until_at > now)
    return (
        select_with_tasks(*_ALERT_COLUMNS, twins_column(AnyReader(placed, covers), sa.bindparam("case")).label("twins"))
        .outerjoin(NightAlert, alert)
        .where(Case.family_id == family_id, seen)
        .order_by(*ELDEST_FIRST)
    )


def is_closed(case_id: int) -> bool:
    """Whether a case is closed. One statement."""
    return db.session.scalar(sa.select(Case.id).where(Case.id == case_id, Case.closed_at.is_not(None))) is not None


def get_case(actor: Actor, case_id: int) -> tuple[CaseRow, tuple[CaseRow, ...]]:
    """An open case and those of its family that the actor may see at L4, itself among them.

    Raises NotFound. One statement.
    """
    family_id = sa.select(Case.family_id).where(Case.id == case_id).scalar_subquery()
    rows = db.session.execute(
        select_cases().where(Case.family_id == family_id, sees(actor, Case.id, "case", L4)).order_by(*ELDEST_FIRST)
    )
    cases = tuple(as_case_row(row) for row in rows)
    case = next((row for row in cases if row.id == case_id), None)
    if case is None:
        raise NotFound
    return case, cases


@dataclass(frozen=True)
class Wording:
    """One wording of a note."""

    number: int
    words: str
    who: str
    at: datetime


@dataclass(frozen=True)
class NotePage:
    """A note: when it happened, which children it is about, and every wording, the latest first."""

    id: int
    reference: str
    happened_at: datetime
    cases: tuple[tuple[str, str], ...]
    wordings: tuple[Wording, ...]
    kind: str = ""
    significant: bool = False
    # What the family says is wrong in it.
    wrong: tuple[CorrectionRow, ...] = ()

    @property
    def now(self) -> Wording:
        """The latest wording."""
        return self.wordings[0]


def get_note(actor: Actor, note_id: int) -> NotePage:
    """A note that the guard has let this actor see, with the children it is about that they may see.

    Raises NotFound. Three statements.
    """
    rows = db.session.execute(
        sa.select(
            Subject.reference,
            Note.happened_at,
            Note.kind,
            Note.significant,
            NoteVersion.number,
            NoteVersion.words,
            NoteVersion.written_at,
            Professional.name,
        )
        .select_from(Note)
        .join(Subject, Subject.id == Note.id)
        .join(NoteVersion, NoteVersion.note_id == Note.id)
        .outerjoin(User, User.id == NoteVersion.author_id)
        .outerjoin(Professional, Professional.id == User.professional_id)
        .where(Note.id == note_id)
        .order_by(NoteVersion.number.desc())
    ).all()
    if not rows:
        raise NotFound
    about = db.session.execute(
        select_cases()
        .join(NoteCase, NoteCase.case_id == Case.id)
        .where(NoteCase.note_id == note_id, sees(actor, Case.id, "case", L4))
        .order_by(*ELDEST_FIRST)
    )
    cases = tuple((row.reference, as_case_row(row).name) for row in about)
    wordings = tuple(Wording(row.number, row.words, row.name or "Somebody", row.written_at) for row in rows)
    kind = NOTE_KINDS[rows[0].kind] if rows[0].kind != ANY_KIND else ""
    wrong = corrections_about(note_id)
    return NotePage(note_id, rows[0].reference, rows[0].happened_at, cases, wordings, kind, rows[0].significant, wrong)
