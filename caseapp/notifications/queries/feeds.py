"""Calendar addresses, and the clocks behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.access.domain import L1, Actor
from caseapp.access.models import Bar, Reach
from caseapp.access.queries import not_barred, reaches, restricted
from caseapp.accounts.domain import token_digest
from caseapp.accounts.models import Agency, Cover, Professional, Team, TeamMembership, User
from caseapp.accounts.queries import ACTOR_COLUMNS, actor_from, in_force, runs_on
from caseapp.accounts.queries.actors import AWAY, AWAY_USER
from caseapp.deadlines.catalogue import RULES
from caseapp.deadlines.domain import ROLES, Rule
from caseapp.deadlines.models import Clock
from caseapp.deadlines.queries import VERSION, policy_of
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.events import Event
from caseapp.kernel.subjects import Subject
from caseapp.notifications.catalogue import MOST_ENTRIES
from caseapp.notifications.domain import STANDS_IN
from caseapp.notifications.models import CalendarFeed
from caseapp.notifications.slots import PEOPLE

from .own import rule_of
from .readers import can_be_told


@dataclass(frozen=True)
class Feed:
    """A calendar address that works today: whose it is, and for a team's, which team."""

    id: int
    owner: Actor
    team_id: int | None
    team_name: str
    last_read_at: datetime | None


def find_feed(token: str) -> Feed | None:
    """The calendar behind an address's secret. None alike for one that is ended or made up, whose owner does not sign
    in any more or has no place in a team, and a team's whose maker no longer manages it. One statement."""
    own_team, today = orm.aliased(Team), clock.today()
    rows = db.session.execute(
        sa.select(
            CalendarFeed.id.label("feed_id"),
            CalendarFeed.team_id.label("feed_team"),
            CalendarFeed.last_read_at,
            own_team.name.label("feed_team_name"),
            *ACTOR_COLUMNS,
        )
        .join(User, User.id == CalendarFeed.user_id)
        .join(Subject, Subject.id == User.id)
        .join(Professional, Professional.id == User.professional_id)
        .join(Agency, Agency.id == Professional.agency_id)
        .join(TeamMembership, sa.and_(TeamMembership.user_id == User.id, in_force(today)))
        .join(Team, Team.id == TeamMembership.team_id)
        .outerjoin(own_team, own_team.id == CalendarFeed.team_id)
        .outerjoin(Cover, sa.and_(Cover.covering_id == Professional.id, *runs_on(Cover, today)))
        .outerjoin(AWAY, AWAY.id == Cover.away_id)
        .outerjoin(AWAY_USER, AWAY_USER.professional_id == Cover.away_id)
        .where(CalendarFeed.token_hash == token_digest(token), CalendarFeed.ended_at.is_(None), can_be_told(User))
        .order_by(TeamMembership.id, Cover.id)
    ).all()
    if not rows:
        return None
    first, owner = rows[0], actor_from(rows)
    manages = {place.team_id for place in owner.memberships if place.role == "manager"}
    if first.feed_team is not None and first.feed_team not in manages:
        return None
    return Feed(first.feed_id, owner, first.feed_team, first.feed_team_name or "", first.last_read_at)


@dataclass(frozen=True)
class FeedClock:
    """A clock as a calendar tells of it."""

    id: int
    reference: str
    subject_kind: str
    rule: Rule
    due_at: datetime
    due_on: date
    since: datetime


