"""What happens to plans. Subjects: the cases of the children on it first (for clocks and chronology), then the plan.

`taf.held`, `family_help.engaged`, `family_help.level_reviewed`, `plan.cin_began`, `cin.reviewed` and `plan.cin_ended`
start and stop clocks (deadlines/catalogue): this slice is their only source. Their sentences name no key, so that one
that was recorded by its date before there were plans reads the same.
"""

from caseapp.kernel.events import EventType, declare

declare(
    EventType("plan.family_help_began", "Family help plan began", {}, "plan", important=True),
    EventType("family_help.engaged", "Family contacted, and taking part", {}, "plan"),
    EventType("plan.family_help_ended", "Family help plan ended: {reason}", {"reason": "code:plan_end"}, "plan", True),
    EventType("plan.cin_began", "Child in need plan began", {}, "plan", important=True),
    EventType("plan.cin_ended", "Child in need plan ended", {"reason": "code:plan_end"}, "plan", important=True),
    EventType("plan.rewritten", "The words of the plan changed, wording {number}", {"number": "number"}, "plan"),
    EventType("plan.child_joined", "A child joined the plan", {}, "plan"),
    EventType("plan.action_added", "An action was added to the plan", {"action": "number"}, "plan"),
    EventType("plan.action_changed", "An action of the plan was changed", {"action": "number"}, "plan"),
    EventType("plan.action_done", "An action of the plan was done", {"action": "number"}, "plan"),
    EventType("plan.action_dropped", "An action of the plan is not needed any more", {"action": "number"}, "plan"),
    EventType("plan.member_joined", "Somebody joined the team around the family", {"member": "number"}, "plan"),
    EventType("plan.member_left", "Somebody left the team around the family", {"member": "number"}, "plan"),
    EventType("taf.held", "Team around the family met", {"meeting": "number"}, "plan"),
    EventType("plan.group_met", "Team around the child met", {"meeting": "number"}, "plan"),
    EventType(
        "family_help.level_reviewed", "Whether family help goes on was reviewed", {"meeting": "number"}, "plan", True
    ),
    EventType("cin.reviewed", "Child in need plan reviewed", {"meeting": "number"}, "plan", important=True),
    EventType("plan.survey_asked", "The family was asked what they think of the help", {}, "plan"),
    EventType("plan.survey_answered", "The family said what they think of the help", {}, "plan"),
    EventType("plan.scored", "The family said how things are: {stage}", {"stage": "code:plan_stage"}, "plan"),
)
