"""Who did what and who looked at what, newest first, in words and references: no case's content, no child's name."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from caseapp.accounts.models import Agency, Professional, Team, User
from caseapp.audit.catalogue import VIEWS, WHYS
from caseapp.audit.domain import LogFilter, Look
from caseapp.audit.models import ReadLog
from caseapp.kernel.clock import LONDON
from caseapp.kernel.db import UTCDateTime, db
from caseapp.kernel.events import TYPES, Event, EventSubject
from caseapp.kernel.subjects import Subject
from caseapp.kernel.web import day, moment

SERVICE = "The service itself"
NOBODY = "Somebody whose sign-in is gone"

Names = Mapping[tuple[str, int], str]


@dataclass(frozen=True)
class EventRow:
    """One event: when written here, when in life if that differs, who, what in words with codes and references, and
    about what."""

    id: int
    at: datetime
    occurred_at: datetime | None
    who: str
    who_reference: str
    on_behalf_of: str
    code: str
    words: str
    references: tuple[str, ...]


@dataclass(frozen=True)
class LookRow:
    """One look: when, who and from where, at which page in words, at what (none: a list), why they could."""

    id: int
    at: datetime
    who: str
    who_reference: str
    agency: str
    view: str
    reference: str | None
    why: str


def list_events(asked: LogFilter, *, limit: int, before: tuple[datetime, int] | None = None) -> list[EventRow]:
    """The events that fit, newest first; `before` is the time and number of the last row of the page before.
    Three statements."""
    query = (
        sa.select(
            Event.id,
            Event.code,
            Event.recorded_at,
            Event.occurred_at,
            Event.actor_id,
            Event.on_behalf_of_id,
            Event.data,
            Professional.name.label("who"),
            Subject.reference.label("who_reference"),
        )
        .outerjoin(User, User.id == Event.actor_id)
        .outerjoin(Professional, Professional.id == User.professional_id)
        .outerjoin(Subject, Subject.id == User.id)
        .order_by(Event.recorded_at.desc(), Event.id.desc())
        .limit(limit)
    )
    if asked.about:
        about = sa.select(EventSubject.event_id).where(EventSubject.subject_id == _subject_id(asked.about))
        query = query.where(Event.id.in_(about))
    query = _narrow(
        query, asked, at=Event.recorded_at, key=Event.id, who=Event.actor_id, code=Event.code, before=before
    )
    rows = db.session.execute(query).all()
    about_what = _subject_ids(row.id for row in rows)
    names = _names(rows, about_what)
    return [_event_row(row, names, about_what.get(row.id, ())) for row in rows]


def list_reads(asked: LogFilter, *, limit: int, before: tuple[datetime, int] | None = None) -> list[LookRow]:
    """The looks that fit, newest first; `before` is the time and number of the last row of the page before.
    One statement."""
    seen, looker = sa.orm.aliased(Subject), sa.orm.aliased(Subject)
    query = (
        _looks(looker.reference.label("who_reference"), seen.reference)
        .outerjoin(looker, looker.id == User.id)
        .outerjoin(seen, seen.id == ReadLog.subject_id)
        .order_by(ReadLog.read_at.desc(), ReadLog.id.desc())
        .limit(limit)
    )
    if asked.about:
        query = query.where(ReadLog.subject_id == _subject_id(asked.about))
    query = _narrow(
        query, asked, at=ReadLog.read_at, key=ReadLog.id, who=ReadLog.user_id, code=ReadLog.view, before=before
    )
    return [
        LookRow(
            row.id,
            row.read_at,
            row.name or NOBODY,
            row.who_reference or "",
            row.agency or "",
            VIEWS.get(row.view, row.view),
            row.reference,
            say_why(row.why),
        )
        for row in db.session.execute(query)
    ]


def list_looks(subject_ids: Collection[int], limit: int = 50, *, before: int | None = None) -> list[Look]:
    """Who looked at any of these subjects, newest first: name, team and agency, when, why. `before` is the number of
    the last look of the page before. One statement."""
    query = _looks(Team.name.label("team")).outerjoin(Team, Team.id == Professional.team_id)
    query = query.where(ReadLog.subject_id.in_(subject_ids)).order_by(ReadLog.id.desc()).limit(limit)
    if before is not None:
        query = query.where(ReadLog.id < before)
    return [
        Look(
            row.id,
            row.subject_id,
            row.user_id,
            row.name or NOBODY,
            _where(row.team, row.agency),
            row.read_at,
            say_why(row.why),
        )
        for row in db.session.execute(query)
    ]


def say_why(why: str) -> str:
    """The reason of a look in words."""
    return WHYS.get(why, why.replace("_", " ").capitalize())


def _where(team: str | None, agency: str | None) -> str:
    return ", ".join(dict.fromkeys(name for name in (team, agency) if name))


def _looks(*more: Any) -> sa.Select[Any]:
    own = (ReadLog.id, ReadLog.user_id, ReadLog.subject_id, ReadLog.view, ReadLog.why, ReadLog.read_at)
    query: sa.Select[Any] = sa.select(*own, Professional.name, Agency.name.label("agency"), *more)
    return (
        query.select_from(ReadLog)
        .outerjoin(User, User.id == ReadLog.user_id)
        .outerjoin(Professional, Professional.id == User.professional_id)
        .outerjoin(Agency, Agency.id == Professional.agency_id)
    )


def _subject_id(reference: str) -> sa.ScalarSelect[Any]:
    return sa.select(Subject.id).where(Subject.reference == reference).scalar_subquery()


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time.min, LONDON).astimezone(UTC)


def _narrow(
    query: Any, asked: LogFilter, *, at: Any, key: Any, who: Any, code: Any, before: tuple[datetime, int] | None
) -> Any:
    """The part of the filter that both logs share, and where the page begins."""
    if asked.since:
        query = query.where(at >= _start_of(asked.since))
    if asked.until:
        query = query.where(at < _start_of(asked.until + timedelta(days=1)))
    if "@" in asked.who:
        query = query.where(who == sa.select(User.id).where(User.email == asked.who).scalar_subquery())
    elif asked.who:
        query = query.where(who == _subject_id(asked.who))
    if asked.group:
        query = query.where(code.startswith(f"{asked.group}.", autoescape=True))
    if before is not None:
        query = query.where(sa.tuple_(at, key) < sa.tuple_(sa.literal(before[0], UTCDateTime()), before[1]))
    return query


def _subject_ids(event_ids: Iterable[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    query = sa.select(EventSubject.event_id, EventSubject.subject_id).where(EventSubject.event_id.in_(list(event_ids)))
    for event_id, subject_id in db.session.execute(query.order_by(EventSubject.subject_id)):
        found.setdefault(event_id, []).append(subject_id)
    return found


# Which table names a kind of value, and how: people who work here, teams and agencies by name, all else by reference.
NAMED: dict[str, tuple[Any, Any]] = {
    "user": (User.id, Professional.name),
    "professional": (Professional.id, Professional.name),
    "team": (Team.id, Team.name),
    "agency": (Agency.id, Agency.name),
    "subject": (Subject.id, Subject.reference),
}


def _names(rows: Sequence[Any], about_what: Mapping[int, Sequence[int]]) -> Names:
    """Names of staff, teams and agencies and references of all else that these events mention, in one statement."""
    wanted: dict[str, set[int]] = {kind: set() for kind in NAMED}
    wanted["subject"].update(subject_id for ids in about_what.values() for subject_id in ids)
    for row in rows:
        if row.on_behalf_of_id is not None:
            wanted["user"].add(row.on_behalf_of_id)
        for kind, value in _values(row):
            wanted[kind].update(one for one in (value if isinstance(value, list) else [value]) if isinstance(one, int))
    parts = []
    for kind, ids in wanted.items():
        if ids:
            key, name = NAMED[kind]
            part: Any = sa.select(sa.literal(kind).label("kind"), key.label("id"), name.label("name")).where(
                key.in_(ids)
            )
            parts.append(part.join(Professional, Professional.id == User.professional_id) if kind == "user" else part)
    if not parts:
        return {}
    return {(row.kind, row.id): row.name for row in db.session.execute(sa.union_all(*parts))}


def _values(row: Any) -> Iterable[tuple[str, Any]]:
    """The values of an event's data that stand for something with a name, with the kind of it."""
    kind = TYPES.get(row.code)
    for key, what in kind.keys.items() if kind else ():
        table = "subject" if what == "note" else what
        if table in NAMED:
            yield table, _data(row).get(key)


