"""Which days count. The expected days come from the law and the published lists, never from the calendar under test."""

from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseapp.deadlines.domain import STATUTORY, BankHolidayChange, OutsideCalendar, read_changes, statutory_calendar

days = st.dates(date(2015, 1, 2), date(2039, 12, 31))


def easter(year: int) -> date:
    """Easter Sunday by the anonymous Gregorian algorithm."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    m = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    n = h + m - 7 * ((a + 11 * h + 22 * m) // 451) + 114
    return date(year, n // 31, n % 31 + 1)


def monday_on_or_after(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)


def bank_holidays(year: int) -> set[date]:
    """England's ordinary bank holidays of a year, worked out from the Act: right where none was proclaimed."""
    last_monday_of_may, last_monday_of_august = (
        monday_on_or_after(date(year, month, 31) - timedelta(days=6)) for month in (5, 8)
    )
    found = {
        easter(year) - timedelta(days=2),
        easter(year) + timedelta(days=1),
        monday_on_or_after(date(year, 5, 1)),
        last_monday_of_may,
        last_monday_of_august,
    }
    for kept in (date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)):
        while kept.weekday() > 4 or kept in found:
            kept += timedelta(days=1)
        found.add(kept)
    return found


def is_ordinary_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in bank_holidays(day.year)


def naive_add(day: date, n: int) -> date:
    """Day by day: back to a working day, then forward, counting."""
    while not is_ordinary_working_day(day):
        day -= timedelta(days=1)
    while n:
        day += timedelta(days=1)
        n -= is_ordinary_working_day(day)
    return day


def test_every_day_of_2024_to_2030_agrees_with_counting_by_hand():
    day = date(2024, 1, 2)
    while day.year < 2031:
        assert STATUTORY.is_working(day) == is_ordinary_working_day(day), day
        for length in (1, 2, 3, 5, 10, 15, 20, 35, 45):
            assert STATUTORY.add_working_days(day, length) == naive_add(day, length), (day, length)
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2026-12-25", "Christmas Day"),
        ("2026-12-28", "Boxing Day, kept on the Monday"),
        ("2027-12-27", "Christmas Day, kept on the Monday"),
        ("2027-12-28", "Boxing Day, kept on the Tuesday"),
        ("2028-01-03", "New Year’s Day, kept on the Monday"),
        ("2027-01-01", "New Year’s Day"),
        ("2027-03-26", "Good Friday"),
        ("2027-03-29", "Easter Monday"),
        ("2027-05-03", "Early May bank holiday"),
        ("2027-05-31", "Spring bank holiday"),
        ("2027-08-30", "Summer bank holiday"),
        ("2020-05-08", "Early May bank holiday, moved to VE Day"),
        ("2022-06-02", "Spring bank holiday, moved for the Platinum Jubilee"),
        ("2022-06-03", "Platinum Jubilee bank holiday"),
        ("2022-09-19", "State funeral of Queen Elizabeth II"),
        ("2023-05-08", "Coronation of King Charles III"),
    ],
)
def test_a_bank_holiday_does_not_count_and_has_a_plain_name(day, name):
    day = date.fromisoformat(day)
    assert not STATUTORY.is_working(day)
    assert STATUTORY.name_of(day) == name


@pytest.mark.parametrize(
    "day",
    [
        "2020-05-04",  # the early May holiday was moved to the 8th; one live extract still has it here
        "2022-05-30",  # the spring holiday was moved to 2 June
        "2026-12-24",
        "2026-12-29",  # offices of many councils are shut: no bank holiday
        "2027-01-04",
        "2029-01-02",  # a bank holiday in Scotland only
        "2026-11-30",  # St Andrew's Day: Scotland only
        "2026-03-17",  # St Patrick's Day: Northern Ireland only
    ],
)
def test_days_that_others_take_off_count_here(day):
    assert STATUTORY.is_working(date.fromisoformat(day))


def test_no_published_holiday_is_forgotten_and_none_is_made_up():
    published = set(holidays.country_holidays("GB", subdiv="ENG", years=range(2015, 2041)))
    listed = {day for day, _name in STATUTORY.closed_between(date(2014, 12, 31), date(2040, 12, 31))}
    assert listed == {day for day in published if day.weekday() < 5}


