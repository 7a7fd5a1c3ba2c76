"""A referral on paper and in lists that are taken away: each reader's own, and each one written down."""

import sys
from collections.abc import Callable
from io import BytesIO
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from caseapp.access.commands import bar
from caseapp.audit.models import ReadLog
from caseapp.kernel.db import db, transaction
from caseapp.kernel.events import Event
from caseapp.kernel.subjects import Subject
from tests.conftest import sign_in
from tests.factories import someone
from tests.helpers.statements import count_statements
from tests.house.world import World
from tests.referrals.hub_world import agree, propose, receive

SECRET = ("A pattern over weeks", "Below the threshold", "Amber", "Is this child known?")


def words_of(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200 and answer.mimetype == "application/pdf", answer.text
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.headers["Cache-Control"] == "no-store"
    made = PdfReader(BytesIO(answer.data))
    assert made.metadata is not None and str(made.metadata.title) in address
    # Line ends fall where the page ends.
    return " ".join(" ".join(page.extract_text() for page in made.pages).split())


def taken(app: Flask) -> list[tuple[str, dict[str, Any]]]:
    with app.app_context():
        rows = db.session.execute(
            sa.select(Event.code, Event.data)
            .where(Event.code.in_(("paper.printed", "paper.taken", "list.taken")))
            .order_by(Event.id)
        )
        return [(row.code, row.data) for row in rows]


def looks(app: Flask, view: str) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).where(ReadLog.view == view)) or 0


def test_the_hub_s_paper_holds_all_and_the_referrer_s_copy_only_their_own(walked: tuple[Flask, World]) -> None:
    app, world = walked
    own = world.own["referral"]
    whole = words_of(sign_in(app, "mash.worker"), f"/referrals/{own}/print.pdf")
    for words in (own, "Ellie Marsden", "Slept in her coat.", "Keep an eye on mornings", "Confidential", "Page 1 of"):
        assert words in whole, words
    for words in SECRET:
        assert words in whole, words
    copy = words_of(sign_in(app, "school"), f"/referrals/{own}/receipt/print.pdf")
    assert "Slept in her coat." in copy and "Printed" in copy
    for words in (*SECRET, "Keep an eye on mornings"):
        assert words not in copy, words
    assert taken(app) == [
        ("paper.taken", {"kind": "referral", "format": "pdf"}),
        ("paper.taken", {"kind": "own_copy", "format": "pdf"}),
    ]
    assert looks(app, "referrals.paper") == looks(app, "referrals.own_paper") == 1


def test_to_print_is_written_down_and_a_refusal_leaves_nothing(walked: tuple[Flask, World]) -> None:
    app, world = walked
    own = world.own["referral"]
    assert sign_in(app, "mash.worker").get(f"/referrals/{own}/print").status_code == 200
    assert sign_in(app, "police").get(f"/referrals/{own}/receipt/print").status_code == 404
    assert sign_in(app, "mash.worker").get(f"/referrals/{own}/letter").status_code == 409
    assert taken(app) == [("paper.printed", {"kind": "referral"})]


def test_whoever_is_barred_gets_neither_page_nor_file_nor_row(walked: tuple[Flask, World]) -> None:
    app, world = walked
    own = world.own["referral"]
    with app.app_context(), transaction():
        subject_id = db.session.scalars(sa.select(Subject.id).where(Subject.reference == own)).one()
        bar(f"user:{someone('mash.worker').user_id}", subject_id=subject_id, reason="related")
    hub = sign_in(app, "mash.worker")
    for path in ("print", "print.pdf", "letter.pdf", "family-letter.pdf"):
        assert hub.get(f"/referrals/{own}/{path}").status_code == 404
    assert own not in {row[0] for row in rows_of(hub, "/referrals/queue.xlsx?tab=to-agree")}
    assert [code for code, _data in taken(app)] == ["list.taken"]


def test_a_server_without_the_libraries_says_what_to_do(
    walked: tuple[Flask, World], monkeypatch: pytest.MonkeyPatch
) -> None:
    app, world = walked
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    answer = sign_in(app, "mash.worker").get(f"/referrals/{world.own['referral']}/print.pdf")
    assert answer.status_code == 503
    assert "print the page instead" in answer.text and "Our side is down" not in answer.text
    assert taken(app) == []


@pytest.fixture
def decided(bare_app: Flask) -> tuple[Flask, str]:
    with bare_app.app_context():
        made = receive()
        propose(made.id, "no_further_action", history_weighed="Weighed")
        agree(made.id, family_message="We talked about it.\n\nRing us if you want to ask something.")
        return bare_app, made.reference


