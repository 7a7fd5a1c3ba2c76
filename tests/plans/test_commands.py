"""Plans through their commands: who may, what is refused with its sentence, what clocks do."""

import secrets
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from caseapp.access.domain import L2, Actor
from caseapp.access.queries import get_subject, list_reach
from caseapp.cases.commands import close_cases
from caseapp.deadlines.commands import rebuild
from caseapp.deadlines.queries import clocks_of
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Conflict, Invalid, NotFound, OutOfOrder, Refused
from caseapp.kernel.events import Event, record
from caseapp.people.commands import say_whether_same
from caseapp.plans import commands, queries
from caseapp.plans.models import PlanActionVersion, PlanChild, PlanVersion
from tests.factories import AFamily, a_case, a_plan, an_action, join_team, reference_of, someone

START = date(2026, 10, 1)


@pytest.fixture
def family(app: Flask, friday: datetime) -> AFamily:
    """Two children with family help in North, received in June."""
    return helped()


def helped(level: str = "focused_family_help", **more: Any) -> AFamily:
    with clock.at(datetime.fromisoformat("2026-06-01T08:00+00:00")):
        if level == "child_in_need":
            return a_case(children=2, worker="north.worker", level=level, **more)
        return a_case(children=2, team="fh_north", worker="familyhelp.worker", level=level, **more)


WORKER = "familyhelp.worker"


def codes(case_id: int) -> list[str]:
    found = sa.text(
        "SELECT e.code FROM event e JOIN event_subject s ON s.event_id = e.id WHERE s.subject_id = :n ORDER BY e.id"
    )
    return [row.code for row in db.session.execute(found, {"n": case_id})]


def test_a_plan_begins_for_the_children_and_its_leader_is_in_the_team(family: AFamily) -> None:
    page = queries.get_plan(a_plan(family, worker=WORKER, on=START))
    assert page.kind.key == "family_help" and [child.called for child in page.children] == ["Ellie", "Jake"]
    assert [(m.name, m.part) for m in page.members] == [("Donna Price", "Lead practitioner")]
    for case_id in family.case_ids:
        assert {"plan.family_help_began", "family_help.engaged"} <= set(codes(case_id))


def test_the_familys_yes_is_needed_for_family_help_alone(family: AFamily) -> None:
    with pytest.raises(Invalid) as refused:
        a_plan(family, worker=WORKER, agreed_on=None)
    assert "Family help needs the family’s yes" in refused.value.problems["agreed_on"]
    with pytest.raises(Invalid) as refused:
        a_plan(family, worker=WORKER, agreed_by=" ")
    assert "agreed_by" in refused.value.problems


def test_a_second_plan_is_refused_with_a_sentence(family: AFamily) -> None:
    a_plan(family, worker=WORKER, on=START)
    with pytest.raises(Invalid) as refused:
        a_plan(family, worker=WORKER, on=START)
    assert "Ellie Marsden: there is an open family help plan already" in refused.value.problems["children"]


def test_the_same_form_twice_is_one_plan(family: AFamily) -> None:
    assert a_plan(family, worker=WORKER, once_key="k") == a_plan(family, worker=WORKER, once_key="k")


def test_a_child_under_two_records_has_one_plan(app: Flask, friday: datetime) -> None:
    one, other = helped("child_in_need"), helped("child_in_need", name="Marsdon")
    a_plan(one, on=START)
    people = (one.person_ids[0], other.person_ids[0])
    say_whether_same(someone("mash.worker"), *people, answer="same", words="The same NHS number.")
    with pytest.raises(Invalid) as refused:
        a_plan(other, on=START)
    assert "open child in need plan" in refused.value.problems["children"]


def test_the_database_itself_keeps_a_child_from_two_plans_of_a_track(family: AFamily) -> None:
    number = a_plan(family, worker=WORKER, on=START)
    row = {"plan_id": number, "case_id": family.case_id, "person_id": family.person_ids[0], "track": "help"}
    with pytest.raises(sa.exc.IntegrityError), db.session.begin_nested():
        db.session.execute(sa.insert(PlanChild).values(from_on=START, **row))


