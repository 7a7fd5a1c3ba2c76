"""Case, level, episode, custody, involvement, notes and visits with versions, tasks."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.kernel.db import Model, UTCDateTime, column, foreign_key, partial_index, primary_key


class Case(Model):
    """One child's unbroken time with services. `version` makes the second of two people who change it at once stop."""

    __tablename__ = "case_record"

    id: orm.Mapped[int] = foreign_key("subject.id", primary_key=True, autoincrement=False)
    person_id: orm.Mapped[int] = foreign_key("person.id")
    family_id: orm.Mapped[int] = foreign_key("family.id", index=True)
    # The referral it came from (a Subject) and when that was received: the anchor of the assessment's clock.
    referral_id: orm.Mapped[int] = foreign_key("subject.id", index=True)
    received_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    opened_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    closed_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "record", nullable=True)
    close_reason: orm.Mapped[str | None] = column(sa.String(10), "record", nullable=True)
    # Why, and how the family and the agencies were told, in the closing manager's words.
    close_words: orm.Mapped[str | None] = column(sa.Text(), "record", nullable=True)
    closed_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    # Until when the closed record is kept, and by which row of `domain.RETENTION`.
    keep_until: orm.Mapped[date | None] = column(sa.Date(), "record", nullable=True)
    keep_rule: orm.Mapped[str | None] = column(sa.String(30), "record", nullable=True)
    level: orm.Mapped[str] = column(sa.String(30), "status")
    follows_id: orm.Mapped[int | None] = foreign_key("case_record.id", nullable=True)
    version: orm.Mapped[int] = orm.mapped_column(sa.Integer(), default=1)

    __table_args__ = (
        partial_index("uq_case_open", "person_id", where="closed_at IS NULL", unique=True),
        sa.Index("ix_case_record_person", "person_id"),
        partial_index("ix_case_closed", "closed_at", "id", where="closed_at IS NOT NULL"),
    )


class CaseLevel(Model):
    """A stretch of a case at one level."""

    __tablename__ = "case_level"

    id: orm.Mapped[int] = primary_key()
    case_id: orm.Mapped[int] = foreign_key("case_record.id", index=True)
    level: orm.Mapped[str] = column(sa.String(30), "status")
    from_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    to_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "record", nullable=True)

    __table_args__ = (partial_index("uq_case_level_now", "case_id", where="to_at IS NULL", unique=True),)


class Episode(Model):
    """The statutory stretch inside a case (family help, child in need, looked after), as the census counts it."""

    __tablename__ = "episode"

    id: orm.Mapped[int] = primary_key()
    case_id: orm.Mapped[int] = foreign_key("case_record.id", index=True)
    person_id: orm.Mapped[int] = foreign_key("person.id")
    kind: orm.Mapped[str] = column(sa.String(20), "record")
    referral_on: orm.Mapped[date] = column(sa.Date(), "record")
    closed_on: orm.Mapped[date | None] = column(sa.Date(), "record", nullable=True)
    closure_code: orm.Mapped[str | None] = column(sa.String(4), "record", nullable=True)

    __table_args__ = (
        partial_index("uq_episode_open", "person_id", "kind", where="closed_on IS NULL", unique=True),
        sa.Index("ix_episode_person", "person_id"),
        sa.CheckConstraint("(closed_on IS NULL) = (closure_code IS NULL)", name="closed_with_code"),
    )


class Custody(Model):
    """Which team is accountable, from when until when. Exactly one runs for each open case."""

    __tablename__ = "custody"

    id: orm.Mapped[int] = primary_key()
    case_id: orm.Mapped[int] = foreign_key("case_record.id", index=True)
    team_id: orm.Mapped[int] = foreign_key("team.id")
    from_at: orm.Mapped[datetime] = column(UTCDateTime(), "status")
    to_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "record", nullable=True)

    __table_args__ = (
        partial_index("uq_custody_now", "case_id", where="to_at IS NULL", unique=True),
        partial_index("ix_custody_team_now", "team_id", "from_at", "case_id", where="to_at IS NULL"),
    )


class Involvement(Model):
    """A professional's part in a case: lead worker or lead practitioner (one at a time), co-worker; with a coded
    reason when it ends."""

    __tablename__ = "involvement"

    id: orm.Mapped[int] = primary_key()
    case_id: orm.Mapped[int] = foreign_key("case_record.id", index=True)
    professional_id: orm.Mapped[int] = foreign_key("professional.id", index=True)
    role: orm.Mapped[str] = column(sa.String(20), "status")
    leads: orm.Mapped[bool] = orm.mapped_column(sa.Boolean())
    from_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    to_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "record", nullable=True)
    end_reason: orm.Mapped[str | None] = column(sa.String(10), "record", nullable=True)

    __table_args__ = (partial_index("uq_involvement_lead", "case_id", where="to_at IS NULL AND leads", unique=True),)


