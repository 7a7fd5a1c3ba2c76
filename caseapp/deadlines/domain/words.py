"""How days, instants and lengths of time are said. The names are ours, so that no server locale changes them."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from caseapp.kernel.text import MONTHS

NBSP = "\u00a0"

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

ONE_DAY = timedelta(days=1)


class Words(NamedTuple):
    """A piece of a sentence, and whether the page prints it strong."""

    text: str
    strong: bool = False


def long_day(day: date) -> str:
    """'Wednesday 18 November 2026'."""
    return f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def day_month(day: date) -> str:
    """'18 November'."""
    return f"{day.day} {MONTHS[day.month - 1]}"


def short_day(day: date, today: date) -> str:
    """'Mon 25 Jan', with the year where it is not this one."""
    year = "" if day.year == today.year else f" {day.year}"
    return f"{DAYS[day.weekday()][:3]} {day.day} {MONTHS[day.month - 1][:3]}{year}"


def near_day(day: date, today: date) -> str:
    """'today', 'yesterday', 'tomorrow', otherwise as `short_day`."""
    near = {today: "today", today - ONE_DAY: "yesterday", today + ONE_DAY: "tomorrow"}
    return near.get(day) or short_day(day, today)


def clock_time(local: datetime) -> str:
    """'14:10' for a London datetime; in the hour that comes twice in October it says which one: '01:30 GMT'."""
    words = f"{local.hour:02}:{local.minute:02}"
    if local.month != 10 or local.hour != 1:
        return words
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{words} {local.tzname()}" if twice else words


def how_many(number: int, unit: str, space: str = " ") -> str:
    """'1 working day', '45 working days'; `space` stands between the number and the rest."""
    return f"{number}{space}{unit}" + ("" if number == 1 else "s")


def span(elapsed: timedelta) -> str:
    """An elapsed time in its two largest units, rounded down: '2 days 15 h', '1 h 30 min', '40 min'."""
    minutes = max(0, int(elapsed.total_seconds() // 60))
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    pieces = [f"{hours}{NBSP}h"] if hours else []
    if days:
        pieces.insert(0, how_many(days, "day", NBSP))
    elif minutes:
        pieces.append(f"{minutes}{NBSP}min")
    return " ".join(pieces) or f"less than 1{NBSP}min"
