"""The page locks in place after 30 idle minutes; the password unlocks it, and what was sent goes on (practice 21)."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from caseapp.accounts.models import UserSession
from caseapp.demo.organisation import PASSWORD
from caseapp.kernel import clock
from caseapp.kernel.db import db
from tests.accounts.conftest import MakeApp
from tests.accounts.pages import sign_in
from tests.accounts.test_parked_forms import FIELDS, Desk, kept, open_page, post, send
from tests.accounts.test_second_step import code, codes_of, give_app, half, take

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
AWAY = START + timedelta(minutes=30)
LOCK = {"X-Requested-With": "lock"}


@pytest.fixture
def client(bare_app: Flask) -> FlaskClient:
    client = bare_app.test_client()
    with clock.at(START):
        sign_in(client, "school")
    return client


def unlock(client: FlaskClient, password: str = PASSWORD, **more: str):
    return client.post("/accounts/unlock", data={"password": password, **more})


def test_the_same_page_again_after_the_password(client: FlaskClient, bare_app: Flask) -> None:
    with clock.at(AWAY):
        answer = client.get("/accounts/me?done=elsewhere")
        assert answer.location == "/accounts/locked?next=/accounts/me?done%3Delsewhere"
        page = client.get(answer.location).text
        assert "Hannah Whitfield, unlock" in page and "My referrals" not in page
        wrong = unlock(client, "wrong", next="/accounts/me?done=elsewhere")
        assert wrong.status_code == 422 and 'value="/accounts/me?done=elsewhere"' in wrong.text
        assert client.get("/accounts/me").status_code == 303
        stolen = bare_app.test_client()
        stolen.set_cookie("caseapp", client.get_cookie("caseapp").value)
        assert unlock(client, next="/accounts/me?done=elsewhere").location == "/accounts/me?done=elsewhere"
        assert client.get("/accounts/me").status_code == 200
        assert stolen.get("/accounts/me").location.startswith("/accounts/sign-in"), "a copied cookie is dead"
        assert unlock(client, next="//evil.example").location == "/"
    assert codes_of(bare_app) == ["user.signed_in", "user.unlocked"]


def test_words_sent_to_a_locked_session_wait_and_go_on(make_app: MakeApp) -> None:
    with clock.at(START):
        desk = Desk(make_app())
        client = desk.browser("north.worker")
        token = open_page(client)
    with clock.at(AWAY):
        answer = post(client, token)
        assert answer.location == "/accounts/locked" and desk.taken == []
        assert "Nothing is lost" in client.get(answer.location).text
        answer = client.post("/accounts/unlock", data={"password": PASSWORD, "csrf_token": token})
        assert answer.location == "/accounts/continue"
        send(client, kept(client)[0])
        assert desk.taken == [FIELDS] and desk.parked() == 0


def test_what_a_stranger_sends_from_the_locked_page_is_read_by_its_owner_first(make_app: MakeApp) -> None:
    """Whoever sits down meanwhile can post with the page's own token. Nothing is done, and nothing goes on unread."""
    with clock.at(START):
        desk = Desk(make_app())
        client = desk.browser("north.worker")
        token = open_page(client)
    with clock.at(AWAY):
        for fields in ([("answer", "no_further_action"), ("agree", "yes")], [("reason", "")]):
            post(client, token, fields)
        assert client.post("/accounts/unlock", data={"password": PASSWORD, "csrf_token": token}).status_code == 303
        assert desk.taken == []
        page = client.get("/accounts/continue").text
        for told in ("no_further_action", "Agree", "Left empty", "/test/note", "send only what you wrote yourself"):
            assert told in page, told
        assert desk.taken == []


