"""One page shows both records of a person, and the link is taken back; who alone may see a record is said and ended."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from caseapp.access.queries import find_seen
from caseapp.kernel.db import db, transaction
from caseapp.kernel.subjects import Subject
from caseapp.people.commands import add_person
from caseapp.people.queries import identity_of, list_links
from tests import factories
from tests.factories import someone
from tests.helpers.statements import count_statements

Browser = Callable[[str], FlaskClient]


def reference_of(person_id: int) -> str:
    return db.session.scalars(sa.select(Subject.reference).where(Subject.id == person_id)).one()


@pytest.fixture
def two(bare_app: Flask, friday: datetime) -> dict[str, str]:
    """A child with an open case in North, and a second record of her: references."""
    with bare_app.app_context():
        with transaction():
            family = factories.a_case(team="north", worker="north.worker")
            other = add_person(first="Elly", last="Marsdon", born_on=date(2017, 9, 3), sex="F")
        return {
            "one": reference_of(family.person_ids[0]),
            "other": reference_of(other),
            "case": family.reference,
            "one_id": str(family.person_ids[0]),
            "other_id": str(other),
        }


def link(client: FlaskClient, two: dict[str, str], **changes: str) -> int:
    form = {"other": two["other"].lower(), "answer": "same", "words": "Her mother says so", **changes}
    return client.post(f"/people/{two['one']}/links", data=form).status_code


def test_each_page_shows_the_other_and_the_case(browser: Browser, bare_app: Flask, two: dict[str, str]) -> None:
    client = browser("mash.worker")
    assert link(client, two) == 303
    page = client.get(f"/people/{two['other']}").text
    assert "Ellie Marsden" in page and two["one"] in page and "Her mother says so" in page
    assert "Assessment" in page or "assessment" in page
    worker = browser("north.worker").get(f"/people/{two['other']}")
    assert two["case"] in worker.text, "who works with one record works with the other"
    assert "Elly Marsdon" in browser("north.worker").get(f"/people/{two['one']}").text
    with count_statements(bare_app) as found:
        client.get(f"/people/{two['one']}")
    assert len(found) <= 8


def test_a_link_is_taken_back_on_its_page(browser: Browser, bare_app: Flask, two: dict[str, str]) -> None:
    client = browser("mash.worker")
    link(client, two)
    with bare_app.app_context():
        number = list_links([int(two["one_id"])])[0].id
    address = f"/people/{two['other']}/links"
    empty = client.post(f"{address}/{number}/take-back", data={f"back-{number}-words": ""})
    assert empty.status_code == 422 and "There is a problem" in empty.text
    back = client.post(f"{address}/{number}/take-back", data={f"back-{number}-words": "Two girls in one class"})
    assert back.status_code == 303
    page = client.get(address).text
    assert "Two girls in one class" in page and "Her mother says so" in page
    again = client.post(f"{address}/{number}/take-back", data={f"back-{number}-words": "Too late"})
    assert again.status_code == 409
    with bare_app.app_context():
        assert identity_of([int(two["one_id"])]) == {int(two["one_id"]): {int(two["one_id"])}}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"other": "P-0000-0000"}, "No record that you can see has this reference"),
        ({"other": "rubbish"}, "No record that you can see has this reference"),
        ({"answer": ""}, "Choose whether they are the same"),
        ({"words": " "}, "Write what you go by"),
    ],
)
def test_what_is_refused_stands_beside_its_field(
    browser: Browser, two: dict[str, str], changes: dict[str, str], said: str
) -> None:
    client = browser("mash.worker")
    form = {"other": two["other"], "answer": "same", "words": "Kept <i>as typed</i>", **changes}
    answer = client.post(f"/people/{two['one']}/links", data=form)
    assert answer.status_code == 422 and said in answer.text
    if "words" not in changes:
        assert "Kept &lt;i&gt;as typed&lt;/i&gt;" in answer.text


def test_a_record_is_not_linked_with_itself(browser: Browser, two: dict[str, str]) -> None:
    assert link(browser("mash.worker"), two, other=two["one"]) == 422


RESTRICTION = {
    "reason": "staff_conflict",
    "words": "Her aunt works in the hub",
    "ring": "Paul Rhodes, 01709 555001",
    "readers": "north.manager@demo.example\nnorth.worker@demo.example",
}


def test_a_manager_lets_only_named_people_see_a_record_and_ends_it(
    browser: Browser, bare_app: Flask, two: dict[str, str]
) -> None:
    paul, address = browser("mash.manager"), f"/people/{two['one']}/restriction"
    assert paul.post(address, data=RESTRICTION).status_code == 303
    page = paul.get(address).text
    assert "Her aunt works in the hub" in page and "Paul Rhodes, 01709 555001" in page
    for login, status in (("north.worker", 200), ("north.manager", 200), ("mash.worker", 404), ("edt", 404)):
        assert browser(login).get(f"/people/{two['one']}").status_code == status, login
    assert browser("north.worker").get(f"/cases/{two['case']}").status_code == 200
    with bare_app.app_context():
        (seen,) = find_seen(someone("mash.worker"), "person", [int(two["one_id"])]).values()
        assert (seen.reference, seen.ring) == ("", "Paul Rhodes, 01709 555001")
    assert paul.post(address, data=RESTRICTION).status_code == 409
    assert paul.post(address, data={"end": "1", "words": ""}).status_code == 422
    assert paul.post(address, data={"end": "1", "words": "She has left"}).status_code == 303
    assert browser("mash.worker").get(f"/people/{two['one']}").status_code == 200
    assert "She has left" in paul.get(address).text
    assert paul.post(address, data={"end": "1", "words": "Again"}).status_code == 409


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"readers": "nobody@demo.example"}, "Nobody signs in with nobody@demo.example"),
        ({"readers": " "}, "Name at least one person"),
        ({"reason": ""}, "Choose why it is restricted"),
        ({"ring": ""}, "Write whom the hub rings about it"),
        ({"words": ""}, "Write why only named people may see it"),
    ],
)
def test_a_restriction_says_what_is_missing(
    browser: Browser, two: dict[str, str], changes: dict[str, str], said: str
) -> None:
    answer = browser("mash.manager").post(f"/people/{two['one']}/restriction", data={**RESTRICTION, **changes})
    assert answer.status_code == 422 and said in answer.text
    assert browser("mash.worker").get(f"/people/{two['one']}").status_code == 200


def test_a_linked_record_that_is_restricted_is_not_named(browser: Browser, two: dict[str, str]) -> None:
    client = browser("mash.worker")
    assert link(client, two, answer="not_sure") == 303
    browser("mash.manager").post(f"/people/{two['one']}/restriction", data=RESTRICTION)
    page = client.get(f"/people/{two['other']}/links").text
    assert "Confidential information is held: ring Paul Rhodes" in page
    assert two["one"] not in page and "Ellie" not in page and "Her mother says so" not in page
