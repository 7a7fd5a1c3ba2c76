"""A search answered for its reader: people and referrals, a page at a time; and the searches that somebody made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from caseapp.access.domain import L0, L4, PERMISSIONS, Actor, allows, reads_register
from caseapp.access.queries import get_subject
from caseapp.kernel import clock
from caseapp.kernel.db import fetch
from caseapp.kernel.errors import NotFound
from caseapp.kernel.subjects import Subject
from caseapp.people.queries.words import near_words
from caseapp.search.domain import Asked, read
from caseapp.search.models import StoredSearch

from .people import A_PAGE, Candidate, People, PersonHit, find_people, show_people
from .plan import plan
from .referrals import ReferralHit, find_referrals

RECENT = 5


@dataclass(frozen=True)
class Kept:
    """A search as its maker typed it; `typed` is None once the words were cleared away."""

    reference: str
    typed: str | None
    made_at: datetime


@dataclass(frozen=True)
class Found:
    """What a reader is shown of a search: a page of people and of referrals, how many there are of each in words
    ("12", "1000+"), and from whom the next page goes on."""

    asked: Asked
    people: Sequence[PersonHit] = ()
    people_words: str = "0"
    next_person: str = ""
    referrals: Sequence[ReferralHit] = ()
    referrals_words: str = "0"
    next_referral: str = ""
    with_people: bool = False
    # For the hub: whose record only named people may see, and whom to ring about it.
    ring: Mapping[int, str] = field(default_factory=dict)
    # Words to look for by themselves, when all together find nobody.
    parts: Sequence[str] = field(default=())


def find(actor: Actor, typed: str, *, after_person: str = "", after_referral: str = "") -> Found:
    """Answer a search with what this reader may see now. `after_...`: the numbers of the last ones seen, for the next
    page. At most four statements, as many for nothing found as for much."""
    asked, with_people = read(typed), reads_register(actor)
    if asked.is_empty or asked.is_too_wide:
        return Found(asked, with_people=with_people)
    how = plan(asked, near_words(asked.words), clock.today())
    people = find_people(actor, asked, how) if with_people else People()
    some, next_person = _page(people.found, after_person)
    shown = show_people(actor, some, asked) if with_people else []
    hits, more_referrals = find_referrals(actor, asked, how)
    referrals, next_referral = _page(hits, after_referral)
    nothing = not people.found and not people.ring and not hits
    return Found(
        asked,
        shown,
        _count(people.found, people.more),
        next_person,
        referrals,
        _count(hits, more_referrals),
        next_referral,
        with_people,
        people.ring,
        asked.words if nothing and len(asked.words) > 1 else (),
    )


def _count(found: Sequence[object], more: bool) -> str:
    return f"{len(found)}{'+' if more else ''}"


Hit = TypeVar("Hit", Candidate, ReferralHit)


def _page(found: Sequence[Hit], after: str) -> tuple[Sequence[Hit], str]:
    """Those after the one whose number was last, from the first when that one is gone."""
    start = next((place + 1 for place, one in enumerate(found) if str(one.id) == after), 0)
    some = found[start : start + A_PAGE]
    return some, str(some[-1].id) if start + A_PAGE < len(found) else ""


_SEARCH = (
    sa.select(Subject.reference, StoredSearch.typed, StoredSearch.made_at)
    .join(Subject, Subject.id == StoredSearch.id)
    .where(StoredSearch.id == sa.bindparam("search"))
)
_RECENT = (
    sa.select(Subject.reference, StoredSearch.typed, StoredSearch.made_at)
    .join(Subject, Subject.id == StoredSearch.id)
    .where(StoredSearch.owner_id == sa.bindparam("owner"), StoredSearch.typed.is_not(None))
    .order_by(StoredSearch.id.desc())
    .limit(RECENT)
)


def get_search(search_id: int) -> Kept:
    """A search that its reader reaches. One statement."""
    (row,) = fetch(_SEARCH, {"search": search_id})
    return _kept(row)


def list_recent(actor: Actor) -> list[Kept]:
    """What the actor searched for last. One statement."""
    return [_kept(row) for row in fetch(_RECENT, {"owner": actor.user_id})]


def _kept(row: Any) -> Kept:
    return Kept(row.reference, row.typed, row.made_at)


def opens(actor: Actor, typed: str) -> tuple[str, str] | None:
    """When a reference alone was typed of something that the actor may open: the page's endpoint and the reference."""
    asked = read(typed)
    if len(asked.references) != 1 or asked.words:
        return None
    reference = asked.references[0]
    for kind, level, permission, endpoint in _PAGES:
        if reference[0] != kind:
            continue
        try:
            subject = get_subject(actor, reference, PERMISSIONS[permission].subject or "", level)
        except NotFound:
            continue
        if allows(PERMISSIONS[permission], actor, subject):
            return endpoint, reference
    return None


# By the letter of a reference: what opens it, for whom, the fullest first.
_PAGES = (
    ("R", L4, "referral:read", "referrals.show"),
    ("R", L0, "referral:receipt", "referrals.show_receipt"),
    ("C", L4, "case:read", "cases.show"),
)
