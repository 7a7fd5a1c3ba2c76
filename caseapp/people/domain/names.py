"""Names: how they are compared, how they are shown, and ages in words.

Normalising happens in Python, because SQLite's `lower()` knows ASCII only and the two databases would disagree.
"""

import re
import unicodedata
from datetime import date
from functools import lru_cache

from .dates import day_words_short

# Letters that Unicode does not take apart into a base letter and an accent.
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t", "ə": "e"}
)
_APOSTROPHES = re.compile("['\u2018\u2019\u201b\u02bc\u02bb\u0060\u00b4\u2032\uff07]")
# "O'Rourke", "O Rourke" and "ORourke" are one name, and so are "Mc Donald" and "McDonald".
_PREFIX = re.compile(r"\b(?:(?:o|mc|mac|d) )+(?=\w\w)")
_NOT_KNOWN = frozenset(
    {
        "",
        "not known",
        "notknown",
        "unknown",
        "un known",
        "not given",
        "no name",
        "none",
        "n a",
        "na",
        "nk",
        "tbc",
        "tba",
        "not stated",
    }
)
_UNBORN = frozenset({"unborn", "unborn baby", "baby unborn", "bump"})
# An indexed value over 8 kB is refused by PostgreSQL; names of 50,000 characters do arrive.
_KEY_PART_LENGTH = 80

AGE_NOT_KNOWN = "age not known"


def normalise_name(text: object) -> str:
    """The form of a name in which spellings that differ only in dress are equal.

    Accents, case, apostrophes, hyphens, full stops and doubled spaces go; O', Mc, Mac and D' join the word they lead.
    `Zoë Müller-Świątek` gives `zoe muller swiatek`, `O’Rourke` gives `orourke`. Anything but a text gives "".
    """
    if not isinstance(text, str):
        return ""
    return _remembered(text) if len(text) <= _KEY_PART_LENGTH else _normalised(text)


# A page of the queue asks for the same names again and again: 900 times for 32 rows.
@lru_cache(maxsize=4096)
def _remembered(text: str) -> str:
    return _normalised(text)


def _normalised(text: str) -> str:
    # Case is folded on both sides: taking signs apart brings new capitals (℠ is SM).
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text.casefold()).casefold())
    folded = _APOSTROPHES.sub("", folded.translate(_LETTERS))
    kept = []
    for character in folded:
        kind = unicodedata.category(character)
        if kind[0] in "LN" or (kind[0] == "M" and kind != "Mn"):
            kept.append(character)
        elif kind != "Mn":
            kept.append(" ")
    return _PREFIX.sub(lambda found: found.group().replace(" ", ""), " ".join("".join(kept).split()))


def is_not_known(text: object) -> bool:
    """True if a text stands for "nobody knows": None, blank, "not known", "unknown", "n/a" and the like."""
    if text is None:
        return True
    if not isinstance(text, str):
        return False
    return normalise_name(text) in _NOT_KNOWN and not _has_other_script(text)


def is_unborn_name(text: object) -> bool:
    """True for the words that stand in for the first name of a child not yet born."""
    return normalise_name(text) in _UNBORN


def match_key(first: object, last: object, born_on: date | None) -> str | None:
    """The stored key by which an exact same name and birth date is found again, or None if one of the three is not
    known.

    Hyphens and spaces don't count: Amelia-Rose and Amelia Rose have one key. Close names are the matching's job, not
    this one's.
    """
    if born_on is None or is_not_known(first) or is_not_known(last) or is_unborn_name(first):
        return None
    parts = [normalise_name(part).replace(" ", "")[:_KEY_PART_LENGTH] for part in (last, first)]
    if not all(parts):
        return None
    return f"{parts[0]}|{parts[1]}|{born_on.isoformat()}"


def full_name(first: object, last: object, *, description: object = None) -> str:
    """A name to show.

    `Ellie Marsden`, `Unborn baby Petrova`, `Taz (last name not known)`, `Name not known: little lad`.
    """
    given = None if is_not_known(first) or not isinstance(first, str) else first.strip()
    family = None if is_not_known(last) or not isinstance(last, str) else last.strip()
    if given and is_unborn_name(given):
        given = "Unborn baby"
    if given and family:
        return f"{given} {family}"
    if given:
        return given if given == "Unborn baby" else f"{given} (last name not known)"
    if family:
        return f"{family} (first name not known)"
    if isinstance(description, str) and description.strip():
        return f"Name not known: {description.strip()}"
    return "Name not known"


def years_old(born_on: date, today: date) -> int:
    """Completed years.

    Who was born on 29 February has the birthday on 1 March in other years. Negative for a future date.
    """
    return today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))


def months_old(born_on: date, today: date) -> int:
    """Completed calendar months between two dates; negative for a future date."""
    return (today.year - born_on.year) * 12 + today.month - born_on.month - (today.day < born_on.day)


def age_words(
    *,
    born_on: date | None = None,
    expected_on: date | None = None,
    approximate: float | None = None,
    estimated: bool = False,
    today: date,
) -> str:
    """An age as people say it: `9`, `3 weeks`, `5 months`, `due 14 Feb 2027`, `about 3`, `age not known`.

    Days up to a week, weeks up to twelve, months up to two years, then years. `estimated` puts `about` before it.
    """
    if born_on is not None:
        words = _exact_age(born_on, today)
        return f"about {words}" if estimated and words[0].isdigit() else words
    if expected_on is not None:
        return f"{'due' if expected_on >= today else 'was due'} {day_words_short(expected_on)}"
    if approximate is not None:
        return f"about {approximate:g}"
    return AGE_NOT_KNOWN


def _exact_age(born_on: date, today: date) -> str:
    days = (today - born_on).days
    if days < 0:
        return "birth date still to come"
    if days == 0:
        return "born today"
    if days < 7:
        return _count(days, "day")
    if days < 84:
        return _count(days // 7, "week")
    months = months_old(born_on, today)
    if months < 24:
        return _count(months, "month")
    return str(years_old(born_on, today))


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def _has_other_script(text: str) -> bool:
    """A text of which nothing is left but that had signs in it (an emoji, say) is something given, not nothing."""
    return not normalise_name(text) and any(unicodedata.category(sign)[0] == "S" for sign in text)
