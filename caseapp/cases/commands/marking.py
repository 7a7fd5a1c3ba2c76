"""Which entries of a chronology are significant: people say it, and who said it when stays."""

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.cases.models import Case, EventMark
from caseapp.cases.queries import find_entry
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import NotFound
from caseapp.kernel.events import record


def mark_entry(actor: Actor, *, case_id: int, event_id: int, significant: bool) -> None:
    """Say that an entry of a case's chronology is significant, or is not. What stands already is not said twice.

    Raises NotFound for an entry that is not in the chronology of this case for this reader.
    """
    # One at a time for each case, so that two who press at once are told apart.
    db.session.execute(sa.select(Case.id).where(Case.id == case_id).with_for_update())
    entry = find_entry(actor, case_id, event_id)
    if entry is None:
        raise NotFound
    if entry.important == significant:
        return
    now = clock.now()
    db.session.execute(
        sa.update(EventMark)
        .where(EventMark.case_id == case_id, EventMark.event_id == event_id, EventMark.ended_at.is_(None))
        .values(ended_at=now)
    )
    db.session.add(
        EventMark(
            case_id=case_id, event_id=event_id, significant=significant, marked_at=now, marked_by_id=actor.user_id
        )
    )
    record(actor, "chronology.marked", subjects=[case_id], entry=event_id, significant=significant)
