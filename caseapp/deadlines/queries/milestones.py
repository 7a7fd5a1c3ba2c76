"""Milestones inside a clock: a child seen by day 5, a manager's look by day 10 and 20. They begin and end with their
clock, so they are worked out from it and from what happened since, and never stored."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from caseapp.deadlines.catalogue import CORRECTIONS, RANKS, RULES
from caseapp.deadlines.domain import Due, Happened, Rule, TimeLeft, in_order, is_late, time_left
from caseapp.kernel import clock
from caseapp.kernel.db import fetch
from caseapp.kernel.events import Event, EventSubject

from .clocks import ClockView
from .policy import known_policy

MILESTONES: tuple[Rule, ...] = tuple(rule for rule in RULES if rule.runs == "milestone")
_CODES = tuple(sorted({code for rule in MILESTONES for code in rule.stops_on}))


@dataclass(frozen=True)
class MilestoneView:
    """A milestone of a clock that runs: when it is due, and when it was met, if it was."""

    rule: Rule
    clock_id: int
    anchor_at: datetime
    met_at: datetime | None

    @cached_property
    def due(self) -> Due:
        """The due date with its reasons."""
        return known_policy().compute(self.rule, self.anchor_at)

    @property
    def due_on(self) -> date | None:
        """The day by which it is to be met."""
        return self.due.due_on

    @property
    def late(self) -> bool:
        """Whether it was met late, or is late now."""
        return is_late(self.due.due_at, self.met_at or clock.now(), self.rule.unit)

    @property
    def time_left(self) -> TimeLeft:
        """What is left now; of use only for one that is not met."""
        return time_left(self.due.due_at, clock.now(), self.rule.unit)


def milestones_of(views: Iterable[ClockView]) -> dict[int, list[MilestoneView]]:
    """The milestones of these clocks by the clock's number, in the order of their days; a clock that has none has no
    key. One statement, and none where no clock has any."""
    inside = defaultdict(list)
    for rule in MILESTONES:
        inside[rule.milestone_of].append(rule)
    wanted = [view for view in views if view.rule.key in inside]
    if not wanted:
        return {}
    happened = _happened({view.subject_id for view in wanted})
    return {
        view.id: [
            MilestoneView(rule, view.id, view.anchor_at, _met_at(rule, view, happened[view.subject_id]))
            for rule in sorted(inside[view.rule.key], key=lambda rule: rule.length)
        ]
        for view in wanted
    }


def _met_at(rule: Rule, view: ClockView, events: list[Happened]) -> datetime | None:
    """When the `nth` of the events that meet it happened since the clock's anchor."""
    until = view.stopped_at
    met = [
        event.at
        for event in events
        if event.code in rule.stops_on and event.at >= view.anchor_at and (until is None or event.at <= until)
    ]
    return met[rule.nth - 1] if len(met) >= rule.nth else None


def _happened(subject_ids: set[int]) -> dict[int, list[Happened]]:
    found: dict[int, list[Happened]] = defaultdict(list)
    for row in fetch(_EVENTS, {"subject_ids": sorted(subject_ids)}):
        found[row.subject_id].append(
            Happened(row.id, row.code, row.occurred_at, row.recorded_at, row.data, RANKS.get(row.code, 0))
        )
    return defaultdict(list, {subject_id: in_order(events) for subject_id, events in found.items()})


_EVENTS: Any = (
    sa.select(EventSubject.subject_id, Event.id, Event.code, Event.occurred_at, Event.recorded_at, Event.data)
    .join(Event, Event.id == EventSubject.event_id)
    .where(
        EventSubject.subject_id.in_(sa.bindparam("subject_ids", expanding=True)),
        Event.code.in_((*_CODES, *CORRECTIONS)),
    )
    .order_by(EventSubject.subject_id, Event.id)
)
