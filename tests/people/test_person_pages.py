"""A person's page as people meet it: who sees how much, what it shows, what it refuses, what it keeps."""

import re
from collections.abc import Callable
from datetime import date, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from caseapp.access.commands import bar
from caseapp.access.domain import L1, L4
from caseapp.access.queries import levels_of
from caseapp.audit.models import ReadLog
from caseapp.cases.models import Task
from caseapp.kernel.db import db, transaction
from caseapp.kernel.subjects import Subject
from caseapp.people import commands
from caseapp.people.queries import get_person, get_surroundings
from tests.factories import AFamily, a_case, a_full_record, someone
from tests.helpers.statements import count_statements

Browser = Callable[[str], FlaskClient]
MOVE = {
    "line": "2 Mill Street",
    "postcode": "S62 5AB",
    "kind": "home",
    "from_on-day": "16",
    "from_on-month": "11",
    "from_on-year": "2026",
    "said_how": "told_carer",
    "said_by": "Her mother, on the phone",
    "protected": "no",
    "tell": ["school", "gp"],
    "version": "1",
}


@pytest.fixture
def family(bare_app: Flask, friday: datetime) -> AFamily:
    """The Marsdens of North: Ellie and Jake, their mother, her partner."""
    with bare_app.app_context(), transaction():
        return a_case(children=2, worker="north.worker")


def reference_of(app: Flask, person_id: int) -> str:
    with app.app_context():
        return db.session.scalars(sa.select(Subject.reference).where(Subject.id == person_id)).one()


@pytest.fixture
def ellie(bare_app: Flask, family: AFamily) -> str:
    """Ellie's address."""
    return f"/people/{reference_of(bare_app, family.person_ids[0])}"


def recorded(app: Flask, family: AFamily) -> None:
    with app.app_context(), transaction():
        a_full_record(family.person_ids[0], "north.worker")


