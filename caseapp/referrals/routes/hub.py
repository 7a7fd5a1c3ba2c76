"""The hub's pages: the queue, a referral, its rating and proposal, the manager's decision, what is to be put right."""

from typing import Any

from flask import current_app, redirect, render_template, request, url_for

from caseapp.access.domain import PERMISSIONS, Actor, SubjectAccess, allows
from caseapp.access.guard import guard, note_read
from caseapp.accounts.queries import list_teams
from caseapp.kernel import clock
from caseapp.kernel.errors import Conflict, Invalid, OutOfOrder, Refused
from caseapp.kernel.subjects import parse_reference
from caseapp.referrals.catalogue import OUTCOMES
from caseapp.referrals.commands.deciding import Answer, answer_proposal
from caseapp.referrals.commands.triage import propose_decision, rate_referral, read_referral, settle_mark
from caseapp.referrals.domain.hub import OUTCOME_RULES, Told, draft_message, hears_again, parents_sentence
from caseapp.referrals.forms.hub import DecisionForm, MarkForm, ProposalForm, RatingForm, decision_form, proposal_form
from caseapp.referrals.queries.hub import (
    Counts,
    Page,
    count_queue,
    last_decided,
    list_marks,
    list_queue,
    next_to_agree,
)
from caseapp.referrals.queries.referral_page import HubPage, get_hub_page

from .blueprint import bp

OUTCOME_WORDS = {row.key: row.words for row in OUTCOMES}
KINDS = ("locality", "family_help")
TABS = (
    ("to-decide", "To decide", "to_decide"),
    ("unread", "Unread", "unread"),
    ("to-agree", "For a manager to agree", "proposed"),
    ("decided-today", "Decided today", "decided_today"),
)
_TAB_KEYS = tuple(key for key, _, _ in TABS)


def _tab() -> str:
    tab = request.args.get("tab", "")
    return tab if tab in _TAB_KEYS else "to-decide"


def _tabs(counts: Counts, current: str) -> list[dict[str, Any]]:
    items = [
        {
            "label": label,
            "url": url_for("referrals.queue", tab=key),
            "current": key == current,
            "count": getattr(counts, field),
        }
        for key, label, field in TABS
    ]
    marks = {
        "label": "To put right",
        "url": url_for("referrals.marks"),
        "current": current == "marks",
        "count": counts.marks,
    }
    return [*items[:3], marks, *items[3:]]


def _list_context(actor: Actor, tab: str) -> dict[str, Any]:
    page: Page = list_queue(actor, tab, after=request.args.get("after"))
    last = page.rows[-1].reference if page.rows and page.more else None
    more_url = url_for("referrals.queue", tab=tab, after=last) if last and tab != "decided-today" else None
    return {
        "rows": page.rows,
        "tab": tab,
        "more_url": more_url,
        "now": clock.now(),
        "later": bool(request.args.get("after")),
    }


@bp.get("/queue")
@guard("referral:queue", logged=True)
def queue(actor: Actor) -> Any:
    """The one queue, a tab of it."""
    counts, tab = count_queue(actor), _tab()
    context = _list_context(actor, tab)
    last = None if context["rows"] else last_decided(actor)
    return render_template(
        "referrals/hub/queue.html", counts=counts, tabs=_tabs(counts, tab), last_decided=last, **context
    )


@bp.get("/queue/list")
@guard("referral:queue", logged=True)
def queue_list(actor: Actor) -> Any:
    """The rows alone: the list renews itself with them each minute."""
    return render_template("referrals/hub/_queue_list.html", **_list_context(actor, _tab()))


@bp.get("/marks")
@guard("referral:queue", logged=True)
def marks(actor: Actor) -> Any:
    """Everything to put right, across referrals."""
    after = request.args.get("after", "")
    rows, more = list_marks(actor, after=int(after) if after.isascii() and after.isdigit() and len(after) < 16 else 0)
    counts = count_queue(actor)
    return render_template(
        "referrals/hub/marks.html",
        counts=counts,
        tabs=_tabs(counts, "marks"),
        rows=rows,
        more_url=url_for("referrals.marks", after=rows[-1].id) if more else None,
    )


@bp.post("/<ref:reference>/open")
@guard("referral:read")
def open_referral(actor: Actor, subject: SubjectAccess) -> Any:
    """Open a referral from the queue: the first to do so has it."""
    read_referral(actor, referral_id=subject.id)
    return redirect(url_for("referrals.show", reference=subject.reference), 303)


@bp.get("/<ref:reference>")
@guard("referral:read")
def show(actor: Actor, subject: SubjectAccess) -> Any:
    """One referral, read once and decided well."""
    return _show(actor, subject)


