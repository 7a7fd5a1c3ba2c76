"""A decision is looked at again because the referrer asks for it (practice 29), and calls about outcomes that nobody
opened."""

import sqlalchemy as sa

from caseapp.access.domain import HUB, Actor
from caseapp.accounts.queries import list_teams, user_names
from caseapp.accounts.queries.desks import list_members
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Conflict, Invalid, OutOfOrder, Refused, Text
from caseapp.kernel.events import record
from caseapp.kernel.text import LINE, clean, is_blank, one_line
from caseapp.kernel.web import when
from caseapp.referrals.domain.after import ANEW, STANDS
from caseapp.referrals.models import Decision, DecisionReferral, LookAgain, OutcomeCall, Referral, ReferralChild

from .drafts import see_feedback
from .triage import lock_referral

HAS_CASE = (
    "A case came of this decision, so what changes is decided there. Let the decision stand here, and write what "
    "you have agreed with the team that holds the case"
)


def ask_again(actor: Actor, *, referral_id: int, not_weighed: str, wants: str) -> int:
    """Ask for a decision to be looked at again; gives the request's number. The same words again make one.

    Who asks has read the outcome. Raises Invalid by field (`not_weighed`, `wants`), OutOfOrder when nothing is decided
    or somebody has asked already.
    """
    row = lock_referral(referral_id)
    texts = {"not_weighed": clean(not_weighed)[0], "wants": clean(wants)[0]}
    problems = {
        name: message
        for name, message in (
            ("not_weighed", "Write what was not weighed, or not known"),
            ("wants", "Write what you want to happen"),
        )
        if is_blank(texts[name])
    }
    if problems:
        raise Invalid(problems)
    waiting = _open_request(row.id)
    if waiting is not None:
        if (waiting.asked_by_id, waiting.not_weighed, waiting.wants) == (actor.user_id, *texts.values()):
            return waiting.id
        raise OutOfOrder("Somebody of your agency has asked for this already. Add to the referral what is missing.")
    if row.decided_at is None:
        raise OutOfOrder("Nothing is decided yet. Add to the referral what the hub does not know.")
    see_feedback(actor, referral_id=row.id)
    request = LookAgain(
        referral_id=row.id,
        decision_id=_last_decision(row.id),
        asked_at=clock.now(),
        asked_by_id=actor.user_id,
        told_before=row.feedback,
        decided_before_at=row.decided_at,
        **texts,
    )
    db.session.add(request)
    db.session.flush()
    record(actor, "look_again.asked", subjects=[row.id], request=request.id)
    return request.id


def answer_again(actor: Actor, *, referral_id: int, answer: str, words: str) -> None:
    """Answer a referrer who asked for a decision to be looked at again, in words that they read.

    `answer`: `stands`, or `anew`, which puts the referral back into the queue: a new proposal and decision follow, and
    the old ones stay. Whoever agreed the first decision can't answer while another hub manager can; alone they may, and
    it is marked. Raises Refused, Invalid by field, Conflict when somebody answered meanwhile, OutOfOrder when nobody
    asked.
    """
    row = lock_referral(referral_id)
    said = clean(words)[0]
    request = _open_request(row.id)
    if request is None:
        raise _answered(actor, row.id, said)
    others = other_managers(actor, request.decision_id)
    if others:
        raise Refused(f"You decided this first, so another manager looks at it again: {', '.join(others)}.")
    problems = {}
    if answer not in (STANDS, ANEW):
        problems["answer"] = "Choose whether the decision stands"
    if answer == ANEW and _has_case(row.id):
        problems["answer"] = HAS_CASE
    if is_blank(said):
        problems["words"] = "Write what the referrer is told: what you weighed, and why"
    if problems:
        raise Invalid(problems)
    alone = decided_by(request.decision_id) == actor.user_id
    request.answer, request.answered_at, request.answered_by_id = said, clock.now(), actor.user_id
    request.decides_anew, request.answered_alone = answer == ANEW, alone
    # There is something new to open.
    row.feedback_seen_at = row.feedback_seen_by_id = None
    if answer == ANEW:
        _put_back(row)
        record(actor, "referral.put_back", subjects=[row.id], request=request.id)
    db.session.flush()
    record(actor, "look_again.answered", subjects=[row.id], request=request.id, answer=answer, alone=alone)


