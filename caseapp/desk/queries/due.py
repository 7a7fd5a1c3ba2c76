"""What is due for a team, by day: the clocks of the children it is accountable for, of handovers that wait for its
answer, and of new contacts about its children.

It is found through the children that the team holds, so that it costs as much as the team is large, however many
clocks there are.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from caseapp.access.domain import L2, Actor
from caseapp.access.queries import AnyReader, not_barred, reader_params, reader_shape, sees
from caseapp.cases.catalogue import LADDERS
from caseapp.cases.models import Case, Custody, Involvement
from caseapp.cases.queries import CaseRow, cases_by_id
from caseapp.deadlines.models import Clock
from caseapp.deadlines.queries import VERSION, ClockView, MilestoneView, clock_view, milestones_of, policy_of
from caseapp.kernel import clock
from caseapp.kernel.db import UTCDateTime, fetch
from caseapp.kernel.subjects import Subject
from caseapp.pathway.models import Handover, HandoverCase
from caseapp.people.models import Family
from caseapp.referrals.models import ReferralChild

PAGE = 50
# A family's children stay on one page: so many rows more than a page are looked at.
_MORE = 20
ANSWERS = ("handover.accept", "handover.accept_urgent")
# Instead of a worker's number: nobody leads.
NOBODY = -1


@dataclass(frozen=True)
class Asked:
    """Which of a team's clocks: of one worker (0: of all, NOBODY: of children without one), of these rules (none: of
    all), of one day, or only those that are late."""

    team_id: int
    worker_id: int = 0
    rules: tuple[str, ...] = ()
    day: date | None = None
    late: bool = False


class Place(NamedTuple):
    """Where a page of the list begins: after this moment and family."""

    due_at: datetime
    family_id: int

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """The place as an address gave it; None for one that is none: then the list begins at its beginning."""
        found = re.fullmatch(r"([0-9]{20})-([0-9]{1,18})", text)
        try:
            at = datetime.strptime(found[1], "%Y%m%d%H%M%S%f").replace(tzinfo=UTC) if found else None
        except ValueError:
            at = None
        return cls(at, int(found[2])) if found and at else None

    @property
    def address(self) -> str:
        """The place for an address."""
        return f"{self.due_at.astimezone(UTC):%Y%m%d%H%M%S%f}-{self.family_id}"


@dataclass(frozen=True)
class Row:
    """One thing due for one or several children of a family; for a handover, `children` is empty."""

    clock: ClockView
    reference: str
    family: str
    children: tuple[CaseRow, ...]
    milestones: tuple[MilestoneView, ...] = ()

    @property
    def kind(self) -> str:
        """What the reference is of: case, handover or referral."""
        if self.clock.rule.key in ANSWERS:
            return "handover"
        return "contact" if self.clock.rule.key in LADDERS else "case"


@dataclass(frozen=True)
class Group:
    """What is due on one day."""

    day: date
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Page:
    """Some of a team's clocks by day, and where the next page begins."""

    groups: tuple[Group, ...]
    after: Place | None

    @property
    def shown(self) -> int:
        """How many lines."""
        return sum(len(group.rows) for group in self.groups)


@dataclass
class DayCount:
    """How many clocks are due on a day, and how many of each rule."""

    day: date
    number: int = 0
    by_rule: dict[str, int] = field(default_factory=dict)


def day_of(view: ClockView) -> date:
    """The day, in London, on which a clock is due."""
    return view.due_on or clock.to_london(view.due_at).date()


