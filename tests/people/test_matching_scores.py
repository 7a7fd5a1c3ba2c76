"""How two descriptions of children are compared: what says strongly that they are one, what keeps a machine from
saying so, and the words in which it is told."""

import json
from dataclasses import replace
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseapp.people.domain.matching import (
    BELOW,
    POSSIBLE,
    VERY_LIKELY,
    Commonness,
    Described,
    Scored,
    pack,
    score,
    unpack,
    words_to_count,
)
from caseapp.people.domain.names import normalise_name
from caseapp.referrals.domain.children import children_of
from caseapp.referrals.domain.described import described_child

SAMPLE = Path(__file__).parents[1] / "data" / "sample_referrals.json"
# A council of 300,000 people: one in fifty bears one of the commonest names, a usual one one in a thousand.
COMMON = ("muhammad", "mohammed", "khan", "smith", "olivia")
USUAL = (
    "ellie",
    "marsden",
    "leo",
    "leon",
    "aisha",
    "ayesha",
    "elizabeth",
    "rourke",
    "orourke",
    "kirsty",
    "jones",
    "lewis",
)
COUNCIL = Commonness(
    300_000,
    dict.fromkeys(USUAL, 300.0)
    | dict.fromkeys(COMMON, 6_000.0)
    | {"trcaey": 0.0, "elloe": 0.0, "darryl": 0.0, "daryl": 3.0},
)
HOME, ELSEWHERE = ("14 Quarry Lane", "S63 7AQ"), ("3 High Street", "S60 1AA")
ELLIE = Described(
    "Ellie",
    "",
    "Marsden",
    (),
    "F",
    date(2017, 3, 4),
    homes=(HOME,),
    carers=("Kirsty Marsden",),
    phones=("07700 900123",),
)
SHE = Described("Ellie", "", "Marsden", (), "F", date(2017, 3, 4))


def compared(asked: Described, known: Described) -> Scored:
    return score(asked, known, COUNCIL)


def words(scored: Scored) -> list[str]:
    return [evidence.words for evidence in scored.evidence]


@pytest.mark.parametrize(
    ("what", "asked"),
    [
        ("told whole", ELLIE),
        ("told without anything of where she lives", replace(ELLIE, homes=(), phones=())),
        ("moved, with the same mother", replace(ELLIE, homes=(ELSEWHERE,), phones=())),
        ("day and month swapped", replace(ELLIE, born_on=date(2017, 4, 3))),
        ("a year off", replace(ELLIE, born_on=date(2016, 3, 4))),
        ("weeks off, in one family: no mother has two children so soon", replace(ELLIE, born_on=date(2017, 4, 2))),
        ("without her birth date, in one family", replace(ELLIE, born_on=None, phones=())),
        ("another last name", replace(ELLIE, last="Brook")),
        ("double-barrelled", replace(ELLIE, last="Marsden-Brook")),
        ("first and last name swapped", replace(ELLIE, first="Marsden", last="Ellie")),
        (
            "in capitals, with a postcode in one word",
            replace(ELLIE, last="MARSDEN", homes=(("14 quarry ln", "s637aq"),)),
        ),
        ("with the town in the address", replace(ELLIE, homes=(("14 Quarry Lane, Wath upon Dearne", "S63 7AQ"),))),
    ],
)
def test_one_child_told_of_twice_is_very_likely_one(what: str, asked: Described) -> None:
    assert compared(asked, ELLIE).band == VERY_LIKELY
    assert compared(ELLIE, asked).band == VERY_LIKELY


