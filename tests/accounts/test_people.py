"""The administrator's list of sign-ins, switching one off and on, and the operator's commands."""

from collections.abc import Callable
from datetime import date
from io import BytesIO

import openpyxl
import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from caseapp.access.domain import Actor
from caseapp.access.queries import get_subject
from caseapp.accounts import commands, queries
from caseapp.accounts.models import User
from caseapp.demo.organisation import PEOPLE, email_of
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.errors import Invalid, NotFound, Refused
from caseapp.kernel.events import Event, EventSubject
from caseapp.kernel.health import migrations
from caseapp.kernel.subjects import Subject, make_reference
from tests.accounts.pages import sign_in
from tests.factories import someone, team_id
from tests.helpers.statements import count_statements

Browser = Callable[[str], FlaskClient]


def reference_of(app: Flask, login: str) -> str:
    with app.app_context():
        query = sa.select(Subject.reference).join(User, User.id == Subject.id).where(User.email == email_of(login))
        return str(db.session.scalar(query))


def add_people(app: Flask, count: int) -> None:
    with app.app_context(), transaction():
        team = queries.find_team(key="north")
        agency_id = queries.find_agency("council")
        assert team is not None and agency_id is not None
        for number in range(count):
            professional_id = commands.add_professional(
                agency_id=agency_id, team_id=team.id, name=f"Extra {number % 7}", title="x", phone="x", qualified=False
            )
            user_id = commands.add_user(
                None, professional_id=professional_id, email=f"extra{number}@demo.example", password="x"
            )
            commands.add_membership(user_id=user_id, team_id=team.id, role="worker", from_on=date(2026, 1, 5))


def test_the_list_shows_everybody_and_what_they_are(browser: Browser) -> None:
    page = browser("admin").get("/accounts/people").text
    for person in PEOPLE:
        assert person.name in page and email_of(person.login) in page
    for words in ("North locality, worker", "Wath Primary School, safeguarding lead", "Service and quality, auditor"):
        assert words in page


def test_nobody_but_the_administrator_sees_it(browser: Browser, bare_app: Flask) -> None:
    reference = reference_of(bare_app, "school")
    for login in (person.login for person in PEOPLE if person.login != "admin"):
        client = browser(login)
        assert client.get("/accounts/people").status_code == 403, login
        for step in ("disable", "enable"):
            assert client.get(f"/accounts/people/{reference}/{step}").status_code == 404, login
            assert client.post(f"/accounts/people/{reference}/{step}").status_code == 404, login
    with bare_app.app_context():
        assert db.session.scalars(sa.select(User.disabled_at)).all().count(None) == len(PEOPLE)


def test_paging_by_key_misses_nobody_and_costs_the_same(browser: Browser, bare_app: Flask) -> None:
    client = browser("admin")
    client.get("/accounts/people")
    with count_statements(bare_app) as few:
        client.get("/accounts/people")
    add_people(bare_app, 30)
    with count_statements(bare_app) as many:
        client.get("/accounts/people")
    assert len(many) == len(few) <= 8, many
    seen: list[str] = []
    with bare_app.app_context():
        after = None
        while True:
            rows, after = queries.list_people(after=after)
            seen += [row.email for row in rows]
            if after is None:
                break
            assert len(rows) == queries.PAGE
        everyone = set(db.session.scalars(sa.select(User.email)))
    assert len(seen) == len(set(seen)) and set(seen) == everyone
    assert client.get("/accounts/people?after=nonsense").status_code == 200
    assert client.get(f"/accounts/people?after={make_reference('user')}").status_code == 200


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("whitfield", {"Hannah Whitfield"}),
        ("school@", {"Hannah Whitfield"}),
        ("HANNAH wath", {"Hannah Whitfield"}),
        ("Hannah police", set()),
        ("100%", set()),
        ("_", set()),
    ],
)
def test_finding_somebody(browser: Browser, words: str, found: set[str]) -> None:
    answer = browser("admin").get("/accounts/people", query_string={"words": words})
    page = BeautifulSoup(answer.text, "html.parser")
    assert {link.text for link in page.select("tbody th a")} == found
    asked = page.select_one("#words")
    assert asked is not None and asked["value"] == words
    if found:
        assert "1 of 1 shown." in page.text
    else:
        assert f"holds “{words}”" in page.text


