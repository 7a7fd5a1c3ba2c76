"""What one person, or one team, has to do: my children with what waits to be read, and a team's children."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.accounts.models import PostcodeSector
from caseapp.cases.models import Case, Custody, Involvement, Task
from caseapp.cases.slots import TASK_WORDS, EntryWords
from caseapp.kernel.db import db
from caseapp.kernel.subjects import Subject
from caseapp.people.models import Stay
from caseapp.people.queries import ELDEST_FIRST

from .lists import CaseRow, as_case_row, select_cases


@dataclass(frozen=True)
class TaskRow:
    """Something to read and acknowledge: for which case, what about."""

    id: int
    kind: str
    case: CaseRow
    about_id: int
    about: str
    made_at: datetime


@dataclass(frozen=True)
class Children:
    """Cases with the open tasks on them."""

    cases: tuple[CaseRow, ...]
    tasks: tuple[TaskRow, ...]


_ABOUT = sa.orm.aliased(Subject)
_TASK_COLUMNS = (
    Task.id.label("task_id"),
    Task.kind.label("task_kind"),
    Task.about_id,
    _ABOUT.reference.label("about"),
    Task.made_at,
)


def select_with_tasks(*more: sa.ColumnElement[object]) -> sa.Select[tuple[object, ...]]:
    """`select_cases` with the open tasks of each: a case comes once for each of its tasks."""
    return (
        select_cases()
        .add_columns(*_TASK_COLUMNS, *more)
        .outerjoin(Task, sa.and_(Task.case_id == Case.id, Task.done_at.is_(None)))
        .outerjoin(_ABOUT, _ABOUT.id == Task.about_id)
    )


def as_children(rows: list[sa.Row[tuple[object, ...]]]) -> Children:
    """Rows of `select_with_tasks` as cases, each once, and their tasks, the oldest first."""
    cases: dict[int, CaseRow] = {}
    tasks = []
    for row in rows:
        case = cases.setdefault(row.case_id, as_case_row(row))
        if row.task_id is not None:
            tasks.append(TaskRow(row.task_id, row.task_kind, case, row.about_id, row.about, row.made_at))
    return Children(tuple(cases.values()), tuple(sorted(tasks, key=lambda task: (task.made_at, task.id))))


def list_my_children(actor: Actor) -> Children:
    """The children this professional works with, family by family, eldest first, and what waits to be read.

    One statement.
    """
    mine = (
        sa.exists()
        .where(
            Involvement.case_id == Case.id,
            Involvement.to_at.is_(None),
            Involvement.professional_id == actor.professional_id,
        )
        .correlate(Case)
    )
    rows = db.session.execute(select_with_tasks().where(mine).order_by(Case.family_id, *ELDEST_FIRST, Task.id)).all()
    return as_children(list(rows))


@dataclass(frozen=True)
class TeamChild:
    """A child a team is accountable for, with the ward they live in and how much waits to be read about them."""

    case: CaseRow
    ward: str | None
    to_read: int


def list_team_children(team_id: int) -> list[TeamChild]:
    """Every child a team is accountable for, longest held first. One statement."""
    to_read = (
        sa.select(sa.func.count())
        .where(Task.case_id == Case.id, Task.done_at.is_(None))
        .correlate(Case)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select_cases()
        .add_columns(PostcodeSector.ward, to_read.label("to_read"))
        .outerjoin(PostcodeSector, PostcodeSector.sector == Stay.sector)
        .where(Custody.team_id == team_id)
        .order_by(Custody.from_at, Case.family_id, *ELDEST_FIRST)
    )
    return [TeamChild(as_case_row(row), None if row.address_protected else row.ward, row.to_read) for row in rows]


def list_waiting(team_id: int) -> list[TeamChild]:
    """The children a team holds to whom nobody has been given yet, longest waiting first."""
    return [child for child in list_team_children(team_id) if child.case.lead_id is None]


def list_load(team_id: int) -> dict[int, int]:
    """How many children each professional leads for a team: professional id to count."""
    load: dict[int, int] = {}
    for child in list_team_children(team_id):
        if child.case.lead_id is not None:
            load[child.case.lead_id] = load.get(child.case.lead_id, 0) + 1
    return load


def task_words(actor: Actor, about_ids: Collection[int]) -> dict[int, EntryWords]:
    """What tasks are about, told by the slices that know."""
    if not about_ids:
        return {}
    return {subject_id: words for fill in TASK_WORDS for subject_id, words in fill(actor, about_ids).items()}
