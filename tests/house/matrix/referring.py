"""Referring: drafts, the form, receipts."""

from tests.house.matrix.row import HUB, REFERRERS, Row, to

ROWS = (
    # Referring
    Row("GET", "/referrals/", None, REFERRERS, "My referrals"),
    Row("GET", "/referrals/new", None, REFERRERS, "New referral"),
    Row("POST", "/referrals/new", None, to(303, REFERRERS)),
    Row("GET", "/referrals/drafts/{own}/known", "draft", {"school": 200}, "Have you told us of this child before?"),
    Row("GET", "/referrals/drafts/{own}/danger", "draft", {"school": 200}, "Is a child in danger now?"),
    Row("POST", "/referrals/drafts/{own}/me", "draft", {"school": 422}, "There is a problem", {"version": "1"}),
    Row("POST", "/referrals/drafts/{own}/me/save", "draft", {"school": 200}, "saved_at", {"version": "1"}),
    Row("GET", "/referrals/drafts/{own}/discard", "draft", {"school": 200}, "Throw"),
    Row("POST", "/referrals/drafts/{own}/discard", "draft", {"school": 303}),
    Row("GET", "/referrals/drafts/{own}/brief", "draft", {"school": 200}, "Tell us in two minutes"),
    Row("POST", "/referrals/drafts/{own}/brief", "draft", {"school": 422}, "There is a problem", {"version": "1"}),
    Row("POST", "/referrals/drafts/{own}/brief/save", "draft", {"school": 200}, "saved_at", {"version": "1"}),
    Row("POST", "/referrals/drafts/{own}/files", "draft", {"school": 422}, "Choose a file first", {"attach": "1"}),
    Row("POST", "/referrals/drafts/{own}/keep", "draft", {"school": 303}),
    # The address of this referral is not outside the borough, so there is no copy to hand over.
    Row("GET", "/referrals/{own}/copy", "referral", {"school": 404}, refused=tuple(HUB)),
    Row("POST", "/referrals/{own}/copy", "referral", {"school": 404}, refused=tuple(HUB)),
    Row("GET", "/referrals/{own}/receipt", "referral", {"school": 200}, "We have your referral", refused=tuple(HUB)),
    Row("POST", "/referrals/{own}/seen", "referral", {"school": 409}, refused=tuple(HUB)),
)
