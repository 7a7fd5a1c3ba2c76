"""Night work as rows: who owns what, what it is about, what was written. One shape for the lists of both sides."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.access.domain import HUB, OUT_OF_HOURS, Actor
from caseapp.access.queries import not_barred
from caseapp.accounts.models import Professional, Team, TeamMembership
from caseapp.accounts.queries import in_force, user_name_of
from caseapp.cases.models import Case, Custody
from caseapp.deadlines.queries import ClockView
from caseapp.deadlines.slots import About
from caseapp.kernel import clock
from caseapp.kernel.db import db, fetch
from caseapp.kernel.subjects import Subject
from caseapp.night.models import NightEntry, NightWork
from caseapp.notifications.slots import Whose
from caseapp.people.models import Person, PersonName
from caseapp.people.queries import CURRENT_NAME, PERSON_COLUMNS, shown_age, shown_name
from caseapp.referrals.domain.children import children_of
from caseapp.referrals.domain.hub import ages_together, concern_words, names_together
from caseapp.referrals.models import Referral, ReferralChild


@dataclass(frozen=True)
class EntryRow:
    """What the night wrote: when it happened, when it was written down, by whom."""

    work_id: int
    happened: str
    done: str
    day_must: str
    happened_at: datetime
    recorded_at: datetime
    who: str
    from_paper: bool

    @property
    def written_later(self) -> bool:
        """Whether it was written down more than a quarter of an hour after it happened."""
        return (self.recorded_at - self.happened_at).total_seconds() > 900


@dataclass(frozen=True)
class WorkRow:
    """One piece of night work with its owner, in words."""

    id: int
    reference: str
    kind: str
    about_id: int
    about: str
    names: str
    ages: str
    concern: str
    rating: str | None
    sender: str
    case_reference: str | None
    may_happen: str
    whom_to_ring: str
    until_at: datetime | None
    made_at: datetime
    made_by: str
    keeper: str | None
    accepted_at: datetime | None
    accepted_by: str | None
    version: int
    clock: ClockView | None = None
    entries: tuple[EntryRow, ...] = ()

    @property
    def to_accept(self) -> bool:
        """Whether it waits for somebody of the night."""
        return self.kind == "handed" and self.accepted_at is None

    @property
    def owner_words(self) -> str:
        """Who owns it through the night."""
        if self.kind == "kept":
            return f"{self.keeper}, in the hub"
        if self.kind == "child":
            return "The team that holds the child"
        if self.accepted_by:
            return f"{self.accepted_by}, out of hours"
        return "The night, not accepted yet"


_ABOUT, _WORK = orm.aliased(Subject), orm.aliased(Subject)


def select_works(*more: Any) -> Any:
    """Work that the day has not read, with what it is about: a referral's document, or a child with an open case."""
    return (
        sa.select(
            NightWork.id,
            _WORK.reference,
            NightWork.kind,
            NightWork.about_id,
            _ABOUT.reference.label("about"),
            _ABOUT.kind.label("about_kind"),
            Referral.document,
            Referral.rating,
            Referral.agency_given,
            *(column for column in PERSON_COLUMNS if column.key != "id"),
            NightWork.may_happen,
            NightWork.whom_to_ring,
            NightWork.until_at,
            NightWork.made_at,
            user_name_of(NightWork.made_by_id).label("made_by"),
            Professional.name.label("keeper"),
            NightWork.accepted_at,
            user_name_of(NightWork.accepted_by_id).label("accepted_by"),
            NightWork.version,
            Custody.team_id,
            *more,
        )
        .join(_WORK, _WORK.id == NightWork.id)
        .join(_ABOUT, _ABOUT.id == NightWork.about_id)
        .outerjoin(Referral, Referral.id == NightWork.about_id)
        .outerjoin(Case, Case.id == NightWork.about_id)
        .outerjoin(Custody, sa.and_(Custody.case_id == Case.id, Custody.to_at.is_(None)))
        .outerjoin(Person, Person.id == Case.person_id)
        .outerjoin(PersonName, CURRENT_NAME)
        .outerjoin(Professional, Professional.id == NightWork.keeper_id)
        .where(NightWork.read_at.is_(None))
    )


