"""Calendar addresses: made, made anew, ended, opened."""

import secrets
from datetime import timedelta

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.access.guard import ReadEntry
from caseapp.accounts.commands.throttle import count_try, forgive_try
from caseapp.accounts.domain import Limit, address_key, token_digest
from caseapp.audit.commands import write_reads
from caseapp.kernel import clock
from caseapp.kernel.db import db, short_write
from caseapp.kernel.errors import NotFound, Unavailable
from caseapp.kernel.events import record
from caseapp.notifications.models import CalendarFeed
from caseapp.notifications.queries import Feed, find_feed

# Programs ask every quarter of an hour or so; one that asks all the time is slowed.
OFTEN = Limit(free=20, forgets_one_in=timedelta(seconds=60))


def make_feed(actor: Actor, *, team_id: int | None = None) -> str:
    """Make the address of the actor's own calendar, or of a team's that they manage; gives its secret, which is kept
    nowhere. An earlier one ends with it. Raises NotFound for a team they do not manage."""
    _end(actor, team_id)
    token = secrets.token_urlsafe(32)
    db.session.add(
        CalendarFeed(token_hash=token_digest(token), user_id=actor.user_id, team_id=team_id, made_at=clock.now())
    )
    db.session.flush()
    if team_id is None:
        record(actor, "calendar.made", subjects=[actor.user_id])
    else:
        record(actor, "calendar.team_made", subjects=[actor.user_id], team=team_id)
    return token


def end_feed(actor: Actor, *, team_id: int | None = None) -> None:
    """End that address: whoever has it reads nothing more. Twice is once. Raises NotFound as `make_feed`."""
    if not _end(actor, team_id):
        return
    if team_id is None:
        record(actor, "calendar.ended", subjects=[actor.user_id])
    else:
        record(actor, "calendar.team_ended", subjects=[actor.user_id], team=team_id)


def _end(actor: Actor, team_id: int | None) -> bool:
    if team_id is not None and team_id not in {m.team_id for m in actor.memberships if m.role == "manager"}:
        raise NotFound
    whose = (
        CalendarFeed.team_id == team_id
        if team_id is not None
        else sa.and_(CalendarFeed.user_id == actor.user_id, CalendarFeed.team_id.is_(None))
    )
    change = sa.update(CalendarFeed).where(whose, CalendarFeed.ended_at.is_(None)).values(ended_at=clock.now())
    return bool(db.session.connection().execute(change).rowcount)


def open_feed(token: str, *, address: str) -> Feed:
    """The calendar behind an address's secret, for a program that has nothing else to show for itself. Raises NotFound
    alike for an ended, an unknown and a disabled owner's; TooMany for whoever tries many, or asks all the time."""
    limits = address_key("calendar", address)
    count_try(limits)
    found = find_feed(token)
    db.session.rollback()
    if found is None:
        raise NotFound
    forgive_try(limits)
    count_try({f"calendar:{found.id}": OFTEN})
    return found


def write_look(feed: Feed) -> None:
    """Write down, in the owner's name, that their calendar was read. If it can't be written nothing is shown: raises
    Unavailable."""
    try:
        with short_write() as connection:
            write_reads(feed.owner, [ReadEntry(None, "notifications.calendar", "calendar")], connection)
            connection.execute(
                sa.update(CalendarFeed).where(CalendarFeed.id == feed.id).values(last_read_at=clock.now())
            )
    except sa.exc.SQLAlchemyError as error:
        raise Unavailable("who looked could not be written down") from error
