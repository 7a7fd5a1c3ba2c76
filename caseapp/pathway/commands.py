"""Handovers: two keys on each side of the door, and the family always in exactly one team's hands.

Custody moves in `accept_handover` and nowhere else here. Each command takes the handover's row first and keeps it locked until the
request ends, so that of two people who answer at once the second sees what the first one did.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from caseapp.access.commands import bar, end_reach, give_reach
from caseapp.access.domain import FAMILY_HELP, L2, L4, Actor
from caseapp.access.queries import barred_principals
from caseapp.accounts.commands import add_professional
from caseapp.accounts.queries import agency_names, find_professional, find_team, user_names
from caseapp.assessments.queries import last_authorised
from caseapp.cases.commands import change_level, close_episode, end_joint_work, make_task, move_custody, open_episode
from caseapp.cases.models import Case, CaseLevel, Custody, Episode
from caseapp.cases.queries import CaseRow, family_cases
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Conflict, Invalid, NotFound, OutOfOrder, Refused
from caseapp.kernel.events import record
from caseapp.kernel.subjects import Subject, new_subject
from caseapp.kernel.text import is_blank
from caseapp.kernel.web import when
from caseapp.people.models import Family

from .catalogue import END_REASON, EPISODE_AFTER, EPISODE_BEFORE, LEAD_ROLE, LEVEL_AFTER
from .domain import (
    ACCEPT,
    ACCEPTED,
    AGREE,
    AGREED,
    ASSESSED_FIRST,
    CLOSE_PART,
    PROPOSED,
    RETURN,
    RETURNED,
    SEND_BACK,
    SENT_BACK,
    WITHDRAW,
    WITHDRAWN,
    EpisodeFacts,
    check_consent,
    closure_code,
    next_phase,
    phase_of,
    why_not,
)
from .models import Handover, HandoverCase
from .queries import all_assessed

STEP_DOWN, FROM_HUB = "step_down", "hub_to_family_help"
ASSESS_FIRST = "An authorised assessment comes before a step-down. Finish the assessment and have it authorised first."


@dataclass(frozen=True)
class NewLead:
    """A lead practitioner who is in no family help team: a person by name, what they are, for whom they work, their telephone."""

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
) -> str:
    """Propose to hand a family down to family help; gives the handover's reference. Nothing moves yet.

    The same person proposing again while it is open gets the first one's reference (pressing twice). Raises Invalid per field, Conflict
    when a colleague was quicker, OutOfOrder when the level does not allow it (an assessment comes first).
    """
    chosen, siblings = _same_family(case_ids)
    family_id, from_team_id = chosen[0].family_id, chosen[0].team_id
    _queue(family_id)
    open_now = _find_open(family_id)
    if open_now is not None:
        if open_now.proposed_by_id == actor.user_id:
            return open_now.reference
        raise Conflict(
            f"{_name(open_now.proposed_by_id)} proposed a handover of this family {when(open_now.proposed_at)}."
        )
    _check_levels(chosen)
    problems = {
        "reasons": "" if not is_blank(reasons) else "Say why family help is right now",
        "split_reason": "" if not siblings or not is_blank(split_reason) else "Say why the others stay behind",
        **check_consent(consent, by=consent_by, on=consent_on, how=consent_how),
        **_check_receiver(to_team_id, lead_professional_id, new_lead),
    }
    if any(problems.values()):
        raise Invalid({field: message for field, message in problems.items() if message})
    if new_lead is not None:
        lead_professional_id = add_professional(
            agency_id=new_lead.agency_id,
            team_id=None,
            name=new_lead.name,
            title=new_lead.title,
            phone=new_lead.phone,
            qualified=False,
        )
    row = Handover(
        direction=STEP_DOWN,
        family_id=family_id,
        from_team_id=from_team_id,
        to_team_id=to_team_id,
        state=PROPOSED,
        proposed_at=clock.now(),
        proposed_by_id=actor.user_id,
        reasons=reasons,
        what_works=what_works,
        worry_again=worry_again,
        child_voice=child_voice,
        consent=consent,
        consent_by=consent_by,
        consent_on=consent_on,
        consent_how=consent_how or None,
        split_reason=split_reason or None,
        lead_professional_id=lead_professional_id,
        meeting_on=meeting_on,
        follows_id=_what_it_follows(family_id),
    )
    return _put(actor, row, [case.id for case in chosen])


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

    Gives its reference. Without `proposed_by_id` the manager decided alone, and the page says so. The receiving manager names the lead practitioner when accepting; until then the hub is accountable.
    """
    _queue(family_id)
    if _find_open(family_id) is not None:
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
        follows_id=_what_it_follows(family_id),
    )
    reference = _put(actor, row, case_ids)
    _agree(actor, row)
    return reference


def agree_handover(actor: Actor, *, handover_id: int) -> None:
    """The sending manager agrees: the receiving team is asked and its clock starts. Never the proposer (four eyes)."""
    row = _lock(handover_id)
    _must(row, AGREE)
    if actor.user_id == row.proposed_by_id:
        raise Refused("You proposed this handover: another manager has to agree to it.")
    _agree(actor, row)


