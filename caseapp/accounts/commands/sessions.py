"""Opening and ending sessions."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app

from caseapp.access.domain import Actor
from caseapp.accounts import queries
from caseapp.accounts.catalogue import COMMON_PASSWORDS
from caseapp.accounts.commands import passwords
from caseapp.accounts.commands.passwords import check_own_password, matches
from caseapp.accounts.commands.rows import changed
from caseapp.accounts.commands.throttle import count_try, forgive_try
from caseapp.accounts.domain import (
    ABSOLUTE,
    FORGOTTEN_AFTER,
    LINK_LASTS,
    PARKED_FOR,
    PASSWORD_CHANGED,
    SECOND_STEP,
    SET_UP,
    SIGNED_OUT_ELSEWHERE,
    UNSENT,
    UNSENT_FOR,
    password_problem,
    prepare_password,
    throttle_keys,
    token_digest,
)
from caseapp.accounts.models import (
    OneTimeLink,
    ParkedForm,
    Throttle,
    User,
    UserSession,
)
from caseapp.kernel import clock
from caseapp.kernel.db import db, short_write
from caseapp.kernel.errors import Invalid, OutOfOrder
from caseapp.kernel.events import record

WRONG = "The e-mail address or the password is not right"
SUSPENDED = (
    "This sign-in is suspended, because it was not used for a long time. Ring the hub on {phone} to have it back"
)


@dataclass(frozen=True)
class SignedIn:
    """Who has just given the right password, and the secret for the cookie."""

    user_id: int
    token: str
    # What is owed before anything else can be reached: nothing, the second step, or the making of one.
    awaiting: str | None = None


def sign_in(*, email: str, password: str, address: str, browser: str = "") -> SignedIn:
    """Check an e-mail address with its password and open a session.

    `address` is where the request came from; `browser` names a browser in which this account signed in before, or is
    empty. Raises TooMany while guessing is slowed, Invalid with the same words, after the same work, for an unknown
    account, a disabled one, an invited one and a wrong password. Whoever knows the password of a suspended account is
    told to ring. An account with a second factor gets a session that reaches only the second step; one without gets one
    that reaches only the making of it where SECOND_FACTOR says so.
    """
    limits = throttle_keys(email, address, browser)
    count_try(limits)
    found = queries.find_credentials(email=email)
    known = found is not None and not found.disabled
    theirs = found.password_hash if found is not None and known else ""
    right = matches(theirs or passwords.NOBODYS_HASH, password) and bool(theirs)
    if found is None or not known or not right:
        raise Invalid({"email": WRONG})
    forgive_try(limits)
    if found.suspended:
        raise Invalid({"email": SUSPENDED.format(phone=current_app.config["HUB_PHONE"])})
    awaiting = _what_is_owed(found.user_id)
    done = SignedIn(found.user_id, open_session(found.user_id, awaiting=awaiting), awaiting)
    if passwords.HASHER.check_needs_rehash(found.password_hash):
        change = sa.update(User).where(User.id == found.user_id, User.password_hash == found.password_hash)
        db.session.execute(change.values(password_hash=passwords.hash_password(password)))
    if awaiting is None:
        record(done, "user.signed_in", subjects=[found.user_id])
    return done


def _what_is_owed(user_id: int) -> str | None:
    if queries.has_second_factor(user_id):
        return SECOND_STEP
    return SET_UP if current_app.config["SECOND_FACTOR"] == "required" else None


def complete_session(actor: Actor, session_id: int) -> str:
    """Make a half session whole once its second step is taken; gives the new token for the cookie, the old one dies.

    Raises OutOfOrder when it is no half session, or no longer.
    """
    token, now = secrets.token_urlsafe(32), clock.now()
    half = sa.update(UserSession).where(
        UserSession.id == session_id,
        UserSession.user_id == actor.user_id,
        UserSession.awaiting.is_not(None),
        UserSession.ended_at.is_(None),
    )
    whole = half.values(token_hash=token_digest(token), awaiting=None, second_factor_at=now, last_seen_at=now)
    if not changed(whole):
        raise OutOfOrder("You have taken this step already, in another tab.")
    record(actor, "user.signed_in", subjects=[actor.user_id])
    return token


def end_links(user_id: int, *conditions: sa.ColumnElement[bool]) -> int:
    """End the open one-time links of a user for which all conditions hold; gives how many there were."""
    open_ones = sa.update(OneTimeLink).where(
        OneTimeLink.user_id == user_id, OneTimeLink.ended_at.is_(None), *conditions
    )
    ended = db.session.scalars(open_ones.values(ended_at=clock.now()).returning(OneTimeLink.id))
    return len(ended.all())


def new_session(user_id: int, **more: Any) -> tuple[str, sa.Insert]:
    """A fresh token, and the statement that keeps its digest as a running session of the user."""
    token, now = secrets.token_urlsafe(32), clock.now()
    row = sa.insert(UserSession).values(
        token_hash=token_digest(token),
        user_id=user_id,
        created_at=now,
        last_seen_at=now,
        ended_at=None,
        ended_why=None,
        **more,
    )
    return token, row


def open_session(user_id: int, *, awaiting: str | None = None) -> str:
    """Open a session for a user in a short transaction of its own.

    Gives the token for the cookie; the database keeps its digest.
    """
    token, row = new_session(user_id, awaiting=awaiting)
    with short_write() as connection:
        connection.execute(row)
    return token


def touch_session(session_id: int) -> None:
    """Note that a session was used just now."""
    with short_write() as connection:
        connection.execute(sa.update(UserSession).where(UserSession.id == session_id).values(last_seen_at=clock.now()))


def end_sessions(why: str, *conditions: sa.ColumnElement[bool]) -> int:
    """End the running sessions for which all conditions hold; gives how many there were."""
    running = sa.update(UserSession).where(UserSession.ended_at.is_(None), *conditions)
    ended = db.session.scalars(running.values(ended_at=clock.now(), ended_why=why).returning(UserSession.id))
    return len(ended.all())


def end_half_sessions(actor: Actor, session_id: int) -> None:
    """End the actor's sessions that are not whole yet, but this one: what they were let do was for somebody without a
    second factor, who now has one."""
    theirs = (UserSession.user_id == actor.user_id, UserSession.id != session_id, UserSession.awaiting.is_not(None))
    end_sessions("second_factor", *theirs)


def end_session(actor: Actor, session_id: int, *, why: str) -> None:
    """End one of the actor's own sessions: whoever holds a copy of its cookie holds nothing."""
    if end_sessions(why, UserSession.id == session_id, UserSession.user_id == actor.user_id):
        record(actor, "user.signed_out", subjects=[actor.user_id])


