"""Agencies, teams, professionals, users, memberships, sessions, throttles, parked forms, postcode sectors; absence,
cover, duty rota."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.kernel.db import BigId, Model, UTCDateTime, column, foreign_key, partial_index, primary_key


class Agency(Model):
    """An organisation that works with children: a school, the police, the council, a charity."""

    __tablename__ = "agency"

    id: orm.Mapped[int] = primary_key()
    key: orm.Mapped[str] = column(sa.String(40), "service", unique=True)
    name: orm.Mapped[str] = column(sa.String(200), "service", unique=True)
    kind: orm.Mapped[str] = column(sa.String(20), "service")
    source_code: orm.Mapped[str] = column(sa.String(4), "service")
    phone: orm.Mapped[str] = column(sa.String(40), "service")


class AgencyClosure(Model):
    """Weeks in which an agency is closed, both days included, and who is reached then. Taken back, it stays as
    history."""

    __tablename__ = "agency_closure"

    id: orm.Mapped[int] = primary_key()
    agency_id: orm.Mapped[int] = foreign_key("agency.id", index=True)
    from_on: orm.Mapped[date] = column(sa.Date(), "service")
    until_on: orm.Mapped[date] = column(sa.Date(), "service")
    contact_name: orm.Mapped[str] = column(sa.String(200), "service")
    contact_phone: orm.Mapped[str] = column(sa.String(200), "service")
    added_at: orm.Mapped[datetime] = column(UTCDateTime(), "service")
    added_by_id: orm.Mapped[int] = foreign_key("app_user.id")
    removed_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "service", nullable=True)
    removed_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)


class Team(Model):
    """A desk, hub or team of an agency. Only one that may hold cases can have custody."""

    __tablename__ = "team"

    id: orm.Mapped[int] = primary_key()
    key: orm.Mapped[str] = column(sa.String(40), "service", unique=True)
    name: orm.Mapped[str] = column(sa.String(120), "service")
    kind: orm.Mapped[str] = column(sa.String(20), "service", index=True)
    agency_id: orm.Mapped[int] = foreign_key("agency.id")
    locality: orm.Mapped[str | None] = column(sa.String(40), "service", nullable=True)
    may_hold_cases: orm.Mapped[bool] = orm.mapped_column(sa.Boolean())
    phone: orm.Mapped[str] = column(sa.String(40), "service")


class Professional(Model):
    """A named person working for an agency, with or without a sign-in."""

    __tablename__ = "professional"

    id: orm.Mapped[int] = primary_key()
    agency_id: orm.Mapped[int] = foreign_key("agency.id")
    team_id: orm.Mapped[int | None] = foreign_key("team.id", nullable=True, index=True)
    name: orm.Mapped[str] = column(sa.String(120), "service")
    title: orm.Mapped[str] = column(sa.String(120), "service")
    phone: orm.Mapped[str] = column(sa.String(40), "service")
    registration_body: orm.Mapped[str | None] = column(sa.String(60), "service", nullable=True)
    registration_number: orm.Mapped[str | None] = column(sa.String(40), "service", nullable=True)
    # The register was looked at on this day, and the registration holds until the other (practice 18).
    registration_checked_on: orm.Mapped[date | None] = column(sa.Date(), "service", nullable=True)
    registration_expires_on: orm.Mapped[date | None] = column(sa.Date(), "service", nullable=True)
    # A social worker by training. Whether they count as social-work qualified today: `domain.registration_state`.
    qualified: orm.Mapped[bool] = orm.mapped_column(sa.Boolean())
    # Somebody without a sign-in who works there no more, from this day on.
    left_on: orm.Mapped[date | None] = column(sa.Date(), "service", nullable=True)


class User(Model):
    """A sign-in. Its id is a Subject, because events are about users too."""

    __tablename__ = "app_user"

    id: orm.Mapped[int] = foreign_key("subject.id", primary_key=True, autoincrement=False)
    professional_id: orm.Mapped[int] = foreign_key("professional.id", unique=True)
    email: orm.Mapped[str] = column(sa.String(254), "service", unique=True)
    password_hash: orm.Mapped[str] = column(sa.String(200), "service")
    created_at: orm.Mapped[datetime] = column(UTCDateTime(), "service")
    disabled_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "service", nullable=True)
    # Not used for a long time: they are told to ring (practice 21). Lifting it counts as being used.
    suspended_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "service", nullable=True)
    lifted_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "service", nullable=True)


class TeamMembership(Model):
    """A user's place in a team, in a role, between two days; a person may hold several."""

    __tablename__ = "membership"

    id: orm.Mapped[int] = primary_key()
    user_id: orm.Mapped[int] = foreign_key("app_user.id", index=True)
    team_id: orm.Mapped[int] = foreign_key("team.id", index=True)
    role: orm.Mapped[str] = column(sa.String(30), "service")
    from_on: orm.Mapped[date] = column(sa.Date(), "service")
    until_on: orm.Mapped[date | None] = column(sa.Date(), "service", nullable=True)
    # When the agency's lead last said that they still work there (practice 21: each term).
    confirmed_on: orm.Mapped[date | None] = column(sa.Date(), "service", nullable=True)