def _data(row: Any) -> dict[str, Any]:
    """An event's data; nothing if somebody put something else in its place."""
    return row.data if isinstance(row.data, dict) else {}


def _event_row(row: Any, names: Names, subject_ids: Sequence[int]) -> EventRow:
    return EventRow(
        row.id,
        row.recorded_at,
        row.occurred_at if row.occurred_at != row.recorded_at else None,
        SERVICE if row.actor_id is None else (row.who or NOBODY),
        row.who_reference or "",
        names.get(("user", row.on_behalf_of_id), "") if row.on_behalf_of_id else "",
        row.code,
        _sentence(row, names),
        tuple(names[("subject", subject_id)] for subject_id in subject_ids if ("subject", subject_id) in names),
    )


def _sentence(row: Any, names: Names) -> str:
    """What happened: the sentence of the event's type, its values as codes, names of staff and teams, references."""
    kind = TYPES.get(row.code)
    if kind is None:
        return row.code.replace(".", " ").replace("_", " ").capitalize()
    words = {key: _say(what, _data(row).get(key), names) for key, what in kind.keys.items()}
    said = kind.sentence.format(**words)
    return said[:1].upper() + said[1:]


def _say(kind: str, value: Any, names: Names) -> str:
    """One value in words; only numbers and codes stand in events, so nothing here was written by anybody."""
    if isinstance(value, list):
        return ", ".join(_say(kind, one, names) for one in value) or "none"
    if value is None:
        return "not named"
    if kind == "flag":
        return "yes" if value else "no"
    if kind in ("day", "moment") and isinstance(value, str):
        return _say_date(kind, value)
    if kind.startswith("code:"):
        return str(value).replace("_", " ")
    return (
        names.get(("subject" if kind == "note" else kind, value), str(value)) if isinstance(value, int) else str(value)
    )


def _say_date(kind: str, value: str) -> str:
    try:
        return day(date.fromisoformat(value[:10])) if kind == "day" else moment(datetime.fromisoformat(value))
    except ValueError:
        return value
