"""Proving that the logs are whole, and what the sealer still has to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from caseapp.audit.domain import (
    RESTARTED,
    ChainWalk,
    Fault,
    Head,
    Link,
    Marked,
    Restart,
    own_faults,
    read_content,
)
from caseapp.audit.models import ReadLog, Seal, SealHead
from caseapp.kernel.db import db, is_postgresql, one_view
from caseapp.kernel.events import Event, EventSubject, make_event_mac, make_links_mac, make_mac

BATCH = 1000
# Rows not sealed yet are counted no further than this: more is "1000+".
MOST = 1000
LOGS: tuple[tuple[type[Event] | type[ReadLog], str], ...] = ((Event, "event"), (ReadLog, "read"))
SEAL_COLUMNS = (Seal.position, Seal.source, Seal.row_id, Seal.digest, Seal.sealed_at, Seal.mac)
EVENT_COLUMNS = (
    Event.id,
    Event.code,
    Event.occurred_at,
    Event.recorded_at,
    Event.actor_id,
    Event.on_behalf_of_id,
    Event.data,
    Event.txid,
    Event.nonce,
    Event.mac,
)
READ_COLUMNS = (
    ReadLog.id,
    ReadLog.user_id,
    ReadLog.subject_id,
    ReadLog.view,
    ReadLog.why,
    ReadLog.read_at,
    ReadLog.txid,
    ReadLog.nonce,
    ReadLog.mac,
)

NEVER = datetime(1, 1, 1, tzinfo=UTC)
UNREADABLE = Marked(None, "", content_holds=False, links_hold=True)


@dataclass
class Verification:
    """A walk over both logs and the chain: iterate `faults` to the end, then read the counts."""

    known: tuple[int, str] | None = None
    events: int = 0
    reads: int = 0
    unsealed: int = 0
    head: Head | None = None
    # The last time that a new chain was begun; known before the first fault is given.
    restart: Restart | None = None

    def faults(self) -> Iterator[Fault]:
        """Every fault, one after the other, from one consistent view of the database.

        Reads in batches, so that memory stays the same at any length."""
        with one_view() as connection:
            self.head, self.restart = find_head(connection), _last_restart(connection)
            walk = ChainWalk(make_mac, self.known)
            yield from self._walk_seals(connection, walk)
            yield from walk.finish(self.head)
            yield from self._walk_unsealed(connection, walk)

    def _walk_seals(self, connection: sa.Connection, walk: ChainWalk) -> Iterator[Fault]:
        positions = sa.select(Seal.position).order_by(Seal.position).limit(BATCH)
        last = -(2**62)
        while batch := list(connection.scalars(positions.where(Seal.position > last))):
            last = batch[-1]
            links = _links(connection, batch)
            rows = {
                "event": _marked_events(connection, [link.row_id for link in links if link.source == "event"]),
                "read": _marked_reads(connection, [link.row_id for link in links if link.source == "read"]),
            }
            self.events += len(rows["event"])
            self.reads += len(rows["read"])
            for link in links:
                yield from walk.step(link, rows.get(link.source, {}).get(link.row_id))

    def _walk_unsealed(self, connection: sa.Connection, walk: ChainWalk) -> Iterator[Fault]:
        passed = _passed(connection, self.head if walk.head_holds else None)
        for table, source, read in ((Event, "event", _marked_events), (ReadLog, "read", _marked_reads)):
            last = 0
            sealed = sa.exists().where(Seal.source == source, Seal.row_id == table.id)
            query = sa.select(table.id).where(~sealed).order_by(table.id).limit(BATCH)
            while ids := list(connection.scalars(query.where(table.id > last))):
                last = ids[-1]
                rows = read(connection, ids)
                self.events += len(rows) if source == "event" else 0
                self.reads += len(rows) if source == "read" else 0
                for row_id, row in rows.items():
                    faults = own_faults(source, row_id, row, sealed=False)
                    if not faults and passed.skipped(source, row_id, row.txid):
                        words = "slipped in, or its seal was removed: it has none, although later ones have"
                        faults = [Fault("slipped_in", source, row_id, words)]
                    self.unsealed += not faults
                    yield from faults


@dataclass(frozen=True)
class _Passed:
    """How far the sealer has come: a row before that without a seal was passed over."""

    txid: int | None
    next_txid: int | None
    ids: dict[str, int]

    def skipped(self, source: str, row_id: int, txid: int | None) -> bool:
        """True for a row without a seal where there should be one."""
        if self.next_txid is None:
            return row_id < self.ids.get(source, 0)
        return txid is None or txid >= self.next_txid or (self.txid is not None and txid <= self.txid)


def _passed(connection: sa.Connection, head: Head | None) -> _Passed:
    if not is_postgresql():
        rows = connection.execute(sa.select(Seal.source, sa.func.max(Seal.row_id)).group_by(Seal.source))
        return _Passed(None, None, {row[0]: row[1] for row in rows})
    oldest, newest = transaction_numbers(connection)
    sealed_upto = head.txid if head else None
    if sealed_upto is not None and sealed_upto >= oldest:
        # A dump loaded into a new server and not sealed there yet: its numbers say nothing here.
        return _Passed(None, 2**63, {})
    return _Passed(sealed_upto, newest, {})


def transaction_numbers(connection: sa.Connection) -> tuple[int, int]:
    """PostgreSQL: the lowest number of a transaction still running, and the next one to be given out."""
    snapshot = sa.func.pg_current_snapshot()
    oldest, newest = sa.func.pg_snapshot_xmin(snapshot), sa.func.pg_snapshot_xmax(snapshot)
    row = connection.execute(sa.select(_as_number(oldest), _as_number(newest))).one()
    return row[0], row[1]


def _as_number(xid: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    return sa.cast(sa.cast(xid, sa.Text()), sa.BigInteger())


def unsealed_rows(table: type[Event] | type[ReadLog], source: str) -> sa.Select[str, int, int | None, str, datetime]:
    """The query for the rows of a log without a seal: source, id, txid, mac and when it was written (`at`)."""
    at = Event.recorded_at if table is Event else ReadLog.read_at
    # A count, not an EXISTS: PostgreSQL would turn that into a join, and a join planned while there were few seals is
    # slow while many are made. This looks each row up.
    seals = sa.select(sa.func.count()).where(Seal.source == source, Seal.row_id == table.id).scalar_subquery()
    columns = (sa.literal(source).label("source"), table.id, table.txid, table.mac, at.label("at"))
    return sa.select(*columns).where(seals == 0)


def find_head(connection: sa.Connection) -> Head | None:
    """Where the chain is said to end; None before the first seal."""
    row = connection.execute(
        sa.select(SealHead.position, SealHead.digest, SealHead.txid, SealHead.mac).where(SealHead.id == 1)
    ).first()
    return Head(*row) if row else None


def _rows(connection: sa.Connection, columns: tuple[Any, ...], key: Any, ids: list[int]) -> dict[int, Any]:
    """Rows by number, in order of numbers. A value that is not even of its type (SQLite takes anything) gives None for
    that row alone."""
    if not ids:
        return {}
    query = sa.select(*columns).order_by(key)
    try:
        return {row[0]: row for row in connection.execute(query.where(key.in_(ids)))}
    except (ValueError, TypeError):
        if len(ids) == 1:
            return {ids[0]: None}
    return {found: row for one in sorted(ids) for found, row in _rows(connection, columns, key, [one]).items()}


def _links(connection: sa.Connection, positions: list[int]) -> list[Link]:
    rows = _rows(connection, SEAL_COLUMNS, Seal.position, positions)
    return [Link(*row) if row else Link(position, "nothing", 0, "", NEVER, "") for position, row in rows.items()]


def _marked_events(connection: sa.Connection, ids: list[int]) -> dict[int, Marked]:
    links: dict[int, list[int]] = {}
    about = sa.select(EventSubject.event_id, EventSubject.subject_id).where(EventSubject.event_id.in_(ids))
    for event_id, subject_id in connection.execute(about) if ids else ():
        links.setdefault(event_id, []).append(subject_id)
    rows = _rows(connection, EVENT_COLUMNS, Event.id, ids)
    return {row_id: _mark_of_event(row, links.get(row_id, [])) for row_id, row in rows.items()}


def _mark_of_event(row: Any, subject_ids: list[int]) -> Marked:
    if row is None:
        return UNREADABLE
    right, given = make_event_mac(row, subject_ids), str(row.mac)
    content, links = right[:32] == given[:32], right[32:] == given[32:]
    added = None
    if not links:
        rests = {one: [other for other in subject_ids if other != one] for one in subject_ids}
        added = next((one for one, rest in rests.items() if make_links_mac(row.nonce, rest) == given[32:]), None)
    return Marked(row.txid, given, content, links, added, restarts=content and row.code == RESTARTED)


def _last_restart(connection: sa.Connection) -> Restart | None:
    """The last genuine event with which a new chain began; one that was changed begins none."""
    ids = list(connection.scalars(sa.select(Event.id).where(Event.code == RESTARTED)))
    genuine = [row_id for row_id, row in _marked_events(connection, ids).items() if row.restarts]
    if not genuine:
        return None
    row = connection.execute(sa.select(Event.data, Event.recorded_at).where(Event.id == max(genuine))).one()
    return Restart(max(genuine), row.data["position"], row.data["reads"], row.data["why"], row.recorded_at)


def _marked_reads(connection: sa.Connection, ids: list[int]) -> dict[int, Marked]:
    rows = _rows(connection, READ_COLUMNS, ReadLog.id, ids)
    return {
        row_id: Marked(row.txid, str(row.mac), make_mac(read_content(row._mapping)) == row.mac) if row else UNREADABLE
        for row_id, row in rows.items()
    }


@dataclass(frozen=True)
class ChainState:
    """The chain as its page shows it: how many rows are sealed, when last, and how many wait (counted to `MOST`)."""

    position: int
    digest: str
    sealed_at: datetime | None
    waiting: int
    waiting_since: datetime | None

    @property
    def waiting_words(self) -> str:
        """How many wait, as far as they were counted."""
        return f"{MOST}+" if self.waiting > MOST else str(self.waiting)


def get_chain_state() -> ChainState:
    """How far the sealer has come. Two statements; counts what waits only to `MOST`, and only behind the last seal."""
    last_sealed = sa.select(Seal.sealed_at).where(Seal.position == SealHead.position).scalar_subquery()
    head = db.session.execute(
        sa.select(SealHead.position, SealHead.digest, SealHead.txid, last_sealed.label("at")).where(SealHead.id == 1)
    ).first()
    parts = []
    for table, source in LOGS:
        query = unsealed_rows(table, source)
        if is_postgresql():
            behind = table.txid > (head.txid if head and head.txid is not None else 0)
        else:
            last = sa.select(sa.func.coalesce(sa.func.max(Seal.row_id), 0)).where(Seal.source == source)
            behind = table.id > last.scalar_subquery()
        # SQLite takes no LIMIT in a part of a UNION, only in a subquery of it.
        parts.append(sa.select(query.where(behind).limit(MOST + 1).subquery().c.at))
    waiting = sa.union_all(*parts).subquery()
    count, since = db.session.execute(sa.select(sa.func.count(), sa.func.min(waiting.c.at)).select_from(waiting)).one()
    if head is None:
        return ChainState(0, "", None, count, since)
    return ChainState(head.position, head.digest, head.at, count, since)
