"""What happens to a police notification."""

from caseapp.kernel.events import EventType, declare

declare(
    EventType("notice.taken", "A police notification was dropped in", {}, "own"),
    EventType("notice.saved", "A police notification was corrected", {}, "own"),
    EventType("notice.sent", "A police notification was sent to the hub", {"referral": "subject"}, "own"),
    EventType("notice.discarded", "A police notification was thrown away before it was sent", {}, "own"),
)
