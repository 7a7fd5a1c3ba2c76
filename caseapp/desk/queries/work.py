"""What the desk shows: my work, and a team's board.

Reads only; a statement each for cases, clocks, workers and bars.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from types import MappingProxyType

from caseapp.access.domain import Actor, Membership
from caseapp.accounts.queries import (
    MemberRow,
    ProfessionalRow,
    TeamWorker,
    list_members,
    list_team_workers,
    list_workers,
)
from caseapp.cases.catalogue import CONCERNS
from caseapp.cases.queries import (
    CaseRow,
    TaskRow,
    TeamChild,
    list_children_led,
    list_my_children,
    list_team,
    soonest,
    task_words,
)
from caseapp.cases.slots import EntryWords
from caseapp.deadlines.domain import age_words
from caseapp.deadlines.queries import ClockView, MilestoneView, clocks_of, milestones_of
from caseapp.desk.domain import family_words, mix_words
from caseapp.desk.domain.seen import LastSeen
from caseapp.kernel import clock
from caseapp.kernel.errors import NotFound
from caseapp.pathway.queries import open_parts

from .seen import BY, WORKER

NEW = timedelta(days=7)
# The clock for naming a worker; on the board it is the manager's own.
NAMING = "case.allocate"
# The clock for reading what the night did: first on the day's list until acknowledged (practice 2).
NIGHT = "edt.morning_child"


@dataclass(frozen=True)
class DueRow:
    """Something due for one or several children of a family."""

    clock: ClockView
    family: str
    children: tuple[CaseRow, ...]
    milestones: tuple[MilestoneView, ...] = ()

    @property
    def whom(self) -> str:
        """First names and the family: Ellie and Jake Marsden."""
        return family_words([(case.called, "") for case in self.children], self.family)


@dataclass(frozen=True)
class FamilyRow:
    """A family's children on one line, each with the clock that ends first."""

    name: str
    children: tuple[tuple[CaseRow, ClockView | None], ...]
    # When the worker last saw the child they saw the longest ago; None while a visit to one of them is not on record.
    seen: LastSeen | None = None


@dataclass(frozen=True)
class AlongsideRow:
    """Children of a family whom somebody else leads now, and the handover whose part is still to be closed."""

    name: str
    children: tuple[CaseRow, ...]
    handover: str | None

    @property
    def amount(self) -> int:
        """How many children."""
        return len(self.children)


@dataclass(frozen=True)
class CoveringRow:
    """The children of a colleague whose work one does today: whose, until when (None: open)."""

    name: str
    until_on: date | None
    families: tuple[FamilyRow, ...]
    children: int


@dataclass(frozen=True)
class MyWork:
    """All that the page "My work" shows."""

    tasks: tuple[TaskRow, ...]
    task_words: dict[int, EntryWords]
    due: tuple[DueRow, ...]
    families: tuple[FamilyRow, ...]
    children: int
    alongside: tuple[AlongsideRow, ...]
    covering: tuple[CoveringRow, ...] = ()
    # New contacts about children with an open case: they come before all else.
    alerts: tuple[TaskRow, ...] = ()

    @property
    def late(self) -> int:
        """How many things are late."""
        return sum(row.clock.state == "late" for row in self.due)

    @property
    def due_today(self) -> int:
        """How many things are due today and not late yet."""
        return sum(row.clock.due_today and row.clock.state != "late" for row in self.due)


def get_my_work(actor: Actor) -> MyWork:
    """What this professional has to read and do, and the children they work with: those they lead, which the team's
    board counts too, those they only work on with, and those of colleagues they cover for. Five statements."""
    mine = list_my_children(actor)
    covered = {away.professional_id for away in actor.covers}
    led = [case for case in mine.cases if case.lead_id == actor.professional_id]
    joint = [case for case in mine.cases if case.lead_id not in (actor.professional_id, *covered)]
    parts = open_parts([case.id for case in joint])
    clocks = clocks_of([case.id for case in mine.cases])
    words = task_words(actor, {task.about_id for task in mine.tasks})
    alongside = tuple(
        AlongsideRow(
            children[0].family_name,
            tuple(children),
            next((parts[case.id] for case in children if case.id in parts), None),
        )
        for children in _by_family(joint)
    )
    covering = []
    for away in actor.covers:
        theirs = [case for case in mine.cases if case.lead_id == away.professional_id]
        covering.append(CoveringRow(away.name, away.until_on, _family_rows(theirs, clocks), len(theirs)))
    return MyWork(
        tuple(task for task in mine.tasks if task.kind not in CONCERNS),
        words,
        _due(mine.cases, clocks, milestones_of(view for views in clocks.values() for view in views)),
        _family_rows(led, clocks),
        len(led),
        alongside,
        tuple(covering),
        tuple(sorted((task for task in mine.tasks if task.kind in CONCERNS), key=soonest)),
    )


