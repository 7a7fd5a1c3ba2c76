"""The list behind a number: references, ages, teams and dates, never a name of a child."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from caseapp.accounts.models import Professional
from caseapp.cases.models import Case
from caseapp.deadlines.queries import current_policy
from caseapp.insight.catalogue import CUT_WORDS, NO_AGENCY, SOURCES, Measure
from caseapp.insight.domain import AsAt, band_of, in_time, working_days
from caseapp.kernel.db import UTCDateTime, fetch
from caseapp.kernel.subjects import Subject
from caseapp.people.domain.names import age_words
from caseapp.people.models import Person
from caseapp.referrals.models import ReferralChild

from .counting import BY_DURATION, Names
from .rows import params, rows_of

A_PAGE = 50


@dataclass(frozen=True)
class Asked:
    """Which number: its measure, as at when, of which team (0: of all), which part, which week (-1: all twelve)."""

    measure: Measure
    as_at: AsAt
    team_id: int = 0
    cut: str = ""
    week: int = -1


@dataclass(frozen=True)
class ListRow:
    """One that was counted: its reference (of a worker: their name), age where it is one child, team, part, dates."""

    key: int
    subject_id: int
    team_id: int | None
    label: str
    age: str
    team: str
    cut: str
    began_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class Page:
    """Some rows of a list, how many there are in all, and where the next page begins."""

    rows: tuple[ListRow, ...]
    total: int
    after: str | None


def get_list(asked: Asked, names: Names, *, after: str = "", limit: int = A_PAGE) -> Page:
    """The rows behind a number, the earliest first. Three statements at most."""
    if asked.measure.key in BY_DURATION:
        found = _by_duration(asked)
        total = len(found)
        start = read_cursor(after)
        rows = [row for row in found if start is None or _place(row) > start][: limit + 1]
    else:
        total = fetch(_total(*_shape(asked)), _given(asked))[0][0]
        start = read_cursor(after)
        place = {} if start is None else dict(zip(("after_at", "after_key", "after_subject"), start, strict=True))
        rows = list(fetch(_page(*_shape(asked), start is not None), {**_given(asked), **place, "limit": limit + 1}))
    more = len(rows) > limit
    shown = rows[:limit]
    return Page(_told(asked, shown, names), total, write_cursor(shown[-1]) if more else None)


def get_all(asked: Asked) -> list[Any]:
    """Every row behind a number, without words: what a sample is drawn from. One statement."""
    if asked.measure.key in BY_DURATION:
        return _by_duration(asked)
    return list(fetch(_page(*_shape(asked), False), {**_given(asked), "limit": 1_000_000}))


def tell(asked: Asked, rows: Sequence[Any], names: Names) -> tuple[ListRow, ...]:
    """Rows in words. One statement."""
    return _told(asked, rows, names)


def _shape(asked: Asked) -> tuple[str, bool, bool, bool, bool]:
    return asked.measure.key, asked.as_at.now, bool(asked.team_id), bool(asked.cut), asked.week >= 0


def _given(asked: Asked) -> dict[str, Any]:
    cuts = SOURCES[asked.cut][1] if asked.measure.cut == "source" and asked.cut else (asked.cut,)
    return {**params(asked.as_at), "team": asked.team_id, "cuts": list(cuts), "week": asked.week}


@cache
def _narrowed(measure: str, now: bool, team: bool, cut: bool, week: bool) -> Any:
    rows = rows_of(measure, now).subquery()
    query = sa.select(rows)
    if team:
        query = query.where(rows.c.team_id == sa.bindparam("team"))
    if cut:
        query = query.where(rows.c.cut.in_(sa.bindparam("cuts", expanding=True)))
    if week:
        query = query.where(rows.c.part == sa.bindparam("week"))
    return query.subquery()


@cache
def _total(*shape: Any) -> Any:
    return sa.select(sa.func.count()).select_from(_narrowed(*shape))


@cache
def _page(measure: str, now: bool, team: bool, cut: bool, week: bool, later: bool) -> Any:
    rows = _narrowed(measure, now, team, cut, week)
    place = (rows.c.began_at, rows.c.key, rows.c.subject_id)
    query = sa.select(rows).order_by(*place).limit(sa.bindparam("limit"))
    if later:
        given: Any = (
            sa.bindparam("after_at", type_=UTCDateTime()),
            sa.bindparam("after_key"),
            sa.bindparam("after_subject"),
        )
        query = query.where(sa.tuple_(*place) > sa.tuple_(*given))
    return query


@dataclass(frozen=True)
class _Timed:
    key: int
    subject_id: int
    team_id: int | None
    cut: str
    began_at: datetime
    ended_at: datetime


def _by_duration(asked: Asked) -> list[Any]:
    """Assessments by how long they took, which only the calendar knows."""
    keep: Callable[[str], bool] = in_time if asked.measure.key == "assessments_in_time" else lambda _band: True
    shape = (asked.measure.key, asked.as_at.now, bool(asked.team_id), False, False, False)
    found = []
    calendar = current_policy().statutory
    for row in fetch(_page(*shape), {**_given(asked), "limit": 1_000_000}):
        band = band_of(working_days(row.began_at, row.ended_at, calendar))
        if keep(band) and asked.cut in ("", band):
            found.append(_Timed(row.key, row.subject_id, row.team_id, band, row.began_at, row.ended_at))
    return found


_SUBJECTS = (
    sa.select(Subject.id, Subject.reference, Person.born_on, Person.expected_on, Person.born_estimated)
    .outerjoin(Case, Case.id == Subject.id)
    .outerjoin(Person, Person.id == Case.person_id)
    .where(Subject.id.in_(sa.bindparam("ids", expanding=True)))
)
_CHILDREN = (
    sa.select(
        ReferralChild.id,
        Subject.reference,
        ReferralChild.born_on,
        ReferralChild.expected_on,
        ReferralChild.born_estimated,
    )
    .join(Subject, Subject.id == ReferralChild.referral_id)
    .where(ReferralChild.id.in_(sa.bindparam("ids", expanding=True)))
)
_PEOPLE = sa.select(Professional.id, Professional.name).where(Professional.id.in_(sa.bindparam("ids", expanding=True)))


def _told(asked: Asked, rows: Sequence[Any], names: Names) -> tuple[ListRow, ...]:
    if not rows:
        return ()
    statement, column = {"worker": (_PEOPLE, "key"), "child": (_CHILDREN, "key")}.get(
        asked.measure.counts, (_SUBJECTS, "subject_id")
    )
    known = {row[0]: row for row in fetch(statement, {"ids": sorted({getattr(row, column) for row in rows})})}
    return tuple(_list_row(asked, row, known[getattr(row, column)], names) for row in rows)


def _list_row(asked: Asked, row: Any, known: Any, names: Names) -> ListRow:
    age = ""
    if len(known) > 2 and (known.born_on or known.expected_on):
        age = age_words(
            born_on=known.born_on,
            expected_on=known.expected_on,
            approximate=None,
            estimated=known.born_estimated,
            today=asked.as_at.day,
        )
    team = names.team_of(row.team_id)
    return ListRow(
        row.key,
        row.subject_id,
        row.team_id,
        known[1],
        age,
        team.name if team else "",
        cut_words(asked.measure, row.cut, names),
        row.began_at,
        row.ended_at,
    )


def cut_words(measure: Measure, cut: str, names: Names) -> str:
    """A part of a measure in words."""
    if measure.cut == "agency":
        return names.agencies.get(cut, "No agency of ours")
    if measure.cut == "source":
        return next((words for key, (words, codes) in SOURCES.items() if cut == key or cut in codes), "Not recorded")
    return CUT_WORDS.get(measure.cut, {}).get(cut, cut)


def is_cut(measure: Measure, cut: str, names: Names) -> bool:
    """Whether a measure can be parted so."""
    if measure.cut == "agency":
        return cut == NO_AGENCY or cut in names.agencies
    return cut in CUT_WORDS.get(measure.cut, {})


# ---------------------------------------------------------------- pages go by the last row shown


def _place(row: Any) -> tuple[datetime, int, int]:
    return row.began_at, row.key, row.subject_id


def write_cursor(row: Any) -> str:
    """Where the page after this row begins, for an address."""
    return f"{row.began_at.astimezone(UTC):%Y%m%d%H%M%S%f}-{row.key}-{row.subject_id}"


def read_cursor(text: str) -> tuple[datetime, int, int] | None:
    """The place as an address gave it; None for one that is none: then the list begins at its beginning."""
    found = re.fullmatch(r"([0-9]{20})-([0-9]{1,18})-([0-9]{1,18})", text)
    if found is None:
        return None
    try:
        at = datetime.strptime(found[1], "%Y%m%d%H%M%S%f").replace(tzinfo=UTC)
    except ValueError:
        return None
    return at, int(found[2]), int(found[3])
