"""The forms of a person's page: what is recorded, corrected, ended, and where people live."""

import hashlib
import json
from collections.abc import Collection, Sequence
from typing import Any

from wtforms import HiddenField

from caseapp.kernel.forms import (
    YES_NO,
    Choice,
    ChoiceField,
    ChoicesField,
    DateField,
    Field,
    Form,
    HiddenVersion,
    PhoneField,
    PostcodeField,
    TextField,
    ValidationError,
    WordsField,
)

from .catalogue import ANSWERS_OF_RECORDS, DIFFERENT, NOT_SURE, RESTRICTIONS, SAME
from .domain.register import (
    DISABILITIES,
    ETHNICITIES,
    HOW_KNOWN,
    KINDS,
    MOVES,
    NAME_KINDS,
    NUMBER_ENDS,
    NUMBER_KINDS,
    RELATIONSHIP_ENDS,
    SEXES,
    STAY_KINDS,
    TO_TELL,
    WAYS,
)
from .queries import Near

SOMEBODY_ELSE = "somebody_else"
_NOT_SAID = (Choice("", "Not recorded"),)


def _said_by() -> TextField:
    return TextField(
        "Who says so?",
        required="Say who told you, or where you read it",
        hint="Like: her mother, on the phone; the GP’s letter of 3 November",
        called="This",
    )


class LinkForm(Form):
    """What a person says of this record and another one."""

    other = TextField(
        "The other record", max_length=20, required="Write the reference of the other record", hint="Like P-7K4M-2Q9X"
    )
    answer = ChoiceField(
        "Are they the same person?", choices=ANSWERS_OF_RECORDS, required="Choose whether they are the same"
    )
    words = WordsField("What you go by", rows=2, required="Write what you go by")


class UnlinkForm(Form):
    """Why an answer is taken back, or a restriction ends."""

    words = TextField("Why", max_length=2000, required="Write why")


class RestrictForm(Form):
    """Who alone may see a record, and why."""

    reason = ChoiceField("Why it is restricted", choices=RESTRICTIONS, required="Choose why it is restricted")
    words = WordsField("What this is about", rows=2, required="Write why only named people may see it")
    ring = TextField(
        "Whom the hub rings about it",
        max_length=200,
        hint="Name and number. Everybody in the hub reads “Confidential information is held: ring ...”",
        required="Write whom the hub rings about it, and the number",
    )
    readers = WordsField(
        "Who may see it",
        rows=4,
        hint="One e-mail address on each line: the worker, their manager. You are among them",
        required="Name at least one person who works with the child",
    )


class DoubleForm(Form):
    """What a person says of two records that may be one child."""

    answer = ChoiceField(
        "Is it the same child?",
        choices=(
            Choice(SAME, "The same child", "Both records stay, linked. It can be taken back"),
            Choice(DIFFERENT, "Different children", "They are not suggested together again"),
            Choice(NOT_SURE, "Not sure", "They stay on the list, behind the others"),
        ),
        required="Choose whether it is the same child",
    )
    words = WordsField(
        "What you go by", rows=2, hint="Whom you asked, or what you compared", required="Write what you go by"
    )


class RecordForm(Form):
    """What every form here carries: the version of the record that its page showed."""

    def drawn(self) -> list[tuple[str, Field]]:
        """Each field with the macro that draws it, in page order."""
        return [(_macro_of(field), field) for _, field in self.own_fields()]


def _macro_of(field: Field) -> str:
    kinds: Sequence[tuple[type[Field], str]] = (
        (HiddenVersion, "hidden"),
        (DateField, "date"),
        (ChoicesField, "checkboxes"),
        (ChoiceField, "radios"),
        (WordsField, "words"),
    )
    found = next((name for kind, name in kinds if isinstance(field, kind)), "text")
    return "select" if found == "radios" and len(field.choices_list) > 8 else found


