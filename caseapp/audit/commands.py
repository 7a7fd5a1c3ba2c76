"""Writing the read log."""

import secrets

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.access.guard import ReadEntry
from caseapp.kernel import clock
from caseapp.kernel.db import short_write
from caseapp.kernel.events import current_txid, make_mac

from .domain import read_content
from .models import ReadLog


def write_reads(actor: Actor, entries: list[ReadEntry]) -> None:
    """Write who looked at what, in a short transaction of its own, before the answer is sent. If it can't be written, nothing is shown."""
    rows = []
    for entry in entries:
        row = {
            "user_id": actor.user_id,
            "subject_id": entry.subject_id,
            "view": entry.view,
            "why": entry.why,
            "read_at": clock.now(),
            "nonce": secrets.token_hex(16),
        }
        row["mac"] = make_mac(read_content(row))
        row["txid"] = current_txid()
        rows.append(row)
    with short_write() as connection:
        for row in rows:
            connection.execute(sa.insert(ReadLog).values(**row))
