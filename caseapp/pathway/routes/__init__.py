"""The pages of the pathway: importing this package puts them on the blueprint."""

from caseapp.pathway.routes import closing, handovers, leading, levels, looking_back, mending, recording, transfer
from caseapp.pathway.routes.blueprint import bp
from caseapp.pathway.routes.closing import closing_actions
from caseapp.pathway.routes.handovers import case_actions, desk_panels

__all__ = [
    "bp",
    "case_actions",
    "closing",
    "closing_actions",
    "desk_panels",
    "handovers",
    "leading",
    "levels",
    "looking_back",
    "mending",
    "recording",
    "transfer",
]
