"""Words of names that are nearly what somebody typed."""

from collections.abc import Iterable

import sqlalchemy as sa

from caseapp.kernel.db import fetch, padded
from caseapp.people.domain.matching.nameparts import short_forms_of, spellings_of
from caseapp.people.domain.seeking import FORM, SHORTEST_PART, asked_by, closeness
from caseapp.people.models import NameWord

# Of one typed word so many others are looked for, the nearest first.
MOST_NEAR = 12
_READ = 2_000
_NEAR = sa.select(NameWord.word).distinct().where(NameWord.key.in_(sa.bindparam("keys", expanding=True))).limit(_READ)


def near_words(typed: Iterable[str]) -> dict[str, list[str]]:
    """For each typed word the words of people's names that are nearly it, the nearest first, without itself. One
    statement, whatever is found."""
    asked = list(dict.fromkeys(typed))
    keys = sorted({each for word in asked for each in asked_by(word)})
    found = {row.word for row in fetch(_NEAR, {"keys": padded(keys)})}
    return {word: _nearest(word, found) for word in asked}


def _nearest(typed: str, words: set[str]) -> list[str]:
    forms = () if len(typed) < SHORTEST_PART else (*spellings_of(typed), *short_forms_of(typed))
    ranked = dict.fromkeys(forms, FORM)
    for word in words:
        near = closeness(typed, word)
        if near:
            ranked.setdefault(word, near)
    return sorted(ranked, key=lambda word: (ranked[word], abs(len(word) - len(typed)), word))[:MOST_NEAR]
