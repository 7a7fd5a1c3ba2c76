"""What is wrong in a referral is marked and kept.

The list of all 26 samples is typed by hand: nothing more, nothing less.
"""

from datetime import date

import pytest
from hypothesis import given

from caseapp.referrals.domain.children import children_of
from caseapp.referrals.domain.document import examine
from caseapp.referrals.domain.reading import leaves

from .domain_cases import ANY_JSON, ANY_OBJECT, SAMPLES, sample, spoilt_samples

TODAY = date(2026, 11, 21)
AGENCIES = {
    "Wath Primary School",
    "South Yorkshire Police",
    "Rotherham NHS Foundation Trust",
    "Emergency department, Rotherham Hospital",
    "Clifton Community School",
    "Voluntary sector: Grow",
    "Rotherham Council Housing",
    "Thornhill Primary School",
    "National Probation Service",
    "GP practice: Clifton Medical Centre",
    "Sheffield City Council",
    "Youth justice service",
    "Dinnington High School",
    "Maltby Academy",
    "Education welfare service",
    "RDaSH CAMHS",
    "GP practice: Dinnington Group",
}

MARKS_OF_THE_SAMPLES = {
    ("SAMPLE-007", "children[0].address.postcode", "half_postcode", "S61"),
    # The census list calls source 9 anonymous; this referrer gave her name.
    ("SAMPLE-008", "source_code", "source_contradicts", "9"),
    ("SAMPLE-011", "children[0].first_name", "no_name", "not known"),
    # Not one of the national disability codes.
    ("SAMPLE-013", "children[0].disability[0]", "unknown_code", "EMOT"),
    ("SAMPLE-018", "children[0].date_of_birth", "date_does_not_exist", "2014-02-29"),
    ("SAMPLE-019", "children[0].nhs_number", "nhs_number_fails", "9434765918"),
    ("SAMPLE-022", "agency", "agency_not_in_table", "Early Help, North locality"),
    ("SAMPLE-025", "agency", "agency_not_in_table", "Rotherham Council staff member's family"),
}


def marks_of(document, **changes):
    return examine(document, **{"known_agencies": AGENCIES, "today": TODAY} | changes)


def codes(document):
    return [(mark.path, mark.code) for mark in marks_of(document)]


def test_exactly_this_is_marked_in_the_26_samples():
    found = {
        (document["external_id"], mark.path, mark.code, mark.given)
        for document in SAMPLES
        for mark in marks_of(document)
    }
    assert found == MARKS_OF_THE_SAMPLES


def test_a_mark_says_what_and_where_in_words_and_names_nobody():
    (mark,) = marks_of(sample(18))
    assert mark.message == "29 February 2014 does not exist. 2014 was not a leap year"
    assert mark.where_words == "Child 1: Born"
    (mark,) = marks_of(sample(11))
    assert (mark.where_words, mark.message) == (
        "Child 1: First name",
        "The child has no name yet. Somebody has to find out who it is",
    )
    (mark,) = marks_of(sample(7))
    assert mark.message == "This is only the first half of a postcode"


def test_agencies_are_known_however_they_are_spelt():
    assert marks_of({**sample(1), "agency": " wath primary  school "}) == []
    assert codes({**sample(1), "agency": "Wath Primery"}) == [("agency", "agency_not_in_table")]
    assert marks_of({**sample(1), "agency": "Wath Primery"}, known_agencies={"Wath Primery"}) == []


def spoil(document, path, value):
    """The document with another value at a path such as `children.0.sex`."""
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    target = document
    for part in way:
        target = target[part] if isinstance(part, int) else target.setdefault(part, {})
    target[last] = value
    return document


