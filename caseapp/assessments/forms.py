"""The assessment's form: its fields follow the catalogue and the children; and the choice between two texts."""

from collections.abc import Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

from caseapp.deadlines.catalogue import LATE_REASONS
from caseapp.kernel import clock
from caseapp.kernel.forms import (
    YES_NO,
    Choice,
    ChoiceField,
    ChoicesField,
    DateField,
    Form,
    HiddenVersion,
    TextField,
    WordsField,
)
from caseapp.people.queries import FamilyRow

from .catalogue import (
    CONSENT,
    CONSENT_HOW,
    FACTORS,
    NOT_TOLD,
    REVIEW_AGREED,
    SCORES,
    STOPPED_BECAUSE,
    TOLD_HOW,
    VIEWS,
    Kind,
    Part,
)
from .domain import Answers, Consent, Difference, ReviewGiven, ToldGiven
from .queries import Child


def make_form(kind: Kind, children: Sequence[Child], **options: Any) -> Form:
    """A form with a field for every part of this kind and, per child, parts of their own, factors and outcome. Options
    as for `Form`."""
    fields: dict[str, Any] = {part.key: _words(part) for part in kind.before}
    for child in children:
        fields |= {f"{part.key}_{child.case_id}": _words(part, child.name) for part in kind.for_child}
    fields |= {part.key: _words(part) for part in (*kind.around, *kind.meaning, *kind.sources)}
    for area, words in kind.areas.items():
        fields[f"score_{area}"] = ChoiceField(f"{words}: score", choices=SCORES)
        fields[f"score_by_{area}"] = TextField(f"{words}: who gave this score")
    for child in children:
        if kind.with_factors:
            fields[f"factors_{child.case_id}"] = ChoicesField(f"Factors for {child.name}", choices=FACTORS)
        fields[f"outcome_{child.case_id}"] = ChoiceField(f"What happens next for {child.name}", choices=kind.outcomes)
    fields["version"] = HiddenVersion()
    return type("AssessmentForm", (Form,), fields)(**options)


def _words(part: Part, name: str = "") -> Any:
    return WordsField(part.heading.format(name=name), hint=part.hint, rows=part.rows)


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

    @property
    def given(self) -> Consent | None:
        """What the family said, where it was asked."""
        return None


class StartByConsentForm(StartForm):
    """The same for family help, which the family agrees to."""

    consent = ChoiceField(
        "Does the family agree to this assessment?",
        choices=CONSENT,
        required="Say whether the family agrees",
        hint="Family help needs the family’s agreement. If they say no, record that: nothing is written then",
    )
    consent_by = TextField("Who said so?", hint="Name, and what they are to the children")
    consent_on = DateField("When?", not_future=True, called="the day they said so")
    consent_how = ChoiceField("How did they agree?", choices=CONSENT_HOW)

    @property
    def given(self) -> Consent | None:
        """What the family said."""
        return Consent(
            self.consent.data or "", self.consent_by.data or "", self.consent_on.data, self.consent_how.data or ""
        )


def start_form(kind: Kind, others: Sequence[Child], **options: Any) -> StartForm:
    """The start page's form, offering the other children of the family; nothing is ticked beforehand."""
    form = (StartByConsentForm if kind.by_consent else StartForm)(**options)
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
    late_code = ChoiceField("Why is it late?", choices=LATE_REASONS)
    late_reason = WordsField("More about why it is late", rows=2)
    version = HiddenVersion()


class StopForm(Form):
    """Why an assessment of family help stops before its end."""

    because = ChoiceField(
        "Why does it stop?",
        choices={key: words for key, words in STOPPED_BECAUSE.items() if key != "refused"},
        required="Choose why it stops",
    )
    words = WordsField(
        "What was the family told, and who helps them now?",
        required="Say what the family was told, and who helps them now",
        rows=4,
    )


class ChildrenForm(Form):
    """Who joins an assessment, and whose case has closed."""

    joining = ChoicesField("Who joins the assessment?")
    leaving = ChoicesField("Who is left out?", hint="Their case is closed. What was written of them is kept")


def children_form(joining: Sequence[Child], leaving: Sequence[Child], **options: Any) -> ChildrenForm:
    """The form with the children who may join and who may be left out."""
    form = ChildrenForm(**options)
    form.joining.choices = [Choice(child.reference, child.name, child.age) for child in joining]
    form.leaving.choices = [Choice(child.reference, child.name, child.age) for child in leaving]
    return form


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


class ToldForm(Form):
    """That somebody of the family was told of an assessment, or why not; and what they say to it."""

    who = ChoiceField("Who is this about?", required="Choose who this is about")
    was_told = ChoiceField("Have they been told?", choices=YES_NO, required="Say whether they have been told")
    told_on = DateField("When?", not_future=True, called="The day")
    how = ChoiceField("How?", choices=TOLD_HOW)
    told_by = TextField("Who told them?", max_length=120)
    view = ChoiceField("What do they say to it?", choices=VIEWS)
    words = WordsField("In their own words", hint="It stands beside the assessment for everybody who reads it", rows=4)
    not_told = ChoiceField(
        "If not, why not?", choices={key: words[0].upper() + words[1:] for key, words in NOT_TOLD.items()}
    )

    @property
    def given(self) -> ToldGiven:
        """What a valid form says."""
        return ToldGiven(
            was_told=self.was_told.data == "yes",
            told_on=self.told_on.data,
            how=self.how.data or "",
            told_by=self.told_by.data or "",
            not_told=self.not_told.data or "",
            view=self.view.data or "",
            words=self.words.data or "",
        )


def told_form(people: Sequence[FamilyRow], **options: Any) -> ToldForm:
    """The form with the people of the family."""
    form = ToldForm(**options)
    form.who.choices = [Choice(row.reference, row.name, row.relationship or row.age) for row in people]
    return form


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
