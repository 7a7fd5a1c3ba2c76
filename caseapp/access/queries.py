"""What an actor may see, in SQL: the twin of the predicates. Nothing loads a subject from a reference except through
here."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from caseapp.kernel import clock
from caseapp.kernel.db import db, fetch
from caseapp.kernel.errors import NotFound
from caseapp.kernel.slots import Slot
from caseapp.kernel.subjects import Subject, parse_reference

from .domain import Actor, ReachRow, SubjectAccess, register_reach
from .models import Bar, Reach, Restricted, Restriction, RestrictionReader, Within

AROUND = Slot(
    "access.around",
    "(kind, wanted) -> list of selects of (subject_id, id): the subjects through which those of a kind are reached "
    "(a person through cases and open referrals); `wanted` is a CTE of their ids",
)


@dataclass(frozen=True)
class AnyReader:
    """Stands for the actor in a statement that is built once and executed for many, with the parameters of
    `reader_params`. Building a statement takes longer than the database needs to answer it.

    `memberships`: whether they have a place in a team now; `covers`: whether they cover for somebody away.
    """

    memberships: bool
    covers: bool = False
    principals: Any = field(default_factory=lambda: sa.bindparam("principals", expanding=True))

    @property
    def covered(self) -> Any:
        """The principals of those whom the actor covers for."""
        return sa.bindparam("covered", expanding=True) if self.covers else ()


def reader_shape(actor: Actor) -> tuple[bool, bool]:
    """What of an actor changes the text of a statement: the arguments of AnyReader, to cache by."""
    return bool(actor.memberships), bool(actor.covered)


def reader_params(actor: Actor) -> dict[str, Any]:
    """What a statement built for AnyReader is executed with."""
    return {"principals": actor.principals, **({"covered": actor.covered} if actor.covered else {})}


def reaches(actor: Actor | AnyReader) -> sa.ColumnElement[bool]:
    """The condition under which a Reach row counts for this actor now: addressed to them, not ended, not kept from
    them."""
    return sa.and_(_in_force(actor), not_barred(actor, Reach.subject_id))


def _in_force(actor: Actor | AnyReader) -> sa.ColumnElement[bool]:
    """Addressed to the actor and not ended. Working with a child ends with the job: who has no place in any team now
    keeps only what they sent or wrote themselves."""
    left = sa.false() if actor.memberships else Reach.why.in_(("involved", "group"))
    # Asked at each execution, so that a statement built once stays true.
    now: Any = sa.bindparam("in_force_at", callable_=clock.now, type_=Reach.until_at.type, unique=True)
    theirs: sa.ColumnElement[bool] = Reach.principal.in_(actor.principals)
    covers = actor.covers if isinstance(actor, AnyReader) else bool(actor.covered)
    if covers:
        # Cover: what the away person works with reaches the actor too, for as long as the cover lasts. What keeps the
        # actor themself from a subject (a bar) keeps them from it here too.
        theirs = sa.or_(theirs, sa.and_(Reach.principal.in_(actor.covered), Reach.why == "involved"))
    return sa.and_(theirs, sa.or_(Reach.until_at.is_(None), Reach.until_at > now), ~left)


def visible_ids(actor: Actor | AnyReader, kind: str, level: int, whys: tuple[str, ...] | None = None) -> sa.Select[int]:
    """A subquery of the ids of subjects of `kind` that reach the actor at `level` or above (for one of `whys`, when
    given)."""
    query = sa.select(Reach.subject_id).where(reaches(actor), Reach.kind == kind, Reach.level >= level)
    return query.where(Reach.why.in_(whys)) if whys else query


def sees(actor: Actor | AnyReader, subject_id: Any, kind: str, level: int) -> sa.ColumnElement[bool]:
    """The condition that a subject of `kind` reaches the actor at `level` or above: for rows that something else has
    found. `visible_ids` finds them itself, which takes as long as there are subjects that reach the actor."""
    return sa.exists().where(Reach.subject_id == subject_id, Reach.kind == kind, Reach.level >= level, reaches(actor))


def get_subject(actor: Actor, reference: str, kind: str, level: int) -> SubjectAccess:
    """The subject behind a typed reference, loaded through what the actor may see, directly or through what it lies
    within; a person, through their cases, their family's and open referrals.

    Raises NotFound alike for a malformed, an unknown, a foreign, a barred and an under-levelled one. One statement.
    """
    given = {"reference": parse_reference(reference) or "-", "kind": kind, **reader_params(actor)}
    rows = fetch(_subject_statement(kind, *reader_shape(actor)), given)
    reaching = tuple(_reach_row(actor, row) for row in rows if row.principal is not None)
    if rows:
        reaching += register_reach(actor, kind)
    if not reaching or max(row.level for row in reaching) < level:
        raise NotFound
    first = rows[0]
    within = dict.fromkeys(row.around_id for row in rows if row.within and row.around_id != first.id)
    return SubjectAccess(first.id, first.reference, first.kind, reaching, tuple(within))


def levels_of(actor: Actor, kind: str, subject_ids: Collection[int]) -> dict[int, int]:
    """The level at which each of these subjects of one kind reaches the actor, by the rules of `get_subject`; those
    that do not reach them, or that they are barred from, are left out. One statement, for some hundreds at most."""
    if not subject_ids:
        return {}
    rows = fetch(_levels_statement(kind, *reader_shape(actor)), {"ids": list(subject_ids), **reader_params(actor)})
    least = max((row.level for row in register_reach(actor, kind)), default=-1)
    found = {row.id: max(least, -1 if row.level is None else row.level) for row in rows}
    return {subject_id: level for subject_id, level in found.items() if level >= 0}


@dataclass(frozen=True)
class Seen:
    """A subject as somebody finds it in a list: its reference and the level at which it reaches them. Of what a
    restriction keeps from them only whom to `ring`: no reference, level -1."""

    reference: str
    level: int
    ring: str = ""


def find_seen(actor: Actor, kind: str, subject_ids: Collection[int]) -> dict[int, Seen]:
    """As `levels_of`, with the references; what only a restriction keeps from the actor is among them, with whom to
    ring: show that to the hub alone, for everybody else it is not there. One statement."""
    if not subject_ids:
        return {}
    rows = fetch(_seen_statement(kind, *reader_shape(actor)), {"ids": list(subject_ids), **reader_params(actor)})
    least = max((row.level for row in register_reach(actor, kind)), default=-1)
    found = {}
    for row in rows:
        level = max(least, -1 if row.level is None else row.level)
        if row.hidden:
            found[row.id] = Seen("", -1, row.ring or "the hub’s manager")
        elif level >= 0:
            found[row.id] = Seen(row.reference, level)
    return found


@cache
def _seen_statement(kind: str, placed: bool, covers: bool) -> Any:
    reader = AnyReader(placed, covers)
    ids: Any = sa.bindparam("ids", expanding=True)
    wanted = sa.select(Subject.id, Subject.reference).where(Subject.id.in_(ids), Subject.kind == kind).cte("wanted")
    around = _around(kind, wanted)
    hidden = restricted(wanted.c.id, RestrictionReader.principal.in_(reader.principals))
    ring = (
        sa.select(sa.func.min(Restriction.ring))
        .join(Restricted, Restricted.restriction_id == Restriction.id)
        .where(Restricted.subject_id == wanted.c.id)
        .correlate(wanted)
        .scalar_subquery()
    )
    return (
        sa.select(
            wanted.c.id,
            wanted.c.reference,
            sa.func.max(Reach.level).label("level"),
            hidden.label("hidden"),
            sa.case((hidden, ring)).label("ring"),
        )
        .select_from(wanted)
        .join(around, around.c.subject_id == wanted.c.id)
        .outerjoin(Reach, sa.and_(Reach.subject_id == around.c.id, _in_force(reader)))
        .where(~_barred(reader, around, wanted, but_restricted=True))
        .group_by(wanted.c.id, wanted.c.reference)
    )


@cache
def _subject_statement(kind: str, placed: bool, covers: bool) -> Any:
    reader = AnyReader(placed, covers)
    wanted = (
        sa.select(Subject.id, Subject.reference, Subject.kind)
        .where(Subject.reference == sa.bindparam("reference"), Subject.kind == sa.bindparam("kind"))
        .cte("wanted")
    )
    around = _around(kind, wanted)
    return (
        sa.select(
            wanted.c.id,
            wanted.c.reference,
            wanted.c.kind,
            around.c.id.label("around_id"),
            around.c.within,
            Reach.principal,
            Reach.level,
            Reach.why,
        )
        .select_from(wanted)
        .join(around, around.c.subject_id == wanted.c.id)
        .outerjoin(Reach, sa.and_(Reach.subject_id == around.c.id, _in_force(reader)))
        .where(~_barred(reader, around, wanted))
    )


@cache
def _levels_statement(kind: str, placed: bool, covers: bool) -> Any:
    return levels_in(AnyReader(placed, covers), kind)


def levels_in(reader: AnyReader, kind: str) -> sa.Select[Any]:
    """The id of each subject of `kind` among the parameter `ids` that the reader is not barred from, and the highest
    level at which something leads to it (none: NULL). For a statement that asks more about them."""
    ids: Any = sa.bindparam("ids", expanding=True)
    wanted = sa.select(Subject.id).where(Subject.id.in_(ids), Subject.kind == kind).cte("wanted")
    around = _around(kind, wanted)
    return (
        sa.select(wanted.c.id, sa.func.max(Reach.level).label("level"))
        .select_from(wanted)
        .join(around, around.c.subject_id == wanted.c.id)
        .outerjoin(Reach, sa.and_(Reach.subject_id == around.c.id, _in_force(reader)))
        .where(~_barred(reader, around, wanted))
        .group_by(wanted.c.id)
    )


def _around(kind: str, wanted: sa.CTE) -> sa.CTE:
    """What each wanted subject is reached through: itself, what it lies within, and what the slices above say."""
    itself = sa.select(wanted.c.id.label("subject_id"), wanted.c.id.label("id"), sa.true().label("within"))
    within = sa.select(Within.subject_id, Within.within_id, sa.true()).join(wanted, wanted.c.id == Within.subject_id)
    named = [each.add_columns(sa.false()) for fill in AROUND for each in fill(kind, wanted)]
    return sa.union_all(itself, within, *named).cte("around")


def _barred(
    reader: AnyReader, around: sa.CTE, wanted: sa.CTE, *, but_restricted: bool = False
) -> sa.ColumnElement[bool]:
    """A bar on any of the cases that a shared note or assessment lies within hides it whole; so does one on anything
    that a person is reached through. A restriction hides what it covers, not who is reached through it: a brother of a
    child whose record only named people see is found all the same."""
    bars = sa.exists().where(Bar.subject_id == around.c.id, Bar.principal.in_(reader.principals))
    kept: sa.ColumnElement[bool] = bars
    if not but_restricted:
        covered = restricted(around.c.id, RestrictionReader.principal.in_(reader.principals))
        kept = sa.or_(bars, sa.and_(around.c.within, covered))
    hidden = sa.select(sa.literal(1)).select_from(around).where(around.c.subject_id == wanted.c.id, kept)
    return hidden.correlate(wanted).exists()


def _reach_row(actor: Actor, row: Any) -> ReachRow:
    why = "cover" if row.principal in actor.covered else row.why
    return ReachRow(row.principal, row.level, why)


def list_reach(subject_id: int) -> list[ReachRow]:
    """Every way a subject reaches anyone now: for tests of who sees what."""
    rows = db.session.execute(
        sa.select(Reach.principal, Reach.level, Reach.why).where(
            Reach.subject_id == subject_id, Reach.until_at.is_(None)
        )
    ).all()
    return [ReachRow(row.principal, row.level, row.why) for row in rows]


def barred_principals(subject_ids: list[int]) -> set[str]:
    """The principals barred from any of these subjects."""
    return {row.principal for row in fetch(_BARRED, {"subjects": subject_ids})}


_BARRED = sa.select(Bar.principal).where(Bar.subject_id.in_(sa.bindparam("subjects", expanding=True)))


def team_principals(team_id: int) -> set[str]:
    """The principals that stand for a team: its people, and who leads it. Barred is a team with either of them."""
    return {f"team:{team_id}", f"lead:{team_id}"}


def not_barred(actor: Actor | AnyReader, subject_id: sa.SQLColumnExpression[int]) -> sa.ColumnElement[bool]:
    """The condition that nothing keeps a subject from the actor: no bar, and no restriction that does not name them."""
    barred = sa.exists().where(Bar.subject_id == subject_id, Bar.principal.in_(actor.principals))
    return sa.and_(~barred, ~restricted(subject_id, RestrictionReader.principal.in_(actor.principals)))


def restricted(subject_id: Any, names: sa.ColumnElement[bool] | None = None) -> sa.ColumnElement[bool]:
    """The condition that a restriction covers a subject; `names`: unless it has a RestrictionReader of which this
    holds."""
    covers = sa.exists().where(Restricted.subject_id == subject_id)
    if names is not None:
        named = sa.exists().where(RestrictionReader.restriction_id == Restricted.restriction_id, names)
        covers = covers.where(~named.correlate_except(RestrictionReader))
    # Whom it names may stand several statements further out, where no statement looks by itself.
    return covers.correlate_except(Restricted)


@dataclass(frozen=True)
class RestrictionRow:
    """A restriction as the hub's manager reads it; `readers` are principals."""

    id: int
    reason: str
    words: str
    ring: str
    set_at: datetime
    set_by_id: int
    ended_at: datetime | None
    ended_by_id: int | None
    end_words: str | None
    readers: frozenset[str]


