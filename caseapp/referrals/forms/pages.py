"""The pages of the referral form as web forms, made from the table in `domain.pages`; a whole draft read through them.

A draft keeps what was typed, page by page, under the names it was posted by. What it means is worked out anew whenever
it is needed, so that a wrong answer is never lost and never mistaken for a right one.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from flask import request
from wtforms.validators import StopValidation

from caseapp.kernel import clock
from caseapp.kernel.forms import (
    DONT_KNOW,
    Choice,
    ChoiceField,
    ChoicesField,
    DateField,
    EmailField,
    Field,
    Form,
    HiddenVersion,
    PhoneField,
    PostcodeField,
    Raw,
    TextField,
    WholeNumberField,
    WordsField,
)
from caseapp.referrals.catalogue import LISTS
from caseapp.referrals.domain.form import missing
from caseapp.referrals.domain.pages import (
    BRIEF,
    PERSON_FIELDS,
    SIX,
    PageField,
    child_key,
    child_keys,
    find_page,
    page_keys,
)

MOST_PEOPLE = 30
_PERSON = re.compile(r"person-([1-9][0-9]?)-")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3])(?:[:.]?([0-5][0-9]))?\s*(am|pm)?", re.IGNORECASE)
_HIGHEST = {"approximate_age": 25, "safety_scale": 10, "missing_times": 99}
_PAST = frozenset({"date_of_birth", "happened_on"})
_FUTURE = frozenset({"answer_needed_on"})
# Lists too long for radios: a menu whose first line is empty.
_MENUS = frozenset({"ethnicities", "relationships", "address_kinds", "sources"})
_NO_DOUBT = frozenset({"how_known", "levels"})
_SHORT = frozenset(
    {"safe_why", "reason_words", "child_view", "injury_words", "visit_dangers", "description"}
) | frozenset(
    {"disability_words", "agencies", "not_shared", "withhold_from_family", "complicating", "missing_with", "places"}
    | {"known_as", "vehicles", "online", "peers"}
)


class TickField(ChoicesField):
    """One box; `data` is what it posts, empty when it is not ticked."""

    def __init__(self, label: str = "", *, hint: str = "", **options: Any) -> None:
        super().__init__("", choices=[Choice("yes", label, hint)], called=label, **options)


class MenuField(ChoiceField):
    """A long list, drawn as a menu; nothing is chosen beforehand."""

    @property
    def menu(self) -> bool:
        """True: the page draws a menu."""
        return True


class TimeField(TextField):
    """A time of day as people write it: 15:15, 3.15pm, 1515, 3 pm; `data` is "15:15"."""

    stands_for = "the time"

    def read(self, typed: str) -> str:
        """The time as 15:15, or what was typed when it is none."""
        found = _CLOCK.fullmatch(typed.strip())
        if not found or (found[2] is None and found[3] is None):
            return typed.strip()
        hour, half = int(found[1]), (found[3] or "").lower()
        if half and not 1 <= hour <= 12:
            return typed.strip()
        hour = hour % 12 + (12 if half == "pm" else 0) if half else hour
        return f"{hour:02}:{found[2] or '00'}"

    def check(self) -> None:
        """Refuse what is no time of day."""
        if not re.fullmatch(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", self.data):
            raise StopValidation("Enter the time like 15:15 or 3.15pm")


class VersionForm(Form):
    """The version of the draft that the page was drawn from."""

    version = HiddenVersion()


def _choices(name: str) -> list[Choice]:
    return [Choice(row.key, row.words, row.hint) for row in LISTS[name] if not row.retired]


def _date(ask: PageField) -> Any:
    return DateField(ask.label, hint=ask.hint, not_future=ask.name in _PAST, not_past=ask.name in _FUTURE)


def _choice(ask: PageField) -> Any:
    if ask.choices in _MENUS:
        return MenuField(ask.label, hint=ask.hint, choices=[Choice("", "Not said"), *_choices(ask.choices)])
    # A radio can't be taken back: where the list knows no "I don't know", the form adds one, and it means no answer.
    apart = "I don’t know" if ask.choices in _NO_DOUBT else ""
    return ChoiceField(ask.label, hint=ask.hint, choices=_choices(ask.choices), dont_know=apart)


def _number(ask: PageField) -> Any:
    highest = _HIGHEST[ask.name]
    if ask.name != "safety_scale":
        return WholeNumberField(ask.label, hint=ask.hint, highest=highest)
    scale = [Choice(str(number), str(number)) for number in range(highest + 1)]
    return ChoiceField(ask.label, hint=ask.hint, choices=scale, dont_know="I don’t know")


_MAKERS: dict[str, Callable[[PageField], Any]] = {
    "text": lambda ask: TextField(ask.label, hint=ask.hint),
    "long_text": lambda ask: WordsField(
        ask.label, hint=ask.hint, called="what you wrote", rows=3 if ask.name in _SHORT else 6
    ),
    "phone": lambda ask: PhoneField(ask.label, hint=ask.hint, autocomplete=""),
    "email": lambda ask: EmailField(ask.label, hint=ask.hint, autocomplete=""),
    "nhs": lambda ask: TextField(ask.label, hint=ask.hint, inputmode="numeric"),
    "upn": lambda ask: TextField(ask.label, hint=ask.hint),
    "postcode": lambda ask: PostcodeField(ask.label, hint=ask.hint),
    "choice": _choice,
    "yes_no": _choice,
    "tick": lambda ask: TickField(ask.label, hint=ask.hint),
    "choices": lambda ask: ChoicesField(ask.label, hint=ask.hint, choices=_choices(ask.choices)),
    "date": _date,
    "time": lambda ask: TimeField(ask.label, hint=ask.hint),
    "number": _number,
}


@lru_cache(maxsize=32)
def _form_of(name: str, asked: tuple[PageField, ...]) -> type[Form]:
    return type(name, (Form,), {ask.name: _MAKERS[ask.kind](ask) for ask in asked})


@lru_cache(maxsize=64)
def _made_of(key: str, later: bool) -> tuple[type[Form], tuple[PageField, ...], bool]:
    """The form of a page of the catalogue, what it asks beside people, and whether it asks for people."""
    page = find_page(key)
    assert page is not None, key
    asked = tuple(ask for ask in page.fields if ask.kind != "people" and (later or not ask.later))
    return _form_of(f"{page.key}Form", asked), asked, any(ask.kind == "people" for ask in page.fields)


_PERSON_FORM = _form_of("PersonForm", PERSON_FIELDS)


class PageForm:
    """One page filled in: its own questions in `main` and, on the household page, a form for each person."""

    def __init__(self, key: str, *, later: bool, raw: Mapping[str, Any] | None = None, shown: bool = True) -> None:
        """Fill from what a draft keeps (`raw`), or from the request when that is None. `later`: not the first child.

        `shown`: whether it may come to stand on a page; if not, it is read without a token.
        """
        page = find_page(key)
        if page is None:
            raise KeyError(key)
        self.key, self.title = key, page.title
        made, self.asked, self.has_people = _made_of(key, later)
        self._options: dict[str, Any] = {} if shown else {"meta": {"csrf": False}}
        self.main = made() if raw is None else made.from_raw(raw, **self._options)
        self.people = list(self._people(request.form if raw is None else raw, posted=raw is None))

    def _people(self, given: Mapping[str, Any], *, posted: bool) -> Iterator[Form]:
        if not self.has_people:
            return
        numbers = {int(found[1]) for name in given if (found := _PERSON.match(str(name)))}
        for number in range(1, min(max(numbers, default=1), MOST_PEOPLE) + 1):
            prefix = f"person-{number}"
            if posted:
                yield _PERSON_FORM(prefix=prefix)
            else:
                own = {name: value for name, value in given.items() if name.startswith(f"{prefix}-")}
                yield _PERSON_FORM.from_raw(
                    {name[len(prefix) + 1 :]: own[name] for name in own}, prefix=prefix, **self._options
                )

    @property
    def fields(self) -> Iterator[tuple[str, Field]]:
        """Every field of the page with the words that say which one it is."""
        for _name, field in self.main.own_fields():
            yield field.label.text or field.called, field
        for number, person in enumerate(self.people, start=1):
            for _name, field in person.own_fields():
                yield f"Person {number}: {field.label.text or field.called}", field

    @property
    def raw(self) -> Raw:
        """What was typed, under the names it is posted by: what the draft keeps."""
        kept = dict(self.main.raw)
        for number, person in enumerate(self.people, start=1):
            kept.update({f"person-{number}-{name}": value for name, value in person.raw.items()})
        return kept

    def with_person(self) -> Raw | None:
        """What was typed, with room for one person more; None when there is room for no more."""
        if len(self.people) >= MOST_PEOPLE:
            return None
        return {**self.raw, f"person-{len(self.people) + 1}-name": ""}

    def without_person(self, number: int) -> Raw:
        """What was typed, without that person; those behind move up."""
        kept: Raw = dict(self.main.raw)
        others = [person for place, person in enumerate(self.people, start=1) if place != number]
        for place, person in enumerate(others, start=1):
            kept.update({f"person-{place}-{name}": value for name, value in person.raw.items()})
        return kept

    def validate(self) -> bool:
        """Check every answer that was given."""
        # Every form is asked, also after one has failed: all errors show at once.
        wrong = sum(not form.validate() for form in (self.main, *self.people))
        clashes = {name: message for name, message in _clashes(self.main) if not self.main[name].errors}
        self.main.add_errors(clashes)
        return not wrong and not clashes

    @property
    def error_list(self) -> list[dict[str, str]]:
        """Every error with the place it links to."""
        return [error for form in (self.main, *self.people) for error in form.error_list]

    def cleaned(self) -> dict[str, object]:
        """The answers by field name, as `domain.pages` describes them; one with an error counts as not given."""
        answers = {ask.name: _meaning(ask, self.main[ask.name]) for ask in self.asked}
        if self.key == "consent" and answers["parent_informed"] != "yes":
            # Closed on the page: only a parent who knows can agree.
            answers["parent_agrees"] = None
        if self.has_people:
            answers["people"] = [
                {ask.name: _meaning(ask, person[ask.name]) for ask in PERSON_FIELDS} for person in self.people
            ]
        return answers


def _clashes(form: Form) -> Iterator[tuple[str, str]]:
    """Answers of one page that can't both be meant; one of them would have to be dropped unseen."""
    if "born" in form and form.born.data in ("unknown", "unborn") and not form.date_of_birth.is_blank:
        yield "born", "You gave a date of birth too. Say which is right, or clear the date"
    if "caller" in form and form.caller.data == "professional" and form.anonymous.data:
        yield "anonymous", "Somebody who rings from work gives a name. Only a member of the public may stay anonymous"
    if "answer_needed" in form and form.answer_needed.data == "at" and form.answer_needed_on.is_blank:
        yield "answer_needed_on", "Say by which day you need an answer"


