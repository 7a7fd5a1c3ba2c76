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
    EventType(
        "case.handover.agreed_urgent",
        "Urgent step-up decided by the hub; {to_team} is asked, and answers within the hour",
        _TEAMS,
        "plan",
        important=True,
    ),
    EventType(
        "case.handover.part_recorded", "Of the handover was recorded: {part}", {"part": "code:handover_part"}, "plan"
    ),
    EventType(
        "case.handover.opened_to_stand_ins",
        "The managers who are asked are away: those of the other teams may answer",
        {},
        "plan",
    ),
    EventType("case.handover.climbed", "Nobody answered the handover in time: the head of service has it", {}, "plan"),
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
declare(
    EventType(
        "look_back.set",
        "The family said no to family help; universal services were told, and in 12 weeks somebody looks back",
        {},
        important=True,
    ),
    EventType("look_back.done", "Looked back, 12 weeks after the family said no: {found}", {"found": "code:look_back"}),
)