@pytest.mark.parametrize(
    ("who", "asked", "known", "why"),
    [
        ("a twin of a like name", replace(ELLIE, first="Leo"), replace(ELLIE, first="Leon"), "twin"),
        ("a twin whose name is a short form", replace(ELLIE, first="Elizabeth"), ELLIE, "twin"),
        ("a twin whose name is a spelling", replace(ELLIE, first="Aisha"), replace(ELLIE, first="Ayesha"), "twin"),
        (
            "a twin with the second half her own",
            replace(ELLIE, first="Ellie-Mae"),
            replace(ELLIE, first="Ellie-Grace"),
            "twin",
        ),
        ("a twin brother", replace(ELLIE, first="Jake", sex="M"), ELLIE, "twin"),
        ("a namesake", replace(SHE, homes=(ELSEWHERE,)), ELLIE, "namesake"),
        ("a namesake of whom nothing else is known", SHE, SHE, "namesake"),
        (
            "a child of the same name and home, another date",
            replace(ELLIE, born_on=date(2011, 8, 23)),
            ELLIE,
            "birth date",
        ),
        ("a father of the same name", replace(ELLIE, born_on=date(1985, 3, 4), carers=()), ELLIE, "generation"),
        (
            "a namesake whose mother has a namesake, too, and no birth date",
            replace(ELLIE, born_on=None, homes=(ELSEWHERE,), phones=()),
            ELLIE,
            "birth date",
        ),
        (
            "a namesake a year older whose mother is a namesake, too",
            replace(ELLIE, born_on=date(2016, 3, 4), homes=(ELSEWHERE,), phones=()),
            ELLIE,
            "namesakes",
        ),
        (
            "a namesake of an estimated age whose mother is a namesake, too",
            replace(ELLIE, born_on=date(2017, 1, 1), born="estimated", homes=(ELSEWHERE,), phones=()),
            ELLIE,
            "namesakes",
        ),
        (
            "a twin of a name that few bear, with a letter doubled",
            replace(ELLIE, first="Darryl"),
            replace(ELLIE, first="Daryl"),
            "twin",
        ),
        ("a mother whose age nobody knows", replace(ELLIE, born_on=None, carers=()), ELLIE, "birth date"),
        (
            "another valid NHS number",
            replace(ELLIE, identifiers=(("nhs_number", "999 000 0018"),)),
            replace(ELLIE, identifiers=(("nhs_number", "999 000 0026"),)),
            "valid number",
        ),
    ],
)
def test_never_very_likely(who: str, asked: Described, known: Described, why: str) -> None:
    for one, two in ((asked, known), (known, asked)):
        scored = compared(one, two)
        assert scored.band != VERY_LIKELY
        assert any(why in gate for gate in scored.gates)


def test_an_unborn_baby_is_the_child_born_near_the_day() -> None:
    due = replace(ELLIE, first="Unborn baby", sex="U", born="expected", born_on=date(2017, 3, 15))
    assert compared(ELLIE, due).band == VERY_LIKELY
    assert compared(due, due).band == VERY_LIKELY
    assert "was due 15 March 2017, here born 4 March 2017" in words(compared(ELLIE, due))
    assert compared(replace(ELLIE, born_on=date(2016, 1, 9)), due).band != VERY_LIKELY
    # Mothers have namesakes who expect a child, too: the mother's name alone is not enough, however near the day.
    namesake = replace(due, homes=(ELSEWHERE,), phones=())
    assert compared(namesake, due).band != VERY_LIKELY
    assert compared(replace(ELLIE, homes=(ELSEWHERE,), phones=()), due).band != VERY_LIKELY
    assert compared(replace(due, homes=(), phones=()), due).band != VERY_LIKELY
    # Seven weeks from the day, too.
    away = replace(ELLIE, born_on=date(2017, 2, 1), homes=(), phones=())
    assert compared(away, due).band != VERY_LIKELY
    # Whoever is told of as unborn is not the child who has a name already.
    assert compared(due, ELLIE).band != VERY_LIKELY


def test_a_number_settles_what_names_leave_open() -> None:
    number = (("nhs_number", "999 000 0018"),)
    asked = Described("Elly", "", "Brook", (), "U", date(2017, 3, 4), homes=(ELSEWHERE,), identifiers=number)
    scored = compared(asked, replace(ELLIE, identifiers=number))
    assert scored.band == VERY_LIKELY
    assert scored.evidence[-1].words == "same NHS number"
    assert scored.evidence[-1].strength == "strong"


def test_a_number_with_two_figures_swapped_is_no_other_number() -> None:
    asked = replace(ELLIE, identifiers=(("nhs_number", "999 000 0081"),))
    scored = compared(asked, replace(ELLIE, identifiers=(("nhs_number", "999 000 0018"),)))
    assert scored.band == VERY_LIKELY
    assert "NHS number nearly the same: figures swapped or one differs" in words(scored)


def test_the_rarer_a_name_the_more_it_says() -> None:
    rare, often = (compared(replace(SHE, first=name), replace(SHE, first=name)).bits for name in ("Ellie", "Muhammad"))
    assert rare - often == pytest.approx(4.3, abs=0.3)  # One in 1,000 against one in 50: log2(20).


def test_what_a_family_shares_does_not_add_up() -> None:
    brother = replace(ELLIE, first="Jake", sex="M", born_on=date(2019, 11, 30))
    assert compared(brother, ELLIE).band == BELOW


