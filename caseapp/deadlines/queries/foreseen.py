"""What is worked out from events and never stored: what a change would do to clocks, the earliest day for something,
and by when something had to be written down."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from caseapp.deadlines.catalogue import CORRECTIONS, RANKS, RULES, list_codes_of, list_keys_of
from caseapp.deadlines.domain import (
    LATE,
    MET,
    MOVED,
    TAKEN_BACK,
    Changed,
    Due,
    Happened,
    Rule,
    Run,
    compare_runs,
    in_order,
    is_late,
    replay,
)
from caseapp.kernel import clock
from caseapp.kernel.web import day, when

from .logs import logs_of
from .milestones import MILESTONE_CODES
from .policy import current_policy, known_policy, rule_of_key

_EARLIEST = tuple(rule for rule in RULES if rule.runs == "earliest")
_EARLIEST_CODES = tuple(sorted({code for rule in _EARLIEST for code in rule.codes}))
_RECORDING = {code: rule for rule in RULES if rule.runs == "recording" for code in rule.starts_on}
_ENDED = {MET: "met", LATE: "ended late"}


@dataclass(frozen=True)
class Foreseen:
    """What would become of one clock of a subject: `was` and `will` in words, "" where it does not run."""

    subject_id: int
    rule: Rule
    was: str
    will: str


def foresee(
    subject_ids: Collection[int], *, event_id: int, kind: str, to: datetime | None, at: datetime
) -> list[Foreseen]:
    """What becomes of the clocks of these subjects if the event of that number and kind is said to have been at the
    moment `to`, or, with None, not to have happened at all. `at`: when that would be written down.

    Changes nothing. Two statements.
    """
    keys = list_keys_of(kind)
    policy = current_policy()
    logs = logs_of(subject_ids, list_codes_of(tuple(sorted(keys))))
    data = {"event": event_id, "kind": kind} | ({"to": to.isoformat()} if to else {})
    found: list[Foreseen] = []
    for subject_id in sorted(subject_ids):
        log = logs[subject_id]
        last = max((event.id for event in log), default=0) + 1
        change = Happened(last, MOVED if to else TAKEN_BACK, at, at, data, RANKS.get(kind, 0))
        changes = compare_runs(replay(policy, keys, log), replay(policy, keys, [*log, change]))
        found += [_foreseen(subject_id, one) for one in changes]
    return found


def _foreseen(subject_id: int, changed: Changed) -> Foreseen:
    run = changed.before or changed.after
    assert run is not None
    rule = known_policy().find_rule(changed.rule, clock.to_london(run.anchor_at).date()) or rule_of_key(changed.rule)
    return Foreseen(subject_id, rule, _in_words(changed.before), _in_words(changed.after))


def _in_words(run: Run | None) -> str:
    if run is None:
        return ""
    due = f"due {day(run.due_on) if run.due_on else when(run.due_at)}"
    return due if run.ended_as is None else f"{due}, {_ENDED.get(run.ended_as, 'ended')}"


@dataclass(frozen=True)
class EarliestView:
    """The first day on which something may be done, counted from an event after which it has not been done."""

    rule: Rule
    anchor_at: datetime

    @cached_property
    def due(self) -> Due:
        """The day with its reasons."""
        return known_policy().compute(self.rule, self.anchor_at)

    @property
    def reached(self) -> bool:
        """Whether that day has come."""
        return self.due.due_on is not None and clock.today() >= self.due.due_on


def logs_inside(subject_ids: Collection[int]) -> dict[int, list[Happened]]:
    """What `milestones_of` and `earliest_of` ask the log about these subjects. One statement for both."""
    return logs_of(subject_ids, tuple(sorted({*_EARLIEST_CODES, *MILESTONE_CODES, *CORRECTIONS})))


def earliest_of(log: Iterable[Happened]) -> list[EarliestView]:
    """What may be done about a subject not before a day, from its part of `logs_inside`."""
    log = in_order(log)
    found: list[EarliestView] = []
    for rule in _EARLIEST:
        anchor: datetime | None = None
        for event in log:
            if rule.is_started_by(event.code, event.data):
                anchor = event.at
            elif rule.is_stopped_by(event.code):
                anchor = None
        here = known_policy().find_rule(rule.key, clock.to_london(anchor).date()) if anchor else None
        if anchor is not None and here is not None:
            found.append(EarliestView(here, anchor))
    return found


@dataclass(frozen=True)
class WrittenDown:
    """By when something had to be in the record, and whether it was."""

    due: Due
    late: bool


def written_down(kind: str, at: datetime, recorded_at: datetime) -> WrittenDown | None:
    """By when what happened at that moment had to be written down, as it then was; None for a kind of which no rule
    says so. Asks the database nothing."""
    rule = _RECORDING.get(kind)
    here = known_policy().find_rule(rule.key, clock.to_london(at).date()) if rule else None
    if here is None:
        return None
    due = known_policy().compute(here, at)
    return WrittenDown(due, is_late(due.due_at, recorded_at, here.unit))
