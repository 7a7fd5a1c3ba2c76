"""What higher floors know about what has a clock."""

from dataclasses import dataclass

from caseapp.kernel.slots import Slot


@dataclass(frozen=True)
class About:
    """What has clocks, for pages that show several kinds of it: what it is called, whom it is about, which team has it,
    who works on it ("": nobody yet), and its own page as an endpoint and a reference. `clocks`: the endpoint of the
    page that shows its clocks, where it has one of its own."""

    noun: str
    reference: str
    names: str
    team: str
    worker: str
    page: tuple[str, str]
    clocks: str = ""


HOLDERS = Slot(
    "deadlines.holders",
    "() -> dict of subject id to the name of the team that holds it now; one statement",
)
ABOUT = Slot(
    "deadlines.about",
    "(actor, ids) -> dict of subject id to About; `ids`: kind of subject to ids that the actor may see; one statement, "
    "none without ids of the kinds that it knows",
)
