"""Working-day calendars as dated data, with an index made once, so that no count walks from day to day.

A statutory working day is any day but Saturday, Sunday, Christmas Day, Good Friday and a bank holiday under the Banking
and Financial Dealings Act 1971. The dates come from `holidays` (England), corrected by `data/bank_holiday_changes.csv`
for those moved or proclaimed; the highest version in that table is the version of the calendar. Days when a council's
own offices shut are not in it and never will be.
"""

import csv
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import holidays

from .words import DAYS

FIRST_YEAR, LAST_YEAR = 2015, 2040

_CHANGES_FILE = Path(__file__).parent.parent / "data" / "bank_holiday_changes.csv"

# The names `holidays` gives that people in England do not use.
_PLAIN_NAMES = {
    "May Day": "Early May bank holiday",
    "Spring Bank Holiday": "Spring bank holiday",
    "Late Summer Bank Holiday": "Summer bank holiday",
}
_KEPT_LATER = " (observed)"


class OutsideCalendar(ValueError):
    """The count starts, or would end, on a day that the calendar does not hold. Its text can be shown."""


@dataclass(frozen=True)
class BankHolidayChange:
    """A bank holiday proclaimed (`words` says what for) or withdrawn (no words), from that version on."""

    version: int
    day: date
    change: str
    words: str

    def __post_init__(self) -> None:
        if self.change not in ("proclaimed", "withdrawn") or (self.change == "proclaimed") != bool(self.words):
            raise ValueError(f"{self.day}: a change is proclaimed, with words, or withdrawn, without")


class WorkingCalendar:
    """Which days count, from the first of `first_year` to the last of `last_year`.

    `closed` maps days that do not count, other than weekends, to what they are called. Every method is a look-up in
    arrays; a day that the calendar does not hold raises OutsideCalendar.
    """

    def __init__(self, key: str, version: int, closed: Mapping[date, str], first_year: int, last_year: int) -> None:
        self.key = key
        self.version = version
        self.first, self.last = date(first_year, 1, 1), date(last_year, 12, 31)
        inside = {day: name for day, name in closed.items() if day.weekday() < 5 and self.first <= day <= self.last}
        self._closed_days = sorted(inside)
        self._closed_names = [inside[day] for day in self._closed_days]
        self._names = inside
        self._offset = self.first.toordinal()
        # _rank[i]: how many working days there are up to and with the i-th day. _working[k]: the k-th of them, from 0.
        self._rank = array("i")
        self._working: list[date] = []
        for number in range((self.last - self.first).days + 1):
            day = self.first + timedelta(days=number)
            if day.weekday() < 5 and day not in inside:
                self._working.append(day)
            self._rank.append(len(self._working))

    def _rank_of(self, day: date) -> int:
        position = day.toordinal() - self._offset
        rank = self._rank[position] if 0 <= position < len(self._rank) else 0
        if rank == 0:
            raise OutsideCalendar(f"We can count working days from {self.first.year} to {self.last.year} only.")
        return rank

    def is_working(self, day: date) -> bool:
        """Whether the day counts."""
        return self._working[self._rank_of(day) - 1] == day

    def name_of(self, day: date) -> str | None:
        """What a closed weekday is called ('Christmas Day'); None for a working day and for a weekend."""
        return self._names.get(day)

    def working_day_on_or_before(self, day: date) -> date:
        """The day itself if it is a working day, otherwise the last one before it."""
        return self._working[self._rank_of(day) - 1]

    def add_working_days(self, day: date, n: int) -> date:
        """The n-th working day (n >= 0) after `day`, which is day 0.

        A day that does not count stands for the working day before it. OutsideCalendar past the calendar's end.
        """
        target = self._rank_of(day) - 1 + n
        if n < 0:
            raise ValueError("working days are counted forward")
        if target >= len(self._working):
            raise OutsideCalendar(f"The count would end after {self.last.year}, which the calendar does not hold.")
        return self._working[target]

    def take_working_days(self, day: date, n: int) -> date:
        """The n-th working day (n >= 1) before `day`. Where that is no working day itself, the one before it is the
        first."""
        target = self._rank_of(day - timedelta(days=1)) - n
        if n < 1:
            raise ValueError("working days are counted back from the day before")
        if target < 0:
            raise OutsideCalendar(f"We can count working days from {self.first.year} to {self.last.year} only.")
        return self._working[target]

    def add_to_each(self, days: Iterable[date], n: int) -> list[date]:
        """As `add_working_days` for many days, in order, in one pass over the table."""
        days = list(days)
        if not days:
            return []
        # The first and the last say whether all of them can be counted.
        self.add_working_days(min(days), n)
        self.add_working_days(max(days), n)
        rank, working, shift, add = self._rank, self._working, self._offset, n - 1
        return [working[rank[day.toordinal() - shift] + add] for day in days]

    def working_days_between(self, a: date, b: date) -> int:
        """How many working days lie after `a` up to and with `b`: 0 on the same day, negative when `b` is earlier.

        This is how the department's published durations count, so work is in time when this is at most its length.
        """
        return self._rank_of(b) - self._rank_of(a)

    def working_days(self, after: date, until: date) -> tuple[date, ...]:
        """The working days after `after` up to and with `until`, in order."""
        return tuple(self._working[self._rank_of(after) : self._rank_of(until)])

    def closed_between(self, after: date, until: date) -> tuple[tuple[date, str], ...]:
        """The closed weekdays after `after` up to and with `until`, each with its name, in order."""
        part = slice(bisect_right(self._closed_days, after), bisect_right(self._closed_days, until))
        return tuple(zip(self._closed_days[part], self._closed_names[part], strict=True))


