"""A person's contacts: the open ones through which the person is reached, and those that their page shows."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import L4, Actor, SubjectAccess
from caseapp.access.queries import AnyReader, not_barred, reader_params, reader_shape, sees
from caseapp.cases.models import Case
from caseapp.kernel.db import fetch, fetch_new
from caseapp.kernel.events import Event, EventSubject
from caseapp.kernel.papers import PRINTED, TAKEN
from caseapp.kernel.subjects import Subject
from caseapp.people.models import FamilyMember, Person
from caseapp.people.queries import linked_to
from caseapp.people.slots import Panel
from caseapp.referrals.catalogue import words
from caseapp.referrals.models import Decision, DecisionReferral, Referral, ReferralChild

from .letters import DECIDED

# The page of a person shows the latest; the rest is on the pages of the contacts.
SHOWN = 20


def around(kind: str, wanted: sa.CTE) -> list[sa.Select[Any]]:
    """For the slot `access.around`: a person is reached through the referrals that nobody has decided yet, in which
    they are a child (by the person chosen, or the exact name and birth date) or that told of them."""
    if kind != "person":
        return []
    still_open = sa.and_(Referral.id == ReferralChild.referral_id, Referral.state != "decided")
    by_key = sa.and_(Person.id == wanted.c.id, Person.match_key.is_not(None))
    told = sa.and_(FamilyMember.person_id == wanted.c.id, FamilyMember.said_in_id.is_not(None))
    return [
        sa.select(wanted.c.id, Referral.id)
        .join(ReferralChild, ReferralChild.person_id == wanted.c.id)
        .join(Referral, still_open),
        sa.select(wanted.c.id, Referral.id)
        .join(Person, by_key)
        .join(ReferralChild, ReferralChild.match_key == Person.match_key)
        .join(Referral, still_open),
        sa.select(wanted.c.id, Referral.id)
        .join(FamilyMember, told)
        .join(Referral, sa.and_(Referral.id == FamilyMember.said_in_id, Referral.state != "decided")),
    ]


def person_panels(actor: Actor, subject: SubjectAccess) -> list[Panel]:
    """For the slot `people.panels`: the contacts about a person, for readers of the record. One statement."""
    if subject.level < L4:
        return []
    return [Panel("Contacts", "referrals/_of_person.html", list_contacts_of(actor, subject.id))]


def letters(actor: Actor, person_ids: Collection[int]) -> list[str]:
    """For the slot `people.letters`: letters to the family, written with a decision, that nobody has printed
    or taken away yet. One statement."""
    keys = sa.select(Person.match_key).where(Person.id.in_(person_ids))
    about = sa.or_(ReferralChild.person_id.in_(person_ids), ReferralChild.match_key.in_(keys))
    printed = (
        sa.exists()
        .where(
            EventSubject.subject_id == Referral.id,
            Event.id == EventSubject.event_id,
            Event.code.in_((PRINTED, TAKEN)),
            Event.data["kind"].as_string() == "family_letter",
        )
        .correlate(Referral)
    )
    waiting = (
        sa.select(Subject.reference)
        .distinct()
        .join(Referral, Referral.id == Subject.id)
        .join(DecisionReferral, DecisionReferral.referral_id == Referral.id)
        .join(Decision, Decision.id == DecisionReferral.decision_id)
        .join(ReferralChild, ReferralChild.referral_id == Referral.id)
        .where(
            Decision.state.in_(DECIDED),
            ~printed,
            Decision.family_message.is_not(None),
            about,
            not_barred(actor, Referral.id),
        )
        .order_by(Subject.reference)
    )
    return [
        f"A letter to the family about {row.reference} has not been printed yet: check its address."
        for row in fetch_new(waiting)
    ]


@dataclass(frozen=True)
class PersonContact:
    """A contact about a person as their page shows it; `reference` only for who may open it."""

    reference: str | None
    received_at: datetime
    sender: str
    open: bool
    came_of_it: str


def list_contacts_of(actor: Actor, person_id: int) -> list[PersonContact]:
    """The contacts in which a person is a child, by the person chosen or the exact name and birth date, the latest
    first, without those that this actor is kept from. For readers of the record (L4). One statement."""
    rows = fetch(_contacts_statement(*reader_shape(actor)), {"person": person_id, **reader_params(actor)})
    return [
        PersonContact(
            row.reference if row.opens else None,
            row.received_at,
            row.agency_given or "A member of the public",
            row.state != "decided",
            words("outcomes", row.outcome) if row.outcome else "",
        )
        for row in rows
    ]


@cache
def _contacts_statement(placed: bool, covers: bool) -> Any:
    reader = AnyReader(placed, covers)
    person: Any = sa.bindparam("person")
    key = sa.select(Person.match_key).where(Person.id == person).scalar_subquery()
    children = sa.union(
        sa.select(ReferralChild.id).where(ReferralChild.person_id == person),
        sa.select(ReferralChild.id).where(ReferralChild.person_id.in_(linked_to([person]))),
        sa.select(ReferralChild.id).where(ReferralChild.match_key == key, ReferralChild.person_id.is_(None)),
    )
    return (
        sa.select(
            Subject.reference,
            Referral.received_at,
            Referral.agency_given,
            Referral.state,
            sa.func.max(ReferralChild.outcome).label("outcome"),
            sees(reader, Referral.id, "referral", L4).label("opens"),
        )
        .join(Subject, Subject.id == Referral.id)
        .join(ReferralChild, ReferralChild.referral_id == Referral.id)
        .where(ReferralChild.id.in_(children), not_barred(reader, Referral.id))
        .group_by(Referral.id, Subject.reference, Referral.received_at, Referral.agency_given, Referral.state)
        .order_by(Referral.received_at.desc(), Referral.id.desc())
        .limit(SHOWN)
    )


def earlier(reader: AnyReader, asked: Any) -> sa.Select[Any]:
    """For the slot `cases.earlier`: the contacts in which the children of these cases are told of, by the person
    chosen or the exact name and birth date, decided ones and open ones."""
    of_cases = sa.select(Case.person_id).where(Case.id.in_(asked))
    key = sa.select(Person.match_key).where(Person.id.in_(of_cases), Person.match_key.is_not(None))
    told = sa.union(
        sa.select(ReferralChild.referral_id).where(ReferralChild.person_id.in_(of_cases)),
        sa.select(ReferralChild.referral_id).where(ReferralChild.match_key.in_(key), ReferralChild.person_id.is_(None)),
    )
    own = sa.select(Case.referral_id).where(Case.id.in_(asked))
    return sa.select(Referral.id).where(Referral.id.in_(told), Referral.id.not_in(own), not_barred(reader, Referral.id))
