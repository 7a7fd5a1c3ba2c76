"""Names: spelling that is only dress doesn't count; ages are said as people say them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseapp.people.domain.names import (
    age_words,
    full_name,
    is_not_known,
    match_key,
    months_old,
    normalise_name,
    years_old,
)

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("given_name", "normal"),
    [
        ("Ellie", "ellie"),
        ("  ELLIE   Mae ", "ellie mae"),
        ("Zoë", "zoe"),
        ("Müller-Świątek", "muller swiatek"),
        ("Łukasz", "lukasz"),
        ("Søren", "soren"),
        ("Strauß", "strauss"),
        ("O'Rourke", "orourke"),
        ("O’Rourke", "orourke"),
        ("O Rourke", "orourke"),
        ("Mc Donald", "mcdonald"),
        ("McDonald", "mcdonald"),
        ("D'Arcy", "darcy"),
        ("Amelia-Rose", "amelia rose"),
        ("J. R.", "j r"),
        ("محمد", "محمد"),
        ("🙂", ""),
        ("\ud800", ""),
        (None, ""),
        (7, ""),
        (["Ellie"], ""),
    ],
)
def test_a_name_without_its_dress(given_name, normal):
    assert normalise_name(given_name) == normal


@given(st.text())
def test_normalising_twice_changes_nothing_more(name):
    assert normalise_name(normalise_name(name)) == normalise_name(name)


@pytest.mark.parametrize("text", [None, "", "  ", "not known", "Not known", "UNKNOWN", "n/a", "N.A.", "-", "?", "tbc"])
def test_nobody_knows(text):
    assert is_not_known(text)


@pytest.mark.parametrize("text", ["Una", "Nana", "Baby boy", "🙂", 0, False, []])
def test_somebody_said_something(text):
    assert not is_not_known(text)


BORN = date(2017, 3, 9)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Ellie", "Marsden"), ("ELLIE", "marsden ")),
        (("Amelia-Rose", "Khan-Bailey"), ("Amelia Rose", "Khan Bailey")),
        (("Shanice", "O'Rourke"), ("Shanice", "O’ROURKE")),
        (("Zoë", "Müller-Świątek"), ("Zoe", "Muller Swiatek")),
    ],
)
def test_the_same_name_and_birth_date_have_one_key(one, other):
    assert match_key(*one, BORN) == match_key(*other, BORN) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Ellie", "Marsden"), ("Elly", "Marsdon")),
        (("Jessica", "Holt"), ("Jessie", "Holt")),
        (("Kai", "Turner-Webb"), ("Skye", "Turner-Webb")),
        (("Ann", "Alee"), ("Anna", "Lee")),
    ],
)
def test_another_name_has_another_key(one, other):
    assert match_key(*one, BORN) != match_key(*other, BORN)


@pytest.mark.parametrize(
    ("first", "last", "born_on"),
    [
        ("Ellie", "Marsden", None),
        ("not known", "Marsden", BORN),
        ("Ellie", None, BORN),
        ("Unborn", "Petrova", BORN),
        ("🙂", "Marsden", BORN),
        (7, "Marsden", BORN),
    ],
)
def test_no_key_without_a_whole_name_and_a_birth_date(first, last, born_on):
    assert match_key(first, last, born_on) is None


def test_a_key_fits_an_index_however_long_the_name():
    assert len(match_key("a" * 50_000, "b" * 50_000, BORN) or "") <= 200


@pytest.mark.parametrize(
    ("first", "last", "description", "shown"),
    [
        ("Ellie", "Marsden", None, "Ellie Marsden"),
        ("Unborn", "Petrova", None, "Unborn baby Petrova"),
        ("Baby boy", "Lister", None, "Baby boy Lister"),
        ("Taz", None, None, "Taz (last name not known)"),
        ("not known", "Brook", None, "Brook (first name not known)"),
        ("not known", "not known", None, "Name not known"),
        (None, None, "Lad of about 3, blue door", "Name not known: Lad of about 3, blue door"),
        (["Ellie"], {"a": 1}, 7, "Name not known"),
    ],
)
def test_a_name_to_show(first, last, description, shown):
    assert full_name(first, last, description=description) == shown


@pytest.mark.parametrize(
    ("born_on", "words"),
    [
        (date(2017, 3, 9), "9"),
        (date(2017, 11, 20), "9"),
        (date(2017, 11, 21), "8"),
        (date(2024, 11, 20), "2"),
        (date(2024, 11, 21), "23 months"),
        (date(2026, 6, 20), "5 months"),
        (date(2026, 10, 30), "3 weeks"),
        (date(2026, 11, 13), "1 week"),
        (date(2026, 11, 14), "6 days"),
        (date(2026, 11, 19), "1 day"),
        (date(2026, 11, 20), "born today"),
        (date(2026, 11, 21), "birth date still to come"),
    ],
)
def test_ages_in_words(born_on, words):
    assert age_words(born_on=born_on, today=TODAY) == words


def test_ages_that_are_not_certain():
    assert age_words(expected_on=date(2027, 2, 14), today=TODAY) == "due 14 Feb 2027"
    assert age_words(expected_on=date(2026, 11, 1), today=TODAY) == "was due 1 Nov 2026"
    assert age_words(approximate=3, today=TODAY) == "about 3"
    assert age_words(born_on=date(2015, 1, 1), estimated=True, today=TODAY) == "about 11"
    assert age_words(today=TODAY) == "age not known"


def test_who_was_born_on_the_29th_of_february_is_a_year_older_on_the_1st_of_march():
    born = date(2012, 2, 29)
    assert years_old(born, date(2026, 2, 28)) == 13
    assert years_old(born, date(2026, 3, 1)) == 14
    assert years_old(born, date(2028, 2, 29)) == 16
    assert months_old(date(2026, 1, 31), date(2026, 2, 28)) == 0
