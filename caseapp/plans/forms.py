"""The forms of plans: their fields follow the catalogue, the children, and the people around the family."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import HiddenField

from caseapp.accounts.queries import ProfessionalRow
from caseapp.cases.queries import CaseRow
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
    WholeNumberField,
    WordsField,
)
from caseapp.people.queries import FamilyRow

from .catalogue import AREAS, CAME, CHOSEN_ENDS, MEETINGS, OUTCOMES, PARTS, RATINGS, STAGES, PlanKind
from .commands import ActionGiven, PersonThere
from .domain import DONE, DROPPED, HIGHEST, LOWEST
from .queries import ActionRow, ChildOn, MemberRow, PlanPage

FAMILY, OTHER, WHOLE = "family", "other", "whole"


class BeginForm(Form):
    """For whom a plan begins, from when, and the family's yes."""

    children = ChoicesField("Who is the plan for?", required="Choose who the plan is for")
    started_on = DateField("When does it begin?", required="Enter the day it begins", called="The day", not_future=True)
    agreed_by = TextField(
        "Who of the family said yes?", hint="Family help needs their yes. Like: Kirsty Marsden, mother", max_length=200
    )
    agreed_on = DateField("When did they say yes?", called="The day", not_future=True)
    aim = WordsField(PARTS[0].heading, hint=f"{PARTS[0].hint}. It can be written later", rows=4)
    once = HiddenField()

    def offer(self, kind: PlanKind, cases: Collection[CaseRow]) -> None:
        """Let the writer choose among these children; the family's yes is asked where the kind needs it."""
        self.children.choices = [Choice(case.reference, f"{case.name}, {case.age}") for case in cases]
        if not kind.agreed:
            del self.agreed_by, self.agreed_on


class WordsForm(Form):
    """The words of a plan, a field for each part of the catalogue."""

    version = HiddenVersion()


def words_form(**options: Any) -> Form:
    """The form of a plan's words. Options as for `Form`."""
    fields = {part.key: WordsField(part.heading, hint=part.hint, rows=5) for part in PARTS}
    return type("PlanWordsForm", (WordsForm,), fields)(**options)


def read_choices(posted: MultiDict[str, str]) -> tuple[MultiDict[str, str], list[str]]:
    """What was posted with each choice between two texts carried out, and the parts for which none was made."""
    settled, undecided = MultiDict(posted), []
    for name in [key.removesuffix("_theirs") for key in posted if key.endswith("_theirs")]:
        texts = {"theirs": posted.get(f"{name}_theirs", ""), "mine": posted.get(f"{name}_mine", "")}
        texts["both"] = posted.get(name, "")
        keep = posted.get(f"{name}_keep", "")
        if keep not in texts:
            undecided.append(name)
        settled[name] = texts.get(keep, texts["mine"])
    return settled, undecided


class ActionForm(Form):
    """An action: what, for whom, how we know, who does it by when."""

    what = WordsField(
        "What will be done?",
        required="Say what will be done",
        hint="One thing, so that everybody can see whether it is done",
        rows=3,
    )
    child = ChoiceField("For whom?", required="Choose for whom it is")
    measure = WordsField(
        "How will we know that it helped?",
        required="Say how everyone will know that it helped",
        hint="Like: in school on time, four days of five",
        rows=2,
    )
    owner = ChoiceField("Who does it?", required="Choose who does it")
    owner_name = TextField("Their name, and what they are to the family", max_length=200)
    due_on = DateField("By when?", required="Give the day by which it will be done", called="The day")
    once = HiddenField()
    version = HiddenVersion()

    def offer(self, children: Iterable[ChildOn], members: Iterable[MemberRow], people: Iterable[FamilyRow]) -> None:
        """Let the writer choose among these children, the team, and the family."""
        self.child.choices = [
            Choice(WHOLE, "The whole family"),
            *(Choice(str(child.case_id), child.name) for child in children),
        ]
        self.owner.choices = [
            *(
                Choice(f"p{m.professional_id}", m.name, f"{m.part}, {m.agency}")
                for m in members
                if m.professional_id is not None and m.to_on is None
            ),
            *(Choice(f"f{row.person_id}", row.name, row.relationship or "of the family") for row in people),
            Choice(OTHER, "Somebody else"),
        ]

    def show(self, action: ActionRow) -> None:
        """Fill in what the action says."""
        owner = OTHER
        if action.owner_professional_id is not None:
            owner = f"p{action.owner_professional_id}"
        elif action.owner_person_id is not None:
            owner = f"f{action.owner_person_id}"
        self.process(
            data={
                "what": action.what,
                "measure": action.measure,
                "child": str(action.case_id or WHOLE),
                "owner": owner,
                "owner_name": action.owner if owner == OTHER else "",
                "due_on": action.due_on,
                "version": action.version,
            }
        )

    @property
    def given(self) -> ActionGiven:
        """The action of a valid form."""
        owner = self.owner.data
        number = int(owner[1:]) if owner != OTHER else None
        return ActionGiven(
            what=self.what.data,
            measure=self.measure.data,
            due_on=self.due_on.data,
            case_id=None if self.child.data == WHOLE else int(self.child.data),
            owner_professional_id=number if owner.startswith("p") else None,
            owner_person_id=number if owner.startswith("f") else None,
            owner_name=self.owner_name.data or "",
        )


