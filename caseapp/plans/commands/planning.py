"""Beginning a plan, writing it, adding a child, ending it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from caseapp.access.commands import end_reach, put_within
from caseapp.access.domain import Actor
from caseapp.accounts.queries import user_names
from caseapp.cases.queries import CaseRow, get_case
from caseapp.kernel import clock, events
from caseapp.kernel.db import db, fetch
from caseapp.kernel.errors import Conflict, Invalid, NotFound
from caseapp.kernel.events import record
from caseapp.kernel.subjects import Subject, new_subject
from caseapp.people.models import Family
from caseapp.people.queries import linked_to
from caseapp.plans.catalogue import CHOSEN_ENDS, KINDS, PARTS, PlanKind
from caseapp.plans.domain import Stretch, why_not_begin, why_not_end
from caseapp.plans.models import GroupMember, Plan, PlanChild, PlanVersion

from .grouping import MemberGiven, join_group
from .rows import find_once, lock_plan, moment_of, open_cases, words_of

GROUP = "group"


@dataclass(frozen=True)
class PlanGiven:
    """A plan as its form gives it: its kind, for whom, from when, the family's yes, the words by part."""

    kind: str
    case_ids: Collection[int]
    started_on: date
    agreed_on: date | None = None
    agreed_by: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    once_key: str = ""


class StalePlan(Conflict):
    """Somebody changed the words since the page was drawn. `theirs_by_part`: their text of each part that differs."""

    def __init__(self, who: str, row: Plan, differing: Mapping[str, str]) -> None:
        super().__init__(
            f"Not saved yet: {who} changed this plan while you were writing. Both texts are kept.",
            version=row.version,
        )
        self.who, self.at, self.theirs_by_part = who, row.saved_at, dict(differing)


def begin_plan(actor: Actor, *, case_id: int, given: PlanGiven) -> str:
    """Begin a plan for children of one family; gives its reference. The same form again gives the first one's.

    Whoever leads the work joins its group. Raises NotFound for a case the actor may not see, Invalid for what is
    missing and for a child who can't have the plan (one open plan of a track: census 4004 and 4014; a child in need
    plan and a protection plan never together: 4001, 4003, 4016, 4017; nothing before the referral: 4015).
    """
    case, siblings = get_case(actor, case_id)
    # Two people beginning at once queue here; the second is told that there is a plan.
    db.session.execute(sa.select(Family.id).where(Family.id == case.family_id).with_for_update())
    made = find_once(Plan, given.once_key)
    if made is not None and made.made_by_id == actor.user_id:
        return str(db.session.scalar(sa.select(Subject.reference).where(Subject.id == made.id)))
    kind, children = KINDS[given.kind], [row for row in siblings if row.id in given.case_ids]
    _check(kind, given, children)
    subject, now = new_subject("plan"), clock.now()
    parts = {part.key: words_of(given.parts.get(part.key)) for part in PARTS}
    db.session.add(
        Plan(
            id=subject.id,
            kind=kind.key,
            family_id=case.family_id,
            started_on=given.started_on,
            agreed_on=given.agreed_on if kind.agreed else None,
            agreed_by=words_of(given.agreed_by) or None,
            parts=parts,
            version=1,
            saved_at=now,
            saved_by_id=actor.user_id,
            made_at=now,
            made_by_id=actor.user_id,
            once_key=given.once_key,
        )
    )
    db.session.flush()
    db.session.add(PlanVersion(plan_id=subject.id, number=1, parts=parts, author_id=actor.user_id, written_at=now))
    case_ids = _put_on(subject.id, kind, children, given.started_on)
    about = [*case_ids, subject.id]
    record(actor, kind.began, subjects=about, occurred_at=moment_of(given.started_on))
    if kind.agreed and given.agreed_on:
        record(actor, kind.agreed, subjects=about, occurred_at=moment_of(given.agreed_on))
    for lead in {row.lead_id: row for row in children if row.lead_id}.values():
        part = "Lead practitioner" if lead.lead_role == "lead_practitioner" else "Worker of the children"
        join_group(actor, subject.id, about, MemberGiven(part, professional_id=lead.lead_id, from_on=given.started_on))
    return subject.reference


