"""What keeps two descriptions from being "very likely" of one person, however much agrees."""

from collections.abc import Mapping
from typing import Protocol

from .described import Described


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
    if levels.get("identifier") != "same":
        gates += _by_description(levels)
    return tuple(gates)


_SAME_PERSONS_NAME = frozenset({"same", "unborn"})
_FAMILY_SHARED = {
    "home": {"same", "street"},
    "phone": {"same"},
    "carer": {"same", "near"},
}


def _by_description(levels: Mapping[str, str]) -> list[str]:
    gates = []
    shared = any(levels.get(field) in good for field, good in _FAMILY_SHARED.items())
    first = levels.get("first")
    if first not in _SAME_PERSONS_NAME:
        gates.append("another first name: could be a brother, sister or twin")
    if not shared and levels.get("middle") != "same":
        gates.append("nothing but name and birth date: could be a namesake")
    if levels.get("born") == "other":
        gates.append("another birth date")
    if first == "unborn" and levels.get("born") != "due":
        gates.append("no first name and no due date to go by")
    return gates
