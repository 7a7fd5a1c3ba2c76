"""Starting, stopping and replacing clocks. One subscriber hears every event; the rule rows say what it means."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from caseapp.kernel import clock, events
from caseapp.kernel.db import db
from caseapp.kernel.subjects import Subject

from .catalogue import ENDS_ALL, RESTARTS_ALL, RULES, list_keys_started_by, list_keys_stopped_by, list_rules_started_by
from .domain import OutsideCalendar, Rule, compute, is_late
from .models import Clock

# How a clock ends whose case was closed.
CLOSED = "closed"


def check_codes() -> None:
    """Raise RuntimeError if a rule waits for an event that no slice declares: its clock would never start, or stop."""
    wanted = {code for rule in RULES for code in (*rule.starts_on, *rule.stops_on)} | {*ENDS_ALL, *RESTARTS_ALL}
    missing = sorted(wanted - set(events.TYPES))
    if missing:
        raise RuntimeError(f"rules wait for events that no slice declares: {', '.join(missing)}")


def follow(_actor: Any, event: events.Event) -> None:
    """Stop and start the clocks that this event stops and starts, for each of its subjects of the rule's kind.

    At most four statements however many clocks: what runs, the receipt, one for those that end and one for those that
    begin.
    """
    ids = events.row_subjects[event.id]
    if event.code in RESTARTS_ALL:
        _restart(ids)
    stops, starts = list_keys_stopped_by(event.code), list_keys_started_by(event.code)
    if not (stops or starts) or not ids:
        return
    changes = _Changes(event)
    running = changes.running(ids, {*stops, *starts})
    for one in [row for row in running.values() if row.rule in stops]:
        changes.end(one, _how_it_ended(event, one))
    # A changed rating: the clock of the old one gives way.
    others = {rule.key for rule in RULES if event.code in rule.starts_on} - {
        rule.key for rule in RULES if rule.is_started_by(event.code, event.data)
    }
    for one in [row for row in running.values() if row.rule in others]:
        changes.end(one, "replaced")
    starting = _starting(event, ids)
    if starting:
        for rule, anchor in starting:
            for subject_id in (i for i in ids if changes.kinds[i] == rule.subject_kind):
                changes.start(rule, anchor, subject_id)
    changes.write()


class _Changes:
    """What one event does to the clocks, gathered and then written in two statements."""

    def __init__(self, event: events.Event) -> None:
        self._event = event
        self.kinds: dict[int, str] = {}
        self._running: dict[tuple[int, str], Any] = {}
        self._ended: list[dict[str, Any]] = []
        self._begun: list[dict[str, Any]] = []

    def running(self, ids: list[int], keys: set[str]) -> dict[tuple[int, str], Any]:
        """The clocks of these rules that run for these subjects; notes of what kind each subject is."""
        rows = db.session.connection().execute(_RUNNING, {"subject_ids": ids, "keys": sorted(keys)}).all()
        self.kinds = {row.subject_id: row.kind for row in rows}
        self._running = {(row.subject_id, row.rule): row for row in rows if row.id is not None}
        return self._running

    def end(self, one: Any, ended_as: str) -> None:
        """End a clock that runs."""
        del self._running[one.subject_id, one.rule]
        self._ended.append({"clock_id": one.id, "ended_as": ended_as})

    def start(self, rule: Rule, anchor: datetime, subject_id: int) -> None:
        """Start a clock; one of the same rule that runs from another anchor gives way."""
        running = self._running.get((subject_id, rule.key))
        if running is not None:
            if running.anchor_at == anchor:
                return
            self.end(running, "replaced")
        try:
            due = compute(rule, anchor)
        except OutsideCalendar:
            # An imported record from before the calendar: there is no day we could name.
            return
        row = {"rule": rule.key, "subject_id": subject_id, "anchor_at": anchor, "due_on": due.due_on}
        self._begun.append({**row, "due_at": due.due_at, "started_by_id": self._event.id})

    def write(self) -> None:
        """Those that end first: of a rule, one clock runs for a subject."""
        connection = db.session.connection()
        by = {"stopped_at": self._event.occurred_at, "stopped_by_id": self._event.id}
        if self._ended:
            connection.execute(_END, [{**row, **by} for row in self._ended])
        if self._begun:
            connection.execute(_BEGIN, self._begun)


_TABLE: Any = Clock.__table__
_BEGIN = sa.insert(_TABLE)
_END = sa.update(_TABLE).where(_TABLE.c.id == sa.bindparam("clock_id"))
_SUBJECT: Any = Subject.__table__
_RUNNING = (
    sa.select(
        _SUBJECT.c.id.label("subject_id"),
        _SUBJECT.c.kind,
        _TABLE.c.id,
        _TABLE.c.rule,
        _TABLE.c.anchor_at,
        _TABLE.c.due_at,
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
_UNITS = {rule.key: rule.unit for rule in RULES}


def _restart(ids: list[int]) -> None:
    """What ended because its case was closed by mistake runs on, from the same anchor."""
    db.session.execute(
        sa.update(Clock)
        .where(Clock.subject_id.in_(ids), Clock.ended_as == CLOSED)
        .values(stopped_at=None, stopped_by_id=None, ended_as=None)
    )


def _how_it_ended(event: events.Event, one: Any) -> str:
    if event.code in ENDS_ALL:
        return CLOSED
    if event.code.endswith(".withdrawn"):
        return "withdrawn"
    return "late" if is_late(one.due_at, event.occurred_at, _UNITS[one.rule]) else "met"


def _starting(event: events.Event, ids: list[int]) -> list[tuple[Rule, datetime]]:
    """The rules whose clock begins, each with the instant it counts from, in the order of the catalogue's anchors."""
    asked = {rule.anchored_at for rule in RULES if rule.is_started_by(event.code, event.data)}
    anchors = {"event": event.occurred_at} if "event" in asked else {}
    if "referral" in asked:
        anchors["referral"] = _received_at(event, ids)
    return [
        (rule, anchor)
        for kind, anchor in anchors.items()
        for rule in list_rules_started_by(event.code, event.data, clock.to_london(anchor).date())
        if rule.anchored_at == kind
    ]


def _received_at(event: events.Event, ids: list[int]) -> datetime:
    """When the referral behind this event came: said in the event, or by the one that brought its subject here."""
    if "received_at" in event.data:
        return datetime.fromisoformat(event.data["received_at"])
    row = db.session.execute(
        sa.select(events.Event.code, events.Event.occurred_at, events.Event.data)
        .join(events.EventSubject, events.EventSubject.event_id == events.Event.id)
        .where(events.EventSubject.subject_id.in_(ids), events.Event.code.in_(("referral.received", "case.opened")))
        .order_by(events.Event.id)
        .limit(1)
    ).first()
    if row is None:
        return event.occurred_at
    return row.occurred_at if row.code == "referral.received" else datetime.fromisoformat(row.data["received_at"])
