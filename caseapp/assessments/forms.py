"""The assessment's form: its fields follow the catalogue and the children; and the choice between two texts."""

from collections.abc import Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

from caseapp.kernel import clock
from caseapp.kernel.forms import (
    YES_NO,
    Choice,
    ChoiceField,
    ChoicesField,
    DateField,
    Form,
    HiddenVersion,
    WordsField,
)

from .catalogue import AFTER_CHILDREN, BEFORE_CHILDREN, FACTORS, OUTCOMES, REVIEW_AGREED, VOICE
from .domain import Answers, Difference, ReviewGiven
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


class ReviewForm(Form):
    """A manager's look at an assessment on its way; `review_form` adds a question for each child."""

    reviewed_on = DateField(
        "When did you look at it?", required="Enter the day you looked at it", called="The day", not_future=True
    )
    looked_at = WordsField(
        "What did you look at, and what did you find?",
        hint="The text so far, the visits and notes, the child’s own words; what is missing",
        required="Say what you looked at, and what you found",
        rows=5,
    )
    agreed = ChoiceField("What did you agree?", choices=REVIEW_AGREED, required="Choose what you agreed")
    ready_on = DateField("By when will it be finished?", called="The day")
    not_seen = WordsField("Why was a child not seen, and when will that be?", rows=3)
    next_steps = WordsField(
        "What happens next?",
        hint="Who does what, and by when",
        required="Say what happens next: who does what, and by when",
        rows=4,
    )
    # How many looks the page showed.
    version = HiddenVersion()

    def given(self, children: Sequence[Child]) -> ReviewGiven:
        """What a valid form says."""
        return ReviewGiven(
            reviewed_on=self.reviewed_on.data,
            looked_at=self.looked_at.data,
            agreed=self.agreed.data,
            seen={child.case_id: self[f"seen_{child.case_id}"].data or "" for child in children},
            next_steps=self.next_steps.data,
            ready_on=self.ready_on.data,
            not_seen=self.not_seen.data or "",
        )


def review_form(children: Sequence[Child], **options: Any) -> ReviewForm:
    """The form of a look, with the question for each child whether the worker has seen them."""
    fields = {
        f"seen_{child.case_id}": ChoiceField(
            f"Has the worker seen {child.name}?", choices=YES_NO, required=f"Say whether {child.name} was seen"
        )
        for child in children
    }
    made: ReviewForm = type("ReviewForm", (ReviewForm,), fields)(**options)
    return made


def fresh_review(children: Sequence[Child], known: int) -> ReviewForm:
    """The empty form of a look today, on a page that showed `known` looks."""
    return review_form(children, formdata=None, data={"reviewed_on": clock.today(), "version": known})


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
