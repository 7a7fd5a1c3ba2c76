"""What people do to cases. Split by what is done; called as `cases.commands.<verb>`."""

from .closing import close_cases, reopen_case
from .concerns import acknowledge_concern
from .custody import OpenedCase, allocate, end_joint_work, move_custody, open_case
from .dated import AlreadyRecorded, MeanwhileChanged, move_dated_event, record_dated_event, take_back_dated_event
from .family import TellingOf, answer_correction, ask_correction, keep_told, record_family_group, tell_of_decision
from .filing import file_document
from .level import change_level, close_episode, open_episode
from .linked import follow_links, follow_restriction, keep_together
from .marking import mark_entry
from .moving import on_address_differs, on_address_settled, on_moved
from .visit_drafts import SavedDraft, StaleDraft, save_visit_draft, throw_away_visit_draft
from .visits import SameDay, SavedAlready, StaleVisit, correct_visit, write_visit
from .writing import KeyUsed, acknowledge_task, amend_note, make_task, settle_tasks, write_note

__all__ = [
    "AlreadyRecorded",
    "KeyUsed",
    "MeanwhileChanged",
    "OpenedCase",
    "SameDay",
    "SavedAlready",
    "SavedDraft",
    "StaleDraft",
    "StaleVisit",
    "TellingOf",
    "acknowledge_concern",
    "acknowledge_task",
    "allocate",
    "amend_note",
    "answer_correction",
    "ask_correction",
    "change_level",
    "close_cases",
    "close_episode",
    "correct_visit",
    "end_joint_work",
    "file_document",
    "follow_links",
    "follow_restriction",
    "keep_together",
    "keep_told",
    "make_task",
    "mark_entry",
    "move_custody",
    "move_dated_event",
    "on_address_differs",
    "on_address_settled",
    "on_moved",
    "open_case",
    "open_episode",
    "record_dated_event",
    "record_family_group",
    "reopen_case",
    "save_visit_draft",
    "settle_tasks",
    "take_back_dated_event",
    "tell_of_decision",
    "throw_away_visit_draft",
    "write_note",
    "write_visit",
]
