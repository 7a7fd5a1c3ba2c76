"""Making agencies, teams, people and sign-ins; opening and ending sessions."""

import secrets
from datetime import date

import sqlalchemy as sa
from argon2 import PasswordHasher

from caseapp.access.commands import give_reach
from caseapp.access.domain import L1, Actor
from caseapp.kernel import clock
from caseapp.kernel.db import db, short_write
from caseapp.kernel.events import record
from caseapp.kernel.subjects import new_subject

from .domain import token_digest
from .models import Agency, PostcodeSector, Professional, Team, TeamMembership, User, UserSession

# 29 ms a check on the reference machine; the library's defaults cost 219 ms.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def add_agency(*, key: str, name: str, kind: str, source_code: str, phone: str) -> int:
    """Add an agency; gives its number. `source_code` is the census referral source (1A-10)."""
    row = Agency(key=key, name=name, kind=kind, source_code=source_code, phone=phone)
    db.session.add(row)
    db.session.flush()
    return row.id


def add_team(
    *, key: str, name: str, kind: str, agency_id: int, locality: str | None, may_hold_cases: bool, phone: str
) -> int:
    """Add a team; gives its number."""
    row = Team(
        key=key, name=name, kind=kind, agency_id=agency_id, locality=locality, may_hold_cases=may_hold_cases, phone=phone
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def add_professional(
    *, agency_id: int, team_id: int | None, name: str, title: str, phone: str, qualified: bool, registration_number: str | None = None
) -> int:
    """Add a named person working for an agency; a social-work qualified one with their registration number. Gives their number."""
    row = Professional(
        agency_id=agency_id, team_id=team_id, name=name, title=title, phone=phone, qualified=qualified,
        registration_body="Social Work England" if registration_number else None, registration_number=registration_number,
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def add_user(actor: Actor | None, *, professional_id: int, email: str, password: str) -> int:
    """Give a professional a sign-in; gives the user's number (a Subject)."""
    subject = new_subject("user")
    db.session.add(
        User(
            id=subject.id, professional_id=professional_id, email=email.strip().casefold(), password_hash=HASHER.hash(password),
            created_at=clock.now(), disabled_at=None,
        )
    )
    db.session.flush()
    record(actor, "user.created", subjects=[subject.id])
    return subject.id


def add_membership(*, user_id: int, team_id: int, role: str, from_on: date) -> None:
    """Put a user into a team in a role from a day on."""
    db.session.add(TeamMembership(user_id=user_id, team_id=team_id, role=role, from_on=from_on, until_on=None))
    db.session.flush()
    if role == "admin":
        for other_id in db.session.scalars(sa.select(User.id)):
            give_reach(f"user:{user_id}", subject_id=other_id, kind="user", level=L1, why="administers")


def add_postcode_sectors(rows: list[tuple[str, str, str]]) -> None:
    """Add (sector, ward, locality) rows."""
    db.session.add_all(PostcodeSector(sector=sector, ward=ward, locality=locality) for sector, ward, locality in rows)
    db.session.flush()


def open_session(user_id: int) -> str:
    """Open a sign-in for a user in a short transaction of its own; gives the token for the cookie (the database keeps its digest)."""
    token, now = secrets.token_urlsafe(32), clock.now()
    with short_write() as connection:
        connection.execute(
            sa.insert(UserSession).values(
                token_hash=token_digest(token), user_id=user_id, created_at=now, last_seen_at=now, ended_at=None, ended_why=None
            )
        )
    return token


def touch_session(session_id: int) -> None:
    """Note that a sign-in was used just now."""
    with short_write() as connection:
        connection.execute(sa.update(UserSession).where(UserSession.id == session_id).values(last_seen_at=clock.now()))
