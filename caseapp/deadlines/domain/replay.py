"""From events to clocks: what each event does to the clock of one rule for one subject. Plain, so that replaying the
log, in whatever order it was written down, gives the clocks that there are.

Events are taken in the order of life, not of recording. What happened at the same instant is taken in the order in
which a case goes (`rank`), then as recorded.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any

from caseapp.kernel.clock import LONDON, to_london

from .calendars import OutsideCalendar
from .policy import Policy
from .rules import Rule
from .timeleft import is_late

# How a clock ended. `replaced`: another anchor; `ended`: it was no longer asked for; `closed`: the case was; `undone`:
# it turned out never to have run, as what is known of its events was put right.
MET, LATE, REPLACED, WITHDRAWN, ENDED, CLOSED, UNDONE = (
    "met",
    "late",
    "replaced",
    "withdrawn",
    "ended",
    "closed",
    "undone",
)
# What ends every clock of its subject, and what lets them run on.
ENDS_ALL = ("case.closed",)
RESTARTS_ALL = ("case.reopened",)
# What says when the referral of a case came, in its data: of several the last counts from then on.
RECEIPTS = ("case.opened", "case.stepped_up")
# An event that was given another moment, or was never so.
MOVED, TAKEN_BACK = "dated_event.moved", "dated_event.taken_back"


@dataclass(frozen=True, slots=True)
class Happened:
    """An event as clocks see it: its number, code and data, when in life, when it was written down."""

    id: int
    code: str
    at: datetime
    recorded_at: datetime
    data: Mapping[str, Any]
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """A rule running for a subject, or having run. `started_by`, `stopped_by`: numbers of events."""

    rule: str
    anchor_at: datetime
    due_on: date | None
    due_at: datetime
    started_by: int
    planned_on: date | None = None
    stopped_by: int | None = None
    stopped_at: datetime | None = None
    ended_as: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What an event did to a clock: those that ended, and the one that runs now."""

    ended: tuple[Run, ...]
    running: Run | None


def advance(
    policy: Policy, key: str, running: Run | None, event: Happened, receipt: Callable[[], datetime | None]
) -> Step:
    """What this event does to the clock of a rule, of which `running` runs.

    `receipt`: when the referral of its subject came, asked only by a rule that counts from there; None: not known.
    """
    rows = policy.rows(key)
    ended: list[Run] = []
    again = False
    if running is not None:
        how = _how_it_ends(policy, rows, running, event)
        if how is not None:
            ended.append(_end(policy, running, event, how))
            again = how in (MET, LATE) and any(row.anchored_at == "previous" for row in rows)
            running = None
    for row in rows:
        if not (again or row.is_started_by(event.code, event.data)):
            continue
        anchor = _anchor(row, event, receipt)
        if not row.is_in_force(to_london(anchor).date()):
            continue
        if running is not None:
            if running.anchor_at == anchor or row.first_anchor_holds:
                break
            ended.append(_end(policy, running, event, REPLACED))
        running = _begin(policy, key, anchor, event)
        break
    if running is not None and any(event.code in row.planned_by for row in rows):
        running = _with_due(policy, replace(running, planned_on=date.fromisoformat(event.data["on"])))
    return Step(tuple(ended), running)


def replay(policy: Policy, keys: Iterable[str], events: Iterable[Happened]) -> dict[str, list[Run]]:
    """The clocks of one subject by rule, each list in the order in which they began.

    Takes the subject's events in any order. A clock that has ended is due as the policy stood when that was recorded.
    """
    ordered = in_order(events)
    receipts = [(event.at, at) for event in ordered if (at := _receipt(event)) is not None]
    found: dict[str, list[Run]] = {key: [] for key in keys}
    codes = {key: frozenset().union(*(row.codes for row in policy.rows(key))) for key in found}
    for event in ordered:
        for key, runs in found.items():
            if event.code in RESTARTS_ALL:
                _run_on(policy, runs)
            elif event.code in codes[key] or event.code in ENDS_ALL:
                running = runs.pop() if runs and runs[-1].ended_as is None else None
                step = advance(policy, key, running, event, partial(_last_receipt, receipts, event.at))
                runs += [*step.ended, *([step.running] if step.running else [])]
    return found


