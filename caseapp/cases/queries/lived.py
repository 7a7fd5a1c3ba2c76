"""What cases have been: by their rows, and by their events. Read some at a time, however many there are."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

import sqlalchemy as sa

from caseapp.cases.domain.replay import CODES, Lived, Part, Ran, Stretch, Told, differs, replay
from caseapp.cases.models import Case, CaseLevel, Custody, Episode, Involvement
from caseapp.cases.slots import Broken
from caseapp.kernel.events import Event, EventSubject
from caseapp.kernel.subjects import Subject

CHUNK = 500
_SOME: Any = sa.bindparam("cases", expanding=True, type_=sa.BigInteger())


def find_untold(connection: sa.Connection) -> Iterator[Broken]:
    """Each case whose rows are not what its events say."""
    last = 0
    while rows := connection.execute(_PART, {"after": last}).all():
        last = rows[-1].id
        numbers = [row.id for row in rows]
        told, kept = lived_by_events(connection, numbers), lived_by_rows(connection, numbers)
        for row in rows:
            if wrong := differs(told[row.id], kept[row.id]):
                yield Broken(row.reference, f"not what the events say: {', '.join(wrong)}")


def lived_by_events(connection: sa.Connection, case_ids: Collection[int]) -> dict[int, Lived]:
    """What the events say of each of these cases. One statement."""
    found: dict[int, list[Told]] = defaultdict(list)
    for row in connection.execute(_EVENTS, {"cases": list(case_ids)}):
        found[row.subject_id].append(Told(row.code, row.occurred_at, row.data))
    return {number: replay(found[number]) for number in case_ids}


def lived_by_rows(connection: sa.Connection, case_ids: Collection[int]) -> dict[int, Lived]:
    """What the tables say of each of these cases. Five statements."""
    given = {"cases": list(case_ids)}
    found = {
        row.id: Lived(opened_at=row.opened_at, closed_at=row.closed_at, close_reason=row.close_reason)
        for row in connection.execute(_CASES, given)
    }
    for row in connection.execute(_CUSTODY, given):
        found[row.case_id].custody.append(Stretch(row.team_id, row.from_at, row.to_at))
    for row in connection.execute(_LEVELS, given):
        found[row.case_id].levels.append(Stretch(row.level, row.from_at, row.to_at))
    for row in connection.execute(_PARTS, given):
        part = Part(row.professional_id, row.role, bool(row.leads), row.from_at, row.to_at, row.end_reason)
        found[row.case_id].parts.append(part)
    for row in connection.execute(_EPISODES, given):
        found[row.case_id].episodes.append(Ran(row.kind, row.closed_on, row.closure_code))
    return found


def _rows(table: Any, *columns: Any) -> Any:
    return sa.select(table.case_id, *columns).where(table.case_id.in_(_SOME)).order_by(table.case_id, table.id)


_PART = (
    sa.select(Case.id, Subject.reference)
    .join(Subject, Subject.id == Case.id)
    .where(Case.id > sa.bindparam("after"))
    .order_by(Case.id)
    .limit(CHUNK)
)
_EVENTS = (
    sa.select(EventSubject.subject_id, Event.code, Event.occurred_at, Event.data)
    .join(Event, Event.id == EventSubject.event_id)
    .where(EventSubject.subject_id.in_(_SOME), Event.code.in_(CODES))
    .order_by(EventSubject.subject_id, Event.id)
)
_CASES = sa.select(Case.id, Case.opened_at, Case.closed_at, Case.close_reason).where(Case.id.in_(_SOME))
_CUSTODY = _rows(Custody, Custody.team_id, Custody.from_at, Custody.to_at)
_LEVELS = _rows(CaseLevel, CaseLevel.level, CaseLevel.from_at, CaseLevel.to_at)
_PARTS = _rows(
    Involvement,
    Involvement.professional_id,
    Involvement.role,
    Involvement.leads,
    Involvement.from_at,
    Involvement.to_at,
    Involvement.end_reason,
)
_EPISODES = _rows(Episode, Episode.kind, Episode.closed_on, Episode.closure_code)
