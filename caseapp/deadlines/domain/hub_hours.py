"""When the hub is open: policy data of a council. The night begins where it ends."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from caseapp.kernel.clock import LONDON, to_london

from .calendars import STATUTORY, WorkingCalendar
from .words import ONE_DAY


@dataclass(frozen=True)
class HubHours:
    """The hub opens at `opens` and closes at `closes` on each working day; `hand_over_from` is when the closing list
    is to be worked."""

    opens: time
    closes: time
    hand_over_from: time
    calendar: WorkingCalendar = STATUTORY

    def _at(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, LONDON).astimezone(UTC)

    def is_open(self, now: datetime) -> bool:
        """Whether the hub is open at this instant."""
        local = to_london(now)
        return self.calendar.is_working(local.date()) and self.opens <= local.time() < self.closes

    def is_handing_over(self, now: datetime) -> bool:
        """Whether it is the last hour, or the hub is closed: the closing list comes first."""
        return not self.is_open(now) or to_london(now).time() >= self.hand_over_from

    def add_hours(self, start: datetime, hours: int) -> datetime:
        """The instant, in UTC, at which the hub has been open for that many hours since `start`: no loop over days.
        What would end at opening time ends at closing time of the working day before."""
        local = to_london(start if self.is_open(start) else self.next_opening(start))
        opens = timedelta(hours=self.opens.hour, minutes=self.opens.minute)
        a_day = timedelta(hours=self.closes.hour, minutes=self.closes.minute) - opens
        since = timedelta(hours=local.hour, minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        days, rest = divmod(since - opens + timedelta(hours=hours), a_day)
        if not rest:
            days, rest = days - 1, a_day
        day = self.calendar.add_working_days(local.date(), days)
        return self._at(day, (datetime.combine(day, self.opens) + rest).time())

    def next_opening(self, now: datetime) -> datetime:
        """The next instant at which the hub opens, in UTC."""
        local = to_london(now)
        day = local.date()
        if self.calendar.is_working(day) and local.time() < self.opens:
            return self._at(day, self.opens)
        return self._at(self.calendar.add_working_days(day, 1), self.opens)

    def last_closing(self, now: datetime) -> datetime:
        """The last instant at which the hub closed, in UTC: what came since came at night."""
        local = to_london(now)
        day = local.date()
        if self.calendar.is_working(day) and local.time() >= self.closes:
            return self._at(day, self.closes)
        return self._at(self.calendar.working_day_on_or_before(day - ONE_DAY), self.closes)
