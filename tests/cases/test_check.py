"""`cases check`: each kind of fault planted by SQL is seen, and what people do plants none."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from caseapp.cases.commands import close_cases, make_task, open_case, reopen_case
from caseapp.cases.queries import find_broken
from caseapp.kernel import clock
from caseapp.kernel.db import db, is_postgresql, transaction
from caseapp.kernel.errors import OutOfOrder
from caseapp.pathway import commands as pathway
from caseapp.people import commands as people
from tests.factories import (
    AFamily,
    a_case,
    an_authorised_assessment,
    meet_the_family,
    propose_step_down,
    reference_of,
    someone,
    start_an_assessment,
    team_id,
)


def found() -> set[tuple[str, str]]:
    """What the check finds in the running transaction: reference, rule."""
    rows = find_broken(db.session.connection())
    return {(broken.reference, broken.rule or promise.key) for promise, broken in rows}


def sql(statement: str, **given: object) -> None:
    db.session.execute(sa.text(statement), given)


def later(minutes: int) -> str:
    """A moment as both databases take it."""
    at = clock.now() + timedelta(minutes=minutes)
    return at.isoformat() if is_postgresql() else at.replace(tzinfo=None).isoformat(" ", "microseconds")


def family(**more: object) -> AFamily:
    with clock.at(clock.now() - timedelta(days=3)):
        return a_case(worker="north.worker", **more)  # type: ignore[arg-type]


def handed_over() -> tuple[AFamily, int]:
    """A family in family help, by an accepted handover whose sender has not closed its part."""
    of = family()
    an_authorised_assessment(of)
    handover = propose_step_down(of)
    pathway.agree_handover(someone("north.manager"), handover_id=handover)
    pathway.accept_handover(someone("familyhelp.north"), handover_id=handover)
    return of, handover


def close(of: AFamily, reason: str = "RC7") -> None:
    close_cases(someone("north.manager"), cases=of.versions, reason=reason, words="All were told.")


# What was done by hand, with the rule that it breaks. `:case` is an open case since three days, `:team` another team.
BY_HAND: list[tuple[str, str]] = [
    ("DELETE FROM custody WHERE case_id = :case", "custody"),
    ("UPDATE custody SET to_at = :soon WHERE case_id = :case", "custody"),
    ("UPDATE custody SET from_at = :before WHERE case_id = :case", "custody"),
    ("UPDATE custody SET from_at = :after WHERE case_id = :case", "custody"),
    (
        "INSERT INTO custody (case_id, team_id, from_at, to_at) SELECT case_id, :team, from_at, :soon FROM custody "
        "WHERE case_id = :case",
        "custody",
    ),
    ("UPDATE custody SET team_id = :team WHERE case_id = :case", "history"),
    ("UPDATE custody SET team_id = :team WHERE case_id = :case", "reach"),
    (
        "INSERT INTO involvement (case_id, professional_id, role, leads, from_at, to_at, end_reason) "
        "SELECT case_id, professional_id, role, leads, from_at, :soon, 'changed' FROM involvement "
        "WHERE case_id = :case",
        "lead",
    ),
    ("DELETE FROM involvement WHERE case_id = :case", "history"),
    ("DELETE FROM involvement WHERE case_id = :case", "reach"),
    ("DELETE FROM reach WHERE subject_id = :case AND why = 'involved'", "reach"),
    ("DELETE FROM reach WHERE subject_id = :case AND why = 'custody'", "reach"),
    ("UPDATE case_record SET level = 'child_in_need' WHERE id = :case", "level"),
    ("UPDATE case_level SET level = 'child_in_need' WHERE case_id = :case", "level"),
    ("UPDATE case_level SET to_at = :soon WHERE case_id = :case", "level"),
    ("DELETE FROM case_level WHERE case_id = :case", "level"),
    ("UPDATE episode SET closed_on = '2026-11-19', closure_code = 'RC7' WHERE case_id = :case", "episode"),
    ("UPDATE episode SET closed_on = '2026-11-19', closure_code = 'RC99' WHERE case_id = :case", "episode"),
    ("UPDATE episode SET kind = 'family_help' WHERE case_id = :case", "history"),
    ("UPDATE episode SET person_id = :mother WHERE case_id = :case", "episode"),
    ("UPDATE case_record SET closed_at = :soon, close_reason = 'RC7' WHERE id = :case", "custody"),
    ("UPDATE case_record SET closed_at = :soon, close_reason = 'RC7' WHERE id = :case", "level"),
    ("UPDATE case_record SET closed_at = :soon, close_reason = 'RC7' WHERE id = :case", "lead"),
    ("UPDATE case_record SET closed_at = :soon, close_reason = 'RC7' WHERE id = :case", "clock"),
    ("UPDATE case_record SET closed_at = :soon, close_reason = 'RC7' WHERE id = :case", "episode"),
    ("UPDATE case_record SET closed_at = :soon, close_reason = 'RC7' WHERE id = :case", "history"),
    ("DELETE FROM event_subject WHERE subject_id = :case", "history"),
]


@pytest.mark.parametrize(("fault", "rule"), BY_HAND)
def test_what_was_done_by_hand_to_a_case_is_found(app: Flask, friday: datetime, fault: str, rule: str) -> None:
    of, other = family(), family(name="Otherwise")
    assert found() == set()
    given = {
        "case": of.case_id,
        "team": team_id("south"),
        "mother": other.person_ids[0] - 1,
        "before": later(-9999),
        "soon": later(-60),
        "after": later(-60),
    }
    given["mother"] = people.add_person(first="Kirsty", last="Marsden", sex="F")
    sql(fault, **{key: value for key, value in given.items() if f":{key}" in fault})
    assert (of.reference, rule) in found()
    assert other.reference not in {reference for reference, _ in found()}


def test_a_second_team_at_the_same_time_is_found_without_the_index(app: Flask, friday: datetime) -> None:
    of = family()
    sql("DROP INDEX uq_custody_now")
    sql(
        "INSERT INTO custody (case_id, team_id, from_at) VALUES (:case, :team, :now)",
        case=of.case_id,
        team=team_id("south"),
        now=later(0),
    )
    assert (of.reference, "custody") in found()
    db.session.rollback()


def test_a_second_open_episode_is_found_without_the_index(app: Flask, friday: datetime) -> None:
    of = family()
    sql("DROP INDEX uq_episode_open")
    sql(
        "INSERT INTO episode (case_id, person_id, kind, referral_on) VALUES (:case, :person, 'child_in_need', :day)",
        case=of.case_id,
        person=of.person_ids[0],
        day="2026-11-20",
    )
    assert (of.reference, "episode") in found()
    db.session.rollback()


def test_an_event_without_a_subject_is_found(app: Flask, friday: datetime) -> None:
    family()
    event = db.session.scalar(sa.text("SELECT max(id) FROM event"))
    sql("DELETE FROM event_subject WHERE event_id = :event", event=event)
    assert (f"event {event}", "event") in found()


def test_two_open_cases_of_one_child_are_found_until_one_is_closed(app: Flask, friday: datetime) -> None:
    one, other = family(), family(name="Marsdon")
    manager = someone("mash.manager")
    people.say_whether_same(
        manager, one.person_ids[0], other.person_ids[0], answer="same", words="The same NHS number."
    )
    both = {one.reference, other.reference}
    assert found() - {(each, "8815") for each in both} == {
        (each, rule) for each in both for rule in ("two_cases", "episode")
    }
    assert "8815" in {rule for _, rule in found()}
    close(other)
    # Both are asked to settle it; what is left to read on a closed case is a fault of its own.
    assert {rule for _, rule in found()} <= {"task", "8816", "8820"}


def test_something_left_on_a_closed_case_is_found(app: Flask, friday: datetime) -> None:
    of = family()
    make_task(case_id=of.case_id, kind="case_received", about_id=of.referral_id)
    assert found() == set()
    close(of)
    assert found() == {(of.reference, "task")}
    reopen_case(someone("north.manager"), case_id=of.case_id, words="Too early.")
    assert found() == set()


def test_an_assessment_of_a_closed_case_is_found(app: Flask, friday: datetime) -> None:
    of = family()
    assessment = start_an_assessment(of)
    close(of)
    assert found() == {(reference_of(assessment), "assessment"), (of.reference, "8867")}


def _closed_before(of: AFamily, handover: int) -> None:
    if is_postgresql():
        sql("ALTER TABLE handover DROP CONSTRAINT ck_handover_accepted_before_sender_closed")
    else:
        sql("PRAGMA ignore_check_constraints = ON")
    sql("UPDATE handover SET accepted_at = NULL, sender_closed_at = :now WHERE id = :it", now=later(0), it=handover)


def _never_held(of: AFamily, handover: int) -> None:
    sql("UPDATE handover SET to_team_id = :team WHERE id = :it", team=team_id("fh_south"), it=handover)


def _proposed_again(of: AFamily, handover: int) -> None:
    sql("UPDATE handover SET state = 'proposed' WHERE id = :it", it=handover)


def _clock_runs_on(of: AFamily, handover: int) -> None:
    sql("UPDATE clock SET stopped_at = NULL, ended_as = NULL WHERE subject_id = :it", it=handover)


@pytest.mark.parametrize("fault", [_closed_before, _never_held, _proposed_again, _clock_runs_on])
def test_what_was_done_by_hand_to_a_handover_is_found(
    app: Flask, friday: datetime, fault: Callable[[AFamily, int], None]
) -> None:
    of, handover = handed_over()
    assert found() == set()
    fault(of, handover)
    assert (reference_of(handover), "handover") in found()
    db.session.rollback()


def test_a_handover_of_a_closed_case_is_found(app: Flask, friday: datetime) -> None:
    of = family()
    an_authorised_assessment(of)
    handover = propose_step_down(of)
    close(of)
    assert (reference_of(handover), "handover") in found()


def test_the_whole_way_down_and_closed_breaks_nothing(app: Flask, friday: datetime) -> None:
    of, handover = handed_over()
    assert found() == set()
    meet_the_family(handover)
    pathway.close_sender_part(someone("north.manager"), handover_id=handover)
    with clock.at(friday + timedelta(days=3)):
        close_cases(someone("familyhelp.north"), cases=of.versions, reason="FH1", words="All were told.")
        assert found() == set()
        reopen_case(someone("familyhelp.north"), case_id=of.case_id, words="The wrong family.")
        assert found() == set()


def test_a_closed_case_is_not_opened_again_beside_another_record_of_the_child(app: Flask, friday: datetime) -> None:
    one, other = family(), family(name="Marsdon")
    close(other)
    people.say_whether_same(
        someone("mash.manager"), one.person_ids[0], other.person_ids[0], answer="same", words="The same NHS number."
    )
    with pytest.raises(OutOfOrder, match="another open case"):
        reopen_case(someone("north.manager"), case_id=other.case_id, words="Too early.")
    # What was there before the link is named: two episodes of one child at the same time.
    assert {rule for _, rule in found()} == {"8820"}


def test_a_closed_case_is_not_opened_again_behind_a_later_one(app: Flask, friday: datetime) -> None:
    first = family()
    close(first)
    with clock.at(friday + timedelta(days=30)):
        second = open_case(
            someone("mash.manager"),
            person_id=first.person_ids[0],
            family_id=first.id,
            referral_id=first.referral_id,
            received_at=clock.now(),
            level="assessment",
            team_id=team_id("north"),
            episode_kind="child_in_need",
        )
        close_cases(someone("north.manager"), cases={second.id: 1}, reason="RC7", words="All were told.")
        with pytest.raises(OutOfOrder, match="a later case"):
            reopen_case(someone("north.manager"), case_id=first.case_id, words="Too early.")
        assert found() == set()


def test_the_command_names_each_with_what_to_do_and_fails(app: Flask, friday: datetime) -> None:
    with transaction():
        of = family()
    run = app.test_cli_runner().invoke(args=["cases", "check"])
    assert (run.exit_code, run.output) == (0, "Every promise is kept.\n")
    with transaction():
        sql("UPDATE case_record SET level = 'child_in_need' WHERE id = :case", case=of.case_id)
    run = app.test_cli_runner().invoke(args=["cases", "check"])
    assert run.exit_code == 1
    line, count = run.output.splitlines()
    assert line.startswith(f"{of.reference}  level: the case says another level than its history. Ask whoever runs")
    assert count == "1 broken promise"
    run = app.test_cli_runner().invoke(args=["cases", "check", "--json"])
    assert run.exit_code == 1
    told = json.loads(run.output)
    assert (told["reference"], told["rule"]) == (of.reference, "level") and told["mend"]
