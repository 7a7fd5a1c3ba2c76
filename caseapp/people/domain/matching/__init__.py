"""Is this child already known? How two descriptions of people are compared. Plain rules: no database, no web."""

from .described import BELOW, POSSIBLE, VERY_LIKELY, Described, Evidence, Scored, pack, unpack
from .keys import asked_keys, keys_of
from .scoring import Commonness, score, words_to_count

__all__ = [
    "BELOW",
    "POSSIBLE",
    "VERY_LIKELY",
    "Commonness",
    "Described",
    "Evidence",
    "Scored",
    "asked_keys",
    "keys_of",
    "pack",
    "score",
    "unpack",
    "words_to_count",
]
