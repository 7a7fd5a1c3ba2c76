"""The rows that each measure counts, in SQL: a number and the list behind it are made of the same statement.

Each has the columns key, subject_id, team_id, cut, part (the week), began_at, ended_at; the instants are parameters.
`now` reads what runs by its partial indexes; an earlier day is read from the dates of the rows.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
import sqlalchemy.ext.compiler

from caseapp.accounts.models import Agency, Team
from caseapp.assessments.domain import CHILD_AND_FAMILY
from caseapp.assessments.models import Assessment, AssessmentChild
from caseapp.cases.models import Case, CaseLevel, Custody, Involvement
from caseapp.deadlines.models import Clock
from caseapp.deadlines.queries import get_rule
from caseapp.insight.catalogue import NO_AGENCY, TO_HEAD
from caseapp.insight.domain import WEEKS, AsAt, midnight
from caseapp.kernel.db import BigId, UTCDateTime
from caseapp.kernel.events import Event
from caseapp.pathway.models import Handover
from caseapp.referrals.models import LookAgain, Referral, ReferralChild
from caseapp.referrals.queries.order import DECIDE_BY, NOT_DECIDED

Rows = sa.Select[Any]
SEEN_BY_ANYBODY, SEEN_BY_WORKER = "seen.anyone", "seen.worker"


def _moment(name: str) -> Any:
    return sa.bindparam(name, type_=UTCDateTime())


AT, SINCE, SOON, BEFORE = _moment("at"), _moment("since"), _moment("soon"), _moment("before")
_NOTHING: Any = sa.literal_column("''", sa.String())
_ZERO: Any = sa.literal_column("0", sa.Integer())
_NO_MOMENT: Any = sa.cast(sa.null(), UTCDateTime())
_HUB: Any = sa.select(sa.func.min(Team.id)).where(Team.kind == "hub").scalar_subquery()


def params(as_at: AsAt) -> dict[str, Any]:
    """What a statement of these rows is executed with."""
    weeks = {f"week{number}": first for number, first in enumerate(as_at.weeks)}
    # A child nobody has seen counts from the day the case was opened, and the alarm is past after its last day.
    alarms = {
        _opened(rule): midnight(as_at.day - timedelta(weeks=get_rule(rule, as_at.day).length))
        for rule in (SEEN_BY_ANYBODY, SEEN_BY_WORKER)
    }
    return {**alarms, "at": as_at.at, "since": as_at.since, "before": as_at.before, "soon": as_at.soon, **weeks}


def _opened(rule: str) -> str:
    return f"opened_before_{rule.replace('.', '_')}"


def rows_of(measure: str, now: bool) -> Rows:
    """The rows that a measure counts. KeyError for one that is none."""
    return _ROWS[measure](now)


def _runs(end: Any, now: bool) -> sa.ColumnElement[bool]:
    """Not ended at that instant."""
    missing: sa.ColumnElement[bool] = end.is_(None)
    return missing if now else sa.or_(missing, end > AT)


def _row(
    key: Any, subject: Any, team: Any, began: Any, *, cut: Any = None, part: Any = None, ended: Any = None
) -> Rows:
    return sa.select(
        key.label("key"),
        subject.label("subject_id"),
        team.label("team_id"),
        (_NOTHING if cut is None else cut).label("cut"),
        (_ZERO if part is None else part).label("part"),
        began.label("began_at"),
        (_NO_MOMENT if ended is None else ended).label("ended_at"),
    )


# ---------------------------------------------------------------- contacts and referrals


def _undecided(now: bool) -> sa.ColumnElement[bool]:
    if now:
        return NOT_DECIDED
    # A decision that is looked at again and made anew held until the answer.
    held = sa.exists().where(
        LookAgain.referral_id == Referral.id,
        LookAgain.decides_anew.is_(True),
        LookAgain.decided_before_at <= AT,
        LookAgain.answered_at > AT,
    )
    return sa.and_(_runs(Referral.decided_at, now), ~held)


def _open_contacts(now: bool) -> Rows:
    return _row(Referral.id, Referral.id, _HUB, Referral.received_at).where(Referral.received_at <= AT, _undecided(now))


def _unread(now: bool) -> Rows:
    return _open_contacts(now).where(_runs(Referral.read_at, now))


def _late_contacts(now: bool) -> Rows:
    late = sa.exists().where(
        Clock.subject_id == Referral.id, Clock.rule.in_(DECIDE_BY), _runs(Clock.stopped_at, now), Clock.due_at < AT
    )
    return _open_contacts(now).where(late)


def _contacts_year(_now: bool) -> Rows:
    return _row(Referral.id, Referral.id, _HUB, Referral.received_at, ended=_decided_by()).where(
        Referral.received_at >= SINCE, Referral.received_at <= AT
    )


def _decided_by() -> Any:
    """When it was decided, if it was by then."""
    return sa.case((Referral.decided_at <= AT, Referral.decided_at), else_=sa.null())


def _week() -> Any:
    """The number of the week that a contact came in, 0 the earliest."""
    return sa.case(
        *((Referral.received_at >= _moment(f"week{number}"), number) for number in range(WEEKS - 1, 0, -1)), else_=0
    )


def _agency() -> Any:
    return sa.func.coalesce(Agency.key, NO_AGENCY)


def _contacts_weeks(_now: bool) -> Rows:
    rows = _row(Referral.id, Referral.id, _HUB, Referral.received_at, cut=_agency(), part=_week(), ended=_decided_by())
    return rows.outerjoin(Agency, Agency.id == Referral.agency_id).where(
        Referral.received_at >= _moment("week0"), Referral.received_at <= AT
    )


def _referrals(since: Any, *, cut: Any = None, part: Any = None) -> Rows:
    """Children whose contact became a referral: the department's unit. What was decided by then counts."""
    return (
        _row(
            ReferralChild.id,
            Referral.id,
            _HUB,
            Referral.received_at,
            cut=cut,
            part=part,
            ended=Referral.decided_at,
        )
        .join(ReferralChild, ReferralChild.referral_id == Referral.id)
        .where(
            # Written out, so that SQLite takes the partial index.
            ReferralChild.became == sa.literal_column("'referral'"),
            Referral.received_at >= since,
            Referral.received_at <= AT,
            Referral.decided_at <= AT,
        )
    )


