"""Names compared: the same, a spelling, a short form, a slip of the pen, or another name; each with what it says."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from .nameparts import is_name, short_forms_of, sound, spellings_of
from .weights import weights


@dataclass(frozen=True)
class Commonness:
    """How many of the people of a register bear a word in their name, as far as it was counted."""

    people: int
    bearers: Mapping[str, float]

    def share(self, word: str) -> float:
        """The share of people who bear it. A name that nobody bears yet counts as rare, not as impossible."""
        return (self.bearers.get(word, 0.0) + 0.5) / (self.people + 2_000)


@dataclass(frozen=True)
class Compared:
    """How two words agree: same | slip | spelling | short | near | near_weak | initial | other.

    A slip is a word that hardly anybody bears beside the many who bear the other: parents did not give it to a twin.
    """

    level: str
    bits: float
    asked: str
    known: str


@lru_cache(maxsize=65_536)
def level_of(one: str, two: str) -> str:
    """How two words of a name agree, without what it says."""
    if one == two:
        return "same"
    if two in spellings_of(one):
        return "spelling"
    if two in short_forms_of(one):
        return "short"
    if len(one) == 1 or len(two) == 1:
        return "initial" if one[0] == two[0] else "other"
    longest = max(len(one), len(two))
    if longest <= 2:
        return "other"
    steps = DamerauLevenshtein.distance(one, two)
    likeness = JaroWinkler.similarity(one, two)
    if (steps == 1 and longest >= 4) or (steps == 2 and longest >= 7) or likeness >= 0.94:
        return "near"
    if sound(one) == sound(two) or likeness >= 0.85 or (steps <= 2 and longest >= 5):
        return "near_weak"
    return "other"


def compare(field: str, asked: str, known: str, common: Commonness) -> Compared:
    """Two words of a first or last name (`field`) compared."""
    level = level_of(asked, known)
    if level in ("near", "near_weak") and _is_slip(asked, known, common):
        level = "slip"
    return _said(field, level, asked, known, common)


def _is_slip(asked: str, known: str, common: Commonness) -> bool:
    """One slip of the pen away from a name, and itself none: two letters in the wrong order and borne by nobody, or
    anything that hardly anybody bears of the many who bear the name."""
    bearers = common.bearers.get(asked)
    if bearers is None or is_name(asked) or DamerauLevenshtein.distance(asked, known) != 1:
        return False
    turned = len(asked) == len(known) and Counter(asked) == Counter(known)
    return (turned and not bearers) or _hardly_anybody(asked, known, common)


def _hardly_anybody(asked: str, known: str, common: Commonness) -> bool:
    return common.bearers.get(known, 0.0) >= weights()["bearers_beside_a_slip"] * (common.bearers[asked] + 1)


def _said(field: str, level: str, asked: str, known: str, common: Commonness) -> Compared:
    given = weights()[field]
    if level in ("same", "spelling", "short") and f"m_{level}" in given:
        bearers = common.share(known)
        if level == "spelling":
            bearers += sum(common.share(other) for other in spellings_of(known) if other in common.bearers)
        bits = min(math.log2(given[f"m_{level}"] / min(bearers, 0.5)), given["most"])
        return Compared(level, bits, asked, known)
    if level == "slip":
        # What is left when the slip is mended is the name itself.
        bits = min(math.log2(given["m_slip"] / min(common.share(known), 0.5)), given["most"])
        return Compared(level, max(bits, given["near"]), asked, known)
    return Compared(level, float(given.get(level, given["near_weak"])), asked, known)
