"""The connections of the database."""

import sqlite3

import psycopg
import pytest
from flask import Flask

from caseapp.kernel.db import db, dispose


def test_connections_that_are_dropped_are_closed(app: Flask) -> None:
    """The sweep drops them whenever the database was away: left open they would stay with the server."""
    with db.engine.connect() as connection:
        pooled = connection.connection.driver_connection
        assert pooled is not None
    dispose()
    with pytest.raises((sqlite3.ProgrammingError, psycopg.OperationalError), match="closed"):
        pooled.execute("SELECT 1")
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1
