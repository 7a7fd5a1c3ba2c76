"""Who is accountable and who works with the child: opening, giving to a worker, moving between teams.

An open case has exactly one team at every instant: the database holds a unique index over running rows, and each
move is one step here.
"""

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple, cast

import sqlalchemy as sa

from caseapp.access.commands import end_reach, give_reach
from caseapp.access.domain import HUB, L2, L4, LOCALITY, Actor
from caseapp.access.queries import barred_principals, restricted
from caseapp.accounts.models import Professional, User
from caseapp.accounts.queries import ProfessionalRow, find_professional, find_team, list_workers
from caseapp.cases.catalogue import EPISODES
from caseapp.cases.domain import LEVELS
from caseapp.cases.models import Case, CaseLevel, Custody, Episode, Involvement
from caseapp.cases.queries import family_of, find_last_allocation
from caseapp.kernel import clock
from caseapp.kernel.db import db, fetch, write_rows
from caseapp.kernel.errors import Conflict, Invalid, NotFound, OutOfOrder
from caseapp.kernel.events import ActorLike, record
from caseapp.kernel.subjects import new_subject
from caseapp.kernel.text import is_blank
from caseapp.kernel.web import clock_time, when
from caseapp.people.models import PersonIdentity
from caseapp.people.queries import linked_to

from .linked import keep_together
from .writing import write_note


class OpenedCase(NamedTuple):
    """The number and the reference of a case just opened."""

    id: int
    reference: str


def open_case(
    actor: ActorLike | None,
    *,
    person_id: int,
    family_id: int,
    referral_id: int,
    received_at: datetime,
    level: str,
    team_id: int,
    episode_kind: str,
    follows_id: int | None = None,
) -> OpenedCase:
    """Open a child's case at a level, in the custody of a team, with its statutory episode dated the day the
    referral came.

    Raises OutOfOrder if the child has an open case already (the referral is then a note on it), ValueError for
    an unknown code.
    """
    if level not in LEVELS or episode_kind not in EPISODES:
        raise ValueError(f"no level {level} or no episode {episode_kind}")
    team = find_team(team_id=team_id)
    if team is None or not team.may_hold_cases:
        raise ValueError("that team can't be accountable for a child")
    (known,) = fetch(_KNOWN, {"person": person_id})
    if known.has_case:
        raise OutOfOrder("This child already has an open case. The referral belongs on it.")
    subject, now = new_subject("case"), clock.now()
    case = {
        "id": subject.id,
        "person_id": person_id,
        "family_id": family_id,
        "referral_id": referral_id,
        "received_at": received_at,
        "opened_at": now,
        "closed_at": None,
        "close_reason": None,
        "level": level,
        "follows_id": follows_id or known.closed_id,
        "version": 1,
    }
    write_rows(_ADD_CASE, [case])
    _begin(case, team_id=team_id, episode=episode_kind)
    give_reach(f"team:{team_id}", subject_id=subject.id, kind="case", level=L4, why="custody")
    if known.shares:
        keep_together([person_id])
    subjects = [subject.id, person_id]
    record(
        actor,
        "case.opened",
        subjects=subjects,
        outcome=level,
        team=team_id,
        episode=episode_kind,
        received_at=received_at,
    )
    if team.kind != HUB:
        # The hub only keeps a child until the receiving team has answered: it names no worker, so no clock
        # to name one runs.
        record(actor, "case.custody.moved", subjects=subjects, from_team=None, to_team=team_id)
    return OpenedCase(subject.id, subject.reference)


def _begin(case: Mapping[str, Any], *, team_id: int, episode: str) -> None:
    """The first level, the first custody and the first statutory stretch of a case, from the moment it is opened."""
    of, runs = {"case_id": case["id"]}, {"from_at": case["opened_at"], "to_at": None}
    referral_on = clock.to_london(case["received_at"]).date()
    stretch = {"kind": episode, "referral_on": referral_on, "closed_on": None, "closure_code": None}
    write_rows(_ADD_LEVEL, [{**of, "level": case["level"], **runs}])
    write_rows(_ADD_EPISODE, [{**of, "person_id": case["person_id"], **stretch}])
    write_rows(_ADD_CUSTODY, [{**of, "team_id": team_id, **runs}])


# Built once, and rows go straight in: an opened case is a dozen writes.
def _known() -> Any:
    """Of a person: whether any of their records has an open case, whether there are others or a restriction, and the
    last case that closed."""
    person: Any = sa.bindparam("person", type_=sa.BigInteger())
    theirs = sa.or_(Case.person_id == person, Case.person_id.in_(linked_to([person])))
    closed = (
        sa.select(Case.id).where(theirs, Case.closed_at.is_not(None)).order_by(Case.closed_at.desc(), Case.id.desc())
    )
    shares = sa.or_(sa.exists().where(PersonIdentity.person_id == person), restricted(person))
    return sa.select(
        sa.exists().where(theirs, Case.closed_at.is_(None)).label("has_case"),
        shares.label("shares"),
        closed.limit(1).scalar_subquery().label("closed_id"),
    )


