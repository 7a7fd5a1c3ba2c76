"""Reading dates that people type, and saying dates in words.

Month names are our own: the server's locale must not change them.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

from caseapp.kernel.clock import LONDON
from caseapp.kernel.text import MONTHS

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# ASCII digits only: \d also takes digits of other scripts, which a reader of the page could not check.
_YEAR_FIRST = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[T ].*)?")
_DAY_FIRST = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?[-/.\s]+([0-9]{1,2}|[A-Za-z]{3,9})[-/.,\s]+([0-9]{1,4})")


@dataclass(frozen=True)
class DateProblem:
    """Why a text is no date.

    `code` is date_does_not_exist or date_not_read; `words` is a sentence for the page, without a full stop.
    """

    code: str
    words: str


def day_words(day: date) -> str:
    """A date in full: `9 March 2017`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def day_words_short(day: date) -> str:
    """A date in short: `9 Mar 2017`."""
    return f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}"


def moment_words(moment: datetime) -> str:
    """An aware instant as London clocks show it: `Wed 18 Nov 2026, 08:47`."""
    local = moment.astimezone(LONDON)
    return f"{_WEEKDAYS[local.weekday()]} {day_words_short(local.date())}, {local:%H:%M}"


def read_date(text: object) -> date | DateProblem:
    """Read a date written year first (2017-03-09) or day first (9/3/2017, 9 Mar 2017).

    Gives the date, or a DateProblem that says in words what is wrong ("29 February 2014 does not exist. 2014 was not a
    leap year"). Never raises, whatever it is given.
    """
    if not isinstance(text, str) or not text.strip():
        return DateProblem("date_not_read", "This is not a date. Write it like 9 3 2017")
    found = _YEAR_FIRST.fullmatch(text.strip())
    if found:
        year, month_text, day = found.group(1), found.group(2), found.group(3)
    else:
        found = _DAY_FIRST.fullmatch(text.strip())
        if not found:
            return DateProblem("date_not_read", "This is not a date. Write it like 9 3 2017")
        day, month_text, year = found.group(1), found.group(2), found.group(3)
    month = _month_number(month_text)
    if month is None:
        return DateProblem("date_not_read", f"There is no month called {month_text}")
    return make_date(int(year), month, int(day))


def make_date(year: int, month: int, day: int) -> date | DateProblem:
    """A date of its three numbers, or a DateProblem in words. Takes any whole numbers."""
    if not 1000 <= year <= 9999:
        return DateProblem("date_not_read", "Write the year with four figures, for example 2017")
    if not 1 <= month <= 12:
        return DateProblem("date_does_not_exist", f"There is no month {month}. Months go from 1 to 12")
    last = calendar.monthrange(year, month)[1]
    if 1 <= day <= last:
        return date(year, month, day)
    named = MONTHS[month - 1]
    if (month, day) == (2, 29):
        return DateProblem("date_does_not_exist", f"29 February {year} does not exist. {year} was not a leap year")
    return DateProblem("date_does_not_exist", f"{day} {named} {year} does not exist. {named} has {last} days")


def read_moment(text: object) -> datetime | None:
    """Read an ISO instant.

    One without an offset is London time. Gives an aware UTC datetime, or None if it can't be read.
    """
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=LONDON)
        # Within a day of the years 1 and 9999 the change of zone overflows.
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _month_number(text: str) -> int | None:
    if text.isdigit():
        return int(text)
    wanted = text.lower()
    for number, name in enumerate(MONTHS, start=1):
        if name.lower() == wanted or name[:3].lower() == wanted or (number == 9 and wanted == "sept"):
            return number
    return None
