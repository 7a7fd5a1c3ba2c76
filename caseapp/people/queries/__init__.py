"""What is read about people. Split by what is asked; called as `people.queries.<name>`."""

from .doubles import SHOWN, Double, Waiting, WaitingPair, list_doubles, list_waiting
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
from .linked import LinkShown, OtherRecord, list_links_of, list_other_records
from .links import LinkRow, identity_of, linked_to, list_links, said_different
from .matches import Match, compare, count_names, described_people, find_matches, list_candidates, list_record_ids
from .page import Fact, PersonPage, get_person, locality_of
from .surroundings import Kin, Near, Surroundings, Tied, get_surroundings

__all__ = [
    "CURRENT_NAME",
    "ELDEST_FIRST",
    "PERSON_COLUMNS",
    "SHOWN",
    "STAY_NOW",
    "Address",
    "Double",
    "Fact",
    "FamilyRow",
    "Kin",
    "LinkRow",
    "LinkShown",
    "Match",
    "Near",
    "OtherRecord",
    "PersonCard",
    "PersonPage",
    "Surroundings",
    "Tied",
    "Waiting",
    "WaitingPair",
    "compare",
    "count_names",
    "described_people",
    "family_names",
    "find_family",
    "find_matches",
    "get_person",
    "get_person_card",
    "get_surroundings",
    "identity_of",
    "linked_to",
    "list_candidates",
    "list_doubles",
    "list_duplicates",
    "list_family",
    "list_links",
    "list_links_of",
    "list_other_records",
    "list_record_ids",
    "list_waiting",
    "locality_of",
    "persons_said_in",
    "said_different",
    "shown_age",
    "shown_name",
]
