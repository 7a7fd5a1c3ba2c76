"""One-time links: an invitation and a reset, good once, for seven days; and sign-ins that nobody uses."""

import io
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from caseapp.accounts import commands, queries
from caseapp.accounts.models import OneTimeLink, User, UserSession
from caseapp.demo.organisation import PASSWORD, email_of
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.errors import NotFound
from tests.accounts.pages import sign_in
from tests.accounts.test_second_step import STEP, codes_of, give_app, user_id

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
NEW = "three plain words"
SET = {"new_password": NEW, "again_password": NEW}


@pytest.fixture
def admin(bare_app: Flask) -> FlaskClient:
    client = bare_app.test_client()
    with clock.at(START):
        sign_in(client, "admin")
    return client


def link_in(page: str) -> str:
    """The path of the link that a page shows."""
    return "/accounts/link/" + page.partition("/accounts/link/")[2].partition("<")[0]


def invitation(app: Flask, **other: str) -> dict[str, str]:
    with app.app_context():
        team = next(team for team in queries.list_teams() if team.name == "Wath Primary School")
        agencies = queries.agency_names()
    return {
        "name": "Nina Grant", "email": "Nina.Grant@demo.example", "title": "Deputy head", "agency":
        str(agencies["Wath Primary School"]), "team": str(team.id), "role": "referrer",
        "from_on-day": "20", "from_on-month": "11", "from_on-year": "2026", **other,
    }  # fmt: skip


def reference(app: Flask, login: str) -> str:
    with app.app_context():
        return queries.get_person(user_id(login)).reference


def reset(admin: FlaskClient, app: Flask, login: str = "school") -> str:
    page = admin.post(f"/accounts/people/{reference(app, login)}/sign-in/link", data={"checked": "yes"})
    assert page.status_code == 200
    return link_in(page.text)


def test_the_invited_choose_their_own_password_and_are_in(admin: FlaskClient, bare_app: Flask) -> None:
    with clock.at(START):
        page = admin.post("/accounts/people/invite", data=invitation(bare_app))
        assert page.status_code == 200
        path, guest = link_in(page.text), bare_app.test_client()
        assert sign_in(guest, "nina.grant@demo.example", "").status_code == 422
        assert "Invited" in admin.get("/accounts/people").text
        assert "Welcome, Nina Grant" in guest.get(path).text and "nina.grant@demo.example" in guest.get(path).text
        assert guest.post(path, data={**SET, "again_password": "other words here"}).status_code == 422
        assert guest.post(path, data={"new_password": "short", "again_password": "short"}).status_code == 422
        answer = guest.post(path, data=SET)
        assert answer.location == "/accounts/sign-in?done=set"
        assert "Your password is set" in guest.get(answer.location).text
        assert guest.get("/accounts/me").status_code == 303, "not signed in by the link itself"
        assert sign_in(guest, "nina.grant@demo.example", NEW).status_code == 303
        assert "Wath Primary School, referrer" in guest.get("/accounts/me").text
        token = path.rpartition("/")[2]
        with bare_app.app_context():
            assert token not in str(db.session.execute(sa.select(OneTimeLink.token_hash)).all())


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"email": "school@demo.example"}, "signs in already"),
        ({"role": "manager"}, "has no such role"),
        ({"role": "god"}, "Choose"),
        ({"team": "999999"}, "Choose"),
        ({"team": ""}, "Choose their team"),
        ({"name": ""}, "Enter their name"),
        ({"until_on-day": "1", "until_on-month": "1", "until_on-year": "2020"}, "in the past"),
    ],
)
def test_what_is_wrong_with_an_invitation_is_said_and_nothing_is_made(admin, bare_app, other, says: str) -> None:
    with clock.at(START):
        answer = admin.post("/accounts/people/invite", data=invitation(bare_app, **other))
    assert answer.status_code == 422 and says in answer.text and "Deputy head" in answer.text
    assert "user.invited" not in codes_of(bare_app)


