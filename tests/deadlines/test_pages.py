"""Every clock, explained: the rules, one rule, the calendar. For everybody who signs in; without any child's data."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from caseapp.deadlines.catalogue import PARTS, PUBLISHED, RULES
from caseapp.deadlines.commands import apply_change
from caseapp.deadlines.domain import PolicyChange, Rule, draw_year, statutory_calendar
from caseapp.deadlines.domain.calendars import STATUTORY, read_changes, with_changes
from caseapp.kernel import clock
from caseapp.kernel.db import transaction
from tests.conftest import FRIDAY, sign_in
from tests.factories import someone
from tests.helpers.statements import count_statements

Browser = Callable[[str], FlaskClient]
DAY = "happened_on-day={}&happened_on-month={}&happened_on-year={}"


def said(client: FlaskClient, path: str, status: int = 200) -> str:
    """What a page says, tags away, with plain spaces."""
    answer = client.get(path)
    assert answer.status_code == status, answer.status_code
    words = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", answer.text, flags=re.S)
    return " ".join(unescape(words).replace("\u00a0", " ").split())


@pytest.mark.once("sqlite")
def test_every_rule_is_on_the_page_and_has_its_own(browser: Browser) -> None:
    client = browser("school")
    page = client.get("/deadlines/").text
    assert {rule.key for rule in RULES} == set(re.findall(r'href="/deadlines/rules/([a-z0-9_.]+)"', page))
    assert f"{len(RULES)} rules" in page
    assert page.count("Local default, not verified") == sum(not r.verified and r.basis == "local" for r in RULES)


@pytest.mark.once("sqlite")
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_each_rule_shows_its_sentence_in_the_product(browser: Browser, rule: Rule) -> None:
    """Counted from Friday 20 November 2026, by a person who may do nothing else: a school."""
    with clock.at(FRIDAY):
        page = said(browser("school"), f"/deadlines/rules/{rule.key}?{DAY.format(20, 11, 2026)}&happened_time=15:30")
    due = PUBLISHED.compute(rule, datetime(2026, 11, 20, 15, 30, tzinfo=UTC))
    flat = page.replace(" ", "")
    assert due.sentence.replace(" ", "") in flat
    assert due.source_line.replace(" ", "") in flat
    assert rule.source in page
    assert ("Local default, not verified" in page) == (rule.basis == "local" and not rule.verified)
    assert ("Not before" in page) == (rule.runs == "earliest")


@pytest.mark.once("sqlite")
@pytest.mark.parametrize(
    ("query", "there", "away"),
    [
        ("?group=care", "First review of care", "Child seen"),
        ("?basis=statutory", "Initial conference", "Worker named"),
        ("?basis=local&group=family-help", "Family help assessment", "Initial conference"),
        ("?basis=nonsense&group=%F0%9F%92%A5", "Initial conference", "No rule of that part"),
        ("?basis=statutory&group=family-help", "No rule of that part is of that kind", "Family help assessment"),
    ],
)
def test_the_list_is_narrowed_without_a_script(browser: Browser, query: str, there: str, away: str) -> None:
    page = said(browser("north.worker"), f"/deadlines/{query}")
    assert there in page
    assert away not in page


def test_the_parts_hold_every_rule_once() -> None:
    assert sorted(rule.key for _, rules in PARTS.values() for rule in rules) == sorted(rule.key for rule in RULES)


@pytest.mark.once("sqlite")
@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        (DAY.format(20, 11, 2026), 200, "Due Wed 27 Jan 2027"),
        (DAY.format(31, 2, 2026), 422, "There is a problem"),
        (DAY.format("", "", ""), 422, "Give the day to count from"),
        (DAY.format(20, 11, 1990), 422, "The rule was not in force on that day"),
        (DAY.format(20, 11, 2014), 422, "We can work out dates from 2015 to 2040 only"),
        (DAY.format(20, 12, 2040), 422, "which the calendar does not hold"),
        (DAY.format("%00", "🎄", "x" * 500), 422, "There is a problem"),
        ("happened_on-day=20&happened_on-day=21", 422, "There is a problem"),
    ],
)
def test_a_start_of_the_readers_choice(browser: Browser, query: str, status: int, words: str) -> None:
    with clock.at(FRIDAY):
        assert words in said(browser("school"), f"/deadlines/rules/assessment.complete?{query}", status)


@pytest.mark.once("sqlite")
def test_a_clock_in_hours_asks_for_the_time(browser: Browser) -> None:
    client = browser("mash.worker")
    path = f"/deadlines/rules/mash.red?{DAY.format(11, 6, 2027)}"
    assert "Due Fri 11 Jun 2027, 14:10" in said(client, f"{path}&happened_time=10.10")
    assert "Write the time with hours and minutes" in said(client, f"{path}&happened_time=later", 422)
    assert "Give the time to count from" in said(client, path, 422)
    assert client.get("/deadlines/rules/no.such").status_code == 404


@pytest.mark.once("sqlite")
def test_what_was_typed_stays(browser: Browser) -> None:
    page = (
        browser("school")
        .get(f"/deadlines/rules/mash.red?{DAY.format(99, 'Brumaire', 2026)}&happened_time=noonish")
        .text
    )
    assert all(f'value="{typed}"' in page for typed in ("99", "Brumaire", "2026", "noonish"))


@pytest.fixture
def decided(bare_app: Flask) -> Flask:
    """A bank holiday proclaimed, one struck out, offices shut on a Monday, a length of our own."""
    made: list[dict[str, Any]] = [
        {"kind": "bank_holiday", "day": date(2027, 1, 18), "words": "A day of thanks"},
        {"kind": "bank_holiday", "day": date(2027, 5, 3), "words": ""},
        {"kind": "closure", "day": date(2027, 2, 1), "words": "Moving house"},
        {
            "kind": "rule",
            "rule": "case.allocate",
            "length": 3,
            "in_force_from": date(2026, 11, 1),
            "source": "Board 9/26",
        },
    ]
    version = 0
    for fields in made:
        with bare_app.app_context(), clock.at(FRIDAY), transaction():
            change = PolicyChange(id=0, made_at=FRIDAY, **fields)
            version = apply_change(someone("head"), change, version=version).version
    return bare_app


@pytest.mark.once("sqlite")
def test_the_calendar_names_each_day_that_does_not_count(decided: Flask) -> None:
    with clock.at(FRIDAY):
        page = said(sign_in(decided, "school"), "/deadlines/calendar?year=2027")
    for words in ("Mon 18 Jan A day of thanks Bank holiday that this council put in", "Fri 26 Mar Good Friday"):
        assert words in page
    assert "Mon 3 May Early May bank holiday Bank holiday that this council struck out: it counts" in page
    assert "Mon 1 Feb Moving house Our offices are shut" in page
    # 253 by the statute book: one proclaimed, one struck out; our own offices are shut on one more.
    assert "253 working days by the law; our own offices are open on 252 of them" in page
    assert "The hub is open from 09:00 to 17:00" in page


@pytest.mark.once("sqlite")
@pytest.mark.parametrize(("year", "status"), [("2015", 200), ("2040", 200), ("2014", 404), ("2041", 404), ("x", 200)])
def test_the_years_that_the_calendar_holds(browser: Browser, year: str, status: int) -> None:
    assert browser("school").get(f"/deadlines/calendar?year={year}").status_code == status


@pytest.mark.parametrize("year", range(2024, 2031))
def test_a_year_has_each_day_once_and_the_days_the_government_publishes(year: int) -> None:
    drawn = draw_year(year, STATUTORY, STATUTORY, STATUTORY)
    days = [each for month in drawn.months for week in month.weeks for each in week if each]
    assert [each.day.timetuple().tm_yday for each in days] == list(range(1, len(days) + 1))
    assert all(len(week) == 7 for month in drawn.months for week in month.weeks)
    assert all(
        each.day.weekday() == place for m in drawn.months for w in m.weeks for place, each in enumerate(w) if each
    )
    assert drawn.working_days == drawn.open_days == sum(each.kind == "working" for each in days)
    assert sum(each.kind == "holiday" for each in days) == 8


def test_a_year_that_ends_or_begins_on_a_closed_day_is_counted_whole() -> None:
    assert statutory_calendar(read_changes()).name_of(date(2027, 12, 31)) is None
    shut = with_changes(STATUTORY, [])
    assert draw_year(2022, shut, shut, shut).working_days == 250  # 260 weekdays, ten of them closed


@pytest.mark.once("sqlite")
def test_a_rule_says_what_was_decided_about_it(decided: Flask) -> None:
    client = sign_in(decided, "north.worker")
    with clock.at(FRIDAY):
        page = said(client, "/deadlines/rules/case.allocate")
        listed = said(client, "/deadlines/")
    assert "3 working days" in page
    assert "Decided here" in page
    assert "In the catalogue: 1 working day" in page
    assert "Board 9/26" in page
    assert "Decided here" in listed
    assert "Decide about its length" not in page


@pytest.mark.once("sqlite")
def test_the_pages_ask_little(browser: Browser, bare_app: Flask) -> None:
    client = browser("head")
    for path in ("/deadlines/", "/deadlines/rules/visit.cp", "/deadlines/calendar", "/deadlines/decisions"):
        with count_statements(bare_app) as statements:
            assert client.get(path).status_code == 200
        assert len(statements) <= 4, (path, statements)


@pytest.mark.once("sqlite")
@given(
    typed=st.dictionaries(st.sampled_from(["group", "basis", "year", "happened_on-day", "happened_time"]), st.text())
)
def test_no_address_breaks_a_page(bare_app: Flask, typed: dict[str, str]) -> None:
    client = sign_in(bare_app, "school")
    for path in ("/deadlines/", "/deadlines/rules/mash.red", "/deadlines/calendar"):
        assert client.get(path, query_string=typed).status_code in (200, 404, 422)
