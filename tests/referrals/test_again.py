"""After the answer (practice 4, 6, 29): looking again, calls about unopened outcomes, closed weeks, who shares what."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from caseapp.access.domain import DESK, Actor
from caseapp.accounts import commands as accounts
from caseapp.accounts.commands.desks import add_closed_weeks, add_deputy, remove_closed_weeks, remove_deputy
from caseapp.accounts.queries.desks import closed_on, list_desk_people
from caseapp.deadlines.queries import clocks_of
from caseapp.demo.organisation import PASSWORD
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.errors import Conflict, Invalid, NotFound, OutOfOrder, Refused
from caseapp.kernel.events import Event
from caseapp.referrals.commands.after import add_to_referral
from caseapp.referrals.commands.again import answer_again, ask_again, note_call, still_disagree
from caseapp.referrals.commands.drafts import see_feedback
from caseapp.referrals.commands.receive import Received
from caseapp.referrals.models import Decision, LookAgain
from caseapp.referrals.queries import counts
from caseapp.referrals.queries.after import list_asked_again, list_to_ring
from caseapp.referrals.queries.counts import count_queue
from caseapp.referrals.queries.hub import list_queue
from caseapp.referrals.queries.own import get_receipt, list_own
from caseapp.referrals.queries.referral_page import get_hub_page
from tests.conftest import sign_in
from tests.factories import someone
from tests.helpers.statements import count_statements
from tests.referrals.hub_world import agree, propose, the
from tests.referrals.test_after import from_school

Browser = Callable[[str], FlaskClient]
FRIDAY = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)


def desk() -> int:
    """Wath Primary's desk."""
    return someone("school").teams(DESK)[0].team_id


def a_colleague(login: str, name: str, *, role: str = "referrer", key: str = "school") -> int:
    """Somebody else at the desk of `key`; gives the user."""
    lead = someone(key)
    person = accounts.add_professional(
        agency_id=lead.agency_id,
        team_id=lead.teams(DESK)[0].team_id,
        name=name,
        title="Teacher",
        phone="01632 960114",
        qualified=False,
    )
    user = accounts.add_user(None, professional_id=person, email=f"{login}@demo.example", password=PASSWORD)
    accounts.add_membership(user_id=user, team_id=lead.teams(DESK)[0].team_id, role=role, from_on=date(2026, 1, 5))
    return user


def alone() -> None:
    """Paul Denton is the only hub manager."""
    with transaction():
        accounts.disable_user(someone("admin"), someone("mash.manager2").user_id)


def answered(outcome: str = "no_further_action", **changes: Any) -> Received:
    """A referral of the school, decided by Paul Denton."""
    made = from_school(**changes)
    propose(made.id, outcome)
    agree(made.id)
    return made


def ask(referral_id: int, not_weighed: str = "The father is back", wants: str = "A visit") -> int:
    with transaction():
        return ask_again(someone("school"), referral_id=referral_id, not_weighed=not_weighed, wants=wants)


def reply(referral_id: int, answer: str, *, by: str = "mash.manager2", words: str = "We weighed it") -> None:
    with transaction():
        answer_again(someone(by), referral_id=referral_id, answer=answer, words=words)


# Looked at again


def test_another_manager_answers_and_the_decision_stands(app: Flask, friday: datetime) -> None:
    made = answered()
    assert ask(made.id) == ask(made.id)
    running = {view.rule.key: view for view in clocks_of([made.id])[made.id]}
    assert running["disagreement.answer"].due_on == date(2026, 11, 23)
    assert not running["disagreement.answer"].rule.verified
    assert [(row.reference, row.mine) for row in list_asked_again(someone("mash.manager"))] == [(made.reference, True)]
    with pytest.raises(Refused, match="Yasmin Akhtar"):
        reply(made.id, "stands", by="mash.manager")
    reply(made.id, "stands")
    receipt = get_receipt(someone("school"), made.id)
    assert receipt.asked and (receipt.asked.answer, receipt.asked.anew, receipt.asked.alone) == (
        "We weighed it", False, False,
    )  # fmt: skip
    assert receipt.row.unopened and the(made.id).state == "decided"
    assert count_queue(someone("mash.manager")).asked_again == 0
    with pytest.raises(Conflict, match="Yasmin Akhtar answered this") as late:
        reply(made.id, "anew", words="Mine")
    assert late.value.theirs and late.value.mine and late.value.mine.words == "Mine"


def test_alone_the_same_manager_answers_and_it_is_marked(app: Flask, friday: datetime) -> None:
    alone()
    made = answered()
    ask(made.id)
    reply(made.id, "stands", by="mash.manager")
    receipt = get_receipt(someone("school"), made.id)
    assert receipt.asked and receipt.asked.alone


