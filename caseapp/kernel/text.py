"""Text as people type or paste it: what may enter the database, how names are folded onto one line, what a date means.

Everything else stays as it came: emoji, right-to-left text and its direction marks, markup, formulas. They are
shown as text, escaped where they are shown.
"""

import calendar
import re
import unicodedata
from collections.abc import Mapping
from datetime import date

NAME = 80
"""Longest name, in characters."""
LINE = 200
"""Longest answer on one line, in characters."""
WORDS = 60_000
"""Longest account in somebody's own words, in characters."""

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
DATE_PARTS = ("day", "month", "year")
EARLIEST_YEAR, LATEST_YEAR = 1900, 2100

_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?", re.IGNORECASE)
_MONTH_NUMBER = re.compile(r"\d{1,2}")
_YEAR = re.compile(r"\d{4}")

# PostgreSQL takes no NUL, UTF-8 no lone surrogate, XML no C0 control and no U+FFFE or U+FFFF; DEL and C1 have no shape
# on a screen and mean commands to a terminal. Tab and newline are ordinary writing.
_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE_END = re.compile(r"\r\n?")
_NOTHING_TO_SEE = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})


def clean(text: str) -> tuple[str, bool]:
    """Return the text fit to store, and whether a hidden character had to be replaced by U+FFFD.

    Line ends become newlines; that alone does not count as a change, as every browser sends them otherwise.
    Never raises.
    """
    cleaned, replaced = _HIDDEN.subn(REPLACEMENT, _LINE_END.sub("\n", text))
    return cleaned, replaced > 0


def one_line(text: str) -> str:
    """Return the text with every run of spaces, tabs and line ends made one space, and none at the ends."""
    return " ".join(text.split())


def is_blank(text: str) -> bool:
    """Tell whether there is nothing to read: empty, or only spaces, line ends and invisible marks."""
    return all(unicodedata.category(character) in _NOTHING_TO_SEE for character in text)


class WrongDate(ValueError):
    """Why three typed parts are not a date, and which of them to look at."""

    def __init__(self, message: str, *parts: str) -> None:
        super().__init__(message)
        self.message = message
        self.parts = parts


def _month_number(text: str) -> int | None:
    """Return 1 to 12 for "11", "Nov", "nov." or "November", otherwise None."""
    if _MONTH_NUMBER.fullmatch(text):
        return int(text) if 1 <= int(text) <= 12 else None
    start = text.rstrip(".").lower()
    named = (number for number, name in enumerate(MONTHS, 1) if name.lower().startswith(start))
    return next(named, None) if len(start) >= 3 else None


def read_date(parts: Mapping[str, str], called: str) -> date:
    """Turn typed "day", "month" and "year" into a date; a month may be a number or an English name.

    Raises WrongDate with the first thing to put right; `called` is the date's name at the start of a sentence.
    """
    missing = [part for part in DATE_PARTS if is_blank(parts[part])]
    if missing:
        raise WrongDate(f"{called} must include " + " and ".join(f"a {part}" for part in missing), *missing)
    day = _DAY.fullmatch(parts["day"].strip())
    if not day or int(day[1]) == 0:
        raise WrongDate("Enter the day as a number from 1 to 31", "day")
    month = _month_number(parts["month"].strip())
    if month is None:
        raise WrongDate("Enter the month as a number from 1 to 12, or by its name", "month")
    if not _YEAR.fullmatch(parts["year"].strip()):
        raise WrongDate("Enter the year as four figures, like 2017", "year")
    year = int(parts["year"])
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise WrongDate(f"Check the year. It must be from {EARLIEST_YEAR} to {LATEST_YEAR}", "year")
    days = calendar.monthrange(year, month)[1]
    if int(day[1]) > days:
        name = MONTHS[month - 1]
        which = f"{name} {year}" if month == 2 else name
        raise WrongDate(f"{int(day[1])} {name} {year} does not exist. {which} has {days} days", *DATE_PARTS)
    return date(year, month, int(day[1]))
