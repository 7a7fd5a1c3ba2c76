"""What people do with handovers: two keys on each side of the door, and the family always in exactly one team's hands.

Each command takes the handover's row first and keeps it locked until the request ends, so that of two people who answer
at once the second sees what the first one did. Called as `pathway.commands.<verb>`.
"""

from .answering import (
    accept_handover,
    agree_handover,
    close_sender_part,
    return_handover,
    send_back_handover,
    withdraw_handover,
)
from .closing import close_family_cases
from .leading import LeadAnswer, answer_to_lead, ask_to_lead, write_answer_down
from .proposing import ASSESS_FIRST, NewLead, hand_again, hand_to_family_help, propose_step_down
from .steps import FROM_HUB

__all__ = [
    "ASSESS_FIRST",
    "FROM_HUB",
    "LeadAnswer",
    "NewLead",
    "accept_handover",
    "agree_handover",
    "answer_to_lead",
    "ask_to_lead",
    "close_family_cases",
    "close_sender_part",
    "hand_again",
    "hand_to_family_help",
    "propose_step_down",
    "return_handover",
    "send_back_handover",
    "withdraw_handover",
    "write_answer_down",
]
