"""Police notifications: dropped in by the police, grouped for the hub."""

from tests.house.matrix.row import HUB, Row, to

POLICE = {"police": 200}

ROWS = (
    Row("GET", "/notices/", None, POLICE, "Police notifications"),
    Row("GET", "/notices/new", None, POLICE, "Drop in a notification"),
    Row("POST", "/notices/new", None, to(422, POLICE), "There is a problem"),
    Row("GET", "/notices/{own}", "notice", POLICE, "The text, whole"),
    Row("POST", "/notices/{own}", "notice", to(422, POLICE), "There is a problem"),
    Row("POST", "/notices/{own}/discard", "notice", to(303, POLICE)),
    Row("GET", "/notices/groups", None, HUB, "Police notifications"),
    # The world's contact came by form: there is no notification around it.
    Row("GET", "/notices/about/{own}", "referral", to(404, HUB), foreign=404),
)
