"""Somebody whose record only named people may see is nowhere among the relatives of others: not in the picture, the
list, the household that is asked about, the case, a search, or beside what somebody tells of a child."""

from collections.abc import Callable
from datetime import datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from caseapp.access.domain import L4
from caseapp.kernel.db import db, transaction
from caseapp.kernel.subjects import Subject
from caseapp.people import commands
from caseapp.people.queries import described_people, get_person, get_surroundings, list_family
from tests import factories
from tests.factories import AFamily, someone
from tests.people.test_moving import MILL_STREET, adult, move

Browser = Callable[[str], FlaskClient]
KEPT = "north.worker"


@pytest.fixture
def family(bare_app: Flask, friday: datetime) -> AFamily:
    """Ellie and Jake with their mother, and her partner, whose record only the team's manager may see."""
    with bare_app.app_context():
        with transaction():
            found = factories.a_case(team="north", worker=KEPT, children=2)
            mother, partner = adult(found, "Kirsty Marsden"), adult(found, "Lee Garner")
            commands.add_relationships(
                [
                    commands.Related(
                        found.person_ids[0],
                        kind,
                        other_id=other,
                        parental_responsibility=None,
                        said_by="Her school",
                        said_at=friday,
                    )
                    for other, kind in ((mother, "mother"), (partner, "step_parent"))
                ],
                actor=someone(KEPT),
            )
            commands.refresh_keys(found.person_ids)
            move(found.person_ids[0], {found.person_ids[1]: "moved"}, secret_from=[partner])
        with transaction():
            commands.restrict_person(
                someone("mash.manager"),
                person_id=partner,
                reason="high_risk",
                words="A witness",
                ring="Paul Rhodes, 01709 555001",
                emails=["north.manager@demo.example"],
            )
        return found


def page_of(app: Flask, person_id: int) -> str:
    with app.app_context():
        return f"/people/{db.session.scalars(sa.select(Subject.reference).where(Subject.id == person_id)).one()}"


def test_not_in_the_picture_the_list_or_the_household(bare_app: Flask, family: AFamily) -> None:
    with bare_app.app_context():
        for login, names in ((KEPT, {"Jake Marsden", "Kirsty Marsden"}), ("north.manager", None)):
            around = get_surroundings(someone(login), family.person_ids[0])
            found = {near.name for near in around.people[1:]}
            assert ("Lee Garner" in found) is (names is None)
            assert names is None or found == names
            assert ("Lee Garner" in {kin.name for kin in around.kin}) is (names is None)
            assert ("Lee Garner" in {near.name for near in around.household}) is (names is None)
            boxes = " ".join(" ".join(box.lines) for box in around.picture.boxes)
            assert ("Lee" in boxes) is (names is None)
            row = {one.name for one in list_family(someone(login), family.id, level=L4)}
            assert ("Lee Garner" in row) is (names is None)


@pytest.mark.parametrize("login", [KEPT, "mash.worker", "edt", "head"])
def test_on_no_page_of_those_around_him(bare_app: Flask, browser: Browser, family: AFamily, login: str) -> None:
    client, ellie = browser(login), page_of(bare_app, family.person_ids[0])
    for page in (ellie, f"{ellie}/move", f"{ellie}/links", f"/cases/{family.references[0]}"):
        text = client.get(page).text
        assert "Garner" not in text and "Lee " not in text, page
    with bare_app.app_context():
        partner = adult(family, "Lee Garner", by="north.manager")
    assert client.get(page_of(bare_app, partner)).status_code == 404


def test_that_somebody_must_not_learn_an_address_stays_without_the_name(bare_app: Flask, family: AFamily) -> None:
    with bare_app.app_context():
        page = get_person(family.person_ids[0], level=L4)
        assert page.home is not None and page.address_protected
        assert page.secret_from(page.home) == ["Somebody whose record only named people see"]


def test_not_among_who_looks_after_her_where_records_are_compared(bare_app: Flask, family: AFamily) -> None:
    ellie = family.person_ids[0]
    with bare_app.app_context():
        assert described_people([ellie])[ellie].carers == ("Kirsty Marsden",)
        partner = adult(family, "Lee Garner", by="north.manager")
        with transaction():
            commands.lift_restriction(someone("mash.manager"), person_id=partner, words="The trial is over")
        assert set(described_people([ellie])[ellie].carers) == {"Kirsty Marsden", "Lee Garner"}


def test_not_in_a_search_nor_in_its_count(browser: Browser, family: AFamily) -> None:
    client = browser(KEPT)
    answer = client.post("/search/", data={"q": "garner"})
    text = client.get(answer.location).text
    assert "Lee Garner" not in text and "1 person" not in text
    assert MILL_STREET.line not in text


def test_who_must_not_learn_an_address_stands_wherever_it_is_shown(
    bare_app: Flask, browser: Browser, family: AFamily
) -> None:
    case = f"/cases/{family.references[0]}"
    for login, page in ((KEPT, case), (KEPT, f"{case}/print")):
        answer = browser(login).get(page)
        assert answer.status_code == 200, page
        assert "Must not learn it: Somebody whose record only named people see" in answer.text, page
    with bare_app.app_context():
        partner = adult(family, "Lee Garner", by="north.manager")
        with transaction():
            commands.lift_restriction(someone("mash.manager"), person_id=partner, words="The trial is over")
    assert "Must not learn it: Lee Garner" in browser(KEPT).get(case).text
