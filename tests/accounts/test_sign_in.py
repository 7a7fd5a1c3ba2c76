"""Signing in: one answer for every way to be wrong, a fresh cookie, and a guesser slowed but nobody locked out."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from caseapp.accounts import commands
from caseapp.accounts.domain import ACCOUNT
from caseapp.accounts.models import Throttle, User, UserSession
from caseapp.demo.organisation import PASSWORD, email_of
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.errors import TooMany
from caseapp.kernel.events import Event
from tests.accounts.pages import forms_of, sign_in

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
GUESSER, SCHOOL_NETWORK = "203.0.113.66", "198.51.100.4"


@pytest.fixture
def client(bare_app: Flask) -> FlaskClient:
    return bare_app.test_client()


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The hashes that passwords were checked against, one after the other."""
    seen: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:
            seen.append(str(hash))
            return super().verify(hash, password)

    monkeypatch.setattr(commands.passwords, "HASHER", Counting(time_cost=2, memory_cost=19 * 1024, parallelism=1))
    yield seen


def switch_off(app: Flask, login: str) -> None:
    with app.app_context(), transaction() as session:
        session.execute(sa.update(User).where(User.email == email_of(login)).values(disabled_at=clock.now()))


def test_signing_in_opens_the_account(client: FlaskClient, bare_app: Flask) -> None:
    answer = sign_in(client, "school")
    assert (answer.status_code, answer.location) == (303, "/")
    assert "Hannah Whitfield" in client.get("/accounts/me").text
    with bare_app.app_context():
        user_id = db.session.scalar(sa.select(User.id).where(User.email == email_of("school")))
        codes = db.session.execute(sa.select(Event.code, Event.actor_id)).all()
    assert ("user.signed_in", user_id) in [tuple(row) for row in codes]


@pytest.mark.sqlite_only
@pytest.mark.parametrize("email", ["School@Demo.Example", "  school@demo.example  "])
def test_capitals_and_spaces_do_not_matter(client: FlaskClient, email: str) -> None:
    assert sign_in(client, email).status_code == 303


@pytest.mark.parametrize(
    ("email", "password", "says"),
    [
        ("school@demo.example", "wrong", "The e-mail address or the password is not right"),
        ("school@demo.example", PASSWORD + " ", "The e-mail address or the password is not right"),
        ("nobody@demo.example", PASSWORD, "The e-mail address or the password is not right"),
        ("north.worker@demo.example", PASSWORD, "The e-mail address or the password is not right"),
        ("not an address @", PASSWORD, "The e-mail address or the password is not right"),
        ("<script>alert(1)</script>@x", "{{7*7}}", "The e-mail address or the password is not right"),
        ("nul\x00@demo.example", "nul\x00", "The e-mail address or the password is not right"),
        ("school@demo.example", "🦊" * 10_000, "The e-mail address or the password is not right"),
        ("", PASSWORD, "Enter your e-mail address"),
        ("school@demo.example", "", "Enter your password"),
        ("x" * 300 + "@demo.example", PASSWORD, "too long"),
    ],
)
def test_a_wrong_answer_says_no_more_than_it_must(client: FlaskClient, bare_app: Flask, email, password, says) -> None:
    switch_off(bare_app, "north.worker")
    answer = client.post("/accounts/sign-in", data={"email": email, "password": password})
    assert answer.status_code == 422
    assert says in answer.text and "There is a problem" in answer.text
    assert "<script>alert" not in answer.text and PASSWORD not in answer.text
    if "\x00" not in email:
        assert email.replace("<", "&lt;").replace(">", "&gt;") in answer.text
    assert client.get("/accounts/me").status_code == 303


def test_unknown_disabled_and_wrong_take_the_same_work(client: FlaskClient, bare_app: Flask, checks: list[str]) -> None:
    switch_off(bare_app, "north.worker")
    for login, password in (
        ("school", "wrong"),
        ("nobody", PASSWORD),
        ("north.worker", PASSWORD),
        ("school", PASSWORD),
    ):
        before = len(checks)
        sign_in(client, login, password)
        assert len(checks) == before + 1, login
    costs = {tuple(seen.split("$")[:4]) for seen in checks}
    assert len(costs) == 1, "every check costs the same"


