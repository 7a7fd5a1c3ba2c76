"""A kill in the middle of a request leaves nothing half-written, and the next request goes through."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from caseapp.kernel.db import Model, db
from tests.conftest import sign_in
from tests.house.world import World

ROOT = Path(__file__).parent.parent.parent


def counts(app: Flask) -> dict[str, int]:
    """How many rows each table holds, sessions and looks apart: those are written on their own."""
    with app.app_context(), db.engine.connect() as connection:
        return {
            name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for name, table in Model.metadata.tables.items()
            if name not in ("user_session", "read_log")
        }


def test_a_kill_leaves_nothing_half_written(walked: tuple[Flask, World]) -> None:
    app, world = walked
    before = counts(app)
    died = subprocess.run(
        [sys.executable, "-m", "tests.helpers.killed", app.config["DATABASE_URL"], world.own["handover"]],
        cwd=ROOT,
        env={**os.environ, "CASEAPP_ENV": "test"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL, died.stdout + died.stderr
    assert counts(app) == before
    sheila = sign_in(app, "familyhelp.north")
    assert sheila.post(f"/pathway/{world.own['handover']}/answer", data={"answer": "accept"}).status_code == 303
    assert counts(app)["custody"] == before["custody"] + 1
