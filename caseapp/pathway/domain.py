"""A handover's phases and who may take which step, consent, and which code closes the episode. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from caseapp.assessments import domain as assessed

STEP_DOWN, FROM_HUB, STEP_UP, TRANSFER = "step_down", "hub_to_family_help", "step_up", "transfer"

PROPOSED, AGREED, ACCEPTED, CLOSED = "proposed", "agreed", "accepted", "closed"
RETURNED, SENT_BACK, WITHDRAWN = "returned", "sent_back", "withdrawn"

AGREE, SEND_BACK, ACCEPT, RETURN, WITHDRAW, CLOSE_PART = (
    "agree",
    "send_back",
    "accept",
    "return",
    "withdraw",
    "close_part",
)

# phase, act -> the phase after it. What is not here can't be done: a receiver can't accept before the sender's manager
# agreed, and the sender can't close its part before the receiver accepted.
TRANSITIONS: dict[tuple[str, str], str] = {
    (PROPOSED, AGREE): AGREED,
    (PROPOSED, SEND_BACK): SENT_BACK,
    (PROPOSED, WITHDRAW): WITHDRAWN,
    (AGREED, ACCEPT): ACCEPTED,
    (AGREED, RETURN): RETURNED,
    (AGREED, WITHDRAW): WITHDRAWN,
    (ACCEPTED, CLOSE_PART): CLOSED,
}

_WHERE_IT_STANDS: dict[str, str] = {
    PROPOSED: "The sending team's manager has not agreed to this handover yet.",
    AGREED: "This handover waits for the receiving team's answer.",
    ACCEPTED: "This handover was accepted.",
    CLOSED: "This handover was accepted, and the sending team has closed its part.",
    RETURNED: "This handover was sent back by the receiving team. A new one has to be proposed.",
    SENT_BACK: "This handover was sent back to the worker. A new one has to be proposed.",
    WITHDRAWN: "This handover was withdrawn by the sending team.",
}


def phase_of(state: str, agreed_at: datetime | None, sender_closed_at: datetime | None) -> str:
    """The phase behind a stored state: proposed turns agreed, accepted turns closed."""
    if state == PROPOSED:
        return AGREED if agreed_at else PROPOSED
    if state == ACCEPTED:
        return CLOSED if sender_closed_at else ACCEPTED
    return state


def next_phase(phase: str, act: str) -> str | None:
    """The phase after `act`, or None if it can't be done."""
    return TRANSITIONS.get((phase, act))


def why_not(phase: str, act: str) -> str:
    """Why `act` can't be done, as a sentence that says where the handover stands."""
    if (phase, act) == (PROPOSED, ACCEPT):
        return f"{_WHERE_IT_STANDS[PROPOSED]} Until then nothing can be accepted."
    if act == CLOSE_PART:
        return f"{_WHERE_IT_STANDS[phase]} The sending team stays accountable until the receiving team accepts."
    return _WHERE_IT_STANDS[phase]


# ---------------------------------------------------------------- consent

GIVEN: frozenset[str] = assessed.GIVEN
SUFFICIENT: frozenset[str] = assessed.SUFFICIENT
# Where no agreement is asked for: social work, or the same help by another team.
TOLD, NOT_TOLD = "told", "not_told"

NO_CONSENT = (
    "Family help needs the family's consent: without it nothing is handed over. If the family has said no, record whom "
    "you told instead: in 12 weeks somebody looks back."
)


def check_consent(code: str, *, by: str, on: date | None, how: str) -> dict[str, str]:
    """What is wrong with the consent given: field name to message.

    Consent that was given says by whom, when and how.
    """
    if code not in SUFFICIENT:
        return {"consent": NO_CONSENT}
    if code not in GIVEN:
        return {}
    problems = {
        "consent_by": "" if by.strip() else "Say who agreed",
        "consent_on": "" if on else "Say when they agreed",
        "consent_how": "" if how else "Say how they agreed",
    }
    return {field: message for field, message in problems.items() if message}


# ---------------------------------------------------------------- what is recorded before the sender steps back

ACTIONS, MEETING = "actions", "meeting"
# Of a step-down, before the sender may close its part (domain 2.3): part to what is said when it is not there.
BEFORE_CLOSING: dict[str, str] = {
    ACTIONS: "Write down first what was agreed to be done, and what shows that it is done.",
    MEETING: "Write down first the joint meeting with the family: when, who was there, what the family said.",
}


def not_recorded(direction: str, parts: Collection[str]) -> str:
    """What has still to be recorded before the sending team may close its part, in words; "" when nothing has."""
    if direction != STEP_DOWN:
        return ""
    return " ".join(words for part, words in BEFORE_CLOSING.items() if part not in parts)


# ---------------------------------------------------------------- answering in somebody's place


