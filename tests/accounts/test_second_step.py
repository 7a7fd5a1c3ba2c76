"""The second step: a code once and no more, a half sign-in that reaches nothing, recovery codes, being led to it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from caseapp.accounts import commands, queries
from caseapp.accounts.models import AuthenticatorApp, RecoveryCode, SecurityKey
from caseapp.demo.organisation import PASSWORD, email_of
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.errors import Invalid
from caseapp.kernel.events import Event
from caseapp.kernel.sealing import seal, unseal
from tests.accounts.pages import sign_in
from tests.helpers.apps import build, put_away

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
# RFC 6238, appendix B: its secret; at 59 seconds its code ends in 287082.
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
STEP = "/accounts/second-step"


def codes_of(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(sa.select(Event.code).where(Event.code != "user.created").order_by(Event.id)))


def user_id(login: str = "school") -> int:
    found = queries.find_user(email_of(login))
    assert found is not None
    return found


def give_app(app: Flask, login: str = "school") -> None:
    """That person has an authenticator app with a known secret, set up long ago."""
    with app.app_context(), transaction() as session:
        session.add(
            AuthenticatorApp(
                user_id=user_id(login), sealed_secret=seal(SECRET), created_at=START, confirmed_at=START, last_step=None
            )
        )


def code(moment: datetime = START) -> str:
    return pyotp.TOTP(SECRET).at(moment)


@pytest.fixture
def guarded(bare_app: Flask) -> Iterator[Flask]:
    give_app(bare_app)
    with clock.at(START):
        yield bare_app


def half(app: Flask, **more: str) -> FlaskClient:
    """A browser in which the password was given, and no more."""
    client = app.test_client()
    answer = sign_in(client, "school", **more)
    assert answer.location.startswith(STEP)
    return client


def take(client: FlaskClient, typed: str):
    return client.post(STEP, data={"code": typed})


def test_the_password_leads_to_the_second_step_and_the_code_on_to_the_page(guarded: Flask) -> None:
    client = half(guarded, next="/accounts/me?done=elsewhere")
    before = client.get_cookie("caseapp").value
    page = client.get(f"{STEP}?next=/accounts/me?done%3Delsewhere").text
    assert "authenticator app" in page and "My work" not in page
    answer = client.post(STEP, data={"code": f" {code()[:3]} {code()[3:]} ", "next": "/accounts/me?done=elsewhere"})
    assert answer.location == "/accounts/me?done=elsewhere"
    assert "Signed in, today" in client.get("/accounts/me").text
    assert client.get(STEP).location == "/"
    thief = guarded.test_client()
    thief.set_cookie("caseapp", before)
    assert thief.get("/accounts/me").location.startswith("/accounts/sign-in"), "the half cookie died with the step"
    assert codes_of(guarded) == ["user.signed_in"], "signed in only now"


@pytest.mark.once("sqlite")
def test_half_a_sign_in_reaches_nothing_but_the_second_step(guarded: Flask) -> None:
    client = half(guarded)
    reached = set()
    for rule in guarded.url_map.iter_rules():
        if rule.endpoint == "static" or guarded.view_functions[rule.endpoint].permission.open:
            continue
        path = rule.rule.replace("<ref:reference>", "R-AAAA-AAAA").replace("<what>", "app")
        if "<" in path:
            continue
        answer = client.open(path, method="POST" if "POST" in rule.methods else "GET", data={"words": "x y"})
        if answer.location != STEP and not (answer.location or "").startswith(f"{STEP}?next="):
            reached.add(rule.endpoint)
    assert reached == {
        "accounts.second_step",
        "accounts.take_second_step",
        "accounts.second_step_ask",
        "accounts.second_step_key",
    }
    with guarded.app_context():
        assert db.session.scalar(sa.text("SELECT count(*) FROM parked_form")) == 0


def test_half_a_sign_in_is_over_after_ten_minutes(guarded: Flask) -> None:
    client = half(guarded)
    with clock.at(START + timedelta(minutes=10)):
        assert take(client, code(START + timedelta(minutes=10))).location == "/accounts/sign-in"
        assert "not taken in time" in client.get("/accounts/sign-in").text


@pytest.mark.parametrize(("seconds", "taken"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_be_half_a_minute_off(guarded: Flask, seconds: int, taken: bool) -> None:
    answer = take(half(guarded), code(START + timedelta(seconds=seconds)))
    assert answer.status_code == (303 if taken else 422)


def test_the_worked_example_of_the_standard(bare_app: Flask) -> None:
    give_app(bare_app)
    with clock.at(datetime(1970, 1, 1, 0, 0, 59, tzinfo=UTC)):
        assert take(half(bare_app), "287082").status_code == 303


def test_no_code_is_taken_twice_nor_an_older_one_after_it(guarded: Flask) -> None:
    assert take(half(guarded), code()).status_code == 303
    assert take(half(guarded), code()).status_code == 422
    assert take(half(guarded), code(START - timedelta(seconds=30))).status_code == 422
    assert take(half(guarded), code(START + timedelta(seconds=30))).status_code == 303


def test_two_who_send_one_code_at_the_same_moment_are_one(app: Flask) -> None:
    give_app(app)
    with clock.at(START):
        opened = [commands.sign_in(email=email_of("school"), password=PASSWORD, address=f"10.0.0.{n}") for n in (1, 2)]
        db.session.commit()
        found = [queries.find_session(each.token) for each in opened]
        # Outside a request even a look begins a transaction, which on SQLite would hold both up.
        db.session.rollback()

    def one(number: int) -> bool:
        with app.app_context(), clock.at(START):
            half_session = found[number]
            assert half_session is not None and half_session.actor is not None
            try:
                with transaction():
                    commands.take_second_step(
                        half_session.actor, half_session.session_id, code=code(), address=f"10.0.0.{number}"
                    )
            except Invalid:
                return False
            return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, (0, 1))) == [False, True]


@pytest.mark.parametrize("typed", ["", "000000", "12345", "１２３４５６", "abcdef", "' OR 1=1 --", "x" * 300])
def test_a_wrong_code_says_only_that(guarded: Flask, typed: str) -> None:
    client = half(guarded)
    answer = take(client, typed)
    assert answer.status_code == 422 and "There is a problem" in answer.text
    assert client.get("/accounts/me").location.startswith(STEP)


def test_codes_cannot_be_tried_out(guarded: Flask) -> None:
    """Five, then waits; a fresh half sign-in does not begin afresh."""
    assert [take(half(guarded), "000000").status_code for _ in range(6)] == [422] * 5 + [429]
    assert take(half(guarded), code()).status_code == 429


def test_a_new_key_of_the_service_opens_what_the_one_before_sealed(bare_app: Flask) -> None:
    with bare_app.app_context():
        sealed = seal(SECRET)
        assert SECRET not in sealed
        bare_app.config.update(SECRET_KEY="another key of the service", SECRET_KEY_BEFORE="")
        assert unseal(sealed) is None
        bare_app.config.update(SECRET_KEY_BEFORE="demo-only-key-everybody-knows-it")
        assert unseal(sealed) == SECRET


# ---------------------------------------------------------------- setting up


def shown_secret(client: FlaskClient) -> str:
    page = client.get("/accounts/me/second-step/app").text
    return page.partition('qr-text">')[2].partition("<")[0].replace(" ", "")


def test_setting_an_app_up_takes_the_password_and_a_code(bare_app: Flask) -> None:
    client = bare_app.test_client()
    with clock.at(START):
        sign_in(client, "school")
        assert client.post("/accounts/me/second-step/app", data={"password": "wrong"}).status_code == 422
        assert shown_secret(client) == ""
        client.post("/accounts/me/second-step/app", data={"password": PASSWORD})
        secret = shown_secret(client)
        assert len(secret) == 32 and "<svg" in client.get("/accounts/me/second-step/app").text
        assert sign_in(bare_app.test_client(), "school").location == "/", "not confirmed: it does not count"
        assert client.post("/accounts/me/second-step/app/code", data={"code": "000000"}).status_code == 422
        answer = client.post("/accounts/me/second-step/app/code", data={"code": pyotp.TOTP(secret).at(START)})
        assert answer.status_code == 303
        assert shown_secret(client) == "", "never shown again"
        assert sign_in(bare_app.test_client(), "school").location == STEP
        replayed = bare_app.test_client()
        sign_in(replayed, "school")
        assert take(replayed, pyotp.TOTP(secret).at(START)).status_code == 422, "the code of the setting up is used"
    with bare_app.app_context():
        assert secret not in str(db.session.execute(sa.select(AuthenticatorApp.sealed_secret)).all())


def test_a_picture_belongs_to_the_session_that_asked_for_it(bare_app: Flask) -> None:
    """Another browser that is signed in can neither replace the secret nor confirm it with its own app."""
    desk, other = bare_app.test_client(), bare_app.test_client()
    path = "/accounts/me/second-step/app"
    with clock.at(START):
        for client in (desk, other):
            sign_in(client, "school")
        desk.post(path, data={"password": PASSWORD})
        secret = shown_secret(desk)
        assert shown_secret(other) == ""
        typed = {"code": pyotp.TOTP(secret).at(START)}
        assert other.post(f"{path}/code", data=typed).status_code == 409
        other.post(path, data={"password": PASSWORD})
        desk.post(path, data={"password": PASSWORD})
        assert shown_secret(desk) == secret and shown_secret(other) not in ("", secret)
        carried = bare_app.test_client()
        sign_in(carried, "school")
        with desk.session_transaction() as theirs, carried.session_transaction() as mine:
            mine["app"] = theirs["app"]
        assert shown_secret(carried) == ""
        assert desk.post(f"{path}/code", data=typed).status_code == 303
        late = {"code": pyotp.TOTP(shown_secret(other) or SECRET).at(START)}
        assert other.post(f"{path}/code", data=late).status_code == 409
        assert "An app is set up already" in other.get(path).text


def test_the_picture_waits_a_quarter_of_an_hour(bare_app: Flask) -> None:
    client = bare_app.test_client()
    with clock.at(START):
        sign_in(client, "school")
        client.post("/accounts/me/second-step/app", data={"password": PASSWORD})
        secret = shown_secret(client)
    later = START + timedelta(minutes=15)
    with clock.at(later):
        assert shown_secret(client) == ""
        data = {"code": pyotp.TOTP(secret).at(later)}
        assert client.post("/accounts/me/second-step/app/code", data=data).status_code == 409


@pytest.fixture
def strict(database_url: str) -> Iterator[Flask]:
    """The service as it runs in production: a second step is a must."""
    app = build(database_url)
    app.config["SECOND_FACTOR"] = "required"
    with clock.at(START):
        yield app
    put_away(app)


def test_where_it_is_a_must_one_is_led_to_set_it_up_first(strict: Flask) -> None:
    client = strict.test_client()
    answer = sign_in(client, "school", next="/accounts/me?done=elsewhere")
    assert answer.location == "/accounts/me/second-step?next=/accounts/me?done%3Delsewhere"
    assert "Before you go on" in client.get(answer.location).text
    for path in ("/", "/accounts/me", "/accounts/people", "/accounts/me/second-step/codes"):
        assert client.get(path).location.startswith("/accounts/me/second-step"), path
    client.post("/accounts/me/second-step/app")
    secret = shown_secret(client)
    done = client.post("/accounts/me/second-step/app/code", data={"code": pyotp.TOTP(secret).at(START)})
    assert "You have no recovery codes" in client.get(done.location).text
    page = client.post("/accounts/me/second-step/codes", data={"password": PASSWORD}).text
    assert page.count("<code>") == 10 and 'href="/accounts/me?done=elsewhere"' in page
    assert client.get("/accounts/me").status_code == 200
    data = {"password": PASSWORD}
    assert client.post("/accounts/me/second-step/remove/app", data=data).status_code == 409, "the only one stays"


@pytest.mark.parametrize("how", ["by_hand", "by_page"])
def test_whoever_had_the_password_only_adds_no_second_step_once_there_is_one(strict: Flask, how: str) -> None:
    thief = strict.test_client()
    assert sign_in(thief, "school").location.startswith("/accounts/me/second-step")
    if how == "by_hand":
        give_app(strict)
    else:
        owner = strict.test_client()
        sign_in(owner, "school")
        owner.post("/accounts/me/second-step/app")
        typed = {"code": pyotp.TOTP(shown_secret(owner)).at(START)}
        assert owner.post("/accounts/me/second-step/app/code", data=typed).status_code == 303
    for path in ("key/ask", "key", "app", "app/code"):
        answer = thief.post(f"/accounts/me/second-step/{path}", data={"name": "mine", "credential": "{}"})
        assert answer.status_code == 303, path
        assert answer.location.startswith(STEP if how == "by_hand" else "/accounts/sign-in"), path
    if how == "by_hand":
        assert take(thief, code()).status_code == 303, "the owner goes on with a code"


def recovery_codes(client: FlaskClient, password: str = PASSWORD) -> list[str]:
    page = client.post("/accounts/me/second-step/codes", data={"password": password}).text
    return [part.partition("</code>")[0] for part in page.split("<code>")[1:]]


def test_a_recovery_code_opens_once_and_the_rest_still_do(guarded: Flask) -> None:
    client = half(guarded)
    take(client, code())
    for wrong in ({}, {"password": ""}, {"password": "not it"}):
        assert client.post("/accounts/me/second-step/codes", data=wrong).status_code == 422, "the first ones ask too"
    ten = recovery_codes(client)
    assert len(set(ten)) == 10
    assert client.post("/accounts/me/second-step/codes").status_code == 422, "new ones ask for the password"
    lost = half(guarded)
    assert take(lost, ten[0].upper().replace("-", " ")).status_code == 303
    assert "9 of 10 recovery codes left" in lost.get("/accounts/me").text
    assert "Recovery code used" in lost.get("/accounts/me").text
    assert take(half(guarded), ten[0]).status_code == 422
    fresh = recovery_codes(client, password=PASSWORD)
    assert take(half(guarded), ten[1]).status_code == 422 and take(half(guarded), fresh[1]).status_code == 303
    assert "user.used_recovery_code" in codes_of(guarded)
    with guarded.app_context():
        kept = str(db.session.execute(sa.select(RecoveryCode.code_hash)).all())
    assert not any(each in kept for each in fresh)


def test_somebody_else_s_recovery_code_is_worth_nothing(guarded: Flask) -> None:
    give_app(guarded, "police")
    client = guarded.test_client()
    sign_in(client, "police")
    take(client, code())
    theirs = recovery_codes(client)
    assert take(half(guarded), theirs[0]).status_code == 422


def test_removing_the_last_takes_the_password_and_the_recovery_codes(guarded: Flask) -> None:
    client = half(guarded)
    take(client, code())
    recovery_codes(client)
    remove = "/accounts/me/second-step/remove/app"
    assert "recovery codes go with it" in client.get(remove).text
    assert client.post(remove, data={"password": "wrong"}).status_code == 422
    assert client.post(remove, data={"password": PASSWORD}).status_code == 303
    assert client.post(remove, data={"password": PASSWORD}).status_code == 404
    assert sign_in(guarded.test_client(), "school").location == "/"
    with guarded.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(RecoveryCode)) == 0


def test_nobody_removes_the_key_of_somebody_else(guarded: Flask) -> None:
    with guarded.app_context(), transaction() as session:
        theirs = SecurityKey(
            user_id=user_id("police"), name="blue", credential="abc", public_key="abc", sign_count=0, transports=[],
            created_at=START, last_used_at=None,
        )  # fmt: skip
        session.add(theirs)
        session.flush()
        number = theirs.id
    client = half(guarded)
    take(client, code())
    for path in (f"/accounts/me/second-step/remove/{number}", "/accounts/me/second-step/remove/x"):
        assert client.get(path).status_code == 404
        assert client.post(path, data={"password": PASSWORD}).status_code == 404


def test_twelve_hours_after_the_second_step_a_new_password_does_not_stretch_it(guarded: Flask) -> None:
    client = half(guarded)
    take(client, code())
    data = {"current_password": PASSWORD, "new_password": "three plain words", "again_password": "three plain words"}
    for minutes in range(25, 720, 25):
        with clock.at(START + timedelta(minutes=minutes)):
            assert client.get("/accounts/me").status_code == 200
    with clock.at(START + timedelta(minutes=719)):
        assert client.post("/accounts/me/password", data=data).status_code == 303
        assert client.get("/accounts/me").status_code == 200
    with clock.at(START + timedelta(hours=12)):
        assert client.get("/accounts/me").location.startswith("/accounts/sign-in")
