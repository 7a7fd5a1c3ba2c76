"""Who may be told about what, for all people in one statement: the twin of `access.queries.reaches`, which asks for one
actor."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.access.domain import L1, LEADS, OUT_OF_HOURS
from caseapp.access.models import Bar, Reach, RestrictionReader
from caseapp.access.queries import restricted
from caseapp.accounts.models import Cover, Professional, Team, TeamMembership, User
from caseapp.accounts.queries import in_force, runs_on
from caseapp.notifications.catalogue import WITHOUT_REACH


def can_be_told(user: Any) -> sa.ColumnElement[bool]:
    """The condition that a User (or an alias of it) signs in at all: not switched off, not suspended."""
    return sa.and_(user.disabled_at.is_(None), user.suspended_at.is_(None))


def may_see(user_id: Any, subject_id: Any, role: Any, *, today: Any, now: Any) -> sa.ColumnElement[bool]:
    """The condition that a subject reaches that user now, at any level that shows whose it is, and that nothing bars
    them from it. Somebody with no place in a team today is told nothing."""
    placed = sa.exists().where(TeamMembership.user_id == user_id, in_force(today))
    reach, kept = orm.aliased(Reach), orm.aliased(Bar)
    lasts = sa.or_(reach.until_at.is_(None), reach.until_at > now)
    theirs = sa.or_(
        _names(reach.principal, user_id, today),
        sa.and_(reach.why == "involved", _covered(reach.principal, user_id, today)),
    )
    reached = sa.exists().where(reach.subject_id == subject_id, reach.level >= L1, lasts, theirs)
    barred = sa.exists().where(kept.subject_id == subject_id, _names(kept.principal, user_id, today))
    hidden = restricted(subject_id, _names(RestrictionReader.principal, user_id, today))
    return sa.and_(placed, sa.or_(role == WITHOUT_REACH, reached), ~barred, ~hidden)


def _named(prefix: str, number: Any) -> Any:
    return sa.literal(prefix) + sa.cast(number, sa.String())


def _names(principal: Any, user_id: Any, today: Any) -> sa.ColumnElement[bool]:
    """The condition that rows addressed to `principal` are addressed to that user: `Actor.principals` in SQL."""
    place, team = orm.aliased(TeamMembership), orm.aliased(Team)
    named = sa.or_(
        principal == _named("team:", place.team_id),
        sa.and_(place.role.in_(LEADS), principal == _named("lead:", place.team_id)),
        sa.and_(
            principal == f"kind:{OUT_OF_HOURS}",
            sa.exists().where(team.id == place.team_id, team.kind == OUT_OF_HOURS).correlate_except(team),
        ),
    )
    return sa.or_(
        principal == _named("user:", user_id),
        # The user stands two statements further out, where no statement looks by itself.
        sa.exists().where(place.user_id == user_id, *_holds(place, today), named).correlate_except(place),
    )


def _covered(principal: Any, user_id: Any, today: Any) -> sa.ColumnElement[bool]:
    """The condition that `principal` is somebody whose work that user does today, as a colleague of one team."""
    away, away_user, cover = orm.aliased(Professional), orm.aliased(User), orm.aliased(Cover)
    me, place = orm.aliased(User), orm.aliased(TeamMembership)
    covers = sa.exists().where(
        me.id == user_id,
        cover.covering_id == me.professional_id,
        *runs_on(cover, today),
        away.id == cover.away_id,
        away_user.professional_id == away.id,
        principal == _named("user:", away_user.id),
        place.user_id == me.id,
        place.team_id == away.team_id,
        *_holds(place, today),
    )
    return covers.correlate_except(away, away_user, cover, me, place)


def _holds(place: Any, today: Any) -> tuple[sa.ColumnElement[bool], ...]:
    return (place.from_on <= today, sa.or_(place.until_on.is_(None), place.until_on >= today))
