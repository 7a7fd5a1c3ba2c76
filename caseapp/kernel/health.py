"""Migrations, and whether the database is there in the shape that this code expects."""

from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_alembic import Alembic
from sqlalchemy.exc import SQLAlchemyError

from .db import Model, db


class Migrations(Alembic):
    """Alembic with the one thing SQLite needs: foreign keys off while tables are rebuilt, and checked before the end.
    With them on, rebuilding a parent table silently took the rows that pointed at it."""

    def run_migrations(self, fn: Any, **kwargs: Any) -> None:
        """Run the steps that `fn` names. Raises RuntimeError if any row is left pointing at nothing."""
        connections = [context.connection for context in self.migration_contexts.values()]
        for connection in connections:
            _foreign_keys(connection, on=False)
        super().run_migrations(fn, **kwargs)
        for connection in connections:
            broken = _dangling(connection)
            _foreign_keys(connection, on=True)
            if broken:
                raise RuntimeError(f"rows that point at nothing after migrating: {broken[:10]}")


def _foreign_keys(connection: Any, *, on: bool) -> None:
    if connection.dialect.name == "sqlite":
        connection.connection.driver_connection.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")


def _dangling(connection: Any) -> list[Any]:
    if connection.dialect.name != "sqlite":
        return []
    return list(connection.connection.driver_connection.execute("PRAGMA foreign_key_check").fetchall())


migrations = Migrations(run_mkdir=False, metadatas=Model.metadata)


def init_app(app: Flask, *, folder: str) -> None:
    """Put `flask db ...` on the app; `folder` holds the revisions (absolute, or Flask-Alembic looks inside the
    package)."""
    app.config["ALEMBIC"] = {"script_location": folder}
    app.config["ALEMBIC_CONTEXT"] = {"render_as_batch": True, "compare_type": True, "transactional_ddl": True}
    migrations.init_app(app)


def migrated() -> tuple[bool, str]:
    """(True, "") when the database answers and stands at the newest revision; otherwise False and why, in words."""
    try:
        with db.engines["read"].connect() as connection:
            found = set(connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalars())
    except SQLAlchemyError:
        return False, "the database does not answer or was never migrated"
    if found != set(migrations.script_directory.get_heads()):
        return False, "the database is not migrated to this version: run db upgrade"
    return True, ""
