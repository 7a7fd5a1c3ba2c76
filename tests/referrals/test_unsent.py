"""A decision that is being written keeps itself on the server, for its writer alone, until it is sent."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from caseapp.accounts.commands import clean_up
from caseapp.accounts.models import ParkedForm
from caseapp.kernel import clock
from caseapp.kernel.db import db
from tests.conftest import sign_in
from tests.referrals.hub_world import propose, rate, receive

Browser = Callable[[str], FlaskClient]
SAVE = {"X-Requested-With": "autosave"}


def shown(page: str, name: str) -> str:
    """What stands in a text field of a page, and which answer is ticked."""
    soup = BeautifulSoup(page, "html.parser")
    field = soup.find("textarea", attrs={"name": name})
    if field is not None:
        return field.text.strip()
    ticked = soup.find("input", attrs={"name": name, "checked": True})
    return str(ticked["value"]) if ticked else ""


def address_of(page: str) -> str:
    """Where the page's form keeps itself, as its script reads it."""
    return str(BeautifulSoup(page, "html.parser").find("form", attrs={"data-autosave": True})["data-autosave"])


def kept(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(ParkedForm)) or 0


@pytest.fixture
def waiting(bare_app: Flask, friday: datetime) -> str:
    """The reference of a rated referral about two children."""
    with bare_app.app_context():
        made = receive("SAMPLE-001")
        rate(made.id)
        db.session.rollback()
    return made.reference


def test_a_proposal_comes_back_in_any_browser_and_goes_when_it_is_sent(bare_app: Flask, waiting: str) -> None:
    client, path = sign_in(bare_app, "mash.worker"), f"/referrals/{waiting}"
    page = client.get(path).text
    fields = [f["name"] for f in BeautifulSoup(page, "html.parser").find_all("input", type="radio")]
    outcomes = {name: "assessment" for name in fields if name.startswith("outcome_")}
    typed = {**outcomes, "reasons": "Because\r\n{{7*7}} <b>", "advice": ""}
    saved = client.post(address_of(page), data=typed, headers=SAVE)
    assert (saved.status_code, saved.json) == (200, {"saved_at": "15:30"})
    client.post(address_of(page), data={**typed, "advice": "Watch"}, headers=SAVE)
    again = sign_in(bare_app, "mash.worker").get(path).text
    assert "Your text of today 15:30 is back" in again
    assert shown(again, "reasons") == "Because\n{{7*7}} <b>" and shown(again, "advice") == "Watch"
    assert {shown(again, name) for name in outcomes} == {"assessment"}
    fresh = client.get(path + "?fresh=1").text
    assert "is back" not in fresh and shown(fresh, "reasons") == ""
    other = sign_in(bare_app, "mash.manager").get(path).text
    assert "is back" not in other and "Because" not in other
    assert client.post(f"{path}/propose", data={**typed, "advice": ""}).status_code == 422
    assert kept(bare_app) == 1, "nothing is sent yet"
    assert client.post(f"{path}/propose", data={**typed, "advice": "Watch"}).status_code == 303
    assert kept(bare_app) == 0


def test_a_manager_s_answer_belongs_to_one_proposal(bare_app: Flask, waiting: str) -> None:
    with bare_app.app_context():
        propose(int(db.session.scalar(sa.text("SELECT max(id) FROM referral"))), "assessment")
        db.session.rollback()
    client, path = sign_in(bare_app, "mash.manager"), f"/referrals/{waiting}/decision"
    page = client.get(path).text
    number = BeautifulSoup(page, "html.parser").find("input", attrs={"name": "decision"})["value"]
    typed = {"decision": number, "answer": "send_back", "question": "Who saw Jake?", "message": "Half a", "words": ""}
    assert client.post(address_of(page), data=typed, headers=SAVE).status_code == 200
    again = client.get(path).text
    assert shown(again, "question") == "Who saw Jake?" and shown(again, "answer") == "send_back"
    assert shown(again, "message") == "Half a"
    assert shown(client.get(path + "?fresh=1").text, "message") not in ("", "Half a"), "as it was drafted"
    assert client.post(path, data=typed).status_code == 303 and kept(bare_app) == 0
    client.post(address_of(page), data=typed, headers=SAVE)
    with bare_app.app_context():
        propose(int(db.session.scalar(sa.text("SELECT max(id) FROM referral"))), "assessment")
        db.session.rollback()
    assert "is back" not in client.get(path).text, "another proposal, another answer"


def test_it_waits_a_week_and_no_more_than_twenty_of_one_person(bare_app: Flask, waiting: str, friday: datetime) -> None:
    client = sign_in(bare_app, "mash.worker")
    for number in range(22):
        address = f"/accounts/unsent?of=/referrals/{number}"
        assert client.post(address, data={"words": "x"}, headers=SAVE).status_code == 200
    assert kept(bare_app) == 20
    for of in ("", "?of=//evil.example", "?of=/accounts/sign-in", "?of=/x" + "x" * 400):
        assert client.post(f"/accounts/unsent{of}", data={"words": "x"}, headers=SAVE).status_code == 422, of
    assert client.post("/accounts/unsent?of=/x", data={"new_password": "x"}, headers=SAVE).status_code == 422
    for later, left in ((timedelta(days=6, hours=23), 20), (timedelta(days=7), 0)):
        with clock.at(friday + later), bare_app.app_context():
            clean_up()
        assert kept(bare_app) == left
