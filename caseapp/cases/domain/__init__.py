"""The pathway: which level may follow which, what has to be known for it, and who may do it. A table; a test reads
it whole.

The names of the levels are Rotherham's. Every row that a step needs stands here and nowhere else: assessments and
pathway collect the facts and ask.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# Where a child stands with whom nobody of ours works yet: what a step of the hub's begins from.
NO_CASE = ""

LEVELS: dict[str, str] = {
    "universal": "Universal and community",
    "focused_family_help": "Focused family help",
    "specialist_family_help": "Specialist family help",
    "assessment": "Assessment",
    "strategy_discussion": "Strategy discussion",
    "child_in_need": "Child in need",
    # No row leads to these two yet: a conference and a court decide them, and their work has no page.
    "child_protection": "Child protection",
    "looked_after": "Looked after",
}
FAMILY_HELP_LEVELS = ("focused_family_help", "specialist_family_help")


@dataclass(frozen=True)
class Fact:
    """What has to be on record for a step: what it is, and what is said when it is not there."""

    words: str
    missing: str


# Facts by name. Each is the number, or the words, of what proves it.
FACTS: dict[str, Fact] = {
    "decision": Fact("the hub’s decision", "The hub has not decided this."),
    "assessment": Fact("an authorised assessment", "An authorised assessment comes first."),
    "reasons": Fact("why, and why now", "Say why, and why now."),
    "consent": Fact(
        "the family’s agreement: who, when, how",
        "Family help needs the family’s consent, and nobody has agreed.",
    ),
    "lead": Fact("the lead practitioner by name", "The lead practitioner has to be named."),
    "agreed": Fact("the sending manager’s agreement", "The sending team’s manager has to agree first."),
    "handover": Fact("the receiving team’s acceptance", "The receiving team has to accept the handover first."),
    "told": Fact(
        "what was reached, and how the family and the agencies were told",
        "Say what was reached, and how the family and the agencies were told.",
    ),
    "nothing_open": Fact(
        "nothing left open: no assessment, no handover, nothing unread", "Something about this child is still open."
    ),
}

# Who proposes and who decides: the kind of a team and the role in it.
WHO: dict[str, str] = {
    "hub_worker": "a social worker of the hub",
    "hub_manager": "a hub manager",
    "locality_worker": "the family’s social worker",
    "locality_manager": "the social work team’s manager",
    "family_help_worker": "the family help worker who leads",
    "family_help_manager": "the family help team’s manager",
}


@dataclass(frozen=True)
class Step:
    """One row: from a level to a level; who proposes it, who agrees to it in that order, and who may take it when all
    of them have; the facts it needs; the clocks (keys of the deadlines' catalogue) and statutory episodes that it
    starts and stops. `down` and `up`: which way the family is handed."""

    old: str
    new: str
    proposes: tuple[str, ...]
    agrees: tuple[str, ...]
    facts: tuple[str, ...]
    roles: frozenset[str]
    starts: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    opens: str = ""
    closes: str = ""


def _steps(
    olds: tuple[str, ...],
    news: tuple[str, ...],
    *,
    proposes: str,
    agrees: str = "",
    facts: str = "",
    roles: str = "",
    starts: str = "",
    stops: str = "",
    opens: str = "",
    closes: str = "",
) -> tuple[Step, ...]:
    """A row for each pair of levels; lists are words with spaces between. Who agrees last takes it, unless `roles`
    says otherwise."""
    may = roles.split() or agrees.split()[-1:]
    return tuple(
        Step(
            old,
            new,
            tuple(proposes.split()),
            tuple(agrees.split()),
            tuple(facts.split()),
            frozenset(may),
            tuple(starts.split()),
            tuple(stops.split()),
            opens,
            closes,
        )
        for old in olds
        for new in news
    )


_ASSESSED = ("assessment", "strategy_discussion")
_TO_SOCIAL_WORK = "assessment.complete case.allocate"

STEPS: tuple[Step, ...] = (
    # What the hub decides of a contact. Social work takes on what meets its threshold at once; family help is asked.
    *_steps(
        (NO_CASE,),
        _ASSESSED,
        proposes="hub_worker",
        agrees="hub_manager",
        facts="decision",
        starts=_TO_SOCIAL_WORK,
        opens="child_in_need",
    ),
    *_steps(
        (NO_CASE,),
        ("focused_family_help",),
        proposes="hub_worker",
        agrees="hub_manager family_help_manager",
        facts="decision consent lead handover",
        opens="family_help",
    ),
    # An authorised assessment says what comes next; the manager who authorises it takes the step.
    *_steps(
        _ASSESSED,
        ("child_in_need",),
        proposes="locality_worker",
        agrees="locality_manager",
        facts="assessment",
        stops="assessment.complete",
    ),
    # Down to family help only when the receiving team has accepted: until then the sender is accountable (practice 19).
    *_steps(
        _ASSESSED,
        FAMILY_HELP_LEVELS,
        proposes="locality_worker locality_manager",
        agrees="locality_manager family_help_manager",
        facts="assessment reasons consent lead agreed handover",
        stops="assessment.complete",
        opens="family_help",
        closes="child_in_need",
    ),
    *_steps(
        ("child_in_need",),
        FAMILY_HELP_LEVELS,
        proposes="locality_worker locality_manager",
        agrees="locality_manager family_help_manager",
        facts="reasons consent lead agreed handover",
        stops="cin.review_first cin.review_later visit.cin",
        opens="family_help",
        closes="child_in_need",
    ),
    # Up from family help: the hub decides; family help stays accountable until social work has accepted.
    *_steps(
        FAMILY_HELP_LEVELS,
        _ASSESSED,
        proposes="family_help_worker family_help_manager",
        agrees="hub_manager locality_manager",
        facts="decision reasons handover",
        starts=_TO_SOCIAL_WORK,
        opens="child_in_need",
        closes="family_help",
    ),
    # A new worry about a child whom social work has already.
    *_steps(
        ("assessment", "child_in_need"),
        ("strategy_discussion",),
        proposes="locality_worker",
        agrees="locality_manager",
        facts="decision",
    ),
    # Between the two kinds of family help the team decides for itself.
    *(
        step
        for old, new in (FAMILY_HELP_LEVELS, FAMILY_HELP_LEVELS[::-1])
        for step in _steps(
            (old,),
            (new,),
            proposes="family_help_worker",
            facts="reasons",
            roles="family_help_worker family_help_manager",
        )
    ),
    # The end: nobody of ours works with the child any more.
    *_steps(
        _ASSESSED,
        ("universal",),
        proposes="locality_worker",
        agrees="locality_manager",
        facts="assessment told nothing_open",
        stops="assessment.complete",
        closes="child_in_need",
    ),
    *_steps(
        ("child_in_need",),
        ("universal",),
        proposes="locality_worker",
        agrees="locality_manager",
        facts="told nothing_open",
        closes="child_in_need",
    ),
    *_steps(
        FAMILY_HELP_LEVELS,
        ("universal",),
        proposes="family_help_worker",
        agrees="family_help_manager",
        facts="told nothing_open",
        roles="family_help_manager hub_manager",
        closes="family_help",
    ),
)


def find_step(old: str, new: str) -> Step | None:
    """The row for a change of level, or None: the pathway has no such step."""
    return next((step for step in STEPS if (step.old, step.new) == (old, new)), None)


def steps_from(old: str) -> tuple[Step, ...]:
    """The rows that lead on from a level, in the table's order."""
    return tuple(step for step in STEPS if step.old == old)


def refusal(old: str, new: str, facts: Mapping[str, object], roles: Collection[str]) -> str | None:
    """Why a change of level can't be made, in words, or None if it can.

    `facts`: name to what proves it; `roles`: the actor's, as keys of `WHO`.
    """
    if new not in LEVELS:
        return "There is no such level."
    step = find_step(old, new)
    if step is None:
        return f"{LEVELS[new]} does not follow {LEVELS[old].lower() if old else 'where nobody works with the child'}."
    missing = [FACTS[name].missing for name in step.facts if not facts.get(name)]
    if missing:
        return " ".join(missing)
    if not step.roles & set(roles):
        return f"Only {' or '.join(WHO[key] for key in WHO if key in step.roles)} can do this."
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
