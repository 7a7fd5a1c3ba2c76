"""Cases as rows: of a family, of a person, of a worker, of a team."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.access.domain import Actor
from caseapp.access.queries import not_barred
from caseapp.accounts.models import Absence, Cover, Professional, Team
from caseapp.accounts.queries import runs_on, user_names
from caseapp.cases.domain import LEVELS
from caseapp.cases.models import Case, Custody, Involvement
from caseapp.kernel import clock
from caseapp.kernel.db import db, fetch
from caseapp.kernel.events import Event, EventSubject
from caseapp.kernel.subjects import Subject
from caseapp.kernel.web import day_short
from caseapp.people.models import Family, Person, PersonName, Stay
from caseapp.people.queries import CURRENT_NAME, ELDEST_FIRST, PERSON_COLUMNS, STAY_NOW, shown_age, shown_name


@dataclass(frozen=True)
class CaseRow:
    """An open case as lists show it: the child, the level, the accountable team since when, the lead if there is one.

    `sector` is None for a protected address.
    """

    id: int
    reference: str
    version: int
    person_id: int
    name: str
    first_name: str
    age: str
    family_id: int
    family_name: str
    referral_id: int
    received_at: datetime
    level: str
    team_id: int
    team_name: str
    held_since: datetime
    lead_id: int | None
    lead_name: str | None
    lead_role: str | None
    lead_since: datetime | None
    sector: str | None
    address_protected: bool
    # The lead is away today: until when (None with `lead_away`: nobody knows), and who covers until when.
    lead_away: bool = False
    away_until: date | None = None
    cover_name: str | None = None
    cover_until: date | None = None

    @property
    def level_words(self) -> str:
        """The level in words."""
        return LEVELS[self.level]

    @property
    def cover_words(self) -> str:
        """ "Leah Dawson is off, Marta Wilk is covering until Thu 26 Nov"; "" while the lead is here and covers
        themself."""
        if not self.lead_away and not self.cover_name:
            return ""
        off = f"{self.lead_name} is off"
        if self.cover_name:
            until = f" until {day_short(self.cover_until)}" if self.cover_until else ""
            return f"{off}, {self.cover_name} is covering{until}"
        back = f" until {day_short(self.away_until)}" if self.away_until else ""
        return f"{off}{back}, nobody is covering"

    @property
    def called(self) -> str:
        """The first name, or the whole when it is not known."""
        return self.first_name or self.name


_ABSENCE, _COVER, _COVERING = orm.aliased(Absence), orm.aliased(Cover), orm.aliased(Professional)
OPEN_LEAD = sa.and_(Involvement.case_id == Case.id, Involvement.to_at.is_(None), Involvement.leads)


def select_cases() -> Any:
    """Open cases with all that a CaseRow shows."""
    today = clock.today()
    return (
        sa.select(
            Case.id.label("case_id"),
            Subject.reference,
            Case.version,
            Case.person_id,
            *PERSON_COLUMNS,
            Case.family_id,
            Family.name.label("family_name"),
            Case.referral_id,
            Case.received_at,
            Case.level,
            Custody.team_id,
            Team.name.label("team_name"),
            Custody.from_at.label("held_since"),
            Involvement.professional_id.label("lead_id"),
            Professional.name.label("lead_name"),
            Involvement.role.label("lead_role"),
            Involvement.from_at.label("lead_since"),
            Stay.sector,
            Stay.protected.label("address_protected"),
            _ABSENCE.id.label("absence_id"),
            _ABSENCE.until_on.label("away_until"),
            _COVERING.name.label("cover_name"),
            _COVER.until_on.label("cover_until"),
        )
        .select_from(Case)
        .join(Subject, Subject.id == Case.id)
        .join(Person, Person.id == Case.person_id)
        .outerjoin(PersonName, CURRENT_NAME)
        .outerjoin(Stay, STAY_NOW)
        .join(Family, Family.id == Case.family_id)
        .join(Custody, sa.and_(Custody.case_id == Case.id, Custody.to_at.is_(None)))
        .join(Team, Team.id == Custody.team_id)
        .outerjoin(Involvement, OPEN_LEAD)
        .outerjoin(Professional, Professional.id == Involvement.professional_id)
        # At most one of each runs on a day: the commands see to it.
        .outerjoin(
            _ABSENCE, sa.and_(_ABSENCE.professional_id == Involvement.professional_id, *runs_on(_ABSENCE, today))
        )
        .outerjoin(_COVER, sa.and_(_COVER.away_id == Involvement.professional_id, *runs_on(_COVER, today)))
        .outerjoin(_COVERING, _COVERING.id == _COVER.covering_id)
        .where(Case.closed_at.is_(None))
    )


def as_case_row(row: Any) -> CaseRow:
    """A row of `select_cases` as a CaseRow."""
    return CaseRow(
        row.case_id,
        row.reference,
        row.version,
        row.person_id,
        shown_name(row),
        row.first or "",
        shown_age(row),
        row.family_id,
        row.family_name,
        row.referral_id,
        row.received_at,
        row.level,
        row.team_id,
        row.team_name,
        row.held_since,
        row.lead_id,
        row.lead_name,
        row.lead_role,
        row.lead_since,
        None if row.address_protected else row.sector,
        bool(row.address_protected),
        row.absence_id is not None,
        row.away_until,
        row.cover_name,
        row.cover_until,
    )


def family_cases(family_id: int, *, reader: Actor | None = None) -> list[CaseRow]:
    """The open cases of a family, eldest child first, without those that a conflict of interest keeps from `reader`
    (None: nobody reads it). One statement."""
    query = select_cases().where(Case.family_id == family_id).order_by(*ELDEST_FIRST)
    if reader is not None:
        query = query.where(not_barred(reader, Case.id))
    return [as_case_row(row) for row in db.session.execute(query)]


def cases_by_id(case_ids: Collection[int]) -> list[CaseRow]:
    """Open cases by their numbers, family by family, eldest child first; what the reader may see of them is the
    caller's to know. One statement."""
    if not case_ids:
        return []
    given = select_cases().where(Case.id.in_(case_ids)).order_by(Case.family_id, *ELDEST_FIRST)
    return [as_case_row(row) for row in db.session.execute(given)]


