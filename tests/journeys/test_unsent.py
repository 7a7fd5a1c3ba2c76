"""A hub worker's browser goes down in the middle of a proposal: what was typed stands there again."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import expect

from tests.journeys.conftest import Person
from tests.journeys.steps import choose
from tests.referrals.hub_world import children_of, rate, receive

WORDS = "She slept in her coat for three nights ‘again’ 🧥"


@pytest.mark.once("sqlite")
def test_a_proposal_outlives_its_browser(person: Callable[..., Person], bare_app: Flask) -> None:
    with bare_app.app_context():
        made = receive("SAMPLE-020", change=lambda told: told.update(received_at=None))
        rate(made.id, "green")
        children = children_of(made.id)
    path = f"/referrals/{made.reference}"
    worker = person("mash.worker")
    worker.open(path)
    box = worker.page.get_by_label("Why this level")
    box.fill(WORDS)
    expect(worker.page.locator("form[data-autosave] [data-saved]")).to_contain_text("Draft saved at")
    worker.page.context.close()

    again = person("mash.worker")
    again.open(path)
    again.check()
    expect(again.page.get_by_text("Your text of today")).to_be_visible()
    expect(again.page.get_by_label("Why this level")).to_have_value(WORDS)
    for child in children:
        choose(again, f"outcome_{child}", "no_further_action")
    again.page.get_by_label("For the referrer: why").fill("Watch for it.")
    again.press("Send to a manager to agree")
    assert "proposed by" in again.text() and "is back" not in again.text()
