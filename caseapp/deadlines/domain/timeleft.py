"""Time said three ways: what is left, when it ends, and how far along. Words only; the reason is in `due`.

Numbers keep to their units by no-break spaces; `TimeLeft.plain` has ordinary ones, for e-mail and files.
"""

from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from caseapp.kernel.clock import to_london

from .calendars import STATUTORY, WorkingCalendar
from .due import Due
from .rules import INSTANT_UNITS, UNIT_WORDS, Unit
from .words import NBSP, clock_time, how_many, near_day, short_day, span

State = Literal["late", "soon", "calm"]

SOON = timedelta(hours=2)


class TimeLeft(NamedTuple):
    """'1 h 30 min left', 'by 17:00 today', and how it is marked: late, soon or calm."""

    words: str
    due_words: str
    state: State

    @property
    def plain(self) -> str:
        """Both in one line, with ordinary spaces: '1 h 30 min left, by 17:00 today'."""
        return f"{self.words}, {self.due_words}".replace(NBSP, " ")


def is_late(due_at: datetime, at: datetime, unit: Unit) -> bool:
    """Whether something done (or still open) at `at` is late.

    A day clock's `due_at` is 24:00, the first instant too late. An hour clock is met at its very instant: done after
    exactly 4 hours is in time.
    """
    return at > due_at if unit in INSTANT_UNITS else at >= due_at


def last_day(due_at: datetime) -> date:
    """The due day of a day clock whose end is `due_at`."""
    return to_london(due_at - timedelta(microseconds=1)).date()


def time_left(due_at: datetime, now: datetime, unit: Unit, calendar: WorkingCalendar = STATUTORY) -> TimeLeft:
    """What is left until `due_at` as seen at `now` (both aware).

    Soon means under 2 hours for a clock in hours, and for a day clock due today or by the end of the next working day.
    """
    if unit in INSTANT_UNITS:
        return _hours_left(due_at, now)
    return _days_left(last_day(due_at), to_london(now).date(), unit, calendar)


def age_words(start: datetime, now: datetime) -> str:
    """How long something has waited since `start`, by the wall clock: 'waiting 2 days 15 h'."""
    return f"waiting {span(now - start)}"


def pace(due: Due, now: datetime) -> str:
    """How far along a clock is: 'day 37 of 45', for hours 'hour 3 of 4'; once over, 'hour 5: it had 4 hours'."""
    if due.rule.by is not None:
        return f"until {due.rule.by:%H:%M}"
    if due.rule.unit == "minutes":
        return _pace("minute", max(0, int((now - due.anchor).total_seconds())) // 60 + 1, due.rule.length)
    if due.due_on is None:
        begun = max(0, int((now - due.anchor).total_seconds())) // 3600 + 1
        return _pace("hour", begun, due.rule.length)
    today = to_london(now).date()
    if due.rule.unit == "working_days":
        gone = max(0, due.calendar.working_days_between(due.day_0, today))
        return _pace("day", gone, due.rule.length, "working day")
    return _pace("day", max(0, (today - due.day_0).days), (due.due_on - due.day_0).days)


def _pace(unit: str, begun: int, length: int, counted_in: str = "") -> str:
    if begun > length:
        return f"{unit} {begun}: it had {how_many(length, counted_in or unit)}"
    return f"{unit} {begun} of {length}"


def _hours_left(due_at: datetime, now: datetime) -> TimeLeft:
    local, today = to_london(due_at), to_london(now).date()
    due_on = local.date()
    day = near_day(due_on, today)
    far = day == short_day(due_on, today)
    moment = f"{day}, {clock_time(local)}" if far else f"{clock_time(local)} {day}"
    if is_late(due_at, now, "hours"):
        return TimeLeft(f"Late by {span(now - due_at)}", f"was due {moment}", "late")
    return TimeLeft(f"{span(due_at - now)} left", f"by {moment}", "soon" if due_at - now < SOON else "calm")


def _days_left(due_on: date, today: date, unit: Unit, calendar: WorkingCalendar) -> TimeLeft:
    working = unit == "working_days"
    name = "working day" if working else UNIT_WORDS["calendar_days"]
    left = calendar.working_days_between(today, due_on) if working else (due_on - today).days
    if today > due_on:
        # On the weekend after a due Friday no working day has passed, but it is late all the same.
        late = f"by {how_many(-left, name, NBSP)}" if left else f"since {near_day(due_on, today)}"
        return TimeLeft(f"Late {late}", f"was due {near_day(due_on, today)}", "late")
    words = "Due today" if due_on == today else f"{how_many(left, name, NBSP)} left"
    state: State = "soon" if due_on <= calendar.add_working_days(today, 1) else "calm"
    return TimeLeft(words, f"by the end of {near_day(due_on, today)}", state)
