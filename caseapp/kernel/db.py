"""The database: two engines, one session, and columns that say who may read them.

Reads run in AUTOCOMMIT, which about doubled the list rate; an unsafe request runs in one transaction that begins
IMMEDIATE on SQLite
(a deferred BEGIN lost 330 of 400 read-then-update requests to "database is locked"). Which of the two a session uses
is decided by
`writing()`: inside a request only the guard switches it on, and only for unsafe methods.
"""

import os
import select
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from flask import Flask, g, has_request_context
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import event, orm
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import DisconnectionError, InvalidatePoolError
from sqlalchemy.types import TypeEngine

from .ready import run, run_each

# Who may read a column (model.md section 4). The first five follow a reader's level; the next four no level opens
# alone.
# `service` marks what is about the service itself (accounts, sessions, rules, codes), never about a child or an adult
# in a record.
AUDIENCES = frozenset(
    {"own", "status", "plan", "hub", "record", "protected", "sealed", "originator", "staff", "service"}
)

# The product has some hundreds of statements: the drivers' own 128 and 100 were prepared again and again.
STATEMENTS_KEPT = 600

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Model(orm.DeclarativeBase):
    """Base of every table."""

    metadata = sa.MetaData(naming_convention=NAMING)


class UTCDateTime(sa.types.TypeDecorator[datetime]):
    """An instant: aware going in, aware (UTC) coming out, on both databases. SQLite alone would hand it back naive."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive instant; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime can't be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give UTC back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """On SQLite in one step from its text: a list reads a thousand instants."""
        return _instant_of_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _instant_of_text(stored: str | None) -> datetime | None:
    return None if stored is None else datetime.fromisoformat(f"{stored}+00:00")


class Code(sa.String):
    """A column of a few keys of ours ("proposed") that a partial index names: a key it is compared with stands in the
    statement's text.

    As a parameter, SQLite asks of each execution whether that index serves, and prepares the statement anew: 0.41 ms
    instead of 0.03 for the largest one of a contact's page.
    """

    class Comparator(sa.String.Comparator[str]):
        """Comparisons of such a column."""

        def operate(self, op: Any, *other: Any, **options: Any) -> Any:
            """Write the key into the text; anything that does not read like a key stays a parameter."""
            written = (
                sa.literal_column(f"'{each}'", self.type) if isinstance(each, str) and each.isidentifier() else each
                for each in other
            )
            return super().operate(op, *written, **options)

    comparator_factory = Comparator


# 64 bits on PostgreSQL; SQLite only numbers rows by itself when the type is called INTEGER.
BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def column(kind: TypeEngine[Any] | type[TypeEngine[Any]], audience: str, *args: Any, **options: Any) -> Any:
    """A column that declares its audience: one of AUDIENCES. For every text, date, number-about-a-person and file
    column."""
    return orm.mapped_column(kind, *args, info={"audience": audience}, **options)


def primary_key() -> Any:
    """A row's own number."""
    return orm.mapped_column(BigId, primary_key=True, autoincrement=True)


def foreign_key(target: str, **options: Any) -> Any:
    """A number that points at `table.column`; never cascades (a batch rebuild with cascades silently deleted child
    rows)."""
    return orm.mapped_column(BigId, sa.ForeignKey(target), **options)


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> sa.Index:
    """An index over the rows for which `where` holds, on both databases. A unique one over rows that still run lets the
    database itself keep a promise such as "one accountable team"."""
    return sa.Index(name, *columns, unique=unique, postgresql_where=sa.text(where), sqlite_where=sa.text(where))


def undeclared_columns(metadata: sa.MetaData) -> list[str]:
    """The text, date and file columns that declare no valid audience, as `table.column`. The app does not start if
    there is one."""
    kinds = (sa.String, sa.Date, sa.DateTime, sa.JSON, sa.LargeBinary, UTCDateTime)
    return sorted(
        f"{table.name}.{col.name}"
        for table in metadata.tables.values()
        for col in table.columns
        if isinstance(col.type, kinds) and col.info.get("audience") not in AUDIENCES
    )


