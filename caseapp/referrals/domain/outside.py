"""Whose front door an address outside the borough is, by postcode district.

The councils stand in `data/neighbours.json`: policy data that a council edits. A district may lie in two councils;
the borough's own sectors are asked first, and what is told here is where to ring, not a decision.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from caseapp.people.domain.identifiers import Postcode, parse_postcode

DATA = Path(__file__).parents[1] / "data" / "neighbours.json"


@dataclass(frozen=True)
class Neighbour:
    """A council next door: its key, its name, and the name and number of its front door."""

    key: str
    name: str
    front_door: str
    phone: str


def _read() -> tuple[dict[str, Neighbour], dict[str, Neighbour]]:
    by_key, by_district = {}, {}
    for row in json.loads(DATA.read_text(encoding="utf-8"))["councils"]:
        council = Neighbour(row["key"], row["name"], row["front_door"], row["phone"])
        by_key[council.key] = council
        by_district.update(dict.fromkeys(row["districts"], council))
    return by_key, by_district


NEIGHBOURS, _BY_DISTRICT = _read()


def neighbour_of(postcode: object) -> Neighbour | None:
    """The council that a whole postcode lies in, or None where the table does not know it."""
    found = parse_postcode(postcode)
    return _BY_DISTRICT.get(found.outward) if isinstance(found, Postcode) else None
