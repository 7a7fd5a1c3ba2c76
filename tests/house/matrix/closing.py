"""Closing a case, the closed ones, opening again."""

from tests.house.matrix.row import CASE_WORKERS, NORTH, Row, to

ROWS = (
    Row("GET", "/pathway/close/{own}", "case", {"north.manager": 200}, "Close the case", refused=("north.worker",)),
    Row(
        "POST",
        "/pathway/close/{own}",
        "case",
        {"north.manager": 422},
        "There is a problem",
        refused=("north.worker",),
    ),
    Row("GET", "/pathway/closed", None, CASE_WORKERS, "Closed cases"),
    # The world's case is open: there is no closed page, and nothing to open again.
    Row("GET", "/pathway/closed/{own}", "case", to(404, NORTH)),
    Row(
        "POST",
        "/pathway/closed/{own}/reopen",
        "case",
        {"north.manager": 404},
        sends={"words": "Wrong child"},
        refused=("north.worker",),
    ),
)
