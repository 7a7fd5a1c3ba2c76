"""How the desk counts, names and reckons: plain Python."""

from .days import ONE_DAY, WEEKS, first_day, monday_of, near_name, weeks_from
from .words import family_words, join_words, mix_words

__all__ = [
    "ONE_DAY",
    "WEEKS",
    "family_words",
    "first_day",
    "join_words",
    "mix_words",
    "monday_of",
    "near_name",
    "weeks_from",
]