def test_nobody_is_invited_into_a_team_of_another_agency(admin: FlaskClient, bare_app: Flask) -> None:
    """A police officer in the hub would count as the council's, and the hub's rights would be theirs."""
    with bare_app.app_context():
        hub = next(team for team in queries.list_teams() if team.kind == "hub")
        police = str(queries.agency_names()["South Yorkshire Police"])
    with clock.at(START):
        sent = invitation(bare_app, agency=police, team=str(hub.id), role="worker")
        answer = admin.post("/accounts/people/invite", data=sent)
    assert answer.status_code == 422 and "Deputy head" in answer.text
    assert f'href="#team">{hub.name} is not a team of South Yorkshire Police. Choose one of theirs' in answer.text
    assert "user.invited" not in codes_of(bare_app)


def test_used_expired_replaced_and_made_up_links_answer_the_same(admin: FlaskClient, bare_app: Flask) -> None:
    guest = bare_app.test_client()
    with clock.at(START):
        used = reset(admin, bare_app)
        assert guest.post(used, data=SET).status_code == 303
        replaced = reset(admin, bare_app)
        newest = reset(admin, bare_app)
        off = reset(admin, bare_app, "police")
        admin.post(f"/accounts/people/{reference(bare_app, 'police')}/disable")
        assert guest.get(newest).status_code == 200

    def answer(path: str, method: str) -> tuple[int, str]:
        page = guest.open(path, method=method, data=SET if method == "POST" else None)
        nonce = page.headers["Content-Security-Policy"].partition("'nonce-")[2].partition("'")[0]
        return page.status_code, page.text.replace(nonce, "")

    answers = set()
    with clock.at(START + timedelta(days=7)):
        answers |= {answer(newest, method) for method in ("GET", "POST")}
    with clock.at(START + timedelta(minutes=1)):
        for path in (used, replaced, off, "/accounts/link/x", "/accounts/link/" + "A" * 43):
            answers |= {answer(path, method) for method in ("GET", "POST")}
    assert len(answers) == 1 and next(iter(answers))[0] == 404


def test_a_reset_ends_every_sign_in_and_leaves_the_second_step(admin: FlaskClient, bare_app: Flask) -> None:
    working, guest = bare_app.test_client(), bare_app.test_client()
    with clock.at(START):
        sign_in(working, "school")
        give_app(bare_app)
        path = reset(admin, bare_app)
        assert working.get("/accounts/me").status_code == 200, "making a link ends nothing"
        guest.post(path, data=SET)
        assert working.get("/accounts/me").status_code == 303
        assert sign_in(guest, "school").status_code == 422
        assert sign_in(guest, "school", NEW).location == STEP
        away = f"/accounts/people/{reference(bare_app, 'school')}/sign-in/second-step"
        assert admin.post(away).status_code == 422, "not without a reason"
        assert admin.post(away, data={"why": "lost"}).status_code == 303
        assert admin.post(away, data={"why": "lost"}).status_code == 409
        assert sign_in(bare_app.test_client(), "school", NEW).location == "/"
    assert {"user.reset_made", "user.password_set", "user.second_factor_reset"} <= set(codes_of(bare_app))


def test_an_administrator_makes_no_link_for_themselves(admin: FlaskClient, bare_app: Flask) -> None:
    own = f"/accounts/people/{reference(bare_app, 'admin')}/sign-in"
    with clock.at(START):
        assert "your account" in admin.get(own).text
        assert admin.post(f"{own}/link", data={"checked": "yes"}).status_code == 403
        assert admin.post(f"{own}/second-step", data={"why": "lost"}).status_code == 403


def test_two_who_use_one_link_at_the_same_moment_are_one(app: Flask, actor) -> None:
    with clock.at(START):
        with transaction():
            token = commands.make_link(actor("admin"), user_id())

        def one(number: int) -> bool:
            with app.app_context(), clock.at(START):
                try:
                    with transaction():
                        commands.use_link(token, password=f"{NEW} {number}", address="10.0.0.1")
                except NotFound:
                    return False
                return True

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(one, range(2))) == [False, True]


def test_links_cannot_be_tried_out(bare_app: Flask) -> None:
    guest = bare_app.test_client()
    with clock.at(START):
        answers = [guest.get(f"/accounts/link/{number}").status_code for number in range(31)]
    assert answers == [404] * 30 + [429]


