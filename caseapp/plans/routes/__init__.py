"""Pages of plans."""

from . import actions, group, meetings, plan, survey
from .blueprint import bp
from .offered import case_actions, code_words, work_panels
from .survey import outside

__all__ = [
    "actions",
    "bp",
    "case_actions",
    "code_words",
    "group",
    "meetings",
    "outside",
    "plan",
    "survey",
    "work_panels",
]
