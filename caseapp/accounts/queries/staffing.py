"""A team's people: who belongs to it, who is away and who covers, who is on duty, whose registration needs care."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.accounts.domain import Registration
from caseapp.accounts.models import Absence, Cover, DutyRota, Professional, StaffTask, Team, TeamMembership, User
from caseapp.accounts.queries.actors import in_force, runs_on
from caseapp.accounts.queries.directory import ProfessionalRow, find_professional
from caseapp.accounts.slots import OPEN_WORK
from caseapp.kernel import clock
from caseapp.kernel.db import db

ROTA_DAYS = 14
# Leads confirm their people each term (practice 21); the longest term with its holiday.
TERM = timedelta(days=120)


@dataclass(frozen=True)
class Away:
    """That somebody is away: until when (None: nobody knows), and who covers meanwhile, if anybody does."""

    until_on: date | None
    cover_id: int | None
    cover_name: str | None


def away_on(professional_ids: Collection[int], on: date) -> dict[int, Away]:
    """Who of these is away on a day, with who covers for them; one statement."""
    if not professional_ids:
        return {}
    covering = orm.aliased(Professional)
    rows = db.session.execute(
        sa.select(Absence.professional_id, Absence.until_on, covering.id, covering.name)
        .outerjoin(Cover, sa.and_(Cover.away_id == Absence.professional_id, *runs_on(Cover, on)))
        .outerjoin(covering, covering.id == Cover.covering_id)
        .where(Absence.professional_id.in_(professional_ids), *runs_on(Absence, on))
        .order_by(Absence.id, Cover.id)
    )
    return {row[0]: Away(row[1], row[2], row[3]) for row in rows}


def cover_of(professional_id: int, on: date) -> ProfessionalRow | None:
    """Who does this person's work on a day in their place; None when nobody does."""
    covering_id = db.session.scalar(
        sa.select(Cover.covering_id)
        .where(Cover.away_id == professional_id, *runs_on(Cover, on))
        .order_by(Cover.id.desc())
        .limit(1)
    )
    return find_professional(covering_id) if covering_id else None


def on_duty(team_id: int, at: datetime) -> ProfessionalRow | None:
    """Whom the team's rota names at an instant; when they are away, who covers for them. None when nobody is named, or
    nobody covers."""
    named = db.session.scalar(
        sa.select(DutyRota.professional_id)
        .where(DutyRota.team_id == team_id, DutyRota.from_at <= at, DutyRota.until_at > at)
        .limit(1)
    )
    if named is None:
        return None
    on = clock.to_london(at).date()
    away = away_on([named], on).get(named)
    if away is None:
        return find_professional(named)
    return find_professional(away.cover_id) if away.cover_id else None


@dataclass(frozen=True)
class MemberRow:
    """Somebody of a team as its manager sees them. `role` and `from_on` are None for people without a sign-in."""

    professional_id: int
    name: str
    title: str
    phone: str
    team_id: int
    user_id: int | None
    disabled_at: datetime | None
    role: str | None
    from_on: date | None
    until_on: date | None
    registration_body: str | None
    registration: Registration
    absence_id: int | None
    away_from: date | None
    away_until: date | None
    away_reason: str | None
    cover_id: int | None
    covering_id: int | None
    covering_name: str | None
    cover_from: date | None
    cover_until: date | None
    confirmed_on: date | None = None

    @property
    def confirm_due(self) -> bool:
        """Whether their lead has not said for a term that they still work here."""
        return self.confirmed_on is None or clock.today() - self.confirmed_on > TERM

    @property
    def can_work(self) -> bool:
        """Whether they can be given work here today: a sign-in that is on, a place in force."""
        today = clock.today()
        return bool(
            self.user_id
            and self.disabled_at is None
            and self.from_on
            and self.from_on <= today
            and (self.until_on is None or self.until_on >= today)
        )

    @property
    def is_away(self) -> bool:
        """Whether they are away today; False for an absence still to come."""
        return self.away_from is not None and self.away_from <= clock.today()

    @property
    def registration_words(self) -> str:
        """The state of the registration in words."""
        return self.registration.words(clock.today())

    @property
    def registration_needs_care(self) -> bool:
        """Whether somebody has to look at the registration."""
        return self.registration.needs_care(clock.today())


def list_members(team_id: int, *, professional_id: int | None = None) -> list[MemberRow]:
    """The people of a team (or one of them), by name: places in force or still to come, and people without a sign-in;
    each with the absence and the cover that run or come next. One statement."""
    today = clock.today()
    query = _members(today).where(
        sa.or_(TeamMembership.id.is_not(None), sa.and_(User.id.is_(None), Professional.team_id == team_id)),
        sa.or_(Professional.left_on.is_(None), Professional.left_on > today),
    )
    query = query.join(
        TeamMembership,
        sa.and_(
            TeamMembership.user_id == User.id,
            TeamMembership.team_id == team_id,
            sa.or_(TeamMembership.until_on.is_(None), TeamMembership.until_on >= today),
        ),
        isouter=True,
    )
    if professional_id is not None:
        query = query.where(Professional.id == professional_id)
    rows: dict[int, MemberRow] = {}
    for row in db.session.execute(query.order_by(Professional.name, Professional.id, Absence.from_on, Cover.from_on)):
        rows.setdefault(row.id, _member_row(row, team_id))
    return list(rows.values())


