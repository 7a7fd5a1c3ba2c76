"""The clocks of subjects, with what is left and why they are due then."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from caseapp.deadlines.domain import Due, Policy, Rule, TimeLeft, pace, time_left
from caseapp.deadlines.models import Clock
from caseapp.kernel import clock
from caseapp.kernel.db import fetch

from .policy import VERSION, known_policy, policy_of


@dataclass(frozen=True)
class ClockView:
    """A clock as pages show it. What costs a computation is computed when it is asked for."""

    id: int
    subject_id: int
    rule: Rule
    anchor_at: datetime
    due_on: date | None
    due_at: datetime
    stopped_at: datetime | None
    ended_as: str | None
    planned_on: date | None = None

    @cached_property
    def due(self) -> Due:
        """The due date with its reasons; of one that has ended, as the policy stood then."""
        policy = known_policy()
        if self.stopped_at is not None:
            policy = policy.as_of(self.stopped_at)
        return policy.compute(self.rule, self.anchor_at, self.planned_on)

    @cached_property
    def time_left(self) -> TimeLeft:
        """What is left now: words, until when, and late | soon | calm."""
        return time_left(self.due_at, clock.now(), self.rule.unit, known_policy().calendar_of(self.rule))

    @property
    def state(self) -> str:
        """late | soon | calm: the bar beside the row."""
        return self.time_left.state

    @property
    def pace(self) -> str:
        """How far along: "day 37 of 45"."""
        return pace(self.due, clock.now())

    @property
    def due_today(self) -> bool:
        """Whether its last day, or hour, is today."""
        return self.due_on == clock.today() if self.due_on else clock.to_london(self.due_at).date() == clock.today()


_ALL: Any = (
    sa.select(
        Clock.id,
        Clock.subject_id,
        Clock.rule,
        Clock.anchor_at,
        Clock.due_on,
        Clock.due_at,
        Clock.stopped_at,
        Clock.ended_as,
        Clock.planned_on,
        # With the clocks comes the version of the policy they are told by, so that it costs no statement of its own.
        VERSION,
    )
    .where(Clock.subject_id.in_(sa.bindparam("subject_ids", expanding=True)))
    .order_by(Clock.due_at, Clock.id)
)
_RUNNING = _ALL.where(Clock.stopped_at.is_(None))


def clocks_of(subject_ids: Collection[int], *, running_only: bool = True) -> dict[int, list[ClockView]]:
    """The clocks of each subject, soonest due first; a subject without any has no key. One statement."""
    if not subject_ids:
        return {}
    query = _RUNNING if running_only else _ALL
    found: dict[int, list[ClockView]] = defaultdict(list)
    rows = fetch(query, {"subject_ids": list(subject_ids)})
    policy = policy_of(rows[0].policy) if rows else known_policy()
    for row in rows:
        stood = policy.as_of(row.stopped_at) if row.stopped_at else policy
        rule = _rule_of(stood, row.rule, row.anchor_at)
        found[row.subject_id].append(ClockView(row.id, row.subject_id, rule, *row[3:-1]))
    return dict(found)


def _rule_of(policy: Policy, key: str, anchor_at: datetime) -> Rule:
    # A clock keeps its rule's key for good; its row may since have been given other dates.
    return policy.find_rule(key, clock.to_london(anchor_at).date()) or policy.rows(key)[0]
