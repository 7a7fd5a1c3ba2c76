"""What is known about handovers."""

from .choices import LeadChoice, StepDownChoices, all_assessed, get_step_down_choices, list_leads
from .handovers import Child, HandoverPage, HandoverRow, get_handover
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
from .lists import HandoverLists, WaitingLink, list_handovers, list_waiting_for_manager, task_words
from .look_backs import about_look_backs, get_look_back, list_look_backs
from .look_backs import people as look_back_people
from .panel import Panel, get_panel, in_whose_place_of, list_localities, own_locality
from .parts import Part, parts_of
from .promises import promises

__all__ = [
    "Child",
    "HandoverLink",
    "HandoverLists",
    "HandoverPage",
    "HandoverRow",
    "LeadChoice",
    "Panel",
    "Part",
    "Stand",
    "StepDownChoices",
    "WaitingLink",
    "about_handovers",
    "about_look_backs",
    "all_assessed",
    "code_words",
    "count_open_work",
    "find_handover_of_case",
    "find_stand",
    "get_handover",
    "get_look_back",
    "get_panel",
    "get_step_down_choices",
    "in_whose_place_of",
    "list_handovers",
    "list_leads",
    "list_localities",
    "list_look_backs",
    "list_waiting_for_manager",
    "look_back_people",
    "open_parts",
    "own_locality",
    "parts_of",
    "people",
    "promises",
    "task_words",
]