def test_two_write_at_once_and_nothing_is_lost(family: AFamily) -> None:
    number = a_plan(family, worker=WORKER)
    commands.keep_words(someone("familyhelp.north"), plan_id=number, version=1, parts={"aim": "Theirs."})
    with pytest.raises(commands.StalePlan) as stale:
        commands.keep_words(someone(WORKER), plan_id=number, version=1, parts={"aim": "Mine."})
    assert stale.value.theirs_by_part == {"aim": "Theirs."} and stale.value.version == 2
    commands.keep_words(someone(WORKER), plan_id=number, version=2, parts={"aim": "Both."})
    kept = db.session.scalars(
        sa.select(PlanVersion.parts).where(PlanVersion.plan_id == number).order_by(PlanVersion.number)
    )
    assert [parts["aim"] for parts in kept][1:] == ["Theirs.", "Both."]


def finish(number: int, action: int, who: str, **changes: Any) -> None:
    given: dict[str, Any] = {"version": 1, "state": "done", "on": clock.today(), "evidence": "Seen.", "said_by": ""}
    given |= {"writes": who == WORKER} | changes
    commands.finish_action(someone(who), plan_id=number, action_id=action, **given)


def test_done_needs_what_shows_it_and_says_who_says_so(family: AFamily) -> None:
    number = a_plan(family, worker=WORKER)
    action = an_action(number, by=WORKER)
    for changes, field in (
        ({"evidence": " "}, "evidence"),
        ({"on": date(2026, 11, 21)}, "on"),
        ({"state": "x"}, "state"),
    ):
        with pytest.raises(Invalid) as refused:
            finish(number, action, WORKER, **changes)
        assert list(refused.value.problems) == [field]
    finish(number, action, WORKER, said_by="Her teacher")
    (row,) = queries.get_plan(number).settled
    assert (row.state, row.evidence, row.said_by, row.written_by) == ("done", "Seen.", "Her teacher", "Donna Price")
    with pytest.raises(OutOfOrder):
        finish(number, action, WORKER, version=2)


def test_a_partner_says_of_their_own_action_alone_that_it_is_done(family: AFamily) -> None:
    number = a_plan(family, worker=WORKER)
    join_team(number, "school", by=WORKER)
    theirs, other = an_action(number, by=WORKER, owner="school"), an_action(number, by=WORKER)
    with pytest.raises(Refused):
        finish(number, other, "school")
    with pytest.raises(Invalid):
        finish(number, theirs, "school", state="dropped")
    finish(number, theirs, "school")
    assert queries.get_action(number, theirs).said_by == "Hannah Whitfield"


def test_an_action_is_written_anew_and_every_wording_stays(family: AFamily) -> None:
    number = a_plan(family, worker=WORKER)
    action = an_action(number, by=WORKER)
    finish(number, action, WORKER)
    given = commands.ActionGiven("Again", "She eats", clock.today(), owner_name="Kirsty")
    with pytest.raises(Conflict):
        commands.change_action(someone(WORKER), plan_id=number, action_id=action, version=1, given=given)
    commands.change_action(someone(WORKER), plan_id=number, action_id=action, version=2, given=given)
    assert queries.get_action(number, action).is_open
    why = db.session.scalars(
        sa.select(PlanActionVersion.why).where(PlanActionVersion.action_id == action).order_by(PlanActionVersion.number)
    )
    assert list(why) == ["added", "done", "changed"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"what": " "}, "what"),
        ({"measure": ""}, "measure"),
        ({"owner_name": ""}, "owner"),
        ({"owner_professional_id": 999}, "owner"),
        ({"owner_person_id": 999}, "owner"),
        ({"case_id": 999}, "child"),
        ({"due_on": date(2026, 11, 19)}, "due_on"),
    ],
)
def test_what_is_missing_of_an_action_is_said_at_its_field(
    family: AFamily, changes: dict[str, Any], field: str
) -> None:
    number = a_plan(family, worker=WORKER, on=START)
    with pytest.raises(Invalid) as refused:
        an_action(number, by=WORKER, **changes)
    assert field in refused.value.problems


