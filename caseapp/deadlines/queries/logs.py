"""The event log of subjects, as far as clocks follow it."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from caseapp.deadlines.catalogue import RANKS
from caseapp.deadlines.domain import Happened
from caseapp.kernel.db import fetch
from caseapp.kernel.events import Event, EventSubject


def happened(row: Any) -> Happened:
    """An event row as the domain takes it."""
    return Happened(row.id, row.code, row.occurred_at, row.recorded_at, row.data, RANKS.get(row.code, 0))


def logs_of(subject_ids: Collection[int], codes: Sequence[str]) -> dict[int, list[Happened]]:
    """The events of these codes of each subject, as they were written down; a subject without any has none. One
    statement."""
    found: dict[int, list[Happened]] = defaultdict(list)
    for row in fetch(_EVENTS, {"subject_ids": sorted(subject_ids), "codes": list(codes)}):
        found[row.subject_id].append(happened(row))
    return found


_EVENTS = (
    sa.select(EventSubject.subject_id, Event.id, Event.code, Event.occurred_at, Event.recorded_at, Event.data)
    .join(Event, Event.id == EventSubject.event_id)
    .where(
        EventSubject.subject_id.in_(sa.bindparam("subject_ids", expanding=True)),
        Event.code.in_(sa.bindparam("codes", expanding=True)),
    )
    .order_by(EventSubject.subject_id, Event.id)
)
