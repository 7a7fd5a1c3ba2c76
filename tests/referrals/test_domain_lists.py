"""The coded lists: national keys are all there, and every code the samples use has words, or is marked."""

import json
from pathlib import Path

import pytest

from caseapp.referrals.catalogue import CONCERNS, LISTS, OUTCOMES, RATINGS, find_choice, offered, words
from caseapp.referrals.domain.fields import FIELDS
from caseapp.referrals.domain.pages import PAGES, PERSON_FIELDS

from .domain_cases import SAMPLES

CENSUS = json.loads(
    (Path(__file__).parents[2] / "caseapp" / "referrals" / "data" / "cin_codes.json").read_text("utf-8")
)


@pytest.mark.parametrize("name", sorted(LISTS))
def test_keys_are_unique_and_words_are_words(name):
    rows = LISTS[name]
    assert len({row.key for row in rows}) == len(rows)
    assert all(row.words and row.words[0] == row.words[0].upper() for row in rows)


@pytest.mark.parametrize(
    ("name", "census"), [("sources", "ReferralSource"), ("ethnicities", "Ethnicity"), ("disabilities", "Disability")]
)
def test_the_national_lists_are_whole(name, census):
    assert [row.key for row in LISTS[name]] == list(CENSUS[census])


def test_concerns_become_assessment_factors_that_the_census_still_takes():
    factors = {factor for row in CONCERNS for factor in row.factors}
    assert factors <= set(CENSUS["AssessmentFactors"]) - set(CENSUS["AssessmentFactors_withdrawn"])


def test_every_concern_of_the_samples_is_in_the_list():
    assert {key for document in SAMPLES for key in document["concern"]["categories"]} <= {row.key for row in CONCERNS}


def test_which_concerns_ask_about_exploitation():
    assert {row.key for row in CONCERNS if row.opens_exploitation} == {
        "child_sexual_exploitation",
        "child_criminal_exploitation",
        "missing",
        "gangs",
        "trafficking",
    }


@pytest.mark.parametrize(
    ("name", "key", "said"),
    [
        ("outcomes", "no_further_action", "We will not take this further"),
        ("outcomes", "open_case", "Passed to the worker of the open case"),
        ("levels", 3, "3, specialist family help"),
        ("levels", "2", "2, focused family help"),
        ("ethnicities", "WBRI", "White British"),
        ("sources", "3B", "Health visitor"),
        ("relationships", "mother's partner", "Mother’s partner"),
        ("disabilities", "EMOT", "EMOT"),
        ("levels", True, "True"),
        ("sexes", ["F"], "['F']"),
    ],
)
def test_words_for_a_key_and_an_unknown_one_as_given(name, key, said):
    assert words(name, key) == said


def test_the_words_of_decision_and_rating():
    assert [row.key for row in OUTCOMES] == [
        "no_further_action",
        "advice",
        "family_help",
        "assessment",
        "strategy_discussion",
        "open_case",
    ]
    assert [row.words for row in RATINGS] == ["Red", "Amber", "Green"]


def test_a_form_offers_what_is_not_retired():
    assert ("F", "Girl") in offered("sexes")
    assert len(offered("concerns")) == len(CONCERNS)
    assert find_choice("concerns", "witchcraft") is None


def test_every_list_named_by_a_field_exists():
    named = {field.choices for field in FIELDS}
    named |= {field.choices for page in PAGES for field in page.fields} | {field.choices for field in PERSON_FIELDS}
    assert named - {""} <= set(LISTS)
