"""The manager's look at an assessment on its way."""

from typing import Any

from flask import redirect, render_template, url_for

from caseapp.access.domain import Actor, SubjectAccess
from caseapp.access.guard import guard
from caseapp.assessments import commands, forms, queries
from caseapp.deadlines.queries import milestones_of
from caseapp.kernel import clock
from caseapp.kernel.errors import Invalid

from .blueprint import bp


@bp.get("/<ref:reference>/review")
@guard("assessment:review")
def new_review(actor: Actor, subject: SubjectAccess) -> Any:
    """Ask what the manager saw and agreed, beside what was agreed before."""
    page = queries.get_assessment(subject.id)
    reviews = queries.list_reviews(subject.id)
    return _page(page, reviews, forms.fresh_review(page.children, len(reviews)))


@bp.post("/<ref:reference>/review")
@guard("assessment:review")
def review(actor: Actor, subject: SubjectAccess) -> Any:
    """Record the look; what is wrong comes back with everything typed."""
    page = queries.get_assessment(subject.id)
    form = forms.review_form(page.children)
    if not form.validate():
        return _page(page, queries.list_reviews(subject.id), form), 422
    try:
        commands.review_assessment(
            actor, assessment_id=subject.id, given=form.given(page.children), known=form.version.data
        )
    except Invalid as invalid:
        form.add_errors(invalid.problems)
        return _page(page, queries.list_reviews(subject.id), form), 422
    except commands.ReviewedMeanwhile as met:
        form.version.data = met.known
        return _page(page, queries.list_reviews(subject.id), form, met=met), 409
    return redirect(url_for(".show", reference=subject.reference), 303)


def _page(
    page: queries.AssessmentPage,
    reviews: list[queries.Review],
    form: forms.ReviewForm,
    *,
    met: commands.ReviewedMeanwhile | None = None,
) -> str:
    milestones = milestones_of([page.running] if page.running else [])
    return render_template(
        "assessments/review.html",
        page=page,
        reviews=reviews,
        form=form,
        met=met,
        milestones=[one for many in milestones.values() for one in many],
        today=clock.today(),
    )
