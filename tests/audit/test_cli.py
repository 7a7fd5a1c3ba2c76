"""`audit verify` and `sweep`, as operators run them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from caseapp.access.domain import Actor
from tests.audit.tampering import ask, make_logs, sql, verify, write_events

ROOT = Path(__file__).resolve().parents[2]
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(database_url: str) -> Iterator[Start]:
    """Start a command of the product on this test's database; what still runs at the end is ended."""
    running: list[subprocess.Popen[str]] = []

    def begin(*arguments: str, url: str = database_url) -> subprocess.Popen[str]:
        env = os.environ | {"DATABASE_URL": url, "CASEAPP_ENV": "demo", "SECRET_KEY": ""}
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        # Whoever runs the tests in the background has Ctrl-C ignored, and a command inherits that.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            running.append(subprocess.Popen(command, cwd=ROOT, env=env, text=True, **pipes))
        finally:
            signal.signal(signal.SIGINT, before)
        return running[-1]

    yield begin
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def wait_for(holds: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "never happened"
        time.sleep(0.1)


def test_verify_says_in_words_what_is_whole_and_what_is_not(app: Flask, actor: Callable[[str], Actor]) -> None:
    logs = make_logs(actor)
    write_events(logs.actor, 2, [logs.actor.user_id])
    runner = app.test_cli_runner()
    result = runner.invoke(args=["audit", "verify"])
    events = ask("SELECT count(*) FROM event")
    assert (result.exit_code, result.output) == (0, f"{events} events and 10 looks verified; 2 not sealed yet\n")
    sql("DELETE FROM read_log WHERE id = :r", r=logs.reads[0])
    sql("UPDATE event SET actor_id = 1 WHERE id = :e", e=logs.events[0])
    result = runner.invoke(args=["audit", "verify"])
    assert result.exit_code == 1
    assert f"event {logs.events[0]}: changed" in result.output
    assert f"read {logs.reads[0]}: removed" in result.output
    assert f"2 faults in {events} events and 9 looks" in result.output


def test_verify_as_json_and_with_a_noted_head(app: Flask, actor: Callable[[str], Actor]) -> None:
    logs = make_logs(actor)
    runner = app.test_cli_runner()
    whole = json.loads(runner.invoke(args=["audit", "verify", "--json"]).output)
    assert whole["ok"] and whole["looks"] == 10 and whole["faults"] == []
    noted = f"{whole['head']['position']}:{whole['head']['digest']}"
    assert runner.invoke(args=["audit", "verify", "--head", noted]).exit_code == 0
    assert runner.invoke(args=["audit", "verify", "--head", "7"]).exit_code == 2
    other = f"{whole['head']['position']}:{'0' * 64}"
    assert "noted outside" in runner.invoke(args=["audit", "verify", "--head", other]).output
    sql("DELETE FROM read_log WHERE id = :r", r=logs.reads[0])
    result = runner.invoke(args=["audit", "verify", "--json"])
    assert result.exit_code == 1
    broken = json.loads(result.output)
    assert not broken["ok"]
    assert [(fault["kind"], fault["source"], fault["id"]) for fault in broken["faults"]] == [
        ("removed", "read", logs.reads[0])
    ]


def test_verify_with_another_key_says_where_to_look(app: Flask, actor: Callable[[str], Actor]) -> None:
    make_logs(actor)
    app.config["AUDIT_KEY"] = b"another"
    result = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert result.exit_code == 1
    assert "check that AUDIT_KEY" in result.output


def test_sweep_once_seals_and_notes_the_head_in_the_log(app: Flask, start: Start) -> None:
    # A transaction of another database of the server may hold the sealer back.
    log = ""
    while "audit.sealed" not in log:
        first = start("sweep", "--once")
        log = first.communicate(timeout=60)[1]
        assert first.returncode == 0
    line = next(json.loads(line) for line in log.splitlines() if "audit.sealed" in line)
    assert line["position"] == line["rows"] == ask("SELECT count(*) FROM seal") > 0
    assert line["head"] == ask("SELECT digest FROM seal_head")


def test_sweep_tells_of_a_broken_chain_and_exits_1(app: Flask, start: Start, actor: Callable[[str], Actor]) -> None:
    make_logs(actor)
    sql("DELETE FROM seal_head")
    process = start("sweep", "--once")
    assert "audit.chain_broken" in process.communicate(timeout=60)[1]
    assert process.returncode == 1


def test_two_sweeps_seal_what_comes_and_end_when_asked(app: Flask, start: Start, actor: Callable[[str], Actor]) -> None:
    logs = make_logs(actor)
    sweeps = [start("sweep", "--every", "0.2"), start("sweep", "--every", "0.2")]
    for process in sweeps:
        # The first round is over, so both are at it.
        assert process.stderr is not None
        wait_for(lambda log=process.stderr: "sweep.cleaned_up" in log.readline(), 60)
    for _ in range(3):
        row = write_events(logs.actor, 5, [logs.actor.user_id])[-1]
        wait_for(lambda row=row: ask("SELECT count(*) FROM seal WHERE source = 'event' AND row_id = :r", r=row) == 1)
    asked = time.monotonic()
    for process, number in zip(sweeps, (signal.SIGTERM, signal.SIGINT), strict=True):
        process.send_signal(number)
    assert [process.wait(30) for process in sweeps] == [0, 0]
    assert time.monotonic() - asked < 10
    assert verify() == []


@pytest.mark.sqlite_only
def test_sweep_outlives_a_database_that_is_gone(start: Start, tmp_path: Path) -> None:
    """Not there yet, or not migrated: the sweep says so, waits and goes on."""
    url = f"sqlite:///{tmp_path / 'later.sqlite'}"
    once = start("sweep", "--once", url=url)
    assert "sweep.database_gone" in once.communicate(timeout=60)[1]
    assert once.returncode == 1
    process = start("sweep", "--every", "0.2", url=url)
    upgrade = start("db", "upgrade", url=url)
    assert upgrade.wait(60) == 0
    assert process.stderr is not None
    wait_for(lambda: "sweep.cleaned_up" in process.stderr.readline(), 60)
    process.terminate()
    assert process.wait(30) == 0


def test_what_the_database_refuses_is_not_taken_for_a_database_that_is_gone(app: Flask, start: Start) -> None:
    sql("INSERT INTO throttle (key, failures, last_at) VALUES ('old', 1, '2020-01-01 00:00:00.000000')")
    sql("CREATE TABLE still_needed (key VARCHAR(80) REFERENCES throttle (key))")
    try:
        sql("INSERT INTO still_needed VALUES ('old')")
        once = start("sweep", "--once")
        said = once.communicate(timeout=60)[1]
        assert "sweep.failed" in said and "IntegrityError" in said and "database_gone" not in said
        assert once.returncode == 1
    finally:
        sql("DROP TABLE still_needed")
