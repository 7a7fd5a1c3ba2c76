"""The pages of an assessment as a browser meets them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from caseapp.access.commands import bar
from caseapp.assessments import queries
from caseapp.kernel import clock
from caseapp.kernel.db import transaction
from caseapp.referrals.commands import receive_referral
from tests.factories import (
    AFamily,
    a_case,
    a_note,
    an_authorised_assessment,
    filled_answers,
    someone,
    start_an_assessment,
)
from tests.helpers.statements import count_statements

Browser = Callable[[str], FlaskClient]
AUTOSAVE = {"X-Requested-With": "autosave"}


@contextmanager
def _work(app: Flask) -> Iterator[None]:
    with app.app_context(), transaction():
        yield


@pytest.fixture
def family(bare_app: Flask, friday: datetime) -> AFamily:
    """Two children in North with Leah Dawson."""
    with _work(bare_app):
        return a_case(children=2, worker="north.worker")


def _started(app: Flask, family: AFamily, **options: Any) -> tuple[str, dict[str, Any]]:
    """The address of an assessment of the family, and the answers its form would post."""
    with _work(app):
        page = queries.get_assessment(start_an_assessment(family, **options))
        return f"/assessments/{page.reference}", {**filled_answers(page), "version": page.version}


def test_start_asks_who_and_a_second_start_leads_to_the_open_one(browser: Browser, family: AFamily) -> None:
    leah = browser("north.worker")
    page = leah.get(f"/assessments/start/{family.reference}").text
    assert "About <strong><bdi>Ellie Marsden</bdi></strong>" in page and "Jake Marsden" in page
    assert "checked" not in page
    made = leah.post(f"/assessments/start/{family.reference}", data={"siblings": [family.references[1]]})
    assert made.status_code == 303
    for reference in family.references:
        assert leah.get(f"/assessments/start/{reference}").headers["Location"] == made.headers["Location"]
        assert leah.post(f"/assessments/start/{reference}").headers["Location"] == made.headers["Location"]
    assert "Jake Marsden" in leah.get(made.headers["Location"]).text


def test_a_sibling_who_is_not_offered_changes_nothing(browser: Browser, family: AFamily) -> None:
    answer = browser("north.worker").post(f"/assessments/start/{family.reference}", data={"siblings": ["C-0000-0000"]})
    assert answer.status_code == 422 and "Choose from the answers shown" in answer.text


def test_autosave_then_save_then_submit_then_authorise(browser: Browser, bare_app: Flask, family: AFamily) -> None:
    leah, (url, form) = browser("north.worker"), _started(bare_app, family)
    saved = leah.post(f"{url}/save", data=form, headers=AUTOSAVE)
    assert saved.json == {"saved_at": "15:30", "version": 2}
    form |= {"version": 2, "analysis": "<script>alert(1)</script> {{7*7}} =1+1 😀 \u202eabc"}
    assert leah.post(url, data=form).status_code == 303
    page = leah.get(url).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{7*7}} =1+1 😀" in page
    assert "<title>Assessment A-" in page
    form["version"] = 3
    assert leah.post(f"{url}/submit", data=form).status_code == 303
    assert "<textarea" not in leah.get(url).text
    ruth = browser("north.manager")
    assert "Authorise it" in ruth.get(url).text
    assert ruth.post(f"{url}/answer", data={"answer": "", "version": 4}).status_code == 422
    done = ruth.post(f"{url}/answer", data={"answer": "authorise", "version": 4})
    assert done.status_code == 303
    assert "by Ruth Hallam" in leah.get(url).text
    # Acting on it by a hand-made post is refused in words.
    late = leah.post(f"{url}/submit", data=form)
    assert late.status_code == 409 and "This assessment is authorised" in late.text
    again = ruth.post(f"{url}/answer", data={"answer": "send_back", "words": "x", "version": 4})
    assert again.status_code == 409 and "Ruth Hallam authorised this" in again.text


def test_what_is_missing_is_said_at_the_field_and_all_typed_text_stays(
    browser: Browser, bare_app: Flask, family: AFamily
) -> None:
    url, form = _started(bare_app, family)
    one, two = family.case_ids
    form |= {"analysis": " ", "worries": "Nine mornings without breakfast", f"factors_{one}": ["21", "16A"]}
    form.pop(f"outcome_{two}")
    answer = browser("north.worker").post(f"{url}/submit", data=form)
    assert answer.status_code == 422
    for words in (
        "Write the analysis before you submit",
        "Jake Marsden: choose what happens next for this child",
        "Ellie Marsden: “No factors identified” can&#39;t stand",
        "Nine mornings without breakfast",
        'href="#analysis"',
        f'href="#factors_{one}"',
        f'href="#outcome_{two}"',
    ):
        assert words in answer.text
    with bare_app.app_context():
        page = queries.get_assessment(someone_s_open(family))
        assert (page.version, page.state) == (1, "writing")


def someone_s_open(family: AFamily) -> int:
    """The number of the family's open assessment."""
    found = queries.find_open_assessment(family.id)
    assert found is not None
    return found.id


