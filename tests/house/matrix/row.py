"""What a row of the matrix says, and the groups of people that several rows name."""

from dataclasses import dataclass, field

ROLES = (
    "school",
    "police",
    "mash.worker",
    "mash.manager",
    "north.manager",
    "north.worker",
    "central.manager",
    "central.worker",
    "familyhelp.north",
    "familyhelp.worker",
    "auditor",
    "admin",
    "head",
    "edt",
)


@dataclass(frozen=True)
class Row:
    """`path` with {own} where the reference goes; `kind` of that reference; `let_in` role to status; `marker`: words
    of the page that a
    person let in must read; `sends`: fields that are posted. `foreign`: what the roles let in get with somebody
    else's reference."""

    method: str
    path: str
    kind: str | None
    let_in: dict[str, int]
    marker: str = ""
    sends: dict[str, str] = field(default_factory=dict)
    open: bool = False
    refused: tuple[str, ...] = ()
    # The hub reads every referral, the administrator manages every sign-in: for them nothing of that kind is foreign.
    foreign: int = 404


def every(status: int) -> dict[str, int]:
    """All roles are let in."""
    return dict.fromkeys(ROLES, status)


HUB = {"mash.worker": 200, "mash.manager": 200}
REFERRERS = dict.fromkeys(
    (
        "school", "police", "mash.worker", "mash.manager", "north.manager", "north.worker", "central.manager",
        "central.worker", "familyhelp.north", "familyhelp.worker", "edt",
    ),
    200,
)  # fmt: skip
CASE_WORKERS = dict.fromkeys(
    ("north.manager", "north.worker", "central.manager", "central.worker", "familyhelp.north", "familyhelp.worker"), 200
)
NORTH = {"north.manager": 200, "north.worker": 200}


def to(status: int, people: dict[str, int]) -> dict[str, int]:
    """The same people, another status."""
    return dict.fromkeys(people, status)
