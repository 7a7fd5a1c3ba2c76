"""What a hub worker reads: every leaf that was given stands there, under its label."""

import json

import pytest
from hypothesis import given

from caseapp.referrals.domain.reading import NOT_SAID, leaves, sections

from .domain_cases import ANY_JSON, ANY_OBJECT, SAMPLES, sample, spoilt_samples

IN_WORDS = ("code", "date", "moment")


def lines(document):
    return [item for section in sections(document) for item in section.items]


def is_shown(value, item):
    """The line shows this leaf: by its value, or by the words for it."""
    if value is None:
        return NOT_SAID in item.value_words
    if isinstance(value, bool):
        return ("Yes" if value else "No") in item.value_words
    if isinstance(value, list | dict):
        return item.value_words == "none given"
    if isinstance(value, str) and not value.strip():
        return "left blank" in item.value_words
    written = value if isinstance(value, str) else json.dumps(value)
    return written in item.value_words or (item.kind in IN_WORDS and bool(item.value_words))


def assert_all_is_shown(document):
    shown = {}
    for item in lines(document):
        assert item.label
        assert item.value_words
        shown.setdefault(item.path, []).append(item)
    for path, value in leaves(document):
        candidates = shown.get(path, []) + shown.get(path.rpartition("[")[0], [])
        assert any(is_shown(value, item) for item in candidates), (path, value)


@pytest.mark.parametrize("document", SAMPLES, ids=lambda document: document["external_id"])
def test_every_leaf_of_the_samples_is_read(document):
    assert_all_is_shown(document)
    # The shape is known: nothing of the samples lands among the rest.
    assert "also" not in [section.key for section in sections(document)]


@given(ANY_JSON | ANY_OBJECT | spoilt_samples())
def test_every_leaf_of_anything_is_read(document):
    assert_all_is_shown(document)


def read(document, key, number=0):
    (section,) = [one for one in sections(document) if (one.key, one.number) == (key, number)]
    return [(item.label, item.value_words) for item in section.items]


def test_the_order_of_the_page():
    assert [section.title for section in sections(sample(1))] == [
        "Danger now",
        "What was said",
        "Worries, strengths and next step",
        "Child 1: Ellie Marsden",
        "Child 2: Jake Marsden",
        "In the family: Kirsty Marsden, mother",
        "In the family: Lee Garner, mother's partner",
        "In the family: Pauline Marsden, grandmother",
        "Consent",
        "Help already given, other agencies",
        "Who told us",
        "About this record",
    ]


def test_codes_dates_and_yes_and_no_are_words():
    assert read(sample(2), "danger") == [("In danger now", "No")]
    assert read(sample(2), "said") == [
        ("Worried about", "Domestic abuse; Emotional abuse"),
        ("What happened", sample(2)["concern"]["what_happened"]),
        ("Time of the incident", "Wed 18 Nov 2026, 21:40"),
        ("Crime reference", "14/203877/26"),
    ]
    assert read(sample(2), "consent") == [
        ("Parent told", "Yes"),
        ("Parent agrees", "not said"),
        ("Why the parent was not asked, or did not agree", "Telling them could harm an investigation"),
    ]
    assert read(sample(2), "child", 1) == [
        ("First name", "Ellie"),
        ("Last name", "Marsden"),
        ("Born", "9 March 2017"),
        ("Sex", "Girl"),
        ("Address", "14 Quarry Lane"),
        ("Postcode", "S63 7AQ"),
        ("Kind of address", "Home"),
    ]


def test_lists_of_things_are_numbered_and_stay_together():
    assert read(sample(7), "exploitation") == [
        ("Times missing in the last 30 days", "3"),
        ("Places", "Guest house, Wellgate"),
        ("Person 1: known as", "Taz"),
        ("Person 2: known as", "Danny"),
        ("Vehicle 1: registration", "DN63 VKD"),
        ("Vehicle 1: description", "silver Vauxhall Astra"),
    ]


def test_what_is_wrong_stands_as_given():
    assert ("Born", "2014-02-29") in read(sample(18), "child", 1)
    assert ("NHS number", "9434765918") in read(sample(19), "child", 1)
    assert ("Disability", "EMOT") in read(sample(13), "child", 1)
    assert ("Note", sample(18)["note"]) in read(sample(18), "about")
    (words,) = [item for item in lines(sample(19)) if item.label == "What happened"]
    assert words.value_words.endswith("<script>alert('x')</script> {{7*7}} =HYPERLINK(\"http://x.example\")")


def test_a_key_that_nobody_knows_is_read_too():
    document = {**sample(1), "weather": {"wind": [None, "strong"], "": False}, "dogs": [], "cats": {}}
    assert read(document, "also") == [
        ("weather, wind", "not said; strong"),
        ("weather, (no name)", "No"),
        ("dogs", "none given"),
        ("cats", "none given"),
    ]


def test_a_part_of_the_wrong_type_is_read_under_its_own_key():
    document = {**sample(1), "children": ["Ellie, 9", "Jake"], "household": "mum and a partner"}
    assert read(document, "also") == [("children", "Ellie, 9; Jake"), ("household", "mum and a partner")]


def test_who_must_not_be_passed_on():
    guarded = {item.label for item in lines(sample(17)) if item.protected}
    assert guarded == {"Address", "Postcode"}
    assert {item.label for item in lines(sample(23)) if item.protected} == {
        "Name",
        "Relationship to the child",
        "Phone",
    }
    assert not any(item.protected for item in lines(sample(1)))


def test_people_s_own_words_are_quoted():
    assert {item.label for item in lines(sample(1)) if item.quote} == {
        "What happened",
        "Worries",
        "What is working well",
        "What needs to happen",
        "The child’s own words",
        "The child’s view",
    }