def test_decided_anew_it_goes_back_and_the_history_stays(app: Flask, friday: datetime) -> None:
    made = answered()
    ask(made.id)
    reply(made.id, "anew")
    row = list_queue(someone("mash.worker"), "to-decide").rows[0]
    assert (row.reference, row.unread) == (made.reference, True)
    assert row.news.startswith("To be decided again, since a manager looked at it again at 15:30")
    receipt = get_receipt(someone("school"), made.id)
    assert receipt.row.decided_at is None and receipt.row.outcomes == []
    assert receipt.asked and receipt.asked.told_before == "What we tell you"
    propose(made.id, "assessment")
    agree(made.id)
    states = db.session.scalars(sa.select(Decision.state).where(Decision.referral_id == made.id)).all()
    assert states == ["agreed", "agreed"]
    assert get_receipt(someone("school"), made.id).row.outcomes == [("", "Assessment by a social worker")]


def test_what_became_a_case_is_changed_there(app: Flask, friday: datetime) -> None:
    made = answered("assessment", sample="SAMPLE-001")
    ask(made.id)
    with pytest.raises(Invalid, match="A case came of this decision"):
        reply(made.id, "anew")
    assert the(made.id).state == "decided"


@pytest.mark.parametrize(
    ("not_weighed", "wants", "fields"),
    [("", "A visit", {"not_weighed"}), ("He is back", " ", {"wants"}), ("", "", {"not_weighed", "wants"})],
)
def test_a_request_says_what_and_why(
    app: Flask, friday: datetime, not_weighed: str, wants: str, fields: set[str]
) -> None:
    made = answered()
    with pytest.raises(Invalid) as refused:
        ask(made.id, not_weighed, wants)
    assert set(refused.value.problems) == fields


def test_out_of_order_is_refused(app: Flask, friday: datetime) -> None:
    waiting = from_school()
    with pytest.raises(OutOfOrder, match="Nothing is decided yet"):
        ask(waiting.id)
    with pytest.raises(OutOfOrder, match="Nobody has asked"):
        reply(waiting.id, "stands")
    made = answered(sample="SAMPLE-005")
    with pytest.raises(OutOfOrder, match="Nobody has looked"), transaction():
        still_disagree(someone("school"), referral_id=made.id, words="No")
    ask(made.id)
    with pytest.raises(OutOfOrder, match="has asked for this already"):
        ask(made.id, "Something else")
    reply(made.id, "stands")
    for _twice in range(2):
        with transaction():
            still_disagree(someone("school"), referral_id=made.id, words="He is in the house")
    assert db.session.scalars(sa.select(LookAgain.disagrees)).all() == ["He is in the house"]


# To ring


@pytest.mark.parametrize(
    ("decided", "looked", "listed"),
    [
        # Friday's outcome may be opened all Monday.
        ("2026-11-20T15:30", "2026-11-23T16:00", False),
        ("2026-11-20T15:30", "2026-11-24T08:00", True),
        ("2026-11-18T09:00", "2026-11-19T17:00", False),
        ("2026-11-18T09:00", "2026-11-20T00:30", True),
        # Christmas Day is a Friday, and Monday is kept for Boxing Day.
        ("2026-12-24T12:00", "2026-12-29T12:00", False),
        ("2026-12-24T12:00", "2026-12-30T09:00", True),
    ],
)
def test_an_outcome_nobody_opened_in_a_working_day_is_rung_about(
    app: Flask, decided: str, looked: str, listed: bool
) -> None:
    with clock.at(datetime.fromisoformat(decided).replace(tzinfo=UTC)):
        made = answered()
    with clock.at(datetime.fromisoformat(looked).replace(tzinfo=UTC)):
        rows, more = list_to_ring(someone("mash.worker"))
        assert ([row.reference for row in rows] == [made.reference]) is listed and more is None
        assert count_queue(someone("mash.worker")).to_ring == listed