def _meaning(ask: PageField, field: Any) -> object:
    if ask.kind == "tick":
        return bool(field.data) and not field.errors
    if ask.kind == "choices":
        return [] if field.errors else list(field.data)
    # "I don't know" is an answer where the list has it, and none where only the form offers it.
    doubt = field.data == DONT_KNOW and getattr(field, "dont_know", "")
    if field.errors or doubt or field.data in (None, ""):
        return None
    if ask.kind == "number":
        return int(field.data)
    return field.data.isoformat() if ask.kind == "date" else field.data


@dataclass(frozen=True)
class Problem:
    """Something that stops sending: the page, the id of the field on it, and the message."""

    page: str
    target: str
    message: str


@dataclass(frozen=True)
class DraftReading:
    """A draft through its forms: what it means, and what stops it from being sent, in page order."""

    answers: dict[str, dict[str, object]]
    problems: list[Problem]


def is_later(pages: Mapping[str, Any], key: str) -> bool:
    """True for the page of any child but the first, which may say "same address as the first"."""
    return child_key(key) != child_keys(pages)[0]


def read_pages(pages: Mapping[str, Mapping[str, Any]]) -> DraftReading:
    """Read what a draft keeps, page by page."""
    answers: dict[str, dict[str, object]] = {}
    problems: list[Problem] = []
    order = page_keys(pages)
    for key in order:
        if key in pages:
            meant, wrong = _read_page(key, is_later(pages, key), json.dumps(pages[key]), clock.today())
            answers[key] = json.loads(meant)
            problems += wrong
    found = {(problem.page, problem.target) for problem in problems}
    needed = [Problem(need.page, need.field, need.message) for need in missing(answers)]
    problems += [problem for problem in needed if (problem.page, problem.target) not in found]
    return DraftReading(answers, sorted(problems, key=lambda problem: order.index(problem.page)))


