"""Every rule that is not a case's, from outside: what starts it is done by the command of its page, and its sentence
with the date stands on the page where its people work: the referral, the handover, the night's work, the morning; late,
they say why from there, and a manager who did not say it authorises it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from caseapp.cases import commands as cases
from caseapp.cases.models import Case
from caseapp.deadlines.catalogue import RULES
from caseapp.deadlines.commands import rebuild
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.subjects import Subject
from caseapp.night import commands as night
from caseapp.pathway.commands import agree_handover
from caseapp.pathway.models import Handover
from caseapp.referrals.commands.again import ask_again
from caseapp.referrals.commands.calls import note_call
from caseapp.referrals.commands.step_up import ask_step_up
from caseapp.referrals.domain.step_up import Asked
from tests import factories
from tests.factories import someone
from tests.referrals import hub_world
from tests.referrals.hub_world import agree, propose, rate
from tests.referrals.test_after import from_school

Browser = Callable[[str], FlaskClient]
# Friday 18 December 2026, 10:00, as in the table of the cases' rules.
START = datetime(2026, 12, 18, 10, 0, tzinfo=UTC)


def receive(sample: str = "SAMPLE-005") -> int:
    return hub_world.receive(sample, change=lambda told: told.update(received_at=None)).id


def rated(rating: str) -> int:
    number = receive()
    rate(number, rating)
    return number


def told_of_an_open_case(rating: str) -> int:
    """Ellie and Jake have open cases with a worker; another contact about them comes."""
    first = receive("SAMPLE-001")
    propose(first, "assessment")
    agree(first)
    with transaction():
        cases.allocate(
            someone("north.manager"),
            cases={case.id: case.version for case in db.session.scalars(sa.select(Case))},
            professional_id=someone("north.worker").professional_id or 0,
        )
    number = receive("SAMPLE-002")
    rate(number, rating)
    if rating != "red":
        propose(number, "open_case")
        agree(number)
    return number


def answered() -> int:
    """A school's referral, decided: it is answered, and has to read it."""
    number = from_school().id
    propose(number, "no_further_action")
    agree(number)
    return number


def asked_again() -> int:
    number = answered()
    with transaction():
        ask_again(someone("school"), referral_id=number, not_weighed="The father is back", wants="A visit")
    return number


def by_phone() -> int:
    number = receive()
    with transaction():
        note_call(someone("mash.worker"), referral_id=number, caller="professional")
    return number


def stepped_down() -> int:
    family = factories.a_case(worker="north.worker")
    factories.an_authorised_assessment(family)
    handover = factories.propose_step_down(family)
    agree_handover(someone("north.manager"), handover_id=handover)
    db.session.commit()
    return handover


def handed_up() -> int:
    """Family help asked for social work at once, and the hub decided it: Red."""
    family = factories.a_case(team="fh_north", worker="familyhelp.worker", level="focused_family_help")
    asked = Asked(True, "He is back, and there is a bruise.", "Mornings.", "", "not_told", "would_delay")
    reference = ask_step_up(someone("familyhelp.worker"), case_id=family.case_id, chosen=family.case_ids, asked=asked)
    number = db.session.scalars(sa.select(Subject.id).where(Subject.reference == reference)).one()
    db.session.commit()
    propose(number, "assessment")
    agree(number)
    return db.session.scalars(sa.select(Handover.id).where(Handover.referral_id == number)).one()


def said_no() -> int:
    reference = factories.a_look_back(factories.a_case(worker="north.worker", level="child_in_need"))
    db.session.commit()
    return db.session.scalars(sa.select(Subject.id).where(Subject.reference == reference)).one()


def handed_to_the_night() -> int:
    number = receive()
    with transaction():
        work = night.hand_over(
            someone("mash.worker"),
            referral_id=number,
            may_happen="He may come back",
            whom_to_ring="Grandmother, 01709 555010",
            until_at=clock.now() + timedelta(hours=15),
            seen=0,
        )
    return db.session.scalars(sa.select(Subject.id).where(Subject.reference == work)).one()


def accepted_by_the_night() -> int:
    work = handed_to_the_night()
    with transaction():
        night.accept(someone("edt"), work_id=work)
    return work


