"""From Friday 4.45 pm with 40 contacts to Monday 8.30, and the file that opens without the product.

A server's clock cannot be moved from outside, on purpose. So the weekend is walked in one process, with the clock set
and real requests; what the browser adds (keyboard, script, size, the file on a laptop) is walked at the time it is.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser as Chromium

from caseapp.kernel import clock
from caseapp.kernel.db import transaction
from caseapp.night.commands.continuity import export
from tests.factories import a_case
from tests.journeys.conftest import PHONE, WIDE, Person
from tests.night.test_continuity import ALL, EVENING, NORTH_WORDS, fill
from tests.night.test_night import receive

FRIDAY_CLOSING = datetime(2026, 11, 20, 16, 45, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
SAID = {"happened": "Rang; nobody was in.", "done": "Police looked in at 22:10.", "day_must": "Visit before ten."}


def when(at: datetime) -> dict[str, str]:
    """What a form posts for a moment."""
    return {
        "happened_on-day": str(at.day),
        "happened_on-month": str(at.month),
        "happened_on-year": str(at.year),
        "happened_time": f"{at:%H:%M}",
    }


@pytest.mark.sqlite_only
def test_friday_with_forty_contacts_to_monday(bare_app: Flask, browser: Callable[[str], FlaskClient]) -> None:
    with clock.at(FRIDAY_CLOSING):
        hub, night, worker = browser("mash.worker"), browser("edt"), browser("north.worker")
        with bare_app.app_context():
            references = [receive(number=f"friday-{each}").reference for each in range(40)]
            with transaction():
                family = a_case(worker="north.worker", level="child_in_need")
        assert "40 have no owner for the night" in hub.get("/night/closing").text
        alert = {"may_happen": "Lee is out today", "what_to_do": "Send police", "whom_to_ring": "Nan", "until": "days3"}
        assert worker.post(f"/night/alerts/{family.reference}", data=alert).status_code == 303
        for reference in references[:39]:
            words = {"may_happen": "May be alone", "whom_to_ring": "Nan, 01709 555010", "until": "opening"}
            assert hub.post(f"/night/closing/{reference}", data={**words, "owner": "night"}).status_code == 303
        assert "1 has no owner for the night" in hub.get("/night/closing").text
        keeper = hub.get("/night/closing").text.split("Paul Denton")[0].rpartition('value="')[2].partition('"')[0]
        kept = {"owner": "hub", "keeper": keeper, "phone": "07700 900500", "until": "opening"}
        assert hub.post(f"/night/closing/{references[39]}", data=kept).status_code == 303
    # Who comes back signs in anew.
    with clock.at(FRIDAY_CLOSING + timedelta(minutes=20)):
        page = night.get("/night/").text
        assert "39 to accept." in page and "Lee is out today" in page and "07700 900500" in page
        works = [part.partition('"')[0] for part in page.split('href="/night/held/')[1:]]
        for work in works:
            assert night.post(f"/night/held/{work}/accept").status_code == 303
        page = hub.get("/night/closing").text
        assert "39 accepted by the night." in page and "Everything has an owner" in page
    with clock.at(datetime(2026, 11, 21, 22, 30, tzinfo=UTC)):
        night = browser("edt")
        assert "14 Quarry Lane" in night.get(f"/night/children/{family.reference}?from=alert").text
        happened = when(datetime(2026, 11, 21, 22, 10, tzinfo=UTC))
        entry = {**SAID, **happened, "once": "saturday-child"}
        assert night.post(f"/night/children/{family.reference}/entry", data=entry).status_code == 303
        entry = {**SAID, **happened, "once": "saturday-contact"}
        assert night.post(f"/night/held/{works[0]}/entry", data=entry).status_code == 303
    with clock.at(MONDAY):
        hub, night, worker = browser("mash.worker"), browser("edt"), browser("north.worker")
        assert "No alert stands tonight" not in night.get("/night/").text
        for client, path in ((hub, "/"), (worker, "/"), (browser("north.manager"), "/")):
            assert client.get(path).location == "/night/morning"
        page = worker.get("/night/morning").text
        assert "1 to read." in page and "Visit before ten." in page and "written down" in page
        assert "Read it" in worker.get("/desk/my-work").text
        child_work = page.split('action="/night/morning/')[1].partition('"')[0]
        assert worker.post(f"/night/morning/{child_work}", data={"follows": "I go at nine."}).status_code == 303
        assert worker.get("/").location == "/desk/my-work"
        assert "40 to read." in hub.get("/night/morning").text
        for work in works:
            assert hub.post(f"/night/morning/{work}", data={"follows": "The queue has it."}).status_code == 303
        assert "1 to read." in hub.get("/night/morning").text
        assert night.get(f"/night/held/{works[0]}").status_code == 404


@pytest.mark.sqlite_only
def test_the_closing_list_the_night_and_the_morning_in_a_browser(
    person: Callable[..., Person], bare_app: Flask
) -> None:
    with bare_app.app_context():
        for each in range(3):
            receive(number=f"now-{each}")
        with transaction():
            a_case(worker="north.worker", level="child_in_need")
    hub = person("mash.worker", scripts=False)
    hub.open("/night/closing")
    hub.press("Hand to the night")
    assert "There is a problem" in hub.text()
    # The keyboard alone: words, whom to ring, until when, Enter.
    hub.page.locator("input[name=may_happen]").first.focus()
    hub.page.keyboard.type("He may come back drunk")
    hub.page.keyboard.press("Tab")
    hub.page.keyboard.type("Nan, 01709 555010")
    hub.page.locator("select[name=until]").first.select_option("opening")
    hub.press("Hand to the night")
    assert "1 handed over and not accepted yet" in hub.text()
    hub.shoot("night-closing")
    night = person("edt")
    night.check()
    night.press("Accept")
    assert "Nothing waits to be accepted" in night.text()
    night.follow("Ellie Marsden")
    night.check()
    night.shoot("night-card")
    assert "Quarry Lane" in night.text()
    night.follow("Write a night entry")
    night.check()
    for field, words in SAID.items():
        night.page.fill(f"[name={field}]", words)
    night.press("Save the entry")
    worker = person("north.worker")
    assert worker.page.url.endswith("/night/morning")
    worker.check()
    worker.page.fill("textarea[name=follows]", "I go at nine.")
    worker.press("I have read it")
    assert "The night left nothing to read" in worker.text()
    hub_with_script = person("mash.worker")
    hub_with_script.open("/night/closing")
    hub_with_script.check()
    assert "out of hours, accepted" in hub_with_script.text()


@pytest.mark.sqlite_only
def test_the_file_opens_on_a_laptop_without_the_product(bare_app: Flask, chromium: Chromium, tmp_path: Path) -> None:
    with clock.at(EVENING), bare_app.app_context():
        fill()
        export(tmp_path, ALL, only=frozenset({"north"}))
    context = chromium.new_context(viewport=WIDE)
    page = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto((tmp_path / "continuity-north-2026-11-20.html").as_uri())
    assert "Marsden" not in page.content()
    page.get_by_label("Passphrase").fill("the wrong words 1234")
    page.get_by_role("button", name="Open").click()
    page.get_by_text("That is not the passphrase of this file").wait_for()
    page.get_by_label("Passphrase").fill(f" {NORTH_WORDS} ")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Ellie Marsden").wait_for()
    said = page.inner_text("main")
    for words in (
        "14 Quarry Lane, S63 7AQ", "Address protected: tell nobody", "Lee <b>may</b> come", "Adult of concern",
        "Leah Dawson, 01632 960531", "Blank form: night entry",
    ):  # fmt: skip
        assert words in said, words
    assert "Okafor" not in said
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    context.close()
    assert [url for url in asked if not url.startswith("file:")] == []
    assert complaints == []
