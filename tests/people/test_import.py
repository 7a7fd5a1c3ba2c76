"""`people import`: another system's register comes in once, whole, and what is wrong in it is said row by row."""

import csv
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from benchmarks.registers import make_register
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.events import Event, EventSubject
from caseapp.people.models import (
    Person,
    PersonFeatures,
    PersonIdentifier,
    PersonImport,
    PersonName,
    Relationship,
    Stay,
)
from tests.factories import someone

ROOT = Path(__file__).parent.parent.parent
COLUMNS = (
    "record_id,nhs_number,first_name,middle_name,last_name,aka,sex,dob,dob_status,address,postcode,carer_name,phone"
)
# 943 476 5919 is the worked example of the NHS Data Dictionary for the check digit.
ELLIE = "A1,9434765919,Ellie,Rose,Marsden,,F,2017-03-09,exact,14 Mill Lane,S65 1AB,Dawn Marsden,07700 900123"
NOBODY_CAN_READ = b"A9,,Zo\xeb,,M\xfcller,,F,2016-01-02,exact,1 High Street,S65 1AB,,"


def run(app: Flask, file: Path, *more: str) -> Result:
    """The command, as an operator calls it."""
    return app.test_cli_runner().invoke(args=["people", "import", str(file), *more])


def written(folder: Path, *rows: str, header: str = COLUMNS, ends: str = "\n", start: str = "") -> Path:
    """A file of these rows."""
    file = folder / "people.csv"
    file.write_bytes((start + ends.join([header, *rows]) + ends).encode())
    return file


def bad_rows(file: Path) -> list[dict[str, str]]:
    """What stands in the file of bad rows."""
    with open(f"{file}.bad.csv", encoding="utf-8", errors="surrogateescape", newline="") as text:
        return list(csv.DictReader(text))


