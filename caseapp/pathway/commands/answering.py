"""The keys of a handover: agree, accept, return, withdraw, close.

Custody moves in `accept_handover` and nowhere else.
"""

from caseapp.access.commands import end_reach, give_reach
from caseapp.access.domain import HUB, L4, Actor
from caseapp.accounts.queries import can_lead, find_professional, find_team
from caseapp.cases.commands import end_joint_work, make_task, move_custody
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Invalid, OutOfOrder, Refused
from caseapp.kernel.events import record
from caseapp.pathway.catalogue import BETWEEN, MOVES, Move
from caseapp.pathway.domain import (
    ACCEPT,
    ACCEPTED,
    AGREE,
    CLOSE_PART,
    FROM_HUB,
    RETURN,
    RETURNED,
    SEND_BACK,
    SENT_BACK,
    STEP_DOWN,
    STEP_UP,
    WITHDRAW,
    WITHDRAWN,
    in_whose_place,
    not_recorded,
)
from caseapp.pathway.models import Handover
from caseapp.pathway.queries.panel import is_late, managers_of
from caseapp.pathway.queries.parts import parts_of

from .leading import who_leads
from .moving import bring_down, bring_up
from .steps import (
    RETURNED_TASK,
    case_ids_of,
    lock_handover,
    mark_agreed,
    mark_answered,
    must_follow,
    must_still_hold,
    need_words,
    receiver_may_see,
    settle_returned,
    subjects_of,
    teams_of,
)

# Who meets the threshold is taken on, whatever the team's load (domain 2.3).
MUST_BE_TAKEN = (
    "The hub decided that these children need social work, so a step-up is not sent back. Accept it; if another team "
    "should have them, hand them over then, or ring the hub now."
)


def agree_handover(actor: Actor, *, handover_id: int) -> None:
    """The sending manager agrees: the receiving team is asked and its clock starts. Never the proposer (four eyes)."""
    row = lock_handover(handover_id)
    must_follow(row, AGREE)
    if actor.user_id == row.proposed_by_id:
        raise Refused("You proposed this handover: another manager has to agree to it.")
    mark_agreed(actor, row)


def send_back_handover(actor: Actor, *, handover_id: int, words: str) -> None:
    """The sending manager gives it back to the worker, with a word. Raises Invalid without one."""
    row = lock_handover(handover_id)
    must_follow(row, SEND_BACK)
    need_words(words, "Say what has to change, so that it can be put right")
    mark_answered(actor, row, SENT_BACK, words)
    record(actor, "case.handover.sent_back", subjects=subjects_of(row), **teams_of(row))


def accept_handover(
    actor: Actor, *, handover_id: int, lead_professional_id: int | None = None, words: str = ""
) -> None:
    """The receiving manager takes the family on: in one step custody, lead, level and episodes move.

    `lead_professional_id` is needed when the sender named nobody, or somebody who can't lead any more. A manager of the
    locality's panel may accept for a colleague who is away, the head what nobody answered in time: both are kept.
    Raises Invalid without a lead, Refused for the person who proposed or agreed it (four eyes), Conflict naming whoever
    answered first, OutOfOrder when it is not theirs to accept yet, or who is to lead has not said yes.
    """
    row = lock_handover(handover_id)
    must_follow(row, ACCEPT)
    if actor.user_id in (row.proposed_by_id, row.agreed_by_id):
        raise Refused("You proposed or agreed this handover: somebody else has to accept it.")
    for_whom = _in_whose_place(actor, row)
    named = who_leads(row)
    lead_id = named or lead_professional_id
    lead = find_professional(lead_id) if lead_id else None
    if lead is None or (named is None and (lead.team_id != row.to_team_id or not can_lead(lead.id))):
        raise Invalid({"lead": "Choose who leads the work with the family"})
    case_ids = case_ids_of(row.id)
    must_still_hold(row, case_ids)
    receiver_may_see(row, case_ids)
    row.lead_professional_id, row.answered_for = lead.id, for_whom
    mark_answered(actor, row, ACCEPTED, words)
    settle_returned(actor, row.family_id)
    row.accepted_at = row.answered_at
    db.session.flush()
    move = move_of(row)
    move_custody(
        actor,
        case_ids=case_ids,
        to_team_id=row.to_team_id,
        lead_professional_id=lead.id,
        lead_role=move.lead_role,
        end_reason=move.end_reason,
        joint_until_closed=True,
    )
    if row.direction in (STEP_DOWN, FROM_HUB):
        bring_down(actor, row, case_ids)
    elif row.direction == STEP_UP:
        bring_up(actor, row, case_ids)
    give_reach(f"team:{row.to_team_id}", subject_id=row.id, kind="handover", level=L4, why="received")
    record(actor, "case.handover.accepted", subjects=subjects_of(row), **teams_of(row))
    if row.direction == FROM_HUB:
        # The hub has nobody who works on with the family: its part ends with the acceptance.
        _close(actor, row, case_ids)


