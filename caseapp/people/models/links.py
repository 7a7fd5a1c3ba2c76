"""What people said of two records: the same person, different people, or not sure; and who is one person by that."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.kernel.db import Code, Model, UTCDateTime, column, foreign_key, partial_index, primary_key


class SamePersonLink(Model):
    """What somebody said of two records, the smaller number first. Both records stay as they are; it is taken back, not
    deleted, and another answer ends the one before."""

    __tablename__ = "same_person_link"

    id: orm.Mapped[int] = primary_key()
    one_id: orm.Mapped[int] = foreign_key("person.id")
    other_id: orm.Mapped[int] = foreign_key("person.id")
    answer: orm.Mapped[str] = column(Code(10), "record")
    words: orm.Mapped[str] = column(sa.Text(), "record")
    said_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    said_by_id: orm.Mapped[int] = foreign_key("app_user.id")
    ended_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "record", nullable=True)
    ended_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    # Why it was taken back; nothing when another answer took its place.
    end_words: orm.Mapped[str | None] = column(sa.Text(), "record", nullable=True)

    __table_args__ = (
        sa.CheckConstraint("one_id < other_id", name="smaller_first"),
        partial_index("uq_same_person_link_now", "one_id", "other_id", where="ended_at IS NULL", unique=True),
        sa.Index("ix_same_person_link_one", "one_id", "other_id"),
        sa.Index("ix_same_person_link_other", "other_id"),
    )


class PersonIdentity(Model):
    """Who is one person with others, by the links that stand: the smallest number of them all. Derived from the links,
    so that "one per child" is one join; whoever is linked to nobody has no row."""

    __tablename__ = "person_identity"

    person_id: orm.Mapped[int] = foreign_key("person.id", primary_key=True, autoincrement=False)
    identity_id: orm.Mapped[int] = foreign_key("person.id", index=True)
