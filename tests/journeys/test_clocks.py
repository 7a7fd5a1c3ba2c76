"""A child’s clocks at browsers: something is recorded by its date, its clock appears and says why, the date is put
right, taken back; what is late is explained, and a manager authorises it."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask

from caseapp.deadlines.domain import STATUTORY, long_day
from caseapp.kernel import clock
from caseapp.kernel.db import transaction
from tests import factories
from tests.journeys.conftest import Person
from tests.journeys.steps import write


def fill_in(worker: Person, on: date, words: str, at: str = "") -> None:
    """The form of one dated event."""
    write(worker, happened_on__day=str(on.day), happened_on__month=str(on.month), happened_on__year=str(on.year))
    if at:
        write(worker, happened_time=at)
    write(worker, who="Kirsty, Ellie and I", words=words)
    worker.press("Record it")


@pytest.mark.once("postgresql")
def test_a_clock_from_its_event_to_its_end_and_one_that_is_late(person: Callable[..., Person], bare_app: Flask) -> None:
    today = clock.today()
    with bare_app.app_context(), clock.at(clock.now() - timedelta(days=60)), transaction():
        family = factories.a_case(children=2, worker="north.worker")
    leah = person("north.worker")
    leah.open(f"/cases/{family.reference}")
    leah.follow("Record a dated event")
    leah.page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")
    leah.check()
    leah.shoot("event-choose")
    leah.page.get_by_label("Find by a word").fill("made a protection plan")
    leah.press("Find")
    leah.check()
    leah.follow("The conference made a protection plan")
    leah.press("Record it")
    assert "Enter the day it happened" in leah.text()
    leah.check()
    leah.shoot("event-form")
    began = STATUTORY.working_day_on_or_before(today - timedelta(days=6))
    for box in leah.page.locator('[name="children"]').all():
        box.check()
    fill_in(leah, began, "All agencies agreed: neglect.")
    due = STATUTORY.add_working_days(began, 10)
    assert f"Day 10 is {long_day(due)}." in leah.text() and "First core group" in leah.text()
    leah.shoot("clocks")
    # Whatever is opened fits, and axe finds nothing in it.
    leah.page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")
    leah.check()
    leah.shoot("clocks-open")
    # The date was wrong: what moves is said before it moves.
    leah.follow("What was recorded")
    leah.check()
    leah.follow("Change the date")
    moved = STATUTORY.working_day_on_or_before(began - timedelta(days=1))
    write(leah, happened_on__day=str(moved.day), happened_on__month=str(moved.month), happened_on__year=str(moved.year))
    write(leah, words="The minutes say so.")
    leah.check()
    leah.press("See what moves")
    assert "First core group" in leah.text() and "Ellie" in leah.text() and "Jake" in leah.text()
    leah.check()
    leah.shoot("event-move")
    leah.press("Change the date")
    due = STATUTORY.add_working_days(moved, 10)
    assert f"Day 10 is {long_day(due)}." in leah.text()
    leah.follow("What was recorded")
    assert "First written down as" in leah.text() and "The minutes say so." in leah.text()
    leah.shoot("events")
    # It was another family's after all.
    leah.follow("It did not happen")
    assert "gone: nothing has started it" in leah.text()
    leah.check()
    write(leah, words="Typed at the wrong child.")
    leah.press("Take it back")
    assert "First core group" not in leah.page.locator("article").all_inner_texts()
    assert f"Day 10 is {long_day(due)}." not in leah.text()
    # Without a script: enquiries began a month ago, and no conference was held in time.
    plain = person("north.worker", scripts=False)
    plain.open(f"/cases/{family.reference}/clocks")
    plain.follow("Record a dated event")
    plain.page.get_by_label("Find by a word").fill("section 47")
    plain.press("Find")
    plain.follow("Strategy discussion that began section 47 enquiries")
    fill_in(plain, today - timedelta(days=32), "Police, health and we agreed to enquire.", at="14:05")
    assert "Late (" in plain.text() and "Initial conference" in plain.text()
    plain.page.locator("article").filter(has_text="An initial conference has").get_by_text("Say why it is late").click()
    plain.press("Send to a manager")
    assert "Choose a reason" in plain.text()
    plain.page.get_by_label("There was more work than people").check()
    plain.page.get_by_label("What happened, and what is done about it?").fill("No chair was free before Tuesday.")
    plain.press("Send to a manager")
    assert "Waits for a manager" in plain.text()
    ruth = person("north.manager")
    ruth.open("/deadlines/late")
    ruth.check()
    ruth.shoot("late-list")
    assert "No chair was free before Tuesday." in ruth.text()
    ruth.follow("Authorise")
    ruth.check()
    ruth.shoot("late-reason")
    ruth.press("I authorise this")
    assert "It is authorised" in ruth.text() and "No reason waits for your authorisation." in ruth.text()
    ruth.open(f"/cases/{family.reference}/clocks")
    assert "Authorised by Ruth Hallam" in ruth.text() and "Late (" in ruth.text()
    ruth.check()
    ruth.shoot("clocks-late")
    leah.open(f"/cases/{family.reference}")
    leah.shoot("case")
    leah.follow("All clocks")
    assert "Authorised by Ruth Hallam" in leah.text()
