"""Recording by its date what has no page of its own yet: a visit, a conference, a core group. The kinds stand in the
deadlines' catalogue; the event is the real source of the clocks that follow it."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.cases.models import Case
from caseapp.deadlines.catalogue import KINDS
from caseapp.deadlines.domain import MOVED, STATUTORY, TAKEN_BACK
from caseapp.kernel import clock, text
from caseapp.kernel.db import db
from caseapp.kernel.errors import Invalid, NotFound, OutOfOrder
from caseapp.kernel.events import Event, EventSubject, record
from caseapp.kernel.subjects import Subject

from .writing import keep_note

LONGEST_WHO = 120


def record_dated_event(
    actor: Actor,
    *,
    case_ids: Collection[int],
    kind: str,
    happened_at: datetime,
    who: str,
    words: str,
    once_key: str,
    on: date | None = None,
) -> str:
    """Record that something of a kind in the catalogue happened to these children, at a moment in life (a day alone
    is noon); gives the reference of the note with who was there and the words. The same form again records nothing.

    `on`: the day that a kind such as "Core group fixed" names. Raises Invalid for what is missing, NotFound for a case
    that the actor may not see, OutOfOrder for something after the case was closed, KeyUsed as `write_note`.
    """
    who, _ = text.clean(who)
    known = KINDS.get(kind)
    problems = {
        "kind": "" if known else "Choose what happened",
        "who": _who_problem(who),
        "happened_at": "This is in the future" if happened_at > clock.now() else "",
        "on": _day_problem(on, known.named_day if known else ""),
    }
    if any(problems.values()):
        raise Invalid({field: said for field, said in problems.items() if said})
    _refuse_after_closing(case_ids, happened_at)
    note = keep_note(actor, case_ids=case_ids, words=_said(who, words), happened_at=happened_at, once_key=once_key)
    if note.is_new:
        data: dict[str, Any] = {"note": note.id} | ({"on": on} if on else {})
        subjects = [*sorted(set(case_ids)), note.id]
        record(actor, kind, subjects=subjects, occurred_at=happened_at, **data)
    return note.reference


def move_dated_event(
    actor: Actor, *, case_id: int, event_id: int, happened_at: datetime, words: str, once_key: str
) -> None:
    """Say that a recorded event was at another moment, and why: its clocks count anew. The first record stays.

    Raises NotFound for an event that is not one of this case, Invalid for a moment to come or without words,
    OutOfOrder for a moment after the case was closed.
    """
    if happened_at > clock.now():
        raise Invalid({"happened_at": "This is in the future"})
    found, cases = _find(case_id, event_id)
    _refuse_after_closing(cases, happened_at)
    _put_right(actor, MOVED, found, cases, words, once_key, to=happened_at)


def take_back_dated_event(actor: Actor, *, case_id: int, event_id: int, words: str, once_key: str) -> None:
    """Say that a recorded event did not happen, and why: its clocks run as if it had not. The first record stays.
    Raises as `move_dated_event`."""
    found, cases = _find(case_id, event_id)
    _put_right(actor, TAKEN_BACK, found, cases, words, once_key)


def _said(who: str, words: str) -> str:
    # Without words there is nothing to keep, and the note says so.
    return f"{who}\n\n{words}" if not text.is_blank(words) else ""


def _who_problem(who: str) -> str:
    if text.is_blank(who):
        return "Say who was there, or who told you"
    return f"Use at most {LONGEST_WHO} characters" if len(who) > LONGEST_WHO else ""


def _day_problem(on: date | None, named_day: str) -> str:
    if not named_day:
        return "" if on is None else "This names no day to come"
    if on is None:
        return "Give the day"
    return "" if STATUTORY.first <= on <= STATUTORY.last else f"Give a day from {STATUTORY.first.year} on"


def _refuse_after_closing(case_ids: Collection[int], happened_at: datetime) -> None:
    closed = db.session.scalar(
        sa.select(sa.func.count()).where(Case.id.in_(list(case_ids)), Case.closed_at < happened_at)
    )
    if closed:
        raise OutOfOrder("The case was closed before that. Open it again, or write a note.")


def _find(case_id: int, event_id: int) -> tuple[Any, list[int]]:
    """A recorded event of this case, and all cases that it is about."""
    rows = db.session.execute(
        sa.select(Event.id, Event.code, EventSubject.subject_id)
        .join(EventSubject, EventSubject.event_id == Event.id)
        .join(Subject, Subject.id == EventSubject.subject_id)
        .where(Event.id == event_id, Event.code.in_(tuple(KINDS)), Subject.kind == "case")
        .order_by(EventSubject.subject_id)
    ).all()
    cases = [row.subject_id for row in rows]
    if case_id not in cases:
        raise NotFound
    return rows[0], cases


def _put_right(actor: Actor, code: str, found: Any, cases: list[int], words: str, once_key: str, **more: Any) -> None:
    note = keep_note(actor, case_ids=cases, words=words, happened_at=clock.now(), once_key=once_key)
    if note.is_new:
        record(actor, code, subjects=[*cases, note.id], event=found.id, kind=found.code, note=note.id, **more)
