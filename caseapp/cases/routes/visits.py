"""Visits: written once for the children they were about, kept while they are written, read child by child, changed."""

import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from caseapp.access.domain import L4, PERMISSIONS, Actor, SubjectAccess, allows
from caseapp.access.guard import guard
from caseapp.access.taking import give_paper
from caseapp.cases import commands, queries
from caseapp.cases.forms import settle_answers, two_answers, typed_in, visit_data, visit_form, visit_of
from caseapp.cases.slots import BEFORE_VISIT
from caseapp.kernel import clock
from caseapp.kernel.errors import Invalid, OutOfOrder
from caseapp.kernel.web import clock_time
from caseapp.people.queries import list_family

from .blueprint import bp

Cases = Sequence[queries.CaseRow]


@bp.get("/<ref:reference>/visits/new")
@guard("case:write_visit")
def new_visit(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """A visit to write, or to go on with; before the address, what a visitor must know."""
    case, children = queries.get_case(actor, subject.id)
    draft = queries.find_draft(actor, case.family_id)
    return _write_page(actor, case, children, _form_of(actor, children, draft), draft=draft)


def _form_of(actor: Actor, children: Cases, draft: queries.Draft | None) -> Any:
    """The form as the draft has it, or a fresh one: now, heard by the writer, and nothing chosen about anybody."""
    if draft is not None:
        data = {"version": draft.version, "once": draft.once_key}
        return visit_form(children, formdata=None, kept=dict(draft.typed), data=data)
    now = clock.to_london(clock.now())
    data = {
        "happened_on": now.date(),
        "happened_time": f"{now:%H:%M}",
        "version": 0,
        "once": secrets.token_hex(16),
        **{f"heard_by_{child.id}": actor.name for child in children},
    }
    return visit_form(children, formdata=None, data=data)


@bp.post("/<ref:reference>/visits/new/save")
@guard("case:write_visit")
def autosave_visit(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """Keep what is being typed. Gives the version and when; a stale page gets 409 and is told to press Save."""
    case, children = queries.get_case(actor, subject.id)
    form = visit_form(children)
    saved = commands.save_visit_draft(
        actor,
        family_id=case.family_id,
        once_key=_once(form),
        version=form.version.data,
        typed=_with_others(actor, case, form),
    )
    return jsonify(saved_at=clock_time(saved.saved_at), version=saved.version)


@bp.post("/<ref:reference>/visits/new")
@guard("case:write_visit")
def write_visit(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """Keep the draft, or write the visit; what is wrong comes back with everything typed, and two pages that wrote
    differently with both texts."""
    case, children = queries.get_case(actor, subject.id)
    posted, undecided = settle_answers(request.form)
    form = visit_form(children, formdata=posted)
    if "again" in request.form:
        return _throw_away(actor, case, children, form)
    try:
        # Whatever becomes of it, another page's text is never passed over.
        commands.save_visit_draft(
            actor,
            family_id=case.family_id,
            once_key=_once(form),
            version=form.version.data,
            typed=_with_others(actor, case, form),
        )
    except commands.StaleDraft as stale:
        return _stale_draft(case, children, form, stale.draft)
    except commands.SavedAlready as kept:
        return _pressed_again(actor, case, children, form, kept)
    if undecided:
        return _choose_again(case, children, form, undecided)
    if "chosen" in request.form:
        return redirect(url_for(".new_visit", reference=case.reference), 303)
    if "later" in request.form:
        return redirect(url_for(".show", reference=case.reference), 303)
    if not form.validate():
        return _write_page(actor, case, children, form), 422
    try:
        commands.write_visit(actor, told=visit_of(form, children), once_key=_once(form), twice="twice" in request.form)
    except Invalid as refused:
        form.add_errors(_at_fields(refused))
    except commands.SameDay as met:
        return _write_page(actor, case, children, form, twin=met.twin), 409
    except OutOfOrder as refused:
        form.add_errors({"": str(refused)})
        return _write_page(actor, case, children, form), 409
    else:
        return redirect(url_for(".show", reference=case.reference, _anchor="chronology"), 303)
    return _write_page(actor, case, children, form), 422


def _with_others(actor: Actor, case: queries.CaseRow, form: Any) -> dict[str, Any]:
    """What was typed; of a child whom the writer does not see any more the draft keeps what it had."""
    draft = queries.find_draft(actor, case.family_id)
    return {**(draft.typed if draft else {}), **typed_in(form)}


def _pressed_again(
    actor: Actor, case: queries.CaseRow, children: Cases, form: Any, kept: commands.SavedAlready
) -> ResponseReturnValue:
    """This form's visit is written: pressed twice, or another text, which may become its next wording."""
    there = kept.kept
    if form.validate():
        with suppress(commands.SavedAlready, Invalid, OutOfOrder):
            commands.write_visit(actor, told=visit_of(form, children), once_key=_once(form))
            return redirect(url_for(".show", reference=case.reference, _anchor="chronology"), 303)
    return _two_texts(
        children,
        form,
        visit_form(children, changing=True, formdata=None, data=visit_data(_seen_of(there.told, children))),
        who=there.author,
        at=there.at,
        version=there.number,
        action=url_for(".change_visit", reference=there.reference),
        back=url_for(".show", reference=case.reference),
        saved=there.reference,
    )


def _stale_draft(case: queries.CaseRow, children: Cases, form: Any, draft: queries.Draft) -> ResponseReturnValue:
    theirs = visit_form(children, formdata=None, kept=dict(draft.typed))
    return _two_texts(
        children,
        form,
        theirs,
        who="You, on another page",
        at=draft.saved_at,
        version=draft.version,
        once=draft.once_key,
        action=url_for(".write_visit", reference=case.reference),
        back=url_for(".new_visit", reference=case.reference),
    )


def _choose_again(case: queries.CaseRow, children: Cases, form: Any, undecided: Sequence[str]) -> ResponseReturnValue:
    """A choice between two texts is missing: the page once more, with both."""
    theirs, _ = settle_answers(request.form)
    for name in undecided:
        for key in [each for each in request.form if each.startswith(f"theirs:{name}:")]:
            theirs[key.split(":", 2)[2]] = request.form[key]
    return _two_texts(
        children,
        form,
        visit_form(children, changing="why" in form, formdata=theirs),
        who=request.form.get("who_wrote", "Somebody"),
        at=None,
        version=form.version.data,
        once=form.once.data or "",
        action=request.path,
        back=url_for(".show", reference=case.reference),
        asked=True,
    )


def _two_texts(children: Cases, mine: Any, theirs: Any, **given: Any) -> ResponseReturnValue:
    """Two pages wrote: each answer that differs, both texts, nothing chosen beforehand; the rest is carried along."""
    found = two_answers(theirs, mine)
    differing = {name for answer in found for name in answer.mine_raw}
    kept = [
        (name, value)
        for name, value in {**typed_in(mine), **({"why": mine.why.data or ""} if "why" in mine else {})}.items()
        if name not in differing
    ]
    page = render_template(
        "cases/visit_two_texts.html", children=children, found=found, kept=kept, **{"once": "", "asked": False, **given}
    )
    return page, 409


def _throw_away(actor: Actor, case: queries.CaseRow, children: Cases, form: Any) -> ResponseReturnValue:
    try:
        commands.throw_away_visit_draft(actor, family_id=case.family_id, version=form.version.data)
    except commands.StaleDraft as stale:
        return _stale_draft(case, children, form, stale.draft)
    return redirect(url_for(".new_visit", reference=case.reference), 303)


def _write_page(
    actor: Actor,
    case: queries.CaseRow,
    children: Cases,
    form: Any,
    *,
    draft: queries.Draft | None = None,
    twin: queries.KeptVisit | None = None,
) -> str:
    family = list_family(actor, case.family_id, level=L4)
    return render_template(
        "cases/visit_form.html",
        case=case,
        children=children,
        form=form,
        draft=draft,
        twin=twin,
        dangers=[*queries.dangers_among(family), *(each for fill in BEFORE_VISIT for each in fill(actor, case))],
        family=family,
        save_url=url_for(".autosave_visit", reference=case.reference),
    )


@bp.get("/<ref:reference>/visits/<ref:visit>")
@guard("case:read")
def visit(actor: Actor, subject: SubjectAccess, visit: str) -> ResponseReturnValue:
    """A visit as it stands in one child's record, with every wording it ever had."""
    page = queries.get_visit_page(actor, subject.id, visit)
    may_change = allows(PERMISSIONS["case:write_visit"], actor, subject) and not page.case.closed
    return render_template("cases/visit.html", page=page, may_change=may_change)


@bp.get("/<ref:reference>/visits/<ref:visit>/print", defaults={"as_file": False})
@bp.get("/<ref:reference>/visits/<ref:visit>/print.pdf", defaults={"as_file": True})
@guard("case:read")
def visit_paper(actor: Actor, subject: SubjectAccess, visit: str, as_file: bool) -> ResponseReturnValue:
    """One child's record of a visit on paper: no brother's or sister's part."""
    given: ResponseReturnValue = give_paper(
        actor,
        subject,
        "cases/visit_paper.html",
        kind="visit",
        as_file=as_file,
        back=url_for(".visit", reference=subject.reference, visit=visit),
        page=queries.get_visit_page(actor, subject.id, visit),
    )
    return given


@bp.get("/visits/<ref:reference>")
@guard("visit:read")
def find_visit(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """From the reference of a visit to the record of the eldest child of it whom the reader sees."""
    case = queries.first_case_of(actor, subject.id)
    return redirect(url_for(".visit", reference=case, visit=subject.reference), 302)


@bp.get("/visits/<ref:reference>/change")
@guard("visit:correct")
def edit_visit(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """The latest wording, to be written anew: of the children whom the reader sees."""
    kept, children = queries.read_visit(subject.id), queries.children_to_write_of(actor, subject.id)
    data = {**visit_data(_seen_of(kept.told, children)), "version": kept.number}
    return _change_page(subject, children, visit_form(children, changing=True, formdata=None, data=data))


@bp.post("/visits/<ref:reference>/change")
@guard("visit:correct")
def change_visit(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """Keep another wording. If somebody was quicker both texts are shown, and the writer chooses."""
    children = queries.children_to_write_of(actor, subject.id)
    posted, undecided = settle_answers(request.form)
    form = visit_form(children, changing=True, formdata=posted)
    if undecided:
        return _choose_again(children[0], children, form, undecided)
    if not form.validate():
        return _change_page(subject, children, form), 422
    told = visit_of(form, children)
    try:
        commands.correct_visit(actor, visit_id=subject.id, version=form.version.data, told=told, why=form.why.data)
    except commands.StaleVisit as stale:
        there = visit_data(_seen_of(stale.kept.told, children))
        return _two_texts(
            children,
            form,
            visit_form(children, changing=True, formdata=None, data=there),
            who=stale.kept.author,
            at=stale.kept.at,
            version=stale.kept.number,
            action=request.path,
            back=url_for(".find_visit", reference=subject.reference),
        )
    except Invalid as refused:
        form.add_errors(_at_fields(refused))
        return _change_page(subject, children, form), 422
    except OutOfOrder as refused:
        form.add_errors({"": str(refused)})
        return _change_page(subject, children, form), 409
    return redirect(url_for(".find_visit", reference=subject.reference), 303)


def _change_page(subject: SubjectAccess, children: Cases, form: Any) -> str:
    return render_template("cases/visit_change.html", reference=subject.reference, children=children, form=form)


def _seen_of(told: Any, children: Cases) -> Any:
    """A visit with the parts of these children alone; one whom it was not about says so."""
    parts = [told.part_of(child.id) or queries.not_about(child.id) for child in children]
    return replace(told, parts=tuple(parts))


def _once(form: Any) -> str:
    return (form.once.data or secrets.token_hex(16))[:40]


def _at_fields(refused: Invalid) -> dict[str, str]:
    at = {"happened_at": "happened_time", "parts": ""}
    return {at.get(name, name): said for name, said in refused.problems.items()}
