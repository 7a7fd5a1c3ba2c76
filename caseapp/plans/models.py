"""Plans with their wordings, the children on them, actions, the people around the family, meetings and scores."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.kernel.db import Code, Model, UTCDateTime, column, foreign_key, partial_index, primary_key


class Plan(Model):
    """A plan of a kind (plans.catalogue) for children of one family. `version` counts its wordings: the second of two
    people who write at once is told."""

    __tablename__ = "plan"

    id: orm.Mapped[int] = foreign_key("subject.id", primary_key=True, autoincrement=False)
    kind: orm.Mapped[str] = column(sa.String(20), "status")
    family_id: orm.Mapped[int] = foreign_key("family.id", index=True)
    started_on: orm.Mapped[date] = column(sa.Date(), "plan")
    # The family's yes, where the kind needs it: who gave it, and when.
    agreed_on: orm.Mapped[date | None] = column(sa.Date(), "plan", nullable=True)
    agreed_by: orm.Mapped[str | None] = column(sa.String(200), "plan", nullable=True)
    # The words of the plan by part (plans.catalogue.PARTS).
    parts: orm.Mapped[dict[str, Any]] = column(sa.JSON(), "plan")
    version: orm.Mapped[int] = orm.mapped_column(sa.Integer())
    saved_at: orm.Mapped[datetime] = column(UTCDateTime(), "plan")
    saved_by_id: orm.Mapped[int] = foreign_key("app_user.id")
    # The day of the next meeting, as the last one fixed it.
    next_on: orm.Mapped[date | None] = column(sa.Date(), "plan", nullable=True)
    made_at: orm.Mapped[datetime] = column(UTCDateTime(), "plan")
    made_by_id: orm.Mapped[int] = foreign_key("app_user.id")
    ended_on: orm.Mapped[date | None] = column(sa.Date(), "plan", nullable=True)
    ended_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "plan", nullable=True)
    ended_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    end_reason: orm.Mapped[str | None] = column(sa.String(20), "plan", nullable=True)
    end_words: orm.Mapped[str | None] = column(sa.Text(), "plan", nullable=True)
    once_key: orm.Mapped[str] = column(sa.String(40), "service", unique=True)


class PlanVersion(Model):
    """The words of a plan as they stood, one row for each wording."""

    __tablename__ = "plan_version"

    plan_id: orm.Mapped[int] = foreign_key("plan.id", primary_key=True)
    number: orm.Mapped[int] = orm.mapped_column(sa.Integer(), primary_key=True, autoincrement=False)
    parts: orm.Mapped[dict[str, Any]] = column(sa.JSON(), "plan")
    author_id: orm.Mapped[int] = foreign_key("app_user.id")
    written_at: orm.Mapped[datetime] = column(UTCDateTime(), "plan")


class PlanChild(Model):
    """A child's time on a plan. `track` (plans.domain) lets the database itself keep a child from two open plans that
    never run together."""

    __tablename__ = "plan_child"

    id: orm.Mapped[int] = primary_key()
    plan_id: orm.Mapped[int] = foreign_key("plan.id", index=True)
    case_id: orm.Mapped[int] = foreign_key("case_record.id", index=True)
    person_id: orm.Mapped[int] = foreign_key("person.id")
    track: orm.Mapped[str] = column(Code(12), "status")
    from_on: orm.Mapped[date] = column(sa.Date(), "plan")
    to_on: orm.Mapped[date | None] = column(sa.Date(), "plan", nullable=True)

    __table_args__ = (
        partial_index("uq_plan_child_open", "person_id", "track", where="to_on IS NULL", unique=True),
        sa.Index("ix_plan_child_person", "person_id"),
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", name="ends_after_it_begins"),
    )


class PlanAction(Model):
    """Who does what for whom by when. `case_id` is empty for the whole family. Its wordings stand in its versions."""

    __tablename__ = "plan_action"

    id: orm.Mapped[int] = primary_key()
    plan_id: orm.Mapped[int] = foreign_key("plan.id")
    case_id: orm.Mapped[int | None] = foreign_key("case_record.id", nullable=True)
    what: orm.Mapped[str] = column(sa.Text(), "plan")
    # How everyone will know that it helped.
    measure: orm.Mapped[str] = column(sa.Text(), "plan")
    # The owner by name as written, and who that is where there is a record: a professional, or somebody of the family.
    owner_name: orm.Mapped[str] = column(sa.String(200), "plan")
    owner_professional_id: orm.Mapped[int | None] = foreign_key("professional.id", nullable=True)
    owner_person_id: orm.Mapped[int | None] = foreign_key("person.id", nullable=True)
    due_on: orm.Mapped[date] = column(sa.Date(), "plan")
    state: orm.Mapped[str] = column(Code(8), "plan")
    done_on: orm.Mapped[date | None] = column(sa.Date(), "plan", nullable=True)
    # What shows that it was done (or why it is not needed), who says so, and who wrote that down.
    evidence: orm.Mapped[str | None] = column(sa.Text(), "plan", nullable=True)
    said_by: orm.Mapped[str | None] = column(sa.String(200), "plan", nullable=True)
    done_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "plan", nullable=True)
    done_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)
    version: orm.Mapped[int] = orm.mapped_column(sa.Integer())
    once_key: orm.Mapped[str] = column(sa.String(40), "service", unique=True)

    __table_args__ = (
        sa.Index("ix_plan_action_plan", "plan_id", "due_on"),
        partial_index("ix_plan_action_owner", "owner_professional_id", "due_on", where="state = 'open'"),
    )


class PlanActionVersion(Model):
    """An action as it stood after each change: what was written, by whom, and why (added, changed, done, dropped)."""

    __tablename__ = "plan_action_version"

    action_id: orm.Mapped[int] = foreign_key("plan_action.id", primary_key=True)
    number: orm.Mapped[int] = orm.mapped_column(sa.Integer(), primary_key=True, autoincrement=False)
    content: orm.Mapped[dict[str, Any]] = column(sa.JSON(), "plan")
    why: orm.Mapped[str] = column(sa.String(12), "plan")
    author_id: orm.Mapped[int] = foreign_key("app_user.id")
    written_at: orm.Mapped[datetime] = column(UTCDateTime(), "plan")


class GroupMember(Model):
    """Somebody in the group around a plan (team around the family, core group), from when until when: a professional of
    any agency, with or without a record here, or somebody of the family. Whoever can sign in reaches the plan (L2) for
    as long."""

    __tablename__ = "group_member"

    id: orm.Mapped[int] = primary_key()
    plan_id: orm.Mapped[int] = foreign_key("plan.id", index=True)
    name: orm.Mapped[str] = column(sa.String(200), "plan")
    agency: orm.Mapped[str] = column(sa.String(200), "plan")
    part: orm.Mapped[str] = column(sa.String(200), "plan")
    professional_id: orm.Mapped[int | None] = foreign_key("professional.id", nullable=True)
    person_id: orm.Mapped[int | None] = foreign_key("person.id", nullable=True)
    from_on: orm.Mapped[date] = column(sa.Date(), "plan")
    to_on: orm.Mapped[date | None] = column(sa.Date(), "plan", nullable=True)
    added_at: orm.Mapped[datetime] = column(UTCDateTime(), "plan")
    added_by_id: orm.Mapped[int] = foreign_key("app_user.id")
    ended_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)

    __table_args__ = (
        partial_index(
            "uq_group_member_now",
            "plan_id",
            "professional_id",
            where="to_on IS NULL AND professional_id IS NOT NULL",
            unique=True,
        ),
        partial_index("ix_group_member_professional", "professional_id", where="to_on IS NULL"),
    )


class PlanMeeting(Model):
    """A meeting of the group, or a review of the plan: written down once, for all children."""

    __tablename__ = "plan_meeting"

    id: orm.Mapped[int] = primary_key()
    plan_id: orm.Mapped[int] = foreign_key("plan.id", index=True)
    kind: orm.Mapped[str] = column(sa.String(12), "plan")
    held_at: orm.Mapped[datetime] = column(UTCDateTime(), "plan")
    words: orm.Mapped[str] = column(sa.Text(), "plan")
    family_words: orm.Mapped[str] = column(sa.Text(), "plan")
    # What a review decided for the plan as a whole (plans.catalogue.OUTCOMES).
    outcome: orm.Mapped[str | None] = column(sa.String(20), "plan", nullable=True)
    next_on: orm.Mapped[date | None] = column(sa.Date(), "plan", nullable=True)
    written_at: orm.Mapped[datetime] = column(UTCDateTime(), "plan")
    written_by_id: orm.Mapped[int] = foreign_key("app_user.id")
    once_key: orm.Mapped[str] = column(sa.String(40), "service", unique=True)


class MeetingPerson(Model):
    """Somebody who was asked to a meeting, or came without: with the agency they came for."""

    __tablename__ = "meeting_person"

    id: orm.Mapped[int] = primary_key()
    meeting_id: orm.Mapped[int] = foreign_key("plan_meeting.id", index=True)
    member_id: orm.Mapped[int | None] = foreign_key("group_member.id", nullable=True)
    name: orm.Mapped[str] = column(sa.String(200), "plan")
    agency: orm.Mapped[str] = column(sa.String(200), "plan")
    came: orm.Mapped[str] = column(sa.String(12), "plan")


class MeetingDecision(Model):
    """What a meeting decided for one child."""

    __tablename__ = "meeting_decision"

    meeting_id: orm.Mapped[int] = foreign_key("plan_meeting.id", primary_key=True)
    case_id: orm.Mapped[int] = foreign_key("case_record.id", primary_key=True)
    words: orm.Mapped[str] = column(sa.Text(), "plan")


class PlanScore(Model):
    """The family's own scores at one moment, by area from 0 to 10, and who of the family gave them."""

    __tablename__ = "plan_score"

    id: orm.Mapped[int] = primary_key()
    plan_id: orm.Mapped[int] = foreign_key("plan.id", index=True)
    stage: orm.Mapped[str] = column(sa.String(12), "plan")
    told_on: orm.Mapped[date] = column(sa.Date(), "plan")
    told_by: orm.Mapped[str] = column(sa.String(200), "plan")
    scores: orm.Mapped[dict[str, int]] = column(sa.JSON(), "plan")
    words: orm.Mapped[str] = column(sa.Text(), "plan")
    written_at: orm.Mapped[datetime] = column(UTCDateTime(), "plan")
    written_by_id: orm.Mapped[int] = foreign_key("app_user.id")
    once_key: orm.Mapped[str] = column(sa.String(40), "service", unique=True)


