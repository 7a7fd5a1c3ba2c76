"""What a decision moves, and what those that were made have moved: by rule, by team, and one by one."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa

from caseapp.deadlines.catalogue import PUBLISHED
from caseapp.deadlines.domain import INSTANT_UNITS, ROLES, PolicyChange, Rule, last_day
from caseapp.deadlines.models import Clock, ClockMove, PolicyDecision
from caseapp.deadlines.slots import HOLDERS
from caseapp.kernel.db import BigId, fetch
from caseapp.kernel.subjects import Subject
from caseapp.kernel.web import day, moment

from .policy import current_policy

# How many are shown one by one; the others are counted.
SHOWN = 50


class Moved(Protocol):
    """A clock that a decision moves."""

    @property
    def subject_id(self) -> int:
        """Of which subject."""
        ...

    @property
    def reference(self) -> str:
        """Its reference."""
        ...

    @property
    def rule(self) -> str:
        """By which rule."""
        ...

    @property
    def was_due_at(self) -> datetime:
        """When it was due."""
        ...

    @property
    def now_due_at(self) -> datetime:
        """When it is due."""
        ...


@dataclass(frozen=True)
class MoveView:
    """One of them in words: the reference, whose it is, from when to when."""

    reference: str
    rule: Rule
    team: str
    was: str
    now: str


@dataclass(frozen=True)
class Affected:
    """Whom a decision concerns: how many clocks move, later or earlier, by rule and by team, and the first of them."""

    total: int
    later: int
    by_rule: tuple[tuple[Rule, int], ...]
    by_team: tuple[tuple[str, int], ...]
    shown: tuple[MoveView, ...]

    @property
    def earlier(self) -> int:
        """How many are due earlier than before."""
        return self.total - self.later


def get_affected(moves: Sequence[Moved]) -> Affected:
    """Whom these moves concern. One statement, and none where nothing moves."""
    holders = _holders() if moves else {}
    teams = Counter(_team_of(move, holders) for move in moves)
    return Affected(
        len(moves),
        sum(move.now_due_at > move.was_due_at for move in moves),
        tuple((_rule(key), number) for key, number in Counter(move.rule for move in moves).most_common()),
        tuple(teams.most_common()),
        tuple(_told(moves[:SHOWN], holders)),
    )


def list_moves(decision: int, *, after: int = 0) -> tuple[list[MoveView], int | None]:
    """What a decision moved, some at a time, and after which number the next begin. Two statements."""
    rows = fetch(_MOVES, {"decision": decision, "after": after, "limit": SHOWN + 1})
    more = rows[SHOWN - 1].clock_id if len(rows) > SHOWN else None
    return list(_told(rows[:SHOWN], _holders() if rows else {})), more


def count_moves_by_rule(decision: int) -> list[tuple[Rule, int]]:
    """How many clocks of each rule a decision moved, most first. One statement."""
    return [(_rule(row.rule), row.number) for row in fetch(_BY_RULE, {"decision": decision})]


def find_same(made_by_id: int, since: int, same: Callable[[Any], bool]) -> int | None:
    """The number of the last decision made after `since` by that person that is the `same`: the button was pressed
    twice. One statement."""
    rows = fetch(_SINCE, {"since": since, "made_by": made_by_id})
    return next((row.id for row in rows if same(row)), None)


def undoing(number: int) -> PolicyChange | None:
    """The decision that takes that one back, to be looked at and made like any other. One statement."""
    return current_policy().undoing(number)


def _holders() -> dict[int, str]:
    found: dict[int, str] = {}
    for fill in HOLDERS:
        found |= fill()
    return found


def _rule(key: str) -> Rule:
    return PUBLISHED.rows(key)[0]


def _team_of(move: Moved, holders: dict[int, str]) -> str:
    """The team that holds the case; of what nobody holds, whoever owns the rule."""
    owner = ROLES[_rule(move.rule).owner_role]
    return holders.get(move.subject_id) or owner[0].upper() + owner[1:]


def _told(moves: Iterable[Moved], holders: dict[int, str]) -> Iterable[MoveView]:
    for move in moves:
        rule = _rule(move.rule)
        was, now = (_moment(rule, at) for at in (move.was_due_at, move.now_due_at))
        yield MoveView(move.reference, rule, _team_of(move, holders), was, now)


def _moment(rule: Rule, due_at: datetime) -> str:
    return moment(due_at) if rule.unit in INSTANT_UNITS else day(last_day(due_at))


_MOVES: Any = (
    sa.select(
        ClockMove.clock_id, Clock.subject_id, Subject.reference, Clock.rule, ClockMove.was_due_at, ClockMove.now_due_at
    )
    .join(Clock, Clock.id == ClockMove.clock_id)
    .join(Subject, Subject.id == Clock.subject_id)
    .where(
        ClockMove.decision_id == sa.bindparam("decision", type_=BigId),
        ClockMove.clock_id > sa.bindparam("after", type_=BigId),
    )
    .order_by(ClockMove.clock_id)
    .limit(sa.bindparam("limit"))
)
_BY_RULE: Any = (
    sa.select(Clock.rule, sa.func.count().label("number"))
    .join(ClockMove, ClockMove.clock_id == Clock.id)
    .where(ClockMove.decision_id == sa.bindparam("decision", type_=BigId))
    .group_by(Clock.rule)
    .order_by(sa.func.count().desc(), Clock.rule)
)
_SINCE: Any = (
    sa.select(PolicyDecision)
    .with_only_columns(*PolicyDecision.__table__.columns)
    .where(
        PolicyDecision.id > sa.bindparam("since", type_=BigId),
        PolicyDecision.made_by_id == sa.bindparam("made_by", type_=BigId),
    )
    .order_by(PolicyDecision.id.desc())
)
