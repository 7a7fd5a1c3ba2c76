"""What is told on the telephone: somebody of the council writes it down, and a professional confirms it in writing."""

from caseapp.access.domain import HUB, Actor
from caseapp.deadlines.queries import clocks_of
from caseapp.kernel import clock
from caseapp.kernel.events import record

from .looking import look_for_likely
from .triage import lock_referral, read_referral

BY_PHONE = "phone"
WRITTEN = "referral.written_confirmation"


def note_call(actor: Actor, *, referral_id: int, caller: str) -> None:
    """A call was written down and is a referral now. `caller`: a key of the list `callers`.

    Who took it in the hub has read it, and has it: they talked with the caller.
    """
    row = lock_referral(referral_id)
    record(actor, "referral.taken_by_phone", subjects=[row.id], caller=caller)
    if not actor.teams(HUB):
        return
    read_referral(actor, referral_id=row.id)
    look_for_likely(referral_id=row.id)
    row.held_by_id, row.held_at = actor.user_id, clock.now()
    record(actor, "referral.taken", subjects=[row.id], taken_from=None)


def confirm_in_writing(actor: Actor, *, referral_id: int) -> None:
    """The written confirmation of a call came: its clock stops. Twice, or where none is awaited, changes nothing."""
    lock_referral(referral_id)
    waiting = clocks_of([referral_id]).get(referral_id, [])
    if any(view.rule.key == WRITTEN for view in waiting):
        record(actor, "referral.confirmed_in_writing", subjects=[referral_id])