class Note(Model):
    """A note about one or several cases; what it says stands in its versions, and none is ever overwritten."""

    __tablename__ = "note"

    id: orm.Mapped[int] = foreign_key("subject.id", primary_key=True, autoincrement=False)
    happened_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    current: orm.Mapped[int] = orm.mapped_column(sa.Integer())
    # Pressing Save twice makes one note: the form carries this key.
    once_key: orm.Mapped[str] = column(sa.String(40), "service", unique=True)
    kind: orm.Mapped[str] = column(sa.String(10), "record", server_default="other")
    significant: orm.Mapped[bool] = orm.mapped_column(sa.Boolean(), server_default=sa.false())


class NoteCase(Model):
    """A case that a note is about."""

    __tablename__ = "note_case"

    note_id: orm.Mapped[int] = foreign_key("note.id", primary_key=True)
    case_id: orm.Mapped[int] = foreign_key("case_record.id", primary_key=True)

    __table_args__ = (sa.Index("ix_note_case_case", "case_id", "note_id"),)


class NoteVersion(Model):
    """One wording of a note."""

    __tablename__ = "note_version"

    note_id: orm.Mapped[int] = foreign_key("note.id", primary_key=True)
    number: orm.Mapped[int] = orm.mapped_column(sa.Integer(), primary_key=True, autoincrement=False)
    words: orm.Mapped[str] = column(sa.Text(), "record")
    author_id: orm.Mapped[int] = foreign_key("app_user.id")
    written_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")


class Visit(Model):
    """A visit to the children of a family, written once; what it says stands in its versions, none ever overwritten."""

    __tablename__ = "visit"

    id: orm.Mapped[int] = foreign_key("subject.id", primary_key=True, autoincrement=False)
    family_id: orm.Mapped[int] = foreign_key("family.id", index=True)
    current: orm.Mapped[int] = orm.mapped_column(sa.Integer())
    # Pressing Save twice makes one visit: the form and its draft carry this key.
    once_key: orm.Mapped[str] = column(sa.String(40), "service", unique=True)


class VisitChild(Model):
    """A child whom a visit was about, with the event that tells of it as it now stands (none: it was taken back)."""

    __tablename__ = "visit_child"

    visit_id: orm.Mapped[int] = foreign_key("visit.id", primary_key=True)
    case_id: orm.Mapped[int] = foreign_key("case_record.id", primary_key=True)
    event_id: orm.Mapped[int | None] = foreign_key("event.id", nullable=True)

    __table_args__ = (sa.Index("ix_visit_child_case", "case_id", "visit_id"),)


class VisitVersion(Model):
    """One wording of a visit: what every child's record of it shows."""

    __tablename__ = "visit_version"

    visit_id: orm.Mapped[int] = foreign_key("visit.id", primary_key=True)
    number: orm.Mapped[int] = orm.mapped_column(sa.Integer(), primary_key=True, autoincrement=False)
    happened_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    kind: orm.Mapped[str] = column(sa.String(20), "record")
    place: orm.Mapped[str] = column(sa.String(20), "record")
    place_words: orm.Mapped[str] = column(sa.String(200), "record")
    announced: orm.Mapped[str] = column(sa.String(3), "record")
    who: orm.Mapped[str] = column(sa.String(200), "record")
    words: orm.Mapped[str] = column(sa.Text(), "record")
    # What the parents and carers said (practice 25).
    adults_said: orm.Mapped[str] = column(sa.Text(), "record")
    next_on: orm.Mapped[date | None] = column(sa.Date(), "record", nullable=True)
    # Why it was changed; none for the first.
    why: orm.Mapped[str | None] = column(sa.Text(), "record", nullable=True)
    author_id: orm.Mapped[int] = foreign_key("app_user.id")
    written_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")


