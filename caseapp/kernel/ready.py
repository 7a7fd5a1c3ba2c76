"""Statements that are built once are translated once, too: a query costs what the driver and the database make of it.

SQLAlchemy builds a statement, writes its SQL and says how values go in and come out. What it does again for each
execution (find the SQL by a long key, expand lists, describe the columns) cost two to four times the database's own
work on the pages that are used most: ADR 10. Errors are SQLAlchemy's, and its listeners hear of each statement.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import Dialect

# More than the product has statements that are built once.
KEPT = 1_000
# A statement is kept for each length of its lists, up to this one; a longer list goes SQLAlchemy's way.
LONGEST = 64

_CURSOR = "cursor"

Process = Callable[[Any], Any]
# Names of columns, each with the expression that the database works out for it.
Also = tuple[tuple[str, sa.ColumnElement[Any]], ...]


class _Text:
    """The SQL of a statement for lists of certain lengths, and how its parameters are made."""

    def __init__(self, compiled: Any, names: Sequence[str], lengths: Mapping[str, int]) -> None:
        # Any value will do for what is given later: only how many they are goes into the text.
        later: dict[str, Any] = {name: [None] * lengths[name] if name in lengths else None for name in names}
        state = compiled.construct_expanded_state(later)
        self.sql: str = state.statement
        self.order = state.positiontup
        self.lists = {name: state.parameter_expansion[name] for name in lengths}
        self.asked = tuple((name, bind.callable) for bind, name in compiled.bind_names.items() if bind.callable)
        defaults = {column.key: column.default.arg for column in compiled.insert_prefetch}
        processes = _processes_in(compiled) | dict(state.processors)
        given_later = {*later, *(name for name, _ in self.asked), *chain.from_iterable(self.lists.values())}
        self.processes = tuple((name, process) for name, process in processes.items() if name in given_later)
        self.fixed = {
            name: processes[name](value) if name in processes else value
            for name, value in (state.parameters | defaults).items()
            if name not in given_later
        }

    def parameters(self, given: Mapping[str, Any]) -> Any:
        """What the driver takes for these values: a tuple, or a mapping where it goes by names."""
        values = {**self.fixed, **given}
        for name, ask in self.asked:
            values[name] = ask()
        for name, expanded in self.lists.items():
            values.update(zip(expanded, values.pop(name), strict=True))
        for name, process in self.processes:
            values[name] = process(values[name])
        return values if self.order is None else tuple([values[name] for name in self.order])


def _processes_in(compiled: Any) -> dict[str, Process]:
    """By the name of a parameter, what makes the driver's value of ours."""
    found = {}
    for bind, name in compiled.bind_names.items():
        process = None if bind.expanding else bind.type.dialect_impl(compiled.dialect).bind_processor(compiled.dialect)
        if process:
            found[name] = process
    return found


class _Ready:
    """A statement in the words of one database, for parameters of certain names."""

    def __init__(self, statement: Any, dialect: Dialect, names: Sequence[str]) -> None:
        self.types = [column.type for column in getattr(statement, "exported_columns", ())]
        if isinstance(statement, sa.Insert) and not self.types:
            # Nobody waits for the number of the row.
            statement = statement.inline()
        self.compiled = compiled = statement.compile(dialect=dialect, column_keys=sorted(names))
        if compiled.update_prefetch or any(not column.default.is_scalar for column in compiled.insert_prefetch):
            raise TypeError("a value that Python makes for each row has to be given")
        keys = {bind.key: bind for bind in compiled.bind_names}
        self.names = [name for name in names if name in keys]
        self.lists = [name for name in self.names if keys[name].expanding]
        self.texts: dict[tuple[int, ...], _Text] = {}
        self.row: Callable[[Any], Any] | None = None
        self.results: tuple[tuple[int, Process], ...] = ()

    def text(self, given: Mapping[str, Any]) -> _Text | None:
        """The text for lists as long as these; None when one is too long to keep a text for it."""
        lengths = tuple([len(given[name]) for name in self.lists])
        if (text := self.texts.get(lengths)) is None:
            if max(lengths, default=0) > LONGEST:
                return None
            text = self.texts[lengths] = _Text(self.compiled, self.names, dict(zip(self.lists, lengths, strict=True)))
        return text

    def read(self, cursor: Any) -> list[Any]:
        """The rows at hand, as named tuples."""
        if self.row is None:
            self._describe(cursor.description)
        row, found = self.row, cursor.fetchall()
        assert row is not None
        if not self.results:
            return list(map(row, found))
        made = []
        for one in found:
            values = list(one)
            for place, process in self.results:
                # Nothing stays nothing, whatever its type; most columns of most rows are empty.
                if (value := values[place]) is not None:
                    values[place] = process(value)
            made.append(row(values))
        return made

    def _describe(self, description: Sequence[Any]) -> None:
        # Some types go by what the driver calls the column, which is known from the first answer on. Two columns of one
        # name are an error here: one of them would hide the other.
        dialect = self.compiled.dialect
        found = [
            kind.dialect_impl(dialect).result_processor(dialect, described[1])
            for kind, described in zip(self.types, description, strict=True)
        ]
        self.results = tuple((place, process) for place, process in enumerate(found) if process)
        made: Any = namedtuple("Row", [described[0] for described in description])  # type: ignore[misc]
        self.row = made._make


