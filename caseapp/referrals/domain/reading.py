"""A referral document as a hub worker reads it: every leaf, labelled, in order, with codes and dates in words.

Nothing that was given may be missing from the page. What the shape does not know stands under "Also given" with its own
key.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from caseapp.people.domain.dates import day_words, moment_words, read_date, read_moment

from .children import ChildTold, as_list, as_object, as_text, children_of, is_protected
from .fields import Field, Path, find_field, order_of, path_words, walk
from .lists import words

NOT_SAID = "not said"


@dataclass(frozen=True)
class Item:
    """One line of the reading.

    `path` as in the document (`children[0].sex`; for a list of plain values the path of the list,
    `concern.categories`). `given` is the raw value, for a `<time datetime>` or a tooltip. `protected`: show it with the
    mark, never send it on. `quote`: somebody's own words, to be set as a quotation.
    """

    label: str
    value_words: str
    path: str
    protected: bool = False
    quote: bool = False
    given: str = ""
    kind: str = "text"


@dataclass(frozen=True)
class Section:
    """One titled part. `key` is the kind of part (danger, said, strengths, now, child, person, home, consent, ...),
    `number` counts from 1
    where there are several of a kind (children, people), otherwise it is 0."""

    key: str
    title: str
    number: int = 0
    items: list[Item] = field(default_factory=list)


_TITLES = {
    "danger": "Danger now",
    "said": "What was said",
    "strengths": "Worries, strengths and next step",
    "now": "Now, and going home",
    "child": "Child",
    "person": "Family and household",
    "home": "Visiting the home",
    "consent": "Consent",
    "protected": "What must be protected",
    "exploitation": "Exploitation and going missing",
    "help": "Help already given, other agencies",
    "referrer": "Who told us",
    "restriction": "Restriction",
    "about": "About this record",
    "also": "Also given",
}
_SECTION_ORDER = {key: place for place, key in enumerate(_TITLES)}
# Lists of objects that share a section: what one of them is called.
_ITEM_WORDS = {"people": "Person", "vehicles": "Vehicle", "agencies_involved": "Agency"}


def leaves(document: object) -> Iterator[tuple[str, object]]:
    """Every leaf of a document as (path, value), for tests and for counting. Empty lists and objects are leaves too."""
    for path, value in walk(document):
        yield path_words(path), value


def sections(document: object) -> list[Section]:
    """The whole document in order. Takes any JSON and never raises; sections without a line are left out."""
    children = children_of(document)
    found: dict[tuple[int, int], Section] = {}
    lines: list[tuple[tuple[int, int], tuple[int, ...], Item]] = []
    for path, value in walk(document, whole_lists=True):
        # The field of a list of plain values is that of its first one.
        field_path = (*path, 0) if isinstance(value, list) and value else path
        known = find_field(field_path)
        key, number = _section_of(path, known)
        place = (_SECTION_ORDER[key], number)
        if place not in found:
            found[place] = Section(key, _title(document, children, key, number), number)
        lines.append((place, order_of(field_path) if known else (), _item(document, path, value, known)))
    # A stable sort: what the table of fields doesn't order stays in the order in which it was given.
    for place, _order, item in sorted(lines, key=lambda line: line[:2]):
        found[place].items.append(item)
    return [found[place] for place in sorted(found)]


def _section_of(path: Path, known: Field | None) -> tuple[str, int]:
    if known is None:
        return "also", 0
    if known.section in ("child", "person") and len(path) > 1 and isinstance(path[1], int):
        return known.section, path[1] + 1
    return known.section, 0


def _title(document: object, children: list[ChildTold], key: str, number: int) -> str:
    if key == "child":
        return f"Child {number}: {children[number - 1].shown}"
    if key == "person":
        person = as_object(as_list(as_object(document).get("household"))[number - 1])
        described = [as_text(person.get("name")) or "name not given", as_text(person.get("relationship"))]
        return f"In the family: {', '.join(part for part in described if part)}"
    return _TITLES[key]


def _item(document: object, path: Path, value: object, known: Field | None) -> Item:
    return Item(
        label=_label(path, known),
        value_words=_list_words(known, value) if isinstance(value, list) else _value_words(known, value),
        path=path_words(path),
        protected=_is_guarded(document, path, known),
        quote=bool(known and known.quote and isinstance(value, str)),
        given=value if isinstance(value, str) else "" if isinstance(value, list | dict) else json.dumps(value),
        kind=known.kind if known else "text",
    )


def _label(path: Path, known: Field | None) -> str:
    if known is None:
        return ", ".join(str(part + 1) if isinstance(part, int) else part or "(no name)" for part in path)
    numbered = [(path[place - 1], part) for place, part in enumerate(path) if place and isinstance(part, int)]
    for named, part in numbered:
        if named in _ITEM_WORDS and isinstance(part, int):
            return f"{_ITEM_WORDS[str(named)]} {part + 1}: {known.label[0].lower()}{known.label[1:]}"
    return known.label


def _list_words(known: Field | None, values: list[object]) -> str:
    return "; ".join(_value_words(known, value) for value in values) if values else "none given"


def _value_words(known: Field | None, value: object) -> str:
    """A value in words. What the kind of the field can't say is shown as it was given."""
    if value is None:
        return NOT_SAID
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, dict):
        return "none given"
    if isinstance(value, str) and not value.strip():
        return "left blank"
    kind = known.kind if known else "text"
    if known and kind == "code":
        return words(known.choices, value)
    if kind == "date":
        day = read_date(value)
        return day_words(day) if isinstance(day, date) else str(value)
    if kind == "moment":
        moment = read_moment(value)
        return moment_words(moment) if moment else str(value)
    if isinstance(value, int | float):
        number = json.dumps(value)
        return {"scale": f"{number} out of 10", "about": f"about {number}"}.get(kind, number)
    return str(value)


def _is_guarded(document: object, path: Path, known: Field | None) -> bool:
    """True for an address that says it is protected, and for who a member of the public is (model, section 4)."""
    if known is None or not known.guard:
        return False
    told = as_object(document)
    if known.guard == "referrer":
        source = as_text(told.get("source_code")) or ""
        return source[:1] == "1" or source == "9" or as_object(told.get("referrer")).get("anonymous") is True
    owner = as_list(told.get(str(path[0])))[path[1]] if isinstance(path[1], int) else told.get(str(path[0]))
    return is_protected(as_object(owner).get("address"))
