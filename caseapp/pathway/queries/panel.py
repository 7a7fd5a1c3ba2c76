"""The weekly panel of a locality: who sits on it, and every handover that it looks at."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from caseapp.access.domain import FAMILY_HELP, L2, LOCALITY, Actor
from caseapp.access.queries import visible_ids
from caseapp.accounts.models import Absence, Professional, Team, TeamMembership, User
from caseapp.accounts.queries import in_force
from caseapp.accounts.queries.actors import runs_on
from caseapp.deadlines.models import Clock
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.pathway.domain import AGREED, PROPOSED, RETURNED, SENT_BACK, in_whose_place
from caseapp.pathway.models import Handover

from .handovers import CLOCKS, HandoverRow, handovers_where

# The panel looks back as far as its last meeting, with a day to spare.
A_WEEK = timedelta(days=8)
_ON_THE_PANEL = (LOCALITY, FAMILY_HELP)


def panel_teams(team_ids: Collection[int]) -> list[int]:
    """The teams whose managers sit on the panels of these teams' localities, themselves among them. One statement."""
    places = sa.select(Team.locality).where(Team.id.in_(team_ids), Team.locality.is_not(None))
    return list(
        db.session.scalars(
            sa.select(Team.id).where(Team.kind.in_(_ON_THE_PANEL), Team.locality.in_(places)).order_by(Team.id)
        )
    )


def list_same_kind(team_id: int) -> list[int]:
    """The other teams of a team's kind that may hold cases. One statement."""
    kind = sa.select(Team.kind).where(Team.id == team_id).scalar_subquery()
    return list(
        db.session.scalars(
            sa.select(Team.id).where(Team.kind == kind, Team.id != team_id, Team.may_hold_cases).order_by(Team.id)
        )
    )


def managers_of(team_id: int) -> list[tuple[str, bool]]:
    """The managers of a team who can sign in today, by name, and whether each is away. One statement."""
    today = clock.today()
    away = sa.exists().where(Absence.professional_id == Professional.id, *runs_on(Absence, today))
    rows = db.session.execute(
        sa.select(Professional.name, away.label("away"))
        .select_from(TeamMembership)
        .join(User, User.id == TeamMembership.user_id)
        .join(Professional, Professional.id == User.professional_id)
        .where(
            TeamMembership.team_id == team_id,
            TeamMembership.role == "manager",
            in_force(today),
            User.disabled_at.is_(None),
        )
        .order_by(Professional.name)
    )
    return [(row.name, bool(row.away)) for row in rows]


def in_whose_place_of(actor: Actor, row: HandoverRow) -> tuple[str | None, str]:
    """In whose place the actor would answer a handover, and why they may not (`domain.in_whose_place`). No statement
    for the receiving team's own manager, otherwise one."""
    if any(m.team_id == row.to_team_id and m.role == "manager" for m in actor.memberships):
        return None, ""
    managers = managers_of(row.to_team_id)
    return in_whose_place(
        manages=False,
        head=bool(actor.teams(role="head")),
        late=row.due is not None and row.due.state == "late",
        managers=[name for name, _ in managers],
        away=[name for name, away in managers if away],
    )


def is_late(handover_id: int, now: datetime) -> bool:
    """Whether the time to answer a handover is over. One statement."""
    due = sa.select(Clock.id).where(
        Clock.subject_id == handover_id, Clock.rule.in_(CLOCKS), Clock.stopped_at.is_(None), Clock.due_at <= now
    )
    return db.session.scalar(due.limit(1)) is not None


def list_localities() -> list[str]:
    """The localities that have a panel, by name. One statement."""
    rows = db.session.scalars(
        sa.select(Team.locality)
        .where(Team.kind.in_(_ON_THE_PANEL), Team.locality.is_not(None))
        .distinct()
        .order_by(Team.locality)
    )
    return [row for row in rows if row]


def own_locality(actor: Actor) -> str | None:
    """The locality of the actor's first team that has one. One statement."""
    ids = [membership.team_id for membership in actor.memberships]
    return db.session.scalar(
        sa.select(Team.locality).where(Team.id.in_(ids), Team.locality.is_not(None)).order_by(Team.id).limit(1)
    )


@dataclass(frozen=True)
class Panel:
    """What a locality's panel has before it: late first, then what waits for an answer, for agreement; what came back
    and nobody has proposed anew; what was decided since the last panel."""

    locality: str
    late: tuple[HandoverRow, ...]
    to_answer: tuple[HandoverRow, ...]
    to_agree: tuple[HandoverRow, ...]
    came_back: tuple[HandoverRow, ...]
    decided: tuple[HandoverRow, ...]

    @property
    def rows(self) -> tuple[HandoverRow, ...]:
        """All of them, in the page's order."""
        return (*self.late, *self.to_answer, *self.to_agree, *self.came_back, *self.decided)


def get_panel(actor: Actor, locality: str) -> Panel:
    """The handovers from or to a locality's teams that the actor may see. Three statements."""
    here = sa.select(Team.id).where(Team.locality == locality, Team.kind.in_(_ON_THE_PANEL))
    later = sa.alias(Handover.__table__)
    followed = sa.exists().where(later.c.family_id == Handover.family_id, later.c.id > Handover.id)
    came_back = sa.and_(Handover.state.in_((RETURNED, SENT_BACK)), ~followed)
    rows = handovers_where(
        Handover.id.in_(visible_ids(actor, "handover", L2)),
        sa.or_(Handover.from_team_id.in_(here), Handover.to_team_id.in_(here)),
        sa.or_(Handover.state == PROPOSED, came_back, Handover.answered_at >= clock.now() - A_WEEK),
    )
    late = [row for row in rows if row.phase == AGREED and row.due and row.due.state == "late"]
    open_back = {row.id for row in rows if row.phase in (RETURNED, SENT_BACK) and not row.followed}
    return Panel(
        locality,
        tuple(sorted(late, key=_due)),
        tuple(sorted((row for row in rows if row.phase == AGREED and row not in late), key=_due)),
        tuple(row for row in rows if row.phase == PROPOSED),
        tuple(row for row in rows if row.id in open_back),
        tuple(row for row in reversed(rows) if row.answered_at and row.id not in open_back),
    )


def _due(row: HandoverRow) -> datetime:
    return row.due.due_at if row.due else row.proposed_at
