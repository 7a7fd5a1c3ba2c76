"""Who was asked to lead the work with a family, and what they said (practice 19)."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.access.domain import L0, Actor
from caseapp.access.queries import sees
from caseapp.accounts.models import Agency, Professional, Team
from caseapp.accounts.queries import user_name_of
from caseapp.accounts.queries.desks import ClosureRow, list_closures
from caseapp.cases.models import Case
from caseapp.kernel.db import db
from caseapp.kernel.errors import NotFound
from caseapp.kernel.subjects import Subject
from caseapp.pathway.catalogue import CODE_WORDS
from caseapp.pathway.domain import ASKED, PROPOSED, YES
from caseapp.pathway.models import Handover, HandoverCase, LeadRequest
from caseapp.people.models import Person, PersonName
from caseapp.people.queries import CURRENT_NAME, PERSON_COLUMNS, shown_age, shown_name

_MOST = 50


@dataclass(frozen=True)
class LeadRequestRow:
    """A request as its readers see it: what was asked, by whom, and the answer."""

    id: int
    reference: str
    handover_id: int
    handover: str
    professional_id: int
    professional: str
    title: str
    agency_id: int
    agency: str
    helper: str
    helper_phone: str
    from_team: str
    to_team: str
    to_team_phone: str
    asked_at: datetime
    asked_by: str
    meetings: str
    hours: int
    words: str
    state: str
    answered_at: datetime | None
    answered_by: str | None
    reason: str | None
    answer_words: str | None
    deputy: str | None
    deputy_phone: str | None
    cover: str | None
    cover_phone: str | None
    meeting_on: date | None
    # Whether the handover still waits for an answer.
    is_open: bool
    children: tuple[str, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether an answer is still asked for."""
        return self.state == ASKED and self.is_open


def _select() -> Any:
    lead, helper = orm.aliased(Professional), orm.aliased(Professional)
    sender, receiver = orm.aliased(Team), orm.aliased(Team)
    return (
        sa.select(
            LeadRequest.id,
            Subject.reference,
            LeadRequest.handover_id,
            sa.select(Subject.reference).where(Subject.id == Handover.id).correlate(Handover).scalar_subquery(),
            LeadRequest.professional_id,
            lead.name,
            lead.title,
            lead.agency_id,
            Agency.name,
            helper.name,
            helper.phone,
            sender.name,
            receiver.name,
            receiver.phone,
            LeadRequest.asked_at,
            user_name_of(LeadRequest.asked_by_id),
            LeadRequest.meetings,
            LeadRequest.hours,
            LeadRequest.words,
            LeadRequest.state,
            LeadRequest.answered_at,
            user_name_of(LeadRequest.answered_by_id),
            LeadRequest.reason,
            LeadRequest.answer_words,
            LeadRequest.deputy,
            LeadRequest.deputy_phone,
            LeadRequest.cover,
            LeadRequest.cover_phone,
            Handover.meeting_on,
            Handover.state == PROPOSED,
        )
        .join(Subject, Subject.id == LeadRequest.id)
        .join(Handover, Handover.id == LeadRequest.handover_id)
        .join(lead, lead.id == LeadRequest.professional_id)
        .join(Agency, Agency.id == lead.agency_id)
        .join(helper, helper.id == LeadRequest.helper_id)
        .join(sender, sender.id == Handover.from_team_id)
        .join(receiver, receiver.id == Handover.to_team_id)
    )


def last_request(handover_id: int) -> LeadRequestRow | None:
    """The last time somebody was asked to lead by this handover; None: nobody was. One statement."""
    row = db.session.execute(
        _select().where(LeadRequest.handover_id == handover_id).order_by(LeadRequest.id.desc()).limit(1)
    ).first()
    return LeadRequestRow(*row) if row else None


def get_request(request_id: int) -> LeadRequestRow:
    """A request with the children it is about, as the one who is asked reads it. Two statements. NotFound if it is
    none."""
    row = db.session.execute(_select().where(LeadRequest.id == request_id)).first()
    if row is None:
        raise NotFound
    return replace(LeadRequestRow(*row), children=_children([row.handover_id])[row.handover_id])


def list_requests(actor: Actor) -> list[LeadRequestRow]:
    """What the actor is or was asked to lead, the newest first. Two statements."""
    rows = db.session.execute(
        _select()
        .where(sees(actor, LeadRequest.id, "leading", L0), LeadRequest.professional_id == actor.professional_id)
        .order_by(LeadRequest.id.desc())
        .limit(_MOST)
    ).all()
    children = _children([row.handover_id for row in rows]) if rows else {}
    return [replace(LeadRequestRow(*row), children=children[row.handover_id]) for row in rows]


def _children(handover_ids: list[int]) -> dict[int, tuple[str, ...]]:
    rows = db.session.execute(
        sa.select(HandoverCase.handover_id, *PERSON_COLUMNS)
        .join(Case, Case.id == HandoverCase.case_id)
        .join(Person, Person.id == Case.person_id)
        .outerjoin(PersonName, CURRENT_NAME)
        .where(HandoverCase.handover_id.in_(handover_ids))
        .order_by(HandoverCase.handover_id, HandoverCase.case_id)
    ).all()
    found: dict[int, list[str]] = {handover_id: [] for handover_id in handover_ids}
    for row in rows:
        age = shown_age(row)
        found[row.handover_id].append(f"{shown_name(row)}, {age}" if age else shown_name(row))
    return {handover_id: tuple(names) for handover_id, names in found.items()}


def closed_for_meeting(professional_id: int, meeting_on: date | None) -> ClosureRow | None:
    """The closed weeks of their agency into which the meeting with the family falls; None if it does not."""
    if meeting_on is None:
        return None
    agency_id = db.session.scalars(sa.select(Professional.agency_id).where(Professional.id == professional_id)).one()
    weeks = list_closures(agency_id, from_on=meeting_on)
    return next((row for row in weeks if row.from_on <= meeting_on <= row.until_on), None)


def usual_hours() -> tuple[int, int] | None:
    """How many hours a month those were asked for who said yes: the median and how many they are; None with fewer than
    three. Their own experience, not a guess of ours."""
    hours = db.session.scalars(
        sa.select(LeadRequest.hours).where(LeadRequest.state == YES).order_by(LeadRequest.id.desc()).limit(200)
    ).all()
    return (sorted(hours)[len(hours) // 2], len(hours)) if len(hours) >= 3 else None


def code_words() -> dict[str, dict[str, str]]:
    """The words of the answers, for the chronology (slot `cases.code_words`)."""
    return CODE_WORDS
