"""The night list and the morning list."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import HUB, L4, Actor
from caseapp.access.queries import not_barred, visible_ids
from caseapp.accounts.queries import user_name_of
from caseapp.cases.models import Case, Episode, NightAlert
from caseapp.cases.queries import CaseRow
from caseapp.cases.queries.lists import as_case_row, select_cases
from caseapp.deadlines.domain import TimeLeft
from caseapp.deadlines.queries import ClockView, clocks_of, hub_hours
from caseapp.kernel import clock
from caseapp.kernel.db import db, is_postgresql
from caseapp.kernel.errors import NotFound
from caseapp.kernel.subjects import Subject, parse_reference
from caseapp.night.domain import CARE_EPISODES, PLAN_LEVELS
from caseapp.night.models import NightWork
from caseapp.people.domain.names import normalise_name
from caseapp.people.models import Person, PersonName
from caseapp.people.queries import ELDEST_FIRST
from caseapp.referrals.domain.children import as_object, children_of
from caseapp.referrals.domain.hub import ages_together, concern_words, names_together, police_risk
from caseapp.referrals.domain.reading import Section, sections
from caseapp.referrals.domain.signals import Signal
from caseapp.referrals.models import Referral
from caseapp.referrals.queries.order import decide_by, left_sql, seen_by
from caseapp.referrals.queries.telling import signal_columns, signals_of

from .works import WorkRow, as_work, list_entries, seen_by_night, select_works

A_PAGE = 50
# A child told missing stands on the list this long: nothing records yet that a child was found.
MISSING_FOR = timedelta(days=7)


@dataclass(frozen=True)
class AlertRow:
    """What a day worker wants the night to know, on which child."""

    id: int
    case: CaseRow
    may_happen: str
    what_to_do: str
    whom_to_ring: str
    until_at: datetime
    made_at: datetime
    made_by: str


@dataclass(frozen=True)
class ArrivalRow:
    """A contact that came in while the hub was closed, or tells of a missing child; `case` where a child in it has an
    open one."""

    id: int
    reference: str
    names: str
    ages: str
    concern: str
    sender: str
    received_at: datetime
    missing: bool
    state: str
    urgency: int
    cases: tuple[CaseRow, ...]
    rating: str | None
    time_left: TimeLeft | None
    signals: tuple[Signal, ...]
    # How the police grade the risk, in words; empty for what did not come from them.
    police_risk: str


@dataclass(frozen=True)
class NightList:
    """All that the night list shows. `plan` is a page of the children on a plan or in our care; `more` where others
    follow."""

    works: tuple[WorkRow, ...]
    alerts: tuple[AlertRow, ...]
    missing: tuple[ArrivalRow, ...]
    arrived: tuple[ArrivalRow, ...]
    plan: tuple[CaseRow, ...]
    more: bool
    hub_open: bool
    opens_at: datetime

    @property
    def to_accept(self) -> list[WorkRow]:
        """What waits to be accepted, the longest waiting first."""
        return [work for work in self.works if work.to_accept]

    @property
    def held(self) -> list[WorkRow]:
        """What the night holds."""
        return [work for work in self.works if work.kind != "kept" and not work.to_accept]

    @property
    def kept(self) -> list[WorkRow]:
        """What somebody of the hub keeps."""
        return [work for work in self.works if work.kind == "kept"]


def night_list(actor: Actor, *, after: int = 0) -> NightList:
    """The night list as this person of the night sees it, without what a conflict of interest keeps from them; the
    children on a plan from behind the case `after` on. Six statements."""
    now = clock.now()
    rows = db.session.execute(select_works().where(seen_by_night(actor)).order_by(NightWork.made_at)).all()
    found = db.session.execute(_select_told(actor, now)).all()
    clocks = clocks_of([row.id for row in (*rows, *found)])
    works = tuple(as_work(row, next(iter(clocks.get(row.id, ())), None)) for row in rows)
    owned = {work.about_id for work in works}
    told = _arrivals(actor, found, clocks)
    plan = _on_plan(actor, after)
    return NightList(
        works=works,
        alerts=tuple(_alerts(actor)),
        missing=tuple(row for row in told if row.missing),
        arrived=tuple(row for row in told if not row.missing and row.state != "decided" and row.id not in owned),
        plan=tuple(plan[:A_PAGE]),
        more=len(plan) > A_PAGE,
        hub_open=hub_hours().is_open(now),
        opens_at=hub_hours().next_opening(now),
    )


def in_force(now: datetime) -> sa.ColumnElement[bool]:
    """The condition under which an alert holds now."""
    return sa.and_(NightAlert.withdrawn_at.is_(None), NightAlert.until_at > now)


def _alerts(actor: Actor | None, *more: Any) -> list[AlertRow]:
    query = (
        select_cases()
        .add_columns(
            NightAlert.id.label("alert_id"),
            NightAlert.may_happen,
            NightAlert.what_to_do,
            NightAlert.whom_to_ring,
            NightAlert.until_at,
            NightAlert.made_at,
            user_name_of(NightAlert.made_by_id).label("made_by"),
        )
        .join(NightAlert, NightAlert.case_id == Case.id)
        .where(in_force(clock.now()), *more)
        .order_by(NightAlert.until_at, NightAlert.id)
    )
    if actor is not None:
        query = query.where(not_barred(actor, Case.id))
    return [
        AlertRow(
            row.alert_id,
            as_case_row(row),
            row.may_happen,
            row.what_to_do,
            row.whom_to_ring,
            row.until_at,
            row.made_at,
            row.made_by or "Somebody",
        )
        for row in db.session.execute(query)
    ]


def alerts_on(case_ids: Collection[int]) -> list[AlertRow]:
    """The alerts that stand on these children now. One statement."""
    return _alerts(None, Case.id.in_(list(case_ids)))


def on_plan() -> sa.ColumnElement[bool]:
    """The condition that a child is on a plan or in our care, as far as the record says it today."""
    in_care = sa.exists().where(
        Episode.case_id == Case.id, Episode.closed_on.is_(None), Episode.kind.in_(CARE_EPISODES)
    )
    return sa.or_(Case.level.in_(PLAN_LEVELS), in_care)


def _on_plan(actor: Actor, after: int) -> list[CaseRow]:
    rows = db.session.execute(
        select_cases().where(on_plan(), not_barred(actor, Case.id), Case.id > after).order_by(Case.id).limit(A_PAGE + 1)
    )
    return [as_case_row(row) for row in rows]


def told_missing(now: datetime) -> sa.ColumnElement[bool]:
    """The condition that a referral told of late that a child is missing."""
    return sa.and_(Referral.received_at > now - MISSING_FOR, _is_missing())


def _is_missing() -> sa.ColumnElement[bool]:
    if is_postgresql():
        return Referral.document["now"]["where"].as_string() == "missing"
    return sa.func.json_extract(Referral.document, "$.now.where") == "missing"


def is_arrival(now: datetime) -> sa.ColumnElement[bool]:
    """The condition under which a contact stands on the night list without being handed over: it tells of a missing
    child, or came in since the hub closed and nobody has it: unread, or opened by somebody who neither rated nor took
    it. What the night may take on."""
    if hub_hours().is_open(now):
        return told_missing(now)
    nobody_has_it = sa.or_(Referral.read_at.is_(None), left_sql())
    return sa.or_(told_missing(now), sa.and_(Referral.received_at >= hub_hours().last_closing(now), nobody_has_it))


def _select_told(actor: Actor, now: datetime) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Referral.id,
            Subject.reference,
            Referral.document,
            Referral.agency_given,
            Referral.received_at,
            Referral.state,
            Referral.urgency,
            Referral.rating,
            *signal_columns(actor),
        )
        .join(Subject, Subject.id == Referral.id)
        .where(is_arrival(now), not_barred(actor, Referral.id))
        .order_by(Referral.urgency.desc(), Referral.received_at)
    )


@dataclass(frozen=True)
class ArrivalPage:
    """One contact of the night list with all that the referrer told, before anybody takes it on."""

    row: ArrivalRow
    told: tuple[Section, ...]


def get_arrival(actor: Actor, typed: str) -> ArrivalPage:
    """A contact that stands on the night list now, by its reference. Raises NotFound for any other. Three
    statements."""
    wanted = Subject.reference == (parse_reference(typed) or "-")
    found = db.session.execute(_select_told(actor, clock.now()).where(wanted)).all()
    if not found:
        raise NotFound
    (row,) = _arrivals(actor, found, clocks_of([found[0].id]))
    return ArrivalPage(row, tuple(sections(found[0].document)))


def _arrivals(actor: Actor, found: Sequence[Any], clocks: dict[int, list[ClockView]]) -> list[ArrivalRow]:
    """The rows as the list shows them. One statement."""
    keys = {row.id: {child.match_key for child in children_of(row.document) if child.match_key} for row in found}
    cases = _cases_by_key(actor, set().union(*keys.values()))
    return [
        ArrivalRow(
            id=row.id,
            reference=row.reference,
            names=names_together(told := children_of(row.document)),
            ages=ages_together(told, clock.today()),
            concern=concern_words(row.document),
            sender=row.agency_given or "a member of the public",
            received_at=row.received_at,
            missing=as_object(as_object(row.document).get("now")).get("where") == "missing",
            state=row.state,
            urgency=row.urgency,
            cases=tuple(cases[key] for key in sorted(keys[row.id]) if key in cases),
            rating=row.rating,
            time_left=decide_by(row.rating, row.received_at, clocks.get(row.id, [])),
            signals=signals_of(row),
            police_risk=police_risk(row.document),
        )
        for row in found
    ]


def missing_case_ids() -> set[int]:
    """The open cases of children told missing of late: for the files of the day the system is gone."""
    documents = db.session.scalars(sa.select(Referral.document).where(told_missing(clock.now())))
    keys = {child.match_key for document in documents for child in children_of(document) if child.match_key}
    return {case.id for case in _cases_by_key(None, keys).values()}


def _cases_by_key(actor: Actor | None, keys: set[str]) -> dict[str, CaseRow]:
    query = select_cases().add_columns(Person.match_key).where(Person.match_key.in_(keys))
    if actor is not None:
        query = query.where(not_barred(actor, Case.id))
    return {row.match_key: as_case_row(row) for row in db.session.execute(query)}


def cases_of_referral(actor: Actor, document: object) -> list[CaseRow]:
    """The open cases of the children a referral tells of, without those kept from the actor. One statement."""
    keys = {child.match_key for child in children_of(document) if child.match_key}
    return list(_cases_by_key(actor, keys).values())


def cases_told_in(actor: Actor, referral_id: int) -> list[CaseRow]:
    """The same, by the referral's number. Two statements."""
    document = db.session.scalar(sa.select(Referral.document).where(Referral.id == referral_id))
    return cases_of_referral(actor, document)


