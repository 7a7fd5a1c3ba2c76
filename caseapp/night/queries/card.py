"""The safety card of a child, and the page of one piece of night work."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.access.domain import L4, Actor
from caseapp.accounts.models import Professional, Team, TeamMembership, User
from caseapp.accounts.queries import user_name_of
from caseapp.cases.catalogue import SEEN_BY_ANYBODY, SEEN_BY_WORKER
from caseapp.cases.models import Case, Custody, Episode, Involvement, Note, NoteCase, NoteVersion
from caseapp.cases.queries import CaseRow, dangers_among
from caseapp.cases.queries.lists import as_case_row, select_cases
from caseapp.cases.slots import BEFORE_VISIT, EntryWords
from caseapp.deadlines.models import Clock
from caseapp.deadlines.queries import clocks_of
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import NotFound
from caseapp.kernel.subjects import Subject
from caseapp.night.domain import CARE_EPISODES, PLAN_LEVELS
from caseapp.night.models import NightReason, NightWork
from caseapp.people.models import Person
from caseapp.people.queries import FamilyRow, list_family
from caseapp.referrals.domain.reading import Section, sections
from caseapp.referrals.models import Referral, ReferralChild

from .lists import AlertRow, alerts_on, cases_of_referral, told_missing
from .works import EntryRow, WorkRow, as_work, entries_about, list_entries, select_works


@dataclass(frozen=True)
class SafetyCard:
    """What somebody who goes to this child tonight must know, on one screen."""

    case: CaseRow
    people: tuple[FamilyRow, ...]
    dangers: tuple[EntryWords, ...]
    alerts: tuple[AlertRow, ...]
    in_care: bool
    worker_phone: str | None
    team_phone: str
    manager: str | None
    manager_phone: str | None
    last_note_at: datetime | None
    last_note_by: str | None
    # By the clocks that count from it: by the worker, and by anybody of any agency.
    seen_by_worker_at: datetime | None
    seen_at: datetime | None
    work_reference: str | None
    entries: tuple[EntryRow, ...]
    handed: bool
    opened: bool

    @property
    def at_home(self) -> list[FamilyRow]:
        """The children, and the adults who are not of concern."""
        return [person for person in self.people if not person.adult_of_concern]

    @property
    def of_concern(self) -> list[FamilyRow]:
        """Adults of concern: who must not be there, or whom to expect."""
        return [person for person in self.people if person.adult_of_concern]

    @property
    def child(self) -> FamilyRow | None:
        """The child, with where it lives."""
        return next((person for person in self.people if person.person_id == self.case.person_id), None)

    @property
    def on_plan(self) -> bool:
        """Whether the child is on a plan or in our care."""
        return self.in_care or self.case.level in PLAN_LEVELS

    @property
    def sources(self) -> list[str]:
        """The lists of the night on which this child stands: each is a reason to open the card."""
        found = {"handed": self.handed, "alert": bool(self.alerts), "plan": self.on_plan, "night": self.opened}
        return [key for key, holds in found.items() if holds]


def get_card(actor: Actor, case_id: int) -> SafetyCard:
    """The safety card of an open case that the guard has let this person of the night see. Raises NotFound for a closed
    one. Six statements."""
    row = _about(actor, case_id)
    case = as_case_row(row)
    family = list_family(actor, case.family_id, level=L4)
    return SafetyCard(
        case=case,
        people=tuple(family),
        dangers=(*dangers_among(family), *(each for fill in BEFORE_VISIT for each in fill(actor, case))),
        alerts=tuple(alerts_on([case_id])),
        in_care=bool(row.in_care),
        worker_phone=row.worker_phone,
        team_phone=row.team_phone,
        manager=row.manager,
        manager_phone=row.manager_phone,
        last_note_at=row.last_note_at,
        last_note_by=row.last_note_by,
        seen_by_worker_at=row.seen_by_worker_at,
        seen_at=row.seen_at,
        work_reference=row.work_reference,
        entries=entries_about(actor, case_id),
        handed=bool(row.handed),
        opened=bool(row.opened),
    )


def _about(actor: Actor, case_id: int) -> sa.Row:
    """The case with whom to ring, what was seen last and what stands on the night's list about it. One statement."""
    lead = orm.aliased(Professional)
    row = db.session.execute(
        select_cases()
        .add_columns(
            sa.select(lead.phone).where(lead.id == Involvement.professional_id).scalar_subquery().label("worker_phone"),
            Team.phone.label("team_phone"),
            _manager(Professional.name).label("manager"),
            _manager(Professional.phone).label("manager_phone"),
            _last_note(case_id, Note.happened_at).label("last_note_at"),
            _last_note(case_id, user_name_of(NoteVersion.author_id)).label("last_note_by"),
            _last_seen(case_id, SEEN_BY_WORKER).label("seen_by_worker_at"),
            _last_seen(case_id, SEEN_BY_ANYBODY).label("seen_at"),
            sa.exists()
            .where(Episode.case_id == Case.id, Episode.closed_on.is_(None), Episode.kind.in_(CARE_EPISODES))
            .label("in_care"),
            sa.select(Subject.reference)
            .join(NightWork, NightWork.id == Subject.id)
            .where(NightWork.about_id == case_id, NightWork.read_at.is_(None))
            .scalar_subquery()
            .label("work_reference"),
            _handed().label("handed"),
            sa.exists()
            .where(
                NightReason.case_id == case_id,
                NightReason.user_id == actor.user_id,
                NightReason.until_at > clock.now(),
            )
            .label("opened"),
        )
        .where(Case.id == case_id)
    ).first()
    if row is None:
        raise NotFound
    return row


