"""Where people live: a household that moves, addresses that others give, and what follows (practice 8)."""

from datetime import date, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from caseapp.access.domain import L4
from caseapp.cases.models import Task
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Conflict, Invalid, NotFound, OutOfOrder
from caseapp.people import commands
from caseapp.people.commands import Around, NewAddress, StayGiven
from caseapp.people.domain.matching import Described
from caseapp.people.models import Stay
from caseapp.people.queries import PersonPage, find_matches, get_person, get_surroundings
from tests import factories
from tests.factories import AFamily, someone

MILL_STREET = NewAddress("2 Mill Street", "S62 5AB", "home", "Her mother", "told_carer", date(2026, 11, 16))


@pytest.fixture
def marsdens(app: Flask, friday: datetime) -> AFamily:
    """Ellie and Jake, with their mother and her partner, at 14 Quarry Lane."""
    return factories.a_case(team="north", worker="north.worker", children=2)


def page(person_id: int) -> PersonPage:
    return get_person(person_id, level=L4)


def adult(family: AFamily, name: str, by: str = "north.worker") -> int:
    around = get_surroundings(someone(by), family.person_ids[0])
    return next(near.id for near in around.people if near.name == name)


def move(person_id: int, household: dict[int, str], to: NewAddress = MILL_STREET, **given: object) -> None:
    said_id = given.pop("said_id", None)
    version = given.pop("version", page(person_id).version)
    commands.move(
        someone("north.worker"),
        person_id=person_id,
        to=to,
        around=Around(household, **given),  # type: ignore[arg-type]
        version=version,  # type: ignore[arg-type]
        said_id=said_id,  # type: ignore[arg-type]
    )


def tasks(kind: str) -> list[int]:
    query = sa.select(Task.about_id).where(Task.kind == kind, Task.done_at.is_(None)).order_by(Task.about_id)
    return list(db.session.scalars(query))


def test_who_moved_too_lives_there_and_who_stayed_does_not(marsdens: AFamily) -> None:
    ellie, jake = marsdens.person_ids
    mother, partner = adult(marsdens, "Kirsty Marsden"), adult(marsdens, "Lee Garner")
    move(ellie, {jake: "stayed", mother: "moved", partner: "unknown"})
    homes = {person: home.words if (home := page(person).home) else None for person in (ellie, jake, mother, partner)}
    assert homes == {
        ellie: "2 Mill Street, S62 5AB",
        jake: "14 Quarry Lane, S63 7AQ",
        mother: "2 Mill Street, S62 5AB",
        partner: None,
    }
    (before,) = page(ellie).earlier
    assert (before.words, before.to_on) == ("14 Quarry Lane, S63 7AQ", date(2026, 11, 16))
    home = page(ellie).home
    assert home is not None
    assert (home.said_by, home.c, home.by_name) == ("Her mother", "told_carer", "Leah Dawson")
    assert [row.words for row in page(partner).said] == ["2 Mill Street, S62 5AB"]


def test_nobody_ever_lives_at_two_addresses(marsdens: AFamily) -> None:
    ellie, jake = marsdens.person_ids
    move(ellie, {jake: "moved"})
    move(ellie, {jake: "moved"}, NewAddress("3 High Street", "S61 1AJ", "home", "Police", "agency"))
    now = db.session.execute(
        sa.select(Stay.person_id, sa.func.count()).where(Stay.lives_here_now).group_by(Stay.person_id)
    ).all()
    assert {row.person_id: row[1] for row in now} == {ellie: 1, jake: 1}


def test_she_is_found_by_the_new_address_and_the_one_before(marsdens: AFamily) -> None:
    ellie = marsdens.person_ids[0]
    move(ellie, {})
    for home in (("2 Mill Street", "S62 5AB"), ("14 Quarry Lane", "S63 7AQ")):
        asked = Described(first="Ellie", last="Marsden", born_on=date(2017, 3, 9), homes=(home,))
        best = find_matches(asked)[0]
        assert best.person_id == ellie
        assert any("home" in each.words or "address" in each.words for each in best.scored.evidence)


def test_an_address_that_somebody_must_not_learn_is_protected_for_all_who_moved(marsdens: AFamily) -> None:
    ellie, jake = marsdens.person_ids
    lee = adult(marsdens, "Lee Garner")
    move(ellie, {jake: "moved", lee: "stayed"}, secret_from=[lee], secret_names=["Dean Brook", " "])
    for child in (ellie, jake):
        home = page(child).home
        assert home is not None and home.also
        assert sorted(page(child).secret_from(home)) == ["Dean Brook", "Lee Garner"]


def test_who_lives_there_cannot_be_kept_from_it(marsdens: AFamily) -> None:
    ellie, _jake = marsdens.person_ids
    lee = adult(marsdens, "Lee Garner")
    with pytest.raises(Invalid) as refused:
        move(ellie, {lee: "moved"}, secret_from=[lee])
    assert "secret_from" in refused.value.problems


