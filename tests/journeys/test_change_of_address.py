"""A change of address at browsers: the police give another address than the one recorded, the worker finds out, moves
the household, keeps the address from somebody, and ticks off who was told (practice 8)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from caseapp.kernel import clock
from caseapp.kernel.db import transaction
from caseapp.people.commands import StayGiven, give_address
from tests import factories
from tests.journeys.conftest import Person
from tests.journeys.steps import write


def choose(someone: Person, question: str, answer: str) -> None:
    """One answer to the question of that name."""
    group = someone.page.get_by_role("group", name=question)
    group.get_by_label(answer, exact=True).check()


@pytest.mark.once("postgresql")
def test_a_household_moves_and_nobody_is_lost(person: Callable[..., Person], bare_app: Flask) -> None:
    with bare_app.app_context(), transaction():
        family = factories.a_case(children=2, worker="north.worker")
        said = StayGiven(
            line="2 Mill Street",
            postcode="S62 5AB",
            kind="home",
            protected=False,
            said_by="South Yorkshire Police",
            said_at=clock.now(),
        )
        give_address(factories.someone("mash.worker"), person_id=family.person_ids[0], stay=said)
    leah = person("north.worker")
    leah.open("/desk/my-work")
    assert "two addresses are given" in leah.text()
    leah.follow("Open the person")
    assert "Somebody gives another address: where does Ellie Marsden live?" in leah.text()
    assert "14 Quarry Lane, S63 7AQ" in leah.text()
    leah.check()
    leah.shoot("person")
    leah.follow("They live there now")
    assert leah.page.get_by_label("New address").input_value() == "2 Mill Street"
    leah.press("Go on")
    assert "Give the day" in leah.text() and "Say whether Jake Marsden moved too" in leah.text()
    leah.check()
    yesterday = clock.today() - timedelta(days=1)
    write(
        leah,
        from_on__day=str(yesterday.day),
        from_on__month=str(yesterday.month),
        from_on__year=str(yesterday.year),
        said_by="Their mother, at home today",
        school="Rawmarsh Primary School",
    )
    choose(leah, "How do you know?", "A parent or carer told us")
    choose(leah, "Jake Marsden, ", "Moved too")
    choose(leah, "Kirsty Marsden", "Moved too")
    choose(leah, "Lee Garner", "Stayed there")
    leah.page.get_by_role("group", name="Who must not learn it?").get_by_label("Lee Garner").check()
    choose(leah, "Who has to be told?", "School or nursery")
    leah.shoot("move")
    leah.press("Go on")
    shown = leah.text()
    assert "Ellie Marsden, Jake Marsden, Kirsty Marsden" in shown
    assert "Lee Garner. The address is protected" in shown
    leah.check()
    leah.shoot("move-shown")
    leah.press("Keep the new address")
    after = leah.text()
    assert "The new address is kept." in after
    assert (
        "2 Mill Street, S62 5AB" in after and "Address protected" in after and "Must not learn it Lee Garner" in after
    )
    assert "Somebody gives another address" not in after
    leah.check()
    leah.press("They have been told")
    assert "Told of the new address: School or nursery (Leah Dawson" in leah.text()
    leah.page.locator("summary").filter(has_text="What stood here before").click()
    assert "14 Quarry Lane, S63 7AQ, until" in leah.text()
    leah.check()
    leah.shoot("person-moved")
    # The brother moved too: his page says so, and his school has still to be told.
    leah.follow("Jake Marsden")
    assert "2 Mill Street, S62 5AB" in leah.text() and "Still to be told of the new address" in leah.text()
    leah.open("/desk/my-work")
    assert "two addresses are given" not in leah.text() and "a new address" in leah.text()
    # Another team's worker learns that there is a case and whom to ring, and no address.
    imran = person("central.worker", scripts=False)
    with bare_app.app_context():
        reference = factories.reference_of(family.person_ids[0])
    imran.open(f"/people/{reference}")
    assert "North locality" in imran.text() and "Mill Street" not in imran.text()