def find_children(actor: Actor, typed: str) -> list[CaseRow]:
    """Open cases by reference, or by the beginning of first or last name; at most a page. One statement."""
    reference = parse_reference(typed)
    query = select_cases().where(not_barred(actor, Case.id)).limit(A_PAGE)
    if reference is not None:
        return [as_case_row(row) for row in db.session.execute(query.where(Subject.reference == reference))]
    parts = normalise_name(typed).split()
    if not parts:
        return []
    for part in parts:
        like = f"{part}%"
        query = query.where(
            sa.or_(
                sa.func.lower(PersonName.first).like(like),
                sa.func.lower(PersonName.last).like(like),
            )
        )
    return [as_case_row(row) for row in db.session.execute(query.order_by(PersonName.last, *ELDEST_FIRST))]


def list_morning(actor: Actor) -> list[WorkRow]:
    """What the night did that this actor's day must read: the hub's contacts, the children their teams hold. What is
    handed over and not begun is not the day's yet while the hub is closed. Three statements."""
    hub = bool(actor.teams(HUB))
    mine = NightWork.about_id.in_(visible_ids(actor, "case", L4, whys=("custody", "involved")))
    wanted = sa.or_(mine, sa.and_(Referral.id.is_not(None), seen_by(actor))) if hub else mine
    rows: Sequence[Any] = db.session.execute(
        select_works().where(wanted, seen_by_night(actor)).order_by(NightWork.made_at, NightWork.id)
    ).all()
    clocks = clocks_of([*(row.id for row in rows), *(row.about_id for row in rows)])
    entries = list_entries([row.id for row in rows])
    works = []
    for row in rows:
        views = [
            view
            for subject_id in (row.id, row.about_id)
            for view in clocks.get(subject_id, ())
            if view.rule.key.startswith("edt.")
        ]
        works.append(as_work(row, views[0] if views else None, entries.get(row.id, ())))
    return sorted(works, key=lambda work: (work.clock is None, work.clock.due_at if work.clock else work.made_at))


def has_morning(actor: Actor) -> bool:
    """Whether the night left this actor's hub or team something to read. One statement."""
    mine = NightWork.about_id.in_(visible_ids(actor, "case", L4, whys=("custody", "involved")))
    wanted = sa.or_(mine, sa.and_(Referral.id.is_not(None), seen_by(actor)))
    begun = sa.or_(NightWork.accepted_at.is_not(None), NightWork.kind == "child")
    query = (
        sa.select(NightWork.id)
        .outerjoin(Referral, Referral.id == NightWork.about_id)
        .where(NightWork.read_at.is_(None), begun, wanted, seen_by_night(actor))
        .limit(1)
    )
    return db.session.scalar(query) is not None
