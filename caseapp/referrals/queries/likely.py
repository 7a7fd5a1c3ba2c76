"""Is this child already known? The likely records of a child of a contact, with what speaks for and against each, and
what people said of them.

Eight statements for the page, however many children, records and contacts there are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.access.domain import Actor
from caseapp.access.queries import AnyReader, Seen, find_seen
from caseapp.accounts.models import Agency
from caseapp.accounts.queries import user_name_of
from caseapp.kernel.db import fetch
from caseapp.kernel.errors import NotFound
from caseapp.kernel.subjects import Subject
from caseapp.people.catalogue import DIFFERENT, NOT_SURE
from caseapp.people.domain.beside import Side, side_by_side
from caseapp.people.domain.matching import Described, Evidence, Scored
from caseapp.people.models import PersonIdentity, SamePersonLink
from caseapp.people.queries import compare, list_candidates
from caseapp.referrals.catalogue import words
from caseapp.referrals.domain.children import ChildTold, children_of
from caseapp.referrals.domain.described import described_child
from caseapp.referrals.models import ChildAnswer, FamilyKey, Referral, ReferralChild

from .order import seen_by

# So many likely records are shown, best first; what somebody has said something of is shown besides.
SHOWN = 5
# Other contacts that share something with this one: the latest.
CONTACTS = 30
PERSON, CHILD = "person", "child"
Key = tuple[str, int]


@dataclass(frozen=True)
class Answered:
    """What somebody said of a likely record; `ended` once it was taken back or another answer took its place."""

    id: int
    key: Key
    answer: str
    words: str
    by: str
    at: datetime
    ended_by: str
    ended_at: datetime | None
    end_words: str


@dataclass(frozen=True)
class Likely:
    """A record of the register, or a child of another contact, that could be this child.

    `reference`: of the person, or of the other contact. `ring`: it is kept from the reader, who is told only whom to
    ring; nothing else of it is filled in.
    """

    key: Key
    reference: str = ""
    name: str = ""
    scored: Scored | None = None
    sides: Sequence[Side] = ()
    told_by: str = ""
    told_at: datetime | None = None
    ring: str = ""
    answered: Answered | None = None

    @property
    def about(self) -> str:
        """What the form sends back to say which it is."""
        return f"{self.key[0]}-{self.key[1]}"

    @property
    def strong(self) -> list[Evidence]:
        """What speaks strongly for it."""
        return self._evidence("strong")

    @property
    def some(self) -> list[Evidence]:
        """What speaks for it a little."""
        return self._evidence("some")

    @property
    def against(self) -> list[Evidence]:
        """What speaks against it."""
        return self._evidence("against")

    def _evidence(self, strength: str) -> list[Evidence]:
        return [each for each in self.scored.evidence if each.strength == strength] if self.scored else []


@dataclass(frozen=True)
class OfferedChild:
    """One child of the contact on the page that asks whether they are known."""

    id: int
    number: int
    name: str
    told: ChildTold
    person_id: int | None
    case_id: int | None


@dataclass(frozen=True)
class LikelyPage:
    """The children of a contact, and for the one that is looked at: likely records, and everything said of them."""

    reference: str
    children: list[OfferedChild]
    child: OfferedChild
    chosen: Likely | None
    likely: list[Likely]
    apart: list[Likely]
    history: list[Answered] = field(default_factory=list)


def get_likely_page(actor: Actor, referral_id: int, number: int = 1) -> LikelyPage:
    """The likely records of a contact's child (`number` from 1, in the order told), as far as the actor may see them.
    What the actor is barred from is not there; of what a restriction keeps from them there is only whom to ring: for
    the hub. Raises NotFound where there is no such child."""
    loaded = _load(actor, referral_id)
    child = next((each for each in loaded.children if each.number == number), None)
    if child is None:
        raise NotFound
    answers = loaded.answers(child.id)
    shown = _find(actor, loaded, child, {each.key: each for each in answers if each.ended_at is None})
    chosen = next((each for each in shown if each.key == (PERSON, child.person_id)), None)
    rest = [each for each in shown if each is not chosen]
    apart = [each for each in rest if each.answered and each.answered.answer == DIFFERENT]
    likely = [each for each in rest if each not in apart]
    return LikelyPage(loaded.reference, loaded.children, child, chosen, likely, apart, answers)


def find_likely(referral_id: int) -> tuple[object, dict[int, list[tuple[Key, Scored]]]]:
    """The document of a contact, and by child (its row) who it could be, the likeliest first, but for whom somebody
    said that it is the same child or another one. It knows no permissions: show only what the actor may see. Raises
    NotFound."""
    loaded = _load(None, referral_id)
    found = {}
    for child in loaded.children:
        said = {each.key: each for each in loaded.answers(child.id) if each.ended_at is None}
        settled = {key for key, each in said.items() if each.answer != NOT_SURE} | {(PERSON, child.person_id)}
        matches = _matches(loaded, child, said)
        found[child.id] = [(key, scored) for key, _, scored in matches if scored and key not in settled]
    return loaded.document, found


def _matches(
    loaded: "_Loaded", child: OfferedChild, said: Mapping[Key, Answered]
) -> list[tuple[Key, Described, Scored | None]]:
    """Who a child could be, the likeliest first, then the person chosen and those of whom something was said where
    they are not among them. Three statements."""
    asked = described_child(loaded.document, child.told)
    kept = {number for kind, number in said if kind == PERSON} | ({child.person_id} if child.person_id else set())
    besides = loaded.known_of.get(child.id, frozenset()) - kept
    known: dict[Key, Described] = {
        (PERSON, number): each for number, each in list_candidates(asked, besides=besides, also=kept).items()
    }
    known |= {(CHILD, number): each for number, each in loaded.others.items()}
    found: list[tuple[Key, Described, Scored | None]] = list(compare(asked, known))
    there = {key for key, _, _ in found}
    found += [
        (key, known[key], None)
        for key in sorted({*said, *((PERSON, number) for number in kept)} - there)
        if key in known
    ]
    return found


def _find(actor: Actor, loaded: "_Loaded", child: OfferedChild, said: Mapping[Key, Answered]) -> list[Likely]:
    """The likeliest records and children of other contacts, as the actor may see them, the person chosen and those of
    whom something was said among them. Four statements."""
    asked, found = described_child(loaded.document, child.told), _matches(loaded, child, said)
    seen = find_seen(actor, "person", [number for (kind, number), _, _ in found if kind == PERSON])
    likely = [each for match in found if (each := _likely(loaded, asked, match, seen, said))]
    new = [each for each in likely if each.answered is None and each.key != (PERSON, child.person_id)][:SHOWN]
    return [each for each in likely if each in new or each.answered or each.key == (PERSON, child.person_id)]


def _likely(
    loaded: "_Loaded",
    asked: Described,
    match: tuple[Key, Described, Scored | None],
    seen: Mapping[int, Seen],
    said: Mapping[Key, Answered],
) -> Likely | None:
    key, known, scored = match
    answered = said.get(key)
    if key[0] == CHILD:
        row = loaded.contact_of[key[1]]
        sides = side_by_side(asked, known, homes=True)
        name = f"{known.first} {known.last}".strip() or row.shown_name
        return Likely(key, row.reference, name, scored, sides, row.sender, row.received_at, answered=answered)
    who = seen.get(key[1])
    if who is None:
        return None
    if who.ring:
        return Likely(key, ring=who.ring)
    name = f"{known.first} {known.last}".strip() or "Name not known"
    return Likely(key, who.reference, name, scored, side_by_side(asked, known, homes=False), answered=answered)


@dataclass(frozen=True)
class _Row:
    reference: str
    sender: str
    received_at: datetime
    shown_name: str


@dataclass(frozen=True)
class _Loaded:
    """A contact with its children, what was said of them, and the children of other contacts that share something with
    it: of those who are no record yet."""

    reference: str
    document: object
    children: list[OfferedChild]
    said: list[tuple[int, Answered]]
    # By child the other records of the person chosen, and those of whom somebody said that they are another's.
    known_of: dict[int, frozenset[int]]
    others: dict[int, Described]
    contact_of: dict[int, _Row]

    def answers(self, child_id: int) -> list[Answered]:
        """Everything said of a child, the latest first."""
        return sorted((each for of, each in self.said if of == child_id), key=lambda each: each.id, reverse=True)


def _load(actor: Actor | None, referral_id: int) -> _Loaded:
    """With the other contacts that the actor may see; None: all of them. One statement. Raises NotFound."""
    given: dict[str, Any] = {"referral": referral_id, **({"principals": actor.principals} if actor else {})}
    rows: Sequence[Any] = fetch(_statement(bool(actor.memberships) if actor else None), given)
    own = [row for row in rows if row.id == referral_id]
    if not own:
        raise NotFound
    told = children_of(own[0].document)
    children = {
        row.child_id: OfferedChild(
            row.child_id, row.position + 1, row.shown_name, told[row.position], row.person_id, row.case_id
        )
        for row in own
        if row.child_id is not None
    }
    others = {row.child_id: row for row in rows if row.id != referral_id and row.child_id and row.person_id is None}
    documents = {
        row.id: (row.document, children_of(row.document)) for row in {r.id: r for r in others.values()}.values()
    }
    return _Loaded(
        own[0].reference,
        own[0].document,
        sorted(children.values(), key=lambda child: child.number),
        _said(own),
        {row.child_id: _numbers(row.apart) | _numbers(row.one_with) for row in own if row.child_id is not None},
        {
            number: described_child(documents[row.id][0], documents[row.id][1][row.position])
            for number, row in others.items()
        },
        {number: _Row(row.reference, _sender(row), row.received_at, row.shown_name) for number, row in others.items()},
    )


def _sender(row: Any) -> str:
    return row.agency_given or row.agency or words("sources", row.source_code or "10")


def _said(own: Iterable[Any]) -> list[tuple[int, Answered]]:
    found = {}
    for row in own:
        if row.answer_id is None:
            continue
        if row.answer_person_id is not None:
            key = PERSON, row.answer_person_id
        else:
            # It was said from one of the two contacts, and holds for both.
            key = CHILD, row.other_child_id if row.answered_child_id == row.child_id else row.answered_child_id
        said = Answered(
            row.answer_id,
            key,
            row.answer,
            row.words,
            row.said_by or "Somebody",
            row.said_at,
            row.ended_by or "",
            row.ended_at,
            row.end_words or "",
        )
        found[row.child_id, row.answer_id] = row.child_id, said
    return list(found.values())


def _numbers(text: str | None) -> frozenset[int]:
    return frozenset(int(number) for number in (text or "").split(",") if number)


@cache
def _statement(placed: bool | None) -> Any:
    referral_id: Any = sa.bindparam("referral", type_=sa.BigInteger())
    mine, theirs, other = orm.aliased(FamilyKey), orm.aliased(FamilyKey), orm.aliased(Referral)
    shared = (
        sa.select(theirs.referral_id)
        .join(mine, sa.and_(mine.key == theirs.key, mine.kind == theirs.kind))
        .where(mine.referral_id == referral_id)
        .distinct()
        .subquery()
    )
    latest = (
        sa.select(other.id)
        .join(shared, shared.c.referral_id == other.id)
        .where(other.id != referral_id)
        .order_by(other.received_at.desc(), other.id.desc())
        .limit(CONTACTS)
        .subquery()
    )
    these = sa.union(sa.select(referral_id), sa.select(latest.c.id))
    answered = sa.and_(
        Referral.id == referral_id,
        sa.or_(ChildAnswer.child_id == ReferralChild.id, ChildAnswer.other_child_id == ReferralChild.id),
    )
    return (
        sa.select(
            Referral.id,
            Subject.reference,
            Referral.document,
            Referral.received_at,
            Referral.agency_given,
            Referral.source_code,
            Agency.name.label("agency"),
            ReferralChild.id.label("child_id"),
            ReferralChild.position,
            ReferralChild.shown_name,
            ReferralChild.person_id,
            ReferralChild.case_id,
            _apart().label("apart"),
            _one_with().label("one_with"),
            ChildAnswer.id.label("answer_id"),
            ChildAnswer.child_id.label("answered_child_id"),
            ChildAnswer.person_id.label("answer_person_id"),
            ChildAnswer.other_child_id,
            ChildAnswer.answer,
            ChildAnswer.words,
            user_name_of(ChildAnswer.said_by_id).label("said_by"),
            ChildAnswer.said_at,
            user_name_of(ChildAnswer.ended_by_id).label("ended_by"),
            ChildAnswer.ended_at,
            ChildAnswer.end_words,
        )
        .join(Subject, Subject.id == Referral.id)
        .outerjoin(Agency, Agency.id == Referral.agency_id)
        .outerjoin(ReferralChild, ReferralChild.referral_id == Referral.id)
        .outerjoin(ChildAnswer, answered)
        .where(Referral.id.in_(these))
        .where(sa.true() if placed is None else sa.or_(Referral.id == referral_id, seen_by(AnyReader(placed))))
        .order_by(Referral.id, ReferralChild.position)
    )


_COMMA: Any = sa.literal(",")


def _joined(numbers: Any) -> Any:
    return sa.func.aggregate_strings(sa.cast(numbers, sa.Text()), _COMMA)


def _apart() -> Any:
    """The records of whom somebody said that they are not the person chosen."""
    link = orm.aliased(SamePersonLink)
    other = sa.case((link.one_id == ReferralChild.person_id, link.other_id), else_=link.one_id)
    return (
        sa.select(_joined(other))
        .where(
            sa.or_(link.one_id == ReferralChild.person_id, link.other_id == ReferralChild.person_id),
            link.answer == DIFFERENT,
            link.ended_at.is_(None),
        )
        .correlate(ReferralChild)
        .scalar_subquery()
    )


def _one_with() -> Any:
    """The other records of the person chosen: they are known already."""
    one, other = orm.aliased(PersonIdentity), orm.aliased(PersonIdentity)
    return (
        sa.select(_joined(other.person_id))
        .join(one, one.identity_id == other.identity_id)
        .where(one.person_id == ReferralChild.person_id, other.person_id != ReferralChild.person_id)
        .correlate(ReferralChild)
        .scalar_subquery()
    )
