"""Proposing a handover: a step-down by the worker, or the hub's decision."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import FAMILY_HELP, Actor
from caseapp.accounts.commands import add_professional
from caseapp.accounts.queries import agency_names, can_lead, find_named, find_professional, find_team
from caseapp.cases.domain import FAMILY_HELP_LEVELS
from caseapp.cases.models import Case
from caseapp.cases.queries import CaseRow, family_cases
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Conflict, Invalid, OutOfOrder
from caseapp.kernel.text import is_blank
from caseapp.kernel.web import when
from caseapp.pathway.catalogue import EPISODE_BEFORE, LEVEL_AFTER
from caseapp.pathway.domain import ACTIONS, ASSESSED_FIRST, FROM_HUB, PROPOSED, RETURNED, STEP_DOWN, check_consent
from caseapp.pathway.models import Handover
from caseapp.pathway.queries import all_assessed

from .recording import record_part
from .steps import (
    case_ids_of,
    find_open,
    is_barred,
    lock_handover,
    mark_agreed,
    must_still_hold,
    name_of,
    need_words,
    put_handover,
    queue_for,
    raise_if,
    what_it_follows,
)

STAY_BEHIND = "Say why the others stay behind"
ASSESS_FIRST = "An authorised assessment comes before a step-down. Finish the assessment and have it authorised first."


@dataclass(frozen=True)
class NewLead:
    """A lead practitioner who is in no family help team: a person by name, what they are, for whom they work, their
    telephone.
    """

    name: str
    title: str
    agency_id: int
    phone: str


def propose_step_down(
    actor: Actor,
    *,
    case_ids: Collection[int],
    to_team_id: int,
    reasons: str,
    what_works: str,
    worry_again: str,
    child_voice: str,
    consent: str,
    consent_by: str = "",
    consent_on: date | None = None,
    consent_how: str = "",
    lead_professional_id: int | None = None,
    new_lead: NewLead | None = None,
    meeting_on: date | None = None,
    split_reason: str = "",
    level: str = LEVEL_AFTER,
    actions: str = "",
) -> str:
    """Propose to hand a family down to family help; gives the handover's reference. Nothing moves yet.

    `actions`: what was agreed to be done and what shows it: recorded before the sender closes its part. The same person
    proposing again while it is open gets the first one's reference. Raises Invalid per field, Conflict when a colleague
    was quicker, OutOfOrder when the level needs an assessment first.
    """
    chosen, siblings = same_family(actor, case_ids)
    queue_for(chosen[0].family_id)
    if (mine := mine_if_open(actor, chosen[0].family_id)) is not None:
        return mine
    _check_levels(chosen)
    raise_if(
        {
            "reasons": "" if not is_blank(reasons) else "Say why family help is right now",
            "level": "" if level in FAMILY_HELP_LEVELS else "Choose which family help",
            "split_reason": "" if not siblings or not is_blank(split_reason) else STAY_BEHIND,
            **check_consent(consent, by=consent_by, on=consent_on, how=consent_how),
            **_check_receiver(to_team_id, lead_professional_id, new_lead, case_ids),
        }
    )
    row = Handover(
        **proposed_now(actor, chosen, STEP_DOWN),
        to_team_id=to_team_id,
        reasons=reasons,
        what_works=what_works,
        worry_again=worry_again,
        child_voice=child_voice,
        consent=consent,
        consent_by=consent_by,
        consent_on=consent_on,
        consent_how=consent_how or None,
        split_reason=split_reason or None,
        lead_professional_id=_add_lead(new_lead) if new_lead else lead_professional_id,
        meeting_on=meeting_on,
    )
    reference = put_handover(actor, row, case_ids, dict.fromkeys(case_ids, level))
    if not is_blank(actions):
        record_part(actor, handover_id=row.id, kind=ACTIONS, words=actions)
    return reference


def hand_to_family_help(
    actor: Actor,
    *,
    family_id: int,
    case_ids: Collection[int],
    from_team_id: int,
    to_team_id: int,
    reasons: str,
    consent: str,
    consent_by: str,
    proposed_by_id: int | None = None,
    consent_on: date | None = None,
) -> str:
    """The hub's decision "family help": a handover that the hub's worker proposed and its manager (`actor`) agreed.

    Gives its reference. Without `proposed_by_id` the manager decided alone, and the page says so. The receiving
    manager names the lead practitioner when accepting; until then the hub is accountable.
    """
    queue_for(family_id)
    if find_open(family_id) is not None:
        raise OutOfOrder("A handover of this family is open already.")
    row = Handover(
        direction=FROM_HUB,
        family_id=family_id,
        from_team_id=from_team_id,
        to_team_id=to_team_id,
        state=PROPOSED,
        proposed_at=clock.now(),
        proposed_by_id=proposed_by_id or actor.user_id,
        reasons=reasons,
        what_works="",
        worry_again="",
        child_voice="",
        consent=consent,
        consent_by=consent_by,
        consent_on=consent_on,
        follows_id=what_it_follows(family_id),
    )
    reference = put_handover(actor, row, case_ids)
    mark_agreed(actor, row)
    return reference


def hand_again(actor: Actor, *, handover_id: int, words: str) -> str:
    """The hub's manager hands a family to family help once more, after it came back: with what was missing.

    Gives the new reference.
    """
    row = lock_handover(handover_id)
    if row.direction != FROM_HUB or row.state != RETURNED:
        raise OutOfOrder("Only a handover from the hub that came back can be sent again.")
    need_words(words, "Say what you have added, so that it can be accepted")
    case_ids = case_ids_of(row.id)
    must_still_hold(row, case_ids)
    return hand_to_family_help(
        actor,
        family_id=row.family_id,
        case_ids=case_ids,
        from_team_id=row.from_team_id,
        to_team_id=row.to_team_id,
        reasons=f"{row.reasons}\n\n{words}".strip(),
        consent=row.consent,
        consent_by=row.consent_by,
        consent_on=row.consent_on,
        proposed_by_id=row.proposed_by_id,
    )


def proposed_now(actor: Actor, chosen: list[CaseRow], direction: str) -> dict[str, Any]:
    """What every handover proposed by the team that holds the family begins with."""
    return {
        "direction": direction,
        "family_id": chosen[0].family_id,
        "from_team_id": chosen[0].team_id,
        "state": PROPOSED,
        "proposed_at": clock.now(),
        "proposed_by_id": actor.user_id,
        "follows_id": what_it_follows(chosen[0].family_id),
    }


def mine_if_open(actor: Actor, family_id: int) -> str | None:
    """The actor's own open handover of this family; None if none is open. Raises Conflict for a colleague's."""
    open_now = find_open(family_id)
    if open_now is None:
        return None
    if open_now.proposed_by_id == actor.user_id:
        return open_now.reference
    raise Conflict(
        f"{name_of(open_now.proposed_by_id)} proposed a handover of this family {when(open_now.proposed_at)}."
    )


def _add_lead(lead: NewLead) -> int:
    """The professional of that agency with this name, who may have a sign-in and can be asked here; or a new one."""
    known = find_named(agency_id=lead.agency_id, name=lead.name)
    return known or add_professional(
        agency_id=lead.agency_id, team_id=None, name=lead.name, title=lead.title, phone=lead.phone, qualified=False
    )


def same_family(actor: Actor, case_ids: Collection[int]) -> tuple[list[CaseRow], list[CaseRow]]:
    """The chosen cases, and the brothers and sisters in the same team who would stay, as far as the actor sees them.

    Invalid when they are no one family's.
    """
    family_id = db.session.scalar(sa.select(Case.family_id).where(Case.id.in_(case_ids)).limit(1))
    rows = family_cases(family_id, reader=actor) if family_id is not None else []
    chosen = [row for row in rows if row.id in set(case_ids)]
    if not chosen or len(chosen) != len(set(case_ids)) or len({row.team_id for row in chosen}) != 1:
        raise Invalid({"children": "Choose the children of one family whom your team holds"})
    return chosen, [row for row in rows if row.team_id == chosen[0].team_id and row not in chosen]


def _check_levels(chosen: list[CaseRow]) -> None:
    if any(row.level not in (*ASSESSED_FIRST, EPISODE_BEFORE) for row in chosen):
        raise OutOfOrder("This family is not at a level that can be stepped down to family help.")
    to_assess = [row.id for row in chosen if row.level in ASSESSED_FIRST]
    if not all_assessed(to_assess):
        raise OutOfOrder(ASSESS_FIRST)


def _check_receiver(
    to_team_id: int, lead_id: int | None, new_lead: NewLead | None, case_ids: Collection[int]
) -> dict[str, str]:
    team = find_team(team_id=to_team_id)
    if team is None or team.kind != FAMILY_HELP or not team.may_hold_cases:
        return {"to_team": "Choose a family help team"}
    if is_barred(to_team_id, case_ids):
        return {"to_team": f"{team.name} must not see these children. Choose another team"}
    if new_lead is not None:
        known = new_lead.agency_id in agency_names().values()
        return {} if known else {"new_lead_agency": "Choose the agency they work for"}
    lead = find_professional(lead_id) if lead_id else None
    if lead is None:
        return {"lead": "Choose the lead practitioner by name"}
    if lead.team_id != to_team_id:
        return {"lead": f"{lead.name} does not work in {team.name}. Choose somebody who does, or the other team"}
    if not can_lead(lead.id):
        return {"lead": f"{lead.name} can’t lead now: their sign-in is switched off. Choose somebody else"}
    return {}