def as_work(row: Any, clock_view: ClockView | None = None, entries: tuple[EntryRow, ...] = ()) -> WorkRow:
    """A row of `select_works` as a WorkRow."""
    is_case = row.about_kind == "case"
    told = [] if is_case else children_of(row.document)
    return WorkRow(
        id=row.id,
        reference=row.reference,
        kind=row.kind,
        about_id=row.about_id,
        about=row.about,
        names=shown_name(row) if is_case else names_together(told),
        ages=shown_age(row) if is_case else ages_together(told, clock.today()),
        concern="" if is_case else concern_words(row.document),
        rating=row.rating,
        sender="" if is_case else row.agency_given or "a member of the public",
        case_reference=row.about if is_case else None,
        may_happen=row.may_happen,
        whom_to_ring=row.whom_to_ring,
        until_at=row.until_at,
        made_at=row.made_at,
        made_by=row.made_by or "Somebody",
        keeper=row.keeper,
        accepted_at=row.accepted_at,
        accepted_by=row.accepted_by,
        version=row.version,
        clock=clock_view,
        entries=entries,
    )


def list_entries(work_ids: Collection[int]) -> dict[int, tuple[EntryRow, ...]]:
    """The entries of each piece of work, the first first. One statement."""
    rows = db.session.execute(_select_entries().where(NightEntry.work_id.in_(list(work_ids))))
    found: dict[int, tuple[EntryRow, ...]] = {}
    for row in rows:
        found[row.work_id] = (*found.get(row.work_id, ()), _as_entry(row))
    return found


def entries_about(actor: Actor, case_id: int) -> tuple[EntryRow, ...]:
    """What the night wrote that the day has not read about a child: on the child, or on a contact that tells of it. One
    statement."""
    told = (
        sa.select(ReferralChild.referral_id)
        .join(Person, Person.match_key == ReferralChild.match_key)
        .join(Case, Case.person_id == Person.id)
        .where(Case.id == case_id)
    )
    about = sa.or_(NightWork.about_id == case_id, NightWork.about_id.in_(told))
    rows = db.session.execute(
        _select_entries()
        .join(NightWork, NightWork.id == NightEntry.work_id)
        .where(NightWork.read_at.is_(None), about, seen_by_night(actor))
    )
    return tuple(_as_entry(row) for row in rows)


@dataclass(frozen=True)
class LastNightRow:
    """A child of a team about whom the night wrote: on the child, or on a contact that tells of it."""

    case_reference: str
    name: str
    entries: int
    last_at: datetime
    read_at: datetime | None
    read_by: str | None
    on_child: bool


