"""How long a draft waits."""

from datetime import date, datetime, timedelta

from caseapp.people.domain.dates import LONDON

WAITS = timedelta(days=30)
WARNED_AFTER = timedelta(days=23)
# For so long the fact stands where the draft stood.
GONE_SHOWN = timedelta(days=30)


def ends_on(saved_at: datetime) -> date:
    """The last London day on which a draft that was saved then can be gone on with."""
    return (saved_at.astimezone(LONDON) + WAITS).date()


def ends_soon(saved_at: datetime, now: datetime) -> bool:
    """True from the 23rd day after it was saved."""
    return (now.astimezone(LONDON).date() - saved_at.astimezone(LONDON).date()) >= WARNED_AFTER


def is_over(saved_at: datetime, now: datetime) -> bool:
    """True once the last day has passed."""
    return now.astimezone(LONDON).date() > ends_on(saved_at)
