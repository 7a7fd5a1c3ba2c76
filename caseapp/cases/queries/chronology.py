"""The chronology writes itself: the event log read by subject, with codes and numbers turned into words.

Two statements for a page of entries (the log with the notes' words; the names), one more for each slice above that
adds its words, and one where the family said that something is wrong.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import L0, L1, L2, L3, L4, Actor
from caseapp.access.queries import AnyReader, reader_params, reader_shape
from caseapp.accounts.models import Agency, Professional, Team, User
from caseapp.cases.catalogue import CODE_WORDS as OWN_WORDS
from caseapp.cases.catalogue import entry_kind
from caseapp.cases.domain.childs_page import EVERYTHING, Narrowed
from caseapp.cases.models import Case, Correction, EventMark, Note, NoteVersion
from caseapp.cases.slots import CHRONOLOGY_WORDS, CODE_WORDS, EARLIER, EntryWords, EventRow
from caseapp.deadlines.queries import written_down
from caseapp.kernel import clock
from caseapp.kernel.db import UTCDateTime, fetch
from caseapp.kernel.events import TYPES, Event, EventSubject, EventType
from caseapp.kernel.subjects import Subject
from caseapp.kernel.web import clock_time, day, day_short

from .corrections import CorrectionRow, corrections_beside
from .earlier import earlier_cases
from .visits import VisitWords, with_visits, words_of_visits

# The level from which an audience is read; the others no level opens, and `service` is about the service itself.
OPENS_AT = {"own": L0, "status": L1, "plan": L2, "hub": L3, "record": L4}
NEVER = L4 + 1
# Told by the entry they belong to: the note shows its latest wording, the acknowledgement says what was to be read.
HIDDEN_CODES = frozenset(
    {"note.amended", "task.made", "chronology.marked", "correction.waits", "document.attached", "visit.corrected"}
)
WRITTEN_LATER = timedelta(days=1)

WHO_READS = {
    "own": "also the referrer",
    "status": "professionals around the family",
    "plan": "professionals around the family",
    "hub": "hub and team",
    "record": "team",
}


@dataclass(frozen=True)
class Entry:
    """One entry: when it was in life, what happened, in whose words, who said so, and who may read it."""

    id: int
    iso: str
    when: str
    title: str
    words: str | None
    source: str
    important: bool
    recorded: str | None
    url: str | None
    note: str | None
    wording: int | None
    # Who marked it significant, or not significant, and when; None while its kind alone says so.
    marked: str | None = None
    # What the family says is wrong in it: it stands beside the text for every reader.
    wrong: tuple[CorrectionRow, ...] = ()
    # Of a visit the references of the child's case and of the visit, by which its page is found.
    visit: tuple[str, str] | None = None


@dataclass(frozen=True)
class Chronology:
    """A page of entries, newest first; `before` is the key of the next page, None on the last."""

    entries: tuple[Entry, ...]
    before: int | None

    def __iter__(self) -> Iterator[Entry]:
        """The entries."""
        return iter(self.entries)


def list_chronology(
    actor: Actor,
    case_ids: Collection[int],
    *,
    before: int | None = None,
    limit: int = 20,
    important: bool = False,
    level: int = L4,
    narrowed: Narrowed = EVERYTHING,
) -> Chronology:
    """What happened to these cases and to the referrals they came from, newest in life first.

    `before` pages by key: the id of the last entry of the page before. `level` is the reader's, which the
    caller has checked: below L4 only what that level may read, and without the words that other slices add.
    `narrowed`: what of it; with `earlier`, also contacts and cases of the same child from before, as far as this
    reader may see them.
    """
    wanted = replace(narrowed, important=narrowed.important or important)
    rows = _read_log(actor, case_ids, before=before, limit=limit + 1, level=level, wanted=wanted)
    more, rows = len(rows) > limit, rows[:limit]
    names = names_of(rows)
    words = _words_from_above(actor, rows) if level >= L4 else {}
    lists = code_words()
    wrong = corrections_beside([row.id for row in rows if row.said_wrong]) if level >= L4 else {}
    visits = words_of_visits(rows) if level >= L4 else {}
    entries = tuple(
        _entry(row, names, lists, words.get(row.id), wrong.get(row.id, ()), visits.get(row.id)) for row in rows
    )
    return Chronology(entries, rows[-1].id if more else None)


def find_entry(actor: Actor, case_id: int, event_id: int) -> Entry | None:
    """One entry of a case's chronology, earlier contacts included; None if it is not there for this reader."""
    wanted = Narrowed(earlier=True, event=event_id)
    rows = _read_log(actor, [case_id], before=None, limit=1, level=L4, wanted=wanted)
    if not rows:
        return None
    words, visit = _words_from_above(actor, rows).get(event_id), words_of_visits(rows).get(event_id)
    return _entry(rows[0], names_of(rows), code_words(), words, visit=visit)


