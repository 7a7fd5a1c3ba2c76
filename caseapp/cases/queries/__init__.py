"""What is known about cases. Split by the page that asks."""

from .lists import (
    CaseRow,
    LastAllocation,
    family_cases,
    family_of,
    find_last_allocation,
    find_open_case,
    open_cases_of_persons,
)

__all__ = [
    "CaseRow",
    "LastAllocation",
    "family_cases",
    "family_of",
    "find_last_allocation",
    "find_open_case",
    "open_cases_of_persons",
]
