"""One assessment of three brothers and sisters, written in two tabs, looked at, told to the family, authorised."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page

from caseapp.kernel.db import transaction
from tests.factories import a_case, a_note
from tests.journeys import steps
from tests.journeys.conftest import PHONE, WIDE, Person


def labelled(page: Page, words: str) -> str:
    """The name of the field with this label."""
    name = page.get_by_label(words, exact=True).get_attribute("name")
    assert name is not None
    return name


@pytest.mark.sqlite_only
def test_three_siblings_in_two_tabs(person: Callable[..., Person], bare_app: Flask) -> None:
    with bare_app.app_context(), transaction():
        family = a_case(children=3, worker="north.worker")
        a_note(family, "north.worker", words="Seen at school. “It was cold again.”")
    leah = person("north.worker")
    leah.open(f"/cases/{family.reference}")
    leah.follow("Start an assessment")
    for box in leah.page.locator('main input[type="checkbox"]').all():
        box.check()
    leah.press("Start the assessment")
    first = leah.page
    ellie, jake, mia = (
        labelled(first, f"{name} Marsden: what it means for them, what they need, and who does it")
        for name in ("Ellie", "Jake", "Mia")
    )
    # What was seen is put into Ellie's words, not retyped.
    first.get_by_label("Put in under").select_option(label="In Ellie Marsden’s own words")
    with leah.page.expect_navigation():
        first.locator(".log li").filter(has_text="It was cold again").get_by_role("button").click()
    voice = first.get_by_label("In Ellie Marsden’s own words", exact=True)
    assert "It was cold again" in voice.input_value() and "Leah Dawson" in voice.input_value()
    leah.shoot("assessment-write")
    leah.check()

    # Two tabs: each writes of another child, and nothing of either is lost.
    second = first.context.new_page()
    second.goto(first.url)
    second.locator(f'[name="{jake}"]').fill("Jake: hearing test by Friday")
    with second.expect_navigation():
        second.get_by_role("button", name="Save", exact=True).click()
    first.locator(f'[name="{mia}"]').fill("Mia: a place at nursery")
    leah.press(re.compile("^Save$"))
    assert "Two people wrote at once" in leah.text()
    leah.shoot("assessment-two-tabs")
    leah.check()
    steps.choose(leah, f"{jake}_keep", "theirs")
    steps.choose(leah, f"{mia}_keep", "mine")
    leah.press("Keep what I chose")
    assert first.locator(f'[name="{jake}"]').input_value() == "Jake: hearing test by Friday"
    assert first.locator(f'[name="{mia}"]').input_value() == "Mia: a place at nursery"
    assert first.locator(f'[name="{ellie}"]').input_value() == ""

    # The manager looks at it on its way, and the worker reads what was agreed.
    address = first.url.split("?")[0].split("#")[0]
    path = address.removeprefix(leah.address)
    ruth = person("north.manager")
    ruth.open(path)
    ruth.follow("Record your look at it")
    steps.write(ruth, looked_at="Read it with Leah", next_steps="Leah sees the father by Friday")
    for radio in ruth.page.locator('[name^="seen_"][value="yes"]').all():
        radio.check()
    steps.choose(ruth, "agreed", "go_on")
    ruth.shoot("assessment-look")
    ruth.check()
    ruth.press("Record my look")
    leah.open(path)
    assert "Leah sees the father by Friday" in leah.text() and "Manager looked" in leah.text()

    # Handed in, told to the mother, who says that it is wrong; the manager reads that before she authorises.
    steps.write(leah, analysis="Debt and cold, not lack of care.")
    folded = first.locator("details:not([open]) > summary").filter(has_text="Factors")
    while folded.count():
        folded.first.click()
    for box in first.locator('[name^="factors_"][value="16A"]').all():
        box.check()
    for radio in first.locator('[name^="outcome_"][value="family_help"]').all():
        radio.check()
    leah.press("Submit for authorisation")
    leah.follow("Record who was told, or why not")
    first.get_by_label(re.compile("^Kirsty")).check()
    steps.choose(leah, "was_told", "yes")
    steps.choose(leah, "how", "in_person")
    steps.choose(leah, "view", "wrong")
    steps.write(leah, words="He was never cold at my mother’s.")
    leah.shoot("assessment-told")
    leah.check()
    leah.press("Record it")
    ruth.open(path)
    assert "says: this is wrong. He was never cold at my mother’s." in ruth.text()
    ruth.shoot("assessment-read")
    ruth.check()
    steps.choose(ruth, "answer", "authorise")
    ruth.press("Send my answer")
    assert "Authorised" in ruth.text() and "by Ruth Hallam" in ruth.text()
    leah.fits(WIDE)
    leah.fits(PHONE)
