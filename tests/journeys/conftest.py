"""A real server, a real browser: each journey gets its own database and its own gunicorn."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, ViewportSize, sync_playwright

ROOT = Path(__file__).parent.parent.parent
PASSWORD = "demo-only-password"
WIDE, PHONE = ViewportSize(width=1280, height=900), ViewportSize(width=375, height=812)
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
# Without these Chromium talks to hosts that a closed network does not have.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
SERVER_OPTIONS = ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--preload", "--no-control-socket"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys are left out, and said to be, where there is no Chromium."""
    for item in items:
        if "journeys" in item.path.parts and CHROMIUM is None:
            item.add_marker(pytest.mark.skip(reason="no Chromium found and none could be installed"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serve(database_url: str, folder: Path) -> Iterator[str]:
    """gunicorn, as `make run` starts it, on a database; gives the address."""
    port = _free_port()
    environment = {**os.environ, "DATABASE_URL": database_url, "CASEAPP_ENV": "demo"}
    logbook = folder / "server.log"
    with logbook.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"127.0.0.1:{port}", *SERVER_OPTIONS],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                with urllib.request.urlopen(f"{address}/readyz", timeout=2):
                    break
            except OSError:
                time.sleep(0.1)
        else:
            raise RuntimeError(logbook.read_text()[-3000:])
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[str]:
    """A server on this test's own database; gives the address."""
    with serve(database_url, tmp_path) as address:
        yield address


@pytest.fixture(scope="session")
def playwright_engine() -> Iterator[Playwright]:
    """Playwright, once."""
    with sync_playwright() as engine:
        yield engine


@pytest.fixture(scope="session")
def chromium(playwright_engine: Playwright) -> Iterator[Browser]:
    """The machine's Chromium, once."""
    browser = playwright_engine.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield browser
    browser.close()


@dataclass
class Person:
    """Somebody at a browser: signed in, with every complaint of the browser collected."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Go to a path of the service."""
        self.page.goto(self.address + path)
        return self.page

    def press(self, name: str | re.Pattern[str]) -> None:
        """Press the first button of that name and wait for the next page; one of the page before one of its head,
        where a search has its own."""
        inside = self.page.get_by_role("main").get_by_role("button", name=name)
        button = inside if inside.count() else self.page.get_by_role("button", name=name)
        with self.page.expect_navigation():
            button.first.click()

    def follow(self, words: str | re.Pattern[str]) -> None:
        """Follow the first link with those words (one that looks like a button too)."""
        with self.page.expect_navigation():
            self.page.locator("a").filter(has_text=words).first.click()

    def text(self) -> str:
        """What the page says, with plain spaces."""
        return " ".join(self.page.locator("body").inner_text().replace("\u00a0", " ").split())

    def check(self, *sizes: ViewportSize) -> None:
        """axe finds nothing and nothing needs sideways scrolling, at the given sizes (default: desk and phone)."""
        for size in sizes or (WIDE, PHONE):
            self.fits(size)
            result = Axe().run(self.page)
            assert result.violations_count == 0, f"{self.page.url} at {size['width']}:\n{result.generate_report()}"
        self.page.set_viewport_size(WIDE)

    def fits(self, size: ViewportSize) -> None:
        """Nothing needs sideways scrolling at that size."""
        self.page.set_viewport_size(size)
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{self.page.url} scrolls sideways by {wide} px at {size['width']}"

    def shoot(self, name: str) -> None:
        """Keep a picture at both widths where SHOTS names a folder: for people to look at."""
        folder = os.environ.get("SHOTS")
        if folder:
            for size in (WIDE, PHONE):
                self.page.set_viewport_size(size)
                self.page.screenshot(path=f"{folder}/{name}-{size['width']}.png", full_page=True)
            self.page.set_viewport_size(WIDE)


@contextmanager
def browsers(chromium: Browser, address: str) -> Iterator[Callable[..., Person]]:
    """`open_one("school")` signs somebody in at a browser of their own; `scripts=False` switches JavaScript off;
    "" is somebody without a sign-in.
    At the end no browser may have complained: no CSP violation, no script error."""
    contexts: list[BrowserContext] = []
    people: list[Person] = []

    def sign_in(login: str, *, scripts: bool = True) -> Person:
        context = chromium.new_context(java_script_enabled=scripts, viewport=WIDE, locale="en-GB")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        someone = Person(page, address)
        people.append(someone)
        page.on("pageerror", lambda error: someone.complaints.append(f"{page.url}: script: {error}"))
        page.on(
            "console",
            lambda message: (
                someone.complaints.append(f"{page.url}: console: {message.text}")
                if "Content Security Policy" in message.text or "Refused to" in message.text
                else None
            ),
        )
        if not login:
            return someone
        page.goto(address + "/")
        page.get_by_label("E-mail").fill(f"{login}@demo.example")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        with page.expect_navigation():
            page.get_by_role("button", name="Sign in").click()
        return someone

    yield sign_in
    for context in contexts:
        context.close()
    assert not [complaint for someone in people for complaint in someone.complaints]


@pytest.fixture
def person(server: str, chromium: Browser) -> Iterator[Callable[..., Person]]:
    """`person("school")` signs somebody in at a browser of their own."""
    with browsers(chromium, server) as sign_in:
        yield sign_in
