"""What happens to files."""

from caseapp.kernel.events import EventType, declare

declare(
    EventType("document.attached", "A file was attached", {"document": "subject"}, "own"),
    EventType("document.removed", "A file was taken out", {"document": "subject"}, "own"),
)
