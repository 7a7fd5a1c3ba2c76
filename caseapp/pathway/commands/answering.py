"""The keys of a handover: agree, accept, return, withdraw, close.

Custody moves in `accept_handover` and nowhere else.
"""

import sqlalchemy as sa

from caseapp.access.commands import end_reach, give_reach
from caseapp.access.domain import L4, Actor
from caseapp.accounts.queries import can_lead, find_professional
from caseapp.assessments.queries import last_authorised
from caseapp.cases.commands import change_level, close_episode, end_joint_work, make_task, move_custody, open_episode
from caseapp.cases.models import CaseLevel, Episode
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Invalid, OutOfOrder, Refused
from caseapp.kernel.events import record
from caseapp.pathway.catalogue import END_REASON, EPISODE_AFTER, EPISODE_BEFORE, LEAD_ROLE, LEVEL_AFTER
from caseapp.pathway.domain import (
    ACCEPT,
    ACCEPTED,
    AGREE,
    ASSESSED_FIRST,
    CLOSE_PART,
    RETURN,
    RETURNED,
    SEND_BACK,
    SENT_BACK,
    WITHDRAW,
    WITHDRAWN,
    EpisodeFacts,
    closure_code,
)
from caseapp.pathway.models import Handover
from caseapp.pathway.queries.census import held_in_episode
from caseapp.people.domain.census import get_rule

from .leading import end_asking, has_declined, must_have_said_yes
from .steps import (
    FROM_HUB,
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
    end_asking(row.id)
    record(actor, "case.handover.sent_back", subjects=subjects_of(row), **teams_of(row))


def accept_handover(
    actor: Actor, *, handover_id: int, lead_professional_id: int | None = None, words: str = ""
) -> None:
    """The receiving manager takes the family on: in one step custody, lead, level and episodes move.

    `lead_professional_id` is needed when the sender named nobody, or somebody who can't lead any more. Raises Invalid
    without a lead, Refused for the person who proposed or agreed it (four eyes), Conflict naming whoever answered
    first, OutOfOrder when it is not theirs to accept yet, or who is to lead has not said yes.
    """
    row = lock_handover(handover_id)
    must_follow(row, ACCEPT)
    if actor.user_id in (row.proposed_by_id, row.agreed_by_id):
        raise Refused("You proposed or agreed this handover: somebody else has to accept it.")
    named = _who_leads(row)
    lead_id = named or lead_professional_id
    lead = find_professional(lead_id) if lead_id else None
    if lead is None or (named is None and (lead.team_id != row.to_team_id or not can_lead(lead.id))):
        raise Invalid({"lead": "Choose who leads the work with the family"})
    case_ids = case_ids_of(row.id)
    must_still_hold(row, case_ids)
    receiver_may_see(row, case_ids)
    row.lead_professional_id = lead.id
    mark_answered(actor, row, ACCEPTED, words)
    settle_returned(actor, row.family_id)
    end_asking(row.id)
    row.accepted_at = row.answered_at
    db.session.flush()
    move_custody(
        actor,
        case_ids=case_ids,
        to_team_id=row.to_team_id,
        lead_professional_id=lead.id,
        lead_role=LEAD_ROLE,
        end_reason=END_REASON,
        joint_until_closed=True,
    )
    _move_level_and_episodes(actor, row.id, case_ids)
    give_reach(f"team:{row.to_team_id}", subject_id=row.id, kind="handover", level=L4, why="received")
    record(actor, "case.handover.accepted", subjects=subjects_of(row), **teams_of(row))
    if row.direction == FROM_HUB:
        # The hub has nobody who works on with the family: its part ends with the acceptance.
        _close(actor, row, case_ids)


def _who_leads(row: Handover) -> int | None:
    """The lead practitioner whom the sender named, if they can and will lead; None: the receiver names one. Raises
    OutOfOrder while somebody outside the receiving team has not said yes."""
    named = row.lead_professional_id
    if named is None or not can_lead(named) or has_declined(row):
        return None
    must_have_said_yes(row)
    return named


def return_handover(actor: Actor, *, handover_id: int, reason: str) -> None:
    """The receiving manager sends it back and says what is missing; the sender keeps the family.

    Raises as `accept_handover`.
    """
    row = lock_handover(handover_id)
    must_follow(row, RETURN)
    if actor.user_id in (row.proposed_by_id, row.agreed_by_id):
        raise Refused("You proposed or agreed this handover: somebody else has to answer it.")
    need_words(reason, "Say what is missing, so that it can be put right")
    mark_answered(actor, row, RETURNED, reason)
    end_asking(row.id)
    record(actor, "case.handover.returned", subjects=subjects_of(row), **teams_of(row))
    make_task(case_id=case_ids_of(row.id)[0], kind=RETURNED_TASK, about_id=row.id, actor=actor)


def withdraw_handover(actor: Actor, *, handover_id: int, words: str = "") -> None:
    """The sending team takes it back while nobody has answered."""
    row = lock_handover(handover_id)
    must_follow(row, WITHDRAW)
    mark_answered(actor, row, WITHDRAWN, words)
    end_asking(row.id)
    settle_returned(actor, row.family_id)
    end_reach(subject_id=row.id, why="receiver")
    record(actor, "case.handover.withdrawn", subjects=subjects_of(row), **teams_of(row))


def close_sender_part(actor: Actor, *, handover_id: int) -> None:
    """The sending team ends its joint work after the acceptance, never before: the database checks it too."""
    row = lock_handover(handover_id)
    must_follow(row, CLOSE_PART)
    _close(actor, row, case_ids_of(row.id))


def _move_level_and_episodes(actor: Actor, handover_id: int, case_ids: list[int]) -> None:
    assessed, facts = last_authorised(case_ids), held_in_episode(case_ids)
    levels: dict[int, list[str]] = {case_id: [] for case_id in case_ids}
    now: dict[int, str] = {}
    for row in db.session.execute(
        sa.select(CaseLevel.case_id, CaseLevel.level, CaseLevel.to_at).where(CaseLevel.case_id.in_(case_ids))
    ):
        levels[row.case_id].append(row.level)
        if row.to_at is None:
            now[row.case_id] = row.level
    open_kinds = {
        (row.case_id, row.kind)
        for row in db.session.execute(
            sa.select(Episode.case_id, Episode.kind).where(Episode.case_id.in_(case_ids), Episode.closed_on.is_(None))
        )
    }
    for case_id in case_ids:
        if now[case_id] in (*ASSESSED_FIRST, EPISODE_BEFORE):
            change_level(actor, case_id, LEVEL_AFTER, {"handover": handover_id})
        if (case_id, EPISODE_BEFORE) in open_kinds:
            if case_id in facts.writing:
                raise OutOfOrder(f"{get_rule('8867').mend}. Until then the family stays with the sending team.")
            code = closure_code(EpisodeFacts(case_id in assessed, levels[case_id], case_id in facts.began))
            close_episode(case_id, EPISODE_BEFORE, code, clock.today(), actor=actor)
        if (case_id, EPISODE_AFTER) not in open_kinds:
            open_episode(case_id, EPISODE_AFTER, clock.today(), actor=actor)


def _close(actor: Actor, row: Handover, case_ids: list[int]) -> None:
    row.sender_closed_at, row.version = clock.now(), row.version + 1
    db.session.flush()
    end_joint_work(actor, case_ids=case_ids, team_id=row.from_team_id, end_reason=END_REASON)
    record(actor, "case.handover.sender_closed", subjects=subjects_of(row), **teams_of(row))
