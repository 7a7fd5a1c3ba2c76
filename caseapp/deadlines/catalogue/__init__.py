"""The rules in force, as rows. A council differs from a local one by a row of its own from a date on, and
a key is never reused.

`verified=False` marks a local default that nobody here has confirmed: the page says so beside the date.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from functools import cache, lru_cache

from caseapp.deadlines.domain import (
    ENDS_ALL,
    INSTANT_UNITS,
    MOVED,
    RECEIPTS,
    RESTARTS_ALL,
    TAKEN_BACK,
    HubHours,
    Policy,
    Rule,
)

from .around import ADULTS, DISAGREEMENT, FAMILY_HELP, MISSING_AND_EXPLOITED, RECORD
from .care import CARE
from .front_door import FRONT_DOOR
from .groups import MILESTONE_WORDS, RULE_GROUPS
from .kinds import GROUPS, KINDS, RANKS, WITH_PAGE, DatedKind
from .protection import CONFERENCE, FINDING_OUT, PLAN, STRATEGY

__all__ = [
    "CORRECTIONS",
    "GROUPS",
    "HUB_HOURS",
    "KINDS",
    "LATE_REASONS",
    "MILESTONE_WORDS",
    "PARTS",
    "PUBLISHED",
    "RANKS",
    "RULES",
    "RULE_GROUPS",
    "WITH_PAGE",
    "DatedKind",
    "Effect",
    "effect_of",
    "find_rule",
    "get_rule",
    "list_codes_of",
    "list_keys_of",
    "needs_time",
]

RULES: tuple[Rule, ...] = (
    *FRONT_DOOR,
    *FINDING_OUT,
    *STRATEGY,
    *CONFERENCE,
    *PLAN,
    *CARE,
    *MISSING_AND_EXPLOITED,
    *FAMILY_HELP,
    *ADULTS,
    *DISAGREEMENT,
    *RECORD,
)
_ASSESSMENT = tuple(rule for rule in FRONT_DOOR if rule.key == "assessment.complete")
_HUB = tuple(rule for rule in FRONT_DOOR if rule.subject_kind == "referral")
# Every rule by its part of the work, as the pages on which all are explained show them.
PARTS: dict[str, tuple[str, tuple[Rule, ...]]] = {
    "front-door": ("The front door", _HUB),
    "teams": ("Teams, handovers and the night", tuple(r for r in FRONT_DOOR if r not in (*_HUB, *_ASSESSMENT))),
    "finding-out": ("Assessment and finding out", (*_ASSESSMENT, *FINDING_OUT)),
    "strategy": ("Strategy discussion and section 47", STRATEGY),
    "conference": ("Conference", CONFERENCE),
    "plans": ("Plans, visits and reviews", PLAN),
    "care": ("In our care", CARE),
    "missing": ("Missing and exploitation", MISSING_AND_EXPLOITED),
    "family-help": ("Family help", FAMILY_HELP),
    "adults": ("Adults who work with children, and serious incidents", ADULTS),
    "disagreement": ("Disagreement", DISAGREEMENT),
    "record": ("The record", RECORD),
}
# When the hub is open; between closing and opening the out-of-hours team has the borough (practice 2).
HUB_HOURS = HubHours(opens=time(9), closes=time(17), hand_over_from=time(16))
# The catalogue as it stands, before anything that a council decided.
PUBLISHED = Policy(RULES, HUB_HOURS)
# Events that put another event right.
CORRECTIONS = (MOVED, TAKEN_BACK)

# Why something was, or will be, late. A key is never reused.
LATE_REASONS = {
    "family": "The family could not be reached, or asked for another time",
    "child_ill": "The child was ill, away or missing",
    "waiting_agency": "Another agency had not answered",
    "waiting_court": "A court or the police asked us to wait",
    "interpreter": "No interpreter, or another need was not met in time",
    "worker_away": "The worker was away and nobody stood in",
    "too_much": "There was more work than people",
    "missed": "It was missed",
    "moved": "The day counted anew: a bank holiday or a rule changed",
    "other": "Something else",
}


def find_rule(key: str, on: date, rules: Iterable[Rule] = RULES) -> Rule | None:
    """The row of that key in force for a clock that starts on that day, or None."""
    return _known_rule(key, on) if rules is RULES else _rule_among(rules, key, on)


@lru_cache(maxsize=4096)
def _known_rule(key: str, on: date) -> Rule | None:
    # A list asks for each of its rows, of few rules and days.
    return _rule_among(RULES, key, on)


def _rule_among(rules: Iterable[Rule], key: str, on: date) -> Rule | None:
    return next((rule for rule in rules if rule.key == key and rule.is_in_force(on)), None)


def get_rule(key: str, on: date, rules: Iterable[Rule] = RULES) -> Rule:
    """As `find_rule`; LookupError where no such rule was in force."""
    rule = find_rule(key, on, rules)
    if rule is None:
        raise LookupError(f"no rule {key} in force on {on}")
    return rule


@cache
def list_keys_of(code: str) -> tuple[str, ...]:
    """The keys of the rules whose stored clocks this event may start, stop, end or plan."""
    everything = code in ENDS_ALL or code in RESTARTS_ALL
    return tuple(
        dict.fromkeys(
            rule.key
            for rule in RULES
            if rule.runs == "clock" and (rule.subject_kind == "case" if everything else code in rule.codes)
        )
    )


@cache
def list_codes_of(keys: tuple[str, ...]) -> tuple[str, ...]:
    """Every event that the clocks of these rules follow, from the first anchor to what puts another event right."""
    codes = {code for rule in RULES if rule.key in keys for code in rule.codes}
    return tuple(sorted(codes | {*ENDS_ALL, *RESTARTS_ALL, *CORRECTIONS, "referral.received", *RECEIPTS}))


@dataclass(frozen=True)
class Effect:
    """What an event means to the clocks of a case: the rules it starts, and those that it ends or meets."""

    starts: tuple[Rule, ...]
    ends: tuple[Rule, ...]


@cache
def effect_of(code: str) -> Effect:
    """What an event of this code does to the clocks of a case, by the catalogue; nothing, if it means nothing."""
    of_a_case = [rule for rule in RULES if rule.subject_kind == "case" and rule.runs != "recording"]
    return Effect(
        tuple(rule for rule in of_a_case if code in rule.starts_on and rule.runs != "milestone"),
        tuple(rule for rule in of_a_case if code in (*rule.stops_on, *rule.ends_on)),
    )


@cache
def needs_time(code: str) -> bool:
    """Whether the day alone is too little: a clock that ends at an instant starts or stops with it."""
    return any(rule.unit in INSTANT_UNITS for rule in RULES if code in (*rule.starts_on, *rule.stops_on))
