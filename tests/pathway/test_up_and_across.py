"""Up to social work, across to another team, in a colleague's place, the panel, and the family that says no."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from caseapp.access.domain import Actor
from caseapp.access.queries import list_reach
from caseapp.accounts.commands import set_absence
from caseapp.cases.models import Case, Custody, Episode, Involvement
from caseapp.deadlines.commands import rebuild
from caseapp.deadlines.queries import clocks_of
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Conflict, Invalid, OutOfOrder, Refused
from caseapp.kernel.subjects import Subject
from caseapp.pathway import commands, queries
from caseapp.pathway.models import Handover
from caseapp.referrals.commands.deciding import Answer, answer_proposal
from caseapp.referrals.commands.step_up import ask_step_up
from caseapp.referrals.commands.triage import propose_decision, rate_referral
from caseapp.referrals.domain.step_up import Asked
from caseapp.referrals.queries.referral_page import get_hub_page
from tests.factories import AFamily, a_case, a_look_back, everyone_told, propose_step_down, someone, team_id

Who = Callable[[str], Actor]
ASKED = Asked(
    True, "Lee was at the house, Jake has a bruise.", "Mornings together since June.", "", "not_told", "would_delay"
)


@pytest.fixture
def helped(app: Flask, friday: datetime) -> AFamily:
    """Two children in family help with Donna Price."""
    return a_case(
        children=2,
        team="fh_north",
        worker="familyhelp.worker",
        level="focused_family_help",
        received_at=clock.now() - timedelta(days=60),
    )


def holding(family: AFamily) -> set[int]:
    found = db.session.scalars(
        sa.select(Custody.team_id).where(Custody.case_id.in_(family.case_ids), Custody.to_at.is_(None))
    )
    return set(found)


def leads(family: AFamily) -> set[tuple[int, str]]:
    rows = db.session.execute(
        sa.select(Involvement.professional_id, Involvement.role).where(
            Involvement.case_id.in_(family.case_ids), Involvement.to_at.is_(None), Involvement.leads
        )
    )
    return {(row.professional_id, row.role) for row in rows}


def number_of(reference: str) -> int:
    from_reference = sa.select(Subject.id).where(Subject.reference == reference)
    return db.session.scalars(from_reference).one()


def decided(family: AFamily, outcome: str, *, asked: Asked = ASKED) -> int:
    """A step-up that family help asked for and the hub decided; gives the handover's number."""
    reference = ask_step_up(someone("familyhelp.worker"), case_id=family.case_id, chosen=family.case_ids, asked=asked)
    referral_id = number_of(reference)
    page = get_hub_page(someone("mash.worker"), referral_id)
    outcomes = {line.id: outcome for line in page.lines}
    if page.rating is None:
        rate_referral(
            someone("mash.worker"), referral_id=referral_id, rating="amber", rationale="Worse", version=page.version
        )
    propose_decision(
        someone("mash.worker"),
        referral_id=referral_id,
        outcomes=outcomes,
        reasons="A bruise, and he is back.",
        advice="Stay with them.",
    )
    page = get_hub_page(someone("mash.manager"), referral_id)
    answer_proposal(
        someone("mash.manager"),
        referral_id=referral_id,
        decision_id=page.open_proposal.id,
        answer=Answer("agree", outcomes, message="Social work comes today.", teams={"locality": team_id("north")}),
    )
    return db.session.scalars(sa.select(Handover.id).where(Handover.direction == "step_up")).one()


def test_an_urgent_step_up_from_the_asking_to_social_work(helped: AFamily, actor: Who) -> None:
    asked_at = clock.now()
    number = decided(helped, "strategy_discussion")
    family_help, north = team_id("fh_north"), team_id("north")
    donna, leah = (someone(login).professional_id for login in ("familyhelp.worker", "north.worker"))
    # Until social work accepts nothing has moved; it has an hour.
    assert holding(helped) == {family_help}
    assert leads(helped) == {(donna, "lead_practitioner")}
    assert [c.rule.key for c in clocks_of([number])[number]] == ["handover.accept_urgent"]
    with pytest.raises(OutOfOrder, match="a step-up is not sent back"):
        commands.return_handover(actor("north.manager"), handover_id=number, reason="We are full.")
    with pytest.raises(OutOfOrder, match="ring the hub"):
        commands.withdraw_handover(actor("familyhelp.worker"), handover_id=number)
    commands.accept_handover(actor("north.manager"), handover_id=number, lead_professional_id=leah)
    assert holding(helped) == {north}
    assert leads(helped) == {(leah, "worker")}
    for case_id in helped.case_ids:
        assert db.session.scalar(sa.select(Case.level).where(Case.id == case_id)) == "strategy_discussion"
        episodes = db.session.execute(
            sa.select(Episode.kind, Episode.referral_on, Episode.closure_code)
            .where(Episode.case_id == case_id)
            .order_by(Episode.id)
        ).all()
        assert [(row.kind, row.closure_code) for row in episodes] == [("family_help", "FH5"), ("child_in_need", None)]
        # The census dates the referral the day the hub was asked.
        assert episodes[1].referral_on == clock.to_london(asked_at).date()
        joint = db.session.scalars(
            sa.select(Involvement.professional_id).where(
                Involvement.case_id == case_id, Involvement.to_at.is_(None), ~Involvement.leads
            )
        ).all()
        assert joint == [donna]
        (assessing,) = clocks_of([case_id])[case_id]
        assert (assessing.rule.key, assessing.anchor_at) == ("assessment.complete", asked_at)
    commands.close_sender_part(actor("familyhelp.north"), handover_id=number)
    before = {c.rule.key: c.due_on for c in clocks_of([helped.case_id])[helped.case_id]}
    rebuild()
    assert {c.rule.key: c.due_on for c in clocks_of([helped.case_id])[helped.case_id]} == before


