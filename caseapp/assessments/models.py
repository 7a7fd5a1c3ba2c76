"""Assessment: one per family and occasion, a row per child; its wordings are kept at each change of hands."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.kernel.db import Code, Model, UTCDateTime, column, foreign_key, partial_index, primary_key


class Assessment(Model):
    """An assessment of a kind (`child_and_family`, `family_help`): `writing`, `submitted` for authorisation,
    `authorised` (its end date, DfE); one of family help may be `stopped`."""

    __tablename__ = "assessment"

    id: orm.Mapped[int] = foreign_key("subject.id", primary_key=True, autoincrement=False)
    family_id: orm.Mapped[int] = foreign_key("family.id", index=True)
    kind: orm.Mapped[str] = column(Code(20), "record")
    state: orm.Mapped[str] = column(Code(12), "record")
    received_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    started_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    started_by_id: orm.Mapped[int] = foreign_key("app_user.id")
    # The working text, by part (see assessments.catalogue); `version` counts each save so that two tabs can't
    # overwrite each other.
    parts: orm.Mapped[dict[str, Any]] = column(sa.JSON(), "record")
    version: orm.Mapped[int] = orm.mapped_column(sa.Integer())
    saved_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    saved_by_id: orm.Mapped[int] = foreign_key("app_user.id")
    submitted_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "record", nullable=True)
    submitted_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    authorised_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "record", nullable=True)
    authorised_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    # What the manager wrote when sending it back or authorising it.
    manager_words: orm.Mapped[str | None] = column(sa.Text(), "record", nullable=True)
    # Why it was authorised late: a code of the deadlines' catalogue, and in words.
    late_code: orm.Mapped[str | None] = column(sa.String(30), "record", nullable=True)
    late_reason: orm.Mapped[str | None] = column(sa.Text(), "record", nullable=True)
    # Family help is by consent: what the family said to it, who, when and how; and why it was stopped.
    consent: orm.Mapped[str | None] = column(sa.String(30), "record", nullable=True)
    consent_by: orm.Mapped[str | None] = column(sa.Text(), "record", nullable=True)
    consent_on: orm.Mapped[date | None] = column(sa.Date(), "record", nullable=True)
    consent_how: orm.Mapped[str | None] = column(sa.String(30), "record", nullable=True)
    stopped_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "record", nullable=True)
    stopped_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    stopped_because: orm.Mapped[str | None] = column(sa.String(30), "record", nullable=True)
    stopped_words: orm.Mapped[str | None] = column(sa.Text(), "record", nullable=True)

    __table_args__ = (
        # One open of each kind (census rule 8896).
        partial_index(
            "uq_assessment_open",
            "family_id",
            "kind",
            where="state <> 'authorised' AND state <> 'stopped'",
            unique=True,
        ),
        sa.Index("ix_assessment_authorised", "authorised_at", "id", "received_at"),
    )


class AssessmentChild(Model):
    """One child's part: factors in the national codes and the outcome."""

    __tablename__ = "assessment_child"

    assessment_id: orm.Mapped[int] = foreign_key("assessment.id", primary_key=True)
    case_id: orm.Mapped[int] = foreign_key("case_record.id", primary_key=True, index=True)
    factors: orm.Mapped[list[str]] = column(sa.JSON(), "record")
    outcome: orm.Mapped[str | None] = column(sa.String(30), "record", nullable=True)


class AssessmentVersion(Model):
    """The whole text as it stood when it changed hands (another author, submitted, sent back, authorised)."""

    __tablename__ = "assessment_version"

    id: orm.Mapped[int] = primary_key()
    assessment_id: orm.Mapped[int] = foreign_key("assessment.id", index=True)
    parts: orm.Mapped[dict[str, Any]] = column(sa.JSON(), "record")
    why: orm.Mapped[str] = column(sa.String(20), "record")
    author_id: orm.Mapped[int] = foreign_key("app_user.id")
    written_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")


class AssessmentReview(Model):
    """A manager's look at an assessment on its way (by day 10 and 20): kept as it was, a later one stands beside it."""

    __tablename__ = "assessment_review"

    id: orm.Mapped[int] = primary_key()
    assessment_id: orm.Mapped[int] = foreign_key("assessment.id", index=True)
    reviewed_on: orm.Mapped[date] = column(sa.Date(), "record")
    reviewer_id: orm.Mapped[int] = foreign_key("app_user.id")
    recorded_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    looked_at: orm.Mapped[str] = column(sa.Text(), "record")
    agreed: orm.Mapped[str] = column(sa.String(20), "record")
    ready_on: orm.Mapped[date | None] = column(sa.Date(), "record", nullable=True)
    # Case number (as text) to "yes" or "no": whether the worker had seen that child by then.
    seen: orm.Mapped[dict[str, str]] = column(sa.JSON(), "record")
    not_seen: orm.Mapped[str | None] = column(sa.Text(), "record", nullable=True)
    next_steps: orm.Mapped[str] = column(sa.Text(), "record")


class AssessmentTold(Model):
    """That somebody of the family was told of an assessment, or why not, and what they say to it. Each stands for
    ever: the latest about a person is how it is."""

    __tablename__ = "assessment_told"

    id: orm.Mapped[int] = primary_key()
    assessment_id: orm.Mapped[int] = foreign_key("assessment.id", index=True)
    person_id: orm.Mapped[int] = foreign_key("person.id", index=True)
    told_on: orm.Mapped[date | None] = column(sa.Date(), "record", nullable=True)
    how: orm.Mapped[str | None] = column(sa.String(30), "record", nullable=True)
    told_by: orm.Mapped[str | None] = column(sa.Text(), "record", nullable=True)
    not_told: orm.Mapped[str | None] = column(sa.String(30), "record", nullable=True)
    view: orm.Mapped[str | None] = column(sa.String(20), "record", nullable=True)
    words: orm.Mapped[str | None] = column(sa.Text(), "record", nullable=True)
    recorded_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    recorded_by_id: orm.Mapped[int] = foreign_key("app_user.id")
