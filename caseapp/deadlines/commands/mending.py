"""The long way: the events of a subject replayed, and its clocks put right by what comes of it. Clocks are derived, so
this can be done at any time; for those that are right it writes nothing."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa

from caseapp.deadlines.catalogue import RULES, list_codes_of
from caseapp.deadlines.domain import UNDONE, Happened, Run, replay
from caseapp.deadlines.models import Clock
from caseapp.deadlines.queries.logs import logs_of
from caseapp.deadlines.queries.policy import VERSION, policy_of
from caseapp.kernel import clock
from caseapp.kernel.db import db, fetch
from caseapp.kernel.subjects import Subject

# How many subjects are read and written at once when everything is rebuilt.
CHUNK = 1000


@cache
def kind_of(key: str) -> str:
    """What kind of subject a rule is about."""
    return next(rule.subject_kind for rule in RULES if rule.key == key)


def as_row(subject_id: int, run: Run) -> dict[str, Any]:
    """A clock that begins, as a row of the table."""
    return {
        "rule": run.rule,
        "subject_id": subject_id,
        "anchor_at": run.anchor_at,
        "due_on": run.due_on,
        "due_at": run.due_at,
        "planned_on": run.planned_on,
        "started_by_id": run.started_by,
    }


@dataclass(frozen=True)
class Difference:
    """A clock that was not what its events say: of which subject and rule, and what is wrong in words."""

    subject: str
    rule: str
    words: str


@dataclass(frozen=True)
class Rebuilt:
    """How many clocks were compared, and those that differed."""

    compared: int
    differences: tuple[Difference, ...]


def mend(ids: Sequence[int], keys: Sequence[str], event: Happened | None = None) -> Rebuilt:
    """Replay the events of these subjects for these rules and write what differs: at most four statements.

    `event`: the one that gave occasion; a clock that turns out never to have run ends with it.
    """
    rows = fetch(_CLOCKS, {"subject_ids": list(ids), "keys": sorted(keys)})
    if not rows:
        return Rebuilt(0, ())
    policy = policy_of(rows[0].policy)
    logs = logs_of(ids, list_codes_of(tuple(sorted(keys))))
    kept: dict[tuple[int, str], list[Any]] = defaultdict(list)
    subjects = {row.subject_id: row for row in rows}
    for row in rows:
        if row.id is not None:
            kept[row.subject_id, row.rule].append(row)
    writing = _Writing(event)
    for subject_id, subject in subjects.items():
        runs = replay(policy, [key for key in keys if kind_of(key) == subject.kind], logs[subject_id])
        for key, found in runs.items():
            writing.compare(subject, kept[subject_id, key], found)
    writing.write()
    return Rebuilt(sum(row.id is not None and row.ended_as != UNDONE for row in rows), tuple(writing.differences))


def rebuild() -> Iterator[Rebuilt]:
    """Replay everything, some subjects at a time. Gives what was compared and put right after each part, which the
    caller commits."""
    keys = tuple(dict.fromkeys(rule.key for rule in RULES if rule.runs == "clock"))
    kinds = {rule.subject_kind for rule in RULES}
    last = 0
    while ids := list(db.session.scalars(_PART, {"after": last, "kinds": sorted(kinds), "many": CHUNK})):
        yield mend(ids, keys)
        last = ids[-1]


class _Writing:
    """What has to be written so that the clocks are what the events say."""

    def __init__(self, event: Happened | None) -> None:
        self._event = event
        self._changed: list[dict[str, Any]] = []
        self._begun: list[dict[str, Any]] = []
        self.differences: list[Difference] = []

    def compare(self, subject: Any, rows: list[Any], runs: list[Run]) -> None:
        """The clocks of one subject by one rule, beside those that should be."""
        by_event = {row.started_by_id: row for row in rows}
        matched = [(run, by_event.pop(run.started_by, None)) for run in runs]
        spare = [row for row in by_event.values() if row.ended_as != UNDONE]
        for run, row in matched:
            # One that began with another event than was thought is the same clock, put right.
            there = row or (spare.pop(0) if spare else None)
            if there is None:
                self._begun.append({**_ENDED, **as_row(subject.subject_id, run), **_end_of(run)})
                self._note(subject, run.rule, f"there was no clock from {run.anchor_at:%Y-%m-%d %H:%M}")
            elif wrong := _differs(there, run):
                self._changed.append({"clock_id": there.id, **as_row(subject.subject_id, run), **_end_of(run)})
                self._note(subject, run.rule, f"it was wrong in {', '.join(wrong)}")
        for row in spare:
            self._undo(subject, row)

    def _undo(self, subject: Any, row: Any) -> None:
        kept = {name: getattr(row, name) for name in (*_ROW, "rule", "subject_id")}
        end: dict[str, Any] = {"stopped_at": clock.now(), "stopped_by_id": None, "ended_as": UNDONE}
        if self._event is not None:
            end |= {"stopped_at": self._event.at, "stopped_by_id": self._event.id}
        self._changed.append({"clock_id": row.id, **kept, **end})
        self._note(subject, row.rule, "nothing has started it")

    def _note(self, subject: Any, rule: str, words: str) -> None:
        self.differences.append(Difference(subject.reference, rule, words))

    def write(self) -> None:
        """Those that end before those that begin, or run again: of a rule, one clock runs for a subject."""
        connection = db.session.connection()
        if self._changed:
            connection.execute(_CHANGE, sorted(self._changed, key=lambda row: row["stopped_at"] is None))
        if self._begun:
            connection.execute(sa.insert(_TABLE), self._begun)


_ROW = ("anchor_at", "due_on", "due_at", "planned_on", "started_by_id")
_ENDED: dict[str, Any] = {"stopped_at": None, "stopped_by_id": None, "ended_as": None}


def _end_of(run: Run) -> dict[str, Any]:
    return {"stopped_at": run.stopped_at, "stopped_by_id": run.stopped_by, "ended_as": run.ended_as}


def _differs(row: Any, run: Run) -> list[str]:
    """The columns in which a stored clock is not what the events say."""
    should = {**as_row(0, run), **_end_of(run)}
    return [name for name in (*_ROW, *_ENDED) if getattr(row, name) != should[name]]


_TABLE: Any = Clock.__table__
_CHANGE = sa.update(_TABLE).where(_TABLE.c.id == sa.bindparam("clock_id"))
_CLOCKS = (
    sa.select(
        Subject.id.label("subject_id"),
        Subject.kind,
        Subject.reference,
        _TABLE.c.id,
        _TABLE.c.rule,
        *(_TABLE.c[name] for name in (*_ROW, *_ENDED)),
        VERSION,
    )
    .outerjoin(
        _TABLE,
        sa.and_(_TABLE.c.subject_id == Subject.id, _TABLE.c.rule.in_(sa.bindparam("keys", expanding=True))),
    )
    .where(Subject.id.in_(sa.bindparam("subject_ids", expanding=True)))
    .order_by(Subject.id, _TABLE.c.id)
)
_PART = (
    sa.select(Subject.id)
    .where(Subject.id > sa.bindparam("after"), Subject.kind.in_(sa.bindparam("kinds", expanding=True)))
    .order_by(Subject.id)
    .limit(sa.bindparam("many"))
)
