"""What is late about a team's children, as its manager's lists have it."""

from datetime import datetime, timedelta

from flask import Flask

from caseapp.cases.queries import list_late_unexplained, list_late_waiting
from caseapp.deadlines.commands import authorise_late, explain_late
from caseapp.deadlines.queries import clocks_of
from caseapp.kernel import clock
from tests.factories import AFamily, a_case, give, someone
from tests.helpers.statements import count_statements


def explain(of: AFamily, who: str = "north.worker", words: str = "Two people are off sick.") -> int:
    view = next(view for view in clocks_of([of.case_id])[of.case_id] if view.rule.key == "case.allocate")
    return explain_late(someone(who), subject_id=of.case_id, clock_id=view.id, reason="too_much", words=words)


def test_what_is_late_is_first_unexplained_then_waits_then_is_gone(app: Flask, friday: datetime) -> None:
    of, far = a_case(), a_case(name="Shah", team="central")
    manager, central = someone("north.manager"), someone("central.manager")
    assert list_late_unexplained(manager) == []
    with clock.at(friday + timedelta(days=5)):
        (late,) = list_late_unexplained(manager)
        assert (late.case.id, late.rule.words, late.due_words) == (of.case_id, "Worker named", "Mon 23 Nov 2026")
        assert list_late_waiting(manager) == []

        late_id = explain(of)

        assert list_late_unexplained(manager) == []
        (waiting,) = list_late_waiting(manager)
        assert (waiting.late_id, waiting.own) == (late_id, False)
        assert (waiting.reason, waiting.words) == ("There was more work than people", "Two people are off sick.")
        assert waiting.given_by == someone("north.worker").name
        assert [row.case.id for row in list_late_unexplained(central)] == [far.case_id]
        assert list_late_waiting(central) == [] == list_late_waiting(manager, team_id=far.case_id)
        assert list_late_waiting(someone("north.worker")) == [] == list_late_unexplained(someone("north.worker"))

        authorise_late(manager, subject_id=of.case_id, late_id=late_id)

        assert list_late_waiting(manager) == []


def test_what_was_ended_late_is_asked_for_four_weeks(app: Flask, friday: datetime) -> None:
    of = a_case()
    with clock.at(friday + timedelta(days=5)):
        give(of, "north.worker")
        assert [row.stopped_at for row in list_late_unexplained(someone("north.manager"))] == [clock.now()]
    with clock.at(friday + timedelta(days=34)):
        assert list_late_unexplained(someone("north.manager")) == []


def test_a_managers_own_reason_is_for_another_and_the_list_goes_by_key(app: Flask, friday: datetime) -> None:
    families = [a_case(name=name) for name in ("Marsden", "Shah", "Lister")]
    manager = someone("north.manager")
    with clock.at(friday + timedelta(days=5)):
        for of in families:
            explain(of, who="north.manager")
        with count_statements(app) as statements:
            first = list_late_waiting(manager, limit=2)
        assert len(statements) == 1
        assert all(row.own for row in first)
        rest = list_late_waiting(manager, after=first[-1].key, limit=2)
        assert [row.case.id for row in (*first, *rest)] == [of.case_id for of in families]
