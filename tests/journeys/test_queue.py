"""The hub's desk at browsers: two people and one referral, a question and its answer, a call, the keys, no script."""

from collections.abc import Callable

import pytest

from tests.journeys import steps
from tests.journeys.conftest import Person

PersonOf = Callable[..., Person]


@pytest.mark.sqlite_only
def test_a_morning_at_the_hubs_queue(person: PersonOf) -> None:
    school = person("school")
    reference = steps.refer_two_children(school)
    nadia, paul = person("mash.worker"), person("mash.manager")
    # Two claim the same one: the second is told, and takes nothing unless they say so.
    for someone in (nadia, paul):
        someone.open("/referrals/queue")
    nadia.check()
    nadia.press("I take this")
    assert "You have it since today" in nadia.text()
    nadia.check()
    paul.press("I take this")
    assert "Nadia Farrow took this today" in paul.text() and "You can take it over" in paul.text()
    paul.check()
    paul.open("/referrals/queue")
    assert "Nadia Farrow since today" in paul.text() and "Mine (0)" in paul.text()
    paul.open(f"/referrals/{reference}")
    paul.follow("Give it to a colleague")
    paul.check()
    # She asks back; the school sees it wherever it looks, and answers.
    nadia.follow("Ask the referrer something")
    nadia.check()
    steps.write(nadia, words="Who collects Ellie on Friday?")
    nadia.press("Ask them")
    nadia.check()
    nadia.open("/referrals/queue")
    assert "Asked Hannah Whitfield today" in nadia.text() and "no answer yet" in nadia.text()
    school.open("/referrals/")
    assert "The hub asks you" in school.text()
    school.follow("Answer")
    school.check()
    school.page.get_by_label("Your answer").fill("Her gran, every Friday.")
    school.press("Send the answer")
    assert "Her gran, every Friday." in school.text()
    nadia.open("/referrals/queue")
    assert "Hannah Whitfield answered the hub’s question at" in nadia.text() and "Mine (1)" in nadia.text()
    # A grandmother rings: asked once, the reference read out, hers at once.
    nadia.follow("Record a phone referral")
    nadia.check()
    nadia.press("Begin")
    for page in range(20):
        if nadia.page.locator('[name="anonymous"]').count():
            steps.choose(nadia, "caller", "public")
            steps.write(nadia, name="Maureen Webb", phone="01709 555777", relationship="Grandmother")
            nadia.check()
        elif nadia.page.locator('[name="first_name"]').count():
            steps.write(nadia, first_name="Tilly", last_name="Webb")
        elif nadia.page.locator('[name="safe_to_go_home"]').count():
            steps.choose(nadia, "where", "home")
            steps.choose(nadia, "safe_to_go_home", "dont_know")
        elif nadia.page.locator('[name="parent_informed"]').count():
            steps.choose(nadia, "parent_informed", "yes")
        elif nadia.page.locator('[name="what_happened"]').count():
            steps.write(nadia, what_happened="She has not eaten since yesterday.")
        if nadia.page.get_by_role("button", name="Send the referral").count():
            break
        nadia.press(steps.GO_ON)
        assert page < 19, nadia.text()[:800]
    nadia.press("Send the referral")
    assert "Read this to the caller: R-" in nadia.text() and "You have it since" in nadia.text()
    nadia.check()
    # The keys are off until she switches them on; then they move, and help and filter are one key away.
    nadia.open("/referrals/queue")
    focused = "document.activeElement.hasAttribute('data-open')"
    nadia.page.keyboard.press("j")
    assert not nadia.page.evaluate(focused)
    nadia.page.get_by_text("Keys for this list").click()
    nadia.page.get_by_label("Use single keys in this list").check()
    nadia.check()
    nadia.open("/referrals/queue")
    nadia.page.keyboard.press("j")
    assert nadia.page.evaluate(focused)
    nadia.page.keyboard.press("/")
    assert nadia.page.evaluate("document.activeElement.name") == "rating"
    nadia.page.keyboard.press("?")
    assert nadia.page.get_by_text("next and previous row").is_visible()
    nadia.page.keyboard.press("j")
    with nadia.page.expect_navigation():
        nadia.page.keyboard.press("o")
    assert "Back to the queue" in nadia.text()
    # The filter works without a script.
    plain = person("mash.worker", scripts=False)
    plain.open("/referrals/queue")
    plain.page.get_by_label("Told by phone").check()
    plain.press("Show these")
    assert "Tilly Webb" in plain.text() and "Marsden" not in plain.text() and "only=phone" in plain.page.url
    plain.page.get_by_label("Open by reference").fill(reference.lower())
    plain.press("Open it")
    assert plain.page.url.endswith(f"/referrals/{reference}")
