"""Work: desk, cases, assessments, handovers."""

from tests.house.matrix.row import CASE_WORKERS, HUB, NORTH, Row, to

MANAGERS = dict.fromkeys(("north.manager", "central.manager", "familyhelp.north"), 200)

ROWS = (
    # Work
    Row("GET", "/desk/my-work", None, CASE_WORKERS, "My work"),
    Row(
        "GET",
        "/desk/team",
        None,
        dict.fromkeys(("north.manager", "central.manager", "familyhelp.north"), 200),
        "Waiting for a worker",
    ),
    Row("GET", "/desk/team/due", None, MANAGERS, "due by day"),
    Row("GET", "/desk/team/likely", None, MANAGERS, "rule of thumb"),
    Row("GET", "/desk/my-work/likely", None, CASE_WORKERS, "rule of thumb"),
    Row("GET", "/desk/team/not-seen", None, MANAGERS, "last seen"),
    Row("GET", "/desk/team/calendar", None, MANAGERS, "What is due from"),
    Row("POST", "/desk/team/give", None, dict.fromkeys(("north.manager", "central.manager", "familyhelp.north"), 422)),
    Row("GET", "/cases/{own}", "case", NORTH, "Accountable team"),
    Row("GET", "/cases/{own}/chronology", "case", NORTH, "Chronology"),
    Row("GET", "/cases/{own}/who-looked", "case", NORTH, "Who looked"),
    Row("GET", "/cases/{own}/notes/new", "case", NORTH, "Write a note"),
    Row("POST", "/cases/{own}/notes/new", "case", to(422, NORTH), "There is a problem"),
    Row("POST", "/cases/{own}/tasks/999/acknowledge", "case", to(404, NORTH)),
    Row("GET", "/cases/notes/{own}", "note", NORTH, "Warm and fed"),
    Row("GET", "/cases/notes/{own}/edit", "note", NORTH, "Warm and fed"),
    Row("POST", "/cases/notes/{own}/edit", "note", to(422, NORTH), "There is a problem"),
    # Clocks, and what starts and ends them
    Row("GET", "/cases/{own}/clocks", "case", NORTH, "Running ("),
    Row("GET", "/cases/{own}/events", "case", NORTH, "recorded by its date"),
    Row("GET", "/cases/{own}/events/new", "case", NORTH, "What happened?"),
    Row("GET", "/cases/{own}/events/new/visit.made", "case", NORTH, "the worker saw the child"),
    Row("POST", "/cases/{own}/events/new/visit.made", "case", to(422, NORTH), "There is a problem"),
    Row("GET", "/cases/{own}/events/1/move", "case", to(404, NORTH)),
    Row("POST", "/cases/{own}/events/1/move", "case", to(404, NORTH)),
    Row("GET", "/cases/{own}/events/1/take-back", "case", to(404, NORTH)),
    Row("POST", "/cases/{own}/events/1/take-back", "case", to(404, NORTH)),
    # The assessment, being written
    Row("GET", "/assessments/start/{own}", "case", to(303, NORTH)),
    Row("POST", "/assessments/start/{own}", "case", to(303, NORTH)),
    Row("GET", "/assessments/{own}", "assessment", NORTH, "Submit for authorisation"),
    Row("POST", "/assessments/{own}", "assessment", to(303, NORTH)),
    Row("POST", "/assessments/{own}/save", "assessment", to(200, NORTH), "saved_at"),
    Row("POST", "/assessments/{own}/submit", "assessment", to(422, NORTH), "There is a problem"),
    Row(
        "POST",
        "/assessments/{own}/answer",
        "assessment",
        {"north.manager": 409},
        sends={"answer": "authorise"},
        refused=("north.worker",),
    ),
    Row("GET", "/assessments/{own}/versions/1", "assessment", to(404, NORTH)),
    # The handover, agreed and waiting for family help
    Row("GET", "/pathway/", None, {**CASE_WORKERS, **HUB}, "Handovers"),
    Row("GET", "/pathway/step-down/{own}", "case", NORTH, "step-down"),
    Row("POST", "/pathway/step-down/{own}", "case", to(422, NORTH), "There is a problem"),
    Row("GET", "/pathway/{own}", "handover", {**NORTH, "familyhelp.north": 200}, "Who has held this family"),
    Row(
        "POST",
        "/pathway/{own}/agree",
        "handover",
        {"north.manager": 409},
        sends={"answer": "agree"},
        refused=("north.worker",),
    ),
    Row("POST", "/pathway/{own}/answer", "handover", {"familyhelp.north": 422}, refused=tuple(NORTH)),
    Row("POST", "/pathway/{own}/withdraw", "handover", {"north.manager": 303, "north.worker": 409}),
    Row("POST", "/pathway/{own}/close", "handover", to(409, NORTH)),
    Row("POST", "/pathway/{own}/again", "handover", {"north.manager": 409}, refused=("north.worker",)),
)
