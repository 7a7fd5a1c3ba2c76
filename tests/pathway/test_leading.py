"""Asking somebody outside the receiving team to lead the work with a family (practice 19)."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from caseapp.access.commands import bar
from caseapp.access.domain import Actor
from caseapp.access.queries import list_reach
from caseapp.accounts.models import AgencyClosure, Professional
from caseapp.cases.models import Custody, Involvement
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.errors import Conflict, Invalid, OutOfOrder
from caseapp.pathway import commands, queries
from caseapp.pathway.domain import check_answer_to_lead
from caseapp.pathway.models import LeadRequest
from caseapp.pathway.queries.leading import last_request, list_requests
from tests.factories import (
    AFamily,
    a_case,
    an_authorised_assessment,
    by_name,
    propose_step_down,
    reference_of,
    someone,
    team_id,
)

Who = Callable[[str], Actor]
Browser = Callable[[str], FlaskClient]
SAYS_YES = commands.LeadAnswer("yes", deputy="Sam Holt", deputy_phone="01632 960118")
SAYS_NO = commands.LeadAnswer("no", reason="too_many", words="Three families since September.")


def ask(family: AFamily, handover_id: int, *, by: str = "north.worker") -> str:
    """The sender asks the lead who is named, with what it takes; gives the reference of the request."""
    return commands.ask_to_lead(
        someone(by),
        handover_id=handover_id,
        meetings="Every six weeks, an hour, at the school",
        hours=4,
        helper_id=queries.list_leads(team_id("fh_north"))[0].id,
    )


@pytest.fixture
def family(app: Flask, friday: datetime) -> AFamily:
    """Two children in North with Leah Dawson, assessed."""
    return _a_family()


def _a_family() -> AFamily:
    found = a_case(children=2, worker="north.worker")
    an_authorised_assessment(found)
    return found


def _proposed(family: AFamily, **changes: Any) -> int:
    """A step-down led by the school's designated lead, agreed by the sending manager."""
    number = propose_step_down(family, lead_professional_id=None, new_lead=by_name("school"), **changes)
    commands.agree_handover(someone("north.manager"), handover_id=number)
    return number


def _holding(family: AFamily) -> set[int]:
    running = sa.select(Custody.team_id).where(Custody.case_id.in_(family.case_ids), Custody.to_at.is_(None))
    return set(db.session.scalars(running))


def _asked(reference: str) -> LeadRequest:
    rows = db.session.scalars(sa.select(LeadRequest).order_by(LeadRequest.id.desc())).all()
    return next(row for row in rows if reference_of(row.id) == reference)


def test_whoever_has_a_sign_in_is_found_by_name_and_not_added_twice(family: AFamily, actor: Who) -> None:
    before = db.session.scalar(sa.select(sa.func.count()).select_from(Professional))
    number = _proposed(family)
    assert queries.get_handover(number).row.lead_id == actor("school").professional_id
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Professional)) == before


def test_the_family_moves_only_when_the_school_has_said_yes(family: AFamily, actor: Who) -> None:
    number = _proposed(family)
    with pytest.raises(OutOfOrder, match="has not been asked yet"):
        commands.accept_handover(actor("familyhelp.north"), handover_id=number)
    reference = ask(family, number)
    assert ask(family, number) == reference
    with pytest.raises(OutOfOrder, match="has not answered yet"):
        commands.accept_handover(actor("familyhelp.north"), handover_id=number)
    assert _holding(family) == {team_id("north")}
    commands.answer_to_lead(actor("school"), request_id=_asked(reference).id, answer=SAYS_YES)
    commands.accept_handover(actor("familyhelp.north"), handover_id=number)
    assert _holding(family) == {team_id("fh_north")}
    leads = sa.select(Involvement.professional_id, Involvement.role).where(
        Involvement.case_id.in_(family.case_ids), Involvement.to_at.is_(None), Involvement.leads
    )
    assert set(db.session.execute(leads).all()) == {(actor("school").professional_id, "lead_practitioner")}


