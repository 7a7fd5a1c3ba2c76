"""`people rekey`: what people are found by is made anew, in parts, and goes on where it stopped."""

from datetime import date, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.events import Event
from caseapp.people import commands as people
from caseapp.people.commands import NameGiven, PersonGiven, Related, rekeying
from caseapp.people.domain.matching import Described
from caseapp.people.models import Person, PersonFeatures, PersonKey
from caseapp.people.queries import described_people, find_matches
from tests.factories import someone


def add_three() -> list[int]:
    named = [PersonGiven(first, "Marsden", born_on=date(2017, 3, 4)) for first in ("Ellie", "Jake", "Tia")]
    numbers = people.add_people(named)
    db.session.commit()
    return numbers


def kept() -> tuple[set[tuple[int, int]], dict[int, bytes]]:
    keys = {(row.key, row.person_id) for row in db.session.execute(sa.select(PersonKey.key, PersonKey.person_id))}
    return keys, {
        row.person_id: bytes(row.keys)
        for row in db.session.execute(sa.select(PersonFeatures.person_id, PersonFeatures.keys))
    }


def lose(*numbers: int) -> None:
    """As in a database from before there were keys."""
    db.session.execute(sa.delete(PersonKey).where(PersonKey.person_id.in_(numbers)))
    db.session.execute(sa.delete(PersonFeatures).where(PersonFeatures.person_id.in_(numbers)))
    db.session.commit()


def run(app: Flask, *words: str) -> str:
    done = app.test_cli_runner().invoke(args=["people", "rekey", *words])
    assert done.exit_code == 0, done.output
    db.session.rollback()
    return done.output


@pytest.mark.parametrize("words", [(), ("--only-missing",)])
def test_people_from_before_there_were_keys_are_found(app: Flask, words: tuple[str, ...]) -> None:
    numbers = add_three()
    before = kept()
    lose(*numbers)
    asked = Described("Ellie", "", "Marsden", (), "F", date(2017, 3, 4))
    assert find_matches(asked) == []
    assert "3 people" in run(app, *words)
    assert kept() == before
    assert find_matches(asked)[0].person_id == numbers[0]
    assert db.session.scalars(sa.select(Event).where(Event.code == "people.rekeyed")).one()


def test_again_changes_nothing(app: Flask) -> None:
    add_three()
    before = kept()
    run(app)
    assert kept() == before


def test_only_those_who_have_none(app: Flask) -> None:
    _, jake, _ = add_three()
    before = kept()
    lose(jake)
    assert "1 people" in run(app, "--only-missing")
    assert kept() == before


def test_a_run_that_stopped_goes_on(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = add_three()
    before = kept()
    lose(*numbers)
    monkeypatch.setattr(rekeying, "AT_ONCE", 1)
    told: list[int] = []

    def stop(done: rekeying.Rekeyed) -> None:
        told.append(done.last)
        if len(told) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        people.rekey_people(after=0, only_missing=False, each=stop)
    db.session.rollback()
    assert set(described_people(numbers)) == set(numbers[:2]), "what was done before the stop stays done"
    assert "1 people" in run(app, "--after", str(told[-1]))
    assert kept() == before


@pytest.mark.parametrize("told_of", ["child", "mother"])
def test_a_mothers_corrected_name_is_what_her_children_are_compared_with(
    app: Flask, friday: datetime, told_of: str
) -> None:
    ellie, _, _ = add_three()
    mother = people.add_person(first="Kirsti", last="Marsdn", born_on=date(1990, 5, 1))
    actor = someone("north.worker")
    given = (
        Related(ellie, "mother", other_id=mother, said_by="School", said_at=clock.now())
        if told_of == "child"
        else Related(mother, "child", other_id=ellie, said_by="School", said_at=clock.now())
    )
    people.relate(actor, given=given, version=version(given.person_id))
    assert described_people([ellie])[ellie].carers == ("Kirsti Marsdn",)

    people.tell_name(
        actor,
        person_id=mother,
        name=NameGiven(kind="known", first="Kirsty", last="Marsden", said_by="School"),
        becomes="mistaken",
        version=version(mother),
    )

    assert described_people([ellie])[ellie].carers == ("Kirsty Marsden",)
    people.refresh_keys([ellie])
    assert described_people([ellie])[ellie].carers == ("Kirsty Marsden",)


def version(person_id: int) -> int:
    return db.session.execute(sa.select(Person.version).where(Person.id == person_id)).scalar_one()
