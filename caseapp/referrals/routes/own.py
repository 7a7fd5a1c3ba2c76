"""The referrer's pages: writing a referral, its receipt, and what became of it."""

from typing import Any

from flask import Response, abort, jsonify, redirect, render_template, request, url_for

from caseapp.access.domain import HUB, PERMISSIONS, Actor, SubjectAccess, allows
from caseapp.access.guard import guard, keep_typed
from caseapp.kernel import clock
from caseapp.kernel.errors import Conflict, Invalid, NotFound, OutOfOrder
from caseapp.kernel.subjects import parse_reference
from caseapp.referrals.commands import drafts
from caseapp.referrals.domain.pages import is_call, page_keys
from caseapp.referrals.forms.pages import PageForm, VersionForm, check_page, is_later
from caseapp.referrals.forms.texts import Texts
from caseapp.referrals.queries import own
from caseapp.referrals.queries.asked import list_asked
from caseapp.referrals.queries.own import DraftView
from caseapp.referrals.routes import pages_shown
from caseapp.referrals.routes.blueprint import bp

CHECK, CHILDREN = "check", "children"
# Far more than a page of the form can rightly hold; beyond it nothing is kept.
MOST_LETTERS = 500_000
NO_MORE_PEOPLE = "One referral takes 30 people. Write about the others under what happened"


@bp.get("/")
@guard("referral:list_own", logged=True)
def list_own(actor: Actor) -> Any:
    """My referrals; a desk's safeguarding group sees the desk's."""
    shares = allows(PERMISSIONS["group:read"], actor, None)
    mine = not shares or request.args.get("tab") == "mine"
    found = own.list_own(actor, before=parse_reference(request.args.get("before", "")), mine=mine)
    return render_template(
        "referrals/own/list.html",
        found=found,
        me=actor.user_id,
        first="before" not in request.args,
        asked=list_asked(actor),
        shares=shares,
        mine=mine,
    )


@bp.get("/new")
@guard("referral:create", logged=True)
def new_referral(actor: Actor) -> Any:
    """The start page: what is ready to hand, and drafts to go on with."""
    return render_template(
        "referrals/own/new.html",
        drafts=own.list_drafts(actor),
        expired=own.list_expired(actor),
        elsewhere=pages_shown.elsewhere,
    )


@bp.post("/new")
@guard("referral:create")
def start_draft(actor: Actor) -> Any:
    """Begin a draft."""
    brief = "brief" in request.form
    reference = drafts.start_draft(actor, brief=brief, here=pages_shown.here())
    return redirect(url_for(".show_page", reference=reference, page="brief" if brief else "danger"), 303)


@bp.get("/drafts/<ref:reference>/<page>")
@guard("draft:write")
def show_page(_actor: Actor, subject: SubjectAccess, page: str) -> Any:
    """One page of a draft, as it was left."""
    draft = own.get_draft(subject.id)
    if draft.sent_as:
        return _receipt_of(draft)
    _need_page(draft, page)
    if page in draft.other:
        return _show_texts(subject, draft, page)
    form = _form_of(draft, page)
    if page == CHILDREN and (child := pages_shown.find_child(subject.reference, draft, request.args.get("remove"))):
        return render_template(
            "referrals/own/remove_child.html", child=child, reference=subject.reference, url=request.path
        )
    return _show(subject, draft, form, _version(draft.version))


@bp.post("/drafts/<ref:reference>/<page>")
@guard("draft:write")
def save_page(actor: Actor, subject: SubjectAccess, page: str) -> Any:
    """Save and go on. What was typed is kept; where it is wrong, the page comes back with what to put right."""
    draft = own.get_draft(subject.id)
    _need_page(draft, page)
    form = _form_of(draft, page, posted=True)
    if draft.sent_as:
        return _too_late(draft, form)
    try:
        if page == CHILDREN and _changes_children():
            return _change_children(actor, subject, draft)
        if "settle" in request.form:
            return _settle(actor, subject, draft, page)
        return _save(actor, subject, form)
    except OutOfOrder:
        # Sent from another window while this request waited for the draft.
        return _too_late(own.get_draft(subject.id), form)


