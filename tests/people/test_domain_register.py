"""What somebody is to somebody, the national codes, and when two addresses are one."""

import json
from pathlib import Path

import pytest

from caseapp.people.domain.register import (
    DISABILITIES,
    ETHNICITIES,
    KINDS,
    SEXES,
    check_number,
    compare_address,
    inverse_of,
    kind_said,
    kind_words,
)

CENSUS = json.loads((Path(__file__).parents[2] / "caseapp/referrals/data/cin_codes.json").read_text(encoding="utf-8"))


def test_the_codes_are_those_of_the_census() -> None:
    assert CENSUS["Ethnicity"] == ETHNICITIES
    assert CENSUS["Disability"] == DISABILITIES
    assert set(SEXES) == set(CENSUS["Sex"])


@pytest.mark.parametrize(
    ("kind", "number", "standard"),
    [
        # NHS Data Dictionary's own worked example of the check digit.
        ("nhs_number", "401 023 2137", "4010232137"),
        ("nhs_number", "943-476-5919", "9434765919"),
        ("nhs_number", "401 023 2138", None),
        ("nhs_number", "012 345 678", None),
        # The rule of the Department for Education, by hand: 3x2 + 7x3 + 2x4 + 2x5 + 4x8 + 1x9 + 7x10 + 3x12 + 1x13 is
        # 205, which leaves 21 of 23: Y in the alphabet without I, O and S.
        ("upn", "Y372200417031", "Y372200417031"),
        ("upn", " y3722 0041 7031", "Y372200417031"),
        ("upn", "A372200417031", None),
        ("upn", "I372200417031", None),
        # How the coming one is checked is not published: it is taken as given.
        ("single_unique_identifier", " 123  456 ", "123 456"),
    ],
)
def test_a_number_is_checked_by_its_kind(kind: str, number: str, standard: str | None) -> None:
    assert check_number(kind, number).value == standard


def test_every_relationship_read_from_the_other_side_twice_is_itself_or_its_plain_word() -> None:
    plain = {"mother": "parent", "father": "parent"}
    for key, kind in KINDS.items():
        assert inverse_of(kind.inverse) == plain.get(key, key)
        assert KINDS[kind.inverse].up == -kind.up
        assert KINDS[kind.inverse].descent == kind.descent


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("mother", "mother"),
        ("Mum", "mother"),
        ("Mother’s partner", "parents_partner"),
        ("mother's partner", "parents_partner"),
        ("stepfather", "step_parent"),
        ("Grandmother", "grandparent"),
        ("foster carer", "foster_carer"),
        ("neighbour", "other"),
        ("", "other"),
        (None, "other"),
    ],
)
def test_what_somebody_calls_it(words: str | None, kind: str) -> None:
    assert kind_said(words) == kind


def test_who_a_child_is_to_their_father_by_their_sex() -> None:
    assert [kind_words(inverse_of("father"), sex) for sex in "FMU"] == ["Daughter", "Son", "Child"]


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        (("14 Quarry Lane", "S63 7AQ"), "same"),
        (("14 Quarry Ln.", "s637aq"), "same"),
        (("14, QUARRY LANE", None), "same"),
        (("Only the postcode was given", "S63 7AQ"), "same"),
        (("16 Quarry Lane", "S63 7AQ"), "other"),
        (("Flat 2, 14 Quarry Lane", "S63 7AQ"), "other"),
        (("14 Quarry Lane", "S62 5AB"), "other"),
        (("2 Mill Street", None), "other"),
    ],
)
def test_an_address_beside_the_one_recorded(given: tuple[str, str | None], answer: str) -> None:
    assert compare_address(("14 Quarry Lane", "S63 7AQ"), given) == answer


def test_the_first_address_is_no_other_one() -> None:
    assert compare_address(None, ("14 Quarry Lane", "S63 7AQ")) == "first"