def test_an_ordinary_step_up_has_two_working_days_and_overtakes_another_handover(helped: AFamily, actor: Who) -> None:
    other = _transfer(helped, to="fh_central", proposer="familyhelp.worker")
    number = decided(helped, "assessment", asked=Asked(False, *list(vars(ASKED).values())[1:]))
    assert [c.rule.key for c in clocks_of([number])[number]] == ["handover.accept"]
    assert queries.get_handover(other).row.phase == "withdrawn"
    assert holding(helped) == {team_id("fh_north")}


def test_the_hub_sees_an_urgent_one_red_unread_and_at_the_top(helped: AFamily) -> None:
    reference = ask_step_up(someone("familyhelp.worker"), case_id=helped.case_id, chosen=helped.case_ids, asked=ASKED)
    page = get_hub_page(someone("mash.worker"), number_of(reference))
    assert (page.rating, page.read_at) == ("red", None)
    assert [line.person_id for line in page.lines] == helped.person_ids
    assert {case.id for case in page.open_cases} == set(helped.case_ids)
    # Pressing twice makes one, a colleague is told.
    again = ask_step_up(someone("familyhelp.worker"), case_id=helped.case_id, chosen=helped.case_ids, asked=ASKED)
    assert again == reference
    with pytest.raises(Conflict, match="Donna Price asked the hub"):
        ask_step_up(someone("familyhelp.north"), case_id=helped.case_id, chosen=helped.case_ids, asked=ASKED)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"why": " "}, "why"),
        ({"tried": ""}, "tried"),
        ({"parents": ""}, "parents"),
        ({"why_not_told": "because"}, "why_not_told"),
    ],
)
def test_what_a_step_up_can_not_do_without(helped: AFamily, change: dict[str, str], field: str) -> None:
    asked = Asked(**{**vars(ASKED), **change})
    with pytest.raises(Invalid) as invalid:
        ask_step_up(someone("familyhelp.worker"), case_id=helped.case_id, chosen=helped.case_ids, asked=asked)
    assert set(invalid.value.problems) == {field}


def _transfer(family: AFamily, *, to: str = "central", proposer: str = "north.worker", **changes: Any) -> int:
    given: dict[str, Any] = {
        "case_ids": family.case_ids,
        "to_team_id": team_id(to),
        "reasons": "They moved to Maltby on Monday.",
        "what_works": "Kirsty's sister.",
        "worry_again": "Missed mornings.",
        "child_voice": "Ellie: my new room is big.",
        "told_whom": "Kirsty, mother",
        "told_on": clock.today(),
    }
    return number_of(commands.propose_transfer(someone(proposer), **{**given, **changes}))


def test_a_family_that_moved_goes_to_the_other_locality_at_the_same_level(
    app: Flask, friday: datetime, actor: Who
) -> None:
    family = a_case(children=2, worker="north.worker", level="child_in_need")
    number = _transfer(family)
    with pytest.raises(OutOfOrder, match="manager has not agreed"):
        commands.accept_handover(actor("central.manager"), handover_id=number)
    commands.agree_handover(actor("north.manager"), handover_id=number)
    with pytest.raises(Invalid):
        commands.accept_handover(actor("central.manager"), handover_id=number)
    worker = someone("central.worker").professional_id
    commands.accept_handover(actor("central.manager"), handover_id=number, lead_professional_id=worker)
    assert holding(family) == {team_id("central")}
    assert leads(family) == {(worker, "worker")}
    levels = db.session.scalars(sa.select(Case.level).where(Case.id.in_(family.case_ids)))
    assert set(levels) == {"child_in_need"}
    codes = db.session.scalars(sa.select(Episode.closure_code).where(Episode.case_id.in_(family.case_ids)))
    assert set(codes) == {None}
    commands.close_sender_part(actor("north.worker"), handover_id=number)


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"to": "fh_north"}, {"to_team"}),
        ({"to": "north"}, {"to_team"}),
        ({"reasons": ""}, {"reasons"}),
        ({"told_whom": "", "told_on": None}, {"told_whom", "told_on"}),
        ({"lead_professional_id": 10**9}, {"lead"}),
    ],
)
def test_what_a_transfer_can_not_do_without(
    app: Flask, friday: datetime, change: dict[str, Any], fields: set[str]
) -> None:
    family = a_case(worker="north.worker", level="child_in_need")
    with pytest.raises(Invalid) as invalid:
        _transfer(family, **change)
    assert set(invalid.value.problems) == fields


