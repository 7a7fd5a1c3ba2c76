"""What a referral adds to a child's chronology, and to what a worker has to read: the words, and who said them."""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.access.queries import not_barred
from caseapp.cases.queries import CaseRow
from caseapp.cases.slots import EntryWords, EventRow
from caseapp.kernel.db import db
from caseapp.kernel.events import EventSubject
from caseapp.kernel.web import day
from caseapp.people.models import Person
from caseapp.referrals.domain.children import as_object
from caseapp.referrals.domain.lists import LISTS
from caseapp.referrals.domain.signals import visit_danger
from caseapp.referrals.models import Decision, Referral, ReferralChild

ARRIVED = frozenset({"referral.received", "referral.noted_on_case"})
DECIDED = frozenset({"decision.proposed", "decision.agreed"})


def chronology_words(actor: Actor, rows: Sequence[EventRow]) -> dict[int, EntryWords]:
    """The words behind these events: what happened, as told; why it was so decided. At most one statement."""
    wanted = {row.id: row for row in rows if row.code in ARRIVED | DECIDED}
    if not wanted:
        return {}
    found = db.session.execute(
        sa.select(
            EventSubject.event_id,
            Referral.document,
            Referral.agency_given,
            Referral.sender_id,
            Decision.id.label("decision_id"),
            Decision.reasons,
            Decision.manager_words,
        )
        .join(Referral, Referral.id == EventSubject.subject_id)
        .outerjoin(Decision, Decision.referral_id == Referral.id)
        .where(EventSubject.event_id.in_(wanted), not_barred(actor, Referral.id))
        .order_by(EventSubject.event_id, Decision.id)
    )
    told: dict[int, EntryWords] = {}
    for row in found:
        event = wanted[row.event_id]
        if event.code in ARRIVED:
            told[event.id] = _as_told(row)
        elif row.decision_id == event.data.get("decision"):
            said = row.manager_words if event.code == "decision.agreed" else None
            told[event.id] = EntryWords("\n".join(part for part in (row.reasons, said) if part))
    return told


def task_words(actor: Actor, subject_ids: Collection[int]) -> dict[int, EntryWords]:
    """What happened, as told, in those of these subjects that are referrals. One statement."""
    rows = db.session.execute(
        sa.select(Referral.id, Referral.document, Referral.agency_given, Referral.sender_id).where(
            Referral.id.in_(subject_ids), not_barred(actor, Referral.id)
        )
    )
    return {row.id: _as_told(row, named=True) for row in rows}


def before_visit(actor: Actor, case: CaseRow) -> list[EntryWords]:
    """What the referral that opened this case, and those passed on to it since, say of danger to people who visit.

    The latest first. A member of the public is never named. One statement.
    """
    # The key has the index; the case says which of the contacts with that key were passed on to it.
    key = sa.select(Person.match_key).where(Person.id == case.person_id).scalar_subquery()
    passed_on = sa.select(ReferralChild.referral_id).where(
        ReferralChild.match_key == key, ReferralChild.case_id == case.id
    )
    rows = db.session.execute(
        sa.select(Referral.document, Referral.agency_given, Referral.received_at)
        .where(
            Referral.id.in_(sa.union(sa.select(sa.literal(case.referral_id)), passed_on)),
            not_barred(actor, Referral.id),
        )
        .order_by(Referral.received_at.desc(), Referral.id.desc())
    )
    return [
        EntryWords(danger, f"{row.agency_given or 'a member of the public'}, {day(row.received_at)}")
        for row in rows
        if (danger := visit_danger(row.document))
    ]


def code_words() -> dict[str, dict[str, str]]:
    """The words of a referral's lists, for the codes that stand in events."""
    return {name: {choice.key: choice.words for choice in choices} for name, choices in LISTS.items()}


def _as_told(row: Any, *, named: bool = False) -> EntryWords:
    """The sender's own words. Who has a sign-in is named by the event; a member of the public never is."""
    happened = as_object(as_object(row.document).get("concern")).get("what_happened")
    source = row.agency_given or "A member of the public"
    return EntryWords(str(happened or "What happened is not said."), source if named or row.sender_id is None else "")
