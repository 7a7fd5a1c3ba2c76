"""What people record by its date, through the command that is its only source, and the clocks that follow."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caseapp.cases.commands import close_cases, move_dated_event, record_dated_event, reopen_case, take_back_dated_event
from caseapp.cases.queries.chronology import list_chronology
from caseapp.deadlines.catalogue import KINDS, PUBLISHED, RANKS, WITH_PAGE
from caseapp.deadlines.commands import rebuild
from caseapp.deadlines.domain import Happened, replay
from caseapp.deadlines.models import Clock
from caseapp.deadlines.queries import ClockView, clocks_of, milestones_of
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Invalid, NotFound, OutOfOrder
from caseapp.kernel.events import TYPES, Event, record
from tests.factories import AFamily, a_case, a_visit, look_at, someone, start_an_assessment
from tests.helpers.statements import count_statements

_KEYS = count(1)
JUNE = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=UTC)


def family(children: int = 1) -> AFamily:
    with clock.at(JUNE):
        return a_case(children=children, worker="north.worker", received_at=JUNE)


def tell(of: AFamily, kind: str, day: str, **more: Any) -> int:
    """The worker records it; gives the event's number."""
    given: dict[str, Any] = {
        "case_ids": of.case_ids,
        "who": "Jo Field, school nurse",
        "words": "At home, all well.",
        "once_key": f"key-{next(_KEYS)}",
    }
    if kind == "visit.made":
        a_visit(of, at=noon(day), case_ids=more.get("case_ids"))
    elif kind in WITH_PAGE:
        # Its page records it; here only its clocks are asked about.
        keys = dict.fromkeys(TYPES[kind].keys, 1)
        record(someone("north.worker"), kind, subjects=of.case_ids, occurred_at=noon(day), **keys)
    else:
        record_dated_event(someone("north.worker"), kind=kind, happened_at=noon(day), **given | more)
    return int(db.session.scalars(sa.select(sa.func.max(Event.id)).where(Event.code == kind)).one())


def running(case_id: int) -> dict[str, ClockView]:
    return {view.rule.key: view for view in clocks_of([case_id]).get(case_id, [])}


def ended(case_id: int, key: str) -> list[str | None]:
    rows = sa.select(Clock.ended_as).where(
        Clock.subject_id == case_id, Clock.rule == key, Clock.stopped_at.is_not(None)
    )
    return list(db.session.scalars(rows.order_by(Clock.anchor_at, Clock.id)))


def due(case_id: int, key: str) -> str:
    return str(running(case_id)[key].due_on)


def nothing_to_change() -> bool:
    return not [one for part in rebuild() for one in part.differences]


def test_the_path_of_a_protection_plan(app: Flask, friday: datetime) -> None:
    of = family()
    tell(of, "s47.began", "2026-09-01")
    assert due(of.case_id, "icpc.held") == "2026-09-22"
    assert due(of.case_id, "child.seen_s47") == "2026-09-02"
    tell(of, "visit.made", "2026-09-03")
    tell(of, "conference.initial_held", "2026-09-21")
    tell(of, "plan.cp_began", "2026-09-21")
    assert ended(of.case_id, "child.seen_s47") == ["late"]
    assert ended(of.case_id, "icpc.held") == ["met"]
    assert due(of.case_id, "core_group.first") == "2026-10-05"
    assert due(of.case_id, "review.first") == "2026-12-21"
    assert due(of.case_id, "visit.cp") == "2026-10-05"
    tell(of, "visit.made", "2026-10-02")
    assert due(of.case_id, "visit.cp") == "2026-10-16"
    tell(of, "core_group.held", "2026-10-05")
    assert due(of.case_id, "core_group.later") == "2026-11-05"
    assert "core_group.first" not in running(of.case_id)
    tell(of, "plan.cp_ended", "2026-11-18")
    assert not {"visit.cp", "core_group.later", "review.first"} & set(running(of.case_id))
    assert ended(of.case_id, "visit.cp") == ["met", "ended"]
    assert nothing_to_change()


def test_each_sibling_has_its_clock(app: Flask, friday: datetime) -> None:
    of = family(children=2)
    tell(of, "plan.cin_began", "2026-11-02")
    tell(of, "visit.made", "2026-11-10", case_ids=[of.case_ids[1]])
    assert [due(case_id, "visit.cin") for case_id in of.case_ids] == ["2026-11-30", "2026-12-08"]


def test_the_earlier_of_the_plan_and_the_minimum_is_due(app: Flask, friday: datetime) -> None:
    of = family()
    tell(of, "plan.cp_began", "2026-11-16")
    tell(of, "visit.planned", "2026-11-17", on=date(2026, 11, 24))
    view = running(of.case_id)["visit.cp"]
    assert (str(view.due_on), view.due.due_on) == ("2026-11-24", view.due_on)
    assert "The plan says Tuesday 24 November 2026, which is earlier: that day counts." in view.due.sentence
    strip = view.due.strip(date(2026, 11, 20))
    assert strip is not None
    assert [square.label for square in strip.squares if square.kind == "due"] == ["6"]
    tell(of, "visit.planned", "2026-11-18", on=date(2026, 12, 24))
    assert due(of.case_id, "visit.cp") == "2026-11-30"
    tell(of, "visit.made", "2026-11-19")
    assert due(of.case_id, "visit.cp") == "2026-12-03"
    assert nothing_to_change()


