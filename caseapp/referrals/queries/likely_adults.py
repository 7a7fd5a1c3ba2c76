"""Who an adult of a contact's household could be: the likely records of each, what speaks for and against them, and
what people said of them. Of the register alone: other contacts' adults are no records."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.access.queries import find_seen
from caseapp.accounts.queries import user_name_of
from caseapp.kernel import clock
from caseapp.kernel.db import fetch
from caseapp.kernel.errors import NotFound
from caseapp.kernel.subjects import Subject
from caseapp.people.catalogue import DIFFERENT, SAME
from caseapp.people.domain.beside import side_by_side
from caseapp.people.domain.matching import Described, Scored
from caseapp.people.domain.names import years_old
from caseapp.people.models import WorkerDanger
from caseapp.people.queries import compare, list_candidates
from caseapp.referrals.domain.adults import GROWN, AdultTold, adults_of
from caseapp.referrals.models import AdultAnswer, Referral, ReferralChild

from .likely import PERSON, SHOWN, Answered, Likely


@dataclass(frozen=True)
class AdultPage:
    """The adults of a contact, and for the one that is looked at: likely records, and everything said of them.
    `dangers`: by record what is known to be dangerous for who visits them."""

    reference: str
    decided_at: datetime | None
    adults: list[AdultTold]
    adult: AdultTold
    chosen: Likely | None
    likely: list[Likely]
    apart: list[Likely]
    history: list[Answered]
    dangers: Mapping[int, list[str]]


def find_likely_adults(referral_id: int, document: object) -> dict[int, list[tuple[int, Scored | None]]]:
    """By adult of a contact (the place in its household) the records that could be theirs, the likeliest first, with
    the one that somebody said is theirs, without those of whom somebody said that they are another's. It knows no
    permissions: show only what the actor may see."""
    adults = adults_of(document)
    if not adults:
        return {}
    rows: Any = fetch(_STATEMENT, {"referral": referral_id})
    found = {}
    for adult in adults:
        said = {row.answer_person_id: row.answer for row in rows if row.adult == adult.position and not row.ended_at}
        same = [number for number, answer in said.items() if answer == SAME]
        apart = {number for number, answer in said.items() if answer == DIFFERENT}
        matches = _matches(adult, besides=apart | _children(rows), also=same)
        found[adult.position] = [(number, scored) for number, _, scored in matches]
    return found


def get_adult_page(actor: Actor, referral_id: int, position: int | None = None) -> AdultPage:
    """The likely records of an adult of a contact (`position` in its household; None: the
    first), as far as the actor may see them; of
    what a restriction keeps from them there is only whom to ring: for the hub. Raises NotFound. Six statements at
    most."""
    rows: Any = fetch(_STATEMENT, {"referral": referral_id})
    adults = adults_of(rows[0].document) if rows else []
    adult = next((each for each in adults if position in (None, each.position)), None)
    if adult is None:
        raise NotFound
    history = _history(rows, adult.position)
    said = {each.key[1]: each for each in history if each.ended_at is None}
    found = _matches(adult, besides=_children(rows) - said.keys(), also=said)
    seen = find_seen(actor, "person", [number for number, _, _ in found])
    shown = []
    for number, known, scored in found:
        who = seen.get(number)
        if who is None:
            continue
        if who.ring:
            shown.append(Likely((PERSON, number), ring=who.ring))
            continue
        name = f"{known.first} {known.last}".strip() or "Name not known"
        sides = side_by_side(adult.described, known, homes=False)
        shown.append(Likely((PERSON, number), who.reference, name, scored, sides, answered=said.get(number)))
    chosen = next((each for each in shown if each.answered and each.answered.answer == SAME), None)
    apart = [each for each in shown if each.answered and each.answered.answer == DIFFERENT]
    open_ = [each for each in shown if each is not chosen and each not in apart]
    likely = [each for each in open_ if each.answered] + [each for each in open_ if not each.answered][:SHOWN]
    dangers = list_dangers([each.key[1] for each in shown if not each.ring])
    return AdultPage(rows[0].reference, rows[0].decided_at, adults, adult, chosen, likely, apart, history, dangers)


def list_dangers(person_ids: Collection[int]) -> dict[int, list[str]]:
    """By person what is recorded now as a danger to people who visit them. One statement; none for nobody."""
    found: dict[int, list[str]] = {}
    for row in fetch(_DANGERS, {"persons": list(person_ids)}) if person_ids else ():
        found.setdefault(row.person_id, []).append(row.words)
    return found


def persons_of_adults(referral_ids: Collection[int]) -> dict[tuple[int, int], int]:
    """By contact and place in its household the record that somebody said is the adult's. One statement."""
    rows = fetch(_SAID_SAME, {"referrals": list(referral_ids)})
    return {(row.referral_id, row.adult): row.person_id for row in rows}