def _family_rows(cases: Sequence[CaseRow], clocks: dict[int, list[ClockView]]) -> tuple[FamilyRow, ...]:
    return tuple(
        FamilyRow(
            children[0].family_name,
            tuple((case, _ends_first(clocks.get(case.id, ()))) for case in children),
            _last_seen([clocks.get(case.id, ()) for case in children]),
        )
        for children in _by_family(cases)
    )


def _ends_first(views: Sequence[ClockView]) -> ClockView | None:
    """The clock that ends first, but for the alarms that the child was not seen."""
    return next((view for view in views if view.rule.key not in BY.values()), None)


def _last_seen(of_each: Sequence[Sequence[ClockView]]) -> LastSeen | None:
    seen = [view for views in of_each for view in views if view.rule.key == WORKER]
    if len(seen) < len(of_each):
        return None
    longest = min(seen, key=lambda view: view.anchor_at)
    return LastSeen(longest.anchor_at, ever=True, late=longest.state == "late")


def _by_family(cases: Sequence[CaseRow]) -> list[list[CaseRow]]:
    return [list(children) for _, children in groupby(cases, key=lambda case: case.family_id)]


def _due(
    cases: Sequence[CaseRow],
    clocks: dict[int, list[ClockView]],
    inside: Mapping[int, Sequence[MilestoneView]] = MappingProxyType({}),
) -> tuple[DueRow, ...]:
    """One row where the same thing is due at the same moment for brothers and sisters: what the night did first, then
    soonest first."""
    together: dict[tuple[int, str, datetime], list[tuple[CaseRow, ClockView]]] = {}
    for case in cases:
        for view in clocks.get(case.id, ()):
            # When a child was last seen stands beside the child; its alarm is due only when it comes near.
            if view.rule.key in BY.values() and view.state == "calm":
                continue
            together.setdefault((case.family_id, view.rule.key, view.due_at), []).append((case, view))
    rows = [
        DueRow(
            pairs[0][1],
            pairs[0][0].family_name,
            tuple(case for case, _ in pairs),
            tuple(inside.get(pairs[0][1].id, ())),
        )
        for pairs in together.values()
    ]
    return tuple(sorted(rows, key=lambda row: (row.clock.rule.key != NIGHT, row.clock.due_at)))


@dataclass(frozen=True)
class Worker:
    """Somebody the team's children can be given to, with what they carry now."""

    professional_id: int
    user_id: int | None
    name: str
    title: str
    children: int
    families: int
    mix: str
    new: int
    # Off today, until when if that is known, and who does their work meanwhile.
    away: bool
    away_until: date | None
    covering: str | None


@dataclass(frozen=True)
class Waiting:
    """A family of the team without a worker: since when, why it is here, and who could take it."""

    family_id: int
    words: str
    family: str
    children: tuple[TeamChild, ...]
    why: str
    age: str
    name_by: ClockView | None
    runs_to: ClockView | None
    protected: bool
    barred: frozenset[int | None]


@dataclass(frozen=True)
class Board:
    """All that a team's board shows."""

    team: Membership
    waiting: tuple[Waiting, ...]
    workers: tuple[Worker, ...]
    children: int
    alerts: tuple[TaskRow, ...] = ()
    # Reasons for lateness that wait for its manager.
    late_waiting: int = 0


def get_board(actor: Actor, team: Membership) -> Board:
    """A team's families without a worker, longest waiting first, its workers, lightest first and those off today last,
    and the new contacts that nobody has acknowledged. Three statements."""
    held, alerts, late = list_team(team.team_id, actor)
    without = [child for child in held if child.case.lead_id is None]
    clocks, people = clocks_of([child.case.id for child in without]), list_team_workers(team.team_id)
    return Board(team, _waiting(without, clocks, people), _workers(people, held), len(held), tuple(alerts), late)


