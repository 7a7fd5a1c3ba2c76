"""Reading, rating, proposing, putting right: who may, in which order, and what two people at once are told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from caseapp.deadlines.models import Clock
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.errors import Conflict, Invalid, NotFound, OutOfOrder, Refused
from caseapp.kernel.events import Event
from caseapp.referrals.commands.triage import propose_decision, rate_referral, read_referral, settle_mark
from caseapp.referrals.models import Decision, InputMark, RagRating
from caseapp.referrals.queries.referral_page import get_hub_page
from tests.factories import someone
from tests.referrals.hub_world import agree, children_of, decide, propose, rate, receive, the

Browser = Callable[[str], FlaskClient]


def running(referral_id: int) -> set[str]:
    return set(
        db.session.scalars(sa.select(Clock.rule).where(Clock.subject_id == referral_id, Clock.stopped_at.is_(None)))
    )


def events() -> list[str]:
    return list(db.session.scalars(sa.select(Event.code).order_by(Event.id)))


def test_the_first_to_open_it_has_it(app: Flask, friday: datetime) -> None:
    made = receive()
    for login in ("mash.worker", "mash.manager", "mash.worker"):
        with transaction():
            read_referral(someone(login), referral_id=made.id)
    assert (the(made.id).read_by_id, the(made.id).read_at) == (someone("mash.worker").user_id, friday)
    assert events().count("referral.read") == 1
    assert "mash.first_look" not in running(made.id)


def test_a_changed_rating_keeps_the_old_one_and_starts_again_at_receipt(app: Flask, friday: datetime) -> None:
    made = receive()
    rate(made.id, "green")
    rate(made.id, "red")
    page = get_hub_page(someone("mash.worker"), made.id)
    assert [each.rating for each in page.ratings] == ["red", "green"]
    assert page.rating == "red"
    due = db.session.scalar(sa.select(Clock.due_at).where(Clock.rule == "mash.red", Clock.subject_id == made.id))
    assert due == the(made.id).received_at + timedelta(hours=4)
    assert running(made.id) & {"mash.red", "mash.amber", "mash.green"} == {"mash.red"}
    assert "referral.decision" in running(made.id)


@pytest.mark.parametrize(
    ("rating", "rationale", "fields"),
    [
        ("", "Why", {"rating"}),
        ("purple", "Why", {"rating"}),
        ("red", "", {"rationale"}),
        ("red", " \u200b\n", {"rationale"}),
        ("", "", {"rating", "rationale"}),
    ],
)
def test_a_rating_needs_its_colour_and_its_reason(app: Flask, rating: str, rationale: str, fields: set[str]) -> None:
    made = receive()
    with pytest.raises(Invalid) as error:
        rate_referral(someone("mash.worker"), referral_id=made.id, rating=rating, rationale=rationale, version=1)
    assert set(error.value.problems) == fields
    assert the(made.id).rating is None


def test_the_second_of_two_raters_reads_both_reasons(app: Flask, friday: datetime) -> None:
    made = receive()
    seen = the(made.id).version
    with transaction():
        rate_referral(someone("mash.manager"), referral_id=made.id, rating="red", rationale="A baby", version=seen)
    with pytest.raises(Conflict) as error:
        rate_referral(someone("mash.worker"), referral_id=made.id, rating="green", rationale="Calm", version=seen)
    assert str(error.value) == "Not rated: Paul Denton rated this Red today 15:30, while your page was open."
    assert (error.value.theirs.words, error.value.mine.words) == ("Red: A baby", "Green: Calm")
    db.session.rollback()
    with transaction():
        rate_referral(someone("mash.manager"), referral_id=made.id, rating="red", rationale="A baby", version=seen)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RagRating)) == 1


def test_out_of_order_is_refused_with_the_reason(app: Flask, friday: datetime) -> None:
    made, worker = receive("SAMPLE-003"), someone("mash.worker")
    outcomes = dict.fromkeys(children_of(made.id), "assessment")
    with pytest.raises(OutOfOrder, match="Rate it first"):
        propose_decision(worker, referral_id=made.id, outcomes=outcomes, reasons="a", advice="b")
    propose(made.id, "assessment")
    with pytest.raises(OutOfOrder, match="Nadia Farrow proposed a decision today 15:30"):
        propose_decision(someone("mash.manager"), referral_id=made.id, outcomes=outcomes, reasons="a", advice="b")
    agree(made.id)
    with pytest.raises(OutOfOrder, match=r"Paul Denton decided this today 15:30: Assessment by a social worker\."):
        rate_referral(worker, referral_id=made.id, rating="red", rationale="Late", version=1)
    with pytest.raises(OutOfOrder, match="There is nothing left to propose"):
        propose_decision(worker, referral_id=made.id, outcomes=outcomes, reasons="a", advice="b")


def test_sending_a_proposal_twice_makes_one(app: Flask, friday: datetime) -> None:
    made = receive("SAMPLE-003")
    assert propose(made.id, "assessment") == propose(made.id, "assessment")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Decision)) == 1
    assert events().count("decision.proposed") == 1
    assert "referral.decision" not in running(made.id)


def test_what_a_proposal_must_say(app: Flask, friday: datetime) -> None:
    made, worker = receive("SAMPLE-001"), someone("mash.worker")
    first, second = children_of(made.id)
    rate(made.id)

    def problems(outcomes: dict[int, str], **texts: str) -> dict[str, str]:
        given = {"reasons": "Why", "advice": "What", **texts}
        with pytest.raises(Invalid) as error:
            propose_decision(worker, referral_id=made.id, outcomes=outcomes, **given)
        return error.value.problems

    assert set(problems({}, reasons="", advice=" ")) == {f"outcome_{first}", f"outcome_{second}", "reasons", "advice"}
    assert problems({first: "assessment"}) == {f"outcome_{second}": "Choose a decision for Jake Marsden"}
    assert set(problems({first: "assessment", second: "prison"})) == {f"outcome_{second}"}
    assert problems({first: "open_case", second: "assessment"}) == {
        f"outcome_{first}": "Ellie Marsden has no open case to pass this to"
    }


def test_family_help_needs_a_parent_who_agrees(app: Flask, friday: datetime) -> None:
    made = receive("SAMPLE-004")
    with pytest.raises(Invalid) as error:
        propose(made.id, "family_help")
    assert "Family help needs a parent’s agreement" in str(error.value)
    db.session.rollback()
    propose(made.id, "family_help", consent_words="Chloe Fretwell, by telephone, 20 November")
    agreeing = receive("SAMPLE-003")
    propose(agreeing.id, "family_help")


def test_from_the_third_contact_no_further_action_says_what_was_weighed(app: Flask, friday: datetime) -> None:
    for sample in ("SAMPLE-001", "SAMPLE-002"):
        receive(sample)
    made = receive("SAMPLE-023")
    with pytest.raises(Invalid, match="This is one of 3 contacts in 12 months"):
        propose(made.id, "no_further_action")
    db.session.rollback()
    propose(made.id, "no_further_action", history_weighed="Three calls, each about shouting, none about harm")
    page = get_hub_page(someone("mash.manager"), made.id)
    assert page.open_proposal and page.open_proposal.history_weighed.startswith("Three calls")


def test_only_the_qualified_make_a_contact_a_referral(app: Flask, friday: datetime) -> None:
    made = receive("SAMPLE-003")
    rate(made.id)
    unqualified = replace(someone("mash.worker"), qualified=False)
    outcomes = dict.fromkeys(children_of(made.id), "strategy_discussion")
    with pytest.raises(Refused, match="social-work-qualified"):
        propose_decision(unqualified, referral_id=made.id, outcomes=outcomes, reasons="a", advice="b")
    with transaction():
        propose_decision(
            unqualified, referral_id=made.id, outcomes=dict.fromkeys(outcomes, "family_help"), reasons="a", advice="b"
        )


def test_a_mark_is_settled_once_in_words(app: Flask, friday: datetime) -> None:
    made, other = receive("SAMPLE-018"), receive("SAMPLE-019")
    mark_id = db.session.scalar(sa.select(InputMark.id).where(InputMark.referral_id == made.id)) or 0
    worker = someone("mash.worker")
    with pytest.raises(Invalid):
        settle_mark(worker, referral_id=made.id, mark_id=mark_id, words_given="  ")
    with pytest.raises(NotFound):
        settle_mark(worker, referral_id=other.id, mark_id=mark_id, words_given="1 March")
    for _ in range(2):
        with transaction():
            settle_mark(worker, referral_id=made.id, mark_id=mark_id, words_given="School rang: 1 March 2014")
    assert events().count("input_mark.settled") == 1
    with pytest.raises(OutOfOrder, match="Nadia Farrow settled this today 15:30: “School rang: 1 March 2014”"):
        settle_mark(someone("mash.manager"), referral_id=made.id, mark_id=mark_id, words_given="Other")
    assert the(made.id).document["children"][0]["date_of_birth"] == "2014-02-29"


def test_a_worker_does_it_all_by_form(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with bare_app.app_context():
        made = receive("SAMPLE-018")
        child = children_of(made.id)[0]
        mark_id = db.session.scalar(sa.select(InputMark.id).where(InputMark.referral_id == made.id))
    client, address = browser("mash.worker"), f"/referrals/{made.reference}"
    assert "Nobody has read this yet" in client.get(address).text
    with bare_app.app_context():
        assert the(made.id).read_at is None
    assert client.post(f"{address}/open").headers["Location"] == address
    page = client.get(address).text
    assert "Nobody has read this yet" not in page and "<strong>Nobody</strong> has it yet" in page
    odd = "🙂 <script>alert(1)</script> {{7*7}} =1+1 שלום " + "x" * 3000
    short = client.post(f"{address}/rate", data={"rationale": odd, "version": "1"})
    assert short.status_code == 422
    assert (
        "Choose Red, Amber or Green" in short.text
        and "&lt;script&gt;alert(1)" in short.text
        and "x" * 3000 in short.text
    )
    assert client.post(f"{address}/rate", data={"rating": "red", "rationale": odd, "version": "1"}).status_code == 303
    wrong = client.post(f"{address}/propose", data={"reasons": odd, f"outcome_{child}": "assessment"})
    assert wrong.status_code == 422 and "Write what we tell the referrer" in wrong.text and "x" * 3000 in wrong.text
    assert 'value="assessment" checked' in wrong.text
    settled = client.post(f"{address}/marks/{mark_id}", data={f"mark-{mark_id}-words": "1 March"})
    assert settled.status_code == 303
    assert client.post(f"{address}/marks/{mark_id}", data={}).status_code == 422
    proposal = {"reasons": "r", "advice": "a", f"outcome_{child}": "assessment"}
    assert client.post(f"{address}/propose", data=proposal).status_code == 303
    after = client.get(address).text
    assert "Proposed, waits for a manager" in after and "1 March" in after
    again = client.post(f"{address}/propose", data={**proposal, "reasons": "other"})
    assert again.status_code == 409 and "It waits for a manager" in again.text


def test_a_stale_rating_by_form_shows_both(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with bare_app.app_context():
        made = receive()
        rate(made.id, "red", by="mash.manager")
    stale = browser("mash.worker").post(
        f"/referrals/{made.reference}/rate", data={"rating": "green", "rationale": "Mine stands", "version": "1"}
    )
    assert stale.status_code == 409
    assert "Paul Denton rated this Red" in stale.text and "Seen so" in stale.text and "Mine stands" in stale.text
    with bare_app.app_context():
        assert the(made.id).rating == "red"


def test_times_are_as_seen_now(app: Flask, friday: datetime) -> None:
    made = receive("SAMPLE-022")
    page = get_hub_page(someone("mash.worker"), made.id)
    assert page.time_left and page.time_left.words.replace("\xa0", " ") == "2 h 30 min left"
    with clock.at(friday + timedelta(hours=3)):
        late = get_hub_page(someone("mash.worker"), made.id)
    assert late.red_due is not None


def test_what_is_left_to_do_follows_the_proposal(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    def todo(made: Any) -> dict[str, bool]:
        page = get_hub_page(someone("mash.worker"), made.id)
        return {line.words: line.done for line in page.todo if line.anchor in ("h3", "h6")}

    with bare_app.app_context():
        decide("SAMPLE-001", "assessment")
        receive("SAMPLE-001", number="second")
        third = receive("SAMPLE-001", number="third")
        assert todo(third) == {
            "A child has an open case: its worker must know": False,
            "Propose a decision": False,
        }
        propose(third.id, "open_case")
        assert todo(third) == {
            "Passed on to the worker of the open case, once a manager agrees": True,
            "Proposed": True,
        }
    shown = browser("mash.worker").get(f"/referrals/{third.reference}").text
    assert "With <strong>a manager</strong>, proposed by Nadia Farrow." in shown
    decision = browser("mash.manager").get(f"/referrals/{third.reference}/decision").text
    for words in ("What the form itself tells", "Third contact in 12 months", "safe to go home today"):
        assert words in decision, words
