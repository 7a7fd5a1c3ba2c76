"""A rule: one dated row that says what starts a clock, how long it runs, what stops it, whose it is and who says so."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Literal, get_args

from .words import how_many, span

Basis = Literal["statutory", "local"]
Unit = Literal["working_days", "calendar_days", "weeks", "hours", "minutes", "months", "mornings"]
Anchor = Literal["event", "referral", "previous", "named_day"]
Runs = Literal["clock", "milestone", "earliest", "recording"]

# Which calendar a unit is counted by. The statutory one knows bank holidays; on the other two every day counts.
CALENDARS: dict[Unit, str] = {
    "working_days": "statutory",
    "calendar_days": "every_day",
    "weeks": "every_day",
    "months": "every_day",
    "hours": "wall_clock",
    "minutes": "wall_clock",
    "mornings": "statutory",
}
# What a local rule may be counted by instead: days on which the council's own offices are open, hours in which the
# hub is. A statutory rule may not: an office that is shut never moves a date that the law sets.
LOCAL_CALENDARS: dict[Unit, str] = {"working_days": "local", "hours": "hub_hours"}
# Those that end at an instant, not with a day: due at that very instant, and late after it.
INSTANT_UNITS: frozenset[Unit] = frozenset({"hours", "minutes", "mornings"})
UNIT_WORDS: dict[Unit, str] = {
    "working_days": "working day",
    "calendar_days": "day",
    "weeks": "week",
    "months": "month",
    "hours": "hour",
    "minutes": "minute",
    "mornings": "morning",
}
# Who owns a clock and who is told, with the words for them.
ROLES: dict[str, str] = {
    "hub_worker": "the hub",
    "hub_manager": "the hub manager",
    "worker": "the child’s worker",
    "lead_practitioner": "the lead practitioner",
    "team_manager": "the team manager",
    "head": "the head of service",
    "night_worker": "the out-of-hours team",
    "chair": "the conference chair",
    "reviewing_officer": "the independent reviewing officer",
    "evolve": "the exploitation team",
    "lado": "the designated officer",
    "ig": "information governance",
    "desk": "the agency’s desk",
}


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One row of the catalogue, in force from `in_force_from` up to and with `in_force_to`.

    `starts_on`, `stops_on`: event codes.
    `ends_on`: events after which it is no longer asked for, so that it ends neither met nor late.
    `planned_by`: events that name a day (`on`) for the next one: the earlier of that and the rule's own date is due.
    `only_if`: that event starts the clock only where that key of its data has one of those values.
    `anchored_at`: where the count starts: at the starting event; at the receipt of its referral; at the previous
    occurrence, as each one that is done starts the next; at the day that the event names (`on`).
    `first_anchor_holds`: what would start it again while it runs does not move it.
    `before`: counted back from the anchor: that long before a conference.
    `runs`: `clock`, or one of those worked out when asked for and never stored: a `milestone` inside the clock
    `milestone_of` (the `nth` of its events meets it), the `earliest` day on which something may be done, and
    `recording`: how long after something happened it is to be written down.
    `report_days`: in how many days statistics count what the rule gives in months.
    `inclusive_start`: the starting day is day 1, not day 0.
    `by`: for mornings, the time of day in London at which the clock ends on a working day.
    `warn_points`: how much is left when we warn: minutes for a clock that ends at an instant, otherwise working days
    or days; 0 is the due day itself. `late_to`: the roles told when it is late.
    `verified`: someone confirmed that this is the rule here; one that nobody confirmed says so on the page.
    `start_words`, `gives_words`, `ends_words`, `note`: how it is told ("The referral came", "An assessment has").
    """

    key: str
    words: str
    basis: Basis
    length: int
    unit: Unit
    calendar: str
    starts_on: tuple[str, ...]
    stops_on: tuple[str, ...]
    subject_kind: str
    owner_role: str
    start_words: str
    gives_words: str
    ends_words: str
    source: str
    source_url: str
    in_force_from: date
    in_force_to: date | None = None
    verified: bool = False
    inclusive_start: bool = False
    anchored_at: Anchor = "event"
    only_if: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    ends_on: tuple[str, ...] = ()
    planned_by: tuple[str, ...] = ()
    first_anchor_holds: bool = False
    before: bool = False
    runs: Runs = "clock"
    milestone_of: str = ""
    nth: int = 1
    report_days: int | None = None
    by: time | None = None
    warn_points: tuple[int, ...] = ()
    late_to: tuple[str, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        wrong = {
            "basis is statutory or local": self.basis not in get_args(Basis),
            "the unit is one we can count": self.unit not in CALENDARS,
            "the calendar is the one its unit is counted by": self.calendar not in self._calendars(),
            "the length is positive": self.length < 1,
            "an hour clock has no first day to include": self.unit in INSTANT_UNITS and self.inclusive_start,
            "mornings, and nothing else, end at a time of day": (self.unit == "mornings") != (self.by is not None),
            "something starts it and something stops it": not (
                self.starts_on and (self.stops_on or self.runs == "recording")
            ),
            "an occurrence that starts the next one also stops": self.anchored_at == "previous" and not self.stops_on,
            "only working days are counted back": self.before and self.unit != "working_days",
            "a milestone, and nothing else, is inside a clock": (self.runs == "milestone") != bool(self.milestone_of),
            "a planned day is earlier than a day, not than an hour": bool(self.planned_by)
            and self.unit in INSTANT_UNITS,
            "statistics count in days what is given in months": self.report_days is not None and self.unit != "months",
            "a condition is about an event that starts it": not {row[0] for row in self.only_if} <= set(self.starts_on),
            "owner and those told are roles": not {self.owner_role, *self.late_to} <= set(ROLES),
            "it ends after it begins": self.in_force_to is not None and self.in_force_to < self.in_force_from,
            "a statutory rule has a source with an address": self.basis == "statutory" and not self.source_url,
        }
        if any(wrong.values()):
            raise ValueError(f"rule {self.key}: " + "; ".join(rule for rule, broken in wrong.items() if broken))

    def _calendars(self) -> tuple[str | None, ...]:
        national = CALENDARS.get(self.unit)
        return (national, LOCAL_CALENDARS.get(self.unit)) if self.basis == "local" else (national,)

    def _can_stop(self) -> bool:
        # What is judged when it is written down ends with that.
        return bool(self.stops_on) or self.runs == "recording"

    @property
    def for_reports(self) -> "Rule":
        """The same rule as statistics count it: 91 days for three months, 183 for six. Itself where they do not
        differ."""
        if self.report_days is None:
            return self
        return replace(self, length=self.report_days, unit="calendar_days", calendar="every_day", report_days=None)

    @property
    def length_words(self) -> str:
        """'45 working days', '1 hour', 'until 09:30 on the next working day'."""
        if self.by is not None:
            which = "on the next working day" if self.length == 1 else f"{self.length} working days on"
            return f"until {self.by:%H:%M} {which}"
        return how_many(self.length, UNIT_WORDS[self.unit]) + (" before" if self.before else "")

    @property
    def warn_words(self) -> str:
        """How much is left when its people are warned: '5 working days and 1 working day before, and on the last day',
        '2 h and 1 h before'."""
        unit = "working day" if self.unit == "working_days" else "day"
        instant = self.unit in INSTANT_UNITS
        left = [span(timedelta(minutes=n)) if instant else how_many(n, unit) for n in self.warn_points if n]
        before = f"{' and '.join(filter(None, (', '.join(left[:-1]), left[-1])))} before" if left else ""
        last = "on the last day" if 0 in self.warn_points else ""
        return ", and ".join(filter(None, (before, last)))

    def is_in_force(self, on: date) -> bool:
        """Whether the row holds for a clock that starts on that day."""
        return self.in_force_from <= on and (self.in_force_to is None or on <= self.in_force_to)

    def is_started_by(self, code: str, data: Mapping[str, object]) -> bool:
        """Whether this event, with its declared keys, starts the clock."""
        return code in self.starts_on and all(
            data.get(key) in values for event, key, values in self.only_if if event == code
        )

    def is_stopped_by(self, code: str) -> bool:
        """Whether this event stops the clock."""
        return code in self.stops_on

    @property
    def codes(self) -> frozenset[str]:
        """Every event that means something to this row."""
        return frozenset((*self.starts_on, *self.stops_on, *self.ends_on, *self.planned_by))
