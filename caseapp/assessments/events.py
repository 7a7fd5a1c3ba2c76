"""What happens to an assessment.

The cases come first in `subjects`: `assessment.authorised` stops the clock of each.
"""

from caseapp.kernel.events import EventType, declare

declare(
    EventType("assessment.started", "Assessment started", {"children": "number"}, "plan"),
    # Family help: its own clock, so its own events.
    EventType("family_help.assessment_began", "Family help assessment began", {"children": "number"}, "plan"),
    EventType("family_help.assessed", "Family help assessment complete", {"late": "flag"}, "plan", important=True),
    EventType(
        "family_help.assessment_stopped", "Family help assessment stopped: {because}", {"because": "code:stopped"}
    ),
    EventType("assessment.child_joined", "Taken into the family’s assessment", {"children": "number"}),
    EventType("assessment.child_left", "Left out of the family’s assessment", {"children": "number"}),
    EventType("assessment.told", "Told of the assessment: person {person}", {"person": "subject", "told": "number"}),
    EventType(
        "assessment.not_told",
        "Not told of the assessment: person {person}, {why}",
        {"person": "subject", "why": "code:not_told", "told": "number"},
    ),
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