def _check(kind: PlanKind, given: PlanGiven, children: Sequence[CaseRow]) -> None:
    today, problems = clock.today(), {}
    if not children or len(children) < len(set(given.case_ids)):
        problems["children"] = "Choose who the plan is for, from the children shown"
    if given.started_on > today:
        problems["started_on"] = "This is in the future"
    if kind.agreed and (given.agreed_on is None or not words_of(given.agreed_by)):
        field_name = "agreed_on" if given.agreed_on is None else "agreed_by"
        problems[field_name] = "Family help needs the family’s yes: say who gave it, and when"
    elif given.agreed_on and given.agreed_on > today:
        problems["agreed_on"] = "This is in the future"
    if "children" not in problems and "started_on" not in problems:
        why = _why_not_on(kind, children, given.started_on)
        problems |= {"children": why} if why else {}
    if problems:
        raise Invalid(problems)


def _why_not_on(kind: PlanKind, children: Sequence[CaseRow], from_on: date) -> str:
    """Why one of these children can't be on a plan of that kind from that day, with the child's name; "" if all can."""
    for child in children:
        others = [
            Stretch(KINDS[row.kind].words if row.kind in KINDS else row.kind, row.track, row.from_on, row.to_on)
            for row in fetch(_STRETCHES, {"person": child.person_id})
        ]
        came = clock.to_london(child.received_at).date()
        why = why_not_begin(kind.words, kind.track, from_on, others, received_on=came)
        if why:
            return f"{child.name}: {why[0].lower()}{why[1:]}"
    return ""


def _stretches() -> Any:
    """Every time on a plan of one child, whichever of the records that are said to be the same child it stands on."""
    person: Any = sa.bindparam("person", type_=sa.BigInteger())
    theirs = sa.or_(PlanChild.person_id == person, PlanChild.person_id.in_(linked_to([person])))
    return (
        sa.select(Plan.kind, PlanChild.track, PlanChild.from_on, PlanChild.to_on)
        .join(Plan, Plan.id == PlanChild.plan_id)
        .where(theirs)
    )


_STRETCHES = _stretches()


def _put_on(plan_id: int, kind: PlanKind, children: Sequence[CaseRow], from_on: date) -> list[int]:
    """Put children on a plan; gives their cases. The database itself refuses a second open plan of the track."""
    case_ids = sorted(row.id for row in children)
    rows = [
        PlanChild(plan_id=plan_id, case_id=row.id, person_id=row.person_id, track=kind.track, from_on=from_on)
        for row in children
    ]
    try:
        with db.session.begin_nested():
            db.session.add_all(rows)
    except IntegrityError as error:
        raise Invalid({"children": "One of these children has an open plan already. Look at it first"}) from error
    put_within(plan_id, case_ids)
    return case_ids


def join_plan(actor: Actor, *, plan_id: int, case_id: int, from_on: date) -> None:
    """Put a brother or sister on a plan that runs. Raises Invalid as `begin_plan`, OutOfOrder, NotFound."""
    row = lock_plan(plan_id)
    kind, (child, _) = KINDS[row.kind], get_case(actor, case_id)
    if child.family_id != row.family_id:
        raise NotFound
    wrong = "This is in the future" if from_on > clock.today() else ""
    if from_on < row.started_on:
        wrong = "This is before the plan began"
    if wrong:
        raise Invalid({"from_on": wrong})
    why = _why_not_on(kind, [child], from_on)
    if why:
        raise Invalid({"children": why})
    _put_on(plan_id, kind, [child], from_on)
    record(actor, "plan.child_joined", subjects=[case_id, plan_id], occurred_at=moment_of(from_on))
    record(actor, kind.began, subjects=[case_id, plan_id], occurred_at=moment_of(from_on))


