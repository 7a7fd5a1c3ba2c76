"""The school lead between lessons and again at 2 pm: adds with a file, a deputy sees it, the outcome is asked about."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from caseapp.kernel.db import transaction
from tests.journeys import steps
from tests.journeys.conftest import Person
from tests.referrals.test_again import a_colleague

PersonOf = Callable[..., Person]


@pytest.mark.sqlite_only
def test_between_lessons_and_again_at_2_pm(person: PersonOf, bare_app: Flask) -> None:
    with bare_app.app_context(), transaction():
        a_colleague("tom", "Tom Birch")
    # 1. Between lessons: sent. At 2 pm the child says more, and there is a file.
    school = person("school")
    reference = steps.refer_two_children(school)
    school.follow("add it here")
    school.check()
    school.page.locator('[name="words"]').fill("At 2 pm she said that he hit her.")
    steps.choose(school, "in_danger", "yes")
    her_words = {"name": "her words.txt", "mimeType": "text/plain", "buffer": b"Written down at 14:00"}
    school.page.set_input_files("#files", her_words)  # type: ignore[arg-type]
    school.press("Add it")
    assert "At 2 pm she said that he hit her." in school.text() and "her words.txt" in school.text()
    school.check()
    # 2. A deputy sees it and can save the file.
    school.open("/referrals/group")
    school.page.get_by_label("Tom Birch").check()
    school.press("Add as deputy")
    deputy = person("tom")
    deputy.open("/referrals/")
    deputy.follow(reference)
    assert "At 2 pm she said that he hit her." in deputy.text()
    with deputy.page.expect_download() as saved:
        deputy.page.locator("a").filter(has_text="her words.txt").first.click()
    assert saved.value.suggested_filename == "her words.txt"
    # 3. It stands on top in the hub with the reason; the hub decides.
    nadia = person("mash.worker")
    nadia.open("/referrals/queue")
    assert re.search(r"The referrer added at \d\d:\d\d: in danger now", nadia.text())
    steps.rate_and_propose(nadia, reference, outcome="no_further_action")
    paul = person("mash.manager")
    steps.agree(paul, reference)
    # 4. The school reads the outcome, does not agree, and asks for it to be looked at again.
    school.open(f"/referrals/{reference}/receipt")
    school.press("I have read this")
    school.follow("Ask for it to be looked at again")
    school.check()
    steps.write(school, not_weighed="She told us that he hit her.", wants="Somebody sees her today")
    school.press("Ask for it to be looked at again")
    assert "You asked for it to be looked at again" in school.text()
    # 5. Whoever decided cannot answer; the other manager puts it back to be decided again.
    paul.open("/referrals/asked-again")
    paul.page.locator("tbody a").first.click()
    assert "You decided this first" in paul.text()
    yasmin = person("mash.manager2")
    yasmin.open(f"/referrals/{reference}/look-at-again")
    yasmin.check()
    steps.choose(yasmin, "answer", "anew")
    yasmin.page.locator('[name="words"]').fill("We had not weighed what she said at 2 pm.")
    yasmin.press("Send my answer")
    school.open(f"/referrals/{reference}/receipt")
    assert "It is decided again." in school.text() and "We had not weighed what she said at 2 pm." in school.text()
