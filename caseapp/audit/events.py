"""What happens to the logs themselves."""

from caseapp.kernel.events import EventType, declare

from .domain import RESTARTED

declare(
    EventType(
        RESTARTED,
        "The chain of seals was broken after number {position} and begins again: {why}",
        # `reads`: the last look written before it, so that what was wrong before can be told from what is wrong since.
        {"position": "number", "reads": "number", "why": "code:audit_restarts"},
        "service",
        important=True,
    ),
)
