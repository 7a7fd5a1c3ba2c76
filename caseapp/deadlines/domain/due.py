"""From a rule and an instant to a due date, with the reasons. The most error-prone sums of the product, in one place.

The starting day is day 0. A start on a day that does not count runs from the working day before it, so Saturday + 1 is
Monday. A day clock is met until 24:00 Europe/London on its due day. Hours run by the wall clock, elapsed, also through
the nights when the clocks change. Months clip to the end of the month. A date counted in days, weeks or months is not
moved off a weekend. Nothing pauses a clock.
"""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from caseapp.kernel.clock import LONDON, to_london

from .calendars import STATUTORY, OutsideCalendar, WorkingCalendar
from .hub_hours import HubHours
from .rules import INSTANT_UNITS, Rule
from .strip import Strip, draw_strip
from .words import ONE_DAY, Words, clock_time, day_month, long_day


@dataclass(frozen=True)
class Due:
    """When something is due, and why.

    `anchor`: the instant it was started at, UTC. `day_0`: the day the count starts from. `due_on`: None for a clock
    that ends at an instant (hours, minutes, mornings). `due_at`: UTC, for a day clock the end of its due day.
    `by_rule_on`: the rule's own day, later than `due_on` where the plan (`planned_on`) names an earlier one.
    """

    rule: Rule
    anchor: datetime
    day_0: date
    due_on: date | None
    due_at: datetime
    calendar: WorkingCalendar = field(repr=False)
    planned_on: date | None = None
    by_rule_on: date | None = None
    hub_hours: HubHours | None = field(default=None, repr=False)

    @property
    def anchor_on(self) -> date:
        """The day in London on which the count was started."""
        return to_london(self.anchor).date()

    @property
    def _counts_after(self) -> date:
        """The days after this one are counted or skipped; for an inclusive start the day before, whatever day it is."""
        return self.anchor_on - ONE_DAY if self.rule.inclusive_start else self.day_0

    @property
    def counted(self) -> tuple[date, ...]:
        """The days counted, day 1 to the day that the rule gives; none for a clock that runs in hours."""
        if self.by_rule_on is None:
            return ()
        if self.rule.before:
            return self.calendar.working_days(self.by_rule_on - ONE_DAY, self.day_0 - ONE_DAY)[::-1]
        if self.rule.unit == "working_days":
            return self.calendar.working_days(self.day_0, self.by_rule_on)
        return tuple(self.day_0 + timedelta(days=n) for n in range(1, (self.by_rule_on - self.day_0).days + 1))

    @property
    def _span(self) -> tuple[date, date]:
        """The first and the last of the days that are counted or skipped."""
        until = self.by_rule_on or self.day_0
        return (until, self.day_0 - ONE_DAY) if self.rule.before else (self._counts_after + ONE_DAY, until)

    @property
    def skipped(self) -> tuple[tuple[date, str], ...]:
        """The weekdays that did not count, with their names. Weekends are not listed."""
        if self.by_rule_on is None or self.rule.unit != "working_days":
            return ()
        first, last = self._span
        return self.calendar.closed_between(first - ONE_DAY, last)

    @property
    def sentence_parts(self) -> tuple[Words, ...]:
        """The sentence cut where a page prints strong."""
        told = _told_in_hours(self) if self.by_rule_on is None else _told_in_days(self, self.by_rule_on)
        note = (Words(f" {self.rule.note}"),) if self.rule.note else ()
        return (*told, *note)

    @property
    def sentence(self) -> str:
        """Why it is due then, in words: anchor, day 0, length, what did not count, the answer."""
        return "".join(part.text for part in self.sentence_parts)

    @property
    def source_line(self) -> str:
        """Who says so, since when, by which version of the calendar, and what ends it."""
        rule = self.rule
        basis = "national" if rule.basis == "statutory" else "local"
        standing = f"In force since {rule.in_force_from.year}"
        if not rule.verified:
            standing = "Local default, not verified" if rule.basis == "local" else "Not verified here"
        name_of = "the calendar of our own offices" if rule.calendar == "local" else "this calendar"
        version = f"; {name_of} is version {self.calendar.version}" if rule.unit == "working_days" else ""
        name = rule.words[0].lower() + rule.words[1:]
        told = f"Rule: {name}, {rule.length_words}, {basis}, {rule.source}. {standing}{version}."
        return f"{told} Nothing pauses it. {rule.ends_words}"

    @property
    def question(self) -> str:
        """'Why Monday 25 January?', or 'Why 14:10 on Friday 20 November?'."""
        if self.due_on is not None:
            return f"Why {long_day(self.due_on).rsplit(' ', 1)[0]}?"
        local = to_london(self.due_at)
        return f"Why {clock_time(local)} on {long_day(local).rsplit(' ', 1)[0]}?"

    def strip(self, today: date) -> Strip | None:
        """The count as squares of a calendar; None for a clock that runs in hours."""
        if self.due_on is None or self.by_rule_on is None:
            return None
        last = max(self.due_on, self.day_0) if self.rule.before else self.due_on
        return draw_strip(
            start=self.counted[0] if self.rule.inclusive_start else self.day_0,
            due_on=self.due_on,
            # What lies behind an earlier planned day is not counted any more.
            counted=tuple(day for day in self.counted if day <= last),
            skipped=tuple(row for row in self.skipped if row[0] <= last),
            weekends=self.rule.unit != "working_days",
            today=today,
        )


