"""Is this adult already known? One adult of a contact's household beside the records that could be theirs."""

from typing import Any

from flask import redirect, render_template, request, url_for

from caseapp.access.domain import Actor, SubjectAccess
from caseapp.access.guard import guard, note_read
from caseapp.kernel.errors import Invalid, NotFound, OutOfOrder
from caseapp.people.catalogue import ANSWERS_OF_RECORDS
from caseapp.referrals.commands.known_adults import say_of_adult, take_back_of_adult
from caseapp.referrals.commands.looking import look_for_likely
from caseapp.referrals.forms.known import KnownAdultForm, TakeBackForm
from caseapp.referrals.queries.likely_adults import AdultPage, get_adult_page

from .blueprint import bp


@bp.get("/<ref:reference>/known-adults")
@guard("referral:known")
def known_adult(actor: Actor, subject: SubjectAccess) -> Any:
    """The likely records of one adult, each with its reasons."""
    return _show(subject, get_adult_page(actor, subject.id, _position()))


@bp.post("/<ref:reference>/known-adults")
@guard("referral:known")
def say_known_adult(actor: Actor, subject: SubjectAccess) -> Any:
    """Say of one record whether it is the same person."""
    position, about = _position(), request.form.get("about", "")[:40]
    form = KnownAdultForm(prefix=f"{about}-")
    if not form.validate():
        return _show(subject, get_adult_page(actor, subject.id, position), said=(about, form)), 422
    try:
        say_of_adult(
            actor,
            referral_id=subject.id,
            position=position,
            about=about,
            answer=form.answer.data or "",
            words=form.words.data,
        )
    except Invalid as error:
        form.add_errors(error.problems)
        return _show(subject, get_adult_page(actor, subject.id, position), said=(about, form)), 422
    except OutOfOrder as error:
        form.add_errors({"": str(error)})
        return _show(subject, get_adult_page(actor, subject.id, position), said=(about, form)), 409
    look_for_likely(referral_id=subject.id)
    return _back_to(subject, position)


@bp.post("/<ref:reference>/known-adults/<int(max=9223372036854775807):answer_id>/take-back")
@guard("referral:known")
def take_back_known_adult(actor: Actor, subject: SubjectAccess, answer_id: int) -> Any:
    """Take back what was said of a record."""
    position = _position()
    form = TakeBackForm(prefix=f"back-{answer_id}-")
    if form.validate():
        try:
            take_back_of_adult(
                actor, referral_id=subject.id, position=position, answer_id=answer_id, words=form.words.data
            )
        except OutOfOrder as error:
            form.add_errors({"": str(error)})
            return _show(subject, get_adult_page(actor, subject.id, position), back=(answer_id, form)), 409
        look_for_likely(referral_id=subject.id)
        return _back_to(subject, position)
    page = get_adult_page(actor, subject.id, position)
    if all(each.id != answer_id for each in page.history):
        raise NotFound
    return _show(subject, page, back=(answer_id, form)), 422


def _position() -> int | None:
    """Which adult of the household, by their place in it (the address counts from 1); None where the address does not
    say: the first."""
    given = request.args.get("adult")
    if given is None:
        return None
    if not (given.isascii() and given.isdigit() and len(given) < 4):
        raise NotFound
    return int(given) - 1


def _back_to(subject: SubjectAccess, position: int | None) -> Any:
    adult = None if position is None else position + 1
    return redirect(url_for("referrals.known_adult", reference=subject.reference, adult=adult), 303)


def _show(
    subject: SubjectAccess,
    page: AdultPage,
    *,
    said: tuple[str, KnownAdultForm] | None = None,
    back: tuple[int, TakeBackForm] | None = None,
) -> str:
    shown = [*([page.chosen] if page.chosen else []), *page.likely, *page.apart]
    for each in shown:
        # Who compares a record has looked at it; of what is kept from them nothing was shown.
        if not each.ring:
            note_read(each.key[1], subject.why)
    forms = {each.about: KnownAdultForm(formdata=None, prefix=f"{each.about}-") for each in shown}
    backs = {
        each.answered.id: TakeBackForm(formdata=None, prefix=f"back-{each.answered.id}-")
        for each in shown
        if each.answered
    }
    if said is not None:
        forms[said[0]] = said[1]
    if back is not None:
        backs[back[0]] = back[1]
    return render_template(
        "referrals/hub/known_adult.html",
        page=page,
        forms=forms,
        backs=backs,
        errors=[*(said[1].error_list if said else []), *(back[1].error_list if back else [])],
        answer_words=ANSWERS_OF_RECORDS,
        url=url_for("referrals.known_adult", reference=subject.reference, adult=page.adult.position + 1),
    )
