"""What was sent after a session had ended, and what was not sent yet, kept for its writer."""

import secrets
from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import SQLAlchemyError

from caseapp.access.domain import Actor
from caseapp.accounts import queries
from caseapp.accounts.domain import (
    PARKED_PER_USER,
    token_digest,
    unsent_key,
)
from caseapp.accounts.models import (
    ParkedForm,
)
from caseapp.kernel import clock
from caseapp.kernel.db import db, short_write

log = structlog.get_logger()


def park_form(*, user_id: int, path: str, fields: list[list[str]]) -> str:
    """Keep a form that was sent after its writer's session had ended, in a short transaction of its own.

    `path` is where it was sent to, `fields` its names and values as posted. Gives the token without which nobody,
    not even the same user in another browser, is shown it. The oldest make room beyond 20 of one user.
    """
    token = secrets.token_urlsafe(16)
    newest = sa.select(ParkedForm.id).where(ParkedForm.user_id == user_id).order_by(ParkedForm.id.desc())
    with short_write() as connection:
        connection.execute(
            sa.insert(ParkedForm).values(
                token_hash=token_digest(token), user_id=user_id, path=path, fields=fields, created_at=clock.now()
            )
        )
        keep = connection.execute(newest.limit(PARKED_PER_USER)).scalars().all()
        connection.execute(sa.delete(ParkedForm).where(ParkedForm.user_id == user_id, ParkedForm.id.not_in(keep)))
    return token


def keep_unsent(actor: Actor, *, path: str, fields: list[list[str]]) -> datetime:
    """Keep what the actor has in a form and has not sent, in place of what was kept of that page before; gives when.

    `path` is the address of the page. It waits for 7 days, in any browser of theirs.
    """
    forget_unsent(actor, path)
    now = clock.now()
    row = {"token_hash": unsent_key(actor.user_id, path), "user_id": actor.user_id, "path": path, "fields": fields}
    db.session.execute(sa.insert(ParkedForm).values(**row, created_at=now))
    theirs = sa.select(ParkedForm.id).where(ParkedForm.user_id == actor.user_id).order_by(ParkedForm.id.desc())
    keep = db.session.scalars(theirs.limit(PARKED_PER_USER)).all()
    db.session.execute(sa.delete(ParkedForm).where(ParkedForm.user_id == actor.user_id, ParkedForm.id.not_in(keep)))
    return now


def forget_unsent(actor: Actor, path: str) -> None:
    """Once it is sent, what was kept of a page is forgotten, in the same transaction."""
    db.session.execute(sa.delete(ParkedForm).where(ParkedForm.token_hash == unsent_key(actor.user_id, path)))


def throw_away(actor: Actor, *, parked_id: int, tokens: Collection[str]) -> None:
    """Delete one parked form of the actor's, seen in the browser that holds these tokens; another one stays."""
    db.session.execute(_parked(actor.user_id, tokens).where(ParkedForm.id == parked_id))


def _parked(user_id: int, tokens: Collection[str]) -> sa.Delete:
    digests = [token_digest(token) for token in tokens]
    return sa.delete(ParkedForm).where(ParkedForm.user_id == user_id, ParkedForm.token_hash.in_(digests))


def forget_sent(user_id: int, *, tokens: Collection[str], path: str, fields: list[list[str]]) -> None:
    """Delete what was parked once the same words have been taken at the same path.

    Called after the answer stands: if it can't be done the copy waits to expire, which harms nobody.
    """
    try:
        sent = [
            row.id
            for row in queries.list_parked(user_id, tokens)
            if row.path == path and [list(pair) for pair in row.fields] == fields
        ]
        if sent:
            with short_write() as connection:
                connection.execute(_parked(user_id, tokens).where(ParkedForm.id.in_(sent)))
    except SQLAlchemyError as error:
        log.warning("parked form kept", kind=type(error).__name__)
