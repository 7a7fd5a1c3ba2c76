"""After an answer, in the hub: outcomes to ring about, and decisions to look at again."""

from typing import Any

from flask import redirect, render_template, request, url_for

from caseapp.access.domain import Actor, SubjectAccess
from caseapp.access.guard import guard
from caseapp.kernel.errors import Conflict, Invalid, OutOfOrder, Refused
from caseapp.referrals.catalogue import OUTCOMES
from caseapp.referrals.commands.again import answer_again, decided_by, note_call, other_managers
from caseapp.referrals.forms.after import AnswerAgainForm, CallForm
from caseapp.referrals.queries.after import list_asked_again, list_to_ring
from caseapp.referrals.queries.referral_page import get_hub_page

from .blueprint import bp


@bp.get("/to-ring")
@guard("referral:ring_list", logged=True)
def to_ring(actor: Actor) -> Any:
    """Outcomes that nobody has opened."""
    return _to_ring(actor)


@bp.post("/<ref:reference>/rang")
@guard("referral:ring")
def rang(actor: Actor, subject: SubjectAccess) -> Any:
    """Write down whom somebody spoke to, and what was said."""
    form, status = CallForm(prefix=f"call-{subject.reference}-"), 422
    if form.validate():
        try:
            note_call(actor, referral_id=subject.id, spoke_to=form.spoke_to.data, said=form.said.data)
            return redirect(url_for(".to_ring"), 303)
        except OutOfOrder as late:
            status = 409
            form.add_errors({"": str(late)})
    return _to_ring(actor, wrong=(subject.reference, form)), status


def _to_ring(actor: Actor, wrong: tuple[str, CallForm] | None = None) -> str:
    after = request.args.get("after", "")
    rows, more = list_to_ring(actor, after=int(after) if after.isascii() and after.isdigit() and len(after) < 16 else 0)
    forms = {row.reference: CallForm(formdata=None, prefix=f"call-{row.reference}-") for row in rows}
    if wrong is not None:
        forms[wrong[0]] = wrong[1]
    return render_template(
        "referrals/hub/to_ring.html",
        rows=rows,
        forms=forms,
        errors=wrong[1].error_list if wrong else [],
        more_url=url_for(".to_ring", after=more) if more else None,
        first=not after,
    )


@bp.get("/asked-again")
@guard("referral:asked_again", logged=True)
def asked_again(actor: Actor) -> Any:
    """Decisions that a referrer asked to be looked at again."""
    return render_template("referrals/hub/asked_again.html", rows=list_asked_again(actor))


@bp.get("/<ref:reference>/look-at-again")
@guard("referral:look_again")
def look_again(actor: Actor, subject: SubjectAccess) -> Any:
    """What the referrer wrote, what was decided, and the answer."""
    return _look_again(actor, subject, AnswerAgainForm(formdata=None))


@bp.post("/<ref:reference>/look-at-again")
@guard("referral:look_again")
def answer(actor: Actor, subject: SubjectAccess) -> Any:
    """Answer: the decision stands, or it is decided again."""
    form, status, theirs = AnswerAgainForm(), 422, None
    if form.validate():
        try:
            answer_again(actor, referral_id=subject.id, answer=form.answer.data or "", words=form.words.data)
            return redirect(url_for(".asked_again"), 303)
        except Invalid as refused:
            form.add_errors(refused.problems)
        except Refused as not_theirs:
            status = 403
            form.add_errors({"": str(not_theirs)})
        except (Conflict, OutOfOrder) as late:
            status, theirs = 409, getattr(late, "theirs", None)
            form.add_errors({"": str(late)})
    return _look_again(actor, subject, form, theirs=theirs), status


def _look_again(actor: Actor, subject: SubjectAccess, form: AnswerAgainForm, **more: Any) -> str:
    page = get_hub_page(actor, subject.id)
    decided = next((one for one in page.proposals if one.state in ("agreed", "changed")), None)
    others = other_managers(actor, decided.id if decided else None)
    return render_template(
        "referrals/hub/look_again.html",
        page=page,
        form=form,
        decided=decided,
        asked=page.again[0] if page.again else None,
        others=others,
        alone=not others and decided is not None and decided_by(decided.id) == actor.user_id,
        outcome_words={row.key: row.words for row in OUTCOMES},
        **more,
    )