@bp.post("/drafts/<ref:reference>/<page>/save")
@guard("draft:write", logged=False)
def autosave(actor: Actor, subject: SubjectAccess, page: str) -> Any:
    """The page saves itself while somebody writes: nothing is checked, every letter is kept."""
    draft = own.get_draft(subject.id)
    _need_page(draft, page)
    form = _form_of(draft, page, posted=True)
    if sum(len(str(typed)) for typed in form.raw.values()) > MOST_LETTERS:
        abort(413)
    version = VersionForm().version.data
    saved = drafts.save_page(
        actor, draft_id=subject.id, page=page, typed=form.raw, version=version, by_itself=True, here=pages_shown.here()
    )
    if saved.stale:
        keep_typed()
        return jsonify(error=409, message="Changed in another window. Both texts are kept", version=saved.version), 409
    return jsonify(saved_at=f"{clock.to_london(saved.saved_at):%H:%M}", version=saved.version)


@bp.get("/drafts/<ref:reference>/discard")
@guard("draft:write")
def ask_discard(_actor: Actor, subject: SubjectAccess) -> Any:
    """Ask once before a draft is thrown away."""
    draft = own.get_draft(subject.id)
    if draft.sent_as:
        return _receipt_of(draft)
    return render_template(
        "referrals/own/discard.html", reference=subject.reference, names=own.child_names(draft.pages)
    )


@bp.post("/drafts/<ref:reference>/discard")
@guard("draft:write")
def discard_draft(actor: Actor, subject: SubjectAccess) -> Any:
    """Throw a draft away."""
    drafts.discard_draft(actor, draft_id=subject.id)
    return redirect(url_for(".new_referral"), 303)


@bp.get("/<ref:reference>/receipt")
@guard("referral:receipt")
def show_receipt(actor: Actor, subject: SubjectAccess) -> Any:
    """The receipt, and later the outcome."""
    return receipt_page(actor, subject)


@bp.post("/<ref:reference>/seen")
@guard("referral:receipt")
def see_feedback(actor: Actor, subject: SubjectAccess) -> Any:
    """The sender says that the outcome was read."""
    drafts.see_feedback(actor, referral_id=subject.id)
    return redirect(url_for(".show_receipt", reference=subject.reference), 303)


def receipt_page(actor: Actor, subject: SubjectAccess, **more: Any) -> str:
    """The receipt as a page, with what the hub asks; `more`: a form on it that came back."""
    receipt = own.get_receipt(actor, subject.id)
    asked = [question for question in list_asked(actor) if question.reference == subject.reference]
    return render_template("referrals/own/receipt.html", receipt=receipt, row=receipt.row, asked=asked, **more)


def _receipt_of(draft: DraftView) -> Response:
    return redirect(url_for(".show_receipt", reference=draft.sent_as), 303)  # type: ignore[return-value]


def _too_late(draft: DraftView, form: PageForm) -> Any:
    """The referral is sent. Sending again leads to its receipt; words typed since are shown, to be copied."""
    typed = [(label, field.typed) for label, field in form.fields if field.typed]
    if form.key == CHECK or not typed or draft.pages.get(form.key) == form.raw:
        return _receipt_of(draft)
    return render_template("referrals/own/late.html", typed=typed, sent_as=draft.sent_as), 409


def _need_page(draft: DraftView, page: str) -> None:
    if page not in page_keys(draft.pages):
        raise NotFound


def _form_of(draft: DraftView, page: str, *, posted: bool = False) -> PageForm:
    raw = None if posted else draft.pages.get(page, {})
    return PageForm(page, later=is_later(draft.pages, page), raw=raw)


def _version(number: int) -> VersionForm:
    return VersionForm(formdata=None, data={"version": number})


def _save(actor: Actor, subject: SubjectAccess, form: PageForm) -> Any:
    """Keep the page as typed, then go where the pressed button leads."""
    page = form.key
    typed, place, full = _people(form)
    version = VersionForm().version.data
    sends = page == CHECK and "later" not in request.form
    saved = drafts.save_page(
        actor, draft_id=subject.id, page=page, typed=typed, version=version, sends=sends, here=pages_shown.here()
    )
    keep_typed()
    # What a save gives back is what reading the draft again would.
    draft = DraftView(subject.id, saved.pages, saved.other, saved.version, saved.saved_at, None, saved.here)
    if saved.stale:
        return _show_texts(subject, draft, page), 409
    if "later" in request.form:
        return redirect(url_for(".new_referral"), 303)
    if place:
        then = request.args.get("then")
        return redirect(url_for(".show_page", reference=subject.reference, page=page, then=then, _anchor=place), 303)
    if full:
        form.main.add_errors({"": NO_MORE_PEOPLE})
        return _show(subject, draft, form, _version(saved.version)), 422
    return _go_on(actor, subject, draft, form)


