"""Shares, bands and pictures: figures from the published tables, worked out by hand."""

from datetime import UTC, date, datetime

import pytest

from caseapp.deadlines.domain import STATUTORY
from caseapp.insight.catalogue import CUT_WORDS, MEASURES, SOURCES, TO_HEAD
from caseapp.insight.domain import (
    NO_FIGURE,
    Share,
    as_at,
    band_of,
    beside,
    durations_picture,
    per_day,
    sources_picture,
    too_few,
    weeks_picture,
    working_days,
)
from caseapp.insight.queries import published
from caseapp.insight.queries.rows import rows_of
from caseapp.kernel import clock
from tests.conftest import FRIDAY


def test_every_measure_says_what_it_counts() -> None:
    assert list(MEASURES) == [
        "contacts_unread", "contacts_undecided", "contacts_late", "children_open", "children_unallocated", "workers",
        "clocks_late", "clocks_due", "clocks_to_head", "not_seen_anybody", "not_seen_worker", "contacts_weeks",
        "referrals_weeks", "contacts_year", "referrals_year", "rereferrals_year", "decisions_year", "decisions_in_time",
        "feedback_year", "feedback_in_time", "assessments_year", "assessments_in_time",
    ]  # fmt: skip
    for key, row in MEASURES.items():
        assert row.key == key and row.words and row.definition.endswith(".") and row.unit and row.began
        assert row.counts in ("contact", "child", "case", "clock", "assessment", "worker")
        assert row.span in ("now", "weeks", "year") and row.cut in ("", "agency", *CUT_WORDS)
        # A share has its whole, and what is set beside England is a share or names its file.
        assert bool(row.denominator) == bool(row.of) and row.numerator.startswith(row.unit)
        assert row.of in ("", *MEASURES) and (row.higher_is_better is None or row.of)
        for now in (True, False):
            assert [column.name for column in rows_of(key, now).selected_columns] == [
                "key", "subject_id", "team_id", "cut", "part", "began_at", "ended_at",
            ]  # fmt: skip
    assert "open_case.ack" in TO_HEAD and "feedback.opened" not in TO_HEAD


def test_the_published_figures_are_the_departments() -> None:
    """Children in need statistics 2024: 2,970 of 3,613 in 45 days (82.2%), England 84.5%; 472 of 2,672 again."""
    here = published.get_share("assessments_in_time", "Rotherham", 2024)
    england = published.get_share("assessments_in_time", "England", 2024)
    assert (here.counted, here.words, england.words) == ("2,970 of 3,613", "82.2%", "84.5%")
    assert beside(here, england, True, "England") == ("2.3 points behind", "late")
    again = published.get_share("rereferrals", "Rotherham", 2024)
    there = published.get_share("rereferrals", "England", 2024)
    assert (again.counted, again.words, there.words) == ("472 of 2,672", "17.7%", "22.4%")
    assert beside(again, there, False, "England") == ("4.7 points lower", "ok")
    assert published.get_referrals("Rotherham", 2024).whole == 2672
    assert sum(published.get_sources("Rotherham", 2024).values()) == 2672


def test_hidden_is_not_zero_and_no_figure_is_a_gap() -> None:
    # The department hid Rotherham's education services in 2023; there are no durations for 2013.
    hidden = published.get_source("Education_Services", "Rotherham", 2023)
    assert (hidden.percent, hidden.words, hidden.counted) == (None, "hidden, 1 to 5", "")
    gap = published.get_share("assessments_in_time", "Rotherham", 2013)
    assert (gap.percent, gap.words) == (None, "no figure")
    assert "Education_Services" not in published.get_sources("Rotherham", 2023)
    assert published.get_share("rereferrals", "Atlantis", 2024) == NO_FIGURE
    assert beside(Share(1, 2), gap, True, "England") == ("nothing to compare", "")
    assert [too_few(number) for number in (0, 1, 5, 6, None)] == [False, True, True, False, False]
    # A share tells of few also by what is left.
    assert [Share(part, 20).too_few for part in (0, 3, 10, 17, 20)] == [False, True, False, True, False]
    assert Share(0, 0).words == "no figure" and Share(0, 8).words == "0.0%"


