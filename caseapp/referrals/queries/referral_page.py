"""Loads one referral as the hub reads it: what was said, who the children are, what is known, what was done; and with
it those about the same family that are decided together.

Five statements, however many they are.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.access.queries import AnyReader
from caseapp.accounts.domain import unsent_key
from caseapp.accounts.models import Agency, AgencyClosure, Professional, User
from caseapp.accounts.queries import unsent_columns, unsent_of
from caseapp.accounts.queries.desks import is_closed
from caseapp.deadlines.queries import ClockView, clocks_of
from caseapp.documents.queries import files_of, read_files
from caseapp.kernel import clock
from caseapp.kernel.db import fetch
from caseapp.kernel.errors import NotFound
from caseapp.kernel.subjects import Subject
from caseapp.kernel.web import day
from caseapp.referrals.catalogue import words
from caseapp.referrals.domain.after import closed_words
from caseapp.referrals.domain.children import children_of, match_keys_of
from caseapp.referrals.domain.family import family_keys
from caseapp.referrals.domain.hub import (
    is_public,
)
from caseapp.referrals.models import CopyGiven, Decision, DecisionReferral, Referral

from .asked import card_columns, card_of
from .done import Done, list_done
from .history import Asked, Contact, OpenCase, list_known
from .hub_children import HubChild, list_children, load_children
from .hub_page import After, HubPage
from .order import seen_by

__all__ = ["HubPage", "get_hub_page"]


def get_hub_page(
    actor: Actor,
    referral_id: int,
    *,
    together: Collection[str] = (),
    same: Mapping[int, int] | None = None,
    unsent_at: str = "",
) -> HubPage:
    """Everything about one referral for the hub. Raises NotFound; whether the actor may see it was asked by the
    guard.

    With it come those that its latest decision covers, or while none is proposed the open ones of `together`
    (references), as far as the actor may see them. `same`: what a person says of children told of twice.
    `unsent_at`: the address of a page on which the actor may have begun to write.
    """
    rows = _referrals(actor, referral_id, together, unsent_at)
    row = next((each for each in rows if each.id == referral_id), None)
    if row is None:
        raise NotFound
    ids = [referral_id, *(each.id for each in rows if each.id != referral_id)]
    documents = {each.id: each.document for each in rows}
    told = {each: children_of(document) for each, document in documents.items()}
    children_rows = load_children(ids)
    asked = Asked(
        ids,
        [each.id for each in rows if each.decided_at is not None],
        sorted({key for each in told.values() for child in each if (key := child.match_key)}),
        sorted({key for each, document in documents.items() for key in match_keys_of(document, told[each])}),
        sorted({key.key for each, document in documents.items() for key in family_keys(document, told[each])}),
        sorted({row.person_id for row in children_rows if row.person_id is not None}),
    )
    contacts, cases, barred = list_known(actor, asked)
    barred_teams = frozenset(int(name.partition(":")[2]) for name in barred if not name.startswith("user:"))
    done = list_done(actor, ids)
    children = list_children(children_rows, told, barred_teams)
    everybody = [child for several in children.values() for child in several]
    known = _Known(contacts, [case for case in cases if _is_about(case, everybody)], barred_teams, done, clocks_of(ids))
    others = tuple(_page(each, children[each.id], known) for each in rows if each.id != referral_id)
    found = known.done[referral_id].proposals
    chosen = same if same is not None else (found[0].same if found and row.group_size else {})
    return _page(row, children[referral_id], known, others, chosen)


def _is_about(case: OpenCase, children: Sequence[HubChild]) -> bool:
    """Whether an open case is of one of these children: not of a namesake, as somebody said."""
    return any(
        child.identity_id == case.identity_id
        or (child.match_key == case.match_key and case.person_id not in child.not_persons)
        for child in children
    )


@dataclass(frozen=True)
class _Known:
    contacts: list[Contact]
    cases: list[OpenCase]
    barred_teams: frozenset[int]
    done: dict[int, Done]
    clocks: dict[int, list[ClockView]]


def _page(
    row: Any,
    children: list[HubChild],
    known: _Known,
    others: tuple[HubPage, ...] = (),
    same: Mapping[int, int] | None = None,
) -> HubPage:
    done = known.done[row.id]
    return HubPage(
        id=row.id,
        reference=row.reference,
        document=row.document,
        state=row.state,
        version=row.version,
        received_at=row.received_at,
        read_at=row.read_at,
        reader_id=row.read_by_id,
        reader=row.reader,
        answer_needed_at=row.answer_needed_at,
        decided_at=row.decided_at,
        feedback=row.feedback,
        sender=row.agency_given or row.agency or words("sources", row.source_code or "10"),
        rating=row.rating,
        children=children,
        contacts=known.contacts,
        open_cases=known.cases,
        barred_teams=known.barred_teams,
        ratings=done.ratings,
        proposals=done.proposals,
        marks=done.marks,
        clocks=known.clocks.get(row.id, []),
        added=done.added,
        again=done.again,
        questions=done.questions,
        after=After(row.new_at, row.danger_added_at, row.in_error_at, _closed(row)),
        card=card_of(row),
        files=read_files(row.id, row.files),
        copy_to=row.copy_to,
        copy_at=row.copy_at,
        public=is_public(row.source_code, known_agency=row.agency_id is not None, agency_given=row.agency_given),
        group_size=row.group_size,
        others=others,
        same=same or {},
        unsent=unsent_of(row),
    )


def _closed(row: Any) -> str:
    """That the agency which sent it is closed today, in words; nothing when it is open."""
    if row.until_on is None:
        return ""
    return closed_words(row.contact_name, row.contact_phone, until=day(row.until_on))


def _copy(told: Any) -> Any:
    """What is known of the first copy that was handed over."""
    first = sa.select(sa.func.min(CopyGiven.id)).where(CopyGiven.referral_id == Referral.id).correlate(Referral)
    return sa.select(told).where(CopyGiven.id == first.scalar_subquery()).correlate(Referral).scalar_subquery()


def _referrals(actor: Actor, referral_id: int, together: Collection[str], unsent_at: str) -> list[Any]:
    """The referral, and those that go with it."""
    given = {
        "referral": referral_id,
        "principals": actor.principals,
        "today": clock.today(),
        "unsent": unsent_key(actor.user_id, unsent_at) if unsent_at else "",
        **({"together": list(together)} if together else {}),
    }
    found: dict[int, Any] = {}
    for row in fetch(_referrals_statement(bool(actor.memberships), bool(together)), given):
        # Two closures may overlap: the one that lasts longer stands first.
        found.setdefault(row.id, row)
    return list(found.values())


def _standing(referral_id: Any) -> Any:
    """The latest decision about a referral that still binds it."""
    newest = (
        sa.select(sa.func.max(DecisionReferral.decision_id))
        .where(DecisionReferral.referral_id == referral_id)
        .scalar_subquery()
    )
    itself = sa.alias(Referral.__table__)
    # Sent back, or to be decided anew: what was decided together then does not bind what is proposed now.
    return (
        sa.select(Decision.id)
        .join(itself, itself.c.id == referral_id)
        .where(Decision.id == newest, Decision.state != "sent_back", itself.c.state != "received")
        .scalar_subquery()
    )


@cache
def _referrals_statement(placed: bool, chosen: bool) -> Any:
    """Built once: building it took longer than the database needs to answer."""
    referral_id: Any = sa.bindparam("referral", type_=sa.BigInteger())
    standing = _standing(referral_id)
    covered = sa.select(DecisionReferral.referral_id).where(DecisionReferral.decision_id == standing)
    group_size = sa.select(sa.func.count()).where(DecisionReferral.decision_id == standing).scalar_subquery()
    named, waiting = sa.alias(Subject.__table__), sa.alias(Referral.__table__)
    asked = (
        sa.select(named.c.id)
        .join(waiting, waiting.c.id == named.c.id)
        .where(
            named.c.reference.in_(sa.bindparam("together", expanding=True)),
            waiting.c.state == "received",
            standing.is_(None),
        )
    )
    # The few numbers first: as one condition with "or", the database looked at every contact of the borough.
    these = sa.union(sa.select(referral_id), covered, *([asked] if chosen else []))
    return (
        sa.select(
            Referral.id,
            Referral.document,
            Referral.state,
            Referral.version,
            Referral.received_at,
            Referral.read_at,
            Referral.read_by_id,
            Referral.answer_needed_at,
            Referral.decided_at,
            Referral.feedback,
            Referral.agency_id,
            Referral.agency_given,
            Referral.source_code,
            Referral.rating,
            Referral.new_at,
            Referral.danger_added_at,
            Referral.in_error_at,
            AgencyClosure.until_on,
            AgencyClosure.contact_name,
            AgencyClosure.contact_phone,
            Subject.reference,
            Agency.name.label("agency"),
            Professional.name.label("reader"),
            group_size.label("group_size"),
            _copy(CopyGiven.council).label("copy_to"),
            _copy(CopyGiven.given_at).label("copy_at"),
            files_of(Referral.id).label("files"),
            *card_columns(),
            *unsent_columns(sa.bindparam("unsent")),
        )
        .join(Subject, Subject.id == Referral.id)
        .outerjoin(Agency, Agency.id == Referral.agency_id)
        .outerjoin(AgencyClosure, is_closed(Referral.agency_id, sa.bindparam("today", type_=sa.Date())))
        .outerjoin(User, User.id == Referral.read_by_id)
        .outerjoin(Professional, Professional.id == User.professional_id)
        .where(Referral.id.in_(these), sa.or_(Referral.id == referral_id, seen_by(AnyReader(placed))))
        .order_by(Referral.received_at, Referral.id, AgencyClosure.until_on.desc())
    )
