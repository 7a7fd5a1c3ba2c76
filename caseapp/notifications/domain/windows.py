"""Between which instants a clock must be due for a warning point of its rule to be the one that holds now."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from caseapp.deadlines.domain import INSTANT_UNITS, OutsideCalendar, Policy, Rule, end_of_day
from caseapp.kernel import clock

# Roles whose people have no page of a case here yet: until then the child's own worker is told, who chases them.
STANDS_IN: dict[str, str] = dict.fromkeys(
    ("lead_practitioner", "chair", "reviewing_officer", "evolve", "lado", "ig", "desk"), "worker"
)
# What became late longer ago than this was told when it did, and stands on the pages of the case.
LATE_TOLD_FOR = timedelta(days=28)
LONGEST_WAIT = timedelta(hours=1)

WARNING, LATE = "warning", "late"
# The point of what is late: no number of days before.
LATE_POINT = -1


@dataclass(frozen=True)
class Window:
    """Clocks of `rule` that are due after `after` and not after `until` are told to `role` now: as a warning that
    `point` days (or minutes) are left, or as late."""

    rule: str
    role: str
    kind: str
    point: int
    after: datetime
    until: datetime


def windows(policy: Policy, keys: Iterable[str], now: datetime) -> list[Window]:
    """What is to be told at `now`: of each rule a row for each warning point and role, and one for each role that hears
    that it is late. One point holds at a time: the smallest one that has been reached."""
    today = clock.to_london(now).date()
    found: list[Window] = []
    for key in keys:
        rule = policy.find_rule(key, today) or policy.rows(key)[0]
        owner = STANDS_IN.get(rule.owner_role, rule.owner_role)
        after = now
        for point, until in points_of(policy, rule, now):
            if until > after:
                found.append(Window(key, owner, WARNING, point, after, until))
                after = until
        told = dict.fromkeys((owner, *(STANDS_IN.get(role, role) for role in rule.late_to)))
        found += [Window(key, role, LATE, LATE_POINT, now - LATE_TOLD_FOR, now) for role in told]
    return found


def points_of(policy: Policy, rule: Rule, now: datetime) -> Iterator[tuple[int, datetime]]:
    """The warning points of a rule from the smallest, each with the last instant at which a clock may be due to have
    reached it by `now`: minutes before for a clock that ends at an instant, otherwise working days or days."""
    today = clock.to_london(now).date()
    for point in sorted(rule.warn_points):
        if rule.unit in INSTANT_UNITS:
            yield point, now + timedelta(minutes=point)
        elif rule.unit == "working_days":
            try:
                yield point, end_of_day(policy.calendar_of(rule).add_working_days(today, point))
            except OutsideCalendar:
                return
        else:
            yield point, end_of_day(today + timedelta(days=point))


def next_try(now: datetime, tries: int) -> datetime:
    """When a mail that could not be sent is tried again: after 1, 2, 4 ... minutes, at most an hour."""
    return now + min(LONGEST_WAIT, timedelta(minutes=1 << min(max(tries - 1, 0), 10)))
