"""Which records of the whole register may be of one person: pairs that share keys, compared as look-ups are."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.kernel.db import db, fetch_new, is_postgresql
from caseapp.kernel.subjects import Subject
from caseapp.people.domain.matching import BELOW, VERY_LIKELY, Commonness, Described, Scored, score, words_to_count
from caseapp.people.domain.matching.keys import EVERYBODY, EVERYBODY_THINLY, word_key
from caseapp.people.models import DuplicatePair, Person, PersonFeatures, PersonKey

from .matches import described_people

# A key that more people have says little; two keys are what one person's records share, however little agrees.
_SHARED_BY = 40
_KEYS = 2
# So many people's pairs are in memory at a time, and so many pairs are compared at a time.
_SLICE = 150_000
_AT_ONCE = 1_000
_WORDS = 400


@dataclass(frozen=True)
class Pair:
    """Two records that may be of one person, the older record first."""

    person_id: int
    other_id: int
    scored: Scored


def find_duplicates(each: Callable[[int, int], None]) -> Iterator[Pair]:
    """All pairs of the register that are very likely or possible. Knows no permissions.

    `each` is called now and then with how many people were looked at, and how many there are. Memory is bounded by
    slices of the register; each slice reads the keys once.
    """
    people, first, last = fetch_new(
        sa.select(sa.func.count(), sa.func.min(PersonFeatures.person_id), sa.func.max(PersonFeatures.person_id))
    )[0]
    common = _Counted(people)
    looked_at = 0
    for start, end in _slices(people, first, last):
        pairs = sorted(_pairs(start, end))
        slice_people = min(_SLICE, people - looked_at)
        for number, some in enumerate(_in_parts(pairs, _AT_ONCE)):
            yield from _compared(some, common)
            each(looked_at + slice_people * min((number + 1) * _AT_ONCE, len(pairs)) // len(pairs), people)
        looked_at += slice_people
        each(looked_at, people)


def _slices(people: int, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Numbers from and to, each slice with so many people at most."""
    if not people:
        return
    start = first
    while True:
        rows = fetch_new(
            sa.select(PersonFeatures.person_id)
            .where(PersonFeatures.person_id >= start)
            .order_by(PersonFeatures.person_id)
            .offset(_SLICE)
            .limit(1)
        )
        yield start, rows[0].person_id if rows else last + 1
        if not rows:
            return
        start = rows[0].person_id


def _in_parts(pairs: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(pairs), size):
        yield pairs[start : start + size]


def _pairs(start: int, end: int) -> Iterator[int]:
    """Pairs whose first person is in the slice and that share enough keys, each as one number."""
    shared: Counter[int] = Counter()
    for text in _groups():
        group = sorted(map(int, text.split(",")))
        if group[0] < end and group[-1] >= start:
            shared.update([one << 32 | other for one, other in combinations(group, 2) if start <= one < end])
    return (pair for pair, count in shared.items() if count >= _KEYS)


def _groups() -> Iterator[str]:
    """The people of each key that some share, as a text of numbers."""
    number = sa.cast(PersonKey.person_id, sa.Text())
    people = sa.func.string_agg(number, ",") if is_postgresql() else sa.func.group_concat(number)
    statement = (
        sa.select(people)
        .where(PersonKey.key.not_in((EVERYBODY, EVERYBODY_THINLY)))
        .group_by(PersonKey.key)
        .having(sa.func.count().between(2, _SHARED_BY))
    )
    # A cursor that stays on the server needs a transaction; on SQLite one would keep others from writing.
    with db.engines["default" if is_postgresql() else "read"].connect() as connection:
        yield from connection.execution_options(yield_per=10_000).execute(statement).scalars()


class _Counted:
    """How common the words of names are, each counted once in the whole register."""

    def __init__(self, people: int) -> None:
        self.bearers: dict[str, float] = {}
        self.common = Commonness(people, self.bearers)

    def count(self, words: Iterable[str]) -> Commonness:
        """Count those that were not counted yet."""
        new = sorted({word for word in words if word not in self.bearers})
        for start in range(0, len(new), _WORDS):
            keys = {word_key(word): word for word in new[start : start + _WORDS]}
            counted: Any = sa.select(PersonKey.key, sa.func.count().label("number")).where(PersonKey.key.in_(keys))
            self.bearers.update(dict.fromkeys(keys.values(), 0.0))
            for row in fetch_new(counted.group_by(PersonKey.key)):
                # Besides the record that is compared: a slip of the pen that nobody else bears is nobody's name.
                self.bearers[keys[row.key]] = float(row.number - 1)
        return self.common


def _compared(pairs: list[int], counted: _Counted) -> Iterator[Pair]:
    ids = [(pair >> 32, pair & 0xFFFFFFFF) for pair in pairs]
    known = described_people({number for pair in ids for number in pair})
    words = {word for one, other in ids for pair in ((one, other), (other, one)) for word in _words(known, *pair)}
    common = counted.count(words)
    for one, other in ids:
        scored = score(known[one], known[other], common)
        if scored.band == BELOW:
            continue
        if scored.band != VERY_LIKELY:
            # Either record may hold the slip.
            turned = score(known[other], known[one], common)
            scored = turned if turned.band == VERY_LIKELY else scored
        yield Pair(one, other, scored)


def _words(known: Mapping[int, Described], one: int, other: int) -> frozenset[str]:
    return words_to_count(known[one], (known[other],))


def list_duplicates() -> Iterator[tuple[str, str, str, float]]:
    """The pairs of the last look, the likeliest first: the numbers of both records where they came from (their
    references here, where they came from nowhere), the band and the bits. Knows no permissions."""
    people = [orm.aliased(Person) for _ in range(2)]
    subjects = [orm.aliased(Subject) for _ in range(2)]
    numbers = [
        sa.func.coalesce(person.source_id, subject.reference).label(name)
        for person, subject, name in zip(people, subjects, ("one", "other"), strict=True)
    ]
    statement = (
        sa.select(*numbers, DuplicatePair.band, DuplicatePair.bits)
        .join(people[0], people[0].id == DuplicatePair.person_id)
        .join(people[1], people[1].id == DuplicatePair.other_id)
        .join(subjects[0], subjects[0].id == DuplicatePair.person_id)
        .join(subjects[1], subjects[1].id == DuplicatePair.other_id)
        .order_by(
            sa.case((DuplicatePair.band == VERY_LIKELY, 0), else_=1),
            DuplicatePair.bits.desc(),
            DuplicatePair.person_id,
            DuplicatePair.other_id,
        )
    )
    for row in fetch_new(statement):
        yield row.one, row.other, row.band, row.bits
