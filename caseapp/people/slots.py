"""What higher floors add to a person's page."""

from dataclasses import dataclass
from typing import Any

from caseapp.kernel.slots import Slot


@dataclass(frozen=True)
class Panel:
    """A part of a person's page: its heading, the template that draws it, and what that is handed as `rows`."""

    title: str
    template: str
    rows: Any


PANELS = Slot(
    "people.panels",
    "(actor, subject) -> list of Panel: what a reader of this person's page at this level may see; one statement",
)
LETTERS = Slot(
    "people.letters",
    "(actor, person_ids) -> list of words: letters that wait with the address as it is now; one statement",
)
