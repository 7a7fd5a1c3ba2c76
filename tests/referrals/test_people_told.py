"""What a decision keeps about the people of a contact: what they are to each child, and an address that is another one
than the one recorded (practice 8)."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from caseapp.access.domain import L4
from caseapp.access.queries import levels_of
from caseapp.cases.models import Case, Task
from caseapp.kernel.db import db, transaction
from caseapp.kernel.events import record
from caseapp.people.queries import get_person, get_surroundings
from caseapp.referrals.queries.persons import letters
from tests.factories import someone
from tests.referrals.hub_world import agree, decide, propose, receive


def ellie_and_jake() -> list[int]:
    """Their persons, by the cases that the first contact opened."""
    return list(db.session.scalars(sa.select(Case.person_id).order_by(Case.id)))


def asked() -> list[tuple[str, int]]:
    query = sa.select(Task.kind, Task.about_id).where(Task.kind == "address_differs", Task.done_at.is_(None))
    return [(row.kind, row.about_id) for row in db.session.execute(query.order_by(Task.id))]


def test_the_household_is_related_to_each_child_as_the_contact_says(app: Flask) -> None:
    decide("SAMPLE-001", "assessment")
    for child in ellie_and_jake():
        tied = [kin for kin in get_surroundings(someone("mash.worker"), child).kin if kin.tie is not None]
        assert {(kin.name, kin.words) for kin in tied} == {
            ("Kirsty Marsden", "Mother"),
            ("Lee Garner", "Parent’s partner"),
            ("Pauline Marsden", "Grandparent"),
        }
        assert {kin.name: kin.responsible for kin in tied}["Kirsty Marsden"] == "their"
        assert get_person(child, level=L4).school == "Wath Primary School"


def elsewhere(document: Any) -> None:
    document["children"][0]["address"] = {"line1": "2 Mill Street", "postcode": "S62 5AB", "kind": "home"}


def test_the_same_address_in_other_words_is_no_other_one(app: Flask) -> None:
    decide("SAMPLE-001", "assessment")
    decide("SAMPLE-002", "open_case")
    assert asked() == []


def test_another_address_is_one_to_settle_for_whoever_holds_the_child(app: Flask) -> None:
    decide("SAMPLE-001", "assessment")
    made = receive("SAMPLE-002", change=elsewhere)
    propose(made.id, "open_case")
    ellie, jake = ellie_and_jake()
    assert asked() == []
    agree(made.id)
    assert asked() == [("address_differs", ellie)]
    shown = get_person(ellie, level=L4)
    assert shown.home is not None and shown.home.a == "14 Quarry Lane"
    assert [row.words for row in shown.said] == ["2 Mill Street, S62 5AB"]
    assert get_person(jake, level=L4).said == []


def test_the_hub_reads_who_is_told_of_until_it_is_decided(app: Flask) -> None:
    decide("SAMPLE-001", "assessment")
    ellie = ellie_and_jake()[0]
    hub = someone("mash.worker")
    before = levels_of(hub, "person", [ellie])[ellie]
    made = receive("SAMPLE-002")
    assert levels_of(hub, "person", [ellie]) == {ellie: L4}
    propose(made.id, "open_case")
    agree(made.id)
    assert levels_of(hub, "person", [ellie]) == {ellie: before}


def printed(referral_id: int) -> None:
    with transaction():
        record(someone("mash.worker"), "paper.printed", subjects=[referral_id], kind="family_letter")


@pytest.mark.parametrize("written", ["", "Dear family"])
def test_a_letter_that_nobody_has_printed_yet_is_said_before_a_move(app: Flask, written: str) -> None:
    decide("SAMPLE-001", "assessment")
    made = receive("SAMPLE-002")
    propose(made.id, "open_case")
    agree(made.id, family_message=written)
    found = letters(someone("mash.worker"), ellie_and_jake())
    assert [made.reference in words for words in found] == ([True] if written else [])
    printed(made.id)
    assert letters(someone("mash.worker"), ellie_and_jake()) == []
