"""Making sign-ins and giving them places in teams; switching a sign-in off and on."""

from datetime import date

import sqlalchemy as sa

from caseapp.access.commands import give_reach
from caseapp.access.domain import L1, Actor
from caseapp.accounts import queries
from caseapp.accounts.commands import passwords
from caseapp.accounts.commands.leaving import make_staff_tasks, settle_staff_tasks
from caseapp.accounts.commands.sessions import end_sessions
from caseapp.accounts.domain import (
    DISABLED,
    normal_email,
)
from caseapp.accounts.models import (
    TeamMembership,
    User,
    UserSession,
)
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Invalid, OutOfOrder, Refused
from caseapp.kernel.events import ActorLike, record
from caseapp.kernel.subjects import new_subject


def add_user(
    actor: Actor | None, *, professional_id: int, email: str, password: str | None, password_hash: str | None = None
) -> int:
    """Give a professional a sign-in; gives the user's number (a Subject). Every administrator can see it from then on.
    Without a password nobody can use it before they have set one by a link.

    `password_hash`: the password's own hash where many people are given one password at once (the demo), so that it is
    made once. Raises Invalid if the e-mail address signs in already.
    """
    address = normal_email(email)
    if queries.find_user(address) is not None:
        raise Invalid({"email": f"{address} signs in already"})
    subject = new_subject("user")
    db.session.add(
        User(
            id=subject.id,
            professional_id=professional_id,
            email=address,
            password_hash=password_hash or (passwords.hash_password(password) if password is not None else ""),
            created_at=clock.now(),
            disabled_at=None,
        )
    )
    db.session.flush()
    for admin_id in queries.list_admins():
        _let_administer(admin_id, subject.id)
    record(actor, "user.created", subjects=[subject.id])
    return subject.id


def _let_administer(admin_id: int, user_id: int) -> None:
    give_reach(f"user:{admin_id}", subject_id=user_id, kind="user", level=L1, why="administers")


def add_membership(*, user_id: int, team_id: int, role: str, from_on: date) -> None:
    """Put a user into a team in a role from a day on. An administrator can see every sign-in from then on."""
    db.session.add(TeamMembership(user_id=user_id, team_id=team_id, role=role, from_on=from_on, until_on=None))
    db.session.flush()
    if role == "admin":
        for other_id in queries.list_user_ids():
            _let_administer(user_id, other_id)


def disable_user(actor: Actor, user_id: int) -> None:
    """Switch a sign-in off and end all its sessions at once; what they have open becomes tasks of the managers.

    Raises Refused for one's own, OutOfOrder if it is off.
    """
    if user_id == actor.user_id:
        raise Refused("You cannot switch off your own sign-in. Ask another administrator.")
    if _lock_users(actor, user_id):
        raise OutOfOrder("This sign-in is switched off already.")
    switch_off(actor, user_id)


def switch_off(actor: ActorLike | None, user_id: int) -> None:
    """Switch a sign-in off, whoever may; the caller has locked it and found it on."""
    db.session.execute(sa.update(User).where(User.id == user_id).values(disabled_at=clock.now()))
    end_sessions(DISABLED, UserSession.user_id == user_id)
    # Counted before anybody who listens lets go of it.
    make_staff_tasks(actor, user_id)
    record(actor, "user.disabled", subjects=[user_id])


def enable_user(actor: Actor, user_id: int) -> None:
    """Switch a sign-in on again; its old sessions stay ended. Raises OutOfOrder if it is on."""
    if not _lock_users(actor, user_id):
        raise OutOfOrder("This sign-in is switched on already.")
    db.session.execute(sa.update(User).where(User.id == user_id).values(disabled_at=None, lifted_at=clock.now()))
    record(actor, "user.enabled", subjects=[user_id])
    settle_staff_tasks(actor, user_id)


def _lock_users(actor: Actor, user_id: int) -> bool:
    """Lock both rows and tell whether the other one is disabled.

    Two administrators who disable each other at the same moment would leave none: the second is refused.
    """
    query = sa.select(User.id, User.disabled_at).where(User.id.in_([actor.user_id, user_id])).order_by(User.id)
    disabled = {row.id: row.disabled_at is not None for row in db.session.execute(query.with_for_update())}
    if disabled[actor.user_id]:
        raise Refused("Your own sign-in has just been switched off.")
    return disabled[user_id]
