"""A school writes a referral without a script, from the start page to the receipt, and reads what became of it."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from caseapp.accounts import commands as accounts
from caseapp.accounts.queries import find_team, list_professionals
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.events import Event
from caseapp.kernel.subjects import Subject
from caseapp.referrals.commands import receive_referral
from caseapp.referrals.models import Referral, ReferralChild
from tests.conftest import sign_in
from tests.factories import someone
from tests.helpers.statements import count_statements

from .domain_cases import sample
from .own_browser import ONE_CHILD, fill, send_one, start, url

Browser = Callable[[str], FlaskClient]
NO_DATE = dict.fromkeys(("date_of_birth-day", "date_of_birth-month", "date_of_birth-year"), "")
NOON = datetime(2026, 11, 19, 12, 0, tzinfo=UTC)


def document_of(app: Flask, reference: str) -> Any:
    """The document that was kept."""
    with app.app_context():
        query = sa.select(Referral.document).join(Subject, Subject.id == Referral.id)
        return db.session.scalars(query.where(Subject.reference == reference)).one()


def decide(app: Flask, reference: str, outcome: str, words: str = "") -> None:
    """Put an outcome on a referral, as the hub's decision leaves it."""
    with app.app_context(), transaction():
        row = db.session.scalars(
            sa.select(Referral).join(Subject, Subject.id == Referral.id).where(Subject.reference == reference)
        ).one()
        row.decided_at, row.state, row.feedback = clock.now(), "decided", words
        db.session.execute(sa.update(ReferralChild).where(ReferralChild.referral_id == row.id).values(outcome=outcome))


def same_page(text: str) -> str:
    """A page without what differs each time: nonce and token."""
    return re.sub(r'(nonce|value)="[^"]*"', "", text)


# From the first page to the receipt


def test_one_child_takes_ten_pages_and_leads_to_a_receipt(browser: Browser, friday: datetime) -> None:
    school = browser("school")
    reference = send_one(school)
    receipt = school.get(f"/referrals/{reference}/receipt")
    assert receipt.status_code == 200
    for shown in (reference, "Ellie Marsden", "Decided by the end of Mon 23 Nov 2026", "She slept in her coat."):
        assert shown in receipt.text
    assert len(ONE_CHILD) <= 14


def test_what_was_answered_is_what_the_hub_gets(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    told = document_of(bare_app, send_one(browser("school")))
    assert told["agency"] == "Wath Primary School"
    assert told["source_code"] == "2A"
    assert told["referrer"] == {
        "name": "Hannah Whitfield",
        "role": "Designated safeguarding lead",
        "phone": "01632 960114",
        "email": "school@demo.example",
        "safeguarding_lead_told": True,
    }
    assert told["children"] == [
        {
            "first_name": "Ellie",
            "last_name": "Marsden",
            "date_of_birth": "2017-03-09",
            "sex": "F",
            "address": {"line1": "14 Quarry Lane", "postcode": "S63 7AQ"},
        }
    ]
    assert told["now"] == {"where": "school", "safe_to_go_home": "dont_know"}
    assert told["household"] == [{"name": "Kirsty Marsden", "relationship": "mother"}]
    assert told["consent"] == {"parent_informed": True, "parent_agrees": True}
    assert told["concern"] == {
        "immediate_danger": False,
        "categories": ["neglect"],
        "what_happened": "She slept in her coat.",
        "how_known": "child_told",
        "safety_scale": 4,
    }


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (
            {**NO_DATE, "first_name": "", "last_name": "Petrova", "born": "unborn", "sex": "",
             "expected_date_of_birth-day": "14", "expected_date_of_birth-month": "feb",
             "expected_date_of_birth-year": "2027"},
            {"first_name": "Unborn", "expected_date_of_birth": "2027-02-14", "sex": "U", "date_of_birth": None},
        ),
        ({"born": "estimated"}, {"date_of_birth": "2017-03-09", "dob_estimated": True}),
        (
            {**NO_DATE, "first_name": "", "last_name": "", "description": "Boy with a red bike", "born": "unknown",
             "approximate_age": "7"},
            {"description": "Boy with a red bike", "approximate_age": 7, "date_of_birth": None},
        ),
        ({"protected": "yes"}, {"address": {"line1": "14 Quarry Lane", "postcode": "S63 7AQ", "protected": True}}),
    ],
    ids=["not born yet", "a guess", "only described", "secret address"],
)  # fmt: skip
def test_a_child_is_told_of_as_far_as_it_is_known(
    browser: Browser, bare_app: Flask, friday: datetime, typed: dict[str, str], told: dict[str, Any]
) -> None:
    child = document_of(bare_app, send_one(browser("school"), {"child-1": typed}))["children"][0]
    assert {key: child[key] for key in told} == told


