"""What a reader asks of a child's chronology, whether a change of level was a step up or down, and family group
decision-making. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
# What social workers hold; anything else is family help, or nobody's.
_FAMILY_HELP = frozenset({"universal", "focused_family_help", "specialist_family_help"})


def direction_of(old: str, new: str) -> str:
    """Whether a change of level crossed between family help and social work: "up", "down", or "" for neither."""
    was, is_now = old in _FAMILY_HELP, new in _FAMILY_HELP
    if was == is_now:
        return ""
    return "down" if is_now else "up"


@dataclass(frozen=True)
class Narrowed:
    """What of a chronology somebody asks for: one kind of entry, what one agency's people did (its key), the child or
    the whole family, days from and to (London), significant entries alone, contacts and cases from before, or one
    event."""

    kind: str = ""
    source: str = ""
    family: bool = False
    since: date | None = None
    until: date | None = None
    important: bool = False
    earlier: bool = False
    event: int | None = None

    @property
    def shape(self) -> frozenset[str]:
        """Which conditions it takes: a statement is built once for each combination."""
        asked = ("source", "since", "until", "important", "earlier", "event")
        return frozenset(name for name in asked if getattr(self, name))

    @property
    def given(self) -> dict[str, object]:
        """The values of these conditions. A day ends with its midnight in London."""
        days = {
            "since": self.since and _midnight(self.since),
            "until": self.until and _midnight(self.until + timedelta(days=1)),
        }
        found = {"source": self.source, "event": self.event, **days}
        return {name: value for name, value in found.items() if value}


EVERYTHING = Narrowed()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=LONDON).astimezone(UTC)


# ---------------------------------------------------------------- family group decision-making (practice 34)


@dataclass(frozen=True)
class FamilyGroupFacts:
    """What is known of one family group decision: offered to whom, what they said, when the family met, its plan; or
    why it is not in the child's interests."""

    offered_on: date | None = None
    offered_to: str = ""
    answer: str = ""
    answered_on: date | None = None
    held_on: date | None = None
    plan: str = ""
    why_not: str = ""

    @property
    def step(self) -> str:
        """How far it has come (cases.catalogue.GROUP_STEPS)."""
        if self.offered_on is None:
            return "not_offered"
        if self.plan:
            return "planned"
        return "held" if self.held_on else self.answer or "offered"


def check_family_group(facts: FamilyGroupFacts) -> dict[str, str]:
    """What is wrong with these facts, field to message: each step needs the one before, and no day is before it."""
    offered = facts.offered_on
    if offered is None:
        later = facts.offered_to or facts.answer or facts.answered_on or facts.held_on or facts.plan
        problems = {
            "offered_on": "Enter the day it was offered, or say below why it is not in the child\u2019s interests"
            if later or not facts.why_not
            else ""
        }
        return {field: said for field, said in problems.items() if said}
    problems = {
        "offered_to": "" if facts.offered_to else "Say to whom it was offered",
        "answer": "" if facts.answer or not (facts.answered_on or facts.held_on) else "Choose what they said",
        "answered_on": _after(facts.answered_on, offered, "It was offered later than that")
        or ("Enter the day they said so" if facts.answer in ("accepted", "declined") and not facts.answered_on else ""),
        "held_on": _after(facts.held_on, offered, "It was offered later than that")
        or ("The family has not said yes to it" if facts.held_on and facts.answer != "accepted" else ""),
        "plan": "Enter the day the family met" if facts.plan and not facts.held_on else "",
        "why_not": "It was offered: leave this empty, or take the day of the offer out" if facts.why_not else "",
    }
    return {field: said for field, said in problems.items() if said}


def _after(day: date | None, first: date, words: str) -> str:
    return words if day is not None and day < first else ""