def _referrals_year(_now: bool) -> Rows:
    # What the form told, else what the sender's agency is.
    told: Any = sa.func.coalesce(sa.func.nullif(Referral.source_code, ""), Agency.source_code, "")
    return _referrals(SINCE, cut=told).outerjoin(Agency, Agency.id == Referral.agency_id)


def _referrals_weeks(_now: bool) -> Rows:
    rows = _referrals(_moment("week0"), cut=_agency(), part=_week())
    return rows.outerjoin(Agency, Agency.id == Referral.agency_id)


class year_before(sa.sql.functions.GenericFunction[Any]):
    """The instant twelve months before another, on both databases."""

    type = UTCDateTime()
    inherit_cache = True


@sa.ext.compiler.compiles(year_before, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    # Spelled as instants are stored, so that texts compare as instants do.
    return f"strftime('%Y-%m-%d %H:%M:%f000', {compiler.process(element.clauses, **options)}, '-1 year')"


@sa.ext.compiler.compiles(year_before, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)} - INTERVAL '1 year')"


def _rereferrals(_now: bool) -> Rows:
    """Referrals of the year whose child had another in the twelve months before: the same record, or the same name and
    birth date. One pass in order of time; looking back from each of them took six times as long."""
    both = (
        _referrals(BEFORE)
        .add_columns(
            ReferralChild.person_id,
            ReferralChild.match_key,
            *(
                sa.func.lag(Referral.received_at)
                .over(partition_by=same, order_by=(Referral.received_at, ReferralChild.id))
                .label(f"before_{same.key}")
                for same in (ReferralChild.person_id, ReferralChild.match_key)
            ),
        )
        .subquery()
        .c
    )
    a_year = year_before(both.began_at)
    again = sa.or_(
        sa.and_(both.person_id.is_not(None), both.before_person_id >= a_year),
        sa.and_(both.match_key.is_not(None), both.before_match_key >= a_year),
    )
    return _row(both.key, both.subject_id, both.team_id, both.began_at, ended=both.ended_at).where(
        both.began_at >= SINCE, again
    )


# ---------------------------------------------------------------- cases


def _held(now: bool) -> sa.ColumnElement[bool]:
    return sa.and_(Custody.from_at <= AT, _runs(Custody.to_at, now))


def _children(now: bool) -> Rows:
    level = sa.and_(CaseLevel.case_id == Custody.case_id, CaseLevel.from_at <= AT, _runs(CaseLevel.to_at, now))
    return (
        _row(Custody.case_id, Custody.case_id, Custody.team_id, Custody.from_at, cut=CaseLevel.level)
        .join(CaseLevel, level)
        .where(_held(now))
    )


def _leads(now: bool) -> sa.ColumnElement[bool]:
    return sa.and_(
        Involvement.case_id == Custody.case_id,
        Involvement.leads,
        Involvement.from_at <= AT,
        _runs(Involvement.to_at, now),
    )


def _unallocated(now: bool) -> Rows:
    return _row(Custody.case_id, Custody.case_id, Custody.team_id, Custody.from_at).where(
        _held(now), ~sa.exists().where(_leads(now)).correlate(Custody)
    )


def _workers(now: bool) -> Rows:
    return (
        _row(Involvement.professional_id, _ZERO, Custody.team_id, sa.func.min(Involvement.from_at))
        .join(Custody, _leads(now))
        .where(_held(now))
        .group_by(Involvement.professional_id, Custody.team_id)
    )


# ---------------------------------------------------------------- clocks


