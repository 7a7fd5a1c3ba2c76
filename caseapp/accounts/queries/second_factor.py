"""What somebody has set up for the second step of signing in. Read outside the request's transaction, because counting
tries writes before and after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from caseapp.accounts.models import AuthenticatorApp, RecoveryCode, SecurityKey
from caseapp.kernel.db import db
from caseapp.kernel.events import Event

_APP = AuthenticatorApp


def _read(query: Any) -> Sequence[Any]:
    with db.engines["read"].connect() as connection:
        return connection.execute(query).all()


def has_second_factor(user_id: int) -> bool:
    """Whether an app or a key of theirs counts."""
    app = sa.exists().where(_APP.user_id == user_id)
    key = sa.exists().where(SecurityKey.user_id == user_id)
    return bool(_read(sa.select(sa.or_(app, key)))[0][0])


@dataclass(frozen=True)
class Key:
    """A security key or passkey as its owner sees it, and as an answer of it is checked."""

    id: int
    name: str
    created_at: datetime
    last_used_at: datetime | None
    credential: str
    public_key: str
    sign_count: int
    transports: list[str]


def list_keys(user_id: int) -> list[Key]:
    """The keys of a user, oldest first."""
    key = SecurityKey
    columns = (key.id, key.name, key.created_at, key.last_used_at, key.credential, key.public_key, key.sign_count)
    rows = _read(sa.select(*columns, key.transports).where(key.user_id == user_id).order_by(key.id))
    return [Key(*row) for row in rows]


@dataclass(frozen=True)
class App:
    """An authenticator app: its sealed secret, and since when it counts."""

    sealed_secret: str
    confirmed_at: datetime
    last_step: int | None


def find_app(user_id: int) -> App | None:
    """The app of a user; None if there is none."""
    rows = _read(sa.select(_APP.sealed_secret, _APP.confirmed_at, _APP.last_step).where(_APP.user_id == user_id))
    return App(*rows[0]) if rows else None


def count_recovery_codes(user_id: int) -> int:
    """How many recovery codes are left."""
    unused = (RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return int(_read(sa.select(sa.func.count()).select_from(RecoveryCode).where(*unused))[0][0])


@dataclass(frozen=True)
class Factors:
    """All that somebody has for the second step."""

    app: App | None
    keys: list[Key]
    codes_left: int

    @property
    def has_app(self) -> bool:
        """Whether an app counts."""
        return self.app is not None

    @property
    def count(self) -> int:
        """How many ways there are, without recovery codes."""
        return len(self.keys) + self.has_app


def get_factors(user_id: int) -> Factors:
    """What a user has set up."""
    return Factors(find_app(user_id), list_keys(user_id), count_recovery_codes(user_id))


@dataclass(frozen=True)
class Picture:
    """A QR code: how many squares wide, and the path that paints the dark ones."""

    size: int
    path: str


def qr_of(text: str) -> Picture:
    """A text as a QR code, to be drawn as an SVG of our own: no style and no script in it (the policy forbids both)."""
    import segno

    matrix = segno.make(text, error="m").matrix
    squares = (
        f"M{column} {row}h1v1h-1z" for row, line in enumerate(matrix) for column, dark in enumerate(line) if dark
    )
    return Picture(len(matrix), "".join(squares))


@dataclass(frozen=True)
class LatestSignIn:
    """Something about signing in that its owner should recognise."""

    code: str
    at: datetime


_TOLD = ("user.signed_in", "user.used_recovery_code", "user.second_factor_added", "user.password_changed")


def list_latest(user_id: int, *, limit: int = 6) -> list[LatestSignIn]:
    """The latest sign-ins of a user and what goes with them, newest first, for them to see what was not them."""
    query = sa.select(Event.code, Event.recorded_at).where(Event.actor_id == user_id, Event.code.in_(_TOLD))
    return [LatestSignIn(*row) for row in _read(query.order_by(Event.id.desc()).limit(limit))]


def is_recovery_code(user_id: int, digest: str) -> bool:
    """Whether an unused recovery code of theirs has this digest."""
    theirs = (RecoveryCode.user_id == user_id, RecoveryCode.code_hash == digest, RecoveryCode.used_at.is_(None))
    return bool(_read(sa.select(RecoveryCode.id).where(*theirs)))


def is_key_known(credential: str) -> bool:
    """Whether anybody has registered this key."""
    return bool(_read(sa.select(SecurityKey.id).where(SecurityKey.credential == credential)))
