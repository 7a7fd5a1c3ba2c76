"""Asking somebody outside the receiving team to lead the work with a family."""

from tests.house.matrix.row import NORTH, Row, to

DESKS = {"school": 200, "police": 200}

ROWS = (
    # The handover of the world is led by somebody of the receiving team: there is nobody to ask.
    Row("GET", "/pathway/{own}/lead", "handover", to(409, NORTH)),
    Row("POST", "/pathway/{own}/lead", "handover", to(409, NORTH)),
    Row("POST", "/pathway/{own}/lead/said", "handover", to(409, NORTH)),
    Row("GET", "/pathway/leading", None, DESKS, "Asked to lead"),
    Row("GET", "/pathway/leading/{own}", "leading", {"school": 200}, "What it takes"),
    Row("POST", "/pathway/leading/{own}", "leading", {"school": 422}, "There is a problem"),
)
