"""Asking somebody outside the receiving team to lead, and the pages of whoever is asked (practice 19)."""

from typing import Any

from flask import redirect, render_template, url_for

from caseapp.access.domain import Actor, SubjectAccess
from caseapp.access.guard import guard
from caseapp.accounts.queries.desks import list_closures
from caseapp.kernel import clock
from caseapp.kernel.errors import Invalid, OutOfOrder
from caseapp.pathway import commands, forms, queries
from caseapp.pathway.catalogue import LEAD_ANSWERS, LEAD_REASONS
from caseapp.pathway.domain import AGREED, NOT_YET, PROPOSED, YES
from caseapp.pathway.queries import leading

from .blueprint import bp

NOBODY_TO_ASK = "The lead practitioner is somebody of the receiving team, or nobody yet: there is nobody to ask."


@bp.get("/<ref:reference>/lead")
@guard("leading:ask")
def lead(actor: Actor, subject: SubjectAccess) -> Any:
    """Ask the lead practitioner who is named, or see what they said."""
    return _ask_page(subject)


@bp.post("/<ref:reference>/lead")
@guard("leading:ask")
def ask_to_lead(actor: Actor, subject: SubjectAccess) -> Any:
    """Ask them; pressing twice asks once."""
    row = queries.get_handover(subject.id).row
    form = forms.ask_to_lead_form(queries.list_leads(row.to_team_id))
    if not form.validate():
        return _ask_page(subject, form), 422
    commands.ask_to_lead(
        actor,
        handover_id=subject.id,
        meetings=form.meetings.data,
        hours=form.hours.data,
        helper_id=int(form.helper.data),
        words=form.words.data or "",
    )
    return redirect(url_for(".lead", reference=subject.reference), 303)


@bp.post("/<ref:reference>/lead/said")
@guard("leading:ask")
def write_answer_down(actor: Actor, subject: SubjectAccess) -> Any:
    """Write down what they said on the telephone."""
    form = forms.said_form()
    try:
        if form.validate():
            commands.write_answer_down(actor, handover_id=subject.id, answer=_answer(form))
            return redirect(url_for("pathway.show", reference=subject.reference), 303)
    except Invalid as invalid:
        form.add_errors(invalid.problems)
    return _ask_page(subject, said=form), 422


def _answer(form: forms.LeadAnswerForm) -> commands.LeadAnswer:
    names = ("answer", "reason", "words", "deputy", "deputy_phone", "cover", "cover_phone")
    return commands.LeadAnswer(**{name: form[name].data or "" for name in names})


def _ask_page(subject: SubjectAccess, form: Any = None, said: Any = None) -> str:
    row = queries.get_handover(subject.id).row
    if row.phase not in (PROPOSED, AGREED) or not row.lead_outside:
        raise OutOfOrder(NOBODY_TO_ASK)
    known = leading.last_request(subject.id)
    asked = known if known and known.professional_id == row.lead_id else None
    return render_template(
        "pathway/leading/ask.html",
        row=row,
        asked=asked,
        form=form or (None if asked else forms.ask_to_lead_form(queries.list_leads(row.to_team_id), formdata=None)),
        said=said or (forms.said_form(formdata=None) if asked and asked.waits else None),
        usual=leading.usual_hours(),
        **_words(asked),
    )


def _words(row: leading.LeadRequestRow | None) -> dict[str, Any]:
    """What both pages show of a request: the weeks in which they are closed, and the words of the codes."""
    return {
        "weeks": list_closures(row.agency_id, from_on=clock.today()) if row else [],
        "closed": leading.closed_for_meeting(row.professional_id, row.meeting_on) if row and row.waits else None,
        "answers": LEAD_ANSWERS,
        "reasons": LEAD_REASONS,
        "yes": YES,
        "others": (NOT_YET, "no"),
    }


@bp.get("/leading")
@guard("leading:list", logged=True)
def leading_list(actor: Actor) -> Any:
    """What I am asked to lead."""
    return render_template("pathway/leading/list.html", rows=leading.list_requests(actor), answers=LEAD_ANSWERS)


@bp.get("/leading/<ref:reference>")
@guard("leading:answer")
def leading_request(actor: Actor, subject: SubjectAccess) -> Any:
    """What leading takes, and my answer."""
    return _request_page(subject)


@bp.post("/leading/<ref:reference>")
@guard("leading:answer")
def answer_to_lead(actor: Actor, subject: SubjectAccess) -> Any:
    """Answer it."""
    form = forms.LeadAnswerForm()
    try:
        if form.validate():
            commands.answer_to_lead(actor, request_id=subject.id, answer=_answer(form))
            return redirect(url_for(".leading_request", reference=subject.reference), 303)
    except Invalid as invalid:
        form.add_errors(invalid.problems)
    return _request_page(subject, form), 422


def _request_page(subject: SubjectAccess, form: Any = None) -> str:
    row = leading.get_request(subject.id)
    if form is None and row.waits:
        form = forms.LeadAnswerForm(formdata=None)
    usual = leading.usual_hours()
    return render_template("pathway/leading/request.html", row=row, form=form, usual=usual, **_words(row))
