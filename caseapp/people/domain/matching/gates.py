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


FAMILY_SHARED = {
    "home": {"same", "street", "near"},
    "phone": {"same"},
    "carer": {"same", "near"},
}
# First names that no brother, sister or twin has.
OWN_NAME = {"same", "slip"}
_NEAR_NAMES = {"spelling", "short", "near", "near_weak"}
_SLIPPED_DATES = {"swapped", "day", "figure", "month", "year", "decade", "estimated", "estimated_near"}
# Nearer to one another than two births of one mother, but for twins; and what a sibling's date can hardly be.
_ONE_FAMILYS_DATES = {"weeks", "month_same", "two"}


def _by_description(levels: Mapping[str, str]) -> list[str]:
    gates = []
    carer = levels.get("carer") in FAMILY_SHARED["carer"]
    home = any(levels.get(field) in FAMILY_SHARED[field] for field in ("home", "phone"))
    first, born, middle = levels.get("first"), levels.get("born"), levels.get("middle")
    # Twins are given names that look alike, but not the same middle name.
    if first not in OWN_NAME | {"unborn"} and not (first in _NEAR_NAMES and middle == "same"):
        gates.append("another first name: could be a brother, sister or twin")
    if not (home or carer) and middle != "same":
        gates.append("nothing but name and birth date: could be a namesake")
    if born in ("other", "other_grown") or (born in _ONE_FAMILYS_DATES and not (home and carer)):
        gates.append("another birth date")
    elif born in _SLIPPED_DATES and not home and middle != "same":
        gates.append("another birth date, and only the carer's name beside it: mothers have namesakes")
    if first == "unborn":
        # The same home, too: mothers have namesakes, and more than one of them expects a child.
        if not home or born not in ("due", "due_wide"):
            gates.append("no first name, and not enough beside it")
    elif born == "grown" or (born is None and not (home and carer)):
        # A record that names the same carer is of a child, and brothers and sisters have other names.
        gates.append("no birth date to go by")
    return gates
