"""Events: every write has one, in the same transaction, so the event log is the audit log.

A row holds ids, codes, dates and numbers, never prose and never a name: prose lives in versioned rows. `mac` is made
from the row's
content with a key the database does not hold, so a row slipped in or changed by hand shows even before it is sealed.
"""

import hmac
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Protocol

import sqlalchemy as sa
from flask import current_app
from sqlalchemy import orm

from . import clock
from .db import BigId, Model, UTCDateTime, column, db, fetch, foreign_key, is_postgresql, primary_key, write_rows


class ActorLike(Protocol):
    """Whoever does something: at least the number of a user."""

    @property
    def user_id(self) -> int: ...


@dataclass(frozen=True)
class EventType:
    """One row of a slice's event catalogue.

    `keys` names every key of `data` and what its value stands for (`user`, `team`, `agency`, `professional`,
    `subject`, `note`, `day`,
    `number`, `flag`, `text_version` or `code:<list>`), so that the chronology can turn numbers into words. `sentence`
    is a format string
    over those keys. `audience` is the level that may read it; `important` marks it in the chronology.
    """

    code: str
    sentence: str
    keys: dict[str, str] = field(default_factory=dict)
    audience: str = "record"
    important: bool = False


class Event(Model):
    """Something that happened: when in life (`occurred_at`), when it was written here (`recorded_at`), and by whom."""

    __tablename__ = "event"

    id: orm.Mapped[int] = primary_key()
    code: orm.Mapped[str] = column(sa.String(60), "service", index=True)
    occurred_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    recorded_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    # No foreign keys to users: the log outlives accounts, and kernel stands below them.
    actor_id: orm.Mapped[int | None] = orm.mapped_column(BigId, index=True)
    on_behalf_of_id: orm.Mapped[int | None] = orm.mapped_column(BigId)
    data: orm.Mapped[dict[str, Any]] = column(sa.JSON(), "record")
    # PostgreSQL's transaction number: the sealer takes rows in order of commit and never passes one that is still open.
    txid: orm.Mapped[int | None] = orm.mapped_column(sa.BigInteger())
    nonce: orm.Mapped[str] = column(sa.String(32), "service", unique=True)
    mac: orm.Mapped[str] = column(sa.String(64), "service")

    __table_args__ = (
        # The auditor's log is read by day, the sealer's by transaction.
        sa.Index("ix_event_recorded", "recorded_at", "id"),
        sa.Index("ix_event_txid", "txid", "id"),
    )


class EventSubject(Model):
    """What an event is about, the child among them."""

    __tablename__ = "event_subject"

    event_id: orm.Mapped[int] = foreign_key("event.id", primary_key=True)
    subject_id: orm.Mapped[int] = foreign_key("subject.id", primary_key=True)
    __table_args__ = (sa.Index("ix_event_subject_subject", "subject_id", "event_id"),)


@dataclass(slots=True)
class Recorded:
    """An event just written, as its subscribers get it: the columns of its row."""

    code: str
    occurred_at: datetime
    recorded_at: datetime
    actor_id: int | None
    on_behalf_of_id: int | None
    data: dict[str, Any]
    nonce: str
    mac: str = ""
    id: int = 0


TYPES: dict[str, EventType] = {}
_handlers: dict[str, list[Callable[[Any, Recorded], None]]] = {}


def declare(*types: EventType) -> None:
    """Add a slice's event types to the catalogue; a code declared twice stops the import."""
    for kind in types:
        if kind.code in TYPES:
            raise RuntimeError(f"event {kind.code} is declared twice")
        TYPES[kind.code] = kind


def subscribe(code: str, handler: Callable[[Any, Recorded], None]) -> None:
    """Call `handler(actor, event)` in the same transaction whenever `code` (or `*`, every event) is recorded."""
    handlers = _handlers.setdefault(code, [])
    if handler not in handlers:
        handlers.append(handler)


def make_mac(content: str) -> str:
    """The keyed digest of a row's canonical text; the key is AUDIT_KEY, which never stands in the database."""
    return hmac.digest(current_app.config["AUDIT_KEY"], content.encode(), "sha256").hex()


def make_event_mac(row: Any, subject_ids: Sequence[int]) -> str:
    """The mark of an event: one half over its content, the other over its subjects, so that it shows which was changed.

    Takes an Event or a result row with its columns. Each half is 128 bits of HMAC-SHA256.
    """
    content = json.dumps(
        {
            "code": row.code,
            # An instant may come in with any offset and comes out of the database in UTC: one spelling for both.
            "occurred_at": row.occurred_at.astimezone(UTC).isoformat(),
            "recorded_at": row.recorded_at.astimezone(UTC).isoformat(),
            "actor_id": row.actor_id,
            "on_behalf_of_id": row.on_behalf_of_id,
            "data": row.data,
            "nonce": row.nonce,
        },
        sort_keys=True,
        separators=(",", ":"),
    )
    return make_mac(content)[:32] + make_links_mac(row.nonce, subject_ids)


