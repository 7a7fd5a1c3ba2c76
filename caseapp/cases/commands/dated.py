"""Recording by its date what has no page of its own yet: a conference, a core group. The kinds stand in the
deadlines' catalogue; the event is the real source of the clocks that follow it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.cases.models import Case, Episode, Note, NoteVersion
from caseapp.cases.queries.dated import Correction, DatedEvent, corrections_of, find_twin
from caseapp.deadlines.catalogue import KINDS, WITH_PAGE, needs_time
from caseapp.deadlines.domain import MOVED, STATUTORY, TAKEN_BACK
from caseapp.kernel import clock, text
from caseapp.kernel.db import db, fetch
from caseapp.kernel.errors import Invalid, NotFound, OutOfOrder
from caseapp.kernel.events import Event, EventSubject, record
from caseapp.kernel.subjects import Subject
from caseapp.kernel.web import when
from caseapp.people.domain.census import NOT_BEFORE_REFERRAL, Dated, EpisodeFacts, Facts, get_rule

from .writing import keep_note

LONGEST_WHO = 120
ELSEWHERE = (
    "This was recorded about another child too, with whom you do not work. Whoever works with both can change it."
)


class MeanwhileChanged(OutOfOrder):
    """Somebody has put the same event right since the page was opened. `last`: what they said."""

    def __init__(self, last: Correction) -> None:
        super().__init__(last.in_words)
        self.last = last


class AlreadyRecorded(OutOfOrder):
    """The same was recorded for the same day. `twin`: that event."""

    def __init__(self, twin: DatedEvent) -> None:
        super().__init__(f"{twin.who} recorded this for the same day, {when(twin.recorded_at)}.")
        self.twin = twin


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
    twice: bool = True,
) -> str:
    """Record that something of a kind in the catalogue happened to these children, at a moment in life (a day alone
    is noon); gives the reference of the note with who was there and the words. The same form again records nothing.

    `on`: the day that a kind such as "Core group fixed" names. `twice`: also where the same was recorded for that day
    by another form; otherwise AlreadyRecorded is raised, and the writer decides. Raises Invalid for what is missing,
    NotFound for a case that the actor may not see, OutOfOrder for something after the case was closed, KeyUsed as
    `write_note`.
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
    refuse_after_closing(case_ids, happened_at)
    _refuse_before_referral(case_ids, kind, happened_at)
    if not twice and not _pressed_twice(actor, once_key):
        # Whoever comes second waits for the first, and is told.
        db.session.execute(sa.select(Subject.id).where(Subject.id.in_(sorted(case_ids))).with_for_update())
        twin = find_twin(case_ids, kind, happened_at)
        if twin is not None:
            raise AlreadyRecorded(twin)
    note = keep_note(actor, case_ids=case_ids, words=_said(who, words), happened_at=happened_at, once_key=once_key)
    if note.is_new:
        data: dict[str, Any] = {"note": note.id} | ({"on": on} if on else {})
        subjects = [*sorted(set(case_ids)), note.id]
        record(actor, kind, subjects=subjects, occurred_at=happened_at, **data)
    return note.reference


def move_dated_event(
    actor: Actor,
    *,
    case_id: int,
    event_id: int,
    happened_at: datetime,
    words: str,
    once_key: str,
    seen: int | None = None,
) -> None:
    """Say that a recorded event was at another moment, and why: its clocks count anew. The first record stays.

    `seen`: the number of the last correction of it that the page showed, 0 for none (None: nobody looked at a page).
    The same form again changes nothing.
    Raises NotFound for an event that is not one of this case, Invalid for a moment to come, for the one it has already,
    or without words, OutOfOrder for a moment after the case was closed and for an event that is also about a child whom
    the actor does not see, MeanwhileChanged if somebody was quicker.
    """
    if _pressed_twice(actor, once_key):
        return
    if happened_at > clock.now():
        raise Invalid({"happened_at": "This is in the future"})
    found = _find(case_id, event_id, seen)
    if _same_moment(found.code, happened_at, found.at):
        raise Invalid({"happened_at": "This is the date it has already"})
    refuse_after_closing(found.cases, happened_at)
    _refuse_before_referral(found.cases, found.code, happened_at)
    _put_right(actor, MOVED, found, words, once_key, to=happened_at)


