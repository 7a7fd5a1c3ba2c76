"""A morning: what a worker was told, how she is told, her calendar without a browser, and what the administrator sees
of it. Without a script."""

import re
import urllib.request
from collections.abc import Callable
from datetime import datetime, time, timedelta

import icalendar
import pytest
from flask import Flask

from caseapp.deadlines.domain import STATUTORY
from caseapp.kernel import clock
from caseapp.kernel.db import transaction
from caseapp.notifications.commands import make_digests, put_in_outbox
from tests.factories import AFamily, a_case
from tests.journeys.conftest import Person

# The last working day before today at nine, so that what is late then is not long past on the server's own clock.
TODAY = STATUTORY.working_day_on_or_before(clock.today() - timedelta(days=1))
MORNING = datetime.combine(TODAY, time(9), tzinfo=clock.LONDON)


def a_case_due(working_days_ago: int, **more: object) -> AFamily:
    """A family of Leah's whose referral came so many working days before that morning; the law gives 45."""
    came = STATUTORY.take_working_days(TODAY, working_days_ago)
    received = datetime.combine(came, time(9), tzinfo=clock.LONDON)
    with clock.at(received), transaction():
        return a_case(worker="north.worker", received_at=received, **more)  # type: ignore[arg-type]


@pytest.mark.sqlite_only
def test_a_morning_with_reminders(bare_app: Flask, person: Callable[..., Person]) -> None:
    with bare_app.app_context():
        late = a_case_due(48, children=2)
        for number, days in enumerate((45, 44, 40)):
            a_case_due(days, name=f"Hill{number}")
        with clock.at(MORNING):
            put_in_outbox()
            make_digests()

    leah = person("north.worker", scripts=False)
    leah.open("/notifications/")
    assert late.reference in leah.text() and "Late by" in leah.text() and "Marsden" not in leah.text()
    leah.shoot("reminders")
    leah.press(re.compile("^Read"))
    assert "Marked as read" in leah.text()
    leah.press(re.compile("Mark all"))
    assert "You have read all your reminders" in leah.text()
    leah.follow("E-mail and calendar")
    leah.shoot("settings")
    leah.page.get_by_label("Only when something is late").check()
    leah.press("Save")
    assert "It is kept" in leah.text()
    leah.press(re.compile("Make an address"))
    leah.shoot("address")
    address = leah.page.locator("code").inner_text()
    with urllib.request.urlopen(address) as answer:
        calendar = icalendar.Calendar.from_ical(answer.read())
    about = {str(event["SUMMARY"]) for event in calendar.walk("VEVENT")}
    assert {f"Assessment complete: {reference}" for reference in late.references} <= about

    robin = person("admin", scripts=False)
    robin.follow("Outbox")
    robin.shoot("outbox")
    robin.follow("Leah Dawson")
    robin.shoot("mail")
    assert late.reference in robin.text() and "Marsden" not in robin.text()
    ruth = person("north.manager")
    ruth.open("/notifications/settings")
    assert "All of North locality" in ruth.text()
    ruth.shoot("settings-manager")
