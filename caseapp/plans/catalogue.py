"""Kinds of plan and their words. A key is never reused."""

from dataclasses import dataclass

from .domain import HELP, STATUTORY


@dataclass(frozen=True)
class PlanKind:
    """A kind of plan: what it is called, on which track it runs (one open plan of a track for a child), at which levels
    it is begun, the events that it records. `agreed`: it needs the family's yes, and that is an event of its own."""

    key: str
    words: str
    track: str
    levels: frozenset[str]
    group: str
    began: str
    met: str
    reviewed: str
    ended: str
    agreed: str = ""
    survey: bool = False


KINDS: dict[str, PlanKind] = {
    kind.key: kind
    for kind in (
        PlanKind(
            "family_help",
            "family help plan",
            HELP,
            frozenset({"focused_family_help", "specialist_family_help"}),
            "Team around the family",
            began="plan.family_help_began",
            met="taf.held",
            reviewed="family_help.level_reviewed",
            ended="plan.family_help_ended",
            agreed="family_help.engaged",
            survey=True,
        ),
        PlanKind(
            "child_in_need",
            "child in need plan",
            STATUTORY,
            frozenset({"child_in_need"}),
            "Team around the child",
            began="plan.cin_began",
            met="plan.group_met",
            reviewed="cin.reviewed",
            ended="plan.cin_ended",
        ),
    )
}
KIND_OF_LEVEL = {level: kind.key for kind in KINDS.values() for level in kind.levels}


@dataclass(frozen=True)
class Part:
    """A part of a plan in plain words: its key, its heading, and what to think of."""

    key: str
    heading: str
    hint: str


PARTS = (
    Part(
        "aim", "What we want to change", "In the family’s words. What will be different, and how everyone will see it"
    ),
    Part("strengths", "What is already good", "Who and what helps the family now"),
    Part("worries", "What worries us", "What is hard now, and what it does to each child"),
    Part("voice", "What the children say", "As they said it, and who heard it"),
    Part("contingency", "What we do if things get worse", "What would tell us, who does what at once, whom to ring"),
)

# Areas that a family scores from 0 (as bad as it could be) to 10 (as good as it could be).
AREAS = {
    "health": "Being well, in body and mind",
    "home": "Home and money",
    "school": "School and learning",
    "behaviour": "Getting on together at home",
    "parenting": "Being the parent I want to be",
    "safety": "Feeling safe",
    "friends": "Friends and people who help",
}
STAGES = {"start": "At the start", "review": "At a review", "end": "At the end"}

# What became of a plan at its review, for the plan as a whole.
OUTCOMES = {
    "goes_on": "It goes on",
    "changed": "It goes on, with changes",
    "step_down": "It can end: less help is enough",
    "step_up": "It is not enough: more help is needed",
    "close": "It can end: what we wanted has changed",
}
ENDS = {
    "aims_met": "What we wanted has changed",
    "less_help": "Less help is enough now",
    "more_help": "The children need more help (stepped up)",
    "consent_ended": "The family does not want it any more",
    "moved": "The family moved away",
    "closed": "The case was closed",
}
# What a person chooses from when they close a plan.
CHOSEN_ENDS = {key: words for key, words in ENDS.items() if key != "closed"}
CAME = {"came": "Came", "sorry": "Could not come, and told us", "not_there": "Was not there"}
MEETINGS = {"group": "Meeting of the team", "review": "Review of the plan"}
# The worst and the best answer of the exit survey.
RATINGS = {1: "it made things worse", 10: "it helped as much as it could"}
CODES = {
    "plan_end": ENDS,
    "plan_stage": STAGES,
    "plan_outcome": OUTCOMES,
}
