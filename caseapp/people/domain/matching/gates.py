"""What keeps two descriptions from being "very likely" of one person, however much agrees."""

from collections.abc import Mapping
from typing import Protocol

from .described import Described
from .nameparts import words_of


class Level(Protocol):
    """What one field says."""

    @property
    def level(self) -> str:
        """How far it agrees."""


def gates_of(asked: Described, known: Described, found: Mapping[str, Level]) -> tuple[str, ...]:
    """The reasons, in words, for which these two are never very likely one person. A shared number settles what
    follows from names."""
    levels = {field: each.level for field, each in found.items()}
    gates = []
    if levels.get("identifier") == "other":
        gates.append("another valid number")
    if levels.get("born") == "generation" or (asked.adult is not None and asked.adult is (not known.adult)):
        gates.append("another generation: a parent and a child can have one name")
    if unborn_but_known(asked, known):
        gates.append("born and named already: this can be the next child")
    if levels.get("identifier") != "same":
        gates += _by_description(levels)
    return tuple(gates)


def unborn_but_known(asked: Described, known: Described) -> bool:
    """Somebody tells of an unborn baby, and the record is of a child who has a name."""
    return asked.born == "expected" and known.born != "expected" and bool(words_of(known.first))


_FAMILY_SHARED = {
    "home": {"same", "street", "near"},
    "phone": {"same"},
    "carer": {"same", "near"},
}
_NEAR_NAMES = {"spelling", "short", "near", "near_weak"}


def _by_description(levels: Mapping[str, str]) -> list[str]:
    gates = []
    shared = any(levels.get(field) in good for field, good in _FAMILY_SHARED.items())
    home = any(levels.get(field) in _FAMILY_SHARED[field] for field in ("home", "phone"))
    first, born, middle = levels.get("first"), levels.get("born"), levels.get("middle")
    # Twins are given names that look alike, but not the same middle name.
    if first not in ("same", "slip", "unborn") and not (first in _NEAR_NAMES and middle == "same"):
        gates.append("another first name: could be a brother, sister or twin")
    if not shared and middle != "same":
        gates.append("nothing but name and birth date: could be a namesake")
    if born in ("other", "other_grown", "weeks", "two", "month_same"):
        gates.append("another birth date")
    if first == "unborn":
        # Some weeks from the day it must be the same home: mothers have namesakes, and the year is a common slip.
        if not shared or (born != "due" and (born != "due_wide" or not home)):
            gates.append("no first name, and not enough beside it")
    elif born == "grown" or (born is None and not (home and levels.get("carer") in _FAMILY_SHARED["carer"])):
        # A record that names the same carer is of a child, and brothers and sisters have other names.
        gates.append("no birth date to go by")
    return gates
