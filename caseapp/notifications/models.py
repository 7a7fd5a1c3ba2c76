"""The outbox: what each person is told, once; the daily e-mails in which it goes; what people chose; calendar
addresses. By reference only: nothing here names a child."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.kernel.db import Code, Model, UTCDateTime, column, foreign_key, partial_index, primary_key


class Reminder(Model):
    """One thing told to one person once: a warning point of a clock that was reached, or that it is late (`point` -1).
    What is due on another day is another thing.

    `state`: waiting (for an e-mail) | sent | failed (their address is refused) | over (done before it went) | unknown
    (the sender was killed while it went). The person's own page has it whatever the state.
    """

    __tablename__ = "outbox"

    id: orm.Mapped[int] = primary_key()
    kind: orm.Mapped[str] = column(Code(10), "status")
    rule: orm.Mapped[str] = column(sa.String(40), "service")
    point: orm.Mapped[int] = orm.mapped_column(sa.Integer())
    clock_id: orm.Mapped[int] = foreign_key("clock.id")
    # What the person opens: mostly what the clock is about.
    subject_id: orm.Mapped[int] = foreign_key("subject.id")
    user_id: orm.Mapped[int] = foreign_key("app_user.id")
    role: orm.Mapped[str] = column(sa.String(20), "service")
    due_at: orm.Mapped[datetime] = column(UTCDateTime(), "status")
    due_on: orm.Mapped[date | None] = column(sa.Date(), "status", nullable=True)
    made_at: orm.Mapped[datetime] = column(UTCDateTime(), "status")
    read_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "service", nullable=True)
    state: orm.Mapped[str] = column(Code(10), "service")
    digest_id: orm.Mapped[int | None] = foreign_key("digest.id", nullable=True)

    __table_args__ = (
        # Telling it again changes nothing: the database itself keeps that promise.
        sa.Index("uq_outbox_once", "user_id", "subject_id", "rule", "due_at", "point", unique=True),
        sa.Index("ix_outbox_user", "user_id", "id"),
        partial_index("ix_outbox_unread", "user_id", "id", where="read_at IS NULL"),
        partial_index("ix_outbox_waiting", "user_id", "id", where="state = 'waiting'"),
        partial_index("ix_outbox_digest", "digest_id", where="digest_id IS NOT NULL"),
    )


class Digest(Model):
    """The e-mail of one person on one day. Its text is made when it goes, from what is still so and still theirs to
    see.

    `state`: waiting | sending (handed to the mail server, whose answer is not known yet) | sent | failed (refused for
    good) | empty (nothing was left to say) | replaced (by the next day's) | unknown (its sender was killed while
    sending: nobody sends it again by itself).
    """

    __tablename__ = "digest"

    id: orm.Mapped[int] = primary_key()
    user_id: orm.Mapped[int] = foreign_key("app_user.id")
    on_day: orm.Mapped[date] = column(sa.Date(), "service")
    state: orm.Mapped[str] = column(Code(10), "service")
    tries: orm.Mapped[int] = orm.mapped_column(sa.Integer())
    next_try_at: orm.Mapped[datetime] = column(UTCDateTime(), "service")
    # Whoever sends it holds it by this mark until then.
    claim: orm.Mapped[str | None] = column(sa.String(32), "service", nullable=True)
    claimed_until: orm.Mapped[datetime | None] = column(UTCDateTime(), "service", nullable=True)
    made_at: orm.Mapped[datetime] = column(UTCDateTime(), "service")
    sent_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "service", nullable=True)
    # Why it could not go, as a code: never what the mail server said.
    problem: orm.Mapped[str | None] = column(sa.String(40), "service", nullable=True)

    __table_args__ = (
        sa.Index("uq_digest_day", "user_id", "on_day", unique=True),
        partial_index("ix_digest_waiting", "next_try_at", "id", where="state = 'waiting'"),
        partial_index("ix_digest_sending", "claimed_until", where="state = 'sending'"),
    )


class DigestRound(Model):
    """A day on which the e-mails were made: they are made once."""

    __tablename__ = "digest_round"

    on_day: orm.Mapped[date] = column(sa.Date(), "service", primary_key=True)
    made_at: orm.Mapped[datetime] = column(UTCDateTime(), "service")


class TellingChoice(Model):
    """How somebody wants the daily e-mail; without a row: every working day on which something is new."""

    __tablename__ = "telling_choice"

    user_id: orm.Mapped[int] = foreign_key("app_user.id", primary_key=True, autoincrement=False)
    mail: orm.Mapped[str] = column(sa.String(12), "service")
    chosen_at: orm.Mapped[datetime] = column(UTCDateTime(), "service")


class CalendarFeed(Model):
    """The address of a calendar: a person's own, or a team's, made by one of its managers. Only its digest is kept."""

    __tablename__ = "calendar_feed"

    id: orm.Mapped[int] = primary_key()
    token_hash: orm.Mapped[str] = column(sa.String(64), "service", unique=True)
    # Whose it is: for a team's, the manager who made it and answers for where it goes.
    user_id: orm.Mapped[int] = foreign_key("app_user.id")
    team_id: orm.Mapped[int | None] = foreign_key("team.id", nullable=True)
    made_at: orm.Mapped[datetime] = column(UTCDateTime(), "service")
    ended_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "service", nullable=True)
    last_read_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "service", nullable=True)

    __table_args__ = (
        partial_index("uq_feed_own", "user_id", where="ended_at IS NULL AND team_id IS NULL", unique=True),
        partial_index("uq_feed_team", "team_id", where="ended_at IS NULL AND team_id IS NOT NULL", unique=True),
    )
