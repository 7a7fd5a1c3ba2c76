"""Between two lessons: six questions, files, an address outside the borough, and a draft that has waited too long."""

import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from caseapp.documents.models import Document, DocumentBytes
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.events import Event
from caseapp.kernel.subjects import Subject
from caseapp.referrals.commands.drafts import expire_drafts
from caseapp.referrals.models import CopyGiven, Draft, Referral
from tests.conftest import FRIDAY, sign_in
from tests.documents import files

from .own_browser import fields_of, fill, send_one, start, url

Browser = Callable[[str], FlaskClient]
SIX_ANSWERS = {
    "first_name": "Ellie",
    "where": "school",
    "safe_to_go_home": "dont_know",
    "what_happened": "She slept in her coat.",
    "parent_informed": "no",
    "reason_not_sought": "would_increase_risk",
}


def start_brief(client: FlaskClient) -> str:
    """Press "Tell us in two minutes"; gives the draft's reference."""
    answer = client.post("/referrals/new", data={"brief": "1"})
    assert answer.status_code == 303 and answer.headers["Location"].endswith("/brief")
    return answer.headers["Location"].split("/")[3]


def brief(client: FlaskClient, draft: str, **more: str) -> tuple[int, str]:
    """Answer the six questions and press a button; gives the status and where it leads, or the page."""
    shown = fields_of(client.get(url(draft, "brief")))
    answer = client.post(url(draft, "brief"), data={**shown, **SIX_ANSWERS, **more})
    return answer.status_code, answer.headers.get("Location") or answer.text


def document_of(app: Flask) -> dict[str, object]:
    """The only referral's document."""
    with app.app_context():
        return db.session.scalars(sa.select(Referral.document)).one()


def attach(client: FlaskClient, draft: str, *sent: tuple[str, bytes], **more: str) -> tuple[int, str]:
    """Choose files and press Attach."""
    data = {"files": [(io.BytesIO(content), name) for name, content in sent], **(more or {"attach": "1"})}
    answer = client.post(url(draft, "files"), data=data, content_type="multipart/form-data")
    return answer.status_code, answer.text


# Two minutes


def test_six_answers_are_sent_at_once_and_the_hub_rings_back(
    browser: Browser, bare_app: Flask, friday: datetime
) -> None:
    school = browser("school")
    status, receipt = brief(school, start_brief(school))
    assert status == 303 and receipt.endswith("/receipt")
    reference = receipt.split("/")[2]
    told = school.get(receipt).text
    assert re.search(r"We ring you on [0-9 ]+</strong>, by <strong>today 19:30</strong>", told)
    read = sign_in(bare_app, "mash.worker").get(f"/referrals/{reference}").text
    assert "Ring back: told in two minutes by Hannah Whitfield" in read
    assert document_of(bare_app)["children"] == [{"date_of_birth": None, "first_name": "Ellie"}]


def test_what_is_missing_is_said_at_its_question_and_everything_stays(browser: Browser, friday: datetime) -> None:
    school = browser("school")
    draft = start_brief(school)
    status, page = brief(school, draft, first_name="", where="", reason_not_sought="")
    assert status == 422
    for target in ("first_name", "where", "reason_not_sought"):
        assert f'href="#{target}' in page
    assert "She slept in her coat." in page
    assert fields_of(school.get(url(draft, "brief")))["what_happened"] == "She slept in her coat."


