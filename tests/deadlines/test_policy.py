"""A council decides about rules and days: what moves is seen first, then moved, in one transaction, and told."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from caseapp.deadlines.catalogue import HUB_HOURS, PUBLISHED, RULES
from caseapp.deadlines.commands import apply_change, mend, preview_change, rebuild
from caseapp.deadlines.domain import Policy, PolicyChange
from caseapp.deadlines.models import ClockMove, PolicyDecision
from caseapp.deadlines.queries import (
    clocks_of,
    earliest_of,
    known_policy,
    list_decisions,
    logs_inside,
    milestones_of,
    written_down,
)
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Conflict, Invalid
from caseapp.kernel.events import Event, record
from caseapp.kernel.subjects import new_subject
from tests.deadlines.test_recorded import tell
from tests.factories import a_case, give, someone

RECEIVED = datetime(2026, 11, 18, 8, 47, tzinfo=UTC)
JUBILEE = date(2027, 1, 18)


def change(kind: Any = "bank_holiday", **fields: Any) -> PolicyChange:
    made: dict[str, Any] = {"id": 1, "kind": kind, "made_at": clock.now(), "source": "https://www.gov.uk/"}
    return PolicyChange(**made | fields)


def holiday(day: date = JUBILEE, words: str = "A day of thanks") -> PolicyChange:
    return change(day=day, words=words)


def decide(made: PolicyChange) -> int:
    """The head decides, having looked; gives how many clocks moved."""
    before = preview_change(made)
    done = apply_change(someone("head"), made, version=before.version)
    assert done.moves == before.moves
    return len(done.moves)


def due_on(case_id: int, key: str) -> date | None:
    return next(view.due_on for view in clocks_of([case_id])[case_id] if view.rule.key == key)


def nothing_to_change() -> bool:
    return not [one for part in rebuild() for one in part.differences]


def test_a_proclaimed_holiday_moves_what_it_lies_in_and_the_sentence_says_so(app: Flask, friday: datetime) -> None:
    family = a_case(received_at=RECEIVED)
    assert due_on(family.case_id, "assessment.complete") == date(2027, 1, 25)

    seen = preview_change(holiday())
    assert [(move.rule, move.now_due_on) for move in seen.moves] == [("assessment.complete", date(2027, 1, 26))]
    assert (seen.by_rule, seen.later) == ({"assessment.complete": 1}, 1)
    assert due_on(family.case_id, "assessment.complete") == date(2027, 1, 25)
    assert decide(holiday()) == 1

    view = next(v for v in clocks_of([family.case_id])[family.case_id] if v.rule.key == "assessment.complete")
    assert view.due_on == view.due.due_on == date(2027, 1, 26)
    assert "18 January (A day of thanks)" in view.due.sentence
    assert "this calendar is version 2" in view.due.source_line
    event = db.session.scalars(sa.select(Event).where(Event.code == "policy.decided")).one()
    assert event.data == {"version": known_policy().version, "moved": 1}
    moved = db.session.scalars(sa.select(ClockMove)).one()
    assert moved.now_due_at - moved.was_due_at == timedelta(days=1)
    assert nothing_to_change()


def test_a_clock_that_begins_afterwards_counts_by_it(app: Flask, friday: datetime) -> None:
    decide(holiday())
    family = a_case(received_at=RECEIVED)
    assert due_on(family.case_id, "assessment.complete") == date(2027, 1, 26)
    assert nothing_to_change()


def test_what_had_ended_stays_as_it_was_and_is_told_as_it_was(app: Flask, friday: datetime) -> None:
    family = a_case()
    give(family, "north.worker")
    with clock.at(friday + timedelta(hours=1)):
        assert decide(holiday(date(2026, 11, 23))) == 1  # the assessment's; the worker is named already

    views = {view.rule.key: view for view in clocks_of([family.case_id], running_only=False)[family.case_id]}

    assert views["case.allocate"].due_on == views["case.allocate"].due.due_on == date(2026, 11, 23)
    assert nothing_to_change()


def test_a_holiday_that_is_withdrawn_moves_them_back(app: Flask, friday: datetime) -> None:
    family = a_case(received_at=RECEIVED)
    decide(holiday())
    assert decide(holiday(words="")) == 1
    assert due_on(family.case_id, "assessment.complete") == date(2027, 1, 25)
    assert nothing_to_change()


def test_a_rule_given_hub_hours_moves_the_instant(app: Flask, friday: datetime) -> None:
    school, hub = someone("school"), someone("mash.worker")
    subject = new_subject("referral")
    told = {"agency": school.agency_id, "mode": "form", "children": 1}
    record(school, "referral.received", subjects=[subject.id], **told)
    record(hub, "referral.rated", subjects=[subject.id], rating="red", received_at=clock.now())
    hours = change("rule", rule="mash.red", length=4, calendar="hub_hours", in_force_from=date(2026, 11, 1))

    assert decide(hours) == 1

    view = next(v for v in clocks_of([subject.id])[subject.id] if v.rule.key == "mash.red")
    # From half past three on Friday: an hour and a half until five, the rest on Monday from nine.
    assert view.due_at == view.due.due_at == datetime(2026, 11, 23, 11, 30, tzinfo=UTC)
    assert nothing_to_change()


def test_a_closed_office_moves_no_statutory_date(app: Flask, friday: datetime) -> None:
    family = a_case(received_at=RECEIVED)
    assert decide(change("closure", day=date(2026, 12, 29), words="Offices shut")) == 0
    assert due_on(family.case_id, "assessment.complete") == date(2027, 1, 25)


def test_a_councils_own_length_holds_from_its_day(app: Flask, friday: datetime) -> None:
    family = a_case()
    assert due_on(family.case_id, "case.allocate") == date(2026, 11, 23)
    quicker = change("rule", rule="case.allocate", length=3, in_force_from=date(2026, 11, 20))

    assert preview_change(replace(quicker, in_force_from=date(2026, 11, 21))).moves == ()
    assert decide(quicker) == 1

    view = next(v for v in clocks_of([family.case_id])[family.case_id] if v.rule.key == "case.allocate")
    assert view.due_on == date(2026, 11, 25)
    assert "Naming a worker has 3 working days." in view.due.sentence
    assert "not verified" not in view.due.source_line
    assert decide(change("rule", rule="case.allocate", in_force_from=date(2026, 11, 1))) == 1
    assert due_on(family.case_id, "case.allocate") == date(2026, 11, 23)
    assert nothing_to_change()


@pytest.mark.parametrize(
    ("made", "field", "message"),
    [
        ({"kind": "rule", "rule": "assessment.complete", "length": 46}, "length", "45 working days: a council may be"),
        (
            {"kind": "rule", "rule": "assessment.complete", "length": 40, "calendar": "local"},
            "calendar",
            "The law sets",
        ),
        ({"kind": "rule", "rule": "handover.accept", "length": 0}, "length", "from 1 to"),
        ({"kind": "rule", "rule": "handover.accept", "length": 2, "calendar": "hub_hours"}, "calendar", "Not for this"),
        ({"kind": "rule", "rule": "no.such", "length": 2}, "rule", "no such rule"),
        (
            {"kind": "rule", "rule": "handover.accept", "length": 2, "in_force_from": None},
            "in_force_from",
            "from which",
        ),
        ({"kind": "rule", "rule": "nrm.conclusive_from", "length": 29}, "length", "a council may wait longer"),
        ({"kind": "rule", "rule": "review.first", "length": 25}, "length", "from 1 to 24"),
        ({"kind": "rule", "rule": "assessment.seen", "length": 46}, "length", "which has 45 working days"),
        ({"day": date(2027, 1, 16), "words": "x"}, "day", "Saturday or a Sunday"),
        ({"day": date(2026, 12, 25), "words": "x"}, "day", "does not count already: Christmas Day"),
        ({"day": date(2027, 1, 18), "words": ""}, "day", "nothing to withdraw"),
        ({"day": date(2027, 1, 18), "words": "  "}, "day", "nothing to withdraw"),
        ({"day": date(2027, 1, 18), "words": "x" * 201}, "words", "at most 200"),
        ({"day": date(2027, 1, 18), "words": "x", "source": "x" * 301}, "source", "at most 300"),
        ({"day": date(2099, 1, 19), "words": "x"}, "day", "from 2015 to 2040"),
        ({"kind": "closure", "day": date(2026, 12, 25), "words": ""}, "day", "a bank holiday, not a closing day"),
    ],
)
def test_what_cannot_be_decided(app: Flask, friday: datetime, made: dict[str, Any], field: str, message: str) -> None:
    given = {"in_force_from": date(2026, 11, 20)} | made if made.get("kind") == "rule" else made
    with pytest.raises(Invalid) as refused:
        preview_change(change(**given))
    assert message in refused.value.problems[field]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PolicyDecision)) == 0


def test_nobody_who_writes_waits_for_a_preview_that_only_looks(app: Flask, friday: datetime) -> None:
    a_case(worker="north.worker")
    db.session.commit()
    assert preview_change(holiday(), only_looks=True) == preview_change(holiday())
    preview_change(holiday(), only_looks=True)
    assert not db.session.in_transaction()


def test_what_is_worked_out_and_never_stored_follows_a_decision_too(app: Flask, friday: datetime) -> None:
    """A milestone, the earliest day for something, and by when it is to be written down."""
    since = {"in_force_from": date(2026, 11, 1)}
    of = a_case(received_at=RECEIVED, worker="north.worker")
    tell(of, "nrm.reasonable_decided", "2026-11-18")

    def days() -> list[date | None]:
        views = clocks_of([of.case_id])[of.case_id]
        seen = next(one for many in milestones_of(views).values() for one in many if one.rule.key == "assessment.seen")
        wait = next(view for view in earliest_of(logs_inside([of.case_id])[of.case_id]))
        written = written_down("visit.made", RECEIVED, RECEIVED)
        assert written is not None
        return [seen.due_on, wait.due.due_on, written.due.due_on]

    assert days() == [date(2026, 11, 25), date(2026, 12, 18), date(2026, 11, 20)]
    for key, length in (("assessment.seen", 3), ("nrm.conclusive_from", 45), ("recording.visit", 1)):
        assert decide(change("rule", rule=key, length=length, **since)) == 0
    assert days() == [date(2026, 11, 23), date(2027, 1, 2), date(2026, 11, 19)]


def test_a_statutory_length_may_be_shortened(app: Flask, friday: datetime) -> None:
    a_case(received_at=RECEIVED)
    assert decide(change("rule", rule="assessment.complete", length=40, in_force_from=date(2026, 11, 1))) == 1


def test_who_looked_before_somebody_else_decided_looks_again(app: Flask, friday: datetime) -> None:
    seen = preview_change(holiday())
    decide(holiday(date(2027, 1, 19)))
    with pytest.raises(Conflict):
        apply_change(someone("head"), holiday(), version=seen.version)


NOON = datetime(2026, 12, 18, 12, tzinfo=UTC)


def policy(*changes: PolicyChange) -> Policy:
    return Policy(RULES, HUB_HOURS, [replace(made, id=number) for number, made in enumerate(changes, 1)])


@pytest.mark.parametrize(
    ("start", "hours", "ends"),
    [
        ("2026-12-18T12:00", 4, "2026-12-18T16:00"),
        ("2026-12-18T12:00", 5, "2026-12-18T17:00"),
        ("2026-12-18T12:00", 6, "2026-12-21T10:00"),
        ("2026-12-18T20:00", 4, "2026-12-21T13:00"),
        ("2026-12-19T12:00", 8, "2026-12-21T17:00"),
        ("2026-12-24T16:00", 24, "2026-12-31T16:00"),
        ("2026-12-21T07:00", 1, "2026-12-21T10:00"),
    ],
)
def test_hub_hours_count_only_while_the_hub_is_open(start: str, hours: int, ends: str) -> None:
    at = datetime.fromisoformat(start).replace(tzinfo=UTC)
    ours = policy(change("rule", rule="mash.red", length=hours, calendar="hub_hours", in_force_from=date(2026, 1, 1)))
    due = ours.compute(ours.get_rule("mash.red", at.date()), at)
    assert due.due_at == datetime.fromisoformat(ends).replace(tzinfo=UTC)
    assert "what lies outside the hub’s hours, 09:00 to 17:00" in due.sentence
    assert "nights and weekends" not in due.sentence


def test_a_local_rule_counts_by_the_days_on_which_our_offices_are_open() -> None:
    shut = change("closure", day=date(2026, 12, 21), words="Moving house")
    ours = policy(shut)
    engaged, report = (
        ours.compute(ours.get_rule(key, NOON.date()), NOON) for key in ("family_help.engaged", "icpc.request")
    )
    assert engaged.due_on == date(2026, 12, 24)
    assert "21 December (Moving house)" in engaged.sentence
    assert "the calendar of our own offices" in engaged.source_line
    assert report.due_on == date(2026, 12, 21)


def test_of_two_decisions_the_one_made_last_holds() -> None:
    first = change("rule", rule="handover.accept", length=5, in_force_from=date(2026, 6, 1))
    ours = policy(first, replace(first, length=4, in_force_from=date(2026, 12, 1)), replace(first, length=3))
    lengths = [ours.get_rule("handover.accept", day).length for day in (date(2026, 5, 31), NOON.date())]
    assert lengths == [2, 3]
    assert policy(first).get_rule("handover.accept", NOON.date()).length == 5


def test_the_policy_as_of_a_moment_knows_only_what_was_decided_by_then() -> None:
    made = replace(holiday(), made_at=NOON)
    ours = policy(made)
    assert ours.as_of(NOON) is ours
    before = ours.as_of(NOON - timedelta(seconds=1))
    assert before.statutory.is_working(JUBILEE)
    assert not ours.statutory.is_working(JUBILEE)
    assert PUBLISHED.as_of(NOON) is PUBLISHED


def test_what_was_decided_is_told_in_sentences_the_last_first(app: Flask, friday: datetime) -> None:
    since = {"in_force_from": date(2026, 11, 20)}
    decide(holiday())
    decide(change("closure", day=date(2026, 12, 29), words="Offices shut"))
    decide(holiday(words=""))
    decide(change("rule", rule="family_help.engaged", length=2, **since))
    decide(change("rule", rule="mash.red", length=1, calendar="hub_hours", **since))
    decide(change("rule", rule="mash.red", **since))
    assert [one.words for one in list_decisions()] == [
        "Decision on a Red referral: as the catalogue has it, from Friday 20 November 2026",
        "Decision on a Red referral: 1 hour, by the hub’s hours, from Friday 20 November 2026",
        "Family contacted and taking part: 2 working days, from Friday 20 November 2026",
        "Monday 18 January 2027 is no longer a bank holiday",
        "Tuesday 29 December 2026 is a day on which our offices are shut: Offices shut",
        "Monday 18 January 2027 is a bank holiday: A day of thanks",
    ]
    assert {one.made_by for one in list_decisions()} == {someone("head").name}


NOVEMBER, MARCH = date(2026, 11, 1), date(2027, 3, 31)
DAYS = st.dates(NOVEMBER, MARCH)
SAID = st.sampled_from(["A day of thanks", "Moving house", ""])
DECISIONS = st.one_of(
    st.builds(lambda day, words: change("bank_holiday", day=day, words=words), DAYS, SAID),
    st.builds(lambda day, words: change("closure", day=day, words=words), DAYS, SAID),
    st.builds(
        lambda key, length, calendar, since: change(
            "rule", rule=key, length=length, calendar=calendar if length else None, in_force_from=since
        ),
        st.sampled_from(["case.allocate", "assessment.complete", "family_help.engaged", "visit.cp", "review.first"]),
        st.one_of(st.none(), st.integers(1, 60)),
        st.sampled_from([None, "local", "statutory", "every_day"]),
        DAYS,
    ),
)
BEGINS = ["plan.cp_began", "family_help.began"]
MINUTES = count(1)
KEYS = tuple(rule.key for rule in RULES if rule.runs == "clock")


@pytest.mark.once("sqlite")
@given(made=st.lists(DECISIONS, min_size=1, max_size=5), kinds=st.lists(st.sampled_from(BEGINS), max_size=2))
def test_after_any_decisions_each_clock_is_due_when_its_sentence_says(
    app: Flask, friday: datetime, made: list[PolicyChange], kinds: list[str]
) -> None:
    """Decisions of every kind one upon the other, clocks that begin between them: what was previewed is what moved, a
    replay finds nothing to change, and what a page works out is what is kept."""
    with clock.at(friday + timedelta(minutes=next(MINUTES))):
        of = a_case(worker="north.worker", received_at=RECEIVED)
    for number, decision in enumerate(made):
        # Time goes on, also from one example to the next: what is decided later is made later.
        with clock.at(friday + timedelta(minutes=next(MINUTES))):
            if number < len(kinds):
                tell(of, kinds[number], "2026-11-19")
            with suppress(Invalid):
                decide(replace(decision, made_at=clock.now()))
    assert mend(of.case_ids, KEYS).differences == ()
    for view in clocks_of([of.case_id], running_only=False)[of.case_id]:
        assert (view.due.due_on, view.due.due_at) == (view.due_on, view.due_at), view.due.sentence
    db.session.commit()
