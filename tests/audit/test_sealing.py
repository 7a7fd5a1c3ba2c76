"""The sealer: order of commit, no holes, nothing twice, nobody waits for it."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from flask import Flask

from caseapp.access.domain import Actor
from caseapp.audit.commands import SEALER_LOCK, seal
from caseapp.audit.domain import ChainBroken, head_text
from caseapp.audit.queries import Verification
from caseapp.kernel.db import db, transaction
from caseapp.kernel.events import make_mac, record
from tests.audit.tampering import ask, make_logs, remove_event, seal_all, sql, verify, write_events, write_looks


@pytest.fixture
def one(app: Flask, actor: Callable[[str], Actor]) -> Actor:
    """Somebody to do things; finding them leaves no transaction open, which on SQLite would keep everybody waiting."""
    found = actor("north.worker")
    db.session.rollback()
    return found


def sealed_rows() -> list[tuple[str, int]]:
    """What is sealed, in order."""
    with db.engines["read"].connect() as connection:
        rows = connection.execute(sa.text("SELECT source, row_id FROM seal ORDER BY position"))
        return [(row.source, row.row_id) for row in rows]


def test_every_row_is_sealed_once_in_order_and_again_changes_nothing(app: Flask, one: Actor) -> None:
    before = ask("SELECT count(*) FROM event")
    events = write_events(one, 3, [one.user_id])
    looks = write_looks(one, 2, one.user_id)
    later = write_events(one, 2, [one.user_id])
    end = seal_all()
    assert end.position == before + 7
    wanted = [("event", e) for e in events] + [("read", r) for r in looks] + [("event", e) for e in later]
    assert sealed_rows()[-7:] == wanted
    assert ask("SELECT count(*) FROM seal WHERE position BETWEEN 1 AND :n", n=end.position) == end.position
    assert seal().count == 0
    walk = Verification()
    assert list(walk.faults()) == []
    assert (walk.events, walk.reads, walk.unsealed) == (before + 5, 2, 0)


def test_a_transaction_larger_than_a_batch_is_sealed_whole(app: Flask, one: Actor) -> None:
    seal_all()
    with transaction():
        for _ in range(25):
            record(one, "user.signed_in", subjects=[one.user_id])
    counts: list[int] = []
    while sum(counts) < 25:
        counts += [count] if (count := seal(limit=10).count) else []
    assert counts == [10, 10, 5]
    assert verify() == []


def test_recent_rows_count_as_not_sealed_yet(app: Flask, actor: Callable[[str], Actor]) -> None:
    logs = make_logs(actor)
    write_events(logs.actor, 2, [logs.actor.user_id])
    write_looks(logs.actor, 1, logs.actor.user_id)
    walk = Verification()
    assert list(walk.faults()) == []
    assert walk.unsealed == 3


def test_an_instant_with_another_offset_is_the_same_instant(app: Flask, one: Actor) -> None:
    summer = datetime(2026, 7, 1, 9, 30, tzinfo=timezone(timedelta(hours=1)))
    with transaction():
        record(one, "user.signed_in", subjects=[one.user_id], occurred_at=summer)
    assert verify() == []


def test_who_commits_later_is_sealed_later(app: Flask, one: Actor, engine: str) -> None:
    """PostgreSQL: a transaction that began first, with the lower numbers, commits last."""
    if engine == "sqlite":
        return
    seal_all()
    begun, finish = threading.Event(), threading.Event()
    slow: list[int] = []

    def write_slowly() -> None:
        with app.app_context(), transaction():
            slow.append(record(one, "user.signed_in", subjects=[one.user_id]).id)
            begun.set()
            finish.wait(20)

    writer = threading.Thread(target=write_slowly)
    writer.start()
    assert begun.wait(20)
    quick = write_events(one, 2, [one.user_id])
    assert slow[0] < quick[0]
    # The quick ones must not be sealed past the slow one, whose number is lower.
    assert seal().count == 0
    assert verify() == []
    finish.set()
    writer.join()
    seal_all()
    assert [row_id for _, row_id in sealed_rows()[-3:]] == [*slow, *quick]
    assert verify() == []


def test_a_lower_number_that_commits_later_stands_after(app: Flask, one: Actor, engine: str) -> None:
    """PostgreSQL: rows get their numbers before transactions do, so order of commit is not order of numbers."""
    if engine == "sqlite":
        return
    seal_all()
    low = ask("SELECT nextval(pg_get_serial_sequence('event', 'id'))")
    high = write_events(one, 1, [one.user_id])[0]
    seal_all()
    sql("SELECT setval(pg_get_serial_sequence('event', 'id'), :n, false)", n=low)
    assert write_events(one, 1, [one.user_id]) == [low]
    seal_all()
    assert [row_id for _, row_id in sealed_rows()[-2:]] == [high, low]
    assert verify() == []


def test_sealing_while_others_write(app: Flask, one: Actor) -> None:
    failures: list[BaseException] = []
    writing = threading.Event()
    writing.set()

    def run(work: Callable[[], object]) -> None:
        try:
            with app.app_context():
                while writing.is_set():
                    work()
        except BaseException as error:
            failures.append(error)

    def write() -> None:
        write_events(one, 1, [one.user_id])
        write_looks(one, 1, one.user_id)

    jobs = [write, write, write, lambda: seal(limit=7), lambda: seal(limit=7), verify]
    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    threading.Event().wait(2.0)
    assert verify() == []
    writing.clear()
    for thread in threads:
        thread.join(30)
    assert failures == []
    seal_all()
    assert verify() == []
    rows = ask("SELECT count(*) FROM event") + ask("SELECT count(*) FROM read_log")
    assert ask("SELECT count(*) FROM seal") == rows > 20


def test_one_sealer_at_a_time(app: Flask, one: Actor, engine: str) -> None:
    if engine == "sqlite":
        return
    write_events(one, 1, [one.user_id])
    with db.engine.begin() as other:
        other.execute(sa.select(sa.func.pg_advisory_xact_lock(SEALER_LOCK)))
        assert seal().busy
    assert not seal().busy


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("UPDATE seal_head SET mac = 'made up'", "forged"),
        ("UPDATE seal_head SET position = 5", "forged"),
        ("DELETE FROM seal_head", "missing"),
    ],
)
def test_the_sealer_does_not_mend_the_head(app: Flask, actor: Callable[[str], Actor], what: str, why: str) -> None:
    logs = make_logs(actor)
    write_events(logs.actor, 1, [logs.actor.user_id])
    sql(what)
    with pytest.raises(ChainBroken, match=why):
        seal()
    assert any(why in line for line in verify())


def test_what_was_cut_off_stays_named_when_sealing_goes_on(app: Flask, actor: Callable[[str], Actor]) -> None:
    logs = make_logs(actor)
    last = ask("SELECT max(position) FROM seal")
    sql("DELETE FROM seal WHERE position = :p", p=last)
    remove_event(logs.events[-1])
    write_events(logs.actor, 2, [logs.actor.user_id])
    seal_all()
    assert verify()[0] == f"seal {last}: removed"


def test_an_old_head_put_back_shows_by_the_head_noted_outside(app: Flask, actor: Callable[[str], Actor]) -> None:
    """Cutting off the end and putting a genuine older head back fits inside the database; the log outside knows."""
    logs = make_logs(actor)
    with db.engines["read"].connect() as connection:
        old = connection.execute(sa.text("SELECT position, digest, txid, mac FROM seal_head")).one()._asdict()
    new = write_events(logs.actor, 1, [logs.actor.user_id])[0]
    noted = seal_all()
    assert verify((noted.position, noted.digest)) == []
    remove_event(new)
    sql("DELETE FROM seal WHERE position > :p", p=old["position"])
    sql("UPDATE seal_head SET position = :position, digest = :digest, txid = :txid, mac = :mac", **old)
    assert verify() == []
    assert "was noted outside" in verify((noted.position, noted.digest))[0]
    write_events(logs.actor, 1, [logs.actor.user_id])
    seal_all()
    assert "not the one that was noted outside" in verify((noted.position, noted.digest))[0]


def test_a_dump_in_a_new_server_is_sealed_on(app: Flask, actor: Callable[[str], Actor], engine: str) -> None:
    """PostgreSQL: the new server counts transactions from the start again, below the numbers that the rows carry."""
    if engine == "sqlite":
        return
    logs = make_logs(actor)
    with db.engines["read"].connect() as connection:
        head = connection.execute(sa.text("SELECT position, digest FROM seal_head")).one()
    far = 2**50
    mac = make_mac(head_text(head.position, head.digest, far))
    sql("UPDATE seal_head SET txid = :t, mac = :m", t=far, m=mac)
    old = write_events(logs.actor, 3, [logs.actor.user_id])
    sql("UPDATE event SET txid = :t WHERE id IN (:a, :b)", t=far + 1, a=old[0], b=old[1])
    assert verify() == []
    seal_all()
    new = write_events(logs.actor, 2, [logs.actor.user_id])
    assert verify() == []
    seal_all()
    assert {row_id for _, row_id in sealed_rows()[-5:]} == {*old, *new}
    assert verify() == []