@pytest.mark.parametrize(
    ("path", "value", "marked"),
    [
        ("children.0.date_of_birth", "2026-11-22", ("children[0].date_of_birth", "date_in_future")),
        ("children.0.date_of_birth", "1995-01-01", ("children[0].date_of_birth", "not_a_child")),
        ("children.0.date_of_birth", "Tuesday", ("children[0].date_of_birth", "date_not_read")),
        ("children.0.date_of_birth", 2017, ("children[0].date_of_birth", "wrong_type")),
        ("children.0.date_of_birth", "not known", None),
        ("children.0.date_of_birth", None, None),
        ("children.0.expected_date_of_birth", "2027-02-14", ("children[0].expected_date_of_birth", "two_dates")),
        ("children.0.nhs_number", "0000000000", ("children[0].nhs_number", "nhs_number_fails")),
        ("children.0.nhs_number", "999 000 0026", None),
        ("children.0.upn", "A372200417031", ("children[0].upn", "upn_fails")),
        ("children.0.sex", "female", ("children[0].sex", "unknown_code")),
        ("children.0.ethnicity", "XXXX", ("children[0].ethnicity", "unknown_code")),
        ("children.0.address.postcode", "Quarry Lane", ("children[0].address.postcode", "bad_postcode")),
        ("children.0.address", "14 Quarry Lane", ("children[0].address", "wrong_type")),
        ("children.0.dob_estimated", "yes", ("children[0].dob_estimated", "wrong_type")),
        ("children.0.approximate_age", 31, ("children[0].approximate_age", "out_of_range")),
        ("children.0.approximate_age", float("nan"), ("children[0].approximate_age", "out_of_range")),
        ("children.0.approximate_age", True, ("children[0].approximate_age", "wrong_type")),
        ("household.1.relationship", "mum's ex", None),
        ("household.0.phone", "ring her", ("household[0].phone", "odd_phone")),
        ("household", {"mother": "Kirsty"}, ("household", "wrong_type")),
        ("referrer.email", "h.whitfield", ("referrer.email", "odd_email")),
        ("referrer.phone", None, ("referrer.phone", "missing")),
        ("referrer.name", "unknown", ("referrer.name", "missing")),
        ("concern.categories", "neglect", ("concern.categories", "wrong_type")),
        ("concern.categories.0", "neglectt", ("concern.categories[0]", "unknown_code")),
        ("concern.level_of_need", "3", None),
        ("concern.level_of_need", 5, ("concern.level_of_need", "unknown_code")),
        ("concern.safety_scale", 11, ("concern.safety_scale", "out_of_range")),
        ("concern.incident_at", "2026-11-31T10:00:00+00:00", ("concern.incident_at", "date_does_not_exist")),
        ("concern.incident_at", "2026-11-18T09:00:00+00:00", ("concern.incident_at", "incident_after_receipt")),
        ("exploitation.missing_last_30_days", -1, ("exploitation.missing_last_30_days", "out_of_range")),
        ("consent.parent_informed", False, ("consent.reason_not_sought", "missing")),
        ("consent.reason_not_sought", "because", ("consent.reason_not_sought", "unknown_code")),
        ("received_at", None, ("received_at", "missing")),
        ("received_at", "2027-11-18T08:47:00+00:00", ("received_at", "received_in_future")),
        ("source_code", None, ("source_code", "missing")),
        ("source_code", "2Z", ("source_code", "unknown_code")),
        ("schema", "marf-2", ("schema", "unknown_shape")),
        ("children", [], ("children", "missing")),
    ],
)
def test_one_thing_wrong_is_one_mark(path, value, marked):
    assert codes(spoil(sample(1), path, value)) == ([marked] if marked else [])


def test_a_child_told_in_one_text_is_of_the_wrong_type_and_has_no_name():
    assert codes(spoil(sample(1), "children.0", "Ellie, about 9")) == [
        ("children[0]", "wrong_type"),
        ("children[0].first_name", "no_name"),
    ]


def test_nothing_told_at_all():
    assert {path for path, _code in codes({})} == {
        "schema",
        "received_at",
        "source_code",
        "referrer.name",
        "referrer.phone",
        "children",
        "concern.what_happened",
        "consent.reason_not_sought",
    }


@pytest.mark.parametrize(
    ("expected", "marked"),
    [
        ("2027-08-28", []),
        ("2027-08-29", [("children[0].expected_date_of_birth", "expected_too_late")]),
        ("2026-10-31", []),
        ("2026-10-30", [("children[0].expected_date_of_birth", "expected_passed")]),
    ],
)
def test_an_unborn_child_is_expected_within_40_weeks(expected, marked):
    assert codes(spoil(sample(5), "children.0.expected_date_of_birth", expected)) == marked


def test_an_unborn_child_has_no_sex_for_the_census():
    assert codes(spoil(sample(5), "children.0.sex", "F")) == [("children[0].sex", "unborn_sex")]


def test_a_birth_after_receipt_but_before_today_is_no_mistake_of_the_future():
    """A sample read on a machine whose clock is behind is judged by the day on which it was received."""
    assert marks_of(sample(3), today=date(2025, 1, 1))[0].code == "received_in_future"
    assert {mark.code for mark in marks_of(sample(3), today=date(2025, 1, 1))} == {"received_in_future"}


@pytest.mark.parametrize("document", [None, [], "text", 7, True])
def test_what_is_no_object_is_marked_as_a_whole(document):
    (mark,) = marks_of(document)
    assert (mark.path, mark.code) == ("", "wrong_type")


@given(ANY_JSON | ANY_OBJECT | spoilt_samples())
def test_whatever_arrives_is_examined_without_a_fall(document):
    before = repr(document)
    for mark in marks_of(document):
        assert mark.message
        assert mark.where_words
        assert len(mark.given) <= 200
    children = children_of(document)
    for child in children:
        assert child.shown
        assert child.age(TODAY)
        assert len(child.match_key or "") <= 200
    assert repr(document) == before


def test_ten_thousand_levels_deep():
    document = deep = {}
    for _level in range(10_000):
        deep["children"] = deep = {}
    assert marks_of(document)
    assert len(list(leaves(document))) == 1


# The children as they are told.


