"""People and families as they are recorded: kept as told, checked, the address only for who reads the record."""

from datetime import date, datetime

import pytest
from flask import Flask

from caseapp.access.domain import L1, L4
from caseapp.kernel.errors import NotFound
from caseapp.people import commands as people
from caseapp.people.queries import get_person_card, list_family
from tests.factories import a_family, someone


def test_a_family_lists_children_first_eldest_first(app: Flask, friday: datetime) -> None:
    family_id, _ = a_family(children=2)
    unknown = people.add_person(first="", last="", description="boy, about 3, blue door")
    people.add_to_family(family_id, unknown, role="child")

    rows = list_family(someone("north.manager"), family_id, level=L4)

    assert [(row.name, row.age) for row in rows][:3] == [
        ("Ellie Marsden", "9"),
        ("Jake Marsden", "7"),
        ("Name not known: boy, about 3, blue door", "age not known"),
    ]
    mother, partner = rows[3:]
    assert {mother.name, partner.name} == {"Kirsty Marsden", "Lee Garner"}
    assert {row.name for row in rows if row.adult_of_concern} == {"Lee Garner"}
    assert {row.name for row in rows if row.parental_responsibility} == {"Kirsty Marsden"}


def test_an_address_is_for_readers_of_the_record_only(app: Flask, friday: datetime) -> None:
    family_id, child_ids = a_family(protected=True)

    above, below = (
        list_family(someone("north.manager"), family_id, level=L4)[0],
        list_family(someone("north.manager"), family_id, level=L1)[0],
    )

    assert above.address is not None
    assert above.address.words == "14 Quarry Lane, S63 7AQ"
    assert above.address_protected
    assert below.address is None
    assert get_person_card(child_ids[0]).address is None
    card = get_person_card(child_ids[0], level=L4)
    assert card.address is not None
    assert card.address.said_by == "Wath Primary School"


def test_being_in_a_family_twice_is_being_in_it_once(app: Flask, friday: datetime) -> None:
    family_id, child_ids = a_family(children=1)
    people.add_to_family(family_id, child_ids[0], role="child")
    assert len(list_family(someone("north.manager"), family_id)) == 3


def test_numbers_are_kept_as_given_with_what_their_check_says(app: Flask, friday: datetime) -> None:
    person = people.add_person(
        first="Zoë",
        last="O’Rourke",
        born_on=date(2016, 2, 29),
        identifiers=[
            ("nhs_number", "943 476 5919"),
            ("nhs_number", "943 476 5918"),
            ("upn", "nonsense"),
            ("other", "7"),
        ],
    )

    assert get_person_card(person).identifiers == (
        ("nhs_number", "943 476 5919", True),
        ("nhs_number", "943 476 5918", False),
        ("upn", "nonsense", False),
        ("other", "7", True),
    )


def test_what_is_too_long_for_its_column_is_cut_not_refused(app: Flask, friday: datetime) -> None:
    person = people.add_person(first="x" * 50_000, last="y" * 50_000, phone="0" * 500)
    assert get_person_card(person).name == f"{'x' * 80} {'y' * 80}"


def test_an_unborn_child_is_told_by_the_expected_day(app: Flask, friday: datetime) -> None:
    person = people.add_person(first="Unborn", last="Petrova", expected_on=date(2027, 2, 14))
    card = get_person_card(person)
    assert (card.name, card.age) == ("Unborn baby Petrova", "due 14 Feb 2027")


def test_nobody_has_no_card(app: Flask) -> None:
    with pytest.raises(NotFound):
        get_person_card(-1)
