"""Which running assessments are likely to end late: a rule of thumb, a table of points that anyone can add up.

What scores is known on the day and stands in words beside the child. Nobody is measured by it, and nothing is decided
by it: it says where a manager looks first. How often it was right on a made year stands in `SCORED`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from caseapp.deadlines.domain import how_many

# From so many points on it is on the list.
LIKELY = 4
# How many children one worker leads before it counts as much.
MANY = 20
# How many past assessments there must be before their share says anything.
ENOUGH = 20
LENGTH = 45
# (from this day on, points): writing that begins late, and what is not handed in while the days run out.
_BEGUN = ((15, 4), (12, 2), (10, 1))
_NOT_HANDED_IN = ((40, 4), (38, 2))


@dataclass(frozen=True)
class Facts:
    """What is known of a running assessment on a day. Days are working days, counted from the referral's.

    `begun`, `seen`, `looks`: on which day somebody began to write, the child was seen first, the manager looked; None
    or empty if not yet. `quiet`: working days since anything was recorded. `children`: how many the worker leads.
    `past_open`, `past_late`: of the assessments of the last twelve months how many were still running on this day, and
    how many of those ended late.
    """

    day: int
    named: bool = True
    away: bool = False
    children: int = 0
    workers: int = 1
    begun: int | None = None
    handed_in: bool = False
    sent_back: bool = False
    seen: int | None = None
    looks: tuple[int, ...] = ()
    quiet: int = 0
    past_open: int = 0
    past_late: int = 0


# What counts as something recorded, beside every kind that is recorded by its date.
ENTRIES = (
    "note.written",
    "note.significant",
    "assessment.started",
    "assessment.reviewed",
    "assessment.submitted",
    "assessment.sent_back",
    "night.entry.written",
)


def observe(events: Iterable[tuple[str, datetime]], *, day_of: Callable[[datetime], int], day: int) -> Facts:
    """What the events of a case (code and moment, those up to the day) say of its assessment on that working day.
    `day_of` counts an instant's working days from the referral's."""
    first: dict[str, datetime] = {}
    last: dict[str, datetime] = {}
    looks, newest = [], 0
    for code, at in events:
        first[code] = min(at, first.get(code, at))
        last[code] = max(at, last.get(code, at))
        newest = max(newest, day_of(at))
        if code == "assessment.reviewed":
            looks.append(day_of(at))
    handed, back = last.get("assessment.submitted"), last.get("assessment.sent_back")
    begun, seen = first.get("assessment.started"), first.get("visit.made")
    return Facts(
        day=day,
        begun=None if begun is None else day_of(begun),
        handed_in=handed is not None and (back is None or handed > back),
        sent_back=back is not None and (handed is None or back > handed),
        seen=None if seen is None else day_of(seen),
        looks=tuple(sorted(looks)),
        quiet=day - newest,
    )


class Reason(NamedTuple):
    """Points, and what they are for in words."""

    points: int
    words: str


def _named(facts: Facts) -> Reason | None:
    if not facts.named and facts.day >= 2:
        return Reason(2, "no worker is named")
    return Reason(1, "the worker is off and nobody covers") if facts.away else None


def _caseload(facts: Facts) -> Reason | None:
    return Reason(1, f"the worker leads {facts.children} children") if facts.children > MANY else None


def _hands(facts: Facts) -> Reason | None:
    return Reason(1, f"it is with its {_nth(facts.workers)} worker") if facts.workers > 1 else None


def _seen(facts: Facts) -> Reason | None:
    if facts.seen is None:
        return Reason(1, "child not seen by day 5") if facts.day > 5 else None
    return Reason(1, f"child first seen on day {facts.seen}") if facts.seen > 5 else None


def _looks(facts: Facts) -> Reason | None:
    missed = [by for number, by in enumerate((10, 20), 1) if facts.day > by and len(facts.looks) < number]
    if not missed:
        return None
    days = " and ".join(str(by) for by in missed)
    return Reason(1, f"no look by the manager by day {days}")


def _begun(facts: Facts) -> Reason | None:
    if facts.handed_in:
        return None
    day = facts.day if facts.begun is None else facts.begun
    points = next((points for first, points in _BEGUN if day >= first), 0)
    words = f"nobody has begun to write on day {day}" if facts.begun is None else f"begun only on day {day}"
    return Reason(points, words) if points else None


def _handed_in(facts: Facts) -> Reason | None:
    if facts.sent_back:
        return Reason(2, "the manager sent it back")
    if facts.handed_in:
        # What waits for one signature is rarely what ends late.
        return Reason(-3, "it is handed in")
    points = next((points for first, points in _NOT_HANDED_IN if facts.day >= first), 0)
    return Reason(points, f"not handed in on day {facts.day}") if points else None


def _quiet(facts: Facts) -> Reason | None:
    points = 2 if facts.quiet >= 15 else 1 if facts.quiet >= 10 else 0
    return Reason(points, f"nothing recorded for {how_many(facts.quiet, 'working day')}") if points else None


def _past(facts: Facts) -> Reason | None:
    if facts.past_open < ENOUGH:
        return None
    share = facts.past_late / facts.past_open
    points = 2 if share >= 0.67 else 1 if share >= 0.5 else 0
    words = f"of {facts.past_open} here that still ran on day {facts.day}, {facts.past_late} ended late"
    return Reason(points, words) if points else None


# The table, in the order in which the reasons are told.
POINTS: tuple[Callable[[Facts], Reason | None], ...] = (
    _handed_in,
    _begun,
    _quiet,
    _named,
    _seen,
    _looks,
    _hands,
    _caseload,
    _past,
)


def reasons(facts: Facts) -> tuple[Reason, ...]:
    """What scores for an assessment, each with its points; those that take points away too."""
    return tuple(found for rule in POINTS if (found := rule(facts)) is not None)


def total(found: Sequence[Reason]) -> int:
    """The points together, never below none."""
    return max(0, sum(reason.points for reason in found))


def is_likely(points: int) -> bool:
    """Whether so many points put it on the list."""
    return points >= LIKELY


def _nth(number: int) -> str:
    return {2: "second", 3: "third", 4: "fourth"}.get(number, f"{number}th")
