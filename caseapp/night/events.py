"""What happens at night. Subjects: the work first, then the referral or the child it is about."""

from caseapp.kernel.events import EventType, declare

declare(
    EventType("night.handed_over", "Handed to the night", {"until": "moment"}, important=True),
    EventType(
        "night.kept_in_hub", "{professional} of the hub keeps it through the night", {"professional": "professional"}
    ),
    EventType("night.accepted", "The night accepted it", {}),
    EventType("night.taken", "The night took on what came in while the hub was closed", {}),
    EventType("night.entry.written", "Night work", {"entry": "number", "from_paper": "flag"}, important=True),
    EventType("night.acknowledged", "The day read the night’s work and said what follows", {}),
    EventType(
        "night.alert.left", "An alert for the night was left", {"alert": "number", "until": "moment"}, important=True
    ),
    EventType("night.alert.withdrawn", "The alert for the night was withdrawn", {"alert": "number"}),
    EventType("night.record.opened", "Opened at night: {source}", {"source": "code:night_sources", "until": "moment"}),
    EventType(
        "continuity.exported",
        "A file for the day the system is gone was written",
        {"team": "team", "day": "day", "children": "number"},
    ),
)