def test_a_colleague_of_the_panel_answers_only_for_a_manager_who_is_away(
    app: Flask, friday: datetime, actor: Who
) -> None:
    family = a_case(worker="north.worker", level="child_in_need")
    number = propose_step_down(family)
    commands.agree_handover(actor("north.manager"), handover_id=number)
    stand_in = actor("familyhelp.central")
    with pytest.raises(Refused, match="Sheila Vance is at work today"):
        commands.accept_handover(stand_in, handover_id=number)
    assert commands.let_climb() == 0
    sheila = actor("familyhelp.north")
    set_absence(sheila, professional_id=sheila.professional_id, from_on=clock.today(), until_on=None, reason="leave")
    # From the next round of the sweep the managers of the other family help teams can read it and answer.
    assert commands.let_climb() == 1 and commands.let_climb() == 0
    stand_ins = {row.principal for row in list_reach(number) if row.why == "stands_in"}
    assert stand_ins == {f"lead:{team_id(key)}" for key in ("fh_central", "fh_south")}
    commands.accept_handover(stand_in, handover_id=number)
    assert queries.get_handover(number).row.answered_for == "Sheila Vance, away today"
    assert holding(family) == {team_id("fh_north")}


def test_what_nobody_answered_in_time_climbs_to_the_head(app: Flask, friday: datetime, actor: Who) -> None:
    family = a_case(worker="north.worker", level="child_in_need")
    number = propose_step_down(family)
    commands.agree_handover(actor("north.manager"), handover_id=number)
    assert commands.let_climb() == 0
    assert queries.list_handovers(actor("head")).waiting == ()
    with clock.at(clock.now() + timedelta(days=5)):
        assert commands.let_climb() == 1
        assert commands.let_climb() == 0
        assert [row.id for row in queries.list_handovers(actor("head")).waiting] == [number]
        assert [row.id for row in queries.get_panel(actor("north.manager"), "North").late] == [number]
        commands.accept_handover(actor("head"), handover_id=number)
    row = queries.get_handover(number).row
    assert row.answered_for == "Sheila Vance, who had not answered in time"
    assert holding(family) == {team_id("fh_north")}


def test_the_panel_shows_all_handovers_of_its_locality(app: Flask, friday: datetime, actor: Who) -> None:
    proposed = propose_step_down(a_case(name="Ames", worker="north.worker", level="child_in_need"))
    asked = propose_step_down(a_case(name="Bell", worker="north.worker", level="child_in_need"))
    back = propose_step_down(a_case(name="Cole", worker="north.worker", level="child_in_need"))
    for number in (asked, back):
        commands.agree_handover(actor("north.manager"), handover_id=number)
    commands.return_handover(actor("familyhelp.north"), handover_id=back, reason="Which school?")
    for login in ("north.manager", "familyhelp.north"):
        panel = queries.get_panel(actor(login), "North")
        shown = {key: [row.id for row in getattr(panel, key)] for key in ("to_agree", "to_answer", "came_back", "late")}
        assert shown == {"to_agree": [proposed], "to_answer": [asked], "came_back": [back], "late": []}
    assert queries.get_panel(actor("central.manager"), "North").rows == ()


def test_a_family_that_says_no_is_looked_back_at_in_twelve_weeks_though_its_case_is_closed(
    app: Flask, friday: datetime, actor: Who
) -> None:
    family = a_case(worker="north.worker", level="child_in_need")
    number = number_of(a_look_back(family))
    assert number_of(a_look_back(family)) == number
    with pytest.raises(Conflict, match="Leah Dawson recorded this"):
        a_look_back(family, by="north.manager")
    (running,) = clocks_of([number])[number]
    assert (running.rule.key, running.due_on) == ("look_back.done", date(2027, 2, 12))
    commands.close_family_cases(
        actor("north.manager"),
        case_id=family.case_id,
        versions=family.versions,
        reason="RC7",
        words="Told on Friday.",
        told=everyone_told(family),
        settled=True,
    )
    assert [row.reference for row in queries.list_look_backs(actor("north.worker"))]
    assert clocks_of([number])[number]
    with pytest.raises(Invalid) as invalid:
        commands.finish_look_back(actor("north.worker"), look_back_id=number, found="", words="")
    assert set(invalid.value.problems) == {"found", "words"}
    commands.finish_look_back(actor("north.worker"), look_back_id=number, found="well", words="Jan Cole: she is fine.")
    assert clocks_of([number]) == {} and queries.list_look_backs(actor("north.worker")) == []
    with pytest.raises(Conflict, match="Leah Dawson looked back"):
        commands.finish_look_back(actor("north.manager"), look_back_id=number, found="well", words="The same.")
