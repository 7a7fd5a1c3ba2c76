"""One plan whole: words, children, actions, the people around the family, meetings, scores. Six statements."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from caseapp.accounts.models import Professional, User
from caseapp.accounts.queries import user_name_of
from caseapp.cases.models import Case
from caseapp.kernel import clock
from caseapp.kernel.db import fetch
from caseapp.kernel.errors import NotFound
from caseapp.kernel.subjects import Subject
from caseapp.people.models import Family, Person, PersonName
from caseapp.people.queries import CURRENT_NAME, ELDEST_FIRST, PERSON_COLUMNS, shown_age, shown_name
from caseapp.plans.catalogue import AREAS, CAME, ENDS, KINDS, MEETINGS, OUTCOMES, PlanKind
from caseapp.plans.domain import OPEN, Change, Standing, changes, standing
from caseapp.plans.models import (
    GroupMember,
    MeetingDecision,
    MeetingPerson,
    Plan,
    PlanAction,
    PlanActionVersion,
    PlanChild,
    PlanMeeting,
    PlanScore,
    PlanVersion,
)


@dataclass(frozen=True)
class ChildOn:
    """A child on a plan: the name and age, from when until when."""

    case_id: int
    reference: str
    name: str
    called: str
    age: str
    from_on: date
    to_on: date | None


@dataclass(frozen=True)
class ActionRow:
    """An action as the plan shows it."""

    id: int
    version: int
    case_id: int | None
    what: str
    measure: str
    owner: str
    owner_professional_id: int | None
    owner_person_id: int | None
    due_on: date
    state: str
    done_on: date | None
    evidence: str
    said_by: str
    written_by: str

    @property
    def standing(self) -> Standing:
        """How it stands today, in words."""
        return standing(self.state, self.due_on, clock.today(), self.done_on)

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.state == OPEN


@dataclass(frozen=True)
class MemberRow:
    """Somebody in the group; `signs_in`: they see the shared plan here."""

    id: int
    name: str
    agency: str
    part: str
    professional_id: int | None
    phone: str
    signs_in: bool
    from_on: date
    to_on: date | None


@dataclass(frozen=True)
class MeetingRow:
    """A meeting or a review: who came, what was said and decided."""

    id: int
    kind: str
    held_at: datetime
    words: str
    family_words: str
    outcome: str
    next_on: date | None
    written_at: datetime
    written_by: str

    @property
    def title(self) -> str:
        """What kind of meeting it was."""
        return MEETINGS.get(self.kind, self.kind)

    @property
    def outcome_words(self) -> str:
        """What a review decided; "" for a meeting."""
        return OUTCOMES.get(self.outcome, "")


@dataclass(frozen=True)
class ScoreRow:
    """The family's scores of one moment."""

    stage: str
    told_on: date
    told_by: str
    scores: Mapping[str, int]
    words: str


@dataclass(frozen=True)
class PlanPage:
    """A whole plan."""

    id: int
    reference: str
    kind: PlanKind
    family_id: int
    family: str
    started_on: date
    agreed_on: date | None
    agreed_by: str
    parts: Mapping[str, str]
    version: int
    saved_at: datetime
    saved_by: str
    next_on: date | None
    ended_on: date | None
    end_reason: str
    end_words: str
    ended_by: str
    children: tuple[ChildOn, ...]
    actions: tuple[ActionRow, ...]
    members: tuple[MemberRow, ...]
    meetings: tuple[MeetingRow, ...]
    scored: tuple[ScoreRow, ...]

    @property
    def called(self) -> str:
        """First names of the children: Ellie, Jake."""
        return ", ".join(child.called for child in self.children)

    @property
    def on_it(self) -> tuple[ChildOn, ...]:
        """The children on it now; all that ever were once it has ended."""
        return self.children if self.ended_on else tuple(c for c in self.children if c.to_on is None)

    @property
    def group(self) -> tuple[MemberRow, ...]:
        """Who is in the group now; once it has ended, who was at the end."""
        return tuple(m for m in self.members if m.to_on is None or m.to_on == self.ended_on)

    @property
    def to_do(self) -> tuple[ActionRow, ...]:
        """The actions that are still to be done, soonest first."""
        return tuple(row for row in self.actions if row.is_open)

    @property
    def settled(self) -> tuple[ActionRow, ...]:
        """The actions that were done or dropped."""
        return tuple(row for row in self.actions if not row.is_open)

    @property
    def end_reason_words(self) -> str:
        """Why it ended."""
        return ENDS.get(self.end_reason, "")

    @property
    def changes(self) -> tuple[Change, ...]:
        """The family's scores by area, from the first to the last."""
        return changes([(row.told_on, row.scores) for row in self.scored], AREAS)

    def for_whom(self, action: ActionRow) -> str:
        """For which child an action is, or the whole family."""
        return next((c.called for c in self.children if c.case_id == action.case_id), "The whole family")

    def find(self, action_id: int) -> ActionRow:
        """One of its actions. Raises NotFound."""
        found = next((row for row in self.actions if row.id == action_id), None)
        if found is None:
            raise NotFound
        return found


