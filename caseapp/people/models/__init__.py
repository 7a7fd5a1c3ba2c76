"""What is kept about people: the register itself, and what is derived from it."""

from .register import Family, FamilyMember, Person, PersonIdentifier, PersonName, Stay

__all__ = ["Family", "FamilyMember", "Person", "PersonIdentifier", "PersonName", "Stay"]
