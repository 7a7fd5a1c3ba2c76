"""Locking a session in place, and unlocking it with the password or a key (practice 21)."""

import secrets

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.accounts.commands.keys import Site, check_key
from caseapp.accounts.commands.passwords import check_own_password
from caseapp.accounts.commands.rows import changed
from caseapp.accounts.domain import token_digest
from caseapp.accounts.models import UserSession
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import OutOfOrder
from caseapp.kernel.events import record


def lock_session(actor: Actor, session_id: int) -> None:
    """Lock the session at hand: nothing is reached with its cookie until it is unlocked."""
    here = sa.update(UserSession).where(UserSession.id == session_id, UserSession.user_id == actor.user_id)
    db.session.execute(here.where(UserSession.locked_at.is_(None)).values(locked_at=clock.now()))


def unlock_with_password(actor: Actor, session_id: int, *, token: str, password: str) -> str:
    """Unlock with the password; gives the new token for the cookie. Raises Invalid at `password`, TooMany."""
    check_own_password(actor.user_id, password, what="unlock", field="password")
    return _unlock(actor, session_id, token, "password")


def unlock_with_key(actor: Actor, session_id: int, site: Site, *, token: str, answer: str) -> str:
    """Unlock with a key; gives the new token for the cookie. Raises Invalid at `key`, TooMany."""
    check_key(actor, session_id, site, ceremony="unlock", answer=answer)
    return _unlock(actor, session_id, token, "key")


def _unlock(actor: Actor, session_id: int, token: str, kind: str) -> str:
    """A fresh token in the same session: a copy of the cookie made meanwhile opens nothing."""
    fresh = secrets.token_urlsafe(32)
    here = sa.update(UserSession).where(
        UserSession.id == session_id, UserSession.token_hash == token_digest(token), UserSession.ended_at.is_(None)
    )
    values = {"token_hash": token_digest(fresh), "locked_at": None, "last_seen_at": clock.now()}
    if not changed(here.values(values)):
        raise OutOfOrder("This page has been unlocked in another tab.")
    record(actor, "user.unlocked", subjects=[actor.user_id], kind=kind)
    return fresh
