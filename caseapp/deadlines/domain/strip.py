"""A count drawn as a calendar: a column per week, a square per day with its number, so that anyone can count along."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Literal

from .words import DAYS, MONTHS, day_month

# Weeks abreast: what a telephone shows without making the numbers small. And how many such rows are drawn whole.
BAND = 11
MOST_BANDS = 3

SquareKind = Literal["gone", "open", "skipped", "due"]


@dataclass(frozen=True)
class Square:
    """One day. `column` is its week, `row` its weekday; `label` its number; outlined when it is the start or today."""

    day: date
    column: int
    row: int
    label: str
    kind: SquareKind
    outlined: bool
    title: str


@dataclass(frozen=True)
class Band:
    """One row of weeks of the picture: its squares and months, with columns counted from its own first; `left_out`:
    the weeks between the band before and this one, which are not drawn."""

    columns: int
    months: tuple[tuple[int, str], ...]
    squares: tuple[Square, ...]
    left_out: int = 0


@dataclass(frozen=True)
class Week:
    """A week of the count in words: '23 to 27 November', 'days 1 to 5', 'Wed 25 December (Christmas Day)'."""

    words: str
    counted: str
    not_counted: str


@dataclass(frozen=True)
class Strip:
    """The picture as data, without pixels.

    `columns`: weeks. `rows`: the weekdays shown, from the top. `months`: a name and the column it stands over.
    `start_label`: 'day 0' or 'day 1'. `label`: the picture in words.
    """

    columns: int
    rows: tuple[str, ...]
    months: tuple[tuple[int, str], ...]
    squares: tuple[Square, ...]
    start_label: str
    label: str

    @cached_property
    def bands(self) -> tuple[Band, ...]:
        """The picture in rows of weeks that fit a telephone. Of a long count those rows are drawn that hold its start,
        today and its end."""
        firsts = range(0, self.columns, BAND)
        drawn = [first for first in firsts if len(firsts) <= MOST_BANDS or self._matters(first)]
        found: list[Band] = []
        shown_to = 0
        for first in drawn:
            columns = min(BAND, self.columns - first)
            squares = tuple(
                replace(square, column=square.column - first)
                for square in self.squares
                if first <= square.column < first + columns
            )
            found.append(Band(columns, self._months_from(first, columns), squares, first - shown_to))
            shown_to = first + columns
        return tuple(found)

    @property
    def weeks(self) -> tuple[tuple[int, Week], ...]:
        """The weeks that are drawn, in words, each with the number of weeks left out before it."""
        found: list[tuple[int, Week]] = []
        for band in self.bands:
            for column in range(band.columns):
                days = [square for square in band.squares if square.column == column]
                if days:
                    found.append((band.left_out if column == 0 else 0, _in_words(days)))
        return tuple(found)

    def _matters(self, first: int) -> bool:
        return any(
            first <= square.column < first + BAND and (square.outlined or square.kind == "due")
            for square in self.squares
        )

    def _months_from(self, first: int, columns: int) -> tuple[tuple[int, str], ...]:
        within = tuple((column - first, name) for column, name in self.months if first <= column < first + columns)
        earlier = [name for column, name in self.months if column < first]
        if earlier and (not within or within[0][0] > 1):
            return ((0, earlier[-1]), *within)
        return within


def _in_words(days: list[Square]) -> Week:
    first, last = days[0].day, days[-1].day
    words = day_month(first) if first == last else f"{day_month(first)} to {day_month(last)}"
    if first != last and first.month == last.month:
        words = f"{first.day} to {day_month(last)}"
    # A count back has its largest number first.
    numbers = sorted(int(day.label) for day in days if day.label)
    due = next((day.day for day in days if day.kind == "due"), None)
    counted = ""
    if numbers:
        counted = f"day {numbers[0]}" if len(numbers) == 1 else f"days {numbers[0]} to {numbers[-1]}"
    if due is not None:
        counted = f"{counted}; due on {day_month(due)}" if counted else f"due on {day_month(due)}"
    return Week(words, counted, "; ".join(day.title.removesuffix(", not counted") for day in days if day.title))


def draw_strip(
    *,
    start: date,
    due_on: date,
    counted: Sequence[date],
    skipped: Sequence[tuple[date, str]],
    weekends: bool,
    today: date,
) -> Strip:
    """The strip from `start` (day 0, or day 1 where the first day counts) to `due_on`; `weekends` adds their rows. A
    count back has its `due_on` first; a planned day may be one that is not counted."""
    first, last = min(start, due_on), max(start, due_on)
    monday = first.toordinal() - first.weekday()
    columns = (last.toordinal() - monday) // 7 + 1
    labels = {start: "0"} | {day: str(number) for number, day in enumerate(counted, 1)}
    labels.setdefault(due_on, "")
    weekends = weekends or due_on.weekday() > 4
    names = dict(skipped)

    def square(day: date) -> Square:
        column, row = divmod(day.toordinal() - monday, 7)
        kind: SquareKind = "open"
        if day in names:
            kind = "skipped"
        elif day == due_on:
            kind = "due"
        elif day < today and day != start:
            kind = "gone"
        title = f"{day_month(day)}: {names[day]}, not counted" if day in names else ""
        return Square(day, column, row, labels.get(day, ""), kind, day in (start, today), title)

    # A closed day before the first counted one has no place in a picture that begins there.
    days = sorted({*labels, *(day for day in names if day > first)})
    begin = f"day {labels[start]}"
    end = f"day {labels[due_on]}" if labels[due_on] else "the planned day"
    return Strip(
        columns=columns,
        rows=tuple(name[:3] for name in (DAYS if weekends else DAYS[:5])),
        months=_month_labels(monday, columns),
        squares=tuple(square(day) for day in days),
        start_label=begin,
        label=f"Calendar of the count: {begin} is {day_month(start)}, {end} is {day_month(due_on)} {due_on.year}. "
        "The same is said in the sentence beside it.",
    )


def _month_labels(monday: int, columns: int) -> tuple[tuple[int, str], ...]:
    """At the first column and wherever a Monday begins a month; the first gives way to one right beside it."""
    months = [date.fromordinal(monday + 7 * column).month for column in range(columns)]
    starts = [column for column in range(columns) if column == 0 or months[column] != months[column - 1]]
    if starts[:2] == [0, 1]:
        starts = starts[1:]
    return tuple((column, MONTHS[months[column] - 1][:3]) for column in starts)
