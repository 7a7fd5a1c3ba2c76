"""Our safeguarding group: who shares an agency's referrals, when the agency is closed and who is reached then."""

from typing import Any

from flask import redirect, render_template, request, url_for

from caseapp.access.domain import DESK, PERMISSIONS, Actor, allows
from caseapp.access.guard import guard
from caseapp.accounts.commands.desks import add_closed_weeks, add_deputy, remove_closed_weeks, remove_deputy
from caseapp.accounts.queries.desks import DEPUTY, LEAD, list_closures, list_desk_people
from caseapp.kernel import clock
from caseapp.kernel.errors import Invalid, NotFound
from caseapp.kernel.forms import Choice
from caseapp.referrals.forms.after import ClosedForm, DeputyForm

from .blueprint import bp


@bp.get("/group")
@guard("group:read", logged=False)
def group(actor: Actor) -> Any:
    """Who is in it, since when, and the closed weeks."""
    return _group(actor)


@bp.post("/group/deputies")
@guard("group:manage", logged=False)
def deputy(actor: Actor) -> Any:
    """Make somebody a deputy, or end that."""
    team_id, ends = _desk(actor), request.form.get("end", "")
    if ends.isascii() and ends.isdigit() and len(ends) < 16:
        remove_deputy(actor, team_id=team_id, user_id=int(ends))
        return redirect(url_for(".group"), 303)
    form = _deputy_form(team_id, posted=True)
    if not form.validate():
        return _group(actor, deputy_form=form), 422
    add_deputy(actor, team_id=team_id, user_id=int(form.user.data or 0))
    return redirect(url_for(".group"), 303)


@bp.post("/group/closed")
@guard("group:manage", logged=False)
def closed(actor: Actor) -> Any:
    """Keep closed weeks, or take them back."""
    team_id, ends = _desk(actor), request.form.get("end", "")
    if ends:
        if not (ends.isascii() and ends.isdigit() and len(ends) < 16):
            raise NotFound
        remove_closed_weeks(actor, team_id=team_id, closure_id=int(ends))
        return redirect(url_for(".group", _anchor="closed"), 303)
    form = ClosedForm()
    if form.validate():
        try:
            add_closed_weeks(actor, team_id=team_id, **{name: field.data for name, field in form.own_fields()})
            return redirect(url_for(".group", _anchor="closed"), 303)
        except Invalid as refused:
            form.add_errors(refused.problems)
    return _group(actor, closed_form=form), 422


def _desk(actor: Actor) -> int:
    """The desk whose group this is: the first that the actor leads, or is a deputy of."""
    return next(place.team_id for role in (LEAD, DEPUTY) for place in actor.teams(DESK, role))


def _deputy_form(team_id: int, *, posted: bool = False) -> DeputyForm:
    form = DeputyForm() if posted else DeputyForm(formdata=None)
    form.user.choices = [
        Choice(str(row.user_id), row.name, row.title) for row in list_desk_people(team_id) if row.role is None
    ]
    return form


def _group(actor: Actor, *, deputy_form: DeputyForm | None = None, closed_form: ClosedForm | None = None) -> str:
    team_id = _desk(actor)
    people = list_desk_people(team_id)
    deputy_form = deputy_form or _deputy_form(team_id)
    closed_form = closed_form or ClosedForm(formdata=None)
    return render_template(
        "referrals/own/group.html",
        people=[row for row in people if row.role],
        others=[row for row in people if row.role is None],
        closures=list_closures(actor.agency_id, from_on=clock.today()),
        manages=allows(PERMISSIONS["group:manage"], actor, None),
        deputy_form=deputy_form,
        closed_form=closed_form,
        errors=[*deputy_form.error_list, *closed_form.error_list],
        me=actor.user_id,
    )