def test_the_pages_of_unknown_disabled_and_wrong_are_the_same(bare_app: Flask) -> None:
    switch_off(bare_app, "north.worker")
    pages = set()
    for login in ("school", "nobody", "north.worker"):
        answer = sign_in(bare_app.test_client(), login, "wrong")
        nonce = answer.headers["Content-Security-Policy"].partition("'nonce-")[2].partition("'")[0]
        token = forms_of(answer, "/accounts/sign-in")[0].token
        pages.add(answer.text.replace(email_of(login), "EMAIL").replace(nonce, "").replace(token, ""))
    assert len(pages) == 1


def test_a_stronger_setting_reaches_an_account_when_it_signs_in(bare_app: Flask) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    with bare_app.app_context(), transaction() as session:
        session.execute(sa.update(User).where(User.email == email_of("school")).values(password_hash=weak))
    assert sign_in(bare_app.test_client(), "school", "wrong").status_code == 422
    assert sign_in(bare_app.test_client(), "school").status_code == 303
    with bare_app.app_context():
        kept = db.session.scalar(sa.select(User.password_hash).where(User.email == email_of("school")))
    assert kept != weak and not commands.HASHER.check_needs_rehash(kept)
    assert sign_in(bare_app.test_client(), "school").status_code == 303


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("onward", "goes_to"),
    [
        ("/accounts/me", "/accounts/me"),
        ("/hub/queue?order=due", "/hub/queue?order=due"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("%2f%2fevil.example", "/"),
        ("/\r\nSet-Cookie: a=b", "/"),
        ("/accounts/sign-in", "/"),
        ("", "/"),
    ],
)
def test_signing_in_leads_on_only_within_this_site(client: FlaskClient, onward: str, goes_to: str) -> None:
    assert sign_in(client, "school", next=onward).location == goes_to
    assert client.get("/accounts/sign-in", query_string={"next": onward}).location == goes_to


def test_the_page_asked_for_is_carried_through_a_slip(client: FlaskClient) -> None:
    asked = client.get("/accounts/me?done=elsewhere")
    page = client.get(asked.location)
    [form] = forms_of(page, "/accounts/sign-in")
    assert ("next", "/accounts/me?done=elsewhere") in form.fields
    slip = sign_in(client, "school", "wrong", next="/accounts/me?done=elsewhere")
    assert ("next", "/accounts/me?done=elsewhere") in forms_of(slip, "/accounts/sign-in")[0].fields


def test_a_cookie_from_before_signing_in_is_worth_nothing(client: FlaskClient, bare_app: Flask) -> None:
    planted = bare_app.test_client()
    planted.get("/accounts/sign-in")
    before = planted.get_cookie("caseapp").value
    client.set_cookie("caseapp", before)
    sign_in(client, "school")
    assert client.get_cookie("caseapp").value != before
    assert planted.get("/accounts/me").status_code == 303
    with client.session_transaction() as cookie:
        assert set(cookie) == {"sid"}, "nothing of the old cookie is left"


def test_signing_in_as_somebody_else_ends_the_first(client: FlaskClient, bare_app: Flask) -> None:
    sign_in(client, "school")
    first = client.get_cookie("caseapp").value
    sign_in(client, "police")
    assert "Daniel Oakes" in client.get("/accounts/me").text
    thief = bare_app.test_client()
    thief.set_cookie("caseapp", first)
    assert thief.get("/accounts/me").status_code == 303


# ---------------------------------------------------------------- guessing


def guess(app: Flask, login: str = "school", password: str = "wrong", *, address: str = GUESSER):
    """One try from a browser that nobody has used before."""
    return sign_in(app.test_client(), login, password, address=address)


@pytest.mark.parametrize("login", ["school", "nobody"])
def test_after_five_failures_each_try_waits(bare_app: Flask, login: str) -> None:
    waits = []
    with clock.at(START):
        assert [guess(bare_app, login).status_code for _ in range(5)] == [422] * 5
    now = START
    for _ in range(8):
        with clock.at(now):
            answer = guess(bare_app, login)
        assert answer.status_code == 429
        waits.append(int(answer.headers["Retry-After"]))
        assert f"Try again in {waits[-1]} second" in answer.text and "Nothing is locked" in answer.text
        now += timedelta(seconds=waits[-1])
        with clock.at(now):
            assert guess(bare_app, login).status_code == 422
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60]


