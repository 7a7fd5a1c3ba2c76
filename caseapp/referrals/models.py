"""Draft, referral, its children, ratings, decisions and what was marked in the input."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.kernel.db import Model, UTCDateTime, column, foreign_key, partial_index, primary_key


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
    # Set once: sending twice finds it and leads to the same receipt.
    referral_id: orm.Mapped[int | None] = foreign_key("referral.id", nullable=True, unique=True)


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
    state: orm.Mapped[str] = column(sa.String(12), "own")
    rating: orm.Mapped[str | None] = column(sa.String(6), "hub", nullable=True)
    read_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "own", nullable=True)
    read_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    decided_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "own", nullable=True)
    # What the referrer is told (practice 29), and when they opened it.
    feedback: orm.Mapped[str | None] = column(sa.Text(), "own", nullable=True)
    feedback_seen_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "own", nullable=True)
    source_system: orm.Mapped[str | None] = column(sa.String(40), "service", nullable=True)
    source_id: orm.Mapped[str | None] = column(sa.String(80), "service", nullable=True)
    version: orm.Mapped[int] = orm.mapped_column(sa.Integer(), default=1)

    __table_args__ = (
        sa.UniqueConstraint("source_system", "source_id"),
        partial_index("ix_referral_to_decide", "received_at", "id", where="state <> 'decided'"),
        sa.Index("ix_referral_decided", "decided_at", "id"),
    )


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
    became: orm.Mapped[str | None] = column(sa.String(20), "hub", nullable=True)


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
    state: orm.Mapped[str] = column(sa.String(12), "hub")
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

    __table_args__ = (partial_index("uq_decision_open", "referral_id", where="state = 'proposed'", unique=True),)


class DecisionChild(Model):
    """What is proposed and decided for one child; a team only where a person had to choose it (address not in the
    table)."""

    __tablename__ = "decision_child"

    decision_id: orm.Mapped[int] = foreign_key("decision.id", primary_key=True)
    child_id: orm.Mapped[int] = foreign_key("referral_child.id", primary_key=True)
    proposed: orm.Mapped[str] = column(sa.String(30), "hub")
    decided: orm.Mapped[str | None] = column(sa.String(30), "hub", nullable=True)
    team_id: orm.Mapped[int | None] = foreign_key("team.id", nullable=True)


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
