"""What happens to what is known about people. Subjects: the person, or the people it happened to.

Not shown in a child's chronology: the case's own events tell the story; of a move, the task that it makes.
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
    EventType(
        "people.rekeyed",
        "What {people} people are found by was made anew, from number {after} to number {last}",
        dict.fromkeys(("people", "after", "last"), "number"),
        "service",
    ),
    EventType("family.made", "Family recorded", {}, "service"),
    EventType("family.member.added", "Added to the family as {role}", {"role": "code:family_role"}, "service"),
    EventType(
        "person.same_said", "Two records: {answer}", {"answer": "code:same_answers", "link": "number"}, "service"
    ),
    EventType(
        "person.restricted",
        "Only named people may see this record: {reason}",
        {"reason": "code:restrictions", "restriction": "number"},
        "staff",
    ),
    EventType("person.restriction_ended", "The restriction of this record ended", {"restriction": "number"}, "staff"),
    EventType("person.same_taken_back", "What was said of two records was taken back", {"link": "number"}, "service"),
    EventType("person.name.told", "A name recorded: {kind}", {"kind": "code:name_kind"}, "service"),
    EventType("person.fact.corrected", "Corrected: {field}", {"field": "code:person_field"}, "service"),
    EventType("person.born", "The baby was born on {born_on}", {"born_on": "day"}, "service"),
    EventType("person.number.added", "{kind} recorded", {"kind": "code:number_kind"}, "service"),
    EventType("person.number.verified", "{kind} looked up and found right", {"kind": "code:number_kind"}, "service"),
    EventType(
        "person.number.ended",
        "{kind} ended: {reason}",
        {"kind": "code:number_kind", "reason": "code:number_end"},
        "service",
    ),
    EventType("person.related", "A relationship recorded: {kind}", {"kind": "code:relationship"}, "service"),
    EventType(
        "person.relationship.ended",
        "A relationship ended: {kind}, {reason}",
        {"kind": "code:relationship", "reason": "code:relationship_end"},
        "service",
    ),
    EventType("person.contact.told", "Safe to contact: {way}", {"way": "code:contact_way"}, "service"),
    EventType("person.contact.ended", "Safe to contact, ended: {way}", {"way": "code:contact_way"}, "service"),
    EventType("person.danger.told", "A danger to workers recorded", {}, "service"),
    EventType("person.danger.ended", "A danger to workers ended", {}, "service"),
    # `follows`: whom to tell or what to look at because of it; 0 where nothing follows.
    EventType("person.moved", "New address", {"stay": "number", "follows": "number"}, "service"),
    EventType("person.address.differs", "Somebody gives another address", {"stay": "number"}, "service"),
    EventType("person.address.protected", "The address is protected from now on", {"stay": "number"}, "service"),
    # `left`: how many other addresses are still to be settled.
    EventType("person.address.settled", "Another address settled", {"stay": "number", "left": "number"}, "service"),
    EventType(
        "person.address.passed_on",
        "Told of the new address: {who}",
        {"who": "code:to_tell", "left": "number"},
        "service",
    ),
)