def find_open_case(match_key: str) -> CaseRow | None:
    """The open case of a child with exactly this name and birth date (`names.match_key`); None if there is none."""
    row = db.session.execute(select_cases().where(Person.match_key == match_key).order_by(Case.id).limit(1)).first()
    return as_case_row(row) if row else None


def open_cases_of_persons(person_ids: Collection[int]) -> dict[int, CaseRow]:
    """The open case of each person who has one, in one statement."""
    if not person_ids:
        return {}
    rows = db.session.execute(select_cases().where(Case.person_id.in_(person_ids)))
    return {row.person_id: as_case_row(row) for row in rows}


def family_of(case_id: int) -> str:
    """The name of a case's family."""
    return (
        db.session.scalar(sa.select(Family.name).join(Case, Case.family_id == Family.id).where(Case.id == case_id))
        or ""
    )


@dataclass(frozen=True)
class LastAllocation:
    """Who gave a child to whom, and when."""

    by: str
    to: str
    at: datetime


def find_last_allocation(case_ids: Iterable[int]) -> LastAllocation | None:
    """The last time one of these cases was given to somebody who still has it; None if none was."""
    row = db.session.execute(
        sa.select(Event.actor_id, Event.occurred_at, Professional.name)
        .join(EventSubject, EventSubject.event_id == Event.id)
        .join(
            Involvement,
            sa.and_(Involvement.case_id == EventSubject.subject_id, Involvement.to_at.is_(None), Involvement.leads),
        )
        .join(Professional, Professional.id == Involvement.professional_id)
        .where(Event.code == "case.allocated", EventSubject.subject_id.in_(list(case_ids)))
        .order_by(Event.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    who = user_names({row.actor_id}).get(row.actor_id) if row.actor_id else None
    return LastAllocation(who or "Somebody", row.name, row.occurred_at)


def list_holding_teams() -> dict[int, str]:
    """For decisions about deadlines: each open case's number and the name of the team that holds it. One statement."""
    return {row.case_id: row.name for row in fetch(_HOLDING)}


_HOLDING = sa.select(Custody.case_id, Team.name).join(Team, Team.id == Custody.team_id).where(Custody.to_at.is_(None))
