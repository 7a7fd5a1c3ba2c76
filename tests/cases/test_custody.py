"""An open case has exactly one accountable team at every instant, and one lead at most."""

import threading
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError

from caseapp.access.commands import bar
from caseapp.access.queries import list_reach
from caseapp.accounts.models import TeamMembership, User
from caseapp.cases import commands as cases
from caseapp.cases.models import Custody, Involvement
from caseapp.cases.queries import family_cases, list_load, list_waiting
from caseapp.deadlines.queries import clocks_of
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.errors import Conflict, Invalid, NotFound, OutOfOrder
from tests.factories import AFamily, a_case, give, someone, team_id


def teams_of(case_id: int) -> list[int]:
    return list(
        db.session.scalars(sa.select(Custody.team_id).where(Custody.case_id == case_id, Custody.to_at.is_(None)))
    )


def rules_of(case_id: int) -> set[str]:
    return {view.rule.key for view in clocks_of([case_id]).get(case_id, [])}


def reaching(case_id: int) -> set[str]:
    return {row.principal for row in list_reach(case_id)}


def step_down(family: AFamily, *, joint: bool = False) -> None:
    cases.move_custody(
        someone("familyhelp.north"),
        case_ids=family.case_ids,
        to_team_id=team_id("fh_north"),
        lead_professional_id=someone("familyhelp.worker").professional_id,
        lead_role="lead_practitioner",
        end_reason="step_down",
        joint_until_closed=joint,
    )


def test_a_case_opens_with_a_team_and_without_a_worker(app: Flask, friday: datetime) -> None:
    family = a_case(children=2)

    rows = family_cases(family.id)

    assert [row.name for row in rows] == ["Ellie Marsden", "Jake Marsden"]
    assert {(row.team_name, row.lead_name, row.level_words) for row in rows} == {("North locality", None, "Assessment")}
    assert rules_of(family.case_id) == {"assessment.complete", "case.allocate"}
    assert [child.case.id for child in list_waiting(team_id("north"))] == family.case_ids


def test_the_hub_names_no_worker_while_it_waits_for_family_help(app: Flask, friday: datetime) -> None:
    family = a_case(team="hub", level="focused_family_help")

    assert rules_of(family.case_id) == set()


def test_a_child_has_one_open_case(app: Flask, friday: datetime) -> None:
    family = a_case()
    with pytest.raises(OutOfOrder, match="already has an open case"):
        cases.open_case(
            None,
            person_id=family.person_ids[0],
            family_id=family.id,
            referral_id=family.referral_id,
            received_at=friday,
            level="assessment",
            team_id=team_id("north"),
            episode_kind="child_in_need",
        )


def test_a_team_that_may_not_hold_cases_is_refused(app: Flask, friday: datetime) -> None:
    with pytest.raises(ValueError, match="accountable"):
        a_case(team="wath_desk")


def test_giving_a_family_names_the_worker_for_every_child_at_once(app: Flask, friday: datetime) -> None:
    family = a_case(children=2)

    give(family, "north.worker")

    assert {row.lead_name for row in family_cases(family.id)} == {"Leah Dawson"}
    assert {row.lead_role for row in family_cases(family.id)} == {"worker"}
    assert rules_of(family.case_id) == {"assessment.complete"}
    assert list_load(team_id("north")) == {someone("north.worker").professional_id: 2}
    assert f"user:{someone('north.worker').user_id}" in reaching(family.case_id)


def test_a_new_worker_takes_over_and_the_first_no_longer_sees_the_child_alone(app: Flask, friday: datetime) -> None:
    family = a_case(worker="north.worker")

    give(family, "marta.wilk")

    assert family_cases(family.id)[0].lead_name == "Marta Wilk"
    assert f"user:{someone('north.worker').user_id}" not in reaching(family.case_id)
    ended = db.session.execute(sa.select(Involvement.end_reason).where(Involvement.to_at.is_not(None))).scalars().all()
    assert ended == ["changed"]


@pytest.mark.parametrize(
    ("manager", "worker", "problem"),
    [
        ("central.manager", "central.worker", NotFound),
        ("north.worker", "north.worker", NotFound),
        ("north.manager", "central.worker", Invalid),
        ("north.manager", "school", Invalid),
        ("north.manager", "north.manager", Invalid),
    ],
    ids=["another team's manager", "no manager", "a worker of another team", "no worker at all", "the manager herself"],
)
def test_who_may_give_to_whom(
    app: Flask, friday: datetime, manager: str, worker: str, problem: type[Exception]
) -> None:
    family = a_case()
    with pytest.raises(problem):
        cases.allocate(someone(manager), cases=family.versions, professional_id=someone(worker).professional_id or 0)
    assert family_cases(family.id)[0].lead_name is None