def _waiting(
    children: Sequence[TeamChild], clocks: dict[int, list[ClockView]], people: Sequence[TeamWorker]
) -> tuple[Waiting, ...]:
    families: dict[int, list[TeamChild]] = {}
    for child in children:
        families.setdefault(child.case.family_id, []).append(child)
    return tuple(_waiting_family(together, clocks, people) for together in families.values())


def _waiting_family(
    together: Sequence[TeamChild], clocks: dict[int, list[ClockView]], people: Sequence[TeamWorker]
) -> Waiting:
    cases = [child.case for child in together]
    where = [", ".join(part for part in (child.case.sector, child.ward) if part) for child in together]
    why = [mix_words([case.level for case in cases], counted=False), *dict.fromkeys(place for place in where if place)]
    views = [view for case in cases for view in clocks.get(case.id, ())]
    naming = [view for view in views if view.rule.key == NAMING]
    others = [view for view in views if view.rule.key != NAMING]
    ids = {case.id for case in cases}
    return Waiting(
        family_id=cases[0].family_id,
        words=family_words([(case.called, case.age) for case in cases], ""),
        family=cases[0].family_name,
        children=tuple(together),
        why=" · ".join(why),
        age=age_words(min(case.held_since for case in cases), clock.now()),
        name_by=min(naming, key=lambda view: view.due_at, default=None),
        runs_to=min(others, key=lambda view: view.due_at, default=None),
        protected=any(case.address_protected for case in cases),
        barred=frozenset(each.professional.user_id for each in people if each.barred_from & ids),
    )


def _workers(people: Sequence[TeamWorker], held: Sequence[TeamChild]) -> tuple[Worker, ...]:
    since = clock.now() - NEW
    workers = []
    for each in people:
        row = each.professional
        led = [child.case for child in held if child.case.lead_id == row.id]
        workers.append(
            Worker(
                row.id,
                row.user_id,
                row.name,
                row.title,
                len(led),
                len({case.family_id for case in led}),
                mix_words([case.level for case in led]),
                sum(case.lead_since is not None and case.lead_since >= since for case in led),
                each.away,
                each.away_until,
                each.covering,
            )
        )
    return tuple(sorted(workers, key=lambda worker: (worker.away, worker.children, worker.name)))


@dataclass(frozen=True)
class OffToday:
    """What of one worker's work cannot wait for their return: what is late or due today, what nobody has read; and
    their families, each with the versions that giving them away asks for."""

    member: MemberRow
    due: tuple[DueRow, ...]
    tasks: tuple[TaskRow, ...]
    task_words: dict[int, EntryWords]
    families: tuple[FamilyRow, ...]
    children: int
    workers: tuple[ProfessionalRow, ...]
    colleagues: tuple[tuple[int, str], ...]

    @property
    def gone(self) -> bool:
        """Whether they cannot work here any more: then their children are given to somebody else."""
        return not self.member.can_work


def get_off_today(actor: Actor, team: Membership, professional_id: int) -> OffToday:
    """One worker of a team that the actor manages, as somebody else has to do their day. Raises NotFound for somebody
    of another team. Five statements."""
    members = list_members(team.team_id)
    member = next((each for each in members if each.professional_id == professional_id), None)
    if member is None:
        raise NotFound
    theirs = list_children_led(actor, professional_id, team_id=team.team_id)
    clocks = clocks_of([case.id for case in theirs.cases])
    due = tuple(row for row in _due(theirs.cases, clocks) if row.clock.state == "late" or row.clock.due_today)
    return OffToday(
        member=member,
        due=due,
        tasks=theirs.tasks,
        task_words=task_words(actor, {task.about_id for task in theirs.tasks}),
        families=_family_rows(theirs.cases, clocks),
        children=len(theirs.cases),
        workers=tuple(row for row in list_workers(team.team_id) if row.id != professional_id),
        colleagues=tuple(
            (each.professional_id, f"{each.name} (away)" if each.is_away else each.name)
            for each in members
            if each.can_work and each.professional_id != professional_id
        ),
    )
