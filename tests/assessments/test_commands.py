"""Writing an assessment, handing it in, authorising it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from caseapp.access.domain import Actor
from caseapp.assessments import commands, queries
from caseapp.assessments.domain import Answers
from caseapp.cases.models import Case
from caseapp.deadlines.queries import clocks_of
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Conflict, Invalid, OutOfOrder, Refused
from caseapp.kernel.events import Event
from tests.factories import AFamily, a_case, an_authorised_assessment, filled_answers, start_an_assessment

Who = Callable[[str], Actor]


@pytest.fixture
def family(app: Flask, friday: datetime) -> AFamily:
    """Two children at assessment level with Leah Dawson in North."""
    return a_case(children=2, worker="north.worker")


def _page(assessment_id: int) -> queries.AssessmentPage:
    return queries.get_assessment(assessment_id)


def test_one_open_assessment_per_family(family: AFamily, actor: Who) -> None:
    first = commands.start_assessment(
        actor("north.worker"), case_id=family.case_ids[0], sibling_ids=family.case_ids[1:]
    )
    assert commands.start_assessment(actor("north.manager"), case_id=family.case_ids[1], sibling_ids=[]) == first


def test_only_children_of_this_family_and_team(family: AFamily, actor: Who) -> None:
    other = a_case(name="Lister", worker="north.worker")
    with pytest.raises(Invalid):
        commands.start_assessment(actor("north.worker"), case_id=family.case_id, sibling_ids=[other.case_id])


def test_saving_counts_versions_and_the_same_text_again_changes_nothing(family: AFamily, actor: Who) -> None:
    leah, started = actor("north.worker"), start_an_assessment(family)
    answers = filled_answers(_page(started))
    saved = commands.save_assessment(leah, assessment_id=started, version=1, answers=answers)
    assert saved.version == 2
    assert commands.save_assessment(leah, assessment_id=started, version=1, answers=answers).version == 2
    assert _page(started).answers == answers


def test_a_stale_page_gets_both_texts_and_nothing_is_lost(family: AFamily, actor: Who) -> None:
    started = start_an_assessment(family)
    theirs: Answers = {**_page(started).answers, "analysis": "Ruth's words", "worries": "The same"}
    mine: Answers = {**_page(started).answers, "analysis": "Leah's words", "worries": "The same"}
    commands.save_assessment(actor("north.manager"), assessment_id=started, version=1, answers=theirs)
    with pytest.raises(commands.StaleAssessment) as stale:
        commands.save_assessment(actor("north.worker"), assessment_id=started, version=1, answers=mine)
    assert "Ruth Hallam" in str(stale.value)
    assert [(d.field, d.theirs, d.mine) for d in stale.value.differences] == [
        ("analysis", "Ruth's words", "Leah's words")
    ]
    assert _page(started).answers["analysis"] == "Ruth's words"


def test_another_author_leaves_the_earlier_wording_kept(family: AFamily, actor: Who) -> None:
    started = start_an_assessment(family)
    commands.save_assessment(
        actor("north.worker"), assessment_id=started, version=1, answers={**_page(started).answers, "worries": "Leah's"}
    )
    commands.save_assessment(
        actor("marta.wilk"), assessment_id=started, version=2, answers={**_page(started).answers, "worries": "Marta's"}
    )
    assert [(row.why, row.author) for row in queries.list_versions(started)] == [("taken_up", "Leah Dawson")]
    assert queries.get_version_answers(started, 1)["worries"] == "Leah's"


def test_submitting_says_everything_that_is_missing_and_keeps_the_state(family: AFamily, actor: Who) -> None:
    started = start_an_assessment(family)
    with pytest.raises(Invalid) as invalid:
        commands.submit_assessment(
            actor("north.worker"), assessment_id=started, version=1, answers=_page(started).answers
        )
    one, two = family.case_ids
    assert set(invalid.value.problems) == {
        "analysis", f"factors_{one}", f"factors_{two}", f"outcome_{one}", f"outcome_{two}",
    }  # fmt: skip
    assert _page(started).state == "writing"


def test_submitted_sent_back_submitted_authorised(family: AFamily, actor: Who) -> None:
    leah, ruth, started = actor("north.worker"), actor("north.manager"), start_an_assessment(family)
    answers = filled_answers(_page(started), outcome="cin_plan")
    commands.submit_assessment(leah, assessment_id=started, version=1, answers=answers)
    with pytest.raises(OutOfOrder):
        commands.save_assessment(leah, assessment_id=started, version=3, answers=answers)
    with pytest.raises(Invalid):
        commands.send_back_assessment(ruth, assessment_id=started, version=_page(started).version, words=" ")
    commands.send_back_assessment(ruth, assessment_id=started, version=_page(started).version, words="And the father?")
    assert _page(started).manager_words == "And the father?"
    answers["parents_view"] = "Father: he agrees."
    commands.submit_assessment(leah, assessment_id=started, version=_page(started).version, answers=answers)
    commands.authorise_assessment(ruth, assessment_id=started, version=_page(started).version, words="Thorough.")
    page = _page(started)
    assert (page.state, page.authorised_by, page.authorised_at) == ("authorised", "Ruth Hallam", clock.now())
    assert [row.why for row in queries.list_versions(started)] == ["submitted", "sent_back", "submitted", "authorised"]
    assert set(db.session.scalars(sa.select(Case.level).where(Case.id.in_(family.case_ids)))) == {"child_in_need"}


def test_authorising_stops_the_clock_of_every_child(family: AFamily) -> None:
    assert {c.rule.key for found in clocks_of(family.case_ids).values() for c in found} >= {"assessment.complete"}
    an_authorised_assessment(family)
    running = [c.rule.key for found in clocks_of(family.case_ids).values() for c in found]
    assert "assessment.complete" not in running
    ended = [c.ended_as for found in clocks_of(family.case_ids, running_only=False).values() for c in found
             if c.rule.key == "assessment.complete"]  # fmt: skip
    assert ended == ["met", "met"]


@pytest.mark.parametrize(
    ("login", "said"),
    [
        ("north.worker", "You wrote part of this assessment: another manager authorises it."),
        ("familyhelp.north", "Only a qualified social worker can authorise an assessment."),
    ],
)
def test_four_eyes_and_qualified(family: AFamily, actor: Who, login: str, said: str) -> None:
    started = start_an_assessment(family, submit=True)
    with pytest.raises(Refused, match=said):
        commands.authorise_assessment(actor(login), assessment_id=started, version=_page(started).version)
    assert _page(started).state == "submitted"


def test_a_manager_who_wrote_a_part_of_it_does_not_authorise_it(family: AFamily, actor: Who) -> None:
    started, ruth = start_an_assessment(family), actor("north.manager")
    answers = filled_answers(_page(started))
    commands.save_assessment(ruth, assessment_id=started, version=1, answers={**answers, "worries": "Ruth's part"})
    commands.submit_assessment(actor("north.worker"), assessment_id=started, version=2, answers=answers)
    with pytest.raises(Refused):
        commands.authorise_assessment(ruth, assessment_id=started, version=_page(started).version)


def test_the_second_of_two_managers_is_told_who_was_first(family: AFamily, actor: Who) -> None:
    started = start_an_assessment(family, submit=True)
    seen = _page(started).version
    commands.authorise_assessment(actor("north.manager"), assessment_id=started, version=seen)
    with pytest.raises(Conflict, match="Ruth Hallam authorised this"):
        commands.authorise_assessment(actor("central.manager"), assessment_id=started, version=seen)


def test_late_asks_for_a_reason(app: Flask, actor: Who, friday: datetime) -> None:
    with clock.at(friday - timedelta(days=90)):
        family = a_case(worker="north.worker")
    started = start_an_assessment(family, submit=True)
    with pytest.raises(Invalid) as invalid:
        commands.authorise_assessment(actor("north.manager"), assessment_id=started, version=_page(started).version)
    assert set(invalid.value.problems) == {"late_code"}
    with pytest.raises(Invalid) as invalid:
        commands.authorise_assessment(
            actor("north.manager"), assessment_id=started, version=_page(started).version, late_code="other"
        )
    assert set(invalid.value.problems) == {"late_reason"}
    commands.authorise_assessment(
        actor("north.manager"),
        assessment_id=started,
        version=_page(started).version,
        late_code="waiting_agency",
        late_reason="Waited for health",
    )
    assert (_page(started).late_code, _page(started).late_reason) == ("waiting_agency", "Waited for health")
    event = db.session.scalars(sa.select(Event).where(Event.code == "assessment.authorised")).one()
    assert event.data == {"late": True}
