"""Visits: written once for the children they were about, a part for each; changed by a new wording, never overwritten.

Each child has an event of their own, so that a brother's or sister's part never stands in their record (practice 16).
Only a child who was seen has `visit.made`, which is what the clocks of visits wait for.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from caseapp.access.commands import put_within
from caseapp.access.domain import L4, Actor
from caseapp.access.queries import levels_of
from caseapp.cases.catalogue import (
    ANNOUNCED,
    BEDROOM,
    SEEN_WORDS,
    VISIT_KINDS,
    VISIT_PLACES,
    WHY_NOT_ALONE,
    WHY_NOT_SEEN,
)
from caseapp.cases.domain.visits import NOT_ALONE, NOT_SEEN, ChildPart, VisitTold, visit_problems
from caseapp.cases.models import Case, Visit, VisitChild, VisitDraft, VisitPart, VisitVersion
from caseapp.cases.queries.visits import KeptVisit, find_by_key, find_same_day, read_visit
from caseapp.deadlines.domain import MOVED, TAKEN_BACK
from caseapp.kernel import clock, text
from caseapp.kernel.db import db, fetch, write_rows
from caseapp.kernel.errors import Conflict, Invalid, NotFound, OutOfOrder
from caseapp.kernel.events import record
from caseapp.kernel.subjects import Subject, new_subject
from caseapp.kernel.web import when

from .dated import ELSEWHERE, refuse_after_closing

MADE, NOT_MADE = "visit.made", "visit.not_seen"


class SavedAlready(Conflict):
    """This form has saved a visit already, and it says something else. `kept`: that visit."""

    def __init__(self, kept: KeptVisit) -> None:
        super().__init__(f"This form has saved a visit already, {when(kept.at)}.", version=kept.number)
        self.kept = kept


class SameDay(OutOfOrder):
    """A visit to one of these children on that day is written down already. `twin`: that visit."""

    def __init__(self, twin: KeptVisit) -> None:
        super().__init__(f"{twin.author} wrote down a visit of the same day, {when(twin.at)}.")
        self.twin = twin


class StaleVisit(Conflict):
    """Somebody changed the visit since the page was opened. `kept`: the visit as it now stands."""

    def __init__(self, kept: KeptVisit) -> None:
        super().__init__(f"Not saved yet: {kept.author} changed this visit {when(kept.at)}.", version=kept.number)
        self.kept = kept


@dataclass(frozen=True)
class _Now:
    """A visit held for a change: its latest wording, every child's part of it, and the event of each child."""

    kept: KeptVisit
    events: dict[int, int | None]


def write_visit(actor: Actor, *, told: VisitTold, once_key: str, twice: bool = True) -> str:
    """Write a visit; gives its reference. The same visit with the same `once_key` again gives the first one's.

    `twice`: also where a visit of that day is written down already; otherwise SameDay is raised, and the writer
    decides. Raises Invalid for what is missing (`visit_problems`), NotFound for a child whom the actor may not see,
    OutOfOrder for a moment after the case was closed, SavedAlready for a used key with another text. The writer's
    draft of that key is finished with it.
    """
    told = _cleaned(told)
    _refuse(told)
    parts = [part for part in told.parts if part.is_about]
    case_ids = sorted(part.case_id for part in parts)
    _must_see(actor, case_ids)
    refuse_after_closing(case_ids, told.happened_at)
    # Whoever comes second waits for the first, and is told.
    db.session.execute(sa.select(Subject.id).where(Subject.id.in_(case_ids)).with_for_update())
    already = find_by_key(once_key)
    if already is not None:
        return _pressed_twice(actor, already, told)
    twin = None if twice else find_same_day(case_ids, told.happened_at)
    if twin is not None:
        raise SameDay(twin)
    family_ids = set(db.session.scalars(sa.select(Case.family_id).where(Case.id.in_(case_ids))))
    if len(family_ids) != 1:
        raise NotFound
    try:
        with db.session.begin_nested():
            subject = new_subject("visit")
            row = {"id": subject.id, "family_id": family_ids.pop(), "current": 1, "once_key": once_key}
            write_rows(_ADD_VISIT, [row])
    except IntegrityError:
        # The same form, sent twice, met itself: the other one has just been saved.
        already = find_by_key(once_key)
        if already is None:
            raise
        return _pressed_twice(actor, already, told)
    put_within(subject.id, case_ids)
    _add_version(actor, subject.id, 1, replace(told, parts=tuple(parts)), why=None)
    events = {part.case_id: _tell(actor, subject.id, told.happened_at, part) for part in parts}
    rows = [{"visit_id": subject.id, "case_id": case_id, "event_id": events[case_id]} for case_id in case_ids]
    write_rows(_ADD_CHILD, rows)
    _plan(actor, told, case_ids)
    _finish_draft(actor, once_key)
    return subject.reference