@lru_cache(maxsize=256)
def _shown_codes(kind: str, level: int) -> tuple[str, ...]:
    """The codes that a reader of that level sees, of one kind of entry ("": of all). Every slice has declared its own
    before the first page."""
    return tuple(
        code
        for code, event in TYPES.items()
        if OPENS_AT.get(event.audience, NEVER) <= level and code not in HIDDEN_CODES and kind in ("", entry_kind(code))
    )


@cache
def _important_codes() -> tuple[str, ...]:
    return tuple(code for code, kind in TYPES.items() if kind.important)


def _read_log(
    actor: Actor, case_ids: Collection[int], *, before: int | None, limit: int, level: int, wanted: Narrowed
) -> Sequence[Any]:
    given: dict[str, Any] = {"cases": list(case_ids), "many": limit, **wanted.given}
    if before is not None:
        given["before"] = before
    if wanted.earlier:
        given |= reader_params(actor)
    codes = _shown_codes(wanted.kind, level)
    if not codes:
        return []
    reader = reader_shape(actor) if wanted.earlier else (False, False)
    return fetch(_log_statement(before is not None, codes, wanted.shape, reader), given)


@lru_cache(maxsize=256)
def _log_statement(later: bool, codes: tuple[str, ...], shape: frozenset[str], reader: tuple[bool, bool]) -> Any:
    """Built once: it runs on every case page. `later`: from behind the event `before` on. `shape`: which of
    `Narrowed` is asked for. The codes are our own and stand in the text: a hundred parameters took longer than the
    answer."""
    asked: Any = sa.bindparam("cases", expanding=True)
    # One list, not an OR of two: for that PostgreSQL reads every event that there ever was.
    subjects = [
        sa.select(Case.id).where(Case.id.in_(asked)),
        sa.select(Case.referral_id).where(Case.id.in_(asked)),
    ]
    if "earlier" in shape:
        who = AnyReader(*reader)
        subjects += [earlier_cases(who, asked), *(fill(who, asked) for fill in EARLIER)]
    about = sa.select(EventSubject.event_id).where(EventSubject.subject_id.in_(sa.union_all(*subjects)))
    query = sa.select(Event.id, Event.code, Event.occurred_at, Event.recorded_at, Event.actor_id, Event.data).where(
        Event.id.in_(about), _is_one_of(codes), *(_ASKS[name]() for name in sorted(shape & _ASKS.keys()))
    )
    if later:
        before: Any = sa.bindparam("before")
        last = sa.select(Event.occurred_at).where(Event.id == before).scalar_subquery()
        query = query.where(sa.or_(Event.occurred_at < last, sa.and_(Event.occurred_at == last, Event.id < before)))
    shown = query.order_by(Event.occurred_at.desc(), Event.id.desc()).limit(sa.bindparam("many")).subquery()
    return _with_words(shown, asked)


def _with_words(shown: sa.Subquery, asked: Any) -> Any:
    """The few events that are shown, each with its note, its mark, and whether anybody says it is wrong."""
    named, its_note, its_mark = sa.orm.aliased(EventSubject), sa.orm.aliased(Note), sa.orm.aliased(EventMark)
    note_id = (
        sa.select(sa.func.min(its_note.id))
        .select_from(named)
        .join(its_note, its_note.id == named.subject_id)
        .where(named.event_id == shown.c.id)
        .correlate(shown)
        .scalar_subquery()
    )
    # Of brothers and sisters shown together the first mark stands for all.
    mark_id = (
        sa.select(sa.func.min(its_mark.id))
        .where(its_mark.event_id == shown.c.id, its_mark.case_id.in_(asked), its_mark.ended_at.is_(None))
        .correlate(shown)
        .scalar_subquery()
    )
    texts = sa.select(EventSubject.subject_id).where(EventSubject.event_id == shown.c.id).correlate(shown)
    said_wrong = sa.or_(
        sa.exists().where(Correction.event_id == shown.c.id).correlate(shown),
        sa.exists().where(Correction.about_id.in_(texts)).correlate(shown),
    )
    query = (
        sa.select(
            *shown.c,
            Subject.reference,
            NoteVersion.words,
            NoteVersion.number,
            EventMark.significant,
            EventMark.marked_by_id,
            EventMark.marked_at,
            said_wrong.label("said_wrong"),
        )
        .select_from(shown)
        .outerjoin(Note, Note.id == note_id)
        .outerjoin(NoteVersion, sa.and_(NoteVersion.note_id == Note.id, NoteVersion.number == Note.current))
        .outerjoin(Subject, Subject.id == Note.id)
        .outerjoin(EventMark, EventMark.id == mark_id)
        .order_by(shown.c.occurred_at.desc(), shown.c.id.desc())
    )
    return with_visits(query, shown)


