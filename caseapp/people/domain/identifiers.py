"""Numbers that identify a child, postcodes and telephones. Each check says what is wrong; none throws a value away."""

import re
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from nhs_number.constants import (
    REGION_ENGLAND_WALES_IOM,
    REGION_NORTHERN_IRELAND,
    REGION_SCOTLAND,
    REGION_SYNTHETIC,
)
from nhs_number.validate import is_valid
from ukpostcodeparser import parse_uk_postcode

# Letters a UPN's check letter may be: the alphabet without I, O and S, numbered from 0 (Department for Education, UPN
# guide).
UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_UPN = re.compile(r"[A-Z][0-9]{11}[0-9A-Z]")
# Ofcom keeps these numbers free for drama; demos, tests and training use them, so they count as good.
_DRAMA = re.compile(
    r"(?:01632960|07700900|0(?:113|114|115|116|117|118|121|131|141|151|161)4960|01914980|02079460|02896496|02920180"
    r"|03069990|08081570|09098790)[0-9]{3}"
)


@dataclass(frozen=True)
class Checked:
    """The answer of a check: the value in its standard form if it passes, and otherwise the problem in words."""

    value: str | None
    problem: str | None = None
    note: str | None = None

    @property
    def ok(self) -> bool:
        """True if the check passed."""
        return self.value is not None


@dataclass(frozen=True)
class Postcode:
    """A whole postcode: `S63 7AQ`, its sector `S63 7` and outward part `S63`."""

    full: str
    sector: str
    outward: str


@dataclass(frozen=True)
class PartPostcode:
    """Only the first part of a postcode: `S61`, or with the sector `S61 1`."""

    outward: str
    sector: str | None = None


def check_nhs_number(text: object) -> Checked:
    """Check an NHS number: ten digits, the check digit, and the range of England, Wales and the Isle of Man.

    The range 900 000 0000 and up is never given to a patient and is kept for tests: such a number passes with a note. A
    Scottish or Northern Irish number fails with a problem that says so, because it can't be looked up on the English
    spine.
    """
    if not isinstance(text, str):
        return Checked(None, "An NHS number is ten digits")
    digits = re.sub(r"[\s-]", "", text)
    if not re.fullmatch(r"[0-9]{10}", digits):
        return Checked(None, "An NHS number has ten digits")
    return _checked_digits(digits)


# The same numbers are asked for again and again: of a row when it is read and when it is kept, of a family's records in
# each comparison.
@lru_cache(maxsize=16_384)
def _checked_digits(digits: str) -> Checked:
    if not is_valid(digits):
        return Checked(None, "This NHS number fails its check: a digit is wrong or two are swapped")
    if is_valid(digits, for_region=REGION_ENGLAND_WALES_IOM):
        return Checked(digits)
    if is_valid(digits, for_region=REGION_SYNTHETIC):
        return Checked(digits, note="A test number, never given to a patient")
    for region, place in ((REGION_SCOTLAND, "Scotland"), (REGION_NORTHERN_IRELAND, "Northern Ireland")):
        if is_valid(digits, for_region=region):
            return Checked(None, f"This looks like a health number from {place}, not an NHS number of England or Wales")
    return Checked(None, "This NHS number is in a range that is not given to anyone")


def check_upn(text: object) -> Checked:
    """Check a unique pupil number: letter, eleven digits, digit or letter; the first letter is the check letter.

    Sum of the characters 2 to 13 times their place, modulo 23, gives the letter. A temporary number ends in a letter,
    which counts as its place in the check alphabet.
    """
    if not isinstance(text, str):
        return Checked(None, "A UPN is a letter and twelve more characters")
    upn = re.sub(r"\s", "", text).upper()
    if not _UPN.fullmatch(upn) or (upn[12].isalpha() and upn[12] not in UPN_LETTERS):
        return Checked(None, "A UPN is a letter, eleven digits, and then a digit or a letter")
    values = [int(sign) if sign.isdigit() else UPN_LETTERS.index(sign) for sign in upn[1:]]
    expected = UPN_LETTERS[sum(value * place for place, value in enumerate(values, start=2)) % 23]
    if upn[0] != expected:
        return Checked(None, "This UPN fails its check: the first letter does not fit the digits")
    return Checked(upn, note="A temporary UPN" if upn[12].isalpha() else None)


def parse_postcode(text: object) -> Postcode | PartPostcode | None:
    """Read a UK postcode, however it is spaced.

    Half of one gives a PartPostcode, no postcode gives None. Never raises.
    """
    if not isinstance(text, str):
        return None
    compact = re.sub(r"\s", "", text).upper()
    if not re.fullmatch(r"[A-Z0-9]{2,7}", compact):
        return None
    try:
        outward, inward = parse_uk_postcode(compact, incode_mandatory=False)
    except ValueError:
        return _sector_only(text)
    # The parser looks at the beginning only: "S61 1AJX" would pass.
    if outward + inward != compact:
        return None
    if not inward:
        return PartPostcode(outward)
    return Postcode(f"{outward} {inward}", f"{outward} {inward[0]}", outward)


def check_phone(text: object) -> Checked:
    """Look at a telephone number. It is always kept as typed; a problem is only a hint that somebody should ask again.

    `value` is the international form (`+441709382121`). Ofcom's drama numbers pass. Extensions are understood.
    """
    if not isinstance(text, str) or not text.strip():
        return Checked(None, "This is not a telephone number")
    compact = re.sub(r"[\s().-]", "", text)
    national = re.sub(r"^(?:\+44|0044)0?", "0", compact)
    if _DRAMA.fullmatch(national):
        return Checked("+44" + national[1:], note="A number kept for drama and tests")
    try:
        number = phonenumbers.parse(text, "GB")
    except phonenumbers.NumberParseException:
        return Checked(None, "This is not a telephone number")
    if not phonenumbers.is_valid_number(number):
        return Checked(None, "This telephone number may be wrong: no such number is given out")
    return Checked(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _sector_only(text: str) -> PartPostcode | None:
    found = re.fullmatch(r"\s*([A-Za-z]{1,2}[0-9][0-9A-Za-z]?)\s+([0-9])\s*", text)
    if not found:
        return None
    first = parse_postcode(found.group(1))
    if not isinstance(first, PartPostcode):
        return None
    return PartPostcode(first.outward, f"{first.outward} {found.group(2)}")
