"""Why this date, as a picture and on a page."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseapp.deadlines.catalogue import HUB_HOURS, PUBLISHED, RULES, get_rule
from caseapp.deadlines.domain import INSTANT_UNITS, compute

TEMPLATES = Path(__file__).parents[2] / "templates"
TODAY = date(2027, 1, 13)
ASSESSMENT = get_rule("assessment.complete", TODAY)


@pytest.fixture(scope="module")
def why():
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    env.globals["url_for"] = lambda endpoint, key: f"/deadlines/rules/{key}" if endpoint == "deadlines.rule" else ""
    return env.get_template("deadlines/_why.html").module.why


@pytest.fixture
def drawn():
    """The count of the drawing: a referral of 18 November 2026, seen on 13 January."""
    return compute(ASSESSMENT, datetime(2026, 11, 18, 8, 47, tzinfo=UTC))


def test_the_strip_of_the_drawing(drawn):
    strip = drawn.strip(TODAY)
    by_day = {square.day: square for square in strip.squares}
    assert strip.columns == 11
    assert strip.rows == ("Mon", "Tue", "Wed", "Thu", "Fri")
    assert strip.months == ((0, "Nov"), (3, "Dec"), (7, "Jan"))
    assert len(strip.squares) == 1 + 45 + 3
    assert strip.label.startswith("Calendar of the count: day 0 is 18 November, day 45 is 25 January 2027. ")
    for day, place, label, kind, outlined in (
        (date(2026, 11, 18), (0, 2), "0", "open", True),
        (date(2026, 11, 19), (0, 3), "1", "gone", False),
        (date(2026, 12, 25), (5, 4), "", "skipped", False),
        (date(2026, 12, 28), (6, 0), "", "skipped", False),
        (date(2027, 1, 1), (6, 4), "", "skipped", False),
        (date(2027, 1, 12), (8, 1), "36", "gone", False),
        (date(2027, 1, 13), (8, 2), "37", "open", True),
        (date(2027, 1, 14), (8, 3), "38", "open", False),
        (date(2027, 1, 25), (10, 0), "45", "due", False),
    ):
        square = by_day[day]
        assert (square.column, square.row) == place
        assert (square.label, square.kind, square.outlined) == (label, kind, outlined)
    assert by_day[date(2026, 12, 28)].title == "28 December: Boxing Day, kept on the Monday, not counted"


def test_an_inclusive_strip_begins_with_day_1():
    due = compute(replace(ASSESSMENT, length=5, inclusive_start=True), datetime(2026, 11, 23, 9, tzinfo=UTC))
    strip = due.strip(date(2026, 11, 24))
    assert [square.label for square in strip.squares] == ["1", "2", "3", "4", "5"]
    assert strip.start_label == "day 1"
    assert strip.columns == 1


def test_a_count_of_days_shows_its_weekends():
    rule = replace(ASSESSMENT, length=10, unit="calendar_days", calendar="every_day")
    strip = compute(rule, datetime(2026, 11, 20, 9, tzinfo=UTC)).strip(date(2026, 11, 20))
    assert len(strip.rows) == 7
    assert len(strip.squares) == 11
    assert strip.months == ((0, "Nov"),)


def test_a_clock_in_hours_has_no_strip():
    assert compute(get_rule("mash.red", TODAY), datetime(2026, 11, 20, 9, tzinfo=UTC)).strip(TODAY) is None


def test_months_beside_each_other_do_not_overlap():
    due = compute(replace(ASSESSMENT, length=10), datetime(2026, 11, 30, 9, tzinfo=UTC))
    assert due.strip(TODAY).months == ((1, "Dec"),)


@given(
    st.integers(0, 22 * 365).map(lambda days: datetime(2016, 1, 1, 12, tzinfo=UTC) + timedelta(days=days)),
    st.integers(1, 60),
    st.sampled_from([("working_days", "statutory"), ("calendar_days", "every_day")]),
    st.booleans(),
)
def test_every_square_has_its_own_place_inside_the_picture(anchor, length, unit, inclusive):
    rule = replace(ASSESSMENT, length=length, unit=unit[0], calendar=unit[1], inclusive_start=inclusive)
    strip = compute(rule, anchor).strip(anchor.date())
    places = [(square.column, square.row) for square in strip.squares]
    assert len(set(places)) == len(places)
    assert places == sorted(places)
    assert all(0 <= column < strip.columns and 0 <= row < len(strip.rows) for column, row in places)
    assert [square.kind for square in strip.squares].count("due") == 1
    assert strip.squares[-1].kind == "due"
    numbers = [int(square.label) for square in strip.squares if square.label]
    assert numbers == list(range(int(inclusive), length + 1))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_each_rule_shows_its_sentence_on_a_page(why, rule):
    due = compute(rule, datetime(2026, 12, 24, 16, 47, tzinfo=UTC), hub_hours=HUB_HOURS)
    html = str(why(due, date(2026, 12, 24)))
    page = ElementTree.fromstring(html.replace(" open>", ">").replace("&#39;", "'"))
    said = re.sub(r"\s+", " ", "".join(page.itertext()))
    assert due.question in said
    assert due.sentence in said
    assert due.source_line in said
    assert f'href="/deadlines/rules/{rule.key}"' in html
    assert "style=" not in html
    pictures = [svg for svg in page.iter("svg") if svg.get("role") == "img"]
    assert len(pictures) == (0 if rule.unit in INSTANT_UNITS else 1)
    assert all(svg.get("aria-label") for svg in pictures)
    assert all(svg.get("aria-hidden") == "true" for svg in page.iter("svg") if svg not in pictures)


def test_the_page_of_the_drawing(why, drawn):
    html = str(why(drawn, TODAY, open=True))
    assert '<details class="card tbl" open>' in html
    assert 'viewBox="0 0 339 178"' in html
    assert "<strong>Wednesday 18 November 2026</strong>: that is day 0." in html
    assert "<strong>45 working days</strong>" in html
    assert "<strong>28 December</strong> (Boxing Day, kept on the Monday) and <strong>1 January</strong>" in html
    assert "× not counted" in html
    assert '<rect x="310" y="24" width="25" height="26" class="f-ink"/>' in html
    assert '<rect x="257" y="81" width="23" height="24" class="s-strong"/>' in html
    assert '<path d="M179 140l17 18m0-18l-17 18" class="s-line"/>' in html


def test_a_count_back_is_drawn_with_its_due_day_first():
    rule = get_rule("conference.report_review", date(2026, 12, 1))
    due = PUBLISHED.compute(rule, datetime(2027, 1, 5, 12, tzinfo=UTC))
    assert due.due_on == date(2026, 12, 24)
    assert due.sentence == (
        "The review is to be held on Tuesday 5 January 2027: that is day 0. The family and the chair get the report 5 "
        "working days before. Weekends do not count, nor do 25 December (Christmas Day), 28 December (Boxing Day, kept "
        "on the Monday) and 1 January (New Year’s Day). Day 5 before it is Thursday 24 December 2026."
    )
    strip = due.strip(date(2026, 12, 21))
    assert [(square.day.isoformat(), square.label, square.kind) for square in strip.squares] == [
        ("2026-12-24", "5", "due"),
        ("2026-12-25", "", "skipped"),
        ("2026-12-28", "", "skipped"),
        ("2026-12-29", "4", "open"),
        ("2026-12-30", "3", "open"),
        ("2026-12-31", "2", "open"),
        ("2027-01-01", "", "skipped"),
        ("2027-01-04", "1", "open"),
        ("2027-01-05", "0", "open"),
    ]
    assert strip.label.startswith("Calendar of the count: day 0 is 5 January, day 5 is 24 December 2026.")


def test_a_planned_day_that_does_not_count_is_drawn_all_the_same():
    rule = get_rule("visit.cp", date(2026, 12, 1))
    due = PUBLISHED.compute(rule, datetime(2026, 12, 7, 12, tzinfo=UTC), date(2026, 12, 12))
    assert due.sentence.endswith(
        "Day 10 is Monday 21 December 2026. The plan says Saturday 12 December 2026, which is earlier: that day counts."
    )
    strip = due.strip(date(2026, 12, 8))
    assert [(square.label, square.kind) for square in strip.squares][-2:] == [("4", "open"), ("", "due")]
    assert "Sat" in strip.rows
    assert "the planned day is 12 December 2026" in strip.label


def test_a_count_of_many_weeks_goes_on_below_and_leaves_the_middle_out():
    due = PUBLISHED.compute(get_rule("review.later", TODAY), datetime(2026, 11, 18, 8, 47, tzinfo=UTC))
    strip = due.strip(date(2026, 11, 20))
    assert strip.columns == 27
    assert [(band.columns, band.left_out) for band in strip.bands] == [(11, 0), (11, 0), (5, 0)]
    assert [band.months[0] for band in strip.bands] == [(0, "Nov"), (0, "Feb"), (0, "Apr")]
    year = PUBLISHED.compute(get_rule("assessment.refresh", TODAY), datetime(2026, 11, 18, 8, 47, tzinfo=UTC))
    bands = year.strip(date(2027, 3, 1)).bands
    assert [(band.columns, band.left_out) for band in bands] == [(11, 0), (11, 0), (9, 22)]
    assert bands[-1].squares[-1].kind == "due"
    assert all(0 <= square.column < band.columns for band in bands for square in band.squares)


def test_the_strip_in_words_week_by_week(drawn):
    weeks = [week for _, week in drawn.strip(TODAY).weeks]
    assert [(week.words, week.counted, week.not_counted) for week in (weeks[0], *weeks[5:8], weeks[-1])] == [
        ("18 to 20 November", "days 0 to 2", ""),
        ("21 to 25 December", "days 23 to 26", "25 December: Christmas Day"),
        ("28 December to 1 January", "days 27 to 29", "28 December: Boxing Day, kept on the Monday; "
         "1 January: New Year’s Day"),
        ("4 to 8 January", "days 30 to 34", ""),
        ("25 January", "day 45; due on 25 January", ""),
    ]  # fmt: skip


DRAWN = [rule for rule in RULES if rule.unit not in INSTANT_UNITS]


@pytest.mark.parametrize("rule", DRAWN, ids=lambda rule: rule.key)
def test_the_words_of_a_strip_count_every_day_that_is_drawn(rule):
    strip = PUBLISHED.compute(rule, datetime(2026, 12, 24, 16, 47, tzinfo=UTC)).strip(date(2026, 12, 28))
    drawn_days = [square for band in strip.bands for square in band.squares]
    left_out = sum(band.left_out for band in strip.bands)
    assert (len(drawn_days) == len(strip.squares)) == (left_out == 0)
    assert left_out + sum(band.columns for band in strip.bands) == strip.columns
    assert "due on" in " ".join(week.counted for _, week in strip.weeks)
