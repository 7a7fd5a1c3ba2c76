"""A step-down at browsers: sent back once, then led by a school's designated lead, who is asked first, reads what it
takes and says yes (practice 19). Until they do, and the receiving team accepts, the sender holds the family."""

from collections.abc import Callable

import pytest
from flask import Flask

from caseapp.kernel.db import transaction
from tests import factories
from tests.journeys.conftest import Person
from tests.journeys.steps import answer_handover, choose, step_down, write


@pytest.mark.once("postgresql")
def test_a_family_is_returned_once_and_then_led_by_a_school(person: Callable[..., Person], bare_app: Flask) -> None:
    with bare_app.app_context(), transaction():
        family = factories.a_case(children=2, worker="north.worker")
        factories.an_authorised_assessment(family)
        school_lead = factories.someone("school")
    leah, ruth, sheila = person("north.worker"), person("north.manager"), person("familyhelp.north")
    first = step_down(leah, f"/cases/{family.reference}")
    answer_handover(ruth, first, "agree")
    answer_handover(sheila, first, "return", "The school knows them best: have you asked there?")
    second = step_down(leah, f"/cases/{family.reference}", led_by=(school_lead.name, school_lead.agency_name))
    assert f"{school_lead.name} has not been asked yet" in leah.text()
    answer_handover(ruth, second, "agree")
    # The family does not move to somebody who has not been asked.
    answer_handover(sheila, second, "accept")
    assert "has not been asked yet" in sheila.text() and "when they have said yes" in sheila.text()
    leah.open(second)
    leah.follow("Ask them")
    leah.press(f"Ask {school_lead.name}")
    assert "Say how often you meet" in leah.text() and "Choose who helps them" in leah.text()
    leah.check()
    write(leah, meetings="Every six weeks, an hour, at the school", hours="4", words="Ellie trusts you.")
    leah.page.get_by_label("Donna Price").check()
    leah.press(f"Ask {school_lead.name}")
    leah.shoot("asked")
    school = person("school")
    school.follow("Asked to lead")
    school.check()
    school.page.get_by_role("link", name="L-").first.click()
    assert "Will you be the lead practitioner for this family?" in school.text()
    assert "Every six weeks, an hour, at the school" in school.text() and "Ellie trusts you." in school.text()
    school.check()
    school.shoot("request")
    choose(school, "answer", "yes")
    write(school, deputy="Sam Holt")
    school.press("Send my answer")
    assert "Write a telephone number where they can be reached" in school.text()
    assert school.page.get_by_label("Who stands in for you?").input_value() == "Sam Holt"
    school.check()
    write(school, deputy_phone="01632 960118")
    school.press("Send my answer")
    assert "Yes, I will lead" in school.text()
    answer_handover(sheila, second, "accept")
    leah.open(f"/cases/{family.reference}")
    assert "Family help, North" in leah.text() and school_lead.name in leah.text()
