"""A broken chain begins anew: the sweep seals again, and what was wrong stays named."""

from collections.abc import Callable

import pytest
from flask import Flask

from caseapp.access.domain import Actor
from caseapp.audit.commands import restart
from caseapp.kernel.db import transaction
from tests.audit.tampering import ask, make_logs, seal_all, sql, verify, write_events, write_looks

RESTART = ("audit", "restart", "--why", "tampered")


def run(app: Flask, *args: str) -> tuple[int, str]:
    done = app.test_cli_runner().invoke(args=args)
    return done.exit_code, done.output


@pytest.mark.parametrize(
    "what",
    [
        "UPDATE seal_head SET mac = 'made up'",
        "DELETE FROM seal_head",
        "DELETE FROM seal WHERE position > 20",
        "DELETE FROM seal",
    ],
)
def test_a_new_chain_begins_and_names_the_old_one(app: Flask, actor: Callable[[str], Actor], what: str) -> None:
    logs = make_logs(actor)
    ended = ask("SELECT position FROM seal_head")
    write_events(logs.actor, 2, [logs.actor.user_id])
    write_looks(logs.actor, 2, logs.actor.user_id)
    sql(what)
    assert run(app, "audit", "verify")[0] == 1
    code, said = run(app, *RESTART)
    assert code == 0 and "A new one begins behind it" in said, said
    seal_all()
    code, said = run(app, "audit", "verify")
    known = 0 if "seal_head" in what else 1
    assert (code, said.count("removed")) == (known, known), "the hole stays named, a mended head is none"
    assert f"A new chain begins after number {ended}" in said and "looked into" in said and "none since" in said
    assert run(app, "audit", "verify", "--known", str(known))[0] == 0, said
    assert run(app, "audit", "verify", "--known", str(known + 1))[0] == 1
    assert ask("SELECT count(*) FROM event WHERE code = 'audit.restarted'") == 1


def test_what_is_done_after_the_restart_counts_and_what_was_before_is_not_forgotten(
    app: Flask, actor: Callable[[str], Actor]
) -> None:
    logs = make_logs(actor)
    sql("UPDATE event SET actor_id = 1 WHERE id = :e", e=logs.events[0])
    assert run(app, *RESTART)[0] == 0
    seal_all()
    since = write_events(logs.actor, 3, [logs.actor.user_id])
    seal_all()
    assert run(app, "audit", "verify", "--known", "1")[0] == 0
    assert verify() == [f"event {logs.events[0]}: changed: its content is not what was written"]
    sql("UPDATE event SET actor_id = 1 WHERE id = :e", e=logs.events[1])
    assert run(app, "audit", "verify", "--known", "1")[0] == 1, "one more from before"
    sql("UPDATE event SET actor_id = :a WHERE id = :e", e=logs.events[1], a=logs.actor.user_id)
    assert run(app, "audit", "verify", "--known", "1")[0] == 0
    sql("UPDATE event SET actor_id = 1 WHERE id = :e", e=since[0])
    code, said = run(app, "audit", "verify", "--known", "1")
    assert code == 1 and "1 fault before it, 1 since" in said


def test_a_whole_chain_is_not_begun_anew(app: Flask, actor: Callable[[str], Actor]) -> None:
    logs = make_logs(actor)
    assert run(app, *RESTART)[0] == 1
    sql("UPDATE event SET actor_id = 1 WHERE id = :e", e=logs.events[0])
    assert run(app, *RESTART)[0] == 0
    assert run(app, *RESTART)[0] == 1, "nothing new since"
    assert run(app, "audit", "restart", "--why", "because")[0] == 2


def test_nobody_without_the_key_begins_a_chain_anew(app: Flask, actor: Callable[[str], Actor]) -> None:
    """The event of a restart copied, changed, or with the end of the old chain taken away."""
    logs = make_logs(actor)
    sql("UPDATE event SET actor_id = 1 WHERE id = :e", e=logs.events[0])
    assert run(app, *RESTART)[0] == 0
    seal_all()
    number = ask("SELECT id FROM event WHERE code = 'audit.restarted'")
    place = ask("SELECT position FROM seal WHERE source = 'event' AND row_id = :e", e=number)
    sql("DELETE FROM seal WHERE position = :p", p=place - 1)
    assert any(f"seal {place}: rewritten" in line for line in verify())
    sql("UPDATE event SET recorded_at = '2020-01-01 00:00:00' WHERE id = :e", e=number)
    assert f"event {number}: changed" in run(app, "audit", "verify", "--known", "1")[1]
    with transaction():
        restart(why="tampered")
    seal_all()
    assert not any(f"event {number + 1}:" in line for line in verify())