class UserSession(Model):
    """One sign-in of one browser: checked on each request, so that a stolen cookie dies with it."""

    __tablename__ = "user_session"

    id: orm.Mapped[int] = primary_key()
    token_hash: orm.Mapped[str] = column(sa.String(64), "service", unique=True)
    user_id: orm.Mapped[int] = foreign_key("app_user.id", index=True)
    created_at: orm.Mapped[datetime] = column(UTCDateTime(), "service")
    last_seen_at: orm.Mapped[datetime] = column(UTCDateTime(), "service")
    ended_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "service", nullable=True)
    ended_why: orm.Mapped[str | None] = column(sa.String(30), "service", nullable=True)
    # What is still owed after the password: `second` or `set_up`; such a session reaches nothing else.
    awaiting: orm.Mapped[str | None] = column(sa.String(10), "service", nullable=True)
    second_factor_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "service", nullable=True)
    # Locked by hand or by the page; an idle session is locked without it.
    locked_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "service", nullable=True)
    # What a security key has to sign next in this session, taken away by the first answer: `<ceremony>:<challenge>`.
    challenge: orm.Mapped[str | None] = column(sa.String(120), "service", nullable=True)
    challenge_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "service", nullable=True)


class AuthenticatorApp(Model):
    """The secret that a person's authenticator app shares with us, sealed with a key the database does not hold."""

    __tablename__ = "authenticator_app"

    user_id: orm.Mapped[int] = foreign_key("app_user.id", primary_key=True, autoincrement=False)
    sealed_secret: orm.Mapped[str] = column(sa.String(300), "service")
    created_at: orm.Mapped[datetime] = column(UTCDateTime(), "service")
    # Since its first code: a secret that waits for one stands in no table.
    confirmed_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "service", nullable=True)
    # The half minute of the last code taken: no code is taken twice.
    last_step: orm.Mapped[int | None] = orm.mapped_column(BigId)


class SecurityKey(Model):
    """A security key or passkey: its public half."""

    __tablename__ = "security_key"

    id: orm.Mapped[int] = primary_key()
    user_id: orm.Mapped[int] = foreign_key("app_user.id", index=True)
    name: orm.Mapped[str] = column(sa.String(60), "service")
    credential: orm.Mapped[str] = column(sa.String(1400), "service", unique=True)
    public_key: orm.Mapped[str] = column(sa.Text(), "service")
    sign_count: orm.Mapped[int] = orm.mapped_column(BigId)
    transports: orm.Mapped[list[str]] = column(sa.JSON(), "service")
    created_at: orm.Mapped[datetime] = column(UTCDateTime(), "service")
    last_used_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "service", nullable=True)


class RecoveryCode(Model):
    """A code for the day the phone or the key is lost: its digest, good once."""

    __tablename__ = "recovery_code"

    id: orm.Mapped[int] = primary_key()
    user_id: orm.Mapped[int] = foreign_key("app_user.id", index=True)
    code_hash: orm.Mapped[str] = column(sa.String(64), "service", unique=True)
    used_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "service", nullable=True)


class OneTimeLink(Model):
    """A link by which somebody sets their password: an invitation or a reset. Good once, for seven days."""

    __tablename__ = "one_time_link"

    id: orm.Mapped[int] = primary_key()
    token_hash: orm.Mapped[str] = column(sa.String(64), "service", unique=True)
    user_id: orm.Mapped[int] = foreign_key("app_user.id", index=True)
    purpose: orm.Mapped[str] = column(sa.String(10), "service")
    created_at: orm.Mapped[datetime] = column(UTCDateTime(), "service")
    created_by_id: orm.Mapped[int] = foreign_key("app_user.id")
    # Used, or replaced by a newer one.
    ended_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "service", nullable=True)