def list_due(actor: Actor, asked: Asked, *, after: Place | None = None, limit: int = PAGE) -> Page:
    """A team's clocks, what is late first and then by day, without children that a conflict of interest keeps from the
    actor. Three statements."""
    given = _given(actor, asked) | {"limit": limit + _MORE}
    if after is not None:
        given |= {"after_at": after.due_at, "after_family": after.family_id}
    rows = fetch(_page(reader_shape(actor), _shape(asked), after is not None), given)
    rows, more = _whole_families(rows, limit)
    children = {row.id: row for row in cases_by_id({row.case_id for row in rows if row.case_id})}
    policy = policy_of(rows[0].policy) if rows else None
    together: dict[tuple[int, str, datetime], list[Any]] = {}
    for row in rows:
        if row.case_id is None or row.case_id in children:
            together.setdefault((row.family_id, row.rule, row.due_at), []).append(row)
    views = {row.id: clock_view(policy, row) for row in rows} if policy else {}
    inside = milestones_of(views.values())
    lines = [
        Row(
            views[same[0].id],
            same[0].reference,
            same[0].family,
            tuple(children[row.case_id] for row in same if row.case_id),
            tuple(inside.get(same[0].id, ())),
        )
        for same in together.values()
    ]
    groups: dict[date, list[Row]] = {}
    for line in lines:
        groups.setdefault(day_of(line.clock), []).append(line)
    last = Place(rows[-1].due_at, rows[-1].family_id) if more else None
    return Page(tuple(Group(day, tuple(found)) for day, found in groups.items()), last)


def _whole_families(rows: Sequence[Any], limit: int) -> tuple[Sequence[Any], bool]:
    """A page's rows, cut where a moment's family ends, and whether more come after it."""
    if len(rows) <= limit:
        return rows, False
    last = (rows[limit - 1].due_at, rows[limit - 1].family_id)
    end = next((n for n in range(limit, len(rows)) if (rows[n].due_at, rows[n].family_id) != last), len(rows))
    return rows[:end], end < len(rows) or len(rows) == limit + _MORE


def count_days(actor: Actor, asked: Asked, *, until: date) -> tuple[int, dict[date, DayCount]]:
    """How many of a team's clocks are late, and how many are due on each day before `until`, those that are late by
    their own day. One statement."""
    now, late = clock.now(), 0
    days: dict[date, DayCount] = {}
    given = _given(actor, asked) | {"until": _midnight(until + timedelta(days=1))}
    for row in fetch(_counts(reader_shape(actor), _shape(asked)), given):
        day = row.due_on or clock.to_london(row.at).date()
        late += row.number if (row.at <= now if row.at else day < clock.today()) else 0
        if day < until:
            count = days.setdefault(day, DayCount(day))
            count.number += row.number
            count.by_rule[row.rule] = count.by_rule.get(row.rule, 0) + row.number
    return late, days


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=clock.LONDON)


def _given(actor: Actor, asked: Asked) -> dict[str, Any]:
    given: dict[str, Any] = {"team": asked.team_id, "now": clock.now(), **reader_params(actor)}
    if asked.worker_id > 0:
        given["worker"] = asked.worker_id
    if asked.rules:
        given["rules"] = list(asked.rules)
    if asked.day:
        given |= {"day": asked.day, "begins": _midnight(asked.day), "ends": _midnight(asked.day + timedelta(days=1))}
    return given


_Shape = tuple[int, bool, bool, bool]


def _shape(asked: Asked) -> _Shape:
    """What of a question changes the text of a statement."""
    return max(-1, min(asked.worker_id, 1)), bool(asked.rules), asked.day is not None, asked.late


def _moment(name: str) -> Any:
    return sa.bindparam(name, type_=UTCDateTime())


def _columns(case_id: Any, family_id: Any) -> tuple[Any, ...]:
    return (
        Clock.id,
        Clock.subject_id,
        Clock.rule,
        Clock.anchor_at,
        Clock.due_on,
        Clock.due_at,
        Clock.planned_on,
        case_id.label("case_id"),
        family_id.label("family_id"),
    )


