"""Who looked at a child's record: everybody, by whichever page, and in few enough lines to read."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from caseapp.audit.domain import Look, merge_looks
from caseapp.audit.queries import list_looks
from caseapp.kernel.db import db, transaction
from caseapp.kernel.subjects import Subject
from caseapp.pathway import commands as pathway
from caseapp.referrals.models import ReferralChild
from tests.factories import a_case, a_note, an_authorised_assessment, propose_step_down, someone
from tests.helpers.statements import count_statements
from tests.referrals.hub_world import decide

Browser = Callable[[str], FlaskClient]
NOON = datetime(2026, 11, 19, 12, 0, tzinfo=UTC)
RUTH, LEAH = (1, "custody"), (2, "involved")

# What was looked at, as (who and why, minutes past noon), newest first; and which of these are shown.
RUNS: tuple[tuple[str, list[tuple[tuple[int, str], int]], list[int]], ...] = (
    ("nobody", [], []),
    ("once", [(RUTH, 0)], [0]),
    ("several at one sitting are the latest", [(RUTH, 30), (RUTH, 20), (RUTH, 0)], [30]),
    ("no line stands for more than half an hour", [(RUTH, 60), (RUTH, 31), (RUTH, 29), (RUTH, 0)], [60, 29]),
    ("somebody else in between", [(RUTH, 3), (LEAH, 2), (RUTH, 1)], [3, 2, 1]),
    ("another reason", [(RUTH, 2), ((1, "receiver"), 1), (RUTH, 0)], [2, 1, 0]),
)


@pytest.mark.parametrize(("looks", "shown"), [row[1:] for row in RUNS], ids=[row[0] for row in RUNS])
def test_looks_in_a_row_are_one_line(looks: list[tuple[tuple[int, str], int]], shown: list[int]) -> None:
    told = [
        Look(9, 9, who, "Somebody", "Somewhere", NOON + timedelta(minutes=minute), why) for (who, why), minute in looks
    ]
    assert [(look.at - NOON) // timedelta(minutes=1) for look in merge_looks(told)] == shown


def lookers(app: Flask, case_id: int) -> list[tuple[str, str]]:
    """Who looked at a case and why, each once, the first first."""
    with app.app_context():
        looks = list_looks([case_id])
        db.session.rollback()
    return list(dict.fromkeys((look.who, look.why) for look in reversed(looks)))


def reference_of(subject_id: int) -> str:
    subject = db.session.get(Subject, subject_id)
    assert subject is not None
    return subject.reference


def test_whoever_opens_a_note_or_an_assessment_looked_at_each_child_in_it(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    with bare_app.app_context(), transaction():
        family = a_case(children=2, worker="north.worker")
        note = a_note(family, "north.worker")
        assessment = reference_of(an_authorised_assessment(family))
    for login, path in (("marta.wilk", f"/cases/notes/{note}"), ("north.manager", f"/assessments/{assessment}")):
        assert browser(login).get(path).status_code == 200
    for case_id in family.case_ids:
        assert lookers(bare_app, case_id) == [
            ("Marta Wilk", "Their team holds the case"),
            ("Ruth Hallam", "Their team holds the case"),
        ]


def test_whoever_is_asked_to_take_a_child_on_looked_at_the_record(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    with bare_app.app_context(), transaction():
        family = a_case(children=2, worker="north.worker")
        an_authorised_assessment(family)
        handover = propose_step_down(family)
        pathway.agree_handover(someone("north.manager"), handover_id=handover)
        reference = reference_of(handover)
    sheila = browser("familyhelp.north")
    assert sheila.get(f"/pathway/{reference}").status_code == 200
    for case_id in family.case_ids:
        assert lookers(bare_app, case_id) == [("Sheila Vance", "It is proposed to their team")]
    page = browser("north.worker").get(f"/cases/{family.reference}/who-looked").text
    assert "Sheila Vance" in page and "It is proposed to their team" in page
    # An answer that is incomplete shows the pack once more.
    assert sheila.post(f"/pathway/{reference}/answer", data={}).status_code == 422


def test_whoever_reads_a_decided_referral_looked_at_the_cases_it_is_on(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    with bare_app.app_context():
        referral = decide("SAMPLE-001", "assessment")
        rows = sa.select(ReferralChild.case_id).where(ReferralChild.referral_id == referral.id)
        cases = [case_id for case_id in db.session.scalars(rows) if case_id is not None]
        db.session.rollback()
    assert browser("mash.worker").get(f"/referrals/{referral.reference}").status_code == 200
    assert cases
    for case_id in cases:
        assert lookers(bare_app, case_id) == [("Nadia Farrow", "Works in the hub")]


@pytest.mark.sqlite_only
def test_five_children_cost_as_many_statements_as_one(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    manager, costs = browser("north.manager"), []
    for children in (1, 5):
        with bare_app.app_context(), transaction():
            family = a_case(children=children, worker="north.worker")
            note = a_note(family, "north.worker")
            assessment = reference_of(an_authorised_assessment(family))
            handover = reference_of(propose_step_down(family))
        paths = (f"/cases/notes/{note}", f"/assessments/{assessment}", f"/pathway/{handover}")
        for path in paths:
            manager.get(path)
        counted = []
        for path in paths:
            with count_statements(bare_app) as statements:
                assert manager.get(path).status_code == 200
            counted.append(len(statements))
        costs.append(counted)
    assert costs[0] == costs[1]
    # A note and a handover are read like lists; the assessment is a page of the record.
    assert all(count <= most for count, most in zip(costs[1], (8, 12, 8), strict=True)), costs


def test_a_reader_who_comes_back_is_one_line(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    with bare_app.app_context(), transaction():
        family = a_case(worker="north.worker")
    manager = browser("north.manager")
    for path in ("", "/chronology", ""):
        manager.get(f"/cases/{family.reference}{path}")
    page = browser("north.worker").get(f"/cases/{family.reference}/who-looked").text
    assert page.count("Ruth Hallam") == 1
