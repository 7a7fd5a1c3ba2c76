"""Giving and ending reach, and barring. Called by the slice whose write changes who sees what, in the same
transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from caseapp.kernel import clock
from caseapp.kernel.db import db, fetch, is_postgresql, write_rows

from .models import Bar, Reach, Within


def give_reach(principal: str, *, subject_id: int, kind: str, level: int, why: str) -> None:
    """Let a principal (`user:7`, `team:3`) see a subject at `level` for the reason `why`; giving it again changes
    nothing."""
    give_each_reach([(principal, level, why)], subject_id=subject_id, kind=kind)


def give_each_reach(given: Iterable[tuple[str, int, str]], *, subject_id: int, kind: str) -> None:
    """As `give_reach` for several at once: (principal, level, why) of each. One statement."""
    now = clock.now()
    rows = [
        {"principal": principal, "subject_id": subject_id, "kind": kind, "level": level, "why": why, "since_at": now}
        for principal, level, why in given
    ]
    write_rows(_INSERT_REACH["postgresql" if is_postgresql() else "sqlite"], rows)


# The database itself knows which row runs, so that giving is one statement.
_INSERT_REACH = {
    name: dialect.insert(Reach.__table__).on_conflict_do_nothing(
        index_elements=["principal", "subject_id", "why"], index_where=sa.text("until_at IS NULL")
    )
    for name, dialect in (("postgresql", postgresql), ("sqlite", sqlite))
}


def give_reach_until(principal: str, *, subject_id: int, kind: str, level: int, why: str, until_at: datetime) -> None:
    """Let a principal see a subject until a moment, after which it ends by itself. One that lasts as long stands."""
    lasts = db.session.scalar(
        sa.select(Reach.id).where(
            Reach.principal == principal,
            Reach.subject_id == subject_id,
            Reach.why == why,
            Reach.level >= level,
            Reach.until_at >= until_at,
        )
    )
    if lasts is None:
        db.session.add(
            Reach(
                principal=principal,
                subject_id=subject_id,
                kind=kind,
                level=level,
                why=why,
                since_at=clock.now(),
                until_at=until_at,
            )
        )
        db.session.flush()


def end_reach(*, subject_id: int, why: str, principal: str | None = None) -> None:
    """End what reaches through `why` (of one principal, or of all), also what would end by itself later; the rows stay
    as history."""
    lasting = sa.or_(Reach.until_at.is_(None), Reach.until_at > clock.now())
    query = sa.update(Reach).where(Reach.subject_id == subject_id, Reach.why == why, lasting)
    if principal is not None:
        query = query.where(Reach.principal == principal)
    db.session.execute(query.values(until_at=clock.now()))


def bar(principal: str, *, subject_id: int, reason: str) -> None:
    """Keep a principal from a subject whatever else reaches it: conflict of interest. Barring again changes nothing."""
    known = db.session.scalar(sa.select(Bar.id).where(Bar.principal == principal, Bar.subject_id == subject_id))
    if known is None:
        db.session.add(Bar(principal=principal, subject_id=subject_id, reason=reason, since_at=clock.now()))
        db.session.flush()


def bars_of(from_ids: Any) -> Any:
    """The statement that finds who is barred from any of `from_ids`: a query of numbers, or a parameter for them."""
    return sa.select(Bar.principal, Bar.reason).where(Bar.subject_id.in_(from_ids)).order_by(Bar.id)


_BARS_OF = bars_of(sa.bindparam("from_ids", expanding=True))


def carry_bars(from_ids: Sequence[int], to_ids: Iterable[int]) -> None:
    """Bar from each of `to_ids` whoever is barred from any of `from_ids`: what grows out of a referral stays out of the
    same hands."""
    carry_found_bars(_BARS_OF, {"from_ids": from_ids}, to_ids)


def carry_found_bars(query: Any, given: Mapping[str, Any], to_ids: Iterable[int]) -> None:
    """As `carry_bars`, from whatever a statement of `bars_of` finds with these parameters."""
    ids = list(to_ids)
    rows = fetch(query, given) if ids else ()
    for subject_id in ids if rows else ():
        for row in rows:
            bar(row.principal, subject_id=subject_id, reason=row.reason)


def put_within(subject_id: int, within_ids: list[int]) -> None:
    """Let a subject be seen by whoever sees one of `within_ids` (a note by the readers of its cases)."""
    write_rows(_ADD_WITHIN, [{"subject_id": subject_id, "within_id": within_id} for within_id in within_ids])


_ADD_WITHIN = sa.insert(cast(sa.Table, Within.__table__))
