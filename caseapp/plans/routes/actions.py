"""Actions of a plan: add one, change it, say what became of it."""

from typing import Any

from flask import render_template

from caseapp.access.domain import Actor, SubjectAccess
from caseapp.access.guard import guard
from caseapp.kernel import clock
from caseapp.kernel.errors import Conflict, Invalid, OutOfOrder, Refused
from caseapp.people.queries import list_family
from caseapp.plans import commands, forms, queries
from caseapp.plans.commands.acting import NOT_YOURS

from .blueprint import LARGEST, bp, key_of, may_write, once, see

ONE = f"/<ref:reference>/actions/<int(max={LARGEST}):action_id>"


def _offer(actor: Actor, plan_id: int, form: forms.ActionForm) -> queries.PlanPage:
    page = queries.get_plan(plan_id)
    form.offer(page.on_it, page.group, list_family(actor, page.family_id))
    return page


@bp.get("/<ref:reference>/actions/new")
@guard("plan:write")
def new_action(actor: Actor, subject: SubjectAccess) -> Any:
    """An empty action."""
    form = forms.ActionForm(formdata=None, data={"once": once()})
    page = _offer(actor, subject.id, form)
    return render_template("plans/action.html", plan=page, form=form, action=None, wordings=())


@bp.post("/<ref:reference>/actions/new")
@guard("plan:write")
def add_action(actor: Actor, subject: SubjectAccess) -> Any:
    """Put it on the plan."""
    form = forms.ActionForm()
    page = _offer(actor, subject.id, form)
    if form.validate():
        try:
            commands.add_action(actor, plan_id=subject.id, given=form.given, once_key=key_of(form))
            return see(subject.reference, _anchor="actions")
        except Invalid as invalid:
            form.add_errors(invalid.problems)
    return render_template("plans/action.html", plan=page, form=form, action=None, wordings=()), 422


@bp.get(f"{ONE}/change")
@guard("plan:write")
def ask_change(actor: Actor, subject: SubjectAccess, action_id: int) -> Any:
    """An action, to be written anew, with how it stood before."""
    form = forms.ActionForm(formdata=None)
    page = _offer(actor, subject.id, form)
    form.show(page.find(action_id))
    return _change_page(page, form, action_id)


@bp.post(f"{ONE}/change")
@guard("plan:write")
def change_action(actor: Actor, subject: SubjectAccess, action_id: int) -> Any:
    """Keep it as it is written now."""
    form, status = forms.ActionForm(), 422
    page = _offer(actor, subject.id, form)
    if form.validate():
        seen = form.version.data
        try:
            commands.change_action(actor, plan_id=subject.id, action_id=action_id, version=seen, given=form.given)
            return see(subject.reference, _anchor="actions")
        except Invalid as invalid:
            form.add_errors(invalid.problems)
        except Conflict as conflict:
            status = _take_in(form, conflict)
    return _change_page(page, form, action_id), status


def _take_in(form: Any, conflict: Conflict) -> int:
    """Somebody was quicker: say so, keep what was typed, and let the next press be about what stands now."""
    form.add_errors({"": str(conflict)})
    form.version.process_data(conflict.version)
    return conflict.status


def _change_page(page: queries.PlanPage, form: forms.ActionForm, action_id: int) -> str:
    action, wordings = page.find(action_id), queries.list_action_versions(action_id)
    return render_template("plans/action.html", plan=page, form=form, action=action, wordings=wordings)


@bp.get(f"{ONE}/done")
@guard("plan:act")
def ask_done(actor: Actor, subject: SubjectAccess, action_id: int) -> Any:
    """Ask what became of an action."""
    page = queries.get_plan(subject.id)
    action = page.find(action_id)
    writes = may_write(actor, subject)
    if not (writes or (action.owner_professional_id and action.owner_professional_id == actor.professional_id)):
        raise Refused(NOT_YOURS)
    if not action.is_open or page.ended_on:
        raise OutOfOrder("Somebody has said already what became of this action.")
    data = {"on": clock.today(), "version": action.version, "state": None if writes else "done"}
    form = forms.DoneForm(formdata=None, data=data)
    form.offer(writes=writes)
    return render_template("plans/done.html", plan=page, form=form, action=action, writes=writes)


@bp.post(f"{ONE}/done")
@guard("plan:act")
def finish_action(actor: Actor, subject: SubjectAccess, action_id: int) -> Any:
    """Keep what became of it."""
    page = queries.get_plan(subject.id)
    action, writes = page.find(action_id), may_write(actor, subject)
    form, status = forms.DoneForm(), 422
    form.offer(writes=writes)
    if not (writes or (action.owner_professional_id and action.owner_professional_id == actor.professional_id)):
        raise Refused(NOT_YOURS)
    if form.validate():
        try:
            commands.finish_action(
                actor,
                plan_id=subject.id,
                action_id=action_id,
                version=form.version.data,
                state=form.state.data,
                on=form.on.data,
                evidence=form.evidence.data or "",
                said_by=form.said_by.data or "",
                writes=writes,
            )
            return see(subject.reference, _anchor="actions")
        except Invalid as invalid:
            form.add_errors(invalid.problems)
        except Conflict as conflict:
            status = _take_in(form, conflict)
    return render_template("plans/done.html", plan=page, form=form, action=action, writes=writes), status
