"""Birth dates compared: the same, a usual slip, an estimate, a due date, or another day; said in words."""

from datetime import date

from caseapp.kernel.text import MONTHS

from .described import Described

# A due date and the day of birth: five weeks early to three weeks late; two due dates of one child: as far apart.
_DUE_DAYS = 45
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
        return None
    due = "expected" in (asked.born, known.born)
    if due:
        return _due(asked, known, here, there)
    if here == there:
        return "same", "same birth date"
    said = f"born {day(there)}, here {day(here)}"
    if "estimated" in (asked.born, known.born) or _first_of_year(here) or _first_of_year(there):
        if abs(here.year - there.year) <= 1:
            return "estimated", f"{said}: an estimated date that fits"
        if _generation(here, there):
            return "generation", f"{said}: another generation"
        return "other", f"{said}: the estimate does not fit"
    slip = _slip(here, there)
    if slip:
        return slip[0], f"{said}: {slip[1]}"
    if _generation(here, there):
        return "generation", f"{said}: another generation"
    return "other", f"{said}: another birth date"


def _due(asked: Described, known: Described, here: date, there: date) -> tuple[str, str]:
    days = abs((here - there).days)
    fits = days <= _DUE_DAYS
    if asked.born == known.born:
        said = f"due {day(there)}, here due {day(here)}"
    elif known.born == "expected":
        said = f"was due {day(there)}, here born {day(here)}"
    else:
        said = f"born {day(there)}, here due {day(here)}"
    return ("due", said) if fits else ("other", f"{said}: too far apart")


def _first_of_year(some: date) -> bool:
    return (some.month, some.day) == (1, 1)


def _generation(here: date, there: date) -> bool:
    return abs(here.year - there.year) >= _GENERATION_YEARS


def _slip(here: date, there: date) -> tuple[str, str] | None:
    if here.year == there.year and (here.month, here.day) == (there.day, there.month):
        return "swapped", "day and month swapped"
    if (here.month, here.day) == (there.month, there.day):
        if abs(here.year - there.year) == 1:
            return "year", "a year apart"
        if abs(here.year - there.year) == 10 or sorted(str(here.year)) == sorted(str(there.year)):
            return "decade", "one figure of the year differs"
    if (here.year, here.month) == (there.year, there.month):
        return "day", "the day differs"
    if abs((here - there).days) <= 7:
        return "day", "a few days apart"
    if (here.year, here.day) == (there.year, there.day):
        return "month", "the month differs"
    return None
