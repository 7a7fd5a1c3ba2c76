"""What is read about people. Split by what is asked; called as `people.queries.<name>`."""

from .duplicates import list_duplicates
from .families import (
    CURRENT_NAME,
    ELDEST_FIRST,
    PERSON_COLUMNS,
    STAY_NOW,
    Address,
    FamilyRow,
    PersonCard,
    family_names,
    find_family,
    get_person_card,
    list_family,
    persons_said_in,
    shown_age,
    shown_name,
)
from .links import LinkRow, identity_of, linked_to, list_links, said_different
from .matches import Match, compare, count_names, described_people, find_matches, list_candidates

__all__ = [
    "CURRENT_NAME",
    "ELDEST_FIRST",
    "PERSON_COLUMNS",
    "STAY_NOW",
    "Address",
    "FamilyRow",
    "LinkRow",
    "Match",
    "PersonCard",
    "compare",
    "count_names",
    "described_people",
    "family_names",
    "find_family",
    "find_matches",
    "get_person_card",
    "identity_of",
    "linked_to",
    "list_candidates",
    "list_duplicates",
    "list_family",
    "list_links",
    "persons_said_in",
    "said_different",
    "shown_age",
    "shown_name",
]
