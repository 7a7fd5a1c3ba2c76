"""The hub: queue, referral, decision."""

from tests.house.matrix.row import HUB, NORTH, Row, to

ROWS = (
    # The hub
    Row("GET", "/referrals/queue", None, HUB, "Hub queue"),
    Row("GET", "/referrals/queue/list", None, HUB, "Unread, or opened and left"),
    Row("GET", "/referrals/marks", None, HUB, "To put right"),
    Row("GET", "/referrals/{own}", "referral", HUB, "What was said", foreign=200),
    Row("POST", "/referrals/{own}/open", "referral", to(303, HUB), foreign=303),
    Row("POST", "/referrals/{own}/rate", "referral", to(422, HUB), "There is a problem", foreign=422),
    Row("POST", "/referrals/{own}/propose", "referral", to(409, HUB), "proposed", foreign=409),
    Row("POST", "/referrals/{own}/marks/999", "referral", to(404, HUB), sends={"mark-999-words": "Rang"}, foreign=404),
    Row("GET", "/referrals/{own}/known", "referral", HUB, "Is this child already known?", foreign=200),
    Row("POST", "/referrals/{own}/known", "referral", to(422, HUB), "There is a problem", foreign=422),
    Row(
        "POST",
        "/referrals/{own}/known/999/take-back",
        "referral",
        to(404, HUB),
        sends={"back-999-words": "A mistake"},
        foreign=404,
    ),
    Row("GET", "/referrals/{own}/known-adults", "referral", HUB, "Is this adult already known?", foreign=200),
    Row("POST", "/referrals/{own}/known-adults", "referral", to(422, HUB), "There is a problem", foreign=422),
    Row(
        "POST",
        "/referrals/{own}/known-adults/999/take-back",
        "referral",
        to(404, HUB),
        sends={"back-999-words": "A mistake"},
        foreign=404,
    ),
    Row(
        "GET",
        "/referrals/{own}/decision",
        "referral",
        {"mash.manager": 200},
        "Send my answer",
        refused=("mash.worker",),
        foreign=200,
    ),
    Row(
        "POST",
        "/referrals/{own}/decision",
        "referral",
        {"mash.manager": 422},
        "There is a problem",
        refused=("mash.worker",),
        foreign=422,
    ),
    # A new contact about a child with an open case
    Row("GET", "/cases/{own}/tasks/999", "case", to(404, NORTH)),
    Row("POST", "/cases/{own}/tasks/999", "case", to(404, NORTH), sends={"changes": "visit_today"}),
    Row("GET", "/desk/alerts", None, {"head": 200}, "Not acknowledged in time"),
)
