"""What still has to be put right in what was given."""

from dataclasses import dataclass

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.kernel.db import db
from caseapp.kernel.subjects import Subject
from caseapp.referrals.domain.children import children_of
from caseapp.referrals.domain.hub import mark_place, names_together
from caseapp.referrals.models import InputMark, Referral

from .hub import A_PAGE
from .order import seen_by


@dataclass(frozen=True)
class MarkRow:
    """Something to put right, with the referral it stands in."""

    id: int
    reference: str
    names: str
    where: str
    given: str
    message: str


def list_marks(actor: Actor, *, after: int = 0, limit: int = A_PAGE) -> tuple[list[MarkRow], bool]:
    """What is still to be put right in referrals the actor sees, the oldest first; and whether more follow.

    One statement.
    """
    found = db.session.execute(
        sa.select(
            InputMark.id,
            InputMark.path,
            InputMark.given,
            InputMark.message,
            Subject.reference,
            Referral.document,
        )
        .join(Referral, Referral.id == InputMark.referral_id)
        .join(Subject, Subject.id == Referral.id)
        .where(InputMark.settled_at.is_(None), InputMark.id > after, seen_by(actor))
        .order_by(InputMark.id)
        .limit(limit + 1)
    ).all()
    rows = [
        MarkRow(
            row.id,
            row.reference,
            names_together(children_of(row.document)),
            mark_place(row.path),
            row.given,
            row.message,
        )
        for row in found[:limit]
    ]
    return rows, len(found) > limit


def marks_of(referral_id: int) -> list[tuple[str, str, str]]:
    """Everything marked in one referral as (where in words, as given, what is wrong), settled or not: for the
    import's report.
    """
    rows = db.session.execute(
        sa.select(InputMark.path, InputMark.given, InputMark.message)
        .where(InputMark.referral_id == referral_id)
        .order_by(InputMark.id)
    )
    return [(mark_place(row.path), row.given, row.message) for row in rows]
