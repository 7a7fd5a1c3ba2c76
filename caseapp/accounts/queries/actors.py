"""Who is signed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.access.domain import Actor, Covering, Membership
from caseapp.accounts.domain import IDLE, Registration, SessionState, session_state, token_digest
from caseapp.accounts.models import Agency, Cover, Professional, Team, TeamMembership, User, UserSession
from caseapp.kernel import clock
from caseapp.kernel.db import db, fetch
from caseapp.kernel.subjects import Subject


@dataclass(frozen=True)
class Found:
    """A session row with its user: the actor while it is whole or at a stage (`state`), and whose it was when over."""

    session_id: int
    user_id: int
    state: SessionState
    last_seen_at: datetime
    actor: Actor | None


AWAY, AWAY_USER = orm.aliased(Professional), orm.aliased(User)
# What an Actor is made from: one row for each membership and each person they cover for today.
ACTOR_COLUMNS: tuple[Any, ...] = (
    User.id.label("user_id"),
    User.email,
    Subject.reference,
    Professional.id.label("professional_id"),
    Professional.name,
    Professional.qualified,
    Professional.registration_number,
    Professional.registration_checked_on,
    Professional.registration_expires_on,
    Agency.id.label("agency_id"),
    Agency.name.label("agency_name"),
    Agency.kind.label("agency_kind"),
    TeamMembership.role,
    Team.id.label("team_id"),
    Team.key,
    Team.name.label("team_name"),
    Team.kind,
    Cover.away_id,
    Cover.until_on.label("covered_until"),
    AWAY.name.label("away_name"),
    AWAY.team_id.label("away_team_id"),
    AWAY_USER.id.label("away_user_id"),
)


def find_session(token: str, *, idle: timedelta = IDLE) -> Found | None:
    """The sign-in behind a cookie's token, its user and the memberships in force today, in one statement.

    None if there is no such row.
    """
    rows = fetch(_session_statement(), {"token": token_digest(token), "today": clock.today()})
    if not rows:
        return None
    first = rows[0]
    state = session_state(
        clock.now(),
        created_at=first.created_at,
        last_seen_at=first.last_seen_at,
        ended_at=first.ended_at,
        ended_why=first.ended_why,
        disabled_at=first.disabled_at,
        awaiting=first.awaiting,
        locked_at=first.locked_at,
        second_factor_at=first.second_factor_at,
        idle=idle,
    )
    holds = state.live or bool(state.stage)
    return Found(first.session_id, first.user_id, state, first.last_seen_at, actor_from(rows) if holds else None)


@cache
def _session_statement() -> Any:
    """Built once: it runs before every page."""
    today: Any = sa.bindparam("today", type_=sa.Date())
    return (
        sa.select(
            UserSession.id.label("session_id"),
            UserSession.created_at,
            UserSession.last_seen_at,
            UserSession.ended_at,
            UserSession.ended_why,
            UserSession.awaiting,
            UserSession.locked_at,
            UserSession.second_factor_at,
            User.disabled_at,
            *ACTOR_COLUMNS,
        )
        .join(User, User.id == UserSession.user_id)
        .join(Subject, Subject.id == User.id)
        .join(Professional, Professional.id == User.professional_id)
        .join(Agency, Agency.id == Professional.agency_id)
        .outerjoin(
            TeamMembership,
            sa.and_(TeamMembership.user_id == User.id, in_force(today)),
        )
        .outerjoin(Team, Team.id == TeamMembership.team_id)
        .outerjoin(Cover, sa.and_(Cover.covering_id == Professional.id, *runs_on(Cover, today)))
        .outerjoin(AWAY, AWAY.id == Cover.away_id)
        .outerjoin(AWAY_USER, AWAY_USER.professional_id == Cover.away_id)
        .where(UserSession.token_hash == sa.bindparam("token"))
        .order_by(TeamMembership.id, Cover.id)
    )


def in_force(on: Any = None) -> sa.ColumnElement[bool]:
    """The condition that a place in a team holds on a day (None: today)."""
    today = clock.today() if on is None else on
    return sa.and_(
        TeamMembership.from_on <= today, sa.or_(TeamMembership.until_on.is_(None), TeamMembership.until_on >= today)
    )


def runs_on(period: Any, on: Any) -> tuple[sa.ColumnElement[bool], ...]:
    """The conditions under which an Absence or a Cover (or an alias of one) holds on a day."""
    return (
        period.ended_at.is_(None),
        period.from_on <= on,
        sa.or_(period.until_on.is_(None), period.until_on >= on),
    )


def actor_from(rows: Sequence[Any]) -> Actor:
    """The actor whom rows of `ACTOR_COLUMNS` are about."""
    first = rows[0]
    places = {(r.team_id, r.role): Membership(r.team_id, r.key, r.team_name, r.kind, r.role) for r in rows if r.team_id}
    teams = {team_id for team_id, _ in places}
    # Cover is for a colleague: it ends when either of them leaves the team.
    covers = {
        r.away_id: Covering(r.away_user_id, r.away_id, r.away_name, r.covered_until)
        for r in rows
        if r.away_user_id and r.away_team_id in teams
    }
    registration = Registration(
        first.qualified, first.registration_number, first.registration_checked_on, first.registration_expires_on
    )
    problem = registration.problem(clock.today())
    return Actor(
        first.user_id,
        first.name,
        first.email,
        first.agency_id,
        first.agency_name,
        first.professional_id,
        not problem,
        tuple(places.values()),
        first.reference,
        tuple(covers.values()),
        problem,
        agency_kind=first.agency_kind,
    )


def find_actor_by_email(email: str) -> Actor | None:
    """The user with that e-mail address as an actor, for the demo, imports and tests; None if unknown."""
    rows = db.session.execute(_email_statement(), {"email": email, "today": clock.today()}).all()
    return actor_from(rows) if rows else None


@cache
def _email_statement() -> Any:
    """Built once: the demo and the tests ask for somebody before every step."""
    today: Any = sa.bindparam("today", type_=sa.Date())
    return (
        sa.select(*ACTOR_COLUMNS)
        .select_from(User)
        .join(Subject, Subject.id == User.id)
        .join(Professional, Professional.id == User.professional_id)
        .join(Agency, Agency.id == Professional.agency_id)
        .outerjoin(TeamMembership, TeamMembership.user_id == User.id)
        .outerjoin(Team, Team.id == TeamMembership.team_id)
        .outerjoin(Cover, sa.and_(Cover.covering_id == Professional.id, *runs_on(Cover, today)))
        .outerjoin(AWAY, AWAY.id == Cover.away_id)
        .outerjoin(AWAY_USER, AWAY_USER.professional_id == Cover.away_id)
        .where(User.email == sa.bindparam("email"))
        .order_by(TeamMembership.id, Cover.id)
    )
