"""The children of a team by when they were last seen: by the worker, and by anybody of any agency.

What is known of it are the visits that were recorded by their date: the clocks `seen.worker` and `seen.anyone` count
from the last one, whatever was put right since. A child nobody has seen counts from the day the case was opened.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.access.domain import Actor
from caseapp.access.queries import AnyReader, not_barred, reader_params, reader_shape
from caseapp.cases.models import Case, Custody, Involvement
from caseapp.cases.queries import CaseRow, cases_by_id
from caseapp.deadlines.models import Clock
from caseapp.deadlines.queries import VERSION, get_rule, policy_of
from caseapp.desk.domain.seen import LastSeen
from caseapp.kernel import clock
from caseapp.kernel.db import UTCDateTime, fetch

from .due import NOBODY, PAGE

WORKER, ANYBODY = "seen.worker", "seen.anyone"
BY = {"anybody": ANYBODY, "worker": WORKER}


@dataclass(frozen=True)
class SeenRow:
    """A child, and when the worker and anybody at all last saw them."""

    case: CaseRow
    anybody: LastSeen
    worker: LastSeen


@dataclass(frozen=True)
class SeenPage:
    """Some children, the one not seen for longest first; how many are past each alarm; where the next page begins."""

    rows: tuple[SeenRow, ...]
    past_anybody: int
    past_worker: int
    weeks_anybody: int
    weeks_worker: int
    after: str | None


def list_seen(actor: Actor, team_id: int, *, by: str = "anybody", worker_id: int = 0, after: str = "") -> SeenPage:
    """The children of a team, or of one of its workers, by when they were last seen by the worker or by anybody (`by`,
    a key of BY), without those that a conflict of interest keeps from the actor. Three statements."""
    today = clock.today()
    weeks = {key: get_rule(key, today).length for key in (ANYBODY, WORKER)}
    given: dict[str, Any] = {"team": team_id, "now": clock.now(), **reader_params(actor)}
    for name, key in (("opened_anybody", ANYBODY), ("opened_worker", WORKER)):
        first = today - timedelta(weeks=weeks[key])
        given[name] = datetime(first.year, first.month, first.day, tzinfo=clock.LONDON)
    if worker_id > 0:
        given["worker"] = worker_id
    shape = (reader_shape(actor), max(NOBODY, min(worker_id, 1)))
    past = fetch(_past(*shape), given)[0]
    policy_of(past.policy)
    place = _read(after)
    at = {"after_at": place[0], "after_case": place[1]} if place else {}
    rows = fetch(_page(*shape, by, place is not None), {**given, **at, "limit": PAGE + 1})
    shown = rows[:PAGE]
    cases = {case.id: case for case in cases_by_id([row.case_id for row in shown])}
    found = tuple(_row(row, cases[row.case_id]) for row in shown if row.case_id in cases)
    more = f"{shown[-1].since.astimezone(UTC):%Y%m%d%H%M%S%f}-{shown[-1].case_id}" if len(rows) > PAGE else None
    return SeenPage(found, past.anybody or 0, past.worker or 0, weeks[ANYBODY], weeks[WORKER], more)


def _row(row: Any, case: CaseRow) -> SeenRow:
    return SeenRow(
        case,
        LastSeen(row.anybody_at or row.opened_at, row.anybody_at is not None, bool(row.anybody_past)),
        LastSeen(row.worker_at or row.opened_at, row.worker_at is not None, bool(row.worker_past)),
    )


def _read(text: str) -> tuple[datetime, int] | None:
    found = re.fullmatch(r"([0-9]{20})-([0-9]{1,18})", text)
    try:
        return (datetime.strptime(found[1], "%Y%m%d%H%M%S%f").replace(tzinfo=UTC), int(found[2])) if found else None
    except ValueError:
        return None


def _moment(name: str) -> Any:
    return sa.bindparam(name, type_=UTCDateTime())


def _children(reader: tuple[bool, bool], worker: int) -> Any:
    """The children a team holds, when each was last seen, and whether that is past the alarm."""
    anyone = AnyReader(*reader)
    seen = {"anybody": orm.aliased(Clock), "worker": orm.aliased(Clock)}
    columns: list[Any] = []
    for name, each in seen.items():
        columns.append(each.anchor_at.label(f"{name}_at"))
        past = sa.or_(
            each.due_at <= _moment("now"), sa.and_(each.id.is_(None), Case.opened_at < _moment(f"opened_{name}"))
        )
        columns.append(sa.case((past, 1), else_=0).label(f"{name}_past"))
        columns.append(sa.func.coalesce(each.anchor_at, Case.opened_at, type_=UTCDateTime()).label(f"{name}_since"))
    held = (
        sa.select(Custody.case_id, Case.opened_at, *columns)
        .join(Case, Case.id == Custody.case_id)
        .where(Custody.team_id == sa.bindparam("team"), Custody.to_at.is_(None), not_barred(anyone, Custody.case_id))
    )
    for name, each in seen.items():
        rule: Any = sa.literal_column(f"'{BY[name]}'")
        held = held.outerjoin(
            each, sa.and_(each.subject_id == Custody.case_id, each.rule == rule, each.stopped_at.is_(None))
        )
    if worker:
        lead = sa.and_(Involvement.case_id == Custody.case_id, Involvement.to_at.is_(None), Involvement.leads)
        held = held.outerjoin(Involvement, lead).where(
            Involvement.id.is_(None) if worker < 0 else Involvement.professional_id == sa.bindparam("worker")
        )
    return held.subquery("held")


@cache
def _page(reader: tuple[bool, bool], worker: int, by: str, later: bool) -> Any:
    held = _children(reader, worker).c
    since = held[f"{by}_since"]
    query = sa.select(*held, since.label("since")).order_by(since, held.case_id).limit(sa.bindparam("limit"))
    if later:
        query = query.where(sa.tuple_(since, held.case_id) > sa.tuple_(_moment("after_at"), sa.bindparam("after_case")))
    return query


@cache
def _past(reader: tuple[bool, bool], worker: int) -> Any:
    held = _children(reader, worker).c
    return sa.select(
        sa.func.sum(held.anybody_past).label("anybody"), sa.func.sum(held.worker_past).label("worker"), VERSION
    )
