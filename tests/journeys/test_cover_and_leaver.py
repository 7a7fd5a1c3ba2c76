"""Leah is off and Marta covers; then Leah leaves in the middle of a note, and her manager gives her children away."""

from collections.abc import Callable

import pytest
from flask import Flask

from caseapp.kernel.db import transaction
from tests import factories
from tests.journeys import steps
from tests.journeys.conftest import Person

WORDS = "Mum told me about the weekend, and this is not saved yet."


@pytest.mark.sqlite_only
def test_somebody_is_off_and_later_gone(person: Callable[..., Person], bare_app: Flask) -> None:
    with bare_app.app_context(), transaction():
        family = factories.a_case(children=2, worker="north.worker")
    case = f"/cases/{family.reference}"
    # 1. Ruth says that Leah is off today, and who covers; it works without a script.
    ruth = person("north.manager", scripts=False)
    ruth.open("/accounts/team")
    ruth.follow("Off today: Leah Dawson")
    assert "If Leah Dawson is off today" in ruth.text() and "2 children" in ruth.text()
    ruth.page.get_by_label("Who covers").select_option(label="Marta Wilk")
    steps.choose(ruth, "absence-reason", "sick")
    ruth.press("Save, off today")
    assert "1 is away today" in ruth.text() and "Marta Wilk covers until" in ruth.text()
    # 2. Marta finds the children under Leah's name; her own count stays.
    marta = person("marta.wilk")
    marta.open("/desk/my-work")
    assert "Covering for Leah Dawson (2)" in marta.text() and "No children are with you now." in marta.text()
    marta.check()
    marta.open(case)
    assert "Leah Dawson is off, Marta Wilk is covering until" in marta.text()
    marta.open(f"{case}/notes/new")
    assert marta.page.locator("textarea").count()
    # 3. Leah is back at once, writes, and is switched off in the middle of it.
    ruth.follow("Change absence, cover or registration of Leah Dawson")
    ruth.press("Back, or not away")
    leah = person("north.worker")
    leah.open(f"{case}/notes/new")
    leah.page.locator('textarea[name="words"]').fill(WORDS)
    admin = person("admin")
    admin.open("/accounts/people")
    admin.follow("Switch off for Leah Dawson")
    assert "give their 2 children to somebody" in admin.text() and "Marsden" not in admin.text()
    admin.press("Switch off this sign-in")
    with leah.page.expect_navigation():
        leah.page.get_by_role("button", name="Save").first.click()
    leah.open("/")
    assert "This sign-in has been switched off." in leah.text() and WORDS not in leah.page.content()
    # 4. Ruth finds it as something to do, and gives the family to Marta.
    ruth.open("/accounts/team")
    assert "Leah Dawson’s sign-in is switched off" in ruth.text()
    assert "give their 2 children to somebody" in ruth.text()
    ruth.follow("See their children")
    ruth.page.get_by_label("Give the Marsden family to").select_option(label="Marta Wilk")
    ruth.press("Give the Marsden family")
    ruth.open("/accounts/team")
    ruth.press("Seen to")
    assert "Work that somebody left" not in ruth.text()
    marta.open("/desk/my-work")
    assert "2 children in 1 family" in marta.text() and "Covering for" not in marta.text()
