"""A small world for walking every route: one of each thing in North, and one of each that is somebody else's."""

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from caseapp.documents.commands import attach
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.subjects import Subject, make_reference
from caseapp.night.commands import hand_over
from caseapp.notices.commands import take_notice
from caseapp.notices.domain import read_text
from caseapp.pathway.commands import agree_handover, ask_to_lead
from caseapp.pathway.queries import list_leads
from caseapp.referrals.commands import receive_referral
from caseapp.referrals.commands.drafts import start_draft
from caseapp.referrals.commands.triage import propose_decision, rate_referral
from caseapp.referrals.models import ReferralChild
from caseapp.search.commands import keep_search
from tests import factories
from tests.factories import someone


@dataclass(frozen=True)
class World:
    """References by kind: `own` is North's (or the school's), `foreign` is Central's (or the police's)."""

    own: dict[str, str]
    foreign: dict[str, str]

    def random(self, kind: str) -> str:
        """A well-formed reference of that kind which nothing has."""
        return make_reference(kind)


def make_world() -> World:
    """Make both halves by the commands that people use, on an empty organisation."""
    with transaction():
        own = _half(name="Marsden", team="north", worker="north.worker", manager="north.manager", sender="school")
    with transaction():
        foreign = _half(
            name="Okafor", team="central", worker="central.worker", manager="central.manager", sender="police"
        )
    return World(own, foreign)


def _half(*, name: str, team: str, worker: str, manager: str, sender: str) -> dict[str, str]:
    document = {
        "schema": "marf-1",
        "children": [{"first_name": "Ellie", "last_name": name, "date_of_birth": "2017-03-09", "sex": "F"}],
        "household": [{"name": f"Kirsty {name}", "relationship": "mother"}],
        "concern": {"categories": ["neglect"], "what_happened": "Slept in her coat.", "immediate_danger": False},
        "consent": {"parent_informed": True, "parent_agrees": True},
    }
    received = receive_referral(someone(sender), document=document, received_at=clock.now(), mode="form")
    rate_referral(
        someone("mash.worker"), referral_id=received.id, rating="amber", rationale="A pattern over weeks", version=1
    )
    child_id = db.session.scalars(sa.select(ReferralChild.id).where(ReferralChild.referral_id == received.id)).one()
    propose_decision(
        someone("mash.worker"),
        referral_id=received.id,
        outcomes={child_id: "no_further_action"},
        reasons="Below the threshold",
        advice="Keep an eye on mornings",
    )
    family = factories.a_case(name=name, team=team, worker=worker, children=2)
    note = factories.a_note(family, worker)
    visit = factories.a_visit(family, worker)
    factories.a_full_record(family.person_ids[0], worker)
    assessment_id = factories.start_an_assessment(family, worker=worker)
    moving = factories.a_case(name=f"{name}-Hill", team=team, worker=worker)
    factories.an_authorised_assessment(moving, worker=worker, manager=manager)
    handover_id = factories.propose_step_down(
        moving,
        proposer=worker,
        to_team_id=factories.team_id(f"fh_{team}"),
        lead_professional_id=someone("familyhelp.worker" if team == "north" else "fh.central.worker").professional_id,
    )
    agree_handover(someone(manager), handover_id=handover_id)
    leading = _asked_to_lead(name=name, team=team, worker=worker, manager=manager, asked=sender)
    night = hand_over(
        someone("mash.worker"),
        referral_id=received.id,
        may_happen="He may come back tonight",
        whom_to_ring="The grandmother, 01709 555010",
        until_at=clock.now() + timedelta(hours=12),
        seen=0,
    )
    planned = factories.a_case(name=f"{name}-Lane", team=team, worker=worker, level="child_in_need")
    plan = factories.a_plan(planned, worker=worker)
    factories.join_team(plan, sender, by=worker)
    draft = start_draft(someone(sender))
    draft_id = db.session.scalars(sa.select(Subject.id).where(Subject.reference == draft)).one()
    file = attach(someone(sender), to_id=draft_id, name="letter.txt", content=b"Seen by the nurse")
    notice = take_notice(
        someone("police" if team == "north" else "police2"),
        text=f"Incident 14/2026. Child: Ellie {name}, DOB 9/3/2017.",
        told=read_text(f"Child: Ellie {name}, DOB 9/3/2017.", today=clock.today()),
        came_as="paste",
    )
    return {
        "referral": received.reference,
        "notice": notice,
        "document": file.reference,
        "case": family.references[0],
        # Who is told of in an open referral is the hub's to read; who is not is nobody's but the team's.
        "person": _reference((family if team == "north" else moving).person_ids[0]),
        "note": note,
        "visit": visit,
        "night": night,
        "plan": _reference(plan),
        "assessment": _reference(assessment_id),
        "handover": _reference(handover_id),
        "leading": leading,
        "look_back": factories.a_look_back(family, by=worker),
        "draft": draft,
        "user": someone(sender).reference,
        "search": keep_search(someone(worker), typed=f"Ellie {name}"),
    }


def _asked_to_lead(*, name: str, team: str, worker: str, manager: str, asked: str) -> str:
    """Somebody of an agency's desk is asked to lead the work with a family that is stepped down."""
    family = factories.a_case(name=f"{name}-Dale", team=team, worker=worker)
    factories.an_authorised_assessment(family, worker=worker, manager=manager)
    receiver = factories.team_id(f"fh_{team}")
    handover_id = factories.propose_step_down(
        family,
        proposer=worker,
        to_team_id=receiver,
        lead_professional_id=None,
        new_lead=factories.by_name(asked),
    )
    return ask_to_lead(
        someone(worker),
        handover_id=handover_id,
        meetings="Every six weeks, at the school",
        hours=4,
        helper_id=list_leads(receiver)[0].id,
    )


def _reference(subject_id: int) -> str:
    return db.session.scalars(sa.select(Subject.reference).where(Subject.id == subject_id)).one()