def end_other_sessions(actor: Actor, session_id: int) -> int:
    """End all sessions of the actor but this one; gives how many there were."""
    ended = end_sessions(SIGNED_OUT_ELSEWHERE, UserSession.user_id == actor.user_id, UserSession.id != session_id)
    record(actor, "user.signed_out_elsewhere", subjects=[actor.user_id])
    return ended


def change_password(actor: Actor, *, current: str, new: str) -> str:
    """Change the actor's own password, end every session of theirs and open a new one; gives its token for the cookie.

    The session at hand ends too, because a copy of its cookie may be what the change is for. Raises Invalid at
    `current_password` or `new_password`, TooMany when the current one is guessed.
    """
    problem = password_problem(new, email=actor.email, common=COMMON_PASSWORDS)
    check_own_password(actor.user_id, current, what="change", field="current_password")
    if problem is None and prepare_password(new) == prepare_password(current):
        problem = "The new password must differ from the one you have"
    if problem is not None:
        raise Invalid({"new_password": problem})
    change = sa.update(User).where(User.id == actor.user_id)
    db.session.execute(change.values(password_hash=passwords.hash_password(new)))
    # A link to set a password that somebody else may hold is worth nothing once its owner has set one.
    end_links(actor.user_id)
    theirs = (UserSession.user_id == actor.user_id, UserSession.ended_at.is_(None))
    moment = sa.func.max(UserSession.second_factor_at, type_=UserSession.second_factor_at.type)
    second_factor_at = db.session.scalar(sa.select(moment).where(*theirs))
    end_sessions(PASSWORD_CHANGED, *theirs)
    # A new password is no second factor: the twelve hours go on from where they began.
    token, row = new_session(actor.user_id, second_factor_at=second_factor_at)
    db.session.execute(row)
    record(actor, "user.password_changed", subjects=[actor.user_id])
    return token


def clean_up() -> dict[str, int]:
    """Delete what has had its time, for the sweep: sessions that are over (each user's last one stays, for the list of
    sign-ins), forms parked for 12 hours, words not sent for 7 days, throttles that are forgotten. Gives how many rows
    of each."""
    now = clock.now()
    newer = sa.orm.aliased(UserSession)
    done_with = {
        # As long as words of a session may be parked, one must be able to tell whose it was.
        "sessions": sa.delete(UserSession).where(
            UserSession.created_at < now - ABSOLUTE - PARKED_FOR,
            sa.exists().where(newer.user_id == UserSession.user_id, newer.id > UserSession.id),
        ),
        "parked_forms": sa.delete(ParkedForm).where(
            sa.or_(
                ParkedForm.created_at <= now - UNSENT_FOR,
                sa.and_(ParkedForm.created_at <= now - PARKED_FOR, ~ParkedForm.token_hash.startswith(UNSENT)),
            )
        ),
        "links": sa.delete(OneTimeLink).where(OneTimeLink.created_at < now - LINK_LASTS),
        "throttles": sa.delete(Throttle).where(Throttle.last_at <= now - FORGOTTEN_AFTER - timedelta(minutes=1)),
    }
    with short_write() as connection:
        return {name: connection.execute(statement).rowcount for name, statement in done_with.items()}
