"""Due dates from outside: what came when, under which rule, and the answer with its reasons."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseapp.deadlines.catalogue import get_rule
from caseapp.deadlines.domain import (
    CALENDARS,
    INSTANT_UNITS,
    STATUTORY,
    BankHolidayChange,
    OutsideCalendar,
    compute,
    earlier,
    is_late,
    read_changes,
    statutory_calendar,
)

LONDON = ZoneInfo("Europe/London")
ASSESSMENT = get_rule("assessment.complete", date(2026, 11, 20))
RED, GREEN = (get_rule(f"mash.{rating}", date(2026, 11, 20)) for rating in ("red", "green"))
WIDEST = datetime(2015, 1, 2, 12, tzinfo=UTC), datetime(2035, 12, 1, 12, tzinfo=UTC)
instants = st.datetimes(*(limit.replace(tzinfo=None) for limit in WIDEST), timezones=st.just(UTC))


def at(text):
    """'2026-11-20 10:10' on a London clock."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def rule(length, unit, **changes):
    """A rule of that length, made from the assessment's row."""
    return replace(ASSESSMENT, length=length, unit=unit, calendar=CALENDARS[unit], **changes)


@pytest.mark.parametrize(
    ("start", "length", "due_on"),
    [
        ("2026-11-20", 10, "2026-12-04"),
        ("2026-11-20", 15, "2026-12-11"),
        ("2026-11-20", 45, "2027-01-27"),
        ("2026-11-18", 45, "2027-01-25"),
        ("2026-12-18", 1, "2026-12-21"),
        ("2026-12-18", 10, "2027-01-06"),
        ("2026-12-18", 15, "2027-01-13"),
        ("2026-12-18", 45, "2027-02-24"),
        ("2026-12-19", 1, "2026-12-21"),  # a Saturday counts from the Friday, so Monday and not Tuesday
        ("2026-12-20", 1, "2026-12-21"),
        ("2027-03-19", 10, "2027-04-06"),  # Easter inside
        ("2027-03-19", 45, "2027-05-26"),
        ("2026-12-24", 1, "2026-12-29"),
        ("2026-12-25", 1, "2026-12-29"),  # Christmas Day counts from the Thursday
        ("2026-12-28", 1, "2026-12-29"),
        ("2027-12-24", 1, "2027-12-29"),  # both holidays kept later
        ("2026-12-31", 1, "2027-01-04"),
        ("2027-01-01", 1, "2027-01-04"),
        ("2027-03-25", 1, "2027-03-30"),
        ("2024-02-28", 1, "2024-02-29"),
        ("2022-09-16", 1, "2022-09-20"),  # the state funeral
        ("2020-05-01", 1, "2020-05-04"),  # the holiday that moved to the 8th
    ],
)
def test_working_days(start, length, due_on):
    due = compute(rule(length, "working_days"), at(f"{start} 11:30"))
    assert due.due_on == date.fromisoformat(due_on)
    assert len(due.counted) == length
    assert due.counted[-1] == due.due_on


@pytest.mark.parametrize(
    ("start", "day_0"),
    [
        ("2026-11-20 00:00", "2026-11-20"),
        ("2026-11-20 23:59", "2026-11-20"),
        ("2026-11-21 00:00", "2026-11-20"),
        ("2026-11-22 23:59", "2026-11-20"),
        ("2026-12-28 09:00", "2026-12-24"),
        ("2027-06-14 00:30", "2027-06-14"),  # half past eleven the evening before in UTC
    ],
)
def test_day_0_is_the_london_day_or_the_working_day_before_it(start, day_0):
    due = compute(ASSESSMENT, at(start))
    assert due.day_0 == date.fromisoformat(day_0)
    assert due.anchor == at(start).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "due_at"),
    [
        ("2026-11-19 10:00", "2026-11-21T00:00+00:00"),
        ("2027-06-10 10:00", "2027-06-11T23:00+00:00"),  # summer time: 24:00 in London is 23:00 UTC
        ("2027-03-25 10:00", "2027-03-30T23:00+00:00"),  # Easter and the change to summer time between
        ("2027-10-29 10:00", "2027-11-02T00:00+00:00"),  # the change back between
    ],
)
def test_a_day_clock_is_met_until_midnight_in_london(start, due_at):
    due = compute(rule(1, "working_days"), at(start))
    assert due.due_at == datetime.fromisoformat(due_at)
    assert due.due_at.tzinfo is UTC
    assert not is_late(due.due_at, due.due_at - timedelta(microseconds=1), "working_days")
    assert is_late(due.due_at, due.due_at, "working_days")


