"""What is known and what was done about one referral: contacts, open cases, ratings, proposals, marks.

Two statements.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.access.models import Bar
from caseapp.access.queries import not_barred
from caseapp.accounts.models import Agency, Professional, Team, User
from caseapp.cases.models import Case, Custody
from caseapp.kernel import clock
from caseapp.kernel.db import UTCDateTime, db
from caseapp.kernel.subjects import Subject
from caseapp.people.models import Person
from caseapp.referrals.catalogue import words
from caseapp.referrals.domain.hub import mark_place
from caseapp.referrals.models import Decision, DecisionChild, InputMark, RagRating, Referral, ReferralChild

from .arrivals import kin_of
from .hub import A_YEAR, seen_by


@dataclass(frozen=True)
class Contact:
    """An earlier (or later) referral about a child of the same name and birth date."""

    reference: str
    received_at: datetime
    sender: str
    about: str
    came_of_it: str
    counts: bool


@dataclass(frozen=True)
class OpenCase:
    """An open case of a child of the same name and birth date."""

    id: int
    reference: str
    person_id: int
    family_id: int
    match_key: str
    team_id: int
    team: str
    phone: str
    level: str
    opened_at: datetime


@dataclass(frozen=True)
class Rating:
    """A rating with its reason, by whom, when."""

    rating: str
    rationale: str
    at: datetime
    by: str


@dataclass(frozen=True)
class Proposal:
    """A proposal and what became of it. `proposed` and `decided` are outcomes by the id of the child's row."""

    id: int
    state: str
    reasons: str
    history_weighed: str
    advice: str
    consent_words: str
    manager_words: str
    proposed_at: datetime
    proposed_by_id: int
    proposed_by: str
    decided_at: datetime | None
    decided_by: str
    proposed: dict[int, str] = field(default_factory=dict)
    decided: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Mark:
    """Something wrong in what was given, and how it was settled."""

    id: int
    path: str
    where: str
    given: str
    message: str
    settled_words: str | None
    settled_at: datetime | None
    settled_by: str


def _contacts_query(actor: Actor, referral_id: int, keys: Sequence[str]) -> Any:
    query: Any = (
        sa.select(
            sa.literal("contact").label("kind"),
            Referral.id,
            Subject.reference,
            Referral.received_at.label("at"),
            sa.func.coalesce(sa.func.nullif(Referral.agency_given, ""), Agency.name, "").label("who"),
            sa.literal("").label("phone"),
            ReferralChild.shown_name.label("about"),
            ReferralChild.match_key.label("key"),
            sa.func.coalesce(ReferralChild.outcome, "").label("code"),
            Referral.source_code.label("source"),
            sa.literal(0).label("person_id"),
            sa.literal(0).label("family_id"),
            sa.literal(0).label("team_id"),
        )
        .join(Referral, Referral.id == ReferralChild.referral_id)
        .join(Subject, Subject.id == Referral.id)
        .outerjoin(Agency, Agency.id == Referral.agency_id)
        .where(ReferralChild.match_key.in_(keys), Referral.id != referral_id, seen_by(actor))
    )
    return query


def _cases_query(actor: Actor, referral_id: int, keys: Sequence[str]) -> Any:
    query: Any = (
        sa.select(
            sa.literal("case"),
            Case.id,
            Subject.reference,
            Case.opened_at,
            Team.name,
            Team.phone,
            sa.literal(""),
            Person.match_key,
            Case.level,
            sa.literal(""),
            Case.person_id,
            Case.family_id,
            Custody.team_id,
        )
        .join(Person, Person.id == Case.person_id)
        .join(Subject, Subject.id == Case.id)
        .join(Custody, sa.and_(Custody.case_id == Case.id, Custody.to_at.is_(None)))
        .join(Team, Team.id == Custody.team_id)
        # A case that this very referral opened is its outcome, not something that was known before.
        .where(
            Person.match_key.in_(keys),
            Case.closed_at.is_(None),
            Case.referral_id != referral_id,
            not_barred(actor, Case.id),
        )
    )
    return query


def _bars_query(referral_id: int, kin_keys: Sequence[str]) -> Any:
    nothing, none = sa.literal(""), sa.literal(0)
    texts = [nothing] * 6
    query: Any = sa.select(sa.literal("bar"), Bar.id, Bar.principal, Bar.since_at, *texts, none, none, none).where(
        sa.or_(Bar.subject_id == referral_id, Bar.subject_id.in_(kin_of(kin_keys)))
    )
    return query


def list_known(
    actor: Actor, referral_id: int, keys: Sequence[str], kin_keys: Sequence[str]
) -> tuple[list[Contact], list[OpenCase], set[str]]:
    """Contacts about, and open cases of, children with the same name and birth date (`keys`); and the principals that
    are barred from this referral, or from anything about the people in it (`kin_keys`). One statement."""
    all_three = sa.union_all(
        _contacts_query(actor, referral_id, keys),
        _cases_query(actor, referral_id, keys),
        _bars_query(referral_id, kin_keys),
    )
    rows: Any = db.session.execute(all_three).all()
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        if row.kind == "contact":
            found[row.id].append(row)
    since = clock.now() - A_YEAR
    told = [
        Contact(
            first.reference,
            first.at,
            first.who or words("sources", first.source or "10"),
            ", ".join(dict.fromkeys(row.about for row in several)),
            "; ".join(dict.fromkeys(words("outcomes", row.code) if row.code else "Not decided yet" for row in several)),
            first.at > since,
        )
        for several in found.values()
        for first in several[:1]
    ]
    cases = [
        OpenCase(
            row.id,
            row.reference,
            row.person_id,
            row.family_id,
            row.key,
            row.team_id,
            row.who,
            row.phone,
            row.code,
            row.at,
        )
        for row in rows
        if row.kind == "case"
    ]
    barred = {row.reference for row in rows if row.kind == "bar"}
    return sorted(told, key=lambda contact: contact.received_at, reverse=True), cases, barred


