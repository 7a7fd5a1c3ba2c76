"""What the night is handed and does: work with an owner, its entries, and the reasons for which records were opened."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.kernel.db import Model, UTCDateTime, column, foreign_key, partial_index, primary_key


class NightWork(Model):
    """One thing that has an owner through the night: a referral the hub handed over, keeps itself or that came in
    while it was closed, or a child the night worked on. It stays until the day has said what follows."""

    __tablename__ = "night_work"

    id: orm.Mapped[int] = foreign_key("subject.id", primary_key=True, autoincrement=False)
    # A referral or a case.
    about_id: orm.Mapped[int] = foreign_key("subject.id")
    # handed | kept | taken | child
    kind: orm.Mapped[str] = column(sa.String(10), "record")
    may_happen: orm.Mapped[str] = column(sa.Text(), "record")
    whom_to_ring: orm.Mapped[str] = column(sa.Text(), "record")
    until_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "record", nullable=True)
    made_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    made_by_id: orm.Mapped[int] = foreign_key("app_user.id")
    # Who in the hub keeps it, and where they can be rung.
    keeper_id: orm.Mapped[int | None] = foreign_key("professional.id", nullable=True)
    accepted_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "record", nullable=True)
    accepted_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    read_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "record", nullable=True)
    read_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    # What the day says follows from the night's work.
    follows: orm.Mapped[str | None] = column(sa.Text(), "record", nullable=True)
    version: orm.Mapped[int] = orm.mapped_column(sa.Integer(), default=1)

    __table_args__ = (
        partial_index("uq_night_work_open", "about_id", where="read_at IS NULL", unique=True),
        sa.Index("ix_night_work_about", "about_id", "id"),
    )


class NightEntry(Model):
    """What the night wrote: what happened, what was done, what the day must do. Never overwritten."""

    __tablename__ = "night_entry"

    id: orm.Mapped[int] = primary_key()
    work_id: orm.Mapped[int] = foreign_key("night_work.id", index=True)
    happened: orm.Mapped[str] = column(sa.Text(), "record")
    done: orm.Mapped[str] = column(sa.Text(), "record")
    day_must: orm.Mapped[str] = column(sa.Text(), "record")
    happened_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    recorded_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    author_id: orm.Mapped[int] = foreign_key("app_user.id")
    # Taken in from paper that was written while the system was gone.
    from_paper: orm.Mapped[bool] = orm.mapped_column(sa.Boolean())
    once_key: orm.Mapped[str] = column(sa.String(40), "service", unique=True)


class NightReason(Model):
    """Why somebody of the night opened a child's record: typed, or the list the child stood on."""

    __tablename__ = "night_reason"

    id: orm.Mapped[int] = primary_key()
    case_id: orm.Mapped[int] = foreign_key("case_record.id", index=True)
    user_id: orm.Mapped[int] = foreign_key("app_user.id")
    given_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    until_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    source: orm.Mapped[str] = column(sa.String(10), "record")
    words: orm.Mapped[str] = column(sa.Text(), "record")
