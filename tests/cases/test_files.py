"""Files of a case: what is said of each, what is refused, who reads them."""

import io
from collections.abc import Callable
from datetime import date, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from caseapp.cases.commands import file_document
from caseapp.cases.models import CaseDocument
from caseapp.cases.queries import list_chronology, list_files
from caseapp.kernel.db import db, transaction
from caseapp.kernel.errors import Invalid
from tests.factories import a_case, someone

GIVEN = {"kind": "report", "dated_on": date(2026, 11, 18), "source": "Dr Patel, the GP"}


def test_a_file_says_what_it_is_and_the_same_again_is_one(app: Flask, friday: datetime) -> None:
    family = a_case(worker="north.worker")
    leah = someone("north.worker")
    for kind in ("report", "letter"):
        file_document(
            leah, case_id=family.case_id, name="gp.txt", content=b"Seen by the nurse", **(GIVEN | {"kind": kind})
        )
    assert [(row.name, row.kind, row.source, row.added_by) for row in list_files(family.case_id)] == [
        ("gp.txt", "Report", "Dr Patel, the GP", "Leah Dawson")
    ]
    titles = [entry.title for entry in list_chronology(leah, [family.case_id])]
    assert titles.count("File: Report") == 1 and "A file was attached" not in titles


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "none"}, "kind"),
        ({"source": " "}, "source"),
        ({"dated_on": date(2026, 11, 21)}, "dated_on"),
        ({"content": b"MZ\x90\x00 a program"}, "files"),
        ({"content": b""}, "files"),
    ],
)
def test_what_is_refused(app: Flask, friday: datetime, change: dict[str, object], field: str) -> None:
    family = a_case(worker="north.worker")
    given: dict[str, object] = {"name": "gp.txt", "content": b"Seen by the nurse", **GIVEN}
    with pytest.raises(Invalid) as refused:
        file_document(someone("north.worker"), case_id=family.case_id, **(given | change))  # type: ignore[arg-type]
    assert list(refused.value.problems) == [field]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CaseDocument)) == 0


def test_the_page(bare_app: Flask, browser: Callable[[str], FlaskClient], friday: datetime) -> None:
    with bare_app.app_context(), transaction():
        family = a_case(worker="north.worker")
    leah = browser("north.worker")
    address = f"/cases/{family.reference}/files"
    sends = {"kind": "report", "source": "Dr Patel", "dated_on-day": "18", "dated_on-month": "11"}
    none = leah.post(address, data=sends)
    assert none.status_code == 422 and "Choose a file" in none.text and "Dr Patel" in none.text
    sends |= {"dated_on-year": "2026"}
    lied = {**sends, "files": (io.BytesIO(b"%PDF-1.7 x"), "gp.txt")}
    assert leah.post(address, data=lied).status_code == 422
    good = {**sends, "files": (io.BytesIO(b"Seen by the nurse"), "gp.txt")}
    assert leah.post(address, data=good).status_code == 303
    page = leah.get(address).text
    file = page.split('href="/documents/')[1].split('"')[0]
    sent = leah.get(f"/documents/{file}")
    assert sent.status_code == 200 and "attachment" in sent.headers["Content-Disposition"]
    assert browser("central.worker").get(f"/documents/{file}").status_code == 404