def test_a_second_strategy_discussion_does_not_move_the_conference(app: Flask, friday: datetime) -> None:
    of = family()
    tell(of, "s47.began", "2026-11-10")
    tell(of, "s47.began", "2026-11-17")
    assert due(of.case_id, "icpc.held") == "2026-12-01"
    # One that is written down later and was earlier does.
    tell(of, "s47.began", "2026-11-03")
    assert due(of.case_id, "icpc.held") == "2026-11-24"
    assert nothing_to_change()


def test_what_is_written_down_late_counts_from_when_it_was(app: Flask, friday: datetime) -> None:
    of = family()
    tell(of, "plan.cp_began", "2026-10-01")
    tell(of, "visit.made", "2026-11-18")
    assert ended(of.case_id, "visit.cp") == ["late"]
    tell(of, "visit.made", "2026-10-14")
    tell(of, "visit.made", "2026-10-28")
    tell(of, "visit.made", "2026-11-11")
    assert ended(of.case_id, "visit.cp") == ["met", "met", "met", "met"]
    assert due(of.case_id, "visit.cp") == "2026-12-02"
    assert nothing_to_change()


def test_the_same_form_twice_is_one_event(app: Flask, friday: datetime) -> None:
    of = family()
    first = tell(of, "plan.cp_began", "2026-11-02", once_key="pressed-twice")
    assert tell(of, "plan.cp_began", "2026-11-02", once_key="pressed-twice") == first
    assert ended(of.case_id, "visit.cp") == []


def test_two_things_of_one_day_may_be_told_in_any_order(app: Flask, friday: datetime) -> None:
    of = family()
    tell(of, "core_group.held", "2026-11-16")
    tell(of, "plan.cp_began", "2026-11-16")
    assert ended(of.case_id, "core_group.first") == ["met"]


def test_a_moment_that_was_wrong_is_put_right(app: Flask, friday: datetime) -> None:
    of = family()
    began = tell(of, "s47.began", "2026-11-10")
    worker = someone("north.worker")
    move_dated_event(
        worker, case_id=of.case_id, event_id=began, happened_at=noon("2026-11-09"), words="Typed wrong.", once_key="m"
    )
    assert due(of.case_id, "icpc.held") == "2026-11-30"
    assert nothing_to_change()
    take_back_dated_event(worker, case_id=of.case_id, event_id=began, words="Another child.", once_key="t")
    assert "icpc.held" not in running(of.case_id)
    assert ended(of.case_id, "icpc.held") == ["undone"]
    assert nothing_to_change()
    tell(of, "s47.began", "2026-11-12")
    assert due(of.case_id, "icpc.held") == "2026-12-03"
    titles = [entry.title for entry in list_chronology(worker, [of.case_id])]
    assert "This did not happen: Strategy discussion that began section 47 enquiries" in titles
    assert any(title.startswith("The date was wrong, Strategy discussion") for title in titles)


def test_closed_by_mistake_and_opened_again_it_runs_on(app: Flask, friday: datetime) -> None:
    of = family()
    tell(of, "plan.cin_began", "2026-11-02")
    close_cases(someone("north.manager"), cases=of.versions, reason="RC8", words="All agencies were told.")
    assert running(of.case_id) == {}
    with clock.at(friday + timedelta(days=4)), pytest.raises(OutOfOrder):
        tell(of, "visit.made", "2026-11-23")
    reopen_case(someone("north.manager"), case_id=of.case_id, words="The wrong family.")
    assert due(of.case_id, "visit.cin") == "2026-11-30"
    assert nothing_to_change()


def test_milestones_inside_the_assessment(app: Flask, friday: datetime) -> None:
    with clock.at(friday - timedelta(days=18)):
        of = a_case(worker="north.worker", received_at=noon("2026-11-02"))
    tell(of, "visit.made", "2026-11-10")
    look_at(start_an_assessment(of), reviewed_on=date(2026, 11, 12))

    views = clocks_of([of.case_id])[of.case_id]
    with count_statements(app) as statements:
        found = next(iter(milestones_of(views).values()))

    assert len(statements) == 1
    assert [(one.rule.key, str(one.due_on), one.met_at, one.late) for one in found] == [
        ("assessment.seen", "2026-11-09", noon("2026-11-10"), True),
        ("assessment.review_10", "2026-11-16", noon("2026-11-12"), False),
        ("assessment.review_20", "2026-11-30", None, False),
    ]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"kind": "no.such"}, "kind"),
        ({"who": " "}, "who"),
        ({"who": "x" * 121}, "who"),
        ({"words": ""}, "words"),
        ({"happened_at": datetime(2026, 11, 20, 15, 31, tzinfo=UTC)}, "happened_at"),
        ({"on": date(2026, 11, 24)}, "on"),
        ({"kind": "visit.planned"}, "on"),
        ({"kind": "visit.planned", "on": date(1999, 1, 1)}, "on"),
        ({"case_ids": []}, "case_ids"),
    ],
)
def test_what_is_missing_is_said_at_its_field(app: Flask, friday: datetime, more: dict[str, Any], field: str) -> None:
    of = family()
    given = {
        "case_ids": of.case_ids,
        "kind": "core_group.held",
        "happened_at": noon("2026-11-19"),
        "who": "Me",
        "words": "x",
    }
    with pytest.raises(Invalid) as refused:
        record_dated_event(someone("north.worker"), **given | {"once_key": "k"} | more)
    assert field in refused.value.problems