def make_links_mac(nonce: str, subject_ids: Sequence[int]) -> str:
    """The second half of an event's mark: over what it is about."""
    return make_mac(json.dumps(["subjects", nonce, *sorted(subject_ids)]))[:32]


def current_txid() -> Any:
    """PostgreSQL's number of the running transaction as an SQL expression; None on SQLite, where writers queue
    anyway."""
    return sa.cast(sa.cast(sa.func.pg_current_xact_id(), sa.Text()), sa.BigInteger()) if is_postgresql() else None


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date) else value


def record(
    actor: ActorLike | None,
    code: str,
    *,
    subjects: Sequence[int],
    occurred_at: datetime | None = None,
    on_behalf_of_id: int | None = None,
    **data: Any,
) -> Recorded:
    """Write one event in the running transaction and call its subscribers.

    Takes the actor (None for the service itself), a declared code, the ids of its subjects (child first), the instant
    in life (default: now)
    and exactly the keys that the type declares. Raises ValueError for a wrong key: an event with a hole can't be
    replayed.
    """
    row, ids = _make(actor, code, subjects, data, occurred_at, on_behalf_of_id)
    row.id = _insert(row, ids)
    _tell(actor, row, ids)
    return row


def record_each(actor: ActorLike | None, code: str, given: Sequence[tuple[Sequence[int], Mapping[str, Any]]]) -> None:
    """As `record` for several events of one code, each with its subjects and its keys. Two statements for all."""
    rows = [_make(actor, code, subjects, data) for subjects, data in given]
    if len(rows) < 2:
        for row, ids in rows:
            row.id = _insert(row, ids)
    else:
        _insert_each(rows)
    for row, ids in rows:
        _tell(actor, row, ids)


def _make(
    actor: ActorLike | None,
    code: str,
    subjects: Sequence[int],
    data: Mapping[str, Any],
    occurred_at: datetime | None = None,
    on_behalf_of_id: int | None = None,
) -> tuple[Recorded, list[int]]:
    """An event with its mark, and its subjects, each once."""
    kind = TYPES[code]
    if data.keys() != kind.keys.keys():
        raise ValueError(f"{code} takes {sorted(kind.keys)}, not {sorted(data)}")
    recorded_at = clock.now()
    row = Recorded(
        code=code,
        occurred_at=occurred_at or recorded_at,
        recorded_at=recorded_at,
        actor_id=actor.user_id if actor else None,
        on_behalf_of_id=on_behalf_of_id,
        data={key: _plain(value) for key, value in data.items()},
        nonce=secrets.token_hex(16),
    )
    ids = list(dict.fromkeys(subjects))
    row.mac = make_event_mac(row, ids)
    return row, ids


def _tell(actor: ActorLike | None, row: Recorded, subject_ids: list[int]) -> None:
    row_subjects[row.id] = subject_ids
    try:
        for handler in (*_handlers.get(row.code, ()), *_handlers.get("*", ())):
            handler(actor, row)
    finally:
        del row_subjects[row.id]


_EVENT, _EVENT_SUBJECT = Model.metadata.tables["event"], Model.metadata.tables["event_subject"]
_ADD_EVENT, _ADD_SUBJECTS = sa.insert(_EVENT), sa.insert(_EVENT_SUBJECT)
_WRITTEN = ("code", "occurred_at", "recorded_at", "actor_id", "on_behalf_of_id", "data", "nonce", "mac")


def _insert(row: Recorded, subject_ids: Sequence[int]) -> int:
    """Write an event and what it is about; gives its number. Two plain statements: every write of the product passes
    here, and handing rows to the session instead cost three times as much."""
    number: int = fetch(_add_event(is_postgresql()), _columns(row))[0].id
    write_rows(_ADD_SUBJECTS, [{"event_id": number, "subject_id": subject_id} for subject_id in subject_ids])
    return number


def _insert_each(rows: Sequence[tuple[Recorded, list[int]]]) -> None:
    """Write several events and what they are about; each row is given its number."""
    db.session.flush()
    connection = db.session.connection()
    written = connection.execute(_add_events(is_postgresql()), [_columns(row) for row, _ in rows])
    numbers = {nonce: number for number, nonce in written}
    for row, _ in rows:
        row.id = numbers[row.nonce]
    write_rows(_ADD_SUBJECTS, [{"event_id": row.id, "subject_id": about} for row, ids in rows for about in ids])


def _columns(row: Recorded) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _WRITTEN}


@cache
def _add_event(numbered: bool) -> Any:
    return (_ADD_EVENT.values(txid=current_txid()) if numbered else _ADD_EVENT).returning(_EVENT.c.id)


@cache
def _add_events(numbered: bool) -> Any:
    # Its number says which row it is only beside something of its own: rows may come back in any order.
    return _add_event(numbered).returning(_EVENT.c.nonce)


# The subjects of the event being handled, so that a subscriber need not ask the database for what was just written.
row_subjects: dict[int, list[int]] = {}
