"""Brothers and sisters in one assessment with parts of their own, as they join and leave; and telling the family."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from caseapp.access.commands import bar
from caseapp.access.domain import Actor
from caseapp.assessments import commands, queries
from caseapp.assessments.domain import ToldGiven, check_told, protected_in
from caseapp.assessments.models import Assessment
from caseapp.cases.models import Case
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.errors import Invalid
from caseapp.people.queries import list_family
from tests.factories import a_case, assessments_of, filled_answers, reference_of, someone, start_an_assessment

Browser = Callable[[str], FlaskClient]
Who = Callable[[str], Actor]
TODAY, BEGAN = date(2026, 11, 20), date(2026, 11, 10)
SAID = ToldGiven(True, TODAY, "in_person", "Leah Dawson")


@contextmanager
def _work(app: Flask) -> Iterator[None]:
    with app.app_context(), transaction():
        yield


def test_two_people_write_about_two_siblings_and_nothing_is_lost(app: Flask, friday: datetime, actor: Who) -> None:
    """Leah and Marta have the page open; each writes about another child."""
    family = a_case(children=3, worker="north.worker")
    started = start_an_assessment(family)
    first, second, _ = family.case_ids
    empty = queries.get_assessment(started).answers
    commands.save_assessment(
        actor("marta.wilk"), assessment_id=started, version=1, answers={**empty, f"plan_{first}": "Marta of Ellie"}
    )
    with pytest.raises(commands.StaleAssessment) as stale:
        commands.save_assessment(
            actor("north.worker"), assessment_id=started, version=1, answers={**empty, f"plan_{second}": "Leah of Jake"}
        )
    assert {(row.field, row.theirs, row.mine) for row in stale.value.differences} == {
        (f"plan_{first}", "Marta of Ellie", ""),
        (f"plan_{second}", "", "Leah of Jake"),
    }


def test_a_brother_joins_and_a_sister_whose_case_closed_is_left_out(app: Flask, friday: datetime, actor: Who) -> None:
    family, leah = a_case(children=3, worker="north.worker"), actor("north.worker")
    one, two, three = family.case_ids
    reference = commands.start_assessment(leah, case_id=one, sibling_ids=[two])
    started = assessments_of(one)[0]
    assert reference_of(started.id) == reference
    commands.change_children(leah, assessment_id=started.id, joining=[three], leaving=[])
    page = queries.get_assessment(started.id)
    assert page.case_ids == [one, two, three] and page.answers[f"voice_{three}"] == ""
    answers = {**page.answers, f"voice_{three}": "I want my own bed", f"factors_{three}": ["16A"]}
    commands.save_assessment(leah, assessment_id=started.id, version=page.version, answers=answers)
    with pytest.raises(Invalid, match="open at this level stays"):
        commands.change_children(leah, assessment_id=started.id, joining=[], leaving=[three])
    db.session.execute(sa.update(Case).where(Case.id == three).values(closed_at=clock.now()))
    assert [child.gone for child in queries.get_assessment(started.id).children] == [False, False, True]
    commands.change_children(leah, assessment_id=started.id, joining=[], leaving=[three])
    page = queries.get_assessment(started.id)
    assert page.case_ids == [one, two]
    kept = queries.list_versions(started.id)
    assert kept[-1].why == "child_left"
    assert queries.get_version_answers(started.id, kept[-1].number)[f"voice_{three}"] == "I want my own bed"
    commands.submit_assessment(leah, assessment_id=started.id, version=page.version, answers=filled_answers(page))
    # Opened again by mistake's mending, the child comes back with what was written.
    db.session.execute(sa.update(Case).where(Case.id == three).values(closed_at=None))
    commands.send_back_assessment(
        actor("north.manager"), assessment_id=started.id, version=page.version + 2, words="With Mia, please"
    )
    commands.change_children(leah, assessment_id=started.id, joining=[three], leaving=[])
    assert queries.get_assessment(started.id).answers[f"voice_{three}"] == "I want my own bed"


def test_nobody_of_another_family_joins(app: Flask, friday: datetime, actor: Who) -> None:
    family, other = a_case(worker="north.worker"), a_case(name="Steel", worker="north.worker")
    started = start_an_assessment(family)
    for joining, leaving in (([other.case_id], []), ([], family.case_ids)):
        with pytest.raises(Invalid):
            commands.change_children(actor("north.worker"), assessment_id=started, joining=joining, leaving=leaving)
    assert queries.get_assessment(started).case_ids == family.case_ids


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({}, set()),
        ({"told_on": None, "how": "", "told_by": " "}, {"told_on", "how", "told_by"}),
        ({"told_on": TODAY + timedelta(days=1)}, {"told_on"}),
        ({"told_on": BEGAN - timedelta(days=1)}, {"told_on"}),
        ({"view": "wrong"}, {"words"}),
        ({"view": "wrong", "words": "I never said that"}, set()),
        ({"view": "agrees"}, set()),
        ({"was_told": False}, {"not_told"}),
        ({"was_told": False, "not_told": "too_young"}, set()),
    ],
)
def test_telling_says_when_how_and_by_whom_or_why_not(change: dict[str, Any], wrong: set[str]) -> None:
    assert set(check_told(ToldGiven(**{**SAID.__dict__, **change}), today=TODAY, started_on=BEGAN)) == wrong


def test_this_is_wrong_stands_beside_the_text_for_every_later_reader(
    browser: Browser, bare_app: Flask, friday: datetime
) -> None:
    with _work(bare_app):
        family = a_case(worker="north.worker")
        page = queries.get_assessment(start_an_assessment(family, submit=True))
        person = list_family(someone("north.worker"), page.family_id)[0]
    url, leah, ruth = f"/assessments/{page.reference}", browser("north.worker"), browser("north.manager")
    assert f"Nothing recorded yet for: <bdi>{person.name}" in ruth.get(url).text
    typed = {
        "who": person.reference, "was_told": "yes", "told_on-day": "20", "told_on-month": "11",
        "told_on-year": "2026", "how": "in_person", "told_by": "Leah Dawson", "view": "wrong",
    }  # fmt: skip
    missing = leah.post(f"{url}/told", data=typed)
    assert missing.status_code == 422 and "Write what they say, as said" in missing.text
    typed["words"] = "Dad never hit anybody <b>"
    for _ in range(2):
        assert leah.post(f"{url}/told", data=typed).status_code == 303
    shown = ruth.get(url).text
    assert "says: this is wrong." in shown and shown.count("Dad never hit anybody &lt;b&gt;") == 2
    assert "Told Fri 20 Nov 2026, in person, by Leah Dawson" in shown
    later = {"who": person.reference, "was_told": "no", "not_told": "would_harm"}
    assert leah.post(f"{url}/told", data=later).status_code == 303
    shown = ruth.get(url).text
    assert "something later stands above" in shown and "says: this is wrong." not in shown
    assert leah.post(f"{url}/told", data={**typed, "who": "P-0000-0000"}).status_code == 422
    with _work(bare_app):
        bar(f"user:{someone('marta.wilk').user_id}", subject_id=person.person_id, reason="kin")
    assert "Dad never hit" not in browser("marta.wilk").get(url).text


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("They live at 9 refuge row, s63 7aq.", ["Analysis"]),
        ("9  Refuge-Row", ["Analysis"]),
        ("near S637AQ", ["Analysis"]),
        ("at a safe place", []),
    ],
)
def test_a_protected_address_is_found_however_it_is_written(words: str, found: list[str]) -> None:
    assert protected_in([("Analysis", words), ("Needs", "")], ["9 Refuge Row", "S63 7AQ", ""]) == found


def test_the_familys_copy_leaves_out_what_is_not_for_all_of_them(
    browser: Browser, bare_app: Flask, friday: datetime
) -> None:
    with _work(bare_app):
        family = a_case(children=2, worker="north.worker", protected=True)
        started, leah = start_an_assessment(family), someone("north.worker")
        page = queries.get_assessment(started)
        said = filled_answers(page) | {"analysis": "Debt, not lack of care.", "agencies": "School told us of bruises"}
        said |= {f"voice_{family.case_id}": "Lee scares me", f"plan_{family.case_id}": "Ellie sleeps at Gran’s"}
        commands.submit_assessment(leah, assessment_id=started, version=1, answers=said)
    url, worker = f"/assessments/{page.reference}", browser("north.worker")
    assert worker.get(f"{url}/family-copy").status_code == 409
    with _work(bare_app):
        version = queries.get_assessment(started).version
        commands.authorise_assessment(someone("north.manager"), assessment_id=started, version=version)
    copy = worker.get(f"{url}/family-copy").text
    assert "Debt, not lack of care." in copy and "Ellie sleeps at Gran’s" in copy and "Step down" in copy
    assert "Lee scares me" not in copy and "bruises" not in copy
    assert worker.get(f"{url}/family-copy.pdf").mimetype == "application/pdf"
    with _work(bare_app):
        db.session.execute(sa.update(Assessment).values(parts={**said, "analysis": "They hide at 14 quarry lane"}))
    held = worker.get(f"{url}/family-copy")
    assert held.status_code == 409 and "protected address stands in: Analysis" in held.text
    assert "quarry lane" not in held.text
