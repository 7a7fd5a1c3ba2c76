"""What is left, as people read it. Expected words are typed with ordinary spaces."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseapp.deadlines.catalogue import get_rule
from caseapp.deadlines.domain import CALENDARS, age_words, compute, end_of_day, last_day, pace, time_left

LONDON = ZoneInfo("Europe/London")


def at(text):
    """'2026-11-20 10:10' on a London clock."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def plain(text):
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("due", "now", "words", "due_words", "state"),
    [
        ("2026-11-20 17:00", "2026-11-20 15:30", "1 h 30 min left", "by 17:00 today", "soon"),
        ("2026-11-20 17:00", "2026-11-20 15:00", "2 h left", "by 17:00 today", "calm"),
        ("2026-11-20 17:00", "2026-11-20 15:01", "1 h 59 min left", "by 17:00 today", "soon"),
        ("2026-11-20 17:00", "2026-11-20 16:20", "40 min left", "by 17:00 today", "soon"),
        ("2026-11-20 17:00", "2026-11-20 16:59:30", "less than 1 min left", "by 17:00 today", "soon"),
        ("2026-11-20 17:00", "2026-11-20 17:00", "less than 1 min left", "by 17:00 today", "soon"),
        ("2026-11-20 12:31", "2026-11-20 15:30", "Late by 2 h 59 min", "was due 12:31 today", "late"),
        ("2026-11-20 17:00", "2026-11-20 17:00:01", "Late by less than 1 min", "was due 17:00 today", "late"),
        ("2026-11-21 10:10", "2026-11-20 15:30", "18 h 40 min left", "by 10:10 tomorrow", "calm"),
        ("2026-11-19 23:50", "2026-11-20 00:20", "Late by 30 min", "was due 23:50 yesterday", "late"),
        ("2026-11-23 10:10", "2026-11-20 10:10", "3 days left", "by Mon 23 Nov, 10:10", "calm"),
        ("2026-11-23 10:10", "2026-11-20 15:10", "2 days 19 h left", "by Mon 23 Nov, 10:10", "calm"),
        ("2026-11-17 10:10", "2026-11-20 11:40", "Late by 3 days 1 h", "was due Tue 17 Nov, 10:10", "late"),
        ("2027-01-02 08:00", "2026-12-31 08:00", "2 days left", "by Sat 2 Jan 2027, 08:00", "calm"),
        ("2027-03-28 04:00", "2027-03-27 23:00", "4 h left", "by 04:00 tomorrow", "calm"),  # the short night
        ("2027-10-31 02:00", "2027-10-30 23:00", "4 h left", "by 02:00 tomorrow", "calm"),  # the long night
    ],
)
def test_hours(due, now, words, due_words, state):
    left = time_left(at(due).astimezone(UTC), at(now).astimezone(UTC), "hours")
    assert (plain(left.words), plain(left.due_words), left.state) == (words, due_words, state)


@pytest.mark.parametrize(
    ("due_on", "now", "words", "due_words", "state"),
    [
        ("2027-01-25", "2027-01-13 10:20", "8 working days left", "by the end of Mon 25 Jan", "calm"),
        ("2027-01-25", "2026-12-30 10:20", "17 working days left", "by the end of Mon 25 Jan 2027", "calm"),
        ("2026-11-20", "2026-11-20 10:20", "Due today", "by the end of today", "soon"),
        ("2026-11-20", "2026-11-20 23:59", "Due today", "by the end of today", "soon"),
        ("2026-11-20", "2026-11-19 10:20", "1 working day left", "by the end of tomorrow", "soon"),
        ("2026-11-23", "2026-11-20 10:20", "1 working day left", "by the end of Mon 23 Nov", "soon"),
        ("2026-11-23", "2026-11-21 10:20", "1 working day left", "by the end of Mon 23 Nov", "soon"),
        ("2026-11-24", "2026-11-20 10:20", "2 working days left", "by the end of Tue 24 Nov", "calm"),
        ("2026-12-29", "2026-12-24 10:20", "1 working day left", "by the end of Tue 29 Dec", "soon"),
        ("2026-11-18", "2026-11-20 10:20", "Late by 2 working days", "was due Wed 18 Nov", "late"),
        ("2026-11-19", "2026-11-20 00:00", "Late by 1 working day", "was due yesterday", "late"),
        ("2026-11-20", "2026-11-21 10:20", "Late since yesterday", "was due yesterday", "late"),
        ("2026-10-30", "2026-11-20 10:20", "Late by 15 working days", "was due Fri 30 Oct", "late"),
        ("2027-06-11", "2027-06-11 23:30", "Due today", "by the end of today", "soon"),  # 22:30 UTC
        ("2027-06-11", "2027-06-12 00:10", "Late since yesterday", "was due yesterday", "late"),
    ],
)
def test_working_days(due_on, now, words, due_words, state):
    left = time_left(end_of_day(date.fromisoformat(due_on)), at(now), "working_days")
    assert (plain(left.words), plain(left.due_words), left.state) == (words, due_words, state)


