"""What the family was told, what it says is wrong, and family group decision-making."""

import secrets
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from caseapp.access.domain import PERMISSIONS, Actor, SubjectAccess, allows
from caseapp.access.guard import guard
from caseapp.cases import commands, queries
from caseapp.cases.forms import AnswerCorrectionForm, CorrectionForm, FamilyGroupForm, TellingForm
from caseapp.kernel import clock
from caseapp.kernel.errors import Conflict, Invalid, NotFound
from caseapp.kernel.forms import Choice

from .blueprint import NUMBER, bp, tabs


@bp.get("/<ref:reference>/told")
@guard("case:read")
def told(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """Each decision with who was told; what the family says is wrong; family group decisions."""
    case, _ = queries.get_case(actor, subject.id)
    people = queries.whom_to_tell(actor, case)
    may = {name: allows(PERMISSIONS[f"case:{name}"], actor, subject) for name in ("tell", "answer_correction")}
    return render_template(
        "cases/told.html",
        case=case,
        people=people,
        decisions=queries.list_decisions(case.id, people),
        corrections=queries.corrections_of_case(case.id),
        groups=queries.list_family_groups(case.id),
        may=may,
        tabs=tabs(subject.reference, "told"),
    )


def _telling(actor: Actor, subject: SubjectAccess, event_id: int) -> tuple[Any, Any, Any]:
    case, _ = queries.get_case(actor, subject.id)
    people = queries.whom_to_tell(actor, case)
    found = queries.list_decisions(case.id, people, event_id=event_id)
    if not found:
        raise NotFound
    return case, people, found[0]


@bp.get(f"/<ref:reference>/told/<{NUMBER}:entry>")
@guard("case:tell")
def ask_told(actor: Actor, subject: SubjectAccess, entry: int) -> ResponseReturnValue:
    """Who was told of one decision: a row for the child and each parent, with what stands there."""
    case, people, decision = _telling(actor, subject, entry)
    standing = {row.person_id: row for row in decision.told}
    forms = {row.person_id: _telling_form(row.person_id, standing.get(row.person_id), actor) for row in people}
    return _told_page(case, people, decision, forms)


def _telling_form(person_id: int, row: queries.ToldRow | None, actor: Actor) -> TellingForm:
    data: dict[str, object] = {"told_by": actor.name}
    if row is not None:
        chosen = f"how:{row.how}" if row.how else f"not:{row.why_not}"
        data = {"how": chosen, "told_on": row.told_on, "told_by": row.told_by}
    return TellingForm(formdata=None, prefix=f"p{person_id}-", data=data)


def _told_page(case: Any, people: Any, decision: Any, forms: dict[int, TellingForm]) -> str:
    errors = [error for form in forms.values() for error in form.error_list]
    return render_template("cases/tell.html", case=case, people=people, decision=decision, forms=forms, errors=errors)


@bp.post(f"/<ref:reference>/told/<{NUMBER}:entry>")
@guard("case:tell")
def say_told(actor: Actor, subject: SubjectAccess, entry: int) -> ResponseReturnValue:
    """Keep who was told; what is wrong comes back with everything typed."""
    case, people, decision = _telling(actor, subject, entry)
    forms = {row.person_id: TellingForm(prefix=f"p{row.person_id}-") for row in people}
    valid = [form.validate() for form in forms.values()]
    rows = [
        commands.TellingOf(
            person_id=person_id,
            how=form.chosen[0],
            why_not=form.chosen[1],
            told_on=form.told_on.data,
            told_by=form.told_by.data or "",
        )
        for person_id, form in forms.items()
        if any(form.chosen)
    ]
    if all(valid) and not rows:
        next(iter(forms.values())).add_errors({"how": "Say of at least one of them how they were told, or why not"})
    if not all(valid) or not rows:
        return _told_page(case, people, decision, forms), 422
    commands.tell_of_decision(actor, case_id=case.id, event_id=entry, told=rows)
    return redirect(url_for(".told", reference=subject.reference), 303)


@bp.get(f"/<ref:reference>/corrections/<{NUMBER}:entry>/new")
@guard("case:put_right")
def new_correction(actor: Actor, subject: SubjectAccess, entry: int) -> ResponseReturnValue:
    """An empty form for what the family says is wrong in an entry."""
    form = CorrectionForm(formdata=None, data={"asked_on": clock.today(), "once": secrets.token_hex(16)})
    return _correction_page(actor, subject, entry, form)


@bp.post(f"/<ref:reference>/corrections/<{NUMBER}:entry>/new")
@guard("case:put_right")
def ask_correction(actor: Actor, subject: SubjectAccess, entry: int) -> ResponseReturnValue:
    """Keep what the family says is wrong; what is missing comes back with everything typed."""
    form = CorrectionForm()
    if form.validate():
        try:
            commands.ask_correction(
                actor,
                case_id=subject.id,
                event_id=entry,
                said_by=form.said_by.data,
                words=form.words.data,
                asked_on=form.asked_on.data,
                once_key=(form.once.data or secrets.token_hex(16))[:40],
            )
        except Invalid as refused:
            form.add_errors(refused.problems)
        else:
            return redirect(url_for(".chronology", reference=subject.reference, _anchor=f"entry-{entry}"), 303)
    return _correction_page(actor, subject, entry, form), 422


def _correction_page(actor: Actor, subject: SubjectAccess, entry: int, form: CorrectionForm) -> str:
    case, _ = queries.get_case(actor, subject.id)
    found = queries.find_entry(actor, case.id, entry)
    if found is None:
        raise NotFound
    return render_template("cases/correction.html", case=case, entry=found, form=form)


@bp.get(f"/<ref:reference>/corrections/<{NUMBER}:number>/answer")
@guard("case:answer_correction")
def show_correction(actor: Actor, subject: SubjectAccess, number: int) -> ResponseReturnValue:
    """What the family says is wrong, to be answered."""
    return _answer_page(actor, subject, number, AnswerCorrectionForm(formdata=None))


@bp.post(f"/<ref:reference>/corrections/<{NUMBER}:number>/answer")
@guard("case:answer_correction")
def answer_correction(actor: Actor, subject: SubjectAccess, number: int) -> ResponseReturnValue:
    """Answer it: both texts stay beside each other."""
    form = AnswerCorrectionForm()
    status = 422
    if form.validate():
        try:
            commands.answer_correction(
                actor,
                case_id=subject.id,
                correction_id=number,
                answer=form.answer.data,
                words=form.words.data,
            )
        except Invalid as refused:
            form.add_errors(refused.problems)
        except Conflict as conflict:
            form.add_errors({"": str(conflict)})
            status = 409
        else:
            return redirect(url_for(".told", reference=subject.reference), 303)
    return _answer_page(actor, subject, number, form), status


def _answer_page(actor: Actor, subject: SubjectAccess, number: int, form: AnswerCorrectionForm) -> str:
    case, _ = queries.get_case(actor, subject.id)
    row = next((row for row in queries.corrections_of_case(case.id) if row.id == number), None)
    if row is None:
        raise NotFound
    return render_template("cases/answer_correction.html", case=case, correction=row, form=form)


@bp.get("/<ref:reference>/family-group/new")
@guard("case:put_right")
def new_family_group(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """An empty form about family group decision-making, with the brothers and sisters to tick."""
    form = FamilyGroupForm(formdata=None, data={"children": [subject.reference], "once": secrets.token_hex(16)})
    return _group_page(actor, subject, form, None)


@bp.post("/<ref:reference>/family-group/new")
@guard("case:put_right")
def record_family_group(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """Keep it; what does not fit together comes back with everything typed."""
    form = FamilyGroupForm()
    _, siblings = queries.get_case(actor, subject.id)
    _offer(form, siblings)
    if form.validate():
        chosen = [row.id for row in siblings if row.reference in form.children.data]
        try:
            commands.record_family_group(
                actor, case_ids=chosen, facts=form.facts, once_key=form.once.data or secrets.token_hex(16)
            )
        except Invalid as refused:
            form.add_errors(refused.problems)
        else:
            return redirect(url_for(".told", reference=subject.reference, _anchor="groups"), 303)
    return _group_page(actor, subject, form, None), 422


@bp.get(f"/<ref:reference>/family-group/<{NUMBER}:number>")
@guard("case:put_right")
def show_family_group(actor: Actor, subject: SubjectAccess, number: int) -> ResponseReturnValue:
    """What is known of one family group decision, to go on from."""
    row = queries.get_family_group(subject.id, number)
    form = FamilyGroupForm(
        formdata=None, data={**vars(row.facts), "children": [subject.reference], "version": row.number}
    )
    return _group_page(actor, subject, form, row)


@bp.post(f"/<ref:reference>/family-group/<{NUMBER}:number>")
@guard("case:put_right")
def amend_family_group(actor: Actor, subject: SubjectAccess, number: int) -> ResponseReturnValue:
    """Go on with it. If somebody was quicker theirs is shown above the form, which keeps what was typed."""
    form = FamilyGroupForm()
    del form.children
    status = 422
    if form.validate():
        try:
            commands.record_family_group(
                actor,
                case_ids=[subject.id],
                facts=form.facts,
                once_key="",
                group_id=number,
                version=form.version.data,
            )
        except Invalid as refused:
            form.add_errors(refused.problems)
        except Conflict as conflict:
            form.add_errors({"": str(conflict)})
            status = 409
        else:
            return redirect(url_for(".told", reference=subject.reference, _anchor="groups"), 303)
    row = queries.get_family_group(subject.id, number)
    if status == 409:
        # Saved once more it follows theirs, which its writer has now seen.
        form.version.data = row.number
    return _group_page(actor, subject, form, row), status


def _offer(form: FamilyGroupForm, siblings: Any) -> None:
    form.children.choices = [Choice(row.reference, f"{row.name}, {row.age}") for row in siblings]


def _group_page(actor: Actor, subject: SubjectAccess, form: FamilyGroupForm, row: queries.FamilyGroupRow | None) -> str:
    case, siblings = queries.get_case(actor, subject.id)
    if form.children is not None:
        _offer(form, siblings)
    return render_template("cases/family_group.html", case=case, form=form, group=row)
