"""What a manager's answer does: cases, families, tasks, bars, the message; and what stops it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import date, datetime
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from caseapp.access.models import Bar
from caseapp.access.queries import get_subject
from caseapp.cases.models import Case, Custody, Episode, Task
from caseapp.deadlines.models import Clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Conflict, Invalid, NotFound, OutOfOrder, Refused
from caseapp.kernel.events import Event, EventSubject
from caseapp.kernel.subjects import Subject
from caseapp.pathway.models import Handover
from caseapp.people.models import Family, FamilyMember, Person, PersonIdentifier, PersonName, Stay
from caseapp.referrals.commands.deciding import Answer
from caseapp.referrals.models import Decision, DecisionChild, ReferralChild
from caseapp.referrals.queries.referral_page import get_hub_page
from tests.factories import someone, team_id
from tests.referrals.hub_world import agree, answer, children_of, decide, propose, receive, the

Browser = Callable[[str], FlaskClient]


def rows(model: Any) -> list[Any]:
    return list(db.session.scalars(sa.select(model).order_by(sa.inspect(model).primary_key[0])))


def became(referral_id: int) -> list[tuple[str | None, str | None]]:
    query = sa.select(ReferralChild.outcome, ReferralChild.became).where(ReferralChild.referral_id == referral_id)
    return [tuple(row) for row in db.session.execute(query.order_by(ReferralChild.position))]


def custody() -> list[int]:
    return list(db.session.scalars(sa.select(Custody.team_id).where(Custody.to_at.is_(None)).order_by(Custody.case_id)))


def running(referral_id: int) -> set[str]:
    return set(
        db.session.scalars(sa.select(Clock.rule).where(Clock.subject_id == referral_id, Clock.stopped_at.is_(None)))
    )


def subjects_of(code: str) -> list[int]:
    query = sa.select(EventSubject.subject_id).join(Event, Event.id == EventSubject.event_id).where(Event.code == code)
    return list(db.session.scalars(query))


def test_no_further_action_is_a_contact_and_opens_nothing(app: Flask, friday: datetime) -> None:
    made = decide("SAMPLE-009", "no_further_action")
    assert became(made.id) == [("no_further_action", "contact")] * 2
    assert rows(Case) == [] and rows(Person) == []
    referral = the(made.id)
    assert (referral.state, referral.decided_at, referral.feedback) == ("decided", friday, "What we tell you")
    assert running(made.id) == {"feedback.opened"}
    assert subjects_of("feedback.given") == [made.id]


@pytest.mark.parametrize("outcome", ["assessment", "strategy_discussion"])
def test_a_referral_opens_a_case_for_each_child_in_one_family(app: Flask, friday: datetime, outcome: str) -> None:
    made = decide("SAMPLE-001", outcome)
    assert became(made.id) == [(outcome, "referral")] * 2
    cases = rows(Case)
    assert [case.level for case in cases] == [outcome] * 2
    assert custody() == [team_id("north")] * 2
    assert len({case.family_id for case in cases}) == 1 and [family.name for family in rows(Family)] == ["Marsden"]
    assert [(row.kind, row.referral_on, row.closed_on) for row in rows(Episode)] == [
        ("child_in_need", date(2026, 11, 18), None)
    ] * 2
    assert [case.received_at for case in cases] == [the(made.id).received_at] * 2
    for case in cases:
        assert {"assessment.complete", "case.allocate"} <= running(case.id)
    decided = subjects_of("decision.agreed")
    assert made.id in decided and {case.id for case in cases} <= set(decided)


def test_the_family_is_as_it_was_told(app: Flask, friday: datetime) -> None:
    decide("SAMPLE-001", "assessment")
    names = {row.person_id: f"{row.first} {row.last}" for row in rows(PersonName)}
    members = {
        names[row.person_id]: (row.role, row.relationship, row.parental_responsibility, row.adult_of_concern)
        for row in db.session.scalars(sa.select(FamilyMember))
    }
    assert members == {
        "Ellie Marsden": ("child", None, None, False),
        "Jake Marsden": ("child", None, None, False),
        "Kirsty Marsden": ("adult", "mother", True, False),
        "Lee Garner": ("adult", "mother's partner", None, True),
        "Pauline Marsden": ("adult", "grandmother", None, False),
    }
    people = {names[row.id]: row for row in rows(Person)}
    assert people["Ellie Marsden"].born_on == date(2017, 3, 9) and people["Ellie Marsden"].ethnicity == "WBRI"
    assert people["Kirsty Marsden"].phone == "07700 900112"
    stays = {names[row.person_id]: (row.line, row.postcode, row.said_by, row.said_at) for row in rows(Stay)}
    said_at = datetime.fromisoformat("2026-11-18T08:47:00+00:00")
    assert stays["Jake Marsden"] == ("14 Quarry Lane", "S63 7AQ", "Hannah Whitfield", said_at)
    assert stays["Pauline Marsden"] == ("3 Church View", "S63 7RB", "Hannah Whitfield", said_at)
    numbers = [(names[row.person_id], row.kind, row.value) for row in rows(PersonIdentifier)]
    assert numbers == [("Ellie Marsden", "upn", "Y372200417031")]


def test_family_help_stays_with_the_hub_until_it_is_taken_on(app: Flask, friday: datetime) -> None:
    made = decide("SAMPLE-001", "family_help")
    assert became(made.id) == [("family_help", "contact")] * 2
    assert custody() == [team_id("hub")] * 2
    assert [row.kind for row in rows(Episode)] == ["family_help"] * 2
    (handover,) = rows(Handover)
    assert (handover.from_team_id, handover.to_team_id) == (team_id("hub"), team_id("fh_north"))
    assert handover.agreed_by_id == someone("mash.manager").user_id
    assert handover.proposed_by_id == someone("mash.worker").user_id
    assert handover.consent == "agreed"
    assert "handover.accept" in running(handover.id)


def test_children_may_be_decided_apart(app: Flask, friday: datetime) -> None:
    made = receive("SAMPLE-001")
    propose(made.id, "assessment", "no_further_action")
    agree(made.id)
    assert became(made.id) == [("assessment", "referral"), ("no_further_action", "contact")]
    assert len(rows(Case)) == 1
    assert len([row for row in db.session.scalars(sa.select(FamilyMember)) if row.role == "child"]) == 2


def test_a_child_with_an_open_case_gets_no_second_one(app: Flask, friday: datetime) -> None:
    decide("SAMPLE-001", "assessment")
    made = receive("SAMPLE-002")
    with pytest.raises(Invalid, match="Ellie Marsden has an open case"):
        propose(made.id, "assessment")
    db.session.rollback()
    propose(made.id, "open_case")
    agree(made.id)
    assert became(made.id) == [("open_case", "note_on_open_case")] * 2
    assert len(rows(Case)) == 2
    assert [(row.kind, row.about_id) for row in rows(Task)] == [("referral_on_open_case", made.id)] * 2
    noted = subjects_of("referral.noted_on_case")
    assert {case.id for case in rows(Case)} <= set(noted) and made.id in noted
    page = get_hub_page(someone("mash.worker"), made.id)
    assert [contact.came_of_it for contact in page.contacts] == ["Assessment by a social worker"]


def test_a_case_that_opened_after_the_proposal_stops_the_decision(app: Flask, friday: datetime) -> None:
    first, second = receive("SAMPLE-001"), receive("SAMPLE-002")
    propose(first.id, "assessment")
    propose(second.id, "assessment")
    agree(first.id)
    with pytest.raises(Invalid, match="has an open case"):
        agree(second.id)
    db.session.rollback()
    assert the(second.id).state == "proposed" and len(rows(Case)) == 2


def test_who_proposed_cannot_agree(app: Flask, friday: datetime) -> None:
    made = receive("SAMPLE-003")
    propose(made.id, "assessment", by="mash.manager")
    with pytest.raises(Refused, match="You proposed this yourself"):
        agree(made.id, by="mash.manager")
    assert the(made.id).state == "proposed"


def test_nothing_proposed_nothing_to_agree(app: Flask, friday: datetime) -> None:
    made = receive("SAMPLE-003")
    with pytest.raises(OutOfOrder, match="Nobody has proposed a decision yet"):
        agree(made.id)


def test_the_second_manager_is_told_who_what_and_when(app: Flask, friday: datetime) -> None:
    made = decide("SAMPLE-003", "assessment")
    with pytest.raises(Conflict, match=r"Paul Denton decided this today 15:30: Assessment by a social worker\."):
        agree(made.id)
    assert len(rows(Case)) == 1


def test_a_changed_decision_needs_words_and_keeps_both(app: Flask, friday: datetime) -> None:
    made = receive("SAMPLE-003")
    proposal_id = propose(made.id, "assessment")
    (child,) = children_of(made.id)
    change = {"kind": "change", "outcomes": {child: "no_further_action"}, "message": "m"}
    with pytest.raises(Invalid) as error:
        answer(made.id, Answer(**change))
    assert set(error.value.problems) == {"words"}
    db.session.rollback()
    with pytest.raises(Invalid, match="Nothing is different"):
        answer(made.id, Answer(kind="change", outcomes={child: "assessment"}, words="w", message="m"))
    db.session.rollback()
    answer(made.id, Answer(**change, words="The health visitor goes on"))
    row = db.session.get(DecisionChild, (proposal_id, child))
    assert row and (row.proposed, row.decided) == ("assessment", "no_further_action")
    decision = db.session.get(Decision, proposal_id)
    assert decision and (decision.state, decision.manager_words) == ("changed", "The health visitor goes on")
    assert rows(Case) == [] and subjects_of("decision.changed") == [made.id]


def test_sent_back_with_a_question_and_proposed_anew(app: Flask, friday: datetime) -> None:
    made = receive("SAMPLE-003")
    propose(made.id, "assessment")
    with pytest.raises(Invalid, match="Write the question"):
        answer(made.id, Answer(kind="send_back", outcomes={}))
    db.session.rollback()
    answer(made.id, Answer(kind="send_back", outcomes={}, words="What does the GP say?"))
    assert the(made.id).state == "received" and rows(Case) == []
    assert running(made.id) >= {"mash.amber"}
    propose(made.id, "family_help", reasons="The GP agrees")
    agree(made.id)
    states = [proposal.state for proposal in get_hub_page(someone("mash.worker"), made.id).proposals]
    assert states == ["agreed", "sent_back"]


def test_an_address_nobody_knows_asks_a_person(app: Flask, friday: datetime) -> None:
    made = receive("SAMPLE-007")
    propose(made.id, "assessment")
    with pytest.raises(Invalid, match=r"Choose the team\. There is no whole postcode\.") as error:
        agree(made.id)
    assert set(error.value.problems) == {"team_locality"}
    db.session.rollback()
    for wrong in ("hub", "fh_south"):
        with pytest.raises(Invalid):
            agree(made.id, teams={"locality": team_id(wrong)})
        db.session.rollback()
    agree(made.id, teams={"locality": team_id("south")})
    assert custody() == [team_id("south")]


def test_a_staff_conflict_never_reaches_the_team_it_excludes(app: Flask, friday: datetime) -> None:
    made = receive("SAMPLE-025")
    propose(made.id, "assessment")
    with pytest.raises(Invalid, match="The team of this address must not see this referral"):
        agree(made.id)
    db.session.rollback()
    with pytest.raises(Invalid):
        agree(made.id, teams={"locality": team_id("central")})
    db.session.rollback()
    agree(made.id, teams={"locality": team_id("north")})
    (case,) = rows(Case)
    reference = db.session.scalar(sa.select(Subject.reference).where(Subject.id == case.id)) or ""
    assert get_subject(someone("north.manager"), reference, "case", 4).id == case.id
    for login in ("central.manager", "central.worker", "ben.oldroyd"):
        with pytest.raises(NotFound):
            get_subject(someone(login), reference, "case", 0)
        with pytest.raises(NotFound):
            get_subject(someone(login), made.reference, "referral", 0)
    on_referral = set(db.session.scalars(sa.select(Bar.principal).where(Bar.subject_id == made.id)))
    assert on_referral and on_referral == set(
        db.session.scalars(sa.select(Bar.principal).where(Bar.subject_id == case.id))
    )


def test_a_decision_by_form_and_the_next_one_opens(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with bare_app.app_context():
        first, second = receive("SAMPLE-003"), receive("SAMPLE-009")
        propose(first.id, "assessment", advice="She asked for help herself.")
        propose(second.id, "no_further_action")
        proposal = get_hub_page(someone("mash.manager"), first.id).open_proposal
        child = children_of(first.id)[0]
    assert proposal
    client, address = browser("mash.manager"), f"/referrals/{first.reference}/decision"
    page = client.get(address).text
    for part in (
        "Family help, and a joint visit with perinatal mental health.",
        "Nothing has changed.",
        "Nadia Farrow proposes",
        "What we decided for Amelia-Rose Khan-Bailey: Assessment by a social worker.",
        "She asked for help herself.",
        "Central locality, 01632 960532",
        "They know about the referral",
        "ask for it to be looked at again",
        "ring 999",
    ):
        assert part in page, part
    post = {"decision": proposal.id, "message": "Our own words", f"outcome_{child}": "assessment"}
    empty = client.post(address, data=post)
    assert empty.status_code == 422 and "Choose to agree, to change it" in empty.text and "Our own words" in empty.text
    nothing = client.post(address, data={**post, "answer": "change"})
    assert nothing.status_code == 422 and "Write why you change it" in nothing.text
    gone = client.post(address, data={**post, "answer": "agree"})
    assert gone.status_code == 303 and gone.headers["Location"].startswith(f"/referrals/{second.reference}/decision")
    assert f"{first.reference} is answered." in client.get(gone.headers["Location"]).text
    late = client.post(address, data={**post, "answer": "agree"})
    assert late.status_code == 409
    assert "Paul Denton decided this today 15:30" in late.text and "Our own words" in late.text
    assert client.get(address).headers["Location"] == f"/referrals/{first.reference}"
    shown = client.get(f"/referrals/{first.reference}").text
    assert "Our own words" in shown and "What was decided" in shown


def test_what_must_be_protected_stands_on_top_and_nothing_is_drafted_for_the_family(
    browser: Browser, bare_app: Flask, friday: datetime
) -> None:
    def protect(document: Any) -> None:
        document["protected_information"] = {"domestic_abuse": "yes", "witness": "yes"}
        document["consent"] = {
            "parent_informed": True,
            "parent_agrees": True,
            "reason_not_sought": "would_increase_risk",
        }

    with bare_app.app_context():
        made = receive("SAMPLE-003", change=protect)
        propose(made.id, "assessment")
    page = browser("mash.manager").get(f"/referrals/{made.reference}/decision").text
    assert 0 < page.index("What must be protected:") < page.index('class="strip"')
    for part in (
        "Somebody must not learn where the family is; A witness, or under police protection",
        "Do not speak with the parents about this before we have rung you.",
        "Not drafted: something is kept from the family",
        "Said both ways",
    ):
        assert part in page, part
    assert "you may talk with them" not in page and "Somebody was worried about your family" not in page
    shown = browser("mash.worker").get(f"/referrals/{made.reference}").text
    strip = shown.partition('class="strip"')[2].partition("</dl>")[0]
    assert "What must be protected" in strip and "Somebody must not learn where the family is" in strip
    assert "<strong>Told, and agree</strong>" not in strip


def test_a_message_that_still_tells_of_the_proposal_is_written_anew(
    browser: Browser, bare_app: Flask, friday: datetime
) -> None:
    with bare_app.app_context():
        made = receive("SAMPLE-003")
        proposal_id = propose(made.id, "assessment")
        child = children_of(made.id)[0]
    client, address = browser("mash.manager"), f"/referrals/{made.reference}/decision"
    text = client.get(address).text
    message = text.split('id="message"')[1].split(">", 1)[1].split("</textarea>")[0].lstrip("\n")
    post = {
        "decision": proposal_id,
        "answer": "change",
        "words": "No sign of harm",
        f"outcome_{child}": "no_further_action",
        "message": message.replace("&#39;", "'").replace("&amp;", "&"),
    }
    once = client.post(address, data=post)
    assert once.status_code == 422 and "It is written anew for your change" in once.text
    assert "We will not take this further" in once.text.split('id="message"')[1]
    again = client.post(address, data={**post, "message": "We will not take this further, because ..."})
    assert again.status_code == 303


def test_out_of_order_by_hand_made_post(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with bare_app.app_context():
        made = receive("SAMPLE-003")
    client = browser("mash.manager")
    for number in ("", "1", "x", "9" * 30):
        answer = client.post(
            f"/referrals/{made.reference}/decision", data={"decision": number, "answer": "agree", "message": "m"}
        )
        assert answer.status_code == 409 and "Nobody has proposed a decision yet" in answer.text, number


def test_a_question_goes_back_by_form(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with bare_app.app_context():
        made = receive("SAMPLE-003")
        proposal_id = propose(made.id, "assessment")
    client, address = browser("mash.manager"), f"/referrals/{made.reference}/decision"
    post = {"decision": proposal_id, "answer": "send_back", "words": "not this field", "message": "kept"}
    none = client.post(address, data=post)
    assert none.status_code == 422 and "Write the question" in none.text and "not this field" in none.text
    sent = client.post(address, data={**post, "question": "What does the GP say?"})
    assert sent.status_code == 303 and sent.headers["Location"] == "/referrals/queue?tab=to-agree"
    worker = browser("mash.worker").get(f"/referrals/{made.reference}").text
    assert "Sent back with a question" in worker and "What does the GP say?" in worker
    assert "Send to a manager to agree" in worker


def test_whoever_comes_too_late_keeps_every_word(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with bare_app.app_context():
        made = receive("SAMPLE-003")
        propose(made.id, "assessment")
        child = children_of(made.id)[0]
        agree(made.id)
    client, address = browser("mash.worker"), f"/referrals/{made.reference}"
    texts = {"reasons": "My long reasons", "advice": "My advice", f"outcome_{child}": "assessment"}
    proposed = client.post(f"{address}/propose", data=texts)
    assert proposed.status_code == 409 and "My long reasons" in proposed.text and "My advice" in proposed.text
    rated = client.post(f"{address}/rate", data={"rating": "red", "rationale": "My rationale", "version": "9"})
    assert rated.status_code == 409 and "My rationale" in rated.text and "Paul Denton decided this" in rated.text


def test_the_next_one_is_never_ones_own(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with bare_app.app_context():
        first, own = receive("SAMPLE-003"), receive("SAMPLE-009")
        proposal_id = propose(first.id, "assessment")
        propose(own.id, "no_further_action", by="mash.manager")
    client = browser("mash.manager")
    post = {"decision": proposal_id, "answer": "agree", "message": "m"}
    gone = client.post(f"/referrals/{first.reference}/decision", data=post)
    assert gone.headers["Location"] == "/referrals/queue?tab=to-agree"
    blocked = client.get(f"/referrals/{own.reference}/decision").text
    assert "You proposed this yourself" in blocked and "Send my answer" not in blocked
    assert (
        client.post(f"/referrals/{own.reference}/decision", data={"answer": "agree", "message": "m"}).status_code >= 400
    )


def test_two_managers_at_the_same_instant_make_one_decision(
    browser: Browser, bare_app: Flask, friday: datetime
) -> None:
    with bare_app.app_context():
        made = receive("SAMPLE-001")
        proposal_id = propose(made.id, "assessment")
    clients = [browser("mash.manager") for _ in range(2)]
    start = Barrier(2)

    def press(client: FlaskClient) -> int:
        start.wait()
        post = {"decision": proposal_id, "answer": "agree", "message": "m"}
        return client.post(f"/referrals/{made.reference}/decision", data=post).status_code

    with ThreadPoolExecutor(2) as pool:
        pressed = [pool.submit(copy_context().run, press, client) for client in clients]
        assert sorted(each.result() for each in pressed) == [303, 409]
    with bare_app.app_context():
        assert len(rows(Case)) == 2 and len(rows(Family)) == 1
        assert subjects_of("feedback.given") == [made.id]
