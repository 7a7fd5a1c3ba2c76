"""People: names, identifiers, where they live, how they are related, and the families that are worked with together."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.kernel.db import BigId, Model, UTCDateTime, column, foreign_key, partial_index, primary_key


class Person(Model):
    """Any human: a child, an adult, an unborn baby (by expected date)."""

    __tablename__ = "person"

    id: orm.Mapped[int] = foreign_key("subject.id", primary_key=True, autoincrement=False)
    # A name can be unknown: then `description` says who is meant ("boy, about 3, blue door").
    description: orm.Mapped[str | None] = column(sa.String(200), "record", nullable=True)
    born_on: orm.Mapped[date | None] = column(sa.Date(), "record", nullable=True)
    born_estimated: orm.Mapped[bool] = orm.mapped_column(sa.Boolean())
    expected_on: orm.Mapped[date | None] = column(sa.Date(), "record", nullable=True)
    sex: orm.Mapped[str] = column(sa.String(1), "record")
    ethnicity: orm.Mapped[str | None] = column(sa.String(4), "record", nullable=True)
    phone: orm.Mapped[str | None] = column(sa.String(60), "record", nullable=True)
    first_language: orm.Mapped[str | None] = column(sa.String(80), "record", nullable=True)
    interpreter_needed: orm.Mapped[bool] = orm.mapped_column(sa.Boolean())
    # Same name and same birth date, normalised in Python; issue "is this child already known" adds its own key table.
    match_key: orm.Mapped[str | None] = column(sa.String(200), "record", nullable=True, index=True)
    # Where an imported person came from, and their number there (practice 23).
    source_system: orm.Mapped[str | None] = column(sa.String(40), "record", nullable=True)
    source_id: orm.Mapped[str | None] = column(sa.String(80), "record", nullable=True)

    __table_args__ = (sa.Index("uq_person_source", "source_id", "source_system", unique=True),)


class PersonName(Model):
    """A name a person has or had; one is current."""

    __tablename__ = "person_name"

    id: orm.Mapped[int] = primary_key()
    person_id: orm.Mapped[int] = foreign_key("person.id", index=True)
    kind: orm.Mapped[str] = column(sa.String(20), "record")
    first: orm.Mapped[str] = column(sa.String(80), "record")
    middle: orm.Mapped[str | None] = column(sa.String(80), "record", nullable=True)
    last: orm.Mapped[str] = column(sa.String(80), "record")
    is_current: orm.Mapped[bool] = orm.mapped_column(sa.Boolean())


class PersonIdentifier(Model):
    """A number that names a person: NHS number, UPN, the coming national identifier. Kept as given; `valid` is what
    its check says."""

    __tablename__ = "person_identifier"

    id: orm.Mapped[int] = primary_key()
    person_id: orm.Mapped[int] = foreign_key("person.id", index=True)
    kind: orm.Mapped[str] = column(sa.String(20), "record")
    value: orm.Mapped[str] = column(sa.String(40), "record", index=True)
    valid: orm.Mapped[bool] = orm.mapped_column(sa.Boolean())


class Stay(Model):
    """Where a person lives or lived; exactly one is "lives here now", and it says who said so and when (practice 8)."""

    __tablename__ = "stay"

    id: orm.Mapped[int] = primary_key()
    person_id: orm.Mapped[int] = foreign_key("person.id")
    line: orm.Mapped[str] = column(sa.String(200), "protected")
    postcode: orm.Mapped[str | None] = column(sa.String(12), "protected", nullable=True)
    sector: orm.Mapped[str | None] = column(sa.String(8), "record", nullable=True, index=True)
    kind: orm.Mapped[str] = column(sa.String(20), "record")
    protected: orm.Mapped[bool] = orm.mapped_column(sa.Boolean())
    from_on: orm.Mapped[date | None] = column(sa.Date(), "record", nullable=True)
    to_on: orm.Mapped[date | None] = column(sa.Date(), "record", nullable=True)
    lives_here_now: orm.Mapped[bool] = orm.mapped_column(sa.Boolean())
    said_by: orm.Mapped[str] = column(sa.String(200), "record")
    said_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")

    __table_args__ = (
        sa.Index("ix_stay_person", "person_id"),
        partial_index("uq_stay_now", "person_id", where="lives_here_now", unique=True),
    )


class Family(Model):
    """People worked with together."""

    __tablename__ = "family"

    id: orm.Mapped[int] = foreign_key("subject.id", primary_key=True, autoincrement=False)
    name: orm.Mapped[str] = column(sa.String(120), "record")
    made_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")


class FamilyMember(Model):
    """A person's place in a family between two days: what they are to the children, as said."""

    __tablename__ = "family_member"

    id: orm.Mapped[int] = primary_key()
    family_id: orm.Mapped[int] = foreign_key("family.id", index=True)
    person_id: orm.Mapped[int] = foreign_key("person.id", index=True)
    role: orm.Mapped[str] = column(sa.String(20), "record")
    relationship: orm.Mapped[str | None] = column(sa.String(80), "record", nullable=True)
    parental_responsibility: orm.Mapped[bool | None] = orm.mapped_column(sa.Boolean(), nullable=True)
    adult_of_concern: orm.Mapped[bool] = orm.mapped_column(sa.Boolean())
    # The referral that said so (a Subject): provenance without climbing a floor.
    said_in_id: orm.Mapped[int | None] = orm.mapped_column(BigId, sa.ForeignKey("subject.id"), nullable=True)
    from_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    to_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "record", nullable=True)
