"""The signals of a referral for the lists outside the hub's queue: the night's and the closing list."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.access.domain import Actor
from caseapp.access.queries import not_barred
from caseapp.kernel import clock
from caseapp.referrals.domain.signals import Signal, signals
from caseapp.referrals.models import Referral, ReferralChild

from .filters import about_open_case
from .order import A_YEAR, danger_added


def signal_columns(actor: Actor) -> tuple[Any, ...]:
    """What `signals_of` reads of a row beside the referral's document and when it was received: whether a child in it
    has an open case, the contacts about the same child in the last 12 months, and danger that was added."""
    return (
        Referral.danger_added_at,
        about_open_case(actor).label("open_case"),
        sa.func.coalesce(_contacts(actor), 1).label("contacts_12m"),
    )


def _contacts(actor: Actor) -> sa.ScalarSelect[int]:
    """The contacts about one child of the referral that this actor may know of, up to this one; the most of any."""
    mine, theirs, other = (orm.aliased(ReferralChild), orm.aliased(ReferralChild), orm.aliased(Referral))
    number = sa.func.count(theirs.referral_id.distinct())
    return (
        sa.select(number)
        .select_from(mine)
        .join(theirs, theirs.match_key == mine.match_key)
        .join(other, other.id == theirs.referral_id)
        .where(
            mine.referral_id == Referral.id,
            other.received_at > clock.now() - A_YEAR,
            other.received_at <= Referral.received_at,
            not_barred(actor, other.id),
        )
        .group_by(mine.id)
        .order_by(number.desc())
        .limit(1)
        .correlate(Referral)
        .scalar_subquery()
    )


def signals_of(row: Any) -> tuple[Signal, ...]:
    """The signals of a row with `signal_columns`, strongest first: the same words as in the hub's queue."""
    day = clock.to_london(row.received_at).date()
    found = signals(row.document, today=day, open_case=bool(row.open_case), contacts_12m=row.contacts_12m)
    return (*((danger_added(row.danger_added_at),) if row.danger_added_at else ()), *found)
