"""What was recorded about a case by its date: each event with what was said since about its date."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from caseapp.accounts.queries import user_name_of
from caseapp.cases.models import Note, NoteVersion
from caseapp.deadlines.catalogue import CORRECTIONS, KINDS, WITH_PAGE, DatedKind, needs_time
from caseapp.deadlines.domain import TAKEN_BACK
from caseapp.deadlines.queries import LARGEST, WrittenDown, written_down
from caseapp.kernel import clock
from caseapp.kernel.db import db, fetch
from caseapp.kernel.errors import NotFound
from caseapp.kernel.events import Event, EventSubject
from caseapp.kernel.subjects import Subject
from caseapp.kernel.web import clock_time, day, when

SOMEBODY = "Somebody"


@dataclass(frozen=True)
class Correction:
    """What somebody said since about an event: that it was at another moment (`to`), or never."""

    id: int
    about: int
    to: datetime | None
    who: str
    at: datetime
    words: str

    @property
    def taken_back(self) -> bool:
        """Whether it says that the event never was."""
        return self.to is None

    @property
    def in_words(self) -> str:
        """Who put it right and how, as the next person is told it."""
        if self.to is None:
            return f"{self.who} has said, {when(self.at)}, that this did not happen."
        return f"{self.who} has changed the date, {when(self.at)}: it is now {day(clock.to_london(self.to))}."


@dataclass(frozen=True)
class DatedEvent:
    """An event recorded by its date: `first_at` as it was written down, `corrections` since, the first first."""

    id: int
    kind: str
    first_at: datetime
    recorded_at: datetime
    who: str
    words: str
    note: str | None
    on: date | None
    corrections: tuple[Correction, ...] = ()

    @property
    def about(self) -> DatedKind:
        """Its row of the catalogue."""
        return KINDS.get(self.kind) or WITH_PAGE[self.kind]

    @property
    def at(self) -> datetime:
        """When it was in life, by what is known now."""
        return next((one.to for one in reversed(self.corrections) if one.to), self.first_at)

    @property
    def taken_back(self) -> Correction | None:
        """Who said that it never happened; None while it stands."""
        return next((one for one in self.corrections if one.taken_back), None)

    @property
    def seen(self) -> int:
        """The number of the last correction, 0 for none: what a form carries, so that two people do not meet."""
        return self.corrections[-1].id if self.corrections else 0

    @property
    def at_words(self) -> str:
        """When it was, with the time where that counts."""
        return self.say(self.at)

    @property
    def first_words(self) -> str:
        """The moment first written down; "" if it stands."""
        return self.say(self.first_at) if self.at != self.first_at else ""

    def say(self, instant: datetime) -> str:
        """A moment of this event in words: a day, and the time where that counts."""
        local = clock.to_london(instant)
        return f"{day(local)}, {clock_time(local)}" if needs_time(self.kind) else day(local)

    @cached_property
    def written_down(self) -> WrittenDown | None:
        """By when it had to be in the record; None where no rule says so."""
        return written_down(self.kind, self.at, self.recorded_at)


def list_dated(case_id: int, *, before: int | None = None, limit: int = 20) -> list[DatedEvent]:
    """What was recorded by its date about a case that the guard has let the reader see, the last written down first.

    `before` pages by key: the number of the last of the page before. Two statements.
    """
    rows = fetch(_EVENTS, {"case_id": case_id, "before": before or LARGEST, "many": limit})
    known = corrections_of(case_id, [row.id for row in rows])
    return [_dated(row, known.get(row.id, [])) for row in rows]


def get_dated(case_id: int, event_id: int) -> DatedEvent:
    """One of them. Raises NotFound for another case's, and for an event of another kind. Two statements."""
    rows = fetch(_ONE, {"case_id": case_id, "event_id": event_id})
    if not rows:
        raise NotFound
    return _dated(rows[0], corrections_of(case_id, [event_id]).get(event_id, []))


