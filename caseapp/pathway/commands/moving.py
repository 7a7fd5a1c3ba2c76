"""What an accepted handover does to level and statutory episodes: down to family help, up to social work. The table in
`cases.domain` says which facts it needs; they are collected here.
"""

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.accounts.queries import find_team
from caseapp.assessments.queries import last_authorised
from caseapp.cases.commands import change_level, close_episode, open_episode
from caseapp.cases.models import Case, CaseLevel, Episode
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import OutOfOrder
from caseapp.kernel.events import record
from caseapp.pathway.catalogue import EPISODE_AFTER, EPISODE_BEFORE, LEVEL_AFTER, STEPPED_UP
from caseapp.pathway.domain import ASSESSED_FIRST, SUFFICIENT, EpisodeFacts, closure_code
from caseapp.pathway.models import Handover, HandoverCase
from caseapp.pathway.queries.census import held_in_episode
from caseapp.people.domain.census import get_rule


def bring_down(actor: Actor, row: Handover, case_ids: list[int]) -> None:
    """To family help: the level, the end of the child-in-need episode with its census code, an episode of family help,
    and what belongs to a child in need plan is no longer asked for."""
    assessed, held = last_authorised(case_ids), held_in_episode(case_ids)
    levels, now = _levels(case_ids)
    to = _to_levels(row.id)
    open_kinds = _open_kinds(case_ids)
    for case_id in case_ids:
        if now[case_id] in (*ASSESSED_FIRST, EPISODE_BEFORE):
            facts = {
                "assessment": assessed.get(case_id),
                "reasons": row.reasons,
                "consent": row.consent if row.consent in SUFFICIENT else None,
                "lead": row.lead_professional_id,
                "agreed": row.agreed_at,
                "handover": row.id,
            }
            change_level(actor, case_id, to.get(case_id) or LEVEL_AFTER, facts, acting_as=_receiver(row))
        if (case_id, EPISODE_BEFORE) in open_kinds:
            if case_id in held.writing:
                raise OutOfOrder(f"{get_rule('8867').mend}. Until then the family stays with the sending team.")
            code = closure_code(EpisodeFacts(case_id in assessed, levels[case_id], case_id in held.began))
            close_episode(case_id, EPISODE_BEFORE, code, clock.today(), actor=actor)
            record(actor, "case.stepped_down", subjects=[case_id, _person(case_id)])
        if (case_id, EPISODE_AFTER) not in open_kinds:
            open_episode(case_id, EPISODE_AFTER, clock.today(), actor=actor)


def bring_up(actor: Actor, row: Handover, case_ids: list[int]) -> None:
    """To social work: the level that the hub decided for each child, the end of the episode of family help, a
    child-in-need episode dated the day the hub was asked, and the clocks that count from that day."""
    _, now = _levels(case_ids)
    to = _to_levels(row.id)
    open_kinds = _open_kinds(case_ids)
    received_at = row.proposed_at
    for case_id in case_ids:
        level = to.get(case_id) or "assessment"
        if now[case_id] != level:
            facts = {"decision": row.referral_id, "reasons": row.reasons, "handover": row.id}
            change_level(actor, case_id, level, facts, acting_as=_receiver(row))
        if (case_id, EPISODE_AFTER) in open_kinds:
            close_episode(case_id, EPISODE_AFTER, STEPPED_UP, clock.today(), actor=actor)
        if (case_id, EPISODE_BEFORE) not in open_kinds:
            open_episode(case_id, EPISODE_BEFORE, clock.to_london(received_at).date(), actor=actor)
        record(
            actor,
            "case.stepped_up",
            subjects=[case_id, _person(case_id)],
            outcome=level,
            received_at=received_at,
        )


def _receiver(row: Handover) -> tuple[str, ...]:
    """Whoever answers decides as the receiving team's manager, for whom they may stand in."""
    team = find_team(team_id=row.to_team_id)
    return (f"{team.kind}_manager",) if team else ()


def _person(case_id: int) -> int:
    return int(db.session.scalars(sa.select(Case.person_id).where(Case.id == case_id)).one())


def _to_levels(handover_id: int) -> dict[int, str]:
    rows = db.session.execute(
        sa.select(HandoverCase.case_id, HandoverCase.level).where(
            HandoverCase.handover_id == handover_id, HandoverCase.level.is_not(None)
        )
    )
    return {row.case_id: row.level for row in rows}


def _levels(case_ids: list[int]) -> tuple[dict[int, list[str]], dict[int, str]]:
    """Every level that each case was at, and the one it is at now."""
    levels: dict[int, list[str]] = {case_id: [] for case_id in case_ids}
    now: dict[int, str] = {}
    for row in db.session.execute(
        sa.select(CaseLevel.case_id, CaseLevel.level, CaseLevel.to_at).where(CaseLevel.case_id.in_(case_ids))
    ):
        levels[row.case_id].append(row.level)
        if row.to_at is None:
            now[row.case_id] = row.level
    return levels, now


def _open_kinds(case_ids: list[int]) -> set[tuple[int, str]]:
    return {
        (row.case_id, row.kind)
        for row in db.session.execute(
            sa.select(Episode.case_id, Episode.kind).where(Episode.case_id.in_(case_ids), Episode.closed_on.is_(None))
        )
    }
