"""Levels, the weekly panel, another team, what is recorded of a handover, look-backs, the step-up."""

from tests.house.matrix.row import NORTH, Row, every, to

PANEL = dict.fromkeys(("north.manager", "central.manager", "familyhelp.north", "head"), 200)

ROWS = (
    Row("GET", "/pathway/levels", None, every(200), "Who decides"),
    Row("GET", "/pathway/panel", None, PANEL, "Weekly panel"),
    Row("GET", "/pathway/to-another-team/{own}", "case", NORTH, "Hand to another team"),
    Row("POST", "/pathway/to-another-team/{own}", "case", to(422, NORTH), "There is a problem"),
    Row("GET", "/pathway/{own}/meeting", "handover", NORTH, "joint meeting", refused=("familyhelp.north",)),
    Row(
        "POST",
        "/pathway/{own}/meeting",
        "handover",
        to(422, NORTH),
        "There is a problem",
        refused=("familyhelp.north",),
    ),
    Row("GET", "/pathway/{own}/actions", "handover", NORTH, "what shows", refused=("familyhelp.north",)),
    Row(
        "POST",
        "/pathway/{own}/actions",
        "handover",
        to(422, NORTH),
        "There is a problem",
        refused=("familyhelp.north",),
    ),
    Row("GET", "/pathway/said-no/{own}", "case", NORTH, "said no to family help"),
    Row("POST", "/pathway/said-no/{own}", "case", to(422, NORTH), "There is a problem"),
    Row("GET", "/pathway/look-back/{own}", "look_back", NORTH, "What did you find?"),
    Row("POST", "/pathway/look-back/{own}", "look_back", to(422, NORTH), "There is a problem"),
    # The world's child is in social work already.
    Row("GET", "/referrals/step-up/{own}", "case", to(409, NORTH), "Only a child in family help"),
    Row("POST", "/referrals/step-up/{own}", "case", to(409, NORTH), "Only a child in family help"),
)
