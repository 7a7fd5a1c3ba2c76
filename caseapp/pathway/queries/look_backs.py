"""Look-backs: who said no to family help, whom of the universal services was told, what was found 12 weeks later."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import L4, Actor
from caseapp.access.queries import not_barred, visible_ids
from caseapp.accounts.models import Team, TeamMembership
from caseapp.accounts.queries import in_force, user_name_of
from caseapp.cases.models import Case
from caseapp.deadlines.models import Clock
from caseapp.deadlines.queries import ClockView, clocks_of
from caseapp.deadlines.slots import About
from caseapp.kernel.db import db, fetch
from caseapp.kernel.errors import NotFound
from caseapp.kernel.subjects import Subject
from caseapp.notifications.slots import Whose
from caseapp.pathway.models import LookBack, LookBackCase
from caseapp.people.models import Family, Person, PersonName
from caseapp.people.queries import CURRENT_NAME, PERSON_COLUMNS, shown_age, shown_name

RULE = "look_back.done"


@dataclass(frozen=True)
class LookedAt:
    """A child of a look-back; `open`: the case is still open."""

    case_id: int
    reference: str
    name: str
    age: str
    open: bool


@dataclass(frozen=True)
class LookBackPage:
    """A look-back with its children and its clock (None when it is done)."""

    id: int
    reference: str
    family: str
    team: str
    refused_on: date
    refused_by: str
    words: str
    told: str
    told_on: date
    watch_for: str
    written_at: datetime
    written_by: str
    done_at: datetime | None
    done_by: str | None
    found: str | None
    found_words: str
    children: tuple[LookedAt, ...]
    due: ClockView | None


def get_look_back(actor: Actor, look_back_id: int) -> LookBackPage:
    """A look-back that the guard has let this actor read, with the children whom nothing keeps from them. Three
    statements. Raises NotFound."""
    row = db.session.execute(
        sa.select(
            LookBack.__table__,
            Subject.reference,
            Family.name.label("family"),
            Team.name.label("team"),
            user_name_of(LookBack.written_by_id).label("written_by"),
            user_name_of(LookBack.done_by_id).label("done_by"),
        )
        .join(Subject, Subject.id == LookBack.id)
        .join(Family, Family.id == LookBack.family_id)
        .join(Team, Team.id == LookBack.team_id)
        .where(LookBack.id == look_back_id)
    ).first()
    if row is None:
        raise NotFound
    children = db.session.execute(
        sa.select(Case.id.label("case_id"), Subject.reference, Case.closed_at, *PERSON_COLUMNS)
        .join(LookBackCase, LookBackCase.case_id == Case.id)
        .join(Subject, Subject.id == Case.id)
        .join(Person, Person.id == Case.person_id)
        .outerjoin(PersonName, CURRENT_NAME)
        .where(LookBackCase.look_back_id == look_back_id, not_barred(actor, Case.id))
        .order_by(Person.born_on, Case.id)
    )
    running = clocks_of([look_back_id]).get(look_back_id, [])
    return LookBackPage(
        id=row.id,
        reference=row.reference,
        family=row.family,
        team=row.team,
        refused_on=row.refused_on,
        refused_by=row.refused_by,
        words=row.words,
        told=row.told,
        told_on=row.told_on,
        watch_for=row.watch_for,
        written_at=row.written_at,
        written_by=row.written_by,
        done_at=row.done_at,
        done_by=row.done_by,
        found=row.found,
        found_words=row.found_words or "",
        children=tuple(
            LookedAt(child.case_id, child.reference, shown_name(child), shown_age(child), child.closed_at is None)
            for child in children
        ),
        due=running[0] if running else None,
    )


@dataclass(frozen=True)
class LookBackRow:
    """An open look-back in a list: whose, since when, by when."""

    reference: str
    family: str
    refused_on: date
    due_on: date | None


def list_look_backs(actor: Actor) -> list[LookBackRow]:
    """The open look-backs that the actor may see, the soonest first. One statement."""
    rows = db.session.execute(
        sa.select(Subject.reference, Family.name, LookBack.refused_on, Clock.due_on)
        .join(Subject, Subject.id == LookBack.id)
        .join(Family, Family.id == LookBack.family_id)
        .outerjoin(Clock, sa.and_(Clock.subject_id == LookBack.id, Clock.stopped_at.is_(None)))
        .where(LookBack.done_at.is_(None), LookBack.id.in_(visible_ids(actor, "look_back", L4)))
        .order_by(Clock.due_on, LookBack.id)
    )
    return [LookBackRow(*row) for row in rows]


def people(today: Any) -> list[Whose]:
    """Who is reminded of a look-back (slot `notifications.people`): the managers of the team that looks back."""
    looking = (
        sa.select(LookBack.id.label("about_id"), LookBack.id.label("subject_id"), TeamMembership.user_id)
        .select_from(LookBack)
        .join(
            TeamMembership,
            sa.and_(TeamMembership.team_id == LookBack.team_id, TeamMembership.role == "manager", in_force(today)),
        )
        .where(LookBack.done_at.is_(None))
    )
    return [Whose("team_manager", looking)]


def about_look_backs(_actor: Actor, ids: Mapping[str, Collection[int]]) -> dict[int, About]:
    """What look-backs among these subjects are (slot `deadlines.about`). One statement."""
    wanted = ids.get("look_back", ())
    return {
        row.id: About(
            "Look-back", row.reference, f"{row.family} family", row.team, "", ("pathway.look_back", row.reference)
        )
        for row in (fetch(_LOOK_BACKS, {"look_backs": list(wanted)}) if wanted else ())
    }


_LOOK_BACKS: Any = (
    sa.select(LookBack.id, Subject.reference, Family.name.label("family"), Team.name.label("team"))
    .join(Subject, Subject.id == LookBack.id)
    .join(Family, Family.id == LookBack.family_id)
    .join(Team, Team.id == LookBack.team_id)
    .where(LookBack.id.in_(sa.bindparam("look_backs", expanding=True)))
)
