"""Why something is late: those whose work it is say so, and a manager authorises it or asks again. The same pages for a
case, a referral, a handover and the night's work; one list of what waits for a manager."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from caseapp.access.domain import PERMISSIONS, Actor, SubjectAccess, allows
from caseapp.access.guard import guard
from caseapp.deadlines import queries
from caseapp.deadlines.commands import MeanwhileExplained, authorise_late, explain_late, send_back_late
from caseapp.deadlines.forms import AskForm, LateForm
from caseapp.deadlines.slots import About
from caseapp.kernel import clock
from caseapp.kernel.errors import Invalid, OutOfOrder, Refused

from .blueprint import bp

NUMBER = f"int(max={queries.LARGEST})"


def page_of(about: About) -> str:
    """The address of the page of what has the clocks."""
    endpoint, reference = about.page
    return url_for(endpoint, reference=reference)


def clocks_of(about: About, clock_id: int | None = None) -> str:
    """The address at which its clocks stand with the reasons given, at one of them."""
    anchor = f"clock-{clock_id}" if clock_id else None
    return url_for(about.clocks or ".late_of", reference=about.reference, _anchor=anchor)


@bp.get("/late")
@guard("clock:list_late", logged=True)
def late_list(actor: Actor) -> str:
    """What is late in the teams of a manager: reasons to authorise, and what nobody has explained."""
    found = queries.list_late(actor, waiting_after=_after("waiting"), unexplained_after=_after("unexplained"))
    return render_template("deadlines/late_list.html", found=found, clocks_of=clocks_of)


def _after(name: str) -> int:
    typed = request.args.get(name, "")
    return min(int(typed), queries.LARGEST) if typed.isascii() and typed.isdecimal() and len(typed) < 20 else 0


@bp.get("/late/<ref:reference>")
@guard("clock:explain_late")
def late_of(actor: Actor, subject: SubjectAccess) -> str:
    """What is or was late about one thing, with the reasons given."""
    page = queries.get_late_page(actor, subject.kind, subject.id)
    may = {
        name: allows(PERMISSIONS[key], actor, subject)
        for name, key in (("explain", "clock:explain_late"), ("authorise", "clock:authorise_late"))
    }
    return render_template(
        "deadlines/late_of.html",
        page=page,
        about=page.about,
        page_url=page_of(page.about),
        may=may,
        user_id=actor.user_id,
        today=clock.today(),
    )


@bp.get(f"/late/<ref:reference>/<{NUMBER}:clock_id>")
@guard("clock:explain_late")
def why_late(actor: Actor, subject: SubjectAccess, clock_id: int) -> str:
    """Ask why a clock is late."""
    reasons = queries.late_reasons_of([clock_id]).get(clock_id, [])
    form = LateForm(formdata=None, data={"seen": reasons[-1].id if reasons else 0})
    return _why_page(actor, subject, clock_id, form)


@bp.post(f"/late/<ref:reference>/<{NUMBER}:clock_id>")
@guard("clock:explain_late")
def explain(actor: Actor, subject: SubjectAccess, clock_id: int) -> ResponseReturnValue:
    """Keep why a clock is late; a manager then authorises it."""
    form = LateForm()
    if form.validate():
        try:
            explain_late(
                actor,
                subject_id=subject.id,
                clock_id=clock_id,
                reason=form.reason.data,
                words=form.words.data,
                seen=form.seen.data,
            )
        except Invalid as refused:
            form.add_errors(refused.problems)
        except MeanwhileExplained as met:
            # Theirs is shown; sent once more, this one stands beside it.
            form.seen.data = met.last.id
            return _why_page(actor, subject, clock_id, form, met=str(met)), 409
        else:
            return redirect(clocks_of(queries.get_about(actor, subject.kind, subject.id), clock_id), 303)
    return _why_page(actor, subject, clock_id, form), 422


def _why_page(actor: Actor, subject: SubjectAccess, clock_id: int, form: LateForm, *, met: str = "") -> str:
    view = queries.get_clock(subject.id, clock_id)
    if not view.was_late:
        raise OutOfOrder("This is not late, so there is nothing to explain.")
    reasons = queries.late_reasons_of([clock_id]).get(clock_id, [])
    return _page("deadlines/why_late.html", actor, subject, view, form=form, met=met, reasons=reasons)


def _page(template: str, actor: Actor, subject: SubjectAccess, view: queries.ClockView, **shown: Any) -> str:
    about = queries.get_about(actor, subject.kind, subject.id)
    back = clocks_of(about, view.id)
    return render_template(template, about=about, back_url=back, view=view, today=clock.today(), **shown)


@bp.get(f"/late/<ref:reference>/reasons/<{NUMBER}:late_id>")
@guard("clock:authorise_late")
def late_reason(actor: Actor, subject: SubjectAccess, late_id: int) -> str:
    """One reason for lateness, for the manager to authorise or to send back."""
    return _late_page(actor, subject, late_id, AskForm(formdata=None))


@bp.post(f"/late/<ref:reference>/reasons/<{NUMBER}:late_id>")
@guard("clock:authorise_late")
def answer_late(actor: Actor, subject: SubjectAccess, late_id: int) -> ResponseReturnValue:
    """Put the manager's name to it, or send it back with a question. Whoever comes second is told who was first."""
    form, asks = AskForm(), "ask" in request.form
    if asks and not form.validate():
        return _late_page(actor, subject, late_id, form), 422
    try:
        if asks:
            send_back_late(actor, subject_id=subject.id, late_id=late_id, question=form.question.data)
        else:
            authorise_late(actor, subject_id=subject.id, late_id=late_id)
    except Invalid as refused:
        form.add_errors(refused.problems)
        return _late_page(actor, subject, late_id, form), 422
    except Refused as refused:
        return _late_page(actor, subject, late_id, form, said=str(refused)), 403
    except OutOfOrder as done:
        return _late_page(actor, subject, late_id, form, said=str(done)), 409
    return redirect(url_for(".late_list"), 303)


def _late_page(actor: Actor, subject: SubjectAccess, late_id: int, form: AskForm, *, said: str = "") -> str:
    view, reason = queries.get_late_reason(subject.id, late_id)
    own = reason.given_by_id == actor.user_id
    return _page("deadlines/late_reason.html", actor, subject, view, reason=reason, said=said, own=own, form=form)