def _matches(
    adult: AdultTold, *, besides: Collection[int], also: Collection[int] = ()
) -> list[tuple[int, Described, Scored | None]]:
    """Grown-up records that could be the adult's, the likeliest first, then those in `also`."""
    found = list_candidates(adult.described, besides=besides, also=also)
    known = {number: replace(each, adult=True) for number, each in found.items() if number in also or _is_grown(each)}
    matches: list[tuple[int, Described, Scored | None]] = list(compare(adult.described, known))
    there = {number for number, _, _ in matches}
    return matches + [(number, known[number], None) for number in sorted(set(also) - there) if number in known]


def _is_grown(known: Described) -> bool:
    return known.born_on is None or years_old(known.born_on, clock.today()) >= GROWN


def _children(rows: Any) -> frozenset[int]:
    """The records of the contact's own children: no adult is one of them."""
    return frozenset(row.child_person_id for row in rows if row.child_person_id is not None)


def _history(rows: Any, position: int) -> list[Answered]:
    found = {
        row.answer_id: Answered(
            row.answer_id,
            (PERSON, row.answer_person_id),
            row.answer,
            row.words,
            row.said_by or "Somebody",
            row.said_at,
            row.ended_by or "",
            row.ended_at,
            row.end_words or "",
        )
        for row in rows
        if row.answer_id is not None and row.adult == position
    }
    return sorted(found.values(), key=lambda each: each.id, reverse=True)


_STATEMENT = (
    sa.select(
        Subject.reference,
        Referral.document,
        Referral.decided_at,
        ReferralChild.person_id.label("child_person_id"),
        AdultAnswer.id.label("answer_id"),
        AdultAnswer.adult,
        AdultAnswer.person_id.label("answer_person_id"),
        AdultAnswer.answer,
        AdultAnswer.words,
        user_name_of(AdultAnswer.said_by_id).label("said_by"),
        AdultAnswer.said_at,
        user_name_of(AdultAnswer.ended_by_id).label("ended_by"),
        AdultAnswer.ended_at,
        AdultAnswer.end_words,
    )
    .select_from(Referral)
    .join(Subject, Subject.id == Referral.id)
    .outerjoin(ReferralChild, ReferralChild.referral_id == Referral.id)
    .outerjoin(AdultAnswer, AdultAnswer.referral_id == Referral.id)
    .where(Referral.id == sa.bindparam("referral", type_=sa.BigInteger()))
)
_DANGERS = (
    sa.select(WorkerDanger.person_id, WorkerDanger.words)
    .where(
        WorkerDanger.person_id.in_(sa.bindparam("persons", expanding=True, type_=sa.BigInteger())),
        WorkerDanger.ended_at.is_(None),
    )
    .order_by(WorkerDanger.id)
)
_SAID_SAME = (
    sa.select(AdultAnswer.referral_id, AdultAnswer.adult, AdultAnswer.person_id)
    .where(
        AdultAnswer.referral_id.in_(sa.bindparam("referrals", expanding=True, type_=sa.BigInteger())),
        AdultAnswer.answer == SAME,
        AdultAnswer.ended_at.is_(None),
    )
    .order_by(AdultAnswer.id.desc())
)
