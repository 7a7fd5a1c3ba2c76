"""Who may do what, typed by hand: one row for each route and method. Nothing writes this file but people.

A row names the permission's outcome for each role that is let in (status), and the roles that reach the thing but may
not do
this with it (403). Everybody else gets what `others` says: 404 where the address holds a reference that does not
reach them,
403 where there is none. Signed out, every row but the open ones leads to the sign-in page.
"""

import pkgutil
from importlib import import_module

from tests.house.matrix.row import HUB, ROLES, Row

# Every module here but `row` is a part with its ROWS.
PARTS = [import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__) if found.name != "row"]
MATRIX: tuple[Row, ...] = tuple(row for part in PARTS for row in part.ROWS)

__all__ = ["HUB", "MATRIX", "ROLES", "Row"]
