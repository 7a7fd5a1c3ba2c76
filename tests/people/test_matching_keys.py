"""By which keys a record is found again, whatever was misheard, mistyped or changed since."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseapp.people.domain.matching import Described, asked_keys, keys_of
from caseapp.people.domain.matching.keys import MOST_ASKED, WEIGHTS, word_key
from caseapp.people.domain.matching.nameparts import short_forms_of, sound, spellings_of
from caseapp.people.domain.matching.places import phone_digits, place

AISHA = Described(
    "Aisha",
    "Noor",
    "Khan",
    ("Malik",),
    "F",
    date(2017, 3, 4),
    homes=(("Flat 2, 14 Quarry Lane", "S63 7AQ"),),
    carers=("Zara Hussain",),
    phones=("07700 900123",),
    identifiers=(("nhs_number", "999 000 0018"),),
)
BARE = Described("Aisha", "", "Khan", (), "F", date(2017, 3, 4))


@pytest.mark.parametrize(
    ("what", "asked"),
    [
        ("only the number, without spaces", Described(identifiers=(("nhs_number", "9990000018"),))),
        ("name and birth date", BARE),
        ("another spelling", replace(BARE, first="Ayesha")),
        ("day and month swapped", replace(BARE, born_on=date(2017, 4, 3))),
        ("a year off", replace(BARE, born_on=date(2018, 3, 4))),
        ("ten years off", replace(BARE, born_on=date(2007, 3, 4))),
        ("no birth date", replace(BARE, born_on=None)),
        ("both names misspelt, the first letters right", replace(BARE, first="Aihsaa", last="Knah")),
        ("the first two letters turned round", replace(BARE, first="Iasha", last="Hkan")),
        ("another last name, moved", replace(BARE, last="Jones")),
        ("her other last name", replace(BARE, first="Xenia", last="Malik")),
        ("called by her middle name", replace(BARE, first="Noor", last="Jones")),
        ("first and last name swapped, another date", replace(BARE, first="Khan", last="Aisha", born_on=None)),
        ("only the address", Described(homes=(("2/14 Quarry Ln", "s637aq"),))),
        ("the address with a wrong postcode", Described(homes=(("Flat 2, 14 Quarry Lane, Wath", "S62 1AB"),))),
        ("only the telephone", Described(phones=("+44 7700 900123",))),
        ("first name and carer", Described("Aisha", carers=("Zara HUSSAIN",))),
    ],
)
def test_she_is_found_by(what: str, asked: Described) -> None:
    assert asked_keys(asked).keys() & keys_of(AISHA)


def test_nobody_is_found_by_nothing() -> None:
    assert not asked_keys(Described())
    assert not asked_keys(Described("Unborn baby", "", "not known"))
    assert not asked_keys(replace(BARE, first="Tom", last="Nowak", born_on=date(2012, 8, 19))).keys() & keys_of(AISHA)


def test_an_unborn_baby_is_found_by_the_home_and_the_mother() -> None:
    due = Described("Unborn", "", "Khan", (), "U", date(2027, 2, 14), "expected", carers=("Zara Hussain",))
    born = Described("Noor", "", "Hussain", (), "F", date(2027, 2, 1), carers=("Zara Hussain",))
    assert asked_keys(replace(due, first="Baby of", last="")).keys() & keys_of(due)
    assert asked_keys(replace(born, last="Khan")).keys() & keys_of(due)


def test_a_shared_number_outweighs_all_else_together() -> None:
    others = sum(WEIGHTS[kind] for kind in ("home", "street", "phone", "first", "last", "name")) + WEIGHTS["carer"]
    assert WEIGHTS["id"] > others


def test_each_word_of_a_name_can_be_looked_for() -> None:
    assert {word_key(word) for word in ("aisha", "noor", "khan", "malik")} <= keys_of(AISHA)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("14 Quarry Lane", "14 quarry ln."),
        ("Flat 4, 111 Green Avenue", "111 Green Ave, Flat 4"),
        ("12 St James Street", "12 St. James St"),
        ("7a Mill Road", "7 A Mill Rd"),
        ("3 High Street, Wath upon Dearne", "3 High St"),
    ],
)
def test_one_home(one: str, two: str) -> None:
    assert place(one, "S63 7AQ") == place(two, "s637aq")


def test_different_homes_are_different() -> None:
    homes = ["14 Quarry Lane", "41 Quarry Lane", "14 Quarry Road", "Flat 1, 14 Quarry Lane", "The Old Forge"]
    assert len({place(line, "S63 7AQ") for line in homes}) == len(homes)


def test_telephone_numbers() -> None:
    assert phone_digits("+44 7700 900123") == phone_digits("07700-900 123") == "7700900123"
    assert phone_digits("999") == ""


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("mohammed", "muhammad"),
        ("aisha", "ayesha"),
        ("yusuf", "yousef"),
        ("hussain", "xuseen"),
        ("jakub", "yakub"),
        ("horvath", "horvat"),
        ("kowalski", "kowalska"),
        ("niamh", "neve"),
        ("rhys", "reece"),
        ("stephenson", "stevenson"),
        ("choudhury", "chaudhry"),
        ("oneill", "oneil"),
    ],
)
def test_spellings_of_one_name(one: str, two: str) -> None:
    assert two in spellings_of(one)
    assert one in spellings_of(two)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("ellie", "elizabeth"),
        ("mo", "mohammed"),
        ("kuba", "jakub"),
        ("liv", "olivia"),
        ("harry", "henry"),
        ("bill", "william"),
        ("gosia", "malgorzata"),
        ("dai", "dafydd"),
    ],
)
def test_short_forms(short: str, long: str) -> None:
    assert long in short_forms_of(short)
    assert short in short_forms_of(long)


def test_names_that_sound_alike() -> None:
    assert sound("kahn") == sound("khan")
    assert sound("catherine") == sound("kathryn")
    assert sound("Żółć".lower())
    assert sound("李") == "李"


TEXTS = st.text(max_size=60)
PEOPLE = st.builds(
    Described,
    first=TEXTS,
    middle=TEXTS,
    last=TEXTS,
    other_names=st.lists(TEXTS, max_size=12).map(tuple),
    born_on=st.none() | st.dates(),
    born=st.sampled_from(["exact", "estimated", "expected"]),
    homes=st.lists(st.tuples(TEXTS, TEXTS), max_size=12).map(tuple),
    carers=st.lists(TEXTS, max_size=12).map(tuple),
    phones=st.lists(TEXTS, max_size=12).map(tuple),
    identifiers=st.lists(st.tuples(st.sampled_from(["nhs_number", "upn"]), TEXTS), max_size=3).map(tuple),
)


@given(PEOPLE)
def test_whatever_is_told_has_keys_and_finds_itself(described: Described) -> None:
    asked = asked_keys(described)
    words = {each for each in keys_of(described) if each not in asked}
    assert len(asked) <= MOST_ASKED
    assert all(0 <= each < 2**63 for each in (*asked, *words))
    assert len(keys_of(described)) <= MOST_ASKED
