"""The auditor's pages: who did what, who looked at what, how far both are sealed."""

from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from caseapp.access.domain import Actor
from caseapp.access.guard import ReadEntry
from caseapp.accounts.queries import find_actor_by_email
from caseapp.audit.catalogue import VIEWS
from caseapp.audit.commands import write_reads
from caseapp.audit.queries import list_looks
from caseapp.demo.organisation import PEOPLE, email_of
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.events import record
from tests.audit.tampering import seal_all
from tests.helpers.statements import count_statements

Browser = Callable[[str], FlaskClient]
NOON = datetime(2026, 11, 19, 12, 0, tzinfo=UTC)


class Table(HTMLParser):
    """The text of every row of the page's table, cell by cell."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        """A row, a cell."""
        if tag == "tbody":
            self._inside = True
        elif self._inside and tag == "tr":
            self.rows.append([])
        elif self._inside and tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        """The end of the table."""
        self._inside = self._inside and tag != "tbody"

    def handle_data(self, data: str) -> None:
        """Text of a cell."""
        if self._inside and self.rows and self.rows[-1]:
            self.rows[-1][-1] = " ".join(f"{self.rows[-1][-1]} {data}".split())


def somebody(login: str) -> Actor:
    """A demo sign-in as an actor, leaving no transaction open."""
    found = find_actor_by_email(email_of(login))
    db.session.rollback()
    assert found is not None
    return found


@pytest.fixture
def logs(bare_app: Flask) -> dict[str, Actor]:
    """On 19 November at noon Leah signs in, Nadia switches a sign-in off as of two days before, and each looks at the
    other."""
    with bare_app.app_context(), clock.at(NOON):
        leah, nadia = somebody("north.worker"), somebody("mash.worker")
        with transaction():
            record(leah, "user.signed_in", subjects=[leah.user_id])
        with transaction():
            at = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
            record(nadia, "user.disabled", subjects=[leah.user_id, nadia.user_id], occurred_at=at)
        write_reads(leah, [ReadEntry(nadia.user_id, "cases.show", "custody")])
        write_reads(
            nadia, [ReadEntry(leah.user_id, "referrals.show", "hub"), ReadEntry(None, "referrals.queue", "list")]
        )
    return {"leah": leah, "nadia": nadia}


def test_the_event_log_says_who_did_what_when_and_about_whom(browser: Browser, logs: dict[str, Actor]) -> None:
    page = browser("auditor").get("/audit/events").text
    newest, before = Table(page).rows[:2]
    leah, nadia = logs["leah"].reference, logs["nadia"].reference
    assert newest[0] == "Thu 19 Nov 2026, 12:00 happened Tue 17 Nov 2026, 09:00"
    assert newest[1].startswith("Sign-in switched off; open work goes to the manager user.disabled, number")
    assert newest[2] == "Nadia Farrow"
    assert {part.strip() for part in newest[3].split(",")} == {leah, nadia}
    assert before[0] == "Thu 19 Nov 2026, 12:00"
    assert before[1].startswith("Signed in user.signed_in")
    assert before[2:] == ["Leah Dawson", leah]


def test_the_read_log_says_who_looked_at_what_and_why(browser: Browser, logs: dict[str, Actor]) -> None:
    auditor = browser("auditor")
    assert len(Table(auditor.get("/audit/reads").text).rows) == 3
    own, *rows = Table(auditor.get("/audit/reads").text).rows
    leah, nadia = logs["leah"].reference, logs["nadia"].reference
    assert own[1:] == [
        "Peter Nield Rotherham Council",
        "The log of who looked at what",
        "none, a list",
        "A list, within their work",
    ]
    assert rows == [
        [
            "Thu 19 Nov 2026, 12:00",
            "Nadia Farrow Rotherham Council",
            "The hub's queue",
            "none, a list",
            "A list, within their work",
        ],
        ["Thu 19 Nov 2026, 12:00", "Nadia Farrow Rotherham Council", "A referral", leah, "Works in the hub"],
        ["Thu 19 Nov 2026, 12:00", "Leah Dawson Rotherham Council", "A case", nadia, "Their team holds the case"],
    ]


# Page, what is asked, how many rows are found.
FILTERS: tuple[tuple[str, dict[str, str], int], ...] = (
    ("events", {"who": "north.worker@demo.example"}, 1),
    ("events", {"who": "North.Worker@Demo.Example"}, 1),
    ("events", {"who": "nobody@demo.example"}, 0),
    ("events", {"group": "user", "since-day": "19", "since-month": "11", "since-year": "2026"}, 2),
    ("events", {"group": "case"}, 0),
    ("events", {"since-day": "20", "since-month": "11", "since-year": "2026"}, 0),
    ("events", {"since-day": "19", "since-month": "Nov", "since-year": "2026"}, 2),
    ("events", {"until-day": "18", "until-month": "11", "until-year": "2026"}, len(PEOPLE)),
    ("events", {"about": "{leah}"}, 3),
    ("events", {"about": "{nadia}", "since-day": "19", "since-month": "11", "since-year": "2026"}, 1),
    ("events", {"who": "{nadia}"}, 1),
    ("events", {"about": "R-0000-0000"}, 0),
    ("reads", {"who": "north.worker@demo.example"}, 1),
    ("reads", {"about": "{leah}"}, 1),
    ("reads", {"group": "referrals"}, 2),
    ("reads", {"group": "cases"}, 1),
    ("reads", {"until-day": "18", "until-month": "11", "until-year": "2026"}, 0),
)


def test_a_filter_narrows_it_down(browser: Browser, logs: dict[str, Actor]) -> None:
    references = {name: who.reference for name, who in logs.items()}
    auditor = browser("auditor")
    for page, query, found in FILTERS:
        asked = {key: value.format(**references) for key, value in query.items()}
        answer = auditor.get(f"/audit/{page}", query_string=asked)
        rows = Table(answer.text).rows
        assert (answer.status_code, len(rows)) == (200, found), (page, query)
        assert ("fits this filter" in answer.text) == (not rows), (page, query)


# What can't be right, and what is said about it at its field.
MISTAKES: tuple[tuple[dict[str, str], str], ...] = (
    ({"about": "R-7K4M-2Q9Y"}, "Check this reference"),
    ({"about": "<script>alert(1)</script>"}, "Check this reference"),
    ({"about": "{{7*7}}"}, "Check this reference"),
    ({"who": "Leah"}, "Enter an e-mail address, or the reference"),
    ({"who": "R-0000-0000"}, "Enter an e-mail address, or the reference"),
    ({"since-day": "31", "since-month": "2", "since-year": "2026"}, "31 February 2026 does not exist"),
    ({"since-day": "1"}, "The first day must include a month and a year"),
    (
        {
            "since-day": "2",
            "since-month": "2",
            "since-year": "2026",
            "until-day": "1",
            "until-month": "2",
            "until-year": "2026",
        },
        "The last day is before the first",
    ),
    ({"group": "secrets"}, "Choose from the answers shown"),
)


def test_what_can_not_be_right_is_said_at_its_field(browser: Browser) -> None:
    auditor = browser("auditor")
    for page in ("events", "reads"):
        for query, message in MISTAKES:
            answer = auditor.get(f"/audit/{page}", query_string=query)
            assert (answer.status_code, answer.text.count(message)) == (422, 2), (page, query)
            assert "<script>alert" not in answer.text
            assert "<table" not in answer.text


def test_only_auditors_read_the_logs(browser: Browser) -> None:
    for login in ("school", "mash.manager", "north.worker", "head", "admin", "ig"):
        client = browser(login)
        for page in ("events", "reads", "seals"):
            assert client.get(f"/audit/{page}").status_code == 403, (login, page)


@pytest.mark.parametrize("page", ["events", "reads"])
def test_pages_go_by_key_and_hold_every_row_once(browser: Browser, bare_app: Flask, page: str) -> None:
    with bare_app.app_context(), clock.at(NOON):
        leah = somebody("north.worker")
        for _ in range(60):
            with transaction():
                record(leah, "user.signed_in", subjects=[leah.user_id])
        write_reads(leah, [ReadEntry(leah.user_id, f"cases.page{n}", "custody") for n in range(120)])
    auditor = browser("auditor")
    asked = {"who": leah.reference}
    first = auditor.get(f"/audit/{page}", query_string=asked).text
    rows, address = Table(first).rows, first
    assert len(rows) == 50
    while "Show older ones" in address:
        link = address.split('<p class="pager">')[1].split('href="')[1].split('"')[0].replace("&amp;", "&")
        address = auditor.get(link).text
        rows += Table(address).rows
    wanted = 60 if page == "events" else 120
    assert len(rows) == wanted == len({row[1 if page == "events" else 2] for row in rows})


def test_a_wrong_key_begins_at_the_beginning(browser: Browser) -> None:
    auditor = browser("auditor")
    for before in ("", "x", "99999999999999999999-1", f"20261119120000000000-{'9' * 30}", "-1", "\x00"):
        answer = auditor.get("/audit/events", query_string={"before": before})
        assert (answer.status_code, len(Table(answer.text).rows)) == (200, len(PEOPLE)), before


def test_looking_at_the_logs_is_itself_logged(browser: Browser, bare_app: Flask) -> None:
    auditor = browser("auditor")
    for page in ("events", "seals", "reads"):
        auditor.get(f"/audit/{page}")
    rows = Table(auditor.get("/audit/reads").text).rows
    looked = [row[2] for row in rows]
    assert looked == ["The log of who looked at what", "The state of the seal", "The event log"]


def test_the_seal_is_told_in_words(browser: Browser, bare_app: Flask) -> None:
    auditor = browser("auditor")
    page = auditor.get("/audit/seals").text
    assert "Never" in page and str(len(PEOPLE)) in page and "A note to keep elsewhere" not in page
    with bare_app.app_context():
        done = seal_all()
    page = auditor.get("/audit/seals").text
    assert f"{done.position}:{done.digest}" in page
    assert "nothing waits" in page
    assert "flask --app wsgi audit verify" in page


@pytest.mark.parametrize("page", ["events", "reads", "seals"])
def test_statements_are_as_many_at_one_row_as_at_fifty(browser: Browser, bare_app: Flask, page: str) -> None:
    auditor = browser("auditor")
    with bare_app.app_context(), clock.at(NOON):
        leah, nadia = somebody("north.worker"), somebody("mash.worker")

    def write(count: int) -> None:
        with bare_app.app_context():
            for number in range(count):
                with transaction():
                    about = [leah.user_id, nadia.user_id]
                    record((leah, nadia)[number % 2], "user.signed_in", subjects=about, on_behalf_of_id=nadia.user_id)
                write_reads(leah, [ReadEntry(nadia.user_id, "cases.show", "custody")])
            seal_all()

    def statements() -> int:
        with count_statements(bare_app) as found:
            query = {"who": leah.reference} if page != "seals" else {}
            assert auditor.get(f"/audit/{page}", query_string=query).status_code == 200
        return len(found)

    write(1)
    statements()
    few = statements()
    write(50)
    assert statements() == few <= 8


def test_who_looked_in_one_statement(bare_app: Flask, logs: dict[str, Actor]) -> None:
    leah, nadia = logs["leah"], logs["nadia"]
    with bare_app.app_context():
        with count_statements(bare_app) as found:
            looks = list_looks([leah.user_id, nadia.user_id], limit=10)
        assert len(found) == 1
        assert [(look.subject_id, look.who, look.where, look.why, look.at) for look in looks] == [
            (leah.user_id, "Nadia Farrow", "Hub, Rotherham Council", "Works in the hub", NOON),
            (nadia.user_id, "Leah Dawson", "North locality, Rotherham Council", "Their team holds the case", NOON),
        ]
        assert [look.id for look in list_looks([leah.user_id, nadia.user_id], before=looks[0].id)] == [looks[1].id]
        db.session.rollback()


def test_every_page_about_something_has_its_words(bare_app: Flask) -> None:
    """A new page: say in audit/catalogue.py VIEWS what somebody looked at on it."""
    without = {
        rule.endpoint
        for rule in bare_app.url_map.iter_rules()
        if "reference" in rule.arguments and rule.endpoint not in VIEWS
    }
    assert not without
