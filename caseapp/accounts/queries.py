"""Who is signed in, and the directory of agencies, teams and people."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.access.domain import Actor, Membership
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import NotFound
from caseapp.kernel.subjects import Subject, parse_reference

from .domain import ABSOLUTE, IDLE, PARKED_FOR, SessionState, normal_email, place_words, session_state, token_digest
from .models import Agency, ParkedForm, Professional, Team, TeamMembership, User, UserSession


@dataclass(frozen=True)
class Found:
    """A session row with its user: the actor when it still holds, and whose it was when it does not."""

    session_id: int
    user_id: int
    state: SessionState
    last_seen_at: datetime
    actor: Actor | None


# What an Actor is made from: one row for each membership.
ACTOR_COLUMNS: tuple[Any, ...] = (
    User.id.label("user_id"),
    User.email,
    Subject.reference,
    Professional.id.label("professional_id"),
    Professional.name,
    Professional.qualified,
    Agency.id.label("agency_id"),
    Agency.name.label("agency_name"),
    TeamMembership.role,
    Team.id.label("team_id"),
    Team.key,
    Team.name.label("team_name"),
    Team.kind,
)


def find_session(token: str) -> Found | None:
    """The sign-in behind a cookie's token, its user and the memberships in force today, in one statement.

    None if there is no such row.
    """
    with db.engines["read"].connect() as connection:
        rows = connection.execute(
            sa.select(
                UserSession.id.label("session_id"),
                UserSession.created_at,
                UserSession.last_seen_at,
                UserSession.ended_at,
                UserSession.ended_why,
                User.disabled_at,
                *ACTOR_COLUMNS,
            )
            .join(User, User.id == UserSession.user_id)
            .join(Subject, Subject.id == User.id)
            .join(Professional, Professional.id == User.professional_id)
            .join(Agency, Agency.id == Professional.agency_id)
            .outerjoin(
                TeamMembership,
                sa.and_(TeamMembership.user_id == User.id, _in_force()),
            )
            .outerjoin(Team, Team.id == TeamMembership.team_id)
            .where(UserSession.token_hash == token_digest(token))
            .order_by(TeamMembership.id)
        ).all()
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
    )
    return Found(first.session_id, first.user_id, state, first.last_seen_at, _actor(rows) if state.live else None)


def _in_force() -> sa.ColumnElement[bool]:
    """The condition that a place in a team holds today."""
    today = clock.today()
    return sa.and_(
        TeamMembership.from_on <= today, sa.or_(TeamMembership.until_on.is_(None), TeamMembership.until_on >= today)
    )


def _actor(rows: Sequence[Any]) -> Actor:
    first = rows[0]
    memberships = tuple(
        Membership(r.team_id, r.key, r.team_name, r.kind, r.role) for r in rows if r.team_id is not None
    )
    return Actor(
        first.user_id,
        first.name,
        first.email,
        first.agency_id,
        first.agency_name,
        first.professional_id,
        first.qualified,
        memberships,
        first.reference,
    )


def find_actor_by_email(email: str) -> Actor | None:
    """The user with that e-mail address as an actor, for the demo, imports and tests; None if unknown."""
    rows = db.session.execute(
        sa.select(*ACTOR_COLUMNS)
        .select_from(User)
        .join(Subject, Subject.id == User.id)
        .join(Professional, Professional.id == User.professional_id)
        .join(Agency, Agency.id == Professional.agency_id)
        .outerjoin(TeamMembership, TeamMembership.user_id == User.id)
        .outerjoin(Team, Team.id == TeamMembership.team_id)
        .where(User.email == email)
        .order_by(TeamMembership.id)
    ).all()
    return _actor(rows) if rows else None


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
    query = sa.select(Team.id, Team.key, Team.name, Team.kind, Team.locality, Team.may_hold_cases, Team.phone).order_by(
        Team.name
    )
    if kind:
        query = query.where(Team.kind == kind)
    return [TeamRow(*row) for row in db.session.execute(query)]


def find_team(*, key: str | None = None, team_id: int | None = None) -> TeamRow | None:
    """One team by its short name or its number; None if there is none."""
    condition = Team.key == key if key is not None else Team.id == team_id
    row = db.session.execute(
        sa.select(Team.id, Team.key, Team.name, Team.kind, Team.locality, Team.may_hold_cases, Team.phone).where(
            condition
        )
    ).first()
    return TeamRow(*row) if row else None


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


def list_workers(team_id: int) -> list[ProfessionalRow]:
    """Whom a team's children can be given to, by name: its workers, not its managers, with a place in it today and a
    sign-in that is not switched off."""
    rows = db.session.execute(
        _professionals()
        .join(TeamMembership, sa.and_(TeamMembership.user_id == User.id, _in_force()))
        .where(
            Professional.team_id == team_id,
            TeamMembership.team_id == team_id,
            TeamMembership.role == "worker",
            User.disabled_at.is_(None),
        )
        .order_by(Professional.name)
    )
    return [ProfessionalRow(*row) for row in rows]


def may_lead(professional: Any = Professional) -> sa.ColumnElement[bool]:
    """The condition that somebody can lead the work with a family now: they have no sign-in (a school's pastoral lead),
    or one that is not switched off and a place in their team today. A manager may."""
    theirs = sa.exists().where(User.professional_id == professional.id)
    works = theirs.where(
        User.disabled_at.is_(None),
        TeamMembership.user_id == User.id,
        TeamMembership.team_id == professional.team_id,
        _in_force(),
    )
    return sa.or_(~theirs, works)


def can_lead(professional_id: int) -> bool:
    """Whether this professional can lead the work with a family now (`may_lead`)."""
    found = db.session.scalar(sa.select(Professional.id).where(Professional.id == professional_id, may_lead()))
    return found is not None


def _professionals() -> Any:
    return (
        sa.select(
            Professional.id,
            Professional.name,
            Professional.title,
            Agency.name,
            Professional.team_id,
            Professional.phone,
            Professional.qualified,
            User.id,
        )
        .join(Agency, Agency.id == Professional.agency_id)
        .outerjoin(User, User.professional_id == Professional.id)
    )


def user_name_of(column: Any) -> sa.ScalarSelect[str]:
    """The name of the user whose number stands in `column`, as a piece of a larger query."""
    user, professional = orm.aliased(User), orm.aliased(Professional)
    return (
        sa.select(professional.name)
        .join(user, user.professional_id == professional.id)
        .where(user.id == column)
        .scalar_subquery()
    )


def user_names(user_ids: set[int]) -> dict[int, str]:
    """Names of users by number, in one statement."""
    if not user_ids:
        return {}
    rows = db.session.execute(
        sa.select(User.id, Professional.name)
        .join(Professional, Professional.id == User.professional_id)
        .where(User.id.in_(user_ids))
    )
    return {row[0]: row[1] for row in rows}


def agency_names() -> dict[str, int]:
    """Every agency's number by its name as the table writes it."""
    return {row.name: row.id for row in db.session.execute(sa.select(Agency.name, Agency.id))}


def count_users() -> int:
    """How many sign-ins there are: zero means an empty database."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(User)) or 0


@dataclass(frozen=True)
class Credentials:
    """What is needed to check a password."""

    user_id: int
    password_hash: str
    disabled: bool


def find_credentials(*, email: str | None = None, user_id: int | None = None) -> Credentials | None:
    """The password's hash of the user with an e-mail address or a number; None if unknown.

    Reads outside the request's transaction, because throttling writes before and after it.
    """
    condition = User.email == normal_email(email) if email is not None else User.id == user_id
    with db.engines["read"].connect() as connection:
        row = connection.execute(sa.select(User.id, User.password_hash, User.disabled_at).where(condition)).first()
    return Credentials(row.id, row.password_hash, row.disabled_at is not None) if row else None


def _live(now: datetime) -> sa.ColumnElement[bool]:
    """The SQL twin of `session_state`, but for disabling, which ends the rows."""
    return sa.and_(
        UserSession.ended_at.is_(None), UserSession.created_at > now - ABSOLUTE, UserSession.last_seen_at > now - IDLE
    )


@dataclass(frozen=True)
class OwnSignIns:
    """Since when this browser is signed in, and how many other browsers are."""

    since_at: datetime
    others: int


def get_own_sign_ins(actor: Actor, session_id: int) -> OwnSignIns:
    """The actor's running sign-ins, seen from the one with this number. Raises NotFound if it has just ended."""
    rows = db.session.execute(
        sa.select(UserSession.id, UserSession.created_at).where(
            UserSession.user_id == actor.user_id, _live(clock.now())
        )
    ).all()
    here = next((row for row in rows if row.id == session_id), None)
    if here is None:
        raise NotFound
    return OwnSignIns(here.created_at, len(rows) - 1)


@dataclass(frozen=True)
class Parked:
    """A form that was sent after its writer's session had ended: where to, when, and every name and value as posted."""

    id: int
    path: str
    fields: list[tuple[str, str]]
    created_at: datetime

    @property
    def words(self) -> list[str]:
        """The values that somebody wrote, as far as one can tell, for them to recognise."""
        return [value for _, value in self.fields if " " in value.strip() or "\n" in value.strip()]


def list_parked(user_id: int, tokens: Collection[str]) -> list[Parked]:
    """What was parked for this user by the browser that holds these tokens, newest first, for 12 hours."""
    with db.engines["read"].connect() as connection:
        rows = connection.execute(
            sa.select(ParkedForm.id, ParkedForm.path, ParkedForm.fields, ParkedForm.created_at)
            .where(
                ParkedForm.token_hash.in_([token_digest(token) for token in tokens]),
                ParkedForm.user_id == user_id,
                ParkedForm.created_at > clock.now() - PARKED_FOR,
            )
            .order_by(ParkedForm.id.desc())
        ).all()
    return [Parked(row.id, row.path, [(name, value) for name, value in row.fields], row.created_at) for row in rows]


PAGE = 50


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
        .where(TeamMembership.user_id.in_(user_ids), _in_force())
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
            row.id, row.reference, row.name, row.email, row.agency, places[row.id], row.last_used_at, row.disabled_at
        )
        for row in rows
    ]


