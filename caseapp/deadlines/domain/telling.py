"""What a rule says, in words, for the pages on which all of them are explained."""

from .rules import INSTANT_UNITS, ROLES, Rule

BASIS_WORDS = {"statutory": "The law or national guidance", "local": "Local"}
_COUNTED_BY = {
    "statutory": "Working days: no weekends, no bank holidays",
    "local": "Days on which our own offices are open",
    "every_day": "Every day, weekends and bank holidays too",
    "wall_clock": "By the wall clock, through nights and weekends",
    "hub_hours": "Only the hours in which the hub is open",
}
_RUNS_WORDS = {
    "clock": "",
    "milestone": "A point on the way, inside another clock. It is worked out whenever that clock is shown, and ends "
    "with it.",
    "earliest": "Nothing is late by this: it says the earliest day on which the step may be taken. The "
    "child’s page shows it until then.",
    "recording": "Nobody waits for this clock: it is judged when something is written down. What was written down "
    "later is marked so in the chronology and among what was recorded by its date.",
}


def counted_by(rule: Rule) -> str:
    """By which days or hours it is counted."""
    if rule.unit == "mornings":
        return "Working days: it ends in the morning of one"
    return _COUNTED_BY[rule.calendar]


def first_day_words(rule: Rule) -> str:
    """Which day is the first that counts; nothing for what ends at an instant."""
    if rule.unit in INSTANT_UNITS:
        return "It runs from the very moment"
    if rule.before:
        return "Counted back from the day that is named"
    return "The day it starts is day 1" if rule.inclusive_start else "The day it starts is day 0"


def warn_words(rule: Rule) -> str:
    """When people are warned. Not at all by what nobody waits for."""
    if rule.runs in ("earliest", "recording"):
        return "not at all: nobody waits for it"
    return rule.warn_words or "not before it is late"


def late_words(rule: Rule) -> str:
    """Who hears that it is late."""
    if rule.runs in ("earliest", "recording"):
        return "Nobody"
    return _and([ROLES[role] for role in rule.late_to]) or "Nobody"


def runs_words(rule: Rule) -> str:
    """What it is, where it is no clock that runs by itself."""
    return _RUNS_WORDS[rule.runs]


def standing_words(rule: Rule) -> str:
    """Whether anybody has confirmed it: '' where it is, otherwise the words that stand beside its date."""
    if rule.verified:
        return ""
    return "Local default, not verified" if rule.basis == "local" else "Not verified here"


def _and(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
