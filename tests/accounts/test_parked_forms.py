"""A session that ends while somebody writes loses nothing: the words wait for their writer, and for nobody else.

The token of forms is checked here as it is in life.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, abort, redirect, request
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from caseapp.access.guard import guard
from caseapp.accounts import commands
from caseapp.accounts.models import ParkedForm
from caseapp.kernel import clock
from caseapp.kernel.db import db
from tests.accounts.conftest import MakeApp
from tests.accounts.pages import ShownForm, forms_of, sign_in, token_of

START = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
AWAY = START + timedelta(hours=12, minutes=5)
NOTE = "/test/note?of=C-7K4M-2Q9X&draft=1"
WORDS = "\r\n First line, after an empty one\r\nسلام 🦊 {{7*7}} <b>&amp; \"quoted\" 'too'\t end \r\n\r\n"
FIELDS = [("words", WORDS), ("who", "1"), ("who", "2"), ("empty", ""), ("=1+1", "=1+1"), ("long", "Wörter " * 7000)]


class Desk:
    """The application with one page that takes words, and what it has taken."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.taken: list[list[tuple[str, str]]] = []
        self.answers_with = 303
        view = guard("account:own")(self.take)
        self.app.add_url_rule("/test/note", "note", view, methods=["GET", "POST"])

    def take(self, actor: Any) -> Any:
        fields = [pair for pair in request.form.items(multi=True) if pair[0] != "csrf_token"]
        if self.answers_with == 422:
            return "put it right", 422
        if self.answers_with != 303:
            abort(self.answers_with)
        self.taken.append(fields)
        return redirect("/accounts/me", 303)

    def browser(self, login: str) -> FlaskClient:
        client = self.app.test_client()
        enter(client, login)
        return client

    def parked(self) -> int:
        with self.app.app_context():
            return db.session.scalar(sa.select(sa.func.count()).select_from(ParkedForm)) or 0


@pytest.fixture
def desk(make_app: MakeApp) -> Iterator[Desk]:
    with clock.at(START):
        yield Desk(make_app())


def enter(client: FlaskClient, login: str):
    return sign_in(client, login, csrf_token=token_of(client))


def open_page(client: FlaskClient) -> str:
    """The token of a page of ours that somebody has open and writes in."""
    return forms_of(client.get("/accounts/me"), "/accounts/me/password")[0].token


def post(client: FlaskClient, token: str, fields=FIELDS, path: str = NOTE, **headers: str):
    data = MultiDict([("csrf_token", token), *fields])
    return client.post(path, data=data, headers={key.replace("_", "-"): value for key, value in headers.items()})


def kept(client: FlaskClient) -> list[ShownForm]:
    return forms_of(client.get("/accounts/continue"), NOTE)


def send(client: FlaskClient, form: ShownForm):
    return client.post(form.action, data=MultiDict(form.fields))


def test_words_sent_too_late_wait_and_arrive_exactly(desk: Desk) -> None:
    client = desk.browser("north.worker")
    token = open_page(client)
    with clock.at(AWAY):
        answer = post(client, token)
        assert (answer.status_code, answer.location) == (303, "/accounts/sign-in")
        assert desk.taken == []
        page = client.get(answer.location).text
        assert "You had been signed in for 12 hours, so we signed you out." in page
        assert "Nothing is lost" in page and "your words were kept" in page
        answer = enter(client, "north.worker")
        assert (answer.status_code, answer.location) == (303, "/accounts/continue")
        page = client.get(answer.location)
        assert "Your words are kept" in page.text and "I wrote this: send it" in page.text and "{{7*7}}" in page.text
        [form] = forms_of(page, NOTE)
        assert form.token != token, "the old token died with the old sign-in"
        assert form.without_token() == FIELDS
        answer = send(client, form)
        assert (answer.status_code, answer.location) == (303, "/accounts/me")
        assert desk.taken == [FIELDS]
        assert client.get("/accounts/continue").location == "/"
    assert desk.parked() == 0


