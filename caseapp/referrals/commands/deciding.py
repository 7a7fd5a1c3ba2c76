"""What a manager decides, and everything that comes of it in the same transaction: cases, families, tasks, the
answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from caseapp.access.commands import carry_bars
from caseapp.access.domain import Actor
from caseapp.accounts.queries import TeamRow, list_teams
from caseapp.cases.commands import make_task, open_case
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Conflict, Invalid, OutOfOrder, Refused
from caseapp.kernel.events import record
from caseapp.kernel.text import clean, is_blank
from caseapp.kernel.web import when
from caseapp.pathway.commands import hand_to_family_help
from caseapp.referrals.domain.hub import OUTCOME_RULES
from caseapp.referrals.models import Decision, DecisionChild, Referral, ReferralChild
from caseapp.referrals.queries.referral_page import HubChild, HubPage, Proposal, get_hub_page

from .bars import inherit_bars, pass_bars_on
from .household import add_family
from .triage import check_outcomes, check_qualified, decided_words, lock_referral

TASK = "referral_on_open_case"


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


def answer_proposal(actor: Actor, *, referral_id: int, decision_id: int, answer: Answer) -> None:
    """Agree to a proposal, change it, or send it back with a question.

    Raises Refused for whoever proposed it, Conflict when somebody answered meanwhile (who, what, when), OutOfOrder when
    nothing is proposed, Invalid by field (`answer`, `words`, `message`, `outcome_<child>`, `team_<kind>`, ...).
    """
    row = lock_referral(referral_id)
    page = get_hub_page(actor, referral_id)
    proposal = _waiting(page, row, decision_id)
    if proposal.proposed_by_id == actor.user_id:
        raise Refused("You proposed this yourself, so another manager has to agree.")
    said = clean(answer.words)[0]
    if answer.kind == "send_back":
        if is_blank(said):
            raise Invalid({"question": "Write the question, so that it can be answered"})
        _close(actor, proposal, "sent_back", said)
        row.state = "received"
        row.version += 1
        db.session.flush()
        record(actor, "decision.sent_back", subjects=[row.id], decision=proposal.id)
        return
    _decide(actor, row, page, proposal, answer, said)


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


def _decide(actor: Actor, row: Referral, page: HubPage, proposal: Proposal, answer: Answer, said: str) -> None:
    changing = answer.kind == "change"
    outcomes = dict(answer.outcomes) if changing else proposal.proposed
    message = clean(answer.message)[0]
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
    if is_blank(message):
        problems["message"] = "Write what the referrer is told"
    teams = _teams(page, outcomes, answer.teams or {}, problems)
    if problems:
        raise Invalid(problems)
    check_qualified(actor, outcomes)
    now = clock.now()
    _close(actor, proposal, "changed" if changing else "agreed", said, weighed=weighed, consent=consent)
    for child in page.children:
        team = teams.get(OUTCOME_RULES[outcomes[child.id]].team_kind or "")
        db.session.execute(
            sa.update(DecisionChild)
            .where(DecisionChild.decision_id == proposal.id, DecisionChild.child_id == child.id)
            .values(decided=outcomes[child.id], team_id=team)
        )
    row.state, row.decided_at, row.feedback = "decided", now, message
    row.version += 1
    db.session.flush()
    made = _bring_about(actor, row, page, outcomes, teams, consent)
    if changing:
        record(actor, "decision.changed", subjects=[row.id], decision=proposal.id)
    record(actor, "decision.agreed", subjects=[row.id, *made], decision=proposal.id, changed=changing)
    record(actor, "feedback.given", subjects=[row.id])


def _close(actor: Actor, proposal: Proposal, state: str, said: str, *, weighed: str = "", consent: str = "") -> None:
    db.session.execute(
        sa.update(Decision)
        .where(Decision.id == proposal.id)
        .values(
            state=state,
            decided_at=clock.now(),
            decided_by_id=actor.user_id,
            manager_words=said or None,
            history_weighed=weighed or proposal.history_weighed or None,
            consent_words=consent or proposal.consent_words or None,
        )
    )


def _teams(
    page: HubPage, outcomes: Mapping[int, str], chosen: Mapping[str, int], problems: dict[str, str]
) -> dict[str, int]:
    """The team for each kind that is needed: what the addresses say, or what a person chose. Siblings go together."""
    needed = {
        rule.team_kind
        for child in page.children
        if (rule := OUTCOME_RULES.get(outcomes.get(child.id, ""))) and rule.team_kind
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
    actor: Actor, row: Referral, page: HubPage, outcomes: Mapping[int, str], teams: Mapping[str, int], consent: str
) -> list[int]:
    """Open cases, note open ones, write what became of each child. Gives the ids of cases and persons it is about."""
    # What barred somebody from these people since the referral came counts too.
    inherit_bars(row.id, page.document)
    opening = [child for child in page.children if OUTCOME_RULES[outcomes[child.id]].opens_case]
    persons: dict[int, int] = {}
    family_id = 0
    if opening:
        family_id, persons = add_family(actor, page)
    about: list[int] = []
    to_family_help: list[int] = []
    for child in page.children:
        rule = OUTCOME_RULES[outcomes[child.id]]
        known = page.open_case_of(child)
        case_id = None
        if rule.opens_case:
            case_id = _open(actor, row, rule.key, persons[child.id], family_id, teams)
            to_family_help += [case_id] if rule.team_kind == "family_help" else []
        elif known is not None and rule.key == "open_case":
            case_id, persons[child.id] = known.id, known.person_id
            make_task(case_id=case_id, kind=TASK, about_id=row.id, actor=actor)
            record(actor, "referral.noted_on_case", subjects=[case_id, known.person_id, row.id], referral=row.id)
        _settle_child(child, outcomes[child.id], persons.get(child.id), case_id)
        about += [number for number in (case_id, persons.get(child.id)) if number]
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
            consent_by=consent or page.parents[1],
            proposed_by_id=page.proposals[0].proposed_by_id,
        )
    return about


def _open(actor: Actor, row: Referral, outcome: str, person_id: int, family_id: int, teams: Mapping[str, int]) -> int:
    """Open one case. To family help it is the hub's until the receiving team has accepted (two keys); otherwise custody
    passes at the decision."""
    rule = OUTCOME_RULES[outcome]
    assert rule.level and rule.episode and rule.team_kind
    opened = open_case(
        actor,
        person_id=person_id,
        family_id=family_id,
        referral_id=row.id,
        received_at=row.received_at,
        level=rule.level,
        team_id=hub_team().id if rule.team_kind == "family_help" else teams[rule.team_kind],
        episode_kind=rule.episode,
    )
    carry_bars([row.id], [opened.id])
    return opened.id


def hub_team() -> TeamRow:
    """The hub: it holds a case until family help has taken it on."""
    return list_teams(kind="hub")[0]


def _settle_child(child: HubChild, outcome: str, person_id: int | None, case_id: int | None) -> None:
    db.session.execute(
        sa.update(ReferralChild)
        .where(ReferralChild.id == child.id)
        .values(outcome=outcome, became=OUTCOME_RULES[outcome].became, person_id=person_id, case_id=case_id)
    )
