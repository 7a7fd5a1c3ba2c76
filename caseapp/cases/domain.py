"""The pathway: which level may follow which, what has to be known for it, and who may do it. A table; a test reads
it whole.

The names of the levels are Rotherham's. Every row that a step needs stands here and nowhere else: assessments and
pathway collect the facts and ask.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

LEVELS: dict[str, str] = {
    "universal": "Universal and community",
    "focused_family_help": "Focused family help",
    "specialist_family_help": "Specialist family help",
    "assessment": "Assessment",
    "strategy_discussion": "Strategy discussion",
    "child_in_need": "Child in need",
}

# Facts by name, with what is said when one is missing. Each is the number of what proves it.
FACTS: dict[str, str] = {
    "decision": "The hub has not decided this.",
    "assessment": "An authorised assessment comes first.",
    "handover": "The receiving team has to accept the handover first.",
}

WORKER, MANAGER = "worker", "manager"


@dataclass(frozen=True)
class Step:
    """One row: from a level to a level, the facts it needs, and the roles that may take it."""

    old: str
    new: str
    facts: tuple[str, ...]
    roles: frozenset[str]


def _steps(olds: tuple[str, ...], news: tuple[str, ...], facts: tuple[str, ...], *roles: str) -> tuple[Step, ...]:
    return tuple(Step(old, new, facts, frozenset(roles)) for old in olds for new in news)


_SOCIAL_WORK = ("assessment", "strategy_discussion", "child_in_need")
_FAMILY_HELP = ("focused_family_help", "specialist_family_help")

STEPS: tuple[Step, ...] = (
    # An authorised assessment says what comes next; the manager who authorises it takes the step.
    *_steps(("assessment", "strategy_discussion"), ("child_in_need", "universal"), ("assessment",), MANAGER),
    # Down to family help only when the receiving team has accepted: until then the sender is accountable (practice 19).
    *_steps(_SOCIAL_WORK, _FAMILY_HELP, ("handover",), MANAGER),
    # Up from family help: a new decision of the hub.
    *_steps(_FAMILY_HELP, ("assessment", "strategy_discussion"), ("decision",), MANAGER),
    *_steps(("assessment", "child_in_need"), ("strategy_discussion",), ("decision",), MANAGER),
    # Between the two kinds of family help the team decides for itself.
    *_steps(("focused_family_help",), ("specialist_family_help",), (), WORKER, MANAGER),
    *_steps(("specialist_family_help",), ("focused_family_help",), (), WORKER, MANAGER),
    *_steps(_FAMILY_HELP, ("universal",), (), MANAGER),
)


def find_step(old: str, new: str) -> Step | None:
    """The row for a change of level, or None: the pathway has no such step."""
    return next((step for step in STEPS if (step.old, step.new) == (old, new)), None)


def refusal(old: str, new: str, facts: Mapping[str, object], roles: Collection[str]) -> str | None:
    """Why a change of level can't be made, in words, or None if it can.

    `facts`: name to what proves it; `roles`: the actor's.
    """
    if new not in LEVELS:
        return "There is no such level."
    step = find_step(old, new)
    if step is None:
        return f"{LEVELS[new]} does not follow {LEVELS[old].lower()}."
    missing = [FACTS[name] for name in step.facts if not facts.get(name)]
    if missing:
        return " ".join(missing)
    if not step.roles & set(roles):
        return f"Only the {' or the '.join(sorted(step.roles))} of the team that holds the family can do this."
    return None
