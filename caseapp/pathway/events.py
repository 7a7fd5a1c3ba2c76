"""What happens to a handover. It comes first in `subjects` (its clock), then the cases that go with it."""

from caseapp.kernel.events import EventType, declare

_TEAMS = {"from_team": "team", "to_team": "team"}

declare(
    EventType(
        "case.handover.proposed",
        "Handover proposed: from {from_team} to {to_team}",
        {**_TEAMS, "children": "number"},
        "plan",
    ),
    EventType("case.handover.agreed", "Handover agreed by the sending manager; {to_team} is asked", _TEAMS, "plan"),
    EventType("case.handover.sent_back", "Handover sent back to the worker by their manager", _TEAMS, "record"),
    EventType(
        "case.handover.accepted", "{to_team} accepted the handover from {from_team}", _TEAMS, "plan", important=True
    ),
    EventType(
        "case.handover.returned", "{to_team} sent the handover back to {from_team}", _TEAMS, "plan", important=True
    ),
    EventType("case.handover.withdrawn", "{from_team} took the handover back", _TEAMS, "plan"),
    EventType(
        "case.handover.sender_closed", "{from_team} closed its part; the handover to {to_team} is done", _TEAMS, "plan"
    ),
)

# Asking somebody outside the receiving team to lead. The handover comes first, then the request, then the cases.
declare(
    EventType("lead.asked", "{professional} was asked to lead the work", {"professional": "professional"}, "plan"),
    EventType(
        "lead.answered",
        "{professional}, asked to lead the work: {answer}",
        {"professional": "professional", "answer": "code:lead_answers"},
        "plan",
    ),
)