def list_done(referral_id: int) -> tuple[list[Rating], list[Proposal], list[Mark]]:
    """Ratings (newest first), proposals (newest first) and marks, in one statement: a union of what has words, times,
    people.
    """
    rows = db.session.execute(sa.union_all(*(_padded(query) for query in _history_parts(referral_id)))).all()
    parts: dict[str, list[Any]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.id):
        parts[row.kind].append(row)
    ratings = [Rating(row.code, row.w1, row.at1, row.by1) for row in reversed(parts["rating"])]
    proposals = [
        Proposal(
            row.id, row.code, row.w1, row.w2, row.w3, row.w4, row.w5, row.at1, row.by_id, row.by1, row.at2, row.by2
        )
        for row in reversed(parts["decision"])
    ]
    by_id = {proposal.id: proposal for proposal in proposals}
    for row in parts["child"]:
        by_id[row.id].proposed[row.by_id] = row.code
        if row.w1:
            by_id[row.id].decided[row.by_id] = row.w1
    marks = [
        Mark(row.id, row.w1, mark_place(row.w1), row.w2, row.w3, row.w4, row.at1, row.by1) for row in parts["mark"]
    ]
    return ratings, proposals, marks


_TEXTS, _TIMES = ("kind", "code", "w1", "w2", "w3", "w4", "w5", "by1", "by2"), ("at1", "at2")


def _padded(query: dict[str, Any]) -> sa.Select[Any]:
    """One arm of the union: what it does not have is empty, and every column has the same type on both databases."""
    columns: list[Any] = [sa.cast(sa.func.coalesce(query.get(name), ""), sa.Text()).label(name) for name in _TEXTS]
    columns += [
        sa.type_coerce(query.get(name, sa.cast(sa.null(), UTCDateTime())), UTCDateTime()).label(name) for name in _TIMES
    ]
    return (
        sa.select(query["id"].label("id"), query["by_id"].label("by_id"), *columns)
        .select_from(query["from"])
        .where(query["where"])
    )


_FIRST, _SECOND = sa.alias(Professional.__table__), sa.alias(Professional.__table__)
_FIRST_USER, _SECOND_USER = sa.alias(User.__table__), sa.alias(User.__table__)


def _named(table: Any, by: Any, *, then: Any = None) -> Any:
    """A table joined with the name of who did it, and of who answered."""
    joined = sa.outerjoin(table, _FIRST_USER, _FIRST_USER.c.id == by)
    joined = joined.outerjoin(_FIRST, _FIRST.c.id == _FIRST_USER.c.professional_id)
    if then is None:
        return joined
    joined = joined.outerjoin(_SECOND_USER, _SECOND_USER.c.id == then)
    return joined.outerjoin(_SECOND, _SECOND.c.id == _SECOND_USER.c.professional_id)


def _history_parts(referral_id: int) -> list[dict[str, Any]]:
    return [
        {
            "kind": "rating",
            "id": RagRating.id,
            "by_id": RagRating.rated_by_id,
            "code": RagRating.rating,
            "w1": RagRating.rationale,
            "at1": RagRating.rated_at,
            "by1": _FIRST.c.name,
            "from": _named(RagRating, RagRating.rated_by_id),
            "where": RagRating.referral_id == referral_id,
        },
        {
            "kind": "decision",
            "id": Decision.id,
            "by_id": Decision.proposed_by_id,
            "code": Decision.state,
            "w1": Decision.reasons,
            "w2": Decision.history_weighed,
            "w3": Decision.advice,
            "w4": Decision.consent_words,
            "w5": Decision.manager_words,
            "at1": Decision.proposed_at,
            "at2": Decision.decided_at,
            "by1": _FIRST.c.name,
            "by2": _SECOND.c.name,
            "from": _named(Decision, Decision.proposed_by_id, then=Decision.decided_by_id),
            "where": Decision.referral_id == referral_id,
        },
        {
            "kind": "child",
            "id": DecisionChild.decision_id,
            "by_id": DecisionChild.child_id,
            "code": DecisionChild.proposed,
            "w1": DecisionChild.decided,
            "from": sa.join(DecisionChild, Decision, Decision.id == DecisionChild.decision_id),
            "where": Decision.referral_id == referral_id,
        },
        {
            "kind": "mark",
            "id": InputMark.id,
            "by_id": sa.func.coalesce(InputMark.settled_by_id, 0),
            "code": InputMark.code,
            "w1": InputMark.path,
            "w2": InputMark.given,
            "w3": InputMark.message,
            "w4": InputMark.settled_words,
            "at1": InputMark.settled_at,
            "by1": _FIRST.c.name,
            "from": _named(InputMark, InputMark.settled_by_id),
            "where": InputMark.referral_id == referral_id,
        },
    ]