@pytest.mark.parametrize(
    ("start", "length", "due_at"),
    [
        ("2026-11-20 10:10", 4, "2026-11-20T14:10+00:00"),
        ("2026-11-20 22:00", 4, "2026-11-21T02:00+00:00"),  # no pause for night or weekend
        ("2026-11-20 10:10", 72, "2026-11-23T10:10+00:00"),
        ("2026-12-31 23:30", 1, "2027-01-01T00:30+00:00"),
        ("2027-03-27 23:00", 4, "2027-03-28T03:00+00:00"),  # reads 04:00 on the clock
        ("2027-10-30 23:00", 4, "2027-10-31T02:00+00:00"),  # reads 02:00 on the clock
    ],
)
def test_hours_are_elapsed_hours(start, length, due_at):
    due = compute(rule(length, "hours"), at(start))
    assert due.due_at == datetime.fromisoformat(due_at)
    assert due.due_on is None
    assert due.counted == due.skipped == ()
    assert not is_late(due.due_at, due.due_at, "hours")
    assert is_late(due.due_at, due.due_at + timedelta(seconds=1), "hours")


@pytest.mark.parametrize(
    ("start", "length", "unit", "due_on"),
    [
        ("2026-11-20", 3, "months", "2027-02-20"),  # a Saturday, and it stays one
        ("2026-11-30", 3, "months", "2027-02-28"),
        ("2027-11-30", 3, "months", "2028-02-29"),
        ("2027-08-31", 6, "months", "2028-02-29"),
        ("2026-12-31", 12, "months", "2027-12-31"),
        ("2026-10-31", 1, "months", "2026-11-30"),
        ("2026-11-21", 1, "months", "2026-12-21"),  # a Saturday start is itself day 0 here
        ("2026-11-20", 91, "calendar_days", "2027-02-19"),
        ("2026-11-20", 183, "calendar_days", "2027-05-22"),
        ("2026-12-20", 5, "calendar_days", "2026-12-25"),
    ],
)
def test_months_and_days_count_every_day_and_are_not_moved(start, length, unit, due_on):
    due = compute(rule(length, unit), at(f"{start} 09:00"))
    assert due.due_on == date.fromisoformat(due_on)
    assert due.skipped == ()


@pytest.mark.parametrize(
    ("start", "length", "unit", "due_on"),
    [
        ("2026-11-20", 1, "working_days", "2026-11-20"),
        ("2026-11-20", 10, "working_days", "2026-12-03"),
        ("2026-11-23", 5, "working_days", "2026-11-27"),
        ("2026-11-21", 1, "working_days", "2026-11-23"),  # nothing to include on a Saturday
        ("2026-11-20", 28, "calendar_days", "2026-12-17"),
        ("2026-11-20", 1, "months", "2026-12-19"),
    ],
)
def test_an_inclusive_start_is_day_1(start, length, unit, due_on):
    due = compute(rule(length, unit, inclusive_start=True), at(f"{start} 09:00"))
    assert due.due_on == date.fromisoformat(due_on)


