"""What is known about the family of one or several referrals: contacts, open cases, who must be kept away.

One statement.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.access.models import Bar
from caseapp.access.queries import AnyReader, not_barred
from caseapp.accounts.models import Agency, Team
from caseapp.cases.models import Case, Custody
from caseapp.kernel import clock
from caseapp.kernel.db import fetch
from caseapp.kernel.subjects import Subject
from caseapp.people.models import Person, PersonIdentity
from caseapp.people.queries import linked_to
from caseapp.referrals.catalogue import words
from caseapp.referrals.domain.family import reason_words
from caseapp.referrals.domain.hub import NOTE_ON_OPEN_CASE
from caseapp.referrals.models import Decision, DecisionReferral, FamilyKey, Referral, ReferralChild

from .arrivals import kin_of
from .order import A_YEAR, seen_by


@dataclass(frozen=True)
class Contact:
    """An earlier (or later) referral about the same children, their home or the adults around them: `why` in words.

    `proposal`: the decision that is proposed for it, 0 for none.
    """

    id: int
    reference: str
    received_at: datetime
    sender: str
    about: str
    why: str
    came_of_it: str
    counts: bool
    state: str
    proposal: int

    @property
    def open(self) -> bool:
        """Whether the hub has still to decide it."""
        return self.state != "decided"


@dataclass(frozen=True)
class OpenCase:
    """An open case of a child who is known by a person's word (`identity_id`: all records that are one with it), or
    has the same name and birth date."""

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
    identity_id: int


def _contacts_query(reader: AnyReader, referral_id: Any, keys: Any) -> Any:
    """Each contact once for each kind of thing that it shares. A child counts however long ago; a home or an adult for
    a year, because families move and names recur."""
    told = ReferralChild.referral_id == Referral.id
    proposal = (
        sa.select(sa.func.max(Decision.id))
        .join(DecisionReferral, DecisionReferral.decision_id == Decision.id)
        .where(DecisionReferral.referral_id == Referral.id, Decision.state == "proposed")
        .scalar_subquery()
    )
    comma: Any = sa.literal(", ")
    query: Any = (
        sa.select(
            sa.literal("contact").label("kind"),
            Referral.id,
            Subject.reference,
            Referral.received_at.label("at"),
            sa.func.coalesce(sa.func.nullif(Referral.agency_given, ""), Agency.name, "").label("who"),
            Referral.state.label("phone"),
            sa.select(sa.func.coalesce(sa.func.aggregate_strings(ReferralChild.shown_name, comma), ""))
            .where(told)
            .scalar_subquery()
            .label("about"),
            FamilyKey.kind.label("key"),
            sa.select(sa.func.coalesce(sa.func.aggregate_strings(ReferralChild.outcome, comma), ""))
            .where(told)
            .scalar_subquery()
            .label("code"),
            Referral.source_code.label("source"),
            sa.literal(0).label("person_id"),
            sa.func.coalesce(proposal, 0).label("family_id"),
            sa.literal(0).label("team_id"),
            sa.literal(0).label("identity_id"),
        )
        .select_from(FamilyKey)
        .join(Referral, Referral.id == FamilyKey.referral_id)
        .join(Subject, Subject.id == Referral.id)
        .outerjoin(Agency, Agency.id == Referral.agency_id)
        .where(
            FamilyKey.key.in_(keys),
            sa.or_(FamilyKey.kind == "child", Referral.received_at > _since()),
            Referral.id != referral_id,
            seen_by(reader),
        )
        .distinct()
    )
    return query


def _cases_query(reader: AnyReader, decided_ids: Any, keys: Any, persons: Any) -> Any:
    own = sa.select(ReferralChild.case_id).where(
        ReferralChild.referral_id.in_(decided_ids),
        ReferralChild.case_id.is_not(None),
        ReferralChild.became != NOTE_ON_OPEN_CASE,
    )
    # The few numbers first: as one condition with "or", every open case of the borough would be looked at.
    these = sa.union(
        sa.select(Person.id).where(Person.match_key.in_(keys)),
        sa.select(Person.id).where(Person.id.in_(persons)),
        linked_to(persons),
    )
    query: Any = (
        sa.select(
            sa.literal("case"),
            Case.id,
            Subject.reference,
            Case.opened_at,
            Team.name,
            Team.phone,
            sa.literal(""),
            sa.func.coalesce(Person.match_key, ""),
            Case.level,
            sa.literal(""),
            Case.person_id,
            Case.family_id,
            Custody.team_id,
            sa.func.coalesce(PersonIdentity.identity_id, Case.person_id),
        )
        .join(Person, Person.id == Case.person_id)
        .outerjoin(PersonIdentity, PersonIdentity.person_id == Case.person_id)
        .join(Subject, Subject.id == Case.id)
        .join(Custody, sa.and_(Custody.case_id == Case.id, Custody.to_at.is_(None)))
        .join(Team, Team.id == Custody.team_id)
        # A case that these very referrals opened is their outcome, not something that was known before.
        .where(
            Case.person_id.in_(these),
            Case.closed_at.is_(None),
            Case.id.not_in(own),
            not_barred(reader, Case.id),
        )
    )
    return query


def _bars_query(referral_ids: Any, kin_keys: Any) -> Any:
    nothing, none = sa.literal(""), sa.literal(0)
    texts = [nothing] * 6
    query: Any = sa.select(
        sa.literal("bar"), Bar.id, Bar.principal, Bar.since_at, *texts, none, none, none, none
    ).where(sa.or_(Bar.subject_id.in_(referral_ids), Bar.subject_id.in_(kin_of(kin_keys))))
    return query


def _since() -> Any:
    return sa.bindparam("since", type_=Referral.received_at.type)


@cache
def _known_statement(placed: bool) -> Any:
    """The three together, built once: building them took longer than the database needs to answer."""
    reader = AnyReader(placed)
    keys: Any = sa.bindparam("keys", expanding=True)
    many: Any = sa.bindparam("referrals", expanding=True, type_=sa.BigInteger())
    persons: Any = sa.bindparam("persons", expanding=True, type_=sa.BigInteger())
    return sa.union_all(
        _contacts_query(
            reader, sa.bindparam("referral", type_=sa.BigInteger()), sa.bindparam("family", expanding=True)
        ),
        _cases_query(reader, sa.bindparam("decided", expanding=True, type_=sa.BigInteger()), keys, persons),
        _bars_query(many, sa.bindparam("kin", expanding=True)),
    )


@dataclass(frozen=True)
class Asked:
    """Of whom something is asked: the referrals (the first is the page's own; which of them are decided), the keys of
    their children, of everybody named with a birth date, and of their families; who the children are, as somebody
    said."""

    referral_ids: list[int]
    decided_ids: list[int]
    child_keys: list[str]
    kin_keys: list[str]
    family_keys: list[str]
    person_ids: list[int]


def list_known(actor: Actor, asked: Asked) -> tuple[list[Contact], list[OpenCase], set[str]]:
    """Contacts about the family, newest first; open cases of children with the same name and birth date; and the
    principals that are barred from these referrals, or from anything about the people in them. One statement."""
    given = {
        "referral": asked.referral_ids[0],
        "referrals": asked.referral_ids,
        "decided": asked.decided_ids,
        "keys": _filled(asked.child_keys),
        "kin": _filled(asked.kin_keys),
        "family": _filled(asked.family_keys),
        "persons": _filled(asked.person_ids),
        "since": clock.now() - A_YEAR,
        "principals": actor.principals,
    }
    rows: Any = fetch(_known_statement(bool(actor.memberships)), given)
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        if row.kind == "contact":
            found[row.id].append(row)
    since = clock.now() - A_YEAR
    told = [
        Contact(
            first.id,
            first.reference,
            first.at,
            first.who or words("sources", first.source or "10"),
            ", ".join(dict.fromkeys(first.about.split(", "))) or "No child named",
            reason_words({row.key for row in several}),
            _came_of_it(first.code),
            first.at > since,
            first.phone,
            first.family_id,
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
            row.identity_id,
        )
        for row in rows
        if row.kind == "case"
    ]
    barred = {row.reference for row in rows if row.kind == "bar"}
    return sorted(told, key=lambda contact: contact.received_at, reverse=True), cases, barred


def _filled(keys: list[Any]) -> list[Any]:
    """Keys with the last one said again up to a round number of them, so that a database prepares the statement for few
    lengths."""
    return keys + keys[-1:] * (-len(keys) % 4)


def _came_of_it(codes: str) -> str:
    return "; ".join(dict.fromkeys(words("outcomes", code) for code in codes.split(", ") if code)) or "Not decided yet"