def count(model: type) -> int:
    """How many rows a table has."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_a_row_becomes_a_person_with_all_it_tells(app: Flask, tmp_path: Path) -> None:
    row = ELLIE.replace("Marsden,,F", "Marsden,Ellie Brook,F")
    done = run(app, written(tmp_path, row), "--source", "liquidlogic")
    assert done.exit_code == 0, done.output
    person = db.session.scalars(sa.select(Person)).one()
    assert (person.source_system, person.source_id) == ("liquidlogic", "A1")
    assert (person.sex, person.born_on, person.born_estimated, person.phone) == (
        "F",
        date(2017, 3, 9),
        False,
        "07700 900123",
    )
    names = db.session.scalars(sa.select(PersonName).order_by(PersonName.id)).all()
    assert [(one.kind, one.first, one.middle, one.last, one.is_current) for one in names] == [
        ("known", "Ellie", "Rose", "Marsden", True),
        ("also_known_as", "Ellie", None, "Brook", False),
    ]
    number = db.session.scalars(sa.select(PersonIdentifier)).one()
    assert (number.kind, number.value, number.valid) == ("nhs_number", "9434765919", True)
    stay = db.session.scalars(sa.select(Stay)).one()
    assert (stay.line, stay.postcode, stay.sector, stay.lives_here_now) == ("14 Mill Lane", "S65 1AB", "S65 1", True)
    assert stay.said_by == "Import from liquidlogic"
    carer = db.session.scalars(sa.select(Relationship)).one()
    assert (carer.kind, carer.other_name, carer.said_by) == ("carer", "Dawn Marsden", "Import from liquidlogic")


def test_an_unborn_baby_is_expected_and_a_guess_stays_a_guess(app: Flask, tmp_path: Path) -> None:
    unborn = "A2,,Unborn,,Petrova,,,2027-02-14,edd,3 Hill View,S61 2AA,Elena Petrova,"
    guessed = "A3,,Aleena,,Khan,,F,2019-01-01,estimated,5 Hill View,S61 2AA,,"
    assert run(app, written(tmp_path, unborn, guessed)).exit_code == 0
    baby, child = db.session.scalars(sa.select(Person).order_by(Person.source_id))
    assert (baby.born_on, baby.expected_on, baby.sex) == (None, date(2027, 2, 14), "U")
    assert (child.born_on, child.born_estimated, child.match_key) == (date(2019, 1, 1), True, None)


def test_each_person_and_the_file_have_their_event(app: Flask, tmp_path: Path) -> None:
    file = written(tmp_path, ELLIE, ELLIE.replace("A1,9434765919,Ellie", "A2,,Jake"))
    assert run(app, file).exit_code == 0
    told = sa.select(EventSubject.subject_id).join(Event, Event.id == EventSubject.event_id)
    assert set(db.session.scalars(told.where(Event.code == "person.added"))) == set(
        db.session.scalars(sa.select(Person.id))
    )
    event = db.session.scalars(sa.select(Event).where(Event.code == "people.imported")).one()
    kept = db.session.scalars(sa.select(PersonImport)).one()
    assert event.data == {"number": kept.id, "added": 2, "known": 0, "marked": 0, "refused": 0}
    assert (kept.file_name, kept.source_system, len(kept.sha256)) == ("people.csv", "register", 64)
    assert kept.ended_at is not None and kept.ended_at >= kept.began_at


def test_the_log_names_who_ran_it(app: Flask, tmp_path: Path) -> None:
    file = written(tmp_path, ELLIE)
    assert run(app, file, "--by", "nobody@demo.example").exit_code == 2
    assert db.session.scalars(sa.select(Person.id)).all() == []
    assert run(app, file, "--by", "admin@demo.example").exit_code == 0
    who = someone("admin").user_id
    codes = ("people.imported", "person.added")
    assert set(db.session.scalars(sa.select(Event.actor_id).where(Event.code.in_(codes)))) == {who}


def test_the_same_file_again_adds_nobody(app: Flask, tmp_path: Path) -> None:
    file = written(tmp_path, ELLIE)
    run(app, file)
    again = run(app, file)
    assert again.exit_code == 0
    assert "0 people added, 1 were here already" in again.output
    assert count(Person) == count(PersonName) == count(Stay) == 1


def test_the_same_number_in_another_system_is_somebody_else(app: Flask, tmp_path: Path) -> None:
    run(app, written(tmp_path, ELLIE), "--source", "mosaic")
    assert "1 people added" in run(app, written(tmp_path, ELLIE), "--source", "liquidlogic").output
    assert count(Person) == 2


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("A2,,,,,,F,,,1 High Street,S65 1AB,,", "it has no name, no birth date and no NHS number"),
        (",,Ellie,,Marsden,,F,,,,,,", "it has no record_id"),
        (f"A2,,{'E' * 81},,Marsden,,F,,,,,,", "first_name has 81 signs, 80 fit"),
        (f"A2,,Ellie,,Marsden,,F,,,{'x' * 201},S65 1AB,,", "address has 201 signs, 200 fit"),
        ("A1,,Jake,,Marsden,,M,2015-01-02,exact,,,,", "record_id A1 stands further up in this file"),
        ("A2,,Ellie,,Marsden", "it has too few values"),
        ("A2,,Ellie,,Marsden,,F,,,14 Mill Lane, Eastwood,S65 1AB,,,", "it has 2 values too many"),
    ],
)
def test_a_row_that_tells_of_nobody_or_does_not_fit_is_not_taken(
    app: Flask, tmp_path: Path, row: str, why: str
) -> None:
    file = written(tmp_path, ELLIE, row)
    done = run(app, file)
    assert done.exit_code == 1
    assert "1 people added" in done.output and "1 not taken" in done.output
    bad = bad_rows(file)
    assert [(one["line"], one["kept"], one["why"]) for one in bad] == [("3", "no", why)]
    assert count(Person) == 1


@pytest.mark.parametrize(
    ("row", "why", "column", "kept"),
    [
        (
            "A2,9434765910,Jake,,Marsden,,M,2015-01-02,exact,,,,",
            "nhs_number “9434765910” is kept as given",
            "value",
            "9434765910",
        ),
        ("A2,,Jake,,Marsden,,M,2015-02-30,exact,,,,", "dob “2015-02-30” was left out", "born_on", None),
        ("A2,,Jake,,Marsden,,M,next year,exact,,,,", "dob “next year” was left out", "born_on", None),
        ("A2,,Jake,,Marsden,,X,2015-01-02,exact,,,,", "sex “X” is not known here", "sex", "U"),
        ("A2,,Jake,,Marsden,,M,2199-01-02,exact,,,,", "dob 2199-01-02 is still to come", "born_on", date(2199, 1, 2)),
        (
            "A2,,Jake,,Marsden,,M,,,1 High Street,nowhere,,",
            "postcode “nowhere” is kept as given",
            "postcode",
            "nowhere",
        ),
        ("A2,,,,not known,,M,2015-01-02,exact,,,,", "it has no name", "born_on", date(2015, 1, 2)),
        ("A2,,Ja\0ke,,Marsden,,M,2015-01-02,exact,,,,", "first_name held hidden signs", "first", "Ja\ufffdke"),
    ],
)
def test_what_is_wrong_otherwise_is_kept_and_marked(
    app: Flask, tmp_path: Path, row: str, why: str, column: str, kept: object
) -> None:
    file = written(tmp_path, row)
    done = run(app, file)
    assert done.exit_code == 0, done.output
    [bad] = bad_rows(file)
    assert (bad["line"], bad["kept"]) == ("2", "yes") and bad["why"].startswith(why)
    rows = (db.session.scalars(sa.select(model)).first() for model in (Person, PersonName, PersonIdentifier, Stay))
    assert kept in [getattr(one, column) for one in rows if hasattr(one, column)]


def test_dates_and_sexes_are_read_as_other_systems_write_them(app: Flask, tmp_path: Path) -> None:
    rows = ("A1,,Ellie,,Marsden,,female,09/03/2017,,,,,", "A2,,Jake,,Marsden,,1,1 Apr 2015,,,,,")
    file = written(tmp_path, *rows)
    assert run(app, file).exit_code == 0
    assert bad_rows(file) == []
    people = db.session.execute(sa.select(Person.sex, Person.born_on).order_by(Person.source_id)).all()
    assert [tuple(row) for row in people] == [("F", date(2017, 3, 9)), ("M", date(2015, 4, 1))]


def test_the_file_of_bad_rows_can_be_mended_and_imported(app: Flask, tmp_path: Path) -> None:
    file = written(tmp_path, ELLIE, f"A2,,{'J' * 90},,Marsden,,M,2015-01-02,exact,,,,")
    run(app, file)
    bad = Path(f"{file}.bad.csv")
    bad.write_text(bad.read_text().replace("J" * 90, "Jake"))
    assert run(app, bad).exit_code == 0
    assert set(db.session.scalars(sa.select(PersonName.first))) == {"Ellie", "Jake"}


@pytest.mark.parametrize(("ends", "start"), [("\r\n", ""), ("\n", "\ufeff"), ("\r\n", "\ufeff")])
def test_line_ends_and_marks_of_other_machines_do_no_harm(app: Flask, tmp_path: Path, ends: str, start: str) -> None:
    quoted = 'A2,,"Zoë ""Zo""",,"O\'Rourke, Smith",,F,2016-01-02,exact,"Flat 2, 14 Mill Lane","S65 1AB",,'
    file = written(tmp_path, ELLIE, "", quoted, ends=ends, start=start)
    done = run(app, file)
    assert done.exit_code == 0, done.output
    assert "2 people added" in done.output
    name = db.session.scalars(sa.select(PersonName).order_by(PersonName.id.desc())).first()
    assert name is not None and (name.first, name.last) == ('Zoë "Zo"', "O'Rourke, Smith")
    assert "Flat 2, 14 Mill Lane" in db.session.scalars(sa.select(Stay.line)).all()


