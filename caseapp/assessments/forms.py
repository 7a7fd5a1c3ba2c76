"""The assessment's form: its fields follow the catalogue and the children; and the choice between two texts."""

from collections.abc import Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

from caseapp.kernel.forms import Choice, ChoiceField, ChoicesField, Form, HiddenVersion, WordsField

from .catalogue import AFTER_CHILDREN, BEFORE_CHILDREN, FACTORS, OUTCOMES, VOICE
from .domain import Answers, Difference
from .queries import Child


def make_form(children: Sequence[Child], **options: Any) -> Form:
    """A form with a field for every part and, per child, own words, factors and outcome. Options as for `Form`."""
    fields: dict[str, Any] = {part.key: WordsField(part.heading, hint=part.hint) for part in BEFORE_CHILDREN}
    for child in children:
        fields[f"voice_{child.case_id}"] = WordsField(VOICE.heading.format(name=child.name), hint=VOICE.hint, rows=4)
    fields |= {part.key: WordsField(part.heading, hint=part.hint, rows=7) for part in AFTER_CHILDREN}
    for child in children:
        fields[f"factors_{child.case_id}"] = ChoicesField(f"Factors for {child.name}", choices=FACTORS)
        fields[f"outcome_{child.case_id}"] = ChoiceField(f"What happens next for {child.name}", choices=OUTCOMES)
    fields["version"] = HiddenVersion()
    return type("AssessmentForm", (Form,), fields)(**options)


def answers_of(form: Form) -> Answers:
    """What a form says, flat, without the version."""
    return {
        name: field.data if isinstance(field.data, list) else str(field.data or "")
        for name, field in form.own_fields()
        if name != "version"
    }


class StartForm(Form):
    """Which brothers and sisters the assessment is about too."""

    siblings = ChoicesField(
        "Who is it about?", hint="Brothers and sisters are assessed together unless there is a reason not to"
    )


def start_form(others: Sequence[Child], **options: Any) -> StartForm:
    """The start page's form, offering the other children of the family; nothing is ticked beforehand."""
    form = StartForm(**options)
    form.siblings.choices = [Choice(child.reference, child.name, child.age) for child in others]
    return form


class AnswerForm(Form):
    """The manager's answer."""

    answer = ChoiceField(
        "Your answer",
        choices={"authorise": "Authorise it", "send_back": "Send it back, and say what is missing"},
        required="Choose whether you authorise it or send it back",
    )
    words = WordsField("A word to the author", hint="Needed if you send it back", rows=3)
    late_reason = WordsField("Why is it late?", rows=2)
    version = HiddenVersion()


def read_choices(posted: MultiDict[str, str]) -> tuple[MultiDict[str, str], list[Difference]]:
    """What was posted with each choice between two texts carried out, and the parts for which none was made.

    A part with two texts posts `<name>_theirs`, `<name>_mine`, `<name>_keep` (theirs, mine or both) and `<name>`,
    the edited text.
    """
    settled, undecided = MultiDict(posted), []
    for name in [key.removesuffix("_theirs") for key in posted if key.endswith("_theirs")]:
        several = name.startswith("factors_")
        theirs, mine = (
            [v for v in posted.getlist(f"{name}_{whose}") if v or not several] for whose in ("theirs", "mine")
        )
        both = list(dict.fromkeys([*theirs, *mine])) if several else posted.getlist(name)
        kept = {"theirs": theirs, "mine": mine, "both": both}.get(posted.get(f"{name}_keep", ""))
        if kept is None:
            undecided.append(
                Difference(name, theirs if several else "".join(theirs[:1]), mine if several else "".join(mine[:1]))
            )
        settled.setlist(name, mine if kept is None else kept)
    return settled, undecided