def list_last_night(actor: Actor, team_id: int) -> list[LastNightRow]:
    """What the night wrote about the children a team holds: what nobody has read yet, and what was read today; the last
    first. One statement."""
    told = (
        sa.select(NightWork.id.label("work_id"), Case.id.label("case_id"))
        .join(ReferralChild, ReferralChild.referral_id == NightWork.about_id)
        .join(Person, Person.match_key == ReferralChild.match_key)
        .join(Case, Case.person_id == Person.id)
    )
    own = sa.select(NightWork.id, Case.id).join(Case, Case.id == NightWork.about_id)
    today = datetime.combine(clock.today(), time(), tzinfo=clock.LONDON)
    still = sa.or_(NightWork.read_at.is_(None), NightWork.read_at >= today)
    about = sa.union(told.where(still), own.where(still)).subquery()
    written = NightEntry.work_id == NightWork.id
    last_at = (
        sa.select(sa.func.max(NightEntry.happened_at, type_=NightEntry.happened_at.type))
        .where(written)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(
            _WORK.reference,
            *(column for column in PERSON_COLUMNS if column.key != "id"),
            sa.select(sa.func.count()).where(written).scalar_subquery().label("entries"),
            last_at.label("last_at"),
            NightWork.read_at,
            user_name_of(NightWork.read_by_id).label("read_by"),
            (NightWork.about_id == Case.id).label("on_child"),
        )
        .select_from(about)
        .join(NightWork, NightWork.id == about.c.work_id)
        .join(Case, Case.id == about.c.case_id)
        .join(_WORK, _WORK.id == Case.id)
        .join(Custody, sa.and_(Custody.case_id == Case.id, Custody.to_at.is_(None), Custody.team_id == team_id))
        .join(Person, Person.id == Case.person_id)
        .outerjoin(PersonName, CURRENT_NAME)
        .where(sa.exists().where(written), not_barred(actor, Case.id), seen_by_night(actor))
        .order_by(NightWork.read_at.is_not(None), sa.desc("last_at"), _WORK.reference)
    )
    return [
        LastNightRow(
            row.reference, shown_name(row), row.entries, row.last_at, row.read_at, row.read_by, bool(row.on_child)
        )
        for row in rows
    ]


def _select_entries() -> sa.Select[*tuple[Any, ...]]:
    return sa.select(
        NightEntry.work_id,
        NightEntry.happened,
        NightEntry.done,
        NightEntry.day_must,
        NightEntry.happened_at,
        NightEntry.recorded_at,
        user_name_of(NightEntry.author_id).label("who"),
        NightEntry.from_paper,
    ).order_by(NightEntry.happened_at, NightEntry.id)


def _as_entry(row: Any) -> EntryRow:
    said = (row.happened, row.done, row.day_must, row.happened_at, row.recorded_at)
    return EntryRow(row.work_id, *said, row.who or "Somebody", row.from_paper)


def seen_by_night(actor: Actor) -> sa.ColumnElement[bool]:
    """The condition that nothing bars the actor from what a piece of work is about."""
    return not_barred(actor, NightWork.about_id)


def people(today: Any) -> list[Whose]:
    """Which managers of the hub hear of the night's work about a referral (slot `notifications.people`): they open the
    referral."""
    managers = (
        sa.select(NightWork.id.label("about_id"), NightWork.about_id.label("subject_id"), TeamMembership.user_id)
        .select_from(NightWork)
        .join(Team, Team.kind == HUB)
        .join(
            TeamMembership,
            sa.and_(TeamMembership.team_id == Team.id, TeamMembership.role == "manager", in_force(today)),
        )
        .where(NightWork.read_at.is_(None))
    )
    return [Whose("hub_manager", managers)]


def about_works(actor: Actor, ids: Mapping[str, Collection[int]]) -> dict[int, About]:
    """What night work among these subjects is (slot `deadlines.about`): by its own page for the night, by the contact's
    for the hub. One statement."""
    wanted = ids.get("night", ())
    of_the_night = bool(actor.teams(OUT_OF_HOURS))
    return {
        row.id: About(
            "Night work",
            row.reference,
            names_together(children_of(row.document)),
            "The hub and the night",
            row.worker or "",
            ("night.work", row.reference) if of_the_night else ("referrals.show", row.about),
        )
        for row in (fetch(_WORKS, {"works": list(wanted)}) if wanted else ())
    }


# What the night worked on a child itself has its clock on the child's case.
_WORKS: Any = (
    sa.select(
        NightWork.id,
        _WORK.reference,
        _ABOUT.reference.label("about"),
        Referral.document,
        user_name_of(NightWork.accepted_by_id).label("worker"),
    )
    .join(_WORK, _WORK.id == NightWork.id)
    .join(_ABOUT, _ABOUT.id == NightWork.about_id)
    .join(Referral, Referral.id == NightWork.about_id)
    .where(NightWork.id.in_(sa.bindparam("works", expanding=True)))
)
