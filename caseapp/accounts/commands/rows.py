"""Changing a row only if it is still as it was read."""

from typing import Any, cast

import sqlalchemy as sa

from caseapp.kernel.db import db


def changed(statement: sa.Update) -> int:
    """Run an update in the request's transaction; how many rows it changed: none when somebody was quicker."""
    return cast("sa.CursorResult[Any]", db.session.execute(statement)).rowcount