class VisitPart(Model):
    """One child's part of one wording: it stands in no brother's or sister's record (practice 16)."""

    __tablename__ = "visit_part"

    visit_id: orm.Mapped[int] = foreign_key("visit.id", primary_key=True)
    number: orm.Mapped[int] = orm.mapped_column(sa.Integer(), primary_key=True, autoincrement=False)
    case_id: orm.Mapped[int] = foreign_key("case_record.id", primary_key=True)
    seen: orm.Mapped[str] = column(sa.String(10), "record")
    why_not: orm.Mapped[str] = column(sa.String(20), "record")
    bedroom: orm.Mapped[str] = column(sa.String(3), "record")
    # The child's own words, as said, and who heard them (practice 25).
    said: orm.Mapped[str] = column(sa.Text(), "record")
    heard_by: orm.Mapped[str] = column(sa.String(200), "record")
    words: orm.Mapped[str] = column(sa.Text(), "record")


class VisitDraft(Model):
    """A visit being written: its author's alone, one for each family at a time. Finished, it holds no words: they are
    the visit's."""

    __tablename__ = "visit_draft"

    id: orm.Mapped[int] = primary_key()
    user_id: orm.Mapped[int] = foreign_key("app_user.id")
    family_id: orm.Mapped[int] = foreign_key("family.id", index=True)
    once_key: orm.Mapped[str] = column(sa.String(40), "service", unique=True)
    version: orm.Mapped[int] = orm.mapped_column(sa.Integer())
    typed: orm.Mapped[dict[str, Any]] = column(sa.JSON(), "record")
    saved_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    finished: orm.Mapped[bool] = orm.mapped_column(sa.Boolean(), default=False)

    __table_args__ = (partial_index("uq_visit_draft_open", "user_id", "family_id", where="NOT finished", unique=True),)


class EventMark(Model):
    """Whether people count an entry of a case's chronology among the significant ones; what its kind says holds until
    somebody marks it. A change ends the row before."""

    __tablename__ = "event_mark"

    id: orm.Mapped[int] = primary_key()
    case_id: orm.Mapped[int] = foreign_key("case_record.id")
    event_id: orm.Mapped[int] = foreign_key("event.id", index=True)
    significant: orm.Mapped[bool] = orm.mapped_column(sa.Boolean())
    marked_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    marked_by_id: orm.Mapped[int] = foreign_key("app_user.id")
    ended_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "record", nullable=True)

    __table_args__ = (partial_index("uq_event_mark_now", "case_id", "event_id", where="ended_at IS NULL", unique=True),)


class Told(Model):
    """That somebody was told of a decision (an event of the case), when, how and by whom, or the coded reason why not.

    One of `person_id` (the child, a parent) and `agency_id` (an agency, the referrer's among them). A change ends the
    row before.
    """

    __tablename__ = "decision_told"

    id: orm.Mapped[int] = primary_key()
    case_id: orm.Mapped[int] = foreign_key("case_record.id", index=True)
    event_id: orm.Mapped[int] = foreign_key("event.id", index=True)
    person_id: orm.Mapped[int | None] = foreign_key("person.id", nullable=True)
    agency_id: orm.Mapped[int | None] = foreign_key("agency.id", nullable=True)
    # How they were told, or why not: one of the two, by cases.catalogue.
    how: orm.Mapped[str | None] = column(sa.String(20), "record", nullable=True)
    why_not: orm.Mapped[str | None] = column(sa.String(20), "record", nullable=True)
    told_on: orm.Mapped[date | None] = column(sa.Date(), "record", nullable=True)
    told_by: orm.Mapped[str] = column(sa.String(160), "record")
    recorded_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    recorded_by_id: orm.Mapped[int] = foreign_key("app_user.id")
    ended_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "record", nullable=True)

    __table_args__ = (
        sa.CheckConstraint("(person_id IS NULL) <> (agency_id IS NULL)", name="a_person_or_an_agency"),
        sa.CheckConstraint("(how IS NULL) <> (why_not IS NULL)", name="how_or_why_not"),
        sa.CheckConstraint("(how IS NULL) = (told_on IS NULL)", name="told_on_a_day"),
    )