def test_a_try_that_has_to_wait_is_not_even_checked(bare_app: Flask, checks: list[str]) -> None:
    with clock.at(START):
        for _ in range(5):
            guess(bare_app)
        assert guess(bare_app, password=PASSWORD).status_code == 429
    assert len(checks) == 5


def test_the_right_password_opens_after_the_wait_and_starts_afresh(bare_app: Flask) -> None:
    with clock.at(START):
        for _ in range(12):
            guess(bare_app)
    with clock.at(START + timedelta(seconds=60)):
        assert guess(bare_app, password=PASSWORD).status_code == 303
        assert [guess(bare_app).status_code for _ in range(5)] == [422] * 5


def test_a_quiet_quarter_of_an_hour_is_forgotten(bare_app: Flask) -> None:
    with clock.at(START):
        for _ in range(6):
            guess(bare_app)
    with clock.at(START + timedelta(minutes=15)):
        assert [guess(bare_app).status_code for _ in range(5)] == [422] * 5


def test_one_account_s_guesser_slows_no_other_account(bare_app: Flask) -> None:
    with clock.at(START):
        for _ in range(8):
            guess(bare_app)
        assert guess(bare_app, "police", PASSWORD, address=SCHOOL_NETWORK).status_code == 303


def test_a_guesser_cannot_keep_the_owner_out_of_the_browser_they_use(bare_app: Flask) -> None:
    owner = bare_app.test_client()
    with clock.at(START):
        assert sign_in(owner, "school", address=SCHOOL_NETWORK).status_code == 303
        owner.post("/accounts/sign-out")
    with clock.at(START + timedelta(minutes=10)):
        for _ in range(8):
            guess(bare_app)
        assert guess(bare_app, password=PASSWORD, address=SCHOOL_NETWORK).status_code == 429
        assert sign_in(owner, "school", address=SCHOOL_NETWORK).status_code == 303


def test_the_browser_s_own_count_slows_it_too(bare_app: Flask) -> None:
    stolen = bare_app.test_client()
    with clock.at(START):
        sign_in(stolen, "school")
        stolen.post("/accounts/sign-out")
        assert [sign_in(stolen, "school", "wrong").status_code for _ in range(6)] == [422] * 5 + [429]
        stolen.set_cookie("caseapp-known", "made.up.cookie")
        assert sign_in(stolen, "police", "wrong").status_code == 422


def test_spraying_one_password_over_many_accounts_is_slowed_by_the_address(bare_app: Flask) -> None:
    with clock.at(START):
        answers = [guess(bare_app, f"someone{number}").status_code for number in range(31)]
        assert answers == [422] * 30 + [429]
        assert guess(bare_app, "police", PASSWORD, address=SCHOOL_NETWORK).status_code == 303


def test_a_hundred_guesses_at_once_get_no_more_than_one_after_the_other(app: Flask) -> None:
    def one_try(_number: int) -> bool:
        with app.app_context(), clock.at(START):
            try:
                commands.count_try({"account:test": ACCOUNT})
            except TooMany:
                return False
            return True

    with ThreadPoolExecutor(8) as pool:
        let_in = sum(pool.map(one_try, range(40)))
    assert let_in == 5
    assert db.session.scalar(sa.select(Throttle.failures).where(Throttle.key == "account:test")) == 5


# ---------------------------------------------------------------- cleaning up


def test_cleaning_up_keeps_what_still_counts(bare_app: Flask) -> None:
    client = bare_app.test_client()
    with clock.at(START):
        for _ in range(3):
            guess(bare_app)
        sign_in(client, "school")
        sign_in(client, "school")
        sign_in(client, "police")
    for later, expected in (
        (timedelta(minutes=10), {"sessions": 0, "parked_forms": 0, "links": 0, "throttles": 0}),
        (timedelta(hours=12), {"sessions": 0, "parked_forms": 0, "links": 0, "throttles": 1}),
        (timedelta(hours=25), {"sessions": 1, "parked_forms": 0, "links": 0, "throttles": 0}),
        (timedelta(days=300), {"sessions": 0, "parked_forms": 0, "links": 0, "throttles": 0}),
    ):
        with bare_app.app_context(), clock.at(START + later):
            done = commands.clean_up()
            assert {**done, "throttles": min(done["throttles"], 1)} == expected, later
            left = db.session.scalar(sa.select(sa.func.count()).select_from(UserSession))
    assert left == 2, "each user's last one stays"