def feed_entries(feed: Feed) -> list[FeedClock]:
    """The running clocks of a calendar, soonest due first: of a person those that are theirs to meet, as the slices
    say; of a team those of the children it holds, less those from which anybody of the team is barred. Only what its
    owner may see today. One statement."""
    theirs = _of_team(feed.team_id) if feed.team_id is not None else _of_person(feed.owner)
    reached = sa.exists().where(Reach.subject_id == theirs.c.subject_id, Reach.level >= L1, reaches(feed.owner))
    rows = db.session.execute(
        sa.select(
            Clock.id,
            Subject.reference,
            Subject.kind,
            Clock.rule,
            Clock.due_at,
            Clock.due_on,
            Event.recorded_at,
            VERSION,
        )
        .join(theirs, theirs.c.clock_id == Clock.id)
        .join(Subject, Subject.id == theirs.c.subject_id)
        .join(Event, Event.id == Clock.started_by_id)
        .where(reached, not_barred(feed.owner, theirs.c.subject_id))
        .order_by(Clock.due_at, Clock.id, Subject.id)
        .limit(MOST_ENTRIES)
    ).all()
    if rows:
        policy_of(rows[0].policy)
    found = {row.id: row for row in reversed(rows)}
    return [
        FeedClock(
            row.id,
            row.reference,
            row.kind,
            rule_of(row.rule),
            row.due_at,
            row.due_on or clock.to_london(row.due_at).date(),
            row.recorded_at,
        )
        for row in reversed(found.values())
    ]


def _of_person(owner: Actor) -> Any:
    """The clocks that are this person's to meet: what they open for it, too."""
    parts = []
    for number, whose in enumerate(part for fill in PEOPLE for part in fill(sa.literal(clock.today(), sa.Date()))):
        part = whose.select.subquery(f"whose_{number}")
        parts.append(
            sa.select(Clock.id.label("clock_id"), part.c.subject_id)
            .join(part, part.c.about_id == Clock.subject_id)
            .where(Clock.stopped_at.is_(None), Clock.rule.in_(_rules_of(whose.role)), part.c.user_id == owner.user_id)
        )
    return sa.union(*parts).subquery("theirs")


def _rules_of(role: str) -> Sequence[str]:
    """The rules that are met by that role, or by one that it stands in for."""
    from_roles = {key for key in ROLES if STANDS_IN.get(key, key) == role}
    return sorted({rule.key for rule in known_rules() if rule.owner_role in from_roles})


def known_rules() -> Sequence[Rule]:
    """The rules whose clocks are stored."""
    return [rule for rule in RULES if rule.runs == "clock"]


def _of_team(team_id: int) -> Any:
    """The clocks of the children a team holds, less those from which somebody of it is barred."""
    people = sa.select(sa.literal("user:") + sa.cast(TeamMembership.user_id, sa.String())).where(
        TeamMembership.team_id == team_id, in_force()
    )
    barred = sa.exists().where(
        Bar.subject_id == Clock.subject_id,
        sa.or_(Bar.principal.in_((f"team:{team_id}", f"lead:{team_id}")), Bar.principal.in_(people)),
    )
    held = sa.exists().where(
        Reach.subject_id == Clock.subject_id,
        Reach.principal == f"team:{team_id}",
        Reach.why == "custody",
        Reach.until_at.is_(None),
    )
    return (
        sa.select(Clock.id.label("clock_id"), Clock.subject_id)
        .where(Clock.stopped_at.is_(None), held, ~barred, ~restricted(Clock.subject_id))
        .subquery("theirs")
    )


@dataclass(frozen=True)
class FeedRow:
    """An address as its owner's page shows it: of which team (None: their own), since when, last asked for when."""

    team_id: int | None
    made_at: datetime
    made_by: str
    last_read_at: datetime | None


def list_feeds(actor: Actor) -> dict[int | None, FeedRow]:
    """The addresses that work and that the actor may end: their own, and those of the teams they manage, by team. One
    statement."""
    managed = [place.team_id for place in actor.memberships if place.role == "manager"]
    rows = db.session.execute(
        sa.select(CalendarFeed.team_id, CalendarFeed.made_at, Professional.name, CalendarFeed.last_read_at)
        .join(User, User.id == CalendarFeed.user_id)
        .join(Professional, Professional.id == User.professional_id)
        .where(
            CalendarFeed.ended_at.is_(None),
            sa.or_(
                sa.and_(CalendarFeed.user_id == actor.user_id, CalendarFeed.team_id.is_(None)),
                CalendarFeed.team_id.in_(managed),
            ),
        )
    )
    return {row.team_id: FeedRow(*row) for row in rows}
