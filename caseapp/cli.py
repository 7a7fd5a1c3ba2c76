"""`flask --app wsgi sweep`: what has to be done again and again beside the server."""

import signal
import threading
import time
from types import FrameType

import click
import structlog
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from caseapp.accounts.commands import clean_up, suspend_unused
from caseapp.audit.commands import seal
from caseapp.audit.domain import ChainBroken
from caseapp.kernel.db import db, dispose, transaction
from caseapp.night.cli import export_if_due
from caseapp.notifications.commands import clear_outbox, tell
from caseapp.pathway.commands import let_climb
from caseapp.referrals.commands.drafts import expire_drafts
from caseapp.referrals.commands.looking import look_at_waiting
from caseapp.search.commands import clear_searches

log = structlog.get_logger()

# While the database is gone, tries are this many times further apart, up to a minute.
BACK_OFF = 2
LONGEST_WAIT = 60.0
# Sessions, parked forms and throttles are cleared away less often than the logs are sealed.
CLEAN_EVERY = 300.0
# So often what is due is put into the outbox, and what waits there is sent.
TELL_EVERY = 60.0
# So often the register is looked through for the people of contacts that came.
LOOK_EVERY = 15.0


class Stopped(BaseException):
    """Somebody asked the sweep to end."""


def _listen() -> threading.Event:
    """End at once when asked to, also in the middle of a statement: all is done in transactions. What is ignored stays
    ignored, as whoever started the sweep may want it to outlive a Ctrl-C. Gives what is set then: an exception raised
    from a signal can be swallowed where Python cleans up."""
    asked = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        asked.set()
        raise Stopped

    for number in (signal.SIGTERM, signal.SIGINT):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, stop)
    return asked


@click.command("sweep")
@click.option("--once", is_flag=True, help="Do what is due, then end; exits 1 if something could not be done.")
@click.option(
    "--every", type=click.FloatRange(0.1, 3600), default=5.0, show_default=True, help="Seconds between rounds."
)
@with_appcontext
def sweep(once: bool, every: float) -> None:
    """Seal the event log and the read log, tell people what is due, look who the children of new contacts could be, and
    clear away what has had its time, round after round, until told to stop.

    Several sweeps side by side do no harm: one seals, the others find nothing to do. The database may come and go.
    """
    asked = _listen()
    wait, position, clean_at, tell_at, look_at = every, 0, 0.0, 0.0, 0.0
    try:
        while not asked.is_set():
            try:
                position, sound = _seal_all(position)
                if time.monotonic() >= clean_at:
                    suspended = suspend_unused(current_app.config["SUSPEND_AFTER"])
                    with transaction():
                        expired, searches = expire_drafts(), clear_searches()
                    cleared = {**clean_up(), "searches": searches, "reminders": clear_outbox()}
                    log.info("sweep.cleaned_up", **cleared, suspended=suspended, drafts=expired)
                    sound = _write_files() and sound
                    clean_at = time.monotonic() + CLEAN_EVERY
                if time.monotonic() >= tell_at:
                    with transaction():
                        let_climb()
                    sound = _tell() and sound
                    tell_at = time.monotonic() + TELL_EVERY
                if time.monotonic() >= look_at:
                    sound = _look() and sound
                    look_at = time.monotonic() + LOOK_EVERY
                if wait > every:
                    log.info("sweep.database_back")
                wait = every
            except SQLAlchemyError as error:
                log.error(f"sweep.{_what_failed(error)}", kind=type(error).__name__)
                dispose()
                sound, wait = False, min(wait * BACK_OFF, max(LONGEST_WAIT, every))
            if once:
                raise SystemExit(0 if sound else 1)
            asked.wait(wait)
    except Stopped:
        raise SystemExit(0) from None


def _what_failed(error: SQLAlchemyError) -> str:
    """Whether the database can't be reached or used now, or refused what it was asked, which is a fault of ours."""
    gone = isinstance(error, (OperationalError, PoolTimeout)) or getattr(error, "connection_invalidated", False)
    return "database_gone" if gone else "failed"


def _tell() -> bool:
    """Tell people what is due; gives whether every e-mail that was tried went."""
    try:
        told = tell()
    except SQLAlchemyError:
        raise
    except Exception as error:
        # A fault here must not keep the logs from being sealed. Its message may hold an address, and stays out.
        log.error("sweep.not_told", kind=type(error).__name__)
        db.session.rollback()
        return False
    if any((told.put, told.made, told.sent, told.failed)):
        log.info("sweep.told", put=told.put, made=told.made, sent=told.sent, failed=told.failed)
    return not told.failed


def _look() -> bool:
    """Look who the people of waiting contacts could be; gives whether it could be done."""
    try:
        looked = look_at_waiting()
    except SQLAlchemyError:
        raise
    except Exception as error:
        # A fault here must not keep the logs from being sealed. Its message may hold a name, and stays out.
        log.error("sweep.not_looked", kind=type(error).__name__)
        db.session.rollback()
        return False
    if looked:
        log.info("sweep.looked", contacts=looked)
    return True


def _write_files() -> bool:
    """Tonight's files for the day the system is gone, where a folder for them is set; gives whether each team that
    has none yet got one."""
    done = export_if_due()
    for written in done:
        if written.path is None:
            log.error("continuity.no_file", team=written.team.key, why=written.why_not)
        else:
            log.info("continuity.written", team=written.team.key, children=written.children)
    return all(written.path is not None for written in done)


def _seal_all(position: int) -> tuple[int, bool]:
    """Seal batch after batch until nothing waits. The new head goes to the log: kept outside the database it shows a
    chain cut off whole. Takes the place in the chain where the last round ended; gives the new one and whether all is
    well."""
    rows, more = 0, True
    while more:
        try:
            done = seal()
        except ChainBroken as error:
            log.error("audit.chain_broken", why=str(error))
            return position, False
        if done.busy:
            break
        if done.position < position:
            log.error("audit.chain_broken", why="the chain is shorter than it was", was=position, now=done.position)
            return done.position, False
        rows, position, more = rows + done.count, done.position, done.more
        if rows and not more:
            log.info("audit.sealed", position=position, head=done.digest, rows=rows)
    return position, True