def test_the_children_of_the_samples():
    told = [child for document in SAMPLES for child in children_of(document)]
    assert len(told) == 33
    assert sum(child.protected for child in told) == 2
    assert [child.shown for child in told if not child.match_key] == [
        "Unborn baby Petrova",
        "Oscar Nowak",
        "Name not known",
        "Bartholomew Alexander Montgomery Featherstonehaugh-Cholmondeley",
    ]


def test_one_child_in_full():
    ellie, jake = children_of(sample(1))
    assert (ellie.shown, ellie.born_on, ellie.sex, ellie.ethnicity) == ("Ellie Marsden", date(2017, 3, 9), "F", "WBRI")
    assert (ellie.address, ellie.postcode, ellie.postcode_sector) == ("14 Quarry Lane", "S63 7AQ", "S63 7")
    assert (ellie.upn, ellie.school, ellie.whereabouts) == ("Y372200417031", "Wath Primary School", "At school")
    assert ellie.match_key == "marsden|ellie|2017-03-09"
    assert (jake.position, jake.age(TODAY)) == (1, "6")


def test_the_same_child_told_twice_has_one_key_and_a_differing_one_has_not():
    first, police, school_again = (children_of(sample(number))[0].match_key for number in (1, 2, 15))
    assert first == police
    assert school_again != first


def test_children_who_are_hard_to_read():
    (unborn,) = children_of(sample(5))
    assert (unborn.unborn, unborn.age(TODAY), unborn.sex) == (True, "due 14 Feb 2027", "U")
    (unknown,) = children_of(sample(11))
    assert (unknown.has_name, unknown.age(TODAY), unknown.match_key) == (False, "about 3", None)
    oscar, _zofia = children_of(sample(9))
    assert (oscar.born_estimated, oscar.age(TODAY), oscar.match_key) == (True, "about 11", None)
    (no_such_day,) = children_of(sample(18))
    assert (no_such_day.born_on, no_such_day.age(TODAY)) == (None, "age not known")
    (bad_number,) = children_of(sample(19))
    assert bad_number.nhs_number is None
    (half,) = children_of(sample(7))
    assert (half.postcode, half.postcode_sector, half.protected) == ("S61", None, True)


def test_children_in_a_wrong_shape():
    assert [child.shown for child in children_of({"children": {"first_name": "Ellie", "last_name": "Marsden"}})] == [
        "Ellie Marsden"
    ]
    assert [child.shown for child in children_of({"children": ["Ellie, 9", 7, None]})] == [
        "Name not known: Ellie, 9",
        "Name not known",
        "Name not known",
    ]
    assert children_of({"children": "Ellie"}) == []


@pytest.mark.parametrize(
    ("flag", "protected"),
    [
        (True, True),
        ("yes", True),
        ("unsure", True),
        (1, True),
        ([], True),
        (False, False),
        (None, False),
        ("no", False),
        ("False", False),
        (0, False),
        ("", False),
    ],
)
def test_an_address_is_open_only_if_it_plainly_says_so(flag, protected):
    (child,) = children_of({"children": [{"address": {"protected": flag}}]})
    assert child.protected is protected


# What was answered in two ways


CONTRADICTIONS = {"danger_contradicts", "consent_contradicts", "has_worker"}


@pytest.mark.parametrize(
    ("parts", "marked", "said"),
    [
        ({"now": {"safe_to_go_home": "yes"}}, set(), ""),
        (
            {"concern": {"immediate_danger": True}, "now": {"safe_to_go_home": "yes"}},
            {"danger_contradicts"},
            "Safe to go home, but also: the child is in danger now.",
        ),
        (
            {
                "concern": {"immediate_danger": True},
                "now": {"safe_to_go_home": "yes", "collected_by": "lee garner"},
                "household": [{"name": "Lee Garner", "adult_of_concern": True}],
            },
            {"danger_contradicts"},
            "in danger now and the person of concern collects the child. Ring the referrer",
        ),
        ({"concern": {"immediate_danger": True}, "now": {"safe_to_go_home": "no"}}, set(), ""),
        (
            {"consent": {"parent_informed": True, "parent_agrees": True, "reason_not_sought": "would_increase_risk"}},
            {"consent_contradicts"},
            "Ask the referrer before anybody talks with them",
        ),
        (
            {"consent": {"parent_informed": True, "parent_agrees": False, "reason_not_sought": "refused_level_4"}},
            set(),
            "",
        ),
        ({"help_already": {"has_social_worker": "yes"}}, {"has_worker"}, "Find the worker"),
        ({"help_already": {"has_social_worker": "dont_know"}}, set(), ""),
    ],
)
def test_contradictions_are_marked_for_a_person(parts, marked, said):
    found = [mark for mark in marks_of(parts) if mark.code in CONTRADICTIONS]
    assert {mark.code for mark in found} == marked
    assert all(said in mark.message for mark in found)


@pytest.mark.parametrize("anonymous", [{"referrer": {"anonymous": True}, "mode": "phone"}, {"source_code": "9"}])
def test_nothing_is_missing_of_a_caller_who_stays_anonymous(anonymous):
    assert not [mark for mark in marks_of(anonymous) if mark.path in ("referrer.name", "referrer.phone")]