def test_a_row_in_another_encoding_is_not_taken_and_the_others_are(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(COLUMNS.encode() + b"\n" + NOBODY_CAN_READ + b"\n" + ELLIE.encode() + b"\n")
    done = run(app, file)
    assert done.exit_code == 1
    [bad] = bad_rows(file)
    assert (bad["line"], bad["why"]) == ("2", "first_name is not written in UTF-8")
    assert db.session.scalars(sa.select(Person.source_id)).all() == ["A1"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "does not name record_id, first_name, last_name"),
        (b"name,dob\nEllie,2017-03-09\n", "does not name record_id, first_name, last_name"),
        (COLUMNS.replace(",", ";").encode() + b"\n", "does not name record_id, first_name, last_name"),
        (f"{COLUMNS}\n{ELLIE}\n".encode("utf-16"), "Is it a CSV in UTF-8"),
        (f"{COLUMNS},dob\n{ELLIE},\n".encode(), "has dob more than once"),
    ],
)
def test_a_file_that_is_something_else_is_refused_whole(app: Flask, tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(content)
    done = run(app, file)
    assert done.exit_code == 1
    assert said in done.output and "Nothing was taken in" in done.output
    assert count(Person) == 0


def test_columns_that_are_missing_or_not_known_are_said(app: Flask, tmp_path: Path) -> None:
    file = written(tmp_path, "Ellie,Marsden,A1,Wickersley", header="First_Name,last_name,record_id,school")
    done = run(app, file)
    assert done.exit_code == 0
    assert "Left out school" in done.output and "Without nhs_number, middle_name" in done.output
    assert count(Person) == 1


def test_a_quote_that_never_ends_is_said_and_what_came_before_is_kept(app: Flask, tmp_path: Path) -> None:
    rows = [f'A{number},,Jake,,Marsden,,M,2015-01-02,exact,"14 Mill Lane,S65 1AB,,' for number in range(2, 4000)]
    done = run(app, written(tmp_path, ELLIE, *[row.replace('"', "") if at else row for at, row in enumerate(rows)]))
    assert done.exit_code == 1
    assert "a quote may be missing" in done.output and "from line 3" in done.output
    assert db.session.scalars(sa.select(Person.source_id)).all() == ["A1"]


def test_help_names_the_columns(app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=["people", "import", "--help"])
    assert done.exit_code == 0 and "record_id, nhs_number, first_name" in " ".join(done.output.split())


def test_a_run_that_is_killed_is_begun_again_and_nothing_is_lost_or_twice(app: Flask, tmp_path: Path) -> None:
    register = make_register(seed=3, people=3_000, mix="valley", each=1)
    register.write(tmp_path)
    file = tmp_path / "register.csv"
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "people", "import", str(file)]
    env = os.environ | {"CASEAPP_ENV": "test", "SECRET_KEY": "k", "DATABASE_URL": app.config["DATABASE_URL"]}
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while not count_now(Person):
        assert process.poll() is None and time.monotonic() < until
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    assert process.wait(20) == -signal.SIGKILL
    begun = count_now(Person)
    assert 0 < begun < len(register.rows)
    done = run(app, file)
    assert done.exit_code == 0, done.output
    assert f"{len(register.rows) - begun} people added, {begun} were here already" in done.output
    assert sorted(db.session.scalars(sa.select(Person.source_id))) == [row["record_id"] for row in register.rows]
    assert count(PersonFeatures) == len(register.rows)
    first, second = db.session.scalars(sa.select(PersonImport).order_by(PersonImport.id))
    assert (first.ended_at, first.added) == (None, begun)
    assert second.ended_at is not None and second.began_at <= clock.now()


def count_now(model: type) -> int:
    """How many rows a table has at this moment, whatever this test's own transaction sees."""
    with db.engines["read"].connect() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(model)) or 0
