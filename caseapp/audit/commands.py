"""Writing the read log; sealing both logs in order of commit.

The sealer runs in the background, so that no writer ever waits for the chain: locking its head in every write cost
seven eighths of the writes.
"""

import heapq
import secrets
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.access.guard import ReadEntry
from caseapp.kernel import clock
from caseapp.kernel.db import db, is_postgresql, short_write
from caseapp.kernel.events import Event, current_txid, make_mac, record
from caseapp.kernel.ready import Also, run_each

from .domain import (
    RESTARTED,
    START,
    ChainBroken,
    Head,
    Link,
    after_restart,
    head_text,
    link_text,
    read_content,
    row_half,
    seal_mac,
)
from .models import ReadLog, Seal, SealHead
from .queries import LOGS, find_head, transaction_numbers, unsealed_rows

# Any number of our own: whoever holds this lock of PostgreSQL is the one sealer.
SEALER_LOCK = 7_215_330_961


_READ_LOG: Any = ReadLog.__table__


def write_reads(actor: Actor, entries: list[ReadEntry], within: sa.Connection | None = None) -> None:
    """Write who looked at what before the answer is sent: by the connection `within`, or in a short transaction of
    its own.

    If it can't be written, nothing is shown."""
    rows = []
    for entry in entries:
        row = {
            "user_id": actor.user_id,
            "subject_id": entry.subject_id,
            "view": entry.view,
            "why": entry.why,
            "read_at": clock.now(),
            "nonce": secrets.token_hex(16),
        }
        row["mac"] = make_mac(read_content(row))
        rows.append(row)
    with nullcontext(within) if within is not None else short_write() as connection:
        run_each(connection, _ADD_READS, rows, also=_worked_out(is_postgresql()))


_ADD_READS = sa.insert(_READ_LOG)


@cache
def _worked_out(postgresql: bool) -> Also:
    return (("txid", current_txid()),) if postgresql else ()


@dataclass(frozen=True)
class Sealed:
    """What one run of the sealer did: how many rows, where the chain ends now, whether more may wait, and whether
    another sealer was at it."""

    count: int
    position: int
    digest: str
    more: bool = False
    busy: bool = False


def seal(*, limit: int = 250) -> Sealed:
    """Seal up to `limit` rows of the event log and the read log in order of commit, in a transaction of its own.

    Running it twice, or in two places at once, seals nothing twice. A row whose own mark is wrong is sealed all the
    same: its place is kept and `audit verify` goes on naming it. Raises ChainBroken, and seals nothing, when the end of
    the chain was tampered with.
    """
    with short_write() as connection:
        if is_postgresql() and not connection.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(SEALER_LOCK))):
            return Sealed(0, 0, START, busy=True)
        head = _sound_head(connection)
        position, digest, txid = (head.position, head.digest, head.txid) if head else (0, START, None)
        take = _next_by_transaction if is_postgresql() else _next_in_queue
        rows, more, txid = take(connection, txid, limit)
        if not rows:
            return Sealed(0, position, digest)
        position, digest = _add_seals(connection, rows, position, digest)
        _write_head(connection, position, digest, txid, is_new=head is None)
        return Sealed(len(rows), position, digest, more=more)


def _add_seals(connection: sa.Connection, rows: Sequence[Any], position: int, digest: str) -> tuple[int, str]:
    """Seal rows (source, id, txid, mac) behind a place in the chain; gives the last place and its digest."""
    now, seals = clock.now(), []
    for row in rows:
        position += 1
        digest = make_mac(link_text(digest, position, row.source, row.id, row.txid, row.mac))
        link = Link(position, row.source, row.id, digest, now, "")
        own = seal_mac(make_mac, link, row_half(make_mac, row.source, row.id, row.txid, row.mac))
        seals.append(asdict(replace(link, mac=own)))
    connection.execute(sa.insert(Seal), seals)
    return position, digest


def _write_head(connection: sa.Connection, position: int, digest: str, txid: int | None, *, is_new: bool) -> None:
    end = {"position": position, "digest": digest, "txid": txid, "mac": make_mac(head_text(position, digest, txid))}
    write: Any = sa.insert(SealHead) if is_new else sa.update(SealHead).where(SealHead.id == 1)
    connection.execute(write.values({"id": 1, **end} if is_new else end))


