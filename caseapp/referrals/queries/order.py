"""In which order the hub reads: what reaches it, by when it decides, what is unread; in SQL and for one row."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.access.domain import L4, Actor
from caseapp.access.models import Reach
from caseapp.access.queries import AnyReader, reaches
from caseapp.deadlines.domain import Policy, TimeLeft, Unit, time_left
from caseapp.deadlines.models import Clock
from caseapp.deadlines.queries import ClockView, get_rule, known_policy
from caseapp.kernel import clock
from caseapp.kernel.db import UTCDateTime, is_postgresql
from caseapp.kernel.subjects import Subject
from caseapp.kernel.web import when
from caseapp.referrals.domain.after import danger_words
from caseapp.referrals.domain.signals import DANGER_WEIGHT, Signal
from caseapp.referrals.models import Decision, DecisionReferral, Referral

A_YEAR = timedelta(days=365)
# The clocks that say by when the hub decides; the earliest counts.
RED = "mash.red"
DECIDE_BY = ("referral.decision", RED, "mash.amber", "mash.green")
DECIDED, RECEIVED = "decided", "received"
# Written out, not bound: SQLite takes a partial index only for a condition that it can read in the text.
NOT_DECIDED = Referral.state != "decided"
# Something came that the hub has not read; written as the partial index has it.
NEWS = Referral.new_at.is_not(None)


def _waits() -> sa.ColumnElement[bool]:
    """Not decided yet, or decided and something came since. Two look-ups, each by its partial index: an OR of the two
    makes SQLite read every referral that there ever was."""
    undecided, added_to = orm.aliased(Referral), orm.aliased(Referral)
    return Referral.id.in_(
        sa.union_all(
            sa.select(undecided.id).where(undecided.state != "decided"),
            sa.select(added_to.id).where(added_to.new_at.is_not(None)),
        )
    )


# What the hub has to look at.
WAITS = _waits()


def seen_by(actor: Actor | AnyReader, referral_id: Any = Referral.id) -> sa.ColumnElement[bool]:
    """The condition under which a referral reaches the actor whole (L4) and does not bar them."""
    return sa.exists().where(Reach.subject_id == referral_id, Reach.level >= L4, reaches(actor))


def _red_due() -> sa.ColumnElement[datetime]:
    """What nobody has rated counts as Red: the hours that Red gives, from receipt. Asked at each execution, so that a
    statement built once follows the rule of the day."""
    if is_postgresql():
        length: Any = sa.bindparam("red", callable_=_red_length, type_=sa.Interval(), unique=True)
        return sa.type_coerce(Referral.received_at + length, UTCDateTime())
    shift: Any = sa.bindparam("red", callable_=_red_shift, type_=sa.String(), unique=True)
    # Written as SQLite stores an instant, with six digits, so that the two compare as text.
    moved = sa.func.strftime("%Y-%m-%d %H:%M:%f", Referral.received_at, shift)
    return sa.type_coerce(moved.concat("000"), UTCDateTime())


def _red_length() -> timedelta:
    return timedelta(hours=get_rule(RED, clock.today()).length)


def _red_shift() -> str:
    return f"+{get_rule('mash.red', clock.today()).length} hours"


def due_sql() -> sa.ColumnElement[datetime]:
    """By when the hub decides: the earliest running clock, for the unrated the Red one too."""
    earliest = (
        sa.select(sa.func.min(Clock.due_at))
        .where(Clock.subject_id == Referral.id, Clock.stopped_at.is_(None), Clock.rule.in_(DECIDE_BY))
        .scalar_subquery()
    )
    return sa.type_coerce(
        sa.case(
            # What is added after the decision is due when it came.
            (Referral.state == DECIDED, sa.func.coalesce(Referral.new_at, Referral.decided_at)),
            (Referral.rating.is_(None), _red_due()),
            else_=sa.func.coalesce(earliest, _red_due()),
        ),
        UTCDateTime(),
    )


def unread_sql() -> sa.ColumnElement[int]:
    """1 for what nobody in the hub has read, or not since something was added."""
    one: Any = sa.literal_column("1")
    return sa.case((Referral.read_at.is_(None), one), (NEWS, one), else_=sa.literal_column("0"))


def left_sql() -> sa.ColumnElement[bool]:
    """The condition under which somebody opened it and left it: nobody has rated it, nobody has taken it. It stands
    with the unread, or opening it once would send a child down the list and off the night's."""
    nobody_has_it = sa.and_(Referral.rating.is_(None), Referral.held_by_id.is_(None))
    return sa.and_(Referral.read_at.is_not(None), nobody_has_it, Referral.state == RECEIVED)


