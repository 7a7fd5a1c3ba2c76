"""The clocks of a case: each with why it is due then, and when it is late, why, and who authorised it."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from caseapp.access.domain import PERMISSIONS, Actor, SubjectAccess, allows
from caseapp.access.guard import guard
from caseapp.cases import queries
from caseapp.cases.forms import LateForm
from caseapp.deadlines.commands import MeanwhileExplained, authorise_late, explain_late
from caseapp.deadlines.queries import get_clock, get_late_reason, late_reasons_of
from caseapp.kernel import clock
from caseapp.kernel.errors import Invalid, OutOfOrder, Refused

from .blueprint import LARGEST, before, bp, tabs

NUMBER = f"int(max={LARGEST})"
# What somebody may do from this page, by the name that its template knows it by.
_MAY = {"record": "case:record_event", "explain": "clock:explain_late", "authorise": "clock:authorise_late"}


def may(actor: Actor, subject: SubjectAccess) -> dict[str, bool]:
    """What this reader may do with the clocks of this case, for links: the pages behind them ask again."""
    return {name: allows(PERMISSIONS[key], actor, subject) for name, key in _MAY.items()}


@bp.get("/<ref:reference>/clocks")
@guard("case:read")
def clocks(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """Every clock of a case: running, late and ended, and what nothing has started."""
    page = queries.get_clocks_page(actor, subject.id, before=before())
    return render_template(
        "cases/clocks.html",
        page=page,
        case=page.case,
        may=may(actor, subject),
        user_id=actor.user_id,
        first=before() is None,
        today=clock.today(),
        tabs=tabs(subject.reference, "clocks"),
    )


@bp.get(f"/<ref:reference>/clocks/<{NUMBER}:clock_id>/late")
@guard("clock:explain_late")
def why_late(actor: Actor, subject: SubjectAccess, clock_id: int) -> ResponseReturnValue:
    """Ask why a clock is late."""
    reasons = late_reasons_of([clock_id]).get(clock_id, [])
    form = LateForm(formdata=None, data={"seen": reasons[-1].id if reasons else 0})
    return _why_page(actor, subject, clock_id, form)


@bp.post(f"/<ref:reference>/clocks/<{NUMBER}:clock_id>/late")
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
            return redirect(url_for(".clocks", reference=subject.reference, _anchor=f"clock-{clock_id}"), 303)
    return _why_page(actor, subject, clock_id, form), 422


def _why_page(actor: Actor, subject: SubjectAccess, clock_id: int, form: LateForm, *, met: str = "") -> str:
    view = get_clock(subject.id, clock_id)
    if not view.was_late:
        raise OutOfOrder("This is not late, so there is nothing to explain.")
    case, _ = queries.get_case(actor, subject.id)
    return render_template(
        "cases/why_late.html",
        case=case,
        view=view,
        form=form,
        met=met,
        reasons=late_reasons_of([clock_id]).get(clock_id, []),
        today=clock.today(),
    )


@bp.get(f"/<ref:reference>/late/<{NUMBER}:late_id>")
@guard("clock:authorise_late")
def late_reason(actor: Actor, subject: SubjectAccess, late_id: int) -> ResponseReturnValue:
    """One reason for lateness, for the manager to authorise."""
    return _late_page(actor, subject, late_id)


@bp.post(f"/<ref:reference>/late/<{NUMBER}:late_id>")
@guard("clock:authorise_late")
def authorise(actor: Actor, subject: SubjectAccess, late_id: int) -> ResponseReturnValue:
    """Put the manager's name to it. Whoever comes second is told who was first."""
    try:
        authorise_late(actor, subject_id=subject.id, late_id=late_id)
    except Refused as refused:
        return _late_page(actor, subject, late_id, said=str(refused)), 403
    except OutOfOrder as done:
        return _late_page(actor, subject, late_id, said=str(done)), 409
    return redirect(url_for(".clocks", reference=subject.reference, _anchor="clocks"), 303)


def _late_page(actor: Actor, subject: SubjectAccess, late_id: int, *, said: str = "") -> str:
    view, reason = get_late_reason(subject.id, late_id)
    case, _ = queries.get_case(actor, subject.id)
    return render_template(
        "cases/late_reason.html",
        case=case,
        view=view,
        reason=reason,
        said=said,
        own=reason.given_by_id == actor.user_id,
        today=clock.today(),
    )


@bp.get("/late")
@guard("clock:list_late", logged=True)
def late_list(actor: Actor) -> ResponseReturnValue:
    """What is late in the teams of a manager: reasons to authorise, and what nobody has explained."""
    after = before() or 0
    return render_template(
        "cases/late_list.html",
        waiting=queries.list_late_waiting(actor, after=after, limit=51),
        unexplained=queries.list_late_unexplained(actor, limit=50),
        most=50,
    )