def compute(
    rule: Rule,
    anchor: datetime,
    calendar: WorkingCalendar = STATUTORY,
    *,
    planned_on: date | None = None,
    hub_hours: HubHours | None = None,
) -> Due:
    """When a clock of this rule is due that was started at `anchor` (aware).

    `calendar`: the one the rule is counted by; `hub_hours`: needed by a rule counted in them; `planned_on`: a day that
    the plan names for it: the earlier of the two is due.
    OutsideCalendar where start or end lies in years the calendar does not hold; ValueError for a naive instant.
    How it counts stands at the head of this module.
    """
    if not calendar.first.year <= anchor.year <= calendar.last.year:
        raise OutsideCalendar(f"We can work out dates from {calendar.first.year} to {calendar.last.year} only.")
    local = to_london(anchor)
    anchor = local.astimezone(UTC)
    if rule.unit in INSTANT_UNITS:
        due_at = _instant(rule, local, calendar, hub_hours)
        return Due(rule, anchor, local.date(), None, due_at, calendar, hub_hours=hub_hours)
    day_0, by_rule_on = due_days(rule, local.date(), calendar)
    due_on = by_rule_on if planned_on is None else min(by_rule_on, planned_on)
    return Due(rule, anchor, day_0, due_on, end_of_day(due_on), calendar, planned_on, by_rule_on)


def due_days(rule: Rule, anchor_on: date, calendar: WorkingCalendar = STATUTORY) -> tuple[date, date]:
    """Day 0 and the due day of a rule that is counted in days, for a start on that day in London. OutsideCalendar as
    `compute`."""
    day_0 = anchor_on - ONE_DAY if rule.inclusive_start else anchor_on
    if rule.before:
        return day_0, calendar.take_working_days(day_0, rule.length)
    if rule.unit == "working_days":
        day_0 = calendar.working_day_on_or_before(day_0)
        return day_0, calendar.add_working_days(day_0, rule.length)
    if rule.unit == "months":
        due_on = add_months(day_0, rule.length)
    else:
        due_on = day_0 + timedelta(days=rule.length * (7 if rule.unit == "weeks" else 1))
    # Also a date that bank holidays do not move must be one of which we can say whether people work on it.
    calendar.working_day_on_or_before(due_on)
    return day_0, due_on


def _instant(rule: Rule, local: datetime, calendar: WorkingCalendar, hub_hours: HubHours | None) -> datetime:
    """When a clock in hours or minutes has run, or the morning it runs to: the first working day (or the `length`-th)
    whose `by` is later than the start. What starts at 02:00 on a Tuesday is due that morning, on a Friday evening on
    Monday."""
    if rule.calendar == "hub_hours":
        if hub_hours is None:
            raise ValueError(f"{rule.key} is counted in hub hours: say which")
        return hub_hours.add_hours(local, rule.length)
    if rule.by is None:
        length = timedelta(hours=rule.length) if rule.unit == "hours" else timedelta(minutes=rule.length)
        return local.astimezone(UTC) + length
    today = local.date()
    open_still = calendar.is_working(today) and local.time() < rule.by
    due_on = calendar.add_working_days(today - ONE_DAY if open_still else today, rule.length)
    return datetime.combine(due_on, rule.by, LONDON).astimezone(UTC)


def earlier(a: Due, b: Due) -> Due:
    """Of two clocks on the same work (the plan's and the minimum's, say) the one due first; `a` where they tie."""
    return b if b.due_at < a.due_at else a


def end_of_day(day: date) -> datetime:
    """24:00 Europe/London on that day, in UTC: the first instant at which a day clock is late."""
    return datetime.combine(day + ONE_DAY, time.min, LONDON).astimezone(UTC)