def test_the_queue_says_how_many_wait_beside_its_tabs(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with clock.at(FRIDAY - timedelta(days=4)):
        made = [answered(sample=sample) for sample in ("SAMPLE-001", "SAMPLE-005", "SAMPLE-008")]
    with clock.at(FRIDAY):
        # Whoever asks has read it.
        ask(made[0].id)
        manager, worker = sign_in(app, "mash.manager"), sign_in(app, "mash.worker")
        page = manager.get("/referrals/queue").text
        assert "To ring (2)" in page and "Asked to look again (1)" in page
        assert "Asked to look again" not in worker.get("/referrals/queue").text
        # What nobody counts to its end is not said to be counted.
        for place in ("queries.counts", "routes.queue"):
            monkeypatch.setattr(f"caseapp.referrals.{place}.COUNTED_TO", 2)
        counts._counts_statement.cache_clear()
        assert "To ring (2 or more)" in manager.get("/referrals/queue").text
    counts._counts_statement.cache_clear()


def test_opening_it_or_a_call_takes_it_off(app: Flask) -> None:
    with clock.at(FRIDAY - timedelta(days=4)):
        opened, rung = answered(), answered(sample="SAMPLE-005")
    with clock.at(FRIDAY):
        assert len(list_to_ring(someone("mash.worker"))[0]) == 2
        with transaction():
            see_feedback(someone("school"), referral_id=opened.id)
        with pytest.raises(Invalid) as refused, transaction():
            note_call(someone("mash.worker"), referral_id=rung.id, spoke_to=" ", said="")
        assert set(refused.value.problems) == {"spoke_to", "said"}
        for _twice in range(2):
            with transaction():
                note_call(someone("mash.worker"), referral_id=rung.id, spoke_to="Hannah", said="She will read it")
        assert list_to_ring(someone("mash.worker"))[0] == []
        assert db.session.scalar(sa.select(sa.func.count()).where(Event.code == "feedback.rang")) == 1


def test_a_closed_school_is_rung_at_once_at_its_holiday_number(app: Flask, friday: datetime) -> None:
    made = answered(agency="Wath Primary School")
    assert list_to_ring(someone("mash.worker"))[0] == [] and count_queue(someone("mash.worker")).to_ring == 0
    with transaction():
        weeks(date(2026, 11, 20), date(2026, 11, 27))
    row = list_to_ring(someone("mash.worker"))[0][0]
    assert count_queue(someone("mash.worker")).to_ring == 1
    words = "Closed until Fri 27 Nov 2026; holiday contact: Mo Hart, 01632 960999"
    assert (row.reference, row.closed) == (made.reference, words)
    assert get_hub_page(someone("mash.worker"), made.id).after.closed == words


def weeks(from_on: date, until_on: date, *, by: str = "school", team_id: int | None = None) -> None:
    add_closed_weeks(
        someone(by),
        team_id=team_id or desk(),
        from_on=from_on,
        until_on=until_on,
        contact_name="Mo Hart",
        contact_phone="01632 960999",
    )


def test_closed_weeks_are_kept_once_and_taken_back_by_their_own_lead(app: Flask, friday: datetime) -> None:
    for _twice in range(2):
        with transaction():
            weeks(date(2026, 11, 16), date(2026, 11, 27))
    closed = closed_on(date(2026, 11, 27))
    assert len(closed) == 1 and closed_on(date(2026, 11, 28)) == {}
    with pytest.raises(Invalid), transaction():
        weeks(date(2026, 12, 3), date(2026, 12, 1))
    with pytest.raises(NotFound), transaction():
        weeks(date(2026, 12, 3), date(2026, 12, 4), by="police", team_id=desk())
    closure_id = next(iter(closed.values())).id
    with transaction():
        remove_closed_weeks(someone("school"), team_id=desk(), closure_id=closure_id)
    assert closed_on(date(2026, 11, 27)) == {}


# Who shares what


def lists(actor: Actor) -> list[str]:
    return [row.reference for row in list_own(actor).rows]


def test_the_group_shares_referrals_and_a_deputy_comes_and_goes(app: Flask, friday: datetime) -> None:
    with transaction():
        tom = a_colleague("tom", "Tom Birch")
    made = from_school()
    assert lists(someone("tom")) == []
    with transaction():
        add_deputy(someone("school"), team_id=desk(), user_id=tom)
    deputy = someone("tom")
    assert lists(deputy) == [made.reference] and list_own(deputy, mine=True).rows == []
    leads = {row.name: row.leads for row in list_desk_people(desk()) if row.role}
    assert leads["Hannah Whitfield"] and not leads["Tom Birch"]
    with pytest.raises(NotFound), transaction():
        add_deputy(deputy, team_id=desk(), user_id=tom)
    with transaction():
        remove_deputy(someone("school"), team_id=desk(), user_id=tom)
    assert [row.role for row in list_desk_people(desk()) if row.user_id == tom] == [None]
    codes = db.session.scalars(sa.select(Event.code).where(Event.code.like("user.deputy%")).order_by(Event.id)).all()
    assert codes == ["user.deputy_added", "user.deputy_removed"]


def test_what_is_about_their_own_staff_stays_with_its_author(bare_app: Flask, friday: datetime) -> None:
    """An allegation against the lead must never reach the lead: nor by list, page, addition or request."""
    with bare_app.app_context(), transaction():
        a_colleague("tom", "Tom Birch")
        a_colleague("una", "Una Reid", role="deputy_lead")
    with bare_app.app_context():
        made = from_school(by="tom", referrer={"name": "Tom Birch", "about_own_staff": True})
    paths = ("receipt", "add", "in-error", "look-again")
    for login in ("school", "una", "police"):
        client = sign_in(bare_app, login)
        assert made.reference not in client.get("/referrals/").text
        for path in paths:
            assert client.get(f"/referrals/{made.reference}/{path}").status_code == 404, (login, path)
        for path in ("add", "in-error", "look-again", "look-again/disagree"):
            sent = {"words": "x", "why": "x", "not_weighed": "x", "wants": "x", "disagrees": "x"}
            assert client.post(f"/referrals/{made.reference}/{path}", data=sent).status_code == 404, (login, path)
    author = sign_in(bare_app, "tom").get(f"/referrals/{made.reference}/receipt")
    assert author.status_code == 200 and "Only you see this" in author.text


def test_another_agencys_lead_reaches_nothing_of_ours(bare_app: Flask, friday: datetime) -> None:
    with bare_app.app_context(), transaction():
        a_colleague("lead.two", "Vi Long", role="safeguarding_lead", key="health")
        tom = a_colleague("tom", "Tom Birch")
        weeks(date(2026, 11, 20), date(2026, 11, 27))
    with bare_app.app_context():
        made = from_school()
    theirs = sign_in(bare_app, "lead.two")
    assert made.reference not in theirs.get("/referrals/").text
    assert theirs.get(f"/referrals/{made.reference}/receipt").status_code == 404
    shown = theirs.get("/referrals/group").text
    assert "Hannah" not in shown and "Mo Hart" not in shown
    # Neither our deputy nor our closed weeks are theirs to end, and our colleague is not theirs to add.
    assert theirs.post("/referrals/group/deputies", data={"user": str(tom)}).status_code == 422
    assert theirs.post("/referrals/group/closed", data={"end": "1"}).status_code == 404


# Requirement 4: nothing leaks


@pytest.mark.once("sqlite")
def test_a_referrer_reads_the_same_whether_or_not_the_child_is_known(bare_app: Flask, friday: datetime) -> None:
    """The same child's name is known to nobody, known with an open case, and kept from a team: same words."""
    with bare_app.app_context():
        known = from_school(by="police", sample="SAMPLE-001")
        propose(known.id, "assessment")
        agree(known.id)
        told = {
            "unknown": from_school(sample="SAMPLE-001", children=[child("Nobody", "Known")]),
            "known": from_school(sample="SAMPLE-001"),
            "restricted": from_school(
                sample="SAMPLE-001", restriction={"exclude_team": "North locality", "reason": "staff_conflict"}
            ),
        }
    client = sign_in(bare_app, "school")
    pages = {kind: client.get(f"/referrals/{made.reference}/receipt").text for kind, made in told.items()}
    words = {kind: before_told(text, told[kind].reference) for kind, text in pages.items()}
    assert words["unknown"] == words["known"] == words["restricted"]
    assert known.reference not in client.get("/referrals/").text
    assert client.get(f"/referrals/{known.reference}/receipt").status_code == 404


def child(first: str, last: str) -> dict[str, Any]:
    return {"first_name": first, "last_name": last, "date_of_birth": "2017-03-09", "sex": "F"}


def before_told(text: str, reference: str) -> str:
    """What the receipt says apart from what its sender wrote: names stand in one line, the rest is ours."""
    ours = text.partition("<h2>What you told us</h2>")[0].replace(reference, "R")
    ours = re.sub(r'<bdi>.*?</bdi>|nonce="[^"]+"|value="[^"]{20,}"|content="[^"]{20,}"', "", ours)
    return re.sub(r"\s+", " ", ours[ours.index("<main") :])


def test_the_pages_cost_few_statements(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    school, manager, costs = browser("school"), browser("mash.manager"), []
    with bare_app.app_context():
        made = answered()
        ask(made.id)
    for number in (1, 9):
        with bare_app.app_context(), transaction():
            for each in range(number):
                add_to_referral(someone("school"), referral_id=made.id, words="More", once_key=f"{number}-{each}")
            weeks(date(2026, 11, 20), date(2026, 11, 20 + number))
        for client, path in (
            (school, f"/referrals/{made.reference}/receipt"),
            (school, "/referrals/group"),
            (manager, "/referrals/to-ring"),
            (manager, "/referrals/asked-again"),
            (manager, f"/referrals/{made.reference}"),
        ):
            with count_statements(bare_app) as found:
                assert client.get(path).status_code == 200
            costs.append((path, len(found)))
    half = len(costs) // 2
    assert costs[:half] == costs[half:]
    assert max(cost for _path, cost in costs) <= 8, costs
