"""Files of a draft, and the copy that is handed to another council."""

from collections.abc import Iterable

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.documents import commands as documents
from caseapp.documents.domain import Fit, Unfit, inspect
from caseapp.kernel import clock
from caseapp.kernel.db import db, let_go
from caseapp.kernel.errors import Invalid, NotFound, OutOfOrder
from caseapp.kernel.events import record
from caseapp.kernel.subjects import Subject
from caseapp.referrals.commands.drafts import SENT
from caseapp.referrals.domain.outside import NEIGHBOURS
from caseapp.referrals.models import CopyGiven, Draft


def attach_files(actor: Actor, *, draft_id: int, sent: Iterable[tuple[str, bytes]]) -> list[str]:
    """Attach files (name and bytes) to a draft; gives what was refused, in words, each with the file's name. What is
    fit is kept even if another file is not."""
    # A large picture takes a second to draw anew: nobody else who writes waits for it.
    let_go()
    fits: list[Fit] = []
    refused: list[str] = []
    for name, content in sent:
        try:
            fits.append(inspect(name, content))
        except Unfit as error:
            refused.append(f"{name}: {error}")
    draft = _lock(draft_id)
    for fit in fits:
        try:
            documents.keep(actor, to_id=draft_id, fit=fit)
        except Invalid as error:
            refused.append(f"{fit.name}: {error}")
    draft.saved_at = clock.now()
    return refused


def remove_file(actor: Actor, *, draft_id: int, reference: str) -> None:
    """Take a file out of a draft; one that is out already stays out."""
    _lock(draft_id)
    found = db.session.scalars(sa.select(Subject.id).where(Subject.reference == reference)).one_or_none()
    if found is None:
        raise NotFound
    documents.remove(actor, to_id=draft_id, document_id=found)


def hand_copy(actor: Actor, *, referral_id: int, council: str) -> None:
    """The sender handed a copy to the council with this key; the first time counts. The referral stays here."""
    known = NEIGHBOURS.get(council)
    if known is None:
        raise NotFound
    db.session.execute(sa.select(Subject.id).where(Subject.id == referral_id).with_for_update())
    there = db.session.scalars(
        sa.select(CopyGiven.id).where(CopyGiven.referral_id == referral_id, CopyGiven.council == known.name)
    ).one_or_none()
    if there is None:
        db.session.add(
            CopyGiven(referral_id=referral_id, council=known.name, given_at=clock.now(), given_by_id=actor.user_id)
        )
        record(actor, "referral.copy_given", subjects=[referral_id])


def _lock(draft_id: int) -> Draft:
    draft = db.session.scalars(
        sa.select(Draft).where(Draft.id == draft_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if draft is None or draft.discarded_at is not None or draft.expired_at is not None:
        raise NotFound
    if draft.referral_id is not None:
        raise OutOfOrder(SENT)
    return draft
