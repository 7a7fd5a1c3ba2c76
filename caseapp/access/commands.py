"""Giving and ending reach, and barring. Called by the slice whose write changes who sees what, in the same
transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from caseapp.kernel import clock
from caseapp.kernel.db import db, fetch, is_postgresql, write_rows

from .models import Bar, Reach, Restricted, Restriction, RestrictionReader, Within

# The reason of a bar that holds because what it was set on goes together with something else; and of one that was
# carried on from there.
SHARED, CARRIED = "shared", "conflict"


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
    given = {"of_subject": subject_id, "through": why, "now": clock.now()}
    if principal is None:
        write_rows(_END_REACH, [given])
    else:
        write_rows(_END_REACH_OF, [{**given, "whose": principal}])


_END_REACH = (
    sa.update(cast(sa.Table, Reach.__table__))
    .where(
        Reach.subject_id == sa.bindparam("of_subject"),
        Reach.why == sa.bindparam("through"),
        sa.or_(Reach.until_at.is_(None), Reach.until_at > sa.bindparam("now")),
    )
    .values(until_at=sa.bindparam("now"))
)
_END_REACH_OF = _END_REACH.where(Reach.principal == sa.bindparam("whose"))


def bar(principal: str, *, subject_id: int, reason: str) -> None:
    """Keep a principal from a subject whatever else reaches it: conflict of interest. Barring again changes nothing."""
    known = db.session.scalar(sa.select(Bar).where(Bar.principal == principal, Bar.subject_id == subject_id))
    if known is None:
        db.session.add(Bar(principal=principal, subject_id=subject_id, reason=reason, since_at=clock.now()))
    elif known.reason == SHARED:
        # From now on it holds by itself, whatever becomes of what it was shared with.
        known.reason = reason
    db.session.flush()


def bars_of(from_ids: Any) -> Any:
    """The statement that finds who is barred from any of `from_ids`: a query of numbers, or a parameter for them."""
    return sa.select(Bar.principal, Bar.reason).where(Bar.subject_id.in_(from_ids)).order_by(Bar.id)


_BARS_OF = bars_of(sa.bindparam("from_ids", expanding=True))


def carry_bars(from_ids: Sequence[int], to_ids: Iterable[int]) -> bool:
    """Bar from each of `to_ids` whoever is barred from any of `from_ids`: what grows out of a referral stays out of the
    same hands. Gives whether anybody is."""
    return carry_found_bars(_BARS_OF, {"from_ids": from_ids}, to_ids)


def carry_found_bars(query: Any, given: Mapping[str, Any], to_ids: Iterable[int]) -> bool:
    """As `carry_bars`, from whatever a statement of `bars_of` finds with these parameters."""
    ids = list(to_ids)
    rows = fetch(query, given) if ids else ()
    for subject_id in ids if rows else ():
        for row in rows:
            bar(row.principal, subject_id=subject_id, reason=CARRIED if row.reason == SHARED else row.reason)
    return bool(rows)


def share_bars(subject_ids: Collection[int], groups: Sequence[Collection[int]], *, but: Mapping[int, Set[str]]) -> None:
    """Work out anew which bars these subjects share: in each group (one person's records and cases) a bar on one holds
    for all. `but`: by subject the principals that nothing shared keeps from it, because they hold it."""
    if not subject_ids:
        return
    db.session.execute(sa.delete(Bar).where(Bar.subject_id.in_(subject_ids), Bar.reason == SHARED))
    found = fetch(_BARS_ON, {"subjects": list(subject_ids)}) if groups else ()
    own = {(row.principal, row.subject_id) for row in found}
    rows = {
        (principal, number)
        for group in groups
        for principal, barred_from in own
        if barred_from in group
        for number in group
        if (principal, number) not in own and principal not in but.get(number, ())
    }
    since = {"reason": SHARED, "since_at": clock.now()}
    write_rows(
        _ADD_BAR, [{"principal": principal, "subject_id": number, **since} for principal, number in sorted(rows)]
    )


def cover(groups: Sequence[Collection[int]]) -> None:
    """Work out anew what restrictions cover: in each group of subjects that go together one on any holds for all."""
    ids = [number for group in groups for number in group]
    if not ids:
        return
    db.session.execute(sa.delete(Restricted).where(Restricted.subject_id.in_(ids)))
    standing = fetch(_RESTRICTIONS_ON, {"subjects": ids})
    covered = [
        {"subject_id": number, "restriction_id": row.id}
        for group in groups
        for row in standing
        if row.subject_id in group
        for number in sorted(group)
    ]
    write_rows(_ADD_RESTRICTED, covered)


def _on(subject_id: Any) -> Any:
    return subject_id.in_(sa.bindparam("subjects", expanding=True, type_=sa.BigInteger()))


_BARS_ON = sa.select(Bar.principal, Bar.subject_id).where(_on(Bar.subject_id)).order_by(Bar.id)
_RESTRICTIONS_ON = (
    sa.select(Restriction.id, Restriction.subject_id)
    .where(_on(Restriction.subject_id), Restriction.ended_at.is_(None))
    .order_by(Restriction.id)
)
_ADD_BAR, _ADD_RESTRICTED, _ADD_READER = (
    sa.insert(cast(sa.Table, model.__table__)) for model in (Bar, Restricted, RestrictionReader)
)


def restrict(
    *, subject_id: int, reason: str, words: str, ring: str, readers: Collection[str], set_by_id: int
) -> int | None:
    """Let only `readers` (principals) see a subject; gives the restriction's number, None when one stands already.
    Whoever knows what goes together with the subject calls `cover`."""
    standing = db.session.scalar(
        sa.select(Restriction.id).where(Restriction.subject_id == subject_id, Restriction.ended_at.is_(None))
    )
    if standing is not None:
        return None
    row = Restriction(
        subject_id=subject_id, reason=reason, words=words, ring=ring, set_at=clock.now(), set_by_id=set_by_id
    )
    db.session.add(row)
    db.session.flush()
    write_rows(_ADD_READER, [{"restriction_id": row.id, "principal": each} for each in sorted(readers)])
    return row.id


def end_restriction(*, restriction_id: int, words: str, ended_by_id: int) -> bool:
    """End a restriction; False when it has ended already. As `restrict`, it is followed by `cover`."""
    ended = db.session.execute(
        sa.update(Restriction)
        .where(Restriction.id == restriction_id, Restriction.ended_at.is_(None))
        .values(ended_at=clock.now(), ended_by_id=ended_by_id, end_words=words)
        .returning(Restriction.id)
        .execution_options(synchronize_session=False)
    )
    return ended.first() is not None


def put_within(subject_id: int, within_ids: list[int]) -> None:
    """Let a subject be seen by whoever sees one of `within_ids` (a note by the readers of its cases)."""
    write_rows(_ADD_WITHIN, [{"subject_id": subject_id, "within_id": within_id} for within_id in within_ids])


_ADD_WITHIN = sa.insert(cast(sa.Table, Within.__table__))
