"""A new concern about a child with an open case: told, climbing while nobody acknowledges it, acknowledged with what it
changes (practice 3)."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from caseapp.access.commands import bar
from caseapp.cases import commands as cases
from caseapp.cases.catalogue import LADDERS
from caseapp.cases.domain import rungs, with_whom
from caseapp.cases.models import Case, Task
from caseapp.cases.queries import list_late_alerts, list_my_children, list_team_alerts
from caseapp.deadlines.models import Clock
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.errors import Invalid, OutOfOrder, Refused
from caseapp.referrals.commands import Received
from tests.factories import someone, team_id
from tests.referrals.hub_world import agree, decide, propose, rate, receive

Browser = Callable[[str], FlaskClient]
MOST = {"worker", "cover", "manager", "head"}


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}:00+00:00")


@pytest.mark.parametrize(
    ("rule", "present", "now", "who", "next_at"),
    [
        # A Red told at 14:00 has an hour: the worker, then the cover, then the manager, then the head.
        ("open_case.ack_red", MOST, "20T14:00", "worker", "20T14:20"),
        ("open_case.ack_red", MOST, "20T14:19", "worker", "20T14:20"),
        ("open_case.ack_red", MOST, "20T14:20", "cover", "20T14:40"),
        ("open_case.ack_red", MOST, "20T14:40", "manager", "20T15:00"),
        ("open_case.ack_red", MOST, "20T15:00", "head", None),
        ("open_case.ack_red", MOST, "22T03:00", "head", None),
        # Nobody covers: the worker has it until the manager does. Nobody is named: the manager from the beginning.
        ("open_case.ack_red", MOST - {"cover"}, "20T14:30", "worker", "20T14:40"),
        ("open_case.ack_red", {"manager", "head"}, "20T14:00", "manager", "20T15:00"),
        # The worker is away: who covers has it at once.
        ("open_case.ack_red", MOST - {"worker"}, "20T14:05", "cover", "20T14:40"),
        # Any other, told on Friday at 14:00, has until the end of Monday.
        ("open_case.ack", MOST, "20T23:00", "worker", "23T10:00"),
        ("open_case.ack", MOST, "23T09:59", "worker", "23T10:00"),
        ("open_case.ack", MOST, "23T10:00", "cover", "23T14:00"),
        ("open_case.ack", MOST, "23T14:00", "manager", "24T00:00"),
        ("open_case.ack", MOST, "24T00:00", "head", None),
    ],
)
def test_who_has_it_now_and_who_next(rule: str, present: set[str], now: str, who: str, next_at: str | None) -> None:
    told = at("20T14:00")
    due = told + timedelta(hours=1) if rule.endswith("red") else at("24T00:00")
    current, after = with_whom(rungs(LADDERS[rule], told_at=told, due_at=due, present=present), at(now))
    assert current.who == who
    assert (after.from_at if after else None) == (at(next_at) if next_at else None)


def on_open_cases(worker: str = "north.worker") -> list[int]:
    """Ellie and Jake have open cases in North, with a worker."""
    decide("SAMPLE-001", "assessment")
    found = list(db.session.scalars(sa.select(Case).order_by(Case.id)))
    with transaction():
        cases.allocate(
            someone("north.manager"),
            cases={case.id: case.version for case in found},
            professional_id=someone(worker).professional_id or 0,
        )
    return [case.id for case in found]


def red(sample: str = "SAMPLE-002") -> Received:
    made = receive(sample)
    rate(made.id, "red")
    return made


def running(referral_id: int) -> dict[str, datetime]:
    rows = db.session.execute(
        sa.select(Clock.rule, Clock.due_at).where(Clock.subject_id == referral_id, Clock.stopped_at.is_(None))
    )
    return {row.rule: row.due_at for row in rows if row.rule.startswith("open_case")}


def test_a_red_is_told_when_it_is_rated_and_climbs(app: Flask, friday: datetime) -> None:
    ids = on_open_cases()
    made = red()
    assert running(made.id) == {"open_case.ack_red": friday + timedelta(hours=1)}
    leah, north = someone("north.worker"), team_id("north")
    mine = [task for task in list_my_children(leah).tasks if task.alert]
    assert [task.case.id for task in mine] == ids and all(task.alert and task.alert.red for task in mine)
    assert [task.case.id for task in list_team_alerts(north)] == ids
    (alert, _) = [task.alert for task in list_team_alerts(north)]
    assert alert and alert.with_words == "Leah Dawson" and "if nobody does" in alert.next_words
    with clock.at(friday + timedelta(minutes=45)):
        assert [task.alert.who for task in list_team_alerts(north) if task.alert] == ["manager"] * 2
        assert list_late_alerts(someone("head")) == []
    with clock.at(friday + timedelta(minutes=60)):
        late = list_late_alerts(someone("head"))
        assert [task.alert.with_words for task in late if task.alert] == ["the head of service"] * 2


def test_the_decision_tells_nobody_a_second_time(app: Flask, friday: datetime) -> None:
    on_open_cases()
    made = red()
    first = running(made.id)
    propose(made.id, "open_case")
    agree(made.id)
    assert running(made.id) == first
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Task).where(Task.about_id == made.id)) == 2


def test_another_rating_is_told_at_the_decision_with_a_working_day(app: Flask, friday: datetime) -> None:
    on_open_cases()
    made = receive("SAMPLE-002")
    propose(made.id, "open_case")
    assert running(made.id) == {}
    agree(made.id)
    assert running(made.id) == {"open_case.ack": at("24T00:00")}


def test_acknowledged_says_what_it_changes_and_the_last_one_stops_the_clock(app: Flask, friday: datetime) -> None:
    ids = on_open_cases()
    made = red()
    leah = someone("north.worker")
    tasks = [task.id for task in list_my_children(leah).tasks if task.alert]
    for changes, words, field in (
        ("", "", "changes"),
        ("nothing", " ", "words"),
        ("plan", "", "words"),
        ("x", "y", "changes"),
    ):
        with pytest.raises(Invalid) as refused:
            cases.acknowledge_concern(leah, task_id=tasks[0], case_id=ids[0], changes=changes, words=words)
        assert set(refused.value.problems) == {field}
        db.session.rollback()
    with pytest.raises(Invalid):
        cases.acknowledge_task(leah, task_id=tasks[0], case_id=ids[0])
    db.session.rollback()
    for _ in range(2):
        with transaction():
            cases.acknowledge_concern(
                leah, task_id=tasks[0], case_id=ids[0], changes="nothing", words="He was arrested; she is at Gran’s"
            )
    assert set(running(made.id)) == {"open_case.ack_red"}
    with pytest.raises(OutOfOrder, match="Leah Dawson has acknowledged this already, today 15:30: Nothing"):
        cases.acknowledge_concern(someone("north.manager"), task_id=tasks[0], case_id=ids[0], changes="visit_today")
    db.session.rollback()
    with transaction():
        cases.acknowledge_concern(leah, task_id=tasks[1], case_id=ids[1], changes="visit_today")
    assert running(made.id) == {}


def test_a_worker_asks_for_a_strategy_discussion_and_the_manager_decides_it(app: Flask, friday: datetime) -> None:
    ids = on_open_cases()
    made = red()
    leah, ruth = someone("north.worker"), someone("north.manager")
    tasks = {task.case.id: task.id for task in list_my_children(leah).tasks if task.alert}
    for case_id in ids:
        with transaction():
            cases.acknowledge_concern(
                leah, task_id=tasks[case_id], case_id=case_id, changes="strategy_discussion", words=""
            )
    asked = list_team_alerts(team_id("north"))
    assert [task.kind for task in asked] == ["strategy_asked"] * 2 and running(made.id)
    assert {task.alert.who for task in asked if task.alert} == {"manager"}
    with pytest.raises(Refused, match="Only the manager"):
        cases.acknowledge_concern(leah, task_id=asked[0].id, case_id=ids[0], changes="strategy_discussion")
    db.session.rollback()
    with transaction():
        cases.acknowledge_concern(ruth, task_id=asked[0].id, case_id=ids[0], changes="strategy_discussion")
        cases.acknowledge_concern(ruth, task_id=asked[1].id, case_id=ids[1], changes="nothing", words="Ellie only")
    assert list(db.session.scalars(sa.select(Case.level).order_by(Case.id))) == ["strategy_discussion", "assessment"]
    assert running(made.id) == {}


def test_a_team_that_must_not_see_it_is_not_told(app: Flask, friday: datetime) -> None:
    on_open_cases()
    made = receive("SAMPLE-002")
    with transaction():
        bar(f"team:{team_id('north')}", subject_id=made.id, reason="staff_conflict")
    rate(made.id, "red")
    assert running(made.id) == {} and list_team_alerts(team_id("north")) == []


def test_an_alert_stands_first_and_is_acknowledged_by_form(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with bare_app.app_context():
        ids = on_open_cases()
        made = red()
        task = list_my_children(someone("north.worker")).tasks[0]
    leah = browser("north.worker")
    page = leah.get("/desk/my-work").text
    assert page.index("New contacts to acknowledge (2)") < page.index("What is due")
    assert "if nobody does" in page and made.reference in page
    assert "New contacts to acknowledge (2)" in browser("north.manager").get("/desk/team").text
    address = f"/cases/{task.case.reference}/tasks/{task.id}"
    assert address in leah.get(f"/cases/{task.case.reference}").text
    assert "Officers attended a domestic incident" in leah.get(address).text
    empty = leah.post(address, data={"words": "typed"})
    assert empty.status_code == 422 and "Choose what it changes" in empty.text and "typed" in empty.text
    done = leah.post(address, data={"changes": "visit_today", "back": "work"})
    assert (done.status_code, done.location) == (303, "/")
    late = browser("north.manager").post(address, data={"changes": "nothing", "words": "My words"})
    assert late.status_code == 409 and "Leah Dawson" in late.text and "My words" in late.text
    assert browser("central.worker").get(address).status_code == 404
    head = browser("head").get("/desk/alerts").text
    assert "Marsden" not in head and ids