@lru_cache(maxsize=KEPT)
def _ready(statement: sa.Executable, dialect: Dialect, names: tuple[str, ...]) -> _Ready:
    return _Ready(statement, dialect, names)


def translated() -> int:
    """How many statements this process has translated so far."""
    return _ready.cache_info().misses


def run(connection: sa.Connection, statement: sa.Executable, given: Mapping[str, Any]) -> list[Any]:
    """Execute a statement that was built once and give its rows (none for one that gives none).

    Raises SQLAlchemy's errors, as its own way of executing does.
    """
    ready = _ready(statement, connection.dialect, tuple(given))
    text = ready.text(given)
    if text is None:
        result = connection.execute(statement, given)
        return list(result.all()) if result.returns_rows else []
    return _do(connection, text.sql, text.parameters(given), ready.read if ready.types else None)


def run_each(
    connection: sa.Connection, statement: sa.Executable, rows: Sequence[Mapping[str, Any]], *, also: Also = ()
) -> None:
    """Execute a statement that was built once and gives no rows, for each of these. They all have the same names.

    Rows that are added go in one statement: the drivers' way for many asks the database once for each. `also`: columns
    of such rows that the database works out, with the expression of each.
    """
    if isinstance(statement, sa.Insert) and (also or 1 < len(rows) <= LONGEST):
        for start in range(0, len(rows), LONGEST):
            some = rows[start : start + LONGEST]
            given = {f"{name}_{at}": value for at, row in enumerate(some) for name, value in row.items()}
            run(connection, _of_several(statement, tuple(some[0]), len(some), also), given)
        return
    if len(rows) == 1:
        run(connection, statement, rows[0])
        return
    text = _ready(statement, connection.dialect, tuple(rows[0])).text(rows[0])
    assert text is not None, "rows are written without lists"
    _do(connection, text.sql, [text.parameters(row) for row in rows])


@lru_cache(maxsize=KEPT)
def _of_several(statement: sa.Insert, names: tuple[str, ...], count: int, also: Also) -> sa.Insert:
    """An insert of so many rows, each of whose values has its name and the number of its row."""
    types = {name: statement.table.c[name].type for name in names}
    return statement.values(
        [
            {**{name: sa.bindparam(f"{name}_{at}", type_=types[name]) for name in names}, **dict(also)}
            for at in range(count)
        ]
    )


def _do(
    connection: sa.Connection, sql: str, parameters: Any, read: Callable[[Any], list[Any]] | None = None
) -> list[Any]:
    """Have the driver execute it, for each of a list of parameters, after whoever listens was told."""
    cursor, many = None, isinstance(parameters, list)
    try:
        cursor = _cursor_of(connection)
        heard: Iterable[Any] = connection.dispatch.before_cursor_execute
        for hear in heard:
            hear(connection, cursor, sql, parameters, None, many)
        (cursor.executemany if many else cursor.execute)(sql, parameters)
        return read(cursor) if read else []
    except connection.dialect.loaded_dbapi.Error as error:
        raise _as_known(connection, cursor, sql, parameters, error) from error


def _cursor_of(connection: sa.Connection) -> Any:
    """The one cursor of a driver's connection, for as long as that is open: a new one learns anew how values of each
    type go in and come out. Its rows are all read before it is used again."""
    held = connection.connection
    cursor = held.info.get(_CURSOR)
    if cursor is None:
        cursor = held.info[_CURSOR] = held.cursor()
    return cursor


def _as_known(connection: sa.Connection, cursor: Any, sql: str, parameters: Any, error: Any) -> Exception:
    """The driver's error as SQLAlchemy's; a connection that is lost is put away."""
    dialect = connection.dialect
    lost = dialect.is_disconnect(error, connection.connection.dbapi_connection, cursor)
    if lost:
        # As SQLAlchemy does: what was opened before is lost as well.
        connection.engine.pool._invalidate(connection.connection, error)
        connection.invalidate(error)
    known: Exception = sa.exc.DBAPIError.instance(
        sql, parameters, error, dialect.loaded_dbapi.Error, connection_invalidated=lost, dialect=dialect
    )
    return known
