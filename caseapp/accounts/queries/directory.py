"""The directory of agencies, teams and people."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.access.models import Bar
from caseapp.accounts.models import Absence, Agency, Cover, Professional, Team, TeamMembership, User
from caseapp.accounts.queries.actors import in_force
from caseapp.kernel import clock
from caseapp.kernel.db import db, fetch
from caseapp.kernel.text import one_line


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
    agency_id: int


def list_teams(*, kind: str | None = None) -> list[TeamRow]:
    """All teams (of a kind), by name."""
    rows = fetch(_TEAMS_OF_KIND, {"kind": kind}) if kind else fetch(_TEAMS)
    return [TeamRow(*row) for row in rows]


# Built once: who a team is gets asked in every write, and building the statement was most of the answer's time.
_TEAM: Any = sa.select(
    Team.id, Team.key, Team.name, Team.kind, Team.locality, Team.may_hold_cases, Team.phone, Team.agency_id
)
_TEAMS = _TEAM.order_by(Team.name)
_TEAMS_OF_KIND = _TEAMS.where(Team.kind == sa.bindparam("kind"))
_TEAM_BY_KEY, _TEAM_BY_ID = _TEAM.where(Team.key == sa.bindparam("key")), _TEAM.where(Team.id == sa.bindparam("number"))


def find_team(*, key: str | None = None, team_id: int | None = None) -> TeamRow | None:
    """One team by its short name or its number; None if there is none."""
    query, given = (_TEAM_BY_KEY, {"key": key}) if key is not None else (_TEAM_BY_ID, {"number": team_id})
    row = next(iter(fetch(query, given)), None)
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


def list_people_of(agency_id: int) -> list[ProfessionalRow]:
    """Who works for an agency and can be asked to work with a family today (`may_lead`), by name. Two statements."""
    ids = db.session.scalars(sa.select(Professional.id).where(Professional.agency_id == agency_id, may_lead())).all()
    rows = db.session.execute(_professionals().where(Professional.id.in_(ids)).order_by(Professional.name))
    return [ProfessionalRow(*row) for row in rows] if ids else []


def find_professional(professional_id: int) -> ProfessionalRow | None:
    """One professional; None if there is none."""
    row = db.session.execute(_find_professional(), {"number": professional_id}).first()
    return ProfessionalRow(*row) if row else None


def find_named(*, agency_id: int, name: str) -> int | None:
    """The one professional of an agency with this name, who works there still; None if there is none, or several."""
    stays = sa.or_(Professional.left_on.is_(None), Professional.left_on > clock.today())
    of_agency = db.session.execute(
        sa.select(Professional.id, Professional.name).where(Professional.agency_id == agency_id, stays)
    )
    found = [row.id for row in of_agency if row.name.casefold() == one_line(name).casefold()]
    return found[0] if len(found) == 1 else None


@cache
def _find_professional() -> Any:
    return _professionals().where(Professional.id == sa.bindparam("number"))


def list_workers(team_id: int) -> list[ProfessionalRow]:
    """Whom a team's children can be given to, by name: its workers, not its managers, with a place in it today and a
    sign-in that is not switched off."""
    return [ProfessionalRow(*row) for row in db.session.execute(_workers(team_id))]


def _workers(team_id: int) -> Any:
    return (
        _professionals()
        .join(TeamMembership, sa.and_(TeamMembership.user_id == User.id, in_force()))
        .where(
            Professional.team_id == team_id,
            TeamMembership.team_id == team_id,
            TeamMembership.role == "worker",
            User.disabled_at.is_(None),
        )
        .order_by(Professional.name)
    )


@dataclass(frozen=True)
class TeamWorker:
    """A worker of a team as its board shows them: off today or not (until when, if that is known), who covers, and the
    subjects that a conflict of interest keeps from them."""

    professional: ProfessionalRow
    away: bool
    away_until: date | None
    covering: str | None
    barred_from: frozenset[int]


def list_team_workers(team_id: int) -> list[TeamWorker]:
    """The same people as `list_workers`, with who is off today. One statement."""
    today, absent, covers, covering = clock.today(), orm.aliased(Absence), orm.aliased(Cover), orm.aliased(Professional)
    barred = (
        sa.select(sa.func.aggregate_strings(sa.cast(Bar.subject_id, sa.String()), ","))
        .where(Bar.principal == sa.literal("user:") + sa.cast(User.id, sa.String()))
        .scalar_subquery()
    )
    rows = db.session.execute(
        _workers(team_id)
        .add_columns(absent.id, absent.until_on, covering.name, barred)
        .outerjoin(absent, sa.and_(absent.professional_id == Professional.id, *_runs(absent, today)))
        .outerjoin(covers, sa.and_(covers.away_id == Professional.id, *_runs(covers, today)))
        .outerjoin(covering, covering.id == covers.covering_id)
        .order_by(absent.from_on, covers.from_on)
    )
    found: dict[int, TeamWorker] = {}
    for *columns, absence, until_on, name, kept_from in rows:
        subjects = frozenset(int(number) for number in (kept_from or "").split(",") if number)
        found.setdefault(
            columns[0], TeamWorker(ProfessionalRow(*columns), absence is not None, until_on, name, subjects)
        )
    return list(found.values())


def _runs(period: Any, on: date) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        period.ended_at.is_(None),
        period.from_on <= on,
        sa.or_(period.until_on.is_(None), period.until_on >= on),
    )


def list_colleagues(kind: str) -> list[tuple[int, str]]:
    """Everybody with a place today in a team of that kind and a sign-in that is not switched off, as (user, name), by
    name: for the hub's work, its workers and managers."""
    rows = db.session.execute(
        sa.select(User.id, Professional.name)
        .join(Professional, Professional.id == User.professional_id)
        .join(TeamMembership, sa.and_(TeamMembership.user_id == User.id, in_force()))
        .join(Team, Team.id == TeamMembership.team_id)
        .where(Team.kind == kind, User.disabled_at.is_(None), TeamMembership.role.in_(("worker", "manager")))
        .distinct()
        .order_by(Professional.name, User.id)
    )
    return [(row[0], row[1]) for row in rows]


