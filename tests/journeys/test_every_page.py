"""axe on every page that the product has. The matrix says which: a new page is looked at as soon as it has its row."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.helpers.databases import new_database, url_of
from tests.house.matrix import MATRIX
from tests.house.world import World
from tests.journeys.conftest import PHONE, WIDE, Person, browsers, serve

NARROW = {"width": 320, "height": 640}
PAGES = [row for row in MATRIX if row.method == "GET" and 200 in row.let_in.values() and not row.open]
# Asked for by the page's script, shown inside another page; or saved, never shown.
FRAGMENTS = {"/documents/{own}", "/referrals/queue/list"}
SAVED = (".pdf", ".xlsx")
# What people press first and wrongly: each answers with errors, and everything typed still there.
EMPTY_FORMS = (
    ("school", "draft", "/referrals/drafts/{own}/child-1", "Save and go on"),
    ("school", "draft", "/referrals/drafts/{own}/concern", "Save and go on"),
    ("school", "draft", "/referrals/drafts/{own}/consent", "Save and go on"),
    ("mash.manager", "referral", "/referrals/{own}/decision", "Send my answer"),
    ("north.worker", "case", "/cases/{own}/notes/new", "Save the note"),
    ("north.worker", "assessment", "/assessments/{own}", "Submit for authorisation"),
    ("familyhelp.north", "handover", "/pathway/{own}", "Send my answer"),
)


@pytest.mark.sqlite_only
def test_axe_finds_nothing_on_any_page(
    engine: str, world: tuple[str, World], chromium: Browser, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    sizes = (WIDE, PHONE, NARROW) if pytestconfig.getoption("--long") else (PHONE,)
    with (
        new_database(engine, tmp_path, copy_of=world[0]) as database,
        serve(url_of(engine, database), tmp_path) as address,
        browsers(chromium, address) as sign_in,
    ):
        people: dict[str, Person] = {}
        for row in PAGES:
            role = next(role for role, status in row.let_in.items() if status == 200)
            if role not in people:
                people[role] = sign_in(role)
            if row.path not in FRAGMENTS and not row.path.endswith(SAVED):
                people[role].open(row.path.format(own=world[1].own.get(row.kind or "", "")))
                people[role].check(*sizes)


@pytest.mark.sqlite_only
@pytest.mark.long
def test_axe_finds_nothing_on_pages_with_errors(
    engine: str, world: tuple[str, World], chromium: Browser, tmp_path: Path
) -> None:
    with (
        new_database(engine, tmp_path, copy_of=world[0]) as database,
        serve(url_of(engine, database), tmp_path) as address,
        browsers(chromium, address) as sign_in,
    ):
        for role, kind, path, button in EMPTY_FORMS:
            someone: Person = sign_in(role)
            someone.open(path.format(own=world[1].own[kind]))
            someone.press(button)
            assert "There is a problem" in someone.text(), path
            someone.check()
            link = someone.page.locator(".govuk-error-summary__list a").first
            link.click()
            focused = someone.page.evaluate("document.activeElement.id")
            assert focused and f"#{focused}" == link.get_attribute("href"), path
