"""A visit to three siblings, written on a phone in a hallway: one of them not seen, a second tab left open, the
session ended in between."""

from collections.abc import Callable

import pytest
from flask import Flask

from caseapp.kernel.db import transaction
from tests import factories
from tests.journeys.conftest import PHONE, WIDE, Person


@pytest.mark.once("sqlite")
def test_a_visit_to_three_siblings_on_a_phone(person: Callable[..., Person], bare_app: Flask) -> None:
    with bare_app.app_context(), transaction():
        steel = factories.a_case(name="Steel", children=3, worker="north.worker")
    ellie, jake, mia = steel.case_ids
    leah = person("north.worker")
    leah.page.set_viewport_size(PHONE)
    # 1. From her work in two presses; what is dangerous there stands before the address.
    leah.open("/desk/my-work")
    leah.follow("Write a visit")
    said = leah.text()
    assert said.index("Before a visit") < said.index("Lee Garner") < said.index("14 Quarry Lane")
    address = leah.page.url.removeprefix(leah.address)
    # 2. What she types saves itself.
    page = leah.page
    page.locator('[name="kind"]').select_option("assessment")
    page.locator('[name="place"][value="home"]').check()
    page.locator('[name="announced"][value="no"]').check()
    page.locator('[name="who"]').fill("Their mother and I")
    page.locator('[name="words"]').fill("The house was warm. The kitchen window was broken.")
    page.get_by_text("Draft saved at").wait_for()
    # 3. A second tab, from before, is told and loses nothing.
    tab = page.context.new_page()
    tab.goto(leah.address + address)
    tab.locator('[name="words"]').fill("The house was warm. Lee was upstairs.")
    tab.get_by_text("Draft saved at").wait_for()
    page.locator('[name="words"]').fill("The house was warm. The kitchen window was broken, and mended with card.")
    page.get_by_text("Both texts are kept").wait_for()
    leah.press("Save the visit")
    assert "Two pages wrote at once" in leah.text()
    assert "Lee was upstairs." in leah.text() and "mended with card" in leah.text()
    leah.check(PHONE)
    page.locator('[name="words_keep"][value="both"]').check()
    page.locator('textarea[name="words"]').fill("The house was warm. The window is mended with card. Lee was upstairs.")
    leah.press("Keep what I chose")
    tab.close()
    # 4. Signed out and in again, on a desk: it is all there.
    again = person("north.worker")
    again.open(address)
    assert again.page.locator('[name="words"]').input_value().endswith("Lee was upstairs.")
    # 5. Each child a part of their own; Mia slept.
    page.set_viewport_size(PHONE)
    page.locator(f'[name="seen_{ellie}"][value="alone"]').check()
    page.locator(f'[name="bedroom_{ellie}"][value="yes"]').check()
    page.locator(f'[name="said_{ellie}"]').fill("I sleep better when Lee is out.")
    page.locator(f'[name="seen_{jake}"][value="alone"]').check()
    page.locator(f'[name="words_{jake}"]').fill("Jake showed his new shoes.")
    page.locator(f'[name="seen_{mia}"][value="no"]').check()
    leah.press("Save the visit")
    assert "Choose why you did not see them" in leah.text() and "Say when you go next" in leah.text()
    leah.check(PHONE)
    page.set_viewport_size(PHONE)
    page.locator(f'[name="not_seen_{mia}"][value="asleep"]').check()
    for part, value in (("day", "1"), ("month", "1"), ("year", "2030")):
        page.locator(f'[name="next_on-{part}"]').fill(value)
    leah.press("Save the visit")
    # 6. Ellie's record has her words, and nobody else's; Mia's says why she was not seen.
    assert "in the record of each child" in leah.text()
    ellies = leah.text()
    assert "“I sleep better when Lee is out.” (heard by Leah Dawson)" in ellies and "new shoes" not in ellies
    leah.open(f"/cases/{steel.references[2]}")
    assert "Visit: the child was not seen. The child was asleep" in leah.text()
    assert "I sleep better" not in leah.text() and "Lee was upstairs." in leah.text()
    leah.page.locator("a").filter(has_text="Visit: the child was not seen").first.click()
    leah.page.wait_for_url("**/visits/V-*")
    leah.check(PHONE, WIDE)
    # 7. Her own other page, still open, does not make a second visit of it.
    again.page.locator('[name="who"]').fill("Their mother, and Lee for a while")
    again.press("Save the visit")
    assert "You have saved this visit already" in again.text() and "Lee for a while" in again.text()
