"""After sending and after the answer: adding, in error, looking again, the telephone list, the safeguarding group."""

from tests.house.matrix.row import HUB, Row

MANAGER = {"mash.manager": 200}
WORKER = ("mash.worker",)

ROWS = (
    Row("GET", "/referrals/{own}/add", "referral", {"school": 200}, "Add to this referral", refused=tuple(HUB)),
    Row(
        "POST", "/referrals/{own}/add", "referral", {"school": 422}, "There is a problem", {"words": " "},
        refused=tuple(HUB),
    ),
    Row("GET", "/referrals/{own}/in-error", "referral", {"school": 200}, "Nothing is deleted", refused=tuple(HUB)),
    Row("POST", "/referrals/{own}/in-error", "referral", {"school": 422}, "There is a problem", refused=tuple(HUB)),
    # Nothing is decided yet, so there is nothing to look at again.
    Row("GET", "/referrals/{own}/look-again", "referral", {"school": 303}, refused=tuple(HUB)),
    Row("POST", "/referrals/{own}/look-again", "referral", {"school": 422}, "There is a problem", refused=tuple(HUB)),
    Row(
        "POST", "/referrals/{own}/look-again/disagree", "referral", {"school": 422}, "There is a problem",
        refused=tuple(HUB),
    ),
    Row("GET", "/referrals/to-ring", None, HUB, "To ring"),
    Row(
        "POST", "/referrals/{own}/rang", "referral", dict.fromkeys(HUB, 422), "There is a problem",
        foreign=422,
    ),
    Row("GET", "/referrals/asked-again", None, MANAGER, "Asked to look again"),
    Row(
        "GET", "/referrals/{own}/look-at-again", "referral", MANAGER, "Nobody has asked", refused=WORKER, foreign=200
    ),
    Row(
        "POST", "/referrals/{own}/look-at-again", "referral", {"mash.manager": 422}, "There is a problem",
        refused=WORKER, foreign=422,
    ),
    Row("GET", "/referrals/group", None, {"school": 200}, "Our safeguarding group"),
    Row("POST", "/referrals/group/deputies", None, {"school": 422}, "There is a problem"),
    Row("POST", "/referrals/group/closed", None, {"school": 422}, "There is a problem"),
)  # fmt: skip
