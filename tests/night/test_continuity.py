"""The day the system is gone: a file per team that a laptop opens without the product and without the network."""

import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from caseapp.access.commands import bar
from caseapp.accounts.models import TeamMembership
from caseapp.accounts.queries import list_teams
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.events import Event
from caseapp.night import commands
from caseapp.night.commands.continuity import export, why_weak
from caseapp.night.queries.continuity import team_file
from tests.factories import a_case, someone
from tests.night.test_night import MONDAY_OPENING

EVENING = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
NORTH_WORDS = "grey harbour lamp 1892"
ALL = {"north": NORTH_WORDS, "night": "seven owls over Wath 44"}


def fill() -> None:
    """A family of North with an alert, one of South, both on a plan; a protected address."""
    with transaction():
        family = a_case(worker="north.worker", level="child_in_need", protected=True)
        a_case(name="Okafor", team="south")
        commands.leave_alert(
            someone("north.worker"),
            case_ids=[family.case_id],
            alert=commands.Alert("Lee <b>may</b> come", "Send police", "Nan, 01709 555010", MONDAY_OPENING),
            once_key="an-alert",
        )


def test_a_file_for_each_team_with_a_passphrase_and_a_word_for_those_without(app: Flask, folder: Path) -> None:
    with clock.at(EVENING):
        fill()
        done = {written.team.key: written for written in export(folder, ALL)}
        assert (done["north"].children, done["night"].children) == (1, 1)
        assert done["south"].path is None and done["south"].why_not == "it has no passphrase"
        assert sorted(path.name for path in folder.iterdir()) == [
            "continuity-night-2026-11-20.html",
            "continuity-north-2026-11-20.html",
        ]
        for path in folder.iterdir():
            assert path.stat().st_mode & 0o077 == 0
            text = path.read_text()
            for secret in ("Ellie", "Marsden", "Quarry Lane", "Lee Garner", "01709 555", NORTH_WORDS):
                assert secret not in text, secret
        events = db.session.scalars(sa.select(Event).where(Event.code == "continuity.exported")).all()
        assert sorted(event.data["children"] for event in events) == [1, 1]
        assert [written.known for written in export(folder, ALL, again=False) if written.path] == [True, True]
        assert len(list(folder.iterdir())) == 2


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that holds nothing but the files."""
    made = tmp_path / "files"
    made.mkdir()
    return made


@pytest.mark.sqlite_only
def test_weak_passphrases_are_refused(app: Flask, folder: Path) -> None:
    with clock.at(EVENING):
        for weak in ("abc", "aaaaaaaaaaaaaaaaaaaa", "abababab abababab", "northlocality", "North locality"):
            (north,) = export(folder, {"north": weak}, only=frozenset({"north"}))
            assert north.path is None and weak not in north.why_not, weak
        assert why_weak(NORTH_WORDS, north.team) is None
    assert list(folder.iterdir()) == []


@pytest.mark.sqlite_only
def test_a_child_somebody_of_the_team_may_never_see_is_left_out_and_counted(app: Flask, tmp_path: Path) -> None:
    with clock.at(EVENING):
        with transaction():
            family = a_case(worker="north.worker")
            bar(f"user:{someone('marta.wilk').user_id}", subject_id=family.case_id, reason="staff_conflict")
        (north,) = export(tmp_path, ALL, only=frozenset({"north"}))
        assert north.children == 0


@pytest.mark.sqlite_only
def test_the_command_says_what_it_did(app: Flask, tmp_path: Path) -> None:
    secrets_file = tmp_path / "passphrases"
    secrets_file.write_text(f"north={NORTH_WORDS}\n")
    run = app.test_cli_runner()
    arguments = ["continuity", "export", "--out", str(tmp_path / "out"), "--passphrase-file", str(secrets_file)]
    with clock.at(EVENING):
        fill()
        os.chmod(secrets_file, 0o644)
        readable = run.invoke(args=arguments)
        assert readable.exit_code == 1 and "can be read by others" in readable.output
        os.chmod(secrets_file, 0o600)
        one = run.invoke(args=[*arguments, "--team", "north"])
        assert one.exit_code == 0 and "north: 1 children in continuity-north-2026-11-20.html" in one.output
        rest = run.invoke(args=arguments)
        assert rest.exit_code == 1 and "south: no file: it has no passphrase" in rest.output
        assert NORTH_WORDS not in one.output + rest.output
        assert run.invoke(args=[*arguments, "--team", "moon"]).exit_code == 1


@pytest.mark.sqlite_only
def test_the_sweep_writes_them_once_from_the_hour_on(app: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTINUITY_DIR", str(folder))
    monkeypatch.setenv("CONTINUITY_HOUR", "18")
    monkeypatch.setenv("CONTINUITY_PASSPHRASE_NORTH", NORTH_WORDS)
    run = app.test_cli_runner()
    with clock.at(datetime(2026, 11, 20, 17, 59, tzinfo=UTC)):
        run.invoke(args=["sweep", "--once"])
        assert list(folder.iterdir()) == []
    with clock.at(EVENING):
        for _ in range(2):
            assert run.invoke(args=["sweep", "--once"]).exit_code == 1
        assert [path.name for path in folder.iterdir()] == ["continuity-north-2026-11-20.html"]
        written = db.session.scalars(sa.select(Event.id).where(Event.code == "continuity.exported")).all()
        assert len(written) == 1


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("from_on", "until_on", "left_out"),
    [
        ((2020, 1, 1), None, 1),
        ((2020, 1, 1), (2027, 3, 31), 1),
        ((2026, 12, 1), None, 1),
        ((2020, 1, 1), (2026, 11, 20), 1),
        ((2020, 1, 1), (2026, 11, 19), 0),
    ],
)
def test_whoever_has_or_will_have_a_place_there_counts(
    app: Flask, from_on: tuple[int, int, int], until_on: tuple[int, int, int] | None, left_out: int
) -> None:
    with clock.at(EVENING):
        family, marta = a_case(worker="north.worker"), someone("marta.wilk").user_id
        days = {"from_on": date(*from_on), "until_on": date(*until_on) if until_on else None}
        db.session.execute(sa.update(TeamMembership).where(TeamMembership.user_id == marta).values(**days))
        bar(f"user:{marta}", subject_id=family.case_id, reason="kin")
        north = next(team for team in list_teams() if team.key == "north")
        found = team_file(north)
        assert (found.children, found.left_out) == (1 - left_out, left_out)


@pytest.mark.sqlite_only
def test_a_sister_kept_from_one_of_the_team_stands_in_no_file_as_a_relative(app: Flask) -> None:
    with clock.at(EVENING):
        family, marta = a_case(worker="north.worker", children=2), someone("marta.wilk").user_id
        for subject_id in (family.case_ids[1], family.person_ids[1]):
            bar(f"user:{marta}", subject_id=subject_id, reason="kin")
        (shown,) = team_file(next(team for team in list_teams() if team.key == "north")).families
        assert len(shown.children) == 1
        assert family.person_ids[1] not in {person.person_id for person in shown.people}
