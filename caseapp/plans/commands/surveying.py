"""The exit survey: a link made when a plan has ended, opened with something only the family knows, answered once."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.accounts.commands import count_try, forgive_try
from caseapp.accounts.domain import address_key, token_digest
from caseapp.kernel import clock
from caseapp.kernel.db import db, let_go, short_write
from caseapp.kernel.errors import Invalid, NotFound, OutOfOrder
from caseapp.kernel.events import make_mac, record
from caseapp.people.models import Person
from caseapp.plans.catalogue import KINDS
from caseapp.plans.models import ExitSurvey, Plan, PlanChild

from .rows import words_of

LASTS = timedelta(days=7)
# After so many wrong answers a link leads nowhere any more: a birth date can be guessed.
MOST_TRIES = 5
BORN, WORD = "born", "word"
SHORTEST_WORD = 4
WRONG = "That is not what we agreed. Check it, and try again"


@dataclass(frozen=True)
class Made:
    """A link just made: the secret part of its address, shown once, and until when it works."""

    token: str
    until_at: datetime


def ask_survey(actor: Actor, *, plan_id: int, opened_by: str, word: str = "") -> Made:
    """Make a link for the family of a plan that has ended; one made before leads nowhere from now on.

    `opened_by`: the birth date of any child on the plan, or a word agreed with the family. Raises Invalid for a word
    too short or no birth date, OutOfOrder while the plan runs, for a kind without a survey, and once they answered.
    """
    plan = db.session.get(Plan, plan_id, with_for_update=True, populate_existing=True)
    if plan is None:
        raise NotFound
    if plan.ended_on is None or not KINDS[plan.kind].survey:
        raise OutOfOrder("Families are asked what they think when family help has ended.")
    mine = ExitSurvey.plan_id == plan_id
    if db.session.scalar(sa.select(ExitSurvey.id).where(mine, ExitSurvey.answered_at.is_not(None))) is not None:
        raise OutOfOrder("This family has answered. Nobody asks them twice.")
    proof = _proof(plan_id, opened_by, word)
    now, token = clock.now(), secrets.token_urlsafe(24)
    db.session.execute(sa.update(ExitSurvey).where(mine).values(replaced=True))
    db.session.execute(sa.update(ExitSurvey).where(mine, ExitSurvey.ended_at.is_(None)).values(ended_at=now))
    digest = token_digest(token)
    db.session.add(
        ExitSurvey(
            plan_id=plan_id,
            token_hash=digest,
            opened_by=opened_by,
            proof_hash=_seal(digest, proof),
            tries=0,
            made_at=now,
            made_by_id=actor.user_id,
            replaced=False,
        )
    )
    db.session.flush()
    record(actor, "plan.survey_asked", subjects=[plan_id])
    return Made(token, now + LASTS)


def _proof(plan_id: int, opened_by: str, word: str) -> str:
    """What opens the link, in one spelling: of birth dates, the eldest child's on the plan."""
    if opened_by == BORN:
        born = sa.select(Person.born_on).join(PlanChild, PlanChild.person_id == Person.id)
        known = born.where(
            PlanChild.plan_id == plan_id, Person.born_on.is_not(None), Person.born_estimated.is_not(True)
        )
        found = db.session.scalar(known.order_by(Person.born_on).limit(1))
        if found is None:
            raise Invalid({"opened_by": "No exact birth date is on record. Agree a word with the family"})
        return found.isoformat()
    if opened_by != WORD:
        raise Invalid({"opened_by": "Choose what opens the link"})
    if len(_spelled(word)) < SHORTEST_WORD:
        raise Invalid({"word": f"Agree a word of {SHORTEST_WORD} letters or more"})
    return _spelled(word)


def _spelled(word: str) -> str:
    return "".join(word.casefold().split())


def _seal(token_hash: str, proof: str) -> str:
    """The keyed digest of what opens a link: a birth date has too few values for a plain one."""
    return make_mac(f"exit_survey:{token_hash}:{proof}")


@dataclass(frozen=True)
class Opened:
    """A link that works: what opens it."""

    id: int
    opened_by: str


def find_survey(token: str, *, address: str) -> Opened:
    """The survey behind a link that works. Raises NotFound alike for one that is used, has ended, or never was;
    TooMany while an address guesses."""
    limits = address_key("survey", address)
    count_try(limits)
    found = db.session.execute(
        sa.select(ExitSurvey.id, ExitSurvey.opened_by).where(ExitSurvey.token_hash == token_digest(token), *_works())
    ).first()
    # Nothing was written yet: what counts tries commits by itself and must not wait for this transaction.
    let_go()
    if found is None:
        raise NotFound
    forgive_try(limits)
    return Opened(found.id, found.opened_by)


def _works() -> tuple[sa.ColumnElement[bool], ...]:
    return (
        ExitSurvey.ended_at.is_(None),
        ExitSurvey.answered_at.is_(None),
        ExitSurvey.made_at > clock.now() - LASTS,
        ExitSurvey.tries < MOST_TRIES,
    )


def check_proof(token: str, *, proof: date | str | None, address: str) -> None:
    """Check what only they know. A wrong one is counted, also when many try at once; after five the link is dead.

    Raises Invalid at `proof` for a wrong one, NotFound, TooMany.
    """
    find_survey(token, address=address)
    digest = token_digest(token)
    with short_write() as connection:
        counted = connection.execute(
            sa.update(ExitSurvey)
            .where(ExitSurvey.token_hash == digest, *_works())
            .values(tries=ExitSurvey.tries + 1)
            .returning(ExitSurvey.proof_hash)
        ).first()
    if counted is None:
        raise NotFound
    given = proof.isoformat() if isinstance(proof, date) else _spelled(proof or "")
    if not secrets.compare_digest(counted.proof_hash, _seal(digest, given)):
        raise Invalid({"proof": WRONG})
    with short_write() as connection:
        # A right one is no try at guessing.
        connection.execute(
            sa.update(ExitSurvey)
            .where(ExitSurvey.token_hash == digest, ExitSurvey.tries > 0)
            .values(tries=ExitSurvey.tries - 1)
        )


def answer_survey(token: str, *, proof: date | str | None, rating: int | None, words: str, address: str) -> None:
    """Keep the family's answer; the link is used. Two at once keep one.

    Raises Invalid at `proof` for a wrong one and at `rating` without one from 1 to 10, NotFound, TooMany.
    """
    check_proof(token, proof=proof, address=address)
    if rating is None or not 1 <= rating <= 10:
        raise Invalid({"rating": "Choose a number from 1 to 10"})
    found = db.session.execute(
        sa.update(ExitSurvey)
        .where(ExitSurvey.token_hash == token_digest(token), *_works())
        .values(answered_at=clock.now(), rating=rating, words=words_of(words) or None)
        .returning(ExitSurvey.plan_id)
        .execution_options(synchronize_session=False)
    ).first()
    if found is None:
        raise NotFound
    record(None, "plan.survey_answered", subjects=[found.plan_id])
