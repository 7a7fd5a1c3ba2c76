"""Attacks that have to go on failing: somebody else's things in hidden fields, words as markup, steps after the end."""

import secrets
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from caseapp.accounts.models import User
from caseapp.cases.models import Case, NoteCase
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.subjects import Subject
from caseapp.referrals.commands import Received
from tests.conftest import sign_in
from tests.factories import someone, team_id
from tests.house.world import World
from tests.referrals.hub_world import agree, children_of, decide, propose, rate, receive


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


def test_a_note_s_key_used_again_loses_no_words_and_shows_nobody_else_s(walked: tuple[Flask, World]) -> None:
    app, world = walked
    case = world.own["case"]
    path, sent = f"/cases/{case}/notes/new", a_note_about(case, words="Leah wrote this.")
    leah, ruth = sign_in(app, "north.worker"), sign_in(app, "north.manager")
    assert [leah.post(path, data=sent).status_code for _ in range(2)] == [303, 303]
    for client, shown in ((leah, True), (ruth, False)):
        met = client.post(path, data={**sent, "words": "Other words."})
        assert met.status_code == 409
        assert "Other words." in met.text
        assert ("Leah wrote this." in met.text) == shown


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


# A social worker of Central is the father: SAMPLE-025 keeps his team away. Three ways round it that have to fail.
CENTRAL = ("central.manager", "central.worker", "ben.oldroyd")
BROTHER = {
    "first_name": "Max",
    "last_name": "Harrison",
    "date_of_birth": "2021-02-03",
    "sex": "M",
    "address": {"line1": "4 Moorgate Grove", "postcode": "S60 3BX"},
}


def as_a_stranger(document: Any) -> None:
    """The same child, told of by somebody who does not know of the conflict."""
    del document["restriction"]


def as_a_school(document: Any) -> None:
    """The same child with a brother nobody told of before, by somebody who does not know."""
    as_a_stranger(document)
    document["children"].append(BROTHER)


def decision_refused(app: Flask, made: Received, decision: int, said: str, **more: object) -> None:
    """The manager's form offers no team of Central, and the decision that is posted is refused at its field."""
    manager, path = sign_in(app, "mash.manager"), f"/referrals/{made.reference}/decision"
    with app.app_context():
        central = str(team_id("central"))
        db.session.rollback()
    shown = manager.get(path).text
    assert f'value="{central}"' not in shown.split('name="team_locality"', 1)[-1]
    post = {"decision": decision, "answer": "agree", "message": "We go and see her.", **more}
    for team in ("", central):
        answer = manager.post(path, data={**post, "team_locality": team})
        assert answer.status_code == 422 and said in answer.text, team


def nothing_of_her(app: Flask, *paths: str) -> None:
    """Nobody in Central opens these pages or reads her name in their lists."""
    for login in CENTRAL:
        client = sign_in(app, login)
        for path in paths:
            assert client.get(path).status_code == 404, (login, path)
        assert "Poppy" not in client.get("/", follow_redirects=True).text, login


def test_a_new_referral_without_the_restriction_does_not_reach_the_barred_team(
    bare_app: Flask, friday: datetime
) -> None:
    with bare_app.app_context():
        decide("SAMPLE-025", "no_further_action")
        again = receive("SAMPLE-025", number="again", change=as_a_stranger)
        decision = propose(again.id, "assessment")
        db.session.rollback()
    decision_refused(bare_app, again, decision, "must not see this referral")
    with bare_app.app_context():
        agree(again.id, teams={"locality": team_id("south")})
        (case,) = case_references()
    nothing_of_her(bare_app, f"/referrals/{again.reference}", f"/cases/{case}")


def test_a_brother_does_not_lead_the_barred_team_to_his_sister(bare_app: Flask, friday: datetime) -> None:
    with bare_app.app_context():
        first = receive("SAMPLE-025")
        propose(first.id, "assessment")
        agree(first.id, teams={"locality": team_id("north")})
        both = receive("SAMPLE-025", number="both", change=as_a_school)
        decision = propose(both.id, "open_case", "assessment")
        db.session.rollback()
    decision_refused(bare_app, both, decision, "must not see this referral")
    with bare_app.app_context():
        agree(both.id, teams={"locality": team_id("north")})
        hers, his = case_references()
    nothing_of_her(bare_app, f"/referrals/{both.reference}", f"/cases/{hers}", f"/cases/{his}")
    assert "Poppy" in sign_in(bare_app, "north.manager").get(f"/cases/{his}").text


def test_the_barred_team_does_not_learn_of_a_referral_through_the_case_it_holds(
    bare_app: Flask, friday: datetime
) -> None:
    with bare_app.app_context():
        first = receive("SAMPLE-025", number="first", change=as_a_stranger)
        propose(first.id, "assessment")
        agree(first.id)
        (case,) = case_references()
        barred = receive("SAMPLE-025")
        rate(barred.id)
        child = children_of(barred.id)[0]
        db.session.rollback()
    before = sign_in(bare_app, "central.manager").get(f"/cases/{case}").text
    answer = sign_in(bare_app, "mash.worker").post(
        f"/referrals/{barred.reference}/propose",
        data={f"outcome_{child}": "open_case", "reasons": "Her worker should know", "advice": "Ring us"},
    )
    assert answer.status_code == 422
    assert "held by a team that must not see this referral: move the case first" in answer.text
    assert "Her worker should know" in answer.text
    assert "This team must not see this referral: tell them nothing of it" in answer.text
    assert "Pass this referral to its worker<" not in answer.text
    after = sign_in(bare_app, "central.manager").get(f"/cases/{case}").text
    assert "new contact" not in after and barred.reference not in after
    assert after.count("<li") == before.count("<li")
    assert sign_in(bare_app, "central.manager").get(f"/referrals/{barred.reference}").status_code == 404


def case_references() -> list[str]:
    """The references of all cases, the first opened first."""
    found = list(db.session.scalars(sa.select(Subject.reference).join(Case, Case.id == Subject.id).order_by(Case.id)))
    db.session.rollback()
    return found
