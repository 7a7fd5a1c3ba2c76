"""Which keys answer what was asked: the one that few share finds people, the others keep those that have them too."""

from dataclasses import dataclass
from datetime import date
from itertools import combinations, pairwise, product

from caseapp.kernel.db import padded
from caseapp.people.domain.matching.keys import key, word_key
from caseapp.people.domain.matching.places import phone_digits
from caseapp.people.domain.seeking import closeness, day_key, pair_key, postcode_key, sounds_key
from caseapp.search.domain import Asked

NEAREST_FIRST = 64


@dataclass(frozen=True)
class Plan:
    """How the asked are found: by `by` (keys, sectors, numbers or references); each of `also` must be there too."""

    by: str
    exact: tuple[int, ...]
    near: tuple[int, ...]
    also: tuple[tuple[int, ...], ...]
    sectors: tuple[str, ...]
    born: tuple[date, date] | None


def plan(asked: Asked, near: dict[str, list[str]], today: date) -> Plan:
    """Decide how to look; `near` are the words nearly those that were typed."""
    terms: list[tuple[list[int], list[int]]] = [
        *(([key("id", f"nhs_number{number}")], []) for number in asked.nhs_numbers),
        *(([key("id", f"upn{number}")], []) for number in asked.upns),
        *(([key("phone", phone_digits(phone))], []) for phone in asked.phones),
        *(([postcode_key(postcode)], []) for postcode in asked.postcodes),
        *(([day_key(day)], []) for day in asked.born_on),
    ]
    if asked.words:
        terms.append(_of_words(asked.words, near))
    by = "references" if asked.references else "numbers" if asked.numbers else "keys" if terms else "sectors"
    first, rest = (terms[0], terms[1:]) if by == "keys" else (([], []), terms)
    return Plan(
        by=by,
        exact=tuple(padded(first[0])),
        near=tuple(padded(first[1])),
        also=tuple(tuple(padded([*exact, *others])) for exact, others in rest),
        sectors=tuple(asked.sectors),
        born=asked.born_between(today),
    )


def _of_words(words: tuple[str, ...], near: dict[str, list[str]]) -> tuple[list[int], list[int]]:
    """The keys of typed words: of one by itself, of several two by two."""
    if len(words) == 1:
        return [word_key(words[0])], [word_key(word) for word in near.get(words[0], ())]
    exact = [pair_key(*pair) for pair in combinations(words, 2)]
    # Two words that are written in one: Van Dyke, Vandyke.
    exact += [word_key(one + other) for one, other in pairwise(words)]
    found: dict[int, int] = {}
    for one, other in combinations(words, 2):
        for first, second in product((one, *near.get(one, ())), (other, *near.get(other, ()))):
            far = (closeness(one, first) or 0) + (closeness(other, second) or 0)
            number = pair_key(first, second)
            found[number] = min(far, found.get(number, far))
        # What sounds like both, also where the words themselves are none of the nearest.
        found[sounds_key(one, other)] = 0
    return exact, sorted(found, key=lambda number: found[number])[:NEAREST_FIRST]
