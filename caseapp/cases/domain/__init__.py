"""The pathway: which level may follow which, what has to be known for it, and who may do it. A table; a test reads
it whole.

The names of the levels are Rotherham's. Every row that a step needs stands here and nowhere else: assessments and
pathway collect the facts and ask.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

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


# ---------------------------------------------------------------- closing, and how long the record is kept

# By which codes an episode of a kind may be closed by its manager, the common ones first. RC9 is not among them: only
# an accepted step-down gives it.
CLOSED_BY: dict[str, tuple[str, ...]] = {
    "child_in_need": ("RC8", "RC7", "RC5", "RC6", "RC3", "RC4", "RC1", "RC2"),
    "looked_after": ("RC7", "RC3", "RC4", "RC1", "RC5", "RC6", "RC2"),
    "family_help": ("FH1", "FH4", "FH2", "FH3", "RC2"),
}
# Closed after an assessment that found no further help needed: without an authorised assessment there is nothing to
# say so (Children in Need census, reason for closure RC8).
AFTER_ASSESSMENT = "RC8"


@dataclass(frozen=True)
class KeepRule:
    """How long a closed record is kept: so many years from the child's birth, or from its closing. `episode`: the kind
    of help that brings the rule about. Local rows are a council's to change."""

    key: str
    words: str
    episode: str
    years: int
    since: str
    source: str
    statutory: bool = False


RETENTION: tuple[KeepRule, ...] = (
    KeepRule(
        "looked_after",
        "a child in our care: until the 75th birthday",
        "looked_after",
        75,
        "birth",
        "Care Planning, Placement and Case Review (England) Regulations 2010, regulation 50",
        statutory=True,
    ),
    KeepRule(
        "child_in_need",
        "a child in need: until the 25th birthday",
        "child_in_need",
        25,
        "birth",
        "local default, not verified",
    ),
    KeepRule(
        "family_help", "family help: 6 years from closing", "family_help", 6, "closing", "local default, not verified"
    ),
)


def keep_until(episodes: Collection[str], born_on: date | None, closed_on: date) -> tuple[date, KeepRule]:
    """Until when a record is kept that held these kinds of episode, and by which rule: the latest day counts.

    Without a birth date the years from birth count from the closing: too long rather than too short. Raises ValueError
    without any episode of the table.
    """
    days = [
        (_years_on((born_on if rule.since == "birth" else None) or closed_on, rule.years), rule)
        for rule in RETENTION
        if rule.episode in episodes
    ]
    if not days:
        raise ValueError(f"no rule says how long a record of {sorted(episodes)} is kept")
    return max(days, key=lambda pair: pair[0])


def _years_on(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        # Born on 29 February: the birthday of a common year is 1 March.
        return date(day.year + years, 3, 1)


LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True)
class Stage:
    """Who has what nobody has acknowledged, from when: after a part of the time that it has, or from an hour of its
    last day (London). Neither: from the beginning."""

    who: str
    part: float | None = None
    at: time | None = None


@dataclass(frozen=True)
class Rung:
    """Who has it from when."""

    who: str
    from_at: datetime


def rungs(stages: Sequence[Stage], *, told_at: datetime, due_at: datetime, present: Collection[str]) -> list[Rung]:
    """The ladder of one contact: who has it from when, first to last. A stage whose person is missing (nobody named,
    away, no cover) is left out, and who comes first has it from the beginning."""
    there = [stage for stage in stages if stage.who in present]
    found = [
        Rung(stage.who, told_at if not place else _from(stage, told_at, due_at)) for place, stage in enumerate(there)
    ]
    return sorted(found, key=lambda rung: rung.from_at)


def _from(stage: Stage, told_at: datetime, due_at: datetime) -> datetime:
    if stage.part is not None:
        return told_at + (due_at - told_at) * stage.part
    if stage.at is None:
        return told_at
    # The due instant of a day is the midnight that ends it.
    last_day = (due_at.astimezone(LONDON) - timedelta(microseconds=1)).date()
    return max(told_at, datetime.combine(last_day, stage.at, tzinfo=LONDON).astimezone(UTC))


def with_whom(ladder: Sequence[Rung], now: datetime) -> tuple[Rung, Rung | None]:
    """Who has it now, and who gets it next if nobody acknowledges it (None: it is at the top)."""
    reached = [rung for rung in ladder if rung.from_at <= now] or list(ladder[:1])
    return reached[-1], next(iter(ladder[len(reached) :]), None)
