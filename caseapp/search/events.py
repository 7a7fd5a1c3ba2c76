"""What happens to searches. What was typed stands in no event."""

from caseapp.kernel.events import EventType, declare

declare(
    EventType("search.made", "Searched", {}, "service"),
    EventType("search.cleared", "What was searched for was cleared away", {}, "service"),
)