def _members(today: date) -> Any:
    covering = orm.aliased(Professional)
    return (
        sa.select(
            Professional.id,
            Professional.name,
            Professional.title,
            Professional.phone,
            User.id.label("user_id"),
            User.disabled_at,
            TeamMembership.role,
            TeamMembership.from_on,
            TeamMembership.until_on,
            TeamMembership.confirmed_on,
            Professional.registration_body,
            Professional.qualified,
            Professional.registration_number,
            Professional.registration_checked_on,
            Professional.registration_expires_on,
            Absence.id.label("absence_id"),
            Absence.from_on.label("away_from"),
            Absence.until_on.label("away_until"),
            Absence.reason,
            Cover.id.label("cover_id"),
            Cover.covering_id,
            covering.name.label("covering_name"),
            Cover.from_on.label("cover_from"),
            Cover.until_on.label("cover_until"),
        )
        .select_from(Professional)
        .outerjoin(User, User.professional_id == Professional.id)
        .outerjoin(Absence, sa.and_(Absence.professional_id == Professional.id, *_not_over(Absence, today)))
        .outerjoin(Cover, sa.and_(Cover.away_id == Professional.id, *_not_over(Cover, today)))
        .outerjoin(covering, covering.id == Cover.covering_id)
    )


def _not_over(period: Any, today: date) -> tuple[sa.ColumnElement[bool], ...]:
    return period.ended_at.is_(None), sa.or_(period.until_on.is_(None), period.until_on >= today)


def _member_row(row: Any, team_id: int) -> MemberRow:
    registration = Registration(
        row.qualified, row.registration_number, row.registration_checked_on, row.registration_expires_on
    )
    return MemberRow(
        row.id,
        row.name,
        row.title,
        row.phone,
        team_id,
        row.user_id,
        row.disabled_at,
        row.role,
        row.from_on,
        row.until_on,
        row.registration_body,
        registration,
        row.absence_id,
        row.away_from,
        row.away_until,
        row.reason,
        row.cover_id,
        row.covering_id,
        row.covering_name,
        row.cover_from,
        row.cover_until,
        row.confirmed_on,
    )


def list_rota(team_id: int, *, from_day: date, days: int = ROTA_DAYS) -> dict[tuple[date, str], int]:
    """Who is on duty in each part of each day of a stretch: (day, part) to professional; one statement."""
    rows = db.session.execute(
        sa.select(DutyRota.on_day, DutyRota.part, DutyRota.professional_id).where(
            DutyRota.team_id == team_id,
            DutyRota.on_day >= from_day,
            DutyRota.on_day < from_day + timedelta(days=days),
        )
    )
    return {(row.on_day, row.part): row.professional_id for row in rows}


@dataclass(frozen=True)
class PlaceRow:
    """A place in a team as the administrator sees it: in which role, from when until when, when last confirmed."""

    id: int
    team: str
    team_kind: str
    role: str
    from_on: date
    until_on: date | None
    confirmed_on: date | None

    @property
    def is_over(self) -> bool:
        """Whether its last day is past."""
        return self.until_on is not None and self.until_on < clock.today()


def list_places(user_id: int) -> list[PlaceRow]:
    """Every place that a sign-in has or had in a team, the latest first; one statement."""
    rows = db.session.execute(
        sa.select(
            TeamMembership.id,
            Team.name,
            Team.kind,
            TeamMembership.role,
            TeamMembership.from_on,
            TeamMembership.until_on,
            TeamMembership.confirmed_on,
        )
        .join(Team, Team.id == TeamMembership.team_id)
        .where(TeamMembership.user_id == user_id)
        .order_by(TeamMembership.from_on.desc(), TeamMembership.id.desc())
    )
    return [PlaceRow(*row) for row in rows]


@dataclass(frozen=True)
class StaffTaskRow:
    """What a leaver's open work asks of a team's managers."""

    id: int
    kind: str
    amount: int
    name: str
    professional_id: int
    made_at: datetime


def list_staff_tasks(team_id: int) -> list[StaffTaskRow]:
    """What a team's managers still have to see to of leavers' work, oldest first; one statement."""
    rows = db.session.execute(
        sa.select(StaffTask.id, StaffTask.kind, StaffTask.amount, Professional.name, Professional.id, StaffTask.made_at)
        .join(User, User.id == StaffTask.user_id)
        .join(Professional, Professional.id == User.professional_id)
        .where(StaffTask.team_id == team_id, StaffTask.done_at.is_(None))
        .order_by(StaffTask.made_at, StaffTask.id)
    )
    return [StaffTaskRow(*row) for row in rows]


def count_open_work(user_id: int) -> dict[str, int]:
    """How much somebody has open now, by kind (`domain.STAFF_TASKS`): counts only, for the administrator."""
    amounts: dict[str, int] = {}
    for fill in OPEN_WORK:
        for work in fill(user_id):
            amounts[work.kind] = amounts.get(work.kind, 0) + work.amount
    return amounts


def only_manager_of(user_id: int) -> list[str]:
    """The names of the teams that nobody else manages today: switching this sign-in off leaves them without."""
    other, other_user = orm.aliased(TeamMembership), orm.aliased(User)
    today = clock.today()
    another = sa.exists().where(
        other.team_id == TeamMembership.team_id,
        other.role == "manager",
        other.user_id != user_id,
        other.from_on <= today,
        sa.or_(other.until_on.is_(None), other.until_on >= today),
        other_user.id == other.user_id,
        other_user.disabled_at.is_(None),
    )
    return list(
        db.session.scalars(
            sa.select(Team.name)
            .join(TeamMembership, TeamMembership.team_id == Team.id)
            .where(TeamMembership.user_id == user_id, TeamMembership.role == "manager", in_force(), ~another)
            .order_by(Team.name)
        )
    )
