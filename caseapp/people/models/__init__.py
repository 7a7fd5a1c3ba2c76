"""What is kept about people: the register itself, and what is derived from it."""

from .register import Family, FamilyMember, Person, PersonIdentifier, PersonName, Stay
from .whole import DuplicatePair, PersonImport

__all__ = [
    "DuplicatePair",
    "Family",
    "FamilyMember",
    "Person",
    "PersonIdentifier",
    "PersonImport",
    "PersonName",
    "Stay",
]
