"""What is late about a team’s children: reasons that wait for a manager, and what nobody has said why."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.access.queries import not_barred
from caseapp.accounts.queries import user_name_of
from caseapp.cases.models import Case, Custody
from caseapp.deadlines.catalogue import LATE_REASONS
from caseapp.deadlines.domain import LATE, Rule
from caseapp.deadlines.models import Clock, LateReason
from caseapp.deadlines.queries import find_rule, rule_of_key
from caseapp.kernel import clock
from caseapp.kernel.db import fetch_new
from caseapp.kernel.web import day, when

from .lists import CaseRow, as_case_row, select_cases

# What was done late and never explained is asked for this long.
ASKED_FOR = timedelta(days=28)


@dataclass(frozen=True)
class LateClock:
    """A clock of a child that is late, or was ended late: the key of its list is `key`.

    `late_id` and what follows: the reason that waits for a manager; None and "" where none was given. `own`: the reader
    gave it, so that another manager authorises it.
    """

    key: int
    case: CaseRow
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


def list_late_waiting(actor: Actor, *, team_id: int | None = None, after: int = 0, limit: int = 50) -> list[LateClock]:
    """Reasons for lateness that wait for this manager's authorisation, in the teams that they manage (or in that one of
    them), the oldest first; without what a conflict of interest keeps from them.

    `after` pages by key: the `key` of the last row of the page before. One statement; none for somebody who manages no
    team.
    """
    teams = _managed(actor, team_id)
    if not teams:
        return []
    query = (
        select_cases()
        .add_columns(*_CLOCK, *_REASON)
        .join(Clock, Clock.subject_id == Case.id)
        .join(LateReason, LateReason.clock_id == Clock.id)
        .where(
            LateReason.authorised_at.is_(None),
            LateReason.id > after,
            Custody.team_id.in_(teams),
            not_barred(actor, Case.id),
        )
        .order_by(LateReason.id)
        .limit(limit)
    )
    return [_waiting(row, actor) for row in fetch_new(query)]


def list_late_unexplained(
    actor: Actor, *, team_id: int | None = None, after: int = 0, limit: int = 50
) -> list[LateClock]:
    """Clocks of children of the teams that this manager manages (or of that one of them) that are late now, or were
    ended late in the last four weeks, and of which nobody has said why; by the clock's number.

    Pages and reads as `list_late_waiting`.
    """
    teams = _managed(actor, team_id)
    if not teams:
        return []
    now = clock.now()
    running = sa.and_(Clock.stopped_at.is_(None), Clock.due_at <= now)
    ended = sa.and_(Clock.ended_as == LATE, Clock.stopped_at >= now - ASKED_FOR)
    query = (
        select_cases()
        .add_columns(*_CLOCK)
        .join(Clock, Clock.subject_id == Case.id)
        .where(
            sa.or_(running, ended),
            ~sa.exists().where(LateReason.clock_id == Clock.id),
            Clock.id > after,
            Custody.team_id.in_(teams),
            not_barred(actor, Case.id),
        )
        .order_by(Clock.id)
        .limit(limit)
    )
    return [LateClock(row.clock_id, as_case_row(row), *_clock_of(row)) for row in fetch_new(query)]


def count_late_waiting(team_id: int, reader: Actor | None = None) -> Any:
    """How many reasons wait for a manager of a team, as a piece of a larger query that is worked out once for all its
    rows; without what a conflict of interest keeps from a reader, where one is given."""
    holds = sa.orm.aliased(Custody)
    return (
        sa.select(sa.func.count())
        .select_from(LateReason)
        .join(Clock, Clock.id == LateReason.clock_id)
        .join(holds, sa.and_(holds.case_id == Clock.subject_id, holds.to_at.is_(None)))
        .where(
            LateReason.authorised_at.is_(None),
            holds.team_id == team_id,
            *([not_barred(reader, holds.case_id)] if reader else []),
        )
        .correlate(None)
        .scalar_subquery()
    )


_CLOCK: tuple[Any, ...] = (
    Clock.id.label("clock_id"),
    Clock.rule,
    Clock.anchor_at,
    Clock.due_on,
    Clock.due_at,
    Clock.stopped_at,
)
_REASON: tuple[Any, ...] = (
    LateReason.id.label("late_id"),
    LateReason.reason,
    LateReason.words,
    LateReason.given_at,
    LateReason.given_by_id,
    user_name_of(LateReason.given_by_id).label("given_by"),
)


def _managed(actor: Actor, team_id: int | None) -> list[int]:
    managed = sorted(place.team_id for place in actor.teams(role="manager"))
    return managed if team_id is None else [each for each in managed if each == team_id]


def _clock_of(row: Any) -> tuple[int, Rule, date | None, datetime, datetime | None]:
    rule = find_rule(row.rule, clock.to_london(row.anchor_at).date()) or rule_of_key(row.rule)
    return row.clock_id, rule, row.due_on, row.due_at, row.stopped_at


def _waiting(row: Any, actor: Actor) -> LateClock:
    return LateClock(
        row.late_id,
        as_case_row(row),
        *_clock_of(row),
        late_id=row.late_id,
        reason=LATE_REASONS.get(row.reason, row.reason),
        words=row.words,
        given_by=row.given_by or "Somebody",
        given_at=row.given_at,
        own=row.given_by_id == actor.user_id,
    )
