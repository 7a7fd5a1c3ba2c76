"""A manager's answer to a proposal, on one page (practice 27): agree, change, or send back with a question."""

from collections.abc import Mapping
from typing import Any

from flask import current_app, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from caseapp.access.domain import Actor, SubjectAccess
from caseapp.access.guard import guard
from caseapp.accounts.commands import forget_unsent
from caseapp.accounts.queries import Unsent, list_teams
from caseapp.kernel import clock
from caseapp.kernel.errors import Conflict, Invalid, OutOfOrder
from caseapp.kernel.subjects import parse_reference
from caseapp.referrals.commands.deciding import Answer, answer_proposal, message_field
from caseapp.referrals.domain.hub import (
    OUTCOME_RULES,
    Told,
    draft_family_message,
    draft_message,
    draft_public_message,
    hears_again,
    parents_sentence,
    why_no_family_letter,
)
from caseapp.referrals.forms.hub import DecisionForm, decision_form
from caseapp.referrals.queries.hub import next_to_agree
from caseapp.referrals.queries.referral_page import HubPage, get_hub_page

from .blueprint import bp
from .hub import OUTCOME_WORDS, children_of, field_of, note_others, outcomes_of, too_late, with_suggestions

KINDS = ("locality", "family_help")


@bp.get("/<ref:reference>/decision")
@guard("referral:decide")
def decision(actor: Actor, subject: SubjectAccess) -> Any:
    """Everything a manager needs to answer a proposal, on one page."""
    page = with_suggestions(actor, get_hub_page(actor, subject.id, unsent_at=_place(subject)))
    if page.open_proposal is None:
        return redirect(url_for("referrals.show", reference=subject.reference), 303)
    note_others(page, subject)
    unsent = page.unsent if "fresh" not in request.args else None
    if unsent and dict(unsent.fields).get("decision") != str(page.open_proposal.id):
        # It was an answer to another proposal.
        unsent = None
    form = _decision_form(page, MultiDict(unsent.fields) if unsent else None)
    return _decision_page(page, form, blocked=_blocked(actor, page), unsent=unsent)


def _place(subject: SubjectAccess) -> str:
    """Where an answer that is not sent yet belongs."""
    return url_for("referrals.decision", reference=subject.reference)


@bp.post("/<ref:reference>/decision")
@guard("referral:decide")
def decide(actor: Actor, subject: SubjectAccess) -> Any:
    """Agree, change, or send back; then the next one that waits opens."""
    page = get_hub_page(actor, subject.id)
    form = _decision_form(page, request.form)
    answer = _answer(page, form)
    decision_id = request.form.get("decision", "")
    if page.open_proposal and not form.validate():
        return _decision_page(page, form, blocked=_blocked(actor, page)), 422
    if page.open_proposal and _stale_message(page, form, answer):
        return _decision_page(page, form, blocked=None), 422
    try:
        answer_proposal(
            actor,
            referral_id=subject.id,
            decision_id=int(decision_id)
            if decision_id.isascii() and decision_id.isdigit() and len(decision_id) < 16
            else 0,
            answer=answer,
        )
    except Invalid as error:
        form.add_errors(error.problems)
        return _decision_page(page, form, blocked=None), 422
    except (Conflict, OutOfOrder) as error:
        return too_late(subject, error, answer.words, answer.message, *answer.messages.values())
    forget_unsent(actor, _place(subject))
    waiting = next_to_agree(actor)
    if waiting:
        return redirect(url_for("referrals.decision", reference=waiting, after=subject.reference), 303)
    return redirect(url_for("referrals.queue", tab="to-agree"), 303)


def _choices(page: HubPage) -> dict[str, list[tuple[int, str]]]:
    """The teams a person picks from, for each kind whose team no address says. Barred teams are not offered."""
    return {
        kind: [(team.id, team.name) for team in list_teams(kind=kind) if team.id not in page.barred_teams]
        for kind in KINDS
        if page.obvious_team(kind) is None
    }


def _decision_form(page: HubPage, formdata: Any) -> DecisionForm:
    proposed = page.open_proposal.proposed if page.open_proposal else {}
    return decision_form(
        children_of(page),
        weigh=page.weigh,
        ask_consent=not page.agrees,
        choose=_choices(page),
        proposed=proposed,
        texts=_texts(page, proposed),
        messages={
            message_field(page, each.id): f"What {_whom(each)} is told, about {each.reference}" for each in page.others
        },
        formdata=formdata,
    )


def _texts(page: HubPage, proposed: dict[int, str]) -> dict[str, str]:
    """What stands in the form before anything is typed: the drafted message, and what the proposal said already."""
    if page.open_proposal is None:
        return {}
    return {
        **{message_field(page, each.id): _draft(page, each, proposed) for each in page.together},
        "family_message": _letter(page, proposed),
        "history_weighed": page.open_proposal.history_weighed,
        "consent_words": page.open_proposal.consent_words,
    }


