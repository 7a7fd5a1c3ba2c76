"""Thirty days of a hub's life, lived through the same commands that people use, in the order of the clock.

Each step (a referral arrives, is read, rated, proposed, decided; a family is given to a worker; a note, an
assessment, a handover) runs at
its own instant in its own transaction, and plans the next one. What lies in the future stays undone: that is what the
demo's people find.
"""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.accounts import queries as accounts
from caseapp.accounts.models import PostcodeSector
from caseapp.assessments import commands as assessments
from caseapp.assessments import queries as assessment_queries
from caseapp.cases import commands as cases
from caseapp.cases import queries as case_queries
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.subjects import Subject
from caseapp.pathway import commands as pathway
from caseapp.pathway.queries import find_handover_of_case
from caseapp.referrals.commands import deciding, receive, triage
from caseapp.referrals.models import Referral, ReferralChild
from caseapp.referrals.queries.referral_page import get_hub_page

from .families import SENDERS, WORRIES, make_document
from .organisation import email_of

Step = Callable[[], None]
STEPS = (
    "received",
    "rated",
    "proposed",
    "decided",
    "allocated",
    "noted",
    "writing",
    "submitted",
    "authorised",
    "proposed_on",
    "agreed_on",
    "answered_on",
)


@dataclass(frozen=True)
class Plan:
    """How one referral's story goes: when it comes, from where in the borough, what is decided, and the step it has
    reached."""

    days_ago: float
    sectors: tuple[str, ...]
    outcome: str
    until: str = "answered_on"
    returned: bool = False


NORTH = ("S63 7", "S62 5", "S61 4")
CENTRAL = ("S65 2", "S60 2")
SOUTH = ("S25 2", "S66 8")
# So that every room of the demo has somebody in it, whatever the seed.
SCRIPTED = (
    Plan(28, NORTH, "assessment"),
    Plan(13, NORTH, "assessment", "agreed_on"),
    Plan(25, NORTH, "assessment", returned=True),
    Plan(12, NORTH, "assessment", "proposed_on"),
    Plan(10, NORTH, "assessment", "submitted"),
    Plan(7, NORTH, "assessment", "writing"),
    Plan(9, NORTH, "strategy_discussion", "noted"),
    Plan(20, CENTRAL, "assessment", "submitted"),
    Plan(8, CENTRAL, "assessment", "writing"),
    Plan(4, CENTRAL, "assessment", "decided"),
    Plan(22, SOUTH, "assessment", "agreed_on"),
    Plan(9, SOUTH, "assessment", "writing"),
    Plan(3, SOUTH, "assessment", "decided"),
    Plan(4, NORTH, "assessment", "decided"),
    Plan(2, NORTH, "assessment", "decided"),
    Plan(6, NORTH, "family_help", "decided"),
    Plan(3, NORTH, "assessment", "proposed"),
    Plan(3.1, NORTH, "no_further_action", "proposed"),
    Plan(0.4, NORTH, "assessment", "received"),
    Plan(0.2, NORTH, "family_help", "received"),
)


class Life:
    """The simulation: a queue of steps by instant."""

    def __init__(self, *, seed: int, now: datetime) -> None:
        self.random, self.now = Random(seed), now
        self._queue: list[tuple[datetime, int, Step]] = []
        self._count = 0
        self._actors: dict[str, Actor] = {}
        rows = db.session.execute(sa.select(PostcodeSector.sector, PostcodeSector.locality)).all()
        self.locality = {row.sector: row.locality for row in rows}

    def actor(self, login: str) -> Actor:
        """A demo sign-in as an actor."""
        if login not in self._actors:
            found = accounts.find_actor_by_email(email_of(login))
            assert found is not None
            self._actors[login] = found
        return self._actors[login]

    def plan(self, at: datetime, step: Step) -> None:
        """Do a step at an instant, unless that is still to come."""
        if at <= self.now:
            self._count += 1
            heapq.heappush(self._queue, (at, self._count, step))

    def working(self, at: datetime, *, hours: float) -> datetime:
        """So many hours on, moved to the next morning when nobody is at a desk."""
        at = clock.to_london(at + timedelta(hours=hours * self.random.uniform(0.6, 1.4)))
        while at.weekday() >= 5 or at.hour >= 17 or at.hour < 9:
            next_day = at if at.weekday() < 5 and at.hour < 9 else at + timedelta(days=1)
            at = next_day.replace(hour=9, minute=self.random.randint(5, 55))
        return at.astimezone(UTC)

    def run(self) -> Iterator[int]:
        """Live through everything planned; gives the number of steps done so far after each."""
        done = 0
        while self._queue:
            at, _, step = heapq.heappop(self._queue)
            with clock.at(at), transaction():
                step()
            done += 1
            yield done

    def begin(self, plan: Plan) -> None:
        """Put a referral's arrival into the queue."""
        Story(self, plan).begin()


