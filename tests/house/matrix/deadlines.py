"""Every clock explained, for everybody; what was decided, for who answers for deadlines; deciding, for the head."""

from tests.house.matrix.row import HUB, NORTH, Row, every, to

HEAD = {"head": 200}
ANSWER = dict.fromkeys(
    ("mash.manager", "north.manager", "central.manager", "familyhelp.north", "auditor", "admin", "head"), 200
)
RULE = "/deadlines/rules/case.allocate"
HOLIDAY = {
    "what": "add",
    "day-day": "18",
    "day-month": "1",
    "day-year": "2027",
    "words": "A day of thanks",
    "source": "https://www.gov.uk/",
}
LENGTH = {
    "what": "own",
    "length": "3",
    "in_force_from-day": "1",
    "in_force_from-month": "1",
    "in_force_from-year": "2026",
    "source": "Minutes of the board",
}
MANAGERS = dict.fromkeys(("mash.manager", "north.manager", "central.manager", "familyhelp.north"), 200)
BOTH_TEAMS = {**NORTH, "familyhelp.north": 200}
# Who says why something is late, and who authorises it: of a case, a referral, a handover, the night's work.
LATE = "/deadlines/late/{own}"
EXPLAINS = (
    ("case", NORTH, 404),
    ("referral", HUB, 200),
    ("handover", BOTH_TEAMS, 404),
    ("night", {**HUB, "edt": 200}, 200),
)
AUTHORISES = (
    ("case", ("north.manager",), ("north.worker",)),
    ("referral", ("mash.manager",), ("mash.worker",)),
    ("handover", ("north.manager", "familyhelp.north"), ("north.worker",)),
    ("night", ("mash.manager",), ("mash.worker", "edt")),
)
ROWS = (
    Row("GET", "/deadlines/late", None, MANAGERS, "Reasons that wait for you"),
    *(Row("GET", LATE, kind, people, "What is late, and why", foreign=far) for kind, people, far in EXPLAINS),
    *(
        Row(method, f"{LATE}/999999", kind, to(404, people))
        for kind, people, _ in EXPLAINS
        for method in ("GET", "POST")
    ),
    *(
        Row(method, f"{LATE}/reasons/1", kind, dict.fromkeys(people, 404), refused=refused)
        for kind, people, refused in AUTHORISES
        for method in ("GET", "POST")
    ),
    Row("GET", "/deadlines/", None, every(200), "Every deadline, explained"),
    Row("GET", RULE, None, every(200), "What the rule says"),
    Row("GET", "/deadlines/calendar", None, every(200), "Which days count"),
    Row("GET", "/deadlines/decisions", None, ANSWER, "What was decided"),
    Row("GET", "/deadlines/decisions/1", None, {"head": 404}),
    Row("GET", "/deadlines/decisions/1/undo", None, {"head": 404}),
    Row("GET", "/deadlines/decide", None, HEAD, "Decide about deadlines"),
    Row("GET", "/deadlines/decide/holiday", None, HEAD, "A bank holiday"),
    Row("GET", "/deadlines/decide/closing", None, HEAD, "our own offices are shut"),
    Row("GET", f"{RULE}/decide", None, HEAD, "A length of our own"),
    Row("POST", "/deadlines/decide/holiday", None, HEAD, "What you decide", HOLIDAY),
    Row("POST", "/deadlines/decide/closing", None, {"head": 422}, "There is a problem"),
    Row("POST", f"{RULE}/decide", None, HEAD, "What you decide", LENGTH),
)
