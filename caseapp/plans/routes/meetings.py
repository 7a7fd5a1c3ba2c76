"""Meetings of the group and reviews of the plan: write one down, read one."""

from typing import Any

from flask import render_template, request

from caseapp.access.domain import Actor, SubjectAccess
from caseapp.access.guard import guard
from caseapp.kernel import clock
from caseapp.kernel.errors import Invalid
from caseapp.plans import commands, forms, queries
from caseapp.plans.catalogue import MEETINGS

from .blueprint import LARGEST, bp, key_of, once, see


@bp.get("/<ref:reference>/meetings/new")
@guard("plan:write")
def new_meeting(actor: Actor, subject: SubjectAccess) -> Any:
    """An empty meeting."""
    page, kind = queries.get_plan(subject.id), request.args.get("kind", "")
    form = forms.meeting_form(
        page,
        formdata=None,
        data={"kind": kind if kind in MEETINGS else None, "happened_on": clock.today(), "once": once()},
    )
    return _form_page(page, form)


@bp.post("/<ref:reference>/meetings/new")
@guard("plan:write")
def keep_meeting(actor: Actor, subject: SubjectAccess) -> Any:
    """Keep it, for all children."""
    page = queries.get_plan(subject.id)
    form = forms.meeting_form(page)
    if form.validate():
        given = commands.MeetingGiven(
            kind=form.kind.data,
            held_at=form.happened_at,
            people=form.there(page.group),
            words=form.words.data,
            family_words=form.family_words.data,
            decisions=form.decisions,
            outcome=form.outcome.data or "",
            next_on=form.next_on.data,
            once_key=key_of(form),
        )
        try:
            number = commands.keep_meeting(actor, plan_id=subject.id, given=given)
            return see(subject.reference, ".meeting", meeting_id=number)
        except Invalid as invalid:
            form.add_errors(invalid.problems)
    return _form_page(page, form), 422


def _form_page(page: queries.PlanPage, form: forms.MeetingForm) -> str:
    return render_template("plans/meeting_form.html", plan=page, form=form)


@bp.get(f"/<ref:reference>/meetings/<int(max={LARGEST}):meeting_id>")
@guard("plan:read")
def meeting(actor: Actor, subject: SubjectAccess, meeting_id: int) -> Any:
    """A meeting as it was written down."""
    page = queries.get_plan(subject.id)
    return render_template("plans/meeting.html", plan=page, page=queries.get_meeting(page, meeting_id))
