"""What the hub asked a referrer back, as the hub and as the referrer see it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.access.domain import L0, Actor
from caseapp.access.queries import visible_ids
from caseapp.accounts.models import Professional, User
from caseapp.accounts.queries import user_name_of
from caseapp.kernel.db import db
from caseapp.kernel.subjects import Subject
from caseapp.referrals.domain.children import as_object, as_text
from caseapp.referrals.models import HubQuestion, Referral

# What was told on the telephone has no sender who could answer here.
BY_PHONE = "phone"


@dataclass(frozen=True)
class Question:
    """One question of the hub with its answer, if there is one. `by_phone`: the hub wrote down what was said."""

    id: int
    reference: str
    words: str
    asked_at: datetime
    asked_by: str
    answer: str | None
    answered_at: datetime | None
    answered_by: str | None
    by_phone: bool


@dataclass(frozen=True)
class Desk:
    """What the hub knows of a referral besides its words: who has it, whom one can ask, what was asked.

    `online`: the sender has a sign-in here and sees questions; otherwise only the telephone is left.
    """

    held_by_id: int | None
    held_by: str | None
    held_at: datetime | None
    decided_at: datetime | None
    mode: str
    online: bool
    referrer: dict[str, str]
    questions: list[Question]

    @property
    def open_questions(self) -> list[Question]:
        """Those without an answer."""
        return [question for question in self.questions if question.answered_at is None]

    @property
    def whom(self) -> str:
        """Who was asked, by name where it is known."""
        return self.referrer["name"] or "the referrer"


@dataclass(frozen=True)
class Card:
    """What stands beside a referral: who has it, and how many questions wait. Part of the page's own statement."""

    held_by_id: int | None
    held_by: str | None
    held_at: datetime | None
    questions: int
    unanswered: int
    asked_at: datetime | None


def card_columns() -> list[Any]:
    """The columns of a referral's statement that `card_of` reads."""
    asked = sa.select(sa.func.count()).where(HubQuestion.referral_id == Referral.id)
    open_ones = HubQuestion.answered_at.is_(None)
    oldest = sa.select(sa.func.min(HubQuestion.asked_at)).where(HubQuestion.referral_id == Referral.id, open_ones)
    return [
        Referral.held_by_id,
        user_name_of(Referral.held_by_id).label("held_by"),
        Referral.held_at,
        asked.scalar_subquery().label("questions"),
        asked.where(open_ones).scalar_subquery().label("unanswered"),
        oldest.scalar_subquery().label("asked_at"),
    ]


def card_of(row: Any) -> Card:
    """The card out of a row that was asked with `card_columns`."""
    return Card(row.held_by_id, row.held_by, row.held_at, row.questions, row.unanswered, row.asked_at)


def get_desk(referral_id: int) -> Desk:
    """Who has a referral and what was asked about it. Two statements; the guard has asked who may see it."""
    holder, held_by = orm.aliased(User), orm.aliased(Professional)
    row = db.session.execute(
        sa.select(
            Referral.held_by_id,
            held_by.name.label("held_by"),
            Referral.held_at,
            Referral.decided_at,
            Referral.mode,
            Referral.sender_id,
            Referral.document,
        )
        .outerjoin(holder, holder.id == Referral.held_by_id)
        .outerjoin(held_by, held_by.id == holder.professional_id)
        .where(Referral.id == referral_id)
    ).one()
    told = as_object(as_object(row.document).get("referrer"))
    return Desk(
        row.held_by_id,
        row.held_by,
        row.held_at,
        row.decided_at,
        row.mode,
        row.sender_id is not None and row.mode != BY_PHONE,
        {key: as_text(told.get(key)) or "" for key in ("name", "role", "phone", "best_time")},
        list_questions(referral_id),
    )


def list_questions(referral_id: int) -> list[Question]:
    """Everything that was asked about a referral, the newest first. One statement."""
    rows = db.session.execute(
        _questions().where(HubQuestion.referral_id == referral_id).order_by(HubQuestion.id.desc())
    )
    return [Question(*row) for row in rows]


def list_asked(actor: Actor) -> list[Question]:
    """What the hub asks about referrals that the actor sent (or their desk, for its safeguarding lead), not answered
    and not decided yet, the oldest first. One statement."""
    rows = db.session.execute(
        _questions()
        .join(Referral, Referral.id == HubQuestion.referral_id)
        .where(
            HubQuestion.answered_at.is_(None),
            Referral.decided_at.is_(None),
            Referral.mode != BY_PHONE,
            HubQuestion.referral_id.in_(visible_ids(actor, "referral", L0, ("own",))),
        )
        .order_by(HubQuestion.id)
    )
    return [Question(*row) for row in rows]


def _questions() -> sa.Select[int, str, str, datetime, str, str | None, datetime | None, str | None, bool]:
    asker, answerer = orm.aliased(Professional), orm.aliased(Professional)
    asked, answered = orm.aliased(User), orm.aliased(User)
    return (
        sa.select(
            HubQuestion.id,
            Subject.reference,
            HubQuestion.words,
            HubQuestion.asked_at,
            asker.name,
            HubQuestion.answer,
            HubQuestion.answered_at,
            answerer.name,
            HubQuestion.by_phone,
        )
        .join(Subject, Subject.id == HubQuestion.referral_id)
        .join(asked, asked.id == HubQuestion.asked_by_id)
        .join(asker, asker.id == asked.professional_id)
        .outerjoin(answered, answered.id == HubQuestion.answered_by_id)
        .outerjoin(answerer, answerer.id == answered.professional_id)
    )
