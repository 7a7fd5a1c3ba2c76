"""What happens to a referral and to a draft."""

from caseapp.kernel.events import EventType, declare

declare(
    EventType(
        "referral.received", "Referral received", {"agency": "agency", "mode": "code:modes", "children": "number"}
    ),
    EventType("draft.started", "A referral was begun", {}, "own"),
    EventType("draft.saved", "A page of a draft was saved", {}, "own"),
    EventType("draft.discarded", "A draft was thrown away", {}, "own"),
    EventType("draft.kept", "A draft was kept for 30 days more", {}, "own"),
    EventType("draft.expired", "Nobody touched a draft for 30 days: its words are gone", {}, "own"),
    EventType("referral.copy_given", "The referrer handed a copy to another council", {}, "own"),
    EventType("feedback.seen", "The referrer read the outcome", {}),
    EventType("referral.read", "Opened in the hub", {}, "own"),
    EventType("referral.taken", "Somebody in the hub took it", {"taken_from": "user"}, "hub"),
    EventType("referral.let_go", "Nobody in the hub has it any more", {"held_by": "user"}, "hub"),
    EventType("referral.given", "A hub manager gave it to somebody", {"to": "user", "taken_from": "user"}, "hub"),
    EventType("hub.asked_back", "The hub asked the referrer something", {"question": "number"}, "own"),
    EventType(
        "hub.answered_back", "What the hub asked was answered", {"question": "number", "by_phone": "flag"}, "own"
    ),
    EventType("referral.taken_by_phone", "A call was written down", {"caller": "code:callers"}, "hub"),
    EventType("referral.confirmed_in_writing", "The written confirmation of a call came", {}, "hub"),
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
    EventType(
        "open_case.told",
        "The people of the open case were told of a new contact, rated {rating}",
        {"rating": "code:ratings"},
        important=True,
    ),
    EventType("input_mark.settled", "Something in what was given was put right", {"mark": "number"}, "hub"),
    EventType(
        "referral.child_known",
        "The hub said whether a child is known: {answer}",
        {"answer": "code:same_answers", "number": "number"},
        "hub",
    ),
    EventType(
        "referral.child_known_taken_back",
        "What the hub said of a child and a record was taken back",
        {"number": "number"},
        "hub",
    ),
    EventType(
        "referral.adult_known",
        "The hub said whether an adult is known: {answer}",
        {"answer": "code:same_answers", "number": "number"},
        "hub",
    ),
    EventType(
        "referral.adult_known_taken_back",
        "What the hub said of an adult and a record was taken back",
        {"number": "number"},
        "hub",
    ),
    EventType("referral.added_to", "The referrer added something", {"addition": "subject", "in_danger": "flag"}, "own"),
    EventType("referral.sent_in_error", "Its sender says that it was sent in error", {"addition": "subject"}, "own"),
    EventType("referral.additions_read", "What the referrer added was read in the hub", {"additions": "number"}, "own"),
    EventType(
        "referral.added_after_decision",
        "The referrer added something after the decision",
        {"addition": "subject"},
        important=True,
    ),
    EventType("look_again.asked", "The referrer asked for it to be looked at again", {"request": "number"}, "own"),
    EventType(
        "look_again.answered",
        "A manager looked at it again",
        {"request": "number", "answer": "code:looked_again", "alone": "flag"},
        "own",
    ),
    EventType("look_again.disagreed", "The referrer still does not agree", {"request": "number"}, "own"),
    EventType("referral.put_back", "A manager put it back, to be decided again", {"request": "number"}, "hub"),
    EventType("feedback.rang", "The hub rang about an outcome that nobody had opened", {"call": "number"}, "hub"),
)
