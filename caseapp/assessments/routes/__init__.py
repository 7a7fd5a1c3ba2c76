"""The pages of an assessment: importing this package puts them on the blueprint."""

from caseapp.assessments.routes import copies, pages, reviewing, starting, telling
from caseapp.assessments.routes.blueprint import bp
from caseapp.assessments.routes.pages import case_actions, desk_panels

__all__ = ["bp", "case_actions", "copies", "desk_panels", "pages", "reviewing", "starting", "telling"]
