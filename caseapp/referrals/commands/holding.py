"""Who has a referral in the hub: "I take this", let go, take over, given by a manager.

Reading alone takes nothing. Whoever has it shows to everybody in the hub; nobody is kept from working on it.
"""

from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import HUB, Actor
from caseapp.accounts.queries import list_colleagues, user_names
from caseapp.kernel import clock, events
from caseapp.kernel.db import db
from caseapp.kernel.errors import Conflict, Invalid, OutOfOrder
from caseapp.kernel.events import record
from caseapp.kernel.web import when
from caseapp.referrals.models import Referral

from .triage import decided_words, lock_referral

NOBODY = ""


def take_referral(actor: Actor, *, referral_id: int, seen: str) -> None:
    """The actor takes a referral, from nobody or over from a colleague.

    `seen` is `held_mark` of the row when the page was drawn: a colleague who took it since is told of (Conflict), and
    nothing changes. Taking what one has changes nothing. OutOfOrder when it is decided.
    """
    row = _open(referral_id)
    if row.held_by_id == actor.user_id:
        return
    if held_mark(row) != seen:
        if row.held_by_id is None:
            raise Conflict(
                "A colleague had this when your page was drawn, and has let it go since. "
                "Nobody has it now: you can take it."
            )
        raise Conflict(
            f"{_name(row.held_by_id)} took this {when(row.held_at or clock.now())}, while your page was open. "
            "You have not taken it. You can take it over."
        )
    before, row.held_by_id, row.held_at = row.held_by_id, actor.user_id, clock.now()
    record(actor, "referral.taken", subjects=[row.id], taken_from=before)


def let_go(actor: Actor, *, referral_id: int) -> None:
    """The actor has it no longer: nobody has. Twice is once. OutOfOrder, and nothing changes, when a colleague has it
    by now."""
    row = _open(referral_id)
    if row.held_by_id is None:
        return
    if row.held_by_id != actor.user_id:
        raise OutOfOrder(f"You do not have this any more: {_name(row.held_by_id)} took it {when(_since(row))}.")
    row.held_by_id = row.held_at = None
    record(actor, "referral.let_go", subjects=[row.id], held_by=actor.user_id)


def give_referral(actor: Actor, *, referral_id: int, user_id: int) -> None:
    """A manager gives it to somebody of the hub, whoever has it now. Invalid for somebody who does not work there."""
    row = _open(referral_id)
    names = dict(list_colleagues(HUB))
    if user_id not in names:
        raise Invalid({"person": "Choose somebody who works in the hub"})
    if row.held_by_id == user_id:
        return
    before, row.held_by_id, row.held_at = row.held_by_id, user_id, clock.now()
    record(actor, "referral.given", subjects=[row.id], to=user_id, taken_from=before)


def release_claims(actor: Actor | None, *, user_id: int) -> int:
    """Let go of every undecided referral that somebody has, who can't work on it any more; gives how many.

    Nothing is lost: each stands in the queue again with nobody, at its old place.
    """
    held = list(
        db.session.scalars(
            sa.select(Referral).where(Referral.held_by_id == user_id, Referral.state != "decided").with_for_update()
        )
    )
    for row in held:
        row.held_by_id = row.held_at = None
        record(actor, "referral.let_go", subjects=[row.id], held_by=user_id)
    return len(held)


def on_user_disabled(actor: Any, event: events.Recorded) -> None:
    """Hear that sign-ins were switched off: what they had in the hub is nobody's again."""
    for user_id in events.row_subjects[event.id]:
        release_claims(actor, user_id=user_id)


def held_mark(row: Any) -> str:
    """What a page carries of who had the referral: the instant it was taken, empty for nobody."""
    return row.held_at.isoformat() if row.held_at else NOBODY


def _open(referral_id: int) -> Referral:
    row = lock_referral(referral_id)
    if row.decided_at is not None:
        raise OutOfOrder(f"Nobody has to take this any more. {decided_words(row)}")
    return row


def _since(row: Referral) -> Any:
    return row.held_at or row.received_at


def _name(user_id: int) -> str:
    return user_names({user_id}).get(user_id, "Somebody")
