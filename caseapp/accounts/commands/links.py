"""One-time links: an invitation, and a new password for somebody who has forgotten theirs."""

import secrets
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.accounts import queries
from caseapp.accounts.catalogue import COMMON_PASSWORDS
from caseapp.accounts.commands.organisation import add_professional
from caseapp.accounts.commands.passwords import hash_password
from caseapp.accounts.commands.sessions import end_links, end_sessions
from caseapp.accounts.commands.throttle import count_try, forgive_try
from caseapp.accounts.commands.users import add_membership, add_user
from caseapp.accounts.domain import (
    LINK_LASTS,
    PASSWORD_CHANGED,
    address_key,
    password_problem,
    token_digest,
)
from caseapp.accounts.models import (
    AuthenticatorApp,
    OneTimeLink,
    RecoveryCode,
    SecurityKey,
    TeamMembership,
    User,
    UserSession,
)
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Invalid, NotFound, OutOfOrder, Refused
from caseapp.kernel.events import record

INVITE, RESET = "invite", "reset"


@dataclass(frozen=True)
class Invitation:
    """Whom the administrator invites: name, e-mail address, agency, team, role, from when until when. That somebody is
    qualified is entered with their registration, once it is checked (practice 18)."""

    name: str
    email: str
    title: str
    phone: str
    agency_id: int
    team_id: int
    role: str
    from_on: date
    until_on: date | None


def invite(actor: Actor, who: Invitation) -> tuple[int, str]:
    """Make a sign-in without a password, with its place in a team; gives its number and the token of the link.

    Raises Invalid at `email` if it signs in already.
    """
    professional_id = add_professional(
        agency_id=who.agency_id,
        team_id=who.team_id,
        name=who.name,
        title=who.title,
        phone=who.phone,
        qualified=False,
    )
    user_id = add_user(actor, professional_id=professional_id, email=who.email, password=None)
    add_membership(user_id=user_id, team_id=who.team_id, role=who.role, from_on=who.from_on)
    if who.until_on is not None:
        theirs = sa.update(TeamMembership).where(TeamMembership.user_id == user_id)
        db.session.execute(theirs.values(until_on=who.until_on))
    return user_id, make_link(actor, user_id)


def make_link(actor: Actor, user_id: int) -> str:
    """Make a link by which this person sets a password, good once and for seven days; gives its token, shown this once.

    It is an invitation for somebody who has no password yet, a reset otherwise. All their older links die. Raises
    Refused for one's own sign-in, OutOfOrder for one that is switched off.
    """
    if user_id == actor.user_id:
        raise Refused("You change your own password in your account. If you have lost it, ask another administrator.")
    row = db.session.execute(
        sa.select(User.password_hash, User.disabled_at).where(User.id == user_id).with_for_update()
    ).one()
    if row.disabled_at is not None:
        raise OutOfOrder("This sign-in is switched off. Switch it on first.")
    end_links(user_id)
    token, purpose = secrets.token_urlsafe(32), RESET if row.password_hash else INVITE
    db.session.add(
        OneTimeLink(
            token_hash=token_digest(token),
            user_id=user_id,
            purpose=purpose,
            created_at=clock.now(),
            created_by_id=actor.user_id,
            ended_at=None,
        )
    )
    db.session.flush()
    record(actor, "user.invited" if purpose == INVITE else "user.reset_made", subjects=[user_id])
    return token


def open_link(token: str, *, address: str) -> queries.Link:
    """Whom a link is for. Opening it uses nothing up (a mail filter opens links too).

    Raises NotFound, the same for one that is used, expired, replaced and made up; TooMany for whoever tries many.
    """
    limits = address_key("link", address)
    count_try(limits)
    found = queries.find_link(token)
    if found is None:
        raise NotFound
    forgive_try(limits)
    return found


@dataclass(frozen=True)
class _Self:
    user_id: int


def use_link(token: str, *, password: str, address: str) -> None:
    """Set the password of whoever the link is for, and end all their sessions. Works once, also when two try at once.

    A second factor stays. Raises Invalid at `new_password`, NotFound, TooMany.
    """
    found = open_link(token, address=address)
    problem = password_problem(password, email=found.email, common=COMMON_PASSWORDS)
    if problem is not None:
        raise Invalid({"new_password": problem})
    mine = (OneTimeLink.token_hash == token_digest(token), OneTimeLink.created_at > clock.now() - LINK_LASTS)
    if not end_links(found.user_id, *mine):
        raise NotFound
    change = sa.update(User).where(User.id == found.user_id)
    db.session.execute(change.values(password_hash=hash_password(password)))
    end_sessions(PASSWORD_CHANGED, UserSession.user_id == found.user_id)
    record(_Self(found.user_id), "user.password_set", subjects=[found.user_id])


def reset_second_factor(actor: Actor | None, user_id: int, *, why: str) -> None:
    """Take away somebody's app, keys and recovery codes, for a reason of `SECOND_FACTOR_LOST`, and end their sessions.

    Raises Refused for one's own, OutOfOrder when there is nothing to take away.
    """
    if actor is not None and user_id == actor.user_id:
        raise Refused("You manage your own second step in your account. If it is lost, ask another administrator.")
    removed = 0
    for table in (AuthenticatorApp, SecurityKey, RecoveryCode):
        gone = db.session.scalars(sa.delete(table).where(table.user_id == user_id).returning(table.user_id))
        removed += len(gone.all())
    if not removed:
        raise OutOfOrder("There is no second step to take away.")
    end_sessions("second_factor", UserSession.user_id == user_id)
    record(actor, "user.second_factor_reset", subjects=[user_id], why=why)
