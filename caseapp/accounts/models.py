"""Agencies, teams, professionals, users, memberships, sessions, throttles, parked forms, postcode sectors."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.kernel.db import Model, UTCDateTime, column, foreign_key, primary_key


class Agency(Model):
    """An organisation that works with children: a school, the police, the council, a charity."""

    __tablename__ = "agency"

    id: orm.Mapped[int] = primary_key()
    key: orm.Mapped[str] = column(sa.String(40), "service", unique=True)
    name: orm.Mapped[str] = column(sa.String(200), "service", unique=True)
    kind: orm.Mapped[str] = column(sa.String(20), "service")
    source_code: orm.Mapped[str] = column(sa.String(4), "service")
    phone: orm.Mapped[str] = column(sa.String(40), "service")


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
    # Social-work qualified: needed to make a contact a referral and to authorise an assessment (practice 18).
    qualified: orm.Mapped[bool] = orm.mapped_column(sa.Boolean())


class User(Model):
    """A sign-in. Its id is a Subject, because events are about users too."""

    __tablename__ = "app_user"

    id: orm.Mapped[int] = foreign_key("subject.id", primary_key=True, autoincrement=False)
    professional_id: orm.Mapped[int] = foreign_key("professional.id", unique=True)
    email: orm.Mapped[str] = column(sa.String(254), "service", unique=True)
    password_hash: orm.Mapped[str] = column(sa.String(200), "service")
    created_at: orm.Mapped[datetime] = column(UTCDateTime(), "service")
    disabled_at: orm.Mapped[datetime | None] = column(UTCDateTime(), "service", nullable=True)


class TeamMembership(Model):
    """A user's place in a team, in a role, between two days; a person may hold several."""

    __tablename__ = "membership"

    id: orm.Mapped[int] = primary_key()
    user_id: orm.Mapped[int] = foreign_key("app_user.id", index=True)
    team_id: orm.Mapped[int] = foreign_key("team.id", index=True)
    role: orm.Mapped[str] = column(sa.String(30), "service")
    from_on: orm.Mapped[date] = column(sa.Date(), "service")
    until_on: orm.Mapped[date | None] = column(sa.Date(), "service", nullable=True)


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


class Throttle(Model):
    """How often signing in failed for one address or one account of late: slows a guesser, never locks anybody out
    for good."""

    __tablename__ = "throttle"

    key: orm.Mapped[str] = column(sa.String(80), "service", primary_key=True)
    failures: orm.Mapped[int] = orm.mapped_column(sa.Integer())
    last_at: orm.Mapped[datetime] = column(UTCDateTime(), "service")


class ParkedForm(Model):
    """What somebody sent after their session had ended: kept for them alone until they have signed in again."""

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
