"""The queue: one list in one order, the same cost at 1 row and at 50, nothing in it that the reader must not see."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from caseapp.access.commands import bar
from caseapp.deadlines.queries import clocks_of
from caseapp.kernel import clock
from caseapp.kernel.db import transaction
from caseapp.referrals.domain.signals import sort_key
from caseapp.referrals.queries.counts import count_queue
from caseapp.referrals.queries.hub import list_queue
from tests.factories import someone
from tests.helpers.statements import count_statements
from tests.referrals.hub_world import agree, propose, rate, receive, the

Browser = Callable[[str], FlaskClient]


def order(app: Flask, tab: str = "to-decide", **options: Any) -> list[str]:
    return [row.reference for row in list_queue(someone("mash.worker"), tab, **options).rows]


def at(hours_ago: float, **now: str) -> Callable[[Any], None]:
    """A change to a sample: received so many hours before Friday 15:30, and urgent only where said."""

    def change(document: Any) -> None:
        moment = datetime.fromisoformat("2026-11-20T15:30:00+00:00") - timedelta(hours=hours_ago)
        document["received_at"] = moment.isoformat()
        document["household"] = []
        document["concern"]["categories"] = ["neglect"]
        document["concern"]["immediate_danger"] = "danger" in now
        if "needed" in now:
            document["now"] = {"answer_needed_by": now["needed"]}

    return change


def test_the_order_is_that_of_practice_1(app: Flask, friday: datetime) -> None:
    read_green = receive("SAMPLE-003", number="1", change=at(3))
    rate(read_green.id, "green")
    read_red = receive("SAMPLE-003", number="2", change=at(1))
    rate(read_red.id, "red")
    read_danger = receive("SAMPLE-003", number="3", change=at(1, danger="yes"))
    rate(read_danger.id, "green")
    plain = receive("SAMPLE-003", number="4", change=at(2))
    older = receive("SAMPLE-003", number="5", change=at(3))
    needed_first = receive("SAMPLE-003", number="6", change=at(0.5, needed="2026-11-20T15:45:00+00:00"))
    danger = receive("SAMPLE-003", number="7", change=at(0.1, danger="yes"))
    third_contact = {plain, older, needed_first, danger}
    assert order(app) == [
        made.reference for made in (danger, needed_first, older, plain, read_danger, read_red, read_green)
    ]
    assert len(third_contact) == 4


def test_the_database_and_the_pure_rule_order_alike(app: Flask, friday: datetime) -> None:
    made = [receive(f"SAMPLE-{number:03}") for number in range(1, 21)]
    for place, each in enumerate(made[:9]):
        rate(each.id, ("red", "amber", "green")[place % 3])
    page = list_queue(someone("mash.worker"), "to-decide")
    hours = {None: 4, "red": 4, "amber": 24, "green": 72}

    def key(row: Any) -> Any:
        referral = next(the(each.id) for each in made if each.reference == row.reference)
        due = referral.received_at + timedelta(hours=hours[row.rating])
        decision = min(
            (view for view in clocks.get(referral.id, []) if view.rule.key == "referral.decision"),
            key=lambda v: v.due_at,
        )
        return sort_key(
            waits=row.unread or bool(row.left),
            urgency=referral.urgency,
            answer_needed_by=row.answer_needed_at,
            due_at=due if row.rating is None else min(due, decision.due_at),
            received_at=row.received_at,
        )

    clocks = clocks_by_id(made)
    assert [row.reference for row in sorted(page.rows, key=key)] == [row.reference for row in page.rows]


def clocks_by_id(made: list[Any]) -> Any:
    return clocks_of([each.id for each in made])


def test_what_a_row_says(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with bare_app.app_context():
        receive("SAMPLE-004")
        receive("SAMPLE-017")
        first = receive("SAMPLE-001", change=at(30))
        rate(first.id, "amber")
    answer = browser("mash.worker").get("/referrals/queue")
    rows = [row.get_text(" ", strip=True) for row in BeautifulSoup(answer.text, "html.parser").select("tbody tr")]
    assert len(rows) == 3
    mason, ruby, marsden = rows
    assert "Mason Fretwell" in mason and "Unread" in mason and "Not rated" in mason and "5 months" in mason
    assert "The referrer says: in danger now" in mason and "Injury or bruise, and a baby under 12 months" in mason
    assert "Address protected" in ruby and "Nobody yet" in ruby
    assert "Ellie and Jake Marsden" in marsden and "9 and 6 · Neglect" in marsden and "across the children" in marsden
    assert "Amber" in marsden and "Late by" in marsden and "Nobody yet read by Nadia Farrow" in marsden
    assert "Unread, or opened and left, first and counted as Red" in answer.text


def test_the_tabs_count_what_they_open(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with bare_app.app_context():
        receive("SAMPLE-004")
        rate(receive("SAMPLE-007").id)
        propose(receive("SAMPLE-003").id, "assessment")
        propose(done := receive("SAMPLE-009").id, "no_further_action")
        agree(done)
        counts = count_queue(someone("mash.worker"))
        assert (counts.to_decide, counts.unread, counts.proposed, counts.decided_today, counts.marks) == (2, 1, 1, 1, 1)
    client = browser("mash.worker")
    for tab, rows in (("to-decide", 2), ("unread", 1), ("to-agree", 1), ("decided-today", 1), ("nonsense", 2)):
        page = BeautifulSoup(client.get(f"/referrals/queue?tab={tab}").text, "html.parser")
        assert len(page.select("tbody tr")) == rows, tab
    assert "2 contacts to decide." in client.get("/referrals/queue").text


def test_what_waits_for_a_manager_is_counted_apart(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with bare_app.app_context():
        receive("SAMPLE-003", number="late", change=at(30))
        receive("SAMPLE-003", number="today", change=at(1))
        propose(receive("SAMPLE-003", number="asked", change=at(30)).id, "assessment")
        counts = count_queue(someone("mash.worker"))
        assert (counts.to_decide, counts.late, counts.due_today) == (2, 1, 1)
        assert (counts.proposed, counts.proposed_late) == (1, 1)
    page = BeautifulSoup(browser("mash.worker").get("/referrals/queue").text, "html.parser")
    lead = page.select_one("p.lead")
    assert lead is not None and lead.get_text(" ", strip=True).endswith("1 waits for a manager, 1 of them late .")


def test_empty_is_a_sentence(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    client = browser("mash.worker")
    assert "The queue is empty." in client.get("/referrals/queue").text
    assert "No proposal waits for a manager." in client.get("/referrals/queue?tab=to-agree").text
    assert "Nothing has been decided today." in client.get("/referrals/queue?tab=decided-today").text
    assert "Nothing is to be put right." in client.get("/referrals/marks").text
    with bare_app.app_context():
        propose(done := receive("SAMPLE-009").id, "no_further_action")
        agree(done)
    assert "The last referral was decided today 15:30 by Paul Denton." in client.get("/referrals/queue").text


def test_the_list_pages_by_key(app: Flask, friday: datetime) -> None:
    for number in range(7):
        receive("SAMPLE-003", number=str(number), change=at(number))
    whole = order(app)
    first = list_queue(someone("mash.worker"), "to-decide", limit=3)
    assert first.more and [row.reference for row in first.rows] == whole[:3]
    assert order(app, limit=3, after=whole[2]) == whole[3:6]
    last = list_queue(someone("mash.worker"), "to-decide", limit=3, after=whole[5])
    assert [row.reference for row in last.rows] == whole[6:] and not last.more
    assert order(app, after="R-0000-0000") == whole


@pytest.mark.parametrize("tab", ["to-decide", "unread", "to-agree"])
def test_the_same_statements_at_1_and_at_50_rows(browser: Browser, bare_app: Flask, friday: datetime, tab: str) -> None:
    client, costs = browser("mash.worker"), []
    with bare_app.app_context():
        finish = (
            (lambda made: propose(made.id, "no_further_action", history_weighed="Read"))
            if tab == "to-agree"
            else (lambda _: 0)
        )
        finish(receive("SAMPLE-001", number="0"))
    for more in (0, 49):
        with bare_app.app_context():
            for number in range(more):
                finish(receive("SAMPLE-001", number=f"more-{number}"))
        with count_statements(bare_app) as found:
            page = client.get(f"/referrals/queue?tab={tab}")
        assert len(BeautifulSoup(page.text, "html.parser").select("tbody tr")) == 1 + more
        costs.append(len(found))
    assert costs[0] == costs[1] <= 8, costs


def test_a_barred_person_sees_no_row_and_no_count(app: Flask, friday: datetime) -> None:
    made, worker = receive("SAMPLE-001"), someone("mash.worker")
    with transaction():
        bar(f"user:{worker.user_id}", subject_id=made.id, reason="staff_conflict")
    assert list_queue(worker, "to-decide").rows == []
    assert count_queue(worker).to_decide == 0
    assert len(list_queue(someone("mash.manager"), "to-decide").rows) == 1


def test_contacts_are_those_of_the_last_12_months(app: Flask, friday: datetime) -> None:
    receive("SAMPLE-001", number="long ago", change=at(24 * 400))
    receive("SAMPLE-001", number="in spring", change=at(24 * 200))
    receive("SAMPLE-001", number="now", change=at(1))
    rows = {row.received_at: row for row in list_queue(someone("mash.worker"), "to-decide").rows}
    newest = rows[clock.now() - timedelta(hours=1)]
    assert newest.contacts == 2
    assert "Third contact in 12 months" not in [signal.words for signal in newest.signals]
