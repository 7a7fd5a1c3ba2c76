"""Attaching files and taking them out. A file is seen by whoever sees what it is attached to."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from caseapp.access.commands import put_within
from caseapp.access.domain import Actor
from caseapp.documents.domain import MOST_FILES, Fit, Unfit, inspect
from caseapp.documents.models import Document, DocumentBytes
from caseapp.documents.queries import DocumentRow
from caseapp.kernel import clock
from caseapp.kernel.db import db, fetch
from caseapp.kernel.errors import Invalid, NotFound
from caseapp.kernel.events import record
from caseapp.kernel.subjects import Subject, new_subject

FIELD = "files"


def attach(actor: Actor, *, to_id: int, name: str, content: bytes, most: int = MOST_FILES) -> DocumentRow:
    """Keep a file with the subject `to_id`, which the caller has loaded through what the actor may see.

    Invalid, with the words for the sender, if it is not one of the kinds taken, is too large, or there are `most`
    files already. The same file again is the same document.
    """
    try:
        return keep(actor, to_id=to_id, fit=inspect(name, content), most=most)
    except Unfit as error:
        raise Invalid({FIELD: f"{name}: {error}"}) from error


def keep(actor: Actor, *, to_id: int, fit: Fit, most: int = MOST_FILES) -> DocumentRow:
    """Keep a file that was looked at already: the quick half of `attach`, without the work on pictures."""
    # One at a time for each thing, so that the number holds.
    db.session.execute(sa.select(Subject.id).where(Subject.id == to_id).with_for_update())
    there = db.session.execute(
        sa.select(Document.sha256, Document, Subject.reference)
        .join(Subject, Subject.id == Document.id)
        .where(Document.to_id == to_id, Document.removed_at.is_(None))
    ).all()
    digest = fit.digest
    for known in there:
        if known.sha256 == digest:
            return _row(known.Document, known.reference, actor)
    if len(there) >= most:
        raise Invalid({FIELD: f"There are {most} files already. Take one out, or ring the hub about the others"})
    subject = new_subject("document")
    row = Document(
        id=subject.id,
        to_id=to_id,
        name=fit.name,
        kind=fit.kind.key,
        size=len(fit.content),
        sha256=digest,
        added_at=clock.now(),
        added_by_id=actor.user_id,
    )
    db.session.add(row)
    db.session.flush()
    db.session.add(DocumentBytes(document_id=subject.id, content=fit.content))
    put_within(subject.id, [to_id])
    record(actor, "document.attached", subjects=[to_id, subject.id], document=subject.id)
    return _row(row, subject.reference, actor)


def remove(actor: Actor, *, to_id: int, document_id: int) -> None:
    """Take a file out of what it is attached to: its bytes go, the fact stays. NotFound if it is not there; taken out
    already, nothing happens."""
    row = db.session.scalars(sa.select(Document).where(Document.id == document_id).with_for_update()).one_or_none()
    if row is None or row.to_id != to_id:
        raise NotFound
    if row.removed_at is None:
        _remove([row.id])
        record(actor, "document.removed", subjects=[to_id, document_id], document=document_id)


def clear(to_ids: Iterable[int]) -> None:
    """Take out every file of these subjects: a draft that was thrown away, or whose time is over."""
    _remove(db.session.scalars(sa.select(Document.id).where(Document.to_id.in_(list(to_ids)))).all())


def move(*, from_id: int, to_id: int) -> None:
    """Attach to one subject what was attached to another: what came with a draft belongs to its referral."""
    for row in fetch(_MOVE, {"from_id": from_id, "goes_to": to_id}):
        put_within(row.id, [to_id])


_TABLE: Any = Document.__table__
_MOVE = (
    sa.update(_TABLE)
    .where(_TABLE.c.to_id == sa.bindparam("from_id"), _TABLE.c.removed_at.is_(None))
    .values(to_id=sa.bindparam("goes_to"))
    .returning(_TABLE.c.id)
)


def _remove(document_ids: Iterable[int]) -> None:
    ids = list(document_ids)
    if ids:
        db.session.execute(sa.delete(DocumentBytes).where(DocumentBytes.document_id.in_(ids)))
        db.session.execute(
            sa.update(Document)
            .where(Document.id.in_(ids), Document.removed_at.is_(None))
            .values(removed_at=clock.now(), name="", size=0)
        )


def _row(row: Document, reference: str, actor: Actor) -> DocumentRow:
    return DocumentRow(row.id, row.to_id, reference, row.name, row.kind, row.size, row.added_at, actor.name)
