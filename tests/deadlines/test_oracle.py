"""Another way of counting, by another library and from a list typed by hand, agrees on every day of seven years."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from benchmarks.deadlines import MILLION_CPU, million
from caseapp.deadlines.catalogue import PUBLISHED, RULES
from caseapp.deadlines.domain import STATUTORY, Rule, compute

# England and Wales, as https://www.gov.uk/bank-holidays publishes them; 2028 to 2030 by the same statutes (the day in
# place of a weekend is the next weekday that is none already), as they are not published that far ahead.
PUBLISHED_DAYS = """
2023-12-25 2023-12-26
2024-01-01 2024-03-29 2024-04-01 2024-05-06 2024-05-27 2024-08-26 2024-12-25 2024-12-26
2025-01-01 2025-04-18 2025-04-21 2025-05-05 2025-05-26 2025-08-25 2025-12-25 2025-12-26
2026-01-01 2026-04-03 2026-04-06 2026-05-04 2026-05-25 2026-08-31 2026-12-25 2026-12-28
2027-01-01 2027-03-26 2027-03-29 2027-05-03 2027-05-31 2027-08-30 2027-12-27 2027-12-28
2028-01-03 2028-04-14 2028-04-17 2028-05-01 2028-05-29 2028-08-28 2028-12-25 2028-12-26
2029-01-01 2029-03-30 2029-04-02 2029-05-07 2029-05-28 2029-08-27 2029-12-25 2029-12-26
2030-01-01 2030-04-19 2030-04-22 2030-05-06 2030-05-27 2030-08-26 2030-12-25 2030-12-26
2031-01-01 2031-04-11
"""
BANK_HOLIDAYS = PUBLISHED_DAYS.split()
FIRST, LAST = date(2024, 1, 1), date(2030, 12, 31)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
CALENDAR = np.busdaycalendar(holidays=BANK_HOLIDAYS)
COUNTED = [rule for rule in RULES if rule.unit == "working_days" and not rule.inclusive_start]


def oracle(days: list[date], rule: Rule) -> list[date]:
    """The due days by numpy: day 0 rolls back to a working day, then so many business days on."""
    start = np.array(days, dtype="datetime64[D]")
    if rule.before:
        # Counted back from a day: a day that does not count rolls forward, so that the one before it is the first.
        found = np.busday_offset(start, -rule.length, roll="forward", busdaycal=CALENDAR)
    else:
        found = np.busday_offset(start, rule.length, roll="backward", busdaycal=CALENDAR)
    return list(found.astype(object))


@pytest.mark.parametrize("rule", COUNTED, ids=lambda rule: rule.key)
def test_every_day_of_seven_years(rule: Rule) -> None:
    expected = oracle(DAYS, rule)
    found = [PUBLISHED.compute(rule, datetime(day.year, day.month, day.day, 12, tzinfo=UTC)).due_on for day in DAYS]
    wrong = [(day, got, right) for day, got, right in zip(DAYS, found, expected, strict=True) if got != right]
    assert wrong == []


@pytest.mark.parametrize("length", sorted({rule.length for rule in COUNTED}))
def test_many_days_at_once_are_the_days_one_by_one(length: int) -> None:
    assert STATUTORY.add_to_each(DAYS, length) == [STATUTORY.add_working_days(day, length) for day in DAYS]


def test_the_oracle_knows_the_worked_examples() -> None:
    ten = next(rule for rule in COUNTED if rule.length == 10 and not rule.before)
    assert oracle([date(2026, 11, 20), date(2026, 12, 18)], ten) == [date(2026, 12, 4), date(2027, 1, 6)]


# What was started when (UTC), by which rule, and the end: the nights on which the clocks change, and the year's.
NIGHTS = [
    ("mash.red", "2027-03-28T00:30", "2027-03-28T04:30"),
    ("mash.red", "2026-10-25T00:30", "2026-10-25T04:30"),
    ("mash.amber", "2026-10-24T12:00", "2026-10-25T12:00"),
    ("mash.green", "2026-12-30T18:00", "2027-01-02T18:00"),
    ("missing.rhi", "2027-03-26T20:00", "2027-03-29T20:00"),
    ("referral.decision", "2027-03-26T23:30", "2027-03-30T23:00"),  # Good Friday counts from the Thursday
    ("referral.decision", "2026-10-23T22:59", "2026-10-27T00:00"),  # a Friday, still summer time
    ("referral.decision", "2026-10-23T23:01", "2026-10-27T00:00"),  # already the Saturday
    ("referral.decision", "2026-12-31T23:59", "2027-01-05T00:00"),
    ("assessment.complete", "2027-10-29T22:59", "2028-01-06T00:00"),
]


@pytest.mark.parametrize(("key", "start", "due_at"), NIGHTS)
def test_the_nights_on_which_the_clocks_change_and_the_years_end(key: str, start: str, due_at: str) -> None:
    at = datetime.fromisoformat(start).replace(tzinfo=UTC)
    due = compute(PUBLISHED.get_rule(key, at.date()), at)
    assert due.due_at == datetime.fromisoformat(due_at).replace(tzinfo=UTC)


@pytest.mark.long
def test_a_million_due_dates_cost_less_than_a_second_of_cpu() -> None:
    assert min(million() for _ in range(3)) < MILLION_CPU
