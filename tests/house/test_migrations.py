"""Migrations go up, down and up again on both databases, and never leave a row pointing at nothing."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from caseapp.kernel.db import Model, db
from caseapp.kernel.health import migrated, migrations
from tests.helpers.apps import build, put_away


def tables() -> set[str]:
    return set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}


def test_down_to_nothing_and_up_again(bare_app: Flask) -> None:
    with bare_app.app_context():
        assert tables() == set(Model.metadata.tables)
        assert migrated() == (True, "")
    with bare_app.app_context():
        migrations.downgrade("base")
    with bare_app.app_context():
        assert tables() == set()
        assert migrated()[0] is False
    with bare_app.app_context():
        migrations.upgrade()
    with bare_app.app_context():
        assert tables() == set(Model.metadata.tables)
        assert migrations.compare_metadata() == []


def test_an_unmigrated_database_is_not_ready(tmp_path: Path) -> None:
    app = build(f"sqlite:///{tmp_path / 'new.sqlite'}")
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json["status"]) == (503, "not ready")
    put_away(app)


@pytest.mark.sqlite_only
def test_a_migration_that_would_leave_a_dangling_row_is_stopped(bare_app: Flask) -> None:
    with bare_app.app_context():
        migrations.upgrade()
        with db.engine.connect() as connection:
            driver = connection.connection.driver_connection
            driver.execute("PRAGMA foreign_keys=OFF")
            driver.execute(
                "INSERT INTO membership (user_id, team_id, role, from_on) VALUES (999999, 1, 'worker', '2026-01-01')"
            )
            driver.execute("PRAGMA foreign_keys=ON")
    with bare_app.app_context(), pytest.raises(RuntimeError, match="point at nothing"):
        migrations.upgrade()


def test_nothing_cascades() -> None:
    cascading = [
        f"{table.name}.{key.parent.name}"
        for table in Model.metadata.tables.values()
        for key in table.foreign_keys
        if key.ondelete or key.onupdate
    ]
    assert cascading == []


@pytest.mark.sqlite_only
def test_a_read_writes_nothing_and_a_broken_reference_is_refused(app: Flask) -> None:
    with db.engine.begin() as connection, pytest.raises(sa.exc.IntegrityError):
        connection.exec_driver_sql(
            "INSERT INTO membership (user_id, team_id, role, from_on) VALUES (999999, 1, 'worker', '2026-01-01')"
        )
