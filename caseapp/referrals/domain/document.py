"""What is wrong in a referral document. Nothing is refused and nothing is put right: the input is kept as given,
marked, and a person looks.

National rules named below are those of the children in need census (numbers as in
data-to-insight/csc-validator-be-cin).
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from caseapp.people.domain.dates import LONDON, DateProblem, day_words, read_date, read_moment
from caseapp.people.domain.identifiers import PartPostcode, check_nhs_number, check_phone, check_upn, parse_postcode
from caseapp.people.domain.names import is_not_known, normalise_name, years_old

from .children import ChildTold, as_list, as_object, as_text, children_of
from .fields import BY_PATTERN, Document, Field, Path, Pattern, path_words
from .lists import find_choice
from .protect import said_both_ways

SCHEMA = "marf-1"
_GIVEN_LENGTH = 200
# Kinds of source that partners' systems write where an agency belongs. They are nobody's agency, and nothing is wrong
# with them.
NO_AGENCY = frozenset(
    {
        "family member",
        "member of the public",
        "relative",
        "neighbour",
        "self",
        "child",
        "parent",
        "anonymous",
        "not known",
    }
)
_ANONYMOUS = "9"


@dataclass(frozen=True)
class Mark:
    """One thing a person should look at.

    Where (path and words), a code, what was given, what is wrong in plain words.
    """

    path: str
    code: str
    given: str
    message: str
    where_words: str


@dataclass(frozen=True)
class Wrong:
    """What a check of one value found."""

    code: str
    message: str


def examine(
    document: object, *, known_agencies: set[str], today: date, children: Sequence[ChildTold] | None = None
) -> list[Mark]:
    """Everything in a document that is wrong or missing, in the order of the table of fields, the whole child and
    document last. Takes any JSON, never raises.

    `known_agencies` are the names in the agency table (compared without regard to case, accents and spacing). `today`
    is the London date; a birth date is "in the future" only if it lies after both today and the day the referral was
    received. `children`: those of the document, from whoever has read them already.
    """
    if not isinstance(document, dict):
        return [_mark((), "wrong_type", document, "The referral should be an object with named parts")]
    day, places = _latest_day(document, today), _find_places(document)
    told = children_of(document) if children is None else children
    return [
        *_shape(places),
        *_values(places, day),
        *_children(document, told),
        *_whole(document, told, known_agencies, today),
    ]


# Shape: lists where lists belong, objects where objects belong.


def _containers() -> dict[Pattern, type]:
    """For each path on the way to a field, whether a list or an object belongs there."""
    found: dict[Pattern, type] = {}
    for pattern in BY_PATTERN:
        for length in range(1, len(pattern)):
            found.setdefault(pattern[:length], list if pattern[length] is None else dict)
    return found


_CONTAINERS = _containers()
_CONTAINER_WORDS: dict[type, str] = {list: "a list", dict: "an object with named parts"}


# For each pattern, the places of a document that fit it, with their values, in the order of the document.
_Places = Mapping[Pattern, Sequence[tuple[Path, object]]]


def _shape(places: _Places) -> Iterator[Mark]:
    for pattern, wanted in _CONTAINERS.items():
        for path, value in places.get(pattern, ()):
            if value is not None and not isinstance(value, wanted):
                yield _mark(
                    path, "wrong_type", value, f"This should be {_CONTAINER_WORDS[wanted]}. It is kept as given"
                )


class _Place:
    """A step on the way to a field: where it stands, and the steps after it, by name or for each in a list."""

    def __init__(self, pattern: Pattern) -> None:
        self.pattern = pattern
        self.after: dict[str, _Place] = {}
        self.each: _Place | None = None

    def step(self, part: str | None) -> "_Place":
        """The next step of this name, or for each of a list (None)."""
        pattern = (*self.pattern, part)
        if part is None:
            self.each = self.each or _Place(pattern)
            return self.each
        return self.after.setdefault(part, _Place(pattern))

    def gather(self, path: Path, value: object, found: dict[Pattern, list[tuple[Path, object]]]) -> None:
        """Put this value where it fits, and what is in it. Walked by what it holds: most fields are empty."""
        found.setdefault(self.pattern, []).append((path, value))
        if isinstance(value, dict):
            for part, item in value.items():
                if place := self.after.get(part):
                    place.gather((*path, part), item, found)
        elif self.each and isinstance(value, list):
            for number, item in enumerate(value):
                self.each.gather((*path, number), item, found)


def _places() -> _Place:
    """All ways to the fields."""
    first = _Place(())
    for pattern in BY_PATTERN:
        place = first
        for part in pattern:
            place = place.step(part)
    return first


_ALL_PLACES = _places()


def _find_places(document: Document) -> _Places:
    found: dict[Pattern, list[tuple[Path, object]]] = {}
    _ALL_PLACES.gather((), document, found)
    return found


# Values: each by its kind.


def _values(places: _Places, day: date) -> Iterator[Mark]:
    for pattern, field in BY_PATTERN.items():
        for path, value in places.get(pattern, ()):
            if value is None:
                continue
            wrong = _wrong_type(field, value) or _CHECKS.get(field.kind, _no_check)(field, value, day)
            if wrong:
                yield _mark(path, wrong.code, value, wrong.message, field)


_TYPE_WORDS: dict[type | tuple[type, ...], str] = {
    str: "text",
    bool: "yes or no",
    (int, float): "a number",
    (int, str): "a number or a code",
}
_TYPES: dict[str, type | tuple[type, ...]] = {
    "flag": bool,
    "number": (int, float),
    "scale": (int, float),
    "about": (int, float),
}


def _wrong_type(field: Field, value: object) -> Wrong | None:
    wanted = (int, str) if field.choices == "levels" else _TYPES.get(field.kind, str)
    if isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool)):
        return None
    return Wrong("wrong_type", f"This should be {_TYPE_WORDS[wanted]}. It is kept as given")


def _no_check(_field: Field, _value: object, _day: date) -> Wrong | None:
    return None


def _check_date(field: Field, value: object, day: date) -> Wrong | None:
    if is_not_known(value):
        return None
    found = read_date(value)
    if isinstance(found, DateProblem):
        return Wrong(found.code, found.words)
    if field.path == "children[].expected_date_of_birth":
        return _check_expected(found, day)
    if found > day:
        return Wrong("date_in_future", f"{day_words(found)} is still to come")
    if field.path == "children[].date_of_birth" and years_old(found, day) >= 18:
        return Wrong("not_a_child", f"Born on {day_words(found)}, this person is {years_old(found, day)}, not under 18")
    return None


def _check_expected(expected: date, day: date) -> Wrong | None:
    """A referral comes at most 40 weeks before the birth (census rule 8606).

    Three weeks after the date the child is surely born.
    """
    if expected > day + timedelta(weeks=40):
        return Wrong(
            "expected_too_late", f"{day_words(expected)} is more than 40 weeks away: no child can be expected then yet"
        )
    if expected < day - timedelta(weeks=3):
        return Wrong("expected_passed", f"{day_words(expected)} has passed: the child may be born")
    return None


def _check_moment(_field: Field, value: object, _day: date) -> Wrong | None:
    if is_not_known(value) or read_moment(value):
        return None
    problem = read_date(value[:10]) if isinstance(value, str) else None
    return (
        Wrong("date_does_not_exist", problem.words)
        if isinstance(problem, DateProblem)
        else Wrong("date_not_read", "This is not a time")
    )


def _check_code(field: Field, value: object, _day: date) -> Wrong | None:
    if not field.strict or find_choice(field.choices, value):
        return None
    return Wrong("unknown_code", "This code is not in the list. It is kept as given")


def _check_postcode(_field: Field, value: object, _day: date) -> Wrong | None:
    if is_not_known(value):
        return None
    found = parse_postcode(value)
    if isinstance(found, PartPostcode):
        return Wrong("half_postcode", "This is only the first half of a postcode")
    return None if found else Wrong("bad_postcode", "This is not a postcode of the United Kingdom")


def _check_nhs(_field: Field, value: object, _day: date) -> Wrong | None:
    problem = None if is_not_known(value) else check_nhs_number(value).problem
    return Wrong("nhs_number_fails", problem) if problem else None


def _check_upn(_field: Field, value: object, _day: date) -> Wrong | None:
    problem = None if is_not_known(value) else check_upn(value).problem
    return Wrong("upn_fails", problem) if problem else None


def _check_phone(_field: Field, value: object, _day: date) -> Wrong | None:
    problem = None if is_not_known(value) else check_phone(value).problem
    return Wrong("odd_phone", problem) if problem else None


def _check_email(_field: Field, value: object, _day: date) -> Wrong | None:
    if is_not_known(value) or (isinstance(value, str) and re.fullmatch(r"[^@\s]+@[^@\s]+", value.strip())):
        return None
    return Wrong("odd_email", "This is not an e-mail address")


def _check_scale(_field: Field, value: object, _day: date) -> Wrong | None:
    return (
        None if isinstance(value, int | float) and 0 <= value <= 10 else Wrong("out_of_range", "This should be 0 to 10")
    )


def _check_about(_field: Field, value: object, _day: date) -> Wrong | None:
    return (
        None
        if isinstance(value, int | float) and 0 <= value < 18
        else Wrong("out_of_range", "This is not the age of a child")
    )


def _check_number(_field: Field, value: object, _day: date) -> Wrong | None:
    return None if isinstance(value, int | float) and value >= 0 else Wrong("out_of_range", "This should be 0 or more")


_CHECKS: dict[str, Callable[[Field, object, date], Wrong | None]] = {
    "date": _check_date,
    "moment": _check_moment,
    "code": _check_code,
    "postcode": _check_postcode,
    "nhs": _check_nhs,
    "upn": _check_upn,
    "phone": _check_phone,
    "email": _check_email,
    "scale": _check_scale,
    "about": _check_about,
    "number": _check_number,
}


# The child as a whole, then the document as a whole.


def _children(document: Document, children: Sequence[ChildTold]) -> Iterator[Mark]:
    given = as_object(document).get("children")
    for child in children:
        base: Path = ("children", child.position) if isinstance(given, list) else ("children",)
        told = as_object(as_list(given)[child.position] if isinstance(given, list) else given)
        if not child.has_name:
            message = "The child has no name yet. Somebody has to find out who it is"
            yield _mark((*base, "first_name"), "no_name", told.get("first_name"), message)
        if child.born_on and child.expected_on:
            # Census rule 8525Q: exactly one of the two.
            yield _mark(
                (*base, "expected_date_of_birth"),
                "two_dates",
                told.get("expected_date_of_birth"),
                "Both a birth date and an expected date",
            )
        elif child.expected_on and child.sex != "U":
            # Census rule 8750.
            yield _mark(
                (*base, "sex"), "unborn_sex", child.sex, "The child is not born: the census takes “not known” here"
            )


def _whole(document: Document, children: Sequence[ChildTold], known_agencies: set[str], today: date) -> Iterator[Mark]:
    yield from _missing_parts(document, children)
    yield from _contradictions(document)
    schema = document.get("schema")
    if isinstance(schema, str) and schema != SCHEMA:
        yield _mark(
            ("schema",),
            "unknown_shape",
            schema,
            f"The record says it has another shape than {SCHEMA}: read it with care",
        )
    received, incident = (
        read_moment(document.get("received_at")),
        read_moment(as_object(document.get("concern")).get("incident_at")),
    )
    if received and received.astimezone(LONDON).date() > today + timedelta(days=1):
        yield _mark(
            ("received_at",),
            "received_in_future",
            document.get("received_at"),
            "It says it was received on a day still to come",
        )
    if received and incident and incident > received:
        given = as_object(document.get("concern")).get("incident_at")
        yield _mark(
            ("concern", "incident_at"),
            "incident_after_receipt",
            given,
            "The incident is later than the referral about it",
        )
    agency = as_text(document.get("agency"))
    known = {normalise_name(name) for name in known_agencies}
    if agency and normalise_name(agency) not in known | NO_AGENCY:
        yield _mark(("agency",), "agency_not_in_table", agency, "This agency is not in the table of agencies")
    if document.get("source_code") == _ANONYMOUS and not is_not_known(as_object(document.get("referrer")).get("name")):
        message = "The source says anonymous, but the referrer gave a name. The census would count it as anonymous"
        yield _mark(("source_code",), "source_contradicts", _ANONYMOUS, message)


def _missing_parts(document: Document, children: Sequence[ChildTold]) -> Iterator[Mark]:
    """The parts without which the hub can't act, by practice.

    Who tells, about whom, what worries, parent told or why not.
    """
    referrer, consent, concern = (as_object(document.get(key)) for key in ("referrer", "consent", "concern"))
    if document.get("schema") is None:
        yield _mark(("schema",), "missing", None, "The format of the record is not said")
    if document.get("received_at") is None:
        yield _mark(("received_at",), "missing", None, "When it was received is not said")
    if document.get("source_code") is None:
        yield _mark(("source_code",), "missing", None, "The source is not said. The census needs it")
    # Who stays anonymous gives no name and no number: nothing is missing.
    anonymous = referrer.get("anonymous") is True or document.get("source_code") == _ANONYMOUS
    if not anonymous and is_not_known(referrer.get("name")):
        yield _mark(("referrer", "name"), "missing", referrer.get("name"), "Who told us is not said")
    if not anonymous and is_not_known(referrer.get("phone")):
        yield _mark(("referrer", "phone"), "missing", referrer.get("phone"), "There is no number to ring back")
    if not children:
        yield _mark(("children",), "missing", None, "No child is named or described")
    if not any(as_text(concern.get(key)) for key in ("what_happened", "worries")):
        yield _mark(("concern", "what_happened"), "missing", None, "What happened is not said")
    if consent.get("parent_informed") is not True and is_not_known(consent.get("reason_not_sought")):
        message = "A parent was not told, or it is not said, and there is no reason"
        yield _mark(("consent", "reason_not_sought"), "missing", None, message)


def _contradictions(document: Document) -> Iterator[Mark]:
    """What was answered in two ways that cannot both be acted on, and a worker of ours whom nobody has found yet."""
    now, helped = as_object(document.get("now")), as_object(document.get("help_already"))
    if now.get("safe_to_go_home") == "yes":
        danger = as_object(document.get("concern")).get("immediate_danger") is True
        against = ["the child is in danger now"] if danger else []
        against += ["the person of concern collects the child"] if _collected_by_concern(document) else []
        if against:
            message = f"Safe to go home, but also: {' and '.join(against)}. Ring the referrer and ask which is right"
            yield _mark(("now", "safe_to_go_home"), "danger_contradicts", "yes", message)
    reason = as_object(document.get("consent")).get("reason_not_sought")
    if said_both_ways(document) and find_choice("consent_reasons", reason):
        message = "Parents told, and agree, but also a reason why not. Ask the referrer before anybody talks with them"
        yield _mark(("consent", "reason_not_sought"), "consent_contradicts", reason, message)
    if helped.get("has_social_worker") == "yes":
        message = "The referrer says that there is a social worker already. Find the worker and tell them"
        yield _mark(("help_already", "has_social_worker"), "has_worker", helped.get("social_worker"), message)


def _collected_by_concern(document: Document) -> bool:
    """Whether the child is collected by an adult whom the referrer worries about."""
    now = as_object(document.get("now"))
    adults = [as_object(each) for each in as_list(document.get("household"))]
    named = {normalise_name(each.get("name")) for each in adults if each.get("adult_of_concern") is True} - {""}
    return now.get("collected_by_adult_of_concern") == "yes" or normalise_name(now.get("collected_by")) in named


def _latest_day(document: Document, today: date) -> date:
    received = read_moment(document.get("received_at"))
    return max(today, received.astimezone(LONDON).date()) if received else today


def _mark(path: Path, code: str, given: object, message: str, field: Field | None = None) -> Mark:
    return Mark(path_words(path), code, _given_words(given), message, where_words(path, field))


def _given_words(given: object) -> str:
    """What was given, in short.

    The document itself keeps it whole. Lists and objects are counted, they may be nested without end.
    """
    if given is None:
        return ""
    if isinstance(given, list | dict):
        return f"{'a list' if isinstance(given, list) else 'an object'} with {len(given)} parts"
    written = given if isinstance(given, str) else json.dumps(given)
    return written if len(written) <= _GIVEN_LENGTH else written[: _GIVEN_LENGTH - 1] + "…"


def where_words(path: Path, field: Field | None = None) -> str:
    """A place in words, without anybody's name: `Child 2: NHS number`, `Person 1: Born`, `The referral`."""
    pattern: Pattern = tuple(None if isinstance(part, int) else part for part in path)
    described = field or BY_PATTERN.get(pattern)
    label = (
        described.label
        if described
        else ", ".join(str(part) for part in path if isinstance(part, str)) or "The referral"
    )
    number = next((part + 1 for part in path if isinstance(part, int)), None)
    if path and number is not None and path[0] in _ITEM_WORDS:
        return (
            f"{_ITEM_WORDS[str(path[0])]} {number}: {label}" if described else f"{_ITEM_WORDS[str(path[0])]} {number}"
        )
    return label


_ITEM_WORDS = {"children": "Child", "household": "Person", "agencies_involved": "Agency"}
