"""Handing a family to another team: at the same level, or up to social work by the hub’s decision."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from caseapp.access.commands import end_reach, give_reach
from caseapp.access.domain import L2, Actor
from caseapp.accounts.queries import TeamRow, can_lead, find_professional, find_team
from caseapp.kernel.errors import OutOfOrder
from caseapp.kernel.events import record
from caseapp.kernel.text import is_blank
from caseapp.pathway.catalogue import BETWEEN
from caseapp.pathway.domain import NOT_TOLD, PROPOSED, STEP_UP, TOLD, TRANSFER, WITHDRAWN
from caseapp.pathway.models import Handover

from .proposing import STAY_BEHIND, mine_if_open, proposed_now, same_family
from .steps import (
    find_open,
    is_barred,
    lock_handover,
    mark_agreed,
    mark_answered,
    must_still_hold,
    put_handover,
    queue_for,
    raise_if,
    subjects_of,
    teams_of,
    what_it_follows,
)

OVERTAKEN = "The hub decided that social work takes the family on: this handover is overtaken by the step-up."


def propose_transfer(
    actor: Actor,
    *,
    case_ids: Collection[int],
    to_team_id: int,
    reasons: str,
    what_works: str,
    worry_again: str,
    child_voice: str,
    told_whom: str,
    told_on: date | None,
    told_how: str = "",
    lead_professional_id: int | None = None,
    meeting_on: date | None = None,
    split_reason: str = "",
) -> str:
    """Propose to hand a family to another team of the same kind, at the same level; gives the handover's reference.
    Nothing moves yet. No consent is asked for, but the family has been told: whom, when.

    Who proposes again while it is open gets the first one's reference. Raises Invalid per field, Conflict when a
    colleague was quicker, OutOfOrder for children whom no team of localities or family help holds.
    """
    chosen, siblings = same_family(actor, case_ids)
    family_id, from_team_id = chosen[0].family_id, chosen[0].team_id
    queue_for(family_id)
    mine = mine_if_open(actor, family_id)
    if mine is not None:
        return mine
    sender = find_team(team_id=from_team_id)
    if sender is None or sender.kind not in BETWEEN:
        raise OutOfOrder("Only social work and family help teams hand families to one another.")
    problems = {
        "reasons": "Say why another team, and why now" if is_blank(reasons) else "",
        "split_reason": STAY_BEHIND if siblings and is_blank(split_reason) else "",
        "told_whom": "Say who of the family was told" if is_blank(told_whom) else "",
        "told_on": "Say when they were told" if told_on is None else "",
        **_check_receiver(sender, to_team_id, lead_professional_id, case_ids),
    }
    raise_if(problems)
    row = Handover(
        **proposed_now(actor, chosen, TRANSFER),
        to_team_id=to_team_id,
        reasons=reasons,
        what_works=what_works,
        worry_again=worry_again,
        child_voice=child_voice,
        consent=TOLD,
        consent_by=told_whom,
        consent_on=told_on,
        consent_how=told_how or None,
        split_reason=split_reason or None,
        lead_professional_id=lead_professional_id,
        meeting_on=meeting_on,
    )
    return put_handover(actor, row, [case.id for case in chosen])


def _check_receiver(sender: TeamRow, to_team_id: int, lead_id: int | None, case_ids: Collection[int]) -> dict[str, str]:
    team = find_team(team_id=to_team_id)
    if team is None or team.kind != sender.kind or not team.may_hold_cases or team.id == sender.id:
        return {"to_team": "Choose another team of the same kind"}
    if is_barred(to_team_id, case_ids):
        return {"to_team": f"{team.name} must not see these children. Choose another team"}
    lead = find_professional(lead_id) if lead_id else None
    if lead_id and (lead is None or lead.team_id != to_team_id or not can_lead(lead.id)):
        return {"lead": f"Choose somebody who works in {team.name} now, or leave it to their manager"}
    return {}


def hand_up(
    actor: Actor,
    *,
    family_id: int,
    levels: Mapping[int, str],
    from_team_id: int,
    to_team_id: int,
    referral_id: int,
    asked_at: datetime,
    reasons: str,
    told: bool,
    proposed_by_id: int,
    urgent: bool,
) -> str:
    """The hub's decision that social work takes a family on from family help: a handover that its manager (`actor`)
    agreed. Gives its reference.

    `levels`: the level that acceptance brings, by case; `asked_at`: when the hub was asked, from which the assessment
    counts; `told`: whether the family knows. Until social work accepts, family help is accountable and its lead leads.
    A handover of the family that is under way is overtaken by it. Raises OutOfOrder when family help does not hold all
    of these children.
    """
    queue_for(family_id)
    _overtake(actor, family_id)
    row = Handover(
        direction=STEP_UP,
        family_id=family_id,
        from_team_id=from_team_id,
        to_team_id=to_team_id,
        state=PROPOSED,
        proposed_at=asked_at,
        proposed_by_id=proposed_by_id,
        reasons=reasons,
        what_works="",
        worry_again="",
        child_voice="",
        consent=TOLD if told else NOT_TOLD,
        consent_by="",
        referral_id=referral_id,
        urgent=urgent,
        follows_id=what_it_follows(family_id),
    )
    must_still_hold(row, sorted(levels))
    reference = put_handover(actor, row, levels, levels)
    give_reach(f"team:{_hub_of(actor)}", subject_id=row.id, kind="handover", level=L2, why="decided")
    mark_agreed(actor, row)
    return reference


def _hub_of(actor: Actor) -> int:
    return actor.teams("hub")[0].team_id


def _overtake(actor: Actor, family_id: int) -> None:
    """Take back the handover of the family that is under way: a child's danger does not wait for its answer."""
    known = find_open(family_id)
    if known is None:
        return
    row = lock_handover(known.id)
    if row.direction == STEP_UP:
        raise OutOfOrder("A step-up of this family waits for social work already.")
    mark_answered(actor, row, WITHDRAWN, OVERTAKEN)
    end_reach(subject_id=row.id, why="receiver")
    record(actor, "case.handover.withdrawn", subjects=subjects_of(row), **teams_of(row))
