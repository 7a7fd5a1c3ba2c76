"""axe on every page that the product has. The matrix says which: a new page is looked at as soon as it has its row."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, ViewportSize

from tests.helpers.databases import new_database, url_of
from tests.house.matrix import MATRIX, Row
from tests.house.world import World
from tests.journeys.conftest import PHONE, WIDE, Person, browsers, serve

NARROW = ViewportSize(width=320, height=640)
# Asked for by the page's script, shown inside another page; or saved, never shown.
FRAGMENTS = {"/documents/{own}", "/referrals/queue/list"}
SAVED = (".pdf", ".xlsx")
PAGES = [
    row
    for row in MATRIX
    if row.method == "GET" and 200 in row.let_in.values() and not row.open
    if row.path not in FRAGMENTS and not row.path.endswith(SAVED)
]
# What people press first and wrongly: each answers with errors, and everything typed still there.
EMPTY_FORMS = (
    ("school", "draft", "/referrals/drafts/{own}/child-1", "Save and go on"),
    ("school", "draft", "/referrals/drafts/{own}/concern", "Save and go on"),
    ("school", "draft", "/referrals/drafts/{own}/consent", "Save and go on"),
    ("mash.manager", "referral", "/referrals/{own}/decision", "Send my answer"),
    ("north.worker", "case", "/cases/{own}/notes/new", "Save the note"),
    ("north.worker", "case", "/cases/{own}/events/new/conference.initial_fixed", "Record it"),
    ("north.worker", "assessment", "/assessments/{own}", "Submit for authorisation"),
    ("familyhelp.north", "handover", "/pathway/{own}", "Send my answer"),
)


@dataclass
class Service:
    """A server on the world, and whoever has signed in to it so far."""

    world: World
    sign_in: Callable[[str], Person]
    people: dict[str, Person] = field(default_factory=dict)

    def person(self, role: str) -> Person:
        """That person at their browser."""
        return self.people.get(role) or self.people.setdefault(role, self.sign_in(role))


@pytest.fixture(scope="module")
def service(
    engine: str, world: tuple[str, World], chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """One server for all pages: to look at them changes nothing that another page shows."""
    folder = tmp_path_factory.mktemp("every_page")
    with (
        new_database(engine, folder, copy_of=world[0]) as database,
        serve(url_of(engine, database), folder) as address,
        browsers(chromium, address) as sign_in,
    ):
        yield Service(world[1], sign_in)


@pytest.mark.sqlite_only
@pytest.mark.parametrize("row", PAGES, ids=lambda row: row.path)
def test_axe_finds_nothing_on_any_page(row: Row, service: Service, pytestconfig: pytest.Config) -> None:
    someone = service.person(next(role for role, status in row.let_in.items() if status == 200))
    someone.open(row.path.format(own=service.world.own.get(row.kind or "", "")))
    someone.check(*((WIDE, PHONE) if pytestconfig.getoption("--long") else (PHONE,)))
    someone.fits(NARROW)


@pytest.mark.sqlite_only
@pytest.mark.long
@pytest.mark.parametrize(("role", "kind", "path", "button"), EMPTY_FORMS)
def test_axe_finds_nothing_on_pages_with_errors(service: Service, role: str, kind: str, path: str, button: str) -> None:
    someone = service.person(role)
    someone.open(path.format(own=service.world.own[kind]))
    someone.press(button)
    assert "There is a problem" in someone.text()
    someone.check()
    link = someone.page.locator(".govuk-error-summary__list a").first
    link.click()
    focused = someone.page.evaluate("document.activeElement.id")
    assert focused and f"#{focused}" == link.get_attribute("href")
