"""How somebody is found whose name is typed in part, misspelt or in another order: words and what is near them.

A record keeps whole words and pairs of them (beside the keys of the matching); what is nearly a word is found in the
list of all words there are, which is a thousand times shorter than the list of people.
"""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from itertools import combinations

from rapidfuzz.distance import OSA

from .identifiers import Postcode, parse_postcode
from .matching.described import Described
from .matching.keys import key, word_key
from .matching.nameparts import short_forms_of, sound, spellings_of, words_of

# Of one person at most so many words make keys: names of forty words do arrive.
MOST_WORDS = 8
# One or two letters are a whole name (Ng, Li, Bo); from three on they may be the beginning of one.
SHORTEST_PART = 3
_SHORTEST_MISSPELT, _LONG = 4, 8
_BEGINNINGS = (3, 4, 5)

# How a word of a name answers a typed one, the nearest first.
EXACT, FORM, BEGINS, SLIP, SOUNDS = range(5)


def pair_key(one: str, other: str) -> int:
    """The key of two words that stand in one person's names, whichever comes first."""
    return key("pair", "|".join(sorted((one, other))))


def sounds_key(one: str, other: str) -> int:
    """The key of two words by their sound: the matching's own of a first and a last name."""
    return key("name", "|".join(sorted((sound(one), sound(other)))))


def day_key(born_on: date) -> int:
    """The key of a birth date."""
    return key("day", born_on.isoformat())


def postcode_key(postcode: str) -> int:
    """The key of a whole postcode, however it is spaced."""
    return key("postcode", "".join(postcode.split()).upper())


def name_words(*names: str | None) -> tuple[str, ...]:
    """The words of somebody's names, each once; one of several words also in one word (Van Dyke, Vandyke)."""
    found: list[str] = []
    for name in names:
        words = words_of(name or "")
        found += [*words, *(["".join(words)] if 1 < len(words) <= SHORTEST_PART else [])]
    return tuple(dict.fromkeys(found))[:MOST_WORDS]


def seek_keys(words: Iterable[str], *, born_on: date | None, postcodes: Iterable[str]) -> frozenset[int]:
    """The keys by which a person of these words, birth date and postcodes is found."""
    kept = tuple(dict.fromkeys(words))[:MOST_WORDS]
    found = {word_key(word) for word in kept} | {pair_key(*pair) for pair in combinations(kept, 2)}
    if born_on is not None:
        found.add(day_key(born_on))
    return frozenset(found | {postcode_key(postcode) for postcode in postcodes})


def words_in(described: Described) -> tuple[str, ...]:
    """The words of all names of somebody."""
    return name_words(described.first, described.middle, described.last, *described.other_names)


def found_by(described: Described) -> frozenset[int]:
    """The keys by which somebody is found, beside those of the matching. The postcodes are of protected homes, too: a
    search asks the register whether it may use them."""
    postcodes = [parse_postcode(postcode) for _, postcode in described.homes]
    whole = [postcode.full for postcode in postcodes if isinstance(postcode, Postcode)]
    born_on = None if described.born == "expected" else described.born_on
    return seek_keys(words_in(described), born_on=born_on, postcodes=whole)


@lru_cache(maxsize=65_536)
def known_by(word: str) -> frozenset[int]:
    """The keys by which a word of the list is found by what is nearly it: each letter left out, how it begins, how it
    sounds, and itself."""
    found = {key("is", word)}
    if len(word) >= SHORTEST_PART:
        found |= {key("begins", word[:length]) for length in _BEGINNINGS if len(word) > length}
        found.add(key("sounds", sound(word)))
        found |= _slips(word)
    return frozenset(found)


@lru_cache(maxsize=65_536)
def asked_by(word: str) -> frozenset[int]:
    """The keys under which to look for words that are nearly the typed one."""
    if len(word) < SHORTEST_PART:
        return frozenset()
    found = {key("sounds", sound(word)), key("begins", word[: min(len(word), _BEGINNINGS[-1])])}
    return frozenset(found | (_slips(word) if len(word) >= _SHORTEST_MISSPELT else set()))


def _slips(word: str) -> set[int]:
    shorter = {word[:place] + word[place + 1 :] for place in range(len(word))}
    return {key("slip", text) for text in (word, *shorter)}


@lru_cache(maxsize=65_536)
def closeness(typed: str, word: str) -> int | None:
    """How a word of a name answers a typed one: EXACT, another FORM of the name, BEGINS with it, a SLIP of the
    keyboard, SOUNDS like it; None for not at all."""
    if typed == word:
        return EXACT
    if min(len(typed), len(word)) < SHORTEST_PART:
        return None
    if word in spellings_of(typed) or word in short_forms_of(typed):
        return FORM
    if word.startswith(typed):
        return BEGINS
    slips = 0 if len(typed) < _SHORTEST_MISSPELT else 2 if len(typed) >= _LONG else 1
    if slips and OSA.distance(typed, word, score_cutoff=slips) <= slips:
        return SLIP
    return SOUNDS if sound(typed) == sound(word) else None
