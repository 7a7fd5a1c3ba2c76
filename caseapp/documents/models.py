"""Files: what is known of each, and apart from that its bytes, so that no list ever loads them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.kernel.db import Model, UTCDateTime, column, foreign_key, partial_index


class Document(Model):
    """One file, attached to one subject (`to_id`). Removed, only the fact stays."""

    __tablename__ = "document"

    id: orm.Mapped[int] = foreign_key("subject.id", primary_key=True, autoincrement=False)
    to_id: orm.Mapped[int] = foreign_key("subject.id")
    name: orm.Mapped[str] = column(sa.String(140), "own")
    kind: orm.Mapped[str] = column(sa.String(10), "own")
    size: orm.Mapped[int] = orm.mapped_column(sa.Integer())
    sha256: orm.Mapped[str] = column(sa.String(64), "service")
    added_at: orm.Mapped[datetime] = column(UTCDateTime(), "own")
    # Empty for what came by itself: a file dropped in by a partner's system.
    added_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    removed_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "own", nullable=True)

    __table_args__ = (
        # The same file twice on the same thing is one file, also when the button was pressed twice.
        partial_index("uq_document_content", "to_id", "sha256", where="removed_at IS NULL", unique=True),
        sa.Index("ix_document_to", "to_id", "id"),
    )


class DocumentBytes(Model):
    """The content of a file, loaded only to be sent."""

    __tablename__ = "document_bytes"

    document_id: orm.Mapped[int] = foreign_key("document.id", primary_key=True, autoincrement=False)
    content: orm.Mapped[bytes] = column(sa.LargeBinary(), "own")
