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
    deceased_on: orm.Mapped[date | None] = column(sa.Date(), "record", nullable=True)
    school: orm.Mapped[str | None] = column(sa.String(160), "record", nullable=True)
    gp: orm.Mapped[str | None] = column(sa.String(160), "record", nullable=True)
    other_languages: orm.Mapped[str | None] = column(sa.String(200), "record", nullable=True)
    # Makes the second of two people who change the record at once stop.
    version: orm.Mapped[int] = orm.mapped_column(sa.Integer(), server_default="1")

    __table_args__ = (sa.Index("uq_person_source", "source_id", "source_system", unique=True),)


class PersonChange(Model):
    """A single fact about a person that was corrected: what stood there before, and who said otherwise."""

    __tablename__ = "person_change"

    id: orm.Mapped[int] = primary_key()
    person_id: orm.Mapped[int] = foreign_key("person.id", index=True)
    field: orm.Mapped[str] = column(sa.String(30), "service")
    before: orm.Mapped[str | None] = column(sa.String(200), "record", nullable=True)
    after: orm.Mapped[str | None] = column(sa.String(200), "record", nullable=True)
    said_by: orm.Mapped[str] = column(sa.String(200), "record")
    changed_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    changed_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)


class PersonName(Model):
    """A name a person has or had; one is current. `kind`: a key of `domain.register.NAME_KINDS`; a mistaken one is kept
    as history and finds nobody."""

    __tablename__ = "person_name"

    id: orm.Mapped[int] = primary_key()
    person_id: orm.Mapped[int] = foreign_key("person.id", index=True)
    kind: orm.Mapped[str] = column(sa.String(20), "record")
    first: orm.Mapped[str] = column(sa.String(80), "record")
    middle: orm.Mapped[str | None] = column(sa.String(80), "record", nullable=True)
    last: orm.Mapped[str] = column(sa.String(80), "record")
    is_current: orm.Mapped[bool] = orm.mapped_column(sa.Boolean())
    from_on: orm.Mapped[date | None] = column(sa.Date(), "record", nullable=True)
    to_on: orm.Mapped[date | None] = column(sa.Date(), "record", nullable=True)
    said_by: orm.Mapped[str | None] = column(sa.String(200), "record", nullable=True)
    said_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "record", nullable=True)

    __table_args__ = (partial_index("uq_person_name_now", "person_id", where="is_current", unique=True),)


class PersonIdentifier(Model):
    """A number that names a person: NHS number, UPN, the coming national identifier. Kept as given; `valid` is what
    its check says, `verified_*` that somebody looked it up. An ended one names them no more (`end_reason`: wrong,
    replaced)."""

    __tablename__ = "person_identifier"

    id: orm.Mapped[int] = primary_key()
    person_id: orm.Mapped[int] = foreign_key("person.id", index=True)
    kind: orm.Mapped[str] = column(sa.String(20), "record")
    value: orm.Mapped[str] = column(sa.String(40), "record", index=True)
    valid: orm.Mapped[bool] = orm.mapped_column(sa.Boolean())
    said_by: orm.Mapped[str | None] = column(sa.String(200), "record", nullable=True)
    said_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "record", nullable=True)
    verified_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "record", nullable=True)
    verified_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    ended_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "record", nullable=True)
    ended_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    end_reason: orm.Mapped[str | None] = column(sa.String(20), "record", nullable=True)


class PersonDisability(Model):
    """A disability, by the census's code; NONE says that somebody asked and there is none."""

    __tablename__ = "person_disability"

    id: orm.Mapped[int] = primary_key()
    person_id: orm.Mapped[int] = foreign_key("person.id", index=True)
    code: orm.Mapped[str] = column(sa.String(4), "record")
    said_by: orm.Mapped[str] = column(sa.String(200), "record")
    said_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    ended_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "record", nullable=True)
    ended_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)

    __table_args__ = (
        partial_index("uq_person_disability_now", "person_id", "code", where="ended_at IS NULL", unique=True),
    )