def restart(*, why: str) -> tuple[int, str]:
    """Begin a new chain behind a broken one, in the caller's transaction; gives where the old one ended and its digest.

    Its first link is an event that names the old end and why (a key of `catalogue.RESTARTS`). Nothing of the old chain
    is changed: what is wrong there stays named. What has no seal is sealed behind, each row with the mark it has.
    """
    connection = db.session.connection()
    if is_postgresql():
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(SEALER_LOCK)))
    head = find_head(connection)
    last = connection.execute(sa.select(Seal.position, Seal.digest).order_by(Seal.position.desc()).limit(1)).first()
    position, digest = (last.position, last.digest) if last else (0, START)
    if head is not None and make_mac(head_text(head.position, head.digest, head.txid)) == head.mac:
        # What was cut off keeps its numbers: the hole shows.
        position = max(position, head.position)
    reads = connection.scalar(sa.select(sa.func.max(ReadLog.id))) or 0
    begun = record(None, RESTARTED, subjects=[], position=position, reads=reads, why=why)
    first, *_ = connection.execute(unsealed_rows(Event, "event").where(Event.id == begun.id)).all()
    place = _add_seals(connection, [first], position, after_restart(digest))
    if not is_postgresql():
        # There the sealer goes on behind the highest number it has sealed; PostgreSQL's finds all that has no seal.
        queues = [connection.execute(unsealed_rows(table, source).order_by(table.id)).all() for table, source in LOGS]
        if rows := list(heapq.merge(*queues, key=lambda row: row.at)):
            place = _add_seals(connection, rows, *place)
    _write_head(connection, *place, None, is_new=head is None)
    return position, digest


def _sound_head(connection: sa.Connection) -> Head | None:
    """The head as the sealer left it, or None before the first seal. Raises ChainBroken for a forged, removed or
    outdated one: a new head made over it would hide what was cut off."""
    head = find_head(connection)
    last = connection.scalar(sa.select(sa.func.max(Seal.position))) or 0
    if head is None:
        if last:
            raise ChainBroken("the head of the chain is missing")
        return None
    if make_mac(head_text(head.position, head.digest, head.txid)) != head.mac:
        raise ChainBroken("the head of the chain is forged")
    if last > head.position:
        raise ChainBroken("there are seals after the head of the chain")
    return head


Taken = tuple[Sequence[Any], bool, int | None]


def _next_by_transaction(connection: sa.Connection, sealed_upto: int | None, limit: int) -> Taken:
    """PostgreSQL: rows of transactions with a lower number than any that still runs, by transaction: whatever commits
    later has a higher one. Gives the rows, whether more may wait, and up to which transaction all is sealed then."""
    oldest, newest = transaction_numbers(connection)
    found: list[Any] = []
    for table, source in LOGS:
        ended = sa.and_(table.txid > (sealed_upto or 0), table.txid < oldest)
        if sealed_upto is not None and sealed_upto >= oldest:
            # A dump in a new server, whose numbers start again: take all that is not running here.
            ended = sa.or_(table.txid < oldest, table.txid >= newest)
        query = unsealed_rows(table, source).where(ended).order_by(table.txid, table.id).limit(limit)
        found += connection.execute(query).all()
    found.sort(key=lambda row: (row.txid, row.source, row.id))
    if len(found) < limit:
        return found, False, oldest - 1
    if sealed_upto is not None and sealed_upto >= oldest:
        return found[:limit], True, sealed_upto
    return found[:limit], True, found[limit - 1].txid - 1


def _next_in_queue(connection: sa.Connection, _sealed_upto: int | None, limit: int) -> Taken:
    """SQLite: writers queue, so each log's numbers are in order of commit; the two are put together by their times."""
    queues = []
    for table, source in LOGS:
        last = sa.select(sa.func.coalesce(sa.func.max(Seal.row_id), 0)).where(Seal.source == source).scalar_subquery()
        query = unsealed_rows(table, source).where(table.id > last).order_by(table.id).limit(limit)
        queues.append(connection.execute(query).all())
    found = list(heapq.merge(*queues, key=lambda row: row.at))
    return found[:limit], len(found) >= limit, None
