"""Tell us in two minutes: six questions that begin the same record, sent at once or gone on with."""

from typing import Any

from flask import abort, jsonify, redirect, render_template, request, url_for

from caseapp.access.domain import Actor, SubjectAccess
from caseapp.access.guard import guard, keep_typed
from caseapp.kernel import clock
from caseapp.kernel.errors import Conflict, OutOfOrder
from caseapp.referrals.commands import drafts
from caseapp.referrals.domain.pages import SIX
from caseapp.referrals.forms.pages import (
    BRIEF,
    PageForm,
    Problem,
    VersionForm,
    brief_parts,
    brief_raw,
    check_brief,
    read_pages,
)
from caseapp.referrals.queries import own
from caseapp.referrals.queries.own import DraftView
from caseapp.referrals.routes import pages_shown
from caseapp.referrals.routes.blueprint import bp

MOST_LETTERS = 500_000


@bp.get("/drafts/<ref:reference>/brief")
@guard("draft:write")
def show_brief(_actor: Actor, subject: SubjectAccess) -> Any:
    """The six questions, as they were left."""
    draft = own.get_draft(subject.id)
    if draft.sent_as:
        return redirect(url_for(".show_receipt", reference=draft.sent_as), 303)
    return _show(subject, draft, PageForm(BRIEF, later=False, raw=brief_raw(draft.pages)))


@bp.post("/drafts/<ref:reference>/brief")
@guard("draft:write")
def save_brief(actor: Actor, subject: SubjectAccess) -> Any:
    """Save the six answers; then send them, go on with the full form, or come back later."""
    form = PageForm(BRIEF, later=False)
    version = VersionForm().version.data
    try:
        saved = drafts.save_brief(
            actor, draft_id=subject.id, typed=brief_parts(form), version=version, here=pages_shown.here()
        )
    except OutOfOrder:
        return _too_late(own.get_draft(subject.id), form)
    keep_typed()
    draft = own.get_draft(subject.id)
    if saved.stale:
        page = next(page for page in brief_parts(form) if page in draft.other)
        return redirect(url_for(".show_page", reference=subject.reference, page=page), 303)
    if "later" in request.form:
        return redirect(url_for(".new_referral"), 303)
    if "full" in request.form:
        return redirect(url_for(".show_page", reference=subject.reference, page="danger"), 303)
    return _send(actor, subject, draft, form)


@bp.post("/drafts/<ref:reference>/brief/save")
@guard("draft:write", logged=False)
def autosave_brief(actor: Actor, subject: SubjectAccess) -> Any:
    """The short form saves itself."""
    form = PageForm(BRIEF, later=False)
    if sum(len(str(typed)) for typed in form.raw.values()) > MOST_LETTERS:
        abort(413)
    saved = drafts.save_brief(
        actor,
        draft_id=subject.id,
        typed=brief_parts(form),
        version=VersionForm().version.data,
        by_itself=True,
        here=pages_shown.here(),
    )
    if saved.stale:
        keep_typed()
        return jsonify(error=409, message="Changed in another window. Both texts are kept", version=saved.version), 409
    return jsonify(saved_at=f"{clock.to_london(saved.saved_at):%H:%M}", version=saved.version)


def _send(actor: Actor, subject: SubjectAccess, draft: DraftView, form: PageForm) -> Any:
    elsewhere = check_brief(form, draft.pages)
    if elsewhere or form.error_list or draft.other:
        return _show(subject, draft, form, elsewhere), 422
    answers = read_pages(draft.pages).answers
    try:
        reference = drafts.send_draft(
            actor, draft_id=subject.id, version=draft.version, answers=answers, ring_back=True
        )
    except Conflict as moved:
        return _show(subject, draft, form, moved=str(moved)), 409
    return redirect(url_for(".show_receipt", reference=reference), 303)


def _too_late(draft: DraftView, form: PageForm) -> Any:
    """Sent already. Sending again leads to the receipt; words typed since are shown, to be copied."""
    stood = brief_raw(draft.pages)
    if all(stood.get(name, "") == typed for name, typed in form.raw.items()):
        return redirect(url_for(".show_receipt", reference=draft.sent_as), 303)
    typed = [(label, field.typed) for label, field in form.fields if field.typed]
    return render_template("referrals/own/late.html", typed=typed, sent_as=draft.sent_as), 409


def _show(
    subject: SubjectAccess, draft: DraftView, form: PageForm, problems: list[Problem] | None = None, moved: str = ""
) -> str:
    stops = [
        {
            "href": url_for(".show_page", reference=subject.reference, page=one.page, _anchor=one.target),
            "text": f"{pages_shown.title_of(draft, one.page)}: {one.message}",
        }
        for one in problems or []
    ]
    return render_template(
        "referrals/own/brief.html",
        form=form,
        reference=subject.reference,
        six=SIX,
        version=VersionForm(formdata=None, data={"version": draft.version}),
        errors=form.error_list + stops,
        moved=moved,
        saved_at=draft.saved_at,
        elsewhere=pages_shown.elsewhere(draft.here),
    )
