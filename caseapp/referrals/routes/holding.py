"""Who has a referral in the hub: take it, let it go, take it over, give it to a colleague."""

from typing import Any

from flask import redirect, render_template, request, url_for

from caseapp.access.domain import HUB, Actor, SubjectAccess
from caseapp.access.guard import guard
from caseapp.accounts.queries import list_colleagues
from caseapp.kernel.errors import Conflict, Invalid, OutOfOrder
from caseapp.referrals.commands.holding import give_referral, let_go, take_referral
from caseapp.referrals.forms.queue import GiveForm, give_form
from caseapp.referrals.queries.asked import get_desk

from .blueprint import bp


@bp.post("/<ref:reference>/take")
@guard("referral:hold")
def take(actor: Actor, subject: SubjectAccess) -> Any:
    """I take this; from a colleague, too. Who comes second is told who was quicker."""
    try:
        take_referral(actor, referral_id=subject.id, seen=request.form.get("seen", ""))
    except (Conflict, OutOfOrder) as error:
        return _not_taken(subject, str(error))
    return _back(subject)


@bp.post("/<ref:reference>/let-go")
@guard("referral:hold")
def release(actor: Actor, subject: SubjectAccess) -> Any:
    """Nobody has it any more."""
    try:
        let_go(actor, referral_id=subject.id)
    except OutOfOrder as error:
        return _not_taken(subject, str(error))
    return _back(subject)


@bp.get("/<ref:reference>/give")
@guard("referral:give")
def ask_give(_actor: Actor, subject: SubjectAccess) -> Any:
    """Whom a manager gives it to."""
    return _give_page(subject, give_form(list_colleagues(HUB), fresh=True))


@bp.post("/<ref:reference>/give")
@guard("referral:give")
def give(actor: Actor, subject: SubjectAccess) -> Any:
    """A manager gives it to somebody of the hub."""
    form = give_form(list_colleagues(HUB))
    if not form.validate():
        return _give_page(subject, form), 422
    try:
        give_referral(actor, referral_id=subject.id, user_id=int(form.person.data))
    except Invalid as error:
        form.add_errors(error.problems)
        return _give_page(subject, form), 422
    except OutOfOrder as error:
        return _not_taken(subject, str(error))
    return _back(subject)


def _give_page(subject: SubjectAccess, form: GiveForm) -> str:
    return render_template(
        "referrals/hub/give.html",
        reference=subject.reference,
        desk=get_desk(subject.id),
        form=form,
        errors=form.error_list,
    )


def _not_taken(subject: SubjectAccess, message: str) -> Any:
    page = render_template(
        "referrals/hub/not_taken.html", reference=subject.reference, desk=get_desk(subject.id), message=message
    )
    return page, 409


def _back(subject: SubjectAccess) -> Any:
    return redirect(url_for("referrals.show", reference=subject.reference), 303)
