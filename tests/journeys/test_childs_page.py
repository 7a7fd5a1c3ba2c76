"""A mother says that a note is wrong: it stands beside the text in the chronology, narrowed down and marked, and in the
print of it; her team's manager answers (practice 25)."""

from collections.abc import Callable

import pytest
from flask import Flask

from caseapp.kernel.db import transaction
from tests.factories import a_case, a_note
from tests.journeys.conftest import Person


@pytest.mark.sqlite_only
def test_the_chronology_marked_and_printed_with_what_a_parent_says_is_wrong(
    person: Callable[..., Person], bare_app: Flask
) -> None:
    with bare_app.app_context(), transaction():
        family = a_case(worker="north.worker", children=2)
        a_note(family, "north.worker", words="Kirsty said that he lives there again.")
    address = f"/cases/{family.reference}/chronology"
    # 1. Without a script: Leah narrows it down by the address alone, and marks the note.
    leah = person("north.worker", scripts=False)
    leah.open(address)
    leah.page.locator("summary", has_text="Show a part of it").click()
    leah.page.locator('select[name="kind"]').select_option("notes")
    leah.page.locator('select[name="who"]').select_option("family")
    leah.press("Show these")
    assert "kind=notes" in leah.page.url and "Ellie" not in leah.page.url and "Marsden" not in leah.page.url
    assert "is accountable" not in leah.text() and "he lives there again" in leah.text()
    leah.page.locator('button[name="significant"]').first.click()
    assert "Marked significant by Leah Dawson" in leah.text() and "kind=notes" in leah.page.url
    # 2. Kirsty says that it is wrong.
    leah.page.locator('a:has-text("The family says this is wrong")').first.click()
    leah.page.fill('[name="said_by"]', "Kirsty, the mother")
    leah.page.fill('[name="words"]', "I said that he visits on Sundays.")
    leah.press("Keep it beside the text")
    assert "I said that he visits on Sundays." in leah.text()
    # 3. The print holds both, for whom it is, and not what was left out.
    leah.open(f"{address}/print?kind=notes")
    assert "For Leah Dawson" in leah.text()
    assert "he lives there again" in leah.text() and "he visits on Sundays" in leah.text()
    # 4. Ruth answers, and the answer stands beside it too.
    ruth = person("north.manager")
    ruth.open(f"/cases/{family.reference}/told")
    ruth.check()
    ruth.follow("Answer it")
    ruth.page.locator('input[name="answer"][value="put_right"]').check()
    ruth.page.fill('[name="words"]', "We wrote the note anew.")
    ruth.press("Answer it")
    ruth.open(address)
    ruth.check()
    assert "We put it right" in ruth.text()
    # 5. Ellie's own version tells what happened, without what her mother said.
    ruth.open(f"{address}/for-child")
    assert "Leah Dawson became your worker" in ruth.text() and "Sundays" not in ruth.text()
