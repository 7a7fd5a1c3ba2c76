"""Printing and taking away; the pages about the service. A partner's copy is the referrer's alone."""

from tests.house.matrix.row import CASE_WORKERS, HUB, NORTH, REFERRERS, Row, every, to

MANAGERS = dict.fromkeys(("north.manager", "central.manager", "familyhelp.north"), 200)

ROWS = (
    # About the service
    Row("GET", "/accessibility", None, every(200), "Accessibility", open=True),
    Row("GET", "/privacy", None, every(200), "Privacy", open=True),
    Row("GET", "/cookies", None, every(200), "Cookies", open=True),
    # Papers
    Row("GET", "/referrals/{own}/print", "referral", HUB, "What was said", foreign=200),
    Row("GET", "/referrals/{own}/print.pdf", "referral", HUB, foreign=200),
    Row("GET", "/referrals/{own}/receipt/print", "referral", {"school": 200}, "your own copy", refused=tuple(HUB)),
    Row("GET", "/referrals/{own}/receipt/print.pdf", "referral", {"school": 200}, refused=tuple(HUB)),
    # Nothing is decided yet
    Row("GET", "/referrals/{own}/letter", "referral", to(409, HUB), "no letter", foreign=409),
    Row("GET", "/referrals/{own}/letter.pdf", "referral", to(409, HUB), "no letter", foreign=409),
    Row("GET", "/referrals/{own}/family-letter", "referral", to(409, HUB), "no letter", foreign=409),
    Row("GET", "/referrals/{own}/family-letter.pdf", "referral", to(409, HUB), "no letter", foreign=409),
    Row("GET", "/cases/{own}/print", "case", NORTH, "Accountable team"),
    Row("GET", "/cases/{own}/print.pdf", "case", NORTH),
    # Lists
    Row("GET", "/referrals/queue.xlsx", None, HUB),
    Row("GET", "/referrals/mine.xlsx", None, REFERRERS),
    Row("GET", "/desk/my-work.xlsx", None, CASE_WORKERS),
    Row("GET", "/desk/team.xlsx", None, MANAGERS),
    Row("GET", "/pathway/handovers.xlsx", None, {**CASE_WORKERS, **HUB}),
    Row("GET", "/pathway/closed.xlsx", None, CASE_WORKERS),
    Row("GET", "/accounts/people.xlsx", None, {"admin": 200}),
    Row("GET", "/audit/events.xlsx", None, {"auditor": 200}),
    Row("GET", "/audit/reads.xlsx", None, {"auditor": 200}),
)