def _is_important() -> sa.ColumnElement[bool]:
    """Significant by what people said of it, or by its kind while nobody said anything."""
    marked = sa.exists().where(
        EventMark.event_id == Event.id,
        EventMark.case_id.in_(sa.bindparam("cases", expanding=True)),
        EventMark.ended_at.is_(None),
    )
    yes, no = marked.where(EventMark.significant), marked.where(~EventMark.significant)
    by_kind = _is_one_of(_important_codes())
    return sa.or_(yes.correlate(Event), sa.and_(by_kind, ~no.correlate(Event)))


def _is_from() -> sa.ColumnElement[bool]:
    """Done by somebody who works for an agency."""
    theirs = (
        sa.select(User.id)
        .join(Professional, Professional.id == User.professional_id)
        .join(Agency, Agency.id == Professional.agency_id)
        .where(Agency.key == sa.bindparam("source"))
    )
    return Event.actor_id.in_(theirs)


def _since() -> sa.ColumnElement[bool]:
    return Event.occurred_at >= sa.bindparam("since", type_=UTCDateTime())


def _until() -> sa.ColumnElement[bool]:
    return Event.occurred_at < sa.bindparam("until", type_=UTCDateTime())


def _is_event() -> sa.ColumnElement[bool]:
    return Event.id == sa.bindparam("event")


_ASKS = {"important": _is_important, "source": _is_from, "since": _since, "until": _until, "event": _is_event}


def list_sources(case_ids: Collection[int]) -> dict[str, str]:
    """The agencies whose people did anything in these cases or the referrals they came from, key to name, by name.
    One statement."""
    return {row.key: row.name for row in fetch(_SOURCES_STATEMENT, {"cases": list(case_ids)})}


_ASKED: Any = sa.bindparam("cases", expanding=True)
_SOURCES_STATEMENT = (
    sa.select(Agency.key, Agency.name)
    .distinct()
    .join(Professional, Professional.agency_id == Agency.id)
    .join(User, User.professional_id == Professional.id)
    .join(Event, Event.actor_id == User.id)
    .join(EventSubject, EventSubject.event_id == Event.id)
    .where(
        EventSubject.subject_id.in_(
            sa.union_all(
                sa.select(Case.id).where(Case.id.in_(_ASKED)), sa.select(Case.referral_id).where(Case.id.in_(_ASKED))
            )
        )
    )
    .order_by(Agency.name)
)


def _is_one_of(codes: tuple[str, ...]) -> sa.ColumnElement[bool]:
    """The condition that an event has one of these codes, said the shorter way."""
    others = TYPES.keys() - codes
    shorter = others if len(others) < len(codes) else codes
    said: list[sa.ColumnElement[str]] = [sa.literal_column(f"'{code}'") for code in sorted(shorter)]
    return Event.code.not_in(said) if shorter is others else Event.code.in_(said)


def _words_from_above(actor: Actor, rows: Sequence[Any]) -> dict[int, EntryWords]:
    if not rows:
        return {}
    asked = [EventRow(row.id, row.code, row.occurred_at, row.recorded_at, row.actor_id, row.data) for row in rows]
    return {event_id: words for fill in CHRONOLOGY_WORDS for event_id, words in fill(actor, asked).items()}


def code_words() -> dict[str, dict[str, str]]:
    """The words of every list of codes, from here and from above."""
    lists: dict[str, dict[str, str]] = {name: dict(words) for name, words in OWN_WORDS.items()}
    for fill in CODE_WORDS:
        for name, words in fill().items():
            lists.setdefault(name, {}).update(words)
    return lists


Names = Mapping[tuple[str, int], str]


