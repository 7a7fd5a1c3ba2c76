"""Passwords to check, running sign-ins, and what was parked."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.accounts.domain import ABSOLUTE, PARKED_FOR, UNSENT_FOR, normal_email, token_digest
from caseapp.accounts.models import ParkedForm, User, UserSession
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import NotFound


@dataclass(frozen=True)
class Credentials:
    """What is needed to check a password."""

    user_id: int
    password_hash: str
    disabled: bool
    suspended: bool


def find_credentials(*, email: str | None = None, user_id: int | None = None) -> Credentials | None:
    """The password's hash of the user with an e-mail address or a number; None if unknown.

    Reads outside the request's transaction, because throttling writes before and after it.
    """
    condition = User.email == normal_email(email) if email is not None else User.id == user_id
    with db.engines["read"].connect() as connection:
        row = connection.execute(
            sa.select(User.id, User.password_hash, User.disabled_at, User.suspended_at).where(condition)
        ).first()
    if row is None:
        return None
    return Credentials(row.id, row.password_hash, row.disabled_at is not None, row.suspended_at is not None)


def live(now: datetime) -> sa.ColumnElement[bool]:
    """The SQL twin of `session_state`, but for disabling, which ends the rows. A locked one is still signed in."""
    return sa.and_(
        UserSession.ended_at.is_(None), UserSession.awaiting.is_(None), UserSession.created_at > now - ABSOLUTE
    )


@dataclass(frozen=True)
class OwnSignIns:
    """Since when this browser is signed in, and how many other browsers are."""

    since_at: datetime
    others: int


def get_own_sign_ins(actor: Actor, session_id: int) -> OwnSignIns:
    """The actor's running sign-ins, seen from the one with this number. Raises NotFound if it has just ended."""
    rows = db.session.execute(
        sa.select(UserSession.id, UserSession.created_at).where(UserSession.user_id == actor.user_id, live(clock.now()))
    ).all()
    here = next((row for row in rows if row.id == session_id), None)
    if here is None:
        raise NotFound
    return OwnSignIns(here.created_at, len(rows) - 1)


def count_live_sessions(user_id: int) -> int:
    """In how many browsers a user is signed in now."""
    query = sa.select(sa.func.count()).select_from(UserSession)
    return db.session.scalar(query.where(UserSession.user_id == user_id, live(clock.now()))) or 0


@dataclass(frozen=True)
class Parked:
    """A form that was sent after a session had ended or while it was locked: where to, when, every name and value."""

    id: int
    path: str
    fields: list[tuple[str, str]]
    created_at: datetime

    @property
    def told(self) -> list[tuple[str, str]]:
        """Everything it would do, for its owner to read before it goes: short answers count as much as long words."""
        return [(_as_label(name), value) for name, value in self.fields if name not in _OF_THE_PAGE]


@dataclass(frozen=True)
class Unsent:
    """What somebody has written on a page and not sent: every name and value, and when it was kept."""

    fields: list[tuple[str, str]]
    created_at: datetime


# What a page's form carries for itself; it does nothing on its own.
_OF_THE_PAGE = frozenset({"once", "version"})


def _as_label(name: str) -> str:
    words = name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def unsent_columns(key: Any) -> tuple[Any, Any]:
    """For a page that reads them along: what stands under a key (`domain.unsent_key`) and since when, as
    `unsent_fields` and `unsent_at` for `unsent_of`."""
    kept = sa.select(ParkedForm).where(ParkedForm.token_hash == key)
    return (
        kept.with_only_columns(ParkedForm.fields).scalar_subquery().label("unsent_fields"),
        kept.with_only_columns(ParkedForm.created_at).scalar_subquery().label("unsent_at"),
    )


def unsent_of(row: Any) -> Unsent | None:
    """What a row with `unsent_columns` holds; None without, or after 7 days."""
    if row.unsent_at is None or row.unsent_at <= clock.now() - UNSENT_FOR:
        return None
    return Unsent([(name, value) for name, value in row.unsent_fields], row.unsent_at)


def list_parked(user_id: int, tokens: Collection[str]) -> list[Parked]:
    """What was parked for this user by the browser that holds these tokens, newest first, for 12 hours."""
    with db.engines["read"].connect() as connection:
        rows = connection.execute(
            sa.select(ParkedForm.id, ParkedForm.path, ParkedForm.fields, ParkedForm.created_at)
            .where(
                ParkedForm.token_hash.in_([token_digest(token) for token in tokens]),
                ParkedForm.user_id == user_id,
                ParkedForm.created_at > clock.now() - PARKED_FOR,
            )
            .order_by(ParkedForm.id.desc())
        ).all()
    return [Parked(row.id, row.path, [(name, value) for name, value in row.fields], row.created_at) for row in rows]
