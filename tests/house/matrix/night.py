"""The night: closing list, night list, safety card, alerts, morning."""

from tests.house.matrix.row import CASE_WORKERS, HUB, NORTH, Row, to

NIGHT = {"edt": 200}
DAY, OURS = tuple(NORTH), tuple(HUB)
# The night has the whole borough: no child's card is foreign to it. The hub sees every referral.
ROWS = (
    Row("GET", "/night/closing", None, HUB, "Closing list"),
    Row("POST", "/night/closing/{own}", "referral", to(422, HUB), "There is a problem", foreign=422),
    Row("GET", "/night/", None, NIGHT, "Night list"),
    Row("POST", "/night/find", None, NIGHT, "Find a child"),
    Row("POST", "/night/take", None, {"edt": 404}),
    Row("POST", "/night/look", None, {"edt": 404}),
    Row("GET", "/night/held/{own}", "night", NIGHT, "What the night did", refused=OURS, foreign=200),
    Row("POST", "/night/held/{own}/accept", "night", {"edt": 303}, refused=OURS, foreign=303),
    Row("POST", "/night/held/{own}/entry", "night", {"edt": 422}, "What the night did", refused=OURS, foreign=422),
    Row("GET", "/night/children/{own}", "case", NIGHT, "Why do you need", refused=DAY, foreign=200),
    Row("POST", "/night/children/{own}/open", "case", {"edt": 422}, "There is a problem", refused=DAY, foreign=422),
    Row("GET", "/night/children/{own}/entry", "case", NIGHT, "Write a night entry", refused=DAY, foreign=200),
    Row("POST", "/night/children/{own}/entry", "case", {"edt": 422}, "There is a problem", refused=DAY, foreign=422),
    Row("GET", "/night/morning", None, {**CASE_WORKERS, **HUB}, "From the night"),
    Row("POST", "/night/morning/{own}", "night", to(422, HUB), "There is a problem", foreign=422),
    Row("GET", "/night/alerts/{own}", "case", NORTH, "Leave an alert for the night"),
    Row("POST", "/night/alerts/{own}", "case", to(422, NORTH), "There is a problem"),
    Row("POST", "/night/alerts/{own}/1/withdraw", "case", to(404, NORTH)),
    Row("GET", "/night/alerts/from/{own}", "referral", HUB, "Leave an alert for the night", foreign=200),
    Row("POST", "/night/alerts/from/{own}", "referral", to(422, HUB), "Leave an alert", foreign=422),
)  # fmt: skip