@pytest.mark.parametrize("change", ["switched off", "left the team"])
def test_who_no_longer_works_in_the_team_is_given_nothing(app: Flask, friday: datetime, change: str) -> None:
    family, leah = a_case(), someone("north.worker")
    if change == "switched off":
        db.session.execute(sa.update(User).where(User.id == leah.user_id).values(disabled_at=friday))
    else:
        mine = sa.update(TeamMembership).where(TeamMembership.user_id == leah.user_id)
        db.session.execute(mine.values(until_on=friday.date() - timedelta(days=1)))
    with pytest.raises(Invalid, match="sign-in is not switched off"):
        give(family, "north.worker")
    assert family_cases(family.id)[0].lead_name is None


def test_nobody_with_a_conflict_of_interest_is_given_the_family(app: Flask, friday: datetime) -> None:
    family = a_case(children=2)
    bar(f"user:{someone('north.worker').user_id}", subject_id=family.case_ids[1], reason="relative")

    with pytest.raises(Invalid, match="conflict of interest"):
        give(family, "north.worker")


def test_the_second_manager_is_told_who_has_them(app: Flask, friday: datetime) -> None:
    family = a_case(name="Lister", children=2)
    seen = family.versions
    give(family, "north.worker")

    with pytest.raises(Conflict) as told:
        cases.allocate(someone("north.manager"), cases=seen, professional_id=someone("marta.wilk").professional_id or 0)

    assert str(told.value) == (
        "Not given: the Lister family already has a worker. Ruth Hallam gave them to Leah Dawson at 15:30."
    )


def press_give(app: Flask, seen: dict[int, int], worker: str, ready: threading.Barrier, outcomes: list[str]) -> None:
    """One manager's click, in a request of its own."""
    with app.app_context():
        manager, chosen = someone("north.manager"), someone(worker).professional_id
        db.session.rollback()
        ready.wait()
        try:
            with transaction():
                cases.allocate(manager, cases=seen, professional_id=chosen or 0)
        except Conflict as conflict:
            outcomes.append(str(conflict))
        else:
            outcomes.append("given")


def test_two_managers_at_once_in_twenty_rounds(bare_app: Flask) -> None:
    """Both press Give at the same moment: one gives, the other is told, and the family has one worker."""
    for _ in range(20):
        with bare_app.app_context(), transaction():
            family = a_case(children=2)
            seen = family.versions
        ready, outcomes = threading.Barrier(2), list[str]()
        threads = [
            threading.Thread(target=press_give, args=(bare_app, seen, worker, ready, outcomes))
            for worker in ("north.worker", "marta.wilk")
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        with bare_app.app_context():
            rows = family_cases(family.id)
            assert len({row.lead_name for row in rows}) == 1
            [told] = [said for said in outcomes if said != "given"]
            assert f"Ruth Hallam gave them to {rows[0].lead_name} at" in told
            db.session.rollback()


def test_custody_moves_in_one_step(app: Flask, friday: datetime) -> None:
    family = a_case(children=2, worker="north.worker")

    step_down(family)

    for case_id in family.case_ids:
        assert teams_of(case_id) == [team_id("fh_north")]
        assert f"team:{team_id('north')}" not in reaching(case_id)
        assert f"team:{team_id('fh_north')}" in reaching(case_id)
    rows = family_cases(family.id)
    assert {(row.lead_name, row.lead_role) for row in rows} == {("Donna Price", "lead_practitioner")}
    assert "case.allocate" not in rules_of(family.case_id)


def test_the_sender_works_on_beside_the_receiver_until_it_closes_its_part(app: Flask, friday: datetime) -> None:
    family = a_case(worker="north.worker")
    sender = f"user:{someone('north.worker').user_id}"

    step_down(family, joint=True)
    assert sender in reaching(family.case_id)

    cases.end_joint_work(None, case_ids=family.case_ids, team_id=team_id("north"), end_reason="step_down")
    assert sender not in reaching(family.case_id)
    assert family_cases(family.id)[0].lead_name == "Donna Price"


def test_custody_does_not_move_to_where_it_is(app: Flask, friday: datetime) -> None:
    family = a_case(team="fh_north", level="focused_family_help")
    with pytest.raises(OutOfOrder, match="holds the family already"):
        step_down(family)


def test_the_database_itself_keeps_custody_single(app: Flask, friday: datetime) -> None:
    family = a_case()
    db.session.add(Custody(case_id=family.case_id, team_id=team_id("south"), from_at=clock.now(), to_at=None))
    with pytest.raises(IntegrityError):
        db.session.flush()
