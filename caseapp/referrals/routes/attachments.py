"""Files of a draft, keeping a draft, and the copy for another council."""

from typing import Any

from flask import redirect, render_template, request, url_for

from caseapp.access.domain import Actor, SubjectAccess
from caseapp.access.guard import guard, keep_typed
from caseapp.documents.domain import LARGEST, MOST_FILES
from caseapp.kernel.errors import NotFound
from caseapp.kernel.subjects import parse_reference
from caseapp.kernel.web import takes_files
from caseapp.referrals.commands import attachments, drafts
from caseapp.referrals.forms.pages import PageForm, VersionForm
from caseapp.referrals.queries import outside, own
from caseapp.referrals.routes import pages_shown
from caseapp.referrals.routes.blueprint import bp

FILES = "files"
CHOOSE = "Choose a file first"


@bp.post("/drafts/<ref:reference>/files")
@takes_files
@guard("draft:write")
def save_files(actor: Actor, subject: SubjectAccess) -> Any:
    """Attach what was chosen, or take one out; then stay on the page, or go on."""
    draft = own.get_draft(subject.id)
    if draft.sent_as:
        return redirect(url_for(".show_receipt", reference=draft.sent_as), 303)
    here = url_for(".show_page", reference=subject.reference, page=FILES, then=request.args.get("then"))
    if "remove" in request.form:
        attachments.remove_file(actor, draft_id=subject.id, reference=parse_reference(request.form["remove"]) or "")
        return redirect(here, 303)
    sent = [
        (file.filename or "file", file.stream.read(LARGEST + 1))
        for file in request.files.getlist(FILES)[: MOST_FILES * 2]
        if file.filename
    ]
    refused = attachments.attach_files(actor, draft_id=subject.id, sent=sent) if sent else []
    if not sent and "attach" in request.form:
        refused = [CHOOSE]
    if refused:
        # Those that were taken stay.
        keep_typed()
        return _show(subject, refused), 422
    if "attach" in request.form:
        return redirect(here, 303)
    if "later" in request.form:
        return redirect(url_for(".new_referral"), 303)
    return redirect(pages_shown.after(subject.reference, draft, FILES), 303)


@bp.post("/drafts/<ref:reference>/keep")
@guard("draft:write")
def keep_draft(actor: Actor, subject: SubjectAccess) -> Any:
    """Let a draft wait 30 days more."""
    drafts.keep_draft(actor, draft_id=subject.id)
    return redirect(url_for(".new_referral"), 303)


@bp.get("/<ref:reference>/copy")
@guard("referral:receipt")
def show_copy(actor: Actor, subject: SubjectAccess) -> Any:
    """What was told, to print or save for the council whose child it is; for whoever wrote it."""
    return render_template("referrals/own/copy.html", copy=outside.get_copy(actor, subject.id))


@bp.post("/<ref:reference>/copy")
@guard("referral:receipt")
def hand_copy(actor: Actor, subject: SubjectAccess) -> Any:
    """Write down that a copy was handed over."""
    copy = outside.get_copy(actor, subject.id)
    council = request.form.get("council", "")
    if council not in [each.key for each in copy.councils]:
        raise NotFound
    attachments.hand_copy(actor, referral_id=subject.id, council=council)
    return redirect(url_for(".show_copy", reference=subject.reference), 303)


def _show(subject: SubjectAccess, refused: list[str]) -> str:
    draft = own.get_draft(subject.id)
    form = PageForm(FILES, later=False, raw={})
    shown = pages_shown.context(subject.reference, draft, form)
    shown["errors"] = [{"href": "#files", "text": text} for text in refused]
    version = VersionForm(formdata=None, data={"version": draft.version})
    return render_template("referrals/own/pages/files.html", **shown, version=version)
