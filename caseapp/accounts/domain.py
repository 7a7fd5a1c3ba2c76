"""How long a sign-in lasts and how guessing is slowed. Pure."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
# last_seen_at is written at most this often: a read should not cost a write each time.
TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class SessionState:
    """Whether a sign-in still holds, and if not, why."""

    live: bool
    why: str = ""


def session_state(
    now: datetime, *, created_at: datetime, last_seen_at: datetime, ended_at: datetime | None, disabled_at: datetime | None
) -> SessionState:
    """Ended by sign-out, password change or disabling; idle after 30 minutes; over after 12 hours."""
    if ended_at is not None:
        return SessionState(False, "ended")
    if disabled_at is not None:
        return SessionState(False, "disabled")
    if now - created_at >= ABSOLUTE:
        return SessionState(False, "absolute")
    if now - last_seen_at >= IDLE:
        return SessionState(False, "idle")
    return SessionState(True)


def token_digest(token: str) -> str:
    """What the database keeps of a secret token: whoever reads the database can't sign in with it."""
    return hashlib.sha256(token.encode()).hexdigest()
