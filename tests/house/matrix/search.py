"""The search box: what was typed is its maker's alone."""

from tests.house.matrix.row import REFERRERS, Row, to

SEARCHERS = {**REFERRERS, "head": 200}
ROWS = (
    Row("GET", "/search/", None, SEARCHERS, "What you can type"),
    Row("POST", "/search/", None, to(303, SEARCHERS), sends={"q": "Ellie Marsden"}),
    Row("GET", "/search/{own}", "search", {"north.worker": 200}, "Ellie"),
)