def list_people(*, after: str | None = None) -> tuple[list[PersonRow], str | None]:
    """A page of sign-ins by name, those after the one with the reference `after`; and the reference to ask on with.

    An `after` that nobody has starts at the beginning.
    """
    query = _people().order_by(Professional.name, User.id).limit(PAGE + 1)
    reference = parse_reference(after or "")
    if reference:
        last = db.session.execute(_people().where(Subject.reference == reference)).first()
        if last is not None:
            query = query.where(
                sa.or_(Professional.name > last.name, sa.and_(Professional.name == last.name, User.id > last.id))
            )
    rows = db.session.execute(query).all()
    page = _person_rows(rows[:PAGE])
    return page, page[-1].reference if len(rows) > PAGE else None


def get_person(user_id: int) -> PersonRow:
    """One sign-in by its number. Raises NotFound."""
    rows = db.session.execute(_people().where(User.id == user_id)).all()
    if not rows:
        raise NotFound
    return _person_rows(rows)[0]


def count_live_sessions(user_id: int) -> int:
    """In how many browsers a user is signed in now."""
    query = sa.select(sa.func.count()).select_from(UserSession)
    return db.session.scalar(query.where(UserSession.user_id == user_id, _live(clock.now()))) or 0


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


def find_agency(key: str) -> int | None:
    """An agency's number by its short name; None if there is none."""
    return db.session.scalar(sa.select(Agency.id).where(Agency.key == key))


def list_agency_keys() -> list[str]:
    """The short names of all agencies, in order."""
    return list(db.session.scalars(sa.select(Agency.key).order_by(Agency.key)))


def find_user(email: str) -> int | None:
    """The number of the user with that e-mail address, switched off or not; None if unknown."""
    return db.session.scalar(sa.select(User.id).where(User.email == normal_email(email)))


def list_user_ids() -> list[int]:
    """The numbers of all users."""
    return list(db.session.scalars(sa.select(User.id)))
