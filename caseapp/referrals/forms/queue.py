"""The forms around the queue: give a referral to a colleague, ask the referrer back, answer the hub."""

from collections.abc import Sequence
from typing import Any

from caseapp.kernel.forms import ChoiceField, Form, WordsField


class AskForm(Form):
    """What the hub wants to know from the referrer."""

    words = WordsField(
        "Your question",
        rows=4,
        hint="They read these words as they are. Write nothing that they should not know",
        required="Write what you want to know",
    )


class ToldForm(Form):
    """What the referrer said on the telephone."""

    words = WordsField("What they said, if you rang them", rows=3, required="Write what they said")


class BackForm(Form):
    """The referrer's answer to a question of the hub."""

    words = WordsField(
        "Your answer",
        rows=5,
        hint="If you do not know, say so: that helps too",
        required="Write your answer. If you do not know, say so",
    )


class GiveForm(Form):
    """Whom a referral is given to; made by `give_form`."""

    person = ChoiceField("Who takes it?", choices=(), required="Choose who takes it")


def give_form(members: Sequence[tuple[int, str]], *, fresh: bool = False) -> GiveForm:
    """The form with everybody who works in the hub; from the request, unless it is `fresh`."""
    field: Any = ChoiceField(
        "Who takes it?", choices={str(number): name for number, name in members}, required="Choose who takes it"
    )
    made: type[GiveForm] = type("GiveFormOfToday", (GiveForm,), {"person": field})
    return made(formdata=None) if fresh else made()
