"""Milestones inside a clock: a child seen by day 5, a manager's look by day 10 and 20. They begin and end with their
clock, so they are worked out from it and from what happened since, and never stored."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from caseapp.deadlines.catalogue import CORRECTIONS, MILESTONE_WORDS, RULES
from caseapp.deadlines.domain import Due, Happened, Rule, TimeLeft, in_order, is_late, near_day, time_left
from caseapp.kernel import clock

from .clocks import ClockView
from .logs import logs_of
from .policy import known_policy

MILESTONES: tuple[Rule, ...] = tuple(rule for rule in RULES if rule.runs == "milestone")
MILESTONE_CODES = tuple(sorted({code for rule in MILESTONES for code in rule.stops_on}))


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
    def words(self) -> str:
        """It in few words: 'Seen on day 3', 'Not seen by day 5', 'Manager to look by Fri 4 Dec'."""
        met, missed, open_ = MILESTONE_WORDS[self.rule.key]
        if self.met_at is not None:
            day = max(0, self.due.calendar.working_days_between(self.due.day_0, clock.to_london(self.met_at).date()))
            return f"{met} on day {day}{', late' if self.late else ''}"
        if self.late:
            return f"{missed} by day {self.rule.length}"
        return f"{open_} by {near_day(self.due.due_on, clock.today())}" if self.due.due_on else open_

    @property
    def state(self) -> str:
        """done | done_late | missed | open."""
        if self.met_at is not None:
            return "done_late" if self.late else "done"
        return "missed" if self.late else "open"

    @property
    def time_left(self) -> TimeLeft:
        """What is left now; of use only for one that is not met."""
        calendar = known_policy().calendar_of(self.rule)
        return time_left(self.due.due_at, clock.now(), self.rule.unit, calendar)


def milestones_of(
    views: Iterable[ClockView], logs: Mapping[int, list[Happened]] | None = None
) -> dict[int, list[MilestoneView]]:
    """The milestones of these clocks by the clock's number, in the order of their days; a clock that has none has no
    key. `logs`: what `logs_inside` read already; without them one statement, and none where no clock has any."""
    inside = defaultdict(list)
    for rule in MILESTONES:
        inside[rule.milestone_of].append(rule)
    wanted = [view for view in views if view.rule.key in inside]
    if not wanted:
        return {}
    if logs is None:
        logs = logs_of({view.subject_id for view in wanted}, (*MILESTONE_CODES, *CORRECTIONS))
    happened = {subject_id: in_order(events) for subject_id, events in logs.items()}
    return {
        view.id: [
            MilestoneView(rule, view.id, view.anchor_at, _met_at(rule, view, happened.get(view.subject_id, [])))
            for rule in sorted(
                (_as_decided(rule, view) for rule in inside[view.rule.key]), key=lambda rule: rule.length
            )
        ]
        for view in wanted
    }


def _as_decided(rule: Rule, view: ClockView) -> Rule:
    """The rule with what this council made of it; of a clock that has ended, by then."""
    policy = known_policy()
    if view.stopped_at is not None:
        policy = policy.as_of(view.stopped_at)
    return policy.find_rule(rule.key, clock.to_london(view.anchor_at).date()) or rule


def _met_at(rule: Rule, view: ClockView, events: list[Happened]) -> datetime | None:
    """When the `nth` of the events that meet it happened since the clock's anchor."""
    until = view.stopped_at
    met = [
        event.at
        for event in events
        if event.code in rule.stops_on and event.at >= view.anchor_at and (until is None or event.at <= until)
    ]
    return met[rule.nth - 1] if len(met) >= rule.nth else None
