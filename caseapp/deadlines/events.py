"""What is recorded by its date (subjects: the cases, then the note with its words), and what happens to clocks."""

from caseapp.deadlines.domain import MOVED, TAKEN_BACK
from caseapp.kernel.events import EventType, declare

from .catalogue import KINDS

declare(
    *(
        EventType(
            kind.code,
            f"{kind.words} for {{on}}" if kind.named_day else kind.words,
            {"note": "note", **({"on": "day"} if kind.named_day else {})},
            "plan",
            important=kind.important,
        )
        for kind in KINDS.values()
    ),
    EventType(
        MOVED,
        "The date was wrong, {kind}: it is now {to}",
        {"event": "number", "kind": "code:dated", "to": "moment", "note": "note"},
    ),
    EventType(TAKEN_BACK, "This did not happen: {kind}", {"event": "number", "kind": "code:dated", "note": "note"}),
    EventType(
        "clock.late_explained",
        "{rule} is late: {reason}",
        {"rule": "code:rule", "reason": "code:late_reason", "late": "number"},
    ),
    EventType(
        "clock.late_authorised",
        "The manager authorised that {rule} is late: {reason}",
        {"rule": "code:rule", "reason": "code:late_reason", "late": "number"},
    ),
    EventType(
        "clock.late_sent_back",
        "The manager asked again why {rule} is late: {reason}",
        {"rule": "code:rule", "reason": "code:late_reason", "late": "number"},
    ),
    # About the service: what a council decided, and how many clocks that moved.
    EventType(
        "policy.decided",
        "Decided about deadlines, version {version}: {moved} clocks moved",
        {"version": "number", "moved": "number"},
        "service",
    ),
)
