"""A case as its events tell it: which team was accountable, at which level, who worked with the child, which episodes
ran. Plain, so that what the tables hold can be compared with what the log says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from caseapp.kernel.clock import to_london

# Every event by which a case changes hands, level, people or episodes.
CODES = (
    "case.opened",
    "case.custody.moved",
    "case.level.changed",
    "case.allocated",
    "case.involvement.began",
    "case.involvement.ended",
    "case.episode.opened",
    "case.episode.closed",
    "case.closed",
    "case.reopened",
)


@dataclass(frozen=True, slots=True)
class Told:
    """An event of a case, in the order in which they were written down."""

    code: str
    at: datetime
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A team's number, or a level, from when until when (None: now)."""

    what: int | str
    from_at: datetime
    to_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A professional's part: in which role, whether they led, from when until when, and why it ended."""

    professional: int
    role: str
    leads: bool
    from_at: datetime
    to_at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Ran:
    """An episode of a kind; with the code by which it closed, if it did."""

    kind: str
    closed_on: date | None = None
    code: str | None = None


@dataclass
class Lived:
    """What a case has been. `closed_at`: None while it is open."""

    custody: list[Stretch] = field(default_factory=list)
    levels: list[Stretch] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    episodes: list[Ran] = field(default_factory=list)
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    close_reason: str | None = None


def replay(events: Iterable[Told]) -> Lived:
    """What the events of one case make of it; those of other codes are passed over."""
    lived = Lived()
    for event in events:
        step = _STEPS.get(event.code)
        if step is not None:
            step(lived, event.at, event.data)
    return lived


def _opened(lived: Lived, at: datetime, data: Mapping[str, Any]) -> None:
    lived.opened_at = at
    lived.custody.append(Stretch(data["team"], at))
    lived.levels.append(Stretch(data["outcome"], at))
    lived.episodes.append(Ran(data["episode"]))


def _moved(lived: Lived, at: datetime, data: Mapping[str, Any]) -> None:
    # Opened straight into a team: the second event only says who is asked to name a worker.
    if not lived.custody or lived.custody[-1].what != data["to_team"]:
        _begin(lived.custody, data["to_team"], at)


def _level(lived: Lived, at: datetime, data: Mapping[str, Any]) -> None:
    _begin(lived.levels, data["new"], at)


def _begin(stretches: list[Stretch], what: int | str, at: datetime) -> None:
    if stretches and stretches[-1].to_at is None:
        stretches[-1] = replace(stretches[-1], to_at=at)
    stretches.append(Stretch(what, at))


def _leads(lived: Lived, at: datetime, data: Mapping[str, Any]) -> None:
    lived.parts.append(Part(data["professional"], data["role"], True, at))


def _joins(lived: Lived, at: datetime, data: Mapping[str, Any]) -> None:
    lived.parts.append(Part(data["professional"], data["role"], False, at))


def _leaves(lived: Lived, at: datetime, data: Mapping[str, Any]) -> None:
    for place, part in enumerate(lived.parts):
        if part.to_at is None and (part.professional, part.role) == (data["professional"], data["role"]):
            lived.parts[place] = replace(part, to_at=at, reason=data["reason"])
            return


def _episode(lived: Lived, at: datetime, data: Mapping[str, Any]) -> None:
    lived.episodes.append(Ran(data["kind"]))


def _episode_ends(lived: Lived, at: datetime, data: Mapping[str, Any]) -> None:
    for place, ran in enumerate(lived.episodes):
        if ran.kind == data["kind"] and ran.closed_on is None:
            lived.episodes[place] = replace(ran, closed_on=to_london(at).date(), code=data["reason"])


def _closed(lived: Lived, at: datetime, data: Mapping[str, Any]) -> None:
    lived.closed_at, lived.close_reason = at, data["reason"]
    for stretches in (lived.custody, lived.levels):
        if stretches and stretches[-1].to_at is None:
            stretches[-1] = replace(stretches[-1], to_at=at)
    for place, part in enumerate(lived.parts):
        if part.to_at is None:
            lived.parts[place] = replace(part, to_at=at, reason="closed")


def _reopened(lived: Lived, at: datetime, data: Mapping[str, Any]) -> None:
    """All that the closing ended goes on."""
    closed_at = lived.closed_at
    if closed_at is None:
        return
    for stretches in (lived.custody, lived.levels):
        if stretches and stretches[-1].to_at == closed_at:
            stretches[-1] = replace(stretches[-1], to_at=None)
    for place, part in enumerate(lived.parts):
        if (part.to_at, part.reason) == (closed_at, "closed"):
            lived.parts[place] = replace(part, to_at=None, reason=None)
    closed_on = to_london(closed_at).date()
    for place, ran in enumerate(lived.episodes):
        if (ran.closed_on, ran.code) == (closed_on, lived.close_reason):
            lived.episodes[place] = replace(ran, closed_on=None, code=None)
    lived.closed_at = lived.close_reason = None


_STEPS = {
    "case.opened": _opened,
    "case.custody.moved": _moved,
    "case.level.changed": _level,
    "case.allocated": _leads,
    "case.involvement.began": _joins,
    "case.involvement.ended": _leaves,
    "case.episode.opened": _episode,
    "case.episode.closed": _episode_ends,
    "case.closed": _closed,
    "case.reopened": _reopened,
}

# The rows of a step and its event are written one after the other, each with its own moment.
ONE_STEP = timedelta(minutes=1)


def differs(lived: Lived, kept: Lived) -> list[str]:
    """In which of custody, level, people and episodes two accounts of a case differ; moments within one step of each
    other are the same."""
    found = []
    if lived.opened_at is None:
        return ["no event says that it was opened"]
    if not _same(lived.custody, kept.custody):
        found.append("the accountable team")
    if not _same(lived.levels, kept.levels):
        found.append("the level")
    if not _same(lived.parts, kept.parts):
        found.append("who works with the child")
    if sorted(lived.episodes, key=str) != sorted(kept.episodes, key=str):
        found.append("the episodes")
    if not _near(lived.closed_at, kept.closed_at) or lived.close_reason != kept.close_reason:
        found.append("whether it is closed")
    return found


def _same(one: list[Any], other: list[Any]) -> bool:
    """Whether two lists of stretches or parts tell the same, whatever their order within a step."""
    if len(one) != len(other):
        return False
    left = list(other)
    for each in one:
        twin = next((row for row in left if _plain(row) == _plain(each) and _close(row, each)), None)
        if twin is None:
            return False
        left.remove(twin)
    return True


def _plain(row: Any) -> Any:
    return (row.professional, row.role, row.leads, row.reason) if isinstance(row, Part) else row.what


def _close(one: Any, other: Any) -> bool:
    return _near(one.from_at, other.from_at) and _near(one.to_at, other.to_at)


def _near(one: datetime | None, other: datetime | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) < ONE_STEP
