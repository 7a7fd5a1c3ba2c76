"""Lock in place, with a key: register it, sign in with it, go away, unlock with it; the words are still there."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import PASSWORD, WIDE, Person, browsers, serve
from tests.journeys.steps import GO_ON, choose

IDLE_MINUTES = "0.25"
WORDS = "Ellie-Mae ‘Elle’ O’Brien 🧥"


@pytest.fixture
def quick_lock(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server whose pages lock after a quarter of a minute; reached by name, as keys know no numbers of hosts."""
    monkeypatch.setitem(os.environ, "LOCK_AFTER_MINUTES", IDLE_MINUTES)
    with serve(database_url, tmp_path) as address:
        yield address.replace("127.0.0.1", "localhost")


def plug_in(page: Page) -> None:
    """A security key that asks nobody anything, as the browser's own tests have it."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    tools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "usb",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def is_covered(person: Person) -> bool:
    return "Hannah Whitfield, unlock" in person.text() and "My referrals" not in person.text()


@pytest.mark.sqlite_only
def test_a_school_lead_is_called_away_in_the_middle_of_a_sentence(
    quick_lock: str, database_url: str, chromium: Browser
) -> None:
    with browsers(chromium, quick_lock) as sign_in:
        school = sign_in("school")
        page = school.page
        plug_in(page)
        nobody_is_offered_a_key_they_do_not_have(school)
        register_a_key(school)
        sign_in_with_it(school)

        school.open("/referrals/new")
        school.press("Begin")
        choose(school, "immediate_danger", "no")
        school.press(GO_ON)
        school.press(GO_ON)
        box = page.locator('[name="first_name"]')
        box.fill(WORDS)
        held = box.input_value()
        expect(page.get_by_role("heading", name="Locked")).to_be_visible(timeout=25_000)
        assert is_covered(school) and page.title() == "Locked – Holdfast"
        assert WORDS not in page.locator("body").inner_text() and not box.is_visible()
        school.check(WIDE)
        assert (
            page.evaluate("fetch('/accounts/me', {redirect: 'manual'}).then((answer) => answer.type)")
            == "opaqueredirect"
        )

        page.get_by_label("Your password").fill("not this")
        page.get_by_role("button", name="Unlock", exact=True).click()
        expect(page.get_by_text("This is not your password now")).to_be_visible()
        assert is_covered(school)

        other = page.context.new_page()
        other.goto(quick_lock + "/accounts/me")
        expect(other.get_by_role("heading", name="Locked")).to_be_visible()
        other.close()

        page.bring_to_front()
        page.get_by_role("button", name="Unlock with your key").click()
        expect(box).to_be_visible()
        assert box.input_value() == held == WORDS
        assert page.evaluate("document.activeElement.name") == box.get_attribute("name")

        made_idle_by_the_server(database_url)
        page.reload()
        expect(page.get_by_role("heading", name="Locked")).to_be_visible()
        page.get_by_label("Your password").fill(PASSWORD)
        school.press("Unlock")
        assert "/referrals" in page.url and "Locked" not in page.title()


def nobody_is_offered_a_key_they_do_not_have(school: Person) -> None:
    """Locked by hand: only the password is asked for."""
    school.open("/referrals")
    school.page.locator("[data-lock-now] button").click()
    expect(school.page.get_by_role("heading", name="Locked")).to_be_visible()
    expect(school.page.get_by_role("button", name="Unlock with your key")).to_be_hidden()
    school.page.get_by_label("Your password").fill(PASSWORD)
    school.page.get_by_role("button", name="Unlock", exact=True).click()
    expect(school.page.get_by_role("heading", name="Locked")).to_be_hidden()


def register_a_key(school: Person) -> None:
    """In one's account: a name, the password, and the key is touched."""
    school.open("/accounts/me/second-step/key")
    school.page.get_by_label("Name of the key").fill("blue key")
    school.page.get_by_label("Your password").fill(PASSWORD)
    school.press("Go on: the browser asks")
    assert "Your key is registered" in school.text() and "blue key" in school.text()
    assert "You have no recovery codes" in school.text()


def sign_in_with_it(school: Person) -> None:
    """Out, and in again: the password, then the key."""
    school.press("Sign out")
    school.page.get_by_label("E-mail").fill("school@demo.example")
    school.page.get_by_label("Password", exact=True).fill(PASSWORD)
    school.press("Sign in")
    assert "Second step" in school.text() and "My referrals" not in school.text()
    school.press("Use your key")
    assert "My referrals" in school.text()


def made_idle_by_the_server(database_url: str) -> None:
    """As if nobody had touched this session for an hour."""
    engine = sa.create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE user_session SET last_seen_at = '2026-01-01 00:00:00'"))
    engine.dispose()
