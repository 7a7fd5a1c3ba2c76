"""What somebody typed into the search box, read: names, a birth date or year, a postcode, numbers, references.

Plain rules: no database, no web.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from caseapp.kernel.references import parse_reference
from caseapp.kernel.text import clean, one_line
from caseapp.people.domain.dates import DateProblem, read_date
from caseapp.people.domain.identifiers import Postcode, check_nhs_number, check_upn, parse_postcode
from caseapp.people.domain.names import normalise_name

LONGEST = 200
MOST_WORDS = 6
# The oldest that somebody is taken to be when a number of one or two figures stands beside a name.
OLDEST = 25
# What was typed is kept so long for going back to it, then only that somebody searched.
KEPT = timedelta(days=30)

TOO_LONG = f"Type at most {LONGEST} characters: a name, a birth date, a postcode or a number"
NOTHING = "Type a name, a birth date, a postcode, a number or a reference"
TOO_WIDE = "That alone is too wide. Add a name"

_SPAN = 5
_AGE = re.compile(r"[0-9]{1,2}")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_WRITTEN_AS_REFERENCE = re.compile(r"[A-Za-z][- ]?\w{4}[- ]?\w{4}", re.ASCII)
_HYPHENED = re.compile(r"[A-Za-z]-\w{4}-\w{4}", re.ASCII)
_UPN = re.compile(r"[A-Za-z][0-9]{11}[0-9A-Za-z]", re.ASCII)
_PHONE = re.compile(r"(?:\+|00?)[0-9]{9,14}", re.ASCII)


@dataclass
class Asked:
    """What is looked for. All that is given must hold, but of three or more words of a name two are enough."""

    words: tuple[str, ...] = ()
    born_on: list[date] = field(default_factory=list)
    born_in: list[int] = field(default_factory=list)
    aged: list[int] = field(default_factory=list)
    postcodes: list[str] = field(default_factory=list)
    # Sectors "S65 1", of an outward part "S65" all ten.
    sectors: list[str] = field(default_factory=list)
    nhs_numbers: list[str] = field(default_factory=list)
    upns: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    # With figures in them, and none of the above: a number in the system that somebody was imported from, perhaps.
    numbers: list[str] = field(default_factory=list)
    # What is wrong with a date or a number, in words.
    notes: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was read."""
        return not any(
            (
                self.words, self.born_on, self.born_in, self.aged, self.postcodes, self.sectors, self.nhs_numbers,
                self.upns, self.phones, self.references, self.numbers,
            )
        )  # fmt: skip

    @property
    def is_too_wide(self) -> bool:
        """Whether a year, or the first part of a postcode, stands alone."""
        narrow = (
            self.words, self.born_on, self.postcodes, self.nhs_numbers, self.upns, self.phones, self.references,
            self.numbers,
        )  # fmt: skip
        return not any(narrow) and len(self.sectors) != 1

    def born_between(self, today: date) -> tuple[date, date] | None:
        """The first and the last day on which somebody of the year or the age that was typed can have been born."""
        spans = [(date(year, 1, 1), date(year, 12, 31)) for year in self.born_in]
        spans += [(years_before(today, age + 1) + timedelta(days=1), years_before(today, age)) for age in self.aged]
        return (max(first for first, _ in spans), min(last for _, last in spans)) if spans else None


def years_before(day: date, years: int) -> date:
    """The same day so many years earlier, 28 February for a 29th that there was not."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 2, 28)


def tidy(typed: str) -> str:
    """What was typed on one line, without what no database takes."""
    return one_line(clean(typed)[0])


def read(typed: str) -> Asked:
    """Read what was typed, in any order. Never raises, whatever it is given."""
    tokens = tidy(typed).replace(",", " ").replace(";", " ").split()[: LONGEST // 2]
    asked, left, place = Asked(), [], 0
    while place < len(tokens):
        for length in range(min(_SPAN, len(tokens) - place), 0, -1):
            if _take(asked, " ".join(tokens[place : place + length]), length):
                place += length
                break
        else:
            left.append(tokens[place])
            place += 1
    asked.words = tuple(dict.fromkeys(normalise_name(" ".join(left)).split()))[:MOST_WORDS]
    return asked


def _take(asked: Asked, text: str, tokens: int) -> bool:
    """Read some words as one thing; gives whether they are one."""
    if not any(sign.isdigit() and sign.isascii() for sign in text):
        return _reference(asked, text)
    if any(take(asked, text) for take in _READERS):
        return True
    if tokens > 1:
        return False
    if _YEAR.fullmatch(text):
        asked.born_in.append(int(text))
    elif _AGE.fullmatch(text) and int(text) <= OLDEST:
        asked.aged.append(int(text))
    else:
        asked.numbers.append(text[:80])
    return True


def _reference(asked: Asked, text: str) -> bool:
    """Without a figure in it, only what is written as a reference is: a name must not be taken for one."""
    shape = _WRITTEN_AS_REFERENCE if any(sign.isdigit() for sign in text) else _HYPHENED
    found = parse_reference(text) if shape.fullmatch(text) else None
    if found:
        asked.references.append(found)
    return bool(found)


def _date(asked: Asked, text: str) -> bool:
    found = read_date(text)
    if isinstance(found, date):
        asked.born_on.append(found)
    elif isinstance(found, DateProblem) and found.code == "date_does_not_exist":
        asked.notes.append(found.words)
    else:
        return False
    return True


def _nhs_number(asked: Asked, text: str) -> bool:
    digits = re.sub(r"[\s-]", "", text)
    if not re.fullmatch(r"[1-9][0-9]{9}", digits, re.ASCII):
        return False
    asked.nhs_numbers.append(digits)
    if (problem := check_nhs_number(digits).problem) is not None:
        asked.notes.append(problem)
    return True


def _upn(asked: Asked, text: str) -> bool:
    if not _UPN.fullmatch(upn := "".join(text.split())):
        return False
    asked.upns.append(upn.upper())
    if (problem := check_upn(upn).problem) is not None:
        asked.notes.append(problem)
    return True


def _phone(asked: Asked, text: str) -> bool:
    compact = re.sub(r"[\s().-]", "", text)
    if _PHONE.fullmatch(compact):
        asked.phones.append(compact)
    return bool(_PHONE.fullmatch(compact))


def _postcode(asked: Asked, text: str) -> bool:
    if text[:1].isdigit() or len(text.split()) > 2:
        return False
    found = parse_postcode(text)
    if isinstance(found, Postcode):
        asked.postcodes.append(found.full)
    elif found is not None:
        asked.sectors += [found.sector] if found.sector else [f"{found.outward} {figure}" for figure in range(10)]
    return found is not None


_READERS: tuple[Callable[[Asked, str], bool], ...] = (_reference, _date, _nhs_number, _upn, _phone, _postcode)