@pytest.mark.parametrize(
    ("a", "b", "between"),
    [
        ("2026-11-20", "2026-11-20", 0),
        ("2026-11-20", "2026-11-21", 0),
        ("2026-11-20", "2026-11-23", 1),
        ("2026-11-21", "2026-11-23", 1),
        ("2026-11-22", "2026-11-23", 1),
        ("2026-12-24", "2026-12-29", 1),
        ("2026-11-18", "2027-01-13", 37),
        ("2026-11-23", "2026-11-20", -1),
    ],
)
def test_working_days_between(a, b, between):
    assert STATUTORY.working_days_between(date.fromisoformat(a), date.fromisoformat(b)) == between


def test_the_days_listed_are_the_days_counted():
    after, until = date(2026, 12, 24), date(2027, 1, 4)
    assert [day.day for day in STATUTORY.working_days(after, until)] == [29, 30, 31, 4]
    assert [day.day for day, _name in STATUTORY.closed_between(after, until)] == [25, 28, 1]


@given(days, st.integers(0, 200))
def test_adding_and_counting_undo_each_other(day, n):
    due = STATUTORY.add_working_days(day, n)
    assert STATUTORY.is_working(due)
    assert STATUTORY.working_days_between(day, due) == n
    assert len(STATUTORY.working_days(day, due)) == n


@given(days, st.integers(0, 60), st.integers(0, 60))
def test_adding_in_two_steps_is_adding_at_once(day, n, m):
    assert STATUTORY.add_working_days(STATUTORY.add_working_days(day, n), m) == STATUTORY.add_working_days(day, n + m)


@given(days, days, st.integers(0, 60))
def test_a_later_start_is_never_due_earlier(a, b, n):
    first, second = sorted((a, b))
    assert STATUTORY.add_working_days(first, n) <= STATUTORY.add_working_days(second, n)


def test_a_proclaimed_holiday_moves_what_spans_it_and_nothing_else():
    changes = read_changes()
    assert STATUTORY.version == max(change.version for change in changes)
    proclaimed = BankHolidayChange(STATUTORY.version + 1, date(2026, 12, 1), "proclaimed", "National day of thanks")
    after = statutory_calendar([proclaimed, *changes])
    assert after.version == STATUTORY.version + 1
    assert after.name_of(date(2026, 12, 1)) == "National day of thanks"
    assert after.add_working_days(date(2026, 11, 20), 10) == date(2026, 12, 7)
    assert after.add_working_days(date(2026, 11, 20), 6) == date(2026, 11, 30)
    # A start on the new holiday counts from the Monday before it, and skips it: the same answer as before.
    assert after.add_working_days(date(2026, 12, 1), 10) == date(2026, 12, 15)


def test_a_later_version_takes_a_proclamation_back():
    day = date(2026, 12, 1)
    rows = [
        BankHolidayChange(3, day, "withdrawn", ""),
        BankHolidayChange(2, day, "proclaimed", "National day of thanks"),
    ]
    assert statutory_calendar(rows).is_working(day)


@pytest.mark.parametrize(("change", "words"), [("proclaimed", ""), ("withdrawn", "Something"), ("moved", "Something")])
def test_a_change_that_makes_no_sense_is_refused(change, words):
    with pytest.raises(ValueError, match="2026-12-01"):
        BankHolidayChange(1, date(2026, 12, 1), change, words)


@pytest.mark.parametrize("day", [date(2014, 12, 31), date(2015, 1, 1), date(2041, 1, 1), date.min, date.max])
def test_outside_its_years_the_calendar_says_so(day):
    with pytest.raises(OutsideCalendar, match="2015 to 2040"):
        STATUTORY.add_working_days(day, 1)


def test_a_count_that_runs_past_the_calendar_says_so():
    with pytest.raises(OutsideCalendar, match="after 2040"):
        STATUTORY.add_working_days(date(2040, 12, 20), 45)


def test_working_days_are_not_counted_backwards():
    with pytest.raises(ValueError, match="forward"):
        STATUTORY.add_working_days(date(2026, 11, 20), -1)