def take_back_dated_event(
    actor: Actor, *, case_id: int, event_id: int, words: str, once_key: str, seen: int | None = None
) -> None:
    """Say that a recorded event did not happen, and why: its clocks run as if it had not. The first record stays.
    Takes and raises as `move_dated_event`."""
    if _pressed_twice(actor, once_key):
        return
    _put_right(actor, TAKEN_BACK, _find(case_id, event_id, seen), words, once_key)


def _same_moment(kind: str, one: datetime, other: datetime) -> bool:
    """Whether two moments are one as this kind counts: the same day, where the day alone is asked for."""
    return one == other if needs_time(kind) else clock.to_london(one).date() == clock.to_london(other).date()


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


def refuse_after_closing(case_ids: Collection[int], happened_at: datetime) -> None:
    """Raise OutOfOrder for a moment after one of these cases was closed. One statement."""
    if fetch(_CLOSED_BEFORE, {"cases": list(case_ids), "at": happened_at}):
        raise OutOfOrder("The case was closed before that. Open it again, or write a note.")


def _refuse_before_referral(case_ids: Collection[int], kind: str, happened_at: datetime) -> None:
    """Raise Invalid, with what to do, for what the census does not let be earlier than the referral."""
    number = NOT_BEFORE_REFERRAL.get(kind)
    if number is None:
        return
    rule, began = get_rule(number), (Dated(number, clock.to_london(happened_at).date()),)
    for row in fetch(_REFERRED, {"cases": list(case_ids)}):
        if rule.broken(Facts(episodes=(EpisodeFacts(row.referral_on, began=began),))):
            raise Invalid({"happened_at": rule.mend})


# The first day of the child in need episodes of each case.
_REFERRED = (
    sa.select(sa.func.min(Episode.referral_on).label("referral_on"))
    .where(Episode.case_id.in_(sa.bindparam("cases", expanding=True)), Episode.kind == "child_in_need")
    .group_by(Episode.case_id)
)
_CLOSED_BEFORE = sa.select(Case.id).where(
    Case.id.in_(sa.bindparam("cases", expanding=True)), Case.closed_at < sa.bindparam("at")
)


@dataclass(frozen=True)
class _Found:
    """A recorded event as it now stands: when it was in life, and every case that it is about."""

    id: int
    code: str
    at: datetime
    cases: list[int]


def _find(case_id: int, event_id: int, seen: int | None) -> _Found:
    """A recorded event of this case, held for whoever came first. Raises NotFound, MeanwhileChanged."""
    rows = db.session.execute(
        sa.select(Event.id, Event.code, Event.occurred_at, Event.data, EventSubject.subject_id)
        .join(EventSubject, EventSubject.event_id == Event.id)
        .join(Subject, Subject.id == EventSubject.subject_id)
        .where(Event.id == event_id, Event.code.in_((*KINDS, *WITH_PAGE)), Subject.kind == "case")
        .order_by(EventSubject.subject_id)
        .with_for_update(of=Subject)
    ).all()
    cases = [row.subject_id for row in rows]
    # What has a page now is put right there, unless it was recorded by its date before.
    if case_id not in cases or "note" not in rows[0].data:
        raise NotFound
    corrections = corrections_of(case_id, [event_id]).get(event_id, [])
    last = corrections[-1] if corrections else None
    if last is not None and (last.taken_back or seen not in (None, last.id)):
        raise MeanwhileChanged(last)
    return _Found(event_id, rows[0].code, last.to if last and last.to else rows[0].occurred_at, cases)


def _pressed_twice(actor: Actor, once_key: str) -> bool:
    """Whether this form has been sent before, by the same person."""
    own = sa.select(Note.id).join(NoteVersion, NoteVersion.note_id == Note.id)
    return db.session.scalar(own.where(Note.once_key == once_key, NoteVersion.author_id == actor.user_id)) is not None


def _put_right(actor: Actor, code: str, found: _Found, words: str, once_key: str, **more: Any) -> None:
    try:
        note = keep_note(actor, case_ids=found.cases, words=words, happened_at=clock.now(), once_key=once_key)
    except NotFound as elsewhere:
        raise OutOfOrder(ELSEWHERE) from elsewhere
    if note.is_new:
        record(actor, code, subjects=[*found.cases, note.id], event=found.id, kind=found.code, note=note.id, **more)