class ExitSurvey(Model):
    """A link by which a family says what they think when a plan has ended: good once, for seven days. The address holds
    the secret, the database only its digest; what only they know is kept as a digest too."""

    __tablename__ = "exit_survey"

    id: orm.Mapped[int] = primary_key()
    plan_id: orm.Mapped[int] = foreign_key("plan.id", index=True)
    token_hash: orm.Mapped[str] = column(sa.String(64), "service", unique=True)
    # What opens it: the birth date of a child on the plan, or a word agreed with the family.
    opened_by: orm.Mapped[str] = column(sa.String(10), "service")
    proof_hash: orm.Mapped[str] = column(sa.String(64), "service")
    tries: orm.Mapped[int] = orm.mapped_column(sa.Integer())
    made_at: orm.Mapped[datetime] = column(UTCDateTime(), "plan", index=True)
    made_by_id: orm.Mapped[int] = foreign_key("app_user.id")
    # Replaced by a newer one, or guessed at too often: it leads nowhere any more.
    ended_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "service", nullable=True)
    replaced: orm.Mapped[bool] = orm.mapped_column(sa.Boolean())
    answered_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "record", nullable=True)
    rating: orm.Mapped[int | None] = orm.mapped_column(sa.SmallInteger())
    words: orm.Mapped[str | None] = column(sa.Text(), "record", nullable=True)

    __table_args__ = (
        partial_index("uq_exit_survey_open", "plan_id", where="ended_at IS NULL AND answered_at IS NULL", unique=True),
    )
