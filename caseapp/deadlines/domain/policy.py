"""What a council has decided on top of the catalogue: bank holidays proclaimed, its own closing days, its own lengths.

Each decision is a dated row that is only added to; the number of the last one is the version. As of a moment only the
rows made by then count, so that a clock that has ended can be worked out again as it stood.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Literal

from .calendars import STATUTORY, BankHolidayChange, WorkingCalendar, local_calendar, with_changes
from .due import Due, compute
from .hub_hours import HubHours
from .rules import LOCAL_CALENDARS, Rule, Unit

ChangeKind = Literal["bank_holiday", "closure", "rule"]
# The longest that a council may give, by unit: far beyond any rule, and still inside the calendar.
LONGEST: dict[Unit, int] = {
    "working_days": 500,
    "calendar_days": 730,
    "weeks": 104,
    "months": 24,
    "hours": 1000,
    "minutes": 1000,
    "mornings": 20,
}
# How many characters the words and the source of a decision may have.
MOST_WORDS, MOST_SOURCE = 200, 300


@dataclass(frozen=True, kw_only=True)
class PolicyChange:
    """One decision. A `bank_holiday` or an office's `closure` has a `day` and `words` (none: it is withdrawn); a `rule`
    has its key, the day it holds `in_force_from`, a `length` and a `calendar` (none: back to the catalogue's)."""

    id: int
    kind: ChangeKind
    made_at: datetime
    day: date | None = None
    words: str = ""
    rule: str = ""
    length: int | None = None
    calendar: str | None = None
    in_force_from: date | None = None
    source: str = ""

    @property
    def touches_days(self) -> bool:
        """Whether it is about which days count."""
        return self.kind != "rule"


class Policy:
    """The rules and calendars in force, in one version. Never changed: another version is another Policy."""

    def __init__(self, rules: Sequence[Rule], hub_hours: HubHours, changes: Iterable[PolicyChange] = ()) -> None:
        self.changes = tuple(sorted(changes, key=lambda change: change.id))
        self.version = self.changes[-1].id if self.changes else 0
        self.rules, self._hub_hours = tuple(rules), hub_hours
        self._rows: dict[str, tuple[Rule, ...]] = {}
        for rule in rules:
            self._rows[rule.key] = (*self._rows.get(rule.key, ()), rule)
        self.find_rule = lru_cache(maxsize=8192)(self._find_rule)
        self._as_of: dict[int, Policy] = {self.version: self}

    @cached_property
    def statutory(self) -> WorkingCalendar:
        """Weekends and England's bank holidays, with those proclaimed or withdrawn here."""
        made = [
            BankHolidayChange(
                STATUTORY.version + number, row.day, "proclaimed" if row.words else "withdrawn", row.words
            )
            for number, row in enumerate((row for row in self.changes if row.kind == "bank_holiday"), 1)
            if row.day is not None
        ]
        return with_changes(STATUTORY, made) if made else STATUTORY

    @cached_property
    def local(self) -> WorkingCalendar:
        """The days on which the council's own offices are open."""
        closed: dict[date, str] = {}
        for row in self.changes:
            if row.kind == "closure" and row.day is not None:
                closed.pop(row.day, None)
                if row.words:
                    closed[row.day] = row.words
        return local_calendar(self.statutory, closed)

    @cached_property
    def hub_hours(self) -> HubHours:
        """When the hub is open, by the working days of this version."""
        return replace(self._hub_hours, calendar=self.statutory)

    def rows(self, key: str) -> tuple[Rule, ...]:
        """The catalogue's rows of that key; none for a key that it does not have."""
        return self._rows.get(key, ())

    def _find_rule(self, key: str, on: date) -> Rule | None:
        """The row of that key in force for a clock that starts on that day, with what the council made of it: of its
        decisions that hold on that day the one made last. None where no such rule was in force."""
        row = next((row for row in self.rows(key) if row.is_in_force(on)), None)
        made = (
            change
            for change in reversed(self.changes)
            if change.rule == key and change.in_force_from is not None and change.in_force_from <= on
        )
        change = next(made, None)
        return row if row is None or change is None or change.length is None else _as_decided(row, change)

    def get_rule(self, key: str, on: date) -> Rule:
        """As `find_rule`; LookupError where no such rule was in force."""
        rule = self.find_rule(key, on)
        if rule is None:
            raise LookupError(f"no rule {key} in force on {on}")
        return rule

    def calendar_of(self, rule: Rule) -> WorkingCalendar:
        """The calendar by which this rule is counted."""
        return self.local if rule.calendar == "local" else self.statutory

    def compute(self, rule: Rule, anchor: datetime, planned_on: date | None = None) -> Due:
        """When a clock of this rule is due, and why; errors as `due.compute`."""
        return compute(rule, anchor, self.calendar_of(rule), planned_on=planned_on, hub_hours=self.hub_hours)

    def as_of(self, at: datetime) -> "Policy":
        """The policy as it stood at that instant."""
        if not self.changes or self.changes[-1].made_at <= at:
            return self
        made = [change for change in self.changes if change.made_at <= at]
        version = made[-1].id if made else 0
        if version not in self._as_of:
            self._as_of[version] = Policy(self.rules, self._hub_hours, made)
        return self._as_of[version]

    def with_change(self, change: PolicyChange) -> "Policy":
        """The policy with one decision more, the last of them whatever its number."""
        return Policy(self.rules, self._hub_hours, (*self.changes, replace(change, id=self.version + 1)))

    def before(self, number: int) -> "Policy":
        """The policy without that decision and those after it."""
        return Policy(self.rules, self._hub_hours, (change for change in self.changes if change.id < number))

    def undoing(self, number: int) -> PolicyChange | None:
        """The decision that takes that one back: the day, or the length, as it was before. None for one that there is
        not."""
        made = next((change for change in self.changes if change.id == number), None)
        if made is None:
            return None
        before = self.before(number)
        if made.day is not None:
            calendar = before.statutory if made.kind == "bank_holiday" else before.local
            return replace(made, words="" if made.words else calendar.name_of(made.day) or "", source="")
        since = made.in_force_from
        was = before.find_rule(made.rule, since) if since else None
        published = next((row for row in self.rows(made.rule) if since and row.is_in_force(since)), None)
        if was is None or was == published:
            return replace(made, length=None, calendar=None, source="")
        return replace(made, length=was.length, calendar=was.calendar, source="")

    def holds(self, number: int) -> bool:
        """Whether that decision is the last about its day or its rule."""
        about = {(change.kind, change.day, change.rule): change.id for change in self.changes}
        return number in about.values()

    def shut_between(self, first: date, last: date, *, shut: bool) -> tuple[date, ...]:
        """The days from the first to the last that a closing of our offices is about: those on which they would be
        open, or (`shut`) those on which they are shut by an earlier decision. None of days the calendar does not
        hold."""
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        inside = (day for day in days if self.local.first <= day <= self.local.last and self.statutory.is_working(day))
        return tuple(day for day in inside if self.local.is_working(day) != shut)

    def problems(self, change: PolicyChange) -> dict[str, str]:
        """What speaks against a decision: the field and the words for it."""
        found = dict(self._day_problems(change) if change.touches_days else self._rule_problems(change))
        for field, said, most in (("words", change.words, MOST_WORDS), ("source", change.source, MOST_SOURCE)):
            if len(said) > most:
                found[field] = f"Use at most {most} characters"
        return {field: words for field, words in found.items() if words}

    def _day_problems(self, change: PolicyChange) -> Mapping[str, str]:
        calendar = self.statutory if change.kind == "bank_holiday" else self.local
        if change.day is None or not calendar.first <= change.day <= calendar.last:
            return {"day": f"Give a day from {calendar.first.year} to {calendar.last.year}"}
        if change.day.weekday() > 4:
            return {"day": "That is a Saturday or a Sunday, which does not count anyway"}
        there = calendar.name_of(change.day)
        if change.words:
            return {"day": f"That day does not count already: {there}" if there else ""}
        if change.kind == "closure" and there and self.statutory.name_of(change.day):
            return {"day": f"That is a bank holiday, not a closing day: {there}"}
        return {"day": "" if there else "That day counts already, so there is nothing to withdraw"}

    def _rule_problems(self, change: PolicyChange) -> Mapping[str, str]:
        if change.in_force_from is None:
            return {"in_force_from": "Give the day from which it holds"}
        rule = next((row for row in self.rows(change.rule) if row.is_in_force(change.in_force_from)), None)
        if rule is None:
            return {"rule": "There is no such rule on that day"}
        length, calendar = change.length, change.calendar
        problems = {
            "calendar": "" if calendar in (None, rule.calendar, LOCAL_CALENDARS.get(rule.unit)) else "Not for this rule"
        }
        if rule.basis == "statutory" and calendar not in (None, rule.calendar):
            problems["calendar"] = "The law sets how this is counted: an office that is shut does not move it"
        if length is not None and not 1 <= length <= LONGEST[rule.unit]:
            problems["length"] = f"Give a number from 1 to {LONGEST[rule.unit]}"
        elif length is not None and rule.basis == "statutory":
            problems["length"] = _against_the_law(rule, length)
        elif length is not None and rule.runs == "milestone":
            problems["length"] = self._outside_its_clock(rule, length, change.in_force_from)
        if length is None and calendar is not None:
            problems["length"] = "Give the length too"
        return problems

    def _outside_its_clock(self, rule: Rule, length: int, on: date) -> str:
        """A point on the way that lies behind the end of its clock would never be reached."""
        around = self.find_rule(rule.milestone_of, on)
        if around is None or around.unit != rule.unit or length <= around.length:
            return ""
        return f"It is a point on the way of “{around.words}”, which has {around.length_words}"


def _against_the_law(rule: Rule, length: int) -> str:
    """A time that the law gives may be shorter here; one that must have passed may be longer."""
    if rule.runs == "earliest":
        return f"The law says not before {rule.length_words}: a council may wait longer" if length < rule.length else ""
    return f"The law gives {rule.length_words}: a council may be quicker, not slower" if length > rule.length else ""


def _as_decided(row: Rule, change: PolicyChange) -> Rule:
    calendar = change.calendar or row.calendar
    return replace(
        row,
        length=change.length or row.length,
        calendar=calendar,
        # What the catalogue notes about nights holds for the wall clock only.
        note=row.note if calendar == row.calendar else "",
        in_force_from=change.in_force_from or row.in_force_from,
        source=change.source or "decided by this council",
        verified=True,
    )
