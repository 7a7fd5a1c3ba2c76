"""What one person, or one team, has to do: my children with what waits to be read, and a team's children."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.access.queries import not_barred
from caseapp.accounts.models import PostcodeSector, User
from caseapp.accounts.queries import user_name_of
from caseapp.accounts.slots import OpenWork
from caseapp.cases.catalogue import CONCERNS
from caseapp.cases.models import Case, Custody, Involvement, Task
from caseapp.cases.slots import TASK_WORDS, EntryWords
from caseapp.deadlines.models import Clock
from caseapp.deadlines.queries import count_late_waiting
from caseapp.kernel import clock
from caseapp.kernel.db import db, fetch
from caseapp.kernel.errors import NotFound, OutOfOrder
from caseapp.kernel.subjects import PREFIXES, Subject
from caseapp.kernel.web import when
from caseapp.people.models import Stay
from caseapp.people.queries import ELDEST_FIRST

from .alerts import ACK_CLOCK, Alert, alert_columns, as_alert
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
    alert: Alert | None = None

    @property
    def about_person(self) -> bool:
        """Whether it is seen to on the page of a person."""
        return self.about.startswith(f"{PREFIXES['person']}-")


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


def select_with_tasks(*more: Any) -> sa.Select[tuple[object, ...]]:
    """`select_cases` with the open tasks of each: a case comes once for each of its tasks."""
    return (
        select_cases()
        .add_columns(*_TASK_COLUMNS, *alert_columns(), *more)
        .outerjoin(Task, sa.and_(Task.case_id == Case.id, Task.done_at.is_(None)))
        .outerjoin(_ABOUT, _ABOUT.id == Task.about_id)
        .outerjoin(Clock, ACK_CLOCK)
    )


def as_children(rows: list[sa.Row[tuple[object, ...]]]) -> Children:
    """Rows of `select_with_tasks` as cases, each once, and their tasks, the oldest first."""
    cases: dict[int, CaseRow] = {}
    tasks: dict[int, TaskRow] = {}
    for row in rows:
        case = cases.setdefault(row.case_id, as_case_row(row))
        if row.task_id is not None:
            about = (row.about_id, row.about, row.made_at)
            tasks[row.task_id] = TaskRow(row.task_id, row.task_kind, case, *about, as_alert(row, case))
    return Children(tuple(cases.values()), tuple(sorted(tasks.values(), key=lambda task: (task.made_at, task.id))))


def list_my_children(actor: Actor) -> Children:
    """The children this professional works with, and those whose worker they cover for today, family by family,
    eldest first, and what waits to be read.

    One statement.
    """
    whose = Involvement.professional_id == actor.professional_id
    if actor.covers:
        away = Involvement.professional_id.in_([each.professional_id for each in actor.covers])
        whose = sa.or_(whose, sa.and_(Involvement.leads, away, not_barred(actor, Case.id)))
    mine = sa.exists().where(Involvement.case_id == Case.id, Involvement.to_at.is_(None), whose).correlate(Case)
    rows = db.session.execute(select_with_tasks().where(mine).order_by(Case.family_id, *ELDEST_FIRST, Task.id)).all()
    return as_children(list(rows))


def list_children_led(reader: Actor, professional_id: int, *, team_id: int) -> Children:
    """The children whom one professional leads for a team, without those that a conflict of interest keeps from the
    reader, and what waits to be read about them. One statement."""
    rows = db.session.execute(
        select_with_tasks()
        .where(Involvement.professional_id == professional_id, Custody.team_id == team_id, not_barred(reader, Case.id))
        .order_by(Case.family_id, *ELDEST_FIRST, Task.id)
    ).all()
    return as_children(list(rows))


def count_open_work(user_id: int) -> list[OpenWork]:
    """What a sign-in's owner has open here: the children they lead, and what waits to be read about these; it comes to
    the managers of the teams accountable. One statement."""
    to_read = sa.func.count(sa.distinct(Task.id))
    rows = db.session.execute(
        sa.select(Custody.team_id, sa.func.count(sa.distinct(Case.id)), to_read)
        .select_from(Case)
        .join(Involvement, sa.and_(Involvement.case_id == Case.id, Involvement.to_at.is_(None), Involvement.leads))
        .join(Custody, sa.and_(Custody.case_id == Case.id, Custody.to_at.is_(None)))
        .join(User, User.professional_id == Involvement.professional_id)
        .outerjoin(Task, sa.and_(Task.case_id == Case.id, Task.done_at.is_(None)))
        .where(User.id == user_id, Case.closed_at.is_(None))
        .group_by(Custody.team_id)
    ).all()
    found = [OpenWork("children", row[1], row[0]) for row in rows]
    return found + [OpenWork("to_read", row[2], row[0]) for row in rows if row[2]]


@dataclass(frozen=True)
class TeamChild:
    """A child a team is accountable for, with the ward they live in and how much waits to be read about them."""

    case: CaseRow
    ward: str | None
    to_read: int


class Held(NamedTuple):
    """What a team holds: its children, longest held first; the new contacts about them that nobody has acknowledged,
    soonest due first; and how many reasons for lateness wait for a manager's authorisation."""

    children: list[TeamChild]
    alerts: list[TaskRow]
    late_waiting: int