def _team_of_clock(now: bool) -> Any:
    """Whose the clock is: the team that holds the case, that receives the handover, or that holds the open case a
    contact was passed to; else the hub's."""
    # The earliest custody that runs, where brothers and sisters are with two teams.
    passed_to = (
        sa.select(sa.func.min(Custody.team_id))
        .join(ReferralChild, ReferralChild.case_id == Custody.case_id)
        .where(ReferralChild.referral_id == Clock.subject_id, _held(now))
        .correlate(Clock)
        .scalar_subquery()
    )
    holder = (
        sa.select(Custody.team_id)
        .where(Custody.case_id == Clock.subject_id, _held(now))
        .correlate(Clock)
        .limit(1)
        .scalar_subquery()
    )
    receiver = sa.select(Handover.to_team_id).where(Handover.id == Clock.subject_id).correlate(Clock).scalar_subquery()
    return sa.func.coalesce(
        sa.case((Clock.rule.startswith("open_case."), passed_to), else_=holder), receiver, _HUB, type_=BigId
    )


def _running(now: bool) -> Rows:
    rows = _row(
        Clock.id, Clock.subject_id, _team_of_clock(now), Clock.anchor_at, cut=Clock.rule, ended=Clock.due_at
    ).where(_runs(Clock.stopped_at, now))
    if now:
        return rows
    # A clock counts from its anchor, but runs only since what started it happened.
    return rows.join(Event, Event.id == Clock.started_by_id).where(Event.occurred_at <= AT)


def _late(now: bool) -> Rows:
    return _running(now).where(Clock.due_at < AT)


def _due(now: bool) -> Rows:
    return _running(now).where(Clock.due_at >= AT, Clock.due_at < SOON)


def _not_seen(rule: str) -> Callable[[bool], Rows]:
    """Children whom nobody, or not the worker, has seen for longer than the alarm of that rule."""

    def rows(now: bool) -> Rows:
        last = [Clock.subject_id == Custody.case_id, Clock.rule == rule, _runs(Clock.stopped_at, now)]
        if not now:
            last.append(sa.exists().where(Event.id == Clock.started_by_id, Event.occurred_at <= AT))
        since: Any = sa.func.coalesce(Clock.anchor_at, Case.opened_at, type_=UTCDateTime())
        never = sa.and_(Clock.id.is_(None), Case.opened_at < _moment(_opened(rule)))
        return (
            _row(Custody.case_id, Custody.case_id, Custody.team_id, since)
            .join(Case, Case.id == Custody.case_id)
            .outerjoin(Clock, sa.and_(*last))
            .where(_held(now), sa.or_(Clock.due_at <= AT, never))
        )

    return rows


def _to_head(now: bool) -> Rows:
    return _late(now).where(Clock.rule.in_(TO_HEAD))


def _stopped(rule: str, *how: str) -> Callable[[bool], Rows]:
    def rows(_now: bool) -> Rows:
        return _row(Clock.id, Clock.subject_id, _HUB, Clock.anchor_at, ended=Clock.stopped_at).where(
            Clock.rule == rule, Clock.stopped_at >= SINCE, Clock.stopped_at <= AT, Clock.ended_as.in_(how)
        )

    return rows


# ---------------------------------------------------------------- assessments


def _assessments(_now: bool) -> Rows:
    """Those authorised; how many working days they took is counted outside the database."""
    team = (
        sa.select(Custody.team_id)
        .where(Custody.case_id == AssessmentChild.case_id, Custody.from_at <= Assessment.authorised_at)
        .order_by(Custody.from_at.desc())
        .limit(1)
        .correlate(Assessment, AssessmentChild)
        .scalar_subquery()
    )
    return (
        _row(
            Assessment.id,
            AssessmentChild.case_id,
            team,
            Assessment.received_at,
            ended=Assessment.authorised_at,
        )
        .join(AssessmentChild, AssessmentChild.assessment_id == Assessment.id)
        .where(Assessment.authorised_at >= SINCE, Assessment.authorised_at <= AT, Assessment.kind == CHILD_AND_FAMILY)
    )


_ROWS: dict[str, Callable[[bool], Rows]] = {
    "contacts_unread": _unread,
    "contacts_undecided": _open_contacts,
    "contacts_late": _late_contacts,
    "children_open": _children,
    "children_unallocated": _unallocated,
    "workers": _workers,
    "clocks_late": _late,
    "clocks_due": _due,
    "clocks_to_head": _to_head,
    "not_seen_anybody": _not_seen(SEEN_BY_ANYBODY),
    "not_seen_worker": _not_seen(SEEN_BY_WORKER),
    "contacts_weeks": _contacts_weeks,
    "referrals_weeks": _referrals_weeks,
    "contacts_year": _contacts_year,
    "referrals_year": _referrals_year,
    "rereferrals_year": _rereferrals,
    "decisions_year": _stopped("referral.decision", "met", "late"),
    "decisions_in_time": _stopped("referral.decision", "met"),
    "feedback_year": _stopped("feedback.referrer", "met", "late"),
    "feedback_in_time": _stopped("feedback.referrer", "met"),
    "assessments_year": _assessments,
    "assessments_in_time": _assessments,
}
