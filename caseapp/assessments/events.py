"""What happens to an assessment.

The cases come first in `subjects`: `assessment.authorised` stops the clock of each.
"""

from caseapp.kernel.events import EventType, declare

declare(
    EventType("assessment.started", "Assessment started", {"children": "number"}, "plan"),
    # `review` is the number of the manager's look; those recorded by their date before it had a page have a note.
    EventType(
        "assessment.reviewed",
        "The manager looked at the assessment",
        {"review": "number", "agreed": "code:assessment_review"},
    ),
    EventType("assessment.taken_up", "Assessment taken up by another author", {}, "record"),
    EventType(
        "assessment.submitted", "Assessment submitted for authorisation", {"text_version": "text_version"}, "record"
    ),
    EventType("assessment.sent_back", "Assessment sent back to its author", {"text_version": "text_version"}, "record"),
    EventType("assessment.authorised", "Assessment authorised", {"late": "flag"}, "plan", important=True),
)