def _people(form: PageForm) -> tuple[dict[str, Any], str, bool]:
    """What to keep when a person is added or taken out: the words, where to stand, whether it was full."""
    if form.has_people and "add_person" in request.form:
        more = form.with_person()
        return (dict(more), f"person-{len(form.people) + 1}", False) if more else (dict(form.raw), "", True)
    number = request.form.get("remove_person", "")
    if form.has_people and number.isascii() and number.isdigit() and len(number) < 4:
        return dict(form.without_person(int(number))), "people", False
    return dict(form.raw), "", False


def _go_on(actor: Actor, subject: SubjectAccess, draft: DraftView, form: PageForm) -> Any:
    if form.key == CHECK:
        return _send(actor, subject, draft, form)
    if not check_page(form, draft.pages):
        return _show(subject, draft, form, _version(draft.version)), 422
    return redirect(pages_shown.after(subject.reference, draft, form.key), 303)


def _settle(actor: Actor, subject: SubjectAccess, draft: DraftView, page: str) -> Any:
    """Of two texts the chosen one, or both edited into one, becomes the page; then as if it had been typed."""
    if page not in draft.other:
        # Pressed twice: it was settled the first time.
        return redirect(pages_shown.after(subject.reference, draft, page), 303)
    texts = Texts.posted(draft, page, request.form)
    if not texts.settled:
        return _show_texts(subject, draft, page, texts), 422
    version = VersionForm().version.data
    saved = drafts.save_page(
        actor,
        draft_id=subject.id,
        page=page,
        typed=texts.merged,
        version=version,
        settles=True,
        here=pages_shown.here(),
    )
    keep_typed()
    draft = own.get_draft(subject.id)
    if saved.stale:
        return _show_texts(subject, draft, page), 409
    form = _form_of(draft, page)
    if page == CHECK:
        return redirect(url_for(".show_page", reference=subject.reference, page=page), 303)
    return _go_on(actor, subject, draft, form)


def _show(subject: SubjectAccess, draft: DraftView, form: PageForm, version: VersionForm, **more: Any) -> str:
    shown = pages_shown.context(subject.reference, draft, form)
    return render_template(f"referrals/own/pages/{shown['kind']}.html", **shown, version=version, **more)


def _show_texts(subject: SubjectAccess, draft: DraftView, page: str, texts: Texts | None = None) -> str:
    return render_template(
        "referrals/own/texts.html",
        texts=texts or Texts.kept(draft, page),
        version=_version(draft.version),
        reference=subject.reference,
        url=url_for(".save_page", reference=subject.reference, page=page, then=request.args.get("then")),
    )


def _changes_children() -> bool:
    return "add" in request.form or "remove" in request.form


def _change_children(actor: Actor, subject: SubjectAccess, draft: DraftView) -> Any:
    """One child more, whose page opens; or one less."""
    if "remove" in request.form:
        drafts.remove_child(actor, draft_id=subject.id, key=request.form["remove"])
        return redirect(url_for(".show_page", reference=subject.reference, page=CHILDREN), 303)
    try:
        key = drafts.add_child(actor, draft_id=subject.id)
    except Invalid as refused:
        form = _form_of(draft, CHILDREN)
        form.main.add_errors(refused.problems)
        return _show(subject, draft, form, _version(draft.version)), 422
    return redirect(url_for(".show_page", reference=subject.reference, page=key), 303)


def _send(actor: Actor, subject: SubjectAccess, draft: DraftView, form: PageForm) -> Any:
    """Send what the check page shows; come back to it with what stops sending."""
    ready = pages_shown.ready(subject.reference, draft)
    if ready.stops:
        drafts.keep_page(draft_id=subject.id)
        return _show(subject, draft, form, _version(draft.version), refused=True), 422
    try:
        reference = drafts.send_draft(actor, draft_id=subject.id, version=draft.version, answers=ready.answers)
    except Conflict as moved:
        drafts.keep_page(draft_id=subject.id)
        return _show(subject, draft, form, _version(draft.version), moved=str(moved)), 409
    if is_call(draft.pages) and actor.teams(HUB):
        # Who took the call in the hub has it, and reads the reference to the caller.
        return redirect(url_for(".show", reference=reference, rang=1), 303)
    return redirect(url_for(".show_receipt", reference=reference), 303)
