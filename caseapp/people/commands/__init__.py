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
from .keys import keep_keys, refresh_keys

__all__ = [
    "MemberGiven",
    "PersonGiven",
    "StayGiven",
    "add_members",
    "add_people",
    "add_person",
    "add_to_family",
    "keep_keys",
    "make_family",
    "refresh_keys",
]
