"""Whoever holds the database but not the key can't change the logs unseen: each way is named, alone and together."""

from collections.abc import Callable

import pytest
from flask import Flask

from caseapp.access.domain import Actor
from tests.audit.tampering import (
    Logs,
    ask,
    copy_event,
    exchange,
    make_logs,
    remove_event,
    seal_all,
    sql,
    verify,
    write_events,
    write_looks,
)

Tampering = Callable[[Logs], list[str]]
FAR = "2020-02-02 02:02:02.000000"


def change_data(logs: Logs) -> list[str]:
    """Another value under a key."""
    row = logs.events[0]
    sql("UPDATE event SET data = :d WHERE id = :e", d='{"team": 999}', e=row)
    return [f"event {row}: changed: its content is not what was written"]


def change_actor(logs: Logs) -> list[str]:
    """Somebody else did it."""
    row = logs.events[1]
    sql("UPDATE event SET actor_id = :a WHERE id = :e", a=logs.other.user_id, e=row)
    return [f"event {row}: changed: its content is not what was written"]


def change_time(logs: Logs) -> list[str]:
    """It happened at another time."""
    row = logs.events[2]
    sql("UPDATE event SET occurred_at = :t WHERE id = :e", t=FAR, e=row)
    return [f"event {row}: changed: its content is not what was written"]


def remove_one_event(logs: Logs) -> list[str]:
    """It never happened."""
    row = logs.events[3]
    place = logs.position("event", row)
    remove_event(row)
    return [f"event {row}: removed: it was sealed as number {place}"]


def slip_in_event(logs: Logs) -> list[str]:
    """Something that never happened, with a mark that is made up."""
    row = copy_event(logs.events[9], mac="0" * 64)
    return [f"event {row}: slipped in, or changed whole: its mark is not ours"]


def exchange_events(logs: Logs) -> list[str]:
    """Two events change places."""
    one, two = logs.events[4:6]
    places = logs.position("event", one), logs.position("event", two)
    exchange(one, two)
    return [
        f"event {row}: exchanged: its number, transaction or mark is not what was sealed as number {place}"
        for row, place in zip((one, two), places, strict=True)
    ]


def remove_link(logs: Logs) -> list[str]:
    """It was not about this child."""
    row = logs.events[6]
    sql("DELETE FROM event_subject WHERE event_id = :e AND subject_id = :s", e=row, s=logs.other.user_id)
    return [f"event {row}: subject link removed or changed: it is not about what it was about"]


def add_link(logs: Logs) -> list[str]:
    """It was about another child too."""
    row = logs.events[7]
    other = ask("SELECT max(id) FROM subject")
    sql("INSERT INTO event_subject (event_id, subject_id) VALUES (:e, :s)", e=row, s=other)
    return [f"event {row}: subject link added, to subject {other}"]


def remove_look(logs: Logs) -> list[str]:
    """Nobody looked."""
    row = logs.reads[0]
    place = logs.position("read", row)
    sql("DELETE FROM read_log WHERE id = :r", r=row)
    return [f"read {row}: removed: it was sealed as number {place}"]


def change_look(logs: Logs) -> list[str]:
    """Somebody else looked."""
    row = logs.reads[1]
    sql("UPDATE read_log SET user_id = :u WHERE id = :r", u=logs.other.user_id, r=row)
    return [f"read {row}: changed: its content is not what was written"]


def slip_in_look(logs: Logs) -> list[str]:
    """A look that never was."""
    sql(
        "INSERT INTO read_log (user_id, subject_id, view, why, read_at, txid, nonce, mac)"
        " SELECT user_id, subject_id, view, why, read_at, txid, 'made up', mac FROM read_log WHERE id = :r",
        r=logs.reads[2],
    )
    row = ask("SELECT max(id) FROM read_log")
    return [f"read {row}: slipped in, or changed whole: its mark is not ours"]


def change_seal(logs: Logs) -> list[str]:
    """A digest that is made up."""
    row = logs.reads[4]
    place = logs.position("read", row)
    sql("UPDATE seal SET digest = :d WHERE position = :p", d="f" * 64, p=place)
    return [f"seal {place}: changed or slipped in: it now names read {row}"]


def change_seal_time(logs: Logs) -> list[str]:
    """Sealed at another time."""
    row = logs.reads[5]
    place = logs.position("read", row)
    sql("UPDATE seal SET sealed_at = :t WHERE position = :p", t=FAR, p=place)
    return [f"seal {place}: changed or slipped in: it now names read {row}"]