@pytest.mark.parametrize(
    ("asked", "known", "said"),
    [
        (ELLIE, ELLIE, "same home"),
        (
            replace(ELLIE, born_on=date(2017, 4, 3)),
            ELLIE,
            "born 4 March 2017, here 3 April 2017: day and month swapped",
        ),
        (replace(ELLIE, born_on=date(2017, 3, 5)), ELLIE, "born 4 March 2017, here 5 March 2017: a day apart"),
        (
            replace(ELLIE, born_on=date(2017, 1, 1), born="estimated"),
            ELLIE,
            "born 4 March 2017, here 1 January 2017: an estimated date that fits",
        ),
        (
            replace(SHE, first="Mohammed"),
            replace(SHE, first="Muhammad"),
            "Mohammed and Muhammad are spellings of one name",
        ),
        (replace(ELLIE, first="Elizabeth"), ELLIE, "Elizabeth and Ellie can be short for one another"),
        (replace(ELLIE, first="Jake"), ELLIE, "another first name: Ellie, here Jake"),
        (replace(ELLIE, sex="M"), ELLIE, "sex differs"),
        (replace(ELLIE, last="O'Rourke"), replace(ELLIE, last="O Rourke"), "same last name (O Rourke, here O'Rourke)"),
        (replace(ELLIE, phones=("+44 7700 900123",)), ELLIE, "same telephone number"),
        (replace(ELLIE, homes=(ELSEWHERE,)), ELLIE, "another address"),
    ],
)
def test_it_says_why(asked: Described, known: Described, said: str) -> None:
    assert said in words(compared(asked, known))


def test_letters_in_the_wrong_order_are_a_slip_and_no_twin() -> None:
    assert compared(replace(ELLIE, first="Trcaey"), replace(ELLIE, first="Tracey")).band == VERY_LIKELY


def test_a_word_that_nobody_bears_beside_hundreds_is_a_slip_and_no_twin() -> None:
    assert compared(replace(ELLIE, first="Elloe"), ELLIE).band == VERY_LIKELY


def test_within_a_family_a_common_first_name_says_more() -> None:
    muhammad = replace(ELLIE, first="Muhammad", last="Khan", sex="M", born_on=None, phones=())
    known = replace(muhammad, born_on=date(2017, 3, 4))
    assert "the same first name in one family: brothers and sisters have different ones" in words(
        compared(muhammad, known)
    )
    assert "the same first name in one family: brothers and sisters have different ones" not in words(
        compared(replace(muhammad, homes=(ELSEWHERE,)), known)
    )


TEXTS = st.text(max_size=30)
DESCRIBED = st.builds(
    Described,
    first=TEXTS,
    middle=TEXTS,
    last=TEXTS,
    other_names=st.lists(TEXTS, max_size=2).map(tuple),
    sex=st.sampled_from("FMU"),
    born_on=st.none() | st.dates(),
    born=st.sampled_from(["exact", "estimated", "expected"]),
    homes=st.lists(st.tuples(TEXTS, TEXTS), max_size=2).map(tuple),
    carers=st.lists(TEXTS, max_size=2).map(tuple),
    phones=st.lists(TEXTS, max_size=2).map(tuple),
    identifiers=st.lists(st.tuples(st.sampled_from(["nhs_number", "upn", "other"]), TEXTS), max_size=2).map(tuple),
    adult=st.none() | st.booleans(),
)


@given(DESCRIBED, DESCRIBED)
def test_whatever_is_told_is_compared(one: Described, two: Described) -> None:
    there, back = compared(one, two), compared(two, one)
    assert {there.band, back.band} <= {VERY_LIKELY, POSSIBLE, BELOW}
    assert unpack(pack(one)) == one
    assert words_to_count(one, [two]) >= words_to_count(one, [])


@given(
    st.sampled_from(["Ellie", "Elly", "Leo", "Mohammed"]), st.dates(date(2009, 1, 1), date(2026, 1, 1)), st.booleans()
)
def test_it_is_the_same_which_of_the_two_is_told(first: str, born_on: date, home: bool) -> None:
    other = replace(ELLIE, first=first, born_on=born_on, homes=(HOME if home else ELSEWHERE,))
    assert compared(other, ELLIE).band == compared(ELLIE, other).band


def test_the_sample_referrals_tell_of_the_same_children_and_nobody_else() -> None:
    told = [
        (number, described_child(document, child))
        for number, document in enumerate(json.loads(SAMPLE.read_text(encoding="utf-8")))
        for child in children_of(document)
    ]
    counted = Commonness(len(told), {})
    pairs = {
        (one.last, two.last, one.first[:2], two.first[:2])
        for (here, one), (there, two) in combinations(told, 2)
        if here != there and score(one, two, counted).band != BELOW
    }
    assert {tuple(normalise_name(part) for part in pair) for pair in pairs} == {
        ("marsden", "marsden", "el", "el"),
        ("marsden", "marsdon", "el", "el"),
        ("marsdon", "marsden", "el", "el"),
        ("marsden", "marsden", "ja", "ja"),
        ("brook", "brook", "ti", "ti"),
        ("holt", "holt", "je", "je"),
    }
