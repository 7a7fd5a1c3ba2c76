"""Who does what in the demo: the organisation's people as actors, and whom a family is given to."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from random import Random

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.accounts import queries as accounts
from caseapp.accounts.models import PostcodeSector, Professional, Team, TeamMembership, User
from caseapp.kernel import clock
from caseapp.kernel.db import db

from .organisation import email_of


@dataclass(frozen=True)
class Colleague:
    """Somebody with a sign-in and a place in a team."""

    actor: Actor
    professional_id: int
    email: str


class Staff:
    """The people of the service by team and role, read once; and how many children each worker has."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.load: Counter[int] = Counter()
        self.team_ids: dict[str, int] = {}
        self._by_role: dict[tuple[str, str], list[Colleague]] = defaultdict(list)
        self._actors: dict[str, Actor] = {}
        today = clock.today()
        rows = db.session.execute(
            sa.select(Team.id, Team.key, TeamMembership.role, User.email, Professional.id.label("professional_id"))
            .join(TeamMembership, TeamMembership.team_id == Team.id)
            .join(User, User.id == TeamMembership.user_id)
            .join(Professional, Professional.id == User.professional_id)
            .where(
                User.disabled_at.is_(None),
                sa.or_(TeamMembership.until_on.is_(None), TeamMembership.until_on >= today),
                TeamMembership.from_on <= today,
            )
            .order_by(TeamMembership.id)
        ).all()
        for row in rows:
            self._by_role[row.key, row.role].append(Colleague(self.by_email(row.email), row.professional_id, row.email))
        self.team_ids = {row.key: row.id for row in db.session.execute(sa.select(Team.key, Team.id))}
        sectors = db.session.execute(sa.select(PostcodeSector.sector, PostcodeSector.locality)).all()
        self.locality = {row.sector: row.locality.lower() for row in sectors}

    def by_email(self, email: str) -> Actor:
        """A sign-in as an actor."""
        if email not in self._actors:
            found = accounts.find_actor_by_email(email)
            assert found is not None
            self._actors[email] = found
        return self._actors[email]

    def by_login(self, login: str) -> Actor:
        """A sign-in of the README as an actor."""
        return self.by_email(email_of(login))

    def team_of(self, sector: str) -> str:
        """The short name of the locality team of a postcode sector."""
        return self.locality[sector]

    def manager(self, team: str) -> Actor:
        """The team's first manager."""
        return self._by_role[team, "manager"][0].actor

    def hub_worker(self) -> Actor:
        """A social worker of the hub; the README's one most often."""
        able = [each for each in self._by_role["hub", "worker"] if each.actor.qualified]
        return able[0].actor if self.random.random() < 0.4 else self.random.choice(able).actor

    def worker_for(self, team: str, children: int, *, first: bool) -> Colleague:
        """Whom a team gives a family to: one of those with the fewest children; `first`: the README's sign-in."""
        able = self._by_role[team, "worker"]
        if team in LOCALITIES:
            able = [each for each in able if each.actor.qualified]
        fewest = sorted(able, key=lambda each: (self.load[each.professional_id], each.professional_id))
        chosen = able[0] if first else self.random.choice(fewest[:2])
        self.load[chosen.professional_id] += children
        return chosen

    def let_go(self, colleague: Colleague, children: int) -> None:
        """They no longer work with so many children."""
        self.load[colleague.professional_id] -= children


LOCALITIES = ("north", "central", "south")
