"""The tabs of the hub's queue: what stands under each, and how many."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.access.queries import AnyReader, reader_params, reader_shape
from caseapp.accounts.queries.desks import is_closed
from caseapp.deadlines.models import Clock
from caseapp.kernel import clock
from caseapp.kernel.db import fetch, is_postgresql
from caseapp.referrals.domain.hub import CONTACT, NOTE_ON_OPEN_CASE, REFERRAL
from caseapp.referrals.models import Decision, InputMark, LookAgain, Referral, ReferralChild

from .filters import about_open_case
from .order import DECIDED, NOT_DECIDED, WAITS, due_sql, seen_by, unread_sql

PROPOSED = "proposed"
# Written out: each of some eighty bound values takes as long as the row it is compared with.
_PROPOSED: Any = sa.literal_column("'proposed'")
_DECIDED: Any = sa.literal_column("'decided'")
_ONE: Any = sa.literal_column("1")
_ZERO: Any = sa.literal_column("0")
DECIDED_TODAY = "decided-today"
OPENED = "feedback.opened"
# What stands beside the tabs is counted so far and no further: "100 or more" is said of it then.
COUNTED_TO = 100
_LEADING = sa.orm.aliased(Decision)
_PROPOSED_FROM = sa.exists().where(_LEADING.referral_id == Referral.id, _LEADING.state == _PROPOSED)


class HubShape(NamedTuple):
    """What changes the text of the queue's statements, to keep each of them once."""

    placed: bool
    covers: bool
    postgresql: bool

    @property
    def reader(self) -> AnyReader:
        """The actor's place in a statement."""
        return AnyReader(self.placed, self.covers)


def hub_shape(actor: Actor) -> HubShape:
    """The shape of the queue's statements for this actor, on the app's database."""
    return HubShape(*reader_shape(actor), is_postgresql())


def hub_params(actor: Actor) -> dict[str, Any]:
    """What they are executed with."""
    today = clock.today()
    return {
        **reader_params(actor),
        "me": actor.user_id,
        "now": clock.now(),
        "today": today,
        "midnight": _midnight(today),
        "next_midnight": _midnight(today + timedelta(days=1)),
    }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=clock.LONDON)


def _instant(name: str) -> Any:
    return sa.bindparam(name, type_=Referral.received_at.type)


_ME: Any = sa.bindparam("me", type_=Referral.held_by_id.type)


@dataclass(frozen=True)
class Counts:
    """What stands above the queue. `unread`, `mine`, `late` and `due_today` are among those `to_decide`, and so are
    the ratings; what waits for a manager is counted apart, with its own late ones."""

    to_decide: int
    unread: int
    mine: int
    open_cases: int
    red: int
    amber: int
    green: int
    unrated: int
    proposed: int
    proposed_late: int
    late: int
    due_today: int
    decided_today: int
    marks: int
    # What became of the children of the contacts decided today, as the census counts them.
    referrals: int
    contacts: int
    notes: int
    # Outcomes that nobody opened, and decisions to look at again; at most COUNTED_TO.
    to_ring: int
    asked_again: int


def of_tab(reader: AnyReader, tab: str) -> sa.ColumnElement[bool]:
    """What stands under a tab, executed with `hub_params`. Raises KeyError for one that there is not."""
    # What is added after the decision waits to be read, too.
    waiting = sa.and_(WAITS, Referral.state != PROPOSED)
    return {
        "to-decide": lambda: waiting,
        "unread": lambda: sa.and_(waiting, unread_sql() == 1),
        "mine": lambda: sa.and_(waiting, Referral.held_by_id == _ME),
        "open-cases": lambda: sa.and_(waiting, about_open_case(reader)),
        # Contacts that are decided together are one line: the one that it was proposed from.
        "to-agree": lambda: sa.and_(NOT_DECIDED, Referral.state == PROPOSED, _PROPOSED_FROM),
        DECIDED_TODAY: lambda: sa.and_(Referral.state == DECIDED, Referral.decided_at >= _instant("midnight")),
    }[tab]()


