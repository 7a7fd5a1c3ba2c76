"""What somebody looks for, and how what is found answers it. No database, no web."""

from .hits import Answer, Named, answer
from .reading import KEPT, LONGEST, NOTHING, TOO_LONG, TOO_WIDE, Asked, read, tidy, years_before

__all__ = [
    "KEPT",
    "LONGEST",
    "NOTHING",
    "TOO_LONG",
    "TOO_WIDE",
    "Answer",
    "Asked",
    "Named",
    "answer",
    "read",
    "tidy",
    "years_before",
]
