"""Two officers drop in notifications of one incident; the hub sees one group with both texts (practice 14)."""

from collections.abc import Callable

import pytest

from tests.journeys import steps
from tests.journeys.conftest import Person
from tests.notices.test_notices import PPN

PersonOf = Callable[..., Person]
SECOND = """Attended with PC 4471. Incident 14/203877/26. Reporting officer PS 1180 Karen Tolley.
14 Quarry Lane, Wath, S63 7AQ on 18/11/2026 at 22:15.
Child: Ellie Marsden, DOB 09/03/2017
The neighbour said that it was "every weekend now".
"""


def send_notice(officer: Person, text: str, *, check: bool = False) -> None:
    """Paste the text, tick the children who are right, send it."""
    officer.follow("Police notifications")
    officer.follow("Drop one in")
    officer.page.get_by_label("The text of the notification").fill(text)
    officer.press("Go on")
    if check:
        officer.check()
    # The whole text stands beside what was picked out of it.
    assert text.splitlines()[0] in officer.page.locator("section.card p").inner_text()
    officer.press("Send to the hub")
    assert "Say whether a child is in danger now" in officer.text() and "Quarry Lane" in officer.page.content()
    officer.page.get_by_label("Ellie Marsden goes along").check()
    steps.choose(officer, "danger", "no")
    officer.press("Send to the hub")
    assert "14/203877/26" in officer.text() and steps.REFERENCE.search(officer.text())


@pytest.mark.sqlite_only
def test_two_officers_tell_of_one_incident(person: PersonOf) -> None:
    # 1. Each pastes what they wrote, and confirms who is named; the second works without a script.
    daniel, karen = person("police"), person("police2", scripts=False)
    send_notice(daniel, PPN, check=True)
    send_notice(karen, SECOND)
    assert "every weekend" not in daniel.text(), "an officer sees their own"
    # 2. The hub sees one incident, with both texts whole; nothing is decided or closed by that.
    nadia = person("mash.worker")
    nadia.open("/notices/groups")
    nadia.check()
    text = nadia.text()
    assert "14/203877/26: 2 notifications, 2 wait for the hub" in text
    assert "every weekend now" in text and "he always does it when it's football" in text
    assert "PC 4471 Daniel Oakes" in text and "PS 1180 Karen Tolley" in text
    # 3. She opens each from the group, and comes back to it from the contact.
    first, second = steps.REFERENCE.findall(" ".join(nadia.page.locator("article.notice h3").all_inner_texts()))
    assert first != second
    told = {}
    for reference in (first, second):
        nadia.open("/notices/groups")
        nadia.page.locator("article.notice", has_text=reference).locator("h3 a").click()
        nadia.page.wait_for_url(f"**/referrals/{reference}*")
        told[reference] = {words for words in ("every weekend now", "when it's football") if words in nadia.text()}
        nadia.open(f"/notices/about/{reference}")
        assert first in nadia.text() and second in nadia.text()
    assert sorted(map(sorted, told.values())) == [["every weekend now"], ["when it's football"]]
