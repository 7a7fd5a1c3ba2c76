"""What higher floors tell: whose a clock is."""

from dataclasses import dataclass
from typing import Any

from caseapp.kernel.slots import Slot


@dataclass(frozen=True)
class Whose:
    """For one role (a key of `deadlines.domain.ROLES`), a statement of `about_id` (the subject whose clock it is),
    `subject_id` (what the person opens to do it) and `user_id`. It is a piece of a larger one."""

    role: str
    select: Any


PEOPLE = Slot(
    "notifications.people",
    "(today) -> list of Whose: who has which part in what has a clock; `today` is a parameter of the statement",
)
