"""The form's pages, what stops sending, and the document its answers become."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseapp.referrals.domain.document import examine
from caseapp.referrals.domain.drafts import ends_on, ends_soon, is_over
from caseapp.referrals.domain.form import Sender, answer_moment, compose, missing
from caseapp.referrals.domain.lists import LISTS
from caseapp.referrals.domain.outside import neighbour_of
from caseapp.referrals.domain.pages import (
    PAGES,
    PERSON_FIELDS,
    SIX,
    child_keys,
    find_page,
    new_child_key,
    page_after,
    page_before,
    page_keys,
)
from caseapp.referrals.domain.reading import sections
from caseapp.referrals.domain.signals import signals

from .domain_cases import ANY_JSON

FRIDAY_NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SENDER = Sender(agency="Wath Primary School", source_code="2A", name="Hannah Whitfield", role="Safeguarding lead")

# Six questions: what a teacher has time for between two lessons.
SHORTEST = {
    "me": {"name": "Hannah Whitfield", "phone": "01632 960114"},
    "child-1": {"description": "Lad of about 3, blue door"},
    "now": {"where": "school", "safe_to_go_home": "dont_know"},
    "consent": {"parent_informed": "no", "reason_not_sought": "would_increase_risk"},
    "concern": {"what_happened": "Crying in the garden in a nappy."},
}

FULL = {
    "danger": {"immediate_danger": "no"},
    "me": {"name": None, "role": None, "phone": "01632 960114", "best_time": "after 16:00", "email": None},
    "child-1": {
        "first_name": "Ellie",
        "last_name": "Marsden",
        "born": "exact",
        "date_of_birth": "2017-03-09",
        "expected_date_of_birth": None,
        "sex": "F",
        "line1": "14 Quarry Lane",
        "postcode": "S63 7AQ",
        "protected": True,
        "school": "Wath Primary School",
        "address_kind": "home",
    },
    "more-1": {
        "ethnicity": "WBRI",
        "disability": ["NONE"],
        "upn": "Y372200417031",
        "religion": "None",
        "communication": "Makaton",
        "young_carer": "yes",
        "interpreter_needed": "no",
        "health_visitor": "Ann Lee",
    },
    "child-3": {"first_name": None, "last_name": "Marsden", "born": "unborn", "expected_date_of_birth": "2027-02-14"}
    | {"address_same": True, "date_of_birth": "2017-03-09", "approximate_age": 4},
    "now": {
        "where": "school",
        "safe_to_go_home": "no",
        "safe_why": "He is back in the house",
        "collected_by": "Lee Garner",
        "collected_by_adult_of_concern": "yes",
        "collected_at": "15:20",
        "answer_needed": "before_school_ends",
    },
    "household": {
        "people": [
            {"name": "Kirsty Marsden", "relationship": "mother", "parental_responsibility": "yes"},
            {"name": "Lee Garner", "relationship": "mother's partner", "adult_of_concern": True},
            {"name": "Pauline Marsden", "line1": "3 Church View", "postcode": "S63 7RB", "lives_with_child": "no"},
            {"name": None, "adult_of_concern": False},
        ],
        "visit_dangers": "Two dogs",
    },
    "consent": {"parent_informed": "yes", "parent_agrees": "dont_know", "child_view": "Wants quiet"},
    "concern": {
        "categories": ["domestic_abuse", "missing"],
        "what_happened": "Slept in her coat.",
        "happened_on": "2026-11-17",
        "how_known": "child_told",
        "injury": "no",
        "level_of_need": "3",
        "crime_reported": "yes",
        "crime_reference": "14/123456/26",
    },
    "exploitation": {
        "signs": ["gifts", "picked_up"],
        "missing_times": 2,
        "places": "Clifton Park\n\n  Wellgate ",
        "known_as": "Taz",
        "vehicles": "silver Astra",
        "nrm_considered": "dont_know",
    },
    "strengths": {
        "working_well": "Gran",
        "safety_scale": 0,
        "child_voice": "'Quiet like at Nan’s'",
        "early_help": "no",
        "agencies": "Health visiting, Ann Lee, 01632 960118\nHousing",
    },
    "protected": {"withhold_from_family": "Who told us", "witness": "no", "works_here": "An uncle in housing"},
    "check": {"safeguarding_lead_told": True},
}


def test_the_six_questions_are_enough():
    assert missing(SHORTEST) == []


@pytest.mark.parametrize(
    ("page", "field", "blamed"),
    [
        ("me", "name", ("me", "name")),
        ("me", "phone", ("me", "phone")),
        ("child-1", "description", ("child-1", "first_name")),
        ("now", "where", ("now", "where")),
        ("now", "safe_to_go_home", ("now", "safe_to_go_home")),
        ("consent", "reason_not_sought", ("consent", "reason_not_sought")),
        ("concern", "what_happened", ("concern", "what_happened")),
    ],
)
def test_each_of_the_six_stops_sending(page, field, blamed):
    answers = {key: dict(value) for key, value in SHORTEST.items()}
    answers[page][field] = None
    assert [(one.page, one.field) for one in missing(answers)] == [blamed]


def test_an_empty_draft_lacks_them_all_in_the_order_of_the_pages():
    assert [one.page for one in missing({})] == ["me", "me", "child-1", "now", "now", "consent", "concern"]
    assert missing({})[-2].field == "parent_informed"


@pytest.mark.parametrize(
    "changes",
    [
        {"consent": {"parent_informed": "yes"}},
        {"consent": {"parent_informed": "dont_know", "reason_not_sought": "not_mine_to_tell"}},
        {"child-1": {"last_name": "Brook"}},
        {"child-1": {"born": "unborn"}},
        {"concern": {}, "strengths": {"worries": "He is back."}},
    ],
)
def test_other_ways_to_have_said_enough(changes):
    assert missing(SHORTEST | changes) == []


def test_a_second_child_needs_a_name_too():
    assert [(one.page, one.field) for one in missing(SHORTEST | {"child-2": {}})] == [("child-2", "first_name")]


def test_the_document_of_a_full_form():
    assert compose(FULL, SENDER, sent_at=FRIDAY_NOON) == {
        "schema": "marf-1",
        "received_at": "2026-11-20T12:00:00+00:00",
        "mode": "form",
        "agency": "Wath Primary School",
        "source_code": "2A",
        "referrer": {
            "name": "Hannah Whitfield",
            "role": "Safeguarding lead",
            "phone": "01632 960114",
            "best_time": "after 16:00",
            "safeguarding_lead_told": True,
        },
        "children": [
            {
                "date_of_birth": "2017-03-09",
                "first_name": "Ellie",
                "last_name": "Marsden",
                "sex": "F",
                "address": {"line1": "14 Quarry Lane", "postcode": "S63 7AQ", "kind": "home", "protected": True},
                "ethnicity": "WBRI",
                "religion": "None",
                "communication": "Makaton",
                "school": "Wath Primary School",
                "health_visitor": "Ann Lee",
                "young_carer": "yes",
                "interpreter_needed": False,
                "disability": ["NONE"],
                "upn": "Y372200417031",
            },
            {
                "date_of_birth": None,
                "first_name": "Unborn",
                "last_name": "Marsden",
                "expected_date_of_birth": "2027-02-14",
                "sex": "U",
                "address": {
                    "line1": "14 Quarry Lane",
                    "postcode": "S63 7AQ",
                    "kind": "home",
                    "protected": True,
                    "same_as_first_child": True,
                },
            },
        ],
        "now": {
            "where": "school",
            "safe_to_go_home": "no",
            "safe_why": "He is back in the house",
            "collected_by": "Lee Garner",
            "collected_by_adult_of_concern": "yes",
            "collected_at": "15:20",
            "answer_needed": "before_school_ends",
            "answer_needed_by": "2026-11-20T15:20:00+00:00",
        },
        "concern": {
            "immediate_danger": False,
            "categories": ["domestic_abuse", "missing"],
            "what_happened": "Slept in her coat.",
            "happened_on": "2026-11-17",
            "how_known": "child_told",
            "crime_reported": "yes",
            "crime_reference": "14/123456/26",
            "injury": {"present": False},
            "level_of_need": 3,
            "working_well": "Gran",
            "child_voice": "'Quiet like at Nan’s'",
            "safety_scale": 0,
        },
        "household": [
            {"name": "Kirsty Marsden", "relationship": "mother", "parental_responsibility": True},
            {"name": "Lee Garner", "relationship": "mother's partner", "adult_of_concern": True},
            {
                "name": "Pauline Marsden",
                "lives_with_child": "no",
                "address": {"line1": "3 Church View", "postcode": "S63 7RB"},
            },
        ],
        "visit_dangers": "Two dogs",
        "consent": {
            "parent_informed": True,
            "parent_agrees": None,
            "child_view": "Wants quiet",
            "withhold_from_family": "Who told us",
        },
        "protected_information": {"witness": "no", "works_here": "An uncle in housing"},
        "agencies_involved": [
            {"name": "Health visiting", "person": "Ann Lee", "phone": "01632 960118"},
            {"name": "Housing"},
        ],
        "exploitation": {
            "signs": ["gifts", "picked_up"],
            "missing_last_30_days": 2,
            "locations": ["Clifton Park", "Wellgate"],
            "people": [{"alias": "Taz"}],
            "vehicles": [{"description": "silver Astra"}],
        },
        "help_already": {"early_help": False},
    }


def test_our_own_form_makes_documents_without_a_mark_that_are_read_whole():
    for answers in (FULL, SHORTEST):
        document = compose(answers, SENDER, sent_at=FRIDAY_NOON)
        marks = examine(document, known_agencies={SENDER.agency}, today=FRIDAY_NOON.date())
        assert [mark.code for mark in marks] == (["no_name"] if answers is SHORTEST else [])
        assert "also" not in {section.key for section in sections(document)}


def test_the_signals_of_a_full_form():
    document = compose(FULL, SENDER, sent_at=FRIDAY_NOON)
    found = signals(document, today=FRIDAY_NOON.date(), open_case=False, contacts_12m=1)
    assert [one.words for one in found] == [
        "Collected at 15:20 by the person of concern, Lee Garner",
        "Not safe to go home today, says the referrer",
        "Danger to people who visit: Two dogs",
    ]


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ({"born": "exact", "date_of_birth": "2017-03-09"}, {"date_of_birth": "2017-03-09"}),
        ({"date_of_birth": "2017-03-09"}, {"date_of_birth": "2017-03-09"}),
        (
            {"born": "estimated", "date_of_birth": "2015-01-01", "approximate_age": 11},
            {"date_of_birth": "2015-01-01", "dob_estimated": True, "approximate_age": 11},
        ),
        (
            {"born": "unknown", "date_of_birth": "2015-01-01", "approximate_age": 3},
            {"date_of_birth": None, "approximate_age": 3},
        ),
        (
            {"expected_date_of_birth": "2027-02-14"},
            {
                "date_of_birth": None,
                "expected_date_of_birth": "2027-02-14",
                "first_name": "Unborn",
                "sex": "U",
            },
        ),
        ({}, {"date_of_birth": None}),
    ],
)
def test_birth_dates_that_are_exact_estimated_unknown_or_to_come(told, kept):
    (child,) = compose({"child-1": told}, SENDER, sent_at=FRIDAY_NOON)["children"]
    assert child == kept


@pytest.mark.parametrize(
    ("key", "given_time", "moment"),
    [
        ("before_school_ends", {}, datetime(2026, 11, 20, 15, 15, tzinfo=UTC)),
        ("before_school_ends", {"collected_at": "14:45"}, datetime(2026, 11, 20, 14, 45, tzinfo=UTC)),
        ("before_school_ends", {"collected_at": "half three"}, datetime(2026, 11, 20, 15, 15, tzinfo=UTC)),
        # Wanted before it was sent: wanted now.
        ("before_school_ends", {"collected_at": "11:30"}, FRIDAY_NOON),
        ("today", {}, datetime(2026, 11, 20, 17, 0, tzinfo=UTC)),
        ("tonight", {}, datetime(2026, 11, 20, 22, 0, tzinfo=UTC)),
        ("tomorrow", {}, datetime(2026, 11, 21, 12, 0, tzinfo=UTC)),
        ("this_week", {}, datetime(2026, 11, 20, 17, 0, tzinfo=UTC)),
        ("at", {"on": "2026-11-23", "at": "09:30"}, datetime(2026, 11, 23, 9, 30, tzinfo=UTC)),
        ("at", {"on": "2026-11-23"}, datetime(2026, 11, 23, 17, 0, tzinfo=UTC)),
        ("no_set_time", {}, None),
        (None, {}, None),
        ("whenever", {}, None),
    ],
)
def test_by_when_an_answer_is_needed(key, given_time, moment):
    assert answer_moment(key, FRIDAY_NOON, **given_time) == moment


def test_times_are_those_of_london_and_a_weekend_waits_for_its_friday():
    in_summer = datetime(2026, 7, 4, 10, 0, tzinfo=UTC)
    assert answer_moment("today", in_summer) == datetime(2026, 7, 4, 16, 0, tzinfo=UTC)
    assert answer_moment("this_week", in_summer) == datetime(2026, 7, 10, 16, 0, tzinfo=UTC)


def test_the_pages_in_order():
    assert page_keys({}) == [
        *("danger", "me", "child-1", "more-1", "children", "now", "household", "consent", "concern", "strengths"),
        *("protected", "files", "check"),
    ]
    two = {"child-10": {}, "child-2": {}, "me": {}, "more-7": {"gp": "left over"}}
    assert child_keys(two) == ["child-2", "child-10"]
    assert [page_after(two, key) for key in ("me", "child-2", "more-2")] == ["child-2", "more-2", "child-10"]
    assert page_before(two, "children") == "more-10"
    assert (page_before(two, "danger"), page_after(two, "check"), page_after(two, "nowhere")) == (None, None, None)
    assert (new_child_key({}), new_child_key(two), new_child_key({"child-99": {}})) == ("child-1", "child-11", None)


MISSING = {"concern": {"categories": ["missing"]}}


def test_one_child_fits_into_14_pages_and_a_sibling_costs_two_more_at_most():
    """Practice, requirement 7; with the page about exploitation, which not every referral has."""
    one, two = page_keys({"child-1": {}, **MISSING}), page_keys({"child-1": {}, "child-2": {}, **MISSING})
    assert len(one) <= 14
    assert len(two) - len(one) <= 2


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ({}, False),
        ({"concern": {"categories": ["neglect", "domestic_abuse"]}}, False),
        ({"concern": {"categories": "child_criminal_exploitation"}}, True),
        ({"concern": {"categories": ["neglect", "child_sexual_exploitation"]}}, True),
        ({"concern": {"categories": ["gangs"]}}, True),
        ({"concern": {"categories": []}, "exploitation": {"places": "Clifton Park"}}, True),
        ({"concern": {"categories": []}, "exploitation": {"places": ""}}, False),
    ],
)
def test_exploitation_is_asked_when_its_concern_is_ticked(answers, asked):
    assert ("exploitation" in page_keys(answers)) is asked


def test_two_minutes_are_six_questions_and_exactly_what_stops_sending():
    assert len(SIX) == 6
    asked = {(six.page, name) for six in SIX for name in six.fields}
    stops = {(page.key, field.name) for page in PAGES for field in page.fields if field.stops}
    # The name of a child may be a description, and a last name helps to find the child.
    child = {("child-1", name) for name in ("first_name", "last_name", "description")}
    assert asked == {pair for pair in stops if pair[0] != "child"} | child
    names = [field.name for field in find_page("brief").fields]
    assert len(names) == len(set(names)) == sum(len(six.fields) for six in SIX)


def test_sent_in_two_minutes_it_asks_to_be_rung_back():
    document = compose(SHORTEST, SENDER, sent_at=FRIDAY_NOON, ring_back=True)
    (signal,) = signals(document, today=FRIDAY_NOON.date(), open_case=False, contacts_12m=1)
    assert signal.words == "Ring back: told in two minutes by Hannah Whitfield on 01632 960114"


@pytest.mark.parametrize(
    ("postcode", "council"),
    [
        ("S1 2HH", "sheffield"),
        ("s359aa", "sheffield"),
        ("DN1 3AA", "doncaster"),
        ("S70 1AA", "barnsley"),
        ("S80 1AA", "bassetlaw"),
        ("S41 7AA", "derbyshire"),
        ("S63 7AQ", None),
        ("LS1 4AP", None),
        ("S1", None),
        (None, None),
    ],
)
def test_whose_front_door_a_postcode_is(postcode, council):
    found = neighbour_of(postcode)
    assert (found.key if found else None) == council


SAVED = datetime(2026, 11, 1, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "warned", "over"),
    [(0, False, False), (22, False, False), (23, True, False), (30, True, False), (31, True, True)],
)
def test_a_draft_waits_30_days_and_warns_from_the_23rd(days, warned, over):
    now = SAVED + timedelta(days=days)
    assert (ends_soon(SAVED, now), is_over(SAVED, now)) == (warned, over)
    assert ends_on(SAVED) == date(2026, 12, 1)


def test_pages_are_found_by_their_key():
    assert find_page("child-7") is find_page("child-1")
    assert [find_page(key) for key in ("child", "child-0", "child-100", "child-1x", "", "nowhere")] == [None] * 6
    for page in PAGES:
        names = [field.name for field in page.fields]
        assert len(set(names)) == len(names)


# Whatever a stale draft or a hand-made request holds, the check page can show it.


def wild_answers():
    names = st.sampled_from(
        sorted({field.name for page in PAGES for field in page.fields} | {field.name for field in PERSON_FIELDS})
    )
    known = st.sampled_from(sorted({row.key for rows in LISTS.values() for row in rows}))
    page = st.dictionaries(names, ANY_JSON | known, max_size=8)
    keys = st.sampled_from([*page_keys({}), "child-2", "child-3", "exploitation"])
    return st.dictionaries(keys, page | ANY_JSON, max_size=6)


@given(wild_answers())
def test_any_answers_make_a_document_that_can_be_read(answers):
    missing(answers)
    document = compose(answers, SENDER, sent_at=FRIDAY_NOON)
    assert sections(document)
    examine(document, known_agencies=set(), today=FRIDAY_NOON.date())
