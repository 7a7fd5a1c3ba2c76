"""Birth dates compared: the same, a usual slip, an estimate, a due date, or another day; said in words."""

from datetime import date

from caseapp.kernel import clock
from caseapp.kernel.text import MONTHS

from .described import Described

# Between a due date and the day of birth, or between two due dates of one child.
_DUE_DAYS, _DUE_DAYS_WIDE = 24, 60
# Nobody has two children so near to one another, but for twins.
_NO_SIBLING_DAYS = 40
_GROWN_YEARS = 19
_GENERATION_YEARS = 13


def short_day(day: date) -> str:
    """A day without its year: `4 March`."""
    return f"{day.day} {MONTHS[day.month - 1]}"


def day(day_: date) -> str:
    """A day in full: `4 March 2017`."""
    return f"{short_day(day_)} {day_.year}"


def compare_births(asked: Described, known: Described) -> tuple[str, str] | None:
    """The level of agreement of two birth dates and how it is said; None when one is not known."""
    here, there = asked.born_on, known.born_on
    if here is None or there is None:
        return _half_known(asked, known)
    due = "expected" in (asked.born, known.born)
    if due:
        return _due(asked, known, here, there)
    if here == there:
        return "same", "same birth date"
    said = f"born {day(there)}, here {day(here)}"
    if "estimated" in (asked.born, known.born) or _first_of_year(here) or _first_of_year(there):
        return _estimated(said, here, there)
    slip = _slip(here, there)
    if slip:
        return slip[0], f"{said}: {slip[1]}"
    if _generation(here, there):
        return "generation", f"{said}: another generation"
    if abs((here - there).days) <= _NO_SIBLING_DAYS:
        return "weeks", f"{said}: some weeks apart"
    # What is told of a grown-up's age is often a guess.
    grown = clock.today().year - _GROWN_YEARS >= max(here.year, there.year)
    return ("other_grown" if grown else "other"), f"{said}: another birth date"


def _due(asked: Described, known: Described, here: date, there: date) -> tuple[str, str]:
    days = abs((here - there).days)
    if asked.born == known.born:
        said = f"due {day(there)}, here due {day(here)}"
    elif known.born == "expected":
        said = f"was due {day(there)}, here born {day(here)}"
    else:
        said = f"born {day(there)}, here due {day(here)}"
    if days <= _DUE_DAYS_WIDE:
        return ("due" if days <= _DUE_DAYS else "due_wide"), said
    return "other", f"{said}: too far apart"


def _half_known(asked: Described, known: Described) -> tuple[str, str] | None:
    """Most who are asked for are children: a grown-up of the register is less likely the one."""
    there = known.born_on
    if asked.born_on is None and there and not asked.adult and clock.today().year - there.year >= _GROWN_YEARS:
        return "grown", f"born {there.year}: grown up by now"
    return None


def _first_of_year(some: date) -> bool:
    return (some.month, some.day) == (1, 1)


def _generation(here: date, there: date) -> bool:
    """A child and a grown-up: two grown-ups may be as far apart by a slip."""
    grown = clock.today().year - _GROWN_YEARS
    return abs(here.year - there.year) >= _GENERATION_YEARS and max(here, there).year > grown


def _estimated(said: str, here: date, there: date) -> tuple[str, str]:
    years = abs(here.year - there.year)
    if years == 0:
        return "estimated", f"{said}: an estimated date that fits"
    if years == 1:
        return "estimated_near", f"{said}: an estimated date that nearly fits"
    if _generation(here, there):
        return "generation", f"{said}: another generation"
    return "other", f"{said}: the estimate does not fit"


def _slip(here: date, there: date) -> tuple[str, str] | None:
    years = abs(here.year - there.year)
    if years == 0 and (here.month, here.day) == (there.day, there.month):
        return "swapped", "day and month swapped"
    if (here.month, here.day) == (there.month, there.day):
        if years == 1:
            return "year", "a year apart"
        if years == 10 or sorted(str(here.year)) == sorted(str(there.year)):
            return "decade", "one figure of the year differs"
        return None
    days = abs((here - there).days)
    if (here.year, here.month) == (there.year, there.month):
        one, two = f"{here.day:02}", f"{there.day:02}"
        if days == 1 or one == two[::-1]:
            return "day", "a day apart" if days == 1 else "the figures of the day swapped"
        near = days == 7 or one[0] == two[0] or one[1] == two[1]
        return ("figure", "one figure of the day differs") if near else ("month_same", "the day differs")
    if days in (1, 7):
        return ("day", "a day apart") if days == 1 else ("figure", "a week apart")
    if years == 0 and here.day == there.day:
        return "month", "the month differs"
    if here.month == there.month and years in (1, 10) and abs(here.day - there.day) <= 3:
        return "two", "the year and the day differ"
    return None
