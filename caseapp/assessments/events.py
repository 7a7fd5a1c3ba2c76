"""What happens to an assessment.

The cases come first in `subjects`: `assessment.authorised` stops the clock of each.
"""

from caseapp.kernel.events import EventType, declare

declare(
    EventType("assessment.started", "Assessment started", {"children": "number"}, "plan"),
    EventType("assessment.taken_up", "Assessment taken up by another author", {}, "record"),
    EventType(
        "assessment.submitted", "Assessment submitted for authorisation", {"text_version": "text_version"}, "record"
    ),
    EventType("assessment.sent_back", "Assessment sent back to its author", {"text_version": "text_version"}, "record"),
    EventType("assessment.authorised", "Assessment authorised", {"late": "flag"}, "plan", important=True),
)
