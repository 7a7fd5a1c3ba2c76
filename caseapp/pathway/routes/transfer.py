"""Handing a family to another team of the same kind."""

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from caseapp.access.domain import Actor, SubjectAccess
from caseapp.access.guard import guard
from caseapp.accounts.commands import forget_unsent
from caseapp.accounts.queries import Unsent
from caseapp.kernel.errors import Invalid
from caseapp.pathway import commands, forms, queries
from caseapp.pathway.domain import AGREED, PROPOSED

from .blueprint import bp


def _place(subject: SubjectAccess) -> str:
    return url_for("pathway.transfer", reference=subject.reference)


@bp.get("/to-another-team/<ref:reference>")
@guard("handover:propose")
def transfer(actor: Actor, subject: SubjectAccess) -> Any:
    """The form to hand a family to another team; leads to the handover that is open already."""
    known = queries.find_handover_of_case(subject.id)
    if known is not None and known.phase in (PROPOSED, AGREED):
        return redirect(url_for("pathway.show", reference=known.reference), 303)
    begun_at = _place(subject) if "fresh" not in request.args else ""
    choices = queries.get_step_down_choices(actor, subject.id, unsent_at=begun_at, between=True)
    unsent = choices.unsent
    form = forms.transfer_form(choices, formdata=MultiDict(unsent.fields) if unsent else None)
    return _page(subject, choices, form, unsent)


@bp.post("/to-another-team/<ref:reference>")
@guard("handover:propose")
def propose_transfer(actor: Actor, subject: SubjectAccess) -> Any:
    """Propose it; pressing twice makes one."""
    choices = queries.get_step_down_choices(actor, subject.id, between=True)
    form = forms.transfer_form(choices)
    if not form.validate():
        return _page(subject, choices, form), 422
    some = form.who.data == forms.SOME
    chosen = set(form.children.data or ()) if some else {child.reference for child in choices.children}
    try:
        reference = commands.propose_transfer(
            actor,
            case_ids=[child.id for child in choices.children if child.reference in chosen],
            to_team_id=int(form.to_team.data),
            reasons=form.reasons.data,
            what_works=form.what_works.data,
            worry_again=form.worry_again.data,
            child_voice=form.child_voice.data,
            told_whom=form.told_whom.data,
            told_on=form.told_on.data,
            told_how=form.told_how.data or "",
            lead_professional_id=None if form.lead.data == forms.THEIR_MANAGER else int(form.lead.data),
            meeting_on=form.meeting_on.data,
            split_reason=form.split_reason.data if some else "",
        )
    except Invalid as invalid:
        form.add_errors(invalid.problems)
        return _page(subject, choices, form), 422
    forget_unsent(actor, _place(subject))
    return redirect(url_for("pathway.show", reference=reference), 303)


def _page(subject: SubjectAccess, choices: queries.StepDownChoices, form: Any, unsent: Unsent | None = None) -> str:
    return render_template(
        "pathway/transfer.html",
        reference=subject.reference,
        choices=choices,
        form=form,
        unsent=unsent,
        place=_place(subject),
        several=len(choices.children) > 1,
        some=forms.SOME,
    )