def correct_visit(actor: Actor, *, visit_id: int, version: int, told: VisitTold, why: str) -> None:
    """Give a visit another wording; the earlier ones stay. `version`: the number of the wording that the writer saw,
    `told.parts`: of the children whom the writer sees; what is said of others stays.

    Another moment moves the clocks that count from it, and what becomes of "seen" starts and stops them. Raises
    StaleVisit if somebody changed it in between, Invalid, NotFound, and OutOfOrder for another moment while the visit
    is also about a child whom the actor does not see. The same again changes nothing.
    """
    told, (why, _) = _cleaned(told), text.clean(why)
    _refuse(told, {"why": "Say why it changes" if text.is_blank(why) else ""})
    now = _lock(visit_id)
    before = now.kept.told
    seen = levels_of(actor, "case", [part.case_id for part in (*before.parts, *told.parts)])
    mine = {part.case_id for part in told.parts}
    if any(seen.get(case_id, -1) < L4 for case_id in mine):
        raise NotFound
    others = tuple(part for part in before.parts if part.case_id not in mine)
    parts = tuple(part for part in told.parts if part.is_about or before.part_of(part.case_id))
    after = replace(told, parts=_in_order((*parts, *others)))
    if after == before:
        return
    if now.kept.number != version:
        raise StaleVisit(now.kept)
    if after.happened_at != before.happened_at:
        if any(seen.get(part.case_id, -1) < L4 for part in others):
            raise OutOfOrder(ELSEWHERE)
        refuse_after_closing([part.case_id for part in after.parts], after.happened_at)
    number = version + 1
    db.session.execute(sa.update(Visit).where(Visit.id == visit_id).values(current=number))
    _add_version(actor, visit_id, number, after, why=why)
    case_ids = [part.case_id for part in after.parts]
    record(actor, "visit.corrected", subjects=[*case_ids, visit_id], visit=visit_id, number=number)
    _follow(actor, visit_id, now, after)
    if after.next_on != before.next_on:
        _plan(actor, after, [part.case_id for part in after.parts if part.is_about])


def _follow(actor: Actor, visit_id: int, now: _Now, after: VisitTold) -> None:
    """Put the events right, child by child: what was told stays in the log, and what it means now follows it."""
    before = now.kept.told
    for part in after.parts:
        old, event_id = before.part_of(part.case_id), now.events.get(part.case_id)
        if event_id is not None and old is not None and _code(old) == _code(part):
            if before.happened_at != after.happened_at:
                about: dict[str, Any] = {"event": event_id, "kind": _code(old), "note": None, "to": after.happened_at}
                record(actor, MOVED, subjects=[part.case_id, visit_id], **about)
            continue
        if event_id is not None and old is not None:
            about = {"event": event_id, "kind": _code(old), "note": None}
            record(actor, TAKEN_BACK, subjects=[part.case_id, visit_id], **about)
        told_by = _tell(actor, visit_id, after.happened_at, part) if part.is_about else None
        if part.case_id in now.events:
            row = sa.update(VisitChild).where(VisitChild.visit_id == visit_id, VisitChild.case_id == part.case_id)
            db.session.execute(row.values(event_id=told_by))
        else:
            put_within(visit_id, [part.case_id])
            write_rows(_ADD_CHILD, [{"visit_id": visit_id, "case_id": part.case_id, "event_id": told_by}])


def _code(part: ChildPart) -> str:
    return "" if not part.is_about else MADE if part.was_seen else NOT_MADE


def _tell(actor: Actor, visit_id: int, at: datetime, part: ChildPart) -> int:
    why: dict[str, Any] = {} if part.was_seen else {"why": part.why_not}
    subjects = [part.case_id, visit_id]
    return record(actor, _code(part), subjects=subjects, occurred_at=at, visit=visit_id, **why).id


def _plan(actor: Actor, told: VisitTold, case_ids: Sequence[int]) -> None:
    """The day of the next visit: a dated event, as somebody who only plans records it."""
    if told.next_on is not None:
        record(
            actor, "visit.planned", subjects=list(case_ids), occurred_at=told.happened_at, note=None, on=told.next_on
        )


