"""The forms of a case: a note, another wording of it, what a new contact changes."""

import re
from collections.abc import Collection
from datetime import UTC, datetime, time

from wtforms import HiddenField

from caseapp.kernel import clock
from caseapp.kernel.forms import (
    Choice,
    ChoiceField,
    ChoicesField,
    DateField,
    Form,
    HiddenVersion,
    TextField,
    ValidationError,
    WordsField,
)

from .catalogue import CHANGES
from .queries import CaseRow

_TIME = re.compile(r"([01]?[0-9]|2[0-3])[:.]?([0-5][0-9])")


class NoteForm(Form):
    """What happened, when, and which of the family's children it is about."""

    children = ChoicesField("Who is this about?", required="Choose who the note is about")
    happened_on = DateField(
        "When did it happen?", required="Enter the day it happened", called="The day", not_future=True
    )
    happened_time = TextField(
        "At what time?",
        required="Enter the time it happened, like 15:30",
        hint="About is good enough, like 15:30",
        called="The time",
        max_length=5,
        inputmode="numeric",
    )
    words = WordsField("What happened?", required="Write what happened", called="What happened", rows=10)
    once = HiddenField()

    def offer(self, cases: Collection[CaseRow]) -> None:
        """Let the writer choose among these children."""
        self.children.choices = [Choice(case.reference, f"{case.name}, {case.age}") for case in cases]

    def validate_happened_time(self, field: TextField) -> None:
        """Hours and minutes, with a colon, a full stop or nothing between them."""
        if _TIME.fullmatch(field.data.strip()) is None:
            raise ValidationError("Write the time with hours and minutes, like 15:30")

    @property
    def happened_at(self) -> datetime:
        """The instant it happened; only for a valid form."""
        found = _TIME.fullmatch(self.happened_time.data.strip())
        assert found is not None
        at = time(int(found[1]), int(found[2]))
        return datetime.combine(self.happened_on.data, at, clock.LONDON).astimezone(UTC)


class WordingForm(Form):
    """Another wording of a note, from the one the writer saw."""

    words = WordsField("What happened?", required="Write what happened", called="What happened", rows=10)
    version = HiddenVersion()


class ConcernForm(Form):
    """What a new contact changes, by whoever acknowledges it."""

    changes = ChoiceField(
        "What does it change?",
        choices=[Choice(key, words, hint) for key, (words, hint, _) in CHANGES.items()],
        required="Choose what it changes",
    )
    words = WordsField("In a sentence", rows=3, hint="Needed for “Nothing” and for “The plan”")
