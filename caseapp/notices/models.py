"""A police notification: the text whole, what was picked out of it, and the contact it became."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.kernel.db import Model, UTCDateTime, column, foreign_key, partial_index


class Notice(Model):
    """One notification as it was dropped in. Until it is sent its writer confirms what was picked out; sent, it is a
    contact of the hub and never changes."""

    __tablename__ = "notice"

    id: orm.Mapped[int] = foreign_key("subject.id", primary_key=True, autoincrement=False)
    owner_id: orm.Mapped[int] = foreign_key("app_user.id", index=True)
    text: orm.Mapped[str] = column(sa.Text(), "hub")
    came_as: orm.Mapped[str] = column(sa.String(10), "service")
    # What was picked out, then what its writer made of it.
    told: orm.Mapped[dict[str, Any]] = column(sa.JSON(), "hub")
    incident: orm.Mapped[str | None] = column(sa.String(60), "hub", nullable=True, index=True)
    place: orm.Mapped[str | None] = column(sa.String(80), "protected", nullable=True, index=True)
    happened_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "hub", nullable=True)
    taken_at: orm.Mapped[datetime] = column(UTCDateTime(), "own")
    sent_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "own", nullable=True)
    discarded_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "own", nullable=True)
    referral_id: orm.Mapped[int | None] = foreign_key("referral.id", nullable=True, unique=True)
    version: orm.Mapped[int] = orm.mapped_column(sa.Integer(), default=1)
    # The same text dropped in twice by one person is one notification.
    digest: orm.Mapped[str] = column(sa.String(64), "service")

    __table_args__ = (
        sa.UniqueConstraint("owner_id", "digest"),
        partial_index("ix_notice_sent", "sent_at", "id", where="sent_at IS NOT NULL"),
    )