def _clocks(reader: tuple[bool, bool], shape: _Shape, *, families: bool) -> Any:
    """The running clocks of a team, each once, with the child (of several the first) and, if asked for, the family."""
    worker, rules, day, late = shape
    anyone = AnyReader(*reader)
    family_id: Any = Case.family_id if families else sa.literal_column("0").label("family_id")
    held = sa.select(Custody.case_id, family_id).where(
        Custody.team_id == sa.bindparam("team"), Custody.to_at.is_(None), not_barred(anyone, Custody.case_id)
    )
    if families:
        held = held.join(Case, Case.id == Custody.case_id)
    if worker:
        lead = sa.and_(Involvement.case_id == Custody.case_id, Involvement.to_at.is_(None), Involvement.leads)
        held = held.outerjoin(Involvement, lead).where(
            Involvement.id.is_(None) if worker < 0 else Involvement.professional_id == sa.bindparam("worker")
        )
    theirs = held.cte("held")
    running: list[Any] = [Clock.stopped_at.is_(None)]
    if rules:
        running.append(Clock.rule.in_(sa.bindparam("rules", expanding=True)))
    if late:
        running.append(Clock.due_at <= _moment("now"))
    if day:
        on_it = sa.and_(Clock.due_on.is_(None), Clock.due_at >= _moment("begins"), Clock.due_at < _moment("ends"))
        running.append(sa.or_(Clock.due_on == sa.bindparam("day", type_=sa.Date()), on_it))
    parts = [
        sa.select(*_columns(theirs.c.case_id, theirs.c.family_id))
        .join(theirs, theirs.c.case_id == Clock.subject_id)
        .where(*running),
        # A contact about several of them stands with the first.
        sa.select(*_columns(sa.func.min(theirs.c.case_id), sa.func.min(theirs.c.family_id)))
        .join(ReferralChild, ReferralChild.referral_id == Clock.subject_id)
        .join(theirs, theirs.c.case_id == ReferralChild.case_id)
        .where(Clock.rule.in_([sa.literal_column(f"'{key}'") for key in LADDERS]), *running)
        .group_by(Clock.id),
    ]
    if not worker:
        # An answer to a handover is the manager's own.
        kept = sa.exists().where(HandoverCase.handover_id == Handover.id, ~not_barred(anyone, HandoverCase.case_id))
        parts.append(
            sa.select(*_columns(sa.cast(sa.null(), Case.id.type), Handover.family_id))
            .join(Handover, Handover.id == Clock.subject_id)
            .where(
                Clock.rule.in_([sa.literal_column(f"'{key}'") for key in ANSWERS]),
                Handover.to_team_id == sa.bindparam("team"),
                sees(anyone, Handover.id, "handover", L2),
                ~kept,
                *running,
            )
        )
    return sa.union_all(*parts).subquery("theirs")


@cache
def _page(reader: tuple[bool, bool], shape: _Shape, later: bool) -> Any:
    found = _clocks(reader, shape, families=True).c
    place = (found.due_at, found.family_id)
    first = sa.select(found).order_by(*place, found.id).limit(sa.bindparam("limit"))
    if later:
        first = first.where(sa.tuple_(*place) > sa.tuple_(_moment("after_at"), sa.bindparam("after_family")))
    shown = first.subquery("shown")
    return (
        sa.select(shown, Subject.reference, Family.name.label("family"), VERSION)
        .join(Subject, Subject.id == shown.c.subject_id)
        .join(Family, Family.id == shown.c.family_id)
        .order_by(shown.c.due_at, shown.c.family_id, shown.c.id)
    )


@cache
def _counts(reader: tuple[bool, bool], shape: _Shape) -> Any:
    found = _clocks(reader, shape, families=False).c
    # Those that end at an instant are few: their day in London is worked out outside the database.
    at = sa.case((found.due_on.is_(None), found.due_at), else_=None).label("at")
    return (
        sa.select(found.due_on, at, found.rule, sa.func.count().label("number"))
        .where(found.due_at < _moment("until"))
        .group_by(found.due_on, at, found.rule)
    )
