"""Late: a coded reason and words, and a manager who authorises it. The clock runs on all the same."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from caseapp.access.domain import L4, PERMISSIONS, allows
from caseapp.access.queries import get_subject
from caseapp.cases.queries.chronology import list_chronology
from caseapp.deadlines.commands import authorise_late, explain_late
from caseapp.deadlines.models import LateReason
from caseapp.deadlines.queries import ClockView, clocks_of, late_reasons_of
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Invalid, NotFound, OutOfOrder, Refused
from caseapp.kernel.events import Event
from tests.factories import AFamily, a_case, give, someone


def allocate_clock(of: AFamily) -> ClockView:
    views = clocks_of([of.case_id], running_only=False)[of.case_id]
    return next(view for view in views if view.rule.key == "case.allocate")


def explain(of: AFamily, **more: str) -> int:
    given = {"reason": "too_much", "words": "Two people are off sick."} | more
    return explain_late(someone("north.worker"), subject_id=of.case_id, clock_id=allocate_clock(of).id, **given)


def test_a_reason_is_given_and_authorised_and_the_clock_runs_on(app: Flask, friday: datetime) -> None:
    of = a_case()
    with clock.at(friday + timedelta(days=5)):
        late_id = explain(of)
        before = allocate_clock(of)
        authorise_late(someone("north.manager"), subject_id=of.case_id, late_id=late_id)
        authorise_late(someone("north.manager"), subject_id=of.case_id, late_id=late_id)

        row = db.session.get_one(LateReason, late_id)
        assert (row.reason, row.words) == ("too_much", "Two people are off sick.")
        assert row.authorised_by_id == someone("north.manager").user_id
        assert allocate_clock(of) == before
        assert allocate_clock(of).state == "late"
        events = sa.select(Event.code).where(Event.code.startswith("clock.late")).order_by(Event.id)
        assert list(db.session.scalars(events)) == ["clock.late_explained", "clock.late_authorised"]
        (told,) = late_reasons_of([before.id])[before.id]
        assert (told.reason, told.words) == ("There was more work than people", "Two people are off sick.")
        assert (told.given_by, told.authorised_by) == (someone("north.worker").name, someone("north.manager").name)
        titles = [entry.title for entry in list_chronology(someone("north.manager"), [of.case_id])]
    assert "Worker named is late: There was more work than people" in titles


def test_what_was_done_late_is_explained_afterwards_too(app: Flask, friday: datetime) -> None:
    of = a_case()
    with clock.at(friday + timedelta(days=5)):
        give(of, "north.worker")
        assert explain(of) > 0


def test_what_is_not_late_needs_no_reason(app: Flask, friday: datetime) -> None:
    of = a_case()
    with pytest.raises(OutOfOrder):
        explain(of)
    give(of, "north.worker")
    with clock.at(friday + timedelta(days=5)), pytest.raises(OutOfOrder):
        explain(of)


@pytest.mark.parametrize(
    ("more", "field"),
    [({"reason": "weather"}, "reason"), ({"words": " "}, "words"), ({"words": "x" * 2001}, "words")],
)
def test_what_is_missing_is_said_at_its_field(app: Flask, friday: datetime, more: dict[str, str], field: str) -> None:
    of = a_case()
    with clock.at(friday + timedelta(days=5)), pytest.raises(Invalid) as refused:
        explain(of, **more)
    assert list(refused.value.problems) == [field]


def test_nobody_authorises_their_own_reason_or_another_childs(app: Flask, friday: datetime) -> None:
    of, other = a_case(), a_case(name="Shah")
    manager = someone("north.manager")
    with clock.at(friday + timedelta(days=5)):
        own = explain_late(
            manager, subject_id=of.case_id, clock_id=allocate_clock(of).id, reason="missed", words="My fault."
        )
        with pytest.raises(Refused):
            authorise_late(manager, subject_id=of.case_id, late_id=own)
        with pytest.raises(NotFound):
            authorise_late(manager, subject_id=other.case_id, late_id=own)
        with pytest.raises(NotFound):
            explain_late(
                manager, subject_id=other.case_id, clock_id=allocate_clock(of).id, reason="missed", words="Not here."
            )


def test_who_may_explain_authorise_record_and_decide(app: Flask, friday: datetime) -> None:
    of = a_case(worker="north.worker")
    worker, manager, head = someone("north.worker"), someone("north.manager"), someone("head")

    def may(who: object, key: str) -> bool:
        actor = who
        subject = get_subject(actor, of.reference, "case", L4) if PERMISSIONS[key].subject else None  # type: ignore[arg-type]
        return allows(PERMISSIONS[key], actor, subject)  # type: ignore[arg-type]

    assert [may(who, "clock:explain_late") for who in (worker, manager)] == [True, True]
    assert [may(who, "clock:authorise_late") for who in (worker, manager)] == [False, True]
    assert [may(who, "case:record_event") for who in (worker, manager)] == [True, True]
    assert [may(who, "policy:decide") for who in (worker, manager, head)] == [False, False, True]
