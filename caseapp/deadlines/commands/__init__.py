"""Clocks follow events; a council decides about rules and days; somebody says why something is late."""

from .deciding import Move, Preview, apply_change, apply_changes, preview_change
from .following import check_codes, follow
from .late import MeanwhileExplained, authorise_late, explain_late, send_back_late
from .mending import Difference, Rebuilt, mend, rebuild

__all__ = [
    "Difference",
    "MeanwhileExplained",
    "Move",
    "Preview",
    "Rebuilt",
    "apply_change",
    "apply_changes",
    "authorise_late",
    "check_codes",
    "explain_late",
    "follow",
    "mend",
    "preview_change",
    "rebuild",
    "send_back_late",
]