@pytest.mark.parametrize(
    ("of_rule", "start", "sentence"),
    [
        (
            ASSESSMENT,
            "2026-11-18 08:47",
            "The referral came on Wednesday 18 November 2026: that is day 0. An assessment has 45 working days. "
            "Weekends do not count, nor do 25 December (Christmas Day), 28 December (Boxing Day, kept on the "
            "Monday) and 1 January (New Year’s Day). Day 45 is Monday 25 January 2027.",
        ),
        (
            rule(1, "working_days"),
            "2026-12-19 10:00",
            "The referral came on Saturday 19 December 2026. That is not a working day, so the count starts from "
            "the working day before it: Friday 18 December 2026 is day 0. An assessment has 1 working day. "
            "Weekends do not count. Day 1 is Monday 21 December 2026.",
        ),
        (
            rule(1, "working_days"),
            "2026-12-28 10:00",
            "The referral came on Monday 28 December 2026. That is not a working day (Boxing Day, kept on the "
            "Monday), so the count starts from the working day before it: Thursday 24 December 2026 is day 0. An "
            "assessment has 1 working day. Weekends do not count, nor do 25 December (Christmas Day) and 28 "
            "December (Boxing Day, kept on the Monday). Day 1 is Tuesday 29 December 2026.",
        ),
        (
            rule(2, "working_days"),
            "2025-12-30 10:00",
            "The referral came on Tuesday 30 December 2025: that is day 0. An assessment has 2 working days. 1 "
            "January (New Year’s Day) does not count. Day 2 is Friday 2 January 2026.",
        ),
        (
            rule(1, "working_days"),
            "2024-12-24 10:00",
            "The referral came on Tuesday 24 December 2024: that is day 0. An assessment has 1 working day. 25 "
            "December (Christmas Day) and 26 December (Boxing Day) do not count. Day 1 is Friday 27 December "
            "2024.",
        ),
        (
            rule(3, "working_days"),
            "2026-11-16 10:00",
            "The referral came on Monday 16 November 2026: that is day 0. An assessment has 3 working days. Day 3"
            " is Thursday 19 November 2026.",
        ),
        (
            rule(5, "working_days", inclusive_start=True),
            "2026-11-23 10:00",
            "The referral came on Monday 23 November 2026: that is day 1, as the day itself counts. An assessment"
            " has 5 working days. Day 5 is Friday 27 November 2026.",
        ),
        (
            rule(1, "working_days", inclusive_start=True),
            "2026-11-21 10:00",
            "The referral came on Saturday 21 November 2026. That is not a working day, so day 1 is the next "
            "working day: Monday 23 November 2026. An assessment has 1 working day. Weekends do not count. Day 1 "
            "is Monday 23 November 2026.",
        ),
        (
            rule(10, "calendar_days"),
            "2026-11-20 10:00",
            "The referral came on Friday 20 November 2026: that is day 0. An assessment has 10 days. Every day "
            "counts, weekends and bank holidays too. Day 10 is Monday 30 November 2026.",
        ),
        (
            rule(3, "months"),
            "2026-11-30 10:00",
            "The referral came on Monday 30 November 2026: that is day 0. An assessment has 3 months. Every day "
            "counts, weekends and bank holidays too. 3 months on is Sunday 28 February 2027. That month has no "
            "day 30. That is not a working day (a weekend) and the date does not move: do it by Friday 26 "
            "February 2027.",
        ),
        (
            rule(1, "calendar_days"),
            "2026-12-26 10:00",
            "The referral came on Saturday 26 December 2026: that is day 0. An assessment has 1 day. Every day "
            "counts, weekends and bank holidays too. Day 1 is Sunday 27 December 2026. That is not a working day "
            "(a weekend) and the date does not move.",
        ),
        (
            RED,
            "2026-11-20 10:10",
            "The referral came on Friday 20 November 2026 at 10:10. A Red rating gives 4 hours. That is 14:10 the"
            " same day. Red runs on through nights and weekends.",
        ),
        (
            rule(24, "hours"),
            "2026-11-20 10:10",
            "The referral came on Friday 20 November 2026 at 10:10. An assessment has 24 hours. That is 10:10 the"
            " next day, Saturday 21 November 2026.",
        ),
        (
            rule(72, "hours"),
            "2027-06-10 10:10",
            "The referral came on Thursday 10 June 2027 at 10:10. An assessment has 72 hours. That is 10:10 on "
            "Sunday 13 June 2027.",
        ),
        (
            rule(4, "hours"),
            "2027-03-27 23:00",
            "The referral came on Saturday 27 March 2027 at 23:00. An assessment has 4 hours. The clocks change "
            "in between. That is 04:00 the next day, Sunday 28 March 2027.",
        ),
        (
            rule(3, "hours"),
            "2027-10-30 23:30",
            "The referral came on Saturday 30 October 2027 at 23:30. An assessment has 3 hours. The clocks change"
            " in between. That is 01:30 GMT the next day, Sunday 31 October 2027.",
        ),
    ],
)
def test_the_sentence(of_rule, start, sentence):
    assert compute(of_rule, at(start)).sentence == sentence


def test_the_source_line_says_who_says_so_and_what_ends_it():
    assert compute(ASSESSMENT, at("2026-11-18 08:47")).source_line == (
        "Rule: assessment complete, 45 working days, national, Working Together to Safeguard Children. In "
        "force since 2013; this calendar is version 1. Nothing pauses it. It ends when the manager authorises"
        " the assessment."
    )
    assert "local, " in compute(RED, at("2026-11-18 08:47")).source_line
    assert "Local default, not verified. Nothing pauses it." in compute(RED, at("2026-11-18 08:47")).source_line


