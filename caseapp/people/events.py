"""What happens to what is known about people.

Not shown in a child's chronology: the case's own events tell the story.
"""

from caseapp.kernel.events import EventType, declare

declare(
    EventType("person.added", "Person recorded", {}, "service"),
    EventType(
        "people.imported",
        "Register of another system read in (run {number}): {added} people added, {known} were here already, "
        "{marked} rows with something to put right, {refused} not taken",
        dict.fromkeys(("number", "added", "known", "marked", "refused"), "number"),
        "service",
    ),
    EventType("family.made", "Family recorded", {}, "service"),
    EventType("family.member.added", "Added to the family as {role}", {"role": "code:family_role"}, "service"),
    EventType(
        "person.same_said", "Two records: {answer}", {"answer": "code:same_answers", "link": "number"}, "service"
    ),
    EventType("person.same_taken_back", "What was said of two records was taken back", {"link": "number"}, "service"),
)
