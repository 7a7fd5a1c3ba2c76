"""Recording, correcting and ending what is known about a person: nothing is overwritten, and keys follow."""

from datetime import date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from caseapp.access.commands import bar
from caseapp.access.domain import L4
from caseapp.kernel.db import db
from caseapp.kernel.errors import Conflict, Invalid, NotFound, OutOfOrder
from caseapp.kernel.events import Event, EventSubject
from caseapp.people import commands
from caseapp.people.commands import NameGiven, Related
from caseapp.people.domain.matching import Described
from caseapp.people.models import Person
from caseapp.people.queries import PersonPage, find_matches, get_person, get_surroundings
from tests import factories
from tests.factories import someone

SAID = "Her mother, on the phone"


@pytest.fixture
def ellie(app: Flask, friday: datetime) -> int:
    """Ellie Marsden of North, 9, whose case Leah Dawson has."""
    return factories.a_case(team="north", worker="north.worker").person_ids[0]


def page(person_id: int) -> PersonPage:
    return get_person(person_id, level=L4)


def version(person_id: int) -> int:
    return page(person_id).version


def told(person_id: int) -> list[str]:
    query = (
        sa.select(Event.code)
        .join(EventSubject, EventSubject.event_id == Event.id)
        .where(EventSubject.subject_id == person_id, Event.code.like("person.%"))
        .order_by(Event.id)
    )
    return [code for code in db.session.scalars(query) if code != "person.added"]


def is_found(**described: Any) -> list[int]:
    return [match.person_id for match in find_matches(Described(**described))]


def rename(person_id: int, last: str, **given: Any) -> None:
    name = NameGiven(first="Ellie", last=last, said_by=SAID, **given.pop("name", {}))
    commands.tell_name(
        someone("north.worker"), person_id=person_id, name=name, **{"version": version(person_id)} | given
    )


def test_a_new_name_keeps_the_old_one_and_both_find_her(ellie: int) -> None:
    rename(ellie, "Garner", name={"from_on": date(2026, 10, 1)})
    shown = page(ellie)
    assert shown.name == "Ellie Garner"
    (old,) = shown.other_names
    assert (old.full_name, old.kind, old.to_on) == ("Ellie Marsden", "former", date(2026, 10, 1))
    born = date(2017, 3, 9)
    assert ellie in is_found(first="Ellie", last="Garner", born_on=born)
    assert ellie in is_found(first="Ellie", last="Marsden", born_on=born)
    assert db.session.get_one(Person, ellie).match_key == "garner|ellie|2017-03-09"
    assert told(ellie) == ["person.name.told"]


def test_a_name_written_wrongly_is_history_and_no_name(ellie: int) -> None:
    rename(ellie, "Marsdon", becomes="mistaken")
    assert page(ellie).other_names == []
    assert [row.kind for row in page(ellie).facts["name"]] == ["mistaken", "known"]


def test_also_known_as_stands_beside_the_name(ellie: int) -> None:
    rename(ellie, "Garner", name={"kind": "also_known_as"})
    assert page(ellie).name == "Ellie Marsden"
    assert [row.full_name for row in page(ellie).other_names] == ["Ellie Garner"]
    rename(ellie, "Garner", name={"kind": "also_known_as"})
    assert len(page(ellie).other_names) == 1


def test_no_name_is_refused_and_the_same_name_changes_nothing(ellie: int) -> None:
    nobody = NameGiven(first=" ", last="", said_by=SAID)
    with pytest.raises(Invalid):
        commands.tell_name(someone("north.worker"), person_id=ellie, name=nobody, version=1)
    rename(ellie, "Marsden")
    assert (version(ellie), told(ellie)) == (1, [])


def test_the_second_of_two_who_change_it_at_once_is_told(ellie: int) -> None:
    rename(ellie, "Garner", version=1)
    with pytest.raises(Conflict) as met:
        rename(ellie, "Brook", version=1)
    assert met.value.version == 2
    assert page(ellie).name == "Ellie Garner"


def correct(person_id: int, disabilities: list[str] | None = None, **facts: Any) -> None:
    commands.correct_facts(
        someone("north.worker"),
        person_id=person_id,
        facts=facts,
        disabilities=disabilities,
        said_by="Birth certificate",
        version=version(person_id),
    )


