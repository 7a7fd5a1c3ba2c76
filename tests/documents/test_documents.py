"""Files attached to a draft and its referral: kept, listed, downloaded, taken out, and by whom not."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from caseapp.access.commands import give_reach
from caseapp.access.domain import L1, Actor
from caseapp.documents.commands import attach, clear, move, remove
from caseapp.documents.models import Document, DocumentBytes
from caseapp.documents.queries import files_of, list_documents, read_files
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.errors import Invalid, NotFound
from caseapp.kernel.subjects import Subject, make_reference
from caseapp.referrals.commands import receive_referral
from caseapp.referrals.commands.drafts import start_draft
from caseapp.referrals.models import Referral
from tests.conftest import sign_in
from tests.documents import files
from tests.factories import someone
from tests.helpers.statements import count_statements

ActorOf = Callable[[str], Actor]
TOLD = {"schema": "marf-1", "children": [{"first_name": "Ellie"}], "concern": {"what_happened": "Cold."}}


def a_draft(login: str = "school") -> int:
    reference = start_draft(someone(login))
    return db.session.scalars(sa.select(Subject.id).where(Subject.reference == reference)).one()


def a_referral(login: str = "school") -> int:
    return receive_referral(someone(login), document=TOLD, received_at=clock.now(), mode="form").id


def names(to_id: int) -> list[str]:
    return [row.name for row in list_documents([to_id]).get(to_id, [])]


def test_the_same_file_twice_is_one_and_eleven_are_too_many(app: Flask, actor: ActorOf) -> None:
    with transaction():
        draft, hannah = a_draft(), actor("school")
        first = attach(hannah, to_id=draft, name="a.pdf", content=files.PDF)
        assert attach(hannah, to_id=draft, name="again.pdf", content=files.PDF).reference == first.reference
        for number in range(9):
            attach(hannah, to_id=draft, name=f"{number}.txt", content=f"Note {number}".encode())
        assert len(names(draft)) == 10
        with pytest.raises(Invalid, match="10 files already"):
            attach(hannah, to_id=draft, name="11.txt", content=b"Note 11")
        with pytest.raises(Invalid, match=r"photo.heic: We can’t read HEIC"):
            attach(hannah, to_id=draft, name="photo.heic", content=b"\0\0\0\x18ftypheic")


def test_taken_out_its_bytes_are_gone_and_the_place_is_free(app: Flask, actor: ActorOf) -> None:
    with transaction():
        draft, other, hannah = a_draft(), a_draft("police"), actor("school")
        row = attach(hannah, to_id=draft, name="a.pdf", content=files.PDF)
        with pytest.raises(NotFound):
            remove(actor("police"), to_id=other, document_id=row.id)
        for _twice in range(2):
            remove(hannah, to_id=draft, document_id=row.id)
        assert names(draft) == []
        assert db.session.scalar(sa.select(sa.func.count()).select_from(DocumentBytes)) == 0
        kept = db.session.get_one(Document, row.id, populate_existing=True)
        assert kept.removed_at and kept.name == ""
        assert attach(hannah, to_id=draft, name="a.pdf", content=files.PDF).reference != row.reference
        clear([draft])
        assert names(draft) == []


def test_what_came_with_a_draft_goes_to_its_referral(app: Flask, actor: ActorOf) -> None:
    with transaction():
        draft, referral = a_draft(), a_referral()
        attach(actor("school"), to_id=draft, name="a.pdf", content=files.PDF)
        move(from_id=draft, to_id=referral)
        assert (names(draft), names(referral)) == ([], ["a.pdf"])


def test_a_list_costs_one_statement_and_no_bytes(app: Flask, actor: ActorOf) -> None:
    with transaction():
        referral = a_referral()
        for number in range(5):
            attach(actor("school"), to_id=referral, name=f"{number}.txt", content=f"Note {number}".encode())
    with count_statements(app) as statements:
        assert len(names(referral)) == 5
    assert len(statements) == 1 and "document_bytes" not in str(statements)


def test_files_as_one_column_are_the_same_files(app: Flask, actor: ActorOf) -> None:
    with transaction():
        one, two = a_referral(), a_referral()
        for name in ("a|b.pdf", "Zoë’s plan 🧥.pdf"):
            attach(actor("school"), to_id=one, name=name, content=files.PDF + name.encode())
        found = {row[0]: row[1] for row in db.session.execute(sa.select(Referral.id, files_of(Referral.id)))}
        at_once = list_documents([one])[one]
        read = read_files(one, found[one])
        assert [(row.reference, row.name, row.about, row.added_by) for row in read] == [
            (row.reference, row.name, row.about, row.added_by) for row in at_once
        ]
        assert abs((read[0].added_at - at_once[0].added_at).total_seconds()) <= 1
        assert read_files(two, found[two]) == []


@pytest.fixture
def sent(bare_app: Flask) -> tuple[str, int]:
    """A photo on the school's referral; gives the file's reference and the referral's number."""
    with bare_app.app_context(), transaction():
        referral = a_referral()
        row = attach(someone("school"), to_id=referral, name="bruise “left”.jpg", content=files.photo())
        give_reach(f"user:{someone('police').user_id}", subject_id=referral, kind="referral", level=L1, why="card")
        return row.reference, referral


def test_downloaded_as_a_file_and_nothing_else(bare_app: Flask, sent: tuple[str, int]) -> None:
    answer = sign_in(bare_app, "mash.worker").get(f"/documents/{sent[0]}")
    assert answer.status_code == 200 and answer.mimetype == "image/jpeg"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "filename*=UTF-8''bruise%20%E2%80%9Cleft%E2%80%9D.jpg" in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert b"SecretPhone" not in answer.data


@pytest.mark.parametrize(
    ("login", "status"),
    [("school", 200), ("mash.manager", 200), ("north.worker", 404), ("auditor", 404), ("police", 403)],
)
def test_who_may_download(bare_app: Flask, sent: tuple[str, int], login: str, status: int) -> None:
    """Another agency that sees only that the referral is there gets no file of it."""
    client: FlaskClient = sign_in(bare_app, login)
    answer = client.get(f"/documents/{sent[0]}")
    assert answer.status_code == status
    assert client.get(f"/documents/{make_reference('document')}").status_code == 404


def test_taken_out_nobody_can_download_it(bare_app: Flask, sent: tuple[str, int]) -> None:
    with bare_app.app_context(), transaction():
        clear([sent[1]])
    assert sign_in(bare_app, "mash.worker").get(f"/documents/{sent[0]}").status_code == 404