def test_a_script_hears_that_the_page_is_locked_and_loses_nothing(client: FlaskClient) -> None:
    with clock.at(AWAY):
        for header in ("autosave", "renew", "lock"):
            here = client.post("/accounts/here", headers={"X-Requested-With": header})
            assert (here.status_code, here.json["has_keys"]) == (423, False)
        answer = client.post("/accounts/unlock", data={"password": "wrong"}, headers=LOCK)
        assert answer.status_code == 422 and answer.json["message"] == "This is not your password now"
        assert client.post("/accounts/unlock", data={"password": PASSWORD}, headers=LOCK).json == {"unlocked": True}
        here = client.post("/accounts/here", headers=LOCK).json
        assert here["locked"] is False and here["who"].startswith("U-")


def test_only_what_a_person_does_keeps_a_session_awake(client: FlaskClient) -> None:
    """A list that renews itself, an autosave and a look whether the lock holds are nobody's doing."""
    for minutes in range(5, 30, 5):
        with clock.at(START + timedelta(minutes=minutes)):
            for header in ("renew", "autosave", "lock"):
                assert client.get("/accounts/me", headers={"X-Requested-With": header}).status_code == 200
            client.post("/accounts/here", data={"active": "no"}, headers=LOCK)
    with clock.at(AWAY):
        assert client.get("/accounts/me").location.startswith("/accounts/locked")
        unlock(client)
        client.post("/accounts/here", data={"active": "yes"}, headers=LOCK)
    for minutes in (50, 70, 90):
        with clock.at(START + timedelta(minutes=minutes)):
            assert client.post("/accounts/here", data={"active": "yes"}, headers=LOCK).status_code == 200
    with clock.at(START + timedelta(minutes=119)):
        assert client.get("/accounts/me").status_code == 200


def test_locking_by_hand_holds_at_once_for_every_copy_of_the_cookie(client: FlaskClient, bare_app: Flask) -> None:
    with clock.at(START):
        stolen = bare_app.test_client()
        stolen.set_cookie("caseapp", client.get_cookie("caseapp").value)
        headers = {"Referer": "http://localhost/accounts/me"}
        assert client.post("/accounts/lock", headers=headers).location == "/accounts/locked?next=/accounts/me"
        for browser in (client, stolen):
            assert browser.get("/accounts/me").location == "/accounts/locked?next=/accounts/me"
        assert client.post("/accounts/lock").status_code == 303
        assert unlock(client, next="/accounts/me").location == "/accounts/me"


def test_a_locked_page_s_password_cannot_be_tried_out(client: FlaskClient) -> None:
    with clock.at(AWAY):
        assert [unlock(client, "wrong").status_code for _ in range(6)] == [422] * 5 + [429]
        assert unlock(client).status_code == 429
        assert client.post("/accounts/sign-out").status_code == 303
        assert client.get("/accounts/locked").location.startswith("/accounts/sign-in")


def test_a_locked_session_still_ends_after_twelve_hours(client: FlaskClient) -> None:
    with clock.at(START + timedelta(hours=12)):
        assert unlock(client).location.startswith("/accounts/sign-in")


def test_unlocking_asks_for_no_second_step_until_twelve_hours_are_over(bare_app: Flask) -> None:
    give_app(bare_app)
    with clock.at(START):
        client = half(bare_app)
        take(client, code())
    for hours in (1, 2, 5, 11):
        with clock.at(START + timedelta(hours=hours)):
            assert client.get("/accounts/me").location.startswith("/accounts/locked")
            assert unlock(client, next="/accounts/me").location == "/accounts/me"
    with clock.at(START + timedelta(hours=12)):
        assert client.get("/accounts/me").location.startswith("/accounts/sign-in")
    with bare_app.app_context():
        moments = db.session.execute(sa.select(UserSession.created_at, UserSession.second_factor_at)).all()
    assert [tuple(row) for row in moments] == [(START, START)]


def test_nobody_unlocks_with_a_form_of_another_site(make_app: MakeApp) -> None:
    with clock.at(START):
        app = make_app()
        client = Desk(app).browser("north.worker")
    with clock.at(AWAY):
        for path in ("unlock", "lock", "here", "second-step", "me/second-step/codes", "link/x", "people/invite"):
            assert client.post(f"/accounts/{path}", data={"password": PASSWORD}).status_code == 400, path
