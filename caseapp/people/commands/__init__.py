"""What is written about people. Split by what is done; called as `people.commands.<verb>`."""

from .adding import (
    MemberGiven,
    PersonGiven,
    StayGiven,
    add_members,
    add_people,
    add_person,
    add_to_family,
    make_family,
)
from .duplicates import look_for_duplicates
from .importing import BadRow, ImportDone, import_people
from .keys import keep_keys, refresh_keys
from .linking import say_whether_same, take_back
from .words import keep_words

__all__ = [
    "BadRow",
    "ImportDone",
    "MemberGiven",
    "PersonGiven",
    "StayGiven",
    "add_members",
    "add_people",
    "add_person",
    "add_to_family",
    "import_people",
    "keep_keys",
    "keep_words",
    "look_for_duplicates",
    "make_family",
    "refresh_keys",
    "say_whether_same",
    "take_back",
]
