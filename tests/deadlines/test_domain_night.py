"""The night's clocks and the hub's hours, by hand: Christmas Day of 2026 is a Friday, Boxing Day is kept on Monday."""

from datetime import UTC, date, datetime

import pytest

from caseapp.deadlines.catalogue import HUB_HOURS, get_rule
from caseapp.deadlines.domain import compute, pace
from caseapp.kernel.clock import LONDON


def at(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=LONDON).astimezone(UTC)


@pytest.mark.parametrize(
    ("began", "due"),
    [
        ("2026-11-20 16:50", "2026-11-23 09:30"),  # Friday evening: Monday
        ("2026-11-21 02:15", "2026-11-23 09:30"),  # Saturday night
        ("2026-11-22 23:59", "2026-11-23 09:30"),  # Sunday night
        ("2026-11-24 02:00", "2026-11-24 09:30"),  # Tuesday at two in the morning: that morning
        ("2026-11-24 09:29", "2026-11-24 09:30"),
        ("2026-11-24 09:30", "2026-11-25 09:30"),
        ("2026-12-24 22:00", "2026-12-29 09:30"),  # Christmas: 25th, weekend and Boxing Day kept on the 28th
        ("2026-03-27 20:00", "2026-03-30 09:30"),  # the clocks go forward on Sunday
        ("2026-10-23 20:00", "2026-10-26 09:30"),  # and back
    ],
)
def test_night_work_is_read_at_half_past_nine_on_the_next_working_day(began: str, due: str) -> None:
    found = compute(get_rule("edt.morning", at(began).date()), at(began))
    assert found.due_at == at(due)
    assert found.due_on is None
    assert pace(found, at(began)) == "until 09:30"


def test_the_sentence_says_what_did_not_count() -> None:
    rule = get_rule("edt.morning", date(2026, 12, 24))
    assert compute(rule, at("2026-12-24 22:00")).sentence == (
        "The night worked on it on Thursday 24 December 2026 at 22:00. The day has until 09:30 on the next working "
        "day. Not counted: weekends, Christmas Day, Boxing Day, kept on the Monday. That is 09:30 on "
        "Tuesday 29 December 2026."
    )


def test_half_an_hour_to_accept() -> None:
    found = compute(get_rule("edt.accept", at("2026-11-20 16:50").date()), at("2026-11-20 16:50"))
    assert found.due_at == at("2026-11-20 17:20")
    assert found.sentence.endswith("The out-of-hours team has 30 minutes. That is 17:20 the same day.")
    assert pace(found, at("2026-11-20 17:00")) == "minute 11 of 30"


@pytest.mark.parametrize(
    ("now", "is_open", "handing_over", "opens", "closed"),
    [
        ("2026-11-20 08:59", False, True, "2026-11-20 09:00", "2026-11-19 17:00"),
        ("2026-11-20 09:00", True, False, "2026-11-23 09:00", "2026-11-19 17:00"),
        ("2026-11-20 16:00", True, True, "2026-11-23 09:00", "2026-11-19 17:00"),
        ("2026-11-20 17:00", False, True, "2026-11-23 09:00", "2026-11-20 17:00"),
        ("2026-11-22 12:00", False, True, "2026-11-23 09:00", "2026-11-20 17:00"),
        ("2026-12-25 12:00", False, True, "2026-12-29 09:00", "2026-12-24 17:00"),
    ],
)
def test_when_the_hub_is_open(now: str, is_open: bool, handing_over: bool, opens: str, closed: str) -> None:
    assert HUB_HOURS.is_open(at(now)) is is_open
    assert HUB_HOURS.is_handing_over(at(now)) is handing_over
    assert HUB_HOURS.next_opening(at(now)) == at(opens)
    assert HUB_HOURS.last_closing(at(now)) == at(closed)


@pytest.mark.parametrize(
    ("came", "due"),
    [
        ("2026-11-20 10:46", "2026-11-20 11:46"),
        # Half an hour before closing, and the rest the next working morning.
        ("2026-11-20 16:30", "2026-11-23 09:30"),
        # A Sunday, and a night: the hub has its hour when it has opened; what is urgent is the night team's.
        ("2026-11-22 10:46", "2026-11-23 10:00"),
        ("2026-11-24 02:10", "2026-11-24 10:00"),
        ("2026-12-24 16:47", "2026-12-29 09:47"),
    ],
)
def test_a_first_look_has_one_hour_of_the_hub(came: str, due: str) -> None:
    assert compute(get_rule("mash.first_look", at(came).date()), at(came), hub_hours=HUB_HOURS).due_at == at(due)
