"""What a letter about a decision holds."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.access.models import Bar
from caseapp.accounts.models import Agency
from caseapp.accounts.queries import user_name_of
from caseapp.kernel.db import db
from caseapp.kernel.subjects import Subject
from caseapp.referrals.domain.children import as_object, as_text
from caseapp.referrals.models import Decision, DecisionReferral, Referral

DECIDED = ("agreed", "changed")


@dataclass(frozen=True)
class Letter:
    """A decided referral as its letters tell it: to whom, about which referral, in which words, who decided."""

    reference: str
    received_at: datetime
    decided_at: datetime
    decided_by: str
    to_name: str
    to_role: str
    to_agency: str
    feedback: str
    family_message: str
    # The decision covers a contact that must not be seen by this reader: one letter to the family is about all.
    hidden: bool


def get_letter(actor: Actor, referral_id: int) -> Letter | None:
    """What the letters about the latest decision hold; None while nothing is decided. One statement; the guard has
    asked who may see the referral."""
    others = sa.select(Bar.id).join(DecisionReferral, DecisionReferral.referral_id == Bar.subject_id)
    barred = others.where(DecisionReferral.decision_id == Decision.id, Bar.principal.in_(actor.principals))
    answers = sa.select(DecisionReferral.decision_id).where(DecisionReferral.referral_id == Referral.id)
    about = sa.or_(Decision.referral_id == Referral.id, Decision.id.in_(answers.correlate(Referral)))
    row = db.session.execute(
        sa.select(
            Subject.reference,
            Referral.received_at,
            Referral.decided_at,
            Referral.document,
            Referral.agency_given,
            Agency.name.label("agency"),
            Referral.feedback,
            Decision.family_message,
            user_name_of(Decision.decided_by_id).label("decided_by"),
            barred.correlate(Decision).exists().label("hidden"),
        )
        .join(Subject, Subject.id == Referral.id)
        .join(Decision, sa.and_(about, Decision.state.in_(DECIDED)))
        .outerjoin(Agency, Agency.id == Referral.agency_id)
        .where(Referral.id == referral_id, Referral.decided_at.is_not(None))
        .order_by(Decision.id.desc())
        .limit(1)
    ).first()
    if row is None or row.decided_at is None:
        return None
    told = as_object(as_object(row.document).get("referrer"))
    return Letter(
        row.reference,
        row.received_at,
        row.decided_at,
        row.decided_by or "",
        as_text(told.get("name")) or "",
        as_text(told.get("role")) or "",
        row.agency_given or row.agency or "",
        row.feedback or "",
        "" if row.hidden else row.family_message or "",
        bool(row.hidden),
    )
