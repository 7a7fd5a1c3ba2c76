"""What every step of a handover shares: the locked row, the check that the step follows, the rows it writes."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from caseapp.access.commands import bar, end_reach, give_each_reach, give_reach
from caseapp.access.domain import L2, L4, Actor
from caseapp.access.queries import barred_principals, team_principals
from caseapp.accounts.queries import user_names
from caseapp.cases.commands import settle_tasks
from caseapp.cases.models import Case, Custody
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Conflict, Invalid, NotFound, OutOfOrder
from caseapp.kernel.events import record
from caseapp.kernel.subjects import Subject, new_subject
from caseapp.kernel.text import is_blank
from caseapp.kernel.web import when
from caseapp.pathway.domain import (
    AGREE,
    AGREED,
    CLOSE_PART,
    PROPOSED,
    RETURNED,
    SEND_BACK,
    SENT_BACK,
    WITHDRAWN,
    YES,
    next_phase,
    phase_of,
    why_not,
)
from caseapp.pathway.models import Handover, HandoverCase, LeadRequest
from caseapp.pathway.queries.panel import panel_teams
from caseapp.people.models import Family

RETURNED_TASK = "handover_returned"


def lock_handover(handover_id: int) -> Handover:
    """The row, held until the end of the request. Raises NotFound."""
    row = db.session.get(Handover, handover_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound
    return row


def queue_for(family_id: int) -> None:
    """Two people proposing at once queue here; the second finds the first one's handover."""
    db.session.execute(sa.select(Family.id).where(Family.id == family_id).with_for_update())


def find_open(family_id: int) -> sa.Row[int, str, int, datetime] | None:
    """The family's open handover: number, reference, proposer, when."""
    return db.session.execute(
        sa.select(Handover.id, Subject.reference, Handover.proposed_by_id, Handover.proposed_at)
        .join(Subject, Subject.id == Handover.id)
        .where(Handover.family_id == family_id, Handover.state == PROPOSED)
    ).first()


def what_it_follows(family_id: int) -> int | None:
    """The family's last handover, when it came back: the new one answers it."""
    row = db.session.execute(
        sa.select(Handover.id, Handover.state)
        .where(Handover.family_id == family_id)
        .order_by(Handover.id.desc())
        .limit(1)
    ).first()
    return row.id if row is not None and row.state in (RETURNED, SENT_BACK, WITHDRAWN) else None


def case_ids_of(handover_id: int) -> list[int]:
    """The cases that go with a handover."""
    return list(
        db.session.scalars(
            sa.select(HandoverCase.case_id)
            .where(HandoverCase.handover_id == handover_id)
            .order_by(HandoverCase.case_id)
        )
    )


def subjects_of(row: Handover) -> list[int]:
    """The subjects of its events: itself first (its clock), then the cases."""
    return [row.id, *case_ids_of(row.id)]


def teams_of(row: Handover) -> dict[str, Any]:
    """The two teams, as the keys of its events."""
    return {"from_team": row.from_team_id, "to_team": row.to_team_id}


def name_of(user_id: int) -> str:
    """A user by name."""
    return user_names({user_id}).get(user_id, "Somebody")


def must_follow(row: Handover, act: str) -> None:
    """The step follows from where things stand; if somebody answered meanwhile, say who and when."""
    phase = phase_of(row.state, row.agreed_at, row.sender_closed_at)
    if next_phase(phase, act) is not None:
        return
    words = why_not(phase, act)
    if act != CLOSE_PART and row.answered_at and row.answered_by_id:
        raise Conflict(f"{words} {name_of(row.answered_by_id)} answered {when(row.answered_at)}.")
    if act in (AGREE, SEND_BACK) and phase == AGREED and row.agreed_by_id and row.agreed_at:
        raise Conflict(f"{name_of(row.agreed_by_id)} agreed to this handover {when(row.agreed_at)}.")
    raise OutOfOrder(words)


def raise_if(problems: Mapping[str, str]) -> None:
    """Raise Invalid with each message that there is, by field; nothing when all are empty."""
    found = {field: message for field, message in problems.items() if message}
    if found:
        raise Invalid(found)


def need_words(words: str, message: str) -> None:
    """Raise Invalid with `message` when there are no words."""
    if is_blank(words):
        raise Invalid({"words": message})


