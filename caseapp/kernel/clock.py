"""The one place that knows what time it is, so that the demo and the tests can travel."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

_pinned: ContextVar[datetime | None] = ContextVar("pinned_instant", default=None)


def now() -> datetime:
    """The present instant, aware, in UTC (or the instant pinned by `at`)."""
    return _pinned.get() or datetime.now(UTC)


def today() -> date:
    """The present day in Europe/London, the calendar the work is done by."""
    return to_london(now()).date()


def to_london(instant: datetime) -> datetime:
    """The same instant on a London clock; takes an aware datetime."""
    if instant.tzinfo is None:
        raise ValueError("an instant must carry its time zone")
    return instant.astimezone(LONDON)


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Make `now` answer `instant` (aware) inside the block."""
    if instant.tzinfo is None:
        raise ValueError("an instant must carry its time zone")
    token = _pinned.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _pinned.reset(token)