def sees(who: str, plan_id: int) -> bool:
    try:
        get_subject(someone(who), reference_of(plan_id), "plan", L2)
    except NotFound:
        return False
    return True


def test_membership_makes_and_ends_what_a_member_sees(family: AFamily, friday: datetime) -> None:
    number = a_plan(family, worker=WORKER)
    assert not sees("school", number)
    join_team(number, "school", by=WORKER)
    assert sees("school", number) and not sees("police", number)
    assert ("group", L2) in {(row.why, row.level) for row in list_reach(number)}
    with pytest.raises(Invalid):
        join_team(number, "school", by=WORKER)
    member = next(m for m in queries.get_plan(number).members if m.name == "Hannah Whitfield")
    commands.end_member(someone(WORKER), plan_id=number, member_id=member.id, on=clock.today())
    assert not sees("school", number)
    join_team(number, "school", by=WORKER)
    commands.end_plan(
        someone(WORKER), plan_id=number, ended_on=clock.today(), reason="aims_met", words="All well.", seen=0
    )
    assert not sees("school", number) and sees(WORKER, number)


def meeting(**changes: Any) -> commands.MeetingGiven:
    given: dict[str, Any] = {
        "kind": "group",
        "held_at": datetime.fromisoformat("2026-11-10T14:00+00:00"),
        "people": [commands.PersonThere("Hannah Whitfield", "Wath Primary School", "came")],
        "words": "Mornings are calmer.",
        "family_words": "Ellie: I like breakfast club.",
        "once_key": secrets.token_hex(16),
    }
    return commands.MeetingGiven(**given | changes)


def running(case_id: int) -> dict[str, str]:
    return {view.rule.key: str(view.due_on) for view in clocks_of([case_id]).get(case_id, [])}


def test_a_meeting_starts_the_clock_of_the_next_and_a_review_that_of_the_help(family: AFamily) -> None:
    record(
        someone(WORKER), "family_help.began", subjects=family.case_ids, note=1,
        occurred_at=datetime.fromisoformat("2026-10-01T12:00+00:00"),
    )  # fmt: skip
    assert running(family.case_id)["taf.first"] == "2026-11-12"
    number = a_plan(family, worker=WORKER, on=date(2026, 10, 2))
    assert "family_help.engaged" not in running(family.case_id)
    commands.keep_meeting(someone(WORKER), plan_id=number, given=meeting(next_on=date(2026, 12, 8)))
    due = running(family.case_id)
    assert "taf.first" not in due and due["taf.review"] == "2026-12-22"
    given = meeting(kind="review", outcome="goes_on", decisions={family.case_id: "Breakfast club goes on."})
    commands.keep_meeting(someone(WORKER), plan_id=number, given=given)
    assert due["family_help.length"] != running(family.case_id)["family_help.length"]
    assert queries.get_plan(number).next_on == date(2026, 12, 8)
    assert not [one for part in rebuild() for one in part.differences]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"people": []}, "people"),
        ({"people": [commands.PersonThere("A", "B", "sorry")]}, "people"),
        ({"words": ""}, "words"),
        ({"family_words": ""}, "family_words"),
        ({"kind": "review"}, "outcome"),
        ({"kind": "picnic"}, "kind"),
        ({"next_on": date(2026, 11, 10)}, "next_on"),
        ({"held_at": datetime.fromisoformat("2026-12-10T14:00+00:00")}, "happened_on"),
        ({"held_at": datetime.fromisoformat("2026-05-10T14:00+00:00")}, "happened_on"),
    ],
)
def test_what_is_missing_of_a_meeting_is_said(family: AFamily, changes: dict[str, Any], field: str) -> None:
    number = a_plan(family, worker=WORKER, on=START)
    with pytest.raises(Invalid) as refused:
        commands.keep_meeting(someone(WORKER), plan_id=number, given=meeting(**changes))
    assert field in refused.value.problems