def keep_words(actor: Actor, *, plan_id: int, version: int, parts: Mapping[str, str]) -> None:
    """Keep another wording of the plan. Nothing is written where nothing differs.

    Raises StalePlan when somebody wrote meanwhile and something differs, OutOfOrder when the plan has ended.
    """
    row = lock_plan(plan_id)
    mine = {part.key: words_of(parts.get(part.key)) for part in PARTS}
    differing = {key: str(row.parts.get(key, "")) for key in mine if mine[key] != row.parts.get(key, "")}
    if not differing:
        return
    if row.version != version:
        raise StalePlan(user_names({row.saved_by_id}).get(row.saved_by_id, "Somebody"), row, differing)
    row.parts, row.version = mine, row.version + 1
    row.saved_at, row.saved_by_id = clock.now(), actor.user_id
    kept = {"plan_id": plan_id, "number": row.version, "parts": mine}
    db.session.add(PlanVersion(**kept, author_id=actor.user_id, written_at=row.saved_at))
    db.session.flush()
    record(actor, "plan.rewritten", subjects=[*open_cases(plan_id), plan_id], number=row.version)


def end_plan(actor: Actor, *, plan_id: int, ended_on: date, reason: str, words: str, seen: int) -> None:
    """End a plan for all its children; its group ends, and with it what its members see.

    `seen`: how many actions were still open on the page. Raises Invalid, OutOfOrder when it has ended, Conflict when
    the actions changed meanwhile.
    """
    row, case_ids = lock_plan(plan_id), open_cases(plan_id)
    last = max(fetch(_LAST_FROM, {"plan": plan_id}), key=lambda found: found.from_on).from_on
    problems = {
        "ended_on": why_not_end(max(row.started_on, last), ended_on, clock.today()),
        "reason": "" if reason in CHOSEN_ENDS else "Choose why the plan ends",
        "words": "" if words_of(words) else "Say what has changed, and what stays hard",
    }
    if any(problems.values()):
        raise Invalid({name: said for name, said in problems.items() if said})
    still_open = fetch(_OPEN_ACTIONS, {"plan": plan_id})[0].many
    if still_open != seen:
        raise Conflict("Not closed: the actions changed since your page was opened. Look at them again.")
    _end(actor, row, case_ids, ended_on=ended_on, reason=reason, words=words_of(words))


_LAST_FROM = sa.select(PlanChild.from_on).where(PlanChild.plan_id == sa.bindparam("plan"))
_OPEN_ACTIONS = sa.text("SELECT count(*) AS many FROM plan_action WHERE plan_id = :plan AND state = 'open'").columns(
    many=sa.Integer()
)


def _end(actor: Any, row: Plan, case_ids: Sequence[int], *, ended_on: date, reason: str, words: str) -> None:
    """End a plan, its children's time on it, and its group."""
    row.ended_on, row.ended_at, row.ended_by_id = ended_on, clock.now(), actor.user_id if actor else None
    row.end_reason, row.end_words, row.next_on = reason, words, None
    for table, running in ((PlanChild, PlanChild.to_on), (GroupMember, GroupMember.to_on)):
        # Whoever came after that day was there for no time at all.
        last: Any = sa.case((table.from_on > ended_on, table.from_on), else_=ended_on)
        db.session.execute(
            sa.update(table)
            .where(table.plan_id == row.id, running.is_(None))
            .values(to_on=last)
            .execution_options(synchronize_session=False)
        )
    end_reach(subject_id=row.id, why=GROUP)
    code = KINDS[row.kind].ended
    record(actor, code, subjects=[*case_ids, row.id], occurred_at=moment_of(ended_on), reason=reason)


def on_case_closed(actor: Any, event: events.Recorded) -> None:
    """Nothing stays open behind a closed case: the child leaves its plans, and a plan without children ends."""
    case_id, today = events.row_subjects[event.id][0], clock.today()
    for found in fetch(_PLANS_OF, {"case": case_id}):
        row, case_ids = lock_plan(found.plan_id), open_cases(found.plan_id)
        if case_ids == [case_id]:
            _end(actor, row, case_ids, ended_on=today, reason="closed", words="")
            continue
        theirs = sa.and_(PlanChild.plan_id == row.id, PlanChild.case_id == case_id, PlanChild.to_on.is_(None))
        db.session.execute(sa.update(PlanChild).where(theirs).values(to_on=today))
        record(actor, KINDS[row.kind].ended, subjects=[case_id, row.id], reason="closed")


_PLANS_OF = (
    sa.select(PlanChild.plan_id)
    .where(PlanChild.case_id == sa.bindparam("case"), PlanChild.to_on.is_(None))
    .order_by(PlanChild.plan_id)
)
