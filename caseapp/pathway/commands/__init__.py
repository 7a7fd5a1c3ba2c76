"""What people do with handovers: two keys on each side of the door, and the family always in exactly one team's hands.

Each command takes the handover's row first and keeps it locked until the request ends, so that of two people who answer
at once the second sees what the first one did. Called as `pathway.commands.<verb>`.
"""

from caseapp.pathway.domain import FROM_HUB

from .answering import (
    accept_handover,
    agree_handover,
    close_sender_part,
    return_handover,
    send_back_handover,
    withdraw_handover,
)
from .between import hand_up, propose_transfer
from .climbing import let_climb
from .closing import close_family_cases
from .leading import LeadAnswer, answer_to_lead, ask_to_lead, write_answer_down
from .looking_back import finish_look_back, set_look_back
from .proposing import ASSESS_FIRST, NewLead, hand_again, hand_to_family_help, propose_step_down
from .recording import record_part

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
    "finish_look_back",
    "hand_again",
    "hand_to_family_help",
    "hand_up",
    "let_climb",
    "propose_step_down",
    "propose_transfer",
    "record_part",
    "return_handover",
    "send_back_handover",
    "set_look_back",
    "withdraw_handover",
    "write_answer_down",
]