def test_words_in_another_tab_survive_signing_out(desk: Desk) -> None:
    client = desk.browser("north.worker")
    token = open_page(client)
    client.post("/accounts/sign-out", data={"csrf_token": token})
    answer = post(client, token)
    assert "your words were kept" in client.get(answer.location).text
    enter(client, "north.worker")
    assert kept(client)[0].without_token() == FIELDS


def test_two_tabs_are_both_kept(desk: Desk) -> None:
    client = desk.browser("north.worker")
    token = open_page(client)
    with clock.at(AWAY):
        post(client, token, [("words", "the first")])
        post(client, token, [("words", "the second")])
        enter(client, "north.worker")
        second, first = kept(client)
        assert (first.without_token(), second.without_token()) == ([("words", "the first")], [("words", "the second")])
        send(client, second)
        assert [form.without_token() for form in kept(client)] == [[("words", "the first")]]


def test_somebody_else_never_sees_them_and_the_writer_still_does(desk: Desk) -> None:
    client = desk.browser("north.worker")
    token = open_page(client)
    with clock.at(AWAY):
        post(client, token)
        assert enter(client, "marta.wilk").location == "/"
        assert client.get("/accounts/continue").location == "/"
        with desk.app.app_context():
            parked_id = db.session.scalar(sa.select(ParkedForm.id))
        client.post("/accounts/continue/throw-away", data={"csrf_token": open_page(client), "form": str(parked_id)})
        client.post("/accounts/sign-out", data={"csrf_token": open_page(client)})
        assert enter(client, "north.worker").location == "/accounts/continue"
        assert kept(client)[0].without_token() == FIELDS


def test_another_browser_of_the_same_person_is_not_shown_them(desk: Desk) -> None:
    """Whoever holds a stolen, dead cookie can't put words before its owner."""
    client, other = desk.browser("north.worker"), desk.app.test_client()
    token = open_page(client)
    with clock.at(AWAY):
        post(client, token)
        assert enter(other, "north.worker").location == "/"
        assert other.get("/accounts/continue").location == "/"


def test_they_can_be_thrown_away(desk: Desk) -> None:
    client = desk.browser("north.worker")
    token = open_page(client)
    with clock.at(AWAY):
        post(client, token)
        enter(client, "north.worker")
        [form] = forms_of(client.get("/accounts/continue"), "/accounts/continue/throw-away")
        assert send(client, form).location == "/accounts/continue"
        assert client.get("/accounts/continue").location == "/"
        for number in ("", "x", "²", "9" * 40, "-1", "1; DROP TABLE parked_form"):
            answer = client.post("/accounts/continue/throw-away", data={"csrf_token": form.token, "form": number})
            assert answer.status_code == 303, number
    assert desk.parked() == 0


def test_they_wait_twelve_hours_and_the_sweep_takes_them(desk: Desk) -> None:
    client = desk.browser("north.worker")
    token = open_page(client)
    with clock.at(AWAY):
        post(client, token)
    with clock.at(AWAY + timedelta(hours=11, minutes=59)), desk.app.app_context():
        assert commands.clean_up()["parked_forms"] == 0
    with clock.at(AWAY + timedelta(hours=12)):
        assert enter(client, "north.worker").location == "/"
        assert client.get("/accounts/continue").location == "/"
        with desk.app.app_context():
            assert commands.clean_up()["parked_forms"] == 1
    assert desk.parked() == 0


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("status", "still_kept"), [(303, False), (422, False), (403, True), (404, True), (409, True), (500, True)]
)
def test_the_copy_goes_only_when_the_words_are_safe(desk: Desk, status: int, still_kept: bool) -> None:
    """Taken, or back on their own page with an error at the field; any other answer leaves them where they are."""
    client = desk.browser("north.worker")
    token = open_page(client)
    with clock.at(AWAY):
        post(client, token)
        enter(client, "north.worker")
        desk.answers_with = status
        assert send(client, kept(client)[0]).status_code == status
        assert bool(kept(client)) is still_kept