def test_two_wrote_at_once_and_the_person_decides_part_by_part(
    browser: Browser, bare_app: Flask, family: AFamily
) -> None:
    url, form = _started(bare_app, family)
    one = family.case_id
    browser("marta.wilk").post(
        url, data={**form, "worries": "Marta on worries", "analysis": "Marta on analysis", f"factors_{one}": ["4B"]}
    )
    leah = browser("north.worker")
    mine = {
        **form, "worries": "Leah on worries", "analysis": "Leah on analysis", f"factors_{one}": ["16A"],
        f"outcome_{one}": "close",
    }  # fmt: skip
    stale = leah.post(f"{url}/save", data=mine, headers=AUTOSAVE)
    assert stale.status_code == 409 and "Marta Wilk changed this assessment" in stale.json["message"]
    answer = leah.post(url, data=mine)
    assert answer.status_code == 409
    for words in ("Marta on worries", "Leah on worries", "Marta on analysis", "Leah on analysis", "Mental health"):
        assert words in answer.text
    assert "checked" not in answer.text
    choice = {
        **form,
        "version": "2",
        "worries_theirs": "Marta on worries", "worries_mine": "Leah on worries", "worries_keep": "theirs",
        "analysis_theirs": "Marta on analysis", "analysis_mine": "Leah on analysis", "analysis_keep": "both",
        "analysis": "Marta and Leah",
        f"factors_{one}_theirs": ["4B"], f"factors_{one}_mine": ["16A"], f"factors_{one}_keep": "both",
        f"outcome_{one}_theirs": "family_help", f"outcome_{one}_mine": "close",
    }  # fmt: skip
    undecided = leah.post(url, data=choice)
    assert undecided.status_code == 409 and "Choose a text: What happens next for Ellie Marsden" in undecided.text
    assert "Marta on worries" not in undecided.text or 'name="worries" value="Marta on worries"' in undecided.text
    assert leah.post(url, data={**choice, f"outcome_{one}_keep": "mine"}).status_code == 303
    with bare_app.app_context():
        answers = queries.get_assessment(someone_s_open(family)).answers
    assert answers["worries"] == "Marta on worries" and answers["analysis"] == "Marta and Leah"
    assert answers[f"factors_{one}"] == ["16A", "4B"] and answers[f"outcome_{one}"] == "close"


def test_earlier_wordings_can_be_read(browser: Browser, bare_app: Flask, family: AFamily) -> None:
    url, _ = _started(bare_app, family, submit=True)
    leah = browser("north.worker")
    assert "As submitted, Leah Dawson" in leah.get(f"{url}/versions/1").text
    for number in ("0", "2", "99999999999999999999"):
        assert leah.get(f"{url}/versions/{number}").status_code == 404


def test_who_may_not(browser: Browser, bare_app: Flask, family: AFamily) -> None:
    url, form = _started(bare_app, family, submit=True)
    for login in ("central.worker", "school", "mash.worker", "auditor", "familyhelp.north", "admin"):
        stranger = browser(login)
        for address in (url, f"{url}/versions/1", f"/assessments/start/{family.reference}"):
            assert stranger.get(address).status_code == 404, (login, address)
        for address in (url, f"{url}/save", f"{url}/submit", f"{url}/answer"):
            assert stranger.post(address, data=form).status_code == 404, (login, address)
    assert browser("north.worker").post(f"{url}/answer", data={"answer": "authorise"}).status_code == 403
    assert browser("marta.wilk").get(f"/assessments/start/{family.reference}").status_code == 403
    foreign, random = (
        browser("north.worker").get(f"/assessments/{family.reference}"),
        browser("north.worker").get("/assessments/A-0000-0000"),
    )
    assert (foreign.status_code, random.status_code) == (404, 404)


def test_a_conflict_of_interest_hides_it_whole(browser: Browser, bare_app: Flask, family: AFamily) -> None:
    url, _ = _started(bare_app, family)
    with _work(bare_app):
        bar(f"user:{someone('marta.wilk').user_id}", subject_id=family.case_ids[1], reason="neighbour")
    assert browser("marta.wilk").get(url).status_code == 404


