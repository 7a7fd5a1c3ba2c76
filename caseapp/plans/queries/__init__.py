"""Plans as pages and other slices read them."""

from .lists import Linked, Mine, PlanLink, actions_of, card, list_mine, plans_of_case, plans_told
from .page import (
    ActionRow,
    ChildOn,
    MeetingRow,
    MemberRow,
    PlanPage,
    get_action,
    get_meeting,
    get_plan,
    list_action_versions,
    list_versions,
)
from .surveys import Answer, SurveyRow, list_answers, rate_surveys, survey_of

__all__ = [
    "ActionRow",
    "Answer",
    "ChildOn",
    "Linked",
    "MeetingRow",
    "MemberRow",
    "Mine",
    "PlanLink",
    "PlanPage",
    "SurveyRow",
    "actions_of",
    "card",
    "get_action",
    "get_meeting",
    "get_plan",
    "list_action_versions",
    "list_answers",
    "list_mine",
    "list_versions",
    "plans_of_case",
    "plans_told",
    "rate_surveys",
    "survey_of",
]
