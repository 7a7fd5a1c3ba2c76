"""What somebody with the database's password, but without AUDIT_KEY, could do to the logs by raw SQL."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.access.guard import ReadEntry
from caseapp.audit.commands import Sealed, seal, write_reads
from caseapp.audit.queries import Verification
from caseapp.kernel.db import db, transaction
from caseapp.kernel.events import record


def sql(statement: str, **values: Any) -> None:
    """Run one statement as an attacker would, on a connection of its own."""
    with db.engine.begin() as connection:
        connection.execute(sa.text(statement), values)


def ask(statement: str, **values: Any) -> Any:
    """The first value of the first row."""
    with db.engines["read"].connect() as connection:
        return connection.execute(sa.text(statement), values).scalar()


def seal_all() -> Sealed:
    """Seal until nothing waits. On PostgreSQL a transaction of any database of the server holds the sealer back."""
    end = time.monotonic() + 60
    while True:
        done = seal(limit=20)
        rows = ask("SELECT (SELECT count(*) FROM event) + (SELECT count(*) FROM read_log)")
        if ask("SELECT count(*) FROM seal") >= rows:
            return done
        assert time.monotonic() < end, "never sealed"
        if not done.more:
            time.sleep(0.05)


def verify(known: tuple[int, str] | None = None) -> list[str]:
    """The lines that `audit verify` would print; none when the logs are whole."""
    return [fault.line for fault in Verification(known).faults()]


def write_events(actor: Actor, count: int, subjects: Iterable[int]) -> list[int]:
    """Some events about the same subjects, each in a transaction of its own; gives their numbers."""
    about, ids = list(subjects), []
    for _ in range(count):
        with transaction():
            ids.append(record(actor, "user.signed_in", subjects=about).id)
    return ids


def write_looks(actor: Actor, count: int, subject_id: int) -> list[int]:
    """Some looks at one subject; gives their numbers."""
    for _ in range(count):
        write_reads(actor, [ReadEntry(subject_id, "cases.show", "custody")])
    with db.engines["read"].connect() as connection:
        ids = connection.execute(sa.text("SELECT id FROM read_log ORDER BY id DESC LIMIT :n"), {"n": count}).scalars()
        return sorted(ids)


@dataclass(frozen=True)
class Logs:
    """A sealed event log and read log to tamper with: ten events about two people, ten looks, and who did it."""

    actor: Actor
    other: Actor
    events: list[int]
    reads: list[int]

    def position(self, source: str, row_id: int) -> int:
        """Where a row is sealed."""
        found: int = ask("SELECT position FROM seal WHERE source = :s AND row_id = :r", s=source, r=row_id)
        return found


def make_logs(actor: Callable[[str], Actor]) -> Logs:
    """Write and seal them; the end of the chain is three more events."""
    one, two = actor("north.worker"), actor("mash.worker")
    events = write_events(one, 10, [one.user_id, two.user_id])
    reads = write_looks(one, 10, two.user_id)
    events += write_events(one, 3, [one.user_id, two.user_id])
    seal_all()
    assert verify() == []
    return Logs(one, two, events, reads)


def exchange(one: int, two: int) -> None:
    """Give two events each other's number, links and all."""
    links = {ids: [row[0] for row in _links(ids)] for ids in (one, two)}
    with db.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM event_subject WHERE event_id IN (:a, :b)"), {"a": one, "b": two})
        for old, new in ((one, -1), (two, one), (-1, two)):
            connection.execute(sa.text("UPDATE event SET id = :new WHERE id = :old"), {"old": old, "new": new})
    for old, new in ((one, two), (two, one)):
        for subject_id in links[old]:
            sql("INSERT INTO event_subject (event_id, subject_id) VALUES (:e, :s)", e=new, s=subject_id)


def _links(event_id: int) -> list[Any]:
    with db.engines["read"].connect() as connection:
        query = sa.text("SELECT subject_id FROM event_subject WHERE event_id = :e")
        return list(connection.execute(query, {"e": event_id}).all())


def remove_event(event_id: int) -> None:
    """Delete an event with its links."""
    sql("DELETE FROM event_subject WHERE event_id = :e", e=event_id)
    sql("DELETE FROM event WHERE id = :e", e=event_id)


def copy_event(event_id: int, *, mac: str) -> int:
    """Write an event by hand: a copy of another one with a mark that is made up. Gives its number."""
    sql(
        "INSERT INTO event (code, occurred_at, recorded_at, actor_id, on_behalf_of_id, data, txid, nonce, mac)"
        " SELECT code, occurred_at, recorded_at, actor_id, on_behalf_of_id, data, txid, 'made up', :mac"
        " FROM event WHERE id = :e",
        e=event_id,
        mac=mac,
    )
    found: int = ask("SELECT max(id) FROM event")
    return found
