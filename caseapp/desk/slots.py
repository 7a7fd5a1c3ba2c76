"""What other slices add to the desk."""

from caseapp.kernel.slots import Slot

MY_WORK = Slot(
    "desk.my_work",
    "(actor) -> list of panels of what one has to do, each with title, key and rows of label, url, detail and standing "
    "(state and words), url: where all of them are; one statement",
)
PANELS = Slot(
    "desk.panels",
    "(actor, team_id) -> list of panels, each with title, empty (words) and rows of label, url, detail and, "
    "if one runs, clock (a ClockView); one statement",
)