def test_the_six_go_on_into_the_full_form_and_back(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    school = browser("school")
    draft = start_brief(school)
    status, place = brief(school, draft, full="1")
    assert (status, place) == (303, url(draft, "danger"))
    child = fields_of(school.get(url(draft, "child-1")))
    assert child["first_name"] == "Ellie"
    fill(school, draft, "child-1", {"line1": "14 Quarry Lane", "postcode": "S63 7AQ", "school": "Wath Primary School"})
    # The short form changes only what it asks.
    brief(school, draft, first_name="Eleanor", later="1")
    child = fields_of(school.get(url(draft, "child-1")))
    assert (child["first_name"], child["line1"]) == ("Eleanor", "14 Quarry Lane")
    answer = fill(school, draft, "check", {})
    assert answer.headers["Location"].endswith("/receipt")
    # Sent with the whole form, nobody is asked to ring back.
    concern = document_of(bare_app)["concern"]
    assert isinstance(concern, dict) and "ring_back" not in concern


def test_two_windows_keep_both_texts_of_the_short_form(browser: Browser, friday: datetime) -> None:
    school = browser("school")
    draft = start_brief(school)
    stale = fields_of(school.get(url(draft, "brief")))
    brief(school, draft, later="1")
    answer = school.post(url(draft, "brief"), data={**stale, **SIX_ANSWERS, "what_happened": "Bruise on her arm."})
    assert answer.status_code == 303
    settle = school.get(answer.headers["Location"]).text
    assert "She slept in her coat." in settle and "Bruise on her arm." in settle
    headers = {"X-Requested-With": "autosave"}
    late = school.post(f"{url(draft, 'brief')}/save", data={**stale, "what_happened": "Third"}, headers=headers)
    assert late.status_code == 409


def test_sent_twice_leads_to_the_same_receipt_and_later_words_are_shown(browser: Browser, friday: datetime) -> None:
    school = browser("school")
    draft = start_brief(school)
    page = {**fields_of(school.get(url(draft, "brief"))), **SIX_ANSWERS}
    first, again = (school.post(url(draft, "brief"), data=page) for _press in range(2))
    assert first.headers["Location"] == again.headers["Location"]
    late = school.post(url(draft, "brief"), data={**page, "what_happened": "And a bruise."})
    assert late.status_code == 409 and "And a bruise." in late.text


# Exploitation and going missing


def test_exploitation_is_asked_after_its_tick_and_reaches_the_hub(
    browser: Browser, bare_app: Flask, friday: datetime
) -> None:
    asked = {"exploitation": {"signs": ["gifts"], "places": "Clifton Park\nWellgate", "missing_times": "4"}}
    changes = {"concern": {"categories": ["missing"]}, **asked}
    changes["strengths"] = {"agencies": "Health visiting, Ann Lee, 01632 960118"}
    changes["protected"] = {"not_shared": "The aunt’s address", "witness": "yes"}
    changes["more-1"] = {"religion": "Muslim", "young_carer": "yes", "communication": "Makaton"}
    reference = send_one(browser("school"), changes)
    read = sign_in(bare_app, "mash.worker").get(f"/referrals/{reference}").text
    receipt = browser("school").get(f"/referrals/{reference}/receipt").text
    for words in ("Clifton Park; Wellgate", "Ann Lee", "The aunt’s address", "Muslim", "Makaton", "nobody can explain"):
        assert words in read and words in receipt, words
    assert "Missing 4 times in 30 days" in read


# Files


def test_files_are_attached_listed_taken_out_and_sent(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    school = browser("school")
    draft = start_brief(school)
    status, _page = attach(school, draft, ("bruise.jpg", files.photo()), ("letter.docx", files.word()))
    assert status == 303
    page = school.get(url(draft, "files")).text
    assert "bruise.jpg" in page and "letter.docx" in page
    letter = page.split("letter.docx")[0].rsplit("/documents/", 1)[1].split('"')[0]
    assert school.post(url(draft, "files"), data={"remove": letter}).status_code == 303
    assert "letter.docx" not in school.get(url(draft, "files")).text
    assert brief(school, draft)[0] == 303
    assert attach(school, draft, ("late.txt", b"Late"))[0] == 303, "leads to the receipt"
    with bare_app.app_context():
        referral = db.session.scalars(sa.select(Referral.id)).one()
        kept = db.session.scalars(sa.select(Document).where(Document.removed_at.is_(None))).all()
        assert [(row.name, row.to_id) for row in kept] == [("bruise.jpg", referral)]
        reference = db.session.scalars(sa.select(Subject.reference).where(Subject.id == referral)).one()
        db.session.rollback()
    assert "bruise.jpg" in school.get(f"/referrals/{reference}/receipt").text
    hub = sign_in(bare_app, "mash.worker").get(f"/referrals/{reference}").text
    assert "bruise.jpg" in hub and "letter.docx" not in hub


def test_what_is_not_taken_is_said_and_the_rest_stays(browser: Browser, friday: datetime) -> None:
    school = browser("school")
    draft = start(school)
    status, page = attach(school, draft, ("virus.exe", b"MZ\x90\0"), ("a.pdf", files.PDF), ("b.docm", files.word()))
    assert status == 422 and "There is a problem" in page
    assert "virus.exe: We can take PDF" in page and "b.docm: Its name says .docm" in page and "a.pdf</bdi>" in page
    assert "a.pdf</bdi>" in school.get(url(draft, "files")).text
    assert "Choose a file first" in attach(school, draft)[1]


def test_nobody_else_takes_out_or_attaches(browser: Browser, friday: datetime) -> None:
    school, police = browser("school"), browser("police")
    draft = start(school)
    assert attach(police, draft, ("a.pdf", files.PDF))[0] == 404
    attach(school, draft, ("a.pdf", files.PDF))
    reference = school.get(url(draft, "files")).text.split("/documents/")[1].split('"')[0]
    other = start(police)
    assert police.post(url(other, "files"), data={"remove": reference}).status_code == 404
    assert police.get(f"/documents/{reference}").status_code == 404
    assert school.get(f"/documents/{reference}").data == files.PDF


def test_too_much_at_once_is_said_and_the_draft_stays(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    school = browser("school")
    draft = start(school)
    fill(school, draft, "child-1", {"first_name": "Ellie"})
    large = {"CONTENT_LENGTH": str(200 * 1024 * 1024), "CONTENT_TYPE": "multipart/form-data; boundary=x"}
    answer = school.post(url(draft, "files"), environ_overrides=large)
    assert answer.status_code == 413 and "a draft with its files too" in answer.text
    # Only this one page takes files; any other takes no more than a page of writing.
    elsewhere = school.post(url(draft, "me"), environ_overrides={**large, "CONTENT_LENGTH": str(5 * 1024 * 1024)})
    assert elsewhere.status_code == 413
    assert fields_of(school.get(url(draft, "child-1")))["first_name"] == "Ellie"


# Outside the borough


def test_an_address_outside_says_whose_front_door_it_is_and_the_copy_is_recorded(
    browser: Browser, bare_app: Flask, friday: datetime
) -> None:
    school = browser("school")
    draft = start(school)
    fill(school, draft, "child-1", {"postcode": "S1 2HH"})
    for page in ("children", "check"):
        assert "Sheffield’s safeguarding hub" in school.get(url(draft, page)).text
    reference = send_one(school, {"child-1": {"postcode": "S1 2HH"}})
    copy = f"/referrals/{reference}/copy"
    shown = school.get(copy).text
    assert "01632 960610" in shown and "She slept in her coat." in shown
    for _press in range(2):
        assert school.post(copy, data={"council": "sheffield"}).status_code == 303
    assert school.post(copy, data={"council": "doncaster"}).status_code == 404
    assert "A copy was handed over today 15:30 by Hannah Whitfield" in school.get(copy).text
    with bare_app.app_context():
        assert db.session.scalars(sa.select(CopyGiven.council)).all() == ["Sheffield City Council"]
        assert db.session.scalars(sa.select(Event.code).where(Event.code == "referral.copy_given")).all() == [
            "referral.copy_given"
        ]
    read = sign_in(bare_app, "mash.worker").get(f"/referrals/{reference}").text
    assert "Sheffield City Council: the address is outside the borough" in read
    assert "A copy was handed to Sheffield City Council" in read
    assert copy in school.get(f"/referrals/{reference}/receipt").text


def test_an_address_in_the_borough_has_no_copy(browser: Browser, friday: datetime) -> None:
    school = browser("school")
    reference = send_one(school)
    assert school.get(f"/referrals/{reference}/copy").status_code == 404
    draft = start(school)
    fill(school, draft, "child-1", {"postcode": "S63 7AQ"})
    assert "An address outside" not in school.get(url(draft, "children")).text


# The end of a draft


def days_later(days: int) -> datetime:
    return FRIDAY + timedelta(days=days)


def test_a_draft_says_that_it_was_saved_on_another_computer(
    browser: Browser, bare_app: Flask, friday: datetime
) -> None:
    here, there = browser("school"), sign_in(bare_app, "school")
    draft = start(here)
    fill(here, draft, "child-1", {"first_name": "Ellie"})
    assert "on another computer" not in here.get(url(draft, "child-1")).text
    assert "on another computer" in there.get("/referrals/new").text
    assert "on another computer" in there.get(url(draft, "child-1")).text


@pytest.mark.parametrize(("days", "warned"), [(22, False), (23, True), (30, True)])
def test_the_last_week_of_a_draft_is_announced(bare_app: Flask, days: int, warned: bool) -> None:
    with clock.at(FRIDAY):
        school = sign_in(bare_app, "school")
        draft = start(school)
    with clock.at(days_later(days)):
        school = sign_in(bare_app, "school")
        for page in ("/referrals/new", "/referrals/", url(draft, "me")):
            assert ("waits until the end of Sun 20 Dec 2026" in school.get(page).text) is warned, page
        assert school.post(f"/referrals/drafts/{draft}/keep").status_code == 303
        assert "waits until the end" not in school.get("/referrals/new").text


def test_after_30_days_the_words_and_files_are_gone_and_the_fact_stays(bare_app: Flask) -> None:
    with clock.at(FRIDAY):
        school = sign_in(bare_app, "school")
        old, kept = start(school), start(school)
        fill(school, old, "child-1", {"first_name": "Ellie"})
        attach(school, old, ("a.pdf", files.PDF))
    with clock.at(days_later(20)):
        fill(sign_in(bare_app, "school"), kept, "child-1", {"first_name": "Jake"})
    with clock.at(days_later(31)), bare_app.app_context():
        with transaction():
            assert (expire_drafts(), expire_drafts()) == (1, 0)
        drafts = db.session.scalars(sa.select(Draft).order_by(Draft.id)).all()
        assert [bool(draft.expired_at) for draft in drafts] == [True, False]
        assert "Ellie" not in str(drafts[0].answers)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(DocumentBytes)) == 0
    with clock.at(days_later(31)):
        school = sign_in(bare_app, "school")
        assert school.get(url(old, "child-1")).status_code == 404
        page = school.get("/referrals/new").text
        assert "was not touched for 30 days" in page and "Ellie" not in page and "Jake" in page