def test_a_brother_and_a_second_adult_are_added_without_a_script(
    browser: Browser, bare_app: Flask, friday: datetime
) -> None:
    school = browser("school")
    draft = start(school)
    for page in ("danger", "me", "child-1"):
        fill(school, draft, page, ONE_CHILD[page])
    answer = fill(school, draft, "children", {}, add="child")
    assert answer.headers["Location"].endswith("/child-2")
    fill(school, draft, "child-2", {"first_name": "Jake", "last_name": "Marsden", "address_same": "yes"})
    fill(school, draft, "now", ONE_CHILD["now"])
    added = fill(school, draft, "household", {"person-1-name": "Kirsty"}, add_person="1")
    assert added.headers["Location"].endswith("/household#person-2")
    fill(school, draft, "household", {"person-2-name": "Lee", "person-2-adult_of_concern": "yes"}, add_person="1")
    fill(school, draft, "household", {"person-3-name": "Nobody"})
    fill(school, draft, "household", {}, remove_person="3")
    for page in ("household", "consent", "concern", "strengths"):
        fill(school, draft, page, ONE_CHILD[page] if page != "household" else {})
    checked = school.get(url(draft, "check"))
    assert "Same address as the first child" in checked.text and "Nobody" not in checked.text
    sent = fill(school, draft, "check", {})
    told = document_of(bare_app, sent.headers["Location"].split("/")[2])
    assert [child["first_name"] for child in told["children"]] == ["Ellie", "Jake"]
    assert told["children"][1]["address"]["postcode"] == "S63 7AQ"
    assert told["household"] == [{"name": "Kirsty"}, {"name": "Lee", "adult_of_concern": True}]


def test_the_check_page_says_what_stops_sending_and_what_does_not(browser: Browser, friday: datetime) -> None:
    school = browser("school")
    draft = start(school)
    for shown in (school.get(url(draft, "check")), school.post(url(draft, "check"), data={"version": "1"})):
        for needed in (
            "Give the child’s name, or describe the child",
            "Say where the child is now",
            "Say if it is safe to go home today",
            "Say that a parent was told, or why not",
            "Tell us what worries you",
        ):
            assert needed in shown.text
        assert "Give your name" not in shown.text
        assert f"{url(draft, 'now')}?then=check#where" in shown.text
        assert "You can send without it" in shown.text
    assert shown.status_code == 422


def test_a_change_from_the_check_page_leads_back_to_it(browser: Browser, friday: datetime) -> None:
    school = browser("school")
    draft = start(school)
    shown = school.get(f"{url(draft, 'me')}?then=check")
    assert f'action="{url(draft, "me")}?then=check"' in shown.text
    answer = school.post(
        f"{url(draft, 'me')}?then=check", data={"name": "Hannah", "phone": "01632 960114", "version": "1"}
    )
    assert answer.headers["Location"] == url(draft, "check")


def test_danger_now_rings_999_on_every_page_that_follows(browser: Browser, friday: datetime) -> None:
    school = browser("school")
    draft = start(school)
    assert "In danger now?" in school.get(url(draft, "me")).text
    fill(school, draft, "danger", {"immediate_danger": "yes"})
    shown = school.get(url(draft, "me")).text
    assert "You said: in danger now" in shown and "01632 960500" in shown


# The receipt and the outcome


