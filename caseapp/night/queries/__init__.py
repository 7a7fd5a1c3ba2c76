"""What is known about the night. Split by the page that asks."""

from .card import SafetyCard, WorkPage, get_card, get_work
from .closing import ClosingList, closing_list
from .lists import (
    ArrivalPage,
    alerts_on,
    cases_of_referral,
    cases_told_in,
    find_children,
    get_arrival,
    has_morning,
    list_morning,
    night_list,
)
from .works import LastNightRow, WorkRow, about_works, list_last_night, people

__all__ = [
    "ArrivalPage",
    "ClosingList",
    "LastNightRow",
    "SafetyCard",
    "WorkPage",
    "WorkRow",
    "about_works",
    "alerts_on",
    "cases_of_referral",
    "cases_told_in",
    "closing_list",
    "find_children",
    "get_arrival",
    "get_card",
    "get_work",
    "has_morning",
    "list_last_night",
    "list_morning",
    "night_list",
    "people",
]
