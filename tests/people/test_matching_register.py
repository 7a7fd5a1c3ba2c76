"""Who of the register is found: from the rows, through the keys, on both databases."""

from dataclasses import replace
from datetime import date, datetime

import sqlalchemy as sa
from flask import Flask

from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.people import commands as people
from caseapp.people.commands import PersonGiven, StayGiven
from caseapp.people.domain.matching import Described
from caseapp.people.models import PersonName
from caseapp.people.queries import described_people, find_matches
from tests.helpers.statements import count_statements


def at_home(line: str = "14 Quarry Lane", postcode: str = "S63 7AQ") -> StayGiven:
    return StayGiven(
        line=line, postcode=postcode, kind="home", protected=False, said_by="Wath Primary School", said_at=clock.now()
    )


def add_ellie() -> int:
    return people.add_person(
        first="Ellie",
        last="Marsden",
        born_on=date(2017, 3, 4),
        sex="F",
        identifiers=[("nhs_number", "999 123 4560")],
        stay=at_home(),
    )


ELLIE = Described("Ellie", "", "Marsden", (), "F", date(2017, 3, 4), homes=(("14 Quarry Lane", "s637aq"),))


def test_a_child_is_found_by_what_is_told_of_her(app: Flask, friday: datetime) -> None:
    ellie = add_ellie()
    people.add_person(first="Jake", last="Marsden", born_on=date(2019, 5, 6), sex="M", stay=at_home())

    [found] = [match for match in find_matches(ELLIE) if match.scored.band == "very likely"]

    assert found.person_id == ellie
    assert "same home" in {evidence.words for evidence in found.scored.evidence}


def test_nobody_is_found_where_nothing_agrees(app: Flask, friday: datetime) -> None:
    add_ellie()
    assert find_matches(Described("Tomasz", "", "Nowak", (), "M", date(2012, 1, 9))) == []
    assert find_matches(Described()) == []


def test_what_is_kept_is_what_the_rows_say(app: Flask, friday: datetime) -> None:
    ellie = add_ellie()
    kept = described_people([ellie])
    people.refresh_keys([ellie])
    assert described_people([ellie]) == kept


def test_a_shared_number_is_found_among_hundreds_who_share_all_else(app: Flask, friday: datetime) -> None:
    number = ("nhs_number", "999 000 0018")
    alike = PersonGiven("Ellie", "Marsden", born_on=date(2017, 3, 4), sex="F", stay=at_home())
    people.add_people([alike] * 220)
    [known] = people.add_people([PersonGiven("Nobody", "Else", identifiers=[number])])

    found = find_matches(replace(ELLIE, identifiers=(number,)), limit=500)

    assert known in {match.person_id for match in found}


def test_what_is_corrected_is_found_by_what_it_says_now(app: Flask, friday: datetime) -> None:
    ellie = add_ellie()
    db.session.execute(sa.update(PersonName).where(PersonName.person_id == ellie).values(first="Xanthe", last="Quill"))
    people.refresh_keys([ellie])

    told = Described("Xanthe", "", "Quill", (), "F", None)
    assert [match.person_id for match in find_matches(told)] == [ellie]
    assert find_matches(Described("Ellie", "", "Marsden", (), "F", None)) == []


def test_three_statements_however_many_share_something(app: Flask, friday: datetime) -> None:
    counts = []
    for more in (1, 30):
        people.add_people([PersonGiven("Ellie", "Marsden", born_on=date(2017, 3, 4), stay=at_home())] * more)
        with count_statements(app) as statements:
            find_matches(ELLIE)
        counts.append(len(statements))
    assert counts == [3, 3]


def test_people_can_be_left_out(app: Flask, friday: datetime) -> None:
    ellie = add_ellie()
    assert find_matches(ELLIE, besides={ellie}) == []