def text(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def test_who_works_with_her_sees_everything(bare_app: Flask, browser: Browser, family: AFamily, ellie: str) -> None:
    recorded(bare_app, family)
    page = text(browser("north.worker"), ellie)
    for words in (
        "Ellie Marsden</bdi>, 9",
        "A dog that bites; ring first",
        "14 Quarry Lane, S63 7AQ",
        "said by Wath Primary School",
        "Somebody gives another address",
        "2 Mill Street, S62 5AB",
        "Kirsty Marsden",
        "Adult of concern",
        "Jean Marsh",
        "Ellie Garner",
        "9434765919",
        "After 3 pm, never leave a message",
        "Hearing",
        "9 March 2017",
        family.reference,
    ):
        assert words in page, words
    assert page.index("A dog that bites") < page.index("Lives here now")


def test_the_picture_says_that_the_list_says_the_same(browser: Browser, ellie: str) -> None:
    page = text(browser("north.worker"), ellie)
    assert 'role="img" aria-label="The family of Ellie Marsden as a picture; the list under it says the same"' in page
    drawn = page[page.index("<svg class") : page.index("</svg>", page.index("<svg class"))]
    listed = page[page.index("Who is around Ellie Marsden") :]
    for name in ("Jake", "Kirsty", "Lee"):
        assert name in drawn and name in listed
    # Their mother a full line to each, her partner a broken one.
    assert (drawn.count("<polyline"), drawn.count('class="apart"')) == (4, 2)


@pytest.mark.parametrize("login", ["central.worker", "familyhelp.worker", "mash.worker", "edt", "head"])
def test_other_workers_of_the_council_see_the_status_card(
    bare_app: Flask, browser: Browser, family: AFamily, ellie: str, login: str
) -> None:
    recorded(bare_app, family)
    page = text(browser(login), ellie)
    for words in ("Ellie Marsden</bdi>, 9", "Open case", "North locality", "Leah Dawson"):
        assert words in page, words
    for hidden in (
        "Quarry Lane",
        "Mill Street",
        "9434765919",
        "A dog",
        "Kirsty",
        "Wath Primary",
        "9 March",
        family.reference,
    ):
        assert hidden not in page, hidden
    assert browser(login).get(f"{ellie}/move").status_code == 404
    assert browser(login).get(f"{ellie}/who-looked").status_code == 404


@pytest.mark.parametrize("login", ["school", "police", "health", "admin", "auditor"])
def test_nobody_else_finds_her(browser: Browser, ellie: str, login: str) -> None:
    assert browser(login).get(ellie).status_code == 404


def test_a_bar_on_her_her_case_or_her_family_hides_her(
    bare_app: Flask, browser: Browser, family: AFamily, ellie: str
) -> None:
    for login, subject_id in (
        ("north.worker", family.person_ids[0]),
        ("central.worker", family.case_id),
        ("central.manager", family.id),
    ):
        with bare_app.app_context(), transaction():
            bar(f"user:{someone(login).user_id}", subject_id=subject_id, reason="staff_conflict")
        assert browser(login).get(ellie).status_code == 404, login


def test_levels_of_many_are_those_of_each_page(bare_app: Flask, family: AFamily) -> None:
    with bare_app.app_context():
        people = family.person_ids
        assert levels_of(someone("north.worker"), "person", people) == dict.fromkeys(people, L4)
        assert levels_of(someone("central.worker"), "person", people) == dict.fromkeys(people, L1)
        assert levels_of(someone("school"), "person", people) == {}
        assert levels_of(someone("north.worker"), "person", [family.case_id, 10**9]) == {}


def test_a_look_is_written_down_and_shown(bare_app: Flask, browser: Browser, family: AFamily, ellie: str) -> None:
    browser("central.worker").get(ellie)
    with bare_app.app_context():
        whys = db.session.scalars(
            sa.select(ReadLog.why).where(ReadLog.subject_id == family.person_ids[0], ReadLog.view == "people.show")
        ).all()
    assert whys == ["register"]
    page = text(browser("north.worker"), f"{ellie}/who-looked")
    assert "Imran Sadiq" in page and "the status card" in page


def test_a_person_costs_the_same_statements_with_little_and_with_much(
    bare_app: Flask, browser: Browser, family: AFamily, ellie: str
) -> None:
    client = browser("north.worker")
    client.get(ellie)
    with count_statements(bare_app) as few:
        client.get(ellie)
    recorded(bare_app, family)
    with bare_app.app_context(), transaction():
        for number in range(30):
            member = commands.add_person(first=f"Cousin {number}", last="Marsden", born_on=date(2010, 1, 1))
            commands.add_to_family(family.id, member, role="child")
    with count_statements(bare_app) as many:
        client.get(ellie)
    assert len(few) == len(many) <= 8


@pytest.mark.parametrize("what", ["name", "facts", "number", "relationship", "contact", "danger"])
def test_an_empty_form_comes_back_with_what_is_wrong(browser: Browser, ellie: str, what: str) -> None:
    answer = browser("north.worker").post(f"{ellie}/change/{what}", data={"said_by": "Typed and kept"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "There is a problem" in page and "Typed and kept" in page


def test_a_wrong_number_is_said_beside_its_field(browser: Browser, ellie: str) -> None:
    sent = {"kind": "nhs_number", "value": "943 476 5918", "said_by": "The GP", "version": "1"}
    answer = browser("north.worker").post(f"{ellie}/change/number", data=sent)
    assert answer.status_code == 422
    assert "fails its check" in answer.get_data(as_text=True)
    answer = browser("north.worker").post(f"{ellie}/change/number", data=sent | {"value": "943 476 5919"})
    assert answer.status_code == 303
    assert "9434765919" in text(browser("north.worker"), ellie)


def test_a_stale_page_is_told_and_the_next_press_keeps_it(browser: Browser, ellie: str) -> None:
    client = browser("north.worker")
    sent = {"words": "A dog", "said_by": "Police", "version": "1"}
    assert client.post(f"{ellie}/change/danger", data=sent).status_code == 303
    second = client.post(f"{ellie}/change/danger", data=sent | {"words": "Needles"})
    page = second.get_data(as_text=True)
    assert (second.status_code, "Needles" in page) == (409, True)
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    third = client.post(f"{ellie}/change/danger", data=sent | {"words": "Needles", "version": version[1]})
    assert third.status_code == 303
    shown = text(client, ellie)
    assert "A dog" in shown and "Needles" in shown


def test_the_facts_that_stand_are_in_the_form_and_change_nothing(
    bare_app: Flask, browser: Browser, family: AFamily, ellie: str
) -> None:
    recorded(bare_app, family)
    client = browser("north.worker")
    page = text(client, f"{ellie}/change/facts")
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None and 'value="Wath Primary School"' in page
    sent = {
        "born_on-day": "9",
        "born_on-month": "3",
        "born_on-year": "2017",
        "born_estimated": "no",
        "sex": "F",
        "disabilities": ["HEAR"],
        "first_language": "English",
        "interpreter_needed": "no",
        "school": "Wath Primary School",
        "said_by": "Nobody new",
        "version": version[1],
    }
    assert client.post(f"{ellie}/change/facts", data=sent).status_code == 303
    with bare_app.app_context():
        assert str(get_person(family.person_ids[0], level=L4).version) == version[1]


@pytest.mark.parametrize("path", ["change/nothing", "change/birth", "end/nothing/1", "end/danger/99", "end/stay/99"])
def test_what_there_is_not_is_not_found(browser: Browser, ellie: str, path: str) -> None:
    assert browser("north.worker").get(f"{ellie}/{path}").status_code == 404


def test_the_night_reads_but_does_not_write(bare_app: Flask, browser: Browser, family: AFamily, ellie: str) -> None:
    assert browser("edt").post(f"{ellie}/change/danger", data={"words": "A dog"}).status_code == 404


@pytest.fixture
def answers(bare_app: Flask, family: AFamily) -> dict[str, object]:
    """A move of Ellie, Jake and their mother, whose partner stays."""
    with bare_app.app_context():
        household = get_surroundings(someone("north.worker"), family.person_ids[0]).household
    asked = {near.name: f"moved_{near.reference.replace('-', '_')}" for near in household}
    moved = {"Jake Marsden": "moved", "Kirsty Marsden": "moved", "Lee Garner": "stayed"}
    return MOVE | {asked[name]: answer for name, answer in moved.items()}


def sure(page: str) -> str:
    found = re.search(r'name="sure" value="([0-9a-f]{32})"', page)
    assert found is not None
    return found[1]


def test_a_move_is_shown_before_it_is_kept(
    bare_app: Flask, browser: Browser, family: AFamily, ellie: str, answers: dict[str, object]
) -> None:
    client = browser("north.worker")
    asked = text(client, f"{ellie}/move")
    assert asked.index("Jake Marsden") < asked.index("Lee Garner") < asked.index("Kirsty Marsden")
    shown = client.post(f"{ellie}/move", data=answers)
    page = shown.get_data(as_text=True)
    assert shown.status_code == 200
    assert "Ellie Marsden, Jake Marsden, Kirsty Marsden" in page
    assert "Quarry Lane" in text(client, ellie)
    other = client.post(f"{ellie}/move", data=answers | {"sure": sure(page), "line": "3 High Street"})
    assert other.status_code == 200 and "3 High Street" in other.get_data(as_text=True)
    assert client.post(f"{ellie}/move", data=answers | {"sure": sure(page)}).status_code == 303
    after = text(client, ellie)
    assert "2 Mill Street, S62 5AB" in after and "Still to be told of the new address" in after
    with bare_app.app_context():
        open_tasks = db.session.scalars(sa.select(Task.kind).where(Task.done_at.is_(None))).all()
        assert sorted(open_tasks) == ["address_changed", "address_changed"]
        home = get_person(family.person_ids[1], level=L4).home
        assert home is not None and home.a == "2 Mill Street"


def test_another_locality_is_said_and_asked_about(browser: Browser, ellie: str, answers: dict[str, object]) -> None:
    page = browser("north.worker").post(f"{ellie}/move", data=answers | {"postcode": "LS1 1UR"}).get_data(as_text=True)
    assert "outside the borough" in page


def test_everybody_of_the_household_has_to_be_answered_for(
    browser: Browser, ellie: str, answers: dict[str, object]
) -> None:
    without = next(name for name in reversed(answers) if str(name).startswith("moved_"))
    sent = {name: value for name, value in answers.items() if name != without}
    answer = browser("north.worker").post(f"{ellie}/move", data=sent)
    assert answer.status_code == 422
    assert "Say whether Lee Garner moved too" in answer.get_data(as_text=True)


def test_a_second_address_is_settled_from_the_page(
    bare_app: Flask, browser: Browser, family: AFamily, ellie: str
) -> None:
    recorded(bare_app, family)
    client = browser("north.worker")
    page = text(client, ellie)
    move = re.search(r'href="([^"]+/move\?said=\d+)"', page)
    refuse = re.search(r'href="([^"]+/end/stay/\d+)"', page)
    assert move is not None and refuse is not None
    assert 'value="2 Mill Street"' in text(client, move[1])
    assert client.get(f"{ellie}/move?said=999").status_code == 404
    assert client.post(refuse[1], data={"words": "I rang the school"}).status_code == 303
    after = text(client, ellie)
    assert "Somebody gives another address" not in after and "they did not live there" in after


def test_the_case_page_leads_to_each_person(browser: Browser, family: AFamily, ellie: str) -> None:
    assert f'href="{ellie}"' in text(browser("north.worker"), f"/cases/{family.reference}")
