"""What stands at the top of the queue and why; and the order of the queue (practice, requirement 1)."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseapp.referrals.domain.signals import signals, sort_key, urgency_of

from .domain_cases import ANY_JSON, SAMPLES, sample, spoilt_samples

TODAY = date(2026, 11, 20)


def told(document, *, open_case=False, contacts_12m=1):
    return {
        one.key: one.words for one in signals(document, today=TODAY, open_case=open_case, contacts_12m=contacts_12m)
    }


SIGNALS_OF_THE_SAMPLES = {
    1: {"person_of_concern"},
    2: {"person_of_concern"},
    4: {"immediate_danger", "injured_baby"},
    6: {"sexual_abuse"},
    7: {"sexual_abuse", "missing_often"},
    8: {"sexual_abuse"},
    12: {"person_of_concern", "sexual_abuse"},
    24: {"missing_often"},
}


def test_the_samples_tell_exactly_these():
    found = {number: set(told(document)) for number, document in enumerate(SAMPLES, start=1)}
    assert {number: keys for number, keys in found.items() if keys} == SIGNALS_OF_THE_SAMPLES


def test_the_reason_is_in_words():
    assert told(sample(4)) == {
        "immediate_danger": "The referrer says: in danger now",
        "injured_baby": "Injury or bruise, and a baby under 12 months (5 months)",
    }
    assert told(sample(12)) == {
        "person_of_concern": (
            "The person of concern is named in the household: Gary Mott, mother's partner. "
            "Not said whether at home today"
        ),
        "sexual_abuse": "Told: risk of sexual abuse",
    }
    assert told(sample(13), open_case=True, contacts_12m=3) == {
        "open_case": "A child in it has an open case: its worker must know",
        "repeat_contact": "Third contact in 12 months",
    }


def now(**answers):
    return {"now": answers, "household": [{"name": "Lee Garner", "adult_of_concern": True, "lives_with_child": "no"}]}


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (now(), None),
        (now(collected_by="Gran"), None),
        (
            now(collected_by="lee garner", collected_at="15:15"),
            "Collected at 15:15 by the person of concern, lee garner",
        ),
        (now(collected_by_adult_of_concern="yes"), "Collected by the person of concern"),
        (now(collected_by_adult_of_concern="dont_know"), None),
        (
            {"household": [{"name": "Lee Garner", "adult_of_concern": True, "lives_with_child": "yes"}]},
            "The person of concern lives with the child: Lee Garner",
        ),
        ({"household": [{"name": "Lee", "adult_of_concern": True, "address": {"line1": "Leeds"}}]}, None),
        ({"household": [{"name": "Lee", "lives_with_child": "yes"}]}, None),
        ({"household": "Lee"}, None),
    ],
)
def test_going_home_to_the_person_of_concern(document, reason):
    assert told(document).get("person_of_concern") == reason


@pytest.mark.parametrize(
    ("key", "document", "tells"),
    [
        ("not_safe", {"now": {"safe_to_go_home": "no"}}, True),
        ("not_safe", {"now": {"safe_to_go_home": "dont_know"}}, False),
        ("missing_now", {"now": {"where": "missing"}}, True),
        ("police_high", {"police": {"grading": "high"}}, True),
        ("police_high", {"police": {"grading": "medium"}}, False),
        ("police_high", {"police": "high"}, False),
        ("missing_now", {"concern": {"categories": ["missing"]}}, False),
        ("immediate_danger", {"concern": {"immediate_danger": "yes"}}, False),
        ("sexual_abuse", {"concern": {"categories": ["sexual_abuse"]}}, True),
        ("sexual_abuse", {"concern": {"categories": "sexual_abuse"}}, False),
    ],
)
def test_single_signals(key, document, tells):
    assert (key in told(document)) is tells


@pytest.mark.parametrize(
    ("child", "tells"),
    [
        ({"date_of_birth": "2025-11-21"}, True),
        ({"date_of_birth": "2025-11-20"}, False),
        ({"date_of_birth": "2026-11-20"}, True),
        ({"approximate_age": 0.5}, True),
        ({"approximate_age": 1}, False),
        ({"expected_date_of_birth": "2027-02-14"}, False),
        ({}, False),
    ],
)
def test_an_injury_on_a_baby_under_twelve_months(child, tells):
    document = {"children": [{"date_of_birth": "2015-01-01"}, child], "concern": {"injury": {"present": True}}}
    assert ("injured_baby" in told(document)) is tells
    document["concern"]["injury"]["present"] = False
    assert "injured_baby" not in told(document)


@pytest.mark.parametrize(
    ("contacts", "words"),
    [
        (1, None),
        (2, None),
        (3, "Third contact in 12 months"),
        (4, "Fourth contact in 12 months"),
        (17, "17 contacts in 12 months"),
    ],
)
def test_the_third_contact_in_a_year(contacts, words):
    assert told({}, contacts_12m=contacts).get("repeat_contact") == words


@pytest.mark.parametrize(
    ("times", "words"),
    [(2, None), (3, "Missing 3 times in 30 days"), (11, "Missing 11 times in 30 days"), (True, None), ("3", None)],
)
def test_missing_again_and_again(times, words):
    assert told({"exploitation": {"missing_last_30_days": times}}).get("missing_often") == words


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Two dogs.\nA knife.", "Danger to people who visit: Two dogs. A knife"),
        (["Two dogs", "Needles"], "Danger to people who visit: Two dogs; Needles"),
        ("x" * 500, f"Danger to people who visit: {'x' * 160}…"),
        ("None known.", None),
        (" no ", None),
        ("No dogs, but he has a knife", "Danger to people who visit: No dogs, but he has a knife"),
        ("", None),
        (None, None),
        (7, None),
    ],
)
def test_danger_to_people_who_visit_comes_last(said, words):
    found = signals({"visit_dangers": said}, today=TODAY, open_case=True, contacts_12m=3)
    assert (found[-1].words if found[-1].key == "visit_danger" else None) == words


@given(ANY_JSON | spoilt_samples(), st.booleans(), st.integers(0, 20))
def test_signals_survive_anything_and_the_strongest_comes_first(document, open_case, contacts):
    found = signals(document, today=TODAY, open_case=open_case, contacts_12m=contacts)
    weights = [one.weight for one in found]
    assert weights == sorted(weights, reverse=True)
    assert urgency_of(found) == (weights[0] if weights else 0)


# The queue.

MORNING = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def at(hours):
    return MORNING + timedelta(hours=hours)


def place(*, waits=False, urgency=0, answer=None, due=24.0, received=0.0):
    return sort_key(
        waits=waits,
        urgency=urgency,
        answer_needed_by=None if answer is None else at(answer),
        due_at=None if due is None else at(due),
        received_at=at(received),
    )


def test_the_queue_from_top_to_bottom():
    queue = [
        place(waits=True, urgency=90, due=4),
        place(waits=True, urgency=20, answer=2),
        place(waits=True, urgency=80, answer=6),
        # The child who goes home at 15:15 comes before the one whose clock is older.
        place(waits=True, answer=6.25, due=24, received=3),
        place(waits=True, due=8, received=-4),
        place(waits=True, due=None),
        place(urgency=90, due=1),
        place(urgency=30, due=3),
        place(answer=2, due=72),
        place(due=3),
        place(due=3, received=1),
        place(due=None),
    ]
    assert all(before < after for before, after in pairwise(queue))