class NameForm(RecordForm):
    """A name: what it is, and what becomes of the one there now."""

    first = TextField("First name", max_length=80)
    middle = TextField("Middle names", max_length=80)
    last = TextField("Last name", max_length=80)
    kind = ChoiceField(
        "What is this name?",
        choices={key: words for key, words in NAME_KINDS.items() if key != "mistaken"},
        required="Choose what this name is",
    )
    becomes = ChoiceField(
        "What becomes of the name that is there now?",
        choices={key: words for key, words in NAME_KINDS.items() if key != "known"},
        hint="Only if this one takes its place. It is kept either way",
    )
    from_on = DateField("Since when?", hint="If you know", not_future=True, called="The day")
    said_by = _said_by()
    version = HiddenVersion()

    def validate_becomes(self, field: ChoiceField) -> None:
        """It is asked only where a name takes another's place."""
        if self.kind.data == "known" and not field.data:
            raise ValidationError("Choose what becomes of the name that is there now")

    def validate_first(self, field: TextField) -> None:
        """One of the two is a name."""
        if not field.data and not self.last.data:
            raise ValidationError("Write the first name or the last name")


class FactsForm(RecordForm):
    """The single facts about a person, as they stand, to be corrected."""

    born_on = DateField("Date of birth", not_future=True, called="The date of birth")
    born_estimated = ChoiceField("Is that date a guess?", choices=YES_NO)
    expected_on = DateField("Expected date, of a baby not born yet", called="The expected date")
    sex = ChoiceField("Sex", choices=SEXES, required="Choose one")
    ethnicity = ChoiceField(
        "Ethnicity", choices=[*_NOT_SAID, *(Choice(key, words) for key, words in ETHNICITIES.items())]
    )
    disabilities = ChoicesField("Disability", choices=DISABILITIES)
    first_language = TextField("First language", max_length=80)
    other_languages = TextField("Other languages", max_length=200)
    interpreter_needed = ChoiceField("Is an interpreter needed?", choices=YES_NO, required="Choose yes or no")
    phone = PhoneField("Telephone", max_length=60, autocomplete="off")
    school = TextField("School or nursery", max_length=160)
    gp = TextField("GP", hint="The practice, and its telephone", max_length=160)
    deceased_on = DateField("Date of death", not_future=True, called="The date of death")
    said_by = _said_by()
    version = HiddenVersion()

    @property
    def facts(self) -> dict[str, Any]:
        """The values of a valid form, as the command takes them."""
        texts = ("ethnicity", "first_language", "other_languages", "phone", "school", "gp")
        return {
            **{name: getattr(self, name).data or None for name in texts},
            **{name: getattr(self, name).data for name in ("born_on", "expected_on", "deceased_on", "sex")},
            "born_estimated": self.born_estimated.data == "yes",
            "interpreter_needed": self.interpreter_needed.data == "yes",
        }


class BirthForm(RecordForm):
    """A baby is born: from then on this is the child's record."""

    born_on = DateField("Date of birth", required="Give the date of birth", not_future=True, called="The date of birth")
    sex = ChoiceField("Sex", choices=SEXES, required="Choose one")
    first = TextField("First name", required="Write the first name, or “Baby”", max_length=80)
    middle = TextField("Middle names", max_length=80)
    last = TextField("Last name", required="Write the last name", max_length=80)
    said_by = _said_by()
    version = HiddenVersion()


class NumberForm(RecordForm):
    """A number by which others know a person."""

    kind = ChoiceField("Which number?", choices=NUMBER_KINDS, required="Choose which number it is")
    value = TextField("The number", required="Write the number", max_length=40)
    said_by = _said_by()
    version = HiddenVersion()


class RelationForm(RecordForm):
    """What somebody is to this person."""

    other = ChoiceField("Who?", required="Choose who it is, or “Somebody who is not here”")
    other_name = TextField("The name of somebody who is not here", max_length=160)
    kind = ChoiceField(
        "What are they to this person?",
        choices={key: kind.words for key, kind in KINDS.items()},
        required="Choose what they are",
    )
    responsibility = ChoiceField(
        "Does a parent here have parental responsibility?", choices=YES_NO, dont_know="Nobody has said"
    )
    from_on = DateField("Since when?", hint="If you know", not_future=True, called="The day")
    said_by = _said_by()
    version = HiddenVersion()

    def offer(self, people: Collection[Near]) -> None:
        """Let the writer choose among these people."""
        self.other.choices = [
            *(Choice(near.reference, f"{near.name}, {near.age}") for near in people),
            Choice(SOMEBODY_ELSE, "Somebody who is not here"),
        ]

    def validate_other_name(self, field: TextField) -> None:
        """A name is needed of somebody who is not here, and of nobody else."""
        if self.other.data == SOMEBODY_ELSE and not field.data:
            raise ValidationError("Write the name")
        if self.other.data not in (None, SOMEBODY_ELSE) and field.data:
            raise ValidationError("Choose somebody, or write a name, not both")