def return_handover(actor: Actor, *, handover_id: int, reason: str) -> None:
    """The receiving manager sends it back and says what is missing; the sender keeps the family.

    Raises as `accept_handover`.
    """
    row = lock_handover(handover_id)
    must_follow(row, RETURN)
    if row.direction == STEP_UP:
        raise OutOfOrder(MUST_BE_TAKEN)
    if actor.user_id in (row.proposed_by_id, row.agreed_by_id):
        raise Refused("You proposed or agreed this handover: somebody else has to answer it.")
    row.answered_for = _in_whose_place(actor, row)
    need_words(reason, "Say what is missing, so that it can be put right")
    mark_answered(actor, row, RETURNED, reason)
    record(actor, "case.handover.returned", subjects=subjects_of(row), **teams_of(row))
    make_task(case_id=case_ids_of(row.id)[0], kind=RETURNED_TASK, about_id=row.id, actor=actor)


def withdraw_handover(actor: Actor, *, handover_id: int, words: str = "") -> None:
    """The sending team takes it back while nobody has answered."""
    row = lock_handover(handover_id)
    must_follow(row, WITHDRAW)
    if row.direction == STEP_UP and not actor.teams(HUB):
        raise OutOfOrder("The hub decided this step-up: ring the hub if it is not needed any more.")
    mark_answered(actor, row, WITHDRAWN, words)
    settle_returned(actor, row.family_id)
    end_reach(subject_id=row.id, why="receiver")
    record(actor, "case.handover.withdrawn", subjects=subjects_of(row), **teams_of(row))


def close_sender_part(actor: Actor, *, handover_id: int) -> None:
    """The sending team ends its joint work after the acceptance, never before: the database checks it too.

    Raises OutOfOrder for a step-down of which the actions or the joint meeting with the family are not recorded.
    """
    row = lock_handover(handover_id)
    must_follow(row, CLOSE_PART)
    missing = not_recorded(row.direction, parts_of(row.id))
    if missing:
        raise OutOfOrder(missing)
    _close(actor, row, case_ids_of(row.id))


def move_of(row: Handover) -> Move:
    """What acceptance does in this direction."""
    team = find_team(team_id=row.to_team_id)
    return MOVES.get(row.direction) or BETWEEN[team.kind if team else ""]


def _in_whose_place(actor: Actor, row: Handover) -> str | None:
    """In whose place the actor answers (None: it is theirs). Raises Refused when it is not theirs to answer."""
    manages = any(m.team_id == row.to_team_id and m.role == "manager" for m in actor.memberships)
    if manages:
        return None
    managers = managers_of(row.to_team_id)
    for_whom, refused = in_whose_place(
        manages=False,
        head=bool(actor.teams(role="head")),
        late=is_late(row.id, clock.now()),
        managers=[name for name, _ in managers],
        away=[name for name, away in managers if away],
    )
    if refused:
        raise Refused(refused)
    return for_whom


def _close(actor: Actor, row: Handover, case_ids: list[int]) -> None:
    row.sender_closed_at, row.version = clock.now(), row.version + 1
    db.session.flush()
    end_joint_work(actor, case_ids=case_ids, team_id=row.from_team_id, end_reason=move_of(row).end_reason)
    record(actor, "case.handover.sender_closed", subjects=subjects_of(row), **teams_of(row))
