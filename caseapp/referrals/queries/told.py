"""What a referral adds to a child's chronology, and to what a worker has to read: the words, and who said them."""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.access.queries import AnyReader, not_barred, reader_params, reader_shape
from caseapp.cases.queries import CaseRow
from caseapp.cases.slots import EntryWords, EventRow
from caseapp.kernel.db import db, fetch
from caseapp.kernel.events import EventSubject
from caseapp.kernel.subjects import Subject
from caseapp.kernel.web import day
from caseapp.people.models import Person
from caseapp.referrals.domain.children import as_object
from caseapp.referrals.domain.lists import LISTS
from caseapp.referrals.domain.signals import visit_danger
from caseapp.referrals.models import Addition, Decision, DecisionReferral, Referral, ReferralChild

ARRIVED = frozenset({"referral.received", "referral.noted_on_case"})
DECIDED = frozenset({"decision.proposed", "decision.agreed"})
ADDED = frozenset({"referral.added_after_decision"})
FILE_ALONE = "A file, without words."


def chronology_words(actor: Actor, rows: Sequence[EventRow]) -> dict[int, EntryWords]:
    """The words behind these events: what happened, as told; why it was so decided. At most one statement."""
    wanted = {row.id: row for row in rows if row.code in ARRIVED | DECIDED | ADDED}
    if not wanted:
        return {}
    given = {"events": list(wanted), **reader_params(actor)}
    found = db.session.execute(_words_statement(*reader_shape(actor)), given)
    told: dict[int, EntryWords] = {}
    for row in found:
        event = wanted[row.event_id]
        if event.code in ARRIVED:
            told[event.id] = _as_told(row)
        elif event.code in ADDED:
            if row.addition_id == event.data.get("addition"):
                told[event.id] = EntryWords(row.words or FILE_ALONE)
        elif row.decision_id == event.data.get("decision"):
            said = row.manager_words if event.code == "decision.agreed" else None
            told[event.id] = EntryWords("\n".join(part for part in (row.reasons, said) if part))
    return told


@cache
def _words_statement(placed: bool, covers: bool) -> Any:
    """Built once: it runs with every chronology."""
    reader = AnyReader(placed, covers)
    wanted: Any = sa.bindparam("events", expanding=True)
    # One text is about all that a decision covers.
    covers_barred = sa.exists().where(
        DecisionReferral.decision_id == Decision.id, ~not_barred(reader, DecisionReferral.referral_id)
    )
    return (
        sa.select(
            EventSubject.event_id,
            Referral.document,
            Referral.agency_given,
            Referral.sender_id,
            Decision.id.label("decision_id"),
            Decision.reasons,
            Decision.manager_words,
            Addition.id.label("addition_id"),
            Addition.words,
        )
        .join(Referral, Referral.id == EventSubject.subject_id)
        .outerjoin(Decision, sa.and_(Decision.referral_id == Referral.id, ~covers_barred))
        .outerjoin(Addition, Addition.referral_id == Referral.id)
        .where(EventSubject.event_id.in_(wanted), not_barred(reader, Referral.id))
        .order_by(EventSubject.event_id, Decision.id)
    )


def task_words(actor: Actor, subject_ids: Collection[int]) -> dict[int, EntryWords]:
    """What happened, as told, in those of these subjects that are referrals; what was added, in those that are
    additions. One statement."""
    rows = db.session.execute(
        sa.select(
            Subject.id,
            Referral.document,
            Referral.agency_given,
            Referral.sender_id,
            Addition.id.label("addition_id"),
            Addition.words,
        )
        .outerjoin(Addition, Addition.id == Subject.id)
        .join(Referral, Referral.id == sa.func.coalesce(Addition.referral_id, Subject.id))
        .where(Subject.id.in_(subject_ids), not_barred(actor, Referral.id))
    )
    return {row.id: _as_added(row) if row.addition_id else _as_told(row, named=True) for row in rows}


def _as_added(row: Any) -> EntryWords:
    return EntryWords(row.words or FILE_ALONE, row.agency_given or "A member of the public")


def before_visit(actor: Actor, case: CaseRow) -> list[EntryWords]:
    """What the referral that opened this case, and those passed on to it since, say of danger to people who visit.

    The latest first. A member of the public is never named. One statement.
    """
    given = {"person": case.person_id, "case": case.id, "referral": case.referral_id, **reader_params(actor)}
    rows = fetch(_before_visit(*reader_shape(actor)), given)
    return [
        EntryWords(danger, f"{row.agency_given or 'a member of the public'}, {day(row.received_at)}")
        for row in rows
        if (danger := visit_danger(row.document))
    ]


@cache
def _before_visit(placed: bool, covers: bool) -> Any:
    """Built once: it runs on every case page."""
    reader = AnyReader(placed, covers)
    case: Any = sa.bindparam("case")
    # The key has the index; the case says which of the contacts with that key were passed on to it.
    key = sa.select(Person.match_key).where(Person.id == sa.bindparam("person")).scalar_subquery()
    passed_on = sa.select(ReferralChild.referral_id).where(
        ReferralChild.match_key == key, ReferralChild.case_id == case
    )
    opened_by = sa.select(sa.bindparam("referral", type_=sa.BigInteger()))
    return (
        sa.select(Referral.document, Referral.agency_given, Referral.received_at)
        .where(Referral.id.in_(sa.union(opened_by, passed_on)), not_barred(reader, Referral.id))
        .order_by(Referral.received_at.desc(), Referral.id.desc())
    )


def code_words() -> dict[str, dict[str, str]]:
    """The words of a referral's lists, for the codes that stand in events."""
    return {name: {choice.key: choice.words for choice in choices} for name, choices in LISTS.items()}


def _as_told(row: Any, *, named: bool = False) -> EntryWords:
    """The sender's own words. Who has a sign-in is named by the event; a member of the public never is."""
    happened = as_object(as_object(row.document).get("concern")).get("what_happened")
    source = row.agency_given or "A member of the public"
    return EntryWords(str(happened or "What happened is not said."), source if named or row.sender_id is None else "")
