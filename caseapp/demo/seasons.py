"""When people tell the hub: days, hours and seasons by who they are. Pure."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from random import Random

from caseapp.kernel.clock import LONDON

# Weight of each hour of the day, 0 to 23. The police write at the end of a shift and all night, callers in the evening.
_OFFICE = (0,) * 8 + (2, 4, 5, 5, 3, 4, 6, 7, 5, 2) + (0,) * 6
HOURS: dict[str, Sequence[int]] = {
    "school": (0,) * 8 + (3, 5, 5, 4, 3, 5, 7, 9, 4) + (0,) * 7,
    "police": (6, 6, 5, 4, 4, 5, 4, 3, 2, 2, 2, 2, 3, 3, 4, 4, 4, 4, 4, 5, 6, 7, 8, 8),
    "health": (0,) * 8 + (2, 5, 6, 6, 4, 4, 6, 6, 5, 4) + (0,) * 6,
    "individual": (0,) * 7 + (1, 2, 4, 5, 5, 4, 4, 5, 6, 6, 6, 6, 5, 4, 2, 1, 0),
    "anonymous": (1, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 4, 4, 4, 4, 5, 5, 5, 6, 6, 5, 4, 3, 2),
}
# Weight of each day of the week, Monday first.
WEEK: dict[str, Sequence[float]] = {
    "police": (9, 8, 8, 8, 10, 13, 13),
    "individual": (6, 5, 5, 5, 5, 3, 3),
    "anonymous": (5, 5, 5, 5, 5, 4, 4),
}
_WEEKDAYS = (11, 10, 10, 10, 9, 0, 0)
SCHOOLS = ("school", "education")


def easter(year: int) -> date:
    """Easter Sunday (the calendar's own reckoning, as Meeus gives it)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e, f = b // 4, b % 4, (b + 8) // 25
    h = (19 * a + b - d - (b - f + 1) // 3 + 15) % 30
    rest = (32 + 2 * e + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * rest) // 451
    month, day = divmod(h + rest - 7 * m + 114, 31)
    return date(year, month, day + 1)


def is_school_holiday(day: date) -> bool:
    """Whether the schools are shut, about as Rotherham's term dates have it."""
    near = day - easter(day.year)
    return (
        (7, 23) <= (day.month, day.day) <= (8, 31)
        or (day.month, day.day) >= (12, 21)
        or (day.month, day.day) <= (1, 3)
        or timedelta(days=-9) <= near <= timedelta(days=7)
        or (2, 14) <= (day.month, day.day) <= (2, 22)
        or (5, 25) <= (day.month, day.day) <= (6, 1)
        or (10, 24) <= (day.month, day.day) <= (11, 1)
    )


def weight_of(kind: str, day: date) -> float:
    """How much a kind of sender tells on a day: fewer in August, none from a school that is shut, more after it
    opens."""
    week = WEEK.get(kind, _WEEKDAYS)[day.weekday()]
    if kind in SCHOOLS:
        if is_school_holiday(day):
            return week * 0.02
        return week * (1.35 if is_school_holiday(day - timedelta(days=8)) else 1.0)
    if kind == "police":
        return week * (1.15 if day.month in (6, 7, 8, 12) else 1.0)
    return week * (0.85 if day.month in (8, 12) else 1.0)


class Days:
    """The days of the simulated stretch, to draw instants from."""

    def __init__(self, random: Random, first: date, count: int) -> None:
        self.random = random
        self.days = [first + timedelta(days=number) for number in range(count)]
        self._weights: dict[str, list[float]] = {}

    def draw(self, kind: str) -> datetime:
        """An instant at which this kind of sender tells (aware, UTC)."""
        if kind not in self._weights:
            self._weights[kind] = list(accumulate(weight_of(kind, day) for day in self.days))
        day = self.random.choices(self.days, cum_weights=self._weights[kind])[0]
        hour = self.random.choices(range(24), weights=HOURS.get(kind, _OFFICE))[0]
        local = datetime(day.year, day.month, day.day, hour, self.random.randint(0, 59), tzinfo=LONDON)
        return local.astimezone(UTC)
