"""A family said no to family help: whom was told instead, and the look-back in 12 weeks."""

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from caseapp.access.domain import PERMISSIONS, Actor, SubjectAccess, allows
from caseapp.access.guard import guard, note_read
from caseapp.accounts.commands import forget_unsent
from caseapp.accounts.queries import Unsent
from caseapp.kernel import clock
from caseapp.kernel.errors import Conflict, Invalid
from caseapp.pathway import commands, forms, queries
from caseapp.pathway.catalogue import FOUND, TO_THE_HUB

from .blueprint import bp


def _place(subject: SubjectAccess) -> str:
    return url_for("pathway.refused", reference=subject.reference)


@bp.get("/said-no/<ref:reference>")
@guard("handover:propose")
def refused(actor: Actor, subject: SubjectAccess) -> str:
    """The form: who said no, whom of the universal services was told."""
    begun_at = _place(subject) if "fresh" not in request.args else ""
    choices = queries.get_step_down_choices(actor, subject.id, unsent_at=begun_at)
    unsent = choices.unsent
    form = forms.refused_form(
        choices,
        formdata=MultiDict(unsent.fields) if unsent else None,
        data={"children": [child.reference for child in choices.children]},
    )
    return _form_page(subject, choices, form, unsent)


@bp.post("/said-no/<ref:reference>")
@guard("handover:propose")
def record_refused(actor: Actor, subject: SubjectAccess) -> Any:
    """Keep it; the clock of 12 weeks starts. Pressing twice makes one."""
    choices = queries.get_step_down_choices(actor, subject.id)
    form = forms.refused_form(choices)
    if not form.validate():
        return _form_page(subject, choices, form), 422
    names = ("refused_by", "refused_on", "words", "told", "told_on", "watch_for")
    chosen = set(form.children.data)
    try:
        reference = commands.set_look_back(
            actor,
            case_ids=[child.id for child in choices.children if child.reference in chosen],
            **{name: form[name].data for name in names},
        )
    except Invalid as invalid:
        form.add_errors(invalid.problems)
        return _form_page(subject, choices, form), 422
    forget_unsent(actor, _place(subject))
    return redirect(url_for("pathway.look_back", reference=reference), 303)


def _form_page(
    subject: SubjectAccess, choices: queries.StepDownChoices, form: Any, unsent: Unsent | None = None
) -> str:
    return render_template(
        "pathway/refused.html",
        reference=subject.reference,
        choices=choices,
        form=form,
        unsent=unsent,
        place=_place(subject),
    )


@bp.get("/look-back/<ref:reference>")
@guard("look_back:read")
def look_back(actor: Actor, subject: SubjectAccess) -> str:
    """Who said no, who was told, by when somebody looks back, and what was found."""
    return _page(actor, subject, forms.LookBackForm(formdata=None))


@bp.post("/look-back/<ref:reference>")
@guard("look_back:done")
def looked_back(actor: Actor, subject: SubjectAccess) -> Any:
    """Keep what was found."""
    form = forms.LookBackForm()
    if not form.validate():
        return _page(actor, subject, form), 422
    try:
        commands.finish_look_back(actor, look_back_id=subject.id, found=form.found.data, words=form.words.data)
    except Invalid as invalid:
        form.add_errors(invalid.problems)
        return _page(actor, subject, form), 422
    except Conflict as too_late:
        form.add_errors({"": str(too_late)})
        return _page(actor, subject, form), 409
    return redirect(url_for("pathway.look_back", reference=subject.reference), 303)


def _page(actor: Actor, subject: SubjectAccess, form: Any) -> str:
    row = queries.get_look_back(actor, subject.id)
    for child in row.children:
        note_read(child.case_id, subject.why)
    return render_template(
        "pathway/look_back.html",
        row=row,
        form=form,
        found=FOUND,
        to_the_hub=sorted(TO_THE_HUB),
        today=clock.today(),
        may_do=row.done_at is None and allows(PERMISSIONS["look_back:done"], actor, subject),
    )