@bp.post("/<ref:reference>/rate")
@guard("referral:rate")
def rate(actor: Actor, subject: SubjectAccess) -> Any:
    """Rate it, with a reason."""
    form = RatingForm()
    if not form.validate():
        return _show(actor, subject, rating=form), 422
    try:
        rate_referral(
            actor,
            referral_id=subject.id,
            rating=form.rating.data,
            rationale=form.rationale.data,
            version=form.version.data,
        )
    except Invalid as error:
        form.add_errors(error.problems)
        return _show(actor, subject, rating=form), 422
    except Conflict as error:
        form.version.data = error.version
        return _show(actor, subject, rating=form, conflict=error), 409
    except OutOfOrder as error:
        return _too_late(subject, error, form.rationale.data)
    return redirect(url_for("referrals.show", reference=subject.reference, _anchor="h6"), 303)


@bp.post("/<ref:reference>/propose")
@guard("referral:propose")
def propose(actor: Actor, subject: SubjectAccess) -> Any:
    """Propose a decision for each child."""
    page = get_hub_page(actor, subject.id)
    form = _proposal_form(page, request.form)
    if page.state == "received" and not form.validate():
        return _show(actor, subject, page=page, proposal=form), 422
    try:
        propose_decision(
            actor,
            referral_id=subject.id,
            outcomes=_outcomes(page, form),
            reasons=form.reasons.data,
            advice=form.advice.data,
            history_weighed=_field(form, "history_weighed"),
            consent_words=_field(form, "consent_words"),
        )
    except Invalid as error:
        form.add_errors(error.problems)
        return _show(actor, subject, page=page, proposal=form), 422
    except Refused as error:
        form.add_errors({"": str(error)})
        return _show(actor, subject, page=page, proposal=form), 403
    except OutOfOrder as error:
        return _too_late(subject, error, form.reasons.data, form.advice.data)
    return redirect(url_for("referrals.show", reference=subject.reference, _anchor="h6"), 303)


@bp.post("/<ref:reference>/marks/<int(max=9223372036854775807):mark_id>")
@guard("referral:correct")
def settle(actor: Actor, subject: SubjectAccess, mark_id: int) -> Any:
    """Say how something wrong in the input was settled."""
    form = MarkForm(prefix=f"mark-{mark_id}-")
    if not form.validate():
        return _show(actor, subject, mark=(mark_id, form)), 422
    try:
        settle_mark(actor, referral_id=subject.id, mark_id=mark_id, words_given=form.words.data)
    except OutOfOrder as error:
        return _too_late(subject, error, form.words.data)
    if request.args.get("from") == "marks":
        return redirect(url_for("referrals.marks"), 303)
    return redirect(url_for("referrals.show", reference=subject.reference, _anchor="h4"), 303)


@bp.get("/<ref:reference>/decision")
@guard("referral:decide")
def decision(actor: Actor, subject: SubjectAccess) -> Any:
    """Everything a manager needs to answer a proposal, on one page."""
    page = get_hub_page(actor, subject.id)
    if page.open_proposal is None:
        return redirect(url_for("referrals.show", reference=subject.reference), 303)
    return _decision_page(page, _decision_form(page, None), blocked=_blocked(actor, page))


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
        return _too_late(subject, error, answer.words, answer.message)
    waiting = next_to_agree(actor)
    if waiting:
        return redirect(url_for("referrals.decision", reference=waiting, after=subject.reference), 303)
    return redirect(url_for("referrals.queue", tab="to-agree"), 303)


def _too_late(subject: SubjectAccess, error: Exception, *typed: str) -> Any:
    """Somebody was quicker, or the step does not follow: why, with every word that was typed."""
    kept = [words for words in typed if words]
    page = render_template("referrals/hub/too_late.html", reference=subject.reference, message=str(error), kept=kept)
    return page, 409


def _children(page: HubPage) -> list[tuple[int, str, bool]]:
    return [(child.id, child.name, page.open_case_of(child) is not None) for child in page.children]


def _outcomes(page: HubPage, form: ProposalForm | DecisionForm) -> dict[int, str]:
    return {child.id: form[f"outcome_{child.id}"].data or "" for child in page.children}


def _field(form: ProposalForm | DecisionForm, name: str) -> str:
    return form[name].data if name in form else ""


def _proposal_form(page: HubPage, formdata: Any) -> ProposalForm:
    return proposal_form(_children(page), weigh=page.weigh, ask_consent=not page.agrees, formdata=formdata)


