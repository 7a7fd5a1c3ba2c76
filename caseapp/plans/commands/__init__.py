"""What is done with plans."""

from .acting import ActionGiven, add_action, change_action, finish_action
from .grouping import MemberGiven, add_member, end_member
from .meeting import MeetingGiven, PersonThere, keep_meeting
from .planning import PlanGiven, StalePlan, begin_plan, end_plan, join_plan, keep_words, on_case_closed
from .scoring import keep_scores
from .surveying import Made, answer_survey, ask_survey, check_proof, find_survey

__all__ = [
    "ActionGiven",
    "Made",
    "MeetingGiven",
    "MemberGiven",
    "PersonThere",
    "PlanGiven",
    "StalePlan",
    "add_action",
    "add_member",
    "answer_survey",
    "ask_survey",
    "begin_plan",
    "change_action",
    "check_proof",
    "end_member",
    "end_plan",
    "find_survey",
    "finish_action",
    "join_plan",
    "keep_meeting",
    "keep_scores",
    "keep_words",
    "on_case_closed",
]
