"""What is known about handovers."""

from .choices import LeadChoice, StepDownChoices, all_assessed, get_step_down_choices, list_leads
from .handovers import (
    Child,
    HandoverLists,
    HandoverPage,
    HandoverRow,
    WaitingLink,
    get_handover,
    list_handovers,
    list_waiting_for_manager,
    task_words,
)
from .leading import code_words
from .links import (
    HandoverLink,
    Stand,
    about_handovers,
    count_open_work,
    find_handover_of_case,
    find_stand,
    open_parts,
    people,
)
from .promises import promises

__all__ = [
    "Child",
    "HandoverLink",
    "HandoverLists",
    "HandoverPage",
    "HandoverRow",
    "LeadChoice",
    "Stand",
    "StepDownChoices",
    "WaitingLink",
    "about_handovers",
    "all_assessed",
    "code_words",
    "count_open_work",
    "find_handover_of_case",
    "find_stand",
    "get_handover",
    "get_step_down_choices",
    "list_handovers",
    "list_leads",
    "list_waiting_for_manager",
    "open_parts",
    "people",
    "promises",
    "task_words",
]
