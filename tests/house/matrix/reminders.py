"""Reminders, how one is told, calendar addresses, the administrator's outbox."""

from tests.house.matrix.row import Row, every

TOLD = dict.fromkeys(
    (
        *("mash.worker", "mash.manager", "north.manager", "north.worker", "central.manager", "central.worker"),
        *("familyhelp.north", "familyhelp.worker", "edt", "head"),
    ),
    200,
)

ROWS = (
    Row("GET", "/notifications/", None, TOLD, "Reminders"),
    Row("POST", "/notifications/read", None, dict.fromkeys(TOLD, 303)),
    Row("GET", "/notifications/settings", None, TOLD, "In your calendar"),
    Row("POST", "/notifications/settings", None, dict.fromkeys(TOLD, 422), "Choose when you want an e-mail"),
    Row("POST", "/notifications/calendar", None, TOLD, "Copy it now"),
    Row("POST", "/notifications/calendar/end", None, dict.fromkeys(TOLD, 303)),
    # Whoever has the address needs no sign-in; one that is made up is nobody's.
    Row("GET", "/notifications/calendar/made-up.ics", None, every(404), open=True),
    Row("GET", "/notifications/outbox", None, {"admin": 200}, "Outbox"),
    Row("GET", "/notifications/outbox/1", None, {"admin": 404}),
    Row("POST", "/notifications/outbox/1/again", None, {"admin": 404}),
)