def test_what_is_sought_goes_on_to_the_next_page_and_the_spreadsheet(browser: Browser, bare_app: Flask) -> None:
    add_people(bare_app, 60)
    client = browser("admin")
    page = BeautifulSoup(client.get("/accounts/people?words=example council").text, "html.parser")
    assert "50 of " in page.text
    following = next(link["href"] for link in page.select(".pager a"))
    assert "words=example+council" in str(following)
    with count_statements(bare_app) as found:
        later = BeautifulSoup(client.get(str(following)).text, "html.parser")
    first, second = ({str(link["href"]) for link in each.select("tbody th a")} for each in (page, later))
    assert len(found) <= 8 and second and not first & second
    file = openpyxl.load_workbook(BytesIO(client.get("/accounts/people.xlsx?words=whitfield").data)).active
    assert file is not None
    rows = list(file.iter_rows(values_only=True))
    assert rows[2][0] == "Filter: name, e-mail or agency: whitfield" and [row[1] for row in rows[6:]] == [
        "Hannah Whitfield"
    ]


def test_switching_off_says_first_what_it_does(browser: Browser, bare_app: Flask) -> None:
    school, admin = browser("school"), browser("admin")
    path = f"/accounts/people/{reference_of(bare_app, 'school')}/disable"
    page = admin.get(path).text
    for words in ("Hannah Whitfield is signed in now (1 browser)", "stays, under their name", "no open work here"):
        assert words in page
    assert school.get("/accounts/me").status_code == 200, "asking changes nothing"
    answer = admin.post(path)
    assert answer.location == "/accounts/people?done=disabled"
    assert "The sign-in is switched off." in admin.get(answer.location).text
    assert school.get("/accounts/me").status_code == 303
    assert sign_in(bare_app.test_client(), "school").status_code == 422
    assert "already" in admin.get(path).text and "What will happen" not in admin.get(path).text
    assert admin.post(path).status_code == 409
    with bare_app.app_context():
        found = db.session.execute(
            sa.select(EventSubject.subject_id, User.email)
            .join(Event, Event.id == EventSubject.event_id)
            .join(User, User.id == EventSubject.subject_id)
            .where(Event.code == "user.disabled")
        ).all()
    assert [row.email for row in found] == [email_of("school")]


def test_switching_on_again(browser: Browser, bare_app: Flask) -> None:
    admin, path = browser("admin"), f"/accounts/people/{reference_of(bare_app, 'school')}"
    assert admin.post(f"{path}/enable").status_code == 409
    admin.post(f"{path}/disable")
    assert "can sign in again" in admin.get(f"{path}/enable").text
    assert admin.post(f"{path}/enable").location == "/accounts/people?done=enabled"
    assert sign_in(bare_app.test_client(), "school").status_code == 303


def test_nobody_switches_themselves_off(browser: Browser, bare_app: Flask) -> None:
    admin, path = browser("admin"), f"/accounts/people/{reference_of(bare_app, 'admin')}/disable"
    page = admin.get(path).text
    assert "This is your own sign-in" in page and "What will happen" not in page
    answer = admin.post(path)
    assert answer.status_code == 403 and "You cannot switch off your own sign-in" in answer.text
    assert admin.get("/accounts/me").status_code == 200


def test_of_two_administrators_who_switch_each_other_off_one_stays(app: Flask, actor: Callable[[str], Actor]) -> None:
    first = actor("admin")
    with transaction():
        team = queries.find_team(key="service")
        assert team is not None
        second_id = queries.find_user(email_of("ig"))
        assert second_id is not None
        commands.add_membership(user_id=second_id, team_id=team.id, role="admin", from_on=clock.today())
    second = actor("ig")
    with transaction():
        commands.disable_user(first, second.user_id)
    with pytest.raises(Refused), transaction():
        commands.disable_user(second, first.user_id)


