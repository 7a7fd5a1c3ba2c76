"""Four contacts of one family, decided together: one decision, each referrer keeps a receipt (practice 11 and 27)."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.journeys import steps
from tests.journeys.conftest import Person
from tests.referrals.hub_world import rate, receive
from tests.referrals.test_hub_together import MARSDEN


@pytest.mark.sqlite_only
def test_four_contacts_of_one_family_are_decided_together(person: Callable[..., Person], bare_app: Flask) -> None:
    with bare_app.app_context():
        made = [receive(sample, change=lambda told: told.update(received_at=None)) for sample in MARSDEN]
        for each in made:
            rate(each.id)
    # 1. Nadia ticks what belongs together, says that Elly is Ellie, and proposes once for each child.
    nadia = person("mash.worker")
    nadia.open(f"/referrals/{made[0].reference}")
    for box in nadia.page.locator('input[type="checkbox"][name="with"]').all():
        box.check()
    nadia.press("Decide these together")
    nadia.check()
    same = {str(radio.get_attribute("name")) for radio in nadia.page.locator('[name^="same_"]').all()}
    assert same
    for name in same:
        nadia.page.locator(f'[name="{name}"]').first.check()
    for radio in nadia.page.locator('[name^="outcome_"][value="assessment"]').all():
        if str(radio.get_attribute("name")).replace("outcome_", "same_") not in same:
            radio.check()
    steps.write(nadia, reasons="Four people tell of the same house within a week", advice="Keep her day as usual.")
    weighed = nadia.page.locator('[name="history_weighed"]')
    if weighed.count():
        weighed.fill("Four contacts in 12 months, each of shouting at night.")
    nadia.press("Send to a manager to agree")
    # 2. Paul reads all four on one page and agrees once.
    paul = person("mash.manager")
    paul.open(f"/referrals/{made[0].reference}/decision")
    for each in made[1:]:
        assert each.reference in paul.text()
    paul.check()
    steps.choose(paul, "answer", "agree")
    paul.press("Send my answer")
    # 3. All four are decided, and there is one family with two children.
    paul.open("/referrals/queue?tab=decided-today")
    for each in made:
        assert each.reference in paul.text()
    ruth = person("north.manager")
    ruth.open("/desk/team")
    assert "1 family waits for a worker" in ruth.text()
