"""A council decides about rules and days: what a decision would move, and then the decision with what it moved.

Both go through the running clocks once. A decision is only ever added; what had ended by then stays as it was.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.deadlines.catalogue import RULES
from caseapp.deadlines.domain import (
    INSTANT_UNITS,
    Due,
    OutsideCalendar,
    Policy,
    PolicyChange,
    Rule,
    due_days,
    end_of_day,
)
from caseapp.deadlines.models import Clock, ClockMove, PolicyDecision
from caseapp.deadlines.queries.policy import current_policy
from caseapp.kernel import clock, text
from caseapp.kernel.db import BigId, UTCDateTime, db, fetch, is_postgresql, let_go, write_rows
from caseapp.kernel.errors import Conflict, Invalid
from caseapp.kernel.events import record
from caseapp.kernel.subjects import Subject


@dataclass(frozen=True, slots=True)
class Move:
    """A running clock that moves: of which subject and rule, from when to when (UTC; `now_due_on` for a day clock)."""

    clock_id: int
    subject_id: int
    reference: str
    rule: str
    was_due_at: datetime
    now_due_at: datetime
    now_due_on: date | None


@dataclass(frozen=True)
class Preview:
    """What a decision moves: the version it was worked out on, how many clocks were looked at, and those that move."""

    version: int
    looked_at: int
    moves: tuple[Move, ...]

    @property
    def by_rule(self) -> dict[str, int]:
        """How many move of each rule, most first."""
        return dict(Counter(move.rule for move in self.moves).most_common())

    @property
    def later(self) -> int:
        """How many are due later than before."""
        return sum(move.now_due_at > move.was_due_at for move in self.moves)


def preview_change(*changes: PolicyChange, only_looks: bool = False) -> Preview:
    """Which running clocks a decision, or some made together, would move. Writes nothing. Raises Invalid for one that
    cannot be made.

    `only_looks`: nothing has been written in this transaction, which is given up before the counting, so that nobody
    who writes waits for it.
    """
    policy = current_policy()
    steps = _steps(policy, changes)
    keys = set[str]().union(*(_keys_touched(after, change) for change, after in steps))
    rows = _running(keys)
    if only_looks:
        let_go()
    return _preview(policy.version, steps[-1][1], rows)


def apply_change(actor: Actor, change: PolicyChange, *, version: int) -> Preview:
    """Make a decision and move the running clocks that it moves, in the running transaction.

    `version`: the policy's that the preview was worked out on. Raises Conflict if somebody has decided since, Invalid
    for a decision that cannot be made.
    """
    return apply_changes(actor, [change], version=version)[0]


def apply_changes(actor: Actor, changes: Sequence[PolicyChange], *, version: int) -> tuple[Preview, ...]:
    """As `apply_change` for some that are made together, one after the other: each day that our offices are shut is a
    decision of its own. Gives what each moved, with its number as the version."""
    _one_at_a_time()
    policy = current_policy()
    if policy.version != version:
        raise Conflict("Somebody has decided about deadlines since you looked. Look at what moves once more.")
    return tuple(_decide(actor, after, change) for change, after in _steps(policy, changes))


def _decide(actor: Actor, after: Policy, change: PolicyChange) -> Preview:
    seen = _preview(after.version, after, _running(_keys_touched(after, change)))
    decision = PolicyDecision(
        **{name: getattr(change, name) for name in _DECIDED},
        moved=len(seen.moves),
        made_at=clock.now(),
        made_by_id=actor.user_id,
    )
    db.session.add(decision)
    db.session.flush()
    _move(decision.id, seen.moves)
    record(actor, "policy.decided", subjects=[], version=decision.id, moved=len(seen.moves))
    return replace(seen, version=decision.id)


def _cleaned(change: PolicyChange) -> PolicyChange:
    words, source = (text.clean(said)[0].strip() for said in (change.words, change.source))
    return replace(change, words=words, source=source)


_DECIDED = ("kind", "day", "words", "rule", "length", "calendar", "in_force_from", "source")
_TABLE: Any = Clock.__table__
_MOVED: Any = ClockMove.__table__
_OF_DECISION = _MOVED.c.decision_id == sa.bindparam("b_decision")
_TO_DAY = (
    sa.update(_TABLE)
    .where(
        _TABLE.c.id.in_(sa.select(_MOVED.c.clock_id).where(_OF_DECISION, _MOVED.c.now_due_at == sa.bindparam("b_at")))
    )
    .values(due_on=sa.bindparam("b_on"), due_at=sa.bindparam("b_at"))
)
_TO_INSTANT = (
    sa.update(_TABLE)
    .where(_TABLE.c.due_on.is_(None), _TABLE.c.id.in_(sa.select(_MOVED.c.clock_id).where(_OF_DECISION)))
    .values(
        due_at=sa.select(_MOVED.c.now_due_at).where(_OF_DECISION, _MOVED.c.clock_id == _TABLE.c.id).scalar_subquery()
    )
)
_NOTE = sa.insert(_MOVED)
_NOTE_DAY = sa.insert(_MOVED).from_select(
    ["decision_id", "clock_id", "was_due_at", "now_due_at"],
    sa.select(
        sa.bindparam("b_decision", type_=BigId),
        _TABLE.c.id,
        _TABLE.c.due_at,
        sa.bindparam("b_at", type_=UTCDateTime()),
    ).where(_TABLE.c.id.in_(sa.bindparam("b_ids", expanding=True))),
)
# Neither database takes more numbers in one statement than twice this.
AT_ONCE = 15_000
_RUNNING = (
    sa.select(
        Clock.id,
        Clock.subject_id,
        Subject.reference,
        Clock.rule,
        Clock.anchor_at,
        Clock.due_on,
        Clock.due_at,
        Clock.planned_on,
    )
    .join(Subject, Subject.id == Clock.subject_id)
    .where(Clock.stopped_at.is_(None), Clock.rule.in_(sa.bindparam("keys", expanding=True)))
    .order_by(Clock.due_at, Clock.id)
)


def _as_noted(decision_id: int, move: Move) -> Mapping[str, Any]:
    moved = {"was_due_at": move.was_due_at, "now_due_at": move.now_due_at}
    return {"decision_id": decision_id, "clock_id": move.clock_id, **moved}


def _move(decision_id: int, moves: Sequence[Move]) -> None:
    """Note what moves and move it. Thousands of clocks share some hundred days, so that each day is two statements;
    row by row it took three times as long."""
    days: dict[tuple[date, datetime], list[int]] = defaultdict(list)
    for move in moves:
        if move.now_due_on is not None:
            days[move.now_due_on, move.now_due_at].append(move.clock_id)
    connection = db.session.connection()
    for (on, at), ids in sorted(days.items()):
        given = {"b_decision": decision_id, "b_at": at}
        for start in range(0, len(ids), AT_ONCE):
            connection.execute(_NOTE_DAY, {**given, "b_ids": ids[start : start + AT_ONCE]})
        connection.execute(_TO_DAY, {**given, "b_on": on})
    instants = [move for move in moves if move.now_due_on is None]
    write_rows(_NOTE, [_as_noted(decision_id, move) for move in instants])
    if instants:
        connection.execute(_TO_INSTANT, {"b_decision": decision_id})


def _one_at_a_time() -> None:
    """Two decisions at once would each miss what the other moves. On SQLite writers queue anyway."""
    if is_postgresql():
        db.session.execute(sa.text("LOCK TABLE policy_decision IN EXCLUSIVE MODE"))


def _steps(policy: Policy, changes: Sequence[PolicyChange]) -> list[tuple[PolicyChange, Policy]]:
    """Each change with the policy after it. Raises Invalid before anything is written, if one cannot be made."""
    steps: list[tuple[PolicyChange, Policy]] = []
    for change in map(_cleaned, changes):
        problems = policy.problems(change)
        if problems:
            raise Invalid(problems)
        policy = policy.with_change(change)
        steps.append((change, policy))
    return steps


def _running(keys: set[str]) -> Sequence[Any]:
    return fetch(_RUNNING, {"keys": sorted(keys)})


def _preview(version: int, after: Policy, rows: Sequence[Any]) -> Preview:
    return Preview(version, len(rows), tuple(_moves(after, rows)))


def _keys_touched(policy: Policy, change: PolicyChange) -> set[str]:
    """The rules whose clocks a decision can move: the one it names, or those by whose calendar the day counts."""
    if change.kind == "rule":
        return {change.rule}
    clocks = [rule for rule in RULES if rule.runs == "clock"]
    if change.kind == "closure":
        # Those the catalogue counts by our own offices' days, and those that a decision has moved to them.
        moved = {made.rule for made in policy.changes if made.calendar == "local"}
        return {rule.key for rule in clocks if rule.calendar == "local" or rule.key in moved}
    # A council may have moved a rule to another calendar, so that nothing but the unit tells.
    return {rule.key for rule in clocks if rule.unit in ("working_days", "mornings", "hours")}


def _moves(policy: Policy, rows: Any) -> Iterator[Move]:
    days = _Days(policy)
    for row in rows:
        rule = policy.find_rule(row.rule, clock.to_london(row.anchor_at).date())
        if rule is None:
            continue
        try:
            due_on, due_at = days.of(rule, row.anchor_at, row.planned_on)
        except OutsideCalendar:
            continue
        if due_at != row.due_at:
            yield Move(row.id, row.subject_id, row.reference, row.rule, row.due_at, due_at, due_on)


class _Days:
    """Due days by rule and starting day, each worked out once: thousands of clocks share a few hundred of them."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._known: dict[tuple[str, date], date] = {}
        self._ends: dict[date, datetime] = {}

    def of(self, rule: Rule, anchor: datetime, planned_on: date | None) -> tuple[date | None, datetime]:
        """The due day (None for what ends at an instant) and the due instant."""
        if rule.unit in INSTANT_UNITS:
            due: Due = self._policy.compute(rule, anchor)
            return None, due.due_at
        anchor_on = clock.to_london(anchor).date()
        due_on = self._known.get((rule.key, anchor_on))
        if due_on is None:
            due_on = due_days(rule, anchor_on, self._policy.calendar_of(rule))[1]
            self._known[rule.key, anchor_on] = due_on
        if planned_on is not None:
            due_on = min(due_on, planned_on)
        if due_on not in self._ends:
            self._ends[due_on] = end_of_day(due_on).astimezone(UTC)
        return due_on, self._ends[due_on]