def test_the_receipt_says_who_read_it_and_how_to_ring_them(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    school = browser("school")
    reference = send_one(school)
    assert "You see here when, and who" in school.get(f"/referrals/{reference}/receipt").text
    with bare_app.app_context(), transaction():
        reader = someone("mash.worker")
        db.session.execute(sa.update(Referral).values(read_at=clock.now(), read_by_id=reader.user_id))
    shown = school.get(f"/referrals/{reference}/receipt").text
    assert "by Nadia Farrow in the hub, 01632 960500" in shown


@pytest.mark.parametrize(
    "changes",
    [
        {"danger": {"immediate_danger": "yes"}},
        {"now": {"where": "school", "safe_to_go_home": "no"}},
    ],
)
def test_a_receipt_of_danger_says_first_what_happens_now(
    browser: Browser, bare_app: Flask, friday: datetime, changes: dict[str, Any]
) -> None:
    school = browser("school")
    address = f"/referrals/{send_one(school, changes)}/receipt"
    shown = school.get(address).text
    now, then = shown.index("The hub treats this as Red until it is read:"), shown.index("What happens next")
    assert "4 hours from today 15:30, so by <strong>today 19:30</strong>" in shown[now:then]
    assert "If it gets worse ring <strong>999</strong>, then the hub on" in shown[now:then]
    assert "Why by then</summary>" in shown[then:] and "Keep the child’s day as usual" not in shown
    with bare_app.app_context(), transaction():
        db.session.execute(sa.update(Referral).values(read_at=clock.now(), read_by_id=someone("mash.worker").user_id))
    read = school.get(address).text
    assert "The hub has read it." in read and "as Red" not in read and "as usual" not in read


def test_the_receipt_speaks_to_who_sent_it(browser: Browser, friday: datetime) -> None:
    school = browser("school")
    household = {**ONE_CHILD["household"], "person-1-adult_of_concern": "yes"}
    shown = school.get(f"/referrals/{send_one(school, {'household': household})}/receipt").text
    assert "You worry about this adult" in shown and "The referrer worries" not in shown
    assert "What happens now" not in shown and "Keep the child’s day as usual" in shown


@pytest.mark.parametrize(
    ("hours", "said"),
    [(0, False), (0.5, True), (24, True), (72 - 6, False)],
    ids=["friday-15:30", "friday-16:00", "saturday", "monday-9:30"],
)
def test_before_school_ends_is_said_only_while_there_is_school(
    browser: Browser, friday: datetime, hours: float, said: bool
) -> None:
    with clock.at(friday + timedelta(hours=hours)):
        school = browser("school")
        now = {**ONE_CHILD["now"], "answer_needed": "before_school_ends"}
        shown = school.get(f"/referrals/{send_one(school, {'now': now})}/receipt").text
    assert ("As soon as we can" in shown) is said and ("Before school ends today" in shown) is not said
    assert ("You need an answer by" in shown) is not said


def test_a_decision_that_is_late_is_said_to_be_late(browser: Browser, friday: datetime) -> None:
    reference = send_one(browser("school"))
    for days, late in ((3, False), (4, True)):
        with clock.at(friday + timedelta(days=days)):
            shown = browser("school").get(f"/referrals/{reference}/receipt").text
            assert ("Not decided yet, and it is late." in shown) is late
            assert "rating" not in shown


def test_an_answer_needed_by_a_time_and_what_to_do_without_one(
    browser: Browser, bare_app: Flask, friday: datetime
) -> None:
    school = browser("school")
    reference = send_one(school)
    with bare_app.app_context(), transaction():
        db.session.execute(sa.update(Referral).values(answer_needed_at=clock.now()))
    shown = school.get(f"/referrals/{reference}/receipt").text
    assert "You need an answer by <strong>today 15:30</strong>: if you have none by then, ring" in shown
    decide(bare_app, reference, "no_further_action", "Thank you.")
    decided = school.get(f"/referrals/{reference}/receipt").text
    assert "You need an answer by" not in decided and "What you do meanwhile" not in decided
    assert "<h1>We have decided</h1>" in decided and "<h1>We have your referral</h1>" in shown


def test_the_outcome_is_new_until_its_reader_says_so(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    school = browser("school")
    reference = send_one(school)
    early = school.post(f"/referrals/{reference}/seen")
    assert (early.status_code, "Nothing has been decided yet" in early.text) == (409, True)
    decide(bare_app, reference, "no_further_action", "Please keep an eye on her.\nRing Nadia.")
    for _look in range(2):
        assert ">New<" in school.get("/referrals/").text
        shown = school.get(f"/referrals/{reference}/receipt").text
    assert "We will not take this further" in shown and "Please keep an eye on her." in shown
    for _press in range(2):
        assert school.post(f"/referrals/{reference}/seen").status_code == 303
    assert ">New<" not in school.get("/referrals/").text
    assert "You told us that you read this" in school.get(f"/referrals/{reference}/receipt").text
    with bare_app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).where(Event.code == "feedback.seen")) == 1


