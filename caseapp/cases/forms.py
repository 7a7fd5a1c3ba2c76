"""The forms of a case: a note, another wording of it, what a new contact changes."""

from collections.abc import Collection

from wtforms import HiddenField

from caseapp.kernel.forms import (
    Choice,
    ChoiceField,
    ChoicesField,
    DateField,
    Form,
    HappenedAt,
    HiddenVersion,
    TextField,
    WordsField,
)

from .catalogue import CHANGES
from .queries import CaseRow


class NoteForm(HappenedAt, Form):
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
