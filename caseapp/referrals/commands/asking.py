"""The hub asks the referrer back, and the answer that comes: in the page, or on the telephone.

Asking stops no clock (practice 1): the referral waits at its place, and an answer puts it among the unread again.
"""

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.accounts.queries import user_names
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Invalid, NotFound, OutOfOrder
from caseapp.kernel.events import record
from caseapp.kernel.text import clean, is_blank
from caseapp.kernel.web import when
from caseapp.referrals.models import HubQuestion

from .triage import decided_words, lock_referral, read_referral

NO_WORDS = "Write what you want to know"
NO_ANSWER = "Write your answer. If you do not know, say so"
NO_PHONE_ANSWER = "Write what they said"


def ask_referrer(actor: Actor, *, referral_id: int, words: str) -> None:
    """Ask the referrer something, in words that they read. Who asks has it, if nobody had.

    Invalid without words, OutOfOrder when it is decided. The same words again, unanswered, ask nothing twice.
    """
    row = lock_referral(referral_id)
    asked, _ = clean(words)
    if row.decided_at is not None:
        raise OutOfOrder(f"Not asked: this is decided. {decided_words(row)} Ring them, or tell them in the outcome.")
    if is_blank(asked):
        raise Invalid({"words": NO_WORDS})
    same = sa.exists().where(
        HubQuestion.referral_id == row.id,
        HubQuestion.answered_at.is_(None),
        HubQuestion.asked_by_id == actor.user_id,
        HubQuestion.words == asked,
    )
    if db.session.scalar(sa.select(same)):
        return
    read_referral(actor, referral_id=row.id)
    if row.held_by_id is None:
        row.held_by_id, row.held_at = actor.user_id, clock.now()
        record(actor, "referral.taken", subjects=[row.id], taken_from=None)
    question = HubQuestion(referral_id=row.id, words=asked, asked_at=clock.now(), asked_by_id=actor.user_id)
    db.session.add(question)
    db.session.flush()
    record(actor, "hub.asked_back", subjects=[row.id], question=question.id)


def answer_hub(actor: Actor, *, referral_id: int, question_id: int, words: str, by_phone: bool = False) -> None:
    """Answer one question of the hub: the referrer themselves, or (`by_phone`) whoever of the hub rang them.

    A referrer's answer puts the referral among the unread, as it came at; what the hub wrote down itself it has read.
    NotFound for a question of another referral, Invalid without words, OutOfOrder when it is answered or the hub has
    decided: the words then belong to what is added to the referral.
    """
    row = lock_referral(referral_id)
    question = db.session.get(HubQuestion, question_id, with_for_update=True, populate_existing=True)
    if question is None or question.referral_id != row.id:
        raise NotFound
    said, _ = clean(words)
    if question.answered_at is not None:
        if (question.answered_by_id, question.answer) == (actor.user_id, said):
            return
        name = user_names({question.answered_by_id or 0}).get(question.answered_by_id or 0, "Somebody")
        raise OutOfOrder(
            f"{name} answered this {when(question.answered_at)}. If there is more, add it to the referral."
        )
    if row.decided_at is not None:
        raise OutOfOrder(
            "The hub has decided meanwhile, so this question is closed. If it still matters, ring the hub."
        )
    if is_blank(said):
        raise Invalid({"words": NO_PHONE_ANSWER if by_phone else NO_ANSWER})
    question.answer, question.answered_at = said, clock.now()
    question.answered_by_id, question.by_phone = actor.user_id, by_phone
    if not by_phone:
        row.new_at = question.answered_at
    db.session.flush()
    record(actor, "hub.answered_back", subjects=[row.id], question=question.id, by_phone=by_phone)
