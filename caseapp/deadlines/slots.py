"""What higher floors know about what has a clock."""

from caseapp.kernel.slots import Slot

HOLDERS = Slot(
    "deadlines.holders",
    "() -> dict of subject id to the name of the team that holds it now; one statement",
)
