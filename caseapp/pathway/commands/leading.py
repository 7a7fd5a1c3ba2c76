"""Asking somebody outside the receiving team to lead the work with a family, and what they say (practice 19).

The sender holds the family whatever they answer; the handover is only accepted with them once they have said yes.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from caseapp.access.commands import give_reach
from caseapp.access.domain import L0, Actor
from caseapp.access.queries import barred_principals
from caseapp.accounts.queries import can_lead, find_professional
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Conflict, Invalid, NotFound, OutOfOrder
from caseapp.kernel.events import record
from caseapp.kernel.subjects import new_subject
from caseapp.kernel.web import when
from caseapp.pathway.catalogue import LEAD_ANSWERS, LEAD_REASONS
from caseapp.pathway.domain import ASKED, DECLINED, PROPOSED, YES, check_answer_to_lead
from caseapp.pathway.models import Handover, LeadRequest
from caseapp.pathway.queries.leading import closed_for_meeting, last_request

from .steps import case_ids_of, lock_handover, name_of

OPEN_ONLY = "This handover has been answered: nobody needs to be asked any more."
OWN_PERSON = "The lead practitioner works in the receiving team: their manager asks them."


@dataclass(frozen=True)
class LeadAnswer:
    """What somebody says who is asked to lead. `reason` is a key of LEAD_REASONS, needed unless it is yes; a deputy is
    needed for a yes, and cover for a meeting with the family on a day on which they are closed."""

    answer: str
    reason: str = ""
    words: str = ""
    deputy: str = ""
    deputy_phone: str = ""
    cover: str = ""
    cover_phone: str = ""


def ask_to_lead(actor: Actor, *, handover_id: int, meetings: str, hours: int, helper_id: int, words: str = "") -> str:
    """Ask the lead practitioner who is named in an open handover, telling them first what it takes; gives the
    reference of the request.

    `meetings` in words, `hours` a month, `helper_id` the professional of the receiving team who helps them. Asked
    already and not answered, the same reference and nothing happens. Raises OutOfOrder if the handover is answered or
    names nobody outside the receiving team, Invalid for a helper who is not of that team.
    """
    handover = lock_handover(handover_id)
    if handover.state != PROPOSED:
        raise OutOfOrder(OPEN_ONLY)
    lead = find_professional(handover.lead_professional_id) if handover.lead_professional_id else None
    if lead is None or lead.team_id == handover.to_team_id:
        raise OutOfOrder(OWN_PERSON)
    if lead.user_id and f"user:{lead.user_id}" in barred_principals(case_ids_of(handover_id)):
        raise OutOfOrder(f"{lead.name} must not see these children: choose somebody else to lead.")
    known = last_request(handover_id)
    if known is not None and known.state == ASKED and known.professional_id == lead.id:
        return known.reference
    helper = find_professional(helper_id)
    if helper is None or helper.team_id != handover.to_team_id:
        raise Invalid({"helper": "Choose somebody of the receiving team"})
    subject = new_subject("leading")
    db.session.add(
        LeadRequest(
            id=subject.id,
            handover_id=handover_id,
            professional_id=lead.id,
            helper_id=helper.id,
            asked_at=clock.now(),
            asked_by_id=actor.user_id,
            meetings=meetings,
            hours=hours,
            words=words,
            state=ASKED,
        )
    )
    db.session.flush()
    if lead.user_id:
        give_reach(f"user:{lead.user_id}", subject_id=subject.id, kind="leading", level=L0, why="asked")
    record(actor, "lead.asked", subjects=_subjects(handover_id, subject.id), professional=lead.id)
    return subject.reference


def answer_to_lead(actor: Actor, *, request_id: int, answer: LeadAnswer) -> None:
    """What the one who is asked says. Raises Invalid per field, Conflict if it was answered meanwhile, OutOfOrder if
    the handover is over."""
    row = _lock(request_id)
    if row is None:
        raise NotFound
    _write(actor, row, answer)


def write_answer_down(actor: Actor, *, handover_id: int, answer: LeadAnswer) -> None:
    """What they said on the telephone, written down by the team that asked. Raises as `answer_to_lead`, NotFound if
    nobody was asked."""
    lock_handover(handover_id)
    known = last_request(handover_id)
    row = _lock(known.id) if known else None
    if row is None:
        raise NotFound
    _write(actor, row, answer)


def who_leads(handover: Handover) -> int | None:
    """The lead practitioner whom the sender named, if they can and will lead; None: the receiver names one. Nobody
    outside the receiving team leads unasked: raises OutOfOrder while they have not answered."""
    named = handover.lead_professional_id
    lead = find_professional(named) if named and can_lead(named) else None
    if lead is None or lead.team_id == handover.to_team_id:
        return lead.id if lead else None
    known = last_request(handover.id)
    if known is None or known.professional_id != lead.id or known.state == ASKED:
        asked = "has not answered yet" if known else "has not been asked yet"
        raise OutOfOrder(
            f"{lead.name} of {lead.agency} {asked} whether they will lead. The handover can be accepted when they have "
            "said yes; or send it back, and say who else could lead."
        )
    return None if known.state in DECLINED else lead.id


def _lock(request_id: int) -> LeadRequest | None:
    return db.session.scalars(
        sa.select(LeadRequest).where(LeadRequest.id == request_id).with_for_update()
    ).one_or_none()


def _write(actor: Actor, row: LeadRequest, answer: LeadAnswer) -> None:
    if row.state != ASKED:
        assert row.answered_by_id is not None and row.answered_at is not None
        raise Conflict(
            f"{name_of(row.answered_by_id)} answered this {when(row.answered_at)}: {LEAD_ANSWERS[row.state].lower()}."
        )
    handover = lock_handover(row.handover_id)
    if handover.state != PROPOSED:
        raise OutOfOrder("This handover is over: nobody needs to lead by it any more.")
    problems = check_answer_to_lead(
        answer.answer,
        reason=answer.reason if answer.reason in LEAD_REASONS else "",
        deputy=answer.deputy,
        deputy_phone=answer.deputy_phone,
        meeting_is_closed=closed_for_meeting(row.professional_id, handover.meeting_on) is not None,
        cover=answer.cover,
        cover_phone=answer.cover_phone,
    )
    if problems:
        raise Invalid(problems)
    says_yes = answer.answer == YES
    row.state, row.answered_at, row.answered_by_id = answer.answer, clock.now(), actor.user_id
    row.reason, row.answer_words = None if says_yes else answer.reason, answer.words or None
    row.deputy, row.deputy_phone = (answer.deputy, answer.deputy_phone) if says_yes else (None, None)
    row.cover, row.cover_phone = (answer.cover or None, answer.cover_phone or None) if says_yes else (None, None)
    db.session.flush()
    record(
        actor,
        "lead.answered",
        subjects=_subjects(row.handover_id, row.id),
        professional=row.professional_id,
        answer=answer.answer,
    )


def _subjects(handover_id: int, request_id: int) -> list[int]:
    return [handover_id, request_id, *case_ids_of(handover_id)]
