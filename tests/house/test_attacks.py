"""Attacks that have to go on failing: somebody else's things in hidden fields, words as markup, steps after the end."""

import secrets
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from caseapp.accounts.models import User
from caseapp.cases.models import NoteCase
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from tests.conftest import sign_in
from tests.factories import someone
from tests.house.world import World


def a_note_about(*children: str, words: str = "Seen at home.") -> dict[str, object]:
    """What the form of a note posts, for yesterday."""
    day = clock.today() - timedelta(days=1)
    return {
        "children": list(children),
        "happened_on-day": day.day,
        "happened_on-month": day.month,
        "happened_on-year": day.year,
        "happened_time": "09:30",
        "words": words,
        "once": secrets.token_hex(16),
    }


def count(app: Flask, model: type) -> int:
    with app.app_context():
        found = db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0
        db.session.rollback()
    return found


def test_a_note_takes_no_child_of_another_family(walked: tuple[Flask, World]) -> None:
    app, world = walked
    worker, before = sign_in(app, "north.worker"), count(app, NoteCase)
    for children in ((world.foreign["case"],), (world.own["case"], world.foreign["case"]), ("1",)):
        answer = worker.post(f"/cases/{world.own['case']}/notes/new", data=a_note_about(*children))
        assert answer.status_code == 422, children
    assert count(app, NoteCase) == before


def test_an_assessment_takes_no_child_of_another_family(walked: tuple[Flask, World]) -> None:
    app, world = walked
    answer = sign_in(app, "north.worker").post(
        f"/assessments/start/{world.own['case']}", data={"siblings": world.foreign["case"]}
    )
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("who", "path", "sends", "status"),
    [
        ("north.worker", "/assessments/{assessment}/answer", {"answer": "authorise", "version": "1"}, 403),
        ("north.manager", "/assessments/{assessment}/answer", {"answer": "authorise", "version": "1"}, 409),
        ("north.worker", "/cases/notes/{note}/edit", {"words": "New", "version": "999"}, 409),
        ("north.worker", "/cases/notes/{note}/edit", {"words": "New", "version": "9" * 30}, 409),
        ("north.worker", "/pathway/{handover}/agree", {"answer": "agree"}, 403),
        ("north.manager", "/pathway/{handover}/answer", {"answer": "accept"}, 403),
        ("north.manager", "/pathway/{handover}/close", {}, 409),
        ("north.manager", "/pathway/{handover}/again", {"words": "Once more"}, 409),
        ("school", "/referrals/{referral}/seen", {}, 409),
    ],
)
def test_a_step_out_of_order_is_refused(
    walked: tuple[Flask, World], who: str, path: str, sends: dict[str, str], status: int
) -> None:
    app, world = walked
    assert sign_in(app, who).post(path.format(**world.own), data=sends).status_code == status


def test_markup_in_a_note_is_shown_as_text(walked: tuple[Flask, World]) -> None:
    app, world = walked
    worker = sign_in(app, "north.worker")
    words = "\"'></textarea></title><svg/onload=alert(1)>{{7*7}}"
    case = world.own["case"]
    assert worker.post(f"/cases/{case}/notes/new", data=a_note_about(case, words=words)).status_code == 303
    page = worker.get(f"/cases/{case}").text
    assert "<svg/onload" not in page
    assert "&lt;svg/onload=alert(1)&gt;{{7*7}}" in page


def test_a_sign_in_switched_off_reads_nothing_more(walked: tuple[Flask, World]) -> None:
    app, world = walked
    worker, path = sign_in(app, "north.worker"), f"/cases/{world.own['case']}"
    assert worker.get(path).status_code == 200
    with app.app_context(), transaction():
        user_id = someone("north.worker").user_id
        db.session.execute(sa.update(User).where(User.id == user_id).values(disabled_at=clock.now()))
    assert worker.get(path).status_code == 303


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded"])
def test_nobody_elsewhere_reads_the_metrics(walked: tuple[Flask, World], header: str) -> None:
    answer = (
        walked[0]
        .test_client()
        .get("/metrics", headers={header: "127.0.0.1"}, environ_base={"REMOTE_ADDR": "198.51.100.7"})
    )
    assert answer.status_code == 404


@pytest.mark.parametrize("onward", ["//evil.example", "/\\evil.example", "https://evil.example", "/%2f/evil.example"])
def test_signing_in_leads_to_no_other_site(walked: tuple[Flask, World], onward: str) -> None:
    app, _ = walked
    answer = sign_in(app, "school").get("/accounts/sign-in", query_string={"next": onward})
    assert answer.headers["Location"] == "/"
