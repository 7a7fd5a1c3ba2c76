"""Clocks follow events: an event starts one, stops one, or puts another in its place. Nothing pauses one."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from caseapp.deadlines import commands
from caseapp.deadlines.models import Clock
from caseapp.deadlines.queries import ClockView, clocks_of
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.events import TYPES, record
from caseapp.kernel.subjects import new_subject
from tests.factories import a_case, give, someone
from tests.helpers.statements import count_statements

RECEIVED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def received(at: datetime = RECEIVED) -> int:
    """A referral that came: only its event and its number."""
    subject = new_subject("referral")
    school = someone("school")
    record(
        school,
        "referral.received",
        subjects=[subject.id],
        occurred_at=at,
        agency=school.agency_id,
        mode="form",
        children=1,
    )
    return subject.id


def rated(subject_id: int, rating: str, at: datetime) -> None:
    record(
        someone("mash.worker"),
        "referral.rated",
        subjects=[subject_id],
        occurred_at=at,
        rating=rating,
        received_at=RECEIVED,
    )


def running(subject_id: int) -> dict[str, ClockView]:
    return {view.rule.key: view for view in clocks_of([subject_id]).get(subject_id, [])}


def ended(subject_id: int) -> dict[str, str | None]:
    views = clocks_of([subject_id], running_only=False).get(subject_id, [])
    return {view.rule.key: view.ended_as for view in views if view.stopped_at is not None}


def test_a_referral_starts_its_three_clocks(app: Flask, friday: datetime) -> None:
    subject_id = received()

    clocks = running(subject_id)

    assert set(clocks) == {"mash.first_look", "referral.decision", "feedback.referrer"}
    assert clocks["mash.first_look"].due_at == RECEIVED + timedelta(hours=1)
    assert clocks["referral.decision"].due_on is not None
    assert clocks["referral.decision"].due_on.isoformat() == "2026-11-23"


@pytest.mark.parametrize(("minutes", "how"), [(59, "met"), (60, "met"), (61, "late")])
def test_what_stops_it_says_whether_it_was_in_time(app: Flask, friday: datetime, minutes: int, how: str) -> None:
    subject_id = received()

    record(
        someone("mash.worker"),
        "referral.read",
        subjects=[subject_id],
        occurred_at=RECEIVED + timedelta(minutes=minutes),
    )

    assert ended(subject_id) == {"mash.first_look": how}


def test_a_changed_rating_replaces_the_clock_and_counts_again_from_receipt(app: Flask, friday: datetime) -> None:
    subject_id = received()

    rated(subject_id, "amber", RECEIVED + timedelta(hours=1))
    rated(subject_id, "red", RECEIVED + timedelta(hours=2))

    assert ended(subject_id) == {"mash.amber": "replaced"}
    assert running(subject_id)["mash.red"].due_at == RECEIVED + timedelta(hours=4)
    assert "mash.amber" not in running(subject_id)


def test_the_same_rating_again_changes_nothing(app: Flask, friday: datetime) -> None:
    subject_id = received()
    rated(subject_id, "green", RECEIVED + timedelta(hours=1))
    first = running(subject_id)["mash.green"]

    rated(subject_id, "green", RECEIVED + timedelta(hours=2))

    assert running(subject_id)["mash.green"].id == first.id


def test_no_rating_moves_the_statutory_decision(app: Flask, friday: datetime) -> None:
    subject_id = received()
    before = running(subject_id)["referral.decision"]

    rated(subject_id, "red", RECEIVED + timedelta(hours=1))

    assert running(subject_id)["referral.decision"] == before


def test_an_assessment_counts_from_the_referral_not_from_the_decision(app: Flask, friday: datetime) -> None:
    family = a_case(received_at=datetime(2026, 11, 18, 8, 47, tzinfo=UTC))

    view = running(family.case_id)["assessment.complete"]

    assert view.due_on is not None
    assert view.due_on.isoformat() == "2027-01-25"
    assert view.due.sentence.startswith("The referral came on Wednesday 18 November 2026: that is day 0.")
    assert view.pace == "day 2 of 45"
    assert view.time_left.state == "calm"


def test_each_child_has_its_own_clocks(app: Flask, friday: datetime) -> None:
    family = a_case(children=2)
    assert {tuple(sorted(running(case_id))) for case_id in family.case_ids} == {
        ("assessment.complete", "case.allocate")
    }


def test_family_help_starts_no_assessment_clock(app: Flask, friday: datetime) -> None:
    family = a_case(team="fh_north", level="focused_family_help")
    assert set(running(family.case_id)) == {"case.allocate"}


@pytest.mark.parametrize(("days", "how"), [(0, "met"), (3, "met"), (4, "late")])
def test_naming_a_worker_is_met_until_the_end_of_its_day(app: Flask, friday: datetime, days: int, how: str) -> None:
    family = a_case()

    with clock.at(friday + timedelta(days=days)):
        give(family, "north.worker")

    assert ended(family.case_id) == {"case.allocate": how}


def test_one_rule_runs_once_for_a_subject(app: Flask, friday: datetime) -> None:
    family = a_case()
    again = sa.select(Clock).where(Clock.subject_id == family.case_id, Clock.rule == "case.allocate")
    row = db.session.scalars(again).one()
    db.session.add(
        Clock(
            rule=row.rule,
            subject_id=row.subject_id,
            anchor_at=row.anchor_at,
            due_on=row.due_on,
            due_at=row.due_at,
            started_by_id=row.started_by_id,
        )
    )
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()


def test_a_record_from_before_the_calendar_has_no_clock_and_no_fault(app: Flask, friday: datetime) -> None:
    subject_id = received(datetime(1999, 5, 1, 12, 0, tzinfo=UTC))
    assert running(subject_id) == {}


def test_many_clocks_cost_one_statement_and_no_subject_costs_none(app: Flask, friday: datetime) -> None:
    family = a_case(children=3)
    assert set(clocks_of(family.case_ids)) == set(family.case_ids)
    assert clocks_of([]) == {}


def test_every_event_that_a_rule_waits_for_is_declared(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    commands.check_codes()
    monkeypatch.delitem(TYPES, "case.allocated")
    with pytest.raises(RuntimeError, match=r"no slice declares: case\.allocated"):
        commands.check_codes()


def test_what_is_recorded_later_than_what_came_after_it_counts_all_the_same(app: Flask, friday: datetime) -> None:
    subject_id = received()
    record(
        someone("mash.worker"),
        "referral.read",
        subjects=[subject_id],
        occurred_at=RECEIVED + timedelta(minutes=90),
    )
    assert ended(subject_id) == {"mash.first_look": "late"}

    record(
        someone("mash.worker"),
        "referral.read",
        subjects=[subject_id],
        occurred_at=RECEIVED + timedelta(minutes=20),
    )

    assert ended(subject_id) == {"mash.first_look": "met"}


@pytest.mark.parametrize(("earlier", "most"), [(timedelta(0), 3), (timedelta(hours=1), 3)])
def test_starting_clocks_costs_what_it_did(app: Flask, friday: datetime, earlier: timedelta, most: int) -> None:
    """The event, its subjects, what runs, and one for those that begin: recorded at once or an hour later."""
    school, subject = someone("school"), new_subject("referral")
    told = {"agency": school.agency_id, "mode": "form", "children": 1}
    with count_statements(app) as statements:
        record(school, "referral.received", subjects=[subject.id], occurred_at=clock.now() - earlier, **told)
    assert len(statements) == 4, statements
    assert len(running(subject.id)) == most
