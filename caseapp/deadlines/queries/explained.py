"""Every rule with what it means here today, and one of them with what was decided about it."""

from dataclasses import dataclass
from datetime import datetime

from caseapp.deadlines.catalogue import KINDS, PARTS, PUBLISHED, WITH_PAGE
from caseapp.deadlines.domain import (
    BASIS_WORDS,
    LOCAL_CALENDARS,
    ROLES,
    STATUTORY,
    Due,
    PolicyChange,
    Rule,
    Year,
    counted_by,
    draw_year,
    first_day_words,
    late_words,
    runs_words,
    standing_words,
    warn_words,
)
from caseapp.kernel import clock
from caseapp.kernel.errors import NotFound
from caseapp.kernel.events import TYPES

from .policy import current_policy, known_policy
from .told import decision_words


@dataclass(frozen=True)
class RuleView:
    """A rule as it holds here today, with its words. `own`: this council has decided about it."""

    rule: Rule
    group: str
    own: bool

    @property
    def basis(self) -> str:
        """Whose rule it is."""
        return BASIS_WORDS[self.rule.basis]

    @property
    def counted_by(self) -> str:
        """By which days or hours."""
        return counted_by(self.rule)

    @property
    def first_day(self) -> str:
        """Which day is the first."""
        return first_day_words(self.rule)

    @property
    def warned(self) -> str:
        """When people are warned."""
        return warn_words(self.rule)

    @property
    def owner(self) -> str:
        """Whose it is."""
        return ROLES[self.rule.owner_role]

    @property
    def told(self) -> str:
        """Who hears that it is late."""
        return late_words(self.rule)

    @property
    def what_it_is(self) -> str:
        """What it is, where it is no clock that runs by itself."""
        return runs_words(self.rule)

    @property
    def standing(self) -> str:
        """'Local default, not verified', or nothing."""
        return standing_words(self.rule)

    @property
    def started_by(self) -> list[str]:
        """What starts it, in the words of the events."""
        return [event_words(code) for code in self.rule.starts_on]

    @property
    def stopped_by(self) -> list[str]:
        """What ends it."""
        return [event_words(code) for code in self.rule.stops_on]

    @property
    def ended_by(self) -> list[str]:
        """After what it is no longer asked for."""
        return [event_words(code) for code in self.rule.ends_on]

    @property
    def planned_by(self) -> list[str]:
        """What names an earlier day for it."""
        return [event_words(code) for code in self.rule.planned_by]

    @property
    def inside(self) -> Rule | None:
        """The clock that a milestone lies in."""
        return next(iter(PUBLISHED.rows(self.rule.milestone_of)), None)

    @property
    def calendars(self) -> dict[str, str]:
        """What a council may count it by, with the words; one alone leaves nothing to choose."""
        other = LOCAL_CALENDARS.get(self.rule.unit) if self.rule.basis == "local" else None
        own = {"local": "The days on which our own offices are open", "hub_hours": "The hours in which the hub is open"}
        usual = {"local": "Working days, as the law counts them", "hub_hours": "By the wall clock, day and night"}
        if other is None:
            return {}
        national = {"local": "statutory", "hub_hours": "wall_clock"}[other]
        return {national: usual[other], other: own[other]}


@dataclass(frozen=True)
class RulePage:
    """A rule with its rows over time and what this council decided about it, the last first."""

    view: RuleView
    rows: tuple[Rule, ...]
    decided: tuple[tuple[PolicyChange, str], ...]


def event_words(code: str) -> str:
    """An event in words, without the names and days that one of them has."""
    kind = KINDS.get(code) or WITH_PAGE.get(code)
    if kind is not None:
        return kind.words
    return _WORDS.get(code) or TYPES[code].sentence


# Those whose own sentence names somebody or something.
_WORDS = {
    "case.allocated": "The child gets a worker",
    "case.custody.moved": "Another team becomes accountable",
    "case.handover.accepted": "The receiving team accepts the handover",
    "case.handover.agreed": "The sending manager agrees to the handover",
    "case.handover.agreed_urgent": "The hub decides an urgent step-up",
    "case.handover.returned": "The receiving team sends the handover back",
    "case.handover.withdrawn": "The sending team takes the handover back",
    "case.opened": "The hub’s decision opens a case",
    "case.stepped_down": "Family help has taken the family on",
    "case.stepped_up": "Social work has taken the family on from family help",
    "night.kept_in_hub": "Somebody of the hub keeps it through the night",
    "open_case.told": "The people of an open case are told of a new contact",
    "referral.rated": "The referral is rated",
}


def list_rules(*, group: str = "", basis: str = "") -> list[tuple[str, list[RuleView]]]:
    """The rules by their part of the work, as they hold today: of one part, or of the law or local ones only. One
    statement."""
    policy, today = current_policy(), clock.today()
    decided = {change.rule for change in policy.changes}
    found = []
    for key, (heading, rules) in PARTS.items():
        keys = dict.fromkeys(rule.key for rule in rules)
        views = [
            RuleView(policy.find_rule(one, today) or policy.rows(one)[-1], heading, one in decided) for one in keys
        ]
        views = [view for view in views if basis in ("", view.rule.basis)]
        if views and group in ("", key):
            found.append((heading, views))
    return found


def get_rule_page(key: str) -> RulePage:
    """One rule as it holds today. One statement. Raises NotFound for a key that there is not."""
    policy = current_policy()
    rows = policy.rows(key)
    if not rows:
        raise NotFound
    made = tuple((change, decision_words(change)) for change in reversed(policy.changes) if change.rule == key)
    group = next(heading for heading, rules in PARTS.values() if any(rule.key == key for rule in rules))
    return RulePage(RuleView(policy.find_rule(key, clock.today()) or rows[-1], group, bool(made)), rows, made)


def count_from(key: str, anchor: datetime) -> Due:
    """When a clock of that rule is due that starts at `anchor`, and why, by the policy last read. LookupError where it
    was not in force then, OutsideCalendar where the calendar does not hold the days."""
    policy = known_policy()
    return policy.compute(policy.get_rule(key, clock.to_london(anchor).date()), anchor)


def get_year(number: int) -> Year:
    """The days of a year as they count here. One statement. Raises NotFound for one that the calendar does not hold."""
    if not STATUTORY.first.year <= number <= STATUTORY.last.year:
        raise NotFound
    policy = current_policy()
    return draw_year(number, STATUTORY, policy.statutory, policy.local)


def first_and_last_year() -> tuple[int, int]:
    """The years that the calendar holds."""
    return STATUTORY.first.year, STATUTORY.last.year