def test_nobody_records_about_a_case_that_does_not_reach_them(app: Flask, friday: datetime) -> None:
    of = family()
    with pytest.raises(NotFound):
        record_dated_event(
            someone("south.worker"),
            case_ids=of.case_ids,
            kind="core_group.held",
            happened_at=noon("2026-11-19"),
            who="Me",
            words="x",
            once_key="k",
        )
    other = family()
    event_id = tell(other, "core_group.held", "2026-11-19")
    with pytest.raises(NotFound):
        take_back_dated_event(
            someone("north.worker"), case_id=of.case_id, event_id=event_id, words="Not here.", once_key="t"
        )


def test_recording_costs_no_more_statements_for_many_children(app: Flask, friday: datetime) -> None:
    counts = []
    for children in (1, 3):
        of = family(children=children)
        with count_statements(app) as statements:
            tell(of, "plan.cp_began", "2026-11-16")
        counts.append(len(statements))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_recorded_and_rebuilt(app: Flask, friday: datetime, kind: str) -> None:
    of = family()
    tell(of, kind, "2026-11-17", **({"on": date(2026, 12, 1)} if KINDS[kind].named_day else {}))
    assert nothing_to_change()


# A few kinds that start, stop, plan and end each other's clocks, on a few days, so that days are shared.
TELLABLE = """s47.began conference.initial_fixed conference.initial_held plan.cp_began core_group.held visit.planned
visit.made review.held plan.cp_ended s47.ended care.began care.ended"""
TOLD = st.lists(
    st.tuples(st.sampled_from(TELLABLE.split()), st.integers(1, 12), st.integers(0, 25)),
    max_size=12,
    unique_by=lambda told: told[:2],
)
FOLLOWED = ("icpc.held", "core_group.first", "core_group.later", "visit.cp", "review.first", "review.later")
FOLLOWED += ("conference.report_initial", "child.seen_s47", "care.review_first", "seen.worker")


@given(TOLD, st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_any_order_of_events_replayed_gives_the_same_clocks(told: list[tuple[str, int, int]], random: Any) -> None:
    def clocks(numbers: list[int]) -> dict[str, list[Any]]:
        events = [
            Happened(number, code, at := noon(f"2026-10-{day:02}"), at, _data(code, day + ahead), RANKS[code])
            for number, (code, day, ahead) in zip(numbers, told, strict=True)
        ]
        names = dict(zip(numbers, told, strict=True))
        runs = replay(PUBLISHED, FOLLOWED, events)
        return {
            key: [(names[run.started_by], names.get(run.stopped_by or 0), run.due_on, run.ended_as) for run in found]
            for key, found in runs.items()
        }

    numbers = list(range(1, len(told) + 1))
    shuffled = list(numbers)
    random.shuffle(shuffled)
    assert clocks(shuffled) == clocks(numbers)


@given(told=TOLD)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_recorded_in_any_order_the_clocks_are_those_of_the_replay(
    app: Flask, friday: datetime, told: list[tuple[str, int, int]]
) -> None:
    of = family()
    for code, day, ahead in told:
        named = (
            {"on": date(2026, 10, 1) + timedelta(days=day + ahead)} if code in KINDS and KINDS[code].named_day else {}
        )
        tell(of, code, f"2026-10-{day:02}", **named)
    assert nothing_to_change()
    for key, found in running(of.case_id).items():
        assert found.due_on == found.due.due_on, key


def _data(code: str, days: int) -> dict[str, str]:
    return (
        {"on": (date(2026, 10, 1) + timedelta(days=days)).isoformat()}
        if code in KINDS and KINDS[code].named_day
        else {}
    )


def test_what_is_written_down_later_than_its_rule_allows_says_so_in_the_chronology(
    app: Flask, friday: datetime
) -> None:
    """A visit has two working days: of Tuesday it is in time on Thursday, of Monday it is late."""
    of = family()
    with clock.at(noon("2026-11-19")):
        for day in ("2026-11-16", "2026-11-17"):
            tell(of, "visit.made", day)
        entries = list_chronology(someone("north.worker"), of.case_ids).entries
    said = [entry.recorded for entry in entries if "Visit made" in entry.title]
    assert said == [
        "written down Thu 19 Nov, 12:00",
        "written down Thu 19 Nov, 12:00, late: the rule gives 2 working days",
    ]
