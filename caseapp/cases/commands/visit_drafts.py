"""A visit being written: kept as it is typed, beyond the session, and told of another tab with both texts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from caseapp.access.domain import Actor
from caseapp.cases.models import VisitDraft
from caseapp.cases.queries.visits import Draft, find_by_key, find_draft
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Conflict

from .visits import SavedAlready

Typed = Mapping[str, Any]


class StaleDraft(Conflict):
    """The draft was saved from another page since this one was drawn. `draft`: as it now stands."""

    def __init__(self, draft: Draft) -> None:
        super().__init__("Not saved yet: you saved this visit from another page.", version=draft.version)
        self.draft = draft


@dataclass(frozen=True)
class SavedDraft:
    """What an autosave tells the page."""

    version: int
    saved_at: datetime


def save_visit_draft(actor: Actor, *, family_id: int, once_key: str, version: int, typed: Typed) -> SavedDraft:
    """Keep what is typed; `version` is the draft's that the page was drawn from, 0 for none.

    Raises StaleDraft when another page saved something else meanwhile, SavedAlready when this form's visit is written.
    """
    draft = _lock(actor, family_id)
    if draft is None:
        kept = find_by_key(once_key)
        if kept is not None and kept.first_author_id == actor.user_id:
            raise SavedAlready(kept)
        begun = _begin(actor, family_id, once_key, typed)
        if begun is not None:
            return begun
        draft = _lock(actor, family_id)
        assert draft is not None
    if dict(draft.typed) == dict(typed):
        return SavedDraft(draft.version, draft.saved_at)
    if (draft.once_key, draft.version) != (once_key, version):
        raise StaleDraft(draft)
    now = clock.now()
    db.session.execute(
        sa.update(VisitDraft)
        .where(VisitDraft.id == draft.id)
        .values(version=version + 1, typed=dict(typed), saved_at=now)
    )
    return SavedDraft(version + 1, now)


def throw_away_visit_draft(actor: Actor, *, family_id: int, version: int) -> None:
    """Throw one's own draft away. Raises StaleDraft when another page saved meanwhile. None there: nothing to do."""
    draft = _lock(actor, family_id)
    if draft is None:
        return
    if draft.version != version:
        raise StaleDraft(draft)
    db.session.execute(sa.delete(VisitDraft).where(VisitDraft.id == draft.id))


def _begin(actor: Actor, family_id: int, once_key: str, typed: Typed) -> SavedDraft | None:
    """The first save; None if another page was quicker by a breath."""
    now = clock.now()
    row = VisitDraft(
        user_id=actor.user_id,
        family_id=family_id,
        once_key=once_key,
        version=1,
        typed=dict(typed),
        saved_at=now,
        finished=False,
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
            db.session.flush()
    except IntegrityError:
        return None
    return SavedDraft(1, now)


def _lock(actor: Actor, family_id: int) -> Draft | None:
    db.session.execute(
        sa.select(VisitDraft.id)
        .where(VisitDraft.user_id == actor.user_id, VisitDraft.family_id == family_id, ~VisitDraft.finished)
        .with_for_update()
    )
    return find_draft(actor, family_id)
