"""Starting, stopping and replacing clocks. One subscriber hears every event; the rule rows say what it means.

An event after which nothing is known takes the short way: one step on from what runs. One that is recorded later than
something that came after it, or by its date alone, or that puts another right, takes the long way: the events of its
subject are replayed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from caseapp.deadlines.catalogue import CORRECTIONS, RANKS, RULES, list_codes_of, list_keys_of
from caseapp.deadlines.domain import ENDS_ALL, RECEIPTS, RESTARTS_ALL, Happened, Run, advance
from caseapp.deadlines.models import Clock
from caseapp.deadlines.queries.logs import happened
from caseapp.deadlines.queries.policy import VERSION, policy_of
from caseapp.kernel import events
from caseapp.kernel.db import UTCDateTime, fetch, write_rows
from caseapp.kernel.subjects import Subject

from .mending import as_row, kind_of, mend


def check_codes() -> None:
    """Raise RuntimeError if a rule waits for an event that no slice declares: its clock would never start, or stop."""
    wanted = {code for rule in RULES for code in rule.codes} | {*ENDS_ALL, *RESTARTS_ALL, *CORRECTIONS}
    missing = sorted(wanted - set(events.TYPES))
    if missing:
        raise RuntimeError(f"rules wait for events that no slice declares: {', '.join(missing)}")


def follow(_actor: Any, event: events.Recorded) -> None:
    """Stop and start the clocks that this event stops and starts, for each of its subjects of the rule's kind.

    At most four statements however many clocks: what runs, the receipt, one for those that end and one for those that
    begin. The long way: what there is, the events, what changes and what begins, after what
    runs has shown that way.
    """
    ids = events.row_subjects[event.id]
    keys = list_keys_of(event.data["kind"] if event.code in CORRECTIONS else event.code)
    if not keys or not ids:
        return
    if event.code in _LONG_WAY:
        mend(ids, keys, happened(event))
        return
    given: dict[str, Any] = {"subject_ids": list(ids), "keys": sorted(keys)}
    if event.occurred_at >= event.recorded_at:
        _step(ids, keys, happened(event), fetch(_RUNNING, given))
        return
    codes = list_codes_of(tuple(sorted(keys)))
    rows = fetch(_RUNNING_THEN, {**given, "codes": list(codes), "at": event.occurred_at})
    if any(row.later for row in rows):
        mend(ids, keys, happened(event))
    else:
        _step(ids, keys, happened(event), rows)


# Of two that are recorded by date alone, the one written down last need not have been the last. A case that was closed
# by mistake runs on by what is known of it now.
_LONG_WAY = frozenset({*RANKS, *CORRECTIONS, *RESTARTS_ALL})


_TABLE: Any = Clock.__table__
_SUBJECT: Any = Subject.__table__
_BEGIN = sa.insert(_TABLE)
_END = sa.update(_TABLE).where(_TABLE.c.id == sa.bindparam("clock_id"))
_RUNNING = (
    sa.select(
        _SUBJECT.c.id.label("subject_id"),
        _SUBJECT.c.kind,
        _TABLE.c.id,
        _TABLE.c.rule,
        _TABLE.c.anchor_at,
        _TABLE.c.due_on,
        _TABLE.c.due_at,
        _TABLE.c.planned_on,
        _TABLE.c.started_by_id,
        VERSION,
    )
    .outerjoin(
        _TABLE,
        sa.and_(
            _TABLE.c.subject_id == _SUBJECT.c.id,
            _TABLE.c.rule.in_(sa.bindparam("keys", expanding=True)),
            _TABLE.c.stopped_at.is_(None),
        ),
    )
    .where(_SUBJECT.c.id.in_(sa.bindparam("subject_ids", expanding=True)))
    .order_by(_TABLE.c.id)
)
# With whether something is known that came after.
_RUNNING_THEN = _RUNNING.add_columns(
    sa.exists()
    .where(
        events.EventSubject.subject_id == _SUBJECT.c.id,
        events.Event.id == events.EventSubject.event_id,
        events.Event.code.in_(sa.bindparam("codes", expanding=True)),
        events.Event.occurred_at > sa.bindparam("at", type_=UTCDateTime()),
    )
    .label("later")
)


@dataclass
class _Receipts:
    """When the referrals of some subjects came, the last of each, asked once and only if a rule wants to know."""

    subject_ids: Sequence[int]
    found: dict[int, datetime] | None = None

    def of(self, subject_id: int) -> Callable[[], datetime | None]:
        """When that of this subject came."""
        return lambda: self._all().get(subject_id)

    def _all(self) -> dict[int, datetime]:
        if self.found is None:
            self.found = {}
            for row in fetch(_RECEIPTS, {"subject_ids": list(self.subject_ids)}):
                came = row.occurred_at if row.code == "referral.received" else row.data["received_at"]
                at = datetime.fromisoformat(came) if isinstance(came, str) else came
                self.found[row.subject_id] = at
        return self.found


_RECEIPTS = (
    sa.select(events.EventSubject.subject_id, events.Event.code, events.Event.occurred_at, events.Event.data)
    .join(events.EventSubject, events.EventSubject.event_id == events.Event.id)
    .where(
        events.EventSubject.subject_id.in_(sa.bindparam("subject_ids", expanding=True)),
        events.Event.code.in_(("referral.received", *RECEIPTS)),
    )
    .order_by(events.Event.occurred_at, events.Event.id)
)


def _step(ids: Sequence[int], keys: Sequence[str], event: Happened, rows: Sequence[Any]) -> None:
    """The short way: what runs, one step on."""
    policy = policy_of(rows[0].policy)
    running = {(row.subject_id, row.rule): row for row in rows if row.id is not None}
    receipts = _Receipts(ids)
    ended: list[dict[str, Any]] = []
    begun: list[dict[str, Any]] = []
    for subject_id, key in _pairs({row.subject_id: row.kind for row in rows}, ids, keys):
        row = running.get((subject_id, key))
        step = advance(policy, key, _run(row), event, receipts.of(subject_id))
        if row is not None and step.ended:
            ended.append({"clock_id": row.id, "ended_as": step.ended[0].ended_as})
        if step.running is not None and step.running.started_by == event.id:
            begun.append(as_row(subject_id, step.running))
    # Those that end first: of a rule, one clock runs for a subject.
    write_rows(_END, [{**row, "stopped_at": event.at, "stopped_by_id": event.id} for row in ended])
    write_rows(_BEGIN, begun)


def _pairs(kinds: dict[int, str], ids: Sequence[int], keys: Sequence[str]) -> list[tuple[int, str]]:
    """Each subject with each of the rules about its kind."""
    return [(subject_id, key) for key in keys for subject_id in ids if kinds.get(subject_id) == kind_of(key)]


def _run(row: Any) -> Run | None:
    if row is None:
        return None
    return Run(row.rule, row.anchor_at, row.due_on, row.due_at, row.started_by_id, row.planned_on)