def list_team_children(team_id: int) -> list[TeamChild]:
    """Every child a team is accountable for, longest held first. One statement."""
    return list_team(team_id).children


def list_team(team_id: int, reader: Actor | None = None) -> Held:
    """What a team is accountable for, without what a conflict of interest keeps from a reader, where one is given. One
    statement."""
    counted = sa.orm.aliased(Task)
    to_read = (
        sa.select(sa.func.count())
        .where(counted.case_id == Case.id, counted.done_at.is_(None))
        .correlate(Case)
        .scalar_subquery()
    )
    late = count_late_waiting(team_id, reader).label("late_waiting")
    rows = db.session.execute(
        select_with_tasks(PostcodeSector.ward, to_read.label("to_read"), late)
        .outerjoin(PostcodeSector, PostcodeSector.sector == Stay.sector)
        .where(Custody.team_id == team_id, *([not_barred(reader, Case.id)] if reader else []))
        .order_by(Custody.from_at, Case.family_id, *ELDEST_FIRST)
    ).all()
    found: dict[int, TeamChild] = {}
    for row in rows:
        ward = None if row.address_protected else row.ward
        found.setdefault(row.case_id, TeamChild(as_case_row(row), ward, row.to_read))
    alerts = [task for task in as_children(list(rows)).tasks if task.kind in CONCERNS]
    return Held(list(found.values()), sorted(alerts, key=soonest), rows[0].late_waiting if rows else 0)


def soonest(task: TaskRow) -> tuple[bool, datetime]:
    """The order of alerts: soonest due first, those without a clock last."""
    return task.alert is None, task.alert.due_at if task.alert else task.made_at


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


def cases_asked(*, kind: str, about_id: int) -> set[int]:
    """The cases whose people were ever asked to read this."""
    return {row.case_id for row in fetch(_ASKED, {"kind": kind, "about": about_id})}


_ASKED = sa.select(Task.case_id).where(Task.kind == sa.bindparam("kind"), Task.about_id == sa.bindparam("about"))


def list_team_alerts(team_id: int) -> list[TaskRow]:
    """New contacts about children of a team that nobody has acknowledged, soonest due first. One statement."""
    return list_team(team_id).alerts


def list_late_alerts(actor: Actor) -> list[TaskRow]:
    """New contacts about children with an open case that nobody acknowledged in time: they are with the head of
    service. Longest late first. One statement."""
    late = sa.and_(Task.kind.in_(CONCERNS), Clock.due_at <= clock.now(), not_barred(actor, Case.id))
    return sorted(as_children(list(db.session.execute(select_with_tasks().where(late)))).tasks, key=soonest)


def get_task(case_id: int, task_id: int) -> TaskRow:
    """An open task of a case. Raises NotFound for another case's, OutOfOrder when it is done: who did it, when."""
    row = db.session.execute(select_with_tasks().where(Case.id == case_id, Task.id == task_id).limit(1)).first()
    if row is not None:
        return as_children([row]).tasks[0]
    done = db.session.execute(
        sa.select(Task.done_at, user_name_of(Task.done_by_id).label("who")).where(
            Task.id == task_id, Task.case_id == case_id
        )
    ).first()
    if done is None:
        raise NotFound
    raise OutOfOrder(f"{done.who or 'Somebody'} has acknowledged this already, {when(done.done_at)}.")
