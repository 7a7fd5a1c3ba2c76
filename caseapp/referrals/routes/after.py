"""What a referrer does after sending: add to it, say it was in error, ask for the decision to be looked at again."""

import secrets
from typing import Any

from flask import redirect, render_template, request, url_for

from caseapp.access.domain import Actor, SubjectAccess
from caseapp.access.guard import guard
from caseapp.documents.domain import LARGEST, MOST_FILES
from caseapp.kernel.errors import Conflict, Invalid, OutOfOrder
from caseapp.kernel.web import takes_files
from caseapp.referrals.commands.after import add_to_referral, say_in_error
from caseapp.referrals.commands.again import ask_again, still_disagree
from caseapp.referrals.forms.after import AddForm, AgainForm, DisagreeForm, InErrorForm
from caseapp.referrals.queries import own

from .blueprint import bp
from .own import receipt_page


@bp.get("/<ref:reference>/add")
@guard("referral:add_to")
def add(_actor: Actor, subject: SubjectAccess) -> Any:
    """An empty addition."""
    return _add_page(subject, AddForm(formdata=None, data={"once": secrets.token_hex(16)}))


@bp.post("/<ref:reference>/add")
@takes_files
@guard("referral:add_to")
def add_it(actor: Actor, subject: SubjectAccess) -> Any:
    """Add words, files or both; what is wrong comes back with everything typed."""
    form, status, file_error = AddForm(), 422, ""
    files = [file for file in request.files.getlist("files") if file.filename][: MOST_FILES * 2]
    if form.validate():
        try:
            add_to_referral(
                actor,
                referral_id=subject.id,
                words=form.words.data,
                once_key=_once(form),
                in_danger=form.in_danger.data == "yes",
                sent=[(file.filename or "file", file.stream.read(LARGEST + 1)) for file in files],
            )
            return redirect(url_for(".show_receipt", reference=subject.reference, _anchor="added"), 303)
        except Invalid as refused:
            file_error = refused.problems.pop("files", "")
            form.add_errors(refused.problems)
        except Conflict as used:
            form.once.data, status = secrets.token_hex(16), 409
            form.add_errors({"": str(used)})
    return _add_page(subject, form, file_error), status


def _add_page(subject: SubjectAccess, form: AddForm, file_error: str = "") -> str:
    errors = [*form.error_list, *([{"href": "#files", "text": file_error}] if file_error else [])]
    return render_template(
        "referrals/own/add.html", form=form, reference=subject.reference, errors=errors, file_error=file_error
    )


@bp.get("/<ref:reference>/in-error")
@guard("referral:add_to")
def in_error(_actor: Actor, subject: SubjectAccess) -> Any:
    """Ask why a referral was sent in error."""
    form = InErrorForm(formdata=None, data={"once": secrets.token_hex(16)})
    return render_template("referrals/own/in_error.html", form=form, reference=subject.reference)


@bp.post("/<ref:reference>/in-error")
@guard("referral:add_to")
def say_error(actor: Actor, subject: SubjectAccess) -> Any:
    """Keep that it was sent in error, and why."""
    form, status = InErrorForm(), 422
    if form.validate():
        try:
            say_in_error(actor, referral_id=subject.id, why=form.why.data, once_key=_once(form))
            return redirect(url_for(".show_receipt", reference=subject.reference), 303)
        except (Conflict, OutOfOrder) as late:
            status = 409
            form.add_errors({"": str(late)})
    return render_template("referrals/own/in_error.html", form=form, reference=subject.reference), status


@bp.get("/<ref:reference>/look-again")
@guard("referral:add_to")
def want_again(actor: Actor, subject: SubjectAccess) -> Any:
    """What was not weighed, and what the referrer wants."""
    if not own.get_receipt(actor, subject.id).may_ask:
        return redirect(url_for(".show_receipt", reference=subject.reference), 303)
    return render_template("referrals/own/look_again.html", form=AgainForm(formdata=None), reference=subject.reference)


@bp.post("/<ref:reference>/look-again")
@guard("referral:add_to")
def ask_for_it(actor: Actor, subject: SubjectAccess) -> Any:
    """Ask for the decision to be looked at again."""
    form, status = AgainForm(), 422
    if form.validate():
        try:
            ask_again(actor, referral_id=subject.id, not_weighed=form.not_weighed.data, wants=form.wants.data)
            return redirect(url_for(".show_receipt", reference=subject.reference, _anchor="again"), 303)
        except OutOfOrder as late:
            status = 409
            form.add_errors({"": str(late)})
    return render_template("referrals/own/look_again.html", form=form, reference=subject.reference), status


@bp.post("/<ref:reference>/look-again/disagree")
@guard("referral:add_to")
def disagree(actor: Actor, subject: SubjectAccess) -> Any:
    """After the answer: they still do not agree."""
    form, status = DisagreeForm(), 422
    if form.validate():
        try:
            still_disagree(actor, referral_id=subject.id, words=form.disagrees.data)
            return redirect(url_for(".show_receipt", reference=subject.reference, _anchor="again"), 303)
        except OutOfOrder as late:
            status = 409
            form.add_errors({"": str(late)})
    return receipt_page(actor, subject, disagree=form), status


def _once(form: AddForm | InErrorForm) -> str:
    """The form's own key; a form without one counts as a fresh one."""
    return (form.once.data or secrets.token_hex(16))[:64]
