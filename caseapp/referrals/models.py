"""Draft, referral, its children, ratings, decisions and what was marked in the input."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.kernel.db import Code, Model, UTCDateTime, column, foreign_key, partial_index, primary_key


class Draft(Model):
    """A referral being written: the fields as typed, page by page. It outlives the session and is offered again."""

    __tablename__ = "draft"

    id: orm.Mapped[int] = foreign_key("subject.id", primary_key=True, autoincrement=False)
    owner_id: orm.Mapped[int] = foreign_key("app_user.id", index=True)
    answers: orm.Mapped[dict[str, Any]] = column(sa.JSON(), "own")
    version: orm.Mapped[int] = orm.mapped_column(sa.Integer())
    started_at: orm.Mapped[datetime] = column(UTCDateTime(), "own")
    saved_at: orm.Mapped[datetime] = column(UTCDateTime(), "own")
    discarded_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "own", nullable=True)
    # Nobody touched it for 30 days: its words are gone, the fact stays.
    expired_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "own", nullable=True)
    # Set once: sending twice finds it and leads to the same receipt.
    referral_id: orm.Mapped[int | None] = foreign_key("referral.id", nullable=True, unique=True)

    __table_args__ = (
        partial_index(
            "ix_draft_open",
            "saved_at",
            where="referral_id IS NULL AND discarded_at IS NULL AND expired_at IS NULL",
        ),
    )


class Referral(Model):
    """One submission from one source, as told: never edited, only added to. `document` is the whole of what was
    given."""

    __tablename__ = "referral"

    id: orm.Mapped[int] = foreign_key("subject.id", primary_key=True, autoincrement=False)
    document: orm.Mapped[dict[str, Any]] = column(sa.JSON(), "hub")
    received_at: orm.Mapped[datetime] = column(UTCDateTime(), "own")
    recorded_at: orm.Mapped[datetime] = column(UTCDateTime(), "own")
    mode: orm.Mapped[str] = column(sa.String(30), "hub")
    agency_id: orm.Mapped[int | None] = foreign_key("agency.id", nullable=True)
    agency_given: orm.Mapped[str] = column(sa.String(200), "own")
    source_code: orm.Mapped[str | None] = column(sa.String(10), "hub", nullable=True)
    sender_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True, index=True)
    # A public referrer's name is protected (model.md section 4).
    sender_name: orm.Mapped[str | None] = column(sa.String(200), "protected", nullable=True)
    answer_needed_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "hub", nullable=True)
    # The heaviest signal that the form itself tells (referrals.domain.signals): sorts, never rates.
    urgency: orm.Mapped[int] = orm.mapped_column(sa.SmallInteger())
    state: orm.Mapped[str] = column(Code(12), "own")
    rating: orm.Mapped[str | None] = column(sa.String(6), "hub", nullable=True)
    read_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "own", nullable=True)
    read_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    # Who in the hub has said "I take this", and since when: reading alone takes nothing.
    held_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    held_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "hub", nullable=True)
    decided_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "own", nullable=True)
    # What the referrer is told (practice 29), and when they opened it.
    feedback: orm.Mapped[str | None] = column(sa.Text(), "own", nullable=True)
    feedback_seen_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "own", nullable=True)
    feedback_seen_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    # Since when something waits here that the hub has not read: it sorts as unread until somebody opens it.
    new_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "hub", nullable=True)
    # When somebody added that the child is in danger now: a signal like the form's own.
    danger_added_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "hub", nullable=True)
    # Its sender says that it was sent in error. Nothing is deleted: a person settles it.
    in_error_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "own", nullable=True)
    # When the register was last looked through for its people (`LikelyRecord`); nothing: not yet.
    looked_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "hub", nullable=True)
    source_system: orm.Mapped[str | None] = column(sa.String(40), "service", nullable=True)
    source_id: orm.Mapped[str | None] = column(sa.String(80), "service", nullable=True)
    version: orm.Mapped[int] = orm.mapped_column(sa.Integer(), default=1)

    __table_args__ = (
        sa.UniqueConstraint("source_system", "source_id"),
        partial_index("ix_referral_to_decide", "received_at", "id", where="state <> 'decided'"),
        partial_index("ix_referral_held", "held_by_id", where="held_by_id IS NOT NULL"),
        sa.Index("ix_referral_decided", "decided_at", "id"),
        # The head's numbers count by the day it came, without opening the documents.
        sa.Index("ix_referral_received", "received_at", "id", "agency_id", "source_code", "decided_at"),
        partial_index("ix_referral_new", "id", where="new_at IS NOT NULL"),
    )


class HubQuestion(Model):
    """What the hub asks the referrer back, and their answer: in the page, or written down from a telephone call."""

    __tablename__ = "hub_question"

    id: orm.Mapped[int] = primary_key()
    referral_id: orm.Mapped[int] = foreign_key("referral.id", index=True)
    words: orm.Mapped[str] = column(sa.Text(), "own")
    asked_at: orm.Mapped[datetime] = column(UTCDateTime(), "own")
    asked_by_id: orm.Mapped[int] = foreign_key("app_user.id")
    answer: orm.Mapped[str | None] = column(sa.Text(), "own", nullable=True)
    answered_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "own", nullable=True)
    answered_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    # Somebody of the hub wrote down what was said on the telephone.
    by_phone: orm.Mapped[bool] = orm.mapped_column(sa.Boolean(), default=False)

    __table_args__ = (partial_index("ix_hub_question_open", "referral_id", where="answered_at IS NULL"),)


class ReferralChild(Model):
    """One child in a referral: the words as given, the person chosen, and what became of it
    (`contact`, `referral` (the census counts these) or `note_on_open_case`)."""

    __tablename__ = "referral_child"

    id: orm.Mapped[int] = primary_key()
    referral_id: orm.Mapped[int] = foreign_key("referral.id", index=True)
    position: orm.Mapped[int] = orm.mapped_column(sa.SmallInteger())
    first_name: orm.Mapped[str] = column(sa.String(80), "own")
    last_name: orm.Mapped[str] = column(sa.String(80), "own")
    shown_name: orm.Mapped[str] = column(sa.String(200), "own")
    born_on: orm.Mapped[date | None] = column(sa.Date(), "own", nullable=True)
    born_estimated: orm.Mapped[bool] = orm.mapped_column(sa.Boolean())
    expected_on: orm.Mapped[date | None] = column(sa.Date(), "own", nullable=True)
    sex: orm.Mapped[str] = column(sa.String(1), "own")
    match_key: orm.Mapped[str | None] = column(sa.String(200), "hub", nullable=True, index=True)
    sector: orm.Mapped[str | None] = column(sa.String(8), "hub", nullable=True)
    protected: orm.Mapped[bool] = orm.mapped_column(sa.Boolean())
    person_id: orm.Mapped[int | None] = foreign_key("person.id", nullable=True)
    case_id: orm.Mapped[int | None] = foreign_key("case_record.id", nullable=True)
    outcome: orm.Mapped[str | None] = column(sa.String(30), "own", nullable=True)
    became: orm.Mapped[str | None] = column(Code(20), "hub", nullable=True)

    __table_args__ = (
        partial_index(
            "ix_referral_child_counted", "referral_id", "person_id", "match_key", where="became = 'referral'"
        ),
        partial_index("ix_referral_child_person", "person_id", where="person_id IS NOT NULL"),
    )


class ChildAnswer(Model):
    """What a person says of a child of a contact and a likely record, or a child of another contact: the same, another
    child, not sure. It is taken back, not deleted, and another answer ends the one before."""

    __tablename__ = "child_answer"

    id: orm.Mapped[int] = primary_key()
    child_id: orm.Mapped[int] = foreign_key("referral_child.id", index=True)
    person_id: orm.Mapped[int | None] = foreign_key("person.id", nullable=True, index=True)
    other_child_id: orm.Mapped[int | None] = foreign_key("referral_child.id", nullable=True, index=True)
    answer: orm.Mapped[str] = column(Code(10), "hub")
    words: orm.Mapped[str] = column(sa.Text(), "hub")
    said_at: orm.Mapped[datetime] = column(UTCDateTime(), "hub")
    said_by_id: orm.Mapped[int] = foreign_key("app_user.id")
    ended_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "hub", nullable=True)
    ended_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    # Why it was taken back; nothing when another answer took its place.
    end_words: orm.Mapped[str | None] = column(sa.Text(), "hub", nullable=True)

    __table_args__ = (
        sa.CheckConstraint("(person_id IS NULL) <> (other_child_id IS NULL)", name="one_other"),
        partial_index(
            "uq_child_answer_person",
            "child_id",
            "person_id",
            where="ended_at IS NULL AND person_id IS NOT NULL",
            unique=True,
        ),
        partial_index(
            "uq_child_answer_child",
            "child_id",
            "other_child_id",
            where="ended_at IS NULL AND other_child_id IS NOT NULL",
            unique=True,
        ),
    )


class LikelyRecord(Model):
    """Who a child of a contact, or an adult of its household (`adult`: the place in the document), could be: a record,
    or a child of another contact; the likeliest first. Found without asking who may see it, shown only to who may, and
    made anew at each look. `why`: what speaks for it and against it, in words."""

    __tablename__ = "likely_record"

    id: orm.Mapped[int] = primary_key()
    referral_id: orm.Mapped[int] = foreign_key("referral.id", index=True)
    child_id: orm.Mapped[int | None] = foreign_key("referral_child.id", nullable=True)
    adult: orm.Mapped[int | None] = orm.mapped_column(sa.SmallInteger(), nullable=True)
    person_id: orm.Mapped[int | None] = foreign_key("person.id", nullable=True)
    other_child_id: orm.Mapped[int | None] = foreign_key("referral_child.id", nullable=True)
    band: orm.Mapped[str] = column(sa.String(12), "hub")
    why: orm.Mapped[dict[str, list[str]]] = column(sa.JSON(), "hub")

    __table_args__ = (
        sa.CheckConstraint("(child_id IS NULL) <> (adult IS NULL)", name="one_whose"),
        sa.CheckConstraint("(person_id IS NULL) <> (other_child_id IS NULL)", name="one_other"),
    )


class AdultAnswer(Model):
    """What a person says of an adult of a contact's household and a likely record: the same, somebody else, not sure.
    It is taken back, not deleted, and another answer ends the one before."""

    __tablename__ = "adult_answer"

    id: orm.Mapped[int] = primary_key()
    referral_id: orm.Mapped[int] = foreign_key("referral.id", index=True)
    adult: orm.Mapped[int] = orm.mapped_column(sa.SmallInteger())
    person_id: orm.Mapped[int] = foreign_key("person.id", index=True)
    answer: orm.Mapped[str] = column(sa.String(10), "hub")
    words: orm.Mapped[str] = column(sa.Text(), "hub")
    said_at: orm.Mapped[datetime] = column(UTCDateTime(), "hub")
    said_by_id: orm.Mapped[int] = foreign_key("app_user.id")
    ended_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "hub", nullable=True)
    ended_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    # Why it was taken back; nothing when another answer took its place.
    end_words: orm.Mapped[str | None] = column(sa.Text(), "hub", nullable=True)

    __table_args__ = (
        partial_index(
            "uq_adult_answer_now", "referral_id", "adult", "person_id", where="ended_at IS NULL", unique=True
        ),
    )


class RagRating(Model):
    """A rating with its reason; the newest counts."""

    __tablename__ = "rag_rating"

    id: orm.Mapped[int] = primary_key()
    referral_id: orm.Mapped[int] = foreign_key("referral.id", index=True)
    rating: orm.Mapped[str] = column(sa.String(6), "hub")
    rationale: orm.Mapped[str] = column(sa.Text(), "hub")
    rated_at: orm.Mapped[datetime] = column(UTCDateTime(), "hub")
    rated_by_id: orm.Mapped[int] = foreign_key("app_user.id")


class Decision(Model):
    """Proposed by one person, agreed, changed or sent back by another."""

    __tablename__ = "decision"

    id: orm.Mapped[int] = primary_key()
    referral_id: orm.Mapped[int] = foreign_key("referral.id", index=True)
    state: orm.Mapped[str] = column(Code(12), "hub")
    reasons: orm.Mapped[str] = column(sa.Text(), "hub")
    # From the third contact in 12 months: what in the history was weighed (practice 26).
    history_weighed: orm.Mapped[str | None] = column(sa.Text(), "hub", nullable=True)
    advice: orm.Mapped[str] = column(sa.Text(), "own")
    # Who agreed to family help, and when, where the referrer could not say so: it needs consent (practice 10).
    consent_words: orm.Mapped[str | None] = column(sa.Text(), "hub", nullable=True)
    proposed_at: orm.Mapped[datetime] = column(UTCDateTime(), "hub")
    proposed_by_id: orm.Mapped[int] = foreign_key("app_user.id")
    decided_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "hub", nullable=True)
    decided_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    manager_words: orm.Mapped[str | None] = column(sa.Text(), "hub", nullable=True)
    # The letter to the family, for printing: this service sends it to nobody.
    family_message: orm.Mapped[str | None] = column(sa.Text(), "record", nullable=True)

    __table_args__ = (partial_index("uq_decision_open", "referral_id", where="state = 'proposed'", unique=True),)


class DecisionReferral(Model):
    """A contact that a decision answers: several where they tell of one family. `Decision.referral_id` is the one it
    was proposed from."""

    __tablename__ = "decision_referral"

    decision_id: orm.Mapped[int] = foreign_key("decision.id", primary_key=True)
    referral_id: orm.Mapped[int] = foreign_key("referral.id", primary_key=True, index=True)


class FamilyKey(Model):
    """Something by which contacts about one family find each other (referrals.domain.family): a child's name and birth
    date, the home, a parent's name."""

    __tablename__ = "family_key"

    referral_id: orm.Mapped[int] = foreign_key("referral.id", primary_key=True)
    kind: orm.Mapped[str] = column(sa.String(8), "hub", primary_key=True)
    key: orm.Mapped[str] = column(sa.String(200), "hub", primary_key=True)

    __table_args__ = (sa.Index("ix_family_key_key", "key", "kind"),)


