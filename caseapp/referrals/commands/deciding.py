"""What a manager decides, and everything that comes of it in the same transaction: cases, families, tasks, the
answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from caseapp.access.commands import carry_bars
from caseapp.access.domain import Actor
from caseapp.accounts.queries import TeamRow, list_teams
from caseapp.cases.commands import open_case
from caseapp.kernel import clock
from caseapp.kernel.db import db, fetch, write_rows
from caseapp.kernel.errors import Conflict, Invalid, OutOfOrder, Refused
from caseapp.kernel.events import record
from caseapp.kernel.text import clean, is_blank
from caseapp.kernel.web import when
from caseapp.pathway.commands import hand_to_family_help, hand_up
from caseapp.referrals.domain.children import as_object
from caseapp.referrals.domain.hub import NOTE_ON_OPEN_CASE, OUTCOME_RULES, REFERRAL, Outcome, parent_agrees
from caseapp.referrals.domain.step_up import STEP_UP
from caseapp.referrals.models import Decision, DecisionChild, DecisionReferral, Referral, ReferralChild
from caseapp.referrals.queries.done import Proposal
from caseapp.referrals.queries.history import OpenCase
from caseapp.referrals.queries.lines import Line
from caseapp.referrals.queries.referral_page import HubPage, get_hub_page

from .bars import inherit_bars, pass_bars_on
from .household import add_family, tell_addresses
from .known import carry_answers
from .open_cases import note_on_cases
from .triage import check_outcomes, check_qualified, decided_words, lock_referral


@dataclass(frozen=True)
class Answer:
    """A manager's answer to a proposal: `kind` agree | change | send_back; `outcomes` by child; `words` why changed,
    or the question; `message` to the referrer; `teams` chosen by a person, by kind, where the address does not say."""

    kind: str
    outcomes: Mapping[int, str]
    words: str = ""
    message: str = ""
    history_weighed: str = ""
    consent_words: str = ""
    teams: Mapping[str, int] | None = None
    # To the referrers of the other contacts, by the contact's id; and the letter to the family.
    messages: Mapping[int, str] = field(default_factory=dict)
    family_message: str | None = None


def answer_proposal(actor: Actor, *, referral_id: int, decision_id: int, answer: Answer) -> None:
    """Agree to a proposal, change it, or send it back with a question.

    Raises Refused for whoever proposed it, Conflict when somebody answered meanwhile (who, what, when), OutOfOrder when
    nothing is proposed, Invalid by field (`answer`, `words`, `message`, `outcome_<child>`, `team_<kind>`, ...).
    """
    rows = _lock_all(referral_id)
    row = next(each for each in rows if each.id == referral_id)
    page = get_hub_page(actor, referral_id)
    proposal = _waiting(page, row, decision_id)
    if page.hidden:
        raise Refused("Part of this must not be seen by you, so another manager has to decide it.")
    if proposal.proposed_by_id == actor.user_id:
        raise Refused("You proposed this yourself, so another manager has to agree.")
    said = clean(answer.words)[0]
    if answer.kind == "send_back":
        if is_blank(said):
            raise Invalid({"question": "Write the question, so that it can be answered"})
        _close(actor, proposal, "sent_back", said)
        for each in rows:
            each.state = "received"
            each.version += 1
        db.session.flush()
        record(actor, "decision.sent_back", subjects=[each.id for each in rows], decision=proposal.id)
        return
    _decide(actor, rows, page, proposal, answer, said)


def _lock_all(referral_id: int) -> list[Referral]:
    """The contact and all that are proposed with it, held until the transaction ends, always taken in one order."""
    found = fetch(_PROPOSED_WITH, {"referral": referral_id})
    return [lock_referral(number) for number in sorted({referral_id, *(row.referral_id for row in found)})]


_ONE, _OTHER = sa.alias(DecisionReferral.__table__), sa.alias(DecisionReferral.__table__)
_PROPOSED_WITH = (
    sa.select(_OTHER.c.referral_id)
    .join(_ONE, _ONE.c.decision_id == _OTHER.c.decision_id)
    .join(Decision, Decision.id == _ONE.c.decision_id)
    .where(_ONE.c.referral_id == sa.bindparam("referral"), Decision.state == "proposed")
)


def _waiting(page: HubPage, row: Referral, decision_id: int) -> Proposal:
    """The proposal that is being answered. Raises if it no longer waits."""
    asked = next((proposal for proposal in page.proposals if proposal.id == decision_id), None)
    if row.decided_at is not None:
        raise Conflict(f"Not sent: {decided_words(row)}" if asked else decided_words(row))
    if page.open_proposal is None:
        if asked and asked.decided_at:
            raise Conflict(
                f"Not sent: {asked.decided_by} sent it back {when(asked.decided_at)}: “{asked.manager_words}”."
            )
        raise OutOfOrder("Nobody has proposed a decision yet, so there is nothing to agree to.")
    if page.open_proposal.id != decision_id:
        raise Conflict(
            f"Not sent: {page.open_proposal.proposed_by} proposed something new "
            f"{when(page.open_proposal.proposed_at)}. Read that first."
        )
    return page.open_proposal


def _decide(
    actor: Actor, rows: Sequence[Referral], page: HubPage, proposal: Proposal, answer: Answer, said: str
) -> None:
    changing = answer.kind == "change"
    outcomes = page.expand(answer.outcomes) if changing else proposal.proposed
    messages = {page.id: answer.message, **answer.messages}
    messages = {each.id: clean(messages.get(each.id, ""))[0] for each in page.together}
    weighed = clean(answer.history_weighed)[0] or proposal.history_weighed
    consent = clean(answer.consent_words)[0] or proposal.consent_words
    problems = check_outcomes(page, outcomes, consent_words=consent, history_weighed=weighed)
    if answer.kind not in ("agree", "change"):
        problems["answer"] = "Choose to agree, to change it, or to send it back"
    if changing and is_blank(said):
        problems["words"] = "Write why you change it, so that the person who proposed it can read it"
    if changing and not problems and outcomes == proposal.proposed:
        problems["answer"] = (
            "Nothing is different from what was proposed. Agree to it, or choose another decision for a child"
        )
    for each in page.together:
        if is_blank(messages[each.id]):
            problems[message_field(page, each.id)] = "Write what the referrer is told"
    teams = _teams(page, outcomes, answer.teams or {}, problems)
    if problems:
        raise Invalid(problems)
    check_qualified(actor, outcomes)
    letter = answer.family_message
    _close(
        actor,
        proposal,
        "changed" if changing else "agreed",
        said,
        weighed=weighed,
        consent=consent,
        letter=proposal.family_message if letter is None else clean(letter)[0],
    )
    write_rows(
        _DECIDE_CHILD,
        [
            {
                "of_decision": proposal.id,
                "of_child": number,
                "decided": line.pick(outcomes),
                "team_id": teams.get(OUTCOME_RULES[line.pick(outcomes)].team_kind or ""),
            }
            for line in page.lines
            for number in line.row_ids
        ],
    )
    for row in rows:
        row.state, row.decided_at, row.feedback = "decided", clock.now(), messages[row.id]
        row.version += 1
    db.session.flush()
    made = _bring_about(actor, page, outcomes, teams, consent)
    ids = [row.id for row in rows]
    if changing:
        record(actor, "decision.changed", subjects=ids, decision=proposal.id)
    record(actor, "decision.agreed", subjects=[*ids, *made], decision=proposal.id, changed=changing)
    for number in ids:
        record(actor, "feedback.given", subjects=[number])


def message_field(page: HubPage, referral_id: int) -> str:
    """The name of the field that holds what one of the referrers is told."""
    return "message" if referral_id == page.id else f"message_{referral_id}"


def _close(
    actor: Actor,
    proposal: Proposal,
    state: str,
    said: str,
    *,
    weighed: str = "",
    consent: str = "",
    letter: str | None = None,
) -> None:
    answered = {
        "state": state,
        "decided_at": clock.now(),
        "decided_by_id": actor.user_id,
        "manager_words": said or None,
        "history_weighed": weighed or proposal.history_weighed or None,
        "consent_words": consent or proposal.consent_words or None,
        "family_message": (proposal.family_message if letter is None else letter) or None,
    }
    write_rows(_ANSWER, [{"of_decision": proposal.id, **answered}])


# Built once: each decision passes here, and building them took longer than the database needs to write.
_DECISION: Any = Decision.__table__
_ANSWER = sa.update(_DECISION).where(_DECISION.c.id == sa.bindparam("of_decision"))
_CHILD: Any = DecisionChild.__table__
_DECIDE_CHILD = sa.update(_CHILD).where(
    _CHILD.c.decision_id == sa.bindparam("of_decision"), _CHILD.c.child_id == sa.bindparam("of_child")
)


def _teams(
    page: HubPage, outcomes: Mapping[int, str], chosen: Mapping[str, int], problems: dict[str, str]
) -> dict[str, int]:
    """The team for each kind that is needed: what the addresses say, or what a person chose. Siblings go together."""
    needed = {
        rule.team_kind for line in page.lines if (rule := OUTCOME_RULES.get(line.pick(outcomes))) and rule.team_kind
    }
    found: dict[str, int] = {}
    for kind in sorted(needed):
        obvious = page.obvious_team(kind)
        if obvious is not None:
            found[kind] = obvious.id
        elif _may_take(page, kind, chosen.get(kind)):
            found[kind] = chosen[kind]
        else:
            problems[f"team_{kind}"] = f"Choose the team. {page.why_choose(kind)}"
    return found


def _may_take(page: HubPage, kind: str, team_id: int | None) -> bool:
    return any(team.id == team_id for team in list_teams(kind=kind)) and team_id not in page.barred_teams


def _bring_about(
    actor: Actor, page: HubPage, outcomes: Mapping[int, str], teams: Mapping[str, int], consent: str
) -> list[int]:
    """Open cases, note open ones, write what became of each child. Gives the ids of cases and persons it is about."""
    # What barred somebody from these people since the contacts came counts too.
    for each in page.together:
        inherit_bars(each.id, each.document)
    persons: dict[int, int] = {}
    family_id = 0
    if _opens_any(page, outcomes):
        family_id, persons = add_family(actor, page)
    about: list[int] = []
    to_family_help: list[int] = []
    noted: dict[int, list[tuple[int, int]]] = {}
    ups: dict[tuple[int, int], dict[int, str]] = {}
    for line in page.lines:
        rule = OUTCOME_RULES[line.pick(outcomes)]
        known = page.open_case_for(line)
        case_id = None
        if known is not None and page.steps_up(line, rule.key):
            case_id, persons[line.id] = known.id, known.person_id
            ups.setdefault((known.family_id, known.team_id), {})[known.id] = rule.level or ""
            _note_others(noted, line, known)
        elif rule.opens_case:
            case_id = _open(actor, page, line, rule, persons[line.id], family_id, teams)
            to_family_help += [case_id] if rule.team_kind == "family_help" else []
        elif known is not None and rule.key == "open_case":
            case_id, persons[line.id] = known.id, known.person_id
            _note_others(noted, line, known)
        # Who it is stays on the contact whatever is decided.
        _settle_line(line, rule, persons.setdefault(line.id, line.person_id or 0) or None, case_id)
        about += [number for number in (case_id, persons.get(line.id)) if number]
    for each in page.together:
        note_on_cases(actor, each, noted.get(each.id, ()))
    tell_addresses(actor, page, persons)
    carry_answers(actor, {persons[line.id]: line.row_ids for line in page.lines if persons[line.id]})
    pass_bars_on(page, family_id)
    if to_family_help:
        hand_to_family_help(
            actor,
            family_id=family_id,
            case_ids=to_family_help,
            from_team_id=hub_team().id,
            to_team_id=teams["family_help"],
            reasons=page.proposals[0].reasons,
            consent="agreed",
            consent_by=consent or _who_agrees(page),
            proposed_by_id=page.proposals[0].proposed_by_id,
        )
    _hand_up(actor, page, ups, teams)
    return about


def _hand_up(
    actor: Actor, page: HubPage, ups: Mapping[tuple[int, int], dict[int, str]], teams: Mapping[str, int]
) -> None:
    """Ask social work to take on the children of family help for whom that was decided (by family and team)."""
    for (family_id, held_by), levels in ups.items():
        hand_up(
            actor,
            family_id=family_id,
            levels=levels,
            from_team_id=held_by,
            to_team_id=teams["locality"],
            referral_id=page.id,
            asked_at=page.received_at,
            reasons=page.proposals[0].reasons,
            told=page.parents[0].startswith("Told"),
            proposed_by_id=page.proposals[0].proposed_by_id,
            urgent=page.rating == "red",
        )


def _opens_any(page: HubPage, outcomes: Mapping[int, str]) -> bool:
    """Whether a case opens for any child: not for one whom social work takes on from family help."""
    chosen = [(line, line.pick(outcomes)) for line in page.lines]
    return any(OUTCOME_RULES[outcome].opens_case and not page.steps_up(line, outcome) for line, outcome in chosen)


def _note_others(noted: dict[int, list[tuple[int, int]]], line: Line, known: OpenCase) -> None:
    """Whoever holds the case reads what was told, unless they told it themselves: a step-up is theirs."""
    for told, _child in line.told:
        if as_object(told.document).get("mode") != STEP_UP:
            noted.setdefault(told.id, []).append((known.id, known.person_id))


def _who_agrees(page: HubPage) -> str:
    """What the referrer says of who agreed; of several the first who says so."""
    return next((each.parents[1] for each in page.together if parent_agrees(each.document)), page.parents[1])


def _open(
    actor: Actor, page: HubPage, line: Line, rule: Outcome, person_id: int, family_id: int, teams: Mapping[str, int]
) -> int:
    """Open one case, dated by the first contact that told of the child; the others are noted on it. To family help it
    is the hub's until the receiving team has accepted (two keys); otherwise custody passes at the decision."""
    assert rule.level and rule.episode and rule.team_kind
    first, _child = line.told[0]
    opened = open_case(
        actor,
        person_id=person_id,
        family_id=family_id,
        referral_id=first.id,
        received_at=first.received_at,
        level=rule.level,
        team_id=hub_team().id if rule.team_kind == "family_help" else teams[rule.team_kind],
        episode_kind=rule.episode,
    )
    carry_bars([each.id for each in page.together], [opened.id])
    for told, _child in line.told[1:]:
        record(actor, "referral.noted_on_case", subjects=[opened.id, person_id, told.id], referral=told.id)
    return opened.id


def hub_team() -> TeamRow:
    """The hub: it holds a case until family help has taken it on."""
    return list_teams(kind="hub")[0]


def _settle_line(line: Line, rule: Outcome, person_id: int | None, case_id: int | None) -> None:
    """What became of the child in each contact. One child is one referral in the census, dated the day the first
    contact was received; what others told meanwhile is a note on the case that it opens."""
    common = {"outcome": rule.key, "person_id": person_id, "case_id": case_id}
    write_rows(
        _SETTLE,
        [
            {
                "of_child": number,
                "became": NOTE_ON_OPEN_CASE if rule.became == REFERRAL and place else rule.became,
                **common,
            }
            for place, number in enumerate(line.row_ids)
        ],
    )


_ROW: Any = ReferralChild.__table__
_SETTLE = sa.update(_ROW).where(_ROW.c.id == sa.bindparam("of_child"))
