"""Family help asks the hub for social work, from the child's page."""

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from caseapp.access.domain import FAMILY_HELP, PERMISSIONS, Actor, SubjectAccess, allows
from caseapp.access.guard import guard
from caseapp.accounts.commands import forget_unsent
from caseapp.cases.domain import FAMILY_HELP_LEVELS
from caseapp.cases.queries import CaseRow
from caseapp.cases.slots import Action, Notice, Told
from caseapp.kernel.errors import Invalid, OutOfOrder
from caseapp.kernel.web import when
from caseapp.referrals.commands.step_up import ask_step_up
from caseapp.referrals.domain.step_up import NOT_TOLD, Asked
from caseapp.referrals.forms.step_up import StepUpForm, step_up_form
from caseapp.referrals.queries.step_up import find_begun, list_to_step_up, waiting_told

from .blueprint import bp


def step_up_actions(actor: Actor, subject: SubjectAccess, case: CaseRow, told: Told) -> list[Action | Notice]:
    """For the case page of a child in family help: the step-up that waits for the hub, or the way to ask for one. No
    statement: it comes with the card."""
    if case.level not in FAMILY_HELP_LEVELS:
        return []
    known = waiting_told(told)
    if known is not None:
        urgent = ", urgent" if known.urgent else ""
        return [
            Notice(
                f"Step-up asked{urgent}: {known.sender} asked the hub {when(known.received_at)} (contact "
                f"{known.reference}). {case.team_name} is accountable until social work accepts."
            )
        ]
    if not allows(PERMISSIONS["case:step_up"], actor, subject) or not actor.teams(FAMILY_HELP):
        return []
    return [Action("Step up to social work", url_for("referrals.step_up", reference=subject.reference))]


def _place(subject: SubjectAccess) -> str:
    return url_for("referrals.step_up", reference=subject.reference)


@bp.get("/step-up/<ref:reference>")
@guard("case:step_up")
def step_up(actor: Actor, subject: SubjectAccess) -> str:
    """The form, with the family's children ticked."""
    cases = _cases(actor, subject)
    unsent = find_begun(actor, _place(subject)) if "fresh" not in request.args else None
    form = step_up_form(cases, formdata=MultiDict(unsent.fields) if unsent else None)
    return _page(subject, cases, form, unsent)


@bp.post("/step-up/<ref:reference>")
@guard("case:step_up")
def ask_for_step_up(actor: Actor, subject: SubjectAccess) -> Any:
    """Send it to the hub; pressing twice makes one."""
    cases = _cases(actor, subject)
    form = step_up_form(cases)
    if not form.validate():
        return _page(subject, cases, form), 422
    ticked = set(form.children.data)
    asked = Asked(
        form.urgent.data == "yes",
        form.why.data,
        form.tried.data,
        form.child_voice.data or "",
        form.parents.data,
        form.why_not_told.data or "",
    )
    try:
        chosen = [row.id for row in cases if row.reference in ticked]
        ask_step_up(actor, case_id=subject.id, chosen=chosen, asked=asked)
    except Invalid as invalid:
        form.add_errors(invalid.problems)
        return _page(subject, cases, form), 422
    forget_unsent(actor, _place(subject))
    return redirect(url_for("cases.show", reference=subject.reference), 303)


def _cases(actor: Actor, subject: SubjectAccess) -> list[CaseRow]:
    cases = list_to_step_up(actor, subject.id)
    if not any(row.id == subject.id for row in cases):
        raise OutOfOrder("Only a child in family help is stepped up: social work has this child already.")
    return cases


def _page(subject: SubjectAccess, cases: list[CaseRow], form: StepUpForm, unsent: Any = None) -> str:
    return render_template(
        "referrals/step_up.html",
        reference=subject.reference,
        case=next(row for row in cases if row.id == subject.id),
        form=form,
        unsent=unsent,
        place=_place(subject),
        not_told=NOT_TOLD,
    )