_KNOWN = _known()
_ADD_CASE, _ADD_LEVEL, _ADD_EPISODE, _ADD_CUSTODY, _ADD_INVOLVEMENT = (
    sa.insert(cast(sa.Table, model.__table__)) for model in (Case, CaseLevel, Episode, Custody, Involvement)
)


def allocate(actor: Actor, *, cases: Mapping[int, int], professional_id: int, reason: str = "") -> None:
    """Give a family's children to a worker of the team that holds them, all in one step.

    `cases`: case id to the version that the page showed. A reason, if one is given, is kept as a note about
    them. Raises NotFound for a case of a team that the actor does not manage, Conflict (who, to whom, when) if
    somebody was quicker, Invalid for a professional who can't take it.
    """
    if not cases:
        raise Invalid({"professional_id": "Choose at least one child."})
    teams = _held_by(cases)
    managed = {m.team_id for m in actor.memberships if m.role == "manager"}
    if set(teams) != set(cases) or not set(teams.values()) <= managed:
        raise NotFound
    workers = list_workers(teams[min(cases)]) if len(set(teams.values())) == 1 else []
    worker = next((row for row in workers if row.id == professional_id), None)
    if worker is None:
        raise Invalid(
            {"professional_id": "Choose a worker of the team whose sign-in is not switched off, not its manager."}
        )
    if worker.user_id and f"user:{worker.user_id}" in barred_principals(list(cases)):
        raise Invalid(
            {"professional_id": f"{worker.name} can't take this family: a conflict of interest is on record."}
        )
    for case_id in sorted(cases):
        if not _bump(case_id, seen=cases[case_id]):
            raise _too_late(cases)
    for case_id in sorted(cases):
        _end_leads(actor, case_id, reason="changed")
        _lead(actor, case_id, worker, role=_role_in(teams[case_id]))
    if not is_blank(reason):
        write_note(actor, case_ids=list(cases), words=reason, happened_at=clock.now(), once_key=secrets.token_hex(16))


def move_custody(
    actor: ActorLike | None,
    *,
    case_ids: Collection[int],
    to_team_id: int,
    lead_professional_id: int | None,
    lead_role: str,
    end_reason: str,
    joint_until_closed: bool = False,
) -> None:
    """Make another team accountable from now on, and its professional the lead, if one is named.

    Who led before ends with the coded reason (`END_REASONS`); with `joint_until_closed` they stay as a joint
    worker until `end_joint_work`: the sender's part of a handover. Raises NotFound for a case without custody,
    OutOfOrder if the team holds it already.
    """
    lead = find_professional(lead_professional_id) if lead_professional_id else None
    teams = _held_by(case_ids)
    for case_id in sorted(case_ids):
        from_team = teams.get(case_id)
        if from_team is None:
            raise NotFound
        if from_team == to_team_id:
            raise OutOfOrder("This team holds the family already.")
        now = clock.now()
        _bump(case_id)
        db.session.execute(
            sa.update(Custody).where(Custody.case_id == case_id, Custody.to_at.is_(None)).values(to_at=now)
        )
        write_rows(_ADD_CUSTODY, [{"case_id": case_id, "team_id": to_team_id, "from_at": now, "to_at": None}])
        end_reach(subject_id=case_id, why="custody")
        give_reach(f"team:{to_team_id}", subject_id=case_id, kind="case", level=L4, why="custody")
        record(actor, "case.custody.moved", subjects=_subjects(case_id), from_team=from_team, to_team=to_team_id)
        _end_leads(actor, case_id, reason=end_reason, stay=joint_until_closed)
        if lead is not None:
            _lead(actor, case_id, lead, role=lead_role)


def end_joint_work(actor: ActorLike | None, *, case_ids: Collection[int], team_id: int, end_reason: str) -> None:
    """End what the professionals of a team still did together with the new one: the sender closes its part."""
    theirs = _INVOLVED.join(Professional, Professional.id == Involvement.professional_id).where(
        Involvement.case_id.in_(case_ids), ~Involvement.leads, Professional.team_id == team_id
    )
    for row in db.session.execute(theirs.order_by(Involvement.id)).all():
        _end_involvement(actor, row, end_reason)


def _held_by(case_ids: Collection[int]) -> dict[int, int]:
    rows = db.session.execute(
        sa.select(Custody.case_id, Custody.team_id).where(Custody.case_id.in_(case_ids), Custody.to_at.is_(None))
    )
    return {row.case_id: row.team_id for row in rows}


def _subjects(case_id: int) -> list[int]:
    found = fetch(_PERSON_OF, {"case": case_id})
    if not found:
        raise NotFound
    return [case_id, found[0].person_id]


