"""A step-down that is being written keeps itself on the server until it is sent."""

from datetime import datetime

from bs4 import BeautifulSoup
from flask import Flask

from caseapp.kernel.db import transaction
from tests.conftest import sign_in
from tests.factories import a_case, an_authorised_assessment


def test_a_step_down_comes_back(bare_app: Flask, friday: datetime) -> None:
    with bare_app.app_context(), transaction():
        family = a_case(worker="north.worker")
        an_authorised_assessment(family)
    path = f"/pathway/step-down/{family.reference}"
    page = BeautifulSoup(sign_in(bare_app, "north.worker").get(path).text, "html.parser")
    form = page.find("form", attrs={"data-autosave": True})
    typed = {"reasons": "She is safe at home", "consent": "given", "meeting_on-day": "1"}
    saved = sign_in(bare_app, "north.worker").post(
        form["data-autosave"], data=typed, headers={"X-Requested-With": "autosave"}
    )
    assert saved.json == {"saved_at": "15:30"}
    again = sign_in(bare_app, "north.worker").get(path).text
    soup = BeautifulSoup(again, "html.parser")
    assert "Your text of today 15:30 is back" in again
    assert soup.find("textarea", attrs={"name": "reasons"}).text.strip() == "She is safe at home"
    assert soup.find("input", attrs={"name": "meeting_on-day"})["value"] == "1"
    assert "is back" not in sign_in(bare_app, "north.worker").get(path + "?fresh=1").text
