"""Starting, stopping and replacing clocks. One subscriber hears every event; the rule rows say what it means."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from caseapp.kernel import clock, events
from caseapp.kernel.db import db
from caseapp.kernel.subjects import Subject

from .catalogue import RULES, list_keys_stopped_by, list_rules_started_by
from .domain import OutsideCalendar, Rule, compute, is_late
from .models import Clock


def check_codes() -> None:
    """Raise RuntimeError if a rule waits for an event that no slice declares: its clock would never start, or stop."""
    wanted = {code for rule in RULES for code in (*rule.starts_on, *rule.stops_on)}
    missing = sorted(wanted - set(events.TYPES))
    if missing:
        raise RuntimeError(f"rules wait for events that no slice declares: {', '.join(missing)}")


def follow(actor: Any, event: events.Event) -> None:
    """Stop and start the clocks that this event stops and starts, for each of its subjects of the rule's kind."""
    ids = events.row_subjects[event.id]
    stopped = list_keys_stopped_by(event.code)
    if stopped:
        _stop(event, ids, stopped)
    others = [rule for rule in RULES if event.code in rule.starts_on and not rule.is_started_by(event.code, event.data)]
    if others:
        # A changed rating: the clock of the old one gives way.
        _end(event, ids, {rule.key for rule in others}, ended_as="replaced")
    starting = _starting(event, ids)
    if starting:
        kinds = _kinds(ids)
        for rule, anchor in starting:
            for subject_id in (i for i in ids if kinds[i] == rule.subject_kind):
                _start(event, rule, anchor, subject_id)


def _starting(event: events.Event, ids: list[int]) -> list[tuple[Rule, datetime]]:
    if not any(event.code in rule.starts_on for rule in RULES):
        return []
    anchors = {"event": event.occurred_at, "referral": _received_at(event, ids)}
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


def _kinds(ids: list[int]) -> dict[int, str]:
    rows = db.session.execute(sa.select(Subject.id, Subject.kind).where(Subject.id.in_(ids)))
    return {row.id: row.kind for row in rows}


def _running(ids: list[int], keys: set[str]) -> sa.Select[int, str, datetime]:
    return sa.select(Clock.id, Clock.rule, Clock.due_at).where(
        Clock.subject_id.in_(ids), Clock.rule.in_(keys), Clock.stopped_at.is_(None)
    )


def _stop(event: events.Event, ids: list[int], keys: tuple[str, ...]) -> None:
    units = {rule.key: rule.unit for rule in RULES}
    for row in db.session.execute(_running(ids, set(keys))).all():
        if event.code.endswith(".withdrawn"):
            ended_as = "withdrawn"
        else:
            ended_as = "late" if is_late(row.due_at, event.occurred_at, units[row.rule]) else "met"
        _end_one(event, row.id, ended_as)


def _end(event: events.Event, ids: list[int], keys: set[str], *, ended_as: str) -> None:
    for row in db.session.execute(_running(ids, keys)).all():
        _end_one(event, row.id, ended_as)


def _end_one(event: events.Event, clock_id: int, ended_as: str) -> None:
    db.session.execute(
        sa.update(Clock)
        .where(Clock.id == clock_id)
        .values(stopped_at=event.occurred_at, stopped_by_id=event.id, ended_as=ended_as)
    )


def _start(event: events.Event, rule: Rule, anchor: datetime, subject_id: int) -> None:
    running = db.session.execute(
        sa.select(Clock.id, Clock.anchor_at).where(
            Clock.subject_id == subject_id, Clock.rule == rule.key, Clock.stopped_at.is_(None)
        )
    ).first()
    if running is not None:
        if running.anchor_at == anchor:
            return
        _end_one(event, running.id, "replaced")
    try:
        due = compute(rule, anchor)
    except OutsideCalendar:
        # An imported record from before the calendar: there is no day we could name.
        return
    db.session.add(
        Clock(
            rule=rule.key,
            subject_id=subject_id,
            anchor_at=anchor,
            due_on=due.due_on,
            due_at=due.due_at,
            started_by_id=event.id,
            stopped_by_id=None,
            stopped_at=None,
            ended_as=None,
        )
    )
    db.session.flush()
