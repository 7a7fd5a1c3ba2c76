"""What is late in a manager's teams, whatever it is about: one list."""

from datetime import datetime, timedelta

import pytest
from flask import Flask

from caseapp.access.commands import bar
from caseapp.cases.queries import list_team
from caseapp.deadlines.commands import authorise_late, explain_late, send_back_late
from caseapp.deadlines.queries import clocks_of, list_late, list_sent_back
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Invalid, OutOfOrder, Refused
from caseapp.pathway.commands import agree_handover
from tests.factories import AFamily, a_case, an_authorised_assessment, give, propose_step_down, someone, team_id
from tests.helpers.statements import count_statements
from tests.referrals.hub_world import receive


def explain(of: AFamily, who: str = "north.worker", words: str = "Two people are off sick.") -> int:
    view = next(view for view in clocks_of([of.case_id])[of.case_id] if view.rule.key == "case.allocate")
    return explain_late(someone(who), subject_id=of.case_id, clock_id=view.id, reason="too_much", words=words)


def test_what_is_late_is_first_unexplained_then_waits_then_is_gone(app: Flask, friday: datetime) -> None:
    of, far = a_case(), a_case(name="Shah", team="central")
    manager, central = someone("north.manager"), someone("central.manager")
    assert list_late(manager).unexplained == ()
    with clock.at(friday + timedelta(days=5)):
        (late,) = list_late(manager).unexplained
        assert (late.about.reference, late.rule.words, late.due_words) == (
            of.reference,
            "Worker named",
            "Mon 23 Nov 2026",
        )
        assert (late.about.noun, late.about.worker) == ("Case", "")
        assert list_late(manager).waiting == ()

        late_id = explain(of)

        assert list_late(manager).unexplained == ()
        (waiting,) = list_late(manager).waiting
        assert (waiting.late_id, waiting.own) == (late_id, False)
        assert (waiting.reason, waiting.words) == ("There was more work than people", "Two people are off sick.")
        assert waiting.given_by == someone("north.worker").name
        assert [row.about.reference for row in list_late(central).unexplained] == [far.reference]
        assert list_late(central).waiting == ()
        for nobodys in ("north.worker", "head", "mash.manager"):
            assert (list_late(someone(nobodys)).waiting, list_late(someone(nobodys)).unexplained) == ((), ())
        assert list_team(team_id("north"), manager).late_waiting == 1
        assert list_team(team_id("central"), central).late_waiting == 0

        authorise_late(manager, subject_id=of.case_id, late_id=late_id)

        assert list_late(manager).waiting == ()
        assert list_team(team_id("north"), manager).late_waiting == 0


def test_what_is_sent_back_with_a_question_is_unexplained_until_it_is_answered(app: Flask, friday: datetime) -> None:
    of, manager = a_case(), someone("north.manager")
    with clock.at(friday + timedelta(days=5)):
        late_id = explain(of)
        with pytest.raises(Invalid) as missing:
            send_back_late(manager, subject_id=of.case_id, late_id=late_id, question=" ")
        assert list(missing.value.problems) == ["question"]
        with pytest.raises(Refused):
            send_back_late(someone("north.worker"), subject_id=of.case_id, late_id=late_id, question="Who?")
        for _ in range(2):
            send_back_late(manager, subject_id=of.case_id, late_id=late_id, question="Who stood in?")
        with pytest.raises(OutOfOrder) as answered:
            authorise_late(manager, subject_id=of.case_id, late_id=late_id)
        assert str(answered.value).startswith("Sent back by Ruth Hallam")
        with pytest.raises(OutOfOrder):
            send_back_late(manager, subject_id=of.case_id, late_id=late_id, question="And since when?")

        worker = someone("north.worker")
        (asked,) = list_sent_back(worker)
        assert (asked.reference, asked.rule.key, asked.asked_by) == (of.reference, "case.allocate", "Ruth Hallam")
        assert list_sent_back(manager) == list_sent_back(someone("central.worker")) == []

        found = list_late(manager)
        assert (found.waiting, [row.rule.key for row in found.unexplained]) == ((), ["case.allocate"])

        again = explain(of)

        assert again != late_id and list_sent_back(worker) == []
        found = list_late(manager)
        assert ([row.late_id for row in found.waiting], found.unexplained) == ([again], ())


def test_what_was_ended_late_is_asked_for_four_weeks(app: Flask, friday: datetime) -> None:
    of = a_case()
    with clock.at(friday + timedelta(days=5)):
        give(of, "north.worker")
        assert [row.stopped_at for row in list_late(someone("north.manager")).unexplained] == [clock.now()]
    with clock.at(friday + timedelta(days=34)):
        assert list_late(someone("north.manager")).unexplained == ()


def test_a_managers_own_reason_is_for_another_and_the_list_goes_by_key(app: Flask, friday: datetime) -> None:
    families = [a_case(name=name) for name in ("Marsden", "Shah", "Lister")]
    manager = someone("north.manager")
    with clock.at(friday + timedelta(days=5)):
        unexplained = list_late(manager, limit=2)
        assert len(unexplained.unexplained) == 2 and unexplained.next_unexplained is not None
        rest = list_late(manager, unexplained_after=unexplained.next_unexplained, limit=2)
        assert [row.about.reference for row in (*unexplained.unexplained, *rest.unexplained)] == [
            of.reference for of in families
        ]
        for of in families:
            explain(of, who="north.manager")
        first = list_late(manager, limit=2)
        assert all(row.own for row in first.waiting) and first.next_waiting is not None
        rest = list_late(manager, waiting_after=first.next_waiting, limit=2)
        assert [row.about.reference for row in (*first.waiting, *rest.waiting)] == [of.reference for of in families]
        assert rest.next_waiting is None


def test_the_hubs_manager_has_referrals_and_both_managers_a_handover(app: Flask, friday: datetime) -> None:
    referral = receive("SAMPLE-005")
    family = a_case(worker="north.worker")
    an_authorised_assessment(family)
    handover = propose_step_down(family)
    agree_handover(someone("north.manager"), handover_id=handover)
    db.session.flush()
    with clock.at(friday + timedelta(days=5)):
        with count_statements(app) as statements:
            hub = list_late(someone("mash.manager")).unexplained
        assert len(statements) <= 4
        assert {(row.about.noun, row.about.reference) for row in hub} == {("Referral", referral.reference)}
        assert {row.rule.key for row in hub} >= {"mash.first_look", "referral.decision", "feedback.referrer"}
        for manager in ("north.manager", "familyhelp.north"):
            rows = [row for row in list_late(someone(manager)).unexplained if row.about.noun == "Handover"]
            assert [(row.rule.key, row.about.names) for row in rows] == [("handover.accept", "Marsden family")]
            assert rows[0].about.team == "North locality to Family help, North"
        assert list_late(someone("central.manager")).unexplained == ()


def test_a_conflict_of_interest_keeps_it_from_the_list_and_the_count(app: Flask, friday: datetime) -> None:
    of, manager = a_case(), someone("north.manager")
    with clock.at(friday + timedelta(days=5)):
        explain(of)
        bar(f"user:{manager.user_id}", subject_id=of.case_id, reason="conflict")
        assert list_late(manager).waiting == ()
        assert list_team(team_id("north"), manager).late_waiting == 0
