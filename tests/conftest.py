"""The harness: real databases, migrated once and copied for each test, real requests, real sign-ins."""

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings

from caseapp.access.domain import Actor
from caseapp.accounts.commands import open_session
from caseapp.accounts.queries import find_actor_by_email
from caseapp.demo.organisation import email_of, make_organisation
from caseapp.factory import create_app
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.health import migrations
from tests.house.world import World, make_world

os.environ["CASEAPP_ENV"] = "test"
os.environ.pop("DATABASE_URL", None)

POSTGRES = os.environ.get("TEST_DATABASE_URL", "postgresql://127.0.0.1:5432/test")

# A Friday afternoon: most of the worked examples of the field start on it.
FRIDAY = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)


def _postgres_answers() -> bool:
    try:
        with psycopg.connect(POSTGRES, connect_timeout=3):
            return True
    except psycopg.OperationalError:
        return False


HAVE_POSTGRES = _postgres_answers()
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


def _admin() -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(POSTGRES, autocommit=True)


def _pg_url(name: str) -> str:
    return sa.make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)


def build(url: str) -> Flask:
    """The application on a database, as tests run it."""
    return create_app({"DATABASE_URL": url, "TESTING": True, "WTF_CSRF_ENABLED": False})


def _fill_template(url: str) -> None:
    app = build(url)
    with app.app_context():
        migrations.upgrade()
    with app.app_context(), clock.at(datetime(2026, 1, 5, 9, 0, tzinfo=UTC)), transaction():
        make_organisation(since=date(2026, 1, 5), whole=False)
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


@contextmanager
def new_database(engine: str, folder: Path, *, copy_of: str | None = None) -> Iterator[str]:
    """A database of its own, empty or a copy; gives what `copy_of` takes: a file or a database name."""
    name = f"caseapp_{uuid.uuid4().hex[:12]}"
    if engine == "sqlite":
        path = folder / f"{name}.sqlite"
        if copy_of:
            shutil.copyfile(copy_of, path)
        yield str(path)
        return
    with _admin() as admin:
        admin.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {copy_of}" if copy_of else ""))
    yield name
    with _admin() as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def url_of(engine: str, database: str) -> str:
    """The address of a database made by `new_database`."""
    return f"sqlite:///{database}" if engine == "sqlite" else _pg_url(database)


def settle(engine: str, database: str) -> None:
    """Put everything written into the one file, so that a copy of it is whole."""
    if engine == "sqlite":
        with sa.create_engine(url_of(engine, database)).connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


@pytest.fixture(scope="session")
def template(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A migrated database with the demo's agencies, teams and sign-ins; each test gets a copy."""
    with new_database(engine, tmp_path_factory.mktemp("template")) as database:
        _fill_template(url_of(engine, database))
        settle(engine, database)
        yield database


@pytest.fixture
def database_url(engine: str, template: str, tmp_path: Path) -> Iterator[str]:
    """The address of this test's own database."""
    with new_database(engine, tmp_path, copy_of=template) as database:
        yield url_of(engine, database)


@pytest.fixture(scope="session")
def world(engine: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, World]]:
    """The world and the database it was made in; each row of the matrix walks a copy."""
    with new_database(engine, tmp_path_factory.mktemp("world"), copy_of=template) as database:
        app = build(url_of(engine, database))
        with app.app_context():
            made = make_world()
            for each in db.engines.values():
                each.dispose()
        settle(engine, database)
        yield database, made


@pytest.fixture
def walked(engine: str, world: tuple[str, World], tmp_path: Path) -> Iterator[tuple[Flask, World]]:
    """The application on a copy of the world."""
    with new_database(engine, tmp_path, copy_of=world[0]) as database:
        app = build(url_of(engine, database))
        yield app, world[1]
        with app.app_context():
            for each in db.engines.values():
                each.dispose()


@pytest.fixture
def bare_app(database_url: str) -> Iterator[Flask]:
    """The application on a fresh copy, without an open context: for tests that make requests of their own."""
    app = build(database_url)
    yield app
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


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
