"""What is handed to the night and why, until when something holds, and how lateness is said. Plain Python."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from caseapp.deadlines.catalogue import HUB_HOURS
from caseapp.deadlines.domain import HubHours
from caseapp.kernel.clock import LONDON, to_london

# How a child comes onto the night list; each is a reason for which its card may be opened.
SOURCES: dict[str, str] = {
    "handed": "handed over by the hub",
    "alert": "a night alert stands on the child",
    "missing": "reported missing",
    "plan": "on a plan or in our care",
    "night": "the night has worked on this child",
    "typed": "a reason that was typed",
}
# Levels at which a child is on a plan; episodes in which a child is in our care.
PLAN_LEVELS = ("strategy_discussion", "child_in_need")
CARE_EPISODES = ("looked_after",)
# What is said on the page that follows a step, by the key that stands in its address.
DONE: dict[str, str] = {
    "accepted": "Accepted. You have it until the day has read what you write about it.",
    "taken": "You have it now, until the day has read what you write about it.",
    "entry": "The night entry is saved. The day reads it in the morning.",
    "handed": "Handed to the night, who have 30 minutes to accept it.",
    "kept": "Saved: the hub keeps it through the night.",
    "alert": "The alert is left. The out-of-hours team sees it on its list and on the safety card.",
    "withdrawn": "The alert is withdrawn.",
    "read": "Saved, with what follows from it.",
}
UNREAD, UNRATED, RED, DUE = "unread", "unrated", "red", "due"
WHY_ON_THE_LIST = {UNREAD: "unread", UNRATED: "not rated", RED: "Red", DUE: "due before the hub opens"}


def why_listed(
    *, read_at: datetime | None, rating: str | None, due_at: datetime | None, opens_at: datetime
) -> tuple[str, ...]:
    """Why a contact must have an owner for the night; nothing where it need not (practice 2)."""
    found = {
        UNREAD: read_at is None,
        UNRATED: rating is None,
        RED: rating == "red",
        DUE: due_at is not None and due_at <= opens_at,
    }
    return tuple(key for key, holds in found.items() if holds)


@dataclass(frozen=True)
class Until:
    """A moment that can be chosen for "until when"."""

    key: str
    label: str
    at: datetime


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), LONDON).astimezone(UTC)


def _day(day: datetime) -> str:
    local = to_london(day)
    return f"{local:%a} {local.day} {local:%b}"


def untils(now: datetime, hours: HubHours = HUB_HOURS, *, days: bool = False) -> list[Until]:
    """The moments that "until when" offers, soonest first: two in the evening, the morning, when the hub opens; with
    `days` also whole days on, for an alert that has to stand longer."""
    today, opens = to_london(now).date(), hours.next_opening(now)
    tomorrow = today + timedelta(days=1)
    evening, morning = _at(today, 20), _at(today, 8)
    called = "this morning"
    # The night that is past midnight ends this morning, not tomorrow.
    if morning <= now:
        morning, called = _at(tomorrow, 8), "tomorrow"
    found = [
        Until("evening", f"20:00 this evening, {_day(evening)}", evening),
        Until("midnight", f"midnight at the end of {_day(evening)}", _at(tomorrow, 0)),
        Until("morning", f"08:00 {called}, {_day(morning)}", morning),
        Until("opening", f"the hub opens, {to_london(opens):%H:%M} {_day(opens)}", opens),
    ]
    if days:
        found += [
            Until(f"days{n}", f"09:00 {_day(_at(today + timedelta(days=n), 9))}", _at(today + timedelta(days=n), 9))
            for n in (3, 7, 14)
        ]
    return sorted((each for each in found if each.at > now), key=lambda each: each.at)


def until_of(key: str, now: datetime, *, days: bool = False) -> datetime | None:
    """The moment behind a key of `untils`; None for one that was not offered."""
    return next((each.at for each in untils(now, days=days) if each.key == key), None)
