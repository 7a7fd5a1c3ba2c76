"""Who has a referral, what the hub asks back, and what is told on the telephone."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from caseapp.access.domain import Actor
from caseapp.accounts.commands import disable_user
from caseapp.deadlines.queries import clocks_of
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.errors import Conflict, Invalid, NotFound, OutOfOrder
from caseapp.referrals.commands import Received, receive_referral
from caseapp.referrals.commands.asking import answer_hub, ask_referrer
from caseapp.referrals.commands.calls import WRITTEN
from caseapp.referrals.commands.holding import give_referral, let_go, release_claims, take_referral
from caseapp.referrals.models import Draft, HubQuestion, Referral
from caseapp.referrals.queries.asked import list_asked
from caseapp.referrals.queries.counts import count_queue
from caseapp.referrals.queries.hub import QueueRow, list_queue
from tests.factories import someone
from tests.referrals.hub_world import SAMPLES, agree, propose, receive, the
from tests.referrals.own_browser import ONE_CHILD, fill, url

Browser = Callable[[str], FlaskClient]


def sent(login: str = "school") -> Received:
    """A referral that somebody signed in has sent."""
    with transaction():
        return receive_referral(
            someone(login), document=dict(SAMPLES["SAMPLE-003"]), received_at=clock.now(), mode="form"
        )


def take(who: str, referral_id: int, seen: str = "") -> None:
    """Take it in a transaction of its own."""
    with transaction():
        take_referral(someone(who), referral_id=referral_id, seen=seen)


def ask(referral_id: int, words: str = "Who collects her?", who: str = "mash.worker") -> int:
    """Ask back; gives the question's number."""
    with transaction():
        ask_referrer(someone(who), referral_id=referral_id, words=words)
    return db.session.scalar(sa.select(sa.func.max(HubQuestion.id))) or 0


def row_of(referral_id: int, who: str = "mash.worker") -> QueueRow:
    """Its row in the queue."""
    reference = {row.reference: row for row in list_queue(someone(who), "to-decide").rows}
    rows = [row for row in reference.values() if row.received_at == the(referral_id).received_at]
    return rows[0]


# Who has it


def test_reading_takes_nothing_and_taking_shows_to_all(app: Flask, friday: datetime) -> None:
    made = receive()
    assert row_of(made.id).held_by is None
    take("mash.worker", made.id)
    assert row_of(made.id).mine and row_of(made.id, "mash.manager").held_by == "Nadia Farrow"
    assert not row_of(made.id, "mash.manager").mine and count_queue(someone("mash.worker")).mine == 1
    assert [row.reference for row in list_queue(someone("mash.worker"), "mine").rows] == [made.reference]
    assert list_queue(someone("mash.manager"), "mine").rows == []
    take("mash.worker", made.id)
    with transaction():
        let_go(someone("mash.worker"), referral_id=made.id)
        let_go(someone("mash.worker"), referral_id=made.id)
    assert row_of(made.id).held_by is None


def test_who_comes_second_is_told_and_may_take_it_over(app: Flask, friday: datetime) -> None:
    made = receive()
    take("mash.worker", made.id)
    with pytest.raises(Conflict, match="Nadia Farrow took this today 15:30"):
        take("mash.manager", made.id)
    assert the(made.id).held_by_id == someone("mash.worker").user_id
    take("mash.manager", made.id, seen=friday.isoformat().replace("+00:00", "+00:00"))
    assert the(made.id).held_by_id == someone("mash.manager").user_id
    with pytest.raises(OutOfOrder, match="Paul Denton took it"), transaction():
        let_go(someone("mash.worker"), referral_id=made.id)


def test_a_manager_gives_it_to_somebody_of_the_hub(app: Flask, friday: datetime) -> None:
    made, nadia = receive(), someone("mash.worker")
    with transaction():
        give_referral(someone("mash.manager"), referral_id=made.id, user_id=nadia.user_id)
    assert row_of(made.id).held_by == "Nadia Farrow"
    with pytest.raises(Invalid, match="works in the hub"):
        give_referral(someone("mash.manager"), referral_id=made.id, user_id=someone("north.worker").user_id)


def test_what_a_leaver_had_is_nobodys_again(app: Flask, friday: datetime) -> None:
    kept, made, done = receive("SAMPLE-004"), receive(), receive("SAMPLE-009")
    for each in (made, done):
        take("mash.worker", each.id)
    take("mash.manager", kept.id)
    propose(done.id, "no_further_action")
    agree(done.id)
    with transaction():
        disable_user(someone("admin"), someone("mash.worker").user_id)
    assert the(made.id).held_by_id is None and the(kept.id).held_by_id is not None
    assert the(done.id).held_by_id is not None
    with transaction():
        assert release_claims(None, user_id=someone("mash.manager").user_id) == 1


