"""When a plan may begin and end, how an action stands, what the family's scores say: plain rules.

Numbers in brackets are the validation rules of the Children in Need census that a rule keeps (domain.md 2.4).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

OPEN, DONE, DROPPED = "open", "done", "dropped"
HELP, STATUTORY = "help", "statutory"
LOWEST, HIGHEST = 0, 10
SOON = 7


@dataclass(frozen=True)
class Stretch:
    """A child's time on a plan: its kind in words, its track, from and to (None: it runs)."""

    words: str
    track: str
    from_on: date
    to_on: date | None


def why_not_begin(words: str, track: str, from_on: date, others: Iterable[Stretch], *, received_on: date) -> str:
    """Why a child's plan can't begin on that day, as a sentence; "" if it can.

    A child has one open plan of a track (4004, 4014); the statutory track holds the child in need plan and the
    protection plan, which never run together (4001, 4003, 4016, 4017); nothing begins before the referral (4015).
    """
    if from_on < received_on:
        return f"The plan can’t begin before the referral came, on {_said(received_on)}"
    for other in others:
        if other.track != track:
            continue
        if other.to_on is None:
            if other.words == words:
                return f"There is an open {other.words} already. Change that one, or close it first"
            return f"There is an open {other.words}. End it first: the two never run together"
        if from_on < other.to_on:
            return f"The {other.words} ran until {_said(other.to_on)}. This one can begin on that day or later"
    return ""


def why_not_end(from_on: date, on: date, today: date) -> str:
    """Why a child's time on a plan can't end on that day; "" if it can."""
    if on > today:
        return "This is in the future"
    return f"The plan began on {_said(from_on)}. It can’t end before that" if on < from_on else ""


def _said(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


@dataclass(frozen=True)
class Standing:
    """How an action stands: late, soon, calm or met, and in words."""

    state: str
    words: str


def standing(state: str, due_on: date, today: date, done_on: date | None = None) -> Standing:
    """How an action stands today, from its state, the day it is due and the day it was done."""
    if state == DROPPED:
        return Standing("met", "Not needed any more")
    if state == DONE:
        late = done_on is not None and done_on > due_on
        return Standing("met", "Done, late" if late else "Done")
    days = (due_on - today).days
    if days < 0:
        return Standing("late", f"Late by {-days} {'day' if days == -1 else 'days'}")
    if days == 0:
        return Standing("soon", "Due today")
    return Standing("soon" if days <= SOON else "calm", f"{days} {'day' if days == 1 else 'days'} left")


@dataclass(frozen=True)
class Change:
    """One area of the family's life: the first score they gave, the last one, and all between with their days."""

    area: str
    points: tuple[tuple[date, int], ...]

    @property
    def words(self) -> str:
        """What became of it: from 3 to 7, better."""
        first, last = self.points[0][1], self.points[-1][1]
        if len(self.points) == 1:
            return f"{first}, once so far"
        said = "better" if last > first else ("worse" if last < first else "the same")
        return f"from {first} to {last}, {said}"


def changes(told: Iterable[tuple[date, Mapping[str, int]]], areas: Iterable[str]) -> tuple[Change, ...]:
    """The family's scores by area, oldest first; areas that nobody scored are left out."""
    rows = list(told)
    found = ((area, tuple((on, scores[area]) for on, scores in rows if area in scores)) for area in areas)
    return tuple(Change(area, points) for area, points in found if points)


@dataclass(frozen=True)
class Line:
    """A change drawn: points from 0 to `width` and 0 to `height`, the y axis downwards."""

    points: tuple[tuple[float, float], ...]
    width: int
    height: int

    @property
    def path(self) -> str:
        """The points as SVG writes them."""
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in self.points)


def draw(change: Change, *, width: int = 120, height: int = 30, margin: int = 4) -> Line:
    """A small chart of one area: time goes by the order of the scores, 0 stands at the bottom, 10 at the top."""
    count = len(change.points)
    step = (width - 2 * margin) / max(count - 1, 1)
    unit = (height - 2 * margin) / (HIGHEST - LOWEST)
    return Line(
        tuple(
            (margin + place * step, height - margin - score * unit) for place, (_, score) in enumerate(change.points)
        ),
        width,
        height,
    )


@dataclass(frozen=True)
class Rated:
    """Exit surveys: how many were asked, how many answered, and the average of the answers. Never one without the
    other two."""

    asked: int
    answered: int
    total: int

    @property
    def average(self) -> float | None:
        """The average rating; None without an answer."""
        return round(self.total / self.answered, 1) if self.answered else None

    @property
    def rate(self) -> int:
        """How many of a hundred answered."""
        return round(100 * self.answered / self.asked) if self.asked else 0

    @property
    def words(self) -> str:
        """All three in a sentence."""
        if not self.asked:
            return "Nobody was asked yet"
        told = f"{self.answered} of {self.asked} families answered ({self.rate} %)"
        return f"{self.average:g} out of 10 on average: {told}" if self.answered else f"No answer yet: {told}"
