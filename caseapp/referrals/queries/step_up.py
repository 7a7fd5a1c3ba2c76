"""A step-up that waits for the hub, and what the form of one begins with."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.accounts.domain import unsent_key
from caseapp.accounts.queries import Unsent, unsent_columns, unsent_of
from caseapp.cases.domain import FAMILY_HELP_LEVELS
from caseapp.cases.models import Case
from caseapp.cases.queries import CaseRow, card_part, get_case
from caseapp.cases.slots import Told
from caseapp.kernel.db import db
from caseapp.kernel.subjects import Subject
from caseapp.referrals.domain.step_up import STEP_UP
from caseapp.referrals.models import Referral, ReferralChild


@dataclass(frozen=True)
class Waiting:
    """A step-up that the hub has not decided: its reference, who asked and when."""

    id: int
    reference: str
    sender: str
    sender_id: int | None
    received_at: datetime
    urgent: bool


def find_waiting(case_id: int) -> Waiting | None:
    """The step-up of this case's family that waits for the hub; None without one. One statement."""
    row = db.session.execute(
        sa.select(
            Referral.id,
            Subject.reference,
            Referral.sender_name,
            Referral.sender_id,
            Referral.received_at,
            Referral.rating,
        )
        .join(Subject, Subject.id == Referral.id)
        .join(ReferralChild, ReferralChild.referral_id == Referral.id)
        .join(Case, Case.person_id == ReferralChild.person_id)
        .where(Case.id == case_id, Referral.mode == STEP_UP, Referral.decided_at.is_(None))
        .order_by(Referral.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return Waiting(
        row.id, row.reference, row.sender_name or "Somebody", row.sender_id, row.received_at, row.rating == "red"
    )


def card(case: Any) -> list[sa.Select[Any]]:
    """The step-up of a child that waits for the hub, for the card of their case (slot `cases.card`)."""
    return [
        card_part(
            "step_up",
            number=Referral.id,
            text1=Subject.reference,
            text2=Referral.sender_name,
            flag=sa.func.coalesce(Referral.rating == "red", sa.false()),
            from_at=Referral.received_at,
        )
        .join(Subject, Subject.id == Referral.id)
        .join(ReferralChild, ReferralChild.referral_id == Referral.id)
        .join(Case, Case.person_id == ReferralChild.person_id)
        .where(Case.id == case, Referral.mode == STEP_UP, Referral.decided_at.is_(None))
    ]


def waiting_told(told: Told) -> Waiting | None:
    """The step-up on the card of a case, as `find_waiting` gives it."""
    row = max(told.get("step_up", ()), key=lambda row: row.number, default=None)
    if row is None:
        return None
    return Waiting(row.number, row.text1, row.text2 or "Somebody", None, row.from_at, bool(row.flag))


def find_begun(actor: Actor, place: str) -> Unsent | None:
    """What the actor has written on the form's page and not sent; None without it. One statement."""
    row = db.session.execute(sa.select(*unsent_columns(unsent_key(actor.user_id, place)))).first()
    return unsent_of(row) if row is not None else None


def list_to_step_up(actor: Actor, case_id: int) -> list[CaseRow]:
    """This child and the brothers and sisters whom the same family help team holds. Raises NotFound."""
    case, family = get_case(actor, case_id)
    return [row for row in family if row.team_id == case.team_id and row.level in FAMILY_HELP_LEVELS]
