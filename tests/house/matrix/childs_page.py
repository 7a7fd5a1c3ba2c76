"""The child's page: the chronology in parts and on paper, who was told, what the family says is wrong."""

from tests.house.matrix.row import NORTH, Row, to

MANAGER = {"north.manager": 404}

ROWS = (
    Row("GET", "/cases/{own}/chronology/print", "case", NORTH, "chronology"),
    Row("GET", "/cases/{own}/chronology/print.pdf", "case", NORTH),
    Row("GET", "/cases/{own}/chronology/for-child", "case", NORTH, "Who you can talk to"),
    Row("GET", "/cases/{own}/chronology/for-child.pdf", "case", NORTH),
    Row("POST", "/cases/{own}/chronology/999999/mark", "case", to(404, NORTH)),
    Row("GET", "/cases/{own}/files", "case", NORTH, "Documents"),
    Row("POST", "/cases/{own}/files", "case", to(422, NORTH), "There is a problem"),
    Row("GET", "/cases/{own}/people", "case", NORTH, "Who works with the family"),
    Row("GET", "/cases/{own}/told", "case", NORTH, "Decisions, and who was told"),
    Row("GET", "/cases/{own}/told/999999", "case", to(404, NORTH)),
    Row("POST", "/cases/{own}/told/999999", "case", to(404, NORTH)),
    Row("GET", "/cases/{own}/corrections/999999/new", "case", to(404, NORTH)),
    Row("POST", "/cases/{own}/corrections/999999/new", "case", to(404, NORTH)),
    Row("GET", "/cases/{own}/corrections/999999/answer", "case", MANAGER, refused=("north.worker",)),
    Row("POST", "/cases/{own}/corrections/999999/answer", "case", MANAGER, refused=("north.worker",)),
    Row("GET", "/cases/{own}/family-group/new", "case", NORTH, "Family group decision-making"),
    Row("POST", "/cases/{own}/family-group/new", "case", to(422, NORTH), "There is a problem"),
    Row("GET", "/cases/{own}/family-group/999999", "case", to(404, NORTH)),
    Row("POST", "/cases/{own}/family-group/999999", "case", to(404, NORTH)),
)