_PERSON_OF = sa.select(Case.person_id).where(Case.id == sa.bindparam("case"))


def _bump(case_id: int, *, seen: int | None = None) -> bool:
    """Count the case's version on; False if it is no longer the one seen. The row stays locked until the commit."""
    if seen is None:
        return bool(fetch(_BUMP, {"case": case_id}))
    return bool(fetch(_BUMP_SEEN, {"case": case_id, "seen": seen}))


_CASE = cast(sa.Table, Case.__table__)
_ONE_OPEN = sa.update(_CASE).where(_CASE.c.id == sa.bindparam("case"), _CASE.c.closed_at.is_(None))
_BUMP = _ONE_OPEN.values(version=_CASE.c.version + 1).returning(_CASE.c.id)
_BUMP_SEEN = _BUMP.where(_CASE.c.version == sa.bindparam("seen"))


def _too_late(cases: Mapping[int, int]) -> Conflict:
    family = family_of(min(cases))
    given = find_last_allocation(cases)
    if given is None:
        return Conflict(f"Not given: something about the {family} family has changed since your page was opened.")
    today = clock.to_london(given.at).date() == clock.today()
    moment = f"at {clock_time(given.at)}" if today else when(given.at)
    return Conflict(
        f"Not given: the {family} family already has a worker. {given.by} gave them to {given.to} {moment}."
    )


def _role_in(team_id: int) -> str:
    team = find_team(team_id=team_id)
    return "worker" if team is not None and team.kind == LOCALITY else "lead_practitioner"


def _lead(actor: ActorLike | None, case_id: int, lead: ProfessionalRow, *, role: str) -> None:
    _involve(case_id, lead.id, role=role, leads=True)
    if lead.user_id:
        give_reach(f"user:{lead.user_id}", subject_id=case_id, kind="case", level=_level_of(lead), why="involved")
    record(actor, "case.allocated", subjects=_subjects(case_id), professional=lead.id, role=role)


def _level_of(lead: ProfessionalRow) -> int:
    """How much of the record whoever leads may read: all of it in a team that may be accountable for a child. Who leads
    from a school or a health team reads what is shared with the group, never the other agencies' checks and notes
    (need to know; domain 4)."""
    team = find_team(team_id=lead.team_id) if lead.team_id else None
    return L4 if team is not None and team.may_hold_cases else L2


def _involve(case_id: int, professional_id: int, *, role: str, leads: bool) -> None:
    who = {"case_id": case_id, "professional_id": professional_id, "role": role, "leads": leads}
    write_rows(_ADD_INVOLVEMENT, [{**who, "from_at": clock.now(), "to_at": None, "end_reason": None}])


def lead_again(case_id: int, *, ended_at: datetime) -> None:
    """Whose part ended when the case was closed has it again: the closing was a mistake."""
    rows = db.session.execute(
        sa.update(Involvement)
        .where(Involvement.case_id == case_id, Involvement.to_at == ended_at, Involvement.end_reason == "closed")
        .values(to_at=None, end_reason=None)
        .returning(Involvement.professional_id)
        .execution_options(synchronize_session=False)
    ).all()
    for row in rows:
        lead = find_professional(row.professional_id)
        if lead is not None and lead.user_id:
            give_reach(f"user:{lead.user_id}", subject_id=case_id, kind="case", level=_level_of(lead), why="involved")


def _end_leads(actor: ActorLike | None, case_id: int, *, reason: str, stay: bool = False) -> None:
    for row in fetch(_LEADS, {"case": case_id}):
        _end_involvement(actor, row, reason, keep_reach=stay)
        if stay:
            _involve(case_id, row.professional_id, role="co_worker", leads=False)
            record(
                actor,
                "case.involvement.began",
                subjects=_subjects(case_id),
                professional=row.professional_id,
                role="co_worker",
            )


# Who works with a case now, as `_end_involvement` takes it.
_INVOLVED = (
    sa.select(
        Involvement.id,
        Involvement.case_id,
        Involvement.professional_id,
        User.id.label("user_id"),
        Involvement.role,
    )
    .outerjoin(User, User.professional_id == Involvement.professional_id)
    .where(Involvement.to_at.is_(None))
)
_LEADS = _INVOLVED.where(Involvement.case_id == sa.bindparam("case"), Involvement.leads)


def _end_involvement(
    actor: ActorLike | None, row: sa.Row[int, int, int, int, str], reason: str, *, keep_reach: bool = False
) -> None:
    db.session.execute(
        sa.update(Involvement).where(Involvement.id == row.id).values(to_at=clock.now(), end_reason=reason)
    )
    if row.user_id and not keep_reach:
        end_reach(subject_id=row.case_id, why="involved", principal=f"user:{row.user_id}")
    record(
        actor,
        "case.involvement.ended",
        subjects=_subjects(row.case_id),
        professional=row.professional_id,
        role=row.role,
        reason=reason,
    )
