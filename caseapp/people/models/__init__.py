"""What is kept about people: the register itself, and what is derived from it."""

from .derived import PersonFeatures, PersonKey
from .links import PersonIdentity, SamePersonLink
from .register import (
    ContactFlag,
    Family,
    FamilyMember,
    Person,
    PersonChange,
    PersonDisability,
    PersonIdentifier,
    PersonName,
    Relationship,
    Stay,
    StaySecret,
    ToTell,
    WorkerDanger,
)
from .whole import DuplicatePair, PersonImport
from .words import NameWord

__all__ = [
    "ContactFlag",
    "DuplicatePair",
    "Family",
    "FamilyMember",
    "NameWord",
    "Person",
    "PersonChange",
    "PersonDisability",
    "PersonFeatures",
    "PersonIdentifier",
    "PersonIdentity",
    "PersonImport",
    "PersonKey",
    "PersonName",
    "Relationship",
    "SamePersonLink",
    "Stay",
    "StaySecret",
    "ToTell",
    "WorkerDanger",
]
