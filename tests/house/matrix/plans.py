"""Plans. The school of the world is in the team around North's family: it sees the shared plan, and nothing more."""

from tests.house.matrix.row import CASE_WORKERS, NORTH, Row, every, to

TEAM = {**NORTH, "school": 200}
READ_ONLY = ("school",)
SHARES = {**CASE_WORKERS, "school": 200, "police": 200}

ROWS = (
    Row("GET", "/plans/", None, SHARES, "Plans you share"),
    Row("GET", "/plans/start/{own}", "case", to(409, NORTH), "While an assessment runs"),
    Row("POST", "/plans/start/{own}", "case", to(409, NORTH), "While an assessment runs"),
    Row("GET", "/plans/{own}", "plan", TEAM, "Who does what by when"),
    Row("GET", "/plans/{own}/print", "plan", TEAM, "Who does what by when"),
    Row("GET", "/plans/{own}/print.pdf", "plan", TEAM),
    Row("GET", "/plans/{own}/wordings", "plan", TEAM, "Wording 1"),
    Row("GET", "/plans/{own}/words", "plan", NORTH, "What we want to change", refused=READ_ONLY),
    Row("POST", "/plans/{own}/words", "plan", to(303, NORTH), refused=READ_ONLY, sends={"version": "1"}),
    Row("GET", "/plans/{own}/join", "plan", NORTH, "Add a child", refused=READ_ONLY),
    Row("POST", "/plans/{own}/join", "plan", to(422, NORTH), refused=READ_ONLY),
    Row("GET", "/plans/{own}/scores", "plan", NORTH, "How does the family see it?", refused=READ_ONLY),
    Row("POST", "/plans/{own}/scores", "plan", to(422, NORTH), "There is a problem", refused=READ_ONLY),
    Row("GET", "/plans/{own}/actions/new", "plan", NORTH, "Add an action", refused=READ_ONLY),
    Row("POST", "/plans/{own}/actions/new", "plan", to(422, NORTH), "There is a problem", refused=READ_ONLY),
    Row("GET", "/plans/{own}/actions/999/change", "plan", to(404, NORTH), refused=READ_ONLY),
    Row("POST", "/plans/{own}/actions/999/change", "plan", to(404, NORTH), refused=READ_ONLY),
    Row("GET", "/plans/{own}/actions/999/done", "plan", to(404, TEAM)),
    Row("POST", "/plans/{own}/actions/999/done", "plan", to(404, TEAM)),
    Row("GET", "/plans/{own}/group", "plan", TEAM, "Team around the child"),
    Row("GET", "/plans/{own}/group/add", "plan", NORTH, "Where do they come from?", refused=READ_ONLY),
    Row("POST", "/plans/{own}/group/add", "plan", to(422, NORTH), refused=READ_ONLY),
    Row("GET", "/plans/{own}/group/999/end", "plan", to(404, NORTH), refused=READ_ONLY),
    Row("POST", "/plans/{own}/group/999/end", "plan", to(404, NORTH), refused=READ_ONLY),
    Row("GET", "/plans/{own}/meetings/new", "plan", NORTH, "Write a meeting", refused=READ_ONLY),
    Row("POST", "/plans/{own}/meetings/new", "plan", to(422, NORTH), "There is a problem", refused=READ_ONLY),
    Row("GET", "/plans/{own}/meetings/999", "plan", to(404, TEAM)),
    Row("GET", "/plans/{own}/close", "plan", NORTH, "Close the plan", refused=READ_ONLY),
    Row("GET", "/plans/{own}/survey", "plan", NORTH, "The plan still runs", refused=READ_ONLY),
    Row("POST", "/plans/{own}/survey", "plan", to(422, NORTH), refused=READ_ONLY),
    Row("GET", "/plans/views", None, {"head": 200}, "Nobody was asked yet"),
    Row("GET", "/views/thanks", None, every(200), "Thank you", open=True),
    Row("GET", "/views/made-up", None, every(404), "This link does not work", open=True),
    Row("POST", "/views/made-up", None, every(404), "This link does not work", open=True),
    Row("POST", "/plans/{own}/close", "plan", to(422, NORTH), "There is a problem", refused=READ_ONLY),
)