def writing() -> bool:
    """True in an unsafe request (once the guard let it through) and outside requests: commands, tests, migrations."""
    return bool(g.get("writing", False)) if has_request_context() else True


class RoutingSession(orm.Session):
    """A session that reads on the AUTOCOMMIT engine and writes on the transactional one."""

    def get_bind(self, *args: Any, **options: Any) -> sa.Engine:
        """The engine for what is being done now."""
        return db.engines["default" if writing() else "read"]


db = SQLAlchemy(session_options={"class_": RoutingSession, "expire_on_commit": False})


def engine_options(url: str) -> dict[str, dict[str, Any]]:
    """Flask-SQLAlchemy-Lite's SQLALCHEMY_ENGINES for a database URL: `default` writes, `read` reads."""
    address = sa.make_url(url)
    if address.get_backend_name() == "sqlite":
        settings = {"isolation_level": None, "timeout": 10, "cached_statements": STATEMENTS_KEPT}
        common: dict[str, Any] = {"url": address, "connect_args": settings}
    else:
        if address.drivername in ("postgresql", "postgres"):
            address = address.set(drivername="postgresql+psycopg")
        common = {"url": address, "connect_args": {"connect_timeout": 3}, "pool_size": 5, "max_overflow": 5}
    # The connection that was used last has what it needs at hand: pages of the file, statements prepared and planned.
    common["pool_use_lifo"] = True
    return {"default": dict(common), "read": {**common, "isolation_level": "AUTOCOMMIT"}}


def init_app(app: Flask) -> None:
    """Bind the database to the app and teach SQLite its manners."""
    db.init_app(app)
    # Flask-SQLAlchemy-Lite closes async sessions after each request through an event loop of its own: 0.8 ms a request
    # (1.26 against 0.49 ms for /healthz) for something that is never there.
    app.teardown_appcontext_funcs = [
        function for function in app.teardown_appcontext_funcs if function.__name__ != "_close_async_sessions"
    ]
    with app.app_context():
        for name, engine in db.engines.items():
            if engine.dialect.name == "sqlite":
                event.listen(engine, "connect", _configure_sqlite)
                _watch_file(engine)
                if name == "default":
                    event.listen(engine, "begin", _begin_immediate)
            else:
                event.listen(engine, "connect", _keep_prepared)
                event.listen(engine, "connect", _plan_plainly)
                event.listen(engine, "connect", _watch_socket)
                event.listen(engine, "checkout", _refuse_ended)


def _keep_prepared(connection: Any, _record: Any) -> None:
    # As many as there are statements: to plan one of the larger takes ten times as long as to answer it.
    connection.prepared_max = STATEMENTS_KEPT


def _plan_plainly(connection: Any, _record: Any) -> None:
    # PostgreSQL translates a statement that it takes for a long one into machine code first: 350 ms for one of 12.
    connection.execute("SET jit = off")
    connection.commit()


def _watch_socket(connection: Any, record: Any) -> None:
    record.info["poll"] = watched = select.poll()
    watched.register(connection.fileno(), select.POLLIN)


def _refuse_ended(_connection: Any, record: Any, _proxy: Any) -> None:
    # A server only speaks to a connection that waits in the pool when it ends it (a restart, a fail-over): nobody's
    # page has to be the one that finds out. It costs 1 microsecond; to ask the server costs a round trip.
    if record.info["poll"].poll(0):
        raise InvalidatePoolError("the server has ended the connection")


