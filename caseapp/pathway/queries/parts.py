"""What is recorded of a handover beside its pack."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from caseapp.accounts.queries import user_name_of
from caseapp.kernel.db import db
from caseapp.pathway.models import HandoverPart


@dataclass(frozen=True)
class Part:
    """One part as it was written down: what, when it was, who was there, the words, by whom."""

    kind: str
    happened_on: date | None
    people: str
    words: str
    written_at: datetime
    written_by: str


def parts_of(handover_id: int) -> dict[str, list[Part]]:
    """The parts of a handover by kind, the newest first. One statement."""
    rows = db.session.execute(
        sa.select(
            HandoverPart.kind,
            HandoverPart.happened_on,
            HandoverPart.people,
            HandoverPart.words,
            HandoverPart.written_at,
            user_name_of(HandoverPart.written_by_id).label("written_by"),
        )
        .where(HandoverPart.handover_id == handover_id)
        .order_by(HandoverPart.id.desc())
    )
    found: dict[str, list[Part]] = {}
    for row in rows:
        found.setdefault(row.kind, []).append(Part(*row))
    return found