class ReferralKey(Model):
    """Something by which a search finds a referral (referrals.domain.seeking): words of names, birth dates, numbers."""

    __tablename__ = "referral_key"

    key: orm.Mapped[int] = orm.mapped_column(sa.BigInteger(), primary_key=True, autoincrement=False)
    referral_id: orm.Mapped[int] = foreign_key("referral.id", primary_key=True, index=True)

    __table_args__ = ({"sqlite_with_rowid": False},)


class DecisionChild(Model):
    """What is proposed and decided for one child; a team only where a person had to choose it (address not in the
    table)."""

    __tablename__ = "decision_child"

    decision_id: orm.Mapped[int] = foreign_key("decision.id", primary_key=True)
    child_id: orm.Mapped[int] = foreign_key("referral_child.id", primary_key=True)
    proposed: orm.Mapped[str] = column(sa.String(30), "hub")
    decided: orm.Mapped[str | None] = column(sa.String(30), "hub", nullable=True)
    team_id: orm.Mapped[int | None] = foreign_key("team.id", nullable=True)
    # Two contacts told of one child: the row of the earliest that did.
    same_as_id: orm.Mapped[int | None] = foreign_key("referral_child.id", nullable=True)


class InputMark(Model):
    """Something wrong in what was given: kept as given, marked, and listed for a person to settle."""

    __tablename__ = "input_mark"

    id: orm.Mapped[int] = primary_key()
    referral_id: orm.Mapped[int] = foreign_key("referral.id", index=True)
    path: orm.Mapped[str] = column(sa.String(200), "hub")
    code: orm.Mapped[str] = column(sa.String(40), "hub")
    given: orm.Mapped[str] = column(sa.Text(), "hub")
    message: orm.Mapped[str] = column(sa.Text(), "hub")
    settled_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "hub", nullable=True)
    settled_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    settled_words: orm.Mapped[str | None] = column(sa.Text(), "hub", nullable=True)

    __table_args__ = (partial_index("ix_input_mark_open", "id", where="settled_at IS NULL"),)


