"""What is written about people. Split by what is done; called as `people.commands.<verb>`."""

from .adding import MemberGiven, PersonGiven, StayGiven, add_members, add_people, add_person, add_to_family, make_family
from .changing import FACTS, NameGiven, correct_facts, record_birth, tell_name
from .details import (
    Related,
    add_number,
    add_relationships,
    end_contact,
    end_danger,
    end_number,
    end_relationship,
    relate,
    tell_contact,
    tell_danger,
    verify_number,
)
from .duplicates import look_for_duplicates
from .importing import BadRow, ImportDone, import_people
from .keys import keep_keys, refresh_keys
from .linking import say_whether_same, take_back
from .moving import Around, NewAddress, give_address, move, refuse_address, tell_address
from .rekeying import Rekeyed, rekey_people
from .restricting import lift_restriction, restrict_person
from .words import keep_words

__all__ = [
    "FACTS",
    "Around",
    "BadRow",
    "ImportDone",
    "MemberGiven",
    "NameGiven",
    "NewAddress",
    "PersonGiven",
    "Rekeyed",
    "Related",
    "StayGiven",
    "add_members",
    "add_number",
    "add_people",
    "add_person",
    "add_relationships",
    "add_to_family",
    "correct_facts",
    "end_contact",
    "end_danger",
    "end_number",
    "end_relationship",
    "give_address",
    "import_people",
    "keep_keys",
    "keep_words",
    "lift_restriction",
    "look_for_duplicates",
    "make_family",
    "move",
    "record_birth",
    "refresh_keys",
    "refuse_address",
    "rekey_people",
    "relate",
    "restrict_person",
    "say_whether_same",
    "take_back",
    "tell_address",
    "tell_contact",
    "tell_danger",
    "tell_name",
    "verify_number",
]
