"""Handover: a family on its way from one team to another. The sender is accountable until the receiver accepts."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.kernel.db import Code, Model, UTCDateTime, column, foreign_key, partial_index, primary_key


class Handover(Model):
    """Proposed by a worker, agreed by their manager, then accepted or returned with a reason; or withdrawn.

    `state`: proposed (agreed once `agreed_at` is set) | accepted | returned | sent_back (by the sender's own
    manager) | withdrawn.
    """

    __tablename__ = "handover"

    id: orm.Mapped[int] = foreign_key("subject.id", primary_key=True, autoincrement=False)
    direction: orm.Mapped[str] = column(sa.String(20), "plan")
    family_id: orm.Mapped[int] = foreign_key("family.id", index=True)
    from_team_id: orm.Mapped[int] = foreign_key("team.id", index=True)
    to_team_id: orm.Mapped[int] = foreign_key("team.id", index=True)
    state: orm.Mapped[str] = column(Code(12), "plan")
    proposed_at: orm.Mapped[datetime] = column(UTCDateTime(), "plan")
    proposed_by_id: orm.Mapped[int] = foreign_key("app_user.id")
    reasons: orm.Mapped[str] = column(sa.Text(), "plan")
    what_works: orm.Mapped[str] = column(sa.Text(), "plan")
    worry_again: orm.Mapped[str] = column(sa.Text(), "plan")
    child_voice: orm.Mapped[str] = column(sa.Text(), "plan")
    # consent: "agreed" (by whom, when) or a coded reason why it is not needed; without either a step-down can't be
    # proposed.
    consent: orm.Mapped[str] = column(sa.String(30), "plan")
    consent_by: orm.Mapped[str] = column(sa.String(200), "plan")
    consent_on: orm.Mapped[date | None] = column(sa.Date(), "plan", nullable=True)
    consent_how: orm.Mapped[str | None] = column(sa.String(30), "plan", nullable=True)
    # Why brothers or sisters stay behind; empty when all go together.
    split_reason: orm.Mapped[str | None] = column(sa.Text(), "plan", nullable=True)
    lead_professional_id: orm.Mapped[int | None] = foreign_key("professional.id", nullable=True)
    meeting_on: orm.Mapped[date | None] = column(sa.Date(), "plan", nullable=True)
    agreed_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "plan", nullable=True)
    agreed_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    answered_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "plan", nullable=True)
    answered_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    answer_words: orm.Mapped[str | None] = column(sa.Text(), "plan", nullable=True)
    accepted_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "plan", nullable=True)
    sender_closed_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "plan", nullable=True)
    follows_id: orm.Mapped[int | None] = foreign_key("handover.id", nullable=True)
    # A step-up: the contact that the hub decided (a Subject), and whether social work answers within the hour.
    referral_id: orm.Mapped[int | None] = foreign_key("subject.id", nullable=True)
    urgent: orm.Mapped[bool] = orm.mapped_column(sa.Boolean(), default=False, server_default=sa.false())
    # Who answered in whose place: a manager who was away, or nobody who had answered in time.
    answered_for: orm.Mapped[str | None] = column(sa.String(200), "plan", nullable=True)
    version: orm.Mapped[int] = orm.mapped_column(sa.Integer(), default=1)

    __table_args__ = (
        sa.CheckConstraint("sender_closed_at IS NULL OR accepted_at IS NOT NULL", name="accepted_before_sender_closed"),
        partial_index("uq_handover_open", "family_id", where="state = 'proposed'", unique=True),
    )


class HandoverCase(Model):
    """A child's case that goes with the handover; siblings move together."""

    __tablename__ = "handover_case"

    handover_id: orm.Mapped[int] = foreign_key("handover.id", primary_key=True)
    case_id: orm.Mapped[int] = foreign_key("case_record.id", primary_key=True, index=True)
    # The level that acceptance brings; None: the level stays.
    level: orm.Mapped[str | None] = column(sa.String(30), "plan", nullable=True)


