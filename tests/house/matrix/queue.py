"""The queue: who has a referral, asking back, calls."""

from tests.house.matrix.row import HUB, REFERRERS, Row, to

COUNCIL = {login: 200 for login in REFERRERS if login not in ("school", "police")}
MANAGER = {"mash.manager": 200}
WORKER = ("mash.worker",)
ROWS = (
    Row("POST", "/referrals/{own}/take", "referral", to(409, HUB), "Nobody has it now", {"seen": "old"}, foreign=409),
    Row("POST", "/referrals/{own}/let-go", "referral", to(303, HUB), foreign=303),
    Row("GET", "/referrals/{own}/give", "referral", MANAGER, "Who takes it?", refused=WORKER, foreign=200),
    Row("POST", "/referrals/{own}/give", "referral", to(422, MANAGER), "Choose who", refused=WORKER, foreign=422),
    Row("GET", "/referrals/{own}/ask", "referral", HUB, "Your question", foreign=200),
    Row("POST", "/referrals/{own}/ask", "referral", to(422, HUB), "There is a problem", foreign=422),
    Row("POST", "/referrals/{own}/ask/999/told", "referral", to(404, HUB), foreign=404),
    Row("GET", "/referrals/{own}/asked", "referral", {"school": 200}, "The hub asks you", refused=tuple(HUB)),
    Row("POST", "/referrals/{own}/asked/999", "referral", {"school": 404}, refused=tuple(HUB)),
    Row("POST", "/referrals/{own}/confirmed", "referral", to(303, HUB), foreign=303),
    Row("GET", "/referrals/find", None, to(404, HUB), "No referral that you can see"),
    Row("GET", "/referrals/call", None, COUNCIL, "Record a phone referral"),
    Row("POST", "/referrals/call", None, to(303, COUNCIL)),
)