def may_lead(professional: Any = Professional) -> sa.ColumnElement[bool]:
    """The condition that somebody can lead the work with a family now: they have no sign-in (a school's pastoral lead),
    or one that is not switched off and a place in their team today. A manager may."""
    theirs = sa.exists().where(User.professional_id == professional.id)
    works = theirs.where(
        User.disabled_at.is_(None),
        TeamMembership.user_id == User.id,
        TeamMembership.team_id == professional.team_id,
        in_force(),
    )
    stays = sa.or_(professional.left_on.is_(None), professional.left_on > clock.today())
    return sa.or_(sa.and_(~theirs, stays), works)


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


def user_id_of(column: Any) -> sa.ScalarSelect[int]:
    """The sign-in of the professional whose number stands in `column`, as a piece of a larger query."""
    user = orm.aliased(User)
    return sa.select(user.id).where(user.professional_id == column).scalar_subquery()


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


def list_user_names() -> list[tuple[int, str]]:
    """Number and name of everybody who may sign in."""
    query = sa.select(User.id, Professional.name).join(Professional, Professional.id == User.professional_id)
    return [(row.id, row.name) for row in db.session.execute(query.where(User.disabled_at.is_(None)).order_by(User.id))]


def agency_names() -> dict[str, int]:
    """Every agency's number by its name as the table writes it."""
    return {row.name: row.id for row in fetch(_AGENCIES)}


def agencies_called(name: str | None) -> dict[str, int]:
    """The agency of exactly this name; where there is none all of them, for a reader who compares more kindly than the
    database does. Nothing for no name."""
    if name is None:
        return {}
    found = {row.name: row.id for row in fetch(_AGENCY_CALLED, {"name": name})}
    return found or agency_names()


_AGENCIES = sa.select(Agency.name, Agency.id)
_AGENCY_CALLED = _AGENCIES.where(Agency.name == sa.bindparam("name"))


def find_agency(key: str) -> int | None:
    """An agency's number by its short name; None if there is none."""
    return db.session.scalar(sa.select(Agency.id).where(Agency.key == key))


def list_agency_keys() -> list[str]:
    """The short names of all agencies, in order."""
    return list(db.session.scalars(sa.select(Agency.key).order_by(Agency.key)))