@pytest.mark.parametrize("unit", ["calendar_days", "months"])
@pytest.mark.parametrize(
    ("due_on", "now", "words", "due_words", "state"),
    [
        ("2026-11-30", "2026-11-20 10:20", "10 days left", "by the end of Mon 30 Nov", "calm"),
        (
            "2026-11-22",
            "2026-11-20 10:20",
            "2 days left",
            "by the end of Sun 22 Nov",
            "soon",
        ),  # before the next working day
        ("2026-11-21", "2026-11-20 10:20", "1 day left", "by the end of tomorrow", "soon"),
        ("2026-11-20", "2026-11-20 10:20", "Due today", "by the end of today", "soon"),
        ("2026-11-15", "2026-11-20 10:20", "Late by 5 days", "was due Sun 15 Nov", "late"),
        ("2026-11-19", "2026-11-20 10:20", "Late by 1 day", "was due yesterday", "late"),
    ],
)
def test_days_and_months(unit, due_on, now, words, due_words, state):
    left = time_left(end_of_day(date.fromisoformat(due_on)), at(now), unit)
    assert (plain(left.words), plain(left.due_words), left.state) == (words, due_words, state)


def test_a_number_keeps_to_its_unit_and_the_plain_form_is_one_line():
    left = time_left(at("2026-11-20 17:00"), at("2026-11-20 15:30"), "hours")
    assert left.words == "1\u00a0h 30\u00a0min left"
    assert left.plain == "1 h 30 min left, by 17:00 today"


@pytest.mark.parametrize(
    ("start", "now", "words"),
    [
        ("2026-11-18 08:47", "2026-11-21 00:10", "waiting 2 days 15 h"),
        ("2026-11-19 10:00", "2026-11-20 10:59", "waiting 1 day"),
        ("2026-11-20 08:47", "2026-11-20 12:07", "waiting 3 h 20 min"),
        ("2026-11-20 08:47", "2026-11-20 09:27", "waiting 40 min"),
        ("2026-11-20 08:47", "2026-11-20 08:47:20", "waiting less than 1 min"),
        ("2026-11-20 08:47", "2026-11-20 08:40", "waiting less than 1 min"),  # a clock that is ahead of ours
    ],
)
def test_age(start, now, words):
    assert plain(age_words(at(start), at(now))) == words


@pytest.mark.parametrize(
    ("key", "start", "now", "words"),
    [
        ("assessment.complete", "2026-11-18 08:47", "2027-01-13 10:20", "day 37 of 45"),
        ("assessment.complete", "2026-11-18 08:47", "2026-11-18 23:59", "day 0 of 45"),
        ("assessment.complete", "2026-11-18 08:47", "2026-11-21 10:20", "day 2 of 45"),
        ("assessment.complete", "2026-11-21 08:47", "2026-11-22 10:20", "day 0 of 45"),
        ("assessment.complete", "2026-11-18 08:47", "2027-01-27 10:20", "day 47: it had 45 working days"),
        ("assessment.complete", "2026-11-18 08:47", "2026-11-16 10:20", "day 0 of 45"),
        ("mash.red", "2026-11-20 10:10", "2026-11-20 10:10", "hour 1 of 4"),
        ("mash.red", "2026-11-20 10:10", "2026-11-20 12:20", "hour 3 of 4"),
        ("mash.red", "2026-11-20 10:10", "2026-11-20 14:20", "hour 5: it had 4 hours"),
    ],
)
def test_pace(key, start, now, words):
    assert pace(compute(get_rule(key, at(start).date()), at(start)), at(now)) == words


@given(st.dates(date(2015, 1, 2), date(2040, 12, 30)))
def test_the_end_of_a_day_is_on_that_day(day):
    assert last_day(end_of_day(day)) == day


@given(
    st.integers(0, 15 * 365 * 24 * 3600).map(
        lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    ),
    st.timedeltas(timedelta(days=-100), timedelta(days=100)),
    st.sampled_from(sorted(CALENDARS)),
)
def test_words_and_state_never_disagree(now, away, unit):
    due_at = now + away
    if unit != "hours":
        due_at = end_of_day(due_at.astimezone(LONDON).date())
    left = time_left(due_at, now, unit)
    assert (
        left.words.startswith(("Late by ", "Late since "))
        == (left.state == "late")
        == left.due_words.startswith("was due ")
    )
    assert "-" not in left.words
    assert " 0" not in plain(left.words)