class Addition(Model):
    """What somebody adds to a referral after sending it: words, or that it was sent in error (`kind`), never edited.

    It is a Subject, so that people who hold a case can be asked to read it. `once_key` is the form's own, so that
    pressing twice adds once.
    """

    __tablename__ = "addition"

    id: orm.Mapped[int] = foreign_key("subject.id", primary_key=True, autoincrement=False)
    referral_id: orm.Mapped[int] = foreign_key("referral.id", index=True)
    kind: orm.Mapped[str] = column(sa.String(12), "own")
    words: orm.Mapped[str] = column(sa.Text(), "own")
    in_danger: orm.Mapped[bool] = orm.mapped_column(sa.Boolean())
    added_at: orm.Mapped[datetime] = column(UTCDateTime(), "own")
    added_by_id: orm.Mapped[int] = foreign_key("app_user.id")
    once_key: orm.Mapped[str] = column(sa.String(64), "service", unique=True)
    read_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "own", nullable=True)
    read_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)


class LookAgain(Model):
    """The referrer asks for a decision to be looked at again (practice 29): what was not weighed, what they want, and
    a manager's answer. `told_before` keeps what they had been told, since a new decision tells them anew."""

    __tablename__ = "look_again"

    id: orm.Mapped[int] = primary_key()
    referral_id: orm.Mapped[int] = foreign_key("referral.id", index=True)
    decision_id: orm.Mapped[int | None] = foreign_key("decision.id", nullable=True)
    not_weighed: orm.Mapped[str] = column(sa.Text(), "own")
    wants: orm.Mapped[str] = column(sa.Text(), "own")
    asked_at: orm.Mapped[datetime] = column(UTCDateTime(), "own")
    asked_by_id: orm.Mapped[int] = foreign_key("app_user.id")
    told_before: orm.Mapped[str | None] = column(sa.Text(), "own", nullable=True)
    decided_before_at: orm.Mapped[datetime] = column(UTCDateTime(), "own")
    answer: orm.Mapped[str | None] = column(sa.Text(), "own", nullable=True)
    decides_anew: orm.Mapped[bool | None] = orm.mapped_column(sa.Boolean(), nullable=True)
    # Who decided first answered as well, because nobody else could.
    answered_alone: orm.Mapped[bool | None] = orm.mapped_column(sa.Boolean(), nullable=True)
    answered_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "own", nullable=True)
    answered_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    # After the answer: they still do not agree, in their words.
    disagrees: orm.Mapped[str | None] = column(sa.Text(), "own", nullable=True)
    disagrees_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "own", nullable=True)

    __table_args__ = (partial_index("uq_look_again_open", "referral_id", where="answered_at IS NULL", unique=True),)


class OutcomeCall(Model):
    """Somebody in the hub rang, because nobody had opened an outcome: whom they spoke to, and what was said."""

    __tablename__ = "outcome_call"

    id: orm.Mapped[int] = primary_key()
    referral_id: orm.Mapped[int] = foreign_key("referral.id", index=True)
    spoke_to: orm.Mapped[str] = column(sa.String(200), "hub")
    said: orm.Mapped[str] = column(sa.Text(), "hub")
    rang_at: orm.Mapped[datetime] = column(UTCDateTime(), "hub")
    rang_by_id: orm.Mapped[int] = foreign_key("app_user.id")


class CopyGiven(Model):
    """The sender handed a copy to the council whose child it is; the referral stays here too."""

    __tablename__ = "copy_given"

    id: orm.Mapped[int] = primary_key()
    referral_id: orm.Mapped[int] = foreign_key("referral.id")
    council: orm.Mapped[str] = column(sa.String(80), "own")
    given_at: orm.Mapped[datetime] = column(UTCDateTime(), "own")
    given_by_id: orm.Mapped[int] = foreign_key("app_user.id")

    __table_args__ = (sa.UniqueConstraint("referral_id", "council"),)
