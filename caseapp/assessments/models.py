"""Assessment: one per family and occasion, a row per child; its wordings are kept at each change of hands."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.kernel.db import Code, Model, UTCDateTime, column, foreign_key, partial_index, primary_key


class Assessment(Model):
    """A child and family assessment: `writing`, `submitted` for authorisation, `authorised` (its end date, DfE)."""

    __tablename__ = "assessment"

    id: orm.Mapped[int] = foreign_key("subject.id", primary_key=True, autoincrement=False)
    family_id: orm.Mapped[int] = foreign_key("family.id", index=True)
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
    late_reason: orm.Mapped[str | None] = column(sa.Text(), "record", nullable=True)

    __table_args__ = (
        partial_index("uq_assessment_open", "family_id", where="state <> 'authorised'", unique=True),
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
