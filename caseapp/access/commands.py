"""Giving and ending reach, and barring. Called by the slice whose write changes who sees what, in the same
transaction."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from caseapp.kernel import clock
from caseapp.kernel.db import db

from .models import Bar, Reach, Within


def give_reach(principal: str, *, subject_id: int, kind: str, level: int, why: str) -> None:
    """Let a principal (`user:7`, `team:3`) see a subject at `level` for the reason `why`; giving it again changes
    nothing."""
    running = db.session.scalar(
        sa.select(Reach.id).where(
            Reach.principal == principal, Reach.subject_id == subject_id, Reach.why == why, Reach.until_at.is_(None)
        )
    )
    if running is None:
        db.session.add(
            Reach(principal=principal, subject_id=subject_id, kind=kind, level=level, why=why, since_at=clock.now())
        )
        db.session.flush()


def end_reach(*, subject_id: int, why: str, principal: str | None = None) -> None:
    """End what reached through `why` (of one principal, or of all); the rows stay as history."""
    query = sa.update(Reach).where(Reach.subject_id == subject_id, Reach.why == why, Reach.until_at.is_(None))
    if principal is not None:
        query = query.where(Reach.principal == principal)
    db.session.execute(query.values(until_at=clock.now()))


def bar(principal: str, *, subject_id: int, reason: str) -> None:
    """Keep a principal from a subject whatever else reaches it: conflict of interest. Barring again changes nothing."""
    known = db.session.scalar(sa.select(Bar.id).where(Bar.principal == principal, Bar.subject_id == subject_id))
    if known is None:
        db.session.add(Bar(principal=principal, subject_id=subject_id, reason=reason, since_at=clock.now()))
        db.session.flush()


def carry_bars(from_ids: Sequence[int] | sa.CompoundSelect[int], to_ids: Iterable[int]) -> None:
    """Bar from each of `to_ids` whoever is barred from any of `from_ids` (numbers, or a query of them): what grows out
    of a referral stays out of the same hands."""
    rows = db.session.execute(
        sa.select(Bar.principal, Bar.reason).where(Bar.subject_id.in_(from_ids)).order_by(Bar.id)
    ).all()
    for subject_id in to_ids if rows else ():
        for row in rows:
            bar(row.principal, subject_id=subject_id, reason=row.reason)


def put_within(subject_id: int, within_ids: list[int]) -> None:
    """Let a subject be seen by whoever sees one of `within_ids` (a note by the readers of its cases)."""
    db.session.add_all(Within(subject_id=subject_id, within_id=within_id) for within_id in within_ids)
    db.session.flush()