def _manager(column: Any) -> sa.ScalarSelect[str]:
    """Name or phone of the manager of the team that holds the child, the first by name of several."""
    return (
        sa.select(column)
        .select_from(TeamMembership)
        .join(User, User.id == TeamMembership.user_id)
        .join(Professional, Professional.id == User.professional_id)
        .where(
            TeamMembership.team_id == Custody.team_id,
            TeamMembership.role == "manager",
            TeamMembership.until_on.is_(None),
            User.disabled_at.is_(None),
        )
        .order_by(Professional.name)
        .limit(1)
        .correlate(Custody)
        .scalar_subquery()
    )


def _last_note(case_id: int, column: Any) -> sa.ScalarSelect[Any]:
    return (
        sa.select(column)
        .select_from(Note)
        .join(NoteCase, NoteCase.note_id == Note.id)
        .join(NoteVersion, sa.and_(NoteVersion.note_id == Note.id, NoteVersion.number == 1))
        .where(NoteCase.case_id == case_id)
        .order_by(Note.happened_at.desc(), Note.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _last_seen(case_id: int, rule: str) -> sa.ScalarSelect[Any]:
    seen = sa.select(Clock.anchor_at).where(Clock.subject_id == case_id, Clock.rule == rule, Clock.stopped_at.is_(None))
    return seen.limit(1).scalar_subquery()


def _handed() -> Any:
    """Whether a contact about this child is in the night's hands, or tells that the child is missing."""
    in_hand = sa.exists().where(NightWork.about_id == Referral.id, NightWork.read_at.is_(None))
    return (
        sa.exists()
        .where(
            ReferralChild.match_key == Person.match_key,
            Referral.id == ReferralChild.referral_id,
            sa.or_(in_hand, told_missing(clock.now())),
        )
        .correlate(Person)
    )


@dataclass(frozen=True)
class WorkPage:
    """One piece of night work whole: the owner, what the referral told, the children with an open case, the entries."""

    work: WorkRow
    told: tuple[Section, ...]
    cases: tuple[CaseRow, ...]
    entries: tuple[EntryRow, ...]


def get_work(actor: Actor, work_id: int) -> WorkPage:
    """A piece of night work that the guard has let this person see. Raises NotFound once the day has read it. Four
    statements."""
    row = db.session.execute(select_works().where(NightWork.id == work_id)).first()
    if row is None:
        raise NotFound
    entries = list_entries([work_id]).get(work_id, ())
    views = clocks_of([work_id]).get(work_id, ())
    cases = [] if row.about_kind == "case" else cases_of_referral(actor, row.document)
    return WorkPage(
        as_work(row, next(iter(views), None), entries),
        () if row.about_kind == "case" else tuple(sections(row.document)),
        tuple(cases),
        entries,
    )
