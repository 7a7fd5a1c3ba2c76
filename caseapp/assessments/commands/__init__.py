"""What people do with an assessment. Split by what is done; called as `assessments.commands.<verb>`."""

from .answering import authorise_assessment, send_back_assessment
from .changing import change_children, stop_assessment
from .reviewing import ReviewedMeanwhile, ReviewGiven, review_assessment
from .telling import tell_person
from .writing import Saved, StaleAssessment, save_assessment, start_assessment, submit_assessment

__all__ = [
    "ReviewGiven",
    "ReviewedMeanwhile",
    "Saved",
    "StaleAssessment",
    "authorise_assessment",
    "change_children",
    "review_assessment",
    "save_assessment",
    "send_back_assessment",
    "start_assessment",
    "stop_assessment",
    "submit_assessment",
    "tell_person",
]