def test_the_secret_of_a_link_is_in_no_log(admin: FlaskClient, bare_app: Flask, capsys: pytest.CaptureFixture) -> None:
    with clock.at(START), redirect_stderr(io.StringIO()) as logged:
        path = reset(admin, bare_app)
        page = bare_app.test_client().get(path)
    assert path.rpartition("/")[2] not in logged.getvalue() + str(capsys.readouterr())
    assert 'content="no-referrer"' in page.text


# ---------------------------------------------------------------- sign-ins that nobody uses


def suspend(app: Flask, days: int = 60) -> int:
    with app.app_context():
        return commands.suspend_unused(timedelta(days=days))


def test_sixty_days_without_use_suspend_and_an_administrator_lifts(admin: FlaskClient, bare_app: Flask) -> None:
    used = bare_app.test_client()
    with clock.at(START):
        sign_in(used, "school")
        everybody = queries_count(bare_app)
    with clock.at(START + timedelta(days=59)):
        assert suspend(bare_app) == everybody - 2, "made in January, never used: all but those two"
        assert suspend(bare_app) == 0
        right, wrong = sign_in(used, "police"), sign_in(used, "police", "wrong")
        assert "suspended" in right.text and "Ring the hub" in right.text and right.status_code == 422
        assert "suspended" not in wrong.text and wrong.status_code == 422
        assert "suspended" not in sign_in(used, "nobody").text
        sign_in(admin, "admin")
        page = f"/accounts/people/{reference(bare_app, 'police')}/sign-in"
        assert "Lift the suspension" in admin.get(page).text and "Suspended" in admin.get("/accounts/people").text
        assert admin.post(f"{page}/lift").status_code == 303
        assert admin.post(f"{page}/lift").status_code == 409
        assert suspend(bare_app) == 0, "the time starts afresh"
        assert sign_in(bare_app.test_client(), "police").status_code == 303
        with bare_app.app_context():
            team = queries.find_team(key="north")
            assert team is not None
            named = [row.name for row in queries.list_suspended([team.id])]
            assert "Leah Dawson" in named and "Daniel Oakes" not in named
            assert queries.list_suspended([]) == []
    with clock.at(START + timedelta(days=60)):
        suspend(bare_app)
        assert sign_in(bare_app.test_client(), "school").status_code == 422
    assert "user.suspension_lifted" in codes_of(bare_app)


def queries_count(app: Flask) -> int:
    with app.app_context():
        return queries.count_users()


def test_nobody_is_suspended_where_the_setting_says_so_and_use_counts_at_once(bare_app: Flask) -> None:
    with bare_app.app_context():
        assert commands.suspend_unused(None) == 0
        with transaction() as session:
            session.execute(sa.update(User).values(created_at=START))
        with clock.at(START + timedelta(days=59)):
            assert commands.suspend_unused(timedelta(days=60)) == 0
        with transaction() as session:
            now = START + timedelta(days=60)
            session.execute(
                sa.insert(UserSession).values(token_hash="x", user_id=user_id(), created_at=now, last_seen_at=now)
            )
        with clock.at(START + timedelta(days=60)):
            assert commands.suspend_unused(timedelta(days=60)) == queries.count_users() - 1


@pytest.mark.sqlite_only
def test_an_operator_helps_the_last_administrator(bare_app: Flask) -> None:
    runner = bare_app.test_cli_runner()
    give_app(bare_app, "admin")
    with bare_app.app_context(), transaction() as session:
        session.execute(sa.update(User).where(User.email == email_of("admin")).values(suspended_at=START))
    assert runner.invoke(args=["users", "lift", email_of("admin")]).exit_code == 0
    assert runner.invoke(args=["users", "reset-second-step", email_of("admin")]).exit_code == 0
    assert "Nobody signs in" in runner.invoke(args=["users", "lift", "nobody@demo.example"]).output
    assert sign_in(bare_app.test_client(), "admin", PASSWORD).location == "/"


def test_who_sets_a_new_password_themself_ends_the_open_link(bare_app: Flask, admin: FlaskClient) -> None:
    with clock.at(START):
        link, me = reset(admin, bare_app), bare_app.test_client()
        sign_in(me, "school")
        typed = {"current_password": PASSWORD, "new_password": NEW, "again_password": NEW}
        assert me.post("/accounts/me/password", data=typed).status_code == 303
        assert bare_app.test_client().get(link).status_code == 404