def test_other_words_at_the_same_path_do_not_take_them_away(desk: Desk) -> None:
    client = desk.browser("north.worker")
    token = open_page(client)
    with clock.at(AWAY):
        post(client, token)
        enter(client, "north.worker")
        post(client, open_page(client), [("words", "something else")])
        assert len(kept(client)) == 1


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("path", "fields", "leads_to"),
    [
        ("/accounts/me/password", [("current_password", "secret"), ("new_password", "x")], "/accounts/me"),
        ("/accounts/me/sign-out-elsewhere", [], "/accounts/me"),
        ("/test/note?" + "x" * 400, [("words", "x")], "/accounts/me"),
    ],
)
def test_passwords_and_bare_buttons_are_not_kept(desk: Desk, path: str, fields, leads_to: str) -> None:
    client = desk.browser("north.worker")
    token = open_page(client)
    with clock.at(AWAY):
        answer = post(client, token, fields, path, Referer="http://localhost/accounts/me")
        assert answer.location == f"/accounts/sign-in?next={leads_to}"
        assert "your words were kept" not in client.get(answer.location).text
        foreign = post(client, token, fields, path, Referer="http://evil.example/accounts/me")
        assert foreign.location == "/accounts/sign-in"
    assert desk.parked() == 0


def test_a_forged_post_is_not_kept(desk: Desk) -> None:
    client = desk.browser("north.worker")
    token = open_page(client)
    with clock.at(AWAY):
        for wrong in ("", "forged", token[:-2], token_of(desk.app.test_client())):
            answer = post(client, wrong)
            assert answer.status_code == 400 and WORDS not in answer.text
        assert post(desk.app.test_client(), token).status_code == 400
    assert desk.parked() == 0 and desk.taken == []


def test_somebody_who_never_signed_in_leaves_nothing_behind(desk: Desk) -> None:
    client = desk.app.test_client()
    answer = post(client, token_of(client))
    assert answer.location == "/accounts/sign-in"
    assert desk.parked() == 0


def test_one_person_cannot_fill_the_database(desk: Desk) -> None:
    client = desk.browser("north.worker")
    token = open_page(client)
    with clock.at(AWAY):
        for number in range(25):
            assert post(client, token, [("words", f"number {number}")]).status_code == 303
        assert desk.parked() == 20
        enter(client, "north.worker")
        assert [form.without_token()[0][1] for form in kept(client)] == [f"number {n}" for n in range(24, 19, -1)]


def test_the_autosave_gets_an_answer_for_its_script(desk: Desk) -> None:
    client = desk.browser("north.worker")
    token = open_page(client)
    with clock.at(AWAY):
        answer = post(client, token, X_Requested_With="autosave")
        assert answer.status_code == 401
        assert answer.json["error"] == 401 and answer.json["csrf_token"]
        enter(client, "north.worker")
        stale = post(client, token, X_Requested_With="autosave")
        assert stale.status_code == 400
        assert post(client, stale.json["csrf_token"], X_Requested_With="autosave").status_code == 303
    assert desk.parked() == 0 and desk.taken == [FIELDS]


def test_a_tab_left_open_over_a_new_sign_in_may_send_its_words_once_more(desk: Desk) -> None:
    """Its token is the old sign-in's. Only our own page gets the button: the browser says where a post comes from."""
    client = desk.browser("north.worker")
    token = open_page(client)
    with clock.at(AWAY):
        client.get("/accounts/me")
        enter(client, "north.worker")
        answer = post(client, token, Origin="http://localhost")
        assert answer.status_code == 400 and desk.taken == []
        [form] = forms_of(answer, NOTE)
        assert form.without_token() == FIELDS
        send(client, form)
        assert desk.taken == [FIELDS]
        for headers in (
            {"Origin": "http://evil.example"},
            {"Origin": "null"},
            {"Origin": "http://localhost", "Sec_Fetch_Site": "cross-site"},
            {"Sec_Fetch_Site": "same-site"},
            {},
        ):
            answer = post(client, "forged", **headers)
            assert answer.status_code == 400 and forms_of(answer) == [], headers