def test_nothing_is_taken_after_the_decision(app: Flask, friday: datetime) -> None:
    made = receive("SAMPLE-009")
    propose(made.id, "no_further_action")
    agree(made.id)
    for act in (
        lambda who: take_referral(who, referral_id=made.id, seen=""),
        lambda who: let_go(who, referral_id=made.id),
        lambda who: give_referral(who, referral_id=made.id, user_id=who.user_id),
        lambda who: ask_referrer(who, referral_id=made.id, words="And now?"),
    ):
        with pytest.raises(OutOfOrder, match="Paul Denton decided this"):
            act(someone("mash.manager"))


# Asking back


def test_a_question_and_its_answer(app: Flask, friday: datetime) -> None:
    made, hannah = sent(), someone("school")
    due = {view.rule.key: view.due_at for view in clocks_of([made.id])[made.id]}
    number = ask(made.id)
    ask(made.id)
    assert len(list_asked(hannah)) == 1 and list_asked(someone("police")) == []
    row = row_of(made.id)
    assert row.asked is not None and row.asked.whom == SAMPLES["SAMPLE-003"]["referrer"]["name"]
    assert row.held_by == "Nadia Farrow" and not row.unread
    with clock.at(friday + timedelta(hours=1)):
        with transaction():
            answer_hub(hannah, referral_id=made.id, question_id=number, words="Her gran does.")
        row = row_of(made.id)
        assert row.asked is None and row.unread and "answered the hub’s question at 16:30" in row.news
        assert list_asked(hannah) == []
        running = {view.rule.key: view.due_at for view in clocks_of([made.id])[made.id]}
    assert {key: running[key] for key in due if key != "mash.first_look"} == {
        key: due[key] for key in due if key != "mash.first_look"
    }
    with pytest.raises(OutOfOrder, match="answered this"):
        answer_hub(hannah, referral_id=made.id, question_id=number, words="No: her aunt.")


def test_what_was_said_on_the_telephone_is_written_down_and_not_new(app: Flask, friday: datetime) -> None:
    made = sent()
    number = ask(made.id)
    with transaction():
        answer_hub(someone("mash.manager"), referral_id=made.id, question_id=number, words="Gran.", by_phone=True)
    assert not row_of(made.id).unread and row_of(made.id).asked is None


@pytest.mark.parametrize("words", ["", "  \n ", "\u200b"])
def test_words_are_needed(app: Flask, friday: datetime, words: str) -> None:
    made = sent()
    with pytest.raises(Invalid):
        ask_referrer(someone("mash.worker"), referral_id=made.id, words=words)
    number = ask(made.id)
    with pytest.raises(Invalid):
        answer_hub(someone("school"), referral_id=made.id, question_id=number, words=words)
    other = sent()
    with pytest.raises(NotFound):
        answer_hub(someone("school"), referral_id=other.id, question_id=number, words="Gran")


