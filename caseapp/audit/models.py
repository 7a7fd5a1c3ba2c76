"""The read log, the chain of seals and its head."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.kernel.db import BigId, Model, UTCDateTime, column, foreign_key, primary_key


class ReadLog(Model):
    """One look: who, at what (none: a list), through which page, why they could, when."""

    __tablename__ = "read_log"

    id: orm.Mapped[int] = primary_key()
    user_id: orm.Mapped[int] = orm.mapped_column(BigId, index=True)
    subject_id: orm.Mapped[int | None] = foreign_key("subject.id", nullable=True)
    view: orm.Mapped[str] = column(sa.String(80), "service")
    why: orm.Mapped[str] = column(sa.String(60), "service")
    read_at: orm.Mapped[datetime] = column(UTCDateTime(), "service", index=True)
    txid: orm.Mapped[int | None] = orm.mapped_column(sa.BigInteger())
    nonce: orm.Mapped[str] = column(sa.String(32), "service", unique=True)
    mac: orm.Mapped[str] = column(sa.String(64), "service")

    __table_args__ = (
        sa.Index("ix_read_log_subject", "subject_id", "id"),
        # The sealer reads what is new in order of transactions.
        sa.Index("ix_read_log_txid", "txid", "id"),
    )


class Seal(Model):
    """One link of the chain: the place in the order of commit, the row sealed there, and a digest over it and all
    before."""

    __tablename__ = "seal"

    position: orm.Mapped[int] = orm.mapped_column(BigId, primary_key=True, autoincrement=False)
    source: orm.Mapped[str] = column(sa.String(10), "service")
    row_id: orm.Mapped[int] = orm.mapped_column(BigId)
    digest: orm.Mapped[str] = column(sa.String(64), "service")
    sealed_at: orm.Mapped[datetime] = column(UTCDateTime(), "service")
    mac: orm.Mapped[str] = column(sa.String(64), "service")

    __table_args__ = (sa.UniqueConstraint("source", "row_id"),)


class SealHead(Model):
    """Where the chain ends, signed: cutting links off the end shows."""

    __tablename__ = "seal_head"

    id: orm.Mapped[int] = orm.mapped_column(sa.Integer(), primary_key=True, autoincrement=False)
    position: orm.Mapped[int] = orm.mapped_column(BigId)
    digest: orm.Mapped[str] = column(sa.String(64), "service")
    # PostgreSQL: every transaction up to this number is sealed. SQLite: none, writers queue there.
    txid: orm.Mapped[int | None] = orm.mapped_column(sa.BigInteger())
    mac: orm.Mapped[str] = column(sa.String(64), "service")
