"""What other slices add to the desk."""

from caseapp.kernel.slots import Slot

PANELS = Slot(
    "desk.panels",
    "(actor, team_id) -> list of panels, each with title, empty (words) and rows of label, url, detail and, "
    "if one runs, clock (a ClockView); one statement",
)