def names_of(rows: Sequence[Any]) -> Names:
    """The names behind the numbers in these rows, in one statement; a user also as "who:" with what they are."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        if row.actor_id is not None:
            wanted["user"].add(row.actor_id)
        if (marked_by := getattr(row, "marked_by_id", None)) is not None:
            wanted["user"].add(marked_by)
        for key, kind in TYPES[row.code].keys.items():
            value = row.data.get(key)
            wanted[kind].update(number for number in (value if isinstance(value, list) else [value]) if number)
    kinds = tuple(kind for kind, _column, _query in _SOURCES if wanted[kind])
    if not kinds:
        return {}
    names: dict[tuple[str, int], str] = {}
    for row in fetch(_names_statement(kinds), {kind: list(wanted[kind]) for kind in kinds}):
        names[row.kind, row.id] = row.name
        if row.kind == "user":
            names["who", row.id] = f"{row.name}, {row.detail}"
    return names


def _source(kind: str, number: Any, name: Any, detail: Any = None) -> sa.Select[Any]:
    told = sa.literal("") if detail is None else detail
    return sa.select(sa.literal(kind).label("kind"), number.label("id"), name.label("name"), told.label("detail"))


_SOURCES: tuple[tuple[str, Any, sa.Select[Any]], ...] = (
    (
        "user",
        User.id,
        # The council's own people by what they are, everybody else by where they work.
        _source(
            "user",
            User.id,
            Professional.name,
            sa.case((Agency.key == "council", sa.func.lower(Professional.title)), else_=Agency.name),
        )
        .join(Professional, Professional.id == User.professional_id)
        .join(Agency, Agency.id == Professional.agency_id),
    ),
    ("professional", Professional.id, _source("professional", Professional.id, Professional.name)),
    ("team", Team.id, _source("team", Team.id, Team.name)),
    ("agency", Agency.id, _source("agency", Agency.id, Agency.name)),
    ("subject", Subject.id, _source("subject", Subject.id, Subject.reference)),
)


@cache
def _names_statement(kinds: tuple[str, ...]) -> Any:
    """The names of these kinds of numbers; each combination that occurs is built once."""
    selects = [
        query.where(column.in_(sa.bindparam(kind, expanding=True))) for kind, column, query in _SOURCES if kind in kinds
    ]
    return sa.union_all(*selects) if len(selects) > 1 else selects[0]


def _say(kind: str, value: Any, names: Names, lists: Mapping[str, Mapping[str, str]]) -> str:
    """One value of an event's data in words."""
    if isinstance(value, list):
        return ", ".join(_say(kind, each, names, lists) for each in value)
    if value is None:
        return lists.get(kind.removeprefix("code:"), {}).get("", "not named")
    if kind.startswith("code:"):
        return lists.get(kind.removeprefix("code:"), {}).get(value, str(value).replace("_", " "))
    if kind == "day":
        return day(date.fromisoformat(value[:10]))
    if kind == "moment":
        return _moment(datetime.fromisoformat(value))
    if kind == "flag":
        return "yes" if value else "no"
    return names.get((kind, value), str(value))


def sentence(
    kind: EventType,
    data: Mapping[str, Any],
    names: Names,
    lists: Mapping[str, Mapping[str, str]],
    *,
    words: str | None = None,
) -> str:
    """What happened, in words: the event's own, or other `words` with the same keys."""
    return (words or kind.sentence).format(
        **{key: _say(what, data.get(key), names, lists) for key, what in kind.keys.items()}
    )


def _moment(instant: datetime) -> str:
    local = clock.to_london(instant)
    shown = day_short(local) if local.year == clock.today().year else day(local)
    return f"{shown}, {clock_time(local)}"


def _entry(
    row: Any,
    names: Names,
    lists: Mapping[str, Mapping[str, str]],
    above: EntryWords | None,
    wrong: tuple[CorrectionRow, ...] = (),
    visit: VisitWords | None = None,
) -> Entry:
    kind = TYPES[row.code]
    who = names.get(("who", row.actor_id), "This service") if row.actor_id else "This service"
    by_rule = written_down(row.code, row.occurred_at, row.recorded_at)
    late = by_rule is not None and by_rule.late
    later = late or row.recorded_at - row.occurred_at > WRITTEN_LATER
    recorded = f"written down {_moment(row.recorded_at)}" if later else None
    return Entry(
        id=row.id,
        iso=clock.to_london(row.occurred_at).isoformat(timespec="minutes"),
        when=_moment(row.occurred_at),
        title=sentence(kind, row.data, names, lists),
        words=above.words if above else visit.words if visit else row.words,
        source=f"{(above.source if above else None) or who} · {WHO_READS[kind.audience]}",
        important=kind.important if row.significant is None else row.significant,
        recorded=f"{recorded}, late: the rule gives {by_rule.due.rule.length_words}" if by_rule and late else recorded,
        url=above.url if above else None,
        note=row.reference,
        wording=row.number,
        marked=_marked(row, names),
        wrong=wrong,
        visit=(visit.case, visit.visit) if visit else None,
    )


def _marked(row: Any, names: Names) -> str | None:
    """Who said that an entry is significant, or is not."""
    if row.significant is None:
        return None
    said = "Marked significant" if row.significant else "Marked as not significant"
    return f"{said} by {names.get(('user', row.marked_by_id), 'somebody')}, {_moment(row.marked_at)}"