class Relationship(Model):
    """What somebody is to a person: `other` is the `kind` of `person` (their mother, carer, brother). `other_name` is
    somebody who has no record. A key of `domain.register.KINDS`; the other way round is read, not stored."""

    __tablename__ = "relationship"

    id: orm.Mapped[int] = primary_key()
    person_id: orm.Mapped[int] = foreign_key("person.id", index=True)
    other_id: orm.Mapped[int | None] = foreign_key("person.id", nullable=True, index=True)
    other_name: orm.Mapped[str | None] = column(sa.String(160), "record", nullable=True)
    kind: orm.Mapped[str] = column(sa.String(20), "record")
    parental_responsibility: orm.Mapped[bool | None] = orm.mapped_column(sa.Boolean(), nullable=True)
    from_on: orm.Mapped[date | None] = column(sa.Date(), "record", nullable=True)
    to_on: orm.Mapped[date | None] = column(sa.Date(), "record", nullable=True)
    said_by: orm.Mapped[str] = column(sa.String(200), "record")
    said_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    # Ended: it is over, or was never so (`end_reason`: over, mistaken).
    ended_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "record", nullable=True)
    ended_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    end_reason: orm.Mapped[str | None] = column(sa.String(20), "record", nullable=True)

    __table_args__ = (
        sa.CheckConstraint("(other_id IS NULL) <> (other_name IS NULL)", name="one_other"),
        sa.CheckConstraint("other_id <> person_id", name="not_themself"),
        partial_index("uq_relationship_now", "person_id", "other_id", "kind", where="ended_at IS NULL", unique=True),
    )


class ContactFlag(Model):
    """Whether a way to reach a person is safe: by phone, text, e-mail, letter, at the door, and when."""

    __tablename__ = "contact_flag"

    id: orm.Mapped[int] = primary_key()
    person_id: orm.Mapped[int] = foreign_key("person.id", index=True)
    way: orm.Mapped[str] = column(sa.String(10), "record")
    safe: orm.Mapped[bool] = orm.mapped_column(sa.Boolean())
    # When and how: "after 3 pm", "never leave a message".
    words: orm.Mapped[str] = column(sa.String(300), "record")
    said_by: orm.Mapped[str] = column(sa.String(200), "record")
    said_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    recorded_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    ended_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "record", nullable=True)
    ended_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)

    __table_args__ = (partial_index("uq_contact_flag_now", "person_id", "way", where="ended_at IS NULL", unique=True),)


class WorkerDanger(Model):
    """A danger to workers who visit a person: the words, who said so, since when; ended with why."""

    __tablename__ = "worker_danger"

    id: orm.Mapped[int] = primary_key()
    person_id: orm.Mapped[int] = foreign_key("person.id", index=True)
    words: orm.Mapped[str] = column(sa.String(500), "record")
    since_on: orm.Mapped[date | None] = column(sa.Date(), "record", nullable=True)
    said_by: orm.Mapped[str] = column(sa.String(200), "record")
    said_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    recorded_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    ended_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "record", nullable=True)
    ended_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    end_words: orm.Mapped[str | None] = column(sa.String(500), "record", nullable=True)


class Stay(Model):
    """Where a person lives or lived; exactly one is "lives here now", and it says who said so, how and when
    (practice 8). `state`: lived (now or before), said (somebody gives another address: to be settled), then settled (a
    stay that was lived at stands beside it) or not_so."""

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
    state: orm.Mapped[str] = column(sa.String(10), "record", server_default="lived")
    # How it is known: a key of `domain.register.HOW_KNOWN`.
    said_how: orm.Mapped[str | None] = column(sa.String(20), "record", nullable=True)
    recorded_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    settled_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "record", nullable=True)
    settled_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    settled_words: orm.Mapped[str | None] = column(sa.String(500), "record", nullable=True)

    __table_args__ = (
        sa.Index("ix_stay_person", "person_id"),
        partial_index("uq_stay_now", "person_id", where="lives_here_now", unique=True),
    )


class StaySecret(Model):
    """Who must not learn of a stay: somebody with a record, or a name."""

    __tablename__ = "stay_secret"

    id: orm.Mapped[int] = primary_key()
    stay_id: orm.Mapped[int] = foreign_key("stay.id", index=True)
    from_person_id: orm.Mapped[int | None] = foreign_key("person.id", nullable=True)
    from_name: orm.Mapped[str | None] = column(sa.String(160), "protected", nullable=True)


class ToTell(Model):
    """Somebody who has to learn of a person's new address, and whether they were told: a key of
    `domain.register.TO_TELL`."""

    __tablename__ = "to_tell"

    id: orm.Mapped[int] = primary_key()
    person_id: orm.Mapped[int] = foreign_key("person.id", index=True)
    stay_id: orm.Mapped[int] = foreign_key("stay.id", index=True)
    who: orm.Mapped[str] = column(sa.String(20), "record")
    told_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "record", nullable=True)
    told_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)


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
    said_in_id: orm.Mapped[int | None] = orm.mapped_column(
        BigId, sa.ForeignKey("subject.id"), nullable=True, index=True
    )
    from_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    to_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "record", nullable=True)
