"""The night's pages: what they show and refuse, what they cost, and who stays outside."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from caseapp.access.commands import bar
from caseapp.audit.models import ReadLog
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.night import commands
from tests.factories import AFamily, a_case, a_full_record, a_note, a_visit, someone
from tests.helpers.statements import count_statements
from tests.night.test_night import MONDAY_OPENING, SATURDAY_NIGHT, hand, receive, texts
from tests.referrals import hub_world

Browser = Callable[[str], FlaskClient]


def made(app: Flask, make: Callable[[], object]) -> object:
    with app.app_context(), transaction():
        return make()


def family_of(app: Flask, **wanted: object) -> AFamily:
    found = made(app, lambda: a_case(**{"worker": "north.worker", "level": "child_in_need", **wanted}))  # type: ignore[arg-type]
    assert isinstance(found, AFamily)
    return found


def whys(app: Flask) -> list[str]:
    with app.app_context():
        found = list(db.session.scalars(sa.select(ReadLog.why).order_by(ReadLog.id)))
        db.session.rollback()
    return found


def test_the_card_is_one_click_from_the_list_and_says_why(bare_app: Flask, browser: Browser) -> None:
    with clock.at(SATURDAY_NIGHT):
        family = family_of(bare_app, protected=True)
        made(bare_app, lambda: a_note(family, "north.worker"))
        night = browser("edt")
        assert night.get("/").location == "/night/"
        link = f"/night/children/{family.reference}?from=plan"
        assert link in night.get("/night/").text
        page = night.get(link).text
        for words in (
            "14 Quarry Lane, S63 7AQ", "Address protected", "Adult of concern", "Lee Garner", "Leah Dawson",
            "Manager", "01632 960531", "Last note", "Not recorded",
        ):  # fmt: skip
            assert words in page, words
        assert whys(bare_app)[-1] == "night_plan"


def test_the_card_says_when_the_child_was_seen_and_what_stands_on_a_person_s_page(
    bare_app: Flask, browser: Browser
) -> None:
    with clock.at(SATURDAY_NIGHT):
        family = family_of(bare_app)
        night, link = browser("edt"), f"/night/children/{family.reference}?from=plan"
        assert "No visit on record" in night.get(link).text
        made(bare_app, lambda: a_visit(family))
        made(bare_app, lambda: a_full_record(family.person_ids[0], "north.worker"))
        page = night.get(link).text
    assert "No visit on record" not in page and "by the worker." in page
    assert page.index("A dog that bites") < page.index("14 Quarry Lane")


def test_a_child_on_no_list_asks_why_first(bare_app: Flask, browser: Browser) -> None:
    with clock.at(SATURDAY_NIGHT):
        family = family_of(bare_app, level="assessment")
        night, card = browser("edt"), f"/night/children/{family.reference}"
        for path in (card, f"{card}?from=plan", f"{card}?from=handed", f"{card}?from=nonsense"):
            page = night.get(path).text
            assert "Why do you need this child" in page and "Ellie" not in page, path
        assert night.post(f"{card}/open", data={"source": "plan"}).status_code == 422
        assert night.get(f"/cases/{family.reference}").status_code == 404
        assert night.post(f"{card}/open", data={"source": "typed", "reason": "Police rang"}).status_code == 422
        reason = {"source": "typed", "reason": "Police rang: door open, nobody in"}
        assert night.post(f"{card}/open", data=reason).status_code == 303
        assert "Quarry Lane" in night.get(card).text
        assert "Safety card and night entry" in night.get(f"/cases/{family.reference}").text
        assert night.get("/").location == "/night/"


def test_a_search_finds_the_borough_but_not_who_is_kept_away(bare_app: Flask, browser: Browser) -> None:
    with clock.at(SATURDAY_NIGHT):
        family = family_of(bare_app, level="assessment", name="Zeta")
        night = browser("edt")
        for typed in ("zeta", "Ellie Zeta", "ell", family.reference):
            assert family.reference in night.post("/night/find", data={"q": typed}).text, typed
        for typed in ("", "%", "_", "'; --", "nobody"):
            assert family.reference not in night.post("/night/find", data={"q": typed}).text, typed
        made(
            bare_app, lambda: bar(f"user:{someone('edt').user_id}", subject_id=family.case_id, reason="staff_conflict")
        )
        assert family.reference not in night.post("/night/find", data={"q": "zeta"}).text
        for path in ("", "/entry", "?from=plan"):
            assert night.get(f"/night/children/{family.reference}{path}").status_code == 404


def test_a_row_of_the_closing_list_comes_back_with_what_was_typed(bare_app: Flask, browser: Browser) -> None:
    with clock.at(datetime(2026, 11, 20, 16, 45, tzinfo=UTC)):
        with bare_app.app_context():
            reference = receive().reference
        hub = browser("mash.worker")
        answer = hub.post(
            f"/night/closing/{reference}", data={"owner": "night", "may_happen": "She <b>may</b> run", "until": "never"}
        )
        assert answer.status_code == 422
        assert "She &lt;b&gt;may&lt;/b&gt; run" in answer.text and "Choose until when" in answer.text
        assert f'href="#whom_to_ring-{reference}"' in answer.text
        done = hub.post(
            f"/night/closing/{reference}",
            data={"owner": "night", "may_happen": "May run", "whom_to_ring": "Nan", "until": "opening", "seen": "0"},
        )
        assert done.status_code == 303
        assert "The night, not accepted yet" in hub.get("/night/closing").text
        assert browser("edt").get("/night/").text.count("May run") == 1


def test_day_workers_and_partners_stay_out_of_the_night_room(bare_app: Flask, browser: Browser) -> None:
    with clock.at(SATURDAY_NIGHT):
        family = family_of(bare_app)
        with bare_app.app_context():
            work = hand(receive().id)
        for login in ("north.worker", "north.manager", "central.worker", "school", "police", "head", "auditor"):
            client = browser(login)
            for path in ("/night/", "/night/closing"):
                assert client.get(path).status_code == 403, (login, path)
            assert client.post("/night/take", data={"reference": work}).status_code == 403
            expected = 403 if login.startswith("north") else 404
            assert client.get(f"/night/children/{family.reference}").status_code == expected, login
            assert client.get(f"/night/held/{work}").status_code == 404, login
            assert client.post(f"/night/morning/{work}", data={"follows": "x"}).status_code in (403, 404)


def fill(number: int) -> None:
    """As many of each as a list shows."""
    night = someone("edt")
    for each in range(number):
        receive(number=f"{clock.now()}-{each}")
        hand(receive(number=f"handed-{clock.now()}-{each}").id)
        with transaction():
            family = a_case(worker="north.worker", level="child_in_need")
            commands.leave_alert(
                someone("north.worker"),
                case_ids=[family.case_id],
                alert=commands.Alert("He may come", "Ring", "Nan", MONDAY_OPENING),
                once_key=f"alert-{family.case_id}",
            )
            commands.write_child_entry(night, case_id=family.case_id, texts=texts(), once_key=f"entry-{family.case_id}")


@pytest.mark.sqlite_only
def test_each_list_costs_the_same_at_one_row_and_at_many(bare_app: Flask, browser: Browser) -> None:
    walks = [("mash.worker", "/night/closing"), ("edt", "/night/"), ("mash.worker", "/night/morning"),
             ("north.worker", "/night/morning"), ("north.worker", "/")]  # fmt: skip

    def cost() -> list[int]:
        counted = []
        for login, path in walks:
            client = browser(login)
            with count_statements(bare_app) as statements:
                assert client.get(path).status_code in (200, 302)
            assert len(statements) <= 8, (path, len(statements), "\n".join(statements))
            counted.append(len(statements))
        return counted

    with clock.at(SATURDAY_NIGHT):
        with bare_app.app_context():
            fill(1)
        few = cost()
        with bare_app.app_context():
            fill(24)
        assert few == cost()


@pytest.mark.sqlite_only
def test_the_card_and_the_held_item_cost_at_most_eight(bare_app: Flask, browser: Browser) -> None:
    with clock.at(SATURDAY_NIGHT):
        family = family_of(bare_app, children=3)
        with bare_app.app_context():
            work = hand(receive().id)
        night = browser("edt")
        for path in (f"/night/children/{family.reference}?from=plan", f"/night/held/{work}"):
            with count_statements(bare_app) as statements:
                assert night.get(path).status_code == 200
            assert len(statements) <= 8, (path, "\n".join(statements))


def test_what_came_in_says_why_it_is_urgent_and_opens_before_it_is_taken(bare_app: Flask, browser: Browser) -> None:
    def police(told: dict[str, Any]) -> None:
        told["received_at"] = None
        told["concern"] = {"immediate_danger": True}
        told["police"] = {"incident_number": "14/204511/26", "grading": "high"}

    with clock.at(SATURDAY_NIGHT):
        with bare_app.app_context():
            made = hub_world.receive("SAMPLE-001", number="police", change=police)
        night = browser("edt")
        text = BeautifulSoup(night.get("/night/").text, "html.parser").get_text(" ", strip=True)
        for words in (
            "The referrer says: in danger now", "The police grade the risk as high", "Police risk grading: High",
            "Not rated, counts as Red", "left", "Police notification, incident 14/204511/26",
        ):  # fmt: skip
            assert words in text, words
        page = night.post("/night/look", data={"reference": made.reference})
        assert page.status_code == 200 and "What the referrer told" in page.text and "Take it on" in page.text
        assert whys(bare_app)[-1] == "night_arrived"
        taken = night.post("/night/take", data={"reference": made.reference})
        assert "You have it now" in night.get(taken.location).text
    with clock.at(datetime(2026, 11, 23, 10, 0, tzinfo=UTC)):
        # The hub is open: what came in is the hub's.
        assert browser("edt").post("/night/look", data={"reference": made.reference}).status_code == 404


def test_who_is_kept_away_cannot_look(bare_app: Flask, browser: Browser) -> None:
    with clock.at(SATURDAY_NIGHT):
        with bare_app.app_context():
            made = receive()
            with transaction():
                bar(f"user:{someone('edt').user_id}", subject_id=made.id, reason="staff_conflict")
        for typed in (made.reference, "R-0000-0000", "nonsense", ""):
            assert browser("edt").post("/night/look", data={"reference": typed}).status_code == 404, typed


def test_each_step_says_that_it_is_done_and_the_card_shows_the_entry(bare_app: Flask, browser: Browser) -> None:
    with clock.at(datetime(2026, 11, 22, 0, 5, tzinfo=UTC)):
        family = family_of(bare_app)
        with bare_app.app_context():
            work = hand(receive().id)
        night, worker = browser("edt"), browser("north.worker")
        accepted = night.post(f"/night/held/{work}/accept")
        assert "Accepted. You have it" in night.get(accepted.location).text
        entry = {"happened": "Lee rang", "done": "Police told", "day_must": "Ring Nan", "happened_on-day": "22",
                 "happened_on-month": "11", "happened_on-year": "2026", "happened_time": "00:01"}  # fmt: skip
        saved = night.post(f"/night/children/{family.reference}/entry", data=entry)
        card = BeautifulSoup(night.get(saved.location).text, "html.parser").get_text(" ", strip=True)
        assert "The night entry is saved." in card and "Night entry today 00:01: Lee rang Done: Police told" in card
        alert = {"may_happen": "He may come", "what_to_do": "Ring", "whom_to_ring": "Nan", "until": "opening"}
        left = worker.post(f"/night/alerts/{family.reference}", data=alert)
        assert "The alert is left." in worker.get(left.location).text
