"""The whole-family assessment of family help: by consent, with the family's own scores, on a clock of its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from caseapp.access.domain import Actor
from caseapp.assessments import commands, queries
from caseapp.assessments.domain import Consent
from caseapp.cases.queries import list_chronology
from caseapp.deadlines.queries import clocks_of
from caseapp.kernel import clock
from caseapp.kernel.db import transaction
from caseapp.kernel.errors import Invalid, OutOfOrder, Refused
from caseapp.pathway.queries.closing import closing_facts
from tests.factories import AFamily, a_case, assessments_of, filled_answers, reference_of, start_an_assessment

Browser = Callable[[str], FlaskClient]
Who = Callable[[str], Actor]
YES = Consent("agreed", "Kirsty Marsden, mother", date(2026, 11, 20), "in_person")
NO = Consent("refused", "Kirsty, mother", date(2026, 11, 19))
WORKER, MANAGER = "familyhelp.worker", "familyhelp.north"


@contextmanager
def _work(app: Flask) -> Iterator[None]:
    with app.app_context(), transaction():
        yield


def in_family_help(children: int = 1) -> AFamily:
    return a_case(children=children, worker=WORKER, team="fh_north", level="focused_family_help")


def begin(family: AFamily, who: Actor, consent: Consent | None = YES) -> int:
    reference = commands.start_assessment(who, case_id=family.case_id, sibling_ids=family.case_ids[1:], consent=consent)
    return next(row.id for row in assessments_of(family.case_id) if reference_of(row.id) == reference)


def rules(case_id: int) -> set[str]:
    return {view.rule.key for view in clocks_of([case_id]).get(case_id, [])}


def test_from_the_familys_yes_to_the_managers_it_runs_on_its_own_clock(
    app: Flask, friday: datetime, actor: Who
) -> None:
    family = in_family_help(2)
    started = begin(family, actor(WORKER))
    for case_id in family.case_ids:
        assert "family_help.assessment" in rules(case_id) and "assessment.complete" not in rules(case_id)
    page = queries.get_assessment(started)
    assert page.running is not None and str(page.running.due_on) == "2027-01-13"
    answers = filled_answers(page, outcome="fh_plan") | {"score_home": "0", "score_by_home": "Kirsty"}
    assert not any(key.startswith("factors_") for key in answers)
    commands.submit_assessment(actor(WORKER), assessment_id=started, version=page.version, answers=answers)
    with clock.at(friday + timedelta(days=5)):
        commands.authorise_assessment(
            actor(MANAGER), assessment_id=started, version=queries.get_assessment(started).version
        )
    assert "family_help.assessment" not in rules(family.case_id)
    facts = closing_facts(family.case_ids)
    # The census knows only assessments under section 17: this one is none, and stands in nobody's way.
    assert not facts.assessed and not facts.assessing
    titles = [entry.title for entry in list_chronology(actor(WORKER), family.case_ids)]
    assert "Family help assessment began" in titles and "Family help assessment complete" in titles


@pytest.mark.parametrize("consent", [None, Consent("not_asked"), Consent("agreed", "Kirsty")])
def test_without_the_familys_answer_nothing_begins(
    app: Flask, friday: datetime, actor: Who, consent: Consent | None
) -> None:
    family = in_family_help()
    with pytest.raises(Invalid) as refused:
        begin(family, actor(WORKER), consent)
    assert any(field.startswith("consent") for field in refused.value.problems)
    assert assessments_of(family.case_id) == []


def test_a_no_is_kept_and_stops_it_and_they_may_be_asked_again(app: Flask, friday: datetime, actor: Who) -> None:
    family = in_family_help()
    started = begin(family, actor(WORKER), NO)
    page = queries.get_assessment(started)
    assert (page.state, page.stopped_because, page.consent) == (
        "stopped",
        "refused",
        "Carol Hobson",
    ) or page.stopped_by
    assert "family_help.assessment" not in rules(family.case_id)
    with pytest.raises(OutOfOrder, match="stopped"):
        commands.save_assessment(actor(WORKER), assessment_id=started, version=1, answers={"story": "x"})
    assert begin(family, actor(WORKER)) != started


def test_stopping_keeps_the_text_and_ends_the_clock(app: Flask, friday: datetime, actor: Who) -> None:
    family, worker = in_family_help(), actor(WORKER)
    started = begin(family, worker)
    answers = {**queries.get_assessment(started).answers, "story": "Three moves in a year"}
    commands.save_assessment(worker, assessment_id=started, version=1, answers=answers)
    with pytest.raises(Invalid):
        commands.stop_assessment(worker, assessment_id=started, because="refused", words="x")
    commands.stop_assessment(worker, assessment_id=started, because="withdrew", words="Told at home; school knows")
    page = queries.get_assessment(started)
    assert page.answers["story"] == "Three moves in a year" and page.stopped_words == "Told at home; school knows"
    assert "family_help.assessment" not in rules(family.case_id)
    social_work = start_an_assessment(a_case(name="Steel", worker="north.worker"))
    with pytest.raises(Refused, match="a manager authorises it"):
        commands.stop_assessment(
            actor("north.worker"), assessment_id=social_work, because="moved", words="They moved to Leeds"
        )


def test_on_its_pages(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with _work(bare_app):
        family = in_family_help(2)
    worker = browser(WORKER)
    asked = f"/assessments/start/{family.reference}"
    assert "Start the whole-family assessment" in worker.get(f"/cases/{family.reference}").text
    assert "Does the family agree to this assessment?" in worker.get(asked).text
    said: dict[str, Any] = {"siblings": [family.references[1]], "consent": "agreed", "consent_by": "Kirsty, mother"}
    missing = worker.post(asked, data=said)
    assert missing.status_code == 422 and "Say when they agreed" in missing.text and "Kirsty, mother" in missing.text
    said |= {
        "consent_on-day": "20", "consent_on-month": "11", "consent_on-year": "2026", "consent_how": "in_person",
    }  # fmt: skip
    url = worker.post(asked, data=said).headers["Location"]
    page = worker.get(url).text
    for words in ("Whole-family assessment A-", "own scores", "The family’s story", "Kirsty, mother", "in person"):
        assert words in page
    assert "factors_" not in page and "day 10" not in page
    typed = {"version": "1", "analysis": "x", "score_home": "0", "story": "Ours"}
    answer = worker.post(f"{url}/submit", data=typed)
    assert answer.status_code == 422 and "Say who gave this score" in answer.text
    assert 'value="0" selected' in answer.text
    stop = worker.post(f"{url}/stop", data={"because": "stepped_up", "words": "The hub decided today"})
    assert stop.status_code == 303
    assert "social work assesses the family now" in worker.get(url).text
    assert worker.get(f"{url}/stop").status_code == 409
