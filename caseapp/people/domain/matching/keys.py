"""Keys by which a description finds the records it could be of.

A record keeps few keys; a description asks for many (other spellings, slips of the birth date). All but the words are
made of several things at once, so that few people share one.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from functools import lru_cache
from hashlib import blake2b
from itertools import chain, islice

from .described import Described
from .nameparts import short_forms_of, sound, spellings_of, unborn_words, words_of
from .places import phone_digits, place

# Of one description, at most so many names and homes make keys.
_MOST = 6
# However much is told, no more is asked for.
MOST_ASKED = 160
# What a key that is shared says, in bits, for the order of the candidates.
WEIGHTS = {
    "id": 60.0,
    "home": 9.0,
    "phone": 9.0,
    "carer": 8.0,
    "street": 6.0,
    "near": 6.0,
    "first": 5.0,
    "last": 5.0,
    "name": 4.5,
    "first_slip": 3.0,
    "last_slip": 3.0,
}


@lru_cache(maxsize=65_536)
def key(kind: str, value: str) -> int:
    """The number under which a kind of key and its value are kept: 63 bits."""
    return int.from_bytes(blake2b(f"{kind}|{value}".encode(), digest_size=8).digest()) >> 1


def word_key(word: str) -> int:
    """The key of one word of a name, whole and normalised: it counts how common the word is, and finds it."""
    return key("word", word)


# One person in so many is counted for what many share, so that counting stays cheap in a large register.
SAMPLED = 16
SAMPLED_THINLY = 1_024
EVERYBODY = key("everybody", "")
EVERYBODY_THINLY = key("everybody", "thinly")


def sample_word_key(word: str) -> int:
    """The key of one word of a name among the people of the sample."""
    return key("sampled", word)


def sample_keys(person_id: int, described: Described) -> frozenset[int]:
    """The keys that somebody has beside their own for being in the sample; none for most."""
    drawn = key("person", str(person_id))
    if drawn % SAMPLED:
        return frozenset()
    words = {*first_words(described), *last_words(described)}
    thinly = [] if drawn % SAMPLED_THINLY else [EVERYBODY_THINLY]
    return frozenset([EVERYBODY, *thinly, *(sample_word_key(word) for word in words)])


def first_words(described: Described) -> tuple[str, ...]:
    """The words somebody may be called by: first and middle names, and those of other names."""
    found = [*words_of(described.first), *words_of(described.middle)]
    for other in described.other_names:
        found += words_of(other)[:1]
    return tuple(dict.fromkeys(found))[:_MOST]


def last_words(described: Described) -> tuple[str, ...]:
    """The words of last names, present and other; a double-barrelled one also in one word."""
    words = words_of(described.last)
    found = [*words, *(["".join(words)] if len(words) > 1 else [])]
    for other in described.other_names:
        found += words_of(other)[-1:]
    return tuple(dict.fromkeys(found))[:_MOST]


def keys_of(described: Described) -> frozenset[int]:
    """The keys that a record of this description keeps."""
    words = (*first_words(described), *last_words(described))
    return frozenset([key(kind, value) for kind, value in _kept(described)] + [word_key(word) for word in words])


def asked_keys(described: Described) -> dict[int, float]:
    """The keys that a description asks for, each with its weight; those first that a record of it keeps."""
    found: dict[int, float] = {}
    for kind, value in islice(chain(_kept(described), _more(described)), MOST_ASKED):
        found.setdefault(key(kind.removesuffix("_slip"), value), WEIGHTS[kind])
    return found


def _kept(described: Described) -> Iterator[tuple[str, str]]:
    firsts, lasts = first_words(described), last_words(described)
    for kind, value in described.identifiers:
        yield "id", kind + re.sub(r"[^A-Z0-9]", "", value.upper()[:40])
    yield from _of_birth(described.born_on, firsts, lasts)
    for first in firsts[:3]:
        for last in lasts:
            yield "name", "|".join(sorted((sound(first), sound(last))))
    yield from _of_homes(described.homes)
    for postcode in dict.fromkeys(place(*home).postcode for home in described.homes[:2]):
        if len(postcode) >= 4:
            for heard in dict.fromkeys(sound(word) for word in (*firsts[:1], *lasts[:2])):
                yield "near", f"{postcode}|{heard}"
    for phone in described.phones[:_MOST]:
        if digits := phone_digits(phone):
            yield "phone", digits
    for carer in described.carers[:3]:
        if name := "".join(words_of(carer)):
            if not firsts or unborn_words(described.first):
                yield "carer", f"{name}|unborn"
            for word in (*firsts[:2], *lasts):
                yield "carer", f"{name}|{sound(word)}"


def _of_birth(born_on: date | None, firsts: Iterable[str], lasts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """A day and a first letter: a slip of the pen seldom hits it, and an other name has it one time in ten."""
    if born_on is None:
        return
    day = born_on.isoformat()
    for kind, words in (("first", firsts), ("last", lasts)):
        for letter in sorted({word[0] for word in words}):
            yield kind, f"{day}|{letter}"


def _of_homes(homes: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for line, postcode in list(homes)[:_MOST]:
        home = place(line, postcode)
        if not home.numbers:
            if home.street and home.postcode:
                yield "home", f"{home.postcode}|{home.street}"
            continue
        if len(home.postcode) >= 4:
            yield "home", f"{home.postcode}|{'/'.join(home.numbers)}"
        if home.street:
            yield "street", f"{'/'.join(home.numbers)}|{home.street}"


def _more(described: Described) -> Iterator[tuple[str, str]]:
    """What is asked for beyond what is kept."""
    firsts, lasts = first_words(described), last_words(described)
    near = {name for first in firsts[:3] for name in (*spellings_of(first), *short_forms_of(first))}
    if described.born_on is not None:
        # First and last name can stand in each other's place, and so can the first two letters of either; both are
        # seldom so, and would crowd out those whose first letter is right.
        yield from _of_birth(described.born_on, near, ())
        turned = [word[1:] for word in (*firsts[:2], *lasts[:2]) if len(word) > 2]
        for kind, value in _of_birth(described.born_on, [*lasts[:2], *turned], [*firsts[:2], *turned]):
            yield f"{kind}_slip", value
        for slip in slips_of(described.born_on):
            for kind, value in _of_birth(slip, firsts[:2], lasts[:2]):
                yield f"{kind}_slip", value
    for name in sorted({sound(name) for name in near})[:30]:
        for last in lasts[:2]:
            yield "name", "|".join(sorted((name, sound(last))))


def slips_of(day: date) -> list[date]:
    """Days that are written for this one by mistake: day and month swapped, a day, a month, a year or ten years off, 1
    January of its year."""
    if not 20 < day.year < 9980:
        return []
    found = [day + timedelta(days=off) for off in (-1, 1)]
    for year, month, number in (
        (day.year, day.day, day.month),
        (day.year - 1, day.month, day.day),
        (day.year + 1, day.month, day.day),
        (day.year - 10, day.month, day.day),
        (day.year + 10, day.month, day.day),
        (day.year, 1, 1),
    ):
        with suppress(ValueError):
            found.append(date(year, month, number))
    return [slip for slip in dict.fromkeys(found) if slip != day]