def send_back_handover(actor: Actor, *, handover_id: int, words: str) -> None:
    """The sending manager gives it back to the worker, with a word. Raises Invalid without one."""
    row = _lock(handover_id)
    _must(row, SEND_BACK)
    _need(words, "Say what has to change, so that it can be put right")
    _answer(actor, row, SENT_BACK, words)
    record(actor, "case.handover.sent_back", subjects=_subjects(row), **_teams(row))


def accept_handover(
    actor: Actor, *, handover_id: int, lead_professional_id: int | None = None, words: str = ""
) -> None:
    """The receiving manager takes the family on: in one step custody, lead, level and episodes move.

    `lead_professional_id` is needed when the sender named nobody. Raises Invalid without a lead, Refused for the person who proposed or
    agreed it (four eyes), Conflict naming whoever answered first, OutOfOrder when it is not theirs to accept yet.
    """
    row = _lock(handover_id)
    _must(row, ACCEPT)
    if actor.user_id in (row.proposed_by_id, row.agreed_by_id):
        raise Refused("You proposed or agreed this handover: somebody else has to accept it.")
    lead_id = row.lead_professional_id or lead_professional_id
    lead = find_professional(lead_id) if lead_id else None
    if lead is None or (row.lead_professional_id is None and lead.team_id != row.to_team_id):
        raise Invalid({"lead": "Choose who leads the work with the family"})
    case_ids = _case_ids(row.id)
    _still_with_sender(row, case_ids)
    row.lead_professional_id = lead.id
    _answer(actor, row, ACCEPTED, words)
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
    record(actor, "case.handover.accepted", subjects=_subjects(row), **_teams(row))
    if row.direction == FROM_HUB:
        # The hub has nobody who works on with the family: its part ends with the acceptance.
        _close(actor, row, case_ids)


def return_handover(actor: Actor, *, handover_id: int, reason: str) -> None:
    """The receiving manager sends it back and says what is missing; the sender keeps the family. Raises as `accept_handover`."""
    row = _lock(handover_id)
    _must(row, RETURN)
    if actor.user_id in (row.proposed_by_id, row.agreed_by_id):
        raise Refused("You proposed or agreed this handover: somebody else has to answer it.")
    _need(reason, "Say what is missing, so that it can be put right")
    _answer(actor, row, RETURNED, reason)
    record(actor, "case.handover.returned", subjects=_subjects(row), **_teams(row))
    make_task(case_id=_case_ids(row.id)[0], kind="handover_returned", about_id=row.id, actor=actor)


def hand_again(actor: Actor, *, handover_id: int, words: str) -> str:
    """The hub's manager hands a family to family help once more, after it came back: with what was missing. Gives the new reference."""
    row = _lock(handover_id)
    if row.direction != FROM_HUB or row.state != RETURNED:
        raise OutOfOrder("Only a handover from the hub that came back can be sent again.")
    _need(words, "Say what you have added, so that it can be accepted")
    case_ids = _case_ids(row.id)
    _still_with_sender(row, case_ids)
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


def withdraw_handover(actor: Actor, *, handover_id: int, words: str = "") -> None:
    """The sending team takes it back while nobody has answered."""
    row = _lock(handover_id)
    _must(row, WITHDRAW)
    _answer(actor, row, WITHDRAWN, words)
    end_reach(subject_id=row.id, why="receiver")
    record(actor, "case.handover.withdrawn", subjects=_subjects(row), **_teams(row))


def close_sender_part(actor: Actor, *, handover_id: int) -> None:
    """The sending team ends its joint work after the acceptance, never before: the database checks it too."""
    row = _lock(handover_id)
    _must(row, CLOSE_PART)
    _close(actor, row, _case_ids(row.id))


# ---------------------------------------------------------------- checks


def _same_family(case_ids: Collection[int]) -> tuple[list[CaseRow], list[CaseRow]]:
    """The chosen cases, and the brothers and sisters in the same team who would stay. Invalid when they are no one family's."""
    family_id = db.session.scalar(sa.select(Case.family_id).where(Case.id.in_(case_ids)).limit(1))
    rows = family_cases(family_id) if family_id is not None else []
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


def _check_receiver(to_team_id: int, lead_id: int | None, new_lead: NewLead | None) -> dict[str, str]:
    team = find_team(team_id=to_team_id)
    if team is None or team.kind != FAMILY_HELP or not team.may_hold_cases:
        return {"to_team": "Choose a family help team"}
    if new_lead is not None:
        known = new_lead.agency_id in agency_names().values()
        return {} if known else {"new_lead_agency": "Choose the agency they work for"}
    lead = find_professional(lead_id) if lead_id else None
    if lead is None:
        return {"lead": "Choose the lead practitioner by name"}
    if lead.team_id != to_team_id:
        return {"lead": f"{lead.name} does not work in {team.name}. Choose somebody who does, or the other team"}
    return {}