class Correction(Model):
    """What somebody of the family says is wrong in the record: it stands beside the text for every later reader.

    About a note or an assessment (`about_id`, a Subject), or a decision (`event_id`, an event of the case).
    """

    __tablename__ = "correction"

    id: orm.Mapped[int] = primary_key()
    case_id: orm.Mapped[int] = foreign_key("case_record.id", index=True)
    about_id: orm.Mapped[int | None] = foreign_key("subject.id", nullable=True, index=True)
    event_id: orm.Mapped[int | None] = foreign_key("event.id", nullable=True, index=True)
    said_by: orm.Mapped[str] = column(sa.String(160), "record")
    words: orm.Mapped[str] = column(sa.Text(), "record")
    asked_on: orm.Mapped[date] = column(sa.Date(), "record")
    recorded_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    recorded_by_id: orm.Mapped[int] = foreign_key("app_user.id")
    answer: orm.Mapped[str | None] = column(sa.String(20), "record", nullable=True)
    answer_words: orm.Mapped[str | None] = column(sa.Text(), "record", nullable=True)
    answered_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "record", nullable=True)
    answered_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    # Pressing Save twice is one correction.
    once_key: orm.Mapped[str] = column(sa.String(40), "service", unique=True)

    __table_args__ = (
        sa.CheckConstraint("(about_id IS NULL) <> (event_id IS NULL)", name="a_text_or_a_decision"),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered_with_its_time"),
    )


class FamilyGroup(Model):
    """Family group decision-making on one occasion (practice 34); what is known of it stands in its versions."""

    __tablename__ = "family_group"

    id: orm.Mapped[int] = primary_key()
    case_id: orm.Mapped[int] = foreign_key("case_record.id", index=True)
    current: orm.Mapped[int] = orm.mapped_column(sa.Integer())
    once_key: orm.Mapped[str] = column(sa.String(40), "service", unique=True)


class FamilyGroupVersion(Model):
    """What was known of a family group decision at one time: offered to whom, accepted, held, planned; or why it is
    not in the child's interests."""

    __tablename__ = "family_group_version"

    group_id: orm.Mapped[int] = foreign_key("family_group.id", primary_key=True)
    number: orm.Mapped[int] = orm.mapped_column(sa.Integer(), primary_key=True, autoincrement=False)
    offered_on: orm.Mapped[date | None] = column(sa.Date(), "record", nullable=True)
    offered_to: orm.Mapped[str] = column(sa.String(300), "record")
    answer: orm.Mapped[str | None] = column(sa.String(20), "record", nullable=True)
    answered_on: orm.Mapped[date | None] = column(sa.Date(), "record", nullable=True)
    held_on: orm.Mapped[date | None] = column(sa.Date(), "record", nullable=True)
    plan: orm.Mapped[str] = column(sa.Text(), "record")
    why_not: orm.Mapped[str] = column(sa.Text(), "record")
    author_id: orm.Mapped[int] = foreign_key("app_user.id")
    written_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")


class CaseDocument(Model):
    """What a file on a case is: its kind, the day it bears, and whose it is."""

    __tablename__ = "case_document"

    document_id: orm.Mapped[int] = foreign_key("document.id", primary_key=True, autoincrement=False)
    case_id: orm.Mapped[int] = foreign_key("case_record.id", index=True)
    kind: orm.Mapped[str] = column(sa.String(20), "record")
    dated_on: orm.Mapped[date] = column(sa.Date(), "record")
    source: orm.Mapped[str] = column(sa.String(160), "record")


class NightAlert(Model):
    """What the people of the day want the night to know about a child: it ends by itself, or is withdrawn (practice
    2)."""

    __tablename__ = "night_alert"

    id: orm.Mapped[int] = primary_key()
    case_id: orm.Mapped[int] = foreign_key("case_record.id", index=True)
    may_happen: orm.Mapped[str] = column(sa.Text(), "record")
    what_to_do: orm.Mapped[str] = column(sa.Text(), "record")
    whom_to_ring: orm.Mapped[str] = column(sa.Text(), "record")
    until_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    made_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    made_by_id: orm.Mapped[int] = foreign_key("app_user.id")
    withdrawn_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "record", nullable=True)
    withdrawn_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    once_key: orm.Mapped[str] = column(sa.String(40), "service", unique=True)


class Task(Model):
    """Something that the people holding a case must read and acknowledge."""

    __tablename__ = "task"

    id: orm.Mapped[int] = primary_key()
    case_id: orm.Mapped[int] = foreign_key("case_record.id", index=True)
    kind: orm.Mapped[str] = column(sa.String(30), "record")
    # What it is about (a referral, a handover): a Subject.
    about_id: orm.Mapped[int] = foreign_key("subject.id", index=True)
    made_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    done_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "record", nullable=True)
    done_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    answer: orm.Mapped[str | None] = column(sa.Text(), "record", nullable=True)
    # What a new concern changes, by whoever acknowledged it (cases.catalogue.CHANGES).
    changes: orm.Mapped[str | None] = column(sa.String(30), "record", nullable=True)
