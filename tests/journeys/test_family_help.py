"""Family help from the plan to its end: the team around the family, a school's action, a review, the family's scores,
closing, and what the family says by a link that names nobody."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask

from caseapp.kernel import clock
from caseapp.kernel.db import transaction
from tests import factories
from tests.journeys import steps
from tests.journeys.conftest import Person


def write_day(someone: Person, name: str, on: date) -> None:
    """Type a day into its three inputs."""
    steps.write(
        someone, **{f"{name}__day": str(on.day), f"{name}__month": str(on.month), f"{name}__year": str(on.year)}
    )


@pytest.mark.sqlite_only
def test_family_help_from_plan_to_closed_with_survey(person: Callable[..., Person], bare_app: Flask) -> None:
    today = clock.today()
    with bare_app.app_context(), transaction():
        came = clock.now() - timedelta(days=20)
        family = factories.a_case(
            children=2, team="fh_north", worker="familyhelp.worker", level="focused_family_help", received_at=came
        )
    # 1. Donna begins the plan with the family's yes.
    donna = person("familyhelp.worker")
    donna.open(f"/cases/{family.reference}")
    donna.follow("Begin a family help plan")
    for box in donna.page.locator('[name="children"]').all():
        box.check()
    write_day(donna, "started_on", today - timedelta(days=5))
    write_day(donna, "agreed_on", today - timedelta(days=6))
    steps.write(donna, agreed_by="Kirsty Marsden, mother", aim="Ellie and Jake are in school on time, and rested.")
    donna.check()
    donna.press("Begin the plan")
    plan = donna.page.url.removeprefix(donna.address)
    assert "The plan has begun." in donna.text()
    # 2. The school joins the team, and gets something to do.
    donna.follow("who is in it")
    donna.follow("Add somebody")
    donna.page.locator("#from").select_option(label="Wath Primary School")
    donna.press("Go on")
    donna.page.get_by_label("Hannah Whitfield").check()
    steps.write(donna, part="Ellie’s head teacher")
    donna.check()
    donna.press("Take them into the team")
    assert "sees the shared plan here" in donna.text()
    donna.check()
    donna.open(plan)
    donna.follow("Add an action")
    donna.page.get_by_label("The whole family").check()
    donna.page.get_by_label("Hannah Whitfield").check()
    steps.write(donna, what="Keep a place in breakfast club", measure="In school on time, four days of five")
    write_day(donna, "due_on", today + timedelta(days=10))
    donna.check()
    donna.press("Save the action")
    # 3. The family scores how things are.
    donna.follow("Family’s scores")
    steps.choose(donna, "stage", "start")
    steps.choose(donna, "home", "3")
    steps.choose(donna, "school", "4")
    steps.write(donna, told_by="Kirsty and Ellie")
    donna.check()
    donna.press("Save the scores")
    # 4. Hannah finds it in her plans, and says that it is done.
    hannah = person("school")
    hannah.open("/plans/")
    hannah.check()
    hannah.follow("Say it is done")
    steps.write(hannah, evidence="Ellie came on four days this week.")
    hannah.check()
    hannah.press("It is done")
    assert "Ellie came on four days this week." in hannah.page.content()
    assert "Change the words" not in hannah.text()
    # 5. The review: everybody's words once, and the family scores again.
    donna.open(plan)
    donna.follow("Write a meeting")
    steps.choose(donna, "kind", "review")
    steps.choose(donna, "outcome", "close")
    steps.write(donna, happened_time="10:00", words="Mornings are calm.", family_words="Ellie: I like breakfast club.")
    for radio in donna.page.locator('[name^="came_"][value="came"]').all():
        radio.check()
    donna.check()
    donna.press("Save the meeting")
    assert "It can end: what we wanted has changed." in donna.text()
    donna.check()
    donna.open(plan)
    donna.follow("Family’s scores")
    steps.choose(donna, "stage", "end")
    steps.choose(donna, "home", "7")
    steps.choose(donna, "school", "8")
    steps.write(donna, told_by="Kirsty and Ellie")
    donna.press("Save the scores")
    assert "from 3 to 7, better" in donna.text()
    donna.check()
    donna.shoot("plan")
    donna.open(f"{plan}/print")
    donna.check()
    donna.shoot("plan-paper")
    # 6. The plan is closed, and the family asked.
    donna.open(plan)
    donna.follow("Close the plan")
    steps.choose(donna, "reason", "aims_met")
    steps.write(donna, words="In school on time for four weeks. Money is still short.")
    donna.check()
    donna.press("Close the plan")
    donna.follow("Ask them")
    steps.choose(donna, "opened_by", "born")
    donna.check()
    donna.press("Make the link")
    donna.check()
    link = donna.page.locator("#link").inner_text()
    # 7. Hannah sees the plan no more; Kirsty answers on her phone, once.
    hannah.open(plan)
    assert "Marsden" not in hannah.text()
    kirsty = person("")
    kirsty.open("/views/" + link.rpartition("/")[2])
    kirsty.check()
    write_day(kirsty, "proof", date(2017, 3, 9))
    kirsty.press("Go on")
    steps.choose(kirsty, "rating", "9")
    steps.write(kirsty, words="You listened.")
    kirsty.check()
    kirsty.shoot("survey")
    kirsty.press("Send my answer")
    assert "Thank you" in kirsty.text()
    kirsty.open("/views/" + link.rpartition("/")[2])
    assert "This link does not work" in kirsty.text()
    kirsty.check()
    # 8. The head reads the average with how many answered, never without.
    head = person("head")
    head.open("/plans/views")
    assert "9 out of 10 on average: 1 of 1 families answered (100 %)" in head.text()
    head.check()
