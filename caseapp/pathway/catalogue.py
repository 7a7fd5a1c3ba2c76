"""Words of a handover's codes, and what each direction moves. A key is never reused."""

from dataclasses import dataclass

from caseapp.access.domain import FAMILY_HELP, LOCALITY
from caseapp.assessments import catalogue as assessed

from .domain import FROM_HUB, NO, NOT_TOLD, NOT_YET, STEP_DOWN, STEP_UP, TOLD, TRANSFER, YES

# Handed in sentences: "Handover H-... , step-down to family help".
DIRECTIONS: dict[str, str] = {
    STEP_DOWN: "step-down to family help",
    FROM_HUB: "from the hub to family help",
    STEP_UP: "step-up to social work",
    TRANSFER: "to another team",
}


@dataclass(frozen=True)
class Move:
    """What acceptance does: the role of the new lead, and the coded reason why the part of the old one ends."""

    lead_role: str
    end_reason: str


MOVES: dict[str, Move] = {
    STEP_DOWN: Move("lead_practitioner", "step_down"),
    FROM_HUB: Move("lead_practitioner", "step_down"),
    STEP_UP: Move("worker", "step_up"),
}
# At the same level the new lead is what the old one was.
BETWEEN: dict[str, Move] = {
    LOCALITY: Move("worker", "transfer"),
    FAMILY_HELP: Move("lead_practitioner", "transfer"),
}

# Family help is asked for in the same words wherever it is asked.
STEP_DOWN_CONSENT: dict[str, str] = assessed.CONSENT
CONSENT_HOW: dict[str, str] = assessed.CONSENT_HOW
CONSENT: dict[str, str] = {
    **STEP_DOWN_CONSENT,
    TOLD: "The family has been told",
    NOT_TOLD: "The family has not been told",
}

STATES: dict[str, str] = {
    "proposed": "waiting for the sending manager",
    "agreed": "waiting for the receiving team",
    "accepted": "accepted, both teams still working together",
    "closed": "accepted",
    "returned": "sent back by the receiving team",
    "sent_back": "sent back to the worker",
    "withdrawn": "withdrawn",
}

# What is recorded of a step-down beside its pack.
PARTS: dict[str, str] = {
    "actions": "the actions, and what shows that they are done",
    "meeting": "the joint meeting with the family",
}

# What a look-back found: the words, and whether the hub has to hear of it.
FOUND: dict[str, str] = {
    "well": "The child is well, and nobody is worried",
    "agreed_now": "The family would like help now",
    "worried": "Somebody is worried about the child",
    "not_known": "Nobody who knows the child could be reached",
}
TO_THE_HUB = frozenset({"agreed_now", "worried", "not_known"})

# The receiver's level where the sender named none.
LEVEL_AFTER = "focused_family_help"
EPISODE_AFTER = "family_help"
EPISODE_BEFORE = "child_in_need"
# How somebody who is asked to lead answers, and the five reasons for not (practice 19).
LEAD_ANSWERS: dict[str, str] = {YES: "Yes, I will lead", NOT_YET: "Not yet", NO: "No"}
LEAD_REASONS: dict[str, str] = {
    "too_many": "I lead as many families as I can",
    "not_me": "Somebody else knows this family better",
    "not_trained": "I need training or supervision first",
    "not_agreed": "My manager has not agreed",
    "not_safe": "It would put me or the family in a hard place",
}
# The code of an episode of family help that a step-up ends.
STEPPED_UP = "FH5"

# The words of codes that stand in events (slot `cases.code_words`).
CODE_WORDS = {"lead_answers": LEAD_ANSWERS, "handover_part": PARTS, "look_back": FOUND}