@pytest.mark.parametrize("rows", [1, 6])
def test_statements(browser: Browser, bare_app: Flask, friday: datetime, rows: int) -> None:
    with _work(bare_app):
        family = a_case(children=min(rows, 3), worker="north.worker")
        for number in range(rows - 1):
            an_authorised_assessment(a_case(name=f"Ward {number}", worker="north.worker"))
    url, _ = _started(bare_app, family)
    leah = browser("north.worker")
    with count_statements(bare_app) as statements:
        assert leah.get(url).status_code == 200
    assert len(statements) <= 12, "\n".join(statements)
    with count_statements(bare_app) as statements:
        assert leah.get(f"/cases/{family.reference}").status_code == 200
    assert len(statements) <= 12, "\n".join(statements)


def test_late_is_asked_at_the_field(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with _work(bare_app), clock.at(datetime.fromisoformat("2026-08-03T09:00:00+00:00")):
        family = a_case(worker="north.worker")
    url, _ = _started(bare_app, family, submit=True)
    ruth, version = browser("north.manager"), 3
    assert "Why is it late?" in ruth.get(url).text
    answer = ruth.post(f"{url}/answer", data={"answer": "authorise", "version": version, "words": "Good work"})
    assert answer.status_code == 422 and "Say why it is late" in answer.text and "Good work" in answer.text
    data = {
        "answer": "authorise", "version": version, "late_code": "waiting_agency",
        "late_reason": "Waited for the hospital",
    }  # fmt: skip
    assert ruth.post(f"{url}/answer", data=data).status_code == 303
    shown = ruth.get(url).text
    assert "Waited for the hospital" in shown and "Authorised late: another agency had not answered." in shown


def test_what_the_referral_said_stands_beside_and_nothing_protected(
    browser: Browser, bare_app: Flask, friday: datetime
) -> None:
    document = {
        "agency": "Wath Primary School",
        "source_code": "2A",
        "children": [
            {"first_name": "Ellie", "last_name": "Marsden", "address": {"line1": "9 Refuge Row", "protected": True}}
        ],
        "concern": {"what_happened": "She slept in her coat: 'the leccy was off again' <b>", "working_well": ""},
        "referrer": {"name": "Hannah Whitfield", "phone": "01632 960114"},
    }
    with _work(bare_app):
        received = receive_referral(None, document=document, received_at=friday, mode="form")
        family = a_case(worker="north.worker", referral_id=received.id)
    url, _ = _started(bare_app, family)
    page = browser("north.worker").get(url).text
    assert "She slept in her coat: &#39;the leccy was off again&#39; &lt;b&gt;" in page
    assert "Wath Primary School, Fri 20 Nov 2026" in page
    assert "9 Refuge Row" not in page and "01632 960114" not in page
    with _work(bare_app):
        bar(f"user:{someone('north.worker').user_id}", subject_id=received.id, reason="knows the sender")
    assert "She slept in her coat" not in browser("north.worker").get(url).text


def test_what_is_known_is_put_into_the_text_and_never_retyped(
    browser: Browser, bare_app: Flask, friday: datetime
) -> None:
    with _work(bare_app):
        family = a_case(children=2, worker="north.worker", protected=True)
        a_note(family, "north.worker", words="“I sleep in my coat” <b>")
        an_authorised_assessment(family)
    url, form = _started(bare_app, family)
    leah = browser("north.worker")
    page = leah.get(url).text
    assert "Assessed before" in page and "has parental responsibility" in page
    with bare_app.app_context():
        entry = next(e for e in queries.family_chronology(someone("north.worker"), family.case_ids) if e.note)
    voice = f"voice_{family.case_ids[1]}"
    # All that was typed goes along, and the words are the record's own, whatever the post says.
    typed = {**form, "worries": "Typed, not saved", voice: "She drew a bed.", "quote": f"entry:{entry.id}"}
    put = leah.post(f"{url}/quote", data={**typed, "quote_into": voice, "words": "forged"})
    assert put.status_code == 303 and put.headers["Location"].endswith(f"into={voice}#{voice}")
    with bare_app.app_context():
        answers = queries.get_assessment(someone_s_open(family)).answers
    assert answers["worries"] == "Typed, not saved"
    assert str(answers[voice]).startswith("She drew a bed.\n\nFri 20 Nov")
    assert "“I sleep in my coat” <b>" in str(answers[voice]) and "Leah Dawson" in str(answers[voice])
    for wrong in ({"quote": "entry:999999"}, {"quote_into": "version"}, {"quote": "person:1:home"}):
        assert leah.post(f"{url}/quote", data={**typed, "quote_into": voice, **wrong}).status_code == 404
    # Somebody else has saved meanwhile: what was put in is in my text of the two.
    late = leah.post(f"{url}/quote", data={**typed, "quote_into": "analysis"})
    assert late.status_code == 409 and "I sleep in my coat" in late.text
    # A protected address is on the page of the person, never in the text.
    assert "lives at" not in page