def _must(row: Handover, act: str) -> None:
    """The step follows from where things stand; if somebody answered meanwhile, say who and when."""
    phase = phase_of(row.state, row.agreed_at, row.sender_closed_at)
    if next_phase(phase, act) is not None:
        return
    words = why_not(phase, act)
    if act != CLOSE_PART and row.answered_at and row.answered_by_id:
        raise Conflict(f"{words} {_name(row.answered_by_id)} answered {when(row.answered_at)}.")
    if act in (AGREE, SEND_BACK) and phase == AGREED and row.agreed_by_id and row.agreed_at:
        raise Conflict(f"{_name(row.agreed_by_id)} agreed to this handover {when(row.agreed_at)}.")
    raise OutOfOrder(words)


def _need(words: str, message: str) -> None:
    if is_blank(words):
        raise Invalid({"words": message})


def _still_with_sender(row: Handover, case_ids: list[int]) -> None:
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


# ---------------------------------------------------------------- steps


def _put(actor: Actor, row: Handover, case_ids: Collection[int]) -> str:
    subject = new_subject("handover")
    row.id = subject.id
    db.session.add(row)
    db.session.flush()
    ids = sorted(case_ids)
    db.session.add_all(HandoverCase(handover_id=row.id, case_id=case_id) for case_id in ids)
    db.session.flush()
    give_reach(f"team:{row.from_team_id}", subject_id=row.id, kind="handover", level=L4, why="sender")
    for principal in sorted(barred_principals(ids)):
        bar(principal, subject_id=row.id, reason="kept from a child in it")
    record(actor, "case.handover.proposed", subjects=[row.id, *ids], **_teams(row), children=len(ids))
    return subject.reference


def _agree(actor: Actor, row: Handover) -> None:
    row.agreed_at, row.agreed_by_id, row.version = clock.now(), actor.user_id, row.version + 1
    db.session.flush()
    give_reach(f"lead:{row.to_team_id}", subject_id=row.id, kind="handover", level=L2, why="receiver")
    record(actor, "case.handover.agreed", subjects=_subjects(row), **_teams(row))


def _answer(actor: Actor, row: Handover, state: str, words: str) -> None:
    row.state, row.answered_at, row.answered_by_id = state, clock.now(), actor.user_id
    row.answer_words, row.version = words or None, row.version + 1
    db.session.flush()


def _move_level_and_episodes(actor: Actor, handover_id: int, case_ids: list[int]) -> None:
    assessed = last_authorised(case_ids)
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
            code = closure_code(EpisodeFacts(case_id in assessed, levels[case_id]))
            close_episode(case_id, EPISODE_BEFORE, code, clock.today(), actor=actor)
        if (case_id, EPISODE_AFTER) not in open_kinds:
            open_episode(case_id, EPISODE_AFTER, clock.today(), actor=actor)


def _close(actor: Actor, row: Handover, case_ids: list[int]) -> None:
    row.sender_closed_at, row.version = clock.now(), row.version + 1
    db.session.flush()
    end_joint_work(actor, case_ids=case_ids, team_id=row.from_team_id, end_reason=END_REASON)
    record(actor, "case.handover.sender_closed", subjects=_subjects(row), **_teams(row))


# ---------------------------------------------------------------- reading what is needed


def _queue(family_id: int) -> None:
    """Two people proposing at once queue here; the second finds the first one's handover."""
    db.session.execute(sa.select(Family.id).where(Family.id == family_id).with_for_update())


def _lock(handover_id: int) -> Handover:
    row = db.session.get(Handover, handover_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound
    return row


def _find_open(family_id: int) -> sa.Row[tuple[str, int, datetime]] | None:
    return db.session.execute(
        sa.select(Subject.reference, Handover.proposed_by_id, Handover.proposed_at)
        .join(Subject, Subject.id == Handover.id)
        .where(Handover.family_id == family_id, Handover.state == PROPOSED)
    ).first()


def _what_it_follows(family_id: int) -> int | None:
    """The family's last handover, when it came back: the new one answers it."""
    row = db.session.execute(
        sa.select(Handover.id, Handover.state)
        .where(Handover.family_id == family_id)
        .order_by(Handover.id.desc())
        .limit(1)
    ).first()
    return row.id if row is not None and row.state in (RETURNED, SENT_BACK, WITHDRAWN) else None


def _case_ids(handover_id: int) -> list[int]:
    return list(
        db.session.scalars(
            sa.select(HandoverCase.case_id)
            .where(HandoverCase.handover_id == handover_id)
            .order_by(HandoverCase.case_id)
        )
    )


def _subjects(row: Handover) -> list[int]:
    return [row.id, *_case_ids(row.id)]


def _teams(row: Handover) -> dict[str, int]:
    return {"from_team": row.from_team_id, "to_team": row.to_team_id}


def _name(user_id: int) -> str:
    return user_names({user_id}).get(user_id, "Somebody")
