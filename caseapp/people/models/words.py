"""The words that stand in people's names: what is nearly a name is looked for here, not among the people."""

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.kernel.db import Model, column, primary_key


class NameWord(Model):
    """A word under one of the keys by which it is found (`domain.seeking.known_by`). Twice does no harm, so that nobody
    waits for somebody else who adds the same word."""

    __tablename__ = "name_word"

    id: orm.Mapped[int] = primary_key()
    key: orm.Mapped[int] = orm.mapped_column(sa.BigInteger())
    word: orm.Mapped[str] = column(sa.String(80), "service")

    __table_args__ = (sa.Index("ix_name_word_key", "key", "word"),)
