"""Plans of the demo: a few families with a plan, its actions, its team and meetings; a few whose help has ended, who
were asked what they think. By the commands that people use, at the end of the load."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.accounts.queries import find_actor_by_email
from caseapp.cases.queries import CaseRow, list_my_children
from caseapp.kernel import clock
from caseapp.kernel.db import fetch, transaction
from caseapp.kernel.subjects import Subject
from caseapp.plans import commands
from caseapp.plans.catalogue import KIND_OF_LEVEL, KINDS

from .organisation import email_of

WORKERS = ("familyhelp.worker", "fh.central.worker", "north.worker")
FAMILIES_EACH = 3
AIM = "The children are in school on time and rested, and mornings at home are calm."
PARTS = {
    "aim": AIM,
    "strengths": "Gran helps on Fridays. School knows the children well.",
    "worries": "Bills that are not paid, and late nights.",
    "voice": "“I like it when we all eat together.” Said to the worker at home.",
    "contingency": "If the children miss two mornings in a week, school rings the worker the same day.",
}
# What, how we know, days from the plan's beginning, whether the school owns it.
ACTIONS = (
    ("Keep a place in breakfast club", "In school on time, four days of five", 14, True),
    ("Go to the money advice together", "A plan for the bills that the family can keep", 21, False),
    ("Agree bedtimes and write them on the fridge", "In bed by eight on school nights", 10, False),
)
# Rating and words of those who answered; a family without is one that did not.
ANSWERS = ((9, "You listened, and did what you said."), None, (7, "Good, but it took long to begin."))


def make_plans() -> int:
    """Begin the plans; gives how many. What can't be (a family whose referral is too young) is left out."""
    school, made = find_actor_by_email(email_of("school")), 0
    for login in WORKERS:
        actor = find_actor_by_email(email_of(login))
        if actor is None or school is None:
            continue
        with transaction():
            families = _families(actor)
        for number, cases in enumerate(families[: FAMILIES_EACH + 1]):
            with transaction():
                plan_id = _begin(actor, school, cases)
            made += 1
            if number == FAMILIES_EACH and KINDS[KIND_OF_LEVEL[cases[0].level]].survey:
                _end(actor, plan_id, number)
    return made


def _families(actor: Actor) -> list[list[CaseRow]]:
    """The families that this worker leads, at a level that has a plan, longest with us first."""
    led = [row for row in list_my_children(actor).cases if row.lead_id == actor.professional_id]
    old_enough = clock.now() - timedelta(days=30)
    fits = [row for row in led if row.level in KIND_OF_LEVEL and row.received_at < old_enough]
    grouped = groupby(sorted(fits, key=lambda row: row.family_id), key=lambda row: row.family_id)
    families = [list(rows) for _, rows in grouped]
    together = [rows for rows in families if len({row.level for row in rows}) == 1]
    return sorted(together, key=lambda rows: rows[0].received_at)


def _begin(actor: Actor, school: Actor, cases: Sequence[CaseRow]) -> int:
    came = clock.to_london(max(row.received_at for row in cases)).date()
    began = max(came, clock.today() - timedelta(days=26))
    given = commands.PlanGiven(
        kind=KIND_OF_LEVEL[cases[0].level],
        case_ids=[row.id for row in cases],
        started_on=began,
        agreed_on=began,
        agreed_by="Their mother",
        parts=PARTS,
        once_key=f"demo-plan-{cases[0].id}",
    )
    reference = commands.begin_plan(actor, case_id=cases[0].id, given=given)
    plan_id = int(
        fetch(sa.select(Subject.id).where(Subject.reference == sa.bindparam("ref")), {"ref": reference})[0].id
    )
    member = commands.MemberGiven("The children’s school", from_on=began, professional_id=school.professional_id)
    commands.add_member(actor, plan_id=plan_id, given=member)
    _actions(actor, school, plan_id, began)
    commands.keep_scores(
        actor, plan_id=plan_id, stage="start", told_on=began, told_by="The family together",
        scores={"home": 3, "school": 4, "behaviour": 5}, words="", once_key=f"demo-start-{plan_id}",
    )  # fmt: skip
    _meeting(actor, school, plan_id, began)
    return plan_id


def _actions(actor: Actor, school: Actor, plan_id: int, began: date) -> None:
    for number, (what, measure, days, theirs) in enumerate(ACTIONS):
        given = commands.ActionGiven(
            what=what,
            measure=measure,
            due_on=began + timedelta(days=days),
            owner_professional_id=(school if theirs else actor).professional_id,
        )
        with clock.at(datetime.combine(began, clock.now().timetz())):
            action_id = commands.add_action(
                actor, plan_id=plan_id, given=given, once_key=f"demo-action-{plan_id}-{number}"
            )
        if number == len(ACTIONS) - 1:
            commands.finish_action(
                actor, plan_id=plan_id, action_id=action_id, version=1, state="done", on=began + timedelta(days=9),
                evidence="It hangs on the fridge, and the children showed it.", said_by="", writes=True,
            )  # fmt: skip


def _meeting(actor: Actor, school: Actor, plan_id: int, began: date) -> None:
    held = datetime.combine(began + timedelta(days=12), datetime.min.time(), clock.LONDON).replace(hour=10)
    given = commands.MeetingGiven(
        kind="group",
        held_at=held,
        people=[
            commands.PersonThere(actor.name, actor.agency_name, "came"),
            commands.PersonThere(school.name, school.agency_name, "came"),
        ],
        words="Mornings are easier. Money is still short.",
        family_words="“It helps that school rings me before it gets late.”",
        next_on=began + timedelta(days=54),
        once_key=f"demo-meeting-{plan_id}",
    )
    commands.keep_meeting(actor, plan_id=plan_id, given=given)


def _end(actor: Actor, plan_id: int, number: int) -> None:
    """Close a plan and ask the family; the link commits what it counts by itself, so each step is a transaction."""
    with transaction():
        commands.keep_scores(
            actor, plan_id=plan_id, stage="end", told_on=clock.today(), told_by="The family together",
            scores={"home": 6, "school": 8, "behaviour": 7}, words="", once_key=f"demo-end-{plan_id}",
        )  # fmt: skip
        commands.end_plan(
            actor, plan_id=plan_id, ended_on=clock.today(), reason="aims_met", words="In school on time for weeks.",
            seen=len(ACTIONS) - 1,
        )  # fmt: skip
        made = commands.ask_survey(actor, plan_id=plan_id, opened_by="word", word="blue kite")
    answer = ANSWERS[plan_id % len(ANSWERS)]
    if answer is not None:
        with transaction():
            commands.answer_survey(
                made.token, proof="blue kite", rating=answer[0], words=answer[1], address=f"demo-{plan_id}"
            )
