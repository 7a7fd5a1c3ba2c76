"""The ground floor stands: references, events, probes."""

from flask import Flask

from caseapp.kernel.db import db
from caseapp.kernel.subjects import make_reference, new_subject, parse_reference


def test_a_reference_survives_a_bad_line(app: Flask) -> None:
    reference = new_subject("case").reference
    assert parse_reference(reference.lower().replace("-", " ")) == reference
    assert parse_reference(reference[:-1]) is None
    db.session.rollback()


def test_one_wrong_symbol_is_always_noticed() -> None:
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    for _ in range(20):
        reference = make_reference("referral")
        for position in (2, 3, 4, 5, 7, 8, 9, 10):
            for other in alphabet:
                if other != reference[position]:
                    wrong = reference[:position] + other + reference[position + 1 :]
                    assert parse_reference(wrong) is None, (reference, wrong)


def test_probes(bare_app: Flask) -> None:
    client = bare_app.test_client()
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/readyz").status_code == 200
    assert b"caseapp_requests_total" in client.get("/metrics").data