def add_months(day: date, months: int) -> date:
    """The same day that many months on, or the last of that month: 30 November + 3 is 28 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _told_in_hours(due: Due) -> tuple[Words, ...]:
    start, end = to_london(due.anchor), to_london(due.due_at)
    days = (end.date() - start.date()).days
    day = {0: " the same day", 1: f" the next day, {long_day(end)}"}.get(days, f" on {long_day(end)}")
    changed = start.utcoffset() != end.utcoffset()
    return (
        Words(f"{due.rule.start_words} on "),
        Words(f"{long_day(start)} at {clock_time(start)}", True),
        Words(f". {due.rule.gives_words} "),
        Words(due.rule.length_words, True),
        Words(_told_nights(due, start.date(), end.date())),
        Words("The clocks change in between. That is " if changed and _by_the_wall(due.rule) else "That is "),
        Words(f"{clock_time(end)}{day}", True),
        Words("."),
    )


def _by_the_wall(rule: Rule) -> bool:
    return rule.by is None and rule.calendar != "hub_hours"


def _told_nights(due: Due, start: date, end: date) -> str:
    """What lies between the start of a clock and its end and does not count."""
    hours = due.hub_hours if due.rule.calendar == "hub_hours" else None
    if due.rule.by is None and hours is None:
        return ". "
    closed = [name for _, name in due.calendar.closed_between(start - ONE_DAY, end)]
    weekend = any((start + timedelta(days=n)).weekday() > 4 for n in range((end - start).days))
    named = [*(["weekends"] if weekend else []), *closed]
    if hours is not None:
        named.insert(0, f"what lies outside the hub’s hours, {hours.opens:%H:%M} to {hours.closes:%H:%M}")
    return f". Not counted: {', '.join(named)}. " if named else ". "


def _told_in_days(due: Due, due_on: date) -> tuple[Words, ...]:
    working = due.rule.unit == "working_days"
    return (
        Words(f"{due.rule.start_words} on "),
        Words(long_day(due.anchor_on), True),
        *_told_start(due, working),
        Words(f" {due.rule.gives_words} "),
        Words(due.rule.length_words, True),
        Words("."),
        *(_told_skipped(due) if working else (Words(" Every day counts, weekends and bank holidays too."),)),
        *_told_end(due, due_on, working),
        *_told_plan(due, due_on),
    )


def _told_start(due: Due, working: bool) -> tuple[Words, ...]:
    if not working or due.rule.before or due.calendar.is_working(due.anchor_on):
        told = "day 1, as the day itself counts." if due.rule.inclusive_start else "day 0."
        return (Words(f": that is {told}"),)
    name = due.calendar.name_of(due.anchor_on)
    because = Words(". That is not a working day" + (f" ({name})" if name else ""))
    if due.rule.inclusive_start:
        first = Words(long_day(due.counted[0]), True)
        return (because, Words(", so day 1 is the next working day: "), first, Words("."))
    return (
        because,
        Words(", so the count starts from the working day before it: "),
        Words(long_day(due.day_0), True),
        Words(" is day 0."),
    )


def _told_skipped(due: Due) -> tuple[Words, ...]:
    # Days from weekday w on touch a weekend when they begin in one or run past Friday (4).
    first, last = due._span
    weekend = first.weekday() + (last - first).days > 4
    if not due.skipped:
        return (Words(" Weekends do not count."),) if weekend else ()
    named: list[Words] = []
    for place, (day, name) in enumerate(due.skipped, 1):
        between = {len(due.skipped): "", len(due.skipped) - 1: " and "}.get(place, ", ")
        named += [Words(day_month(day), True), Words(f" ({name}){between}")]
    verb = "does" if len(due.skipped) == 1 else "do"
    if weekend:
        return (Words(f" Weekends do not count, nor {verb} "), *named, Words("."))
    return (Words(" "), *named, Words(f" {verb} not count."))


def _told_end(due: Due, due_on: date, working: bool) -> tuple[Words, ...]:
    months = due.rule.unit == "months"
    lead = f" Day {due.rule.length} is "
    if months or due.rule.unit == "weeks":
        lead = f" {due.rule.length_words} on is "
    if due.rule.before:
        lead = f" Day {due.rule.length} before it is "
    clipped = f" That month has no day {due.day_0.day}." if months and due_on.day != due.day_0.day else ""
    told = (Words(lead), Words(long_day(due_on), True), Words(f".{clipped}"))
    if working or due.calendar.is_working(due_on):
        return told
    stays = f" That is not a working day ({due.calendar.name_of(due_on) or 'a weekend'}) and the date does not move"
    do_by = due.calendar.working_day_on_or_before(due_on)
    # By what says the earliest day, nothing is to be done before it.
    if do_by < due.anchor_on or due.rule.runs == "earliest":
        return (*told, Words(f"{stays}."))
    return (*told, Words(f"{stays}: do it by "), Words(long_day(do_by), True), Words("."))


def _told_plan(due: Due, by_rule_on: date) -> tuple[Words, ...]:
    """The day that the plan names, and which of the two counts."""
    if due.planned_on is None:
        return ()
    earlier_day = due.planned_on < by_rule_on
    counts = ", which is earlier: that day counts." if earlier_day else ". That is not earlier, so the date stays."
    return (Words(" The plan says "), Words(long_day(due.planned_on), earlier_day), Words(counts))