def order_sql() -> tuple[Any, ...]:
    """The SQL twin of `signals.sort_key`; the id ends it, so that the order is whole and a page can go by key."""
    read = sa.case((left_sql(), 0), else_=1 - unread_sql())
    band = sa.case((Referral.urgency >= DANGER_WEIGHT, 0), (Referral.urgency > 0, 1), else_=2)
    due = due_sql()
    needed = sa.type_coerce(sa.func.coalesce(Referral.answer_needed_at, due), UTCDateTime())
    return read, band, needed, due, Referral.received_at, Referral.id


def running_sql() -> tuple[sa.ScalarSelect[datetime], sa.ScalarSelect[str]]:
    """Of the clock that ends first of those that say by when the hub decides: its end and its rule's key."""
    running = (Clock.subject_id == Referral.id, Clock.stopped_at.is_(None), Clock.rule.in_(DECIDE_BY))
    first = sa.select(Clock.rule).where(*running).order_by(Clock.due_at, Clock.id).limit(1)
    return sa.select(sa.func.min(Clock.due_at)).where(*running).scalar_subquery(), first.scalar_subquery()


def left_to_decide(
    rating: str | None, received_at: datetime, now: datetime, due_at: datetime | None, rule: str | None
) -> TimeLeft | None:
    """What is left until the hub has to have decided; without a rating it counts as Red.

    `due_at` and `rule`: of the clock that ends first (`running_sql`). None when nothing runs any more.
    """
    if due_at is None or rule is None:
        return None
    policy = known_policy()
    if rating is None:
        ends_at, unit = _red_due_at(policy, received_at)
        return time_left(ends_at, now, unit, policy.statutory)
    found = policy.get_rule(rule, clock.to_london(received_at).date())
    return time_left(due_at, now, found.unit, policy.calendar_of(found))


@lru_cache(maxsize=1024)
def _red_due_at(policy: Policy, received_at: datetime) -> tuple[datetime, Unit]:
    """The end that Red gives under that policy, and its unit: for everyone in the hub the same, each minute anew."""
    rule = policy.get_rule(RED, clock.to_london(received_at).date())
    return policy.compute(rule, received_at).due_at, rule.unit


def decide_by(rating: str | None, received_at: datetime, clocks: Sequence[ClockView]) -> TimeLeft | None:
    """`left_to_decide` of a referral whose clocks are at hand."""
    first = next((view for view in clocks if view.rule.key in DECIDE_BY), None)
    due_at, rule = (first.due_at, first.rule.key) if first else (None, None)
    return left_to_decide(rating, received_at, clock.now(), due_at, rule)


def decide_due(rating: str | None, received_at: datetime, clocks: Sequence[ClockView]) -> datetime:
    """The moment of `decide_by`, to sort by; for a referral with a rating and no clock when it was received."""
    running = [view for view in clocks if view.rule.key in DECIDE_BY]
    if rating is None:
        return _red_due_at(known_policy(), received_at)[0]
    return running[0].due_at if running else received_at


def danger_added(at: datetime) -> Signal:
    """What somebody added after sending, that the child is in danger now, weighs what the form's own answer does."""
    return Signal("danger_added", danger_words(at_words(at)), DANGER_WEIGHT)


def at_words(moment: datetime) -> str:
    """A moment inside a sentence: `at 14:05` today, `yesterday 09:02`, `Thu 19 Nov, 15:30`."""
    return when(moment).replace("today ", "at ")


def with_it_sql() -> sa.ScalarSelect[str]:
    """The references of the contacts that are proposed together with one."""
    other, joined = sa.alias(Subject.__table__), sa.alias(DecisionReferral.__table__)
    comma: Any = sa.literal(", ")
    return (
        sa.select(sa.func.aggregate_strings(other.c.reference, comma))
        .select_from(joined.join(other, other.c.id == joined.c.referral_id))
        .where(joined.c.decision_id == Decision.id, joined.c.referral_id != Referral.id)
        .correlate(Decision, Referral)
        .scalar_subquery()
    )