def test_siblings_with_different_outcomes_are_told_apart(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with bare_app.app_context(), transaction():
        made = receive_referral(someone("school"), document=sample(1), received_at=clock.now(), mode="form")
    decide(bare_app, made.reference, "assessment")
    with bare_app.app_context(), transaction():
        jake = sa.update(ReferralChild).where(ReferralChild.first_name == "Jake")
        db.session.execute(jake.values(outcome="family_help"))
    shown = browser("school").get("/referrals/").text
    assert "<bdi>Ellie Marsden</bdi>: Assessment by a social worker" in shown
    assert "<bdi>Jake Marsden</bdi>: Family help" in shown


# Who sees what


def test_a_colleague_sends_and_the_desks_lead_follows(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with bare_app.app_context(), transaction():
        desk = find_team(key="wath_desk")
        assert desk
        agency_id = someone("school").agency_id
        person = accounts.add_professional(
            agency_id=agency_id,
            team_id=desk.id,
            name="Tom Birch",
            title="Teacher",
            phone="01632 960114",
            qualified=False,
        )
        user = accounts.add_user(
            None, professional_id=person, email="tom@demo.example", password="a long password indeed"
        )
        accounts.add_membership(user_id=user, team_id=desk.id, role="referrer", from_on=date(2026, 1, 5))
        assert list_professionals(team_id=desk.id)
    tom, lead = sign_in(bare_app, "tom"), browser("school")
    his, hers = send_one(tom), send_one(lead)
    assert his in lead.get("/referrals/").text and "by Tom Birch" in lead.get("/referrals/").text
    assert hers not in tom.get("/referrals/").text
    assert tom.get(f"/referrals/{hers}/receipt").status_code == 404
    followed = lead.get(f"/referrals/{his}/receipt").text
    assert "received" in followed and "She slept in her coat." in followed


def test_nothing_of_another_agency_leaks(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    police, school = browser("police"), browser("school")
    theirs = send_one(police, {"concern": {"what_happened": "Called to the house at night."}})
    mine = send_one(school)
    for page in ("/referrals/", f"/referrals/{mine}/receipt", "/referrals/new"):
        shown = school.get(page).text
        for leak in (theirs, "Oakes", "South Yorkshire Police", "Called to the house"):
            assert leak not in shown
    foreign, random = (school.get(f"/referrals/{ref}/receipt") for ref in (theirs, "R-0000-0000"))
    assert foreign.status_code == random.status_code == 404
    assert same_page(foreign.text) == same_page(random.text)
    assert school.post(f"/referrals/{theirs}/seen").status_code == 404


def test_an_empty_list_says_so(browser: Browser, friday: datetime) -> None:
    assert "You have sent no referral yet." in browser("health").get("/referrals/").text


def test_roles_that_do_not_refer_are_told_so(browser: Browser, friday: datetime) -> None:
    for login in ("auditor", "admin", "head"):
        for page in ("/referrals/", "/referrals/new"):
            assert browser(login).get(page).status_code == 403


def test_the_list_goes_by_pages_and_costs_the_same_at_one_and_at_fifty(
    browser: Browser, bare_app: Flask, friday: datetime
) -> None:
    school, costs = browser("school"), []
    for number in (1, 49):
        with bare_app.app_context(), transaction():
            for day in range(number):
                receive_referral(
                    someone("school"), document=sample(1), received_at=NOON - timedelta(days=day), mode="form"
                )
        with count_statements(bare_app) as statements:
            shown = school.get("/referrals/")
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 8
    seen: list[str] = []
    while True:
        page = [part.split("/")[2] for part in shown.text.split('href="') if part.startswith("/referrals/R-")]
        assert len(page) <= 20
        seen += page
        if "Show older ones" not in shown.text:
            break
        shown = school.get(f"/referrals/?before={seen[-1]}")
    assert len(seen) == len(set(seen)) == 50


@pytest.mark.parametrize("before", ["", "R-0000-0000", "nonsense", "D-0000-0000", "\x00", "R-" + "9" * 300])
def test_a_made_up_page_of_the_list_is_no_error(browser: Browser, friday: datetime, before: str) -> None:
    assert browser("school").get("/referrals/", query_string={"before": before}).status_code == 200


def test_pages_cost_few_statements(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    school = browser("school")
    reference, draft = send_one(school), start(school)
    for page in (f"/referrals/{reference}/receipt", "/referrals/new", *(url(draft, key) for key in ONE_CHILD)):
        with count_statements(bare_app) as statements:
            assert school.get(page).status_code == 200
        assert len(statements) <= 8, (page, statements)
