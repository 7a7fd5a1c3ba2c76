"""Sign-ins that nobody uses: suspended after 60 days, lifted by an administrator (practice 21)."""

from datetime import timedelta

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.accounts import queries
from caseapp.accounts.commands.rows import changed
from caseapp.accounts.commands.sessions import end_sessions
from caseapp.accounts.domain import SUSPENDED
from caseapp.accounts.models import User, UserSession
from caseapp.kernel import clock
from caseapp.kernel.db import transaction
from caseapp.kernel.errors import OutOfOrder
from caseapp.kernel.events import record


def suspend_unused(after: timedelta | None) -> int:
    """Suspend every sign-in that was not used for so long, for the sweep; gives how many. None: nobody ever."""
    if after is None:
        return 0
    count = 0
    with transaction():
        for user_id in queries.list_unused(clock.now() - after):
            running = sa.update(User).where(User.id == user_id, User.suspended_at.is_(None), User.disabled_at.is_(None))
            if changed(running.values(suspended_at=clock.now())):
                end_sessions(SUSPENDED, UserSession.user_id == user_id)
                record(None, "user.suspended", subjects=[user_id])
                count += 1
    return count


def lift_suspension(actor: Actor | None, user_id: int) -> None:
    """Let somebody sign in again; the time starts afresh. Raises OutOfOrder if they are not suspended."""
    now = clock.now()
    theirs = sa.update(User).where(User.id == user_id, User.suspended_at.is_not(None))
    if not changed(theirs.values(suspended_at=None, lifted_at=now)):
        raise OutOfOrder("This sign-in is not suspended.")
    record(actor, "user.suspension_lifted", subjects=[user_id])
