"""What is read about people. Split by what is asked; called as `people.queries.<name>`."""

from .families import (
    CURRENT_NAME,
    ELDEST_FIRST,
    PERSON_COLUMNS,
    STAY_NOW,
    Address,
    FamilyRow,
    PersonCard,
    get_person_card,
    list_family,
    persons_said_in,
    shown_age,
    shown_name,
)
from .matches import Match, count_names, described_people, find_matches

__all__ = [
    "CURRENT_NAME",
    "ELDEST_FIRST",
    "PERSON_COLUMNS",
    "STAY_NOW",
    "Address",
    "FamilyRow",
    "Match",
    "PersonCard",
    "count_names",
    "described_people",
    "find_matches",
    "get_person_card",
    "list_family",
    "persons_said_in",
    "shown_age",
    "shown_name",
]
