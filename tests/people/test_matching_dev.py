"""The labelled register for developing the matching (tests/data/matching_dev), asked in memory: keys as in the tables,
scores as everywhere. What the issue calls firm is firm here; the rest may not fall far below what is reached."""

import csv
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from caseapp.kernel import clock
from caseapp.people.domain.imported import describe, read_row
from caseapp.people.domain.matching import BELOW, VERY_LIKELY, Commonness, Described, asked_keys, keys_of, score
from caseapp.people.domain.matching.keys import word_key
from caseapp.people.domain.matching.nameparts import words_of

FOLDER = Path(__file__).parents[1] / "data" / "matching_dev"


def rows_of(name: str) -> list[dict[str, str]]:
    with open(FOLDER / f"{name}.csv", encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def described(row: dict[str, str], number: str) -> Described:
    return describe(read_row({**row, "record_id": row[number]}, clock.today()))


@dataclass
class Counts:
    known: int = 0
    first: int = 0
    among_five: int = 0
    covered: int = 0
    shown: int = 0
    right: int = 0
    traps: int = 0
    not_known: int = 0
    offered: int = 0
    scenarios: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


@pytest.fixture(scope="module")
def counts() -> Counts:
    register = {row["record_id"]: described(row, "record_id") for row in rows_of("register")}
    by_key = defaultdict(list)
    for number, each in register.items():
        for key in keys_of(each):
            by_key[key].append(number)
    truths = {row["query_id"]: row for row in rows_of("truth_queries")}
    counts = Counts()
    for row in rows_of("queries"):
        asked, truth = described(row, "query_id"), truths[row["query_id"]]
        known = {number for key in asked_keys(asked) for number in by_key.get(key, ())}
        told = {word for each in (asked, *(register[number] for number in known)) for word in all_words(each)}
        common = Commonness(len(register), {word: float(len(by_key.get(word_key(word), ()))) for word in told})
        found = [(score(asked, register[number], common), number) for number in known]
        found = [each for each in found if each[0].band != BELOW]
        found.sort(key=lambda each: (each[0].band != VERY_LIKELY, -each[0].bits, each[1]))
        note(counts, truth, [number for _, number in found], [n for s, n in found if s.band == VERY_LIKELY])
    return counts


def all_words(each: Described) -> set[str]:
    return {
        word
        for text in (each.first, each.middle, each.last, *each.other_names, *each.carers)
        for words in [words_of(text)]
        for word in (*words, "".join(words))
    }


def note(counts: Counts, truth: dict[str, str], found: list[str], very_likely: list[str]) -> None:
    right, traps = (set(filter(None, truth[name].split(";"))) for name in ("truth_ids", "trap_ids"))
    counts.shown += len(very_likely)
    counts.right += len(right.intersection(very_likely))
    counts.traps += len(traps.intersection(very_likely))
    if right:
        counts.known += 1
        counts.first += found[:1] != [] and found[0] in right
        counts.among_five += bool(right.intersection(found[:5]))
        counts.covered += bool(right.intersection(very_likely))
        counts.scenarios[truth["scenario"]].update(asked=1, found=bool(right.intersection(found[:5])))
    elif truth["scenario"] == "not_known":
        counts.not_known += 1
        counts.offered += bool(found)


def test_no_twin_sibling_father_or_namesake_is_very_likely(counts: Counts) -> None:
    assert counts.traps == 0


def test_very_likely_is_right(counts: Counts) -> None:
    assert counts.right / counts.shown >= 0.995


def test_known_children_are_found(counts: Counts) -> None:
    assert counts.first / counts.known >= 0.99
    assert counts.among_five / counts.known >= 0.995


def test_the_worst_scenario(counts: Counts) -> None:
    worst = min(each["found"] / each["asked"] for each in counts.scenarios.values())
    assert worst >= 0.97


def test_very_likely_covers_most_known_children(counts: Counts) -> None:
    assert counts.covered / counts.known >= 0.65


def test_children_who_are_not_known_are_seldom_offered_anybody(counts: Counts) -> None:
    assert counts.offered / counts.not_known <= 0.25