@pytest.mark.parametrize("answer", [SAYS_NO, commands.LeadAnswer("not_yet", reason="not_trained")])
def test_who_does_not_say_yes_does_not_lead_and_the_sender_holds_the_family(
    family: AFamily, actor: Who, answer: commands.LeadAnswer
) -> None:
    number = _proposed(family)
    request = _asked(ask(family, number))
    commands.answer_to_lead(actor("school"), request_id=request.id, answer=answer)
    assert _holding(family) == {team_id("north")}
    assert queries.get_handover(number).row.lead_stands is False
    with pytest.raises(Invalid) as invalid:
        commands.accept_handover(actor("familyhelp.north"), handover_id=number)
    assert set(invalid.value.problems) == {"lead"}
    own = someone("familyhelp.worker").professional_id
    commands.accept_handover(actor("familyhelp.north"), handover_id=number, lead_professional_id=own)
    assert _holding(family) == {team_id("fh_north")}
    # Who said no reads no more of it.
    assert list_reach(request.id) == []


def test_asked_once_more_the_last_answer_counts(family: AFamily, actor: Who) -> None:
    number = _proposed(family)
    commands.answer_to_lead(actor("school"), request_id=_asked(ask(family, number)).id, answer=SAYS_NO)
    again = _asked(ask(family, number))
    commands.answer_to_lead(actor("school"), request_id=again.id, answer=SAYS_YES)
    assert queries.get_handover(number).row.lead_stands
    commands.accept_handover(actor("familyhelp.north"), handover_id=number)
    assert _holding(family) == {team_id("fh_north")}


def test_the_second_answer_is_told_of_the_first(family: AFamily, actor: Who) -> None:
    number = _proposed(family)
    request = _asked(ask(family, number))
    commands.write_answer_down(actor("north.worker"), handover_id=number, answer=SAYS_NO)
    with pytest.raises(Conflict, match=r"Leah Dawson answered this .*: no"):
        commands.answer_to_lead(actor("school"), request_id=request.id, answer=SAYS_YES)
    assert last_request(number) is not None and last_request(number).state == "no"  # type: ignore[union-attr]


def test_nobody_is_asked_who_must_not_see_a_child(family: AFamily, actor: Who) -> None:
    bar(f"user:{actor('school').user_id}", subject_id=family.case_id, reason="conflict of interest")
    number = _proposed(family)
    with pytest.raises(OutOfOrder, match="must not see these children"):
        ask(family, number)


def test_somebody_of_the_receiving_team_is_their_manager_s_to_ask(family: AFamily, actor: Who) -> None:
    number = propose_step_down(family)
    with pytest.raises(OutOfOrder, match="their manager asks them"):
        ask(family, number)


def test_taken_back_nobody_is_asked_any_more(family: AFamily, actor: Who) -> None:
    number = _proposed(family)
    request = _asked(ask(family, number))
    commands.withdraw_handover(actor("north.worker"), handover_id=number)
    assert list_requests(actor("school")) == []
    with pytest.raises(OutOfOrder, match="is over"):
        commands.answer_to_lead(actor("school"), request_id=request.id, answer=SAYS_YES)


def test_a_meeting_in_closed_weeks_needs_cover_before_a_yes_counts(family: AFamily, actor: Who) -> None:
    closed = AgencyClosure(
        agency_id=actor("school").agency_id,
        from_on=date(2026, 12, 19),
        until_on=date(2027, 1, 4),
        contact_name="Vic Ames",
        contact_phone="01632 960119",
        added_at=clock.now(),
        added_by_id=actor("school").user_id,
        removed_at=None,
        removed_by_id=None,
    )
    db.session.add(closed)
    db.session.flush()
    number = _proposed(family, meeting_on=date(2026, 12, 21))
    request = _asked(ask(family, number))
    with pytest.raises(Invalid) as invalid:
        commands.answer_to_lead(actor("school"), request_id=request.id, answer=SAYS_YES)
    assert set(invalid.value.problems) == {"cover", "cover_phone"}
    covered = commands.LeadAnswer("yes", "", "", "Sam Holt", "01632 960118", "Vic Ames", "01632 960119")
    commands.answer_to_lead(actor("school"), request_id=request.id, answer=covered)
    commands.accept_handover(actor("familyhelp.north"), handover_id=number)


