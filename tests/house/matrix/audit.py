"""The auditor."""

from tests.house.matrix.row import Row

ROWS = (
    # The auditor
    Row("GET", "/audit/events", None, {"auditor": 200}, "Event log"),
    Row("GET", "/audit/reads", None, {"auditor": 200}, "Who looked at what"),
    Row("GET", "/audit/seals", None, {"auditor": 200}, "Seal"),
)
