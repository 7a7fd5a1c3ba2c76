"""Several people at work on a few families, in any order, allowed or not: what must always hold, does."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from caseapp.access.domain import Actor
from caseapp.accounts.models import Team
from caseapp.assessments import commands as assessments
from caseapp.assessments.models import Assessment
from caseapp.assessments.queries import get_assessment
from caseapp.cases import commands as cases
from caseapp.cases.domain import CLOSED_BY, LEVELS
from caseapp.cases.models import Case, Custody, Task
from caseapp.cases.queries import find_broken, linked_open_cases
from caseapp.deadlines.commands import rebuild
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import AppError
from caseapp.kernel.subjects import Subject
from caseapp.pathway import commands as pathway
from caseapp.pathway.models import Handover
from caseapp.people import commands as people
from caseapp.people.models import PersonIdentity, SamePersonLink
from tests.factories import (
    AFamily,
    a_case,
    a_family,
    everyone_told,
    filled_answers,
    propose_step_down,
    someone,
    team_id,
)

BEGIN = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
PEOPLE = ("north.worker", "north.manager", "central.manager", "familyhelp.north", "familyhelp.worker", "mash.manager")
MANAGERS = ("north.manager", "central.manager", "familyhelp.north", "mash.manager")
TEAMS = ("north", "central", "fh_north", "hub")
SAID = "All agencies and the family were told."
# Mostly whoever this is for; otherwise anybody.
RIGHT = "whoever it is for"
LEADS = {"north": "north.manager", "central": "central.manager", "fh_north": "familyhelp.north", "hub": "mash.manager"}
WORKERS = {"north": "north.worker", "fh_north": "familyhelp.worker"}
who, managers = (st.sampled_from((RIGHT,) * 6 + people) for people in (PEOPLE, MANAGERS))
which = st.integers(0, 7)
REASONS = ("RC7", "RC8", "FH1") * 4 + tuple(sorted({code for row in CLOSED_BY.values() for code in row}))


class Work(RuleBasedStateMachine):
    """What people do, each step as one request: done whole, or refused and nothing changed."""

    app: Flask
    _keys = count(1)

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(self.app.app_context())
        self.now = BEGIN
        self.families: list[AFamily] = []
        self.done: list[str] = []

    def teardown(self) -> None:
        """Nothing is ever committed: the next run finds the database as it was."""
        db.session.rollback()
        self.stack.close()

    # ------------------------------------------------------------ how a step is taken

    def take(self, step: Callable[[], Any]) -> bool:
        """A request a few hours later; what is refused leaves nothing behind."""
        self.now += timedelta(hours=7)
        with clock.at(self.now):
            inside = db.session.begin_nested()
            try:
                step()
                db.session.flush()
            except AppError:
                inside.rollback()
                db.session.expire_all()
                return False
            inside.commit()
            return True

    def one(self, number: int, query: Any) -> int | None:
        """One of the rows there are, by chance."""
        found = list(db.session.scalars(query))
        return found[number % len(found)] if found else None

    def family(self, number: int) -> AFamily:
        return self.families[number % len(self.families)]

    def manager(self, by: str, family: AFamily) -> Actor:
        """The manager of the team that holds a family, or whoever tries."""
        return someone(LEADS.get(self.held_by(family), "north.manager") if by == RIGHT else by)

    def worker(self, by: str, family: AFamily) -> Actor:
        """Somebody of the team that holds a family, or whoever tries."""
        team = self.held_by(family)
        return someone((WORKERS.get(team) or LEADS[team]) if by == RIGHT else by)

    def held_by(self, family: AFamily) -> str:
        last = sa.select(Team.key).join(Custody, Custody.team_id == Team.id).where(Custody.case_id == family.case_id)
        return db.session.scalars(last.order_by(Custody.from_at.desc(), Custody.id.desc()).limit(1)).one()

    def of(self, case_ids: Any) -> AFamily:
        """The family of some of the cases."""
        return next(each for each in self.families if set(each.case_ids) & set(case_ids))

    def key(self) -> str:
        return f"any-{next(self._keys)}"

    # ------------------------------------------------------------ steps

    @initialize()
    def begin(self) -> None:
        """Two families with a worker, one of them of two children."""
        for name, children in (("Marsden", 2), ("Garner", 1)):
            with clock.at(self.now):
                self.families.append(a_case(name=name, children=children, worker="north.worker"))

    @rule(team=st.sampled_from(TEAMS), level=st.sampled_from(sorted(LEVELS)), twice=st.booleans(), at=which)
    def open(self, team: str, level: str, twice: bool, at: int) -> None:
        """A case is opened for somebody new, or once more for a child who may have one."""
        if len(self.families) > 4 and not twice:
            return
        old = self.family(at)

        def step() -> None:
            family_id, child_ids = (old.id, old.person_ids) if twice else a_family(name="Brook", children=1)
            kind = "family_help" if "family_help" in level else "child_in_need"
            referral = old.referral_id
            made = cases.open_case(
                someone("mash.manager"),
                person_id=child_ids[0],
                family_id=family_id,
                referral_id=referral,
                received_at=clock.now(),
                level=level,
                team_id=team_id(team),
                episode_kind=kind,
            )
            self.families.append(AFamily(family_id, referral, [made.id], [made.reference], child_ids[:1]))

        before = len(self.families)
        if not self.take(step):
            del self.families[before:]

    @rule(by=managers, to=st.sampled_from(("north.worker", "north.manager", "familyhelp.worker")), at=which)
    def allocate(self, by: str, to: str, at: int) -> None:
        """A manager names who works with the child."""
        family, professional = self.family(at), someone(to).professional_id or 0
        self.take(lambda: cases.allocate(self.manager(by, family), cases=family.versions, professional_id=professional))

    @rule(by=who, at=which, words=st.sampled_from(("Seen at home.", "Seen at home.", "")))
    def note(self, by: str, at: int, words: str) -> None:
        """Somebody writes a note."""
        family = self.family(at)
        self.take(
            lambda: cases.write_note(
                self.worker(by, family),
                case_ids=family.case_ids,
                words=words,
                happened_at=clock.now(),
                once_key=self.key(),
            )
        )

    @rule(
        by=who,
        at=which,
        kind=st.sampled_from(("visit.made", "s47.began", "plan.cp_began", "plan.cp_ended", "core_group.held")),
        ago=st.integers(-1, 40),
    )
    def dated(self, by: str, at: int, kind: str, ago: int) -> None:
        """Something is recorded by its date, soon or late."""
        family = self.family(at)
        self.take(
            lambda: cases.record_dated_event(
                self.worker(by, family),
                case_ids=family.case_ids,
                kind=kind,
                happened_at=clock.now() - timedelta(days=ago),
                who="Jo Field, school nurse",
                words="At home.",
                once_key=self.key(),
            )
        )

    @rule(by=managers, at=which, to=st.sampled_from(sorted(LEVELS)), proven=st.booleans())
    def level(self, by: str, at: int, to: str, proven: bool) -> None:
        """The level is changed, with or without what it needs."""
        family, facts = self.family(at), {"decision": 1} if proven else {}
        self.take(lambda: cases.change_level(self.manager(by, family), family.case_id, to, facts))

    @rule(by=who, at=which)
    def assess(self, by: str, at: int) -> None:
        """An assessment is started of a child, with brothers and sisters."""
        family = self.family(at)
        self.take(
            lambda: assessments.start_assessment(
                self.worker(by, family), case_id=family.case_id, sibling_ids=family.case_ids[1:]
            )
        )

    @rule(
        by=who,
        at=which,
        filled=st.integers(0, 4),
        outcome=st.sampled_from(("cin_plan", "family_help", "close")),
    )
    def submit(self, by: str, at: int, filled: int, outcome: str) -> None:
        """An assessment is handed in."""
        number = self.one(at, sa.select(Assessment.id).where(Assessment.state == "writing").order_by(Assessment.id))
        if number is None:
            return

        def step() -> None:
            page = get_assessment(number)
            answers = filled_answers(page, outcome=outcome) if filled else page.answers
            actor = self.worker(by, self.of(page.case_ids))
            assessments.submit_assessment(actor, assessment_id=number, version=page.version, answers=answers)

        self.take(step)

    @rule(by=managers, at=which, back=st.integers(0, 3))
    def authorise(self, by: str, at: int, back: int) -> None:
        """A manager answers an assessment."""
        number = self.one(at, sa.select(Assessment.id).order_by(Assessment.state == "authorised", Assessment.id))
        if number is None:
            return

        def step() -> None:
            page = get_assessment(number)
            actor = self.manager(by, self.of(page.case_ids))
            given: dict[str, Any] = {"assessment_id": number, "version": page.version}
            if not back:
                assessments.send_back_assessment(actor, words="What did Ellie say?", **given)
            else:
                assessments.authorise_assessment(actor, late_code="other", late_reason="She was ill.", **given)

        self.take(step)

    @rule(by=who, at=which, consent=st.sampled_from(("agreed", "agreed", "refused")))
    def propose(self, by: str, at: int, consent: str) -> None:
        """A step-down is proposed."""
        family = self.family(at)
        proposer = {"north": "north.worker"}.get(self.held_by(family), "north.worker") if by == RIGHT else by
        given = {"consent": consent, "consent_by": "Kirsty, mother", "split_reason": "So be it."}
        self.take(lambda: propose_step_down(family, proposer=proposer, **given))

    @rule(
        by=managers,
        at=which,
        act=st.sampled_from(("agree", "agree", "accept", "accept", "return", "send_back", "withdraw", "close_part")),
    )
    def answer(self, by: str, at: int, act: str) -> None:
        """Somebody turns a key of a handover."""
        number = self.one(at % 2, sa.select(Handover.id).order_by(Handover.id.desc()))
        if number is None:
            return
        if by == RIGHT:
            to = db.session.get_one(Handover, number).to_team_id
            taken_on = {team_id(key): login for key, login in LEADS.items()}
            by = taken_on[to] if act in ("accept", "return") else "north.manager"
        actor = someone(by)
        acts: dict[str, Callable[[], None]] = {
            "agree": lambda: pathway.agree_handover(actor, handover_id=number),
            "accept": lambda: pathway.accept_handover(actor, handover_id=number),
            "return": lambda: pathway.return_handover(actor, handover_id=number, reason="Who is seeing them?"),
            "send_back": lambda: pathway.send_back_handover(actor, handover_id=number, words="Add the school."),
            "withdraw": lambda: pathway.withdraw_handover(actor, handover_id=number),
            "close_part": lambda: pathway.close_sender_part(actor, handover_id=number),
        }
        self.take(acts[act])

    @rule(at=which, far=st.integers(1, 3))
    def all_the_way(self, at: int, far: int) -> None:
        """As it should be: assessed and authorised, then handed to family help, then the sender's part is over."""
        self.assess(RIGHT, at)
        self.submit(RIGHT, 0, 1, "family_help")
        self.authorise(RIGHT, 0, 1)
        if far > 1:
            self.propose(RIGHT, at, "agreed")
            self.answer(RIGHT, 0, "agree")
            self.answer(RIGHT, 0, "accept")
        if far > 2:
            self.answer(RIGHT, 0, "close_part")

    @rule(
        by=managers,
        at=which,
        reason=st.sampled_from(REASONS),
    )
    def close(self, by: str, at: int, reason: str) -> None:
        """A family's cases are closed."""
        family = self.family(at)
        self.take(
            lambda: pathway.close_family_cases(
                self.manager(by, family),
                case_id=family.case_id,
                versions=family.versions,
                reason=reason,
                words=SAID,
                told=everyone_told(family),
                settled=True,
            )
        )

    @rule(by=managers, at=which)
    def reopen(self, by: str, at: int) -> None:
        """It was a mistake."""
        family = self.family(at)
        self.take(
            lambda: cases.reopen_case(self.manager(by, family), case_id=family.case_id, words="The wrong family.")
        )

    @rule(at=which, other=which)
    def link(self, at: int, other: int) -> None:
        """Two records are said to be one child's."""
        one, two = self.family(at).person_ids[0], self.family(other).person_ids[0]
        self.take(
            lambda: people.say_whether_same(someone("mash.manager"), one, two, answer="same", words="One number.")
        )

    @rule(at=which)
    def unlink(self, at: int) -> None:
        """No, they are not."""
        number = self.one(at, sa.select(SamePersonLink.id).order_by(SamePersonLink.id))
        if number is not None:
            self.take(lambda: people.take_back(someone("mash.manager"), number, words="Cousins."))

    @rule(by=who, at=which)
    def acknowledge(self, by: str, at: int) -> None:
        """Something is read."""
        left = sa.select(Task.id, Task.case_id).where(Task.done_at.is_(None)).order_by(Task.id)
        tasks = db.session.execute(left).all()
        if tasks:
            task = tasks[at % len(tasks)]
            given = {"task_id": task.id, "case_id": task.case_id}
            actor = someone("north.manager" if by == RIGHT else by)
            self.take(lambda: cases.acknowledge_task(actor, answer="We have agreed.", **given))

    # ------------------------------------------------------------ what always holds

    @invariant()
    def every_promise_is_kept(self) -> None:
        """`cases check` finds nothing, no census rule broken, but children of whom two records were linked: each pair
        of open cases is named, and what of the two overlaps; nothing else."""
        if not self.families:
            return
        with clock.at(self.now):
            found = [(b.reference, b.rule or p.key, b.words) for p, b in find_broken(db.session.connection())]
            pairs = linked_open_cases()
        assert {reference for reference, rule, _ in found if rule == "two_cases"} == {
            reference for pair in pairs for reference in (pair.one, pair.other)
        }
        linked = sa.select(Subject.reference).join(Case, Case.id == Subject.id)
        several = set(db.session.scalars(linked.join(PersonIdentity, PersonIdentity.person_id == Case.person_id)))
        of_two = ("two_cases", "episode", "8815", "8816", "8820")
        assert not [row for row in found if row[0] not in several or row[1] not in of_two]

    @invariant()
    def one_team_is_accountable(self) -> None:
        """Counted plainly, beside the check."""
        if not self.families:
            return
        teams = (
            sa.select(Case.id, Case.closed_at, sa.func.count(Custody.id).label("teams"))
            .outerjoin(Custody, sa.and_(Custody.case_id == Case.id, Custody.to_at.is_(None)))
            .group_by(Case.id, Case.closed_at)
        )
        for row in db.session.execute(teams):
            assert row.teams == (1 if row.closed_at is None else 0), row

    @invariant()
    def the_clocks_are_what_the_events_say(self) -> None:
        """Replaying the log changes no clock."""
        if not self.families:
            return
        with clock.at(self.now):
            assert not [one for part in rebuild() for one in part.differences]


@pytest.mark.usefixtures("friday")
def test_in_any_order_each_child_is_in_one_teams_hands_and_the_log_says_so(bare_app: Flask) -> None:
    class OnThisDatabase(Work):
        app = bare_app

    profile = settings()
    long = profile.max_examples > 100
    run_state_machine_as_test(
        OnThisDatabase,
        settings=settings(profile, max_examples=40 if long else 5, stateful_step_count=40 if long else 20),
    )
