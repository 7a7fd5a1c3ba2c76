"""A child's case: its page, its chronology, who looked, notes and what has to be read."""

import secrets
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from caseapp.access.domain import PERMISSIONS, Actor, SubjectAccess, allows
from caseapp.access.guard import guard
from caseapp.access.taking import give_paper
from caseapp.audit.domain import merge_looks
from caseapp.audit.queries import list_looks
from caseapp.cases import commands, queries
from caseapp.cases.catalogue import ANY_KIND, CONCERNS, OTHER_TASK, TASKS
from caseapp.cases.forms import ConcernForm, NoteForm, WordingForm
from caseapp.cases.slots import ACTIONS, BEFORE_VISIT, Action, EntryWords, Notice
from caseapp.kernel import clock
from caseapp.kernel.errors import Conflict, Invalid, NotFound, OutOfOrder, Text

from .blueprint import LARGEST, before, bp, tabs

PAGE = 50


@bp.get("/<ref:reference>")
@guard("case:read")
def show(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """One child on one page; the address of a closed case leads to its closed page."""
    try:
        page = queries.get_case_page(actor, subject.id)
    except NotFound:
        if queries.is_closed(subject.id):
            return redirect(url_for("pathway.closed", reference=subject.reference), 302)
        raise
    summary = queries.get_summary(actor, page.case, page.family)
    offered = [each for fill in ACTIONS for each in fill(actor, subject, page.case, summary.told)]
    own = [Action("Write a note", url_for(".new_note", reference=subject.reference))]
    if allows(PERMISSIONS["case:write_visit"], actor, subject):
        main = not any(isinstance(each, Action) and each.primary for each in offered)
        own.insert(0, Action("Write a visit", url_for(".new_visit", reference=subject.reference), primary=main))
    if allows(PERMISSIONS["case:record_event"], actor, subject):
        own.append(Action("Record a dated event", url_for(".choose_event", reference=subject.reference)))
    actions = [each for each in offered if isinstance(each, Action)]
    return render_template(
        "cases/case.html",
        page=page,
        case=page.case,
        summary=summary,
        actions=sorted([*actions, *own], key=lambda action: not action.primary),
        under_way=[each for each in offered if isinstance(each, Notice)],
        before_visit=_before_visit(actor, page),
        task_words=TASKS,
        concerns=CONCERNS,
        other_task=OTHER_TASK,
        today=clock.today(),
        now=clock.now(),
        tabs=tabs(subject.reference, "show"),
    )


def _before_visit(actor: Actor, page: queries.CasePage) -> list[EntryWords]:
    """What a visitor must know: by the pages of the family's people, and by what higher floors know."""
    return [*queries.dangers_among(page.family), *(each for fill in BEFORE_VISIT for each in fill(actor, page.case))]


@bp.get("/<ref:reference>/print", defaults={"as_file": False})
@bp.get("/<ref:reference>/print.pdf", defaults={"as_file": True})
@guard("case:read")
def paper(actor: Actor, subject: SubjectAccess, as_file: bool) -> ResponseReturnValue:
    """The summary of an open case on paper, with its latest entries."""
    page = queries.get_case_page(actor, subject.id, entries=PAGE)
    given: ResponseReturnValue = give_paper(
        actor,
        subject,
        "cases/paper.html",
        kind="case_summary",
        as_file=as_file,
        back=url_for(".show", reference=subject.reference),
        page=page,
        case=page.case,
        summary=queries.get_summary(actor, page.case, page.family),
        before_visit=_before_visit(actor, page),
    )
    return given


@bp.get("/<ref:reference>/people")
@guard("case:read")
def people(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """Who works with the family and who did, for how long and why it ended; the family, with who is responsible."""
    page = queries.get_case_page(actor, subject.id, entries=1)
    return render_template(
        "cases/people.html",
        page=page,
        case=page.case,
        summary=queries.get_summary(actor, page.case, page.family),
        agencies=queries.list_around(page.case.id),
        tabs=tabs(subject.reference, "people"),
    )


@bp.get("/<ref:reference>/who-looked")
@guard("case:read_looks")
def looks(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """Everybody who looked at this child's record, when, and why they could."""
    case, _ = queries.get_case(actor, subject.id)
    found = list_looks([case.id], PAGE + 1, before=before())
    return render_template(
        "cases/looks.html",
        case=case,
        looks=merge_looks(found[:PAGE]),
        before=found[PAGE - 1].id if len(found) > PAGE else None,
        tabs=tabs(subject.reference, "looks"),
    )


@bp.get("/<ref:reference>/notes/new")
@guard("case:write_note")
def new_note(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """An empty note about this child, with the brothers and sisters to tick."""
    case, siblings = queries.get_case(actor, subject.id)
    now = clock.to_london(clock.now())
    form = NoteForm(
        formdata=None,
        data={
            "children": [subject.reference],
            "happened_on": now.date(),
            "happened_time": f"{now:%H:%M}",
            "once": secrets.token_hex(16),
        },
    )
    form.offer(siblings)
    return render_template("cases/note_form.html", form=form, case=case)


@bp.post("/<ref:reference>/notes/new")
@guard("case:write_note")
def write_note(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """Keep a note; what is wrong comes back with everything typed."""
    case, siblings = queries.get_case(actor, subject.id)
    form = NoteForm()
    form.offer(siblings)
    if form.validate():
        chosen = [row.id for row in siblings if row.reference in form.children.data]
        try:
            commands.write_note(
                actor,
                case_ids=chosen,
                words=form.words.data,
                happened_at=form.happened_at,
                once_key=(form.once.data or secrets.token_hex(16))[:40],
                kind=form.kind.data or ANY_KIND,
                significant=bool(form.significant.data),
            )
        except Invalid as refused:
            said = {"case_ids": "children", "happened_at": "happened_time"}
            form.add_errors({said.get(field, field): text for field, text in refused.problems.items()})
        except commands.KeyUsed as used:
            if used.note_id is not None:
                return _second_text(actor, subject, used.note_id, used)
            form.once.data = secrets.token_hex(16)
            form.add_errors({"": str(used)})
            return render_template("cases/note_form.html", form=form, case=case), 409
        else:
            return redirect(url_for(".show", reference=subject.reference, _anchor="chronology"), 303)
    return render_template("cases/note_form.html", form=form, case=case), 422


# What the form of a note sends beside its words and its key: carried along while its writer decides.
TYPED = (
    "children",
    "kind",
    "happened_on-day",
    "happened_on-month",
    "happened_on-year",
    "happened_time",
    "significant",
)


def _second_text(actor: Actor, subject: SubjectAccess, note_id: int, used: commands.KeyUsed) -> ResponseReturnValue:
    """The form has saved another note already: both texts, and what to do with the second."""
    found = queries.get_note(actor, note_id)
    page = render_template(
        "cases/note_conflict.html",
        note=found,
        theirs=used.theirs,
        mine=used.mine,
        version=found.now.number,
        second=_second_note(subject.reference),
    )
    return page, 409


def _second_note(case_reference: str) -> dict[str, Any]:
    """What saves the typed text as a second note: the case it was written at, what was typed, a key of its own."""
    typed = [(name, value) for name in TYPED for value in request.form.getlist(name)]
    return {"case": case_reference, "typed": typed, "once": secrets.token_hex(16)}


@bp.get("/notes/<ref:reference>")
@guard("note:read")
def note(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """A note with every wording it ever had."""
    return render_template("cases/note.html", note=queries.get_note(actor, subject.id))


@bp.get("/notes/<ref:reference>/edit")
@guard("note:write")
def edit_note(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """The latest wording, to be written anew."""
    found = queries.get_note(actor, subject.id)
    form = WordingForm(formdata=None, data={"words": found.now.words, "version": found.now.number})
    return render_template("cases/note_edit.html", form=form, note=found)


@bp.post("/notes/<ref:reference>/edit")
@guard("note:write")
def amend_note(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """Keep another wording. If somebody was quicker both texts are shown, and the writer chooses."""
    form = WordingForm()
    keep = request.form.get("words_keep")
    if keep == "theirs":
        return redirect(url_for(".note", reference=subject.reference), 303)
    if keep == "mine":
        form.words.process_formdata([request.form.get("words_mine", "")])
    elif "words_theirs" in request.form and keep != "both":
        return _choose(actor, subject, version=form.version.data, error="Choose which text to keep")
    if not form.validate():
        found = queries.get_note(actor, subject.id)
        return render_template("cases/note_edit.html", form=form, note=found), 422
    try:
        commands.amend_note(actor, note_id=subject.id, words=form.words.data, version=form.version.data)
    except Conflict as conflict:
        return _two_texts(actor, subject, conflict)
    return redirect(url_for(".note", reference=subject.reference), 303)


def _two_texts(actor: Actor, subject: SubjectAccess, conflict: Conflict) -> ResponseReturnValue:
    found = queries.get_note(actor, subject.id)
    page = render_template(
        "cases/note_conflict.html", note=found, theirs=conflict.theirs, mine=conflict.mine, version=conflict.version
    )
    return page, 409


def _choose(actor: Actor, subject: SubjectAccess, *, version: int, error: str) -> ResponseReturnValue:
    found = queries.get_note(actor, subject.id)
    page = render_template(
        "cases/note_conflict.html",
        note=found,
        theirs=Text(found.now.who, found.now.at, found.now.words),
        mine=Text(actor.name, None, request.form.get("words_mine", "")),
        version=version,
        error=error,
        both=request.form.get("words"),
        second=_second_note(request.form["case"]) if request.form.get("case") else None,
    )
    return page, 422


@bp.get(f"/<ref:reference>/tasks/<int(max={LARGEST}):task_id>")
@guard("task:acknowledge")
def concern(actor: Actor, subject: SubjectAccess, task_id: int) -> ResponseReturnValue:
    """A new contact about a child with an open case: what was said, and what it changes."""
    return _concern_page(actor, subject, task_id, ConcernForm(formdata=None))


@bp.post(f"/<ref:reference>/tasks/<int(max={LARGEST}):task_id>")
@guard("task:acknowledge")
def answer_concern(actor: Actor, subject: SubjectAccess, task_id: int) -> ResponseReturnValue:
    """Say what a new contact changes."""
    form = ConcernForm()
    if form.validate():
        try:
            commands.acknowledge_concern(
                actor, task_id=task_id, case_id=subject.id, changes=form.changes.data, words=form.words.data
            )
        except Invalid as error:
            form.add_errors(error.problems)
        except OutOfOrder as error:
            page = render_template("cases/concern_done.html", reference=subject.reference, message=error, form=form)
            return page, 409
        else:
            if request.form.get("back") == "work":
                return redirect("/", 303)
            return redirect(url_for(".show", reference=subject.reference), 303)
    return _concern_page(actor, subject, task_id, form), 422


def _concern_page(actor: Actor, subject: SubjectAccess, task_id: int, form: ConcernForm) -> str:
    task = queries.get_task(subject.id, task_id)
    return render_template(
        "cases/concern.html",
        task=task,
        case=task.case,
        form=form,
        errors=form.error_list,
        told=queries.task_words(actor, [task.about_id]).get(task.about_id),
        heading=TASKS.get(task.kind, OTHER_TASK)[0],
        back=request.values.get("back", ""),
    )


@bp.post(f"/<ref:reference>/tasks/<int(max={LARGEST}):task_id>/acknowledge")
@guard("task:acknowledge")
def acknowledge(actor: Actor, subject: SubjectAccess, task_id: int) -> ResponseReturnValue:
    """Say that something has been read."""
    commands.acknowledge_task(actor, task_id=task_id, case_id=subject.id, answer=request.form.get("answer", ""))
    if request.form.get("back") == "work":
        return redirect("/", 303)
    return redirect(url_for(".show", reference=subject.reference), 303)