def must_still_hold(row: Handover, case_ids: list[int]) -> None:
    """The sending team still holds every child in it; OutOfOrder otherwise."""
    holding = db.session.scalars(
        sa.select(Custody.case_id)
        .join(Case, Case.id == Custody.case_id)
        .where(
            Custody.case_id.in_(case_ids),
            Custody.to_at.is_(None),
            Custody.team_id == row.from_team_id,
            Case.closed_at.is_(None),
        )
    )
    if set(holding) != set(case_ids):
        raise OutOfOrder(
            "The sending team no longer holds all of these children. It has to propose the handover again."
        )


def is_barred(team_id: int, case_ids: Collection[int]) -> bool:
    """Whether a conflict of interest keeps a team from any of these children."""
    return not team_principals(team_id).isdisjoint(barred_principals(list(case_ids)))


def receiver_may_see(row: Handover, case_ids: Collection[int]) -> None:
    """A conflict of interest that came since the proposal stops it; OutOfOrder, without the conflict's detail."""
    if is_barred(row.to_team_id, case_ids):
        raise OutOfOrder("This team can't take these children on. The sending team has to choose another team.")


def put_handover(
    actor: Actor, row: Handover, case_ids: Collection[int], levels: Mapping[int, str] | None = None
) -> str:
    """Write a new handover with its cases, reach and event; gives its reference. `levels`: of each case the one that
    acceptance brings. The managers of the localities concerned read it: it is on their weekly panel."""
    subject = new_subject("handover")
    row.id = subject.id
    db.session.add(row)
    db.session.flush()
    ids = sorted(case_ids)
    db.session.add_all(
        HandoverCase(handover_id=row.id, case_id=case_id, level=(levels or {}).get(case_id)) for case_id in ids
    )
    db.session.flush()
    reached = [(f"team:{row.from_team_id}", L4, "sender")]
    reached += [(f"lead:{team_id}", L2, "panel") for team_id in panel_teams((row.from_team_id, row.to_team_id))]
    give_each_reach(reached, subject_id=row.id, kind="handover")
    for principal in sorted(barred_principals(ids)):
        bar(principal, subject_id=row.id, reason="kept from a child in it")
    settle_returned(actor, row.family_id)
    record(actor, "case.handover.proposed", subjects=[row.id, *ids], **teams_of(row), children=len(ids))
    return subject.reference


def settle_returned(actor: Actor, family_id: int) -> None:
    """The question with which a handover of the family came back is answered by the step taken now: whoever holds the
    family next is not asked to read it."""
    returned = db.session.scalars(
        sa.select(Handover.id).where(Handover.family_id == family_id, Handover.state == RETURNED)
    ).all()
    if returned:
        settle_tasks(actor, kind=RETURNED_TASK, about_ids=returned)


def mark_agreed(actor: Actor, row: Handover) -> None:
    """The sending manager's key: from now on the receiving manager sees it and the clock runs.

    Raises OutOfOrder for a team that must not see these children.
    """
    receiver_may_see(row, case_ids_of(row.id))
    row.agreed_at, row.agreed_by_id, row.version = clock.now(), actor.user_id, row.version + 1
    db.session.flush()
    # What was on their panel is theirs to answer now.
    end_reach(subject_id=row.id, why="panel", principal=f"lead:{row.to_team_id}")
    give_reach(f"lead:{row.to_team_id}", subject_id=row.id, kind="handover", level=L2, why="receiver")
    code = "case.handover.agreed_urgent" if row.urgent else "case.handover.agreed"
    record(actor, code, subjects=subjects_of(row), **teams_of(row))


def mark_answered(actor: Actor, row: Handover, state: str, words: str) -> None:
    """Write how it was answered, by whom and when."""
    row.state, row.answered_at, row.answered_by_id = state, clock.now(), actor.user_id
    row.answer_words, row.version = words or None, row.version + 1
    db.session.flush()
    # Whoever was asked to lead and has not said yes reads no more of it.
    asked = sa.select(LeadRequest.id).where(LeadRequest.handover_id == row.id, LeadRequest.state != YES)
    for request_id in db.session.scalars(asked).all():
        end_reach(subject_id=request_id, why="asked")
