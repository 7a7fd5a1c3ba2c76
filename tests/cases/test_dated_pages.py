"""Recording by its date, putting it right, and why something is late, as people meet it on pages."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from caseapp.access.commands import bar
from caseapp.cases.commands import close_cases
from caseapp.cases.queries import cases_by_id
from caseapp.deadlines.catalogue import KINDS
from caseapp.kernel import clock
from caseapp.kernel.db import transaction
from caseapp.night.commands import open_record
from tests.factories import AFamily, a_case, someone
from tests.helpers.statements import count_statements

Browser = Callable[[str], FlaskClient]


def made(app: Flask, **options: Any) -> AFamily:
    with app.app_context(), clock.at(datetime.fromisoformat("2026-06-01T08:00Z")), transaction():
        return a_case(**{"worker": "north.worker", **options})


def day(name: str, iso: str) -> dict[str, str]:
    year, month, number = iso.split("-")
    return {f"{name}-day": number, f"{name}-month": month, f"{name}-year": year}


def typed(of: AFamily, iso: str = "2026-11-10", **more: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"children": of.references, "who": "Ellie and I", "words": "As agreed.", "once": iso}
    return {**given, **day("happened_on", iso), **more}


def record(client: FlaskClient, of: AFamily, kind: str, iso: str = "2026-11-10", **more: Any) -> Any:
    given = typed(of, iso, once=f"{kind}-{iso}", **more)
    return client.post(f"/cases/{of.reference}/events/new/{kind}", data=given)


def last_event(client: FlaskClient, of: AFamily) -> str:
    """The address of what was written down last, without its last part."""
    found = re.search(r'href="(/cases/[^"]+/events/\d+)/move"', client.get(f"/cases/{of.reference}/events").text)
    assert found is not None
    return found[1]


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return found[1]


def test_from_what_happened_to_a_clock_with_its_sentence(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    of = made(bare_app, children=2)
    client = browser("north.worker")
    assert "Record a dated event" in client.get(f"/cases/{of.reference}").text
    assert "No clock has ended yet." not in client.get(f"/cases/{of.reference}/clocks").text

    sent = record(client, of, "s47.began", happened_time="14:05")

    assert sent.status_code == 303
    page = client.get(sent.location).text
    assert "It is recorded." in page
    for words in (
        "Initial conference",
        "<strong>Tuesday 10 November 2026</strong>: that is day 0.",
        "<strong>15 working days</strong>",
        "<strong>Tuesday 1 December 2026</strong>",
        "Working Together to Safeguard Children. In force since 2013",
        "Where this rule comes from",
        "It is for the conference chair.",
        "Warned: 5 working days and 1 working day before, and on the last day.",
        "Told when it is late: the team manager and the head of service.",
        "The count, week by week",
        "Local default, not verified",
    ):
        assert words in page, words
    assert "Tuesday 1 December 2026" in client.get(f"/cases/{of.references[1]}/clocks").text
    chronology = client.get(f"/cases/{of.reference}").text
    assert KINDS["s47.began"].words in chronology and "Ellie and I" in chronology


@pytest.mark.parametrize(
    ("kind", "changes", "said"),
    [
        ("core_group.held", {"words": " "}, "Write what happened"),
        ("core_group.held", {"who": ""}, "Say who was there, or who told you"),
        ("core_group.held", {"who": "x" * 121}, "1 character too long"),
        ("core_group.held", {"children": []}, "Choose who this is about"),
        ("core_group.held", day("happened_on", "2026-11-21"), "is in the future"),
        ("core_group.held", day("happened_on", "2026-11-31"), "31 November 2026 does not exist"),
        ("s47.began", {}, "Enter the time it happened"),
        ("s47.began", {"happened_time": "15:31", **day("happened_on", "2026-11-20")}, "This is in the future"),
        ("visit.planned", {}, "Give the day"),
        ("visit.planned", day("on", "1999-01-01"), "Give a day from"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_comes_back(
    bare_app: Flask, browser: Browser, friday: datetime, kind: str, changes: dict[str, Any], said: str
) -> None:
    of = made(bare_app)
    client = browser("north.worker")

    page = record(client, of, kind, **{"words": "Typed for an hour.", **changes})

    assert page.status_code == 422 and said in page.text and "There is a problem" in page.text
    assert changes.get("words") or "Typed for an hour." in page.text
    assert "Nothing has been recorded by its date" in client.get(f"/cases/{of.reference}/events").text


@pytest.mark.sqlite_only
def test_a_kind_is_found_by_its_words_by_its_clocks_and_by_what_runs(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    of = made(bare_app)
    client = browser("north.worker")
    address = f"/cases/{of.reference}/events/new"
    whole = client.get(address).text
    assert all(f"/events/new/{code}" in whole for code in KINDS)
    assert "The manager looked at the assessment" not in whole.partition("Everything that can be recorded")[0]
    record(client, of, "plan.cp_began")
    soon = client.get(address).text.partition("Everything that can be recorded")[0]
    assert "/events/new/core_group.held" in soon and "Ends: First core group" in soon
    found = client.get(f"{address}?find=Conference+ASKED").text
    assert "/events/new/conference.requested" in found and "/events/new/core_group.held" not in found
    # By the words of the clock that it ends, too.
    assert "/events/new/child.seen_by_agency" in client.get(f"{address}?find=seen+by+anybody").text
    assert "has these words" in client.get(f"{address}?find=unicorn").text
    assert client.get(f"{address}/no.such").status_code == client.post(f"{address}/no.such").status_code == 404


def test_the_same_form_twice_is_one_event(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    of = made(bare_app)
    client = browser("north.worker")
    # In the morning a day alone is no later than now, which is another moment at the second press.
    for minute in (0, 1):
        with clock.at(friday.replace(hour=8, minute=minute)):
            assert record(client, of, "core_group.held", "2026-11-20").status_code == 303
    assert client.get(f"/cases/{of.reference}/events").text.count("Change the date") == 1
    met = record(client, of, "core_group.held", "2026-11-20", words="Other words.")
    assert met.status_code == 409 and "Other words." in met.text and "It happened twice: record it" in met.text
    again = client.post(
        f"/cases/{of.reference}/events/new/core_group.held",
        data=typed(of, "2026-11-20", words="Other words.", once=hidden(met.text, "once"), twice="yes"),
    )
    assert again.status_code == 303


def test_another_date_shows_what_moves_then_moves_it_and_both_stay(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    of = made(bare_app)
    client = browser("north.worker")
    record(client, of, "conference.initial_held")
    address = last_event(client, of)
    form = client.get(f"{address}/move").text
    sent = {**day("happened_on", "2026-11-12"), "words": "Read the letter again.", "once": "m", "seen": "0"}

    shown = client.post(f"{address}/move", data=sent)

    assert shown.status_code == 200 and "Change the date to Thu 12 Nov 2026?" in shown.text
    assert re.search(r"Record of the conference.*due Tue 1 Dec 2026.*due Thu 3 Dec 2026", shown.text, re.DOTALL)
    assert "Date changed" not in client.get(f"/cases/{of.reference}/events").text
    for _ in range(2):
        assert client.post(f"{address}/move", data={**sent, "sure": "yes"}).status_code == 303
    listed = client.get(f"/cases/{of.reference}/events").text
    assert "Thu 12 Nov 2026" in listed and "First written down as Tue 10 Nov 2026." in listed
    assert listed.count("Leah Dawson has changed the date") == 1 and "Read the letter again." in listed
    assert "Thursday 3 December 2026" in client.get(f"/cases/{of.reference}/clocks").text
    assert hidden(client.get(f"{address}/move").text, "seen") != hidden(form, "seen") == "0"
    for changes, said in (
        ({}, "the date it has already"),
        (day("happened_on", "2026-11-21"), "is in the future"),
        ({"words": ""}, "Say why the date changes"),
    ):
        fresh = {**sent, "once": "fresh", "seen": hidden(client.get(f"{address}/move").text, "seen"), "sure": "yes"}
        refused = client.post(f"{address}/move", data={**fresh, **changes})
        assert (refused.status_code, said in refused.text) == (422, True), said


def test_taking_back_says_what_goes_and_it_can_be_recorded_again(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    of = made(bare_app)
    client = browser("north.worker")
    record(client, of, "plan.cp_began")
    address = last_event(client, of)

    asked = client.get(f"{address}/take-back").text

    assert "due Tue 24 Nov 2026" in asked and "gone: nothing has started it" in asked and "Ellie" in asked
    assert client.post(f"{address}/take-back", data={"words": ""}).status_code == 422
    sent = {"words": "Another child’s.", "once": "t", "seen": hidden(asked, "seen")}
    assert client.post(f"{address}/take-back", data=sent).status_code == 303
    listed = client.get(f"/cases/{of.reference}/events").text
    assert "Taken back" in listed and "that this did not happen" in listed and "Change the date" not in listed
    assert "First core group" not in client.get(f"/cases/{of.reference}/clocks").text.partition("Not yet")[0]
    assert "record it again" in client.get(f"{address}/take-back").text
    record(client, of, "plan.cp_began", "2026-11-11")
    assert "Wednesday 25 November 2026" in client.get(f"/cases/{of.reference}/clocks").text


@pytest.mark.sqlite_only
def test_what_is_also_about_a_child_whom_one_does_not_see_is_for_others_to_change(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    of = made(bare_app, children=2)
    client = browser("north.worker")
    record(client, of, "plan.cp_began")
    address = last_event(client, of)
    with bare_app.app_context(), transaction():
        bar(f"user:{someone('north.worker').user_id}", subject_id=of.case_ids[1], reason="staff_conflict")

    asked = client.get(f"{address}/take-back").text
    met = client.post(f"{address}/take-back", data={"words": "Not so.", "once": "t", "seen": "0"})

    assert "Ellie" in asked and "Jake" not in asked and asked.count("First core group") == 1
    assert met.status_code == 409 and "about another child too" in met.text and "Not so." in met.text
    ruth = browser("north.manager")
    assert ruth.post(f"{address}/take-back", data={"words": "x", "once": "r", "seen": "0"}).status_code == 303


def test_two_at_once_the_second_is_told(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    of = made(bare_app)
    leah, ruth = browser("north.worker"), browser("north.manager")
    record(leah, of, "plan.cp_began")
    address = last_event(leah, of)
    sent = {**day("happened_on", "2026-11-12"), "words": "Leah’s reason.", "once": "leah", "seen": "0", "sure": "yes"}
    assert leah.post(f"{address}/move", data=sent).status_code == 303

    other = {**sent, **day("happened_on", "2026-11-13"), "words": "Ruth’s reason.", "once": "ruth"}
    met = ruth.post(f"{address}/move", data=other)

    assert met.status_code == 409
    assert "Leah Dawson has changed the date, today 15:30: it is now Thu 12 Nov 2026." in met.text.replace(
        "\u00a0", " "
    )
    assert "Ruth’s reason." in met.text and "First written down as Tue 10 Nov 2026" not in met.text.partition("<h1>")[0]
    knowing = {**other, "seen": hidden(met.text, "seen")}
    assert ruth.post(f"{address}/move", data=knowing).status_code == 303
    stale = {"words": "It was Mia’s.", "once": "back", "seen": "0"}
    assert leah.post(f"{address}/take-back", data=stale).status_code == 409
    now = hidden(leah.get(f"{address}/take-back").text, "seen")
    assert leah.post(f"{address}/take-back", data={**stale, "seen": now}).status_code == 303
    gone = ruth.post(f"{address}/move", data={**other, "once": "late", "seen": now})
    assert gone.status_code == 409 and "did not happen" in gone.text and "Ruth’s reason." in gone.text


def test_the_same_recorded_by_two_people_is_told_to_the_second(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    of = made(bare_app, children=2)
    leah, ruth = browser("north.worker"), browser("north.manager")
    assert record(leah, of, "core_group.held").status_code == 303
    address = f"/cases/{of.references[1]}/events/new/core_group.held"
    mine = typed(of, once="ruth", children=of.references[1:], words="Jake, at school.")

    met = ruth.post(address, data=mine)

    assert met.status_code == 409
    assert "Leah Dawson recorded this for the same day" in met.text and "Jake, at school." in met.text
    assert ruth.get(f"/cases/{of.references[1]}/events").text.count("It did not happen") == 1
    for _ in range(2):
        assert ruth.post(address, data={**mine, "twice": "yes"}).status_code == 303
    assert ruth.get(f"/cases/{of.references[1]}/events").text.count("It did not happen") == 2
    # What was taken back is nobody's twin.
    address = last_event(leah, of)
    back = {"words": "No.", "once": "back", "seen": hidden(leah.get(f"{address}/take-back").text, "seen")}
    assert leah.post(f"{address}/take-back", data=back).status_code == 303
    assert ruth.post(f"/cases/{of.reference}/events/new/core_group.held", data=typed(of, once="x")).status_code == 409
    only = typed(of, once="x", children=of.references[:1])
    assert ruth.post(f"/cases/{of.reference}/events/new/core_group.held", data=only).status_code == 303


@pytest.mark.parametrize("what", ["record", "move", "take back", "explain"])
def test_in_the_same_instant_one_is_done_and_the_other_is_told(
    bare_app: Flask, browser: Browser, friday: datetime, what: str
) -> None:
    of = made(bare_app)
    people = [browser("north.worker"), browser("north.manager")]
    record(people[0], of, "plan.cp_began", "2026-11-02")
    event = last_event(people[0], of)
    page = people[0].get(f"/cases/{of.reference}/clocks").text
    (core,) = re.findall(r'<article[^>]*id="clock-(\d+)"[^>]*>\s*<h3[^>]*>First core group', page)
    dates = ("2026-11-03", "2026-11-04")
    address, typed_by = {
        "record": (f"/cases/{of.reference}/events/new/core_group.held", [typed(of, once=name) for name in "ab"]),
        "move": (
            f"{event}/move",
            [{**day("happened_on", each), "words": "So.", "once": each, "seen": "0", "sure": "yes"} for each in dates],
        ),
        "take back": (f"{event}/take-back", [{"words": "So.", "once": each, "seen": "0"} for each in dates]),
        "explain": (
            f"/deadlines/late/{of.reference}/{core}",
            [{"reason": "missed", "words": each, "seen": "0"} for each in dates],
        ),
    }[what]
    ready = Barrier(2)

    def press(number: int) -> int:
        with clock.at(friday):
            ready.wait(10)
            return people[number].post(address, data=typed_by[number]).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(press, range(2))) == [303, 409]


def test_late_is_explained_by_the_worker_and_authorised_by_the_manager(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    of = made(bare_app)
    record(browser("north.worker"), of, "plan.cp_began", "2026-11-02")
    with clock.at(friday + timedelta(days=4)):
        leah, ruth = browser("north.worker"), browser("north.manager")
        page = leah.get(f"/cases/{of.reference}/clocks").text
        assert "Late (" in page and "Nothing pauses or hides a clock" in page
        (core,) = re.findall(r'<article[^>]*id="clock-(\d+)"[^>]*>\s*<h3[^>]*>First core group', page)
        address = f"/deadlines/late/{of.reference}/{core}"
        assert f'href="{address}"' in page

        assert leah.post(address, data={"words": "No room."}).status_code == 422
        told = {"reason": "too_much", "words": "No chair was free.", "seen": "0"}
        for _ in range(2):
            assert leah.post(address, data=told).status_code == 303
        met = ruth.post(address, data={**told, "words": "Ruth says so too."})
        assert met.status_code == 409 and "Leah Dawson has given a reason" in met.text
        assert "Ruth says so too." in met.text
        own = {**told, "words": "Ruth says so too.", "seen": hidden(met.text, "seen")}
        assert ruth.post(address, data=own).status_code == 303

        seen = leah.get(f"/cases/{of.reference}/clocks").text
        assert seen.count("Waits for a manager") == 2 and "Authorise it" not in seen
        board = ruth.get("/desk/team").text
        assert "2 reasons for lateness wait for a manager." in board and 'href="/deadlines/late"' in board
        listed = ruth.get("/deadlines/late").text
        assert "No chair was free." in listed and "Yours: another manager authorises it" in listed
        (late,) = re.findall(r'href="(/deadlines/late/[^"]+/reasons/\d+)">Authorise, or ask<', listed)
        assert "No chair was free." in ruth.get(late).text
        assert leah.get(late).status_code == leah.post(late).status_code == 403
        assert [ruth.post(late).status_code for _ in range(2)] == [303, 303]
        done = leah.get(f"/cases/{of.reference}/clocks").text
        assert "Authorised by Ruth Hallam" in done
        # It runs on, and stays late.
        assert f'id="clock-{core}"' in done.partition('id="ended"')[0].partition("Late (")[2]
        before, _, number = late.rpartition("/")
        mine = ruth.post(f"{before}/{int(number) + 1}")
        assert mine.status_code == 403 and "another manager authorises it" in mine.text
        running = re.search(r'id="clock-(\d+)"[^>]*>\s*<h3[^>]*>First review conference', done)
        assert running is not None
        assert leah.get(f"/deadlines/late/{of.reference}/{running[1]}").status_code == 409
        assert leah.get(f"/deadlines/late/{of.reference}/999999").status_code == 404


@pytest.mark.sqlite_only
def test_what_ended_and_what_was_recorded_goes_page_by_page_at_the_same_cost(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    of = made(bare_app)
    client = browser("north.worker")
    record(client, of, "core_group.held", "2026-09-01")
    pages = [f"/cases/{of.reference}/{name}" for name in ("clocks", "events", "events/new")]
    few, many = [], []
    for found in (few, many):
        for address in pages:
            client.get(address)
            with count_statements(bare_app) as statements:
                assert client.get(address).status_code == 200
            found.append(len(statements))
        if found is few:
            for number in range(2, 31):
                record(client, of, "core_group.held", f"2026-09-{number:02}")
    assert few == many
    # The guard's and the read log's among them.
    assert max(many) <= 8, many
    for name, word in (("clocks", "ended earlier"), ("events", "written down earlier")):
        first = client.get(f"/cases/{of.reference}/{name}").text
        further = re.search(r'href="([^"]*before=\d+[^"]*)"', first)
        assert further is not None and word in first
        assert client.get(further[1].partition("#")[0]).status_code == 200
        assert client.get(f"/cases/{of.reference}/{name}?before=x").status_code == 200


@pytest.mark.sqlite_only
def test_the_night_reads_the_clocks_and_records_nothing(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    of = made(bare_app)
    with clock.at(friday + timedelta(hours=6)):
        with bare_app.app_context(), transaction():
            open_record(someone("edt"), case_id=of.case_id, source="typed", words="Police rang: door open")
        night = browser("edt")
        page = night.get(f"/cases/{of.reference}/clocks")
        assert page.status_code == 200 and "Assessment complete" in page.text
        assert "Record a dated event" not in page.text and "Say why it is late" not in page.text
        assert "Record a dated event" not in night.get(f"/cases/{of.reference}").text
        for path in ("events/new", "events/new/core_group.held"):
            assert night.get(f"/cases/{of.reference}/{path}").status_code == 403


@pytest.mark.sqlite_only
def test_whoever_only_reads_sees_no_way_to_record(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    of = made(bare_app)
    for login in ("central.worker", "school", "auditor"):
        client = browser(login)
        for path in ("clocks", "events", "events/new", "events/new/core_group.held"):
            foreign = client.get(f"/cases/{of.reference}/{path}")
            assert foreign.status_code == client.get(f"/cases/C-0000-0000/{path}").status_code == 404


def test_a_closed_case_shows_its_clocks_and_what_was_late_is_still_explained(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    of = made(bare_app)
    record(browser("north.worker"), of, "plan.cp_began", "2026-11-02")
    with clock.at(friday + timedelta(days=4)):
        record(browser("north.worker"), of, "core_group.held", "2026-11-23")
        with bare_app.app_context(), transaction():
            versions = {row.id: row.version for row in cases_by_id(of.case_ids)}
            close_cases(someone("north.manager"), cases=versions, reason="RC8", words="They moved to Kent.")
        ruth = browser("north.manager")
        assert f'href="/cases/{of.reference}/clocks"' in ruth.get(f"/pathway/closed/{of.reference}").text
        page = ruth.get(f"/cases/{of.reference}/clocks").text
        assert "This case was closed" in page and "Done late," in page and "Ended as the case was closed," in page
        assert "Record a dated event" not in page and "Running (" not in page and "What would start" not in page
        why = re.findall(rf'href="(/deadlines/late/{of.reference}/\d+)"', page)
        told = {"reason": "too_much", "words": "No chair was free.", "seen": "0"}
        assert [ruth.post(each, data=told).status_code for each in why] == [303] * len(why) and why
        assert "No chair was free." in ruth.get(f"/cases/{of.reference}/clocks").text
        assert browser("north.worker").get(f"/cases/{of.reference}/events/new").status_code == 404
