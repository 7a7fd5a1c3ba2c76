"""Words of a handover's codes. A key is never reused."""

from .domain import AGREED_TO, COURT_ORDER, YOUNG_PERSON

DIRECTIONS: dict[str, str] = {
    "step_down": "step-down to family help",
    "hub_to_family_help": "from the hub to family help",
}

CONSENT: dict[str, str] = {
    AGREED_TO: "Agreed by a parent or carer with parental responsibility",
    YOUNG_PERSON: "Agreed by the young person, who is able to decide this",
    COURT_ORDER: "Not needed: a court order asks for this help",
    "refused": "The family said no",
    "not_asked": "Not asked yet",
    "not_reached": "We could not reach them",
}

CONSENT_HOW: dict[str, str] = {
    "in_person": "in person",
    "signed": "in writing, signed",
    "phone": "by telephone",
    "interpreter": "in person, with an interpreter",
    "easy_read": "in person, with an easy-read form",
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