def test_print_leads_to_the_page_and_pdf_to_the_file(walked: tuple[Flask, World]) -> None:
    app, world = walked
    for login, path in (
        ("mash.worker", f"/referrals/{world.own['referral']}"),
        ("school", f"/referrals/{world.own['referral']}/receipt"),
        ("north.worker", f"/cases/{world.own['case']}"),
    ):
        page = BeautifulSoup(sign_in(app, login).get(path).text, "html.parser")
        papers = {link.text.split()[0]: str(link["href"]) for link in page.select("a[href*='/print']")}
        assert papers["Print"].endswith("/print") and papers["PDF"].endswith("/print.pdf"), path


def test_the_letters_have_a_sender_a_date_a_reference_and_neutral_words(decided: tuple[Flask, str]) -> None:
    app, reference = decided
    hub = sign_in(app, "mash.worker")
    letter = words_of(hub, f"/referrals/{reference}/letter.pdf")
    for words in ("Rotherham Council", "01632 960500", reference, "What we tell you"):
        assert words in letter, words
    family = words_of(hub, f"/referrals/{reference}/family-letter.pdf")
    assert "We talked about it." in family and "Rotherham Council" in family and reference in family
    for words in ("afeguarding", "What we tell you", "Why this level", "Printed"):
        assert words not in family, words
    assert [data["kind"] for _code, data in taken(app)] == ["letter", "family_letter"]
    page = hub.get(f"/referrals/{reference}").text
    assert f"/referrals/{reference}/letter.pdf" in page and f"/referrals/{reference}/family-letter" in page


def rows_of(client: FlaskClient, address: str) -> list[tuple[Any, ...]]:
    answer = client.get(address)
    assert answer.status_code == 200 and answer.mimetype.endswith("spreadsheetml.sheet")
    page = openpyxl.load_workbook(BytesIO(answer.data)).active
    assert page is not None
    return list(page.iter_rows(values_only=True))


def test_lists_hold_what_their_reader_may_see_and_each_is_written_down(walked: tuple[Flask, World]) -> None:
    app, world = walked
    own, foreign = world.own["referral"], world.foreign["referral"]
    queue = rows_of(sign_in(app, "mash.worker"), "/referrals/queue.xlsx?tab=to-agree&rating=amber&only=late")
    assert queue[2][0] == "Filter: rating: amber; only: late"
    waiting = rows_of(sign_in(app, "mash.worker"), "/referrals/queue.xlsx?tab=to-agree")
    assert {row[0] for row in waiting[6:]} == {own, foreign}
    mine = rows_of(sign_in(app, "school"), "/referrals/mine.xlsx")
    assert [row[0] for row in mine[6:]] == [own]
    children = rows_of(sign_in(app, "north.worker"), "/desk/my-work.xlsx")
    assert world.own["case"] in {row[0] for row in children}
    assert world.foreign["case"] not in {row[0] for row in children}
    said = [data for code, data in taken(app) if code == "list.taken"]
    assert [each["list"] for each in said] == ["hub_queue", "hub_queue", "my_referrals", "my_children"]
    assert [each["rows"] for each in said[1:3]] == [2, 1]
    assert looks(app, "referrals.take_queue") == 2 and looks(app, "desk.take_my_work") == 1
    audit = rows_of(sign_in(app, "auditor"), "/audit/events.xlsx?group=list")
    assert "A list was taken away as a spreadsheet: my referrals, rows: 1" in {row[3] for row in audit}


@pytest.mark.parametrize(
    ("login", "kind", "address", "most"),
    [
        ("mash.worker", "referral", "/referrals/{}/print", 13),
        ("school", "referral", "/referrals/{}/receipt/print", 10),
        ("north.worker", "case", "/cases/{}/print", 12),
        ("mash.worker", "referral", "/referrals/queue.xlsx", 9),
        ("north.worker", "case", "/desk/my-work.xlsx", 9),
    ],
)
def test_statements(walked: tuple[Flask, World], login: str, kind: str, address: str, most: int) -> None:
    app, world = walked
    client = sign_in(app, login)
    path = address.format(world.own[kind])
    client.get(path)
    with count_statements(app) as found:
        assert client.get(path).status_code == 200
    assert len(found) <= most, "\n".join(found)


def test_the_pages_about_the_service_are_open_and_linked(
    browser: Callable[[str], FlaskClient], bare_app: Flask
) -> None:
    nobody = bare_app.test_client()
    for name in ("accessibility", "privacy", "cookies"):
        assert nobody.get(f"/{name}").status_code == 200
        assert f'href="/{name}"' in nobody.get("/accounts/sign-in").text
        assert f'href="/{name}"' in browser("school").get("/referrals/").text
    assert "<code>caseapp</code>" in nobody.get("/cookies").text