def _answer(page: HubPage, form: DecisionForm) -> Answer:
    chosen = {kind: form[f"team_{kind}"].data for kind in KINDS if f"team_{kind}" in form}
    return Answer(
        kind=form.answer.data or "",
        outcomes=outcomes_of(page, form),
        words=form.question.data if form.answer.data == "send_back" else form.words.data,
        message=form.message.data,
        messages={each.id: form[message_field(page, each.id)].data for each in page.others},
        family_message=form.family_message.data,
        history_weighed=field_of(form, "history_weighed"),
        consent_words=field_of(form, "consent_words"),
        teams={
            kind: int(number)
            for kind, number in chosen.items()
            if number and number.isascii() and number.isdigit() and len(number) < 19
        },
    )


def _whom(page: HubPage) -> str:
    """Who told us, in the label of what they are told."""
    return " of ".join(dict.fromkeys(part for part in (page.referrer["name"], page.sender) if part))


def _draft(page: HubPage, to: HubPage, outcomes: Mapping[int, str]) -> str:
    """The message to one of the referrers for these outcomes: of the children that they told of, by the names that they
    gave. Only the route knows the hub's number."""
    hub_phone = current_app.config["HUB_PHONE"]
    if to.public:
        return draft_public_message(reference=to.reference, hub_phone=hub_phone)
    told = []
    for line in page.lines:
        rule = OUTCOME_RULES.get(line.pick(outcomes))
        name = next((child.name for said, child in line.told if said.id == to.id), None)
        if rule is None or name is None:
            continue
        known, team, phone = page.open_case_for(line), "", ""
        if known and page.steps_up(line, rule.key):
            team, phone = f"{known.team}, until social work has taken the family on", known.phone
        elif rule.team_kind == "family_help":
            team, phone = "the hub, until family help has taken the family on", hub_phone
        elif rule.team_kind:
            found = page.obvious_team(rule.team_kind)
            team, phone = (found.name, found.phone) if found else ("a social work team, which rings you", hub_phone)
        elif rule.key == "open_case" and known:
            team, phone = known.team, known.phone
        told.append(Told(name, rule.key, team, phone))
    return draft_message(
        told,
        reference=to.reference,
        why=page.open_proposal.advice if page.open_proposal else "",
        parents=parents_sentence(to.document, [each.document for each in page.together]),
        hub_phone=hub_phone,
        hears_by=hears_again([child.outcome for child in told]),
    )


def _letter(page: HubPage, outcomes: Mapping[int, str]) -> str:
    """The letter to the family: only where all say that the parents know, and nothing is kept from them."""
    chosen = {line.name: key for line in page.lines if (key := line.pick(outcomes)) in OUTCOME_RULES}
    if not chosen or why_no_family_letter([each.document for each in page.together]):
        return ""
    return draft_family_message(chosen, hub_phone=current_app.config["HUB_PHONE"])


def _stale_message(page: HubPage, form: DecisionForm, answer: Answer) -> bool:
    """True, with the messages written anew, when the decision was changed but they still tell of the proposal."""
    if answer.kind != "change" or page.open_proposal is None:
        return False
    was, now = page.open_proposal.proposed, page.expand(answer.outcomes)
    if now == was:
        return False
    problems = {}
    drafts = {
        message_field(page, each.id): (_draft(page, each, was), _draft(page, each, now)) for each in page.together
    }
    drafts["family_message"] = (_letter(page, was), _letter(page, now))
    for name, (old, new) in drafts.items():
        if old != new and form[name].data.strip() == old.strip():
            form[name].typed = new
            problems[name] = (
                "The message told of what was proposed. It is written anew for your change: read it, then send"
            )
    form.add_errors(problems)
    return bool(problems)


def _needed(page: HubPage) -> set[str]:
    """The kinds of team that what is proposed needs: their choice stands in the open, the others under "Change it"."""
    proposed = page.open_proposal.proposed.values() if page.open_proposal else ()
    return {OUTCOME_RULES[key].team_kind or "" for key in proposed}


def _blocked(actor: Actor, page: HubPage) -> str | None:
    if page.hidden:
        return "Part of this must not be seen by you, so another manager has to decide it."
    if page.open_proposal and page.open_proposal.proposed_by_id == actor.user_id:
        return "You proposed this yourself, so another manager has to agree."
    return None


def _decision_page(page: HubPage, form: DecisionForm, *, blocked: str | None, unsent: Unsent | None = None) -> str:
    decided_before = parse_reference(request.args.get("after", ""))
    return render_template(
        "referrals/hub/decision.html",
        page=page,
        form=form,
        errors=form.error_list,
        blocked=blocked,
        unsent=unsent,
        decided_before=decided_before,
        needed=_needed(page),
        no_letter=why_no_family_letter([each.document for each in page.together]),
        others=[(each, form[message_field(page, each.id)]) for each in page.others],
        why_choose={kind: page.why_choose(kind) for kind in KINDS},
        outcome_words=OUTCOME_WORDS,
        today=clock.today(),
    )
