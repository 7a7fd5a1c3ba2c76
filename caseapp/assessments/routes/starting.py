"""Starting an assessment, who it is about as that changes, and stopping one of family help."""

from typing import Any

from flask import redirect, render_template, url_for

from caseapp.access.domain import Actor, SubjectAccess
from caseapp.access.guard import guard
from caseapp.assessments import commands, forms, queries
from caseapp.assessments.catalogue import Kind
from caseapp.assessments.domain import SAVE, STOP, next_state, why_not
from caseapp.kernel import clock
from caseapp.kernel.errors import Invalid, OutOfOrder

from .blueprint import bp


def _see(reference: str) -> Any:
    return redirect(url_for(".show", reference=reference), 303)


@bp.get("/start/<ref:reference>")
@guard("assessment:start")
def start(actor: Actor, subject: SubjectAccess) -> Any:
    """Ask who it is about; lead to the family's open assessment if there is one."""
    already = queries.find_open_for_case(subject.id)
    if already is not None:
        return _see(already.reference)
    return _start_page(actor, subject, _kind(subject.id), None)


@bp.post("/start/<ref:reference>")
@guard("assessment:start")
def start_it(actor: Actor, subject: SubjectAccess) -> Any:
    """Start it for the child and the siblings ticked; for family help with what the family said."""
    kind = _kind(subject.id)
    others = [c for c in queries.list_children_to_assess(actor, subject.id) if c.case_id != subject.id]
    form = forms.start_form(kind, others)
    if not form.validate():
        return _start_page(actor, subject, kind, form)
    chosen = [child.case_id for child in others if child.reference in (form.siblings.data or [])]
    try:
        return _see(commands.start_assessment(actor, case_id=subject.id, sibling_ids=chosen, consent=form.given))
    except Invalid as invalid:
        form.add_errors(invalid.problems)
        return _start_page(actor, subject, kind, form)


def _kind(case_id: int) -> Kind:
    kind = queries.kind_of_case(case_id)
    if kind is None:
        raise OutOfOrder("No assessment is written at this level of help.")
    return kind


def _start_page(actor: Actor, subject: SubjectAccess, kind: Kind, form: forms.StartForm | None) -> Any:
    children = queries.list_children_to_assess(actor, subject.id)
    others = [child for child in children if child.case_id != subject.id]
    page = render_template(
        "assessments/start.html",
        child=next((child for child in children if child.case_id == subject.id), None),
        reference=subject.reference,
        others=others,
        kind=kind,
        form=form or forms.start_form(kind, others, formdata=None),
        running=queries.running_clock([subject.id], kind),
        today=clock.today(),
    )
    return page if form is None else (page, 422)


@bp.get("/<ref:reference>/children")
@guard("assessment:write")
def children(actor: Actor, subject: SubjectAccess) -> Any:
    """Who joins the assessment, and who is left out."""
    return _children_page(actor, subject, None)


@bp.post("/<ref:reference>/children")
@guard("assessment:write")
def change_children(actor: Actor, subject: SubjectAccess) -> Any:
    """Take children in, leave out those whose case has closed."""
    form = forms.children_form(*_who_may(actor, queries.get_assessment(subject.id)))
    if not form.validate():
        return _children_page(actor, subject, form)
    joining, leaving = _who_may(actor, queries.get_assessment(subject.id))
    try:
        commands.change_children(
            actor,
            assessment_id=subject.id,
            joining=[child.case_id for child in joining if child.reference in (form.joining.data or [])],
            leaving=[child.case_id for child in leaving if child.reference in (form.leaving.data or [])],
        )
    except Invalid as invalid:
        form.add_errors(invalid.problems)
        return _children_page(actor, subject, form)
    return _see(subject.reference)


def _who_may(actor: Actor, page: queries.AssessmentPage) -> tuple[list[queries.Child], list[queries.Child]]:
    """The children who may join this assessment, and those in it who may be left out."""
    there = {child.case_id for child in page.children}
    staying = [child.case_id for child in page.children if not child.gone] or page.case_ids
    joining = [child for child in queries.list_children_to_assess(actor, staying[0]) if child.case_id not in there]
    return joining, [child for child in page.children if child.gone]


def _children_page(actor: Actor, subject: SubjectAccess, form: forms.ChildrenForm | None) -> Any:
    page = queries.get_assessment(subject.id)
    if next_state(page.state, SAVE) is None:
        raise OutOfOrder(why_not(page.state, SAVE))
    shown = form or forms.children_form(*_who_may(actor, page), formdata=None)
    body = render_template("assessments/children.html", page=page, form=shown)
    return body if form is None else (body, 422)


@bp.get("/<ref:reference>/stop")
@guard("assessment:write")
def ask_stop(actor: Actor, subject: SubjectAccess) -> Any:
    """Ask why an assessment of family help stops."""
    return _stop_page(subject, None)


@bp.post("/<ref:reference>/stop")
@guard("assessment:write")
def stop(actor: Actor, subject: SubjectAccess) -> Any:
    """Stop it; what was written stays."""
    form = forms.StopForm()
    if not form.validate():
        return _stop_page(subject, form)
    commands.stop_assessment(actor, assessment_id=subject.id, because=form.because.data, words=form.words.data or "")
    return _see(subject.reference)


def _stop_page(subject: SubjectAccess, form: forms.StopForm | None) -> Any:
    page = queries.get_assessment(subject.id)
    if not page.kind.by_consent or next_state(page.state, STOP) is None:
        raise OutOfOrder(
            "A child and family assessment is not stopped: it ends when a manager authorises it."
            if not page.kind.by_consent
            else why_not(page.state, STOP)
        )
    body = render_template("assessments/stop.html", page=page, form=form or forms.StopForm(formdata=None))
    return body if form is None else (body, 422)