def still_disagree(actor: Actor, *, referral_id: int, words: str) -> None:
    """Say, after the answer, that one still does not agree: kept beside the answer; the way on is the partnership's.

    Raises Invalid without words, OutOfOrder before there is an answer or when it was said before.
    """
    row = lock_referral(referral_id)
    said = clean(words)[0]
    request = db.session.scalars(
        sa.select(LookAgain).where(LookAgain.referral_id == row.id).order_by(LookAgain.id.desc()).limit(1)
    ).first()
    if request is None or request.answered_at is None:
        raise OutOfOrder("Nobody has looked at it again yet.")
    if is_blank(said):
        raise Invalid({"disagrees": "Write what you still do not agree with"})
    if request.disagrees is not None:
        if request.disagrees == said:
            return
        raise OutOfOrder("It is written down already that your agency does not agree.")
    request.disagrees, request.disagrees_at = said, clock.now()
    db.session.flush()
    record(actor, "look_again.disagreed", subjects=[row.id], request=request.id)


def note_call(actor: Actor, *, referral_id: int, spoke_to: str, said: str) -> None:
    """Write down that somebody rang about an outcome that nobody had opened: it leaves the telephone list.

    The same call again makes one. Raises Invalid by field (`spoke_to`, `said`), OutOfOrder when nothing is decided.
    """
    row = lock_referral(referral_id)
    person, words = one_line(clean(spoke_to)[0]), clean(said)[0]
    problems = {}
    if is_blank(person) or len(person) > LINE:
        problems["spoke_to"] = "Write whom you spoke to"
    if is_blank(words):
        problems["said"] = "Write what was said"
    if problems:
        raise Invalid(problems)
    if row.decided_at is None:
        raise OutOfOrder("Nothing is decided, so there is no outcome to ring about.")
    last = db.session.scalars(
        sa.select(OutcomeCall).where(OutcomeCall.referral_id == row.id).order_by(OutcomeCall.id.desc()).limit(1)
    ).first()
    if last and (last.rang_by_id, last.spoke_to, last.said) == (actor.user_id, person, words):
        return
    call = OutcomeCall(referral_id=row.id, spoke_to=person, said=words, rang_at=clock.now(), rang_by_id=actor.user_id)
    db.session.add(call)
    db.session.flush()
    record(actor, "feedback.rang", subjects=[row.id], call=call.id)


def other_managers(actor: Actor, decision_id: int | None) -> list[str]:
    """The names of the hub managers who can look again because the actor decided first; none when the actor can."""
    if decided_by(decision_id) != actor.user_id:
        return []
    found = {user_id: name for hub in list_teams(kind=HUB) for user_id, name in list_members(hub.id, "manager").items()}
    return [name for user_id, name in found.items() if user_id != actor.user_id]


def decided_by(decision_id: int | None) -> int | None:
    """The user who agreed or changed a decision; None where no decision is known."""
    return db.session.scalar(sa.select(Decision.decided_by_id).where(Decision.id == decision_id))


def _open_request(referral_id: int) -> LookAgain | None:
    return db.session.scalars(
        sa.select(LookAgain).where(LookAgain.referral_id == referral_id, LookAgain.answered_at.is_(None))
    ).first()


def _last_decision(referral_id: int) -> int | None:
    return db.session.scalar(
        sa.select(sa.func.max(Decision.id))
        .join(DecisionReferral, DecisionReferral.decision_id == Decision.id)
        .where(DecisionReferral.referral_id == referral_id, Decision.state.in_(("agreed", "changed")))
    )


def _has_case(referral_id: int) -> bool:
    found = db.session.scalar(
        sa.select(ReferralChild.id)
        .where(ReferralChild.referral_id == referral_id, ReferralChild.case_id.is_not(None))
        .limit(1)
    )
    return found is not None


def _answered(actor: Actor, referral_id: int, said: str) -> Conflict | OutOfOrder:
    """What to tell somebody whose answer came too late."""
    row = db.session.execute(
        sa.select(LookAgain.answer, LookAgain.answered_at, LookAgain.answered_by_id)
        .where(LookAgain.referral_id == referral_id)
        .order_by(LookAgain.id.desc())
        .limit(1)
    ).first()
    if row is None or row.answered_at is None:
        return OutOfOrder("Nobody has asked for this to be looked at again.")
    name = user_names({row.answered_by_id or 0}).get(row.answered_by_id or 0, "Somebody")
    return Conflict(
        f"Not sent: {name} answered this {when(row.answered_at)}.",
        theirs=Text(name, row.answered_at, row.answer or ""),
        mine=Text(actor.name, None, said),
    )


def _put_back(row: Referral) -> None:
    """To be decided again: what was decided and told stays in its decision and in the request."""
    row.state, row.decided_at, row.feedback, row.new_at = "received", None, None, clock.now()
    row.version += 1
    db.session.execute(
        sa.update(ReferralChild).where(ReferralChild.referral_id == row.id).values(outcome=None, became=None)
    )
