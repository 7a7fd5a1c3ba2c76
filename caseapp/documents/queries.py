"""Files as lists show them, and the bytes of one."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.accounts.models import Professional, User
from caseapp.documents.domain import KINDS, size_words
from caseapp.documents.models import Document, DocumentBytes
from caseapp.kernel.db import db
from caseapp.kernel.errors import NotFound
from caseapp.kernel.subjects import Subject

# Neither can stand in a name: they are control characters, and names are cleaned of those.
_BETWEEN, _LINE = "\x1f", "\x1e"


@dataclass(frozen=True)
class DocumentRow:
    """One file in a list; `added_by` is None for what came by itself."""

    id: int
    to_id: int
    reference: str
    name: str
    kind: str
    size: int
    added_at: datetime
    added_by: str | None

    @property
    def about(self) -> str:
        """What it is and how large: `PDF, 2.3 MB`."""
        return f"{KINDS[self.kind].words}, {size_words(self.size)}"


@dataclass(frozen=True)
class Download:
    """A file with its bytes."""

    name: str
    mimetype: str
    content: bytes


def digests_of(to_id: int) -> set[str]:
    """The digests of the files attached to a subject. One statement."""
    return set(
        db.session.scalars(sa.select(Document.sha256).where(Document.to_id == to_id, Document.removed_at.is_(None)))
    )


def list_documents(to_ids: Iterable[int]) -> dict[int, list[DocumentRow]]:
    """The files attached to each of these subjects, in the order they came; a subject without any is missing. One
    statement.

    Whoever calls has loaded the subjects through what the actor may see.
    """
    rows = db.session.execute(
        sa.select(
            Document.id,
            Document.to_id,
            Subject.reference,
            Document.name,
            Document.kind,
            Document.size,
            Document.added_at,
            Professional.name.label("added_by"),
        )
        .join(Subject, Subject.id == Document.id)
        .outerjoin(User, User.id == Document.added_by_id)
        .outerjoin(Professional, Professional.id == User.professional_id)
        .where(Document.to_id.in_(list(to_ids)), Document.removed_at.is_(None))
        .order_by(Document.to_id, Document.id)
    )
    found: dict[int, list[DocumentRow]] = defaultdict(list)
    for row in rows:
        found[row.to_id].append(DocumentRow(**row._asdict()))
    return dict(found)


def files_of(to_id: sa.ColumnElement[int] | orm.InstrumentedAttribute[int]) -> sa.ScalarSelect[str]:
    """The files of the row that a statement is about, as one column for `read_files`: a page that is full of
    statements needs no more for them."""
    parts = (
        sa.cast(Document.id, sa.String()),
        Subject.reference,
        Document.kind,
        sa.cast(Document.size, sa.String()),
        sa.cast(sa.cast(sa.extract("epoch", Document.added_at), sa.BigInteger()), sa.String()),
        sa.func.coalesce(Professional.name, ""),
        Document.name,
    )
    line: sa.ColumnElement[str] = parts[0]
    for part in parts[1:]:
        line = line + _BETWEEN + part
    return (
        sa.select(sa.func.aggregate_strings(line, _LINE))
        .select_from(Document)
        .join(Subject, Subject.id == Document.id)
        .outerjoin(User, User.id == Document.added_by_id)
        .outerjoin(Professional, Professional.id == User.professional_id)
        .where(Document.to_id == to_id, Document.removed_at.is_(None))
        .correlate_except(Document, Subject, User, Professional)
        .scalar_subquery()
    )


def read_files(to_id: int, told: str | None) -> list[DocumentRow]:
    """The files that a column made by `files_of` tells of, in the order they came."""
    rows = []
    for line in (told or "").split(_LINE) if told else ():
        number, reference, kind, size, at, by, name = line.split(_BETWEEN, 6)
        added_at = datetime.fromtimestamp(int(at), UTC)
        rows.append(DocumentRow(int(number), to_id, reference, name, kind, int(size), added_at, by or None))
    return sorted(rows, key=lambda row: row.id)


def get_download(document_id: int) -> Download:
    """A file with its bytes. NotFound if it was taken out."""
    row = db.session.execute(
        sa.select(Document.name, Document.kind, DocumentBytes.content)
        .join(DocumentBytes, DocumentBytes.document_id == Document.id)
        .where(Document.id == document_id, Document.removed_at.is_(None))
    ).one_or_none()
    if row is None:
        raise NotFound
    return Download(row.name, KINDS[row.kind].mimetype, row.content)