GIVEN = {"reason": "", "deputy": "Sam", "deputy_phone": "01632 960118", "cover": "", "cover_phone": ""}


@pytest.mark.parametrize(
    ("answer", "changes", "closed", "wrong"),
    [
        ("", {}, False, {"answer"}),
        ("perhaps", {}, False, {"answer"}),
        ("no", {}, False, {"reason"}),
        ("not_yet", {}, False, {"reason"}),
        ("no", {"reason": "too_many", "deputy": ""}, True, set()),
        ("yes", {}, False, set()),
        ("yes", {"deputy": " "}, False, {"deputy"}),
        ("yes", {"deputy_phone": ""}, False, {"deputy_phone"}),
        ("yes", {}, True, {"cover", "cover_phone"}),
        ("yes", {"cover": "Vic", "cover_phone": "01632 960119"}, True, set()),
    ],
)
def test_what_an_answer_needs(answer: str, changes: dict[str, str], closed: bool, wrong: set[str]) -> None:
    assert set(check_answer_to_lead(answer, **{**GIVEN, **changes}, meeting_is_closed=closed)) == wrong


def test_the_school_reads_what_it_takes_and_says_yes(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with bare_app.app_context(), transaction():
        family = _a_family()
        handover = reference_of(_proposed(family))
    leah, sheila, school = browser("north.worker"), browser("familyhelp.north"), browser("school")
    assert "Nobody has asked you to lead." in school.get("/pathway/leading").text
    assert "has not been asked yet" in leah.get(f"/pathway/{handover}").text
    typed = {"meetings": "Every six weeks", "hours": "lots", "helper": "", "words": "You know them best."}
    wrong = leah.post(f"/pathway/{handover}/lead", data=typed)
    assert wrong.status_code == 422 and "You know them best." in wrong.text and "whole number" in wrong.text
    with bare_app.app_context():
        helper = str(queries.list_leads(team_id("fh_north"))[0].id)
    assert leah.post(f"/pathway/{handover}/lead", data={**typed, "hours": "4", "helper": helper}).status_code == 303
    listed = school.get("/pathway/leading").text
    assert "Not answered yet" in listed
    place = f"/pathway/leading/{listed.split('/pathway/leading/')[1][:11]}"
    page = school.get(place).text
    assert "about 4 hours a month" in page and "You know them best." in page and "Every six weeks" in page
    # What is handed over is not theirs to read before they lead.
    assert "ready to learn" not in page and school.get(f"/pathway/{handover}").status_code == 404
    assert sheila.get(place).status_code == leah.get(place).status_code == 404
    short = school.post(place, data={"answer": "yes", "deputy": "Sam Holt", "words": "Gladly 😀 <b>"})
    assert short.status_code == 422 and "Gladly 😀 &lt;b&gt;" in short.text
    said = school.post(place, data={"answer": "yes", "deputy": "Sam Holt", "deputy_phone": "01632 960118"})
    assert said.status_code == 303 and "Your answer" in school.get(place).text
    assert "Sam Holt stands in for them" in sheila.get(f"/pathway/{handover}").text
    assert sheila.post(f"/pathway/{handover}/answer", data={"answer": "accept"}).status_code == 303
    # Leading from a school opens what is shared with the group, not what police and health told the hub.
    assert sheila.get(f"/cases/{family.reference}").status_code == 200
    for path in (f"/cases/{family.reference}", f"/cases/{family.reference}/chronology", f"/pathway/{handover}"):
        assert school.get(path).status_code == 404, path
