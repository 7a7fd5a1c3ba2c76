"""The hub's page of a referral: read it, rate it, put right, propose a decision, alone or with others of the family."""

from dataclasses import replace
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from caseapp.access.domain import PERMISSIONS, Actor, SubjectAccess, allows
from caseapp.access.guard import guard, note_read
from caseapp.accounts.commands import forget_unsent
from caseapp.kernel import clock
from caseapp.kernel.errors import Conflict, Invalid, OutOfOrder, Refused
from caseapp.kernel.subjects import parse_reference
from caseapp.kernel.web import day
from caseapp.referrals.catalogue import OUTCOMES
from caseapp.referrals.commands.after import read_additions
from caseapp.referrals.commands.looking import look_for_likely
from caseapp.referrals.commands.triage import propose_decision, rate_referral, read_referral, settle_mark
from caseapp.referrals.forms.hub import (
    ANOTHER,
    IN_FAMILY_HELP,
    NO_CASE,
    SOCIAL_WORK,
    DecisionForm,
    MarkForm,
    ProposalForm,
    RatingForm,
    proposal_form,
)
from caseapp.referrals.queries.likely_kept import get_suggested
from caseapp.referrals.queries.lines import Line
from caseapp.referrals.queries.referral_page import HubPage, get_hub_page

from .blueprint import bp

OUTCOME_WORDS = {row.key: row.words for row in OUTCOMES}
MOST_TOGETHER = 20


@bp.post("/<ref:reference>/open")
@guard("referral:read")
def open_referral(actor: Actor, subject: SubjectAccess) -> Any:
    """Open a referral from the queue: the first to do so has it."""
    read_referral(actor, referral_id=subject.id)
    look_for_likely(referral_id=subject.id)
    until = request.form.get("until", "")
    known = until.isascii() and until.isdigit() and len(until) < 16
    read_additions(actor, referral_id=subject.id, until=int(until) if known else None)
    return redirect(url_for("referrals.show", reference=subject.reference), 303)


@bp.get("/<ref:reference>")
@guard("referral:read")
def show(actor: Actor, subject: SubjectAccess) -> Any:
    """One referral, read once and decided well; with those about the same family that somebody put together."""
    together = _references(request.args.getlist("with"))
    return _show(actor, subject, page=get_hub_page(actor, subject.id, together=together, unsent_at=_place(subject)))


def _place(subject: SubjectAccess) -> str:
    """Where a proposal that is not sent yet belongs."""
    return url_for("referrals.show", reference=subject.reference)


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
        return too_late(subject, error, form.rationale.data)
    return redirect(url_for("referrals.show", reference=subject.reference, _anchor="h6"), 303)


@bp.post("/<ref:reference>/propose")
@guard("referral:propose")
def propose(actor: Actor, subject: SubjectAccess) -> Any:
    """Propose a decision for each child."""
    together = _references(request.form.getlist("together"))
    page = get_hub_page(actor, subject.id, together=together)
    form = _proposal_form(page, request.form)
    if page.state == "received" and not form.validate():
        return _show(actor, subject, page=page, proposal=form), 422
    try:
        propose_decision(
            actor,
            referral_id=subject.id,
            together=together,
            same=_same(page, form),
            outcomes=outcomes_of(page, form),
            reasons=form.reasons.data,
            advice=form.advice.data,
            history_weighed=field_of(form, "history_weighed"),
            consent_words=field_of(form, "consent_words"),
        )
    except Invalid as error:
        form.add_errors(error.problems)
        return _show(actor, subject, page=page, proposal=form), 422
    except Refused as error:
        form.add_errors({"": str(error)})
        return _show(actor, subject, page=page, proposal=form), 403
    except OutOfOrder as error:
        return too_late(subject, error, form.reasons.data, form.advice.data)
    forget_unsent(actor, _place(subject))
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
        return too_late(subject, error, form.words.data)
    if request.args.get("from") == "marks":
        return redirect(url_for("referrals.marks"), 303)
    return redirect(url_for("referrals.show", reference=subject.reference, _anchor="h4"), 303)


def too_late(subject: SubjectAccess, error: Exception, *typed: str) -> Any:
    """Somebody was quicker, or the step does not follow: why, with every word that was typed."""
    kept = [words for words in typed if words]
    page = render_template("referrals/hub/too_late.html", reference=subject.reference, message=str(error), kept=kept)
    return page, 409


def children_of(page: HubPage) -> list[tuple[int, str, str]]:
    """The children as the forms ask about them: row, name, which case is open."""
    return [
        (
            line.id,
            line.name,
            NO_CASE
            if page.open_case_for(line) is None
            else IN_FAMILY_HELP
            if page.steps_up(line, "assessment")
            else SOCIAL_WORK,
        )
        for line in page.lines
    ]


def outcomes_of(page: HubPage, form: ProposalForm | DecisionForm) -> dict[int, str]:
    """What is chosen for each child."""
    return {line.id: form[f"outcome_{line.id}"].data or "" for line in page.lines}


def _references(given: list[str]) -> list[str]:
    """Typed references that can be references, each once; more than anybody would put together are left out."""
    return list(dict.fromkeys(found for text in given if (found := parse_reference(text))))[:MOST_TOGETHER]


def _same(page: HubPage, form: ProposalForm) -> dict[int, int]:
    """Children of whom a person says that another contact tells of the same one."""
    chosen = {number: form[f"same_{number}"].data or "" for number in page.doubtful()}
    return {number: int(other) for number, other in chosen.items() if other and other != ANOTHER}


def field_of(form: ProposalForm | DecisionForm, name: str) -> str:
    return form[name].data if name in form else ""


def _proposal_form(page: HubPage, formdata: Any) -> ProposalForm:
    return proposal_form(
        children_of(page),
        weigh=page.weigh,
        ask_consent=not page.agrees,
        doubtful={
            number: [(other.id, f"{other.name}, {_born(other)}") for other in others]
            for number, others in page.doubtful().items()
        },
        formdata=formdata,
    )


def _born(line: Line) -> str:
    born_on = line.told[0][1].told.born_on
    return f"born {day(born_on)}" if born_on else "birth date not known"


def with_suggestions(actor: Actor, page: HubPage) -> HubPage:
    """The page with who its people could be, until it is decided."""
    return page if page.decided_at else replace(page, found=get_suggested(actor, page.id))


def note_others(page: HubPage, subject: SubjectAccess) -> None:
    """Log what else the page shows: the contacts decided together, the cases that a decided one is part of, and the
    records that could be its people's."""
    for each in page.others:
        note_read(each.id, subject.why)
    for child in page.children:
        if child.case_id is not None:
            note_read(child.case_id, subject.why)
    for number in page.found.person_ids if page.found else ():
        note_read(number, subject.why)


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
    page = with_suggestions(actor, page or get_hub_page(actor, subject.id, unsent_at=_place(subject)))
    note_others(page, subject)
    rating = rating or RatingForm(formdata=None, data={"version": page.version})
    unsent = page.unsent if proposal is None and "fresh" not in request.args else None
    proposal = proposal or _proposal_form(page, MultiDict(unsent.fields) if unsent else None)
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
        unsent=unsent,
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
        rang="rang" in request.args,
        outcome_words=OUTCOME_WORDS,
    )
