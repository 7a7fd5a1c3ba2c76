"""What makes two contacts look like contacts about one family, in keys that a database finds and in words.

Only suggestions: a person ticks which belong together. Plain rules, the same every time.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from caseapp.people.domain.dates import read_date
from caseapp.people.domain.identifiers import Postcode, parse_postcode
from caseapp.people.domain.names import is_not_known, match_key, normalise_name

from .children import ChildTold, as_list, as_object, as_text, children_of, split_name

# The strongest first. `near` forgives vowels, doubled letters, and a day and month the other way round.
REASONS: dict[str, str] = {
    "child": "the same child by name and birth date",
    "near": "a child with nearly the same name and birth date",
    "home": "the same home and surname",
    "adult": "the same adult by name and birth date",
    "parent": "a parent of the same name",
}
_PARENTS = frozenset({"mother", "father", "mum", "dad", "parent", "stepmother", "stepfather"})
_LENGTH = 200


@dataclass(frozen=True, order=True)
class Key:
    """One thing by which contacts about a family find each other."""

    kind: str
    key: str


def family_keys(document: object, children: Iterable[ChildTold] | None = None) -> list[Key]:
    """The keys of everybody a document tells of, each once.

    `children`: those of the document, from whoever has read them already.
    """
    found = set()
    given = as_list(as_object(document).get("children"))
    for child in children_of(document) if children is None else children:
        raw = as_object(given[child.position]) if child.position < len(given) else {}
        found |= {
            Key(kind, key[:_LENGTH])
            for kind, key in (
                ("child", child.match_key),
                ("near", near_key(child)),
                ("home", _home_key(child, as_object(raw.get("address")))),
            )
            if key
        }
    for told in as_list(as_object(document).get("household")):
        for kind, key in (("parent", _parent_key(told)), ("adult", _adult_key(told))):
            if key:
                found.add(Key(kind, key[:_LENGTH]))
    return sorted(found)


def near_key(child: ChildTold) -> str | None:
    """A key in which Elly Marsdon, born 3 September, and Ellie Marsden, born 9 March of that year, are alike."""
    if child.born_on is None or child.born_estimated or is_not_known(child.first_name) or is_not_known(child.last_name):
        return None
    names = [_bones(child.last_name), _bones(child.first_name)]
    day, month = sorted((child.born_on.day, child.born_on.month))
    return f"{names[0]}|{names[1]}|{child.born_on.year}-{day:02}-{month:02}" if all(names) else None


def reason_words(kinds: set[str]) -> str:
    """Why a contact is suggested, the strongest reason first: never more than two, and `near` not beside `child`."""
    shown = [words for kind, words in REASONS.items() if kind in kinds and not (kind == "near" and "child" in kinds)]
    text = " and ".join(shown[:2])
    return text[:1].upper() + text[1:]


def _bones(name: str | None) -> str:
    """The first letter and the consonants after it, a doubled one once."""
    plain = normalise_name(name).replace(" ", "")
    bones = plain[:1] + re.sub("[aeiouyhw]", "", plain[1:])
    return re.sub(r"(.)\1+", r"\1", bones)


def _home_key(child: ChildTold, address: object) -> str | None:
    told = as_object(address)
    postcode = parse_postcode(told.get("postcode"))
    numbers = re.findall(
        r"\d+\w?", normalise_name(" ".join(as_text(told.get(key)) or "" for key in ("line1", "line2")))
    )
    if not isinstance(postcode, Postcode) or not postcode.full or not numbers or is_not_known(child.last_name):
        return None
    surname = normalise_name(child.last_name).replace(" ", "")
    return f"{postcode.full.replace(' ', '').lower()}|{'-'.join(numbers)}|{surname}"


def _adult_key(told: object) -> str | None:
    person = as_object(told)
    born_on = read_date(person.get("date_of_birth"))
    return match_key(*split_name(as_text(person.get("name"))), born_on) if isinstance(born_on, date) else None


def _parent_key(told: object) -> str | None:
    person = as_object(told)
    relation = (as_text(person.get("relationship")) or "").lower()
    name = normalise_name(as_text(person.get("name")))
    is_parent = relation in _PARENTS or person.get("parental_responsibility") is True
    # One word is a first name: half the borough has a mother called Kirsty.
    return name if is_parent and " " in name and not is_not_known(name) else None
