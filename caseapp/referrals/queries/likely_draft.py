"""Is a child known, while a referral is still being written: the register for who takes a call for the council, the
desk's own earlier referrals for everybody else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import HUB, L0, Actor
from caseapp.access.queries import AnyReader, find_seen, visible_ids
from caseapp.kernel.db import fetch
from caseapp.kernel.subjects import Subject
from caseapp.people.domain.beside import side_by_side
from caseapp.people.domain.matching import Described, Scored
from caseapp.people.queries import compare, list_candidates
from caseapp.referrals.domain.children import ChildTold, children_of
from caseapp.referrals.domain.described import described_child
from caseapp.referrals.models import Referral, ReferralChild

from .likely import CHILD, PERSON, SHOWN, Key, Likely

# Of earlier referrals the latest that share a name or the birth date.
EARLIER = 30


@dataclass(frozen=True)
class DraftLikely:
    """A child of a draft and who it could be."""

    number: int
    name: str
    likely: Sequence[Likely]


def get_likely_of_draft(actor: Actor, document: object, number: int, *, register: bool) -> DraftLikely | None:
    """Who the child of a document that is not sent yet (`number` from 1) could be; None where there is no such child.

    `register`: the records that the actor may see, with whom to ring about a restricted one for the hub alone.
    Otherwise only children of referrals that the actor's desk sent: nothing of the register is asked. Four statements
    at most.
    """
    children = children_of(document)
    if not children and number == 1:
        return DraftLikely(1, "Not named yet", ())
    if not 1 <= number <= len(children):
        return None
    told = children[number - 1]
    asked = described_child(document, told)
    found = _in_register(actor, asked) if register else _in_own(actor, asked, told)
    return DraftLikely(number, told.shown, found[:SHOWN])


def _in_register(actor: Actor, asked: Described) -> list[Likely]:
    known: dict[Key, Described] = {(PERSON, number): each for number, each in list_candidates(asked).items()}
    matches = compare(asked, known)
    seen = find_seen(actor, "person", [number for (_, number), _, _ in matches])
    hub = bool(actor.teams(HUB))
    found = []
    for key, each, scored in matches:
        who = seen.get(key[1])
        if who is None or (who.ring and not hub):
            continue
        found.append(
            Likely(key, ring=who.ring) if who.ring else _likely(key, who.reference, asked, each, scored, homes=False)
        )
    return found


def _in_own(actor: Actor, asked: Described, told: ChildTold) -> list[Likely]:
    given = {
        "principals": actor.principals,
        "key": told.match_key or "",
        "last": told.last_name or "-",
        "first": told.first_name or "-",
        "born": told.born_on,
    }
    rows: Mapping[int, Any] = {row.child_id: row for row in fetch(_earlier(bool(actor.memberships)), given)}
    known: dict[Key, Described] = {
        (CHILD, number): described_child(row.document, children_of(row.document)[row.position])
        for number, row in rows.items()
    }
    return [
        _likely(key, rows[key[1]].reference, asked, each, scored, homes=True, at=rows[key[1]].received_at)
        for key, each, scored in compare(asked, known)
    ]


def _likely(
    key: Key, reference: str, asked: Described, known: Described, scored: Scored, *, homes: bool, at: Any = None
) -> Likely:
    name = f"{known.first} {known.last}".strip() or "Name not known"
    return Likely(key, reference, name, scored, side_by_side(asked, known, homes=homes), told_at=at)


@cache
def _earlier(placed: bool) -> Any:
    own = visible_ids(AnyReader(placed), "referral", L0, ("own",))
    return (
        sa.select(
            Subject.reference,
            Referral.document,
            Referral.received_at,
            ReferralChild.id.label("child_id"),
            ReferralChild.position,
        )
        .join(Referral, Referral.id == ReferralChild.referral_id)
        .join(Subject, Subject.id == Referral.id)
        .where(
            Referral.id.in_(own),
            sa.or_(
                ReferralChild.match_key == sa.bindparam("key"),
                ReferralChild.last_name == sa.bindparam("last"),
                ReferralChild.first_name == sa.bindparam("first"),
                ReferralChild.born_on == sa.bindparam("born", type_=sa.Date()),
            ),
        )
        .order_by(Referral.received_at.desc(), Referral.id.desc())
        .limit(EARLIER)
    )
