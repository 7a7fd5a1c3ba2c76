"""The days of a calendar page: whole weeks from a Monday."""

from datetime import date, timedelta

from caseapp.deadlines.domain import long_day

ONE_DAY = timedelta(days=1)
WEEKS = (4, 1)
# How far from today a calendar is shown: what is due further off stands in the list.
FURTHEST = timedelta(days=730)


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def weeks_from(monday: date, number: int) -> list[list[date]]:
    """So many weeks of seven days each."""
    return [[monday + timedelta(days=7 * week + day) for day in range(7)] for week in range(number)]


def first_day(text: str, today: date) -> date:
    """The Monday that an address asks for, or this week's. ValueError for one that is no day, or too far off."""
    day = date.fromisoformat(text) if text else today
    if abs(day - today) > FURTHEST:
        raise ValueError(text)
    return monday_of(day)


def near_name(day: date, today: date) -> str:
    """'Today, Friday 20 November', 'Monday 23 November'."""
    near = {today: "Today, ", today - ONE_DAY: "Yesterday, ", today + ONE_DAY: "Tomorrow, "}.get(day, "")
    name = long_day(day)
    return near + (name.removesuffix(f" {day.year}") if day.year == today.year else name)