def to_ring_about(now: sa.ColumnElement[datetime], closed: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """The clocks of outcomes that nobody opened: in time, or where `closed` holds for the agency, at once."""
    return sa.and_(Clock.rule == OPENED, Clock.stopped_at.is_(None), sa.or_(Clock.due_at < now, closed))


def count_queue(actor: Actor) -> Counts:
    """The counts of the tabs and of the sentence above them. One statement."""
    (found,) = fetch(_counts_statement(hub_shape(actor)), hub_params(actor))
    return Counts(*(number or 0 for number in found))


@cache
def _counts_statement(shape: HubShape) -> Any:
    reader = shape.reader
    now, end = _instant("now"), _instant("next_midnight")
    open_ones = (
        sa.select(
            Referral.state,
            Referral.rating,
            Referral.held_by_id,
            unread_sql().label("unread"),
            due_sql().label("due_at"),
            sa.case((about_open_case(reader), _ONE), else_=_ZERO).label("open_case"),
            sa.case((_PROPOSED_FROM, _ONE), else_=_ZERO).label("proposed_from"),
        )
        .where(WAITS, seen_by(reader))
        .cte("open_ones")
        # Worked out once for each: folded into the sums, each of them asks for the clocks again.
        .prefix_with("MATERIALIZED")
    )
    decided = (
        sa.select(Referral.id)
        .where(of_tab(reader, DECIDED_TODAY), seen_by(reader))
        .cte("decided_today")
        .prefix_with("MATERIALIZED")
    )
    row = open_ones.c
    waiting, undecided = row.state != _PROPOSED, row.state.not_in((_PROPOSED, _DECIDED))
    return sa.select(
        _count(waiting),
        _count(waiting, row.unread == _ONE),
        _count(waiting, row.held_by_id == _ME),
        _count(waiting, row.open_case == _ONE),
        *(_count(waiting, row.rating == sa.literal_column(f"'{rating}'")) for rating in ("red", "amber", "green")),
        _count(waiting, row.rating.is_(None)),
        _count(~waiting, row.proposed_from == _ONE),
        _count(~waiting, row.proposed_from == _ONE, row.due_at < now),
        _count(undecided, row.due_at < now),
        _count(undecided, row.due_at >= now, row.due_at < end),
        sa.select(sa.func.count()).select_from(decided).scalar_subquery(),
        sa.select(sa.func.count())
        .select_from(InputMark)
        .where(InputMark.settled_at.is_(None), seen_by(reader, InputMark.referral_id))
        .scalar_subquery(),
        *(
            sa.select(sa.func.count())
            .select_from(ReferralChild)
            # By the few of today: joined, SQLite reads every child that there ever was.
            .where(ReferralChild.referral_id.in_(sa.select(decided.c.id)), ReferralChild.became == became)
            .scalar_subquery()
            for became in (REFERRAL, CONTACT, NOTE_ON_OPEN_CASE)
        ),
        *(_up_to_a_hundred(query.where(seen_by(reader))) for query in (_to_ring(now), _ASKED_AGAIN)),
    ).select_from(open_ones)


def _to_ring(now: sa.ColumnElement[datetime]) -> sa.Select[Any]:
    closed = sa.exists().where(is_closed(Referral.agency_id, sa.bindparam("today", type_=sa.Date())))
    return (
        sa.select(Clock.id)
        .join(Referral, Referral.id == Clock.subject_id)
        .where(to_ring_about(now, closed.correlate(Referral)))
    )


_ASKED_AGAIN = (
    sa.select(LookAgain.id).join(Referral, Referral.id == LookAgain.referral_id).where(LookAgain.answered_at.is_(None))
)


def _up_to_a_hundred(query: sa.Select[Any]) -> Any:
    return sa.select(sa.func.count()).select_from(query.limit(COUNTED_TO).subquery()).scalar_subquery()


def _count(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((sa.and_(*conditions), _ONE), else_=_ZERO))
