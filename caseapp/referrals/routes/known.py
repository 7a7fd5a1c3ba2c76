"""Is this child already known? One child of a contact beside the records that could be theirs."""

from typing import Any

from flask import redirect, render_template, request, url_for

from caseapp.access.domain import Actor, SubjectAccess, reads_register
from caseapp.access.guard import guard, note_read
from caseapp.kernel import clock
from caseapp.kernel.errors import Invalid, NotFound, OutOfOrder
from caseapp.people.catalogue import ANSWERS
from caseapp.referrals.commands.known import say_of_child, take_back_of_child
from caseapp.referrals.commands.looking import look_for_likely
from caseapp.referrals.domain.form import compose
from caseapp.referrals.domain.pages import is_call
from caseapp.referrals.forms.known import KnownForm, TakeBackForm
from caseapp.referrals.queries import own
from caseapp.referrals.queries.likely import PERSON, LikelyPage, get_likely_page
from caseapp.referrals.queries.likely_draft import get_likely_of_draft

from . import pages_shown
from .blueprint import bp


@bp.get("/<ref:reference>/known")
@guard("referral:known")
def known(actor: Actor, subject: SubjectAccess) -> Any:
    """The likely records of one child, each with its reasons."""
    return _show(subject, get_likely_page(actor, subject.id, _number()))


@bp.post("/<ref:reference>/known")
@guard("referral:known")
def say_known(actor: Actor, subject: SubjectAccess) -> Any:
    """Say of one record whether it is the same child."""
    number, about = _number(), request.form.get("about", "")[:40]
    form = KnownForm(prefix=f"{about}-")
    if not form.validate():
        return _show(subject, get_likely_page(actor, subject.id, number), said=(about, form)), 422
    try:
        say_of_child(
            actor,
            referral_id=subject.id,
            number=number,
            about=about,
            answer=form.answer.data or "",
            words=form.words.data,
        )
    except Invalid as error:
        form.add_errors(error.problems)
        return _show(subject, get_likely_page(actor, subject.id, number), said=(about, form)), 422
    except OutOfOrder as error:
        form.add_errors({"": str(error)})
        return _show(subject, get_likely_page(actor, subject.id, number), said=(about, form)), 409
    look_for_likely(referral_id=subject.id)
    return redirect(url_for("referrals.known", reference=subject.reference, child=number), 303)


@bp.post("/<ref:reference>/known/<int(max=9223372036854775807):answer_id>/take-back")
@guard("referral:known")
def take_back_known(actor: Actor, subject: SubjectAccess, answer_id: int) -> Any:
    """Take back what was said of a record."""
    number = _number()
    form = TakeBackForm(prefix=f"back-{answer_id}-")
    if form.validate():
        try:
            take_back_of_child(actor, referral_id=subject.id, number=number, answer_id=answer_id, words=form.words.data)
        except OutOfOrder as error:
            form.add_errors({"": str(error)})
            page = get_likely_page(actor, subject.id, number)
            return _show(subject, page, back=(answer_id, form)), 409
        look_for_likely(referral_id=subject.id)
        return redirect(url_for("referrals.known", reference=subject.reference, child=number), 303)
    page = get_likely_page(actor, subject.id, number)
    if all(each.id != answer_id for each in page.history):
        raise NotFound
    return _show(subject, page, back=(answer_id, form)), 422


def _number() -> int:
    """Which child of the contact: the first where the address does not say."""
    given = request.args.get("child", "1")
    if not (given.isascii() and given.isdigit() and len(given) < 4):
        raise NotFound
    return int(given)


def _show(
    subject: SubjectAccess,
    page: LikelyPage,
    *,
    said: tuple[str, KnownForm] | None = None,
    back: tuple[int, TakeBackForm] | None = None,
) -> str:
    shown = [*([page.chosen] if page.chosen else []), *page.likely, *page.apart]
    for each in shown:
        # Who compares a record has looked at it; of what is kept from them nothing was shown.
        if each.key[0] == PERSON and not each.ring:
            note_read(each.key[1], subject.why)
    forms = {each.about: KnownForm(formdata=None, prefix=f"{each.about}-") for each in shown}
    backs = {
        each.answered.id: TakeBackForm(formdata=None, prefix=f"back-{each.answered.id}-")
        for each in shown
        if each.answered
    }
    if said is not None:
        forms[said[0]] = said[1]
    if back is not None:
        backs[back[0]] = back[1]
    errors = [*(said[1].error_list if said else []), *(back[1].error_list if back else [])]
    return render_template(
        "referrals/hub/known.html",
        page=page,
        forms=forms,
        backs=backs,
        errors=errors,
        answer_words=ANSWERS,
        today=clock.today(),
        url=url_for("referrals.known", reference=subject.reference, child=page.child.number),
    )


@bp.get("/drafts/<ref:reference>/known")
@guard("draft:write")
def known_to_caller(actor: Actor, subject: SubjectAccess) -> Any:
    """While a call is written down: who of the register a child could be. For anybody else who writes: the children of
    their own earlier referrals, and nothing of the register."""
    draft = own.get_draft(subject.id)
    if draft.sent_as:
        return redirect(url_for(".show_receipt", reference=draft.sent_as), 303)
    register = is_call(draft.pages) and reads_register(actor)
    answers = pages_shown.ready(subject.reference, draft).answers
    document = compose(answers, own.Sender("", "", ""), sent_at=clock.now())
    found = get_likely_of_draft(actor, document, _number(), register=register)
    if found is None:
        raise NotFound
    for each in found.likely:
        if each.key[0] == PERSON and not each.ring:
            note_read(each.key[1], "call")
    return render_template(
        "referrals/own/known.html",
        found=found,
        register=register,
        children=own.child_names(draft.pages),
        reference=subject.reference,
        today=clock.today(),
    )
