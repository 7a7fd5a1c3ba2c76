"""Keeping a search, and clearing it away."""

import sqlalchemy as sa

from caseapp.access.commands import give_reach
from caseapp.access.domain import L0, Actor
from caseapp.kernel import clock
from caseapp.kernel.db import db, write_rows
from caseapp.kernel.errors import Invalid
from caseapp.kernel.events import record, record_each
from caseapp.kernel.subjects import new_subject

from .domain import KEPT, LONGEST, NOTHING, TOO_LONG, read, tidy
from .models import StoredSearch

_ADD = sa.insert(StoredSearch.__table__)  # type: ignore[arg-type]
_CLEARED_AT_ONCE = 500


def keep_search(actor: Actor, *, typed: str) -> str:
    """Keep what the actor looks for, so that they can go back to it; gives the search's reference.

    Raises Invalid (field `q`) when nothing can be looked for in it.
    """
    text = tidy(typed)
    if len(text) > LONGEST:
        raise Invalid({"q": TOO_LONG})
    asked = read(text)
    if asked.is_empty and not asked.notes:
        raise Invalid({"q": NOTHING})
    subject = new_subject("search")
    write_rows(_ADD, [{"id": subject.id, "owner_id": actor.user_id, "typed": text, "made_at": clock.now()}])
    give_reach(f"user:{actor.user_id}", subject_id=subject.id, kind="search", level=L0, why="owner")
    record(actor, "search.made", subjects=[subject.id])
    return subject.reference


def clear_searches() -> int:
    """Take the words out of searches that are a month old; that somebody searched, and when, stays. Gives how many.

    Called by the sweep, again and again.
    """
    old = list(
        db.session.scalars(
            sa.select(StoredSearch.id)
            .where(StoredSearch.typed.is_not(None), StoredSearch.made_at < clock.now() - KEPT)
            .order_by(StoredSearch.made_at)
            .limit(_CLEARED_AT_ONCE)
            .with_for_update(skip_locked=True)
        )
    )
    db.session.execute(sa.update(StoredSearch).where(StoredSearch.id.in_(old)).values(typed=None))
    record_each(None, "search.cleared", [([number], {}) for number in old])
    return len(old)
