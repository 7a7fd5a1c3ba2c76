"""What higher floors tell accounts."""

from dataclasses import dataclass

from caseapp.kernel.slots import Slot


@dataclass(frozen=True)
class OpenWork:
    """How much of one kind of somebody's work is open (a key of `domain.STAFF_TASKS`), and the team whose managers it
    comes to. A count, never a child."""

    kind: str
    amount: int
    team_id: int


OPEN_WORK = Slot(
    "accounts.open_work",
    "(user_id) -> list of OpenWork: what somebody has open and whose managers it comes to when they go",
)
