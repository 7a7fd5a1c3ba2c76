"""Visits: written once, read child by child. A second reference in an address is one that no visit has."""

from tests.house.matrix.row import NORTH, Row, to

ROWS = (
    Row("GET", "/cases/{own}/visits/new", "case", NORTH, "Write a visit"),
    Row("POST", "/cases/{own}/visits/new", "case", to(422, NORTH), "There is a problem"),
    Row("POST", "/cases/{own}/visits/new/save", "case", NORTH, "saved_at"),
    Row("GET", "/cases/{own}/visits/V-0000-0000", "case", to(404, NORTH)),
    Row("GET", "/cases/{own}/visits/V-0000-0000/print", "case", to(404, NORTH)),
    Row("GET", "/cases/{own}/visits/V-0000-0000/print.pdf", "case", to(404, NORTH)),
    Row("GET", "/cases/visits/{own}", "visit", to(302, NORTH)),
    Row("GET", "/cases/visits/{own}/change", "visit", NORTH, "Nothing is overwritten"),
    Row("POST", "/cases/visits/{own}/change", "visit", to(422, NORTH), "There is a problem"),
)