def _cleaned(told: VisitTold) -> VisitTold:
    def one(words: str) -> str:
        return text.clean(words)[0]

    def part_of(part: ChildPart) -> ChildPart:
        # What is asked for only under another answer does not stay behind one that was changed.
        why = part.why_not if part.seen in (NOT_ALONE, NOT_SEEN) else ""
        said = one(part.said)
        heard_by = one(part.heard_by) if said.strip() else ""
        return replace(part, why_not=why, said=said, heard_by=heard_by, words=one(part.words))

    return replace(
        told,
        place_words=one(told.place_words),
        who=one(told.who),
        words=one(told.words),
        adults_said=one(told.adults_said),
        parts=_in_order(part_of(part) for part in told.parts),
    )


def _in_order(parts: Any) -> tuple[ChildPart, ...]:
    return tuple(sorted(parts, key=lambda part: part.case_id))


def _refuse(told: VisitTold, more: dict[str, str] | None = None) -> None:
    problems = {**visit_problems(told, clock.now()), **{name: said for name, said in (more or {}).items() if said}}
    lists = (("kind", VISIT_KINDS), ("place", VISIT_PLACES), ("announced", ANNOUNCED))
    problems |= {name: "Choose one" for name, known in lists if getattr(told, name) not in known}
    for part in told.parts:
        reasons = {NOT_ALONE: WHY_NOT_ALONE, NOT_SEEN: WHY_NOT_SEEN}.get(part.seen, {"": ""})
        known = part.seen in SEEN_WORDS and (part.why_not in reasons) and part.bedroom in {"", *BEDROOM}
        if not known:
            problems.setdefault(f"seen_{part.case_id}", "Choose one")
    if not told.parts:
        problems["parts"] = "Choose who the visit was about"
    if problems:
        raise Invalid(problems)


def _must_see(actor: Actor, case_ids: Collection[int]) -> None:
    levels = levels_of(actor, "case", list(case_ids))
    if any(levels.get(case_id, -1) < L4 for case_id in case_ids):
        raise NotFound


def _pressed_twice(actor: Actor, kept: KeptVisit, told: VisitTold) -> str:
    """The reference of the visit that this form made. Raises SavedAlready if it says something else, NotFound for a
    key that is somebody else's."""
    if kept.first_author_id != actor.user_id:
        raise NotFound
    if replace(told, parts=tuple(part for part in told.parts if part.is_about)) != kept.told:
        raise SavedAlready(kept)
    return kept.reference


def _lock(visit_id: int) -> _Now:
    """The visit, held until the end of the request: whoever comes second sees what the first one did."""
    db.session.execute(sa.select(Visit.id).where(Visit.id == visit_id).with_for_update())
    kept = read_visit(visit_id)
    rows = fetch(_CHILDREN, {"visit": visit_id})
    return _Now(kept, {row.case_id: row.event_id for row in rows})


_CHILDREN = sa.select(VisitChild.case_id, VisitChild.event_id).where(VisitChild.visit_id == sa.bindparam("visit"))


def _add_version(actor: Actor, visit_id: int, number: int, told: VisitTold, *, why: str | None) -> None:
    at = {"visit_id": visit_id, "number": number}
    shared = {name: getattr(told, name) for name in _SHARED}
    row = {**at, **shared, "why": why, "author_id": actor.user_id, "written_at": clock.now()}
    write_rows(_ADD_VERSION, [row])
    write_rows(_ADD_PART, [{**at, **{name: getattr(part, name) for name in _OF_A_CHILD}} for part in told.parts])


def _finish_draft(actor: Actor, once_key: str) -> None:
    db.session.execute(
        sa.update(VisitDraft)
        .where(VisitDraft.user_id == actor.user_id, VisitDraft.once_key == once_key)
        .values(finished=True, typed={})
    )


_SHARED = (
    "happened_at",
    "kind",
    "place",
    "place_words",
    "announced",
    "who",
    "words",
    "adults_said",
    "next_on",
)
_OF_A_CHILD = ("case_id", "seen", "why_not", "bedroom", "said", "heard_by", "words")
_ADD_VISIT, _ADD_CHILD, _ADD_VERSION, _ADD_PART = (
    sa.insert(cast(sa.Table, model.__table__)) for model in (Visit, VisitChild, VisitVersion, VisitPart)
)
