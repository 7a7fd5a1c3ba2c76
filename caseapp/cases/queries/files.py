"""The files of a case: its own, with what each is; and those that came with the referral it came from."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from caseapp.accounts.queries import user_name_of
from caseapp.cases.catalogue import DOCUMENT_KINDS
from caseapp.cases.models import CaseDocument
from caseapp.documents.domain import KINDS, size_words
from caseapp.documents.models import Document
from caseapp.kernel.db import fetch
from caseapp.kernel.subjects import Subject


@dataclass(frozen=True)
class FileRow:
    """One file of a case."""

    reference: str
    name: str
    about: str
    kind: str
    dated_on: date | None
    source: str
    added_at: datetime
    added_by: str


def list_files(case_id: int) -> list[FileRow]:
    """The files kept with a case that the guard has let the reader see, by the day they bear, the latest first. One
    statement."""
    return [
        FileRow(
            row.reference,
            row.name,
            f"{KINDS[row.format].words}, {size_words(row.size)}",
            DOCUMENT_KINDS.get(row.kind or "", "File"),
            row.dated_on,
            row.source or "",
            row.added_at,
            row.added_by or "",
        )
        for row in fetch(_FILES, {"case": case_id})
    ]


_CASE: Any = sa.bindparam("case")
_FILES = (
    sa.select(
        Subject.reference,
        Document.name,
        Document.kind.label("format"),
        Document.size,
        Document.added_at,
        user_name_of(Document.added_by_id).label("added_by"),
        CaseDocument.kind,
        CaseDocument.dated_on,
        CaseDocument.source,
    )
    .join(Subject, Subject.id == Document.id)
    .outerjoin(CaseDocument, CaseDocument.document_id == Document.id)
    .where(Document.to_id == _CASE, Document.removed_at.is_(None))
    .order_by(CaseDocument.dated_on.desc(), Document.id.desc())
)
