"""`people duplicates`: the whole register is looked through, pairs are found, and nobody is joined."""

import csv
from itertools import combinations
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from benchmarks.registers import make_register
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.people.models import DuplicatePair, Person
from tests.people.test_import import run, written

JAKE = "A1,,Jake,,Marsden,,M,2015-04-01,exact,14 Mill Lane,S65 1AB,Dawn Marsden,07700 900123"
JAKE_AGAIN = "A2,,Jake,,Marsdon,,M,2015-01-04,exact,14 Mill Ln,S65 1AB,Dawn Marsden,"
ELLIE = "A3,,Ellie,,Marsden,,F,2017-03-09,exact,14 Mill Lane,S65 1AB,Dawn Marsden,07700 900123"
TWIN = "A4,,Josh,,Marsden,,M,2015-04-01,exact,14 Mill Lane,S65 1AB,Dawn Marsden,07700 900123"


def look(app: Flask, folder: Path) -> list[tuple[str, str, str, float]]:
    """What the command writes."""
    out = folder / "pairs.csv"
    done = app.test_cli_runner().invoke(args=["people", "duplicates", "--out", str(out)])
    assert done.exit_code == 0, done.output
    with open(out, encoding="utf-8", newline="") as text:
        return [
            (row["record_id_a"], row["record_id_b"], row["band"], float(row["bits"])) for row in csv.DictReader(text)
        ]


def test_a_record_made_twice_is_a_pair_and_brothers_and_twins_are_not_very_likely(app: Flask, tmp_path: Path) -> None:
    run(app, written(tmp_path, JAKE, ELLIE, TWIN, JAKE_AGAIN))
    pairs = look(app, tmp_path)
    assert [pair[:3] for pair in pairs if pair[2] == "very likely"] == [("A1", "A2", "very likely")]
    assert pairs == sorted(pairs, key=lambda pair: (pair[2] != "very likely", -pair[3]))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Person)) == 4


def test_an_empty_register_has_no_pairs(app: Flask, tmp_path: Path) -> None:
    assert look(app, tmp_path) == []


def test_the_next_look_keeps_the_day_a_pair_was_found_and_lets_go_what_is_none_any_more(
    app: Flask, tmp_path: Path
) -> None:
    run(app, written(tmp_path, JAKE, JAKE_AGAIN))
    look(app, tmp_path)
    first = db.session.scalars(sa.select(DuplicatePair)).one()
    found_at, bits = first.found_at, first.bits
    gone = sa.insert(DuplicatePair).values(
        person_id=first.other_id, other_id=first.person_id, band="possible", bits=1.0, found_at=clock.now()
    )
    db.session.execute(gone)
    db.session.commit()
    look(app, tmp_path)
    db.session.expire_all()
    again = db.session.scalars(sa.select(DuplicatePair)).one()
    assert (again.found_at, again.bits) == (found_at, bits)


@pytest.mark.once("sqlite")
def test_of_a_labelled_register_nearly_all_that_is_very_likely_is_right_and_no_twins_are_joined(
    app: Flask, tmp_path: Path
) -> None:
    register = make_register(seed=11, people=2_500, mix="coast", each=20)
    register.write(tmp_path)
    assert run(app, tmp_path / "register.csv").exit_code == 0
    entities: dict[str, list[str]] = {}
    for row in register.truth:
        entities.setdefault(row["entity_id"], []).append(row["record_id"])
    true = {pair for records in entities.values() for pair in combinations(sorted(records), 2)}
    found = {(one, other): band for one, other, band, _ in look(app, tmp_path)}
    pairs = {(min(pair), max(pair)): band for pair, band in found.items()}
    likely = {pair for pair, band in pairs.items() if band == "very likely"}
    assert likely <= true
    assert len(likely) > len(true) * 0.5
    assert len(pairs.keys() & true) > len(true) * 0.9