@lru_cache(maxsize=256)
def _read_page(key: str, later: bool, raw: str, _today: date) -> tuple[str, tuple[Problem, ...]]:
    """What a page means, as JSON, and what is wrong on it. Every step of the form reads all pages before it, so a page
    is read once for what stands in it, and for the day: a date that was still to come may have come."""
    form = PageForm(key, later=later, raw=json.loads(raw), shown=False)
    form.validate()
    wrong = (Problem(key, error["href"].removeprefix("#"), error["text"]) for error in form.error_list)
    return json.dumps(form.cleaned()), tuple(wrong)


def check_page(form: PageForm, pages: Mapping[str, Mapping[str, Any]]) -> bool:
    """Check one page with what the rest of the draft says; puts every message at its field. True if it may go on."""
    fine = form.validate()
    answers = dict(read_pages(pages).answers)
    answers[form.key] = form.cleaned()
    needed = {need.field: need.message for need in missing(answers) if need.page == form.key}
    form.main.add_errors({name: message for name, message in needed.items() if not form.main[name].errors})
    return fine and not needed


def brief_raw(pages: Mapping[str, Mapping[str, Any]]) -> Raw:
    """What a draft keeps of the six questions of the short form."""
    return {name: pages.get(six.page, {}).get(name, "") for six in SIX for name in six.fields}


def brief_parts(form: PageForm) -> dict[str, Raw]:
    """The words of the short form, by the page of the full form that they belong to."""
    parts: dict[str, Raw] = {}
    for six in SIX:
        parts.setdefault(six.page, {}).update({name: form.raw.get(name, "") for name in six.fields})
    return parts


def check_brief(form: PageForm, pages: Mapping[str, Mapping[str, Any]]) -> list[Problem]:
    """Check the six answers; puts each message at its field. Gives what stops sending elsewhere in the draft."""
    form.validate()
    asked = {(six.page, name) for six in SIX for name in six.fields}
    found = read_pages(pages).problems
    here = {problem.target: problem.message for problem in found if (problem.page, problem.target) in asked}
    form.main.add_errors({name: message for name, message in here.items() if not form.main[name].errors})
    return [problem for problem in found if (problem.page, problem.target) not in asked]


__all__ = [
    "BRIEF",
    "DraftReading",
    "PageForm",
    "Problem",
    "VersionForm",
    "brief_parts",
    "brief_raw",
    "check_brief",
    "check_page",
    "is_later",
    "read_pages",
]