def test_what_follows_is_a_task_until_everybody_is_told(marsdens: AFamily) -> None:
    ellie, jake = marsdens.person_ids
    move(ellie, {jake: "moved"}, tell=["school", "gp"], school="Rawmarsh Primary")
    assert tasks("address_changed") == [ellie, jake]
    assert [row.kind for row in page(jake).live("to_tell")] == ["school", "gp"]
    assert (page(ellie).school, page(jake).school) == ("Rawmarsh Primary", None)
    for row in page(ellie).live("to_tell"):
        commands.tell_address(someone("north.worker"), person_id=ellie, row_id=row.id)
    assert page(ellie).live("to_tell") == []
    assert [row.by_name for row in page(ellie).ended("to_tell")] == ["Leah Dawson", "Leah Dawson"]
    assert len(page(jake).live("to_tell")) == 2
    with pytest.raises(NotFound):
        commands.tell_address(someone("north.worker"), person_id=ellie, row_id=page(jake).live("to_tell")[0].id)


def test_a_move_from_which_nothing_follows_asks_nobody(marsdens: AFamily) -> None:
    move(marsdens.person_ids[0], {})
    assert tasks("address_changed") == []
    move(marsdens.person_ids[1], {}, new_place=True)
    assert tasks("address_changed") == [marsdens.person_ids[1]]


def test_the_same_move_twice_is_one_and_a_stale_page_is_told(marsdens: AFamily) -> None:
    ellie = marsdens.person_ids[0]
    move(ellie, {}, version=1)
    move(ellie, {}, version=1)
    assert len(page(ellie).earlier) == 1
    with pytest.raises(Conflict):
        move(ellie, {}, NewAddress("3 High Street", None, "home", "Police", "agency"), version=1)


def test_a_day_to_come_and_no_address_are_refused(marsdens: AFamily) -> None:
    to_come = NewAddress(" ", None, "home", "Her mother", "heard", date(2026, 11, 21))
    with pytest.raises(Invalid) as refused:
        move(marsdens.person_ids[0], {}, to_come)
    assert set(refused.value.problems) == {"line", "from_on"}


def said(line: str, postcode: str | None, *, protected: bool = False) -> StayGiven:
    return StayGiven(
        line=line,
        postcode=postcode,
        kind="home",
        protected=protected,
        said_by="South Yorkshire Police",
        said_at=clock.now(),
    )


def give(person_id: int, stay: StayGiven) -> str:
    return commands.give_address(someone("mash.worker"), person_id=person_id, stay=stay)


def test_another_address_is_a_task_and_overwrites_nothing(marsdens: AFamily) -> None:
    ellie = marsdens.person_ids[0]
    assert give(ellie, said("2 Mill Street", "S62 5AB")) == "other"
    assert give(ellie, said("2 Mill St", "S62 5AB")) == "other"
    home = page(ellie).home
    assert home is not None and home.words == "14 Quarry Lane, S63 7AQ"
    (waiting,) = page(ellie).said
    assert tasks("address_differs") == [ellie]
    with pytest.raises(Invalid):
        commands.refuse_address(someone("north.worker"), person_id=ellie, stay_id=waiting.id, words=" ")
    commands.refuse_address(someone("north.worker"), person_id=ellie, stay_id=waiting.id, words="I visited: they don't")
    assert (page(ellie).said, tasks("address_differs")) == ([], [])
    with pytest.raises(OutOfOrder):
        commands.refuse_address(someone("north.worker"), person_id=ellie, stay_id=waiting.id, words="Again")


def test_they_do_live_there_settles_it_for_everybody_who_moved(marsdens: AFamily) -> None:
    ellie, jake = marsdens.person_ids
    for child in marsdens.person_ids:
        give(child, said("2 Mill Street", "S62 5AB"))
    assert tasks("address_differs") == [ellie, jake]
    move(ellie, {jake: "moved"}, said_id=page(ellie).said[0].id)
    assert tasks("address_differs") == []
    assert [page(child).said for child in (ellie, jake)] == [[], []]
    home = page(jake).home
    assert home is not None and home.words == "2 Mill Street, S62 5AB"


def test_the_same_address_again_changes_nothing_but_that_it_is_secret(marsdens: AFamily) -> None:
    ellie = marsdens.person_ids[0]
    assert give(ellie, said("14 Quarry Ln", "S63 7AQ")) == "same"
    assert not page(ellie).address_protected
    assert give(ellie, said("14 Quarry Lane", "S63 7AQ", protected=True)) == "same"
    assert page(ellie).address_protected


def test_the_first_address_is_where_they_live(marsdens: AFamily) -> None:
    mother = adult(marsdens, "Kirsty Marsden")
    assert give(mother, said("2 Mill Street", "S62 5AB")) == "first"
    home = page(mother).home
    assert home is not None and home.said_by == "South Yorkshire Police"