def in_whose_place(
    *, manages: bool, head: bool, late: bool, managers: Collection[str], away: Collection[str]
) -> tuple[str | None, str]:
    """In whose place somebody answers a handover, and why they may not: (None, "") for the team's own manager.

    `managers`: the receiving team's, by name; `away`: those of them who are away today. The head answers what nobody
    answered in time; a manager of the panel for a colleague who is away.
    """
    if manages:
        return None, ""
    names = " and ".join(sorted(managers))
    if head:
        return (f"{names or 'the team'}, who had not answered in time", "") if late else (None, _NOT_LATE)
    if set(managers) <= set(away):
        return (f"{names}, away today" if names else "the team, which has no manager"), ""
    here = " and ".join(sorted(set(managers) - set(away)))
    return None, f"{here} is at work today: this is theirs to answer. You may answer only for a manager who is away."


_NOT_LATE = "The receiving team still has time to answer. It comes to you when that is over."


# ---------------------------------------------------------------- the episode

ASSESSED_FIRST: frozenset[str] = frozenset({"assessment", "strategy_discussion"})
"""Levels that an authorised assessment has to end before the family is stepped down."""

CHILD_IN_NEED_PLAN = "child_in_need"
"""The level under which a child had a child in need plan."""


@dataclass(frozen=True)
class EpisodeFacts:
    """What a child-in-need episode held: an authorised assessment, every level the case was at, and whether an enquiry,
    a conference or a plan began in it."""

    assessed: bool
    levels: Collection[str]
    began: bool = False


def closure_code(facts: EpisodeFacts) -> str:
    """The census code that closes a child-in-need episode at a step-down.

    RC9 (closed after assessment, referred to early help) when it holds an assessment and no section 47 enquiry,
    child in need plan or protection plan; otherwise RC7 (services ceased).
    """
    return "RC9" if facts.assessed and not facts.began and CHILD_IN_NEED_PLAN not in facts.levels else "RC7"


# ---------------------------------------------------------------- who has held the family


@dataclass(frozen=True)
class Held:
    """One team's stretch with the family: from when until when (None: holds it now)."""

    team_id: int
    team: str
    lead: str
    from_at: datetime
    to_at: datetime | None


# Brothers and sisters move in one step, but each row has its own instant: this far apart it is still the same step.
ONE_STEP = timedelta(minutes=1)


def merge_held(rows: Collection[tuple[int, int, str, str, datetime, datetime | None]]) -> list[Held]:
    """One chain for the family out of custody rows (case, team, team's name, lead, from, to) of several children.

    Rows of brothers and sisters that say the same become one link, with every lead named once; oldest first.
    """
    chain: list[Held] = []
    for _, team_id, team, lead, from_at, to_at in sorted(rows, key=lambda row: (row[4], row[5] is None, row[0])):
        for place, link in enumerate(chain):
            if link.team_id == team_id and _same_step(link.from_at, from_at) and _same_step(link.to_at, to_at):
                leads = dict.fromkeys([*filter(None, link.lead.split(", ")), *filter(None, [lead])])
                chain[place] = replace(link, lead=", ".join(leads))
                break
        else:
            chain.append(Held(team_id, team, lead, from_at, to_at))
    return chain


def _same_step(one: datetime | None, other: datetime | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) < ONE_STEP


def gaps(rows: Collection[tuple[int, datetime, datetime | None]]) -> list[tuple[int, datetime, datetime]]:
    """The stretches in which a case (case, from, to) was in nobody's hands: there should be none."""
    found = []
    by_case: dict[int, list[tuple[datetime, datetime | None]]] = {}
    for case_id, from_at, to_at in rows:
        by_case.setdefault(case_id, []).append((from_at, to_at))
    for case_id, stretches in by_case.items():
        stretches.sort(key=lambda stretch: stretch[0])
        for (_, ended), (began, _) in pairwise(stretches):
            if ended is not None and ended < began:
                found.append((case_id, ended, began))
    return found


# ---------------------------------------------------------------- asking somebody outside to lead (practice 19)

ASKED, YES, NOT_YET, NO = "asked", "yes", "not_yet", "no"
DECLINED: frozenset[str] = frozenset({NOT_YET, NO})


def check_answer_to_lead(
    answer: str, *, reason: str, deputy: str, deputy_phone: str, meeting_is_closed: bool, cover: str, cover_phone: str
) -> dict[str, str]:
    """What is missing from the answer of somebody who is asked to lead: field name to message.

    A yes names who stands in for them, and who covers a meeting with the family that falls into weeks in which they are
    closed: until then it does not count (practice 19). Anything else says why, by one of five reasons.
    """
    if answer not in (YES, NOT_YET, NO):
        return {"answer": "Choose yes, not yet or no"}
    if answer != YES:
        return {} if reason else {"reason": "Choose the reason that comes closest"}
    problems = {
        "deputy": "" if deputy.strip() else "Write who stands in for you",
        "deputy_phone": "" if deputy_phone.strip() else "Write a telephone number where they can be reached",
    }
    if meeting_is_closed:
        problems["cover"] = "" if cover.strip() else "The meeting is in your closed weeks: write who comes for you"
        problems["cover_phone"] = "" if cover_phone.strip() else "Write a telephone number where they can be reached"
    return {field: message for field, message in problems.items() if message}
