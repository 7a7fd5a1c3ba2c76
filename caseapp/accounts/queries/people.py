"""The administrator's list of everybody who signs in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from caseapp.accounts.domain import normal_email, place_words
from caseapp.accounts.models import Agency, Professional, Team, TeamMembership, User, UserSession
from caseapp.accounts.queries.actors import in_force
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import NotFound
from caseapp.kernel.subjects import Subject, parse_reference

PAGE = 50
MOST_WORDS = 6


@dataclass(frozen=True)
class PersonRow:
    """A sign-in as the administrator's list shows it."""

    user_id: int
    reference: str
    name: str
    email: str
    agency: str
    places: list[str]
    last_used_at: datetime | None
    disabled_at: datetime | None
    suspended_at: datetime | None
    has_password: bool

    @property
    def state_words(self) -> str:
        """Whether the sign-in works, in a word."""
        if self.disabled_at:
            return "Off"
        if self.suspended_at:
            return "Suspended"
        return "On" if self.has_password else "Invited"


def _people() -> Any:
    last_used = (
        sa.select(sa.func.max(UserSession.last_seen_at, type_=UserSession.last_seen_at.type))
        .where(UserSession.user_id == User.id)
        .scalar_subquery()
    )
    return (
        sa.select(
            User.id,
            Subject.reference,
            Professional.name,
            User.email,
            Agency.name.label("agency"),
            last_used.label("last_used_at"),
            User.disabled_at,
            User.suspended_at,
            (User.password_hash != "").label("has_password"),
        )
        .join(Subject, Subject.id == User.id)
        .join(Professional, Professional.id == User.professional_id)
        .join(Agency, Agency.id == Professional.agency_id)
    )


def _places(user_ids: list[int]) -> dict[int, list[str]]:
    """For each user the teams and roles in force today, in words; one statement."""
    rows = db.session.execute(
        sa.select(TeamMembership.user_id, Team.name, TeamMembership.role)
        .join(Team, Team.id == TeamMembership.team_id)
        .where(TeamMembership.user_id.in_(user_ids), in_force())
        .order_by(TeamMembership.id)
    )
    places: dict[int, list[str]] = {user_id: [] for user_id in user_ids}
    for user_id, team_name, role in rows:
        places[user_id].append(place_words(team_name, role))
    return places


def _person_rows(rows: Sequence[Any]) -> list[PersonRow]:
    places = _places([row.id for row in rows]) if rows else {}
    return [
        PersonRow(
            row.id,
            row.reference,
            row.name,
            row.email,
            row.agency,
            places[row.id],
            row.last_used_at,
            row.disabled_at,
            row.suspended_at,
            row.has_password,
        )
        for row in rows
    ]


def _sought(words: str) -> list[sa.ColumnElement[bool]]:
    """Each word stands in the name, the e-mail address or the agency's name, in capitals or not."""
    columns = (Professional.name, User.email, Agency.name)
    return [
        sa.or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in words.split()[:MOST_WORDS]
    ]


def count_people(words: str = "") -> int:
    """How many sign-ins fit the words; all without. One statement."""
    query = _people().where(*_sought(words)).order_by(None).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(query)) or 0


def list_people(words: str = "", *, after: str | None = None, limit: int = PAGE) -> tuple[list[PersonRow], str | None]:
    """A page of sign-ins by name, those after the one with the reference `after`; and the reference to ask on with.
    `words`: only those whose name, e-mail address or agency holds each of them.

    An `after` that nobody has starts at the beginning.
    """
    query = _people().where(*_sought(words)).order_by(Professional.name, User.id).limit(limit + 1)
    reference = parse_reference(after or "")
    if reference:
        last = db.session.execute(_people().where(Subject.reference == reference)).first()
        if last is not None:
            query = query.where(
                sa.or_(Professional.name > last.name, sa.and_(Professional.name == last.name, User.id > last.id))
            )
    rows = db.session.execute(query).all()
    page = _person_rows(rows[:limit])
    return page, page[-1].reference if len(rows) > limit else None


def get_person(user_id: int) -> PersonRow:
    """One sign-in by its number. Raises NotFound."""
    rows = db.session.execute(_people().where(User.id == user_id)).all()
    if not rows:
        raise NotFound
    return _person_rows(rows)[0]


def list_admins() -> list[int]:
    """The numbers of the users who administer sign-ins, now or from a later day on."""
    return list(
        db.session.scalars(
            sa.select(TeamMembership.user_id)
            .where(
                TeamMembership.role == "admin",
                sa.or_(TeamMembership.until_on.is_(None), TeamMembership.until_on >= clock.today()),
            )
            .distinct()
        )
    )


def find_user(email: str) -> int | None:
    """The number of the user with that e-mail address, switched off or not; None if unknown."""
    return db.session.scalar(sa.select(User.id).where(User.email == normal_email(email)))


def list_user_ids() -> list[int]:
    """The numbers of all users."""
    return list(db.session.scalars(sa.select(User.id)))


def count_users() -> int:
    """How many sign-ins there are: zero means an empty database."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(User)) or 0
