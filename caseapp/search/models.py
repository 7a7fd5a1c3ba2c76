"""Searches, kept so that what was typed stands in no address."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.kernel.db import Model, UTCDateTime, column, foreign_key, partial_index


class StoredSearch(Model):
    """What somebody typed into the search box. Only they reach it; after a month the words go and the fact stays."""

    __tablename__ = "stored_search"

    id: orm.Mapped[int] = foreign_key("subject.id", primary_key=True, autoincrement=False)
    owner_id: orm.Mapped[int] = foreign_key("app_user.id")
    typed: orm.Mapped[str | None] = column(sa.String(200), "own", nullable=True)
    made_at: orm.Mapped[datetime] = column(UTCDateTime(), "own")

    __table_args__ = (
        sa.Index("ix_stored_search_owner", "owner_id", "id"),
        partial_index("ix_stored_search_kept", "made_at", where="typed IS NOT NULL"),
    )
