"""What is late, for those whose work it is and for their managers: the late clocks of one subject with the reasons
given for them, and over all kinds of subjects what waits for a manager, and what nobody has explained."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import CLOCKED_LEVELS, MANAGED, Actor
from caseapp.access.models import Bar, Reach, Within
from caseapp.access.queries import team_principals
from caseapp.accounts.queries import user_name_of
from caseapp.deadlines.catalogue import LATE_REASONS, RULES
from caseapp.deadlines.domain import LATE, Rule
from caseapp.deadlines.models import Clock, LateReason
from caseapp.deadlines.slots import ABOUT, About
from caseapp.kernel import clock
from caseapp.kernel.db import fetch
from caseapp.kernel.errors import NotFound
from caseapp.kernel.subjects import Subject
from caseapp.kernel.web import day, when

from .clocks import ClockView, clocks_of, late_clocks_of
from .policy import find_rule, rule_of_key
from .told import SOMEBODY, LateView, late_reasons_of

# What was done late and never explained is asked for this long.
ASKED_FOR = timedelta(days=28)
A_PAGE = 50


@dataclass(frozen=True)
class LateClock:
    """A clock that is late, or was ended late, with what it is about.

    `late_id` and what follows: the reason that waits for a manager; None and "" where there is none. `own`: the reader
    gave it, so that another manager authorises it.
    """

    about: About
    clock_id: int
    rule: Rule
    due_on: date | None
    due_at: datetime
    stopped_at: datetime | None
    late_id: int | None = None
    reason: str = ""
    words: str = ""
    given_by: str = ""
    given_at: datetime | None = None
    own: bool = False

    @property
    def due_words(self) -> str:
        """When it was due: a day, or a moment."""
        return day(self.due_on) if self.due_on else when(self.due_at)


@dataclass(frozen=True)
class LateLists:
    """What is late for a manager: the reasons that wait for one, and what nobody has explained; `next_waiting`,
    `next_unexplained`: the key behind which the next page of a list begins, None on the last."""

    waiting: tuple[LateClock, ...]
    unexplained: tuple[LateClock, ...]
    next_waiting: int | None
    next_unexplained: int | None


def list_late(actor: Actor, *, waiting_after: int = 0, unexplained_after: int = 0, limit: int = A_PAGE) -> LateLists:
    """What is late in the teams that this actor manages, whatever it is about, without what a conflict of interest
    keeps from them: reasons that wait for a manager, the oldest first; and what runs late, or was done late in the
    last four weeks, and nobody has said why, or has not said again since a manager sent it back.

    Two statements, and one for each kind of subject among them; nothing for somebody who manages no team.
    """
    managed = sorted({name for place in actor.teams(role="manager") for name in team_principals(place.team_id)})
    if not managed:
        return LateLists((), (), None, None)
    given = {"managed": managed, "reader": list(actor.principals), "many": limit + 1}
    waiting = fetch(_waiting(), {**given, "after": waiting_after})
    now = clock.now()
    since = {"after": unexplained_after, "now": now, "since": now - ASKED_FOR, "keys": _KEYS}
    unexplained = fetch(_unexplained(), {**given, **since})
    about = about_of(actor, [(row.kind, row.subject_id) for row in (*waiting[:limit], *unexplained[:limit])])
    return LateLists(
        tuple(_waits(actor, about, row) for row in waiting[:limit] if row.subject_id in about),
        tuple(_late(about, row) for row in unexplained[:limit] if row.subject_id in about),
        waiting[limit - 1].late_id if len(waiting) > limit else None,
        unexplained[limit - 1].clock_id if len(unexplained) > limit else None,
    )


def about_of(actor: Actor, subjects: Sequence[tuple[str, int]]) -> dict[int, About]:
    """What these subjects (kind and id) are, by the slices that know. One statement for each kind."""
    by_kind: dict[str, set[int]] = defaultdict(set)
    for kind, subject_id in subjects:
        by_kind[kind].add(subject_id)
    return {subject_id: about for fill in ABOUT for subject_id, about in fill(actor, by_kind).items()}


def get_about(actor: Actor, kind: str, subject_id: int) -> About:
    """What one subject is that the guard has let this actor see. Raises NotFound for one that is no more."""
    about = about_of(actor, [(kind, subject_id)]).get(subject_id)
    if about is None:
        raise NotFound
    return about


@dataclass(frozen=True)
class LatePage:
    """The clocks of one subject that are late or were, each with the reasons given; and those that run in time."""

    about: About
    late: tuple[tuple[ClockView, tuple[LateView, ...]], ...]
    running: tuple[ClockView, ...]


def get_late_page(actor: Actor, kind: str, subject_id: int) -> LatePage:
    """What is or was late about a subject that the guard has let this actor see. Four statements."""
    late = late_clocks_of(subject_id)
    reasons = late_reasons_of([view.id for view in late])
    running = clocks_of([subject_id]).get(subject_id, [])
    return LatePage(
        get_about(actor, kind, subject_id),
        tuple((view, tuple(reasons.get(view.id, ()))) for view in late if view.was_late),
        tuple(view for view in running if not view.was_late),
    )


@dataclass(frozen=True)
class SentBack:
    """A reason that a manager sent back to whoever gave it: about which clock of what, who asks, and since when."""

    reference: str
    clock_id: int
    rule: Rule
    asked_by: str
    asked_at: datetime


def list_sent_back(actor: Actor, *, limit: int = 20) -> list[SentBack]:
    """What managers have asked this actor about reasons that they gave, and nobody has answered by another reason; the
    oldest first, without what no longer reaches them. One statement."""
    rows = fetch(_sent_back(), {"user": actor.user_id, "reader": list(actor.principals), "many": limit})
    return [
        SentBack(
            row.reference,
            row.clock_id,
            find_rule(row.rule, clock.to_london(row.anchor_at).date()) or rule_of_key(row.rule),
            row.asked_by or SOMEBODY,
            row.sent_back_at,
        )
        for row in rows
    ]


def count_late_waiting(team_id: int, reader: Actor | None = None) -> Any:
    """How many reasons wait for a manager of a team, as a piece of a larger query that is worked out once for all its
    rows; without what a conflict of interest keeps from a reader, where one is given."""
    around, lies_within = _around(Clock.subject_id)
    barred = [~_touches(Bar, around, Bar.principal.in_(reader.principals))] if reader else []
    return (
        sa.select(sa.func.count())
        .select_from(LateReason)
        .join(Clock, Clock.id == LateReason.clock_id)
        .outerjoin(Within, lies_within)
        .where(*_WAITS, _managed_by(around, sorted(team_principals(team_id))), *barred)
        .correlate(None)
        .scalar_subquery()
    )


def _around(subject_id: Any) -> tuple[Any, Any]:
    """By which subject a clock's one is reached: the contact that the night's work lies within, or itself; and how the
    table that says so is joined."""
    return sa.func.coalesce(Within.within_id, subject_id), Within.subject_id == subject_id


def _touches(table: Any, around: Any, *conditions: Any) -> sa.ColumnElement[bool]:
    """That a row of Reach or Bar stands at that subject."""
    return sa.exists().where(table.subject_id == around, *conditions)


def _managed_by(around: Any, principals: Any) -> sa.ColumnElement[bool]:
    """The condition that a subject is with one of these teams, so that their managers authorise."""
    return _touches(Reach, around, Reach.principal.in_(principals), Reach.why.in_(MANAGED), Reach.until_at.is_(None))


_WAITS = (LateReason.authorised_at.is_(None), LateReason.sent_back_at.is_(None))
_KEYS = sorted({rule.key for rule in RULES if rule.runs == "clock" and rule.subject_kind in CLOCKED_LEVELS})
_CLOCK: tuple[Any, ...] = (
    Clock.subject_id,
    Clock.id.label("clock_id"),
    Clock.rule,
    Clock.anchor_at,
    Clock.due_on,
    Clock.due_at,
    Clock.stopped_at,
)


def _readers_teams(around: Any) -> tuple[sa.ColumnElement[bool], ...]:
    reader: Any = sa.bindparam("reader", expanding=True)
    managed = _managed_by(around, sa.bindparam("managed", expanding=True))
    return managed, ~_touches(Bar, around, Bar.principal.in_(reader))


@cache
def _waiting() -> Any:
    around, lies_within = _around(Clock.subject_id)
    return (
        sa.select(
            Subject.kind,
            *_CLOCK,
            LateReason.id.label("late_id"),
            LateReason.reason,
            LateReason.words,
            LateReason.given_at,
            LateReason.given_by_id,
            user_name_of(LateReason.given_by_id).label("given_by"),
        )
        .select_from(LateReason)
        .join(Clock, Clock.id == LateReason.clock_id)
        .join(Subject, Subject.id == Clock.subject_id)
        .outerjoin(Within, lies_within)
        .where(*_WAITS, LateReason.id > sa.bindparam("after"), *_readers_teams(around))
        .order_by(LateReason.id)
        .limit(sa.bindparam("many"))
    )


@cache
def _unexplained() -> Any:
    # Each half goes by its own index: found first, as the limit would have both databases walk through all clocks.
    running = sa.select(*_CLOCK).where(Clock.stopped_at.is_(None), Clock.due_at <= sa.bindparam("now"))
    ended = sa.select(*_CLOCK).where(
        Clock.rule.in_(sa.bindparam("keys", expanding=True)),
        Clock.stopped_at >= sa.bindparam("since"),
        Clock.ended_as == LATE,
    )
    late = sa.union_all(running, ended).cte("late").prefix_with("MATERIALIZED")
    explained = sa.exists().where(LateReason.clock_id == late.c.clock_id, LateReason.sent_back_at.is_(None))
    around, lies_within = _around(late.c.subject_id)
    return (
        sa.select(Subject.kind, late)
        .join(Subject, Subject.id == late.c.subject_id)
        .outerjoin(Within, lies_within)
        .where(late.c.clock_id > sa.bindparam("after"), ~explained, *_readers_teams(around))
        .order_by(late.c.clock_id)
        .limit(sa.bindparam("many"))
    )


@cache
def _sent_back() -> Any:
    around, lies_within = _around(Clock.subject_id)
    later = sa.orm.aliased(LateReason)
    reader: Any = sa.bindparam("reader", expanding=True)
    return (
        sa.select(
            Subject.reference,
            LateReason.clock_id,
            Clock.rule,
            Clock.anchor_at,
            user_name_of(LateReason.sent_back_by_id).label("asked_by"),
            LateReason.sent_back_at,
        )
        .join(Clock, Clock.id == LateReason.clock_id)
        .join(Subject, Subject.id == Clock.subject_id)
        .outerjoin(Within, lies_within)
        .where(
            LateReason.given_by_id == sa.bindparam("user"),
            LateReason.sent_back_at.is_not(None),
            ~sa.exists().where(later.clock_id == LateReason.clock_id, later.id > LateReason.id),
            sa.or_(
                _touches(Reach, around, Reach.principal.in_(reader), Reach.until_at.is_(None)),
                _touches(Reach, Clock.subject_id, Reach.principal.in_(reader), Reach.until_at.is_(None)),
            ),
            ~_touches(Bar, around, Bar.principal.in_(reader)),
        )
        .order_by(LateReason.id)
        .limit(sa.bindparam("many"))
    )


def _clock_of(about: dict[int, About], row: Any) -> tuple[About, int, Rule, date | None, datetime, datetime | None]:
    rule = find_rule(row.rule, clock.to_london(row.anchor_at).date()) or rule_of_key(row.rule)
    return about[row.subject_id], row.clock_id, rule, row.due_on, row.due_at, row.stopped_at


def _late(about: dict[int, About], row: Any) -> LateClock:
    return LateClock(*_clock_of(about, row))


def _waits(actor: Actor, about: dict[int, About], row: Any) -> LateClock:
    return LateClock(
        *_clock_of(about, row),
        late_id=row.late_id,
        reason=LATE_REASONS.get(row.reason, row.reason),
        words=row.words,
        given_by=row.given_by or SOMEBODY,
        given_at=row.given_at,
        own=row.given_by_id == actor.user_id,
    )
