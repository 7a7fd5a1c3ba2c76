"""What happens to a referral and to a draft."""

from caseapp.kernel.events import EventType, declare

declare(
    EventType(
        "referral.received", "Referral received", {"agency": "agency", "mode": "code:modes", "children": "number"}
    ),
    EventType("draft.started", "A referral was begun", {}, "own"),
    EventType("draft.saved", "A page of a draft was saved", {}, "own"),
    EventType("draft.sent", "A referral was sent", {"referral": "subject"}, "own"),
    EventType("draft.discarded", "A draft was thrown away", {}, "own"),
    EventType("feedback.seen", "The referrer read the outcome", {}),
)
