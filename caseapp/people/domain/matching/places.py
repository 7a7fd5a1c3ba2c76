"""Addresses and telephone numbers in the form in which they are compared."""

import re
from dataclasses import dataclass
from functools import lru_cache

from caseapp.people.domain.names import normalise_name

_SHORT = {
    "rd": "road",
    "st": "street",
    "str": "street",
    "ave": "avenue",
    "av": "avenue",
    "cl": "close",
    "cres": "crescent",
    "cresc": "crescent",
    "cr": "crescent",
    "ct": "court",
    "crt": "court",
    "dr": "drive",
    "drv": "drive",
    "gdns": "gardens",
    "gdn": "gardens",
    "gds": "gardens",
    "gr": "grove",
    "grv": "grove",
    "gro": "grove",
    "la": "lane",
    "ln": "lane",
    "pl": "place",
    "pk": "park",
    "sq": "square",
    "ter": "terrace",
    "terr": "terrace",
    "tce": "terrace",
    "vw": "view",
    "wk": "walk",
    "wy": "way",
    "ri": "rise",
    "hse": "house",
    "apt": "flat",
    "apartment": "flat",
    "unit": "flat",
    "upr": "upper",
    "lwr": "lower",
    "mt": "mount",
}
_KINDS = frozenset({*_SHORT.values(), "hill", "row", "mews", "green", "circuit", "parade"}) - {"flat", "upper", "lower"}
_NUMBER = re.compile(r"(?:[0-9]+[a-z]?|[a-z][0-9]+)")
_HOUSE_LETTER = re.compile(r"\b([0-9]+) ([a-z])\b")


@dataclass(frozen=True)
class Place:
    """A home: its numbers (flat, house), its street in one word, and its postcode without a space."""

    numbers: tuple[str, ...]
    street: str
    postcode: str

    @property
    def sector(self) -> str:
        """The postcode without its last two signs, if it is whole."""
        return self.postcode[:-2] if len(self.postcode) >= 5 else ""


@lru_cache(maxsize=16_384)
def place(line: str, postcode: str) -> Place:
    """A home in the form in which it is compared. `Flat 4, 111 Green Ave, Wath` and `4/111 green avenue` are one."""
    words: list[str] = []
    street: list[str] = []
    for part in line[:200].split(","):
        said = _HOUSE_LETTER.sub(r"\1\2", normalise_name(part)).split()
        words += said
        # The street is what follows the last number; a town comes after it, a flat before it.
        if not street or any(_NUMBER.fullmatch(word) for word in said):
            street = _street(said) or street
    numbers = tuple(sorted(word for word in words if _NUMBER.fullmatch(word)))
    return Place(numbers, "".join(street[:4]), re.sub(r"[^A-Z0-9]", "", postcode.upper()[:16]))


def _street(words: list[str]) -> list[str]:
    last_number = max((at for at, word in enumerate(words) if _NUMBER.fullmatch(word)), default=-1)
    named = words[last_number + 1 :]
    found: list[str] = []
    for at, word in enumerate(named):
        # "St James Street": the first word stays a saint.
        found.append(_SHORT.get(word, word) if at else word)
        if at and found[-1] in _KINDS:
            break
    return [] if found in (["flat"], ["apartment"], ["apt"], ["unit"]) else found


@lru_cache(maxsize=16_384)
def phone_digits(text: str) -> str:
    """The last ten digits of a telephone number, in which `+44 7700 900123` and `07700 900123` agree; "" for less than
    six."""
    digits = re.sub(r"[^0-9]", "", text[:60])
    return digits[-10:].lstrip("0") if len(digits) >= 6 else ""