_THE_PLAN: Any = sa.bindparam("plan", type_=sa.BigInteger())
_PLAN = (
    sa.select(
        Plan.__table__,
        Subject.reference,
        Family.name.label("family"),
        user_name_of(Plan.saved_by_id).label("saved_by"),
        user_name_of(Plan.ended_by_id).label("ended_by"),
    )
    .join(Subject, Subject.id == Plan.id)
    .join(Family, Family.id == Plan.family_id)
    .where(Plan.id == _THE_PLAN)
)
_CHILDREN = (
    sa.select(PlanChild.case_id, Subject.reference, PlanChild.from_on, PlanChild.to_on, *PERSON_COLUMNS)
    .join(Subject, Subject.id == PlanChild.case_id)
    .join(Person, Person.id == PlanChild.person_id)
    .outerjoin(PersonName, CURRENT_NAME)
    .where(PlanChild.plan_id == _THE_PLAN)
    .order_by(*ELDEST_FIRST, PlanChild.id)
)
_ACTIONS = (
    sa.select(PlanAction.__table__, user_name_of(PlanAction.done_by_id).label("written_by"))
    .where(PlanAction.plan_id == _THE_PLAN)
    .order_by(PlanAction.due_on, PlanAction.id)
)
_MEETINGS = (
    sa.select(PlanMeeting.__table__, user_name_of(PlanMeeting.written_by_id).label("written_by"))
    .where(PlanMeeting.plan_id == _THE_PLAN)
    .order_by(PlanMeeting.held_at.desc(), PlanMeeting.id.desc())
)
_SCORES = (
    sa.select(PlanScore.stage, PlanScore.told_on, PlanScore.told_by, PlanScore.scores, PlanScore.words)
    .where(PlanScore.plan_id == _THE_PLAN)
    .order_by(PlanScore.told_on, PlanScore.id)
)


_MEMBERS = (
    sa.select(GroupMember.__table__, Professional.phone, User.id.label("user_id"))
    .outerjoin(Professional, Professional.id == GroupMember.professional_id)
    .outerjoin(User, User.professional_id == Professional.id)
    .where(GroupMember.plan_id == _THE_PLAN)
    .order_by(GroupMember.from_on, GroupMember.id)
)


def get_plan(plan_id: int) -> PlanPage:
    """One plan whole; the caller has checked that the reader may see it. Six statements. Raises NotFound."""
    given = {"plan": plan_id}
    row = next(iter(fetch(_PLAN, given)), None)
    if row is None:
        raise NotFound
    return PlanPage(
        row.id,
        row.reference,
        KINDS[row.kind],
        row.family_id,
        row.family,
        row.started_on,
        row.agreed_on,
        row.agreed_by or "",
        row.parts,
        row.version,
        row.saved_at,
        row.saved_by,
        row.next_on,
        row.ended_on,
        row.end_reason or "",
        row.end_words or "",
        row.ended_by or "",
        tuple(_child(each) for each in fetch(_CHILDREN, given)),
        tuple(_action(each) for each in fetch(_ACTIONS, given)),
        tuple(_member(each) for each in fetch(_MEMBERS, given)),
        tuple(_meeting(each) for each in fetch(_MEETINGS, given)),
        tuple(ScoreRow(*each) for each in fetch(_SCORES, given)),
    )


def _child(row: Any) -> ChildOn:
    name = shown_name(row)
    return ChildOn(row.case_id, row.reference, name, row.first or name, shown_age(row), row.from_on, row.to_on)