def find_twin(case_ids: Collection[int], kind: str, at: datetime) -> DatedEvent | None:
    """What was recorded already of this kind, on that day in London, about one of these cases, and stands; the last
    written down, None if nothing was. Two statements for each case."""
    on = clock.to_london(at).date()
    for case_id in sorted(case_ids):
        rows = fetch(_LAST_OF_KIND, {"case_id": case_id, "kind": kind})
        known = corrections_of(case_id, [row.id for row in rows])
        for event in (_dated(row, known.get(row.id, [])) for row in rows):
            if not event.taken_back and clock.to_london(event.at).date() == on:
                return event
    return None


def cases_of_dated(event_id: int) -> list[int]:
    """Every case that a recorded event is about. One statement."""
    return list(
        db.session.scalars(
            sa.select(EventSubject.subject_id)
            .join(Subject, Subject.id == EventSubject.subject_id)
            .where(EventSubject.event_id == event_id, Subject.kind == "case")
            .order_by(EventSubject.subject_id)
        )
    )


def corrections_of(case_id: int, event_ids: Collection[int]) -> dict[int, list[Correction]]:
    """What was said since about these events of a case, in the order in which it was said. One statement."""
    if not event_ids:
        return {}
    found: dict[int, list[Correction]] = defaultdict(list)
    for row in fetch(_CORRECTIONS, {"case_id": case_id, "first": min(event_ids)}):
        about = row.data["event"]
        if about in event_ids:
            to = None if row.code == TAKEN_BACK else datetime.fromisoformat(row.data["to"])
            found[about].append(Correction(row.id, about, to, row.who or SOMEBODY, row.recorded_at, row.words or ""))
    return found


def _dated(row: Any, corrections: list[Correction]) -> DatedEvent:
    named = row.data.get("on")
    return DatedEvent(
        row.id,
        row.code,
        row.occurred_at,
        row.recorded_at,
        row.who or SOMEBODY,
        row.words or "",
        row.reference,
        date.fromisoformat(named) if named else None,
        tuple(corrections),
    )


def _select(*codes: str) -> Any:
    """The events of one case with the note that tells of each, as its latest wording has it."""
    about, named = sa.orm.aliased(EventSubject), sa.orm.aliased(EventSubject)
    note_id = (
        sa.select(sa.func.min(Note.id))
        .join(named, named.subject_id == Note.id)
        .where(named.event_id == Event.id)
        .correlate(Event)
        .scalar_subquery()
    )
    note, version = sa.orm.aliased(Note), NoteVersion
    return (
        sa.select(
            Event.id,
            Event.code,
            Event.occurred_at,
            Event.recorded_at,
            Event.data,
            Subject.reference,
            version.words,
            user_name_of(Event.actor_id).label("who"),
        )
        .join(about, about.event_id == Event.id)
        .outerjoin(note, note.id == note_id)
        .outerjoin(version, sa.and_(version.note_id == note.id, version.number == note.current))
        .outerjoin(Subject, Subject.id == note.id)
        .where(about.subject_id == sa.bindparam("case_id"), Event.code.in_(codes))
    )


# What has a page now stands here only where it was recorded by its date, with its note, before.
_OF_KINDS = _select(*KINDS, *WITH_PAGE).where(sa.or_(Event.code.not_in(tuple(WITH_PAGE)), Subject.id.is_not(None)))
_EVENTS = _OF_KINDS.where(Event.id < sa.bindparam("before")).order_by(Event.id.desc()).limit(sa.bindparam("many"))
# Of one kind few are recorded about a child in years; those of last are looked at.
_LAST_OF_KIND = _OF_KINDS.where(Event.code == sa.bindparam("kind")).order_by(Event.id.desc()).limit(50)
_ONE = _OF_KINDS.where(Event.id == sa.bindparam("event_id"))
_CORRECTIONS = _select(*CORRECTIONS).where(Event.id > sa.bindparam("first")).order_by(Event.id)