class Throttle(Model):
    """How often signing in failed for one address or one account of late: slows a guesser, never locks anybody out
    for good."""

    __tablename__ = "throttle"

    key: orm.Mapped[str] = column(sa.String(80), "service", primary_key=True)
    failures: orm.Mapped[int] = orm.mapped_column(sa.Integer())
    last_at: orm.Mapped[datetime] = column(UTCDateTime(), "service")


class ParkedForm(Model):
    """What somebody sent after their session had ended, kept for them alone until they have signed in again; and what
    they have written in a form and not sent yet, by page (`unsent_key`)."""

    __tablename__ = "parked_form"

    id: orm.Mapped[int] = primary_key()
    token_hash: orm.Mapped[str] = column(sa.String(64), "service", unique=True)
    user_id: orm.Mapped[int] = foreign_key("app_user.id", index=True)
    path: orm.Mapped[str] = column(sa.String(300), "service")
    fields: orm.Mapped[list[list[Any]]] = column(sa.JSON(), "own")
    created_at: orm.Mapped[datetime] = column(UTCDateTime(), "service")


class PostcodeSector(Model):
    """A postcode sector, the ward it lies in and the locality that works there. A council imports its own."""

    __tablename__ = "postcode_sector"

    sector: orm.Mapped[str] = column(sa.String(8), "service", primary_key=True)
    ward: orm.Mapped[str] = column(sa.String(80), "service")
    locality: orm.Mapped[str] = column(sa.String(40), "service", index=True)


class Absence(Model):
    """Days on which somebody does not work; open while nobody knows until when. Over when its last day is past, or from
    `ended_at` on."""

    __tablename__ = "absence"

    id: orm.Mapped[int] = primary_key()
    professional_id: orm.Mapped[int] = foreign_key("professional.id", index=True)
    from_on: orm.Mapped[date] = column(sa.Date(), "service")
    until_on: orm.Mapped[date | None] = column(sa.Date(), "service", nullable=True)
    # Why somebody is away is theirs and their manager's: it is shown nowhere else.
    reason: orm.Mapped[str] = column(sa.String(20), "staff")
    ended_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "service", nullable=True)

    __table_args__ = (sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name="ends_after_it_begins"),)


class Cover(Model):
    """Who does somebody's work in their place, between two days. Not a change of worker: it ends by itself."""

    __tablename__ = "cover"

    id: orm.Mapped[int] = primary_key()
    away_id: orm.Mapped[int] = foreign_key("professional.id", index=True)
    covering_id: orm.Mapped[int] = foreign_key("professional.id", index=True)
    from_on: orm.Mapped[date] = column(sa.Date(), "service")
    until_on: orm.Mapped[date | None] = column(sa.Date(), "service", nullable=True)
    ended_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "service", nullable=True)

    __table_args__ = (
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name="ends_after_it_begins"),
        sa.CheckConstraint("away_id <> covering_id", name="by_another"),
    )


class DutyRota(Model):
    """Whom a team's desk turns to during a part of a day."""

    __tablename__ = "duty_rota"

    id: orm.Mapped[int] = primary_key()
    team_id: orm.Mapped[int] = foreign_key("team.id")
    professional_id: orm.Mapped[int] = foreign_key("professional.id", index=True)
    on_day: orm.Mapped[date] = column(sa.Date(), "service")
    part: orm.Mapped[str] = column(sa.String(10), "service")
    from_at: orm.Mapped[datetime] = column(UTCDateTime(), "service")
    until_at: orm.Mapped[datetime] = column(UTCDateTime(), "service")

    __table_args__ = (sa.UniqueConstraint("team_id", "on_day", "part"),)


class StaffTask(Model):
    """What a leaver's open work asks of the managers of a team: give their children to somebody, decide what they
    proposed. One for each kind of work and team; counts only, no child."""

    __tablename__ = "staff_task"

    id: orm.Mapped[int] = primary_key()
    team_id: orm.Mapped[int] = foreign_key("team.id")
    user_id: orm.Mapped[int] = foreign_key("app_user.id", index=True)
    kind: orm.Mapped[str] = column(sa.String(30), "service")
    amount: orm.Mapped[int] = orm.mapped_column(sa.Integer())
    made_at: orm.Mapped[datetime] = column(UTCDateTime(), "service")
    done_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "service", nullable=True)
    done_by_id: orm.Mapped[int | None] = foreign_key("app_user.id", nullable=True)

    __table_args__ = (
        partial_index("uq_staff_task_open", "team_id", "user_id", "kind", where="done_at IS NULL", unique=True),
    )
