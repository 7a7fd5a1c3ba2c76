"""What is known about cases. Split by the page that asks."""

from .chronology import Chronology, Entry, code_words, list_chronology
from .lists import (
    CaseRow,
    LastAllocation,
    family_cases,
    family_of,
    find_last_allocation,
    find_open_case,
    open_cases_of_persons,
)
from .page import CasePage, NotePage, Wording, get_case, get_case_page, get_note
from .work import (
    Children,
    TaskRow,
    TeamChild,
    list_load,
    list_my_children,
    list_team_children,
    list_waiting,
    task_words,
)

__all__ = [
    "CasePage",
    "CaseRow",
    "Children",
    "Chronology",
    "Entry",
    "LastAllocation",
    "NotePage",
    "TaskRow",
    "TeamChild",
    "Wording",
    "code_words",
    "family_cases",
    "family_of",
    "find_last_allocation",
    "find_open_case",
    "get_case",
    "get_case_page",
    "get_note",
    "list_chronology",
    "list_load",
    "list_my_children",
    "list_team_children",
    "list_waiting",
    "open_cases_of_persons",
    "task_words",
]
