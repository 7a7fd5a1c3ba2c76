"""What people read who have no page of work in this service, or not yet: by the kind of their team and their role."""

from caseapp.access.domain import CHAIRS, EVOLVE, SERVICE
from caseapp.deadlines.catalogue import RULES

# (what the service will do for them, how their work reaches them until then)
NOT_YET: dict[tuple[str, str], tuple[str, str]] = {
    (CHAIRS, "chair"): (
        "Child protection conferences are not kept here yet: neither who is invited, nor reports, letters or records.",
        "Conferences are arranged as before; the family’s worker or their manager rings you.",
    ),
    (CHAIRS, "business_support"): (
        "Conferences are not kept here yet: neither invitations, nor letters or records.",
        "Invitations and letters are made as before; the chair tells you what is needed.",
    ),
    (EVOLVE, "worker"): (
        "Evolve’s own work with a child is not kept here yet.",
        "The locality team that holds the child stays the one to ask, and asks you by telephone.",
    ),
    (SERVICE, "ig"): (
        "Requests for records and breaches are not kept here yet, and without one you open no record.",
        "Ask the auditor who looked at what; the event log and the read log are theirs to search.",
    ),
}
NO_PLACE = (
    "Your sign-in has no place in a team today, so there is nothing that it may show you.",
    "Whoever leads safeguarding in your agency, or the administrator, can give you your place back.",
)
NO_PAGE = (
    "There is no page for what you do here yet.",
    "Ask the administrator whether your place in the team is right.",
)

# What the rule of thumb for late assessments was worth, scored by `benchmarks.pace` on a made year of another seed than
# the one its points were chosen on (docs/performance.md has the whole table): on which working day, how many it named,
# how many of those ended late, and how many did that it did not name.
SCORED = ((20, 266, 168, 179), (40, 444, 343, 4))

# The clocks that a visit ends: what is due by them leads to the page on which it is written.
BY_VISIT = frozenset(rule.key for rule in RULES if "visit.made" in rule.stops_on)
