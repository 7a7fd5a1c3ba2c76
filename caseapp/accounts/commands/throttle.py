"""Slowing a guesser: tries are counted before they are made."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from caseapp.accounts.domain import (
    Limit,
    failures_remembered,
    seconds_to_wait,
)
from caseapp.accounts.models import (
    Throttle,
)
from caseapp.kernel import clock
from caseapp.kernel.db import is_postgresql, short_write
from caseapp.kernel.errors import TooMany


def count_try(limits: Mapping[str, Limit]) -> None:
    """Count one try under each key before it is made, so that a hundred at once are not let in together.

    A short transaction in which each key's row is locked. Raises TooMany, counting nothing, while any key has to wait.
    """
    now = clock.now()
    insert = postgresql.insert if is_postgresql() else sqlite.insert
    with short_write() as connection:
        for key in sorted(limits):
            fresh = insert(Throttle).values(key=key, failures=0, last_at=now)
            connection.execute(fresh.on_conflict_do_nothing())
        query = sa.select(Throttle.key, Throttle.failures, Throttle.last_at).where(Throttle.key.in_(limits))
        rows = connection.execute(query.order_by(Throttle.key).with_for_update()).all()
        wait = max(seconds_to_wait(limits[row.key], row.failures, row.last_at, now) for row in rows)
        if wait:
            raise TooMany(wait)
        for row in rows:
            count = failures_remembered(limits[row.key], row.failures, row.last_at, now) + 1
            change = sa.update(Throttle).where(Throttle.key == row.key)
            connection.execute(change.values(failures=count, last_at=now))


def forgive_try(limits: Mapping[str, Limit]) -> None:
    """Take a try back that turned out right: an account's count starts afresh, an address only gets this one back."""
    with short_write() as connection:
        for key in sorted(limits):
            if key.startswith("address:"):
                change = sa.update(Throttle).where(Throttle.key == key, Throttle.failures > 0)
                connection.execute(change.values(failures=Throttle.failures - 1))
            else:
                connection.execute(sa.delete(Throttle).where(Throttle.key == key))
