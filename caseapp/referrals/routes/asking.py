"""The hub asks the referrer back; the referrer answers, here or on the telephone."""

from typing import Any

from flask import redirect, render_template, url_for

from caseapp.access.domain import Actor, SubjectAccess
from caseapp.access.guard import guard
from caseapp.kernel import clock
from caseapp.kernel.errors import Invalid, NotFound, OutOfOrder
from caseapp.referrals.commands.asking import answer_hub, ask_referrer
from caseapp.referrals.forms.queue import AskForm, BackForm, ToldForm
from caseapp.referrals.queries.asked import Question, get_desk, list_questions

from .blueprint import bp

_LONGEST = "int(max=9223372036854775807)"


@bp.get("/<ref:reference>/ask")
@guard("referral:ask")
def ask_page(_actor: Actor, subject: SubjectAccess) -> Any:
    """What to ask the referrer, what was asked before, and their number."""
    return _ask_page(subject, AskForm(formdata=None))


@bp.post("/<ref:reference>/ask")
@guard("referral:ask")
def ask(actor: Actor, subject: SubjectAccess) -> Any:
    """Ask the referrer."""
    form = AskForm()
    if not form.validate():
        return _ask_page(subject, form), 422
    try:
        ask_referrer(actor, referral_id=subject.id, words=form.words.data)
    except Invalid as error:
        form.add_errors(error.problems)
        return _ask_page(subject, form), 422
    except OutOfOrder as error:
        return _too_late(subject, error, form.words.typed)
    return redirect(url_for("referrals.ask_page", reference=subject.reference), 303)


@bp.post(f"/<ref:reference>/ask/<{_LONGEST}:question_id>/told")
@guard("referral:ask")
def told_by_phone(actor: Actor, subject: SubjectAccess, question_id: int) -> Any:
    """They said it on the telephone: the hub writes it down."""
    form = ToldForm(prefix=f"told-{question_id}-")
    if not form.validate():
        return _ask_page(subject, AskForm(formdata=None), told=(question_id, form)), 422
    try:
        answer_hub(actor, referral_id=subject.id, question_id=question_id, words=form.words.data, by_phone=True)
    except OutOfOrder as error:
        return _too_late(subject, error, form.words.typed)
    return redirect(url_for("referrals.ask_page", reference=subject.reference), 303)


@bp.get("/<ref:reference>/asked")
@guard("referral:answer_hub")
def asked_page(_actor: Actor, subject: SubjectAccess) -> Any:
    """What the hub asks the referrer."""
    return _asked_page(subject)


@bp.post(f"/<ref:reference>/asked/<{_LONGEST}:question_id>")
@guard("referral:answer_hub")
def answer_back(actor: Actor, subject: SubjectAccess, question_id: int) -> Any:
    """The referrer answers one question."""
    form = BackForm(prefix=f"answer-{question_id}-")
    if not any(question.id == question_id for question in list_questions(subject.id)):
        raise NotFound
    if not form.validate():
        return _asked_page(subject, answer=(question_id, form)), 422
    try:
        answer_hub(actor, referral_id=subject.id, question_id=question_id, words=form.words.data)
    except OutOfOrder as error:
        return _asked_page(subject, message=str(error), kept=form.words.typed), 409
    return redirect(url_for("referrals.asked_page", reference=subject.reference), 303)


def _ask_page(subject: SubjectAccess, form: AskForm, *, told: tuple[int, ToldForm] | None = None) -> str:
    desk = get_desk(subject.id)
    forms = {each.id: ToldForm(formdata=None, prefix=f"told-{each.id}-") for each in desk.open_questions}
    if told is not None:
        if told[0] not in forms:
            raise NotFound
        forms[told[0]] = told[1]
    errors = [*(error for each in forms.values() for error in each.error_list), *form.error_list]
    return render_template(
        "referrals/hub/ask.html",
        reference=subject.reference,
        desk=desk,
        form=form,
        told_forms=forms,
        errors=errors,
        now=clock.now(),
    )


def _asked_page(
    subject: SubjectAccess, *, answer: tuple[int, BackForm] | None = None, message: str = "", kept: str = ""
) -> str:
    questions: list[Question] = list_questions(subject.id)
    forms = {
        each.id: BackForm(formdata=None, prefix=f"answer-{each.id}-") for each in questions if not each.answered_at
    }
    if answer is not None:
        forms[answer[0]] = answer[1]
    return render_template(
        "referrals/own/asked.html",
        reference=subject.reference,
        questions=questions,
        forms=forms,
        errors=[error for each in forms.values() for error in each.error_list],
        message=message,
        kept=kept,
    )


def _too_late(subject: SubjectAccess, error: Exception, typed: str) -> Any:
    page = render_template(
        "referrals/hub/too_late.html",
        reference=subject.reference,
        message=str(error),
        kept=[typed] if typed else [],
    )
    return page, 409
