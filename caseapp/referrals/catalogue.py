"""The lists this slice offers to its forms and to the slices above it.

The rows live in `domain.lists`, because the plain rules read them too and nothing in `domain` may import upward.
Everybody above takes them from here, where a council's own rows will join them.
"""

from caseapp.referrals.domain.lists import (
    ANSWER_BY,
    CONCERNS,
    LISTS,
    OUTCOMES,
    RATINGS,
    AnswerBy,
    Choice,
    Concern,
    find_choice,
    offered,
    words,
)

__all__ = [
    "ANSWER_BY",
    "CONCERNS",
    "LISTS",
    "OUTCOMES",
    "RATINGS",
    "AnswerBy",
    "Choice",
    "Concern",
    "find_choice",
    "offered",
    "words",
]
