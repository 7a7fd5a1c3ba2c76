"""The application as tests run it: on a database of their own, or the one that goes from database to database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event

from caseapp.factory import create_app
from caseapp.kernel.db import db, engine_options


def build(url: str) -> Flask:
    """The application on a database, as tests run it. Whoever builds it puts it away."""
    return create_app({"DATABASE_URL": url, "TESTING": True, "WTF_CSRF_ENABLED": False})


def put_away(app: Flask) -> None:
    """Close an application's connections. One that is still held fails the test which holds it: it would be closed at
    some later time, with a warning that fails a stranger."""
    with app.app_context():
        engines = db.engines.values()
        held = sum(engine.pool.checkedout() for engine in engines)  # type: ignore[attr-defined]
        for engine in engines:
            engine.dispose()
    assert held == 0, f"{held} connections are still held at the end of the test"


class SharedApp:
    """One application for all tests of a kind of database: making one, and compiling its templates and statements
    anew, took most of a short test's time. Each test gets it on its own database and with the settings it began with.
    """

    def __init__(self, url: str) -> None:
        self._app = build(url)
        self._settings, self._extensions = dict(self._app.config), dict(self._app.extensions)
        self._url = url
        with self._app.app_context():
            for engine in db.engines.values():
                event.listen(engine, "do_connect", self._connect)

    def _connect(self, dialect: sa.Dialect, _record: Any, _arguments: Any, options: dict[str, Any]) -> Any:
        url = engine_options(self._url)["default"]["url"]
        place, named = dialect.create_connect_args(url)
        return dialect.connect(*place, **{**options, **named})

    @contextmanager
    def on(self, url: str) -> Iterator[Flask]:
        """The application on that database."""
        self._url = url
        self._app.config.update(DATABASE_URL=url)
        try:
            yield self._app
        finally:
            self._app.config.clear()
            self._app.config.update(self._settings)
            # What the slices have learned of that database, such as what a council decided.
            self._app.extensions.clear()
            self._app.extensions.update(self._extensions)
            put_away(self._app)
