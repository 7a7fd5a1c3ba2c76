"""Who the people of a contact could be, as the last look found it: for the contact's page, which shows only what its
reader may see. Two statements."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.access.domain import Actor
from caseapp.access.queries import AnyReader, Seen, find_seen
from caseapp.accounts.models import Agency
from caseapp.kernel.db import fetch
from caseapp.kernel.subjects import Subject
from caseapp.people.catalogue import DIFFERENT, NOT_SURE, SAME
from caseapp.people.models import Person, PersonName, WorkerDanger
from caseapp.people.queries import CURRENT_NAME, shown_name
from caseapp.referrals.catalogue import words
from caseapp.referrals.models import AdultAnswer, ChildAnswer, LikelyRecord, Referral, ReferralChild

from .likely import CHILD, PERSON, SHOWN, Key
from .order import seen_by


@dataclass(frozen=True)
class Suggestion:
    """A record, or a child of another contact, that could be somebody of this contact: `why` are the strongest reasons,
    then what speaks `against` it and what to be careful about. `ring`: it is kept from the reader, who is told only
    whom to ring; nothing else of it is filled in. `unsure`: somebody looked at it and was not sure."""

    key: Key
    reference: str = ""
    name: str = ""
    very_likely: bool = False
    why: Sequence[str] = ()
    against: Sequence[str] = ()
    careful: Sequence[str] = ()
    dangers: Sequence[str] = ()
    told_by: str = ""
    told_at: datetime | None = None
    unsure: bool = False
    ring: str = ""

    @property
    def about(self) -> str:
        """What the page of likely records calls it."""
        return f"{self.key[0]}-{self.key[1]}"


@dataclass(frozen=True)
class Suggested:
    """What the last look at a contact found: by child (its row) and by adult (the place in the household) who they
    could be. `looked_at`: None where nobody has looked yet. `known_adults`: the record that a person said is theirs."""

    looked_at: datetime | None
    of_children: Mapping[int, Sequence[Suggestion]]
    of_adults: Mapping[int, Sequence[Suggestion]]
    known_adults: Mapping[int, Suggestion]

    @property
    def person_ids(self) -> list[int]:
        """The people of the register whose records are shown: who reads the page has looked at them."""
        several = (*self.of_children.values(), *self.of_adults.values(), self.known_adults.values())
        return sorted({each.key[1] for some in several for each in some if each.key[0] == PERSON and not each.ring})


def get_suggested(actor: Actor, referral_id: int) -> Suggested:
    """What the last look found of a contact whose page the guard has let this actor of the hub open. What they are
    barred from is not there; of what a restriction keeps from them there is only whom to ring. Two statements."""
    given = {"referral": referral_id, "principals": actor.principals}
    rows: Sequence[Any] = fetch(_statement(bool(actor.memberships)), given)
    persons = {row.person_id for row in rows if row.person_id is not None}
    seen = find_seen(actor, "person", sorted(persons))
    children: dict[int, list[Suggestion]] = defaultdict(list)
    adults: dict[int, list[Suggestion]] = defaultdict(list)
    known: dict[int, Suggestion] = {}
    for row in {row.id: row for row in rows}.values():
        if row.id is None:
            continue
        found = _suggestion(row, seen) if row.answer != DIFFERENT else None
        if found is None:
            continue
        if row.answer != SAME:
            (children[row.child_id] if row.child_id is not None else adults[row.adult]).append(found)
        elif row.adult is not None and not found.ring:
            known[row.adult] = found
    return Suggested(
        rows[0].looked_at if rows else None,
        {number: found[:SHOWN] for number, found in children.items()},
        {number: found[:SHOWN] for number, found in adults.items() if number not in known},
        known,
    )


def _suggestion(row: Any, seen: Mapping[int, Seen]) -> Suggestion | None:
    why: Mapping[str, list[str]] = row.why
    said = {
        "very_likely": row.band == "very likely",
        "why": why.get("for", []),
        "against": why.get("against", []),
        "careful": why.get("careful", []),
        "unsure": row.answer == NOT_SURE,
    }
    if row.person_id is None:
        if row.other_reference is None or row.its_person is not None:
            return None
        key = CHILD, row.other_child_id
        by = row.agency_given or row.agency or words("sources", row.source_code or "10")
        return Suggestion(key, row.other_reference, row.other_name, told_by=by, told_at=row.received_at, **said)
    who = seen.get(row.person_id)
    if who is None:
        return None
    key = PERSON, row.person_id
    if who.ring:
        return Suggestion(key, ring=who.ring)
    dangers = row.dangers.split("\n") if row.dangers else []
    return Suggestion(key, who.reference, shown_name(row) or "Name not known", dangers=dangers, **said)


def _said_of_child() -> Any:
    """The answer of a child and what it could be, from whichever of two contacts it was said."""
    from_here = sa.or_(
        ChildAnswer.person_id == LikelyRecord.person_id, ChildAnswer.other_child_id == LikelyRecord.other_child_id
    )
    return sa.and_(
        ChildAnswer.ended_at.is_(None),
        sa.or_(
            sa.and_(ChildAnswer.child_id == LikelyRecord.child_id, from_here),
            sa.and_(
                ChildAnswer.child_id == LikelyRecord.other_child_id,
                ChildAnswer.other_child_id == LikelyRecord.child_id,
            ),
        ),
    )


def _said_of_adult() -> Any:
    return sa.and_(
        AdultAnswer.ended_at.is_(None),
        AdultAnswer.referral_id == LikelyRecord.referral_id,
        AdultAnswer.adult == LikelyRecord.adult,
        AdultAnswer.person_id == LikelyRecord.person_id,
    )


@cache
def _statement(placed: bool) -> Any:
    """What was kept, with what is shown of each: in the order in which it was found."""
    other, itself, its_reference = orm.aliased(ReferralChild), orm.aliased(Referral), orm.aliased(Subject)
    dangers = (
        sa.select(sa.func.aggregate_strings(WorkerDanger.words, _LINE))
        .where(WorkerDanger.person_id == LikelyRecord.person_id, WorkerDanger.ended_at.is_(None))
        .correlate(LikelyRecord)
        .scalar_subquery()
    )
    return (
        sa.select(
            itself.looked_at,
            LikelyRecord.id,
            LikelyRecord.child_id,
            LikelyRecord.adult,
            LikelyRecord.person_id,
            LikelyRecord.other_child_id,
            LikelyRecord.band,
            LikelyRecord.why,
            sa.func.coalesce(ChildAnswer.answer, AdultAnswer.answer).label("answer"),
            Person.description,
            PersonName.first,
            PersonName.last,
            dangers.label("dangers"),
            other.shown_name.label("other_name"),
            other.person_id.label("its_person"),
            its_reference.reference.label("other_reference"),
            Referral.received_at,
            Referral.agency_given,
            Referral.source_code,
            Agency.name.label("agency"),
        )
        .select_from(itself)
        .outerjoin(LikelyRecord, LikelyRecord.referral_id == itself.id)
        .outerjoin(ChildAnswer, _said_of_child())
        .outerjoin(AdultAnswer, _said_of_adult())
        .outerjoin(Person, Person.id == LikelyRecord.person_id)
        .outerjoin(PersonName, CURRENT_NAME)
        .outerjoin(other, other.id == LikelyRecord.other_child_id)
        .outerjoin(Referral, sa.and_(Referral.id == other.referral_id, seen_by(AnyReader(placed))))
        .outerjoin(its_reference, its_reference.id == Referral.id)
        .outerjoin(Agency, Agency.id == Referral.agency_id)
        .where(itself.id == sa.bindparam("referral", type_=sa.BigInteger()))
        .order_by(LikelyRecord.id)
    )


_LINE: Any = sa.literal("\n")
