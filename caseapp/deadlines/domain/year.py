"""A year as months of weeks: which days count, and what those that do not are called."""

from calendar import monthrange
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from .calendars import WorkingCalendar
from .words import MONTHS

DayKind = Literal["working", "weekend", "holiday", "proclaimed", "struck", "closing"]
DAY_KINDS: dict[DayKind, str] = {
    "working": "Working day",
    "weekend": "Weekend",
    "holiday": "Bank holiday",
    "proclaimed": "Bank holiday that this council put in",
    "struck": "Bank holiday that this council struck out: it counts",
    "closing": "Our offices are shut: statutory dates count it",
}


@dataclass(frozen=True)
class DayOfYear:
    """One day: what it is, and what it is called where it has a name."""

    day: date
    kind: DayKind
    name: str = ""


@dataclass(frozen=True)
class Month:
    """A month in weeks from Monday to Sunday, None where a week lies in another month; and its days with a name."""

    name: str
    weeks: tuple[tuple[DayOfYear | None, ...], ...]

    @property
    def named(self) -> tuple[DayOfYear, ...]:
        """The days that have a name, in order."""
        return tuple(day for week in self.weeks for day in week if day is not None and day.name)


@dataclass(frozen=True)
class Year:
    """A year with how many days count by the law, and on how many our own offices are open."""

    number: int
    months: tuple[Month, ...]
    working_days: int
    open_days: int


def draw_year(year: int, published: WorkingCalendar, statutory: WorkingCalendar, local: WorkingCalendar) -> Year:
    """The year by three calendars: bank holidays as published, as they hold here, and with our own closing days. One
    that they hold."""

    def told(day: date) -> DayOfYear:
        here, known, shut = (calendar.name_of(day) or "" for calendar in (statutory, published, local))
        if day.weekday() > 4:
            return DayOfYear(day, "weekend")
        if here:
            return DayOfYear(day, "holiday" if known else "proclaimed", here)
        if shut:
            return DayOfYear(day, "closing", shut)
        return DayOfYear(day, "struck", known) if known else DayOfYear(day, "working")

    def month(number: int) -> Month:
        first, length = date(year, number, 1), monthrange(year, number)[1]
        days: list[DayOfYear | None] = [told(first + timedelta(days=n)) for n in range(length)]
        padded = [None] * first.weekday() + days + [None] * (-(first.weekday() + length) % 7)
        return Month(MONTHS[number - 1], tuple(tuple(padded[n : n + 7]) for n in range(0, len(padded), 7)))

    months = tuple(month(number) for number in range(1, 13))
    kinds = Counter(each.kind for m in months for week in m.weeks for each in week if each is not None)
    counted = kinds["working"] + kinds["struck"] + kinds["closing"]
    return Year(year, months, counted, counted - kinds["closing"])
