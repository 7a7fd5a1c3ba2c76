"""A manager looks at the team's week: what is due by day, whose it is, why; what is likely to be late; who was not
seen. The worker finds the same on their own page."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from caseapp.kernel import clock
from caseapp.kernel.db import transaction
from tests import factories
from tests.journeys.conftest import Person


@pytest.mark.sqlite_only
def test_a_manager_goes_through_the_team_s_clocks(person: Callable[..., Person], bare_app: Flask) -> None:
    came, seen = clock.now() - timedelta(days=52), clock.now() - timedelta(days=40)
    # By the calendar in London, also at night and over a change of the clocks.
    opened_ago, seen_ago = ((clock.today() - clock.to_london(at).date()).days for at in (came, seen))
    with bare_app.app_context(), clock.at(came), transaction():
        steel = factories.a_case(name="Steel", children=2, worker="north.worker", received_at=came)
        factories.a_case(name="Haigh", worker="marta.wilk", received_at=came)
    with bare_app.app_context(), transaction():
        factories.a_visit(steel, at=seen)
    # 1. From the board to what is due by day, narrowed to one worker; it works without a script.
    ruth = person("north.manager", scripts=False)
    ruth.open("/desk/team")
    ruth.follow("Due by day")
    assert "Steel" in ruth.text() and "Haigh" in ruth.text()
    ruth.page.get_by_label("Worker").select_option(label="Leah Dawson")
    ruth.press("Show these")
    assert "Steel" in ruth.text() and "Haigh" not in ruth.text()
    assert "Seen on day" in ruth.text() and "No look by the manager by day 10" in ruth.text()
    # 2. Why it is due then is one press away, and from there all clocks of the child.
    row = ruth.page.locator("tr", has_text="Assessment complete").first
    row.locator("summary").click()
    assert "An assessment has 45 working days" in row.inner_text()
    row.get_by_role("link", name="All clocks of this child").click()
    assert "Clocks" in ruth.text()
    # 3. The calendar counts, and each number opens what it counted.
    ruth.open("/desk/team/calendar")
    ruth.page.locator(".cal td a").last.click()
    assert "Only " in ruth.text() and "Show every day" in ruth.text()
    # 4. What is likely to be late, and who was not seen for how long.
    ruth.follow("Likely to be late")
    assert "Nobody has begun to write on day" in ruth.text()
    ruth.follow("Not seen")
    assert f"Not seen for {seen_ago} days" in ruth.text()
    assert f"Not seen since the case was opened, {opened_ago} days ago" in ruth.text()
    # 5. Leah reads the same of her own.
    leah = person("north.worker")
    leah.open("/desk/my-work")
    assert f"not seen for {seen_ago} days" in leah.text() and "Haigh" not in leah.text()
    leah.follow("Assessments that are likely to be late")
    assert "Steel" in leah.text() and "rule of thumb" in leah.text()
    leah.check()
