"""The census rules as a table: each broken by its facts and kept by their neighbours; by collection year."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from caseapp.people.domain.census import (
    COLLECTIONS,
    NOT_BEFORE_REFERRAL,
    RULES,
    AssessmentFacts,
    ChildFacts,
    Dated,
    EpisodeFacts,
    Facts,
    broken_rules,
    collection_of,
    get_rule,
)

DAY = date(2026, 6, 1)
DONE = AssessmentFacts(DAY, DAY + timedelta(days=30), ("16A",))
OPEN = AssessmentFacts(DAY)
KNOWN = ChildFacts(date(2017, 3, 9), None, "F", "WBRI", (), ("NONE",))
EPISODE = EpisodeFacts(DAY, assessments=(DONE,))
GOOD = Facts(KNOWN, (EPISODE,))
UNBORN = ChildFacts(None, DAY + timedelta(days=100), "U", "NOBT")


def after(days: int) -> date:
    return DAY + timedelta(days=days)


def child(**more: object) -> Facts:
    return replace(GOOD, child=replace(KNOWN, **more))  # type: ignore[arg-type]


def one(**more: object) -> Facts:
    return replace(GOOD, episodes=(replace(EPISODE, **more),))  # type: ignore[arg-type]


def two(first: EpisodeFacts, second: EpisodeFacts) -> Facts:
    return replace(GOOD, episodes=(first, second))


CLOSED = EpisodeFacts(DAY, after(40), "RC7", (DONE,))
# By rule: facts that break it, and the nearest that keep it.
CASES: list[tuple[str, Facts, Facts]] = [
    ("8525Q", child(born_on=None), GOOD),
    (
        "8606",
        replace(GOOD, child=replace(UNBORN, expected_on=after(281))),
        replace(GOOD, child=replace(UNBORN, expected_on=after(280))),
    ),
    ("8606", child(born_on=after(281)), child(born_on=after(280))),
    ("8750", replace(GOOD, child=replace(UNBORN, sex="F")), replace(GOOD, child=UNBORN)),
    ("1510", child(upns=("B123456789012",)), child(upns=("D372000012345",))),
    ("4220", child(ethnicity=None), child(ethnicity="NOBT")),
    ("4220", child(ethnicity="XXXX"), child(ethnicity="REFU")),
    ("8540", child(disabilities=()), replace(GOOD, child=replace(UNBORN, disabilities=()))),
    ("8790", child(disabilities=("NONE", "MOB")), child(disabilities=("HEAR", "MOB"))),
    ("8805, 8810", one(closed_on=after(40)), one(closed_on=after(40), code="RC7")),
    ("8805, 8810", one(code="RC7"), GOOD),
    ("8815", two(EPISODE, EpisodeFacts(after(50))), two(CLOSED, EpisodeFacts(after(50)))),
    ("8816", two(EPISODE, EpisodeFacts(after(50), after(60), "RC7")), two(CLOSED, EpisodeFacts(after(50)))),
    ("8820", two(CLOSED, EpisodeFacts(after(39))), two(CLOSED, EpisodeFacts(after(40)))),
    ("1103", one(referral_on=after(1)), one(referral_on=DAY)),
    *(
        (number, one(began=(Dated(number, after(-1)),)), one(began=(Dated(number, DAY),)))
        for number in NOT_BEFORE_REFERRAL.values()
    ),
    ("8565", one(closed_on=after(29), code="RC7"), one(closed_on=after(30), code="RC7")),
    ("8867", one(closed_on=after(40), code="RC7", assessments=(OPEN,)), one(assessments=(OPEN,))),
    ("8825Q", one(closed_on=after(40), code="RC9", assessments=()), one(closed_on=after(40), code="RC9")),
    ("2990", one(closed_on=after(40), code="RC8", began=(Dated("2889", DAY),)), one(closed_on=after(40), code="RC8")),
    ("8896", one(assessments=(OPEN, replace(OPEN, started_on=after(5)))), one(assessments=(OPEN,))),
    (
        "8863Q",
        one(assessments=(DONE, replace(OPEN, started_on=after(30)))),
        one(assessments=(DONE, replace(OPEN, started_on=after(31)))),
    ),
    ("8897Q", one(assessments=(replace(DONE, factors=()),)), one(assessments=(OPEN,))),
    ("8614", one(assessments=(replace(OPEN, factors=("16A",)),)), GOOD),
    (
        "8869",
        one(assessments=(replace(DONE, factors=("16A", "21")),)),
        one(assessments=(replace(DONE, factors=("21",)),)),
    ),
    (
        "8873Q",
        one(assessments=(replace(DONE, factors=("21",)),), closed_on=after(40), code="RC7"),
        one(assessments=(replace(DONE, factors=("21",)),), closed_on=after(40), code="RC8"),
    ),
]


@pytest.mark.parametrize(("number", "bad", "good"), CASES, ids=[row[0] for row in CASES])
def test_each_rule_is_broken_by_its_facts_and_kept_by_their_neighbours(number: str, bad: Facts, good: Facts) -> None:
    rule = get_rule(number)
    assert rule in list(broken_rules(bad))
    assert rule not in list(broken_rules(good))


def test_a_plain_record_breaks_nothing_and_every_rule_is_tried() -> None:
    assert not list(broken_rules(GOOD))
    assert {row[0] for row in CASES} == {rule.number for rule in RULES}


def test_each_rule_says_what_to_do_without_a_full_stop_and_has_its_number_once() -> None:
    assert len({rule.number for rule in RULES}) == len(RULES)
    assert all(rule.mend and not rule.mend.endswith(".") and rule.words for rule in RULES)


@pytest.mark.parametrize(
    ("day", "name", "checked"),
    [
        (date(2025, 4, 1), "2025-26", True),
        (date(2026, 3, 31), "2025-26", True),
        (date(2026, 4, 1), "2026-27", False),
        (date(2028, 1, 1), "2026-27", False),
    ],
)
def test_rules_are_dated_by_collection_year(day: date, name: str, checked: bool) -> None:
    found = collection_of(day)
    assert (found.name, found.checked) == (name, checked)


def test_the_years_follow_each_other() -> None:
    assert [each.first for each in COLLECTIONS[1:]] == [each.last + timedelta(days=1) for each in COLLECTIONS[:-1]]