def remove_seal(logs: Logs) -> list[str]:
    """A link taken out of the chain."""
    row = logs.reads[7]
    place = logs.position("read", row)
    sql("DELETE FROM seal WHERE position = :p", p=place)
    return [
        f"seal {place}: removed",
        f"read {row}: slipped in, or its seal was removed: it has none, although later ones have",
    ]


def exchange_seals(logs: Logs) -> list[str]:
    """Two links change places."""
    places = [logs.position("event", row) for row in logs.events[8:10]]
    for old, new in ((places[0], -1), (places[1], places[0]), (-1, places[1])):
        sql("UPDATE seal SET position = :new WHERE position = :old", old=old, new=new)
    rows = reversed(logs.events[8:10])
    return [f"seal {p}: changed or slipped in: it now names event {row}" for p, row in zip(places, rows, strict=True)]


def change_number_of_transaction(logs: Logs) -> list[str]:
    """The order of commit told otherwise."""
    row = logs.reads[9]
    place = logs.position("read", row)
    sql("UPDATE read_log SET txid = 1 WHERE id = :r", r=row)
    return [f"read {row}: exchanged: its number, transaction or mark is not what was sealed as number {place}"]


def cut_off_end(logs: Logs) -> list[str]:
    """The last three rows and their seals were never there."""
    last = ask("SELECT max(position) FROM seal")
    for row in logs.events[-3:]:
        sql("DELETE FROM seal WHERE source = 'event' AND row_id = :e", e=row)
        remove_event(row)
    return [f"chain {last - 3}: cut off at the end: the head says {last} seals, the last is number {last - 3}"]


def forge_head(_logs: Logs) -> list[str]:
    """A head with a mark that is made up."""
    sql("UPDATE seal_head SET mac = :m", m="0" * 64)
    return ["head 1: forged: its mark is not ours"]


ALL: tuple[Tampering, ...] = (
    change_data,
    change_actor,
    change_time,
    remove_one_event,
    exchange_events,
    remove_link,
    add_link,
    remove_look,
    change_look,
    change_seal,
    change_seal_time,
    remove_seal,
    exchange_seals,
    change_number_of_transaction,
    slip_in_event,
    slip_in_look,
    cut_off_end,
    forge_head,
)


@pytest.mark.parametrize("tamper", ALL, ids=lambda tamper: tamper.__name__)
def test_each_way_of_tampering_is_named_and_nothing_else_is(
    app: Flask, actor: Callable[[str], Actor], tamper: Tampering
) -> None:
    expected = tamper(make_logs(actor))
    assert sorted(verify()) == sorted(expected)


def test_all_of_it_at_once_is_named_whole(app: Flask, actor: Callable[[str], Actor]) -> None:
    logs = make_logs(actor)
    expected = [line for tamper in ALL for line in tamper(logs)]
    # A forged head can't say which rows were passed over: a good row whose seal was removed counts as not sealed yet.
    silent = [line for line in expected if "has none, although later ones" in line]
    assert len(expected) >= 20
    assert set(expected) - set(verify()) <= set(silent)
    assert not set(verify()) - set(expected)


def test_the_sealer_never_launders(app: Flask, actor: Callable[[str], Actor]) -> None:
    """Rows changed or slipped in before the sealer came keep their place and stay named after it."""
    logs = make_logs(actor)
    changed = write_events(logs.actor, 1, [logs.actor.user_id])[0]
    sql("UPDATE event SET data = :d WHERE id = :e", d='{"team": 999}', e=changed)
    forged = copy_event(changed, mac="0" * 64)
    before = verify()
    seal_all()
    write_looks(logs.actor, 1, logs.other.user_id)
    seal_all()
    assert ask("SELECT count(*) FROM seal WHERE source = 'event' AND row_id IN (:a, :b)", a=changed, b=forged) == 2
    assert sorted(verify()) == sorted(before)
    assert sorted(before) == sorted(
        [
            f"event {changed}: changed: its content is not what was written",
            f"event {forged}: slipped in, or changed whole: its mark is not ours",
        ]
    )


def test_a_value_that_is_no_date_does_not_stop_the_walk(app: Flask, actor: Callable[[str], Actor], engine: str) -> None:
    if engine != "sqlite":
        return
    logs = make_logs(actor)
    sql("UPDATE event SET occurred_at = 'long ago' WHERE id = :e", e=logs.events[0])
    sql("UPDATE event SET data = '{' WHERE id = :e", e=logs.events[1])
    sql("UPDATE read_log SET read_at = 'once' WHERE id = :r", r=logs.reads[0])
    sql("UPDATE seal SET sealed_at = 'never' WHERE position = 3")
    assert len(verify()) == 4
