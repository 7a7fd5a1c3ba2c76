"""Is this child already known? Suggested at triage, decided, taken back; "different" is remembered; of a restricted
record the hub learns whom to ring. With and without JavaScript."""

import re
from collections.abc import Callable
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from caseapp.cases.models import Case
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.subjects import Subject
from caseapp.people import commands as people
from tests.journeys import steps
from tests.journeys.conftest import Person
from tests.referrals.hub_world import receive


def a_record(first: str = "Tia", born_on: date = date(2012, 8, 12)) -> str:
    """A record of Tia Brook with another birth date; gives its reference."""
    with transaction():
        number = people.add_person(
            first=first,
            last="Brook",
            born_on=born_on,
            sex="F",
            stay={
                "line": "41 Doncaster Road",
                "postcode": "S65 2DA",
                "kind": "home",
                "protected": False,
                "said_by": "Clifton Community School",
                "said_at": clock.now(),
            },
        )
    return db.session.scalars(sa.select(Subject.reference).where(Subject.id == number)).one()


def say(someone: Person, answer: str, words: str) -> None:
    """Of the first record on the page."""
    form = someone.page.locator("form").filter(has=someone.page.locator('input[name="about"]')).first
    form.locator(f'input[value="{answer}"]').check()
    form.locator("textarea").fill(words)
    with someone.page.expect_navigation():
        form.get_by_role("button").click()


def take_back(someone: Person, words: str) -> None:
    """What was said last."""
    folded = someone.page.locator("details").filter(has_text="Take this back").first
    folded.locator("summary").click()
    folded.locator('input[type="text"], input.govuk-input').first.fill(words)
    with someone.page.expect_navigation():
        folded.get_by_role("button").click()


@pytest.mark.sqlite_only
@pytest.mark.parametrize("scripts", [True, False], ids=["script", "no script"])
def test_a_child_is_known_at_triage(person: Callable[..., Person], bare_app: Flask, scripts: bool) -> None:
    with bare_app.app_context():
        reference = a_record()
        made = receive("SAMPLE-006", change=lambda told: told.update(received_at=None))
    nadia = person("mash.worker", scripts=scripts)
    nadia.open(f"/referrals/{made.reference}")
    # 1. Whoever reads it first has the register looked through; nothing is joined by that.
    nadia.press("I am reading this now")
    assert "1 likely record" in nadia.text() and "same home" in nadia.text()
    if scripts:
        nadia.check()
        nadia.shoot("known-contact")
    nadia.follow(re.compile("Same child, another, or not sure"))
    assert reference in nadia.text() and "same home" in nadia.text()
    if scripts:
        nadia.check()
        nadia.shoot("known-likely")
    # 2. Without words nothing is kept, and the choice stands as made.
    say(nadia, "same", "")
    assert "There is a problem" in nadia.text() and nadia.page.locator('input[value="same"]').first.is_checked()
    if scripts:
        nadia.check()
    say(nadia, "same", "Rang the school: one Tia Brook, born on the 12th")
    assert "Tia Brook is known" in nadia.text()
    if scripts:
        nadia.check()
        nadia.shoot("known-chosen")
    # 3. It was the cousin: taken back, and said to be another child. She is not suggested again.
    take_back(nadia, "The school rang back: the cousin")
    assert "Tia Brook is known" not in nadia.text()
    say(nadia, "different", "Her cousin of the same name")
    assert "Said to be another child" in nadia.text() and "Her cousin of the same name" in nadia.text()
    if scripts:
        nadia.check()
        nadia.shoot("known-different")
    nadia.open(f"/referrals/{made.reference}")
    assert "nobody likely found" in nadia.text()
    # 4. A case opens for a record of her own.
    steps.choose(nadia, "rating", "amber")
    steps.write(nadia, rationale="A pattern over weeks")
    nadia.press("Save the rating")
    for radio in nadia.page.locator('[name^="outcome_"][value="assessment"]').all():
        radio.check()
    steps.write(nadia, reasons="Missing three times", advice="Keep her day as usual.")
    nadia.press("Send to a manager to agree")
    paul = person("mash.manager", scripts=scripts)
    steps.agree(paul, made.reference)
    with bare_app.app_context():
        opened = db.session.scalars(sa.select(Subject.reference).join(Case, Case.person_id == Subject.id)).one()
    assert opened != reference


@pytest.mark.sqlite_only
def test_two_records_are_linked_and_parted_and_one_is_restricted(
    person: Callable[..., Person], bare_app: Flask
) -> None:
    with bare_app.app_context():
        one, other = a_record(), a_record("Tiana", date(2012, 8, 21))
        made = receive("SAMPLE-006", change=lambda told: told.update(received_at=None))
    nadia = person("mash.worker")
    # 1. Two records of one child: the second joins the first.
    nadia.open(f"/referrals/{made.reference}/known")
    say(nadia, "same", "The mother gave both addresses")
    say(nadia, "same", "And Tiana is her full name")
    nadia.check()
    nadia.open(f"/people/{one}")
    assert "Other records of the same person" in nadia.text() and "Tiana Brook" in nadia.text()
    nadia.check()
    nadia.shoot("known-two-records")
    # 2. Taken back, with its history.
    nadia.follow("What was said of this record and others")
    nadia.check()
    nadia.shoot("known-links")
    take_back(nadia, "Tiana is the sister")
    assert "What does not stand any more" in nadia.text() and "Tiana is the sister" in nadia.text()
    # 3. Paul lets only Ruth see Tiana; Nadia finds whom to ring, and nothing else.
    paul = person("mash.manager")
    paul.open(f"/people/{other}")
    paul.follow("Who may see this record")
    paul.press("Let only these people see it")
    assert "There is a problem" in paul.text()
    paul.check()
    steps.choose(paul, "reason", "staff_conflict")
    steps.write(paul, words="Her aunt works here", ring="Paul Rhodes, 01709 555001")
    steps.write(paul, readers="north.manager@demo.example")
    paul.press("Let only these people see it")
    assert "Only named people see this record" in paul.text()
    paul.check()
    paul.shoot("known-restriction")
    with bare_app.app_context():
        again = receive("SAMPLE-024", change=lambda told: told.update(received_at=None))
    nadia.open(f"/referrals/{again.reference}/known")
    assert "Confidential information is held: ring Paul Rhodes, 01709 555001" in nadia.text()
    assert "Tiana" not in nadia.text() and other not in nadia.page.content()
    nadia.check()
    nadia.shoot("known-restricted")
    nadia.page.goto(f"{nadia.address}/people/{other}")
    assert "Tiana" not in nadia.text()
