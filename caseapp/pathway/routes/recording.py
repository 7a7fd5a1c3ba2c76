"""What is recorded of a step-down beside its pack: the joint meeting with the family, the actions."""

from typing import Any

from flask import redirect, render_template, url_for

from caseapp.access.domain import Actor, SubjectAccess
from caseapp.access.guard import guard, note_read
from caseapp.kernel.errors import Invalid
from caseapp.pathway import commands, forms, queries
from caseapp.pathway.domain import ACTIONS, MEETING

from .blueprint import bp


@bp.get("/<ref:reference>/meeting")
@guard("handover:record")
def meeting(actor: Actor, subject: SubjectAccess) -> str:
    """The form for the joint meeting with the family."""
    return _page(subject, MEETING, forms.MeetingForm(formdata=None))


@bp.post("/<ref:reference>/meeting")
@guard("handover:record")
def record_meeting(actor: Actor, subject: SubjectAccess) -> Any:
    """Keep what was said at the joint meeting."""
    return _keep(actor, subject, MEETING, forms.MeetingForm())


@bp.get("/<ref:reference>/actions")
@guard("handover:record")
def actions(actor: Actor, subject: SubjectAccess) -> str:
    """The form for the actions, with what was written last to go on from."""
    newest = next(iter(queries.parts_of(subject.id).get(ACTIONS, ())), None)
    return _page(subject, ACTIONS, forms.ActionsForm(formdata=None, data={"words": newest.words if newest else ""}))


@bp.post("/<ref:reference>/actions")
@guard("handover:record")
def record_actions(actor: Actor, subject: SubjectAccess) -> Any:
    """Keep what became of the actions."""
    return _keep(actor, subject, ACTIONS, forms.ActionsForm())


def _keep(actor: Actor, subject: SubjectAccess, kind: str, form: Any) -> Any:
    if not form.validate():
        return _page(subject, kind, form), 422
    try:
        commands.record_part(
            actor,
            handover_id=subject.id,
            kind=kind,
            words=form.words.data,
            happened_on=form.happened_on.data if kind == MEETING else None,
            people=form.people.data if kind == MEETING else "",
        )
    except Invalid as invalid:
        form.add_errors(invalid.problems)
        return _page(subject, kind, form), 422
    return redirect(url_for("pathway.show", reference=subject.reference, _anchor=kind), 303)


def _page(subject: SubjectAccess, kind: str, form: Any) -> str:
    page = queries.get_handover(subject.id)
    for case_id in page.row.case_ids:
        note_read(case_id, subject.why)
    return render_template(
        "pathway/part.html",
        row=page.row,
        kind=kind,
        form=form,
        earlier=queries.parts_of(subject.id).get(kind, []),
    )
