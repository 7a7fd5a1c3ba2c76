"""Databases for tests: new ones, copies, and on PostgreSQL one that each test finds as the test before it did."""

import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import sqlalchemy as sa
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Identifier

from caseapp.kernel.db import Model

POSTGRES = os.environ.get("TEST_DATABASE_URL", "postgresql://127.0.0.1:5432/test")
# A backend needs some milliseconds to see that its client has gone.
GONE_WITHIN_SECONDS = 3

# Each table, those that others point at first, and where what it held is kept.
TABLES = [(Identifier("public", table.name), Identifier("kept", table.name)) for table in Model.metadata.sorted_tables]


def _postgres_answers() -> bool:
    try:
        with psycopg.connect(POSTGRES, connect_timeout=3):
            return True
    except psycopg.OperationalError:
        return False


HAVE_POSTGRES = _postgres_answers()


def administer(statement: str, given: tuple[object, ...] = ()) -> None:
    """Have the server do something that belongs to no database."""
    with psycopg.connect(POSTGRES, autocommit=True) as admin:
        admin.execute(statement.encode(), given)


def url_of(engine: str, database: str) -> str:
    """The address of a database made by `new_database`."""
    if engine == "sqlite":
        return f"sqlite:///{database}"
    return sa.make_url(POSTGRES).set(database=database).render_as_string(hide_password=False)


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
    administer(f"CREATE DATABASE {name}" + (f" TEMPLATE {copy_of}" if copy_of else ""))
    # What is lost when the machine goes down is of no interest here, and not to wait for the disk is faster.
    administer(f"ALTER DATABASE {name} SET synchronous_commit = off")
    yield name
    administer(f"DROP DATABASE {name} WITH (FORCE)")


def settle(engine: str, database: str) -> None:
    """Put everything written into the one file, so that a copy of it is whole."""
    if engine == "sqlite":
        with sa.create_engine(url_of(engine, database)).connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


class PutBack:
    """A copy of a PostgreSQL database whose rows are put back after each test.

    To make a copy and to drop it costs a second or more, because the server flushes all its files; to put the rows back
    costs a twentieth of one. Where a test has changed the tables themselves, a new copy is made.
    """

    # Deleted rows keep their place until then; the rows of a test stand in the order in which they were written.
    SWEEP_EVERY = 25

    def __init__(self, template: str) -> None:
        self._template = template
        self._begin()

    def _begin(self) -> None:
        self._making = new_database("postgresql", Path(), copy_of=self._template)
        self.name = self._making.__enter__()
        self._used = 0
        self._connection = self._connect()
        self._keep()
        self._shape = self._look_at_shape()

    def end(self) -> None:
        """Drop it."""
        self._connection.close()
        self._making.__exit__(None, None, None)

    def _connect(self) -> psycopg.Connection[TupleRow]:
        return psycopg.connect(url_of("postgresql", self.name), autocommit=True)

    def _keep(self) -> None:
        """Keep what it holds in a schema that the product doesn't know, with a procedure that puts it back."""
        sequences = self._connection.execute(
            "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
        ).fetchall()
        restart = SQL("PERFORM setval({}, {}, {});")
        put_back = [
            *(SQL("DELETE FROM {};").format(table) for table, _ in reversed(TABLES)),
            *(SQL("INSERT INTO {} SELECT * FROM {};").format(*pair) for pair in TABLES),
            *(restart.format(name, last or 1, last is not None) for name, last in sequences),
        ]
        self._connection.execute("CREATE SCHEMA kept")
        for table, kept in TABLES:
            self._connection.execute(SQL("CREATE TABLE {} AS TABLE {}").format(kept, table))
        body = SQL(" ").join([SQL("BEGIN"), *put_back, SQL("END")])
        self._connection.execute(
            SQL("CREATE PROCEDURE kept.put_back() LANGUAGE plpgsql AS {}").format(body.as_string())
        )

    def _look_at_shape(self) -> object:
        """Changes with every table, column, index, constraint and trigger that comes or goes."""
        return self._connection.execute(
            "SELECT md5(string_agg(oid || ' ' || xmin, ',' ORDER BY oid)) FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace"
        ).fetchone()

    def put_back(self) -> int:
        """Make it what it was; gives how many connections were still open, which are ended."""
        try:
            left = self._wait_until_alone()
        except psycopg.OperationalError:  # The test ended our own connection.
            self._connection.close()
            self._connection = self._connect()
            left = self._wait_until_alone()
        self._used += 1
        if self._look_at_shape() != self._shape:
            self.end()
            self._begin()
            return left
        self._connection.execute("CALL kept.put_back()")
        if self._used % self.SWEEP_EVERY == 0:
            self._connection.execute(SQL("VACUUM {}").format(SQL(", ").join(table for table, _ in TABLES)))
        return left

    def _wait_until_alone(self) -> int:
        until = time.monotonic() + GONE_WITHIN_SECONDS
        while (others := self._others()) and time.monotonic() < until:
            time.sleep(0.002)
        for pid in others:
            self._connection.execute("SELECT pg_terminate_backend(%s)", [pid])
        return len(others)

    def _others(self) -> list[int]:
        rows = self._connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        return [pid for (pid,) in rows]
