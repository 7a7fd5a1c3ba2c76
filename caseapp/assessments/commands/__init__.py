"""What people do with an assessment. Split by what is done; called as `assessments.commands.<verb>`."""

from .answering import authorise_assessment, send_back_assessment
from .reviewing import ReviewedMeanwhile, ReviewGiven, review_assessment
from .writing import Saved, StaleAssessment, save_assessment, start_assessment, submit_assessment

__all__ = [
    "ReviewGiven",
    "ReviewedMeanwhile",
    "Saved",
    "StaleAssessment",
    "authorise_assessment",
    "review_assessment",
    "save_assessment",
    "send_back_assessment",
    "start_assessment",
    "submit_assessment",
]
