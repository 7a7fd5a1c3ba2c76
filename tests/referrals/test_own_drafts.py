"""A draft saves itself, outlives windows and sign-ins, is sent once, and belongs to one person."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from caseapp.demo.organisation import PASSWORD
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.referrals.models import Draft, Referral
from tests.conftest import FRIDAY, sign_in

from .own_browser import ONE_CHILD, fields_of, fill, send_one, start, url

Browser = Callable[[str], FlaskClient]
PAGE = "strengths"


def ready(client: FlaskClient) -> str:
    """A draft with every page written, ready to be sent."""
    draft = start(client)
    for page, answers in ONE_CHILD.items():
        if page != "check":
            assert fill(client, draft, page, answers).status_code == 303
    return draft


def save_by_itself(client: FlaskClient, draft: str, page: str, answers: dict[str, Any]) -> TestResponse:
    """What the page's script posts while somebody writes."""
    headers = {"X-Requested-With": "autosave", "Accept": "application/json"}
    return client.post(f"{url(draft, page)}/save", data=answers, headers=headers)


def count_referrals(app: Flask) -> int:
    """How many referrals there are."""
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(Referral)) or 0


# Saving


def test_a_draft_is_offered_again_on_another_computer(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    draft = start(browser("school"))
    fill(browser("school"), draft, "child-1", {"first_name": "Ellie", "last_name": "Marsden"})
    later = sign_in(bare_app, "school").get("/referrals/new").text
    assert "Go on with what you began" in later and "<bdi>Ellie Marsden</bdi>" in later
    assert url(draft, "child-1") in later and f"/referrals/drafts/{draft}/discard" in later
    assert "You have 1 draft that is not sent" in browser("school").get("/referrals/").text


def test_the_page_saves_itself_right_or_wrong(browser: Browser, friday: datetime) -> None:
    school = browser("school")
    draft = start(school)
    half = {"first_name": "El", "date_of_birth-day": "31", "date_of_birth-month": "11", "version": "1"}
    answer = save_by_itself(school, draft, "child-1", half)
    assert (answer.status_code, answer.json) == (200, {"saved_at": "15:30", "version": 2})
    shown = fields_of(school.get(url(draft, "child-1")))
    assert (shown["first_name"], shown["date_of_birth-day"], shown["version"]) == ("El", "31", "2")


def test_what_is_wrong_is_said_at_its_field_and_kept_for_the_next_sign_in(
    browser: Browser, bare_app: Flask, friday: datetime
) -> None:
    draft = start(browser("school"))
    wrong = {"first_name": "Ellie", "date_of_birth-day": "29", "date_of_birth-month": "2", "date_of_birth-year": "2014"}
    answer = fill(browser("school"), draft, "child-1", wrong)
    assert answer.status_code == 422
    assert 'href="#date_of_birth-day"' in answer.text and "29 February 2014 does not exist" in answer.text
    assert fields_of(answer)["date_of_birth-day"] == "29"
    kept = fields_of(sign_in(bare_app, "school").get(url(draft, "child-1")))
    assert {name: kept[name] for name in wrong} == wrong
    assert "29 February 2014 does not exist" in browser("school").get(url(draft, "check")).text


def test_come_back_later_keeps_a_half_written_page(browser: Browser, friday: datetime) -> None:
    school = browser("school")
    draft = start(school)
    answer = fill(school, draft, "concern", {"where": "At home"}, later="1")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/referrals/new")
    assert fields_of(school.get(url(draft, "concern")))["where"] == "At home"


# Two windows


def two_windows(client: FlaskClient, draft: str, first: dict[str, Any], second: dict[str, Any]) -> TestResponse:
    """Open a page twice, save the first window, then the second; gives the second's answer."""
    one, two = (fields_of(client.get(url(draft, PAGE))) for _ in range(2))
    assert client.post(url(draft, PAGE), data={**one, **first}).status_code == 303
    return client.post(url(draft, PAGE), data={**two, **second})


@pytest.mark.parametrize(
    ("choice", "kept"),
    [
        ({"working_well_keep": "theirs"}, "Gran collects"),
        ({"working_well_keep": "mine"}, "Mum asks for help"),
        ({"working_well_keep": "both", "working_well": "Gran and mum"}, "Gran and mum"),
    ],
)
def test_a_stale_save_keeps_both_texts_until_one_is_chosen(
    browser: Browser, friday: datetime, choice: dict[str, str], kept: str
) -> None:
    school = browser("school")
    draft = ready(school)
    answer = two_windows(school, draft, {"working_well": "Gran collects"}, {"working_well": "Mum asks for help"})
    assert answer.status_code == 409
    assert "Gran collects" in answer.text and "Mum asks for help" in answer.text
    again = school.get(url(draft, PAGE))
    assert "Gran collects" in again.text and "Mum asks for help" in again.text
    version = again.text.split('name="version" value="')[1].split('"')[0]
    unsent = school.post(url(draft, "check"), data={"version": version})
    assert (unsent.status_code, "in two windows" in unsent.text) == (422, True)
    unsettled = school.post(url(draft, PAGE), data={"settle": "1", "version": version})
    assert (unsettled.status_code, "Choose which one to keep" in unsettled.text) == (422, True)
    for _press in range(2):
        settled = school.post(url(draft, PAGE), data={"settle": "1", "version": str(int(version) + 1), **choice})
        assert settled.status_code == 303
    assert fields_of(school.get(url(draft, PAGE)))["working_well"] == kept


def test_a_text_edited_out_of_two_comes_back_while_another_question_waits(browser: Browser, friday: datetime) -> None:
    school = browser("school")
    draft = ready(school)
    first, second = ({"working_well": "Gran", "safety_scale": "3"}, {"working_well": "Mum", "safety_scale": "7"})
    assert two_windows(school, draft, first, second).status_code == 409
    half = {"settle": "1", "version": "99", "working_well_keep": "both", "working_well": "Gran and mum"}
    answer = school.post(url(draft, PAGE), data=half)
    assert answer.status_code == 422
    assert "Gran and mum</textarea>" in answer.text and "How safe is the child, 0 to 10: Choose" in answer.text
    assert school.post(url(draft, PAGE), data={**half, "safety_scale_keep": "mine"}).status_code == 303
    kept = fields_of(school.get(url(draft, PAGE)))
    assert (kept["working_well"], kept["safety_scale"]) == ("Gran and mum", ["7"])


def test_a_stale_page_that_saves_itself_is_told_and_loses_nothing(browser: Browser, friday: datetime) -> None:
    school = browser("school")
    draft = start(school)
    assert save_by_itself(school, draft, PAGE, {"worries": "First", "version": "1"}).status_code == 200
    answer = save_by_itself(school, draft, PAGE, {"worries": "Second", "version": "1"})
    assert answer.status_code == 409
    shown = school.get(url(draft, PAGE)).text
    assert "First" in shown and "Second" in shown


@pytest.mark.parametrize("version", ["", "nonsense", "-5", "9" * 40])
def test_a_version_made_up_by_hand_overwrites_nothing(browser: Browser, friday: datetime, version: str) -> None:
    school = browser("school")
    draft = start(school)
    save_by_itself(school, draft, PAGE, {"worries": "First", "version": "1"})
    assert school.post(url(draft, PAGE), data={"worries": "Second", "version": version}).status_code == 409


def test_two_windows_on_different_pages_or_with_the_same_words_are_no_conflict(
    browser: Browser, friday: datetime
) -> None:
    school = browser("school")
    draft = start(school)
    assert school.post(url(draft, PAGE), data={"worries": "A", "version": "1"}).status_code == 303
    assert school.post(url(draft, PAGE), data={"worries": "A", "version": "1"}).status_code == 303
    assert school.post(url(draft, "household"), data={"person-1-name": "Lee", "version": "1"}).status_code == 303


# Sending once


def test_sending_twice_leads_to_the_same_receipt(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    school = browser("school")
    draft = ready(school)
    fields = fields_of(school.get(url(draft, "check")))
    sent = [school.post(url(draft, "check"), data=fields) for _press in range(3)]
    assert {answer.status_code for answer in sent} == {303}
    assert len({answer.headers["Location"] for answer in sent}) == 1
    assert count_referrals(bare_app) == 1
    assert school.get(url(draft, "me")).headers["Location"] == sent[0].headers["Location"]
    assert draft not in school.get("/referrals/new").text


def test_two_windows_that_send_at_once_make_one_referral(bare_app: Flask) -> None:
    draft = ready(sign_in(bare_app, "school"))
    clients = [sign_in(bare_app, "school") for _ in range(4)]
    fields = fields_of(clients[0].get(url(draft, "check")))
    answers: list[TestResponse] = []
    gate = threading.Barrier(len(clients))

    def press(client: FlaskClient) -> None:
        gate.wait()
        answers.append(client.post(url(draft, "check"), data=fields))

    threads = [threading.Thread(target=press, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [303] * 4
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert count_referrals(bare_app) == 1


def test_words_that_come_after_sending_are_shown_not_swallowed(browser: Browser, friday: datetime) -> None:
    school = browser("school")
    draft = ready(school)
    late = fields_of(school.get(url(draft, PAGE)))
    fill(school, draft, "check", {})
    answer = school.post(url(draft, PAGE), data={**late, "worries": "One more thing"})
    assert answer.status_code == 409
    assert "already sent" in answer.text and "One more thing" in answer.text
    assert save_by_itself(school, draft, PAGE, {"worries": "x", "version": "99"}).status_code == 409


# Whose it is


def test_a_foreign_a_random_and_a_thrown_away_draft_are_not_there(browser: Browser, friday: datetime) -> None:
    school = browser("school")
    foreign, gone, sent = start(browser("police")), ready(school), ready(browser("police"))
    fields = fields_of(school.get(url(gone, "check")))
    assert "Throw this draft away?" in school.get(url(gone, "discard")).text
    assert school.post(url(gone, "discard")).status_code == 303
    assert "Go on with what you began" not in school.get("/referrals/new").text
    for reference in (foreign, gone, sent, "D-0000-0000", "R-0000-0000", "nonsense"):
        assert school.get(url(reference, "me")).status_code == 404
        assert school.get(url(reference, "discard")).status_code == 404
        assert school.post(url(reference, "discard")).status_code == 404
        assert school.post(url(reference, "check"), data=fields).status_code == 404
        assert save_by_itself(school, reference, "me", {"name": "X", "version": "1"}).status_code == 404


def test_a_referral_that_was_sent_is_not_thrown_away(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    school = browser("school")
    draft = ready(school)
    fill(school, draft, "check", {})
    assert school.post(url(draft, "discard")).status_code == 409
    assert school.get(url(draft, "discard")).status_code == 303
    with bare_app.app_context():
        assert db.session.scalars(sa.select(Draft.discarded_at)).all() == [None]


def test_a_colleague_at_the_same_desk_does_not_see_a_draft(browser: Browser, friday: datetime) -> None:
    draft = start(browser("mash.worker"))
    assert browser("mash.manager").get(url(draft, "me")).status_code == 404
    assert send_one(browser("mash.worker"))


# Children


def test_a_page_that_is_none_is_not_there(browser: Browser, friday: datetime) -> None:
    school = browser("school")
    draft = start(school)
    for page in ("child-2", "child-99", "child-0", "child", "nothing", "child-1x", "save", "CHECK"):
        assert school.get(url(draft, page)).status_code == 404
        assert school.post(url(draft, page), data={"version": "1"}).status_code in (404, 405)
        assert save_by_itself(school, draft, page, {"version": "1"}).status_code == 404


def test_twenty_children_and_then_a_plain_message(browser: Browser, friday: datetime) -> None:
    school = browser("school")
    draft = start(school)
    for number in range(2, 21):
        answer = school.post(url(draft, "children"), data={"add": "child", "version": "1"})
        assert answer.headers["Location"].endswith(f"/child-{number}")
    full = school.post(url(draft, "children"), data={"add": "child", "version": "1"})
    assert full.status_code == 422
    assert "One referral takes 20 children" in full.text
    assert school.get(url(draft, "child-21")).status_code == 404


def test_a_child_is_taken_out_after_a_question(browser: Browser, friday: datetime) -> None:
    school = browser("school")
    draft = start(school)
    fill(school, draft, "child-1", {"first_name": "Ellie"})
    school.post(url(draft, "children"), data={"add": "child", "version": "1"})
    fill(school, draft, "child-2", {"first_name": "Jake"})
    asked = school.get(f"{url(draft, 'children')}?remove=child-1").text
    assert "Take out child 1?" in asked and "Ellie" in asked
    assert school.post(url(draft, "children"), data={"remove": "child-1"}).status_code == 303
    shown = school.get(url(draft, "children")).text
    assert "Jake" in shown and "Ellie" not in shown
    assert school.get(url(draft, "child-1")).status_code == 404
    assert school.post(url(draft, "children"), data={"remove": "child-1"}).status_code == 404
    assert "Same address as the first child" not in school.get(url(draft, "child-2")).text


# Signed out while writing


def test_a_sign_in_that_ends_while_writing_loses_nothing(browser: Browser) -> None:
    with clock.at(FRIDAY):
        school = browser("school")
        draft = start(school)
        shown = fields_of(school.get(url(draft, "concern")))
        assert save_by_itself(school, draft, "concern", {**shown, "what_happened": "She slept"}).status_code == 200
    with clock.at(FRIDAY + timedelta(hours=13)):
        typed = {**shown, "version": "2", "what_happened": "She slept in her coat"}
        assert save_by_itself(school, draft, "concern", typed).status_code == 401
        sent = school.post(url(draft, "concern"), data=typed)
        assert (sent.status_code, "/accounts/sign-in" in sent.headers["Location"]) == (303, True)
        entered = {"email": "school@demo.example", "password": PASSWORD}
        assert school.post("/accounts/sign-in", data=entered).headers["Location"] == "/accounts/continue"
        kept = school.get("/accounts/continue").text
        assert "She slept in her coat" in kept and url(draft, "concern") in kept
        assert school.post(url(draft, "concern"), data=typed).status_code == 303
        assert fields_of(school.get(url(draft, "concern")))["what_happened"] == "She slept in her coat"