class DoneForm(Form):
    """What became of an action."""

    state = ChoiceField("What became of it?", choices={DONE: "It is done"}, required="Choose what became of it")
    on = DateField("When?", required="Enter the day", called="The day", not_future=True)
    evidence = WordsField(
        "What shows it?", hint="What you saw, or what somebody told you. It is not done without", rows=4
    )
    said_by = TextField("Who says so?", hint="Leave it empty if you say so yourself", max_length=200)
    version = HiddenVersion()

    def offer(self, *, writes: bool) -> None:
        """Whoever works with the family may also say that it is not needed any more."""
        if writes:
            self.state.choices = {DONE: "It is done", DROPPED: "It is not needed any more"}


class JoinForm(Form):
    """Another child of the family on the plan."""

    children = ChoiceField("Who joins the plan?", required="Choose who joins the plan")
    from_on = DateField("From when?", required="Enter the day", called="The day", not_future=True)

    def offer(self, cases: Collection[CaseRow]) -> None:
        """Let the writer choose among these children."""
        self.children.choices = [Choice(case.reference, f"{case.name}, {case.age}") for case in cases]


class MemberForm(Form):
    """Somebody who joins the group: from a list, or by name."""

    who = ChoiceField("Who joins?", required="Choose who joins")
    name = TextField("Their name", max_length=200)
    agency = TextField("Whom do they work for, or what are they to the family?", max_length=200)
    part = TextField(
        "What do they do for the family?",
        required="Say what they do for the family",
        hint="Like: Ellie’s class teacher",
        called="This",
        max_length=200,
    )
    from_on = DateField("From when?", required="Enter the day", called="The day", not_future=True)

    def offer(self, people: Sequence[ProfessionalRow] | None, family: Sequence[FamilyRow] | None) -> None:
        """Let the writer choose among professionals of an agency, or the family; without either it is a name."""
        if people is None and family is None:
            del self.who
            return
        del self.name, self.agency
        listed = [Choice(f"p{row.id}", row.name, row.title) for row in people or ()]
        listed += [Choice(f"f{row.person_id}", row.name, row.relationship or "of the family") for row in family or ()]
        self.who.choices = listed


class EndMemberForm(Form):
    """Somebody leaves the group."""

    on = DateField("From when are they not in it?", required="Enter the day", called="The day", not_future=True)


class MeetingForm(HappenedAt, Form):
    """A meeting, written down once."""

    kind = ChoiceField("What was it?", choices=MEETINGS, required="Choose what it was")
    outcome = ChoiceField("What becomes of the plan?", choices=OUTCOMES)
    happened_on = DateField("When was it?", required="Enter the day of the meeting", called="The day", not_future=True)
    happened_time = TextField(
        "At what time did it begin?",
        required="Enter the time, like 15:30",
        called="The time",
        max_length=5,
        inputmode="numeric",
    )
    people = WordsField(
        "Who else was asked or came?",
        hint="One on each line: name, agency. They are written down as having come",
        rows=2,
    )
    words = WordsField(
        "What was talked about?",
        required="Write what was talked about",
        hint="What went well, what is still hard",
        rows=6,
    )
    family_words = WordsField(
        "What did the family say?",
        required="Write what the family said, in their words",
        hint="Parents and children, as they said it",
        rows=4,
    )
    next_on = DateField("When do you meet next?", called="The day", hint="Leave it empty if that is not fixed")
    once = HiddenField()

    def validate_outcome(self, field: ChoiceField) -> None:
        """A review says what becomes of the plan."""
        if self.kind.data == "review" and not field.data:
            raise ValidationError("Choose what becomes of the plan")

    @property
    def decisions(self) -> dict[int, str]:
        """What was decided, by case."""
        return {int(name[8:]): field.data or "" for name, field in self.own_fields() if name.startswith("decided_")}

    def there(self, members: Iterable[MemberRow]) -> list[PersonThere]:
        """Who was asked, and who came."""
        rows = [PersonThere(m.name, m.agency, self[f"came_{m.id}"].data or "", m.id) for m in members]
        for line in (self.people.data or "").splitlines():
            name, _, agency = line.partition(",")
            if name.strip():
                rows.append(PersonThere(name.strip()[:200], agency.strip()[:200] or "Not said", "came"))
        return rows


