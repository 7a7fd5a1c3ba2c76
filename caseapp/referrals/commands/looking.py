"""Looking through the register for the people of a contact: when the hub opens it, and by itself for what waits; never
while its sender waits. What is found is kept for the contact's page, which shows each reader what they may see."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

import sqlalchemy as sa

from caseapp.kernel import clock
from caseapp.kernel.db import fetch, let_go, transaction, write_rows
from caseapp.people.domain.matching import Scored
from caseapp.referrals.models import LikelyRecord, Referral
from caseapp.referrals.queries.likely import PERSON, find_likely
from caseapp.referrals.queries.likely_adults import find_likely_adults

from .triage import lock_referral

# More than anybody is shown: of these, some may not be seen by who reads the page.
KEPT = 12
FOR, AGAINST = 3, 2
# What waits for a decision is looked at anew after so long: records and other contacts come meanwhile.
AGAIN_AFTER = timedelta(hours=1)
AT_ONCE = 20


def look_for_likely(*, referral_id: int) -> None:
    """Look for likely records of each child and adult of a contact, and keep what was found in place of what the look
    before had found. Raises NotFound."""
    lock_referral(referral_id)
    document, children = find_likely(referral_id)
    rows = [
        _row(
            referral_id,
            scored,
            child_id=child_id,
            **({"person_id": number} if kind == PERSON else {"other_child_id": number}),
        )
        for child_id, found in children.items()
        for (kind, number), scored in found[:KEPT]
    ]
    rows += [
        _row(referral_id, scored, adult=adult, person_id=number)
        for adult, found_of in find_likely_adults(referral_id, document).items()
        for number, scored in found_of[:KEPT]
    ]
    write_rows(_FORGET, [{"referral": referral_id}])
    write_rows(_KEEP, rows)
    write_rows(_LOOKED, [{"of_referral": referral_id, "looked_at": clock.now()}])


def look_at_waiting() -> int:
    """Look for likely records of contacts that wait for a decision and nobody has looked at, or not for an hour; gives
    how many were looked at. Called by the sweep, again and again, each contact in a transaction of its own."""
    before = clock.now() - AGAIN_AFTER
    waiting = [row.id for row in fetch(_WAITING, {"before": before})]
    let_go()
    for referral_id in waiting:
        with transaction():
            row = lock_referral(referral_id)
            # Another sweep, or somebody of the hub, may have been quicker.
            if row.looked_at is None or row.looked_at < before:
                look_for_likely(referral_id=referral_id)
    return len(waiting)


def _row(referral_id: int, scored: Scored | None, **whose: int) -> dict[str, Any]:
    empty = {"child_id": None, "adult": None, "person_id": None, "other_child_id": None}
    band = scored.band if scored else ""
    return {"referral_id": referral_id, **empty, **whose, "band": band, "why": dict(_why(scored)) if scored else {}}


def _why(scored: Scored) -> Iterator[tuple[str, list[str]]]:
    """The strongest reasons for and against, in words; what is said of the birth date is always one of them."""
    ordered = sorted(scored.evidence, key=lambda each: -abs(each.bits))
    good = [each for each in ordered if each.bits > 0]
    born = [each for each in good[FOR:] if each.field == "born"]
    yield "for", [each.words for each in good[: FOR - len(born)] + born]
    yield "against", [each.words for each in ordered if each.strength == "against"][:AGAINST]
    yield "careful", list(scored.gates)


_TABLE = cast(sa.Table, LikelyRecord.__table__)
_REFERRAL = cast(sa.Table, Referral.__table__)
_KEEP = sa.insert(_TABLE)
_FORGET = sa.delete(_TABLE).where(_TABLE.c.referral_id == sa.bindparam("referral"))
_LOOKED = sa.update(_REFERRAL).where(_REFERRAL.c.id == sa.bindparam("of_referral"))
_WAITING = (
    sa.select(Referral.id)
    # Written out, as the partial index has it.
    .where(sa.text("referral.state <> 'decided'"))
    .where(
        sa.or_(Referral.looked_at.is_(None), Referral.looked_at < sa.bindparam("before", type_=Referral.looked_at.type))
    )
    # What came last and nobody has looked at comes first.
    .order_by(Referral.looked_at.is_not(None), Referral.received_at.desc())
    .limit(AT_ONCE)
)