def list_restrictions(subject_id: int) -> list[RestrictionRow]:
    """Every restriction that was ever set on a subject itself, the newest first. One statement."""
    rows = fetch(_RESTRICTIONS, {"subject": subject_id})
    readers: dict[int, set[str]] = {}
    for row in rows:
        readers.setdefault(row.id, set()).update([row.principal] if row.principal else [])
    return [_restriction(row, readers[row.id]) for row in {row.id: row for row in rows}.values()]


def _restriction(row: Any, readers: set[str]) -> RestrictionRow:
    columns = (row.id, row.reason, row.words, row.ring, row.set_at, row.set_by_id)
    return RestrictionRow(*columns, row.ended_at, row.ended_by_id, row.end_words, frozenset(readers))


_RESTRICTIONS = (
    sa.select(
        Restriction.id,
        Restriction.reason,
        Restriction.words,
        Restriction.ring,
        Restriction.set_at,
        Restriction.set_by_id,
        Restriction.ended_at,
        Restriction.ended_by_id,
        Restriction.end_words,
        RestrictionReader.principal,
    )
    .outerjoin(RestrictionReader, RestrictionReader.restriction_id == Restriction.id)
    .where(Restriction.subject_id == sa.bindparam("subject"))
    .order_by(Restriction.id.desc())
)
