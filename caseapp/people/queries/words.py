"""Words of names that are nearly what somebody typed."""

from collections.abc import Iterable

import sqlalchemy as sa

from caseapp.kernel.db import fetch, padded
from caseapp.people.domain.matching.nameparts import short_forms_of, spellings_of
from caseapp.people.domain.seeking import FORM, SHORTEST_PART, asked_by, closeness
from caseapp.people.models import NameWord

# Of one typed word so many others are looked for, the nearest first, and so many forms of it.
MOST_NEAR, MOST_FORMS = 12, 24
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
    ranked = {word: near for word in words if (near := closeness(typed, word))}
    others = [word for word, near in ranked.items() if near != FORM]
    others.sort(key=lambda word: (ranked[word], abs(len(word) - len(typed)), word))
    forms = sorted((*spellings_of(typed), *short_forms_of(typed))) if len(typed) >= SHORTEST_PART else []
    # Those known to stand in somebody's name first; the rest were not asked for, and may.
    forms.sort(key=lambda word: word not in ranked)
    return forms[:MOST_FORMS] + others[:MOST_NEAR]