@pytest.mark.parametrize(
    ("of_rule", "question"),
    [(ASSESSMENT, "Why Monday 25 January?"), (RED, "Why 12:47 on Wednesday 18 November?")],
)
def test_the_question(of_rule, question):
    assert compute(of_rule, at("2026-11-18 08:47")).question == question


def test_a_proclaimed_holiday_moves_the_date_and_the_sentence_says_so():
    proclaimed = BankHolidayChange(2, date(2026, 12, 1), "proclaimed", "National day of thanks")
    due = compute(ASSESSMENT, at("2026-11-18 08:47"), statutory_calendar([*read_changes(), proclaimed]))
    assert due.due_on == date(2027, 1, 26)
    assert due.skipped[0] == (date(2026, 12, 1), "National day of thanks")
    assert "nor do 1 December (National day of thanks), 25 December" in due.sentence
    assert "this calendar is version 2" in due.source_line


def test_one_day_that_is_skipped_is_one():
    due = compute(rule(10, "working_days"), at("2027-04-26 10:00"))
    assert "Weekends do not count, nor does 3 May (" in due.sentence


def test_the_earlier_of_two_clocks_wins():
    plan = compute(rule(10, "working_days", key="visit.plan"), at("2026-11-20 10:00"))
    least = compute(rule(20, "working_days", key="visit.least"), at("2026-11-09 10:00"))
    assert earlier(plan, least) is plan
    assert earlier(least, plan) is plan
    assert earlier(plan, replace(plan)) is plan


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        compute(ASSESSMENT, at("2026-11-18 08:47").replace(tzinfo=None))


@pytest.mark.parametrize("unit", ["working_days", "calendar_days", "months", "hours"])
@pytest.mark.parametrize("year", [1, 1899, 2014, 2041, 9999])
def test_a_year_outside_the_calendar_is_refused_in_words(unit, year):
    with pytest.raises(OutsideCalendar, match="2015 to 2040"):
        compute(rule(4, unit), datetime(year, 12, 31, 23, 30, tzinfo=UTC))


@pytest.mark.parametrize("unit", ["working_days", "calendar_days", "months"])
def test_a_count_past_the_end_of_the_calendar_is_refused(unit):
    with pytest.raises(OutsideCalendar):
        compute(rule(45, unit), datetime(2040, 12, 20, 12, tzinfo=UTC))


@given(instants, st.integers(1, 60), st.booleans())
def test_what_is_counted_and_skipped_is_the_whole_span(anchor, length, inclusive):
    due = compute(rule(length, "working_days", inclusive_start=inclusive), anchor)
    counted, skipped = set(due.counted), {day for day, _name in due.skipped}
    weekdays = set()
    day = due.day_0
    while day < due.due_on:
        day += timedelta(days=1)
        weekdays |= {day} if day.weekday() < 5 else set()
    assert not counted & skipped
    assert counted | skipped <= weekdays
    if not inclusive:
        assert counted | skipped == weekdays


@given(instants, st.integers(1, 60), st.sampled_from(sorted(CALENDARS)), st.booleans())
def test_every_clock_ends_after_it_starts_and_says_why(anchor, length, unit, inclusive):
    by = time(9, 30) if unit == "mornings" else None
    due = compute(rule(length, unit, inclusive_start=inclusive and unit not in INSTANT_UNITS, by=by), anchor)
    assert due.due_at > due.anchor
    assert due.sentence.startswith("The referral came on ")
    assert due.sentence.endswith(".")
    assert "  " not in due.sentence
    assert due.rule.length_words in due.sentence
    if due.due_on:
        assert due.day_0 <= due.anchor_on
        assert due.due_at.astimezone(LONDON) == datetime.combine(
            due.due_on + timedelta(days=1), datetime.min.time(), tzinfo=LONDON
        )


@given(instants, instants, st.integers(1, 60))
def test_a_later_start_is_never_due_earlier(a, b, length):
    first, second = (compute(rule(length, "working_days"), anchor) for anchor in sorted((a, b)))
    assert first.due_at <= second.due_at


def test_the_shipped_calendar_is_the_default():
    assert compute(GREEN, at("2026-11-20 10:00")).calendar is STATUTORY
