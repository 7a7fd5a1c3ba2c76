"""The pages of police notifications: drop one in, confirm it, see one's own; groups of them for the hub."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from caseapp.access.domain import Actor, SubjectAccess
from caseapp.access.guard import guard, note_read
from caseapp.kernel import clock
from caseapp.kernel.errors import Conflict, Invalid, NotFound, OutOfOrder
from caseapp.kernel.web import takes_files

from . import commands, queries
from .domain import CHILD, GRADINGS, YES_NO, NotRead, read_json, read_text
from .domain.files import LARGEST, text_of
from .forms import ROLES, SEXES, ConfirmForm, DropForm, confirm_form, people_rows, read_happened, read_people, told_from

bp = Blueprint("notices", __name__, url_prefix="/notices")


@bp.get("/")
@guard("notice:create", logged=True)
def index(actor: Actor) -> Any:
    """My notifications: those to confirm, then those sent."""
    return render_template("notices/index.html", rows=queries.list_own(actor))


@bp.get("/new")
@guard("notice:create")
def new(_actor: Actor) -> Any:
    """Paste a notification, or choose its file."""
    return render_template("notices/new.html", form=DropForm(formdata=None), problem=None)


@bp.post("/new")
@takes_files
@guard("notice:create")
def take(actor: Actor) -> Any:
    """Keep it whole, and show what could be picked out."""
    form = DropForm()
    file = request.files.get("file")
    try:
        if file is not None and file.filename:
            taken = _from_file(actor, file.filename, file.stream.read(LARGEST + 1))
        else:
            text = request.form.get("text", "")
            taken = [commands.take_notice(actor, text=text, told=read_text(text, today=clock.today()), came_as="paste")]
    except NotRead as problem:
        return render_template("notices/new.html", form=form, problem=str(problem)), 422
    except Invalid as refused:
        return render_template("notices/new.html", form=form, problem=next(iter(refused.problems.values()))), 422
    if len(taken) > 1:
        return redirect(url_for(".index"), 303)
    return redirect(url_for(".show", reference=taken[0]), 303)


def _from_file(actor: Actor, name: str, content: bytes) -> list[str]:
    kind, text = text_of(name, content)
    if kind == "json":
        return [commands.take_notice(actor, text=whole, told=told, came_as="json") for whole, told in read_json(text)]
    return [commands.take_notice(actor, text=text, told=read_text(text, today=clock.today()), came_as="file")]


@bp.get("/<ref:reference>")
@guard("notice:write")
def show(_actor: Actor, subject: SubjectAccess) -> Any:
    """The text whole, and beside it what was picked out, to be confirmed."""
    notice = queries.get_notice(subject.id)
    return _page(notice, confirm_form(notice.told, notice.version), people_rows(notice.told), {})


@bp.post("/<ref:reference>")
@guard("notice:write")
def confirm(actor: Actor, subject: SubjectAccess) -> Any:
    """Save it for later, or send it to the hub; what is wrong comes back with everything typed."""
    notice = queries.get_notice(subject.id)
    if notice.sent_at is not None:
        return redirect(url_for(".index"), 303)
    form = ConfirmForm()
    rows, wrong = read_people(request.form)
    happened, late = read_happened(form)
    valid = form.validate() or ("later" in request.form and _only_missing(form))
    form.add_errors(late)
    if not valid or wrong or late:
        return _page(notice, form, rows, wrong), 422
    told = told_from(form, rows, happened)
    try:
        if "later" in request.form:
            commands.save_notice(actor, notice_id=subject.id, told=told, version=form.version.data)
        else:
            commands.send_notice(actor, notice_id=subject.id, told=told, version=form.version.data)
    except Invalid as refused:
        return _page(notice, form, rows, refused.problems), 422
    except (Conflict, OutOfOrder) as stopped:
        form.add_errors({"": f"{stopped} What you typed stands below; what was saved meanwhile stands in your list."})
        form.version.data = notice.version
        return _page(notice, form, rows, {}), 409
    return redirect(url_for(".index"), 303)


def _only_missing(form: ConfirmForm) -> bool:
    """For "save for later" nothing has to be answered."""
    form.danger.errors = []
    return not form.error_list


def _page(notice: queries.NoticeView, form: ConfirmForm, rows: list[dict[str, Any]], wrong: dict[str, str]) -> str:
    missing = 2 - sum(1 for row in rows if not (row["first"] or row["last"]))
    spare = [{"first": "", "last": "", "born": "", "sex": "", "role": CHILD, "keep": False}] * max(0, missing)
    return render_template(
        "notices/confirm.html",
        held=notice,
        form=form,
        rows=[*rows, *spare],
        wrong=wrong,
        roles=ROLES,
        sexes=SEXES,
    )


@bp.post("/<ref:reference>/discard")
@guard("notice:write")
def discard(actor: Actor, subject: SubjectAccess) -> Any:
    """Throw away a notification that was not sent."""
    commands.discard_notice(actor, notice_id=subject.id)
    return redirect(url_for(".index"), 303)


@bp.get("/groups")
@guard("referral:queue", logged=True)
def grouped(actor: Actor) -> Any:
    """For the hub: notifications of one incident or address together, with all texts."""
    found = queries.list_groups(actor)
    _note(found)
    return render_template("notices/groups.html", groups=found, gradings=GRADINGS, yes_no=YES_NO, one=None)


@bp.get("/about/<ref:reference>")
@guard("referral:read")
def about(actor: Actor, subject: SubjectAccess) -> Any:
    """For the hub: the group around one contact."""
    found = queries.group_of(actor, subject.id)
    if found is None:
        raise NotFound
    _note([found])
    return render_template(
        "notices/groups.html", groups=[found], gradings=GRADINGS, yes_no=YES_NO, one=subject.reference
    )


def _note(found: list[queries.Group]) -> None:
    for group in found:
        for notice in group.notices:
            note_read(notice.referral_id, "list")
