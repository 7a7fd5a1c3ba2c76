"""The harness: real databases, migrated once and copied for each test, real requests, real sign-ins."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings

from caseapp.access.domain import Actor
from caseapp.accounts.commands import open_session
from caseapp.accounts.queries import find_actor_by_email
from caseapp.demo.organisation import email_of, make_organisation
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.health import migrations
from tests.helpers.apps import SharedApp, build, put_away
from tests.helpers.databases import HAVE_POSTGRES, PutBack, new_database, settle, url_of
from tests.house.world import World, make_world

os.environ["CASEAPP_ENV"] = "test"
os.environ.pop("DATABASE_URL", None)

# A Friday afternoon: most of the worked examples of the field start on it.
FRIDAY = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)


ENGINES = ["sqlite", "postgresql"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--engine sqlite` keeps a quick run to one database; `--long` adds the longer tier; `--pictures` makes
    those of the guide anew."""
    parser.addoption("--engine", choices=ENGINES, default=None)
    parser.addoption("--long", action="store_true", default=False)
    parser.addoption("--pictures", action="store_true", default=False)


def pytest_configure(config: pytest.Config) -> None:
    """Hypothesis: short in `make test`, long in `make test-all`; no deadline, because two cores are shared by the
    workers."""
    relaxed = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]}
    settings.register_profile("short", max_examples=25, **relaxed)
    settings.register_profile("long", max_examples=250, **relaxed)
    settings.load_profile("long" if config.getoption("--long") else "short")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test that touches a database runs on SQLite and on PostgreSQL (`sqlite_only` marks the few that need one
    only once)."""
    if "engine" in metafunc.fixturenames:
        wanted = metafunc.config.getoption("--engine")
        engines = [wanted] if wanted else ENGINES
        if metafunc.definition.get_closest_marker("sqlite_only"):
            engines = ["sqlite"]
        once = metafunc.definition.get_closest_marker("once")
        if once and not wanted and not metafunc.config.getoption("--long"):
            engines = [once.args[0] if HAVE_POSTGRES else "sqlite"]
        metafunc.parametrize("engine", engines, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the longer tier unless asked for, and PostgreSQL where none answers (said in one line at the end)."""
    for item in items:
        if item.get_closest_marker("long") and not config.getoption("--long"):
            item.add_marker(pytest.mark.skip(reason="longer tier: make test-all"))
        engine = getattr(item, "callspec", None) and item.callspec.params.get("engine")  # type: ignore[attr-defined]
        if engine == "postgresql" and not HAVE_POSTGRES:
            item.add_marker(pytest.mark.skip(reason="no PostgreSQL answers at TEST_DATABASE_URL"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line what was left out."""
    left_out: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr).removeprefix(
            "Skipped: "
        )
        left_out[reason] = left_out.get(reason, 0) + 1
    if left_out:
        terminalreporter.write_line(
            "LEFT OUT: " + "; ".join(f"{count} ({reason})" for reason, count in sorted(left_out.items()))
        )


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI, leaving out PostgreSQL or the browser is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter is not None and session.exitstatus == 0:
        reasons = [str(report.longrepr) for report in reporter.stats.get("skipped", [])]
        if any("PostgreSQL" in reason or "Chromium" in reason for reason in reasons):
            session.exitstatus = 1


def _fill_template(url: str) -> None:
    app = build(url)
    with app.app_context():
        migrations.upgrade()
    with app.app_context(), clock.at(datetime(2026, 1, 5, 9, 0, tzinfo=UTC)), transaction():
        make_organisation(since=date(2026, 1, 5), whole=False)
    put_away(app)


@pytest.fixture(scope="session")
def template(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A migrated database with the demo's agencies, teams and sign-ins; each test gets a copy."""
    with new_database(engine, tmp_path_factory.mktemp("template")) as database:
        _fill_template(url_of(engine, database))
        settle(engine, database)
        yield database


@pytest.fixture(scope="session")
def world(engine: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, World]]:
    """The world and the database it was made in; each row of the matrix walks a copy."""
    with new_database(engine, tmp_path_factory.mktemp("world"), copy_of=template) as database:
        app = build(url_of(engine, database))
        with app.app_context():
            made = make_world()
        put_away(app)
        settle(engine, database)
        yield database, made


class Copies:
    """What each test gets its database from."""

    def __init__(self, engine: str) -> None:
        self._engine = engine
        self._kept: dict[str, PutBack] = {}

    @contextmanager
    def of(self, database: str, folder: Path) -> Iterator[str]:
        """The address of a database that holds what `database` holds, for one test."""
        if self._engine == "sqlite":
            with new_database("sqlite", folder, copy_of=database) as copy:
                yield url_of("sqlite", copy)
            return
        kept = self._kept.get(database) or self._kept.setdefault(database, PutBack(database))
        yield url_of("postgresql", kept.name)
        assert not (left := kept.put_back()), f"{left} connections were open at the end of the test"

    def end(self) -> None:
        """Drop those that were kept."""
        for kept in self._kept.values():
            kept.end()


@pytest.fixture(scope="session")
def copies(engine: str, template: str) -> Iterator[Copies]:
    """Copies of the template and of the world."""
    made = Copies(engine)
    yield made
    made.end()


@pytest.fixture(scope="session")
def shared_app(engine: str, template: str) -> SharedApp:
    """The one application that goes from test to test."""
    return SharedApp(url_of(engine, template))


@pytest.fixture
def database_url(copies: Copies, template: str, tmp_path: Path) -> Iterator[str]:
    """The address of this test's own database."""
    with copies.of(template, tmp_path) as url:
        yield url


@pytest.fixture
def walked(
    copies: Copies, shared_app: SharedApp, world: tuple[str, World], tmp_path: Path
) -> Iterator[tuple[Flask, World]]:
    """The application on a copy of the world."""
    with copies.of(world[0], tmp_path) as url, shared_app.on(url) as app:
        yield app, world[1]


@pytest.fixture
def bare_app(shared_app: SharedApp, database_url: str) -> Iterator[Flask]:
    """The application on a fresh copy, without an open context: for tests that make requests of their own."""
    with shared_app.on(database_url) as app:
        yield app


@pytest.fixture
def app(bare_app: Flask) -> Iterator[Flask]:
    """The application with an open context, for command and query tests."""
    with bare_app.app_context():
        yield bare_app


@pytest.fixture
def friday() -> Iterator[datetime]:
    """Time stands at Friday 20 November 2026, 15:30."""
    with clock.at(FRIDAY):
        yield FRIDAY


@pytest.fixture
def actor(app: Flask) -> Callable[[str], Actor]:
    """`actor("north.worker")`: a demo sign-in as an actor."""

    def find(login: str) -> Actor:
        found = find_actor_by_email(email_of(login))
        assert found is not None, login
        return found

    return find


def sign_in(app: Flask, login: str) -> FlaskClient:
    """A browser signed in as a demo person, by a real session row."""
    client = app.test_client()
    with app.app_context():
        found = find_actor_by_email(email_of(login))
        assert found is not None, login
        # The look-up began a transaction, which on SQLite would hold the short one up.
        db.session.rollback()
        token = open_session(found.user_id)
    with client.session_transaction() as cookie:
        cookie["sid"] = token
    return client


@pytest.fixture
def browser(bare_app: Flask) -> Callable[[str], FlaskClient]:
    """`browser("school")`: a client signed in as that demo person (use without the `app` fixture)."""
    return lambda login: sign_in(bare_app, login)
