"""The clocks of subjects, with what is left and why they are due then."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from caseapp.deadlines.domain import CLOSED, LATE, MET, UNDONE, Due, Policy, Rule, TimeLeft, pace, time_left
from caseapp.deadlines.models import Clock
from caseapp.kernel import clock
from caseapp.kernel.db import fetch
from caseapp.kernel.errors import NotFound
from caseapp.kernel.web import when

from .policy import VERSION, known_policy, policy_of

# What both databases can count to.
LARGEST = 2**63 - 1


@dataclass(frozen=True)
class ClockView:
    """A clock as pages show it. What costs a computation is computed when it is asked for."""

    id: int
    subject_id: int
    rule: Rule
    anchor_at: datetime
    due_on: date | None
    due_at: datetime
    stopped_at: datetime | None
    ended_as: str | None
    planned_on: date | None = None

    @cached_property
    def due(self) -> Due:
        """The due date with its reasons; of one that has ended, as the policy stood then."""
        policy = known_policy()
        if self.stopped_at is not None:
            policy = policy.as_of(self.stopped_at)
        return policy.compute(self.rule, self.anchor_at, self.planned_on)

    @cached_property
    def time_left(self) -> TimeLeft:
        """What is left now: words, until when, and late | soon | calm."""
        return time_left(self.due_at, clock.now(), self.rule.unit, known_policy().calendar_of(self.rule))

    @property
    def state(self) -> str:
        """late | soon | calm: the bar beside the row."""
        return self.time_left.state

    @property
    def pace(self) -> str:
        """How far along: "day 37 of 45"."""
        return pace(self.due, clock.now())

    @property
    def due_today(self) -> bool:
        """Whether its last day, or hour, is today."""
        return self.due_on == clock.today() if self.due_on else clock.to_london(self.due_at).date() == clock.today()

    @property
    def was_late(self) -> bool:
        """Whether it is late now, or was ended late: somebody has to say why."""
        return self.ended_as == LATE if self.stopped_at is not None else self.state == "late"

    @property
    def ended_words(self) -> str:
        """How it ended, in words, with the moment; "" for one that runs."""
        if self.stopped_at is None or self.ended_as is None:
            return ""
        return f"{_ENDED_WORDS[self.ended_as]} {when(self.stopped_at)}"


_ENDED_WORDS = {
    MET: "Done in time,",
    LATE: "Done late,",
    "replaced": "Gave way to another count,",
    "withdrawn": "Withdrawn,",
    "ended": "No longer asked for since",
    CLOSED: "Ended as the case was closed,",
    UNDONE: "Never ran, as was found",
}

_COLUMNS: Any = sa.select(
    Clock.id,
    Clock.subject_id,
    Clock.rule,
    Clock.anchor_at,
    Clock.due_on,
    Clock.due_at,
    Clock.stopped_at,
    Clock.ended_as,
    Clock.planned_on,
    # With the clocks comes the version of the policy they are told by, so that it costs no statement of its own.
    VERSION,
)
_ALL = _COLUMNS.where(Clock.subject_id.in_(sa.bindparam("subject_ids", expanding=True))).order_by(
    Clock.due_at, Clock.id
)
# Those that an event put right, so that they never ran, are told by the chronology alone.
_ENDED = (
    _COLUMNS.where(
        Clock.subject_id == sa.bindparam("subject_id"),
        Clock.id < sa.bindparam("before"),
        Clock.stopped_at.is_not(None),
        Clock.ended_as != UNDONE,
    )
    .order_by(Clock.id.desc())
    .limit(sa.bindparam("many"))
)
_LATE = (
    _COLUMNS.where(
        Clock.subject_id == sa.bindparam("subject_id"),
        sa.or_(
            sa.and_(Clock.stopped_at.is_(None), Clock.due_at <= sa.bindparam("now")),
            Clock.ended_as == LATE,
        ),
    )
    .order_by(Clock.id.desc())
    .limit(sa.bindparam("many"))
)
_ONE = _COLUMNS.where(Clock.id == sa.bindparam("clock_id"), Clock.subject_id == sa.bindparam("subject_id"))
_RUNNING = _ALL.where(Clock.stopped_at.is_(None))


def clocks_of(subject_ids: Collection[int], *, running_only: bool = True) -> dict[int, list[ClockView]]:
    """The clocks of each subject, soonest due first; a subject without any has no key. One statement."""
    if not subject_ids:
        return {}
    query = _RUNNING if running_only else _ALL
    found: dict[int, list[ClockView]] = defaultdict(list)
    for view in _views(fetch(query, {"subject_ids": list(subject_ids)})):
        found[view.subject_id].append(view)
    return dict(found)


def ended_clocks_of(subject_id: int, *, before: int | None = None, limit: int = 20) -> list[ClockView]:
    """The clocks of a subject that have ended, the youngest first. `before` pages by key: the number of the last of the
    page before. One statement."""
    return _views(fetch(_ENDED, {"subject_id": subject_id, "before": before or LARGEST, "many": limit}))


def late_clocks_of(subject_id: int, *, limit: int = 50) -> list[ClockView]:
    """The clocks of a subject that run late or were ended late, the youngest first. One statement."""
    return _views(fetch(_LATE, {"subject_id": subject_id, "now": clock.now(), "many": limit}))


def get_clock(subject_id: int, clock_id: int) -> ClockView:
    """One clock of a subject, running or ended. Raises NotFound for another subject's. One statement."""
    found = _views(fetch(_ONE, {"subject_id": subject_id, "clock_id": clock_id}))
    if not found:
        raise NotFound
    return found[0]


def _views(rows: Sequence[Any]) -> list[ClockView]:
    policy = policy_of(rows[0].policy) if rows else known_policy()
    found = []
    for row in rows:
        stood = policy.as_of(row.stopped_at) if row.stopped_at else policy
        rule = _rule_of(stood, row.rule, row.anchor_at)
        found.append(ClockView(row.id, row.subject_id, rule, *row[3:-1]))
    return found


def clock_view(policy: Policy, row: Any) -> ClockView:
    """A row that another statement has read as a clock that runs, told by that policy. `row` has the columns id,
    subject_id, rule, anchor_at, due_on, due_at and planned_on."""
    rule = _rule_of(policy, row.rule, row.anchor_at)
    times = (row.anchor_at, row.due_on, row.due_at)
    return ClockView(row.id, row.subject_id, rule, *times, stopped_at=None, ended_as=None, planned_on=row.planned_on)


def _rule_of(policy: Policy, key: str, anchor_at: datetime) -> Rule:
    # A clock keeps its rule's key for good; its row may since have been given other dates.
    return policy.find_rule(key, clock.to_london(anchor_at).date()) or policy.rows(key)[0]