def _configure_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _watch_file(engine: sa.Engine) -> None:
    """Treat a database file that was moved away or replaced as gone: an open handle would go on writing to the old one,
    and a new connection would make an empty one."""
    path = engine.url.database or ""
    known: set[tuple[int, int]] = set()

    def identity() -> tuple[int, int] | None:
        try:
            found = os.stat(path)
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def before_connect(_dialect: Any, _record: Any, _arguments: Any, _options: Any) -> None:
        if known and identity() is None:
            raise sqlite3.OperationalError("the database file is gone")

    def connected(_connection: Any, record: Any) -> None:
        record.info["file"] = file = identity()
        if file:
            known.add(file)

    def checked_out(_connection: Any, record: Any, _proxy: Any) -> None:
        if identity() != record.info.get("file"):
            raise DisconnectionError("the database file is another one")

    event.listen(engine, "do_connect", before_connect)
    event.listen(engine, "connect", connected)
    event.listen(engine, "checkout", checked_out)


def _begin_immediate(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def is_postgresql() -> bool:
    """True when the app's database is PostgreSQL."""
    return db.engine.dialect.name == "postgresql"


@contextmanager
def transaction() -> Iterator[orm.Session]:
    """Commit the session at the end of the block, or undo everything if it fails. For commands run outside requests."""
    try:
        yield db.session
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


def let_go() -> None:
    """Give up a transaction that has only read so far, so that slow work holds up nobody who writes: on SQLite an
    unsafe request keeps the one writer's place from its first statement. What comes after begins a new one."""
    db.session.rollback()


@contextmanager
def short_write() -> Iterator[sa.Connection]:
    """A short transaction of its own, for the rows that must stay even when the domain's write does not:
    read log, throttle, sessions, parked forms (model.md section 3)."""
    with db.engine.begin() as connection:
        yield connection


@contextmanager
def one_view() -> Iterator[sa.Connection]:
    """A connection that sees the database as it stood at its start, and keeps no writer waiting: for what reads all of
    it."""
    with db.engines["read"].connect() as connection:
        connection.exec_driver_sql("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY" if is_postgresql() else "BEGIN")
        try:
            yield connection
        finally:
            connection.exec_driver_sql("ROLLBACK")


def fetch(statement: sa.Executable, given: Mapping[str, Any] | None = None) -> Sequence[Any]:
    """The rows of a statement that was built once, past the session's own machinery, which costs as much as the
    database: for columns, never for objects. What the session still holds back is written first."""
    session = db.session
    session.flush()
    return run(_connection_of(session), statement, given or {})


def fetch_new(statement: sa.Executable, given: Mapping[str, Any] | None = None) -> Sequence[Any]:
    """As `fetch` for a statement that was put together for this call: SQLAlchemy knows its like by its parts."""
    session = db.session
    session.flush()
    return _connection_of(session).execute(statement, given or {}).all()


def _connection_of(session: orm.Session) -> sa.Connection:
    """The connection that the session uses for what is being done now, without asking it each time."""
    engine = "default" if writing() else "read"
    # A savepoint is set when the session hands out its connection inside of it.
    inside = session.get_nested_transaction() or session.get_transaction()
    kept, since = session.info.get(engine, (None, None))
    if kept is None or since is not inside:
        kept = session.connection()
        session.info[engine] = kept, session.get_nested_transaction() or session.get_transaction()
    return kept


# A statement is kept for each length of its lists: these are all the lengths there are.
_LENGTHS = (1, 8, 64)


def padded(keys: Sequence[int]) -> list[int]:
    """Keys for a list of a statement: at most 64 of them, filled up with one that nothing has to a length that the
    statement is kept for (none at all, too)."""
    kept = list(keys[: _LENGTHS[-1]])
    length = next(length for length in _LENGTHS if length >= len(kept))
    return [*kept, *[-1] * (length - len(kept))]


def write_rows(statement: sa.Executable, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows with a statement that was built once; nothing without rows."""
    if rows:
        session = db.session
        session.flush()
        run_each(_connection_of(session), statement, rows)


def dispose() -> None:
    """Close the session and the pooled connections: the next use opens new ones."""
    db.session.close()
    for engine in db.engines.values():
        engine.dispose()
