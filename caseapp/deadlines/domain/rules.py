"""A rule: one dated row that says what starts a clock, how long it runs, what stops it, whose it is and who says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Literal, get_args

from .words import how_many

Basis = Literal["statutory", "local"]
Unit = Literal["working_days", "calendar_days", "hours", "minutes", "months", "mornings"]
Anchor = Literal["event", "referral"]

# Which calendar a unit is counted by. The statutory one knows bank holidays; on the other two every day counts.
CALENDARS: dict[Unit, str] = {
    "working_days": "statutory",
    "calendar_days": "every_day",
    "months": "every_day",
    "hours": "wall_clock",
    "minutes": "wall_clock",
    "mornings": "statutory",
}
# Those that end at an instant, not with a day: due at that very instant, and late after it.
INSTANT_UNITS: frozenset[Unit] = frozenset({"hours", "minutes", "mornings"})
UNIT_WORDS: dict[Unit, str] = {
    "working_days": "working day",
    "calendar_days": "day",
    "months": "month",
    "hours": "hour",
    "minutes": "minute",
    "mornings": "morning",
}
ROLES = ("hub_worker", "hub_manager", "worker", "team_manager", "head", "night_worker")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One row of the catalogue, in force from `in_force_from` up to and with `in_force_to`.

    `starts_on`, `stops_on`: event codes.
    `only_if`: that event starts the clock only where that key of its data has one of those values.
    `anchored_at`: whether the count starts at the starting event or at the receipt of its referral.
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
    by: time | None = None
    warn_points: tuple[int, ...] = ()
    late_to: tuple[str, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        wrong = {
            "basis is statutory or local": self.basis not in get_args(Basis),
            "the unit is one we can count": self.unit not in CALENDARS,
            "the calendar is the one its unit is counted by": CALENDARS.get(self.unit) != self.calendar,
            "the length is positive": self.length < 1,
            "an hour clock has no first day to include": self.unit in INSTANT_UNITS and self.inclusive_start,
            "mornings, and nothing else, end at a time of day": (self.unit == "mornings") != (self.by is not None),
            "something starts it and something stops it": not (self.starts_on and self.stops_on),
            "a condition is about an event that starts it": not {row[0] for row in self.only_if} <= set(self.starts_on),
            "owner and those told are roles": not {self.owner_role, *self.late_to} <= set(ROLES),
            "it ends after it begins": self.in_force_to is not None and self.in_force_to < self.in_force_from,
            "a statutory rule has a source with an address": self.basis == "statutory" and not self.source_url,
        }
        if any(wrong.values()):
            raise ValueError(f"rule {self.key}: " + "; ".join(rule for rule, broken in wrong.items() if broken))

    @property
    def length_words(self) -> str:
        """'45 working days', '1 hour', 'until 09:30 on the next working day'."""
        if self.by is not None:
            which = "on the next working day" if self.length == 1 else f"{self.length} working days on"
            return f"until {self.by:%H:%M} {which}"
        return how_many(self.length, UNIT_WORDS[self.unit])

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