Row = tuple[str, Callable[[], int], str, str, str]
# rule, how it is started, who looks, where, what the sentence says of its end
TABLE: list[Row] = [
    ("mash.first_look", receive, "mash.worker", "/referrals/{}", "11:00 the same day"),
    ("referral.decision", receive, "mash.worker", "/referrals/{}", "Day 1 is Monday 21 December 2026"),
    ("feedback.referrer", receive, "mash.worker", "/referrals/{}", "Day 1 is Monday 21 December 2026"),
    ("mash.red", lambda: rated("red"), "mash.worker", "/referrals/{}", "14:00 the same day"),
    ("mash.amber", lambda: rated("amber"), "mash.worker", "/referrals/{}", "the next day, Saturday 19 December 2026"),
    ("mash.green", lambda: rated("green"), "mash.worker", "/referrals/{}", "10:00 on Monday 21 December 2026"),
    ("open_case.ack_red", lambda: told_of_an_open_case("red"), "mash.worker", "/referrals/{}", "11:00 the same day"),
    (
        "open_case.ack", lambda: told_of_an_open_case("amber"), "mash.worker", "/referrals/{}",
        "Day 1 is Monday 21 December 2026",
    ),
    ("feedback.opened", answered, "mash.worker", "/referrals/{}", "Day 1 is Monday 21 December 2026"),
    ("disagreement.answer", asked_again, "mash.manager2", "/referrals/{}", "Day 1 is Monday 21 December 2026"),
    (
        "referral.written_confirmation", by_phone, "mash.worker", "/referrals/{}",
        "the next day, Saturday 19 December 2026",
    ),
    ("handover.accept", stepped_down, "familyhelp.north", "/pathway/{}", "Day 2 is Tuesday 22 December 2026"),
    ("handover.accept_urgent", handed_up, "familyhelp.worker", "/pathway/{}", "11:00 the same day"),
    ("look_back.done", said_no, "north.worker", "/pathway/look-back/{}", "Friday 12 March 2027"),
    ("edt.accept", handed_to_the_night, "edt", "/night/held/{}", "10:30 the same day"),
    ("edt.morning", accepted_by_the_night, "mash.worker", "/night/morning", "09:30 on Monday 21 December 2026"),
]  # fmt: skip


def plain(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", markup)).split())


@pytest.mark.once("sqlite")
@pytest.mark.parametrize(("key", "begin", "who", "where", "end"), TABLE, ids=[row[0] for row in TABLE])
def test_its_sentence_stands_where_its_people_work(
    bare_app: Flask, browser: Browser, key: str, begin: Callable[[], int], who: str, where: str, end: str
) -> None:
    rule: Any = next(rule for rule in RULES if rule.key == key)
    with clock.at(START), bare_app.app_context():
        subject = begin()
        reference = db.session.scalars(sa.select(Subject.reference).where(Subject.id == subject)).one()
        db.session.rollback()
    with clock.at(START + timedelta(minutes=10)):
        answer = browser(who).get(where.format(reference))
    page = plain(answer.text)
    assert answer.status_code == 200
    assert f"{rule.start_words} on Friday 18 December 2026" in page
    assert f"{rule.gives_words} {rule.length_words}." in page
    assert end in page
    assert rule.source in page and rule.ends_words in page
    with clock.at(START + timedelta(days=7 if rule.unit != "weeks" else 7 * (rule.length + 1))):
        page = browser(who).get(where.format(reference))
        assert "Late by" in plain(page.text)
        assert f'href="/deadlines/late/{reference}"' in page.text
        explained_and_authorised(browser, rule, who, reference)
        with bare_app.app_context(), transaction():
            assert [part.differences for part in rebuild() if part.differences] == []


def explained_and_authorised(browser: Browser, rule: Any, who: str, reference: str) -> None:
    """Late, its people say why on the page that theirs leads to; they cannot authorise it, a manager can."""
    address = f"/deadlines/late/{reference}"
    teller, manager = (
        browser(who),
        browser("north.manager" if rule.subject_kind in ("handover", "look_back") else "mash.manager"),
    )
    (number,) = re.findall(rf'id="clock-(\d+)-h">{re.escape(rule.words)}<', teller.get(address).text)
    told = {"reason": "too_much", "words": f"Why {rule.key} is late.", "seen": "0"}
    assert teller.post(f"{address}/{number}", data=told).status_code == 303
    listed = manager.get("/deadlines/late").text
    (late,) = re.findall(rf'href="({address}/reasons/\d+)">Authorise', listed)
    assert f"Why {rule.key} is late." in listed
    assert teller.post(late).status_code == 403
    assert manager.post(late).status_code == 303
    card = plain(teller.get(address).text)
    assert f"Why {rule.key} is late." in card and "Authorised by" in card and "Late by" in card


def test_every_rule_that_is_not_a_cases_is_in_this_table() -> None:
    assert {row[0] for row in TABLE} == {rule.key for rule in RULES if rule.subject_kind != "case"}
