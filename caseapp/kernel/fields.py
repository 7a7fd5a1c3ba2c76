"""The fields every form is built from: what was typed stays, what is wrong is said, nothing raises.

A field keeps `typed` (the text to show again) apart from `data` (what it means), because a wrong answer has the first
and not the second. Templates draw fields with our own macros, so fields carry no HTML. Classes own the wording of
their errors; a form gives the message for a missing answer, as only the form knows its question.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import wtforms
from werkzeug.datastructures import FileStorage
from wtforms.utils import unset_value
from wtforms.validators import StopValidation
from wtforms.widgets import HiddenInput

from caseapp.kernel import clock
from caseapp.kernel.text import (
    DATE_PARTS,
    LINE,
    MONTHS,
    REPLACEMENT,
    WORDS,
    WrongDate,
    clean,
    is_blank,
    one_line,
    read_date,
)

HIDDEN_CHARACTER = f"We could not keep a hidden character; it is shown as {REPLACEMENT}"
NOT_TEXT = "Type your answer here. We cannot take a file or anything else in its place"
NOT_IN_LIST = "Choose from the answers shown"
ONE_ONLY = "Choose one answer only"
DONT_KNOW = "dont_know"
NO_VERSION = -1
LARGEST_NUMBER = 10**15

Raw = dict[str, str | list[str]]

LONGEST_SCALE = 20

_WHOLE_NUMBER = re.compile(r"[+-]?\d{1,9}")
_VERSION = re.compile(r"[0-9]{1,15}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_POSTCODE = re.compile(r"(GIR|[A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})")


@dataclass(frozen=True)
class Choice:
    """One answer offered: the value posted, the words shown, and a hint under them."""

    value: str
    label: str
    hint: str = ""


class ShownChoice(NamedTuple):
    """A choice as a macro draws it; `apart` stands after an "or" and excludes the others."""

    value: str
    label: str
    hint: str
    checked: bool
    id: str
    apart: bool


YES_NO = (Choice("yes", "Yes"), Choice("no", "No"))


def _sentence_start(text: str) -> str:
    return text[:1].upper() + text[1:]


class Field(wtforms.Field):
    """What all fields share: cleaning, the missing-answer message, the length, and what macros read.

    Options: `required` (the message when unanswered; none = may be left out), `hint`, `called` (the noun in errors,
    by default the label, or "your answer" when the label is a question), `max_length` in characters, `autocomplete`,
    `inputmode`. A form's own `validate_<name>` runs after these checks, also on a field left blank that may be.
    """

    input_type = "text"
    stands_for = "your answer"

    def __init__(
        self,
        label: str = "",
        *,
        required: str = "",
        hint: str = "",
        called: str = "",
        max_length: int | None = None,
        autocomplete: str = "",
        inputmode: str = "",
        **options: Any,
    ) -> None:
        super().__init__(label, **options)
        self.required = required
        self.hint = hint
        self.called = _sentence_start(called or (self.stands_for if label.endswith("?") or not label else label))
        self.max_length = max_length
        self.autocomplete = autocomplete
        self.inputmode = inputmode
        self.typed = ""
        self.cleaned_note = ""
        self._holds_other_than_text = False

    @property
    def error_target(self) -> str:
        """The id of the input that a link in the error summary puts the cursor in."""
        return str(self.id)

    @property
    def choices_list(self) -> list[ShownChoice]:
        """The answers offered, as a macro draws them; none for a field that is typed in."""
        return []

    @property
    def is_blank(self) -> bool:
        """Whether nothing was answered."""
        return is_blank(self.typed)

    @property
    def posted_names(self) -> tuple[str, ...]:
        """The names it is posted by (without the form's prefix)."""
        return (self.short_name,)

    def as_typed(self) -> Raw:
        """Return what was typed, under the names it is posted by (without the form's prefix)."""
        return {self.short_name: self.typed}

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Take in what was posted, or else the value given; forgets what was taken in before."""
        self.cleaned_note = ""
        self._holds_other_than_text = False
        super().process(formdata, data, extra_filters)

    def process_data(self, value: Any) -> None:
        """Show a stored value as if it had been typed."""
        self.typed = "" if value is None else self._text(value)
        self.data = self.read(self.typed)

    def process_formdata(self, values: list[Any]) -> None:
        """Read what was posted; of several values under one name the first that says something counts."""
        self.typed = self._first(values)
        self.data = self.read(self.typed)

    def read(self, typed: str) -> Any:
        """Turn typed text into the value it means; for text, the text."""
        return one_line(typed)

    def check(self) -> None:
        """Raise StopValidation with the message when an answer that was given is not good enough."""

    def pre_validate(self, form: Any) -> None:
        """Check the answer: text at all, given, not too long, then whatever the class asks of it."""
        if self._holds_other_than_text:
            raise StopValidation(NOT_TEXT)
        if self.is_blank:
            if self.required:
                raise StopValidation(self.required)
            return
        if self.max_length is not None and len(self.data) > self.max_length:
            over = len(self.data) - self.max_length
            unit = "character" if over == 1 else "characters"
            raise StopValidation(f"{self.called} is {over:,} {unit} too long. Use {self.max_length:,} or fewer")
        self.check()

    def _text(self, value: Any) -> str:
        """Clean one posted value; anything but text or a number is remembered as an error and shown as nothing."""
        if value is None or (isinstance(value, FileStorage) and not value.filename):
            return ""
        if type(value) is int and abs(value) < LARGEST_NUMBER:
            return str(value)
        if not isinstance(value, str):
            self._holds_other_than_text = True
            return ""
        text, changed = clean(value)
        if changed:
            self.cleaned_note = HIDDEN_CHARACTER
        return text

    def _first(self, values: Iterable[Any]) -> str:
        texts = [self._text(value) for value in values]
        return next((text for text in texts if not is_blank(text)), texts[0] if texts else "")


class TextField(Field):
    """An answer on one line."""

    def __init__(self, label: str = "", *, max_length: int = LINE, **options: Any) -> None:
        super().__init__(label, max_length=max_length, **options)


class WordsField(Field):
    """An account in somebody's own words, kept to the letter, spaces and blank lines included."""

    def __init__(self, label: str = "", *, max_length: int = WORDS, rows: int = 5, **options: Any) -> None:
        super().__init__(label, max_length=max_length, **options)
        self.rows = rows

    def read(self, typed: str) -> str:
        """Return the words as typed."""
        return "" if is_blank(typed) else typed


class PhoneField(TextField):
    """A telephone number as people write it: "0113 496 0000 ext 12, ask for Sue" is a good answer."""

    input_type = "tel"
    stands_for = "the telephone number"

    def __init__(self, label: str = "", *, autocomplete: str = "tel", inputmode: str = "tel", **options: Any) -> None:
        super().__init__(label, autocomplete=autocomplete, inputmode=inputmode, **options)

    def check(self) -> None:
        """Refuse only what nobody could ring: fewer than three characters."""
        if len(self.data) < 3:
            raise StopValidation(f"{self.called} is too short to ring. Check it, or say how to reach you")


class EmailField(TextField):
    """An e-mail address; looks only for the slips people make, as no pattern knows which addresses exist."""

    input_type = "email"
    stands_for = "the e-mail address"

    def __init__(
        self,
        label: str = "",
        *,
        max_length: int = 254,
        autocomplete: str = "email",
        inputmode: str = "email",
        **options: Any,
    ) -> None:
        super().__init__(label, max_length=max_length, autocomplete=autocomplete, inputmode=inputmode, **options)

    def check(self) -> None:
        """Refuse what has no name, no @ or no dot after it."""
        if not _EMAIL.fullmatch(self.data):
            raise StopValidation("Enter the whole e-mail address, like name@school.example")


class PostcodeField(TextField):
    """A postcode, or the part of it somebody knows; a whole one is put in its usual shape."""

    stands_for = "the postcode"

    def __init__(self, label: str = "", *, autocomplete: str = "", **options: Any) -> None:
        super().__init__(label, autocomplete=autocomplete, **options)

    def read(self, typed: str) -> str:
        """Return a whole postcode as "LS11 5HD", anything else as typed on one line."""
        whole = _POSTCODE.fullmatch("".join(typed.split()).upper())
        return " ".join(whole.groups()) if whole else one_line(typed)

    @property
    def partial(self) -> bool:
        """Whether something was typed that is not a whole postcode: kept as given, for a person to look at."""
        return bool(self.data) and not _POSTCODE.fullmatch(self.data.replace(" ", ""))


class WholeNumberField(Field):
    """A whole number between two bounds, both included; `choices_list` offers a short scale as radios."""

    stands_for = "the number"

    def __init__(
        self, label: str = "", *, lowest: int = 0, highest: int = 10, inputmode: str = "numeric", **options: Any
    ) -> None:
        super().__init__(label, inputmode=inputmode, **options)
        self.lowest = lowest
        self.highest = highest

    def read(self, typed: str) -> int | None:
        """Return the number, or None when it is not one."""
        text = typed.strip()
        return int(text) if _WHOLE_NUMBER.fullmatch(text) else None

    def check(self) -> None:
        """Refuse what is not a whole number or lies outside the bounds."""
        if self.data is None or not self.lowest <= self.data <= self.highest:
            self.data = None
            raise StopValidation(f"{self.called} must be a whole number from {self.lowest:,} to {self.highest:,}")

    @property
    def choices_list(self) -> list[ShownChoice]:
        """The numbers as choices, when they are few enough to be shown in a row."""
        if self.highest - self.lowest > LONGEST_SCALE:
            return []
        numbers = [Choice(str(number), str(number)) for number in range(self.lowest, self.highest + 1)]
        return _shown(self.id, numbers, {str(self.data)})


class DateField(Field):
    """A day, asked for in three inputs named <name>-day, <name>-month and <name>-year.

    `parts` holds what was typed in each, `data` the date or None, `wrong_parts` the inputs an error is about.
    Options: `not_future` and `not_past`, measured against today in Europe/London; today passes both.
    """

    stands_for = "the date"

    def __init__(self, label: str = "", *, not_future: bool = False, not_past: bool = False, **options: Any) -> None:
        super().__init__(label, **options)
        self.not_future = not_future
        self.not_past = not_past
        self.parts = dict.fromkeys(DATE_PARTS, "")
        self._wrong: tuple[str, ...] = ()

    @property
    def wrong_parts(self) -> tuple[str, ...]:
        """The parts an error is about: those known to be wrong, else all three; none while nothing is wrong."""
        return self._wrong or (DATE_PARTS if self.errors else ())

    @property
    def error_target(self) -> str:
        """The id of the first input that is wrong."""
        return f"{self.id}-{(self._wrong or DATE_PARTS)[0]}"

    @property
    def posted_names(self) -> tuple[str, ...]:
        """Those of its three inputs."""
        return tuple(f"{self.short_name}-{part}" for part in DATE_PARTS)

    def as_typed(self) -> Raw:
        """Return the three parts as typed, under the names they are posted by."""
        return {f"{self.short_name}-{part}": text for part, text in self.parts.items()}

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Take in the three inputs, each missing, posted once or many times, or else the value given."""
        super().process(None, data, extra_filters)
        if formdata is not None:
            self.raw_data = [value for part in DATE_PARTS for value in formdata.getlist(f"{self.name}-{part}")]
            self._take({part: self._first(formdata.getlist(f"{self.name}-{part}")) for part in DATE_PARTS})

    def process_data(self, value: date | str | None) -> None:
        """Show a stored date, given as a date or as ISO text."""
        day = date.fromisoformat(value) if isinstance(value, str) and value else value
        self._take({part: str(getattr(day, part)) if day else "" for part in DATE_PARTS})

    def check(self) -> None:
        """Refuse what is no date, and a day on the wrong side of today where that was asked for."""
        try:
            day = read_date(self.parts, self.called)
            self._check_against(clock.today(), day)
        except WrongDate as wrong:
            self._wrong = wrong.parts
            raise StopValidation(wrong.message) from wrong

    def _check_against(self, today: date, day: date) -> None:
        shown = f"{day.day} {MONTHS[day.month - 1]} {day.year}"
        if self.not_future and day > today:
            raise WrongDate(f"{shown} is in the future. {self.called} must be today or earlier", *DATE_PARTS)
        if self.not_past and day < today:
            raise WrongDate(f"{shown} is in the past. {self.called} must be today or later", *DATE_PARTS)

    def _take(self, parts: dict[str, str]) -> None:
        self.parts = parts
        self._wrong = ()
        self.typed = " ".join(text for text in parts.values() if text)
        try:
            self.data = read_date(parts, self.called)
        except WrongDate:
            self.data = None


def _as_choices(choices: Mapping[str, str] | Sequence[Any]) -> list[Choice]:
    """Return choices as ours, from a table of value to label, our Choice, or WTForms' SelectChoice."""
    if isinstance(choices, Mapping):
        return [Choice(str(value), label) for value, label in choices.items()]
    return [Choice(str(choice.value), choice.label, getattr(choice, "hint", "")) for choice in choices]


def _shown(field_id: str, choices: Iterable[Choice], checked: Iterable[str], apart: str = "") -> list[ShownChoice]:
    chosen = set(checked)
    return [
        ShownChoice(
            choice.value,
            choice.label,
            choice.hint,
            choice.value in chosen,
            # The first keeps the bare id, so that a link to the field puts the cursor in it.
            field_id if place == 1 else f"{field_id}-{place}",
            bool(apart) and choice.value == apart,
        )
        for place, choice in enumerate(choices, 1)
    ]


class ChoiceField(Field):
    """One answer out of several, as radios; `choices` may also be set on the bound field before it is validated.

    `dont_know` (its label) adds a last answer apart from the others, with the value DONT_KNOW. `data` is the value
    chosen, or None.
    """

    def __init__(
        self, label: str = "", *, choices: Mapping[str, str] | Sequence[Any] = (), dont_know: str = "", **options: Any
    ) -> None:
        super().__init__(label, **options)
        self.choices = choices
        self.dont_know = dont_know
        self.selected: list[str] = []

    @property
    def choices_list(self) -> list[ShownChoice]:
        """The answers offered, in the order given, "don't know" last."""
        choices = _as_choices(self.choices)
        if self.dont_know:
            choices.append(Choice(DONT_KNOW, self.dont_know))
        return _shown(self.id, choices, self.selected, DONT_KNOW if self.dont_know else "")

    def read(self, typed: str) -> str | None:
        """Return the value posted; whether it is one of the answers is checked on validation."""
        return typed or None

    def process_data(self, value: Any) -> None:
        """Show a stored answer as chosen."""
        self.process_formdata([] if value is None else [value])

    def process_formdata(self, values: list[Any]) -> None:
        """Take what was chosen; the same answer sent twice is one answer."""
        self.selected = list(dict.fromkeys(text for text in map(self._text, values) if text))
        self.typed = self.selected[0] if self.selected else ""
        self.data = self.read(self.typed)

    def check(self) -> None:
        """Refuse two answers, and an answer that was not offered."""
        if len(self.selected) > 1:
            self.data = None
            raise StopValidation(ONE_ONLY)
        offered = {choice.value for choice in _as_choices(self.choices)} | ({DONT_KNOW} if self.dont_know else set())
        if self.typed not in offered:
            self.data = None
            raise StopValidation(NOT_IN_LIST)


class ChoicesField(ChoiceField):
    """Any number of answers, as checkboxes; `data` is the values ticked, in the order of the list."""

    @property
    def is_blank(self) -> bool:
        """Whether nothing was ticked."""
        return not self.selected

    def as_typed(self) -> Raw:
        """Return the values ticked."""
        return {self.short_name: list(self.selected)}

    def process_data(self, value: Iterable[str] | None) -> None:
        """Show stored answers as ticked."""
        self.process_formdata(list(value or ()))

    def process_formdata(self, values: list[Any]) -> None:
        """Take what was ticked."""
        super().process_formdata(values)
        self.data = list(self.selected)

    def check(self) -> None:
        """Refuse an answer that was not offered, and "don't know" ticked beside others."""
        offered = self.choices_list
        self.data = [choice.value for choice in offered if choice.checked]
        if len(self.data) < len(self.selected):
            raise StopValidation(NOT_IN_LIST)
        if self.dont_know and DONT_KNOW in self.selected and len(self.selected) > 1:
            raise StopValidation(f"Choose the answers that fit, or \u201c{self.dont_know}\u201d, not both")


class HiddenVersion(Field):
    """The version of the row the page was drawn from, as a number; one missing or garbled becomes NO_VERSION.

    NO_VERSION is no version of any row, so a command that compares finds the page stale and shows both texts. It is
    not an error beside a field, as nobody could put it right.
    """

    widget = HiddenInput()

    def read(self, typed: str) -> int:
        """Return the version, NO_VERSION when there is none to be read."""
        text = typed.strip()
        return int(text) if _VERSION.fullmatch(text) else NO_VERSION

    def pre_validate(self, form: Any) -> None:
        """Accept whatever came: the command compares."""

    def _value(self) -> str:
        return str(self.data)