def test_a_corrected_birth_date_keeps_the_one_before(ellie: int) -> None:
    correct(ellie, born_on=date(2017, 9, 3), school="Wath Primary School")
    shown = page(ellie)
    assert (shown.born_on, shown.school) == (date(2017, 9, 3), "Wath Primary School")
    changes = [(row.kind, row.a, row.b, row.said_by, row.by_name) for row in shown.facts["change"]]
    assert changes == [
        ("born_on", "2017-03-09", "2017-09-03", "Birth certificate", "Leah Dawson"),
        ("school", "", "Wath Primary School", "Birth certificate", "Leah Dawson"),
    ]
    assert db.session.get_one(Person, ellie).match_key == "marsden|ellie|2017-09-03"
    correct(ellie, born_on=date(2017, 9, 3))
    assert len(page(ellie).facts["change"]) == 2


def test_a_guess_makes_no_exact_key(ellie: int) -> None:
    correct(ellie, born_estimated=True)
    assert db.session.get_one(Person, ellie).match_key is None


def test_disabilities_are_added_and_ended(ellie: int) -> None:
    correct(ellie, ["HEAR", "LD"])
    assert page(ellie).disability_words == "Hearing, Learning"
    correct(ellie, ["LD", "AUT"])
    assert page(ellie).disability_words == "Learning, Autism"
    assert [row.kind for row in page(ellie).ended("disability")] == ["HEAR"]
    with pytest.raises(Invalid):
        correct(ellie, ["NONE", "LD"])
    correct(ellie, ["NONE"])
    assert page(ellie).disability_words == "No disability"


def test_nobody_dies_before_their_birth(ellie: int) -> None:
    with pytest.raises(Invalid) as refused:
        correct(ellie, deceased_on=date(2017, 3, 8))
    assert "deceased_on" in refused.value.problems
    correct(ellie, deceased_on=date(2026, 11, 1))
    assert page(ellie).deceased_on == date(2026, 11, 1)


def test_an_unborn_baby_becomes_a_child_and_keeps_the_record(app: Flask, friday: datetime) -> None:
    baby = commands.add_person(first="Unborn", last="Petrova", expected_on=date(2026, 11, 18))
    assert page(baby).unborn
    commands.tell_danger(someone("north.worker"), person_id=baby, words="A dog", since_on=None, said_by=SAID, version=1)
    name = NameGiven(first="Mila", last="Petrova", said_by="The midwife")
    born = {"person_id": baby, "born_on": date(2026, 11, 16), "sex": "F", "name": name}
    commands.record_birth(someone("north.worker"), version=2, **born)
    shown = page(baby)
    assert (shown.name, shown.unborn, shown.expected_on) == ("Mila Petrova", False, date(2026, 11, 18))
    assert [row.a for row in shown.live("danger")] == ["A dog"]
    assert baby in is_found(first="Mila", last="Petrova", born_on=date(2026, 11, 16))
    commands.record_birth(someone("north.worker"), version=2, **born)
    with pytest.raises(OutOfOrder):
        commands.record_birth(someone("north.worker"), version=version(baby), **born | {"sex": "M"})


def test_a_number_that_passes_its_check_finds_her_until_it_ends(ellie: int) -> None:
    worker = someone("north.worker")
    number = {"person_id": ellie, "kind": "nhs_number", "said_by": "GP’s letter"}
    with pytest.raises(Invalid):
        commands.add_number(worker, value="943 476 5918", version=1, **number)
    commands.add_number(worker, value="943 476 5919", version=1, **number)
    commands.add_number(worker, value="9434765919", version=1, **number)
    (row,) = page(ellie).live("number")
    assert (row.a, row.also) == ("9434765919", False)
    asked = Described(first="E", last="M", identifiers=(("nhs_number", "9434765919"),))
    assert ellie in [match.person_id for match in find_matches(asked)]
    commands.verify_number(worker, person_id=ellie, number_id=row.id)
    assert [(row.also, row.by_name) for row in page(ellie).live("number")] == [(True, "Leah Dawson")]
    commands.end_number(worker, person_id=ellie, number_id=row.id, reason="wrong")
    commands.end_number(worker, person_id=ellie, number_id=row.id, reason="wrong")
    assert page(ellie).live("number") == []
    assert ellie not in [match.person_id for match in find_matches(asked)]
    with pytest.raises(OutOfOrder):
        commands.verify_number(worker, person_id=ellie, number_id=row.id)
    assert told(ellie) == ["person.number.added", "person.number.verified", "person.number.ended"]


