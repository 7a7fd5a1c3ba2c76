"""The manager's look at an assessment, by day 10 and by day 20 after the referral."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from caseapp.access.domain import Actor
from caseapp.assessments import commands, queries
from caseapp.assessments.domain import ReviewGiven, check_review
from caseapp.cases.queries import list_chronology
from caseapp.deadlines.queries import clocks_of, milestones_of
from caseapp.kernel import clock
from caseapp.kernel.db import transaction
from caseapp.kernel.errors import Invalid, OutOfOrder, Refused
from tests.factories import a_case, an_authorised_assessment, look_at, start_an_assessment

Browser = Callable[[str], FlaskClient]
Who = Callable[[str], Actor]
CAME, DUE, TODAY = date(2026, 11, 20), date(2027, 1, 27), date(2026, 12, 1)
GOOD = ReviewGiven(TODAY, "Read it with Leah", "go_on", {1: "yes", 2: "yes"}, "See the father by Friday")


@contextmanager
def _work(app: Flask) -> Iterator[None]:
    with app.app_context(), transaction():
        yield


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({}, "", ""),
        ({"looked_at": " "}, "looked_at", "what you found"),
        ({"next_steps": ""}, "next_steps", "who does what"),
        ({"agreed": "pause"}, "agreed", "Choose"),
        ({"reviewed_on": date(2026, 12, 2)}, "reviewed_on", "in the future"),
        ({"reviewed_on": date(2026, 11, 19)}, "reviewed_on", "before the referral"),
        ({"seen": {1: "yes"}}, "seen_2", "whether the child was seen"),
        ({"seen": {1: "yes", 2: "no"}}, "not_seen", "why a child was not seen"),
        ({"seen": {1: "yes", 2: "no"}, "not_seen": "With his father until Sunday"}, "", ""),
        ({"agreed": "sooner"}, "ready_on", "Give the day"),
        ({"agreed": "sooner", "ready_on": date(2026, 11, 30)}, "ready_on", "before the day you looked"),
        ({"agreed": "longer", "ready_on": date(2027, 1, 28)}, "ready_on", "until 27 January 2027"),
        ({"agreed": "longer", "ready_on": DUE}, "", ""),
    ],
)
def test_what_a_look_must_say(change: dict[str, Any], field: str, said: str) -> None:
    given = ReviewGiven(**{**GOOD.__dict__, **change})
    problems = check_review(given, today=TODAY, received_on=CAME, due_on=DUE, children=[1, 2])
    assert set(problems) == ({field} if field else set())
    assert said in problems.get(field, "")


def test_two_looks_meet_the_two_milestones_and_stand_in_the_chronology(app: Flask, actor: Who) -> None:
    """Referral of Monday 2 November 2026: day 10 is the 16th, day 20 the 30th."""
    with clock.at(datetime.fromisoformat("2026-11-02T09:00+00:00")):
        family = a_case(children=2, worker="north.worker", received_at=clock.now())
        started = start_an_assessment(family)
    for day in ("2026-11-12", "2026-12-01"):
        with clock.at(datetime.fromisoformat(f"{day}T14:00+00:00")):
            look_at(started)
    for case_id in family.case_ids:
        found = next(iter(milestones_of(clocks_of([case_id])[case_id]).values()))
        assert [one.words for one in found] == [
            "Not seen by day 5", "Manager looked on day 8", "Manager looked again on day 21, late",
        ]  # fmt: skip
    entries = [e for e in list_chronology(actor("north.worker"), family.case_ids) if "manager looked" in e.title]
    assert len(entries) == 2 and entries[0].words is not None and "Next: " in entries[0].words


def test_four_eyes_and_an_end(app: Flask, friday: datetime, actor: Who) -> None:
    family = a_case(worker="north.worker")
    started = start_an_assessment(family)
    with pytest.raises(Refused, match="another manager looks at it"):
        look_at(started, "north.worker")
    with pytest.raises(Invalid):
        look_at(started, agreed="longer")
    done = an_authorised_assessment(a_case(name="Steel", worker="north.worker"))
    with pytest.raises(OutOfOrder, match="authorised"):
        look_at(done)


def test_two_managers_at_once_and_the_same_form_twice(app: Flask, friday: datetime, actor: Who) -> None:
    started = start_an_assessment(a_case(worker="north.worker"))
    look_at(started, known=0)
    look_at(started, known=0)
    assert len(queries.list_reviews(started)) == 1
    with pytest.raises(commands.ReviewedMeanwhile, match="Ruth Hallam recorded a look"):
        look_at(started, "central.manager", known=0, looked_at="Another text")
    look_at(started, "central.manager", known=1, looked_at="Another text")
    assert [review.looked_at for review in queries.list_reviews(started)][1:] == ["Another text"]


def test_on_its_page(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with _work(bare_app):
        family = a_case(children=2, worker="north.worker")
        reference = queries.get_assessment(start_an_assessment(family)).reference
    url, (one, two) = f"/assessments/{reference}", family.case_ids
    leah, ruth = browser("north.worker"), browser("north.manager")
    assert "Record your look at it" in ruth.get(url).text and "Record your look at it" not in leah.get(url).text
    assert leah.get(f"{url}/review").status_code == 403
    typed = {
        "reviewed_on-day": "20", "reviewed_on-month": "11", "reviewed_on-year": "2026", "version": "0",
        "looked_at": "Read it with Leah <b>", "agreed": "sooner", "next_steps": "See the father",
        f"seen_{one}": "yes", f"seen_{two}": "no",
    }  # fmt: skip
    missing = ruth.post(f"{url}/review", data=typed)
    assert missing.status_code == 422
    for words in (
        "Give the day by which it will be finished",
        "why a child was not seen",
        "Read it with Leah &lt;b&gt;",
    ):
        assert words in missing.text
    typed |= {"agreed": "go_on", "not_seen": "At his father’s until Sunday"}
    assert ruth.post(f"{url}/review", data=typed).status_code == 303
    shown = leah.get(url).text
    for words in ("Ruth Hallam", "Go on as planned.", "Read it with Leah &lt;b&gt;", "not seen yet", "At his father’s"):
        assert words in shown
    met = ruth.post(f"{url}/review", data={**typed, "looked_at": "A second page of mine"})
    assert met.status_code == 409 and "A second page of mine" in met.text and "Record it too" in met.text
    assert 'name="version" value="1"' in met.text
