"""Who saw the children, and when a manager looked at their assessment: recorded by its date, as the pages do it.

Drawn by chances of its own: neither how long an assessment takes nor anything else in a story hangs on it.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from caseapp.access.domain import Actor
from caseapp.assessments import commands as assessments
from caseapp.assessments import queries as assessment_queries
from caseapp.assessments.domain import AUTHORISED, ReviewGiven
from caseapp.cases import commands as cases
from caseapp.cases.domain.visits import ChildPart, VisitTold
from caseapp.deadlines.domain import STATUTORY
from caseapp.kernel import clock

if TYPE_CHECKING:
    from .stories import Story

# (working days after the referral, weight): most children are seen by day 5, and managers mostly look by 10 and 20.
FIRST_VISIT = ((1, 15), (2, 20), (3, 20), (4, 15), (5, 12), (6, 6), (7, 5), (9, 4), (12, 3))
FIRST_LOOK = ((7, 15), (8, 20), (9, 25), (10, 20), (12, 8), (15, 6), (0, 6))
SECOND_LOOK = ((17, 15), (18, 20), (19, 20), (20, 20), (23, 8), (26, 5), (0, 12))
# Working days between two visits; now and then it is much longer.
GAPS = ((8, 20), (10, 25), (13, 20), (16, 15), (20, 12), (28, 5), (36, 3))
BY_AGENCY = 0.3
# How often one of several children is not seen.
NOT_SEEN = 0.1
HOME = (
    "The house was warm and there was food in. The kitchen was tidy.",
    "Everybody was at home. The front room was cold, and there was credit on the meter.",
    "We talked at the kitchen table about nights, money and school.",
)
SAID = (
    "Warm, fed, and full of questions about the dog.",
    "Quiet at first, then showed the new bunk bed.",
    "Spoke about nights at home without being asked.",
    "Wants to see more of their grandmother.",
)
OWN_WORDS = ("I like it when mum reads.", "It was loud on Friday, I went upstairs.", "Can my nan come on Sunday?")
SAID_BY_AGENCY = ("Health visitor weighed and saw them at home.", "School saw them every day this week, and talked.")
LOOKED = ("Read it with the worker: on course.", "Read it with the worker: the father’s view is missing.")
NEXT = ("The worker writes the analysis by the end of next week.", "The worker sees the father before it goes on.")


class Visits:
    """The visits of one family, and the looks at its assessment."""

    def __init__(self, story: "Story") -> None:
        self.story = story
        self.random = Random(f"visits {story.life.seed} {story.received_at.isoformat()}")
        self.begun, self.count = False, 0

    def plan(self, day_0: date, end: datetime) -> None:
        """From the day a social worker has the family: visits, and looks until the assessment's `end`."""
        self.begun = True
        self._at(day_0, self._draw(FIRST_VISIT), self.visit)
        for table in (FIRST_LOOK, SECOND_LOOK):
            days = self._draw(table)
            if days and STATUTORY.add_working_days(day_0, days) < clock.to_london(end).date():
                self._at(day_0, days, self.look)

    def plan_help(self) -> None:
        """From the day family help has the family; who comes from social work is visited already."""
        if self.begun:
            return
        self.begun = True
        self._at(clock.today(), 2 + self._draw(FIRST_VISIT), self.visit)

    def _draw(self, table: tuple[tuple[int, int], ...]) -> int:
        return self.random.choices([days for days, _ in table], weights=[weight for _, weight in table])[0]

    def _at(self, day: date, days: int, step: Callable[[], None]) -> None:
        on = STATUTORY.add_working_days(STATUTORY.working_day_on_or_before(day), days)
        minute = self.random.randint(10 * 60, 16 * 60)
        at = datetime(on.year, on.month, on.day, minute // 60, minute % 60, tzinfo=clock.LONDON)
        self.story.life.plan(max(at, clock.now() + timedelta(minutes=25)), step)

    def visit(self) -> None:
        """The worker saw the children; the next visit is planned, and somebody else may see them meanwhile."""
        family = self.story.family
        if family.state != "open" or family.worker is None:
            return
        self._write(family.worker.actor)
        gap = self._draw(GAPS)
        self._at(clock.today(), gap, self.visit)
        if self.random.random() < BY_AGENCY:
            self._at(clock.today(), max(1, gap // 2), self.seen)

    def _write(self, actor: Actor) -> None:
        """One visit, each child with a part; now and then one of several is out."""
        self.count += 1
        case_ids = self.story.family.case_ids
        out = case_ids[-1] if len(case_ids) > 1 and self.random.random() < NOT_SEEN else 0
        parts = tuple(
            ChildPart(case_id, "no", "child_out", words="At a friend’s for tea.")
            if case_id == out
            else ChildPart(case_id, "alone", bedroom="yes", words=self.random.choice(SAID), **self._said())
            for case_id in case_ids
        )
        told = VisitTold(
            happened_at=clock.now() - timedelta(minutes=self.random.randint(30, 200)),
            kind=self.random.choice(("assessment", "child_in_need")),
            place="home",
            place_words="",
            announced=self.random.choice(("yes", "yes", "no")),
            who="The worker, and whoever was at home",
            words=self.random.choice(HOME),
            next_on=clock.today() + timedelta(days=7) if out else None,
            parts=parts,
        )
        cases.write_visit(actor, told=told, once_key=f"demo-w{self.story.referral_id}-{self.count}")

    def _said(self) -> dict[str, str]:
        return {"said": self.random.choice(OWN_WORDS), "heard_by": "the worker"} if self.random.random() < 0.5 else {}

    def seen(self) -> None:
        """Another agency told the worker that it saw them."""
        if self.story.family.state == "open" and self.story.family.worker is not None:
            self._record(self.story.family.worker.actor, "child.seen_by_agency", "School or health", SAID_BY_AGENCY)

    def look(self) -> None:
        """The manager looked at the assessment with the worker."""
        family, begun = self.story.family, self.story.assessment_id
        if family.state != "open":
            return
        if not begun:
            # Nobody has begun to write: the manager comes back to it.
            self._at(clock.today(), 1, self.look)
            return
        page = assessment_queries.get_assessment(begun)
        if page.state == AUTHORISED:
            return
        assessments.review_assessment(
            self.story.staff.manager(self.story.team),
            assessment_id=begun,
            given=ReviewGiven(
                reviewed_on=clock.today(),
                looked_at=self.random.choice(LOOKED),
                agreed="go_on",
                seen=dict.fromkeys(page.case_ids, "yes"),
                next_steps=self.random.choice(NEXT),
            ),
            known=len(assessment_queries.list_reviews(begun)),
        )

    def _record(self, actor: Actor, kind: str, who: str, said: tuple[str, ...]) -> None:
        self.count += 1
        cases.record_dated_event(
            actor,
            case_ids=self.story.family.case_ids,
            kind=kind,
            happened_at=clock.now() - timedelta(minutes=self.random.randint(30, 200)),
            who=who,
            words=self.random.choice(said),
            once_key=f"demo-v{self.story.referral_id}-{self.count}",
        )
