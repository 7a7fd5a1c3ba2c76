"""What the hub sees after an answer: outcomes that nobody has opened, and decisions to look at again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.accounts.models import Agency, Professional, User
from caseapp.accounts.queries import user_name_of
from caseapp.accounts.queries.desks import ClosureRow, closed_on
from caseapp.deadlines.domain import TimeLeft, time_left
from caseapp.deadlines.models import Clock
from caseapp.deadlines.queries import known_policy
from caseapp.kernel import clock
from caseapp.kernel.db import UTCDateTime, db
from caseapp.kernel.subjects import Subject
from caseapp.kernel.web import day
from caseapp.referrals.catalogue import words
from caseapp.referrals.domain.after import closed_words
from caseapp.referrals.domain.children import as_object, as_text, children_of
from caseapp.referrals.domain.hub import names_together
from caseapp.referrals.models import Decision, LookAgain, Referral

from .counts import to_ring_about
from .order import seen_by

A_PAGE = 50
AGAIN = "disagreement.answer"


@dataclass(frozen=True)
class RingRow:
    """An outcome that nobody has opened, with whom to ring: where the agency is closed, its holiday contact."""

    id: int
    reference: str
    names: str
    agency: str
    asked_for: str
    phone: str
    answered_at: datetime
    due_on: date | None
    closed: str


@dataclass(frozen=True)
class AgainRow:
    """A decision that a referrer asked to be looked at again. `mine`: the reader took it, so another manager answers,
    if there is one."""

    reference: str
    names: str
    agency: str
    asked_at: datetime
    asked_by: str
    decided_by: str
    mine: bool
    time_left: TimeLeft | None


def list_to_ring(actor: Actor, *, after: int = 0) -> tuple[list[RingRow], int | None]:
    """Outcomes that nobody opened in time, and at once those of agencies that are closed today, the longest waiting
    first; and the number of the clock to go on from. Three statements.
    """
    closed = closed_on(clock.today())
    found = db.session.execute(
        _waiting(actor, clock.now(), list(closed)).where(Clock.id > after).order_by(Clock.id).limit(A_PAGE + 1)
    ).all()
    rows = [_ring(row, closed.get(row.agency_id)) for row in found[:A_PAGE]]
    return rows, found[A_PAGE - 1].clock_id if len(found) > A_PAGE else None


def list_asked_again(actor: Actor) -> list[AgainRow]:
    """The decisions that wait to be looked at again, the one due first on top. One statement."""
    found = db.session.execute(
        sa.select(
            Subject.reference,
            Referral.document,
            Referral.agency_given,
            Referral.source_code,
            Agency.name.label("agency"),
            LookAgain.asked_at,
            user_name_of(LookAgain.asked_by_id).label("asked_by"),
            Decision.decided_by_id,
            user_name_of(Decision.decided_by_id).label("decided_by"),
            Clock.due_at,
        )
        .join(Referral, Referral.id == LookAgain.referral_id)
        .join(Subject, Subject.id == Referral.id)
        .outerjoin(Agency, Agency.id == Referral.agency_id)
        .outerjoin(Decision, Decision.id == LookAgain.decision_id)
        .outerjoin(Clock, sa.and_(Clock.subject_id == Referral.id, Clock.rule == AGAIN, Clock.stopped_at.is_(None)))
        .where(LookAgain.answered_at.is_(None), seen_by(actor))
        .order_by(Clock.due_at, LookAgain.id)
    )
    return [
        AgainRow(
            row.reference,
            names_together(children_of(row.document)),
            _sender(row),
            row.asked_at,
            row.asked_by or "",
            row.decided_by or "",
            row.decided_by_id == actor.user_id,
            time_left(row.due_at, clock.now(), "working_days", known_policy().statutory) if row.due_at else None,
        )
        for row in found
    ]


def _waiting(actor: Actor, now: datetime, closed: Sequence[int]) -> sa.Select[Any]:
    query: sa.Select[Any] = (
        sa.select(
            Clock.id.label("clock_id"),
            Clock.anchor_at,
            Clock.due_on,
            Referral.id,
            Subject.reference,
            Referral.document,
            Referral.agency_id,
            Referral.agency_given,
            Referral.source_code,
            Agency.name.label("agency"),
            Agency.phone,
            Professional.name.label("sender"),
            Professional.phone.label("sender_phone"),
        )
        .join(Referral, Referral.id == Clock.subject_id)
        .join(Subject, Subject.id == Referral.id)
        .outerjoin(Agency, Agency.id == Referral.agency_id)
        .outerjoin(User, User.id == Referral.sender_id)
        .outerjoin(Professional, Professional.id == User.professional_id)
        .where(to_ring_about(sa.literal(now, UTCDateTime()), Referral.agency_id.in_(closed)), seen_by(actor))
    )
    return query


def _ring(row: Any, closure: ClosureRow | None) -> RingRow:
    told = as_object(as_object(row.document).get("referrer"))
    return RingRow(
        id=row.id,
        reference=row.reference,
        names=names_together(children_of(row.document)),
        agency=_sender(row),
        asked_for=as_text(told.get("name")) or row.sender or "",
        phone=as_text(told.get("phone")) or row.sender_phone or row.phone or "",
        answered_at=row.anchor_at,
        due_on=row.due_on,
        closed=closed_words(closure.contact_name, closure.contact_phone, until=day(closure.until_on))
        if closure
        else "",
    )


def _sender(row: Any) -> str:
    return str(row.agency_given or row.agency or words("sources", row.source_code or "10"))
