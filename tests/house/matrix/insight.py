"""The head's numbers, the lists behind them, samples."""

from tests.house.matrix.row import Row

HEAD = {"head": 200}
ROWS = (
    Row("GET", "/insight/", None, HEAD, "at a glance"),
    Row("GET", "/insight/agencies", None, HEAD, "By agency and week"),
    Row("GET", "/insight/definitions", None, HEAD, "Definitions"),
    Row("GET", "/insight/list/children_open", None, HEAD, "Children with an open case"),
    Row("POST", "/insight/list/children_open/sample", None, {"head": 422}, "There is a problem"),
    Row("GET", "/insight/samples", None, HEAD, "Samples"),
    Row("GET", "/insight/samples/1", None, {"head": 404}),
    Row("GET", "/insight/numbers.xlsx", None, HEAD),
    Row("GET", "/insight/agencies.xlsx", None, HEAD),
    Row("GET", "/insight/list/children_open.xlsx", None, HEAD),
    Row("GET", "/insight/samples/1.xlsx", None, {"head": 404}),
)