def score(number: int, stage: str, on: date, scores: dict[str, int]) -> None:
    key = secrets.token_hex(16)
    given = {"told_on": on, "told_by": "Kirsty", "scores": scores, "words": "", "once_key": key}
    commands.keep_scores(someone(WORKER), plan_id=number, stage=stage, **given)


def test_the_familys_scores_are_kept_each_time(family: AFamily) -> None:
    number = a_plan(family, worker=WORKER, on=START)
    for stage, on, home in (("start", START, 3), ("end", clock.today(), 8)):
        score(number, stage, on, {"home": home})
    (change,) = queries.get_plan(number).changes
    assert change.words == "from 3 to 8, better"
    for scores in ({}, {"home": 11}, {"luck": 3}):
        with pytest.raises(Invalid):
            score(number, "end", START, scores)


def test_a_closed_case_leaves_its_plans_and_the_last_child_ends_them(
    family: AFamily, actor: Callable[[str], Actor]
) -> None:
    number = a_plan(family, worker=WORKER, on=START)
    first, second = sorted(family.case_ids)
    versions = family.versions
    close_cases(someone("familyhelp.north"), cases={first: versions[first]}, reason="FH1", words="Told everyone.")
    page = queries.get_plan(number)
    assert [child.case_id for child in page.on_it] == [second] and page.ended_on is None
    close_cases(someone("familyhelp.north"), cases={second: versions[second]}, reason="FH1", words="Told everyone.")
    page = queries.get_plan(number)
    assert page.ended_on == clock.today() and page.end_reason == "closed"


def test_a_child_in_need_plan_runs_the_clocks_of_its_visits_and_reviews(app: Flask, friday: datetime) -> None:
    family = helped("child_in_need")
    number = a_plan(family, on=date(2026, 11, 2))
    assert running(family.case_id)["cin.review_first"] == "2026-12-14"
    commands.keep_meeting(someone("north.worker"), plan_id=number, given=meeting(kind="review", outcome="goes_on"))
    due = running(family.case_id)
    assert "cin.review_first" not in due and due["cin.review_later"] == "2027-02-10"
    commands.end_plan(
        someone("north.worker"), plan_id=number, ended_on=clock.today(), reason="less_help", words="Well.", seen=0
    )
    assert not {"visit.cin", "cin.review_later"} & set(running(family.case_id))
    # Ended today, another may begin today.
    a_plan(family, on=clock.today())


def test_a_plan_that_ended_is_changed_by_nobody(family: AFamily, friday: datetime) -> None:
    number = a_plan(family, worker=WORKER, on=START)
    an_action(number, by=WORKER)
    with pytest.raises(Conflict):
        commands.end_plan(
            someone(WORKER), plan_id=number, ended_on=clock.today(), reason="aims_met", words="Well.", seen=0
        )
    for ended_on, reason, words, field in (
        (START - timedelta(days=1), "aims_met", "x", "ended_on"),
        (START, "closed", "x", "reason"),
        (START, "aims_met", " ", "words"),
    ):
        with pytest.raises(Invalid) as refused:
            commands.end_plan(someone(WORKER), plan_id=number, ended_on=ended_on, reason=reason, words=words, seen=1)
        assert list(refused.value.problems) == [field]
    commands.end_plan(someone(WORKER), plan_id=number, ended_on=START, reason="aims_met", words="Well.", seen=1)
    with pytest.raises(OutOfOrder):
        an_action(number, by=WORKER)
    assert db.session.scalar(sa.select(sa.func.count()).where(Event.code == "plan.family_help_ended")) == 1


def test_a_brother_joins(family: AFamily) -> None:
    one, two = family.case_ids
    number = a_plan(family, worker=WORKER, case_ids=[one], on=START)
    commands.join_plan(someone(WORKER), plan_id=number, case_id=two, from_on=clock.today())
    assert [child.called for child in queries.get_plan(number).on_it] == ["Ellie", "Jake"]
    with pytest.raises(Invalid):
        commands.join_plan(someone(WORKER), plan_id=number, case_id=two, from_on=clock.today())
