"""The forms of a case: a note, another wording of it, a visit, what a new contact changes, what happened by its
date."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict
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
    ValidationError,
    WordsField,
)

from .catalogue import (
    ANNOUNCED,
    BEDROOM,
    CHANGES,
    CORRECTION_ANSWERS,
    DOCUMENT_KINDS,
    ENTRY_KINDS,
    GROUP_ANSWERS,
    NOT_TOLD,
    NOTE_KINDS,
    SEEN_WORDS,
    TOLD_HOW,
    VISIT_KINDS,
    VISIT_PLACES,
    WHY_NOT_ALONE,
    WHY_NOT_SEEN,
)
from .domain.childs_page import FamilyGroupFacts, Narrowed
from .domain.visits import LONGEST_LINE, NOT_ALONE, NOT_SEEN, ChildPart, VisitTold
from .queries import CaseRow


class NoteForm(HappenedAt, Form):
    """What happened, when, and which of the family's children it is about."""

    children = ChoicesField("Who is this about?", required="Choose who the note is about")
    kind = ChoiceField("What was it?", choices=NOTE_KINDS)
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
    significant = ChoicesField(
        "In the chronology", choices={"yes": "Mark it: whoever reads the chronology must not miss it"}
    )
    once = HiddenField()

    def offer(self, cases: Collection[CaseRow]) -> None:
        """Let the writer choose among these children."""
        self.children.choices = [Choice(case.reference, f"{case.name}, {case.age}") for case in cases]


class ChronologyForm(Form):
    """What of a chronology is shown: read from the address, which holds keys and days, never a name."""

    since = DateField("From", called="The first day")
    until = DateField("To", called="The last day")
    kind = ChoiceField(
        "What",
        choices=[Choice("", "Everything"), *(Choice(key, words) for key, (words, _) in ENTRY_KINDS.items())],
    )
    source = ChoiceField("Who wrote it down")
    who = ChoiceField("About", choices=[Choice("", "This child"), Choice("family", "The whole family")])
    show = ChoiceField("Which", choices=[Choice("", "All entries"), Choice("important", "Significant ones")])

    def __init__(self, sources: Mapping[str, str]) -> None:
        super().__init__(formdata=request.args)
        self.sources = sources
        self.source.choices = [Choice("", "All agencies"), *(Choice(key, name) for key, name in sources.items())]

    def validate_until(self, field: Any) -> None:
        """The last day is not before the first."""
        if field.data and self.since.data and field.data < self.since.data:
            raise ValidationError("The last day is before the first")

    @property
    def narrowed(self) -> Narrowed:
        """What a valid form asks for."""
        return Narrowed(
            kind=self.kind.data or "",
            source=self.source.data or "",
            family=self.who.data == "family",
            since=self.since.data,
            until=self.until.data,
            important=self.show.data == "important",
            earlier=True,
        )

    @property
    def address(self) -> dict[str, Any]:
        """What was chosen, to carry along in an address."""
        return {name: value for name, value in self.raw.items() if value and value != [""]}

    @property
    def words(self) -> list[str]:
        """What was chosen, for whoever reads a print of it."""
        said = (
            "the whole family" if self.who.data == "family" else "",
            ENTRY_KINDS[self.kind.data][0].lower() if self.kind.data else "",
            f"written down by {self.sources[self.source.data]}" if self.source.data else "",
            f"from {self.since.data:%-d %B %Y}" if self.since.data else "",
            f"to {self.until.data:%-d %B %Y}" if self.until.data else "",
            "significant entries only" if self.show.data == "important" else "",
        )
        return [words for words in said if words]


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


# ---------------------------------------------------------------- visits

_VISIT_FIELDS: dict[str, Any] = {
    "happened_on": lambda: DateField(
        "When was it?", required="Enter the day of the visit", called="The day", not_future=True
    ),
    "happened_time": lambda: TextField(
        "At what time?",
        required="Enter the time of the visit, like 15:30",
        hint="About is good enough, like 15:30",
        called="The time",
        max_length=5,
        inputmode="numeric",
    ),
    "kind": lambda: ChoiceField(
        "What was it for?",
        choices=[Choice("", "Choose"), *(Choice(key, words) for key, words in VISIT_KINDS.items())],
        required="Choose what the visit was for",
    ),
    "place": lambda: ChoiceField("Where was it?", choices=VISIT_PLACES, required="Choose where it was"),
    "place_words": lambda: TextField(
        "Where?", hint="Like: at their grandmother’s. No address that is kept secret", max_length=LONGEST_LINE
    ),
    "announced": lambda: ChoiceField(
        "Did they know you were coming?", choices=ANNOUNCED, required="Choose whether they knew"
    ),
    "who": lambda: TextField(
        "Who was there?",
        required="Say who was there",
        hint="Like: their mother and I; their grandmother came later",
        called="This",
        max_length=LONGEST_LINE,
    ),
    "words": lambda: WordsField(
        "What happened, and what did you see?",
        required="Write what happened, and what you saw",
        hint="This stands in the record of every child that the visit was about. What is about one child goes below.",
        called="What happened",
        rows=6,
    ),
    "adults_said": lambda: WordsField(
        "What did the parents or carers say?",
        hint="In their words, if you can. Leave it out if they were not there.",
        rows=3,
    ),
}