@pytest.mark.parametrize(
    ("received", "authorised", "days", "band"),
    [
        # Friday 20 November 2026; 45 working days on is Wednesday 27 January 2027, over Christmas and New Year.
        (datetime(2026, 11, 20, 15, 30, tzinfo=UTC), datetime(2026, 11, 20, 17, 0, tzinfo=UTC), 0, "Same_day"),
        (datetime(2026, 11, 20, 15, 30, tzinfo=UTC), datetime(2026, 11, 23, 9, 0, tzinfo=UTC), 1, "1-10_days"),
        (datetime(2026, 11, 20, 15, 30, tzinfo=UTC), datetime(2027, 1, 27, 23, 0, tzinfo=UTC), 45, "41-45_days"),
        (datetime(2026, 11, 20, 15, 30, tzinfo=UTC), datetime(2027, 1, 28, 9, 0, tzinfo=UTC), 46, "46-50_days"),
        # 23:30 UTC in July is the next day in London.
        (datetime(2026, 7, 6, 23, 30, tzinfo=UTC), datetime(2026, 7, 7, 12, 0, tzinfo=UTC), 0, "Same_day"),
    ],
)
def test_durations_are_counted_in_working_days_of_london(
    received: datetime, authorised: datetime, days: int, band: str
) -> None:
    assert (working_days(received, authorised, STATUTORY), band_of(days)) == (days, band)


def test_as_at_a_day_is_its_end_in_london() -> None:
    with clock.at(FRIDAY):
        assert as_at().now and as_at(date(2026, 11, 20)).now and as_at().at == FRIDAY
        july = as_at(date(2026, 7, 1))
    assert (july.now, july.address) == (False, "2026-07-01")
    assert july.at.astimezone(UTC) == datetime(2026, 7, 1, 22, 59, 59, 999999, tzinfo=UTC)
    assert july.since.astimezone(UTC) == datetime(2025, 7, 1, 23, 0, tzinfo=UTC)
    assert (len(july.weeks), july.mondays[0], july.mondays[-1]) == (12, date(2026, 4, 13), date(2026, 6, 29))


def test_assessments_are_drawn_per_working_day() -> None:
    """In England 3.6% a day finish on days 41 to 45 against 2.0% before; in Rotherham 2.6%, and more run past it."""
    here, england = published.get_durations("Rotherham", 2024), published.get_durations("England", 2024)
    assert {key: round(share, 1) for key, share in per_day(england).items()} == {
        "1-10_days": 1.1, "11-20_days": 1.7, "21-30_days": 1.6, "31-40_days": 2.0, "41-45_days": 3.6,
        "46-50_days": 1.2, "51-60_days": 0.5,
    }  # fmt: skip
    picture = durations_picture(here, england)
    assert picture.finding == "Work piles up just before day 45, and more runs past it than in England."
    assert [bar.words for bar in picture.bars] == ["1.1%", "2.1%", "1.8%", "1.9%", "2.6%", "1.8%", "0.4%"]
    assert all(bar.place + 22 <= picture.height and 0 <= bar.size <= 155 for bar in picture.bars)
    assert durations_picture({}, england).bars == ()


def test_pictures_say_what_they_show() -> None:
    mondays = as_at(date(2026, 7, 1)).mondays
    assert weeks_picture([10] * 10 + [14, 2], mondays).finding == (
        "The last whole week brought 14 contacts, more than the weeks before it (10)."
    )
    assert weeks_picture([0] * 12, mondays).finding == "No contact came in these twelve weeks."
    assert "before it came none" in weeks_picture([0] * 10 + [3, 0], mondays).finding
    words = {key: words for key, (words, _) in SOURCES.items()}
    here, england = published.get_sources("Rotherham", 2024), published.get_sources("England", 2024)
    picture = sources_picture(here, england, words)
    assert picture.finding == "Police and council services send 50% of referrals."
    assert [(bar.label, bar.words) for bar in picture.bars][:2] == [
        ("Police", "754 (28%)"), ("Council services", "584 (22%)"),
    ]  # fmt: skip
    assert sources_picture({}, england, words).bars == ()
