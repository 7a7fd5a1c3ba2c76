"""A crisis in family help: the worker asks the hub at once, the hub decides, social work accepts within the hour. Until
then family help holds the family; the worker never leaves it."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from caseapp.kernel.db import transaction
from tests import factories
from tests.journeys.conftest import Person
from tests.journeys.steps import agree, choose, write


@pytest.mark.once("sqlite")
def test_a_crisis_goes_up_at_once_and_nobody_is_let_go(person: Callable[..., Person], bare_app: Flask) -> None:
    with bare_app.app_context(), transaction():
        family = factories.a_case(children=2, team="fh_north", worker="familyhelp.worker", level="focused_family_help")
    case = f"/cases/{family.reference}"
    donna = person("familyhelp.worker")
    donna.open(case)
    donna.follow("Step up to social work")
    donna.press("Ask the hub")
    assert "Say whether a child is in danger now" in donna.text()
    donna.check()
    choose(donna, "urgent", "yes")
    write(donna, why="Lee is back, and Jake has a bruise on his cheek.", tried="Mornings together since June.")
    choose(donna, "parents", "not_told")
    donna.page.locator('[name="why_not_told"]').select_option("would_increase_risk")
    donna.shoot("step-up")
    donna.press("Ask the hub")
    assert "Step-up asked, urgent" in donna.text() and "is accountable until social work accepts" in donna.text()

    contact = re.findall(r"R-[0-9A-Z]{4}-[0-9A-Z]{4}", donna.text())[0]
    aisha = person("mash.worker")
    aisha.open("/referrals/queue")
    assert "in danger now" in aisha.text()
    aisha.open(f"/referrals/{contact}")
    assert "Family help is with this child" in aisha.text() and "Lee is back" in aisha.text()
    aisha.check()
    for radio in aisha.page.locator('[name^="outcome_"][value="strategy_discussion"]').all():
        radio.check()
    write(aisha, reasons="A bruise, and he is back in the house.", advice="Stay with them until somebody comes.")
    aisha.press("Send to a manager to agree")
    agree(person("mash.manager"), contact)

    ruth = person("north.manager")
    ruth.open("/pathway/")
    ruth.page.get_by_role("link", name=re.compile("Marsden")).first.click()
    assert "answers within the hour" in ruth.text() or "Urgent." in ruth.text()
    ruth.check()
    ruth.shoot("step-up-handover")
    choose(ruth, "answer", "accept")
    ruth.page.get_by_label(re.compile("Leah Dawson")).check()
    ruth.press("Send my answer")
    donna.open(case)
    assert "North locality" in donna.text() and "Leah Dawson" in donna.text()
    assert "Strategy discussion" in donna.text()
