"""Who may do what, typed by hand: one row for each route and method. Nothing writes this file but people.

A row names the permission's outcome for each role that is let in (status), and the roles that reach the thing but may
not do
this with it (403). Everybody else gets what `others` says: 404 where the address holds a reference that does not
reach them,
403 where there is none. Signed out, every row but the open ones leads to the sign-in page.
"""

from tests.house.matrix import (
    accounts,
    after,
    audit,
    closing,
    documents,
    hub,
    insight,
    night,
    notices,
    organisation,
    papers,
    queue,
    referring,
    work,
)
from tests.house.matrix.row import HUB, ROLES, Row

PARTS = (
    accounts,
    after,
    audit,
    closing,
    documents,
    hub,
    insight,
    night,
    notices,
    organisation,
    papers,
    queue,
    referring,
    work,
)
MATRIX: tuple[Row, ...] = tuple(row for part in PARTS for row in part.ROWS)

__all__ = ["HUB", "MATRIX", "ROLES", "Row"]
