"""Assessments as pages and other slices read them. Split by the page that asks."""

from .assessment import (
    AssessmentLink,
    AssessmentPage,
    Child,
    ToAuthorise,
    VersionLink,
    assessments_told,
    card,
    family_chronology,
    find_open_assessment,
    find_open_for_case,
    get_assessment,
    get_version_answers,
    kind_of_case,
    last_authorised,
    list_children_to_assess,
    list_to_authorise,
    list_versions,
    running_clock,
)
from .facts import Fact, list_facts
from .reviews import Review, chronology_words, code_words, list_reviews
from .telling import Told, list_told

__all__ = [
    "AssessmentLink",
    "AssessmentPage",
    "Child",
    "Fact",
    "Review",
    "ToAuthorise",
    "Told",
    "VersionLink",
    "assessments_told",
    "card",
    "chronology_words",
    "code_words",
    "family_chronology",
    "find_open_assessment",
    "find_open_for_case",
    "get_assessment",
    "get_version_answers",
    "kind_of_case",
    "last_authorised",
    "list_children_to_assess",
    "list_facts",
    "list_reviews",
    "list_to_authorise",
    "list_told",
    "list_versions",
    "running_clock",
]
