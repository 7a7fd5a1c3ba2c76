"""How many SQL statements something costs: the same at one row and at fifty."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import event

from caseapp.kernel.db import db


@contextmanager
def count_statements(app: Flask) -> Iterator[list[str]]:
    """Collect the statements that run inside the block, on both engines; BEGIN and COMMIT are not counted."""
    with app.app_context():
        engines = list(db.engines.values())
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            found.append(statement)

    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