def _show(
    actor: Actor,
    subject: SubjectAccess,
    *,
    page: HubPage | None = None,
    rating: RatingForm | None = None,
    proposal: ProposalForm | None = None,
    mark: tuple[int, MarkForm] | None = None,
    conflict: Conflict | None = None,
) -> str:
    page = page or get_hub_page(actor, subject.id)
    for child in page.children:
        if child.case_id is not None:
            # Once decided, the referral is part of the record of the case that it is on.
            note_read(child.case_id, subject.why)
    rating = rating or RatingForm(formdata=None, data={"version": page.version})
    proposal = proposal or _proposal_form(page, None)
    marks = {each.id: MarkForm(formdata=None, prefix=f"mark-{each.id}-") for each in page.open_marks}
    if mark is not None:
        marks[mark[0]] = mark[1]
    waiting = page.open_proposal
    decides = allows(PERMISSIONS["referral:decide"], actor, subject) and waiting is not None
    errors = [
        *rating.error_list,
        *proposal.error_list,
        *(error for form in marks.values() for error in form.error_list),
    ]
    return render_template(
        "referrals/hub/referral.html",
        page=page,
        rating=rating,
        proposal=proposal,
        mark_forms=marks,
        conflict=conflict,
        errors=errors,
        now=clock.now(),
        today=clock.today(),
        actions={
            "open": page.read_at is None,
            "rate": page.decided_at is None,
            "propose": page.state == "received",
            "decide": decides and not (waiting and waiting.proposed_by_id == actor.user_id),
        },
        mine=page.reader_id == actor.user_id,
        outcome_words=OUTCOME_WORDS,
    )


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
        _children(page),
        weigh=page.weigh,
        ask_consent=not page.agrees,
        choose=_choices(page),
        proposed=proposed,
        texts=_texts(page, proposed),
        formdata=formdata,
    )


def _texts(page: HubPage, proposed: dict[int, str]) -> dict[str, str]:
    """What stands in the form before anything is typed: the drafted message, and what the proposal said already."""
    if page.open_proposal is None:
        return {}
    return {
        "message": _draft(page, proposed),
        "history_weighed": page.open_proposal.history_weighed,
        "consent_words": page.open_proposal.consent_words,
    }


def _answer(page: HubPage, form: DecisionForm) -> Answer:
    chosen = {kind: form[f"team_{kind}"].data for kind in KINDS if f"team_{kind}" in form}
    return Answer(
        kind=form.answer.data or "",
        outcomes=_outcomes(page, form),
        words=form.question.data if form.answer.data == "send_back" else form.words.data,
        message=form.message.data,
        history_weighed=_field(form, "history_weighed"),
        consent_words=_field(form, "consent_words"),
        teams={
            kind: int(number)
            for kind, number in chosen.items()
            if number and number.isascii() and number.isdigit() and len(number) < 19
        },
    )


def _draft(page: HubPage, outcomes: dict[int, str]) -> str:
    """The message to the referrer for these outcomes; only the route knows the hub's number."""
    hub_phone = current_app.config["HUB_PHONE"]
    told = []
    for child in page.children:
        rule = OUTCOME_RULES.get(outcomes.get(child.id, ""))
        if rule is None:
            continue
        known, team, phone = page.open_case_of(child), "", ""
        if rule.team_kind == "family_help":
            team, phone = "the hub, until family help has taken the family on", hub_phone
        elif rule.team_kind:
            found = page.obvious_team(rule.team_kind)
            team, phone = (found.name, found.phone) if found else ("a social work team, which rings you", hub_phone)
        elif rule.key == "open_case" and known:
            team, phone = known.team, known.phone
        told.append(Told(child.name, rule.key, team, phone))
    return draft_message(
        told,
        reference=page.reference,
        why=page.open_proposal.advice if page.open_proposal else "",
        parents=parents_sentence(page.document),
        hub_phone=hub_phone,
        hears_by=hears_again([child.outcome for child in told]),
    )


def _stale_message(page: HubPage, form: DecisionForm, answer: Answer) -> bool:
    """True, with the message written anew, when the decision was changed but the message still tells of the
    proposal.
    """
    if answer.kind != "change" or page.open_proposal is None or dict(answer.outcomes) == page.open_proposal.proposed:
        return False
    if answer.message.strip() != _draft(page, page.open_proposal.proposed).strip():
        return False
    form.message.typed = _draft(page, dict(answer.outcomes))
    form.add_errors(
        {"message": "The message told of what was proposed. It is written anew for your change: read it, then send"}
    )
    return True


def _needed(page: HubPage) -> set[str]:
    """The kinds of team that what is proposed needs: their choice stands in the open, the others under "Change it"."""
    proposed = page.open_proposal.proposed.values() if page.open_proposal else ()
    return {OUTCOME_RULES[key].team_kind or "" for key in proposed}


def _blocked(actor: Actor, page: HubPage) -> str | None:
    if page.open_proposal and page.open_proposal.proposed_by_id == actor.user_id:
        return "You proposed this yourself, so another manager has to agree."
    return None


def _decision_page(page: HubPage, form: DecisionForm, *, blocked: str | None) -> str:
    decided_before = parse_reference(request.args.get("after", ""))
    return render_template(
        "referrals/hub/decision.html",
        page=page,
        form=form,
        errors=form.error_list,
        blocked=blocked,
        decided_before=decided_before,
        needed=_needed(page),
        why_choose={kind: page.why_choose(kind) for kind in KINDS},
        outcome_words=OUTCOME_WORDS,
        today=clock.today(),
    )
