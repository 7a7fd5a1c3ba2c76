"""What is known at the moment a referral arrives: its source, and whether its children are here already."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from caseapp.cases.models import Case
from caseapp.kernel.db import db, fetch
from caseapp.kernel.subjects import Subject
from caseapp.people.models import FamilyMember, Person
from caseapp.referrals.models import Referral, ReferralChild

A_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Known:
    """Of children with these names and birth dates: has one an open case; the most contacts about one in a year."""

    open_case: bool
    contacts: int


def find_received(source_system: str, source_id: str) -> tuple[int, str] | None:
    """The id and reference of the referral that this source sent under this number; None if it has not arrived."""
    row = db.session.execute(
        sa.select(Referral.id, Subject.reference)
        .join(Subject, Subject.id == Referral.id)
        .where(Referral.source_system == source_system, Referral.source_id == source_id)
    ).first()
    return (row.id, row.reference) if row else None


def known_before(match_keys: list[str], *, until: datetime) -> Known:
    """What was known of these children when a referral came at `until` (aware): contacts of the 12 months before it."""
    if not match_keys:
        return Known(False, 0)
    (row,) = fetch(_KNOWN, {"keys": match_keys, "since": until - A_YEAR, "until": until})
    return Known(bool(row.open_case), row.contacts or 0)


def _known() -> sa.Select[Any]:
    keys: Any = sa.bindparam("keys", expanding=True)
    open_case = sa.exists().where(Person.id == Case.person_id, Case.closed_at.is_(None), Person.match_key.in_(keys))
    counted = (
        sa.select(sa.func.count(sa.distinct(ReferralChild.referral_id)).label("contacts"))
        .join(Referral, Referral.id == ReferralChild.referral_id)
        .where(
            ReferralChild.match_key.in_(keys),
            Referral.received_at > sa.bindparam("since", type_=Referral.received_at.type),
            Referral.received_at <= sa.bindparam("until", type_=Referral.received_at.type),
        )
        .group_by(ReferralChild.match_key)
        .subquery()
    )
    most = sa.select(sa.func.max(counted.c.contacts)).scalar_subquery()
    return sa.select(open_case.label("open_case"), most.label("contacts"))


# Built once: putting the two together took longer than both databases need to answer them.
_KNOWN = _known()


def kin_of(match_keys: Collection[str] | sa.BindParameter[Any]) -> sa.CompoundSelect[int]:
    """A query of all that is about people with these names and birth dates: referrals, persons, the families they are
    or were in, and those families' cases. Whoever is barred from one of these is barred from what comes next."""
    persons = sa.select(Person.id).where(Person.match_key.in_(match_keys))
    families = sa.select(FamilyMember.family_id).where(FamilyMember.person_id.in_(persons))
    return sa.union(
        sa.select(ReferralChild.referral_id).where(ReferralChild.match_key.in_(match_keys)),
        persons,
        families,
        sa.select(Case.id).where(Case.family_id.in_(families)),
    )
