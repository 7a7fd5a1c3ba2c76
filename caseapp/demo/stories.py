"""One referral and what came of it, step by step, each by the person whose step it is."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.assessments import commands as assessments
from caseapp.assessments import queries as assessment_queries
from caseapp.cases import commands as cases
from caseapp.cases.catalogue import CONCERN
from caseapp.cases.commands import TellingOf
from caseapp.cases.models import Case, Task
from caseapp.deadlines.domain.calendars import STATUTORY
from caseapp.kernel import clock
from caseapp.kernel.db import db, fetch
from caseapp.kernel.subjects import Subject
from caseapp.pathway import commands as pathway
from caseapp.pathway.models import Handover, HandoverCase
from caseapp.pathway.queries.closing import get_closing
from caseapp.referrals.commands import after, again, asking, deciding, drafts, holding, receive, triage
from caseapp.referrals.models import ReferralChild

from . import words
from .families import Household, age_of, make_document
from .life import Life, Step
from .present import Night
from .visits import Visits
from .worries import Sender, choose_sender, choose_worry

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
    "ended",
)
REFERRALS = ("assessment", "strategy_discussion")


_CHILDREN = (
    sa.select(ReferralChild.id)
    .where(ReferralChild.referral_id == sa.bindparam("referral"))
    .order_by(ReferralChild.position)
)
_OPENED = (
    sa.select(ReferralChild.case_id, ReferralChild.sector)
    .where(ReferralChild.referral_id == sa.bindparam("referral"), ReferralChild.case_id.is_not(None))
    .order_by(ReferralChild.case_id)
)
_VERSIONS = sa.select(Case.id, Case.version).where(Case.id.in_(sa.bindparam("cases", expanding=True)))
_TASKS = (
    sa.select(Task.id, Task.case_id, Task.kind)
    .where(Task.case_id.in_(sa.bindparam("cases", expanding=True)), Task.done_at.is_(None))
    .order_by(Task.id)
)


@dataclass(frozen=True)
class Plan:
    """How one referral's story goes: what is decided, the step it is to reach, how many working days its assessment
    takes, and what becomes of the family then (`close`, `family_help`, `cin_plan`)."""

    outcome: str
    until: str = "ended"
    returned: bool = False
    duration: int = 40
    after: str = "family_help"
    # A scripted story has to have got this far by now, whatever day it is.
    days_ago: float = 0
    sectors: tuple[str, ...] = ()
    source_code: str = "2A"
    rating: str = ""
    # What else happens while it waits: the hub `asks` back, the referrer `adds` to it, the `night` has it.
    also: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


class Story:
    """One referral and what came of it."""

    def __init__(self, life: Life, plan: Plan, family: Household, at: datetime) -> None:
        self.life, self.plan, self.family, self.received_at = life, plan, family, at
        self.random, self.staff = life.random, life.staff
        self.referral_id = self.decision_id = self.assessment_id = self.handover_id = 0
        self.outcomes: dict[int, str] = {}
        self.again, self.added = not plan.returned, False
        self.sender: Actor | None = None
        self.named = ""

    # ------------------------------------------------------------ when

    def _then(self, name: str, at: datetime, step: Step) -> None:
        """Do a step at an instant, if the plan reaches that far; a scripted one in time for it to be done by now."""
        place = STEPS.index(name)
        if place > STEPS.index(self.plan.until):
            return
        if self.plan.days_ago:
            last = self.life.now - timedelta(minutes=7 * (len(STEPS) - place))
            at = max(min(at, last), clock.now() + timedelta(minutes=1))
        self.life.plan(at, step)

    def _in(self, hours: float) -> datetime:
        """About so many hours on, when somebody is at a desk; the hub answers for a Red at any hour."""
        at = clock.now() + timedelta(hours=hours * self.random.uniform(0.6, 1.4))
        return at if self.rating == "red" and not self.family.case_ids else self.life.at_desk(at)

    def _by_day(self, at: datetime, after: datetime, before: datetime) -> datetime:
        """That instant, in the hours in which people write where there is such an hour in between."""
        moved = self.life.on_day(STATUTORY.working_day_on_or_before(clock.to_london(at).date()))
        return moved if after < moved < before else max(at, after)

    def _days(self, days: float) -> datetime:
        day = (clock.now() + timedelta(days=days * self.random.uniform(0.6, 1.5))).date()
        return max(self.life.on_day(STATUTORY.working_day_on_or_before(day)), clock.now() + timedelta(hours=1))

    # ------------------------------------------------------------ the hub

    def arrive(self) -> None:
        """Somebody tells the hub."""
        on = clock.to_london(self.received_at).date()
        ages = [age_of(child, on) for child in self.family.children]
        answers = self.plan.also in ("asks", "adds")
        sender = choose_sender(self.random, self.plan.source_code, ages, signed_in=answers)
        worry = choose_worry(self.random, sender.kind, ages)
        self.rating = self.plan.rating or self.random.choice(worry.ratings)
        # A Red does not wait for the rest of the pile.
        self.pace = 0.25 if self.rating == "red" else 1.0
        if self.rating != "red" and not self.plan.days_ago and self.random.random() < 0.06:
            # Now and then one lies longer than it should.
            self.pace = 7.0
        document = make_document(self.random, self.family, sender=sender, worry=worry, on=on, last=self.life.last_told)
        self.life.last_told = document["concern"]["what_happened"]
        document["received_at"] = self.received_at.isoformat()
        if self.plan.outcome == "family_help":
            document["consent"] = {"parent_informed": True, "parent_agrees": True}
        for key, told in self.plan.extra.items():
            document[key] = {**document[key], **told} if isinstance(document.get(key), dict) else told
        self.family.busy = True
        self.sender, self.named = self._signed_in(sender), sender.name
        received = receive.receive_referral(
            self.sender, document=document, received_at=self.received_at, mode=sender.mode
        )
        self.referral_id = received.id
        self._then("rated", self._in(0.5 * self.pace), self.rate)

    def _signed_in(self, sender: Sender) -> Actor | None:
        return self.staff.by_login(sender.login) if sender.login else None

    def rate(self) -> None:
        """Somebody in the hub reads it and rates it."""
        self.worker = self.staff.hub_worker()
        triage.rate_referral(
            self.worker,
            referral_id=self.referral_id,
            rating=self.rating,
            rationale=self.random.choice(words.RATIONALES[self.rating]),
            version=1,
        )
        if self.plan.until == "rated":
            # To be found in the queue: who has it.
            holding.take_referral(self.worker, referral_id=self.referral_id, seen=holding.NOBODY)
            self._meanwhile()
        elif self.sender and self.random.random() < 0.04:
            self.life.plan(clock.now() + timedelta(minutes=15), self.add)
        self._then("proposed", self._in(1.5 * self.pace), self.propose)

    def _meanwhile(self) -> None:
        """What a scripted one has while it waits in the queue."""
        if self.plan.also == "night":
            Night(self.life, self.referral_id).plan()
        elif self.plan.also == "asks":
            asking.ask_referrer(self.worker, referral_id=self.referral_id, words=words.ASKED_BACK)
        elif self.plan.also == "adds":
            self.life.plan(clock.now() + timedelta(minutes=50), self.add)

    def add(self) -> None:
        """The referrer adds to what they sent."""
        assert self.sender
        said, once_key = self.random.choice(words.ADDED), f"demo-{self.referral_id}"
        after.add_to_referral(self.sender, referral_id=self.referral_id, words=said, once_key=once_key)
        self.added = True

    def propose(self) -> None:
        """They propose a decision; a child whose case is open goes to its worker."""
        if self.added:
            after.read_additions(self.worker, referral_id=self.referral_id)
        outcome = "open_case" if self.family.state == "open" else self.plan.outcome
        self.outcomes = dict.fromkeys((row.id for row in fetch(_CHILDREN, {"referral": self.referral_id})), outcome)
        self.decision_id = triage.propose_decision(
            self.worker,
            referral_id=self.referral_id,
            outcomes=self.outcomes,
            reasons=self.random.choice(words.REASONS[outcome]),
            advice=self.random.choice(words.ADVICE),
            history_weighed=self.random.choice(words.WEIGHED),
            consent_words="Mother, by telephone" if outcome == "family_help" else "",
        )
        self._then("decided", self._in(1.5 * self.pace), self.decide)

    def decide(self) -> None:
        """The hub manager agrees."""
        self.family.busy = False
        outcome = next(iter(self.outcomes.values()))
        answer = deciding.Answer("agree", self.outcomes, message=words.MESSAGES[outcome] + words.MESSAGE_END)
        deciding.answer_proposal(
            self.staff.manager("hub"), referral_id=self.referral_id, decision_id=self.decision_id, answer=answer
        )
        if self.sender and self.random.random() < 0.9:
            self.life.plan(self._in(7), self.see)
        elif self.sender is None and self.random.random() < 0.97:
            self.life.plan(self._in(5), self.ring)
        if outcome == "open_case":
            self._then("noted", self._in(6), self.acknowledge)
        elif outcome == "no_further_action":
            if self.family.state == "known" and self.family.referred_at is None:
                self.life.known.append(self.family)
        else:
            self._opened(outcome)

    def see(self) -> None:
        """The referrer opens what the hub answered."""
        assert self.sender
        drafts.see_feedback(self.sender, referral_id=self.referral_id)

    def ring(self) -> None:
        """Somebody in the hub rings whoever has no sign-in."""
        said = self.random.choice(words.RANG) if self.named else words.NO_NUMBER
        again.note_call(
            self.staff.hub_worker(), referral_id=self.referral_id, spoke_to=self.named or "Nobody", said=said
        )

    def _opened(self, outcome: str) -> None:
        rows = fetch(_OPENED, {"referral": self.referral_id})
        self.family.case_ids, self.family.state = [row.case_id for row in rows], "open"
        self.life.open.append(self.family)
        self.team, self.visits = self.staff.team_of(rows[0].sector), Visits(self)
        if outcome == "family_help":
            self._then("allocated", self._in(9), self.take_on)
            return
        self.family.referred_at = self.received_at
        self._then("allocated", self._in(4 if self.plan.duration > 3 else 0.2), self.allocate)

    def acknowledge(self) -> None:
        """The worker of the open case reads what came."""
        self._read_all(self.family.case_ids)

    def _read_all(self, case_ids: list[int]) -> None:
        worker = self.family.worker
        if worker is None:
            return
        tasks = fetch(_TASKS, {"cases": case_ids})
        changes, said = self.random.choice(words.CHANGES)
        for task in tasks:
            if task.kind == CONCERN:
                cases.acknowledge_concern(
                    worker.actor, task_id=task.id, case_id=task.case_id, changes=changes, words=said
                )
            else:
                cases.acknowledge_task(worker.actor, task_id=task.id, case_id=task.case_id)

    # ------------------------------------------------------------ family help

    def take_on(self) -> None:
        """The family help manager accepts what the hub handed over, and names who leads."""
        self._hire(f"fh_{self.team}")
        self.handover_id = self._handover()
        pathway.accept_handover(
            self.staff.manager(f"fh_{self.team}"),
            handover_id=self.handover_id,
            lead_professional_id=self.family.worker.professional_id,
        )
        self._help()

    def _handover(self) -> int:
        return db.session.scalars(
            sa.select(Handover.id)
            .join(HandoverCase, HandoverCase.handover_id == Handover.id)
            .where(HandoverCase.case_id == self.family.case_ids[0])
            .order_by(Handover.id.desc())
            .limit(1)
        ).one()

    def _help(self) -> None:
        """Family help: a note now and then, and an end."""
        self.visits.plan_help()
        last = self._days(80)
        at = self._days(4)
        while at < last:
            self._then("ended", at, self.note)
            at += timedelta(days=self.random.randint(20, 40))
        self._then("ended", self.life.at_desk(last + timedelta(hours=2)), lambda: self.end("FH1"))

    # ------------------------------------------------------------ social work

    def _hire(self, team: str) -> None:
        if self.family.worker is not None:
            self.staff.let_go(self.family.worker, len(self.family.case_ids))
        self.family.worker = self.staff.worker_for(team, len(self.family.case_ids), first=bool(self.plan.days_ago))

    def _versions(self) -> dict[int, int]:
        return {row.id: row.version for row in fetch(_VERSIONS, {"cases": self.family.case_ids})}

    def allocate(self) -> None:
        """The team manager gives the family to a worker of the team, and the assessment gets its dates."""
        self._hire(self.team)
        cases.allocate(
            self.staff.manager(self.team),
            cases=self._versions(),
            professional_id=self.family.worker.professional_id,
        )
        now, day_0 = clock.now(), STATUTORY.working_day_on_or_before(clock.to_london(self.received_at).date())
        end = self.life.on_day(STATUTORY.add_working_days(day_0, self.plan.duration)) if self.plan.duration else now
        end = max(end, now + timedelta(minutes=90))
        if self.plan.days_ago:
            end = min(end, now + (self.life.now - now) * 0.6)
        whole = end - now
        begun = self._by_day(now + whole * self.random.uniform(0.15, 0.35), now, end)
        self._then("noted", self._by_day(now + whole * 0.1, now, end), self.note)
        self.visits.plan(day_0, end)
        done = self._by_day(now + whole * self.random.uniform(0.86, 0.96), begun + timedelta(minutes=30), end)
        self._then("writing", begun, lambda: self.write(done, end))
        if self.plan.duration > 15:
            self._then("noted", self._by_day(now + whole * self.random.uniform(0.4, 0.7), now, end), self.note)

    def note(self) -> None:
        """The worker writes a note."""
        if self.family.state != "open":
            return
        cases.write_note(
            self.family.worker.actor,
            case_ids=self.family.case_ids,
            words=self.random.choice(words.NOTES),
            happened_at=clock.now() - timedelta(minutes=self.random.randint(20, 300)),
            once_key=f"demo-{self.referral_id}-{int(clock.now().timestamp())}",
        )

    def write(self, done: datetime, end: datetime) -> None:
        """The worker starts the assessment, to submit it when it is `done`; it should be authorised by the `end`."""
        first, *others = self.family.case_ids
        reference = assessments.start_assessment(self.family.worker.actor, case_id=first, sibling_ids=others)
        self.assessment_id = db.session.scalars(sa.select(Subject.id).where(Subject.reference == reference)).one()
        self.told = dict(self.random.choice(words.ASSESSMENTS))
        answers = dict.fromkeys(self.told, "") | {"worries": self.told["worries"]}
        assessments.save_assessment(
            self.family.worker.actor, assessment_id=self.assessment_id, version=1, answers=self._answers(answers)
        )
        self._then("submitted", max(done, clock.now() + timedelta(minutes=30)), lambda: self.submit(end))

    def _answers(self, told: dict[str, str], outcome: str = "") -> dict[str, Any]:
        answers: dict[str, Any] = dict(told)
        for case_id in self.family.case_ids:
            answers[f"factors_{case_id}"] = self.random.choice(words.FACTORS) if outcome else []
            answers[f"outcome_{case_id}"] = outcome
            answers[f"voice_{case_id}"] = self.random.choice(words.VOICES) if outcome else ""
        return answers

    def submit(self, end: datetime) -> None:
        """The worker submits it to the manager, who reads it before they authorise it, at the `end` or after."""
        page = assessment_queries.get_assessment(self.assessment_id)
        outcome = {"close": "no_further_action"}.get(self.plan.after, self.plan.after)
        assessments.submit_assessment(
            self.family.worker.actor,
            assessment_id=self.assessment_id,
            version=page.version,
            answers=self._answers(self.told, outcome),
        )
        self._then("authorised", max(end, clock.now() + timedelta(minutes=20)), self.authorise)

    def authorise(self) -> None:
        """The manager authorises it."""
        version = assessment_queries.get_assessment(self.assessment_id).version
        late_code, late_reason = self.random.choice(words.LATE)
        assessments.authorise_assessment(
            self.staff.manager(self.team),
            assessment_id=self.assessment_id,
            version=version,
            late_code=late_code,
            late_reason=late_reason,
        )
        if self.plan.after == "close":
            self._then("ended", self._in(20), lambda: self.end("RC8"))
            return
        last = self._days(55) if self.plan.after == "cin_plan" else self._in(12)
        at = clock.now() + timedelta(days=14)
        while at < last:
            self._then("ended", self.life.at_desk(at), self.note)
            at += timedelta(days=self.random.randint(15, 28))
        self._then("proposed_on", last, self.propose_on)

    # ------------------------------------------------------------ stepping down

    def propose_on(self) -> None:
        """The worker proposes the step-down, with consent and a lead practitioner by name."""
        team = f"fh_{self.team}"
        self.next_worker = self.staff.worker_for(team, len(self.family.case_ids), first=bool(self.plan.days_ago))
        reference = pathway.propose_step_down(
            self.family.worker.actor,
            case_ids=self.family.case_ids,
            to_team_id=self.staff.team_ids[team],
            reasons=self.random.choice(words.STEP_DOWN),
            what_works="Breakfast club, and grandmother on Fridays.",
            worry_again="Nights without heating, or school missed two days running.",
            child_voice=self.random.choice(words.VOICES),
            consent="agreed",
            consent_by=self.random.choice(("Mother", "Father", "Both parents")),
            consent_how="in_person",
            consent_on=clock.today(),
            lead_professional_id=self.next_worker.professional_id,
            meeting_on=None,
            actions="Breakfast club three mornings a week: done, says the school. Boiler mended: seen on the visit.",
        )
        self.handover_id = db.session.scalars(sa.select(Subject.id).where(Subject.reference == reference)).one()
        self._then("agreed_on", self._in(5), self.agree_on)

    def agree_on(self) -> None:
        """The sending manager agrees; the receiving one's clock starts."""
        pathway.agree_handover(self.staff.manager(self.team), handover_id=self.handover_id)
        self._then("answered_on", self._in(8), self.answer_on)

    def answer_on(self) -> None:
        """The receiving manager accepts, or returns it with a reason."""
        receiver = self.staff.manager(f"fh_{self.team}")
        if not self.again:
            self.again = True
            self.staff.let_go(self.next_worker, len(self.family.case_ids))
            pathway.return_handover(receiver, handover_id=self.handover_id, reason=self.random.choice(words.RETURNED))
            # A scripted one stays returned, to be found.
            if not self.plan.days_ago:
                self._then("proposed_on", self._days(3), self.propose_on)
            return
        # What came meanwhile is read by whoever knows the family.
        self._read_all(self.family.case_ids)
        pathway.accept_handover(receiver, handover_id=self.handover_id)
        self.staff.let_go(self.family.worker, len(self.family.case_ids))
        self.family.worker = self.next_worker
        if not self.plan.days_ago:
            self._then("ended", self._days(3), self.part)
        self._help()

    def part(self) -> None:
        """The sending team meets the family together with whoever took over, then closes its part."""
        pathway.record_part(
            self.staff.manager(self.team),
            handover_id=self.handover_id,
            kind="meeting",
            happened_on=clock.today(),
            people="The family, and both workers",
            words="It is good that I did not have to tell it all again.",
        )
        pathway.close_sender_part(self.staff.manager(self.team), handover_id=self.handover_id)

    def end(self, reason: str) -> None:
        """The manager closes the cases of the family; one about whom something waits goes on for some days."""
        if self.family.busy:
            self._then("ended", self._days(5), lambda: self.end(reason))
            return
        self._read_all(self.family.case_ids)
        team = self.team if reason.startswith("RC") else f"fh_{self.team}"
        manager = self.staff.manager(team)
        parties = get_closing(manager, self.family.case_ids[0]).of(self.family.case_ids)
        pathway.close_family_cases(
            manager,
            case_id=self.family.case_ids[0],
            versions=self._versions(),
            reason=reason,
            words=words.CLOSED[reason],
            told=[
                TellingOf(
                    person_id=party.person_id,
                    agency_id=party.agency_id,
                    how="letter" if party.agency_id else "in_person",
                    told_on=clock.today(),
                )
                for party in parties
            ],
            settled=True,
        )
        self.staff.let_go(self.family.worker, len(self.family.case_ids))
        self.life.open.remove(self.family)
        self.family.case_ids, self.family.worker, self.family.state = [], None, "known"
        if self.family.referred_at is not None:
            self.life.closed.append(self.family)
        else:
            self.life.known.append(self.family)