class LeadRequest(Model):
    """Somebody outside the receiving team is asked to lead the work with a family: what it takes, and what they say
    (practice 19). Asked again, it is a new row; the last one counts."""

    __tablename__ = "lead_request"

    id: orm.Mapped[int] = foreign_key("subject.id", primary_key=True, autoincrement=False)
    handover_id: orm.Mapped[int] = foreign_key("handover.id", index=True)
    professional_id: orm.Mapped[int] = foreign_key("professional.id", index=True)
    helper_id: orm.Mapped[int] = foreign_key("professional.id")
    asked_at: orm.Mapped[datetime] = column(UTCDateTime(), "own")
    asked_by_id: orm.Mapped[int] = foreign_key("app_user.id")
    # What they are asked for, in words written for them: what they read before they answer.
    meetings: orm.Mapped[str] = column(sa.String(200), "own")
    hours: orm.Mapped[int] = orm.mapped_column(sa.Integer())
    words: orm.Mapped[str] = column(sa.Text(), "own")
    state: orm.Mapped[str] = column(Code(12), "own")
    answered_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "own", nullable=True)
    # Who wrote the answer down: the one who was asked, or who asked them by telephone.
    answered_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    reason: orm.Mapped[str | None] = column(sa.String(30), "own", nullable=True)
    answer_words: orm.Mapped[str | None] = column(sa.Text(), "own", nullable=True)
    deputy: orm.Mapped[str | None] = column(sa.String(200), "own", nullable=True)
    deputy_phone: orm.Mapped[str | None] = column(sa.String(40), "own", nullable=True)
    # Who comes in their place to the meeting with the family, when it falls into weeks in which they are closed.
    cover: orm.Mapped[str | None] = column(sa.String(200), "own", nullable=True)
    cover_phone: orm.Mapped[str | None] = column(sa.String(40), "own", nullable=True)


class HandoverPart(Model):
    """What is recorded of a step-down before the sender may close its part: that the actions are done and what shows
    it, and the joint meeting with the family. Nothing is overwritten: the newest of a kind counts."""

    __tablename__ = "handover_part"

    id: orm.Mapped[int] = primary_key()
    handover_id: orm.Mapped[int] = foreign_key("handover.id", index=True)
    kind: orm.Mapped[str] = column(sa.String(12), "plan")
    happened_on: orm.Mapped[date | None] = column(sa.Date(), "plan", nullable=True)
    people: orm.Mapped[str] = column(sa.Text(), "plan")
    words: orm.Mapped[str] = column(sa.Text(), "plan")
    written_at: orm.Mapped[datetime] = column(UTCDateTime(), "plan")
    written_by_id: orm.Mapped[int] = foreign_key("app_user.id")


class LookBack(Model):
    """A family said no to family help: who was told instead, and twelve weeks later somebody looks how the child is.
    It outlives the case."""

    __tablename__ = "look_back"

    id: orm.Mapped[int] = foreign_key("subject.id", primary_key=True, autoincrement=False)
    family_id: orm.Mapped[int] = foreign_key("family.id", index=True)
    team_id: orm.Mapped[int] = foreign_key("team.id", index=True)
    refused_on: orm.Mapped[date] = column(sa.Date(), "record")
    refused_by: orm.Mapped[str] = column(sa.String(200), "record")
    words: orm.Mapped[str] = column(sa.Text(), "record")
    # The universal services (school, health visitor, GP): who was told, when, what they watch for.
    told: orm.Mapped[str] = column(sa.Text(), "record")
    told_on: orm.Mapped[date] = column(sa.Date(), "record")
    watch_for: orm.Mapped[str] = column(sa.Text(), "record")
    written_at: orm.Mapped[datetime] = column(UTCDateTime(), "record")
    written_by_id: orm.Mapped[int] = foreign_key("app_user.id")
    done_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "record", nullable=True)
    done_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    found: orm.Mapped[str | None] = column(sa.String(20), "record", nullable=True)
    found_words: orm.Mapped[str | None] = column(sa.Text(), "record", nullable=True)

    __table_args__ = (partial_index("ix_look_back_open", "team_id", "family_id", where="done_at IS NULL"),)


class LookBackCase(Model):
    """A child's case that a look-back is about."""

    __tablename__ = "look_back_case"

    look_back_id: orm.Mapped[int] = foreign_key("look_back.id", primary_key=True)
    case_id: orm.Mapped[int] = foreign_key("case_record.id", primary_key=True, index=True)