@pytest.mark.parametrize("reference", ["U-0000-0000", "nonsense", "%00", "R-7K4M-2Q9X", "'; DROP TABLE app_user"])
def test_foreign_and_made_up_references_are_not_found(browser: Browser, reference: str) -> None:
    admin = browser("admin")
    for path in (f"/accounts/people/{reference}/disable", f"/accounts/people/{make_reference('user')}/enable"):
        assert admin.get(path).status_code == 404
        assert admin.post(path).status_code == 404


def test_an_administrator_reaches_everybody_whoever_came_first(app: Flask, actor: Callable[[str], Actor]) -> None:
    def reaches(admin: Actor, user_id: int) -> bool:
        reference = db.session.scalar(sa.select(Subject.reference).where(Subject.id == user_id))
        try:
            get_subject(admin, str(reference), "user", 1)
        except NotFound:
            return False
        return True

    add_people(app, 2)
    ids = queries.list_user_ids()
    assert all(reaches(actor("admin"), user_id) for user_id in ids)
    assert not reaches(actor("ig"), ids[0])
    with transaction():
        team = queries.find_team(key="service")
        assert team is not None
        commands.add_membership(user_id=actor("ig").user_id, team_id=team.id, role="admin", from_on=clock.today())
    assert all(reaches(actor("ig"), user_id) for user_id in ids)


def test_an_address_signs_in_once(app: Flask) -> None:
    with pytest.raises(Invalid, match="signs in already"), transaction():
        commands.add_user(None, professional_id=1, email=" School@demo.example", password="x")


# ---------------------------------------------------------------- the operator's commands


def run(app: Flask, *words: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["users", *words])
    return result.exit_code, result.output


def password_in(output: str) -> str:
    return output.split("with the password ")[1].split()[0]


def test_a_first_administrator_on_an_empty_database(bare_app: Flask) -> None:
    with bare_app.app_context():
        migrations.downgrade("base")
        migrations.upgrade()
    code, output = run(bare_app, "add-admin", "boss@council.example", "--name", "Ann Boss")
    assert code == 0, output
    client = bare_app.test_client()
    assert sign_in(client, "boss@council.example", password_in(output)).status_code == 303
    assert "Ann Boss" in client.get("/accounts/people").text
    code, output = run(bare_app, "add-admin", "boss@council.example", "--name", "Ann Boss")
    assert code == 1 and "signs in already" in output
    assert run(bare_app, "add-admin", "second@council.example", "--name", "Bo Second")[0] == 0
    assert "Bo Second" in client.get("/accounts/people").text


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, ""),
        ({"--team": "nowhere"}, "There are: central"),
        ({"--agency": "nobody"}, "There are: camhs"),
        ({"--role": "chair"}, "has no role 'chair'"),
        ({"EMAIL": "no address"}, "is not an e-mail address"),
        ({"EMAIL": "school@demo.example"}, "signs in already"),
    ],
)
def test_adding_somebody_to_a_team(bare_app: Flask, changes: dict[str, str], says: str) -> None:
    given = {"EMAIL": "new@demo.example", "--name": "New Person", "--agency": "council", "--team": "north"}
    given |= {"--role": "worker"} | changes
    email = given.pop("EMAIL")
    code, output = run(bare_app, "add", email, *(word for pair in given.items() for word in pair), "--qualified")
    if says:
        assert code == 1 and says in output
        with bare_app.app_context():
            assert queries.find_user("new@demo.example") is None
            assert len(queries.list_user_ids()) == len(PEOPLE)
        return
    assert code == 0, output
    client = bare_app.test_client()
    assert sign_in(client, email, password_in(output)).status_code == 303
    assert "North locality, worker" in client.get("/accounts/me").text


def test_an_administrator_gives_themself_no_place(app: Flask) -> None:
    me = someone("admin")
    with pytest.raises(Refused):
        commands.give_place(
            me, user_id=me.user_id, team_id=team_id("hub"), role="manager", from_on=clock.today(), until_on=None
        )
    assert len(someone("admin").memberships) == len(me.memberships)
