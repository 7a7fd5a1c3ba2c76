"""Somebody is looked for from the head of the page: found misspelt, not found, opened by key; with and without
JavaScript."""

from collections.abc import Callable

import pytest
from flask import Flask

from caseapp.kernel.db import transaction
from tests.factories import a_case
from tests.journeys import steps
from tests.journeys.conftest import Person
from tests.journeys.test_every_page import NARROW

PersonOf = Callable[..., Person]


def look_for(someone: Person, typed: str) -> None:
    someone.page.locator("#find").fill(typed)
    with someone.page.expect_navigation():
        someone.page.locator("#find").press("Enter")


@pytest.mark.sqlite_only
def test_a_child_is_looked_for(bare_app: Flask, person: PersonOf) -> None:
    with bare_app.app_context(), transaction():
        family = a_case(worker="north.worker", children=2)
    leah = person("north.worker")
    look_for(leah, "mrasden elie")
    assert "/search/S-" in leah.page.url and "arsden" not in leah.page.url and "Ellie" not in leah.page.title()
    assert "1 person" in leah.text() and "nearly “mrasden”" in leah.text() and "born Thu 9 Mar 2017" in leah.text()
    leah.check()
    leah.fits(NARROW)
    leah.shoot("search-found")
    # By keys alone, once they are switched on.
    leah.page.get_by_text("Keys for this list").click()
    leah.page.get_by_label("Use single keys in lists").check()
    leah.page.get_by_label("Use single keys in lists").blur()
    leah.page.keyboard.press("j")
    assert leah.page.evaluate("document.activeElement.textContent") == "Ellie Marsden"
    leah.page.keyboard.press("/")
    assert leah.page.evaluate("document.activeElement.name") == "q"
    leah.follow("Ellie Marsden")
    assert "/people/P-" in leah.page.url
    # Nobody of that name: what to try, and one word by itself.
    look_for(leah, "Ellie Zzyzx")
    assert "Nobody in the register" in leah.text() and "What you can type" in leah.text()
    leah.check()
    leah.shoot("search-nobody")
    leah.press("Look for “ellie” alone")
    assert "Ellie Marsden" in leah.text()
    # A reference leads to the page itself; the searches are offered again to her alone.
    look_for(leah, family.reference.lower().replace("-", " "))
    assert leah.page.url.endswith(f"/cases/{family.reference}")
    leah.open("/search/")
    assert "Your last searches" in leah.text() and "mrasden elie" in leah.text()
    leah.check()
    look_for(leah, "x" * 300)
    assert "There is a problem" in leah.text() and "at most 200" in leah.text()
    leah.check()
    assert leah.page.locator("#q").input_value() == "x" * 300


@pytest.mark.sqlite_only
def test_a_school_finds_what_it_sent_and_nothing_else(bare_app: Flask, person: PersonOf) -> None:
    with bare_app.app_context(), transaction():
        a_case(name="Marsden", worker="north.worker")
    school = person("school", scripts=False)
    look_for(school, "Ellie Marsden")
    assert "No referral that you or your desk sent answers this." in school.text()
    reference = steps.refer_two_children(school)
    look_for(school, "jake marsden")
    assert "1 referral" in school.text() and reference in school.text() and "Assessment" not in school.text()
    school.follow("Ellie Marsden")
    assert reference in school.text()
