"""The forms of a case: a note, another wording of it, what a new contact changes, what happened by its date."""

from collections.abc import Collection
from datetime import UTC, datetime, time

from wtforms import HiddenField

from caseapp.deadlines.catalogue import KINDS, needs_time
from caseapp.kernel import clock
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


class DatedMoment(HappenedAt):
    """For a form about what happened by its date: the time is asked for only where a clock in hours hangs on it."""

    like = "15:30"

    def ask_about(self, kind: str) -> None:
        """Shape the form for a kind of the catalogue."""
        if self.happened_time is not None and not needs_time(kind):
            del self.happened_time

    @property
    def happened_at(self) -> datetime:
        """The moment it happened; a day alone is noon, and of today no later than now. Only for a valid form."""
        if self.happened_time is not None:
            return super().happened_at
        noon = datetime.combine(self.happened_on.data, time(12), clock.LONDON).astimezone(UTC)
        return min(noon, clock.now())


def _time_field() -> TextField:
    return TextField(
        "At what time?",
        required="Enter the time it happened, like 15:30",
        hint="This one is counted in hours. Like 15:30",
        called="The time",
        max_length=5,
        inputmode="numeric",
    )


class DatedForm(DatedMoment, Form):
    """That something of a kind in the catalogue happened: to whom, when, who says so, in words."""

    children = ChoicesField("Who is this about?", required="Choose who this is about")
    happened_on = DateField(
        "When did it happen?", required="Enter the day it happened", called="The day", not_future=True
    )
    happened_time = _time_field()
    on = DateField("Which day?", required="Give the day", called="The day")
    who = TextField(
        "Who was there, or who told you?",
        required="Say who was there, or who told you",
        hint="Like: Ellie, her mother and I",
        called="This",
        max_length=120,
    )
    words = WordsField("What happened?", required="Write what happened", called="What happened", rows=6)
    once = HiddenField()

    def ask_about(self, kind: str) -> None:
        """Shape the form for a kind of the catalogue: its day to come, and its time."""
        super().ask_about(kind)
        named_day = KINDS[kind].named_day
        if named_day:
            self.on.label.text = f"{named_day}?"
        elif self.on is not None:
            del self.on

    def offer(self, cases: Collection[CaseRow]) -> None:
        """Let the writer choose among these children."""
        self.children.choices = [Choice(case.reference, f"{case.name}, {case.age}") for case in cases]


class MoveForm(DatedMoment, Form):
    """Another date for what was recorded, and why. `seen`: the last correction that the page showed."""

    happened_on = DateField(
        "When did it really happen?", required="Enter the day it happened", called="The day", not_future=True
    )
    happened_time = _time_field()
    words = WordsField("Why does the date change?", required="Say why the date changes", called="This", rows=3)
    seen = HiddenVersion()
    once = HiddenField()


class TakeBackForm(Form):
    """That what was recorded never happened, and how it came to be recorded. `seen` as in `MoveForm`."""

    words = WordsField(
        "How did it come to be recorded?", required="Say how it came to be recorded", called="This", rows=3
    )
    seen = HiddenVersion()
    once = HiddenField()
