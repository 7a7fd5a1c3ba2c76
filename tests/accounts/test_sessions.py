"""How a sign-in ends: by itself, by hand, by a new password, by an administrator. A copied cookie dies with it."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from caseapp.accounts.models import User, UserSession
from caseapp.demo.organisation import PASSWORD, email_of
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.events import Event
from tests.accounts.pages import sign_in

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
NEW = "three plain words"


def copy_of(client: FlaskClient, app: Flask) -> FlaskClient:
    """Another browser with a copy of the cookie."""
    thief = app.test_client()
    thief.set_cookie("caseapp", client.get_cookie("caseapp").value)
    return thief


def is_in(client: FlaskClient) -> bool:
    return client.get("/accounts/me").status_code == 200


def events(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(sa.select(Event.code).where(Event.code != "user.created").order_by(Event.id)))


@pytest.fixture
def client(bare_app: Flask) -> FlaskClient:
    client = bare_app.test_client()
    with clock.at(START):
        sign_in(client, "school")
    return client


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("clicks_at_minutes", "then_minutes", "leads_to"),
    [
        ([], 29, ""),
        ([], 30, "/accounts/locked?next=/accounts/me"),
        ([29, 58, 87], 116, ""),
        ([29, 58, 87], 117, "/accounts/locked?next=/accounts/me"),
        (range(29, 720, 29), 719, ""),
        (range(29, 720, 29), 720, "/accounts/sign-in?next=/accounts/me"),
    ],
)
def test_a_session_locks_and_ends_by_itself(client, clicks_at_minutes, then_minutes: int, leads_to: str) -> None:
    for minute in clicks_at_minutes:
        with clock.at(START + timedelta(minutes=minute)):
            assert is_in(client)
    with clock.at(START + timedelta(minutes=then_minutes)):
        answer = client.get("/accounts/me")
        assert (answer.location or "") == leads_to
        if "sign-in" in leads_to:
            assert "You had been signed in for 12 hours" in client.get("/accounts/sign-in").text


def test_a_page_is_asked_for_again_after_signing_in(client: FlaskClient) -> None:
    with clock.at(START + timedelta(hours=13)):
        answer = client.get("/accounts/me?done=elsewhere")
    assert (answer.status_code, answer.location) == (303, "/accounts/sign-in?next=/accounts/me?done%3Delsewhere")


def test_signing_out_ends_the_row_and_every_copy_of_the_cookie(client: FlaskClient, bare_app: Flask) -> None:
    with clock.at(START + timedelta(minutes=1)):
        stolen = copy_of(client, bare_app)
        assert is_in(stolen)
        answer = client.post("/accounts/sign-out")
        assert (answer.status_code, answer.location) == (303, "/accounts/sign-in")
        assert not is_in(client) and not is_in(stolen)
        assert "You have signed out" in client.get("/accounts/sign-in").text
    assert events(bare_app) == ["user.signed_in", "user.signed_out"]


def test_signing_out_twice_or_signed_out_is_no_error(client: FlaskClient, bare_app: Flask) -> None:
    with clock.at(START):
        assert [client.post("/accounts/sign-out").status_code for _ in range(2)] == [303, 303]
    assert bare_app.test_client().post("/accounts/sign-out").status_code == 303
    assert events(bare_app).count("user.signed_out") == 1


def test_nobody_is_signed_out_by_a_link(client: FlaskClient) -> None:
    with clock.at(START):
        assert client.get("/accounts/sign-out").status_code == 405
        assert is_in(client)


def change(client: FlaskClient, current: str = PASSWORD, new: str = NEW, again: str | None = None):
    data = {"current_password": current, "new_password": new, "again_password": new if again is None else again}
    return client.post("/accounts/me/password", data=data)


def test_a_new_password_ends_every_other_sign_in_of_that_person(client: FlaskClient, bare_app: Flask) -> None:
    with clock.at(START):
        stolen, elsewhere, colleague = copy_of(client, bare_app), bare_app.test_client(), bare_app.test_client()
        sign_in(elsewhere, "school")
        sign_in(colleague, "police")
        answer = change(client)
        assert (answer.status_code, answer.location) == (303, "/accounts/me?done=password")
        assert "Your password is changed" in client.get(answer.location).text
        assert not is_in(stolen) and not is_in(elsewhere) and is_in(colleague)
        assert "Your password was changed" in elsewhere.get("/accounts/sign-in").text
        assert sign_in(bare_app.test_client(), "school").status_code == 422
        assert sign_in(bare_app.test_client(), "school", NEW).status_code == 303
    assert "user.password_changed" in events(bare_app)


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("current", "new", "again", "field", "says"),
    [
        ("", NEW, None, "current_password", "Enter the password you have now"),
        (PASSWORD, "", "", "new_password", "Enter a new password"),
        (PASSWORD, NEW, "", "again_password", "Enter the new password again"),
        (PASSWORD, NEW, NEW + "x", "again_password", "The two new passwords differ"),
        ("wrong", NEW, None, "current_password", "This is not your password now"),
        (PASSWORD, "short", None, "new_password", "at least 12 characters"),
        (PASSWORD, "school@demo.example", None, "new_password", "must not be your e-mail address"),
        (PASSWORD, "Safeguarding2026", None, "new_password", "one of the first"),
        (PASSWORD, "y" * 10_000, None, "new_password", "200 characters or fewer"),
        (PASSWORD, PASSWORD, None, "new_password", "one of the first"),
    ],
)
def test_a_password_that_will_not_do_is_said_at_its_field(
    client: FlaskClient, bare_app: Flask, current, new, again, field, says
) -> None:
    with clock.at(START):
        stolen = copy_of(client, bare_app)
        answer = change(client, current, new, again)
        assert answer.status_code == 422
        assert says in answer.text and f'href="#{field}"' in answer.text
        assert PASSWORD not in answer.text and NEW not in answer.text
        assert is_in(client) and is_in(stolen)
        assert sign_in(bare_app.test_client(), "school").status_code == 303


def test_the_password_now_cannot_be_guessed_from_an_open_session(client: FlaskClient) -> None:
    with clock.at(START):
        assert [change(client, "wrong").status_code for _ in range(6)] == [422] * 5 + [429]
        assert change(client).status_code == 429


def test_signing_out_everywhere_else(client: FlaskClient, bare_app: Flask) -> None:
    with clock.at(START):
        others = [bare_app.test_client() for _ in range(2)]
        for other in others:
            sign_in(other, "school")
        assert "<strong>2</strong> other browsers" in client.get("/accounts/me").text
        answer = client.post("/accounts/me/sign-out-elsewhere")
        page = client.get(answer.location)
        assert "You are signed out everywhere else" in page.text and "Nowhere else" in page.text
        assert not any(is_in(other) for other in others)
        assert "signed out from another browser" in others[0].get("/accounts/sign-in").text


def test_an_ended_row_does_not_come_back_with_its_user(client: FlaskClient, bare_app: Flask) -> None:
    """Switching somebody off and on again is a way to sign them out: their old cookies stay dead."""
    admin = bare_app.test_client()
    with clock.at(START):
        sign_in(admin, "admin")
        with bare_app.app_context():
            reference = db.session.scalar(
                sa.text("SELECT s.reference FROM subject s JOIN app_user u ON u.id = s.id WHERE u.email = :email"),
                {"email": email_of("school")},
            )
        assert admin.post(f"/accounts/people/{reference}/disable").status_code == 303
        assert not is_in(client)
        assert "switched off" in client.get("/accounts/sign-in").text
        assert admin.post(f"/accounts/people/{reference}/enable").status_code == 303
        assert not is_in(client)
        assert sign_in(client, "school").status_code == 303
    with bare_app.app_context():
        why = db.session.scalars(sa.select(UserSession.ended_why).order_by(UserSession.id)).all()
    assert why == ["disabled", None, None]


def test_made_up_and_broken_cookies_are_nobody(bare_app: Flask) -> None:
    for value in ("", "x", "a.b.c", "é", "." * 3000):
        client = bare_app.test_client()
        client.set_cookie("caseapp", value)
        assert client.get("/accounts/me").status_code == 303
    client = bare_app.test_client()
    with client.session_transaction() as cookie:
        cookie["sid"] = "a signed cookie with a token that is in no row"
    assert client.get("/accounts/me").status_code == 303


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("login", "words"),
    [
        ("school", ("Hannah Whitfield", "school@demo.example", "Wath Primary School", "safeguarding lead")),
        ("north.manager", ("Ruth Hallam", "Rotherham Council", "North locality, manager")),
        ("ig", ("Frances Hale", "Service and quality, information governance")),
        ("admin", ("Robin Cole", "Service and quality, administrator", 'href="/accounts/people"')),
    ],
)
def test_your_account_says_who_you_are_and_what_you_can_do(bare_app: Flask, login: str, words) -> None:
    client = bare_app.test_client()
    sign_in(client, login)
    page = client.get("/accounts/me")
    assert page.status_code == 200
    for word in words:
        assert word in page.text, word


def test_a_page_writes_the_last_use_at_most_once_a_minute(client: FlaskClient, bare_app: Flask) -> None:
    def last_seen() -> datetime:
        with bare_app.app_context():
            query = sa.select(UserSession.last_seen_at).join(User, User.id == UserSession.user_id)
            return db.session.scalar(query.where(User.email == email_of("school")))

    for seconds, expected in ((30, 0), (59, 0), (60, 60), (90, 60), (120, 120)):
        with clock.at(START + timedelta(seconds=seconds)):
            assert is_in(client)
        assert last_seen() == START + timedelta(seconds=expected), seconds
