"""Levels and statutory episodes. The pure table in `cases.domain` says which step is possible."""

from collections.abc import Collection, Mapping
from datetime import date

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.cases.catalogue import CLOSURES, EPISODES
from caseapp.cases.domain import refusal
from caseapp.cases.models import Case, CaseLevel, Episode
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import NotFound, OutOfOrder
from caseapp.kernel.events import ActorLike, record


def roles_of(actor: Actor) -> set[str]:
    """What an actor is to the pathway's table: keys of `domain.WHO`."""
    return {f"{membership.team_kind}_{membership.role}" for membership in actor.memberships}


def change_level(
    actor: Actor, case_id: int, to: str, facts: Mapping[str, object], *, acting_as: Collection[str] = ()
) -> None:
    """Move a case to another level. `facts` names what proves that it may (see `domain.FACTS`). `acting_as`: the roles
    that the actor has besides, in whose place they decide.

    Raises OutOfOrder, with the reason in words, when the pathway table has no such step, a fact is missing or
    the actor's role may not.
    """
    row = db.session.execute(
        sa.select(Case.level, Case.person_id).where(Case.id == case_id, Case.closed_at.is_(None))
    ).first()
    if row is None:
        raise NotFound
    reason = refusal(row.level, to, facts, roles_of(actor) | set(acting_as))
    if reason:
        raise OutOfOrder(reason)
    now = clock.now()
    changed = db.session.execute(
        sa.update(Case)
        .where(Case.id == case_id, Case.level == row.level)
        .values(level=to, version=Case.version + 1)
        .returning(Case.id)
        .execution_options(synchronize_session=False)
    )
    if changed.first() is None:
        raise OutOfOrder("Somebody changed the level at the same moment.")
    db.session.execute(
        sa.update(CaseLevel).where(CaseLevel.case_id == case_id, CaseLevel.to_at.is_(None)).values(to_at=now)
    )
    db.session.add(CaseLevel(case_id=case_id, level=to, from_at=now, to_at=None))
    db.session.flush()
    record(actor, "case.level.changed", subjects=[case_id, row.person_id], old=row.level, new=to)


def open_episode(case_id: int, kind: str, on: date, *, actor: ActorLike | None = None) -> None:
    """Begin a statutory stretch (`EPISODES`) counted from a day.

    Raises OutOfOrder while the child has one of that kind open.
    """
    if kind not in EPISODES:
        raise ValueError(f"no episode {kind}")
    person_id = db.session.scalar(sa.select(Case.person_id).where(Case.id == case_id))
    if person_id is None:
        raise NotFound
    running = sa.select(Episode.id).where(
        Episode.person_id == person_id, Episode.kind == kind, Episode.closed_on.is_(None)
    )
    if db.session.scalar(running) is not None:
        raise OutOfOrder(f"{EPISODES[kind]} is open for this child already.")
    db.session.add(
        Episode(case_id=case_id, person_id=person_id, kind=kind, referral_on=on, closed_on=None, closure_code=None)
    )
    db.session.flush()
    record(actor, "case.episode.opened", subjects=[case_id, person_id], kind=kind)


def close_episode(case_id: int, kind: str, code: str, on: date, *, actor: ActorLike | None = None) -> None:
    """End the open stretch of a kind with its census code (RC1 to RC9). Raises OutOfOrder if none is open."""
    if code not in CLOSURES:
        raise ValueError(f"no closure code {code}")
    closed = db.session.execute(
        sa.update(Episode)
        .where(Episode.case_id == case_id, Episode.kind == kind, Episode.closed_on.is_(None))
        .values(closed_on=on, closure_code=code)
        .returning(Episode.person_id)
        .execution_options(synchronize_session=False)
    ).first()
    if closed is None:
        raise OutOfOrder(f"{EPISODES[kind]} is not open for this child.")
    record(actor, "case.episode.closed", subjects=[case_id, closed.person_id], kind=kind, reason=code)
