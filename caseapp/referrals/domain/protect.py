"""What the family, or somebody in it, must not learn, and when nobody may speak with the parents yet. Plain rules.

A wrong word here opens a refuge's door: in doubt nothing is drafted for the family, and the hub rings first.
"""

from collections.abc import Iterator, Sequence

from caseapp.people.domain.names import is_not_known

from .children import as_list, as_object, as_text, is_protected
from .lists import words

# Reasons of the list `consent_reasons` that stand whatever else was said of the parents.
_AT_RISK = frozenset({"would_increase_risk", "would_prejudice_investigation"})
_NOTHING = frozenset({"no", "none", "nothing", "nothing known", "none known", "nil", "n/a"})


def protected_words(document: object) -> list[str]:
    """What must be protected, each in a sentence without a full stop; empty when nothing is said. Takes any JSON."""
    return list(dict.fromkeys([*_secrets(document), *_risks(document), *_conflict(document)]))


def works_here(document: object) -> str | None:
    """Who of ours is said to know the family, as told; None when nobody is. Takes any JSON."""
    return _said(as_object(as_object(document).get("protected_information")).get("works_here"))


def said_both_ways(document: object) -> bool:
    """True if a parent is said to be told and to agree, and there is a reason why not as well."""
    consent = as_object(as_object(document).get("consent"))
    both = consent.get("parent_informed") is True and consent.get("parent_agrees") is True
    return both and _reason(document) is not None


def why_not_told(document: object) -> str:
    """Why nobody may speak with the parents before the hub has rung, in words; empty if they may."""
    if [*_secrets(document), *_risks(document)]:
        return "something is kept from the family, or is a risk"
    if said_both_ways(document):
        return "told, and why not told: both are said"
    if as_object(as_object(document).get("consent")).get("parent_informed") is not True:
        return "not all say that the parents know"
    return ""


def must_ring_first(document: object, others: Sequence[object] = ()) -> bool:
    """Whether the one who told us must not speak with the parents yet: by their own words, or by what is protected in
    any other contact that is decided with theirs."""
    return bool(why_not_told(document)) or any([*_secrets(each), *_risks(each)] for each in others)


def _secrets(document: object) -> Iterator[str]:
    told = as_object(document)
    consent, guarded = as_object(told.get("consent")), as_object(told.get("protected_information"))
    if _yes(guarded.get("domestic_abuse")):
        yield "Somebody must not learn where the family is"
    if _yes(guarded.get("witness")):
        yield "A witness, or under police protection"
    if kept := _said(consent.get("withhold_from_family")):
        yield f"Keep from the family: {kept}"
    if kept := _said(guarded.get("not_shared")):
        yield f"Must not be shared: {kept}"
    children = [f"Child {place}" for place in _protected_places(told.get("children"))]
    adults = [_name(told, place) for place in _protected_places(told.get("household"))]
    if children or adults:
        yield f"Address protected: {', '.join([*children, *adults])}"


def _risks(document: object) -> Iterator[str]:
    reason = _reason(document)
    if reason in _AT_RISK:
        yield words("consent_reasons", reason)


def _conflict(document: object) -> Iterator[str]:
    """Who of ours knows the family: kept from them, no reason to be silent with the parents."""
    if known := works_here(document):
        yield f"Knows the family and works for us: {known}"


def _protected_places(given: object) -> list[int]:
    rows = [as_object(each) for each in as_list(given)]
    return [place for place, row in enumerate(rows, 1) if row.get("address") and is_protected(row.get("address"))]


def _name(told: object, place: int) -> str:
    return as_text(as_object(as_list(as_object(told).get("household"))[place - 1]).get("name")) or f"person {place}"


def _reason(document: object) -> str | None:
    reason = as_object(as_object(document).get("consent")).get("reason_not_sought")
    return None if is_not_known(reason) else as_text(reason)


def _yes(value: object) -> bool:
    return value is True or (isinstance(value, str) and value.strip().lower() in ("yes", "true"))


def _said(value: object) -> str | None:
    """A text, unless it says that there is nothing. A bare yes (or anything that is no text) counts as said."""
    if value is None or value is False or value in ([], {}):
        return None
    text = as_text(value)
    if text is None:
        return None if isinstance(value, str) else "said, see everything that was said"
    return None if text.rstrip(" .!").lower() in _NOTHING or is_not_known(text) else text
