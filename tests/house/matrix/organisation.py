"""People of the service: a manager's team, an agency lead's people, the administrator's places."""

from tests.house.matrix.row import Row, to

MANAGERS = dict.fromkeys(("mash.manager", "north.manager", "central.manager", "familyhelp.north"), 200)
SCHOOL = {"school": 200}

ROWS = (
    # A manager's team: somebody of another team, or nobody, is not there.
    Row("GET", "/accounts/team", None, MANAGERS, "My team"),
    Row("GET", "/accounts/team/person", None, to(404, MANAGERS)),
    Row("POST", "/accounts/team/absence", None, to(404, MANAGERS)),
    Row("POST", "/accounts/team/back", None, to(404, MANAGERS)),
    Row("POST", "/accounts/team/cover", None, to(404, MANAGERS)),
    Row("POST", "/accounts/team/cover-over", None, to(404, MANAGERS)),
    Row("POST", "/accounts/team/registration", None, to(404, MANAGERS)),
    Row("POST", "/accounts/team/people", None, to(422, MANAGERS), "Enter their name"),
    Row("POST", "/accounts/team/people-left", None, to(404, MANAGERS)),
    Row("POST", "/accounts/team/rota", None, to(422, MANAGERS), "Open the page again"),
    Row("POST", "/accounts/team/tasks", None, to(404, MANAGERS)),
    Row("GET", "/desk/off-today", None, to(303, MANAGERS)),
    # An agency's lead
    Row("GET", "/accounts/our-people", None, SCHOOL, "Hannah Whitfield"),
    Row("POST", "/accounts/our-people", None, to(303, SCHOOL)),
    Row("POST", "/accounts/our-people/tasks", None, to(404, SCHOOL)),
    # The administrator
    Row("GET", "/accounts/people/{own}/places", "user", {"admin": 200}, "Hannah Whitfield", foreign=200),
    Row("POST", "/accounts/people/{own}/places", "user", {"admin": 422}, "Choose a team", foreign=422),
    Row("POST", "/accounts/people/{own}/places/end", "user", {"admin": 422}, "Enter the last day", foreign=422),
)
