"""Who of the family was told of an assessment, and what they say to it."""

from typing import Any

from flask import redirect, render_template, url_for

from caseapp.access.domain import L4, Actor, SubjectAccess
from caseapp.access.guard import guard
from caseapp.assessments import commands, forms, queries
from caseapp.kernel import clock
from caseapp.kernel.errors import Invalid
from caseapp.people.queries import list_family

from .blueprint import bp


@bp.get("/<ref:reference>/told")
@guard("assessment:write")
def ask_told(actor: Actor, subject: SubjectAccess) -> Any:
    """Ask who was told, when, how and by whom, or why not; and what they say."""
    return _page(actor, subject, None)


@bp.post("/<ref:reference>/told")
@guard("assessment:write")
def tell(actor: Actor, subject: SubjectAccess) -> Any:
    """Keep it; what is wrong comes back with everything typed."""
    page = queries.get_assessment(subject.id)
    people = list_family(actor, page.family_id, level=L4)
    form = forms.told_form(people)
    if not form.validate():
        return _page(actor, subject, form)
    who = next(row.person_id for row in people if row.reference == form.who.data)
    try:
        commands.tell_person(actor, assessment_id=subject.id, person_id=who, given=form.given)
    except Invalid as invalid:
        form.add_errors(invalid.problems)
        return _page(actor, subject, form)
    return redirect(url_for(".show", reference=subject.reference) + "#family-says", 303)


def _page(actor: Actor, subject: SubjectAccess, form: forms.ToldForm | None) -> Any:
    page = queries.get_assessment(subject.id)
    people = list_family(actor, page.family_id, level=L4)
    fresh = {"told_on": clock.today(), "told_by": actor.name}
    body = render_template(
        "assessments/told.html",
        page=page,
        form=form or forms.told_form(people, formdata=None, data=fresh),
        told=queries.list_told(actor, subject.id),
    )
    return body if form is None else (body, 422)
