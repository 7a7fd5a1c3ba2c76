"""`referrals import`: all of a file arrives, once, and what could not be taken is said by row."""

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from caseapp.deadlines.models import Clock
from caseapp.kernel.db import db
from caseapp.kernel.events import Event
from caseapp.referrals.models import InputMark, Referral
from tests.referrals.hub_world import SAMPLES, SAMPLES_FILE


def run(app: Flask, file: Path) -> Any:
    return app.test_cli_runner().invoke(args=["referrals", "import", str(file)])


def count(model: Any) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_all_26_arrive_and_twice_adds_nothing(bare_app: Flask) -> None:
    first = run(bare_app, SAMPLES_FILE)
    assert first.exit_code == 0
    assert first.output.splitlines()[-1] == (
        "26 rows: 26 taken in, 0 were here already, 8 with something to put right, 0 not taken"
    )
    assert "row 18, SAMPLE-018" in first.output and "Child 1: Born: given “2014-02-29”" in first.output
    with bare_app.app_context():
        before = [count(model) for model in (Referral, InputMark, Event, Clock)]
    again = run(bare_app, SAMPLES_FILE)
    assert again.exit_code == 0
    assert "26 were here already" in again.output.splitlines()[-1]
    with bare_app.app_context():
        assert [count(model) for model in (Referral, InputMark, Event, Clock)] == before


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is not JSON"),
        (b"{", "is not JSON"),
        (b'{"schema": "marf-1"}', "holds an object, not a list of referrals"),
        (b'"referral"', "holds a text, not a list of referrals"),
        (b"\xff\xfe\x00", "is not UTF-8 text"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_a_file_that_is_no_list_of_referrals(bare_app: Flask, tmp_path: Path, content: bytes, says: str) -> None:
    file = tmp_path / "wrong.json"
    file.write_bytes(content)
    done = run(bare_app, file)
    assert done.exit_code == 1
    assert says in done.output and "Nothing was taken in" in done.output
    assert "Traceback" not in done.output
    with bare_app.app_context():
        assert count(Referral) == 0


def test_rows_that_are_no_referrals_are_named_and_the_others_taken(bare_app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "mixed.json"
    rows = [SAMPLES["SAMPLE-001"], "a text", None, [], {"external_id": "EMPTY"}, {}, SAMPLES["SAMPLE-003"]]
    file.write_text(json.dumps(rows), encoding="utf-8")
    done = run(bare_app, file)
    assert done.exit_code == 1
    for said in ("row 2: not taken: it is a text", "row 3: not taken: it is nothing", "row 4: not taken: it is a list"):
        assert said in done.output
    assert "7 rows: 4 taken in, 0 were here already, 2 with something to put right, 3 not taken" in done.output
    with bare_app.app_context():
        assert count(Referral) == 4
    assert "4 were here already" in run(bare_app, file).output


def test_a_file_that_does_not_exist(bare_app: Flask, tmp_path: Path) -> None:
    done = run(bare_app, tmp_path / "none.json")
    assert done.exit_code == 2 and "does not exist" in done.output


def test_it_has_help(bare_app: Flask) -> None:
    done = bare_app.test_cli_runner().invoke(args=["referrals", "import", "--help"])
    assert done.exit_code == 0 and "marf-1" in done.output


def test_a_number_of_thousands_of_digits_and_a_key_given_twice_lose_nothing(bare_app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "odd.json"
    file.write_text(
        '[{"schema": "marf-1", "external_id": "ODD-1", "agency": "Wath Primary School",'
        ' "concern": {"what_happened": "Cold.", "what_happened": "And hungry.", "level_of_need": ' + "9" * 5000 + "}}]"
    )
    done = run(bare_app, file)
    assert done.exit_code == 0, done.output
    with bare_app.app_context():
        concern = db.session.scalars(sa.select(Referral.document)).one()["concern"]
    assert concern["what_happened"] == "Cold."
    assert concern["what_happened (given again)"] == "And hungry."
    assert concern["level_of_need"] == "9" * 5000
