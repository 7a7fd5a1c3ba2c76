"""What a receipt says to the one who sent it: what happens now, and their own answers in words to them. Plain rules."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import Protocol

from .children import as_object
from .reading import Section

# Labels that speak of the referrer to the hub, as the referrer reads them.
_TO_THEM = {"The referrer worries about this adult": "You worry about this adult"}
_NEEDED = "now.answer_needed"
_BEFORE_SCHOOL_ENDS = "before_school_ends"
# From then on no school is left to end today.
_SCHOOL_IS_OVER = time(16)
AS_SOON = "As soon as we can"


class Days(Protocol):
    """A calendar that knows the days on which schools may be open."""

    def is_working(self, day: date) -> bool:
        """Whether it is neither a weekend nor a bank holiday."""


def tells_danger(document: object) -> bool:
    """Whether a child is in danger now, or not safe to go home, by what was said. Takes any JSON."""
    told = as_object(document)
    danger = as_object(told.get("concern")).get("immediate_danger") is True
    return danger or as_object(told.get("now")).get("safe_to_go_home") == "no"


def no_school(document: object, sent_at: datetime, days: Days) -> bool:
    """Whether an answer was wanted before school ends, but no school was left to end on that day: a day off, or after
    16:00. `sent_at` in London time."""
    wanted = as_object(as_object(document).get("now")).get("answer_needed") == _BEFORE_SCHOOL_ENDS
    return wanted and (not days.is_working(sent_at.date()) or sent_at.time() >= _SCHOOL_IS_OVER)


def own_words(parts: Sequence[Section], *, no_school: bool) -> list[Section]:
    """What was said, with labels that speak to the one who said it; `no_school`: an answer before school ends becomes
    one as soon as we can."""
    return [
        replace(
            part,
            items=[
                replace(
                    item,
                    label=_TO_THEM.get(item.label, item.label),
                    value_words=AS_SOON if no_school and item.path == _NEEDED else item.value_words,
                )
                for item in part.items
            ],
        )
        for part in parts
    ]
