"""The running assessments of a team, or of one worker, that are likely to end late, each with its reasons."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.access.domain import Actor
from caseapp.access.queries import not_barred
from caseapp.accounts.models import Absence, Cover
from caseapp.accounts.queries import runs_on
from caseapp.assessments.domain import CHILD_AND_FAMILY
from caseapp.assessments.models import Assessment
from caseapp.cases.models import Case, Custody, Involvement
from caseapp.cases.queries import CaseRow, cases_by_id
from caseapp.deadlines.catalogue import CORRECTIONS, RANKS
from caseapp.deadlines.domain import Happened, WorkingCalendar, in_order
from caseapp.deadlines.models import Clock
from caseapp.deadlines.queries import VERSION, ClockView, clock_view, known_policy, policy_of
from caseapp.desk.domain.likely import ENTRIES, LENGTH, Facts, Reason, is_likely, observe, reasons, total
from caseapp.kernel import clock
from caseapp.kernel.db import UTCDateTime, db, fetch
from caseapp.kernel.events import Event, EventSubject

from .due import PAGE

RULE = "assessment.complete"
A_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class LikelyRow:
    """Children of a family whose assessment is likely to end late: its points and what they are for."""

    points: int
    reasons: tuple[Reason, ...]
    clock: ClockView
    family: str
    children: tuple[CaseRow, ...]

    @property
    def place(self) -> tuple[int, str, int]:
        """Where it stands in the list: the most points first, then what is due first."""
        return (-self.points, f"{self.clock.due_at:%Y%m%d%H%M}", self.clock.id)

    @property
    def address(self) -> str:
        """The place for an address."""
        return "-".join(str(part) for part in (self.points, *self.place[1:]))


@dataclass(frozen=True)
class LikelyPage:
    """Some of them, how many there are, and how many assessments run that are not late yet."""

    rows: tuple[LikelyRow, ...]
    total: int
    running: int
    after: str | None


def list_likely(actor: Actor, *, team_id: int | None = None, after: str = "") -> LikelyPage:
    """Those of a team, or where none is given those the actor leads or covers for, without children that a conflict of
    interest keeps from them. The most points first. Four statements."""
    rows = db.session.execute(_running(actor, team_id)).all()
    policy = policy_of(rows[0].policy) if rows else known_policy()
    calendar = policy.statutory
    events, lengths = _events([row.subject_id for row in rows]), _past_lengths(calendar)
    found: list[tuple[int, tuple[Reason, ...], Any]] = []
    for row in rows:
        said = reasons(_facts(row, events[row.subject_id], lengths, calendar))
        if is_likely(total(said)):
            found.append((total(said), said, row))
    # Brothers and sisters in one assessment stand in one line.
    together: dict[tuple[int, datetime, tuple[Reason, ...]], list[Any]] = {}
    for points, said, row in found:
        together.setdefault((row.family_id, row.due_at, said), []).append((points, row))
    lines = [
        (LikelyRow(same[0][0], said, clock_view(policy, same[0][1]), "", ()), [row.subject_id for _, row in same])
        for (_, _, said), same in together.items()
    ]
    lines.sort(key=lambda line: line[0].place)
    start = _read(after)
    shown = [line for line in lines if start is None or line[0].place > start][: PAGE + 1]
    cases = {case.id: case for case in cases_by_id([number for _, ids in shown[:PAGE] for number in ids])}
    told = [
        replace(line, family=mine[0].family_name, children=tuple(mine))
        for line, ids in shown[:PAGE]
        if (mine := [cases[number] for number in ids if number in cases])
    ]
    more = told[-1].address if len(shown) > PAGE else None
    return LikelyPage(tuple(told), len(lines), len({(row.family_id, row.due_at) for row in rows}), more)


def _read(text: str) -> tuple[int, str, int] | None:
    """The place as an address gave it; None for one that is none: then the list begins at its beginning."""
    parts = text.split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() and len(part) < 19 for part in parts):
        return None
    return -int(parts[0]), parts[1], int(parts[2])


def _day_of(came: datetime, calendar: WorkingCalendar) -> Callable[[datetime], int]:
    """What counts an instant's working days from the referral's day 0."""
    day_0 = calendar.working_day_on_or_before(clock.to_london(came).date())
    return lambda at: max(0, calendar.working_days_between(day_0, clock.to_london(at).date()))


def _facts(row: Any, events: Sequence[Happened], lengths: Sequence[int], calendar: WorkingCalendar) -> Facts:
    day_of = _day_of(row.anchor_at, calendar)
    day = day_of(clock.now())
    running = bisect_right(lengths, day)
    return replace(
        observe(((event.code, event.at) for event in events), day_of=day_of, day=day),
        named=row.lead_id is not None,
        away=row.absence_id is not None and row.cover_id is None,
        children=row.led,
        workers=max(1, row.workers),
        past_open=len(lengths) - running,
        past_late=len(lengths) - bisect_right(lengths, max(day, LENGTH)),
    )


def _running(actor: Actor, team_id: int | None) -> Any:
    """Assessments that run and are not late, with who leads and how much they carry."""
    lead, other = orm.aliased(Involvement), orm.aliased(Involvement)
    absence, cover, today = orm.aliased(Absence), orm.aliased(Cover), clock.today()
    led = (
        sa.select(sa.func.count())
        .where(other.professional_id == lead.professional_id, other.leads, other.to_at.is_(None))
        .scalar_subquery()
    )
    workers = (
        sa.select(sa.func.count(sa.distinct(other.professional_id)))
        .where(other.case_id == Case.id, other.leads)
        .scalar_subquery()
    )
    if team_id is not None:
        whose = Custody.team_id == team_id
    else:
        theirs = [actor.professional_id, *(away.professional_id for away in actor.covers)]
        whose = lead.professional_id.in_([number for number in theirs if number is not None])
    return (
        sa.select(
            Clock.id,
            Clock.subject_id,
            Clock.rule,
            Clock.anchor_at,
            Clock.due_on,
            Clock.due_at,
            Clock.planned_on,
            Case.family_id,
            lead.professional_id.label("lead_id"),
            led.label("led"),
            workers.label("workers"),
            absence.id.label("absence_id"),
            cover.id.label("cover_id"),
            VERSION,
        )
        .select_from(Custody)
        .join(Case, Case.id == Custody.case_id)
        .join(
            Clock,
            sa.and_(
                Clock.subject_id == Case.id,
                Clock.rule == RULE,
                Clock.stopped_at.is_(None),
                Clock.due_at > sa.literal(clock.now(), UTCDateTime()),
            ),
        )
        .outerjoin(lead, sa.and_(lead.case_id == Case.id, lead.to_at.is_(None), lead.leads))
        .outerjoin(absence, sa.and_(absence.professional_id == lead.professional_id, *runs_on(absence, today)))
        .outerjoin(cover, sa.and_(cover.away_id == lead.professional_id, *runs_on(cover, today)))
        .where(Custody.to_at.is_(None), whose, not_barred(actor, Case.id))
        .order_by(Clock.due_at, Clock.id)
    )


def _events(case_ids: Sequence[int]) -> dict[int, list[Happened]]:
    found: dict[int, list[Happened]] = defaultdict(list)
    for row in fetch(_EVENTS, {"cases": list(case_ids)}):
        found[row.subject_id].append(
            Happened(row.id, row.code, row.occurred_at, row.recorded_at, row.data, RANKS.get(row.code, 0))
        )
    return defaultdict(list, {case_id: in_order(events) for case_id, events in found.items()})


_EVENTS: Any = (
    sa.select(EventSubject.subject_id, Event.id, Event.code, Event.occurred_at, Event.recorded_at, Event.data)
    .join(Event, Event.id == EventSubject.event_id)
    .where(
        EventSubject.subject_id.in_(sa.bindparam("cases", expanding=True)),
        Event.code.in_((*ENTRIES, *RANKS, *CORRECTIONS)),
    )
)


def _past_lengths(calendar: WorkingCalendar) -> list[int]:
    """How many working days the assessments of the last twelve months took, the shortest first."""
    rows = fetch(_PAST, {"since": clock.now() - A_YEAR})
    return sorted(_day_of(row.received_at, calendar)(row.authorised_at) for row in rows)


_PAST: Any = sa.select(Assessment.received_at, Assessment.authorised_at).where(
    Assessment.kind == CHILD_AND_FAMILY,
    Assessment.authorised_at >= sa.bindparam("since", type_=UTCDateTime()),
)
