"""A count drawn as a calendar: a column per week, a square per day with its number, so that anyone can count along."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from .words import DAYS, MONTHS, day_month

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
