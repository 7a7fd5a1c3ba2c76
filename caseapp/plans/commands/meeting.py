"""A meeting of the group or a review of the plan, written down once for all its children."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from caseapp.access.domain import Actor
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Invalid
from caseapp.kernel.events import record
from caseapp.plans.catalogue import CAME, KINDS, MEETINGS, OUTCOMES
from caseapp.plans.models import MeetingDecision, MeetingPerson, Plan, PlanMeeting

from .rows import find_once, lock_plan, open_cases, words_of

REVIEW = "review"


@dataclass(frozen=True)
class PersonThere:
    """Somebody who was asked, or came without: name, agency, whether they came (plans.catalogue.CAME)."""

    name: str
    agency: str
    came: str
    member_id: int | None = None


@dataclass(frozen=True)
class MeetingGiven:
    """A meeting as its form gives it; `decisions` by case, `outcome` of a review alone."""

    kind: str
    held_at: datetime
    people: Sequence[PersonThere]
    words: str
    family_words: str
    decisions: Mapping[int, str] = field(default_factory=dict)
    outcome: str = ""
    next_on: date | None = None
    once_key: str = ""


def keep_meeting(actor: Actor, *, plan_id: int, given: MeetingGiven) -> int:
    """Write a meeting down; gives its number. The same form again gives the first one's.

    A review says what becomes of the plan; a team around the family that reviews has met as well. Raises Invalid for
    what is missing, OutOfOrder when the plan has ended.
    """
    row, case_ids = lock_plan(plan_id), open_cases(plan_id)
    made = find_once(PlanMeeting, given.once_key)
    if made is not None and made.plan_id == plan_id:
        return int(made.id)
    _check(row, case_ids, given)
    meeting = PlanMeeting(
        plan_id=plan_id,
        kind=given.kind,
        held_at=given.held_at,
        words=words_of(given.words),
        family_words=words_of(given.family_words),
        outcome=given.outcome if given.kind == REVIEW else None,
        next_on=given.next_on,
        written_at=clock.now(),
        written_by_id=actor.user_id,
        once_key=given.once_key,
    )
    db.session.add(meeting)
    db.session.flush()
    db.session.add_all(
        MeetingPerson(meeting_id=meeting.id, member_id=p.member_id, name=p.name, agency=p.agency, came=p.came)
        for p in given.people
    )
    db.session.add_all(
        MeetingDecision(meeting_id=meeting.id, case_id=number, words=words_of(said))
        for number, said in given.decisions.items()
        if words_of(said)
    )
    if given.next_on is not None:
        row.next_on = given.next_on
    elif row.next_on is not None and row.next_on <= clock.to_london(given.held_at).date():
        row.next_on = None
    db.session.flush()
    kind = KINDS[row.kind]
    for code in (kind.met, kind.reviewed) if given.kind == REVIEW else (kind.met,):
        record(actor, code, subjects=[*case_ids, plan_id], occurred_at=given.held_at, meeting=meeting.id)
    return meeting.id


def _check(plan: Plan, case_ids: Sequence[int], given: MeetingGiven) -> None:
    now = clock.now()
    came = [person for person in given.people if person.came == "came"]
    held_on = clock.to_london(given.held_at).date()
    problems = {
        "kind": "" if given.kind in MEETINGS else "Choose what kind of meeting it was",
        "happened_on": "This is in the future" if given.held_at > now else "",
        "people": "" if came and all(person.came in CAME for person in given.people) else "Say who came",
        "words": "" if words_of(given.words) else "Write what was talked about",
        "family_words": "" if words_of(given.family_words) else "Write what the family said, in their words",
        "next_on": "The next meeting comes after this one" if given.next_on and given.next_on <= held_on else "",
        "outcome": "" if given.kind != REVIEW or given.outcome in OUTCOMES else "Choose what becomes of the plan",
    }
    if held_on < plan.started_on:
        problems["happened_on"] = "This is before the plan began"
    if not set(given.decisions) <= set(case_ids):
        problems["people"] = "A child has left the plan since your page was opened. Open it again"
    if any(problems.values()):
        raise Invalid({name: said for name, said in problems.items() if said})