def meeting_form(plan: PlanPage, **options: Any) -> MeetingForm:
    """The form of a meeting of this plan: whether each member came, what was decided for each child."""
    fields: dict[str, Any] = {
        f"came_{m.id}": ChoiceField(
            f"{m.name}, {m.agency}", choices=CAME, required=f"Say whether {m.name} came", called=m.name
        )
        for m in plan.group
    }
    fields |= {f"decided_{c.case_id}": WordsField(f"What was decided for {c.called}?", rows=2) for c in plan.on_it}
    return type("PlanMeetingForm", (MeetingForm,), fields)(**options)


class ScoreForm(Form):
    """The family's own scores."""

    stage = ChoiceField("When is this?", choices=STAGES, required="Choose when this is")
    told_on = DateField("On which day?", required="Enter the day", called="The day", not_future=True)
    told_by = TextField(
        "Who of the family gives these scores?",
        required="Say who of the family gave these scores",
        hint="Like: Kirsty and Ellie together",
        called="This",
        max_length=200,
    )
    words = WordsField("What did they say about it?", rows=3)
    once = HiddenField()

    @property
    def scores(self) -> dict[str, int]:
        """The scores given, by area."""
        return {area: self[area].data for area in AREAS if self[area].data is not None}


def score_form(**options: Any) -> ScoreForm:
    """The form of the family's scores. Options as for `Form`."""
    fields = {
        area: WholeNumberField(words, lowest=LOWEST, highest=HIGHEST, called=words) for area, words in AREAS.items()
    }
    return type("PlanScoreForm", (ScoreForm,), fields)(**options)


class CloseForm(Form):
    """Why a plan ends."""

    reason = ChoiceField("Why does it end?", choices=CHOSEN_ENDS, required="Choose why the plan ends")
    ended_on = DateField("On which day?", required="Enter the day", called="The day", not_future=True)
    words = WordsField(
        "What has changed, and what stays hard?",
        required="Say what has changed, and what stays hard",
        hint="In plain words: the family reads it",
        called="This",
        rows=5,
    )
    # How many actions were still open on the page.
    version = HiddenVersion()


class AskForm(Form):
    """A link for the family: what opens it."""

    opened_by = ChoiceField(
        "What opens the link?",
        choices={"born": "The birth date of the eldest child on the plan", "word": "A word that you agree with them"},
        required="Choose what opens the link",
    )
    word = TextField("The word", hint="Say it to them, do not write it beside the link", max_length=60)


class BornForm(Form):
    """Opens an exit survey with a birth date."""

    proof = DateField(
        "The birth date you agreed with us", required="Enter the date", called="The date", hint="For example 27 3 2014"
    )


class WordForm(Form):
    """Opens an exit survey with a word."""

    proof = TextField("The word you agreed with us", required="Enter the word", called="The word", max_length=60)


class AnswerFields:
    """What a family says of the help."""

    rating = WholeNumberField(
        "How much did the help change for you?",
        lowest=1,
        highest=10,
        required="Choose a number from 1 to 10",
        hint=f"1: {RATINGS[1]}. 10: {RATINGS[10]}",
    )
    words = WordsField("What was good, and what should we do differently?", hint="You can leave this empty", rows=5)


class BornAnswerForm(AnswerFields, BornForm):
    """The answer, with the birth date that opened it."""


class WordAnswerForm(AnswerFields, WordForm):
    """The answer, with the word that opened it."""


OPENERS: dict[str, tuple[type[Form], type[Form]]] = {
    "born": (BornForm, BornAnswerForm),
    "word": (WordForm, WordAnswerForm),
}
