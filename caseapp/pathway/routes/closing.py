"""Closing a case, the closed ones, and opening one again that was closed by mistake."""

from typing import Any

from flask import redirect, render_template, request, url_for

from caseapp.access.domain import PERMISSIONS, Actor, SubjectAccess, allows
from caseapp.access.guard import guard, note_read
from caseapp.access.taking import give_list
from caseapp.assessments.queries import family_chronology
from caseapp.cases.commands import TellingOf, reopen_case
from caseapp.cases.forms import TellingForm
from caseapp.cases.queries import CaseRow, told_of
from caseapp.cases.slots import Action, Notice, Told
from caseapp.kernel.errors import Conflict, Invalid, OutOfOrder
from caseapp.kernel.sheets import MOST_ROWS, Sheet
from caseapp.pathway.commands import close_family_cases
from caseapp.pathway.forms import CloseForm, ReopenForm, close_form
from caseapp.pathway.queries.closing import Closing, get_closed, get_closing, list_closed

from .blueprint import bp


def closing_actions(actor: Actor, subject: SubjectAccess, _case: CaseRow, _told: Told) -> list[Action | Notice]:
    """For the case page: the manager of the team that holds it may close it. No statement."""
    if not allows(PERMISSIONS["case:close"], actor, subject):
        return []
    return [Action("Close the case", url_for("pathway.ask_close", reference=subject.reference))]


@bp.get("/close/<ref:reference>")
@guard("case:close")
def ask_close(actor: Actor, subject: SubjectAccess) -> Any:
    """What closing does, what stands in its way, and the reason."""
    page = get_closing(actor, subject.id)
    return _ask(subject, page, close_form(page, formdata=None), _told_forms(actor, page, fresh=True))


def _told_forms(actor: Actor, page: Closing, *, fresh: bool) -> dict[str, TellingForm]:
    """A row for each who is told; what was typed is kept."""
    if fresh:
        data = {"told_by": actor.name}
        return {party.key: TellingForm(formdata=None, prefix=f"{party.key}-", data=data) for party in page.parties}
    return {party.key: TellingForm(prefix=f"{party.key}-") for party in page.parties}


def _told(page: Closing, forms: dict[str, TellingForm]) -> list[TellingOf]:
    return [
        TellingOf(
            person_id=party.person_id,
            agency_id=party.agency_id,
            how=form.chosen[0],
            why_not=form.chosen[1],
            told_on=form.told_on.data,
            told_by=form.told_by.data or "",
        )
        for party in page.parties
        if any((form := forms[party.key]).chosen)
    ]


@bp.post("/close/<ref:reference>")
@guard("case:close")
def close_case(actor: Actor, subject: SubjectAccess) -> Any:
    """Close it; what is wrong comes back with everything typed."""
    page = get_closing(actor, subject.id)
    form, told = close_form(page), _told_forms(actor, page, fresh=False)
    # Each says what is missing in it.
    if not all([form.validate(), *(row.validate() for row in told.values())]):
        return _ask(subject, page, form, told), 422
    try:
        close_family_cases(
            actor,
            case_id=subject.id,
            versions=form.versions(page),
            reason=form.reason.data,
            words=form.words.data,
            told=_told(page, told),
            settled=bool(form.settled.data),
        )
    except Invalid as invalid:
        form.add_errors(invalid.problems)
        return _ask(subject, page, form, told), 422
    except (OutOfOrder, Conflict) as stopped:
        form.add_errors({"": str(stopped)})
        return _ask(subject, page, form, told), 409
    return redirect(url_for("pathway.closed", reference=subject.reference), 303)


def _ask(subject: SubjectAccess, page: Closing, form: CloseForm, told: dict[str, TellingForm]) -> str:
    errors = [error for each in (form, *told.values()) for error in each.error_list]
    clocks = [clock for clocks in page.ending.values() for clock in clocks]
    return render_template(
        "pathway/close.html",
        reference=subject.reference,
        page=page,
        case=page.case,
        form=form,
        told=told,
        errors=errors,
        clocks=sorted(clocks, key=lambda clock: clock.due_at),
        plans=list(dict.fromkeys(plan for plans in page.plans.values() for plan in plans)),
    )


@bp.get("/closed")
@guard("case:list_closed", logged=True)
def closed_list(actor: Actor) -> Any:
    """The closed cases of my teams, the latest first."""
    rows, after = list_closed(actor, after=request.args.get("after"))
    for row in rows:
        note_read(row.id, "list")
    return render_template("pathway/closed_list.html", rows=rows, after=after, later="after" in request.args)


CLOSED_HEADINGS = ("Reference", "Child", "Age", "Family", "Closed", "Closed by", "Team", "Why", "Kept until")


@bp.get("/closed.xlsx")
@guard("case:list_closed", logged=True)
def take_closed(actor: Actor) -> Any:
    """The closed cases of my teams as a spreadsheet."""
    rows, more = list_closed(actor, limit=MOST_ROWS)
    for row in rows:
        note_read(row.id, "list")
    cells = [
        [row.reference, row.name, row.age, row.family, row.closed_at, row.by, row.team, row.reason, row.keep_until]
        for row in rows
    ]
    return give_list(
        actor, Sheet("closed_cases", "Closed cases of my teams", CLOSED_HEADINGS, cells, more=more is not None)
    )


@bp.get("/closed/<ref:reference>")
@guard("case:read")
def closed(actor: Actor, subject: SubjectAccess) -> Any:
    """A closed case: why, when, until when it is kept, and what happened."""
    return _closed_page(actor, subject, ReopenForm(formdata=None))


@bp.post("/closed/<ref:reference>/reopen")
@guard("case:close")
def reopen(actor: Actor, subject: SubjectAccess) -> Any:
    """Undo a closing that was a mistake."""
    form = ReopenForm()
    if not form.validate():
        return _closed_page(actor, subject, form), 422
    reopen_case(actor, case_id=subject.id, words=form.words.data)
    return redirect(url_for("cases.show", reference=subject.reference), 303)


def _closed_page(actor: Actor, subject: SubjectAccess, form: ReopenForm) -> str:
    case = get_closed(subject.id)
    return render_template(
        "pathway/closed.html",
        case=case,
        form=form,
        told=told_of([case.event_id] if case.event_id else []).get(case.event_id or 0, ()),
        chronology=family_chronology(actor, [subject.id]),
        may_reopen=allows(PERMISSIONS["case:close"], actor, subject),
    )