def _child_fields(child: CaseRow) -> dict[str, Any]:
    """The fields of one child's part: its case's number stands in their names."""
    name, number = child.called, child.id
    return {
        f"seen_{number}": ChoiceField(
            f"Did you see {name}?", choices=SEEN_WORDS, required=f"Say whether you saw {name}"
        ),
        f"not_alone_{number}": ChoiceField(f"Why not alone with {name}?", choices=WHY_NOT_ALONE),
        f"not_seen_{number}": ChoiceField(f"Why did you not see {name}?", choices=WHY_NOT_SEEN),
        f"bedroom_{number}": ChoiceField(f"Did you see where {name} sleeps?", choices=BEDROOM),
        f"said_{number}": WordsField(f"{name}’s own words", hint="As said, nothing added.", rows=2),
        f"heard_by_{number}": TextField("Who heard it?", hint="You, or whoever told you", max_length=LONGEST_LINE),
        f"words_{number}": WordsField(
            f"What else is about {name} alone?", hint="It stands in no brother’s or sister’s record.", rows=3
        ),
    }


_OF_A_PART = ("seen", "bedroom", "said", "heard_by", "words")


def visit_form(children: Sequence[CaseRow], *, changing: bool = False, **options: Any) -> Any:
    """The form of a visit, with a part for each of these children; `changing`: one that is written down already. The
    other options as for `Form`."""
    fields: dict[str, Any] = {name: make() for name, make in _VISIT_FIELDS.items()}
    for child in children:
        fields |= _child_fields(child)
    fields["next_on"] = DateField(
        "When do you go next?",
        hint="Needed if a child was not seen, or not seen alone. The clock of the visits then ends on that day, if its "
        "rule does not end it before.",
        called="The day",
    )
    if changing:
        fields["why"] = WordsField("Why does it change?", required="Say why it changes", called="This", rows=2)
    fields["version"] = HiddenVersion()
    fields["once"] = HiddenField()
    return type("VisitForm", (HappenedAt, Form), fields)(**options)


def visit_of(form: Any, children: Sequence[CaseRow]) -> VisitTold:
    """What a valid form of a visit tells."""
    shared = {name: form[name].data or "" for name in _VISIT_FIELDS if not name.startswith("happened_")}
    parts = tuple(_part_of(form, child.id) for child in children)
    return VisitTold(happened_at=form.happened_at, next_on=form.next_on.data, parts=parts, **shared)


def _part_of(form: Any, number: int) -> ChildPart:
    given = {name: form[f"{name}_{number}"].data or "" for name in _OF_A_PART}
    reasons = {NOT_ALONE: f"not_alone_{number}", NOT_SEEN: f"not_seen_{number}"}
    reason = reasons.get(given["seen"])
    return ChildPart(number, why_not=(form[reason].data or "") if reason else "", **given)


def visit_data(told: VisitTold) -> dict[str, Any]:
    """A visit as the form shows it."""
    local = clock.to_london(told.happened_at)
    shared = {name: getattr(told, name) for name in _VISIT_FIELDS if not name.startswith("happened_")}
    data: dict[str, Any] = {
        "happened_on": local.date(),
        "happened_time": f"{local:%H:%M}",
        "next_on": told.next_on,
        **shared,
    }
    for part in told.parts:
        data |= {f"{name}_{part.case_id}": getattr(part, name) for name in _OF_A_PART}
        reason = {NOT_ALONE: "not_alone", NOT_SEEN: "not_seen"}.get(part.seen)
        if reason:
            data[f"{reason}_{part.case_id}"] = part.why_not
    return data


# What a form carries beside what was typed.
_CARRIED = ("version", "once", "why")


def typed_in(form: Any) -> dict[str, Any]:
    """What was typed, as a draft keeps it."""
    return {name: value for name, value in form.raw.items() if name not in _CARRIED}


@dataclass(frozen=True)
class TwoAnswers:
    """A question that two pages answered differently: both answers in words, and as they are posted."""

    name: str
    label: str
    prose: bool
    theirs: str
    mine: str
    theirs_raw: Mapping[str, Any]
    mine_raw: Mapping[str, Any]