def test_another_persons_row_is_not_found(ellie: int) -> None:
    other = factories.a_case(name="Okafor", team="central").person_ids[0]
    factories.a_full_record(other, "central.worker")
    (number,) = page(other).live("number")
    (danger,) = page(other).live("danger")
    worker = someone("north.worker")
    with pytest.raises(NotFound):
        commands.verify_number(worker, person_id=ellie, number_id=number.id)
    with pytest.raises(NotFound):
        commands.end_danger(worker, person_id=ellie, danger_id=danger.id, words="Gone")
    assert page(other).live("danger") == [danger]


def test_a_relationship_is_one_row_for_both(ellie: int) -> None:
    worker = someone("north.worker")
    mother = next(near for near in get_surroundings(worker, ellie).people if near.said_as == "mother").id
    mothers = Related(ellie, "mother", other_id=mother, parental_responsibility=True, said_by=SAID)
    commands.relate(worker, given=mothers, version=1)
    commands.relate(worker, given=Related(mother, "child", other_id=ellie, said_by=SAID), version=1)
    hers = next(kin for kin in get_surroundings(worker, ellie).kin if kin.tie)
    assert (hers.name, hers.words, hers.responsible) == ("Kirsty Marsden", "Mother", "their")
    theirs = next(kin for kin in get_surroundings(worker, mother).kin if kin.tie)
    assert (theirs.name, theirs.words, theirs.responsible) == ("Ellie Marsden", "Daughter", "over_them")
    assert hers.tie is not None and hers.tie == theirs.tie
    commands.end_relationship(worker, person_id=mother, relationship_id=hers.tie.id, reason="mistaken")
    assert [kin.over for kin in get_surroundings(worker, ellie).kin if kin.tie] == [True]


def test_somebody_without_a_record_may_be_related(ellie: int) -> None:
    worker = someone("north.worker")
    commands.relate(worker, given=Related(ellie, "carer", other_name=" Jean  Marsh ", said_by=SAID), version=1)
    jean = next(kin for kin in get_surroundings(worker, ellie).kin if kin.near is None)
    assert (jean.name, jean.words) == ("Jean Marsh", "Carer")
    for nobody in (Related(ellie, "carer"), Related(ellie, "carer", other_id=ellie)):
        with pytest.raises(Invalid):
            commands.relate(worker, given=nobody, version=2)


def test_safe_to_contact_takes_the_place_of_what_was_said_before(ellie: int) -> None:
    worker = someone("north.worker")
    given = {"person_id": ellie, "way": "phone", "said_by": SAID}
    commands.tell_contact(worker, safe=True, words="After 3 pm", version=1, **given)
    commands.tell_contact(worker, safe=True, words="After 3 pm", version=1, **given)
    commands.tell_contact(worker, safe=False, words="He reads it", version=2, **given)
    (now,), (before,) = page(ellie).live("contact"), page(ellie).ended("contact")
    assert (now.yes, now.a, before.yes, before.a) == (False, "He reads it", True, "After 3 pm")
    commands.end_contact(worker, person_id=ellie, flag_id=now.id)
    assert page(ellie).live("contact") == []


def test_a_danger_ends_with_its_reason(ellie: int) -> None:
    worker = someone("north.worker")
    commands.tell_danger(worker, person_id=ellie, words="A dog", since_on=None, said_by=SAID, version=1)
    (danger,) = page(ellie).live("danger")
    with pytest.raises(Invalid):
        commands.end_danger(worker, person_id=ellie, danger_id=danger.id, words="  ")
    commands.end_danger(worker, person_id=ellie, danger_id=danger.id, words="The dog has died")
    assert [(row.a, row.d) for row in page(ellie).ended("danger")] == [("A dog", "The dog has died")]


def test_whom_a_conflict_of_interest_keeps_away_is_not_around(ellie: int) -> None:
    worker = someone("north.worker")
    assert len(get_surroundings(worker, ellie).people) == 3
    lee = next(near for near in get_surroundings(worker, ellie).people if near.adult_of_concern)
    bar(f"user:{worker.user_id}", subject_id=lee.id, reason="staff_conflict")
    assert [near.name for near in get_surroundings(worker, ellie).people] == ["Ellie Marsden", "Kirsty Marsden"]
