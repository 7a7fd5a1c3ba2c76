"""What is to be told now and was not told yet: one statement over the clocks that are due within the windows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.accounts.models import Team, TeamMembership, User
from caseapp.accounts.queries import in_force
from caseapp.deadlines.models import Clock
from caseapp.kernel import clock
from caseapp.kernel.db import UTCDateTime
from caseapp.kernel.subjects import Subject
from caseapp.notifications.catalogue import EVERYWHERE
from caseapp.notifications.domain import Window
from caseapp.notifications.models import Reminder
from caseapp.notifications.slots import PEOPLE

from .readers import can_be_told, may_see

# What a row of the outbox is filled with, in this order.
COLUMNS = ("kind", "rule", "point", "clock_id", "subject_id", "user_id", "role", "due_at", "due_on")


def to_tell(given: Sequence[Window], now: datetime) -> Any:
    """The statement of what these windows (at least one) tell and nobody was told yet, as `COLUMNS`; each once, to
    people who may see what it is about."""
    today = sa.literal(clock.to_london(now).date(), sa.Date())
    due = _due(given)
    told = sa.union_all(*_by_part(due, today), *_by_place(due, today)).cte("told")
    known = orm.aliased(Reminder)
    fresh = (
        sa.select(*told.c)
        .where(
            ~sa.exists().where(
                known.user_id == told.c.user_id,
                known.subject_id == told.c.subject_id,
                known.rule == told.c.rule,
                known.due_at == told.c.due_at,
                known.point == told.c.point,
            )
        )
        .cte("fresh")
        # Who may see it is asked last and of few: what was told before is known by an index.
        .prefix_with("MATERIALIZED")
    )
    user = orm.aliased(User)
    return (
        sa.select(*(fresh.c[name] for name in COLUMNS))
        .select_from(fresh)
        .join(user, user.id == fresh.c.user_id)
        .where(
            can_be_told(user),
            may_see(fresh.c.user_id, fresh.c.subject_id, fresh.c.role, today=today, now=now),
        )
    )


def _due(given: Sequence[Window]) -> Any:
    """The running clocks that are due within a window, once for each role that is told."""
    rows = [(each.rule, each.role, each.kind, each.point, each.after, each.until) for each in given]
    given_rows = sa.values(
        sa.column("rule", sa.String()),
        sa.column("role", sa.String()),
        sa.column("kind", sa.String()),
        sa.column("point", sa.Integer()),
        sa.column("after", UTCDateTime()),
        sa.column("until", UTCDateTime()),
    ).data(rows)
    window = given_rows.cte("window_")
    within = (Clock.due_at > min(each.after for each in given), Clock.due_at <= max(each.until for each in given))
    return (
        sa.select(
            window.c.kind,
            Clock.rule,
            window.c.point,
            Clock.id.label("clock_id"),
            Clock.subject_id.label("about_id"),
            window.c.role,
            Clock.due_at,
            Clock.due_on,
        )
        .select_from(Clock)
        .join(
            window,
            sa.and_(
                window.c.rule == Clock.rule,
                Clock.due_at > window.c["after"],
                Clock.due_at <= window.c.until,
            ),
        )
        .where(Clock.stopped_at.is_(None), *within)
        .cte("due")
    )


def _columns(due: Any, subject_id: Any, user_id: Any) -> tuple[Any, ...]:
    own = {"subject_id": subject_id.label("subject_id"), "user_id": user_id.label("user_id")}
    return tuple(own.get(name, due.c.get(name)) for name in COLUMNS)


def _by_part(due: Any, today: Any) -> list[Any]:
    """To those whose it is by their part in it, as the higher slices say."""
    found = []
    for number, whose in enumerate(part for fill in PEOPLE for part in fill(today)):
        # SQLite would go through everybody's work for each user: there the parts are worked out once, and looked up.
        part = whose.select.cte(f"whose_{number}").prefix_with("MATERIALIZED", dialect="sqlite")
        found.append(
            sa.select(*_columns(due, part.c.subject_id, part.c.user_id))
            .select_from(due)
            .join(part, sa.and_(part.c.about_id == due.c.about_id, due.c.role == whose.role))
        )
    return found


def _by_place(due: Any, today: Any) -> list[Any]:
    """To everybody who has a place in that kind of team."""
    found = []
    for role, (team_kind, place, kinds) in EVERYWHERE.items():
        about = orm.aliased(Subject)
        found.append(
            sa.select(*_columns(due, due.c.about_id, TeamMembership.user_id))
            .select_from(due)
            .join(about, sa.and_(about.id == due.c.about_id, about.kind.in_(kinds)))
            .join(Team, Team.kind == team_kind)
            .join(
                TeamMembership,
                sa.and_(TeamMembership.team_id == Team.id, TeamMembership.role == place, in_force(today)),
            )
            .where(due.c.role == role)
        )
    return found
