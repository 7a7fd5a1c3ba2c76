"""Who of the register a description could be of. No permissions: callers show only what their actor may see."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import sqlalchemy as sa

from caseapp.kernel.db import fetch, is_postgresql
from caseapp.kernel.subjects import Subject
from caseapp.people.domain.matching import (
    BELOW,
    VERY_LIKELY,
    Commonness,
    Described,
    Scored,
    asked_keys,
    score,
    unpack,
    words_to_count,
)
from caseapp.people.domain.matching.keys import (
    EVERYBODY,
    EVERYBODY_THINLY,
    SAMPLED,
    SAMPLED_THINLY,
    sample_word_key,
    word_key,
)
from caseapp.people.models import Person, PersonFeatures, PersonKey

# Of a key that many people share, so many are taken; of all that are found, so many are compared.
_PER_KEY = 200
_COMPARED = 96
# Up to so many people who share a name are counted one by one; beyond, in a sample.
_COUNTED = 2_000
# Lists are filled up to a multiple of this, so that few statements do for lists of any length.
_STEP = 16
_NO_KEY = -1

# The number of a person; or that of whatever else is compared, with what it is.
Key = TypeVar("Key", int, tuple[str, int])


@dataclass(frozen=True)
class Match:
    """A person of the register who could be the one described."""

    person_id: int
    known: Described
    scored: Scored


def find_matches(asked: Described, *, limit: int = 5, besides: Collection[int] = ()) -> list[Match]:
    """Who this description could be of, the likeliest first, without the people in `besides`. Three statements.

    It knows no permissions: show only people whom the actor may see.
    """
    found = compare(asked, list_candidates(asked, besides=besides))
    return [Match(person_id, known, scored) for person_id, known, scored in found[:limit]]


def list_candidates(
    asked: Described, *, besides: Collection[int] = (), also: Collection[int] = ()
) -> dict[int, Described]:
    """Whom of the register it is worth to compare with a description, unranked, without the people in `besides`, and
    those in `also` whatever they share with it. Two statements, one where nobody is found."""
    found = (person_id for person_id in _candidates(asked_keys(asked)) if person_id not in besides)
    return described_people({**dict.fromkeys(found), **dict.fromkeys(also)})


def compare(asked: Described, known: Mapping[Key, Described]) -> list[tuple[Key, Described, Scored]]:
    """Those of `known` (of the register, or of other contacts) who could be the one described, the likeliest first.
    One statement, none where there is nobody."""
    if not known:
        return []
    common = count_names(words_to_count(asked, known.values()))
    found = [(key, each, score(asked, each, common)) for key, each in known.items()]
    likely = [each for each in found if each[2].band != BELOW]
    return sorted(likely, key=lambda each: (each[2].band != VERY_LIKELY, -each[2].bits, each[0]))


_FEATURES = sa.select(PersonFeatures.person_id, PersonFeatures.features).where(
    PersonFeatures.person_id.in_(sa.bindparam("people", expanding=True))
)


def described_people(person_ids: Iterable[int]) -> dict[int, Described]:
    """What the register holds of these people, as it is compared. One statement."""
    people = list(person_ids)
    if not people:
        return {}
    return {row.person_id: unpack(row.features) for row in fetch(_FEATURES, {"people": people})}


_RECORD_IDS = (
    sa.select(Person.id, sa.func.coalesce(Person.source_id, Subject.reference).label("record_id"))
    .join(Subject, Subject.id == Person.id)
    .where(Person.id.in_(sa.bindparam("people", expanding=True)))
)


def list_record_ids(person_ids: Iterable[int]) -> dict[int, str]:
    """By what number others know these people: the one they were imported with, or their reference. One statement."""
    people = list(person_ids)
    return {row.id: row.record_id for row in fetch(_RECORD_IDS, {"people": people})} if people else {}


def _candidates(keys: Mapping[int, float]) -> list[int]:
    """The people who share keys with a description, those who share most first; whoever shares a number is among
    them, because it weighs more than all else together."""
    if not keys:
        return []
    if is_postgresql():
        given: dict[str, Any] = {"keys": list(keys), "weights": list(keys.values())}
        return [row.person_id for row in fetch(_candidates_of_arrays(), given)]
    wanted = _filled([*keys.items()], (_NO_KEY, 0.0))
    given = {f"k{at}": key for at, (key, _) in enumerate(wanted)}
    given |= {f"w{at}": weight for at, (_, weight) in enumerate(wanted)}
    return [row.person_id for row in fetch(_candidates_of_list(len(wanted)), given)]


def _filled(items: list[Any], with_: Any) -> list[Any]:
    return items + [with_] * (-len(items) % _STEP)


@cache
def _candidates_of_arrays() -> Any:
    wanted = (
        sa.func.unnest(
            sa.bindparam("keys", type_=sa.ARRAY(sa.BigInteger)), sa.bindparam("weights", type_=sa.ARRAY(sa.Float))
        )
        .table_valued("key", "weight")
        .render_derived(name="wanted")
    )
    some = (
        sa.select(PersonKey.person_id)
        .where(PersonKey.key == wanted.c.key)
        .order_by(PersonKey.person_id)
        .limit(_PER_KEY)
        .lateral("some")
    )
    return _heaviest(sa.select(some.c.person_id, wanted.c.weight).select_from(wanted.join(some, sa.true())).subquery())


@cache
def _candidates_of_list(count: int) -> Any:
    some = [
        sa.select(PersonKey.person_id, sa.bindparam(f"w{at}", type_=sa.Float).label("weight"))
        .where(PersonKey.key == sa.bindparam(f"k{at}"))
        .order_by(PersonKey.person_id)
        .limit(_PER_KEY)
        .subquery()
        for at in range(count)
    ]
    return _heaviest(sa.union_all(*(sa.select(each) for each in some)).subquery())


def _heaviest(shared: sa.Subquery) -> Any:
    weight = sa.func.sum(shared.c.weight)
    return (
        sa.select(shared.c.person_id)
        .group_by(shared.c.person_id)
        .order_by(weight.desc(), shared.c.person_id)
        .limit(_COMPARED)
    )


def count_names(words: Collection[str]) -> Commonness:
    """How common the words of names are in the register. One statement."""
    names = sorted(words)
    keys = [EVERYBODY, EVERYBODY_THINLY, *map(word_key, names), *map(sample_word_key, names)]
    counts = {row.key: row.number for row in _count(keys)}
    people = counts.get(EVERYBODY, 0) * SAMPLED
    if people >= _COUNTED * SAMPLED:
        people = max(people, counts.get(EVERYBODY_THINLY, 0) * SAMPLED_THINLY)
    bearers = {}
    for word in names:
        exact = counts.get(word_key(word), 0)
        bearers[word] = float(exact if exact < _COUNTED else max(exact, SAMPLED * counts.get(sample_word_key(word), 0)))
    return Commonness(people, bearers)


def _count(keys: list[int]) -> Iterable[Any]:
    if is_postgresql():
        return fetch(_count_of_array(), {"keys": keys})
    wanted = _filled(keys, _NO_KEY)
    return fetch(_count_of_list(len(wanted)), {f"k{at}": key for at, key in enumerate(wanted)})


@cache
def _count_of_array() -> Any:
    wanted = (
        sa.func.unnest(sa.bindparam("keys", type_=sa.ARRAY(sa.BigInteger))).table_valued("key").render_derived("wanted")
    )
    some = sa.select(PersonKey.person_id).where(PersonKey.key == wanted.c.key).limit(_COUNTED).lateral("some")
    return (
        sa.select(wanted.c.key, sa.func.count().label("number"))
        .select_from(wanted.join(some, sa.true()))
        .group_by(wanted.c.key)
    )


@cache
def _count_of_list(count: int) -> Any:
    some = [
        sa.select(PersonKey.key).where(PersonKey.key == sa.bindparam(f"k{at}")).limit(_COUNTED).subquery()
        for at in range(count)
    ]
    each = sa.union_all(*(sa.select(one) for one in some)).subquery()
    return sa.select(each.c.key, sa.func.count().label("number")).group_by(each.c.key)
