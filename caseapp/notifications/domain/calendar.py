"""Clocks as a calendar that other programs read (RFC 5545). References and rules only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

# Calendars ask again after so long.
CALENDAR_REFRESH = timedelta(hours=1)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Entry:
    """One clock: its number (the entry moves with it when it is due on another day), reference, rule, what is said of
    it, its due day in London, since when it runs, where it is shown."""

    number: int
    reference: str
    rule: str
    words: str
    due_on: date
    since: datetime
    url: str


def make_calendar(entries: Sequence[Entry], *, name: str, host: str) -> bytes:
    """The calendar as a file: one entry for the whole of each due day, which keeps nobody's day busy. The same entries
    give the same bytes."""
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//Holdfast//Deadlines//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", CALENDAR_REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for entry in entries:
        event = Event()
        event.add("uid", f"clock-{entry.number}@{host}")
        event.add("dtstamp", entry.since.replace(microsecond=0))
        event.add("dtstart", entry.due_on)
        # The end is the first day after it.
        event.add("dtend", entry.due_on + ONE_DAY)
        event.add("summary", f"{entry.rule}: {entry.reference}")
        event.add("description", f"{entry.words}\n{entry.url}")
        event.add("url", entry.url)
        event.add("class", "PRIVATE")
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return calendar.to_ical()