def _action(row: Any) -> ActionRow:
    return ActionRow(
        row.id,
        row.version,
        row.case_id,
        row.what,
        row.measure,
        row.owner_name,
        row.owner_professional_id,
        row.owner_person_id,
        row.due_on,
        row.state,
        row.done_on,
        row.evidence or "",
        row.said_by or "",
        row.written_by or "",
    )


def _member(row: Any) -> MemberRow:
    signs_in = row.user_id is not None
    shown = (row.name, row.agency, row.part, row.professional_id, row.phone or "", signs_in, row.from_on, row.to_on)
    return MemberRow(row.id, *shown)


def _meeting(row: Any) -> MeetingRow:
    said = (row.words, row.family_words, row.outcome or "", row.next_on, row.written_at, row.written_by)
    return MeetingRow(row.id, row.kind, row.held_at, *said)


def get_action(plan_id: int, action_id: int) -> ActionRow:
    """One action of a plan. Raises NotFound."""
    row = next((each for each in fetch(_ACTIONS, {"plan": plan_id}) if each.id == action_id), None)
    if row is None:
        raise NotFound
    return _action(row)


@dataclass(frozen=True)
class Wording:
    """One wording of a plan, or an action as it stood: its number, what it says, whose it is and when, and why."""

    number: int
    content: Mapping[str, Any]
    author: str
    written_at: datetime
    why: str = ""


_VERSIONS = (
    sa.select(
        PlanVersion.number,
        PlanVersion.parts,
        user_name_of(PlanVersion.author_id).label("author"),
        PlanVersion.written_at,
    )
    .where(PlanVersion.plan_id == _THE_PLAN)
    .order_by(PlanVersion.number.desc())
)
_ACTION_VERSIONS = (
    sa.select(
        PlanActionVersion.number,
        PlanActionVersion.content,
        user_name_of(PlanActionVersion.author_id).label("author"),
        PlanActionVersion.written_at,
        PlanActionVersion.why,
    )
    .where(PlanActionVersion.action_id == sa.bindparam("action", type_=sa.BigInteger()))
    .order_by(PlanActionVersion.number.desc())
)


def list_versions(plan_id: int) -> list[Wording]:
    """Every wording of a plan, the newest first. One statement."""
    return [Wording(*row) for row in fetch(_VERSIONS, {"plan": plan_id})]


def list_action_versions(action_id: int) -> list[Wording]:
    """How an action stood after each change, the newest first. One statement."""
    return [Wording(*row) for row in fetch(_ACTION_VERSIONS, {"action": action_id})]


@dataclass(frozen=True)
class MeetingPage:
    """A meeting with who was asked and came, by agency, and what was decided for each child."""

    meeting: MeetingRow
    people: tuple[tuple[str, str, str], ...]
    decisions: tuple[tuple[str, str], ...]

    @property
    def agencies(self) -> tuple[str, ...]:
        """The agencies that came."""
        return tuple(dict.fromkeys(agency for _, agency, came in self.people if came == CAME["came"]))


_PEOPLE = (
    sa.select(MeetingPerson.name, MeetingPerson.agency, MeetingPerson.came)
    .where(MeetingPerson.meeting_id == sa.bindparam("meeting", type_=sa.BigInteger()))
    .order_by(MeetingPerson.id)
)
_DECISIONS = (
    sa.select(MeetingDecision.words, *PERSON_COLUMNS)
    .join(Case, Case.id == MeetingDecision.case_id)
    .join(Person, Person.id == Case.person_id)
    .outerjoin(PersonName, CURRENT_NAME)
    .where(MeetingDecision.meeting_id == sa.bindparam("meeting", type_=sa.BigInteger()))
    .order_by(*ELDEST_FIRST)
)


def get_meeting(plan: PlanPage, meeting_id: int) -> MeetingPage:
    """One meeting of a plan. Two statements. Raises NotFound."""
    meeting = next((row for row in plan.meetings if row.id == meeting_id), None)
    if meeting is None:
        raise NotFound
    people = tuple(
        (row.name, row.agency, CAME.get(row.came, row.came)) for row in fetch(_PEOPLE, {"meeting": meeting_id})
    )
    decisions = tuple((shown_name(row), row.words) for row in fetch(_DECISIONS, {"meeting": meeting_id}))
    return MeetingPage(meeting, people, decisions)