def _plain_name(name: str, day: date) -> str:
    """'Boxing Day (observed)' on a Monday becomes 'Boxing Day, kept on the Monday'."""
    plain = name.removesuffix(_KEPT_LATER)
    plain = _PLAIN_NAMES.get(plain, plain).replace("'", "\u2019")
    return f"{plain}, kept on the {DAYS[day.weekday()]}" if name.endswith(_KEPT_LATER) else plain


def read_changes(path: Path = _CHANGES_FILE) -> tuple[BankHolidayChange, ...]:
    """The rows of a table of changes (version, day, change, words, source); ValueError for one that makes no sense."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            BankHolidayChange(int(row["version"]), date.fromisoformat(row["day"]), row["change"], row["words"])
            for row in csv.DictReader(file)
        )


def with_changes(calendar: WorkingCalendar, changes: Iterable[BankHolidayChange]) -> WorkingCalendar:
    """The same calendar after these changes, the later version winning."""
    closed = dict(calendar.closed_between(calendar.first - timedelta(days=1), calendar.last))
    version = calendar.version
    for change in sorted(changes, key=lambda row: row.version):
        closed.pop(change.day, None)
        if change.change == "proclaimed":
            closed[change.day] = change.words
        version = change.version
    return WorkingCalendar(calendar.key, version, closed, calendar.first.year, calendar.last.year)


def local_calendar(statutory: WorkingCalendar, closures: Mapping[date, str]) -> WorkingCalendar:
    """The days on which the council's own offices are open: the statutory working days without its own closures."""
    closed = dict(closures) | dict(statutory.closed_between(statutory.first - timedelta(days=1), statutory.last))
    return WorkingCalendar("local", statutory.version, closed, statutory.first.year, statutory.last.year)


def statutory_calendar(changes: Iterable[BankHolidayChange]) -> WorkingCalendar:
    """England's statutory working days after these changes, the later version winning."""
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    published = holidays.country_holidays("GB", subdiv="ENG", years=years, language="en_GB")
    closed = {day: _plain_name(name, day) for day, name in published.items()}
    version = 0
    for change in sorted(changes, key=lambda row: row.version):
        closed.pop(change.day, None)
        if change.change == "proclaimed":
            closed[change.day] = change.words
        version = change.version
    return WorkingCalendar("statutory", version, closed, FIRST_YEAR, LAST_YEAR)


STATUTORY = statutory_calendar(read_changes())
