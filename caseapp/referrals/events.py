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
    EventType("referral.read", "Opened in the hub", {}, "own"),
    EventType("referral.rated", "Rated {rating}", {"rating": "code:ratings", "received_at": "moment"}, "hub"),
    EventType("decision.proposed", "A decision was proposed", {"decision": "number"}, "hub"),
    EventType("decision.agreed", "The hub decided", {"decision": "number", "changed": "flag"}, "hub", important=True),
    EventType("decision.changed", "The manager changed what was proposed", {"decision": "number"}, "hub"),
    EventType(
        "decision.sent_back", "The manager sent the proposal back with a question", {"decision": "number"}, "hub"
    ),
    EventType("feedback.given", "The referrer was answered", {}, "own"),
    EventType(
        "referral.noted_on_case",
        "A new contact came to the hub about this child",
        {"referral": "subject"},
        important=True,
    ),
    EventType("input_mark.settled", "Something in what was given was put right", {"mark": "number"}, "hub"),
)
