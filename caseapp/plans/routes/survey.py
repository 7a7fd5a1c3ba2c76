"""The exit survey: the worker makes a link, the family answers behind it without signing in, the head reads.

The address of the family's page holds the secret: nothing logs addresses, and the page names nobody.
"""

from datetime import timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from caseapp.access.domain import Actor, SubjectAccess
from caseapp.access.guard import guard
from caseapp.kernel import clock
from caseapp.kernel.errors import Invalid, NotFound, TooMany
from caseapp.plans import commands, forms, queries

from .blueprint import bp

outside = Blueprint("views", __name__, url_prefix="/views")
YEAR = timedelta(days=365)


@bp.get("/<ref:reference>/survey")
@guard("plan:write")
def survey(actor: Actor, subject: SubjectAccess) -> Any:
    """Ask what opens the family's link."""
    return _ask_page(subject, forms.AskForm(formdata=None))


@bp.post("/<ref:reference>/survey")
@guard("plan:write")
def ask_survey(actor: Actor, subject: SubjectAccess) -> Any:
    """Make the link, and show it once."""
    form = forms.AskForm()
    if form.validate():
        opened_by, word = form.opened_by.data, form.word.data or ""
        try:
            made = commands.ask_survey(actor, plan_id=subject.id, opened_by=opened_by, word=word)
        except Invalid as invalid:
            form.add_errors(invalid.problems)
        else:
            link = url_for("views.open_it", token=made.token, _external=True)
            plan = queries.get_plan(subject.id)
            return render_template("plans/survey_made.html", plan=plan, link=link, made=made, opened_by=opened_by)
    return _ask_page(subject, form), 422


def _ask_page(subject: SubjectAccess, form: forms.AskForm) -> str:
    plan, last = queries.get_plan(subject.id), queries.survey_of(subject.id)
    return render_template("plans/survey.html", plan=plan, form=form, last=last)


@bp.get("/views")
@guard("insight:read")
def answers(actor: Actor) -> Any:
    """What families said when family help had ended: the average with the response rate, and their words."""
    now = clock.now()
    return render_template(
        "plans/answers.html", rated=queries.rate_surveys(now - YEAR, now), answers=queries.list_answers()
    )


def _dead() -> Any:
    """The same for a link that is used, has ended, or was never one."""
    return render_template("plans/outside/dead.html"), 404


def _slowed(error: TooMany) -> Any:
    page = render_template("plans/outside/slowed.html", minutes=max(1, round(error.seconds / 60)))
    return page, 429, {"Retry-After": str(error.seconds)}


@outside.get("/thanks")
@guard("survey:answer")
def thanks(_actor: Actor | None) -> Any:
    """Say thank you."""
    return render_template("plans/outside/thanks.html")


@outside.get("/<token>")
@guard("survey:answer")
def open_it(_actor: Actor | None, token: str) -> Any:
    """Ask for what only they know."""
    try:
        found = commands.find_survey(token, address=request.remote_addr or "")
    except NotFound:
        return _dead()
    except TooMany as error:
        return _slowed(error)
    form = forms.OPENERS[found.opened_by][0](formdata=None)
    return render_template("plans/outside/open.html", token=token, form=form, opened_by=found.opened_by)


@outside.post("/<token>")
@guard("survey:answer")
def send(_actor: Actor | None, token: str) -> Any:
    """Open it with what they know, or keep the answer."""
    address = request.remote_addr or ""
    try:
        found = commands.find_survey(token, address=address)
        return _take(token, found, address)
    except NotFound:
        return _dead()
    except TooMany as error:
        return _slowed(error)


def _take(token: str, found: Any, address: str) -> Any:
    opener, answering = forms.OPENERS[found.opened_by]
    form = opener()
    shown = {"token": token, "opened_by": found.opened_by}
    try:
        if not form.validate():
            return render_template("plans/outside/open.html", form=form, **shown), 422
        proof = form["proof"].data
        if request.form.get("step") != "send":
            commands.check_proof(token, proof=proof, address=address)
            raw = form.raw
            answer = answering.from_raw(raw)
            return render_template("plans/outside/answer.html", form=answer, raw=raw, **shown)
        answer = answering()
        if not answer.validate():
            # The form comes back only to whoever knows.
            commands.check_proof(token, proof=proof, address=address)
            return render_template("plans/outside/answer.html", form=answer, raw=form.raw, **shown), 422
        rating, words = answer["rating"].data, answer["words"].data or ""
        commands.answer_survey(token, proof=proof, rating=rating, words=words, address=address)
    except Invalid as invalid:
        form.add_errors(invalid.problems)
        return render_template("plans/outside/open.html", form=form, **shown), 422
    return redirect(url_for("views.thanks"), 303)
