"""How the rows of the catalogue are written down: what most of them share is said once."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from caseapp.deadlines.domain import CALENDARS, Rule, Unit

# Local rows hold for as long as the calendar does, so that imported history has its clocks.
LOCAL = date(2015, 1, 1)
OWN_DEFAULT = "our own default, as there is no national figure"


class Source(NamedTuple):
    """Who says so, where it can be read, since when, and whether it is the law's."""

    words: str
    url: str = ""
    since: date = LOCAL
    statutory: bool = False
    verified: bool = False


OURS = Source(OWN_DEFAULT)

# How much is left when we warn, by unit: minutes for what ends at an instant, otherwise working days or days.
_WARN: dict[Unit, tuple[int, ...]] = {
    "working_days": (1, 0),
    "calendar_days": (1, 0),
    "weeks": (5, 1, 0),
    "months": (14, 5, 0),
    "hours": (240, 60),
}


def row(
    key: str,
    words: str,
    length: int,
    unit: Unit,
    starts: str,
    stops: str,
    told: Sequence[str],
    *,
    owner: str = "worker",
    late_to: str = "team_manager",
    source: Source = OURS,
    ends: str = "",
    planned: str = "",
    **more: Any,
) -> Rule:
    """A rule about a case. `starts`, `stops`, `ends`, `planned`: event codes with spaces between; `told`: how the start
    is said, how the length is, and what ends it ("It ends when ..." is put before it).

    What starts it once more while it runs does not move it: recorded twice, it would hide what is late. Only a day that
    was fixed anew counts anew.
    """
    start_words, gives_words, ends_words = told
    holds = more.pop("first_anchor_holds", more.get("anchored_at") != "named_day")
    return Rule(
        key=key,
        words=words,
        basis="statutory" if source.statutory else "local",
        length=length,
        unit=unit,
        calendar=more.pop("calendar", CALENDARS[unit]),
        starts_on=tuple(starts.split()),
        stops_on=tuple(stops.split()),
        ends_on=tuple(ends.split()),
        planned_by=tuple(planned.split()),
        subject_kind="case",
        owner_role=owner,
        start_words=start_words,
        gives_words=gives_words,
        ends_words=f"It ends when {ends_words}.",
        warn_points=more.pop("warn_points", (0,) if length == 1 and unit == "working_days" else _WARN[unit]),
        late_to=tuple(late_to.split()),
        first_anchor_holds=holds,
        source=source.words,
        source_url=source.url,
        in_force_from=source.since,
        verified=source.verified,
        **more,
    )
