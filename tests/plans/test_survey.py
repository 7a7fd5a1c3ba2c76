"""The exit survey: asked once, opened with what only they know, answered once, counted with its response rate."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.errors import Invalid, OutOfOrder
from caseapp.kernel.events import Event
from caseapp.plans import commands, queries
from caseapp.plans.commands import surveying
from caseapp.plans.models import ExitSurvey
from tests.factories import a_case, a_plan, reference_of, someone

Browser = Callable[[str], FlaskClient]
WORKER = "familyhelp.worker"
# Ellie's, who is the eldest.
BORN = {"proof-day": "9", "proof-month": "3", "proof-year": "2017"}


@contextmanager
def _work(app: Flask) -> Iterator[None]:
    with app.app_context(), transaction():
        yield


@pytest.fixture
def ended(bare_app: Flask, friday: datetime) -> int:
    """A family help plan that has ended."""
    with _work(bare_app):
        number = a_plan(a_case(children=2, team="fh_north", worker=WORKER, level="focused_family_help"), worker=WORKER)
        close(number)
        return number


def close(number: int) -> None:
    given: dict[str, Any] = {"ended_on": clock.today(), "reason": "aims_met", "words": "All well.", "seen": 0}
    commands.end_plan(someone(WORKER), plan_id=number, **given)


def ask(app: Flask, number: int, **how: str) -> str:
    """A link; gives its path."""
    with _work(app):
        return f"/views/{commands.ask_survey(someone(WORKER), plan_id=number, **(how or {'opened_by': 'born'})).token}"


def plain(answer: TestResponse) -> str:
    return re.sub(r'nonce="[^"]+"|value="[^"]{20,}"', "", answer.get_data(as_text=True))


def send(client: FlaskClient, link: str, **more: str) -> TestResponse:
    return client.post(link, data={**BORN, "step": "send", "rating": "9", "words": "You <b>listened</b>."} | more)


def test_from_the_closed_plan_to_the_familys_answer(browser: Browser, bare_app: Flask, ended: int) -> None:
    donna, outside = browser(WORKER), bare_app.test_client()
    with bare_app.app_context():
        url = f"/plans/{reference_of(ended)}"
    assert "has not been asked what they think" in donna.get(url).text
    made = donna.post(f"{url}/survey", data={"opened_by": "born"})
    found = re.search(r"http://[^/]+(/views/[\w-]{32})", made.text)
    assert found and "only time it is shown" in made.text
    link = found[1]
    assert "Their link works until Fri 27 Nov" in donna.get(url).text
    first = outside.get(link)
    assert first.status_code == 200 and first.headers.get("Referrer-Policy") in ("no-referrer", "same-origin")
    opened = outside.post(link, data={**BORN, "step": "open"})
    assert opened.status_code == 200 and "How much did the help change for you?" in opened.text
    for page in (first.text, opened.text):
        assert not re.search(r"Marsden|Ellie|Jake|Kirsty|[Ss]afeguarding|Holdfast|G-[0-9A-Z]{4}-", page)
    empty = send(outside, link, rating="")
    assert empty.status_code == 422 and "Choose a number" in empty.text and "You &lt;b&gt;listened" in empty.text
    assert send(outside, link).headers["Location"] == "/views/thanks"
    assert "Thank you" in outside.get("/views/thanks").text
    page = donna.get(url).text
    assert "The family said what they think of the help on" in page and "listened" not in page
    head = browser("head").get("/plans/views").text
    assert "9 out of 10 on average: 1 of 1 families answered (100 %)" in head and "You &lt;b&gt;listened" in head
    assert "1 of 1 families answered (100 %)" in browser("head").get("/insight/").text


def test_used_replaced_old_and_random_links_answer_the_same(bare_app: Flask, ended: int, friday: datetime) -> None:
    outside = bare_app.test_client()
    replaced, link = ask(bare_app, ended), ask(bare_app, ended)
    random = outside.get("/views/" + "x" * 32)
    assert random.status_code == 404 and "This link does not work" in random.text
    assert send(outside, link).status_code == 303
    for dead in (replaced, link, "/views/x", f"{link}x"):
        for answer in (outside.get(dead), send(outside, dead), outside.post(dead, data={"step": "open"})):
            assert answer.status_code == 404 and plain(answer) == plain(random)


def test_it_works_for_seven_days(bare_app: Flask, ended: int, friday: datetime) -> None:
    link, outside = ask(bare_app, ended), bare_app.test_client()
    with clock.at(friday + timedelta(days=7) - timedelta(seconds=1)):
        assert outside.get(link).status_code == 200
    with clock.at(friday + timedelta(days=7)):
        assert outside.get(link).status_code == 404
        assert send(outside, link).status_code == 404


def test_what_only_they_know_is_guessed_five_times_at_most(bare_app: Flask, ended: int) -> None:
    link, outside = ask(bare_app, ended), bare_app.test_client()
    for number in range(5):
        wrong = send(outside, link, **{"proof-day": str(number + 10)})
        assert wrong.status_code == 422 and "not what we agreed" in wrong.text
    assert send(outside, link).status_code == 404
    with _work(bare_app):
        assert db.session.scalar(sa.select(sa.func.count(ExitSurvey.rating))) == 0
    # The worker makes another.
    assert send(outside, ask(bare_app, ended)).status_code == 303


def test_whoever_tries_many_addresses_is_slowed(bare_app: Flask, friday: datetime) -> None:
    outside = bare_app.test_client()
    answers = [outside.get(f"/views/{number}") for number in range(150)]
    assert answers[-1].status_code == 429 and int(answers[-1].headers["Retry-After"]) > 0
    assert "afeguarding" not in answers[-1].text


def test_a_word_opens_it_however_it_is_spelled(bare_app: Flask, ended: int) -> None:
    with _work(bare_app), pytest.raises(Invalid):
        commands.ask_survey(someone(WORKER), plan_id=ended, opened_by="word", word=" ab c ")
    link, outside = ask(bare_app, ended, opened_by="word", word="Blue Kite"), bare_app.test_client()
    assert outside.post(link, data={"proof": "red kite"}).status_code == 422
    assert outside.post(link, data={"proof": "BLUEKITE"}).status_code == 200
    kept = outside.post(link, data={"proof": "blue kite ", "step": "send", "rating": "4"})
    assert kept.status_code == 303


def test_nobody_is_asked_twice_or_while_the_plan_runs(bare_app: Flask, ended: int) -> None:
    assert send(bare_app.test_client(), ask(bare_app, ended)).status_code == 303
    with _work(bare_app):
        with pytest.raises(OutOfOrder):
            commands.ask_survey(someone(WORKER), plan_id=ended, opened_by="born")
        family = a_case(name="Shah", team="fh_north", worker=WORKER, level="focused_family_help")
        with pytest.raises(OutOfOrder):
            commands.ask_survey(someone(WORKER), plan_id=a_plan(family, worker=WORKER), opened_by="born")
        in_need = a_case(name="Oak", worker="north.worker", level="child_in_need")
        number = a_plan(in_need)
        given: dict[str, Any] = {"ended_on": clock.today(), "reason": "aims_met", "words": "x", "seen": 0}
        commands.end_plan(someone("north.worker"), plan_id=number, **given)
        with pytest.raises(OutOfOrder):
            commands.ask_survey(someone("north.worker"), plan_id=number, opened_by="born")


def test_the_average_counts_families_and_those_who_were_asked(bare_app: Flask, friday: datetime) -> None:
    outside = bare_app.test_client()
    for number, rating in enumerate(("8", "5", None)):
        with _work(bare_app):
            family = a_case(name=f"Family {number}", team="fh_north", worker=WORKER, level="focused_family_help")
            plan = a_plan(family, worker=WORKER)
            close(plan)
        ask(bare_app, plan)
        link = ask(bare_app, plan)
        if rating:
            assert send(outside, link, rating=rating).status_code == 303
    with _work(bare_app):
        rated = queries.rate_surveys(friday - timedelta(days=1), friday + timedelta(days=1))
        assert rated.words == "6.5 out of 10 on average: 2 of 3 families answered (67 %)"
        assert queries.rate_surveys(friday - timedelta(days=2), friday - timedelta(days=1)).asked == 0
        assert db.session.scalar(sa.select(sa.func.count()).where(Event.code == "plan.survey_answered")) == 2


def test_the_database_holds_neither_the_link_nor_what_opens_it(bare_app: Flask, ended: int) -> None:
    token = ask(bare_app, ended).rpartition("/")[2]
    with _work(bare_app):
        row = db.session.scalars(sa.select(ExitSurvey)).one()
        assert token not in str(vars(row)) and "2017" not in row.proof_hash
        assert row.proof_hash != surveying._seal("another", date(2017, 3, 9).isoformat())
