"""Codes of a case and their words. A key is never reused."""

from .domain import LEVELS

# How children are counted at a level: after 1, and after more.
LEVELS_COUNTED = {
    "universal": ("in universal and community", "in universal and community"),
    "focused_family_help": ("in focused family help", "in focused family help"),
    "specialist_family_help": ("in specialist family help", "in specialist family help"),
    "assessment": ("in assessment", "in assessment"),
    "strategy_discussion": ("in strategy discussion", "in strategy discussion"),
    "child_in_need": ("child in need", "children in need"),
}

EPISODES = {
    "family_help": "Family help",
    "child_in_need": "Child in need",
    "looked_after": "Child in our care",
}

# Why an episode closed (Children in Need census, reason for closure).
CLOSURES = {
    "RC1": "adopted",
    "RC2": "died",
    "RC3": "child arrangements order",
    "RC4": "special guardianship order",
    "RC5": "moved to another council",
    "RC6": "moved to adult social care",
    "RC7": "services ended",
    "RC8": "assessed: no further help needed",
    "RC9": "assessed, then handed to family help",
}

ROLES = {
    "worker": "worker",
    "lead_practitioner": "lead practitioner",
    "co_worker": "joint worker",
}

END_REASONS = {
    "changed": "another worker took over",
    "step_down": "the family was handed to family help",
    "step_up": "the family was handed to social work",
    "transfer": "the family moved to another team",
    "left": "left the team",
    "closed": "the work ended",
}

# What a task asks for: heading, and the words of the button.
TASKS = {
    "referral_on_open_case": ("A new referral came about a child you work with", "I have read this, and will act"),
    "case_received": ("The hub gave this child to your team", "I have read this"),
    "handover_returned": ("The handover came back with a question", "I have read this"),
}
OTHER_TASK = ("Something to read", "I have read this")

FAMILY_ROLES = {"child": "child", "adult": "adult"}

# The words of codes that stand in events, by the list named in `code:<list>`. Higher slices add theirs by the slot
# `cases.code_words`.
CODE_WORDS = {
    "level": LEVELS,
    "episode": EPISODES,
    "closure": CLOSURES,
    "role": ROLES,
    "end_reason": END_REASONS,
    "task": {key: heading for key, (heading, _) in TASKS.items()},
    "family_role": FAMILY_ROLES,
}
