"""Words of a handover's codes. A key is never reused."""

from caseapp.assessments import catalogue as assessed

from .domain import NO, NOT_YET, YES

# Family help is asked for in the same words wherever it is asked.
CONSENT: dict[str, str] = assessed.CONSENT
CONSENT_HOW: dict[str, str] = assessed.CONSENT_HOW

DIRECTIONS: dict[str, str] = {
    "step_down": "step-down to family help",
    "hub_to_family_help": "from the hub to family help",
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

# The receiver's level, by direction of the move; a case already there stays.
LEVEL_AFTER = "focused_family_help"
EPISODE_AFTER = "family_help"
EPISODE_BEFORE = "child_in_need"
LEAD_ROLE = "lead_practitioner"
END_REASON = "step_down"


# How somebody who is asked to lead answers, and the five reasons for not (practice 19).
LEAD_ANSWERS: dict[str, str] = {YES: "Yes, I will lead", NOT_YET: "Not yet", NO: "No"}
LEAD_REASONS: dict[str, str] = {
    "too_many": "I lead as many families as I can",
    "not_me": "Somebody else knows this family better",
    "not_trained": "I need training or supervision first",
    "not_agreed": "My manager has not agreed",
    "not_safe": "It would put me or the family in a hard place",
}
