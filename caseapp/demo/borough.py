"""The borough's days: what comes, about whom, and the scripted stories among them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from caseapp.kernel import clock

from .families import Household
from .life import Arrival, Life
from .present import send_notices
from .published import draw_duration
from .scripted import BABY, OPEN_CASE, REPEATED, SCRIPTED
from .stories import REFERRALS, Plan, Story
from .worries import ages_of

# What an assessment leads to: the share published as not in need is closed; the rest is our own guess.
AFTER = ("close", "family_help", "cin_plan")
AT_ANY_HOUR = ("6", "3E", "1A", "1B", "9")
MOST_BABIES = timedelta(days=200)


class Borough:
    """A life of so many days, from an empty database to now."""

    def __init__(self, *, seed: int, now: datetime) -> None:
        self.life = Life(seed=seed, now=now)
        published = self.life.published
        closed = published.assessed_not_in_need / published.referrals
        self._after = (closed, (1 - closed) * 0.5, (1 - closed) * 0.5)

    @property
    def told(self) -> str:
        """What came, children counted, in words."""
        return f"{self.life.contacts} contacts, {self.life.referrals} of them referrals"

    def run(self, *, referrals: int, days: int) -> Iterator[datetime]:
        """Live through the days; gives the instant reached after each."""
        for plan in SCRIPTED[: referrals or None] if referrals else ():
            self._script(plan)
        if referrals > len(SCRIPTED):
            at = self.life.now - timedelta(days=OPEN_CASE.days_ago)
            self.life.plan(at - timedelta(hours=9), self._specials)
            self.life.plan(self.life.now - timedelta(hours=6), self._notices)
        coming = self.life.arrivals(max(referrals - len(SCRIPTED), 0), days)
        yield from self.life.run(coming, self._begin)

    def _notices(self) -> None:
        self.life.contacts += send_notices(self.life)

    def _begin(self, arrival: Arrival) -> None:
        with clock.at(arrival.at):
            family, outcome = self.life.choose_family(arrival.at, ages_of(arrival.source_code))
            plan = self._plan(outcome, arrival.source_code)
            self._tell(plan, family, arrival.at)

    def _plan(self, outcome: str, source_code: str) -> Plan:
        random = self.life.random
        if outcome not in REFERRALS:
            return Plan(outcome, source_code=source_code)
        return Plan(
            outcome,
            source_code=source_code,
            duration=draw_duration(random, self.life.published.durations),
            after=random.choices(AFTER, weights=self._after)[0],
            returned=random.random() < 0.1,
        )

    def _tell(self, plan: Plan, family: Household, at: datetime) -> None:
        self.life.contacts += len(family.children)
        if plan.outcome in REFERRALS and family.state != "open":
            self.life.referrals += len(family.children)
        Story(self.life, plan, family, at).arrive()

    def _script(self, plan: Plan) -> None:
        at = self.life.now - timedelta(days=plan.days_ago)
        if plan.source_code not in AT_ANY_HOUR and plan.days_ago <= 1 and self.life.at_desk(at) != at:
            # The queue's newest rows come at their hours before now, whenever that is: at night the police write.
            plan = replace(plan, source_code="6")
        if plan.days_ago > 1 and plan.source_code != "6":
            at = self.life.at_desk(at)
            at = min(at, self.life.now - timedelta(hours=20))

        def arrive() -> None:
            self._tell(plan, self.life.new_family(at, plan.sectors, ages_of(plan.source_code)), at)

        self.life.plan(at, arrive)

    def _specials(self) -> None:
        """A bruised baby, a child whose case is open, a family told of for the third time."""
        life = self.life
        open_now = [family for family in life.open if not family.busy and family.worker is not None]
        told = [family for family in life.known if not family.busy and family.state == "known"]
        baby = life.new_family(life.now, BABY.sectors)
        born = clock.to_london(life.now - MOST_BABIES).date().isoformat()
        baby.children = [{**baby.children[0], "date_of_birth": born}]
        chosen = [(BABY, 0.0, [baby]), (OPEN_CASE, 0.0, open_now), (REPEATED, 0.0, told), (REPEATED, 0.2, told)]
        for plan, earlier, families in chosen:
            fitting = [family for family in families if family.has_age(ages_of(plan.source_code), life.now)]
            for family in fitting[-1:]:
                at = life.now - timedelta(days=plan.days_ago + earlier)
                life.plan(at, partial(self._tell, plan, family, at))
