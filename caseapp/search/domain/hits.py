"""How well somebody's names answer typed words, and why they were found, in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from caseapp.people.domain.matching.nameparts import words_of
from caseapp.people.domain.names import full_name
from caseapp.people.domain.seeking import BEGINS, EXACT, FORM, SLIP, SOUNDS, closeness

# A typed word that is in no name, of three or more: worse than anything near.
_MISSING = SOUNDS + 2
_KINDS = {"former": "Former name", "also_known_as": "Also known as"}
_WORDS = {
    FORM: "another form of “{}”",
    BEGINS: "begins with “{}”",
    SLIP: "nearly “{}”",
    SOUNDS: "sounds like “{}”",
}


@dataclass(frozen=True)
class Named:
    """One name of somebody: the present one or another."""

    first: str
    middle: str | None
    last: str
    kind: str
    is_current: bool


@dataclass(frozen=True)
class Answer:
    """How far names are from what was typed (0: not at all), by which kind of name, and why in words."""

    far: int
    by_present_name: bool
    why: tuple[str, ...]


def answer(typed: Sequence[str], names: Iterable[Named]) -> Answer | None:
    """The best answer that one name gives, or all names together (a first name now, a last name before); None when it
    is no answer: of several words two must be there."""
    known = list(names)
    found = [_by_name(tuple(typed), name) for name in known]
    best = min((one for one in found if one), key=lambda one: (one.far, not one.by_present_name), default=None)
    if best is None and len(known) > 1:
        best = _by_all(tuple(typed), known)
    return best


def _by_name(typed: tuple[str, ...], name: Named) -> Answer | None:
    words = _words(name)
    measured = _measure(typed, words)
    if measured is None:
        return None
    far, why = measured
    return Answer(far, name.is_current, (*_called(name), *why))


def _by_all(typed: tuple[str, ...], names: Sequence[Named]) -> Answer | None:
    measured = _measure(typed, tuple(dict.fromkeys(word for name in names for word in _words(name))))
    if measured is None:
        return None
    others = [words for name in names if not name.is_current for words in _called(name)]
    return Answer(measured[0], False, (*others, *measured[1]))


def _called(name: Named) -> tuple[str, ...]:
    if name.is_current:
        return ()
    said = full_name(" ".join(part for part in (name.first, name.middle) if part), name.last)
    return (f"{_KINDS.get(name.kind, 'Another name')}: {said}",)


@lru_cache(maxsize=16_384)
def _words(name: Named) -> tuple[str, ...]:
    parts = [words_of(part or "") for part in (name.first, name.middle, name.last)]
    joined = ["".join(words) for words in parts if len(words) > 1]
    return tuple(dict.fromkeys([word for words in parts for word in words] + joined))


@lru_cache(maxsize=16_384)
def _measure(typed: tuple[str, ...], words: tuple[str, ...]) -> tuple[int, tuple[str, ...]] | None:
    """How far all typed words are from these, and what to say; None when too few are there."""
    far, there, why = 0, 0, []
    place = 0
    while place < len(typed):
        word = typed[place]
        near = _nearest(word, words)
        if near != EXACT and place + 1 < len(typed) and word + typed[place + 1] in words:
            there, place = there + 2, place + 2
            continue
        if near is None:
            far += _MISSING
            why.append(f"without “{word}”")
        else:
            far, there = far + near, there + 1
            if near in _WORDS:
                why.append(_WORDS[near].format(word))
        place += 1
    return (far, tuple(why)) if there >= min(len(typed), 2) else None


def _nearest(typed: str, words: tuple[str, ...]) -> int | None:
    found = [near for word in words if (near := closeness(typed, word)) is not None]
    return min(found, default=None)
