"""Two keys: proposing, agreeing, accepting, returning, withdrawing, closing."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from caseapp.access.commands import bar
from caseapp.access.domain import Actor
from caseapp.access.queries import list_reach
from caseapp.accounts.models import User
from caseapp.accounts.queries import find_professional
from caseapp.cases.commands import acknowledge_task
from caseapp.cases.models import Case, Custody, Episode, Involvement, Task
from caseapp.deadlines.queries import clocks_of
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Conflict, Invalid, OutOfOrder, Refused
from caseapp.kernel.events import Event
from caseapp.pathway import commands, queries
from caseapp.pathway.models import Handover
from tests.factories import (
    AFamily,
    a_case,
    an_authorised_assessment,
    meet_the_family,
    propose_step_down,
    someone,
    team_id,
)
from tests.pathway.test_leading import SAYS_YES, ask

Who = Callable[[str], Actor]


@pytest.fixture
def family(app: Flask, friday: datetime) -> AFamily:
    """Two children in North with Leah Dawson, assessed."""
    found = a_case(children=2, worker="north.worker")
    an_authorised_assessment(found)
    return found


def _row(handover_id: int) -> Handover:
    found = db.session.get(Handover, handover_id, populate_existing=True)
    assert found is not None
    return found


def _holding(family: AFamily) -> set[int]:
    return set(
        db.session.scalars(
            sa.select(Custody.team_id).where(Custody.case_id.in_(family.case_ids), Custody.to_at.is_(None))
        )
    )


def _accepted(family: AFamily, actor: Who) -> int:
    number = propose_step_down(family)
    commands.agree_handover(actor("north.manager"), handover_id=number)
    commands.accept_handover(actor("familyhelp.north"), handover_id=number)
    return number


def test_a_step_down_from_proposal_to_closing_our_part(family: AFamily, actor: Who) -> None:
    number = propose_step_down(family)
    north, family_help = team_id("north"), team_id("fh_north")
    assert _holding(family) == {north}
    commands.agree_handover(actor("north.manager"), handover_id=number)
    assert [c.rule.key for c in clocks_of([number])[number]] == ["handover.accept"]
    assert _holding(family) == {north}
    commands.accept_handover(actor("familyhelp.north"), handover_id=number)
    assert _holding(family) == {family_help}
    assert clocks_of([number]) == {}
    for case_id in family.case_ids:
        working = {
            (row.professional_id, row.role, row.leads)
            for row in db.session.scalars(
                sa.select(Involvement).where(Involvement.case_id == case_id, Involvement.to_at.is_(None))
            )
        }
        assert working == {
            (actor("familyhelp.worker").professional_id, "lead_practitioner", True),
            (actor("north.worker").professional_id, "co_worker", False),
        }
        episodes = db.session.execute(
            sa.select(Episode.kind, Episode.closure_code).where(Episode.case_id == case_id).order_by(Episode.id)
        ).all()
        assert [tuple(row) for row in episodes] == [("child_in_need", "RC9"), ("family_help", None)]
        assert db.session.scalar(sa.select(Case.level).where(Case.id == case_id)) == "focused_family_help"
    with pytest.raises(OutOfOrder, match="the joint meeting with the family"):
        commands.close_sender_part(actor("north.worker"), handover_id=number)
    meet_the_family(number)
    commands.close_sender_part(actor("north.worker"), handover_id=number)
    assert _row(number).sender_closed_at == clock.now()
    left = db.session.scalars(
        sa.select(Involvement.role).where(Involvement.case_id.in_(family.case_ids), Involvement.to_at.is_(None))
    )
    assert set(left) == {"lead_practitioner"}


def test_a_child_in_need_plan_closes_with_rc7(app: Flask, friday: datetime, actor: Who) -> None:
    family = a_case(worker="north.worker", level="child_in_need")
    _accepted(family, actor)
    codes = db.session.scalars(sa.select(Episode.closure_code).where(Episode.case_id == family.case_id))
    assert set(codes) == {"RC7", None}


def test_who_sees_it_when(family: AFamily, actor: Who) -> None:
    number, north, family_help = propose_step_down(family), team_id("north"), team_id("fh_north")
    panel = {(f"lead:{north}", 2), (f"lead:{family_help}", 2)}
    assert {(r.principal, r.level) for r in list_reach(number)} == {(f"team:{north}", 4)} | panel
    commands.agree_handover(actor("north.manager"), handover_id=number)
    assert {(r.principal, r.level, r.why) for r in list_reach(number)} == {
        (f"team:{north}", 4, "sender"),
        (f"lead:{north}", 2, "panel"),
        (f"lead:{family_help}", 2, "receiver"),
    }
    commands.accept_handover(actor("familyhelp.north"), handover_id=number)
    reach = {r.principal for r in list_reach(family.case_id)}
    assert f"team:{family_help}" in reach and f"team:{north}" not in reach
    assert f"user:{actor('north.worker').user_id}" in reach
    meet_the_family(number)
    commands.close_sender_part(actor("north.manager"), handover_id=number)
    assert f"user:{actor('north.worker').user_id}" not in {r.principal for r in list_reach(family.case_id)}


def test_the_accepted_event_names_the_handover_and_every_case(family: AFamily, actor: Who) -> None:
    number = _accepted(family, actor)
    event = db.session.scalars(sa.select(Event).where(Event.code == "case.handover.accepted")).one()
    assert event.data == {"from_team": team_id("north"), "to_team": team_id("fh_north")}
    page = queries.get_handover(number)
    assert page.row.phase == "accepted" and page.no_gap
    assert [(held.team, held.to_at is None) for held in page.chain] == [
        ("North locality", False),
        ("Family help, North", True),
    ]


def test_assessment_level_needs_an_authorised_assessment(app: Flask, friday: datetime) -> None:
    family = a_case(worker="north.worker")
    with pytest.raises(OutOfOrder, match="An authorised assessment comes before a step-down"):
        propose_step_down(family)


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"consent": "refused"}, {"consent"}),
        ({"consent": "not_asked"}, {"consent"}),
        ({"consent_by": ""}, {"consent_by"}),
        ({"consent_on": None}, {"consent_on"}),
        ({"reasons": "  "}, {"reasons"}),
        ({"lead_professional_id": None}, {"lead"}),
        ({"lead_professional_id": 10**9}, {"lead"}),
        ({"to_team_id": 10**9}, {"to_team"}),
        ({"new_lead": commands.NewLead("Pat", "Pastoral lead", 10**9, "01632 960114")}, {"new_lead_agency"}),
    ],
)
def test_what_a_proposal_can_not_do_without(family: AFamily, change: dict[str, Any], fields: set[str]) -> None:
    with pytest.raises(Invalid) as invalid:
        propose_step_down(family, **change)
    assert set(invalid.value.problems) == fields
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Handover)) == 0


def test_only_to_family_help_and_only_with_somebody_of_that_team(family: AFamily) -> None:
    for change, field in (
        ({"to_team_id": team_id("central")}, "to_team"),
        ({"to_team_id": team_id("fh_south")}, "lead"),
    ):
        with pytest.raises(Invalid) as invalid:
            propose_step_down(family, **change)
        assert set(invalid.value.problems) == {field}


def test_siblings_are_split_only_with_a_reason(family: AFamily) -> None:
    with pytest.raises(Invalid) as invalid:
        propose_step_down(family, case_ids=family.case_ids[:1])
    assert set(invalid.value.problems) == {"split_reason"}
    number = propose_step_down(family, case_ids=family.case_ids[:1], split_reason="Jake lives with his father")
    assert queries.get_handover(number).row.case_ids == family.case_ids[:1]


def test_a_school_s_lead_leads_while_the_team_is_accountable(family: AFamily, actor: Who) -> None:
    school = actor("school").agency_id
    number = propose_step_down(
        family,
        lead_professional_id=None,
        new_lead=commands.NewLead("Pat Moore", "Pastoral lead", school, "01632 960114"),
    )
    commands.agree_handover(actor("north.manager"), handover_id=number)
    ask(family, number)
    commands.write_answer_down(actor("north.worker"), handover_id=number, answer=SAYS_YES)
    commands.accept_handover(actor("familyhelp.north"), handover_id=number)
    lead = find_professional(_row(number).lead_professional_id or 0)
    assert lead is not None and (lead.name, lead.agency) == ("Pat Moore", "Wath Primary School")
    assert _holding(family) == {team_id("fh_north")}


def test_pressing_twice_makes_one_and_a_colleague_is_told(family: AFamily, actor: Who) -> None:
    first = propose_step_down(family)
    assert propose_step_down(family) == first
    with pytest.raises(Conflict, match="Leah Dawson proposed a handover of this family"):
        propose_step_down(family, proposer="marta.wilk")


def test_four_eyes_all_the_way(family: AFamily, actor: Who) -> None:
    number = propose_step_down(family, proposer="north.manager")
    with pytest.raises(Refused, match="another manager"):
        commands.agree_handover(actor("north.manager"), handover_id=number)
    commands.agree_handover(actor("central.manager"), handover_id=number)
    for login in ("north.manager", "central.manager"):
        with pytest.raises(Refused):
            commands.accept_handover(actor(login), handover_id=number)
        with pytest.raises(Refused):
            commands.return_handover(actor(login), handover_id=number, reason="no")
    assert _holding(family) == {team_id("north")}


def test_returned_with_words_and_proposed_again(family: AFamily, actor: Who) -> None:
    number = propose_step_down(family)
    commands.agree_handover(actor("north.manager"), handover_id=number)
    with pytest.raises(Invalid):
        commands.return_handover(actor("familyhelp.north"), handover_id=number, reason=" ")
    commands.return_handover(actor("familyhelp.north"), handover_id=number, reason="Jake’s weight is not in the pack.")
    assert _holding(family) == {team_id("north")}
    assert clocks_of([number]) == {}
    assert [row.kind for row in db.session.scalars(sa.select(Task))] == ["handover_returned"]
    again = propose_step_down(family)
    assert _row(again).follows_id == number
    # What it came back with is answered by the new one: the receiver is not asked to read it.
    settled = db.session.scalars(sa.select(Task)).one()
    assert settled.done_at is not None and settled.done_by_id is None
    with pytest.raises(OutOfOrder, match="does not have to be read any more"):
        acknowledge_task(actor("north.worker"), task_id=settled.id, case_id=settled.case_id)
    page = queries.get_handover(again)
    assert [(b.phase, b.answer_words) for b in page.came_back] == [("returned", "Jake’s weight is not in the pack.")]


def test_sent_back_to_the_worker_by_their_own_manager(family: AFamily, actor: Who) -> None:
    number = propose_step_down(family)
    with pytest.raises(Invalid):
        commands.send_back_handover(actor("north.manager"), handover_id=number, words="")
    commands.send_back_handover(actor("north.manager"), handover_id=number, words="Ask Donna first.")
    with pytest.raises(Conflict, match="Ruth Hallam answered"):
        commands.agree_handover(actor("north.manager"), handover_id=number)
    assert _row(propose_step_down(family)).follows_id == number


def test_withdrawn(family: AFamily, actor: Who) -> None:
    number = propose_step_down(family)
    commands.agree_handover(actor("north.manager"), handover_id=number)
    commands.withdraw_handover(actor("north.worker"), handover_id=number)
    assert clocks_of([number]) == {}
    assert not any(r.why == "receiver" for r in list_reach(number))
    with pytest.raises(Conflict, match="withdrawn by the sending team"):
        commands.accept_handover(actor("familyhelp.north"), handover_id=number)


def test_out_of_order_is_refused_in_words(family: AFamily, actor: Who) -> None:
    number = propose_step_down(family)
    with pytest.raises(OutOfOrder, match="has not agreed to this handover yet"):
        commands.accept_handover(actor("familyhelp.north"), handover_id=number)
    with pytest.raises(OutOfOrder, match="stays accountable until the receiving team accepts"):
        commands.close_sender_part(actor("north.worker"), handover_id=number)
    commands.agree_handover(actor("north.manager"), handover_id=number)
    with pytest.raises(Conflict, match="Ruth Hallam agreed to this handover"):
        commands.agree_handover(actor("central.manager"), handover_id=number)
    commands.accept_handover(actor("familyhelp.north"), handover_id=number)
    with pytest.raises(Conflict, match="Sheila Vance answered"):
        commands.return_handover(actor("familyhelp.central"), handover_id=number, reason="too late")
    meet_the_family(number)
    commands.close_sender_part(actor("north.worker"), handover_id=number)
    with pytest.raises(OutOfOrder):
        commands.close_sender_part(actor("north.worker"), handover_id=number)


def test_the_database_refuses_a_sender_closed_before_the_acceptance(family: AFamily) -> None:
    number = propose_step_down(family)
    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.update(Handover).where(Handover.id == number).values(sender_closed_at=clock.now()))
    db.session.rollback()


def test_from_the_hub_the_receiver_names_the_lead(app: Flask, friday: datetime, actor: Who) -> None:
    family = a_case(team="hub", level="focused_family_help")
    reference = commands.hand_to_family_help(
        actor("mash.manager"), family_id=family.id, case_ids=family.case_ids, from_team_id=team_id("hub"),
        to_team_id=team_id("fh_north"), reasons="Help with routines.", consent="agreed", consent_by="Kirsty Marsden",
        proposed_by_id=actor("mash.worker").user_id,
    )  # fmt: skip
    (waiting,) = queries.list_handovers(actor("familyhelp.north")).waiting
    assert (waiting.reference, waiting.phase, waiting.lead) == (reference, "agreed", None)
    for lead in (None, actor("north.worker").professional_id):
        with pytest.raises(Invalid):
            commands.accept_handover(actor("familyhelp.north"), handover_id=waiting.id, lead_professional_id=lead)
    assert _holding(family) == {team_id("hub")}
    commands.accept_handover(
        actor("familyhelp.north"), handover_id=waiting.id,
        lead_professional_id=someone("familyhelp.worker").professional_id,
    )  # fmt: skip
    assert _holding(family) == {team_id("fh_north")}
    # The hub keeps nobody with the family, so its part ends at once.
    assert _row(waiting.id).sender_closed_at == _row(waiting.id).accepted_at
    kinds = db.session.scalars(sa.select(Episode.kind).where(Episode.case_id == family.case_id))
    assert list(kinds) == ["family_help"]


def _switch_off(login: str) -> None:
    user_id = someone(login).user_id
    db.session.execute(sa.update(User).where(User.id == user_id).values(disabled_at=clock.now()))


def test_nobody_leads_whose_sign_in_is_switched_off(family: AFamily, actor: Who) -> None:
    team, donna = team_id("fh_north"), someone("familyhelp.worker").professional_id
    assert [lead.name for lead in queries.list_leads(team)] == ["Donna Price", "Sheila Vance"]
    _switch_off("familyhelp.worker")
    assert [lead.name for lead in queries.list_leads(team)] == ["Sheila Vance"]
    offered = queries.get_step_down_choices(actor("north.worker"), family.case_id).leads
    assert "Donna Price" not in {lead.name for lead in offered}
    with pytest.raises(Invalid) as refused:
        propose_step_down(family, lead_professional_id=donna)
    assert set(refused.value.problems) == {"lead"}
    propose_step_down(family, lead_professional_id=someone("familyhelp.north").professional_id)


def test_a_lead_who_left_since_is_chosen_anew(family: AFamily, actor: Who) -> None:
    number = propose_step_down(family)
    commands.agree_handover(actor("north.manager"), handover_id=number)
    donna, sheila = (someone(login).professional_id for login in ("familyhelp.worker", "familyhelp.north"))
    assert queries.get_handover(number).row.lead_stands
    _switch_off("familyhelp.worker")
    assert not queries.get_handover(number).row.lead_stands
    for lead in (None, donna):
        with pytest.raises(Invalid) as refused:
            commands.accept_handover(actor("familyhelp.north"), handover_id=number, lead_professional_id=lead)
        assert set(refused.value.problems) == {"lead"}
    commands.accept_handover(actor("familyhelp.north"), handover_id=number, lead_professional_id=sheila)
    assert _row(number).lead_professional_id == sheila


def test_the_hub_sends_it_again_after_it_came_back(app: Flask, friday: datetime, actor: Who) -> None:
    family = a_case(team="hub", level="focused_family_help")
    commands.hand_to_family_help(
        actor("mash.manager"), family_id=family.id, case_ids=family.case_ids, from_team_id=team_id("hub"),
        to_team_id=team_id("fh_north"), reasons="Help with routines.", consent="agreed", consent_by="Kirsty",
    )  # fmt: skip
    (waiting,) = queries.list_handovers(actor("familyhelp.north")).waiting
    commands.return_handover(actor("familyhelp.north"), handover_id=waiting.id, reason="Which school?")
    commands.hand_again(actor("mash.manager"), handover_id=waiting.id, words="Wath Primary.")
    (again,) = queries.list_handovers(actor("familyhelp.north")).waiting
    assert again.reasons == "Help with routines.\n\nWath Primary." and _row(again.id).follows_id == waiting.id
    assert _holding(family) == {team_id("hub")}


def test_lists_say_what_waits_for_whom(family: AFamily, actor: Who) -> None:
    number = propose_step_down(family)
    waits = {
        login: [row.id for row in queries.list_handovers(actor(login)).waiting]
        for login in ("north.worker", "north.manager", "familyhelp.north", "central.manager")
    }
    assert waits == {"north.worker": [], "north.manager": [number], "familyhelp.north": [], "central.manager": []}
    assert [row.id for row in queries.list_handovers(actor("north.worker")).on_their_way] == [number]
    commands.agree_handover(actor("north.manager"), handover_id=number)
    assert [row.names for row in queries.list_handovers(actor("familyhelp.north")).waiting] == [
        "Ellie and Jake Marsden"
    ]
    commands.return_handover(actor("familyhelp.north"), handover_id=number, reason="Not yet")
    assert [row.id for row in queries.list_handovers(actor("north.worker")).waiting] == [number]
    with clock.at(clock.now() + timedelta(days=31)):
        assert queries.list_handovers(actor("north.worker")).waiting == ()


def test_consent_on_is_kept(family: AFamily) -> None:
    row = queries.get_handover(propose_step_down(family)).row
    assert (row.consent, row.consent_by, row.consent_on, row.consent_how) == (
        "agreed", "Kirsty Marsden, mother", date(2026, 11, 18), "in_person",
    )  # fmt: skip


def test_a_team_kept_from_a_child_is_not_offered_and_not_taken(family: AFamily, actor: Who) -> None:
    central = team_id("fh_central")
    lewis = actor("fh.central.worker").professional_id
    bar(f"team:{central}", subject_id=family.case_ids[1], reason="staff_conflict")
    offered = queries.get_step_down_choices(actor("north.worker"), family.case_id)
    assert [team.name for team in offered.teams] == ["Family help, North", "Family help, South"]
    assert central not in {lead.team_id for lead in offered.leads}
    with pytest.raises(Invalid, match="Family help, Central must not see these children") as error:
        propose_step_down(family, to_team_id=central, lead_professional_id=lewis)
    assert set(error.value.problems) == {"to_team"}


def test_a_conflict_that_comes_after_the_proposal_stops_it(family: AFamily, actor: Who) -> None:
    number = propose_step_down(family)
    commands.agree_handover(actor("north.manager"), handover_id=number)
    bar(f"lead:{team_id('fh_north')}", subject_id=family.case_id, reason="staff_conflict")
    with pytest.raises(OutOfOrder, match="can't take these children on"):
        commands.accept_handover(actor("familyhelp.north"), handover_id=number)
    assert _holding(family) == {team_id("north")}


def test_a_child_kept_from_the_proposer_is_neither_taken_nor_asked_about(family: AFamily, actor: Who) -> None:
    leah = actor("north.worker")
    bar(f"user:{leah.user_id}", subject_id=family.case_ids[1], reason="relative")
    with pytest.raises(Invalid, match="Choose the children"):
        propose_step_down(family)
    assert _row(propose_step_down(family, case_ids=family.case_ids[:1])).split_reason is None