def test_the_question_on_the_pages_of_both(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with bare_app.app_context():
        made = sent()
    nadia, school, one = browser("mash.worker"), browser("school"), f"/referrals/{made.reference}"
    asked = nadia.post(f"{one}/ask", data={"words": "Who collects <b>her</b>?"})
    assert asked.headers["Location"] == f"{one}/ask" and "No answer yet" in nadia.get(f"{one}/ask").text
    assert "no answer yet" in nadia.get(one).text and "no answer yet" in nadia.get("/referrals/queue").text
    with bare_app.app_context():
        number = db.session.scalar(sa.select(HubQuestion.id))
    for page in ("/referrals/", f"{one}/receipt", f"{one}/asked"):
        text = school.get(page).text
        assert "The hub asks you" in text and "Who collects &lt;b&gt;her&lt;/b&gt;?" in text, page
    assert "asks you" not in browser("police").get("/referrals/").text
    field = f"answer-{number}-words"
    assert school.post(f"{one}/asked/{number}", data={field: " "}).status_code == 422
    assert school.post(f"{one}/asked/{number}", data={field: "Her gran"}).status_code == 303
    late = school.post(f"{one}/asked/{number}", data={field: "No, her aunt"})
    assert late.status_code == 409 and "No, her aunt" in late.text
    assert "Her gran" in nadia.get(f"{one}/ask").text and "answered the hub" in nadia.get("/referrals/queue").text


# Told on the telephone

PROFESSIONAL = {"caller": "professional", "name": "Ada Osei", "phone": "01709 555123", "agency": "Clifton Nursery"}
GRAN = {"caller": "public", "name": "Maureen Webb", "phone": "01709 555777", "source_code": "1A"}
NOBODY = {"caller": "public", "anonymous": "yes", "name": "Maureen Webb", "phone": "01709 555777", "source_code": "1B"}


def call(client: FlaskClient, caller: dict[str, Any]) -> tuple[str, str]:
    """Write a call down from the first page to the last; gives draft and where the sending leads."""
    draft = client.post("/referrals/call").headers["Location"].split("/")[3]
    for page, answers in {**ONE_CHILD, "caller": caller}.items():
        if page != "check" and page != "me":
            answer = fill(client, draft, page, answers)
            assert answer.status_code == 303, (page, answer.text.partition("There is a problem")[2][:600])
    return draft, fill(client, draft, "check", {}).headers["Location"]


def test_a_professional_who_rings(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    nadia = browser("mash.worker")
    _draft, place = call(nadia, PROFESSIONAL)
    page = nadia.get(place).text
    assert "Read this to the caller: R-" in page and "Ask them to confirm in writing" in page
    with bare_app.app_context():
        row = db.session.scalars(sa.select(Referral)).one()
        worker = someone("mash.worker")
        assert (row.mode, row.sender_name, row.agency_given) == ("phone", "Ada Osei", "Clifton Nursery")
        assert row.document["referrer"]["phone"] == "01709 555123" and row.document["taken_by"].startswith(
            "Nadia Farrow"
        )
        assert (row.held_by_id, row.read_by_id) == (worker.user_id, worker.user_id)
        assert WRITTEN in {view.rule.key for view in clocks_of([row.id])[row.id]}
        one, number = place.partition("?")[0], row.id
    assert nadia.post(f"{one}/confirmed").status_code == 303 and nadia.post(f"{one}/confirmed").status_code == 303
    assert "has not come" not in nadia.get(one).text
    with bare_app.app_context():
        assert WRITTEN not in {view.rule.key for view in clocks_of([number])[number]}
    assert "Clifton Nursery, by phone" in nadia.get("/referrals/queue").text


def test_a_grandmother_who_rings_gives_no_written_confirmation(
    browser: Browser, bare_app: Flask, friday: datetime
) -> None:
    nadia = browser("mash.worker")
    _draft, place = call(nadia, GRAN)
    page = nadia.get(place).text
    assert "Maureen Webb" in page and "Protected" in page and "in writing" not in page
    with bare_app.app_context():
        row = db.session.scalars(sa.select(Referral)).one()
        assert (row.source_code, row.agency_id, row.agency_given) == ("1A", None, "")
        assert WRITTEN not in {view.rule.key for view in clocks_of([row.id])[row.id]}


def test_of_an_anonymous_caller_nothing_is_kept(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    leah = browser("north.worker")
    draft, place = call(leah, NOBODY)
    assert place.endswith("/receipt") and "We have your referral" in leah.get(place).text
    with bare_app.app_context():
        row, kept = db.session.scalars(sa.select(Referral)).one(), db.session.scalars(sa.select(Draft)).one()
        assert row.source_code == "9" and row.sender_name is None and row.held_by_id is None
        assert row.document["referrer"] == {"anonymous": True}
        for told in (row.document, kept.answers):
            assert "Maureen" not in str(told) and "555777" not in str(told)
    assert draft


def test_a_name_typed_before_they_asked_to_stay_anonymous_goes(
    browser: Browser, bare_app: Flask, friday: datetime
) -> None:
    nadia = browser("mash.worker")
    draft = nadia.post("/referrals/call").headers["Location"].split("/")[3]
    fill(nadia, draft, "caller", GRAN)
    fill(nadia, draft, "caller", {"anonymous": "yes"})
    assert "Maureen" not in nadia.get(url(draft, "caller")).text
    with bare_app.app_context():
        assert "Maureen" not in str(db.session.scalars(sa.select(Draft)).one().answers)


@pytest.mark.parametrize(
    ("caller", "message"),
    [
        ({}, "Say who is ringing"),
        ({"caller": "public"}, "Give their name, or say that they want to stay anonymous"),
        ({"caller": "professional", "name": "Ada"}, "Give a number to ring them back"),
        ({"caller": "professional", "anonymous": "yes"}, "Somebody who rings from work gives a name"),
    ],
)
def test_what_a_call_needs(browser: Browser, friday: datetime, caller: dict[str, str], message: str) -> None:
    nadia = browser("mash.worker")
    draft = nadia.post("/referrals/call").headers["Location"].split("/")[3]
    answer = fill(nadia, draft, "caller", caller)
    assert answer.status_code == 422 and message in answer.text
    assert nadia.get(url(draft, "me")).status_code == 404


def test_only_the_council_takes_calls(actor: Callable[[str], Actor], browser: Browser, friday: datetime) -> None:
    assert browser("school").get("/referrals/call").status_code == 403
    assert browser("edt").get("/referrals/call").status_code == 200
