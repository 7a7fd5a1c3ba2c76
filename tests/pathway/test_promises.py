"""The promises of a handover under random steps and under two people at once."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caseapp.cases.models import Custody
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.errors import AppError, Conflict
from caseapp.kernel.events import Event
from caseapp.pathway import commands
from caseapp.pathway.domain import gaps
from caseapp.pathway.models import Handover
from tests.factories import AFamily, a_case, propose_step_down, someone, team_id

BEGIN = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
PEOPLE = ("north.worker", "north.manager", "central.manager", "familyhelp.north", "familyhelp.central")
Step = Callable[[AFamily, str, list[int]], object]


def _last(numbers: list[int]) -> int:
    return numbers[-1] if numbers else 0


def _propose(family: AFamily, who: str, numbers: list[int]) -> None:
    numbers.append(propose_step_down(family, proposer=who))


STEPS: dict[str, Step] = {
    "propose": _propose,
    "agree": lambda _f, who, n: commands.agree_handover(someone(who), handover_id=_last(n)),
    "send back": lambda _f, who, n: commands.send_back_handover(someone(who), handover_id=_last(n), words="More"),
    "accept": lambda _f, who, n: commands.accept_handover(someone(who), handover_id=_last(n)),
    "return": lambda _f, who, n: commands.return_handover(someone(who), handover_id=_last(n), reason="Which school?"),
    "withdraw": lambda _f, who, n: commands.withdraw_handover(someone(who), handover_id=_last(n)),
    "close": lambda _f, who, n: commands.close_sender_part(someone(who), handover_id=_last(n)),
}
# Legal steps come often enough that whole handovers happen among the nonsense.
walk = st.lists(
    st.one_of(
        st.sampled_from(
            [
                ("propose", "north.worker"),
                ("agree", "north.manager"),
                ("accept", "familyhelp.north"),
                ("return", "familyhelp.north"),
                ("close", "north.worker"),
            ]
        ),
        st.tuples(st.sampled_from(sorted(STEPS)), st.sampled_from(PEOPLE)),
    ),
    min_size=1,
    max_size=9,
)


@given(walk)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_team_holds_the_children_at_every_moment_whatever_people_try(
    app: Flask, steps: list[tuple[str, str]]
) -> None:
    with clock.at(BEGIN):
        family = a_case(children=2, worker="north.worker", level="child_in_need")
    numbers: list[int] = []
    for minute, (act, who) in enumerate(steps, 1):
        with clock.at(BEGIN + timedelta(minutes=minute)):
            try:
                with db.session.begin_nested():
                    STEPS[act](family, who, numbers)
            except AppError:
                pass
            _check(family)
    db.session.rollback()


def _check(family: AFamily) -> None:
    db.session.expire_all()
    custody = db.session.execute(
        sa.select(Custody.case_id, Custody.team_id, Custody.from_at, Custody.to_at).where(
            Custody.case_id.in_(family.case_ids)
        )
    ).all()
    running = [row for row in custody if row.to_at is None]
    assert sorted(row.case_id for row in running) == sorted(family.case_ids)
    # Siblings are together, and nothing lies between one team and the next.
    assert len({row.team_id for row in running}) == 1
    assert gaps([(row.case_id, row.from_at, row.to_at) for row in custody]) == []
    accepted = False
    for row in db.session.scalars(sa.select(Handover).where(Handover.family_id == family.id)):
        assert row.sender_closed_at is None or row.accepted_at is not None
        assert (row.accepted_at is not None) == (row.state == "accepted")
        assert row.agreed_by_id is None or row.agreed_by_id != row.proposed_by_id
        if row.accepted_at is not None:
            assert row.answered_by_id not in (row.proposed_by_id, row.agreed_by_id)
        accepted = accepted or row.accepted_at is not None
    assert running[0].team_id == (team_id("fh_north") if accepted else team_id("north"))


def _at_once(app: Flask, *acts: Callable[[], object]) -> list[BaseException | None]:
    """Run each act in a thread with its own transaction, all let go together; gives what each raised."""
    gate, answers = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        with app.app_context():
            gate.wait()
            try:
                with transaction():
                    act()
            except AppError as error:
                answers[place] = error

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.parametrize("second", ["accept", "return"])
def test_two_managers_answer_at_once(bare_app: Flask, second: str) -> None:
    with bare_app.app_context(), transaction():
        family = a_case(children=3, worker="north.worker", level="child_in_need")
        number = propose_step_down(family)
        commands.agree_handover(someone("north.manager"), handover_id=number)
        sheila = someone("familyhelp.north")
        # A second manager of the same team.
        colin = replace(someone("familyhelp.central"), memberships=sheila.memberships)
    answers = _at_once(
        bare_app,
        lambda: commands.accept_handover(sheila, handover_id=number),
        (lambda: commands.accept_handover(colin, handover_id=number))
        if second == "accept"
        else lambda: commands.return_handover(colin, handover_id=number, reason="Full"),
    )
    refused = [error for error in answers if error is not None]
    assert len(refused) == 1 and isinstance(refused[0], Conflict)
    winner = sheila if answers[0] is None else colin
    assert winner.name in str(refused[0])
    with bare_app.app_context():
        _check(family)
        codes = db.session.scalars(
            sa.select(Event.code).where(Event.code.in_(("case.handover.accepted", "case.handover.returned")))
        )
        assert len(list(codes)) == 1


def test_two_people_propose_at_once(bare_app: Flask) -> None:
    with bare_app.app_context(), transaction():
        family = a_case(children=2, worker="north.worker", level="child_in_need")
    answers = _at_once(
        bare_app,
        lambda: propose_step_down(family, proposer="north.worker"),
        lambda: propose_step_down(family, proposer="north.manager"),
    )
    assert sorted(type(error).__name__ for error in answers) == ["Conflict", "NoneType"]
    with bare_app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Handover)) == 1