def in_order(events: Iterable[Happened]) -> list[Happened]:
    """The events as they were in life: with those moments that were put right, without those taken back."""
    known = {event.id: event for event in events}
    for change in sorted(known.values(), key=lambda event: event.id):
        if change.code not in (MOVED, TAKEN_BACK):
            continue
        about: int = change.data["event"]
        if change.code == TAKEN_BACK:
            known.pop(about, None)
        elif about in known:
            known[about] = replace(known[about], at=datetime.fromisoformat(change.data["to"]))
    return sorted(known.values(), key=lambda event: (event.at, event.rank, event.id))


def _receipt(event: Happened) -> datetime | None:
    if event.code == "referral.received":
        return event.at
    return datetime.fromisoformat(event.data["received_at"]) if event.code in RECEIPTS else None


def _last_receipt(receipts: Sequence[tuple[datetime, datetime]], at: datetime) -> datetime | None:
    """What the referral was at an instant: the last that was taken on by then; before any, the first."""
    return next((came for began, came in reversed(receipts) if began <= at), receipts[0][1] if receipts else None)


def _how_it_ends(policy: Policy, rows: tuple[Rule, ...], running: Run, event: Happened) -> str | None:
    if event.code in ENDS_ALL:
        return CLOSED
    if any(row.is_stopped_by(event.code) for row in rows):
        if running.anchor_at == event.at and any(row.anchored_at == "previous" for row in rows):
            # The same visit, written down twice: it is what this clock counts from.
            return None
        if event.code.endswith(".withdrawn"):
            return WITHDRAWN
        due_at = _as_it_stood(policy, running, event).due_at
        return LATE if is_late(due_at, event.at, rows[0].unit) else MET
    if any(event.code in row.ends_on for row in rows):
        return ENDED
    # A changed rating: the clock of the old one gives way.
    waits = any(event.code in row.starts_on for row in rows)
    return REPLACED if waits and not any(row.is_started_by(event.code, event.data) for row in rows) else None


def _anchor(row: Rule, event: Happened, receipt: Callable[[], datetime | None]) -> datetime:
    if row.anchored_at == "named_day":
        return datetime.combine(date.fromisoformat(event.data["on"]), time(12), LONDON).astimezone(UTC)
    if row.anchored_at == "referral":
        said = event.data.get("received_at")
        return (datetime.fromisoformat(said) if said else receipt()) or event.at
    return event.at


def _begin(policy: Policy, key: str, anchor: datetime, event: Happened) -> Run | None:
    rule = policy.get_rule(key, to_london(anchor).date())
    try:
        due = policy.compute(rule, anchor)
    except OutsideCalendar:
        # An imported record from before the calendar: there is no day we could name.
        return None
    return Run(key, anchor, due.due_on, due.due_at, event.id)


def _end(policy: Policy, running: Run, event: Happened, how: str) -> Run:
    stood = _as_it_stood(policy, running, event)
    return replace(stood, stopped_by=event.id, stopped_at=event.at, ended_as=how)


def _as_it_stood(policy: Policy, running: Run, event: Happened) -> Run:
    """The clock by the policy as it stood when this event was written down."""
    stood = policy.as_of(event.recorded_at)
    return running if stood is policy else _with_due(stood, running)


def _with_due(policy: Policy, run: Run) -> Run:
    rule = policy.find_rule(run.rule, to_london(run.anchor_at).date()) or policy.rows(run.rule)[0]
    due = policy.compute(rule, run.anchor_at, run.planned_on)
    return replace(run, due_on=due.due_on, due_at=due.due_at)


def _run_on(policy: Policy, runs: list[Run]) -> None:
    """What ended because the case was closed by mistake runs on, from the same anchor."""
    if runs and runs[-1].ended_as == CLOSED:
        last = replace(runs.pop(), stopped_by=None, stopped_at=None, ended_as=None)
        runs.append(_with_due(policy, last))
