"""A year of a borough, lived through the same commands that people use, in the order of the clock.

Each step (a referral arrives, is read, rated, proposed, decided; a family is given to a worker; notes, an assessment, a
handover, the closing) runs at its own instant and plans the next one. What lies in the future stays undone: that is
what the demo's people find. The steps of one simulated day share a transaction, because most of a small transaction is
its beginning and its end.
"""

import heapq
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

from caseapp.deadlines.domain.calendars import STATUTORY
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction

from .families import Household, age_of, make_household
from .published import codes_of, figures
from .seasons import Days
from .staff import Staff
from .worries import ANY_AGE, choose_sender

Step = Callable[[], None]
A_YEAR = timedelta(days=365)
# Contacts for each referral, children counted (the demo's own figure: contacts are not published).
CONTACTS = 4
CHILDREN_PER_FORM = 1.94
# Of the contacts: those about a child whose case is open, and those that come to family help.
ABOUT_OPEN, TO_FAMILY_HELP = 0.09, 0.09
POOL = 1500
# The last hours before now belong to the scripted plans alone, so that the queue can be read.
QUIET = timedelta(hours=18)


@dataclass(frozen=True)
class Arrival:
    """Somebody tells the hub: when, and the census code of who."""

    at: datetime
    source_code: str


class Life:
    """The simulation: a queue of steps by instant, the families known so far, and what is still owed to the published
    shares."""

    def __init__(self, *, seed: int, now: datetime) -> None:
        self.seed, self.random, self.now = seed, Random(seed), now
        self.staff = Staff(self.random)
        self.published = figures()
        self.last_told = ""
        self.sectors = sorted(self.staff.locality)
        self._queue: list[tuple[datetime, int, Step]] = []
        self._count = 0
        self.contacts = self.referrals = self.rereferrals = 0
        # Families without an open case: told of before, and closed after a referral. The oldest are forgotten.
        self.known: deque[Household] = deque(maxlen=POOL)
        self.closed: deque[Household] = deque(maxlen=POOL)
        self.open: list[Household] = []
        self._wanted: tuple[tuple[int, int], date] = (ANY_AGE, clock.to_london(now).date())

    def plan(self, at: datetime, step: Step) -> None:
        """Do a step at an instant, unless that is still to come."""
        if at <= self.now:
            self._count += 1
            heapq.heappush(self._queue, (at, self._count, step))

    def at_desk(self, at: datetime) -> datetime:
        """That instant, or the next morning of a working day when nobody is at a desk."""
        local = clock.to_london(at)
        if local.hour >= 17:
            local = (local + timedelta(days=1)).replace(hour=0)
        if local.hour < 9 or not STATUTORY.is_working(local.date()):
            day = local.date()
            while not STATUTORY.is_working(day):
                day += timedelta(days=1)
            minute = self.random.randint(5, 75)
            local = datetime(day.year, day.month, day.day, 9 + minute // 60, minute % 60, tzinfo=clock.LONDON)
        return local.astimezone(UTC)

    def on_day(self, day: date) -> datetime:
        """An instant of a working day."""
        minute = self.random.randint(9 * 60 + 20, 16 * 60 + 50)
        return datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=clock.LONDON).astimezone(UTC)

    def arrivals(self, referrals: int, days: int) -> list[Arrival]:
        """All that will be told in the last `days` days so that about so many referrals come of it, in order."""
        first = clock.to_london(self.now - timedelta(days=days)).date()
        calendar = Days(self.random, first, days + 1)
        groups = list(self.published.sources)
        weights = [self.published.sources[group] for group in groups]
        found = []
        for _ in range(round(referrals * CONTACTS / CHILDREN_PER_FORM)):
            codes = codes_of(self.random.choices(groups, weights=weights)[0])
            code = self.random.choices(list(codes), weights=list(codes.values()))[0]
            at = calendar.draw(choose_sender(self.random, code).kind)
            # Nothing is lost: what would come too late comes as much earlier.
            found.append(Arrival(at if at < self.now - QUIET else at - timedelta(days=7), code))
        return sorted(found, key=lambda each: (each.at, each.source_code))

    def run(self, arrivals: list[Arrival], begin: Callable[[Arrival], None]) -> Iterator[datetime]:
        """Live through everything; gives the instant reached after each simulated day."""
        coming = iter(arrivals)
        next_one = next(coming, None)
        while self._queue or next_one:
            day: date | None = None
            reached = self.now
            with transaction():
                while self._queue or next_one:
                    if next_one and (not self._queue or next_one.at <= self._queue[0][0]):
                        begin(next_one)
                        next_one = next(coming, None)
                        continue
                    at = self._queue[0][0]
                    if day not in (None, at.date()):
                        break
                    day, reached = at.date(), at
                    _, _, step = heapq.heappop(self._queue)
                    with clock.at(at):
                        step()
            db.session.expunge_all()
            yield reached

    # ------------------------------------------------------------ whom it is about

    def choose_family(self, at: datetime, ages: tuple[int, int]) -> tuple[Household, str]:
        """Whom the next contact is about (a child of these ages among them), and what will come of it: what keeps the
        shares near the published ones."""
        self._wanted = (ages, clock.to_london(at).date())
        draw = self.random.random()
        if draw < ABOUT_OPEN and (family := self._pick(self.open)):
            return family, "open_case"
        owed = (self.contacts / CONTACTS - self.referrals) / 25
        if self.random.random() < min(max(0.27 * (1 + owed), 0.05), 0.8):
            outcome = "strategy_discussion" if self.random.random() < 0.3 else "assessment"
            return self._referred(at), outcome
        outcome = "family_help" if self.random.random() < TO_FAMILY_HELP else "no_further_action"
        if self.random.random() < 0.33 and (family := self._pick(self.known)):
            return family, outcome
        return self.new_family(at), outcome

    def _referred(self, at: datetime) -> Household:
        due = self.published.rereferral_share * self.referrals > self.rereferrals
        if due and self.random.random() < 0.6:
            family = self._pick(self.closed)
            if family is not None and family.referred_at and at - family.referred_at < A_YEAR:
                self.rereferrals += len(family.children)
                return family
        if self.random.random() < 0.25 and (family := self._pick(self.known)):
            return family
        return self.new_family(at)

    def _pick(self, pool: deque[Household] | list[Household]) -> Household | None:
        """One of the pool about whom nothing waits; None if a few tries find none."""
        ages, on = self._wanted
        for _ in range(24 if pool else 0):
            family = pool[self.random.randrange(len(pool))]
            free = not family.busy and (family.state == "open") == (pool is self.open)
            if free and any(ages[0] <= age_of(child, on) <= ages[1] for child in family.children):
                return family
        return None

    def new_family(self, at: datetime, sectors: tuple[str, ...] = (), ages: tuple[int, int] | None = None) -> Household:
        """A family that nobody has told of before."""
        on = clock.to_london(at).date()
        if not sectors:
            # The three localities are of about one size, whatever their numbers of postcode sectors.
            locality = self.random.choice(sorted(set(self.staff.locality.values())))
            sectors = tuple(sector for sector in self.sectors if self.staff.locality[sector] == locality)
        return make_household(self.random, sectors=[self.random.choice(sectors)], on=on, ages=ages or self._wanted[0])