def two_answers(theirs: Any, mine: Any) -> list[TwoAnswers]:
    """The questions that two forms of one visit answer differently, in the order of the page."""
    found = []
    for name, field in mine.own_fields():
        other = theirs._fields.get(name)
        if name in _CARRIED or other is None or _plain(field) == _plain(other):
            continue
        prose = isinstance(field, WordsField)
        texts = (_in_words(other), _in_words(field))
        found.append(TwoAnswers(name, field.label.text, prose, *texts, other.as_typed(), field.as_typed()))
    return found


def _plain(field: Any) -> dict[str, str]:
    return {name: str(value).replace("\r\n", "\n").strip() for name, value in field.as_typed().items()}


def _in_words(field: Any) -> str:
    chosen = [choice.label for choice in field.choices_list if choice.checked]
    if chosen or field.choices_list:
        return ", ".join(chosen)
    return " ".join(str(value) for value in field.as_typed().values() if value)


def settle_answers(posted: MultiDict[str, str]) -> tuple[MultiDict[str, str], list[str]]:
    """What was posted with each choice between two answers carried out, and the names of those for which none was
    made: these stand as one's own. Posted: `<name>_keep` is theirs, mine or both, `theirs:<field>` and `mine:<field>`
    what each posts, and `<name>` the text edited from both."""
    settled, undecided = MultiDict(posted), []
    for name in posted.getlist("two_answers"):
        keep = posted.get(f"{name}_keep", "")
        whose = keep if keep in ("theirs", "mine") else "mine"
        if keep not in ("theirs", "mine", "both"):
            undecided.append(name)
        if keep == "both":
            continue
        for key in [each for each in posted if each.startswith(f"{whose}:{name}:")]:
            settled[key.split(":", 2)[2]] = posted[key]
    return settled, undecided


class TellingForm(Form):
    """How one person was told of a decision, or why not; left alone, nothing is said of them."""

    how = ChoiceField(
        "How were they told?",
        choices=[
            Choice("", "Not written down yet"),
            *(Choice(f"how:{key}", f"Told {words}") for key, words in TOLD_HOW.items()),
            *(Choice(f"not:{key}", f"Not told: {words[0].lower()}{words[1:]}") for key, words in NOT_TOLD.items()),
        ],
    )
    told_on = DateField("When?", called="The day", not_future=True)
    told_by = TextField("By whom?", max_length=160)

    @property
    def chosen(self) -> tuple[str | None, str | None]:
        """How, and why not: one of the two, or neither."""
        kind, _, key = (self.how.data or "").partition(":")
        return (key, None) if kind == "how" else (None, key) if kind == "not" else (None, None)

    def validate_told_on(self, field: Any) -> None:
        """Who was told was told on a day."""
        if self.chosen[0] and field.data is None:
            raise ValidationError("Enter the day they were told")


class CorrectionForm(Form):
    """What somebody of the family says is wrong."""

    said_by = TextField("Who says so?", required="Say who says so", hint="Like: Kirsty, the mother", max_length=160)
    words = WordsField("What do they say is wrong?", required="Write what they say is wrong, in their words")
    asked_on = DateField(
        "When did they say it?", required="Enter the day they said it", called="The day", not_future=True
    )
    once = HiddenField()


class AnswerCorrectionForm(Form):
    """What was done about it."""

    answer = ChoiceField("What is done?", choices=CORRECTION_ANSWERS, required="Choose what was done")
    words = WordsField(
        "What will you tell them?",
        required="Say what was changed, or why it stands",
        hint="The family reads this. Both texts stay beside each other.",
    )


class FamilyGroupForm(Form):
    """Family group decision-making: as far as it has come, or why not."""

    children = ChoicesField("For whom?", required="Choose for whom it is")
    offered_on = DateField("When was it offered?", called="The day", not_future=True)
    offered_to = TextField("To whom was it offered?", hint="Like: Kirsty, and her mother Pauline", max_length=300)
    answer = ChoiceField("What did they say?", choices=[Choice("", "Nothing yet"), *GROUP_ANSWERS.items()])
    answered_on = DateField("When did they say it?", called="The day", not_future=True)
    held_on = DateField("When did the family meet?", called="The day", not_future=True)
    plan = WordsField("What is the family’s plan?", rows=6)
    why_not = WordsField("Not offered: why is it not in the child’s interests?", rows=3)
    version = HiddenVersion()
    once = HiddenField()

    @property
    def facts(self) -> FamilyGroupFacts:
        """What the form says."""
        return FamilyGroupFacts(
            self.offered_on.data,
            (self.offered_to.data or "").strip(),
            self.answer.data or "",
            self.answered_on.data,
            self.held_on.data,
            self.plan.data or "",
            self.why_not.data or "",
        )


class FileForm(Form):
    """What a file is."""

    kind = ChoiceField("What is it?", choices=DOCUMENT_KINDS, required="Choose what it is")
    dated_on = DateField("What day does it bear?", required="Enter the day it bears", called="The day", not_future=True)
    source = TextField("Who does it come from?", required="Say who it comes from", max_length=160)
