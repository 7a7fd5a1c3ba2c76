"""Who sees the hub's pages, what they cost, and that wild words stay words."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from caseapp.audit.models import ReadLog
from caseapp.cases.models import Case
from caseapp.kernel.db import db
from caseapp.kernel.subjects import Subject
from caseapp.referrals.domain.hub import parents_words
from tests.factories import someone, team_id
from tests.helpers.statements import count_statements
from tests.referrals.hub_world import agree, decide, propose, receive

Browser = Callable[[str], FlaskClient]
HUB = ("mash.worker", "mash.manager")
OTHERS = (
    "school",
    "police",
    "health",
    "north.manager",
    "central.worker",
    "familyhelp.north",
    "edt",
    "head",
    "auditor",
    "admin",
    "chair",
    "ig",
)


def test_only_the_hub_opens_the_hubs_pages(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with bare_app.app_context():
        made = receive("SAMPLE-001")
        propose(made.id, "assessment")
    one = f"/referrals/{made.reference}"
    for login in OTHERS:
        client = browser(login)
        for address in ("/referrals/queue", "/referrals/queue/list", "/referrals/marks"):
            answer = client.get(address)
            assert answer.status_code == 403 and "Marsden" not in answer.text, (login, address)
        for address in (one, f"{one}/decision"):
            answer = client.get(address)
            assert answer.status_code == 404 and "Marsden" not in answer.text, (login, address)
        for address in ("open", "rate", "propose", "decision", "marks/1"):
            assert client.post(f"{one}/{address}", data={"rating": "red"}).status_code == 404, (login, address)
    for login in HUB:
        client = browser(login)
        for address in ("/referrals/queue?tab=to-agree", one):
            assert "Marsden" in client.get(address).text, (login, address)
    assert browser("mash.worker").get(f"{one}/decision").status_code == 403
    assert "Only a hub manager agrees" in browser("mash.worker").post(f"{one}/decision").text
    assert browser("mash.manager").get(f"{one}/decision").status_code == 200


@pytest.mark.parametrize("reference", ["R-0000-0000", "nonsense", "C-0000-0000", "%00", "R-7K4M-2Q9X"])
def test_a_reference_that_leads_nowhere(browser: Browser, reference: str) -> None:
    answer = browser("mash.worker").get(f"/referrals/{reference}")
    assert answer.status_code == 404


def test_the_excluded_team_never_sees_sample_025_or_its_case(
    browser: Browser, bare_app: Flask, friday: datetime
) -> None:
    with bare_app.app_context():
        made = receive("SAMPLE-025")
        propose(made.id, "strategy_discussion")
        agree(made.id, teams={"locality": team_id("south")})
        case = db.session.scalar(sa.select(Subject.reference).join(Case, Case.id == Subject.id))
    for login in ("central.manager", "central.worker", "ben.oldroyd"):
        client = browser(login)
        assert client.get(f"/referrals/{made.reference}").status_code == 404, login
        answer = client.get(f"/cases/{case}")
        assert answer.status_code == 404 and "Poppy" not in answer.text, login
    assert "Poppy" in browser("mash.worker").get(f"/referrals/{made.reference}").text


def test_what_the_pages_cost(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with bare_app.app_context():
        few, many = receive("SAMPLE-003"), receive("SAMPLE-022")
        decide("SAMPLE-001", "assessment")
        for number in range(20):
            receive("SAMPLE-022", number=f"again-{number}")
        propose(few.id, "assessment")
        propose(many.id, "strategy_discussion")
    client = browser("mash.manager")
    # The page of a contact is its children's case page until a case opens: two of these are who they could be.
    for page, most in (("", 10), ("/decision", 10)):
        costs = []
        for made in (few, many):
            with count_statements(bare_app) as found:
                assert client.get(f"/referrals/{made.reference}{page}").status_code == 200
            costs.append(len(found))
        assert costs[0] == costs[1] <= most, (page, costs)


def test_every_look_is_logged(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with bare_app.app_context():
        made = receive("SAMPLE-003")
        reader = someone("mash.worker").user_id
    client = browser("mash.worker")
    client.get("/referrals/queue")
    client.get(f"/referrals/{made.reference}")
    with bare_app.app_context():
        looks = db.session.execute(sa.select(ReadLog.subject_id).order_by(ReadLog.id)).all()
        assert [row.subject_id for row in looks][-2:] == [None, made.id]
        assert reader


def test_no_name_in_title_or_address(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with bare_app.app_context():
        made = receive("SAMPLE-001")
        propose(made.id, "assessment")
    client = browser("mash.manager")
    for address in (
        "/referrals/queue?tab=to-agree",
        f"/referrals/{made.reference}",
        f"/referrals/{made.reference}/decision",
    ):
        page = BeautifulSoup(client.get(address).text, "html.parser")
        assert page.title and "Marsden" not in page.title.text
        links = [str(tag.get("href") or tag.get("action")) for tag in page.find_all(["a", "form"])]
        assert not [link for link in links if "arsden" in link]


def wild(document: Any) -> None:
    document["children"] = [
        {"first_name": "<b>Bo</b>", "last_name": "{{7*7}}", "address": ["no object"]},
        "just a text",
        None,
        7,
    ]
    document["concern"] = {
        "categories": ["neglect", 5, None],
        "what_happened": "=1+1 🙂 שלום\u202e" + "x" * 50_000,
        "injury": "yes",
    }
    document["household"] = {"name": "one only"}
    document["unheard_of"] = {"deep": [{"er": ["<script>alert(1)</script>"]}]}


def test_wild_documents_are_text_on_every_page(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with bare_app.app_context():
        made = receive("SAMPLE-003", change=wild)
        propose(made.id, "assessment")
        agree(made.id, teams={"locality": team_id("north")})
        empty = receive("SAMPLE-003", number="empty", change=lambda document: document.clear())
        propose(empty.id)
    client = browser("mash.manager")
    for address in (
        "/referrals/queue",
        "/referrals/queue?tab=to-agree",
        "/referrals/queue?tab=decided-today",
        "/referrals/marks",
        f"/referrals/{made.reference}",
        f"/referrals/{empty.reference}",
        f"/referrals/{empty.reference}/decision",
    ):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert (
            "<script>alert" not in answer.text
            and "<b>Bo" not in answer.text
            and "49" not in answer.text.split("{{7*7}}")[0][-9:]
        )
    page = client.get(f"/referrals/{made.reference}").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page and "{{7*7}}" in page and "x" * 50_000 in page


@pytest.mark.parametrize("agrees", [True, False, None, [], {"a": 1}, "yes"])
@pytest.mark.parametrize("told", [True, False, None, ["x"]])
def test_consent_of_any_shape_is_said_in_words(told: Any, agrees: Any) -> None:
    headline, _ = parents_words({"consent": {"parent_informed": told, "parent_agrees": agrees, "who": ["?"]}})
    assert headline == {
        (True, True): "Told, and agree",
        (True, False): "Told, do not agree",
    }.get(
        (told, agrees) if isinstance(agrees, bool) and told is True else (None, None),
        "Told, agreement not said" if told is True else "Not told" if told is False else "Not said whether told",
    )