class Story:
    """One referral and what came of it."""

    def __init__(self, life: Life, plan: Plan) -> None:
        self.life, self.plan, self.random = life, plan, life.random
        self.referral_id = self.family_id = 0
        self.team = ""

    def begin(self) -> None:
        """Plan the arrival: by day mostly, the police at night too."""
        sender = self.random.choices(SENDERS, weights=[row.weight for row in SENDERS])[0]
        at = self.life.now - timedelta(days=self.plan.days_ago)
        if sender.mode == "form":
            at = min(self.life.working(at, hours=0.01), self.life.now - timedelta(minutes=self.random.randint(5, 55)))
        theirs = [row for row in WORRIES if sender.kind in row.by]
        worry = self.random.choices(theirs, weights=[row.weight for row in theirs])[0]
        self.rating = self.random.choice(worry.ratings)
        # A Red does not wait for the rest of the pile.
        self.pace = 0.3 if self.rating == "red" else 1.0
        document = make_document(
            self.random, sectors=list(self.plan.sectors), sender=sender, worry=worry, on=clock.to_london(at).date()
        )
        document["received_at"] = at.isoformat()
        if self.plan.outcome == "family_help":
            document["consent"] = {"parent_informed": True, "parent_agrees": True}

        def arrive() -> None:
            actor = self.life.actor(sender.login) if sender.login else None
            received = receive.receive_referral(actor, document=document, received_at=at, mode=sender.mode)
            self.referral_id = received.id
            self._then("rated", hours=0.5 * self.pace, step=self.rate)

        self.life.plan(at, arrive)

    def _then(self, name: str, *, hours: float, step: Step) -> None:
        if STEPS.index(name) <= STEPS.index(self.plan.until):
            self.life.plan(self.life.working(clock.now(), hours=hours), step)

    def rate(self) -> None:
        """The hub worker reads it and rates it."""
        nadia = self.life.actor("mash.worker")
        triage.read_referral(nadia, referral_id=self.referral_id)
        version = db.session.scalar(sa.select(Referral.version).where(Referral.id == self.referral_id)) or 0
        rationale = {
            "red": "A child who may be hurt again tonight.",
            "amber": "Needs a decision today or tomorrow; nothing says tonight.",
            "green": "Worries without a sign of harm now; the parents are asking for help.",
        }[self.rating]
        triage.rate_referral(
            nadia, referral_id=self.referral_id, rating=self.rating, rationale=rationale, version=version
        )
        self._then("proposed", hours=2 * self.pace, step=self.propose)

    def propose(self) -> None:
        """The hub worker proposes a decision; a child whose case is open goes to its worker."""
        page = get_hub_page(self.life.actor("mash.worker"), self.referral_id)
        outcomes = {
            child.id: "open_case" if page.open_case_of(child) is not None else self.plan.outcome
            for child in page.children
        }
        reasons = {
            "no_further_action": "Below the threshold; the school and the health visitor are already helping.",
            "family_help": "The parents agree and ask for help with routines and money; no sign of significant harm.",
            "assessment": "A pattern over weeks, and what the child says fits it. We need to know what life at home is "
            "like.",
            "strategy_discussion": "Reasonable cause to suspect significant harm.",
        }[self.plan.outcome]
        triage.propose_decision(
            self.life.actor("mash.worker"),
            referral_id=self.referral_id,
            outcomes=outcomes,
            reasons=reasons,
            advice="Keep the child's day as usual, write down what you see, and ring the hub if anything changes.",
            history_weighed="Earlier contacts were about the same worry and led to help that was taken up.",
            consent_words="",
        )
        self._then("decided", hours=2 * self.pace, step=self.decide)

    def decide(self) -> None:
        """The hub manager agrees."""
        paul = self.life.actor("mash.manager")
        page = get_hub_page(paul, self.referral_id)
        proposal = page.open_proposal
        assert proposal is not None
        deciding.answer_proposal(
            paul,
            referral_id=self.referral_id,
            decision_id=proposal.id,
            answer=deciding.Answer(
                kind="agree",
                outcomes=proposal.proposed,
                message=f"{MESSAGES[self.plan.outcome]} Ring the hub on 01632 960500 and say the reference if anything "
                "changes, or to ask for it to be looked at again. In danger: 999 first.",
            ),
        )
        opened = db.session.execute(
            sa.select(ReferralChild.case_id, ReferralChild.outcome, ReferralChild.sector).where(
                ReferralChild.referral_id == self.referral_id, ReferralChild.case_id.is_not(None)
            )
        ).all()
        opened = [row for row in opened if row.outcome == self.plan.outcome]
        if not opened:
            return
        self.team = self.life.locality[opened[0].sector].lower()
        self.case_ids = sorted(row.case_id for row in opened)
        if self.plan.outcome == "family_help":
            self._then("allocated", hours=9, step=self.take_on)
        else:
            self._then("allocated", hours=5, step=self.allocate)

    def take_on(self) -> None:
        """The family help manager accepts what the hub handed over, and names who leads."""
        receiver = self.life.actor(f"familyhelp.{self.team}")
        team = accounts.find_team(key=f"fh_{self.team}")
        assert team is not None
        handover = find_handover_of_case(self.case_ids[0])
        assert handover is not None
        leads = [row for row in accounts.list_professionals(team_id=team.id) if row.user_id != receiver.user_id]
        handover_id = self._id_of(handover.reference)
        pathway.accept_handover(receiver, handover_id=handover_id, lead_professional_id=leads[0].id)

    def allocate(self) -> None:
        """The team manager gives the family to a worker of the team."""
        manager = self.life.actor(f"{self.team}.manager")
        team = accounts.find_team(key=self.team)
        assert team is not None
        workers = [row for row in accounts.list_professionals(team_id=team.id) if row.user_id != manager.user_id]
        main = self.life.actor(f"{self.team}.worker")
        worker = next((row for row in workers if row.user_id == main.user_id), workers[0])
        if self.plan not in SCRIPTED and self.random.random() < 0.4:
            worker = self.random.choice(workers)
        self.worker = next(a for a in map(self._as_actor, workers) if a is not None and a.user_id == worker.user_id)
        versions = {row.id: row.version for row in case_queries.family_cases(self._family())}
        cases.allocate(
            manager, cases={case_id: versions[case_id] for case_id in self.case_ids}, professional_id=worker.id
        )
        self._then("noted", hours=7, step=self.note)

    @staticmethod
    def _id_of(reference: str) -> int:
        return db.session.scalars(sa.select(Subject.id).where(Subject.reference == reference)).one()

    def _as_actor(self, row: Any) -> Actor | None:
        email = db.session.scalar(sa.text("SELECT email FROM app_user WHERE id = :id"), {"id": row.user_id})
        return accounts.find_actor_by_email(email) if email else None

    def _family(self) -> int:
        row, _ = case_queries.get_case(self.life.actor(f"{self.team}.manager"), self.case_ids[0])
        return row.family_id

    def note(self) -> None:
        """The worker writes a first note."""
        cases.write_note(
            self.worker,
            case_ids=self.case_ids,
            words=self.random.choice(
                (
                    "Seen at school with the teaching assistant. Talked about home and drew the house. Will come "
                    "again on my own.",
                    "Home visit. Bedrooms seen, warm. Mother talked openly about money and sleep.",
                    "Rang the school: in every day this week. Breakfast club has a place from Monday.",
                )
            ),
            happened_at=clock.now() - timedelta(hours=2),
            once_key=f"demo-{self.referral_id}",
        )
        self._then("writing", hours=20, step=self.write)

    def write(self) -> None:
        """The worker starts the assessment."""
        reference = assessments.start_assessment(self.worker, case_id=self.case_ids[0], sibling_ids=self.case_ids[1:])
        self.assessment_id = self._id_of(reference)
        self._save(submit=False)
        self._then("submitted", hours=60, step=self.submit)

    def _save(self, *, submit: bool) -> None:
        page = assessment_queries.get_assessment(self.assessment_id)
        answers: dict[str, Any] = dict(page.answers)
        for key, text in ASSESSMENT_WORDS.items():
            if key in answers and (submit or key == "worries"):
                answers[key] = text
        if submit:
            for case_id in self.case_ids:
                answers[f"factors_{case_id}"] = ["4B"]
                answers[f"outcome_{case_id}"] = "family_help"
                answers[f"voice_{case_id}"] = "I like it when we all eat together."
            assessments.submit_assessment(
                self.worker, assessment_id=self.assessment_id, version=page.version, answers=answers
            )
        else:
            assessments.save_assessment(
                self.worker, assessment_id=self.assessment_id, version=page.version, answers=answers
            )

    def submit(self) -> None:
        """The worker submits it to the manager."""
        self._save(submit=True)
        self._then("authorised", hours=10, step=self.authorise)

    def authorise(self) -> None:
        """The manager authorises it."""
        page = assessment_queries.get_assessment(self.assessment_id)
        assessments.authorise_assessment(
            self.life.actor(f"{self.team}.manager"), assessment_id=self.assessment_id, version=page.version
        )
        self._then("proposed_on", hours=12, step=self.propose_on)

    def propose_on(self) -> None:
        """The worker proposes the step-down, with consent and a lead practitioner by name."""
        to_team = accounts.find_team(key=f"fh_{self.team}")
        assert to_team is not None
        leads = [row for row in accounts.list_professionals(team_id=to_team.id) if "manager" not in row.title]
        reference = pathway.propose_step_down(
            self.worker,
            case_ids=self.case_ids,
            to_team_id=to_team.id,
            reasons="Home has been calm and warm for weeks; what is left is help with bills and mornings.",
            what_works="Breakfast club, and grandmother on Fridays.",
            worry_again="Nights without heating, or school missed two days running.",
            child_voice="I like it when we all eat together.",
            consent="agreed",
            consent_by="Mother",
            consent_how="in_person",
            consent_on=clock.today(),
            lead_professional_id=leads[0].id,
            meeting_on=None,
        )
        self.handover_id = self._id_of(reference)
        self._then("agreed_on", hours=5, step=self.agree_on)

    def agree_on(self) -> None:
        """The sending manager agrees; the receiving one's clock starts."""
        pathway.agree_handover(self.life.actor(f"{self.team}.manager"), handover_id=self.handover_id)
        self._then("answered_on", hours=8, step=self.answer_on)

    def answer_on(self) -> None:
        """The receiving manager accepts, or returns it with a reason."""
        receiver = self.life.actor(f"familyhelp.{self.team}")
        if self.plan.returned:
            pathway.return_handover(
                receiver, handover_id=self.handover_id, reason="The health visitor's last weights are not in the pack."
            )
        else:
            pathway.accept_handover(receiver, handover_id=self.handover_id)


# What the referrer is told; a real manager edits the draft that the decision page offers.
MESSAGES = {
    "no_further_action": "We will not take this further now: others already help, and nothing says a child is harmed.",
    "family_help": "Family help gets in touch with the family, who agree to it and need somebody beside them.",
    "assessment": "A social worker of the locality team sees the children and finds out what life at home is like.",
    "strategy_discussion": "Council, police and health talk today about what keeps the children safe tonight.",
}
ASSESSMENT_WORDS = {
    "worries": "Nights without heating, mornings without breakfast, and arguments that the children hear.",
    "working_well": "Mother asks for help and takes it. Grandmother has the children on Fridays and they are "
    "settled with her.",
    "parents_view": "Mother says the worst was the electricity debt. She wants somebody who helps with letters and "
    "bills.",
    "analysis": "Neglect driven by debt and exhaustion rather than by lack of care. With the meter paid and "
    "breakfast club in place it has eased.",
    "needs": "Step down to family help with a plan for bills and mornings; school and health visitor stay alongside.",
}
