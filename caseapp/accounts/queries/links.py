"""One-time links, and who has not used their sign-in for long."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from caseapp.accounts.domain import LINK_LASTS, token_digest
from caseapp.accounts.models import OneTimeLink, Professional, Team, TeamMembership, User, UserSession
from caseapp.accounts.queries.actors import in_force
from caseapp.kernel import clock
from caseapp.kernel.db import db


@dataclass(frozen=True)
class Link:
    """Whom a link is for, and until when."""

    user_id: int
    name: str
    email: str
    purpose: str
    until_at: datetime


def find_link(token: str) -> Link | None:
    """The link behind a token, while it is good. Read outside the request's transaction."""
    query = (
        sa.select(User.id, Professional.name, User.email, OneTimeLink.purpose, OneTimeLink.created_at)
        .join(User, User.id == OneTimeLink.user_id)
        .join(Professional, Professional.id == User.professional_id)
        .where(
            OneTimeLink.token_hash == token_digest(token),
            OneTimeLink.ended_at.is_(None),
            OneTimeLink.created_at > clock.now() - LINK_LASTS,
            User.disabled_at.is_(None),
        )
    )
    with db.engines["read"].connect() as connection:
        row = connection.execute(query).first()
    return Link(row.id, row.name, row.email, row.purpose, row.created_at + LINK_LASTS) if row else None


@dataclass(frozen=True)
class SignInRow:
    """How somebody signs in, as the administrator sees it: states and moments, no secrets."""

    has_password: bool
    suspended_at: datetime | None
    link_until_at: datetime | None


def get_sign_in(user_id: int) -> SignInRow:
    """Whether somebody has a password, is suspended, and until when a link waits for them."""
    good = (OneTimeLink.ended_at.is_(None), OneTimeLink.created_at > clock.now() - LINK_LASTS)
    made = (
        sa.select(sa.func.max(OneTimeLink.created_at, type_=OneTimeLink.created_at.type))
        .where(OneTimeLink.user_id == user_id, *good)
        .scalar_subquery()
    )
    row = db.session.execute(
        sa.select(User.password_hash, User.suspended_at, made.label("made_at")).where(User.id == user_id)
    ).one()
    return SignInRow(bool(row.password_hash), row.suspended_at, row.made_at + LINK_LASTS if row.made_at else None)


@dataclass(frozen=True)
class Suspended:
    """Somebody who has not used their sign-in for long."""

    user_id: int
    name: str
    team: str
    suspended_at: datetime | None


def list_suspended(team_ids: Collection[int]) -> list[Suspended]:
    """Who is suspended in these teams today, for their lead or manager, by name; one statement."""
    rows = db.session.execute(
        sa.select(User.id, Professional.name, Team.name.label("team"), User.suspended_at)
        .join(Professional, Professional.id == User.professional_id)
        .join(TeamMembership, sa.and_(TeamMembership.user_id == User.id, in_force()))
        .join(Team, Team.id == TeamMembership.team_id)
        .where(Team.id.in_(team_ids), User.suspended_at.is_not(None), User.disabled_at.is_(None))
        .order_by(Professional.name, User.id)
    )
    return [Suspended(*row) for row in rows]


def list_unused(since: datetime) -> list[int]:
    """The numbers of the users who have not used their sign-in since then, nor had it made or given back."""
    used = sa.exists().where(UserSession.user_id == User.id, UserSession.last_seen_at > since)
    return list(
        db.session.scalars(
            sa.select(User.id)
            .where(
                User.disabled_at.is_(None),
                User.suspended_at.is_(None),
                User.created_at <= since,
                sa.or_(User.lifted_at.is_(None), User.lifted_at <= since),
                ~used,
            )
            .order_by(User.id)
        )
    )