class ContactForm(RecordForm):
    """Whether a way to reach a person is safe."""

    way = ChoiceField("Which way?", choices=WAYS, required="Choose which way")
    safe = ChoiceField(
        "Is it safe?",
        choices=[Choice("yes", "Yes, as written below"), Choice("no", "No, never")],
        required="Choose yes or no",
    )
    words = TextField("When and how?", hint="Like: after 3 pm, never leave a message", max_length=300)
    said_by = _said_by()
    version = HiddenVersion()


class DangerForm(RecordForm):
    """A danger to workers."""

    words = WordsField(
        "What is dangerous, and what to do about it?", required="Write what is dangerous", max_length=500, rows=3
    )
    since_on = DateField("Since when?", hint="If you know", not_future=True, called="The day")
    said_by = _said_by()
    version = HiddenVersion()


class EndNumberForm(RecordForm):
    """Why a number names this person no more."""

    reason = ChoiceField("Why does it end?", choices=NUMBER_ENDS, required="Choose why it ends")


class EndRelationshipForm(RecordForm):
    """Why a relationship ends."""

    reason = ChoiceField("Why does it end?", choices=RELATIONSHIP_ENDS, required="Choose why it ends")
    to_on = DateField("Since when?", hint="If you know", not_future=True, called="The day")


class EndDangerForm(RecordForm):
    """Why a danger is over; why an address that somebody gives is not so."""

    words = WordsField("How do you know?", required="Say how you know", max_length=500, rows=3)


class EndContactForm(RecordForm):
    """That what was said about a way no longer holds."""


class MoveForm(RecordForm):
    """A new address, and what it changes for everybody around. `household` adds a question for each person."""

    line = TextField("New address", required="Write the address", called="The address", autocomplete="off")
    postcode = PostcodeField("Postcode", max_length=12)
    kind = ChoiceField("What kind of place?", choices=STAY_KINDS, required="Choose what kind of place it is")
    from_on = DateField("Since when?", required="Give the day", not_future=True, called="The day")
    said_how = ChoiceField("How do you know?", choices=HOW_KNOWN, required="Choose how you know")
    said_by = _said_by()
    protected = ChoiceField(
        "Must the address be kept secret?",
        choices=[Choice("no", "No"), Choice("yes", "Yes: tell nobody who does not need it")],
        required="Choose yes or no",
    )
    secret_from = ChoicesField("Who must not learn it?", hint="Whoever you tick, the address is then protected")
    secret_names = TextField("Anybody else who must not learn it", hint="Names, with commas between them")
    school = TextField(
        "School or nursery from now on", hint="Correct it here if the school changes too", max_length=160
    )
    tell = ChoicesField(
        "Who has to be told?", choices=TO_TELL, hint="Each is listed on this page until somebody has told them"
    )
    version = HiddenVersion()
    sure = HiddenField()

    # The questions that were added, each with whom it is about.
    asked: tuple[tuple[str, Near], ...] = ()

    @property
    def household(self) -> dict[int, str]:
        """By person, what was said of each."""
        return {near.id: getattr(self, name).data for name, near in self.asked}

    @property
    def questions(self) -> list[Field]:
        """The questions about each person."""
        return [getattr(self, name) for name, _ in self.asked]

    @property
    def mark(self) -> str:
        """A mark of what was typed: what is confirmed is what was shown."""
        return hashlib.sha256(json.dumps(self.raw, sort_keys=True).encode()).hexdigest()[:32]


def move_form(people: Sequence[Near], household: Sequence[Near], **options: Any) -> MoveForm:
    """The form of a move: about each of the household whether they moved too, and who around must not learn of it."""
    # By person, not by place in the list: somebody may join the family between the page and the answer.
    asked = tuple((f"moved_{near.reference.replace('-', '_')}", near) for near in household)
    questions = {
        name: ChoiceField(
            f"{near.name}, {near.age}" + (f", {near.said_as}" if near.said_as else ""),
            choices=MOVES,
            hint=f"Now at {near.address}" if near.address else "No address is recorded",
            required=f"Say whether {near.name} moved too",
            called="This",
        )
        for name, near in asked
    }
    form = type("MoveFormOfHousehold", (MoveForm,), {**questions, "asked": asked})(**options)
    form.secret_from.choices = [Choice(near.reference, f"{near.name}, {near.age}") for near in people]
    return form
