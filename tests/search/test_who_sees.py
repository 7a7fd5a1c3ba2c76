"""Who finds whom: by role, and never whoever is kept away, in words, in counts or in statements."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from caseapp.access.commands import bar, restrict
from caseapp.audit.models import ReadLog
from caseapp.cases.commands import keep_together
from caseapp.cases.models import Case
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.people.commands import add_person
from caseapp.referrals.commands import receive_referral
from tests.factories import AFamily, a_case, someone
from tests.helpers.statements import count_statements

Browser = Callable[[str], FlaskClient]


@dataclass
class Borough:
    """Who there is to be found."""

    family: AFamily
    of_school: str
    of_police: str


def sent(sender: str, first: str, last: str) -> str:
    document = {
        "schema": "marf-1",
        "children": [{"first_name": first, "last_name": last, "date_of_birth": "2015-05-04", "sex": "F"}],
        "household": [{"name": f"Donna {last}", "relationship": "mother"}],
        "concern": {"categories": ["neglect"], "what_happened": "Hungry again.", "immediate_danger": False},
        "consent": {"parent_informed": True, "parent_agrees": True},
    }
    return receive_referral(someone(sender), document=document, received_at=clock.now(), mode="form").reference


@pytest.fixture
def borough(bare_app: Flask) -> Borough:
    with bare_app.app_context(), transaction():
        return Borough(a_case(worker="north.worker"), sent("school", "Tia", "Brook"), sent("police", "Omar", "Brook"))


def search(browser: FlaskClient, typed: str) -> str:
    answer = browser.post("/search/", data={"q": typed})
    assert answer.status_code == 303, answer.text
    page = browser.get(answer.location)
    assert page.status_code == 200
    return page.text


def shown(text: str) -> str:
    """The page without what the searcher typed, and what differs each time."""
    inside = text.partition("<main")[2].partition("</main>")[0]
    return re.sub(r'value="[^"]*"|S-[0-9A-Z]{4}-[0-9A-Z]{4}|<button[^>]*>.*?</button>', "", inside, flags=re.S)


# By role: the register's Ellie Marsden, the school's referral, the police's referral.
WHO_FINDS = {
    "mash.worker": (True, True, True),
    "mash.manager": (True, True, True),
    "north.worker": (True, False, False),
    "north.manager": (True, False, False),
    "central.worker": (True, False, False),
    "south.manager": (True, False, False),
    "familyhelp.worker": (True, False, False),
    "edt": (True, False, False),
    "head": (True, False, False),
    "school": (False, True, False),
    "police": (False, False, True),
    "health": (False, False, False),
}


@pytest.mark.parametrize("role", WHO_FINDS)
def test_who_finds_whom(borough: Borough, browser: Browser, role: str) -> None:
    person, of_school, of_police = WHO_FINDS[role]
    client = browser(role)
    assert ("Ellie Marsden" in shown(search(client, "ellie marsden"))) is person
    brooks = shown(search(client, "brook"))
    assert (borough.of_school in brooks) is of_school
    assert (borough.of_police in brooks) is of_police
    found = of_school + of_police
    assert (f"{found} referral" in brooks) is bool(found)


@pytest.mark.parametrize("role", ["admin", "auditor", "ig", "business.support"])
def test_who_has_nothing_to_look_for_is_not_offered_it(bare_app: Flask, browser: Browser, role: str) -> None:
    client = browser(role)
    assert client.get("/search/").status_code == 403
    assert client.post("/search/", data={"q": "marsden"}).status_code == 403
    assert 'action="/search/"' not in client.get("/accounts/me").text


def test_birth_date_and_place_only_for_those_who_see_the_record(borough: Borough, browser: Browser) -> None:
    involved, other = (shown(search(browser(role), "ellie marsden")) for role in ("north.worker", "central.worker"))
    assert (
        "born Thu 9 Mar 2017" in involved and "S63 7" in involved and f"/cases/{borough.family.reference}" in involved
    )
    assert "Assessment" in other and "North locality" in other and "Leah Dawson" in other
    for hidden in ("born", "S63", "Quarry", borough.family.reference, "07700"):
        assert hidden not in other, hidden


def test_who_types_the_birth_date_is_told_that_it_is_theirs(borough: Borough, browser: Browser) -> None:
    assert "born on 9 March 2017" in shown(search(browser("central.worker"), "9/3/2017"))


def test_a_protected_address_finds_nobody(bare_app: Flask, borough: Borough, browser: Browser) -> None:
    with bare_app.app_context(), transaction():
        a_case(name="Hidden", protected=True, worker="north.worker")
    for role in ("central.worker", "north.worker", "mash.worker"):
        client = browser(role)
        for typed in ("S63 7AQ", "S63 7", "hidden s63"):
            assert "Hidden" not in shown(search(client, typed)), (role, typed)
        assert "Ellie Marsden" in shown(search(client, "S63 7AQ"))
        assert "Ellie Hidden" in shown(search(client, "ellie hidden"))
    mine = shown(search(browser("north.worker"), "ellie hidden"))
    assert "Address protected" in mine and "S63 7" not in mine


def kept_away(subject: str, family: AFamily, referral_id: int, login: str) -> None:
    numbers = {
        "person": family.person_ids[0], "case": family.case_id, "family": family.id, "referral": referral_id,
    }  # fmt: skip
    bar(f"user:{someone(login).user_id}", subject_id=numbers[subject], reason="staff_conflict")


@pytest.mark.parametrize("subject", ["person", "case", "family", "referral"])
def test_who_is_kept_away_finds_what_nobody_would(
    bare_app: Flask, borough: Borough, browser: Browser, subject: str
) -> None:
    with bare_app.app_context(), transaction():
        # A new contact about the same child that is not decided yet.
        again = receive_referral(
            None,
            document={
                "schema": "marf-1",
                "children": [{"first_name": "Ellie", "last_name": "Marsden", "date_of_birth": "2017-03-09"}],
            },
            received_at=clock.now(),
            mode="form",
        )
        kept_away(subject, borough.family, again.id, "central.worker")
    client = browser("central.worker")
    texts = {}
    for typed in ("ellie marsden", "qqqqq marsden", "9/3/2017", "1/1/1901", "ellie", "qqqqq"):
        with count_statements(bare_app) as statements:
            text = shown(search(client, typed))
        texts[typed] = (re.sub(r"(?i)ellie|qqqqq|marsden", "", text), len(statements))
        assert "Ellie" not in text and borough.family.reference not in text, typed
    assert texts["ellie marsden"] == texts["qqqqq marsden"]
    assert texts["9/3/2017"] == texts["1/1/1901"]
    assert texts["ellie"] == texts["qqqqq"]
    assert "Ellie Marsden" in shown(search(browser("central.manager"), "ellie marsden"))


def test_a_restricted_record_is_found_by_whom_it_names_and_the_hub_is_told_whom_to_ring(
    bare_app: Flask, borough: Borough, browser: Browser
) -> None:
    with bare_app.app_context(), transaction():
        number = restrict(
            subject_id=borough.family.person_ids[0],
            reason="witness",
            words="Named people only",
            ring="Nadia Rahman, 01632 960500",
            readers=[f"user:{someone('north.manager').user_id}"],
            set_by_id=someone("mash.manager").user_id,
        )
        assert number is not None
        keep_together(borough.family.person_ids)
    assert "Ellie Marsden" in shown(search(browser("north.manager"), "ellie marsden"))
    for role in ("central.worker", "head", "edt"):
        client = browser(role)
        with count_statements(bare_app) as for_hidden:
            hidden = shown(search(client, "ellie marsden"))
        with count_statements(bare_app) as for_nobody:
            nobody = shown(search(client, "qqqqq marsden"))
        assert "Ellie" not in hidden and "Confidential" not in hidden
        assert (len(for_hidden), hidden) == (len(for_nobody), nobody)
    hub = shown(search(browser("mash.worker"), "ellie marsden"))
    assert "Confidential information is held about somebody who answers this. Ring Nadia Rahman, 01632 960500" in hub
    assert "Ellie" not in hidden and "1 person" not in hub and "Assessment" not in hub


def test_a_closed_case_is_said_with_when_and_why(bare_app: Flask, borough: Borough, browser: Browser) -> None:
    client = browser("central.worker")
    with bare_app.app_context(), transaction():
        add_person(first="Ottilie", last="Nobody", born_on=date(2016, 1, 2), sex="F")
    assert "No case, open or closed" in shown(search(client, "ottilie nobody"))
    with bare_app.app_context(), transaction():
        row = db.session.get(Case, borough.family.case_ids[0])
        assert row is not None
        row.closed_at, row.close_reason = clock.now(), "RC8"
    text = shown(search(client, "ellie marsden"))
    assert "Closed" in text and "assessed: no further help needed" in text and "Nothing open" not in text


def test_a_search_is_its_makers_alone(borough: Borough, browser: Browser) -> None:
    address = browser("north.worker").post("/search/", data={"q": "ellie marsden"}).location
    answers = []
    for role in ("north.manager", "mash.manager", "school", "admin", "auditor"):
        client = browser(role)
        foreign, random = client.get(address), client.get("/search/S-0000-0000")
        assert (foreign.status_code, random.status_code) == (404, 404), role
        answers.append(foreign.text)
    assert not any("Marsden" in text for text in answers)


def test_it_is_written_down_who_was_shown_and_what_was_typed_is_not(
    bare_app: Flask, borough: Borough, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    client = browser("central.worker")
    address = client.post("/search/", data={"q": "ellie marsden"}).location
    client.get(address)
    assert "marsden" not in address.lower() and "marsden" not in caplog.text.lower()
    with bare_app.app_context():
        user_id = someone("central.worker").user_id
        rows = db.session.execute(
            sa.select(ReadLog.subject_id, ReadLog.view, ReadLog.why).where(ReadLog.user_id == user_id)
        ).all()
        events = db.session.execute(sa.text("SELECT code, data FROM event WHERE code LIKE 'search.%'")).all()
    assert (borough.family.person_ids[0], "search.show", "search") in [tuple(row) for row in rows]
    assert [code for code, _ in events] == ["search.made"]
    assert "marsden" not in str(events).lower()


def test_a_hundred_people_cost_the_statements_of_one(bare_app: Flask, borough: Borough, browser: Browser) -> None:
    with bare_app.app_context(), transaction():
        for number in range(60):
            add_person(first="Aoife", last=f"Kilbride-{'abcdefghij'[number % 10]}{'xyzuvw'[number // 10]}")
    client = browser("mash.worker")
    costs = {}
    for typed in ("ellie marsden", "aoife", "aoife kilbride", "nobody whatsoever", "9/3/2017", "marsden s63 2017"):
        address = client.post("/search/", data={"q": typed}).location
        client.get(address)
        with count_statements(bare_app) as statements:
            client.get(address)
        costs[typed] = len(statements)
    assert set(costs.values()) == {8}, costs


def test_partners_cost_no_look_at_the_register(bare_app: Flask, borough: Borough, browser: Browser) -> None:
    client = browser("school")
    for typed in ("ellie marsden", "nobody whatsoever", "tia brook"):
        address = client.post("/search/", data={"q": typed}).location
        with count_statements(bare_app) as statements:
            client.get(address)
        assert not any("person_key" in statement or "FROM person" in statement for statement in statements), typed
        assert len(statements) == 6, typed
