"""The files of a case: what each is, the day it bears, whose it is."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from caseapp.access.domain import PERMISSIONS, Actor, SubjectAccess, allows
from caseapp.access.guard import guard
from caseapp.cases import commands, queries
from caseapp.cases.forms import FileForm
from caseapp.documents.domain import ACCEPT, TAKEN
from caseapp.kernel import clock
from caseapp.kernel.errors import Invalid

from .blueprint import bp, tabs


@bp.get("/<ref:reference>/files")
@guard("case:read")
def files(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """The files of a case, and the form to add one."""
    return _page(actor, subject, FileForm(formdata=None, data={"dated_on": clock.today()}))


@bp.post("/<ref:reference>/files")
@guard("case:file")
def add_file(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """Keep a file; what is wrong comes back with everything typed, the file has to be chosen again."""
    form = FileForm()
    valid = form.validate()
    sent = request.files.get("files")
    if sent is None or not sent.filename:
        form.add_errors({"files": "Choose a file"})
    elif valid:
        try:
            commands.file_document(
                actor,
                case_id=subject.id,
                name=sent.filename,
                content=sent.read(),
                kind=form.kind.data,
                dated_on=form.dated_on.data,
                source=form.source.data,
            )
        except Invalid as refused:
            form.add_errors(refused.problems)
        else:
            return redirect(url_for(".files", reference=subject.reference), 303)
    return _page(actor, subject, form), 422


def _page(actor: Actor, subject: SubjectAccess, form: FileForm) -> str:
    case, _ = queries.get_case(actor, subject.id)
    return render_template(
        "cases/files.html",
        case=case,
        files=queries.list_files(case.id),
        form=form,
        may_file=allows(PERMISSIONS["case:file"], actor, subject),
        accept=ACCEPT,
        taken=TAKEN,
        tabs=tabs(subject.reference, "files"),
    )
