"""Who is signed in, and the directory of agencies, teams and people."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from caseapp.access.domain import Actor, Membership
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.subjects import Subject

from .domain import SessionState, session_state, token_digest
from .models import Agency, PostcodeSector, Professional, Team, TeamMembership, User, UserSession


@dataclass(frozen=True)
class Found:
    """A session row with its user: the actor when it still holds, and whose it was when it does not."""

    session_id: int
    user_id: int
    state: SessionState
    last_seen_at: datetime
    actor: Actor | None


def find_session(token: str) -> Found | None:
    """The sign-in behind a cookie's token with its user and memberships in force today, in one statement; None if there is no such row."""
    today = clock.today()
    with db.engines["read"].connect() as connection:
        rows = connection.execute(
            sa.select(
                UserSession.id.label("session_id"), UserSession.created_at, UserSession.last_seen_at, UserSession.ended_at,
                User.id.label("user_id"), User.email, User.disabled_at, Subject.reference,
                Professional.id.label("professional_id"), Professional.name, Professional.qualified,
                Agency.id.label("agency_id"), Agency.name.label("agency_name"),
                TeamMembership.role, Team.id.label("team_id"), Team.key, Team.name.label("team_name"), Team.kind,
            )
            .join(User, User.id == UserSession.user_id)
            .join(Subject, Subject.id == User.id)
            .join(Professional, Professional.id == User.professional_id)
            .join(Agency, Agency.id == Professional.agency_id)
            .outerjoin(
                TeamMembership,
                sa.and_(
                    TeamMembership.user_id == User.id,
                    TeamMembership.from_on <= today,
                    sa.or_(TeamMembership.until_on.is_(None), TeamMembership.until_on >= today),
                ),
            )
            .outerjoin(Team, Team.id == TeamMembership.team_id)
            .where(UserSession.token_hash == token_digest(token))
            .order_by(TeamMembership.id)
        ).all()
    if not rows:
        return None
    first = rows[0]
    state = session_state(
        clock.now(), created_at=first.created_at, last_seen_at=first.last_seen_at, ended_at=first.ended_at,
        disabled_at=first.disabled_at,
    )
    return Found(first.session_id, first.user_id, state, first.last_seen_at, _actor(rows) if state.live else None)


def _actor(rows: list[sa.Row]) -> Actor:  # type: ignore[type-arg]
    first = rows[0]
    memberships = tuple(Membership(r.team_id, r.key, r.team_name, r.kind, r.role) for r in rows if r.team_id is not None)
    return Actor(
        first.user_id, first.name, first.email, first.agency_id, first.agency_name, first.professional_id, first.qualified,
        memberships, first.reference,
    )


def find_actor_by_email(email: str) -> Actor | None:
    """The user with that e-mail address as an actor, for the demo, imports and tests; None if unknown."""
    rows = db.session.execute(
        sa.select(
            User.id.label("user_id"), User.email, Subject.reference, Professional.id.label("professional_id"),
            Professional.name, Professional.qualified, Agency.id.label("agency_id"), Agency.name.label("agency_name"),
            TeamMembership.role, Team.id.label("team_id"), Team.key, Team.name.label("team_name"), Team.kind,
        )
        .join(Subject, Subject.id == User.id)
        .join(Professional, Professional.id == User.professional_id)
        .join(Agency, Agency.id == Professional.agency_id)
        .outerjoin(TeamMembership, TeamMembership.user_id == User.id)
        .outerjoin(Team, Team.id == TeamMembership.team_id)
        .where(User.email == email)
        .order_by(TeamMembership.id)
    ).all()
    return _actor(list(rows)) if rows else None


@dataclass(frozen=True)
class TeamRow:
    """A team as lists show it."""

    id: int
    key: str
    name: str
    kind: str
    locality: str | None
    may_hold_cases: bool
    phone: str


def list_teams(*, kind: str | None = None) -> list[TeamRow]:
    """All teams (of a kind), by name."""
    query = sa.select(Team.id, Team.key, Team.name, Team.kind, Team.locality, Team.may_hold_cases, Team.phone).order_by(Team.name)
    if kind:
        query = query.where(Team.kind == kind)
    return [TeamRow(*row) for row in db.session.execute(query)]


def find_team(*, key: str | None = None, team_id: int | None = None) -> TeamRow | None:
    """One team by its short name or its number; None if there is none."""
    condition = Team.key == key if key is not None else Team.id == team_id
    row = db.session.execute(
        sa.select(Team.id, Team.key, Team.name, Team.kind, Team.locality, Team.may_hold_cases, Team.phone).where(condition)
    ).first()
    return TeamRow(*row) if row else None


def find_locality(sector: str | None) -> str | None:
    """The locality that a postcode sector (`S63 7`) belongs to; None when the table does not know it: a person decides."""
    return db.session.scalar(sa.select(PostcodeSector.locality).where(PostcodeSector.sector == sector)) if sector else None


def team_of_locality(locality: str, kind: str) -> TeamRow | None:
    """The team of a kind (`locality`, `family_help`) that works in a locality."""
    key = db.session.scalar(sa.select(Team.key).where(Team.locality == locality, Team.kind == kind))
    return find_team(key=key) if key else None


@dataclass(frozen=True)
class ProfessionalRow:
    """A professional as lists show them."""

    id: int
    name: str
    title: str
    agency: str
    team_id: int | None
    phone: str
    qualified: bool
    user_id: int | None


def list_professionals(*, team_id: int) -> list[ProfessionalRow]:
    """The professionals of a team, by name."""
    rows = db.session.execute(_professionals().where(Professional.team_id == team_id).order_by(Professional.name))
    return [ProfessionalRow(*row) for row in rows]


def find_professional(professional_id: int) -> ProfessionalRow | None:
    """One professional; None if there is none."""
    row = db.session.execute(_professionals().where(Professional.id == professional_id)).first()
    return ProfessionalRow(*row) if row else None


def _professionals() -> sa.Select[tuple[int, str, str, str, int | None, str, bool, int | None]]:
    return (
        sa.select(
            Professional.id, Professional.name, Professional.title, Agency.name, Professional.team_id, Professional.phone,
            Professional.qualified, User.id,
        )
        .join(Agency, Agency.id == Professional.agency_id)
        .outerjoin(User, User.professional_id == Professional.id)
    )


def user_names(user_ids: set[int]) -> dict[int, str]:
    """Names of users by number, in one statement."""
    if not user_ids:
        return {}
    rows = db.session.execute(
        sa.select(User.id, Professional.name).join(Professional, Professional.id == User.professional_id).where(User.id.in_(user_ids))
    )
    return {row[0]: row[1] for row in rows}


def agency_names() -> dict[str, int]:
    """Every agency's number by its name as the table writes it."""
    return {row.name: row.id for row in db.session.execute(sa.select(Agency.name, Agency.id))}


def count_users() -> int:
    """How many sign-ins there are: zero means an empty database."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(User)) or 0
