"""Managing one's own second step: the app, keys, recovery codes."""

from typing import Any

from flask import Response, current_app, g, jsonify, redirect, render_template, request, session, url_for

from caseapp.access.domain import Actor
from caseapp.access.guard import guard
from caseapp.accounts import commands, queries
from caseapp.accounts.domain import SET_UP, local_path
from caseapp.accounts.forms import CodeForm, KeyForm, PasswordForm
from caseapp.accounts.routes.blueprint import bp
from caseapp.accounts.routes.gate import site
from caseapp.accounts.routes.words import DONE, as_json
from caseapp.kernel.errors import Invalid, NotFound


def _must_have_one() -> bool:
    return bool(current_app.config["SECOND_FACTOR"] == "required")


def _given(form: PasswordForm | KeyForm) -> str | None:
    """The password posted; None for somebody who has just given it and is led here to set a second step up."""
    return None if g.stage == SET_UP else str(form.password.data or "")


def _whole(actor: Actor) -> None:
    """Whoever was led here has a second step now: their sign-in is whole."""
    if g.stage == SET_UP:
        session["sid"] = commands.complete_session(actor, g.session_id)


@bp.get("/me/second-step")
@guard("account:own")
def second_factor(actor: Actor) -> Any:
    """What I have set up, what I can add or remove."""
    onward = local_path(request.args.get("next"))
    if onward and g.stage == SET_UP:
        session["onward"] = onward
    return render_template(
        "accounts/second_factor.html",
        factors=queries.get_factors(actor.user_id),
        is_led_here=g.stage == SET_UP,
        must_have_one=_must_have_one(),
        onward=session.get("onward") or "/",
        done=DONE.get(request.args.get("done", "")),
    )


@bp.get("/me/second-step/app")
@guard("account:own")
def app(actor: Actor) -> Any:
    """Set up an authenticator app: the password, then the picture and a code."""
    return _app_page(actor, PasswordForm(formdata=None), CodeForm(formdata=None))


def _app_page(actor: Actor, start: PasswordForm, form: CodeForm) -> str:
    secret = commands.waiting_secret(g.session_id, session.get("app"))
    shown = commands.app_address(actor, secret) if secret else None
    return render_template(
        "accounts/app.html",
        start=start,
        form=form,
        needs_password=g.stage != SET_UP,
        has_app=queries.find_app(actor.user_id) is not None,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)) if secret else None,
        picture=queries.qr_of(shown) if shown else None,
    )


@bp.post("/me/second-step/app")
@guard("account:own")
def start_app(actor: Actor) -> Any:
    """Make the secret and show it."""
    form = PasswordForm()
    try:
        if g.stage != SET_UP and not form.validate():
            return _app_page(actor, form, CodeForm(formdata=None)), 422
        sealed = commands.start_app(actor, g.session_id, password=_given(form))
    except Invalid as error:
        form.add_errors(error.problems)
        return _app_page(actor, form, CodeForm(formdata=None)), 422
    if commands.waiting_secret(g.session_id, session.get("app")) is None:
        # Another tab of this browser may show its picture already: it stays the one that counts.
        session["app"] = sealed
    return redirect(url_for("accounts.app"), 303)


@bp.post("/me/second-step/app/code")
@guard("account:own")
def confirm_app(actor: Actor) -> Any:
    """Take the first code: from now on the app counts."""
    form = CodeForm()
    try:
        if not form.validate():
            return _app_page(actor, PasswordForm(formdata=None), form), 422
        waiting = session.get("app")
        commands.confirm_app(
            actor, g.session_id, sealed=waiting, code=form.code.data, address=request.remote_addr or ""
        )
    except Invalid as error:
        form.add_errors(error.problems)
        return _app_page(actor, PasswordForm(formdata=None), form), 422
    session.pop("app")
    _whole(actor)
    return redirect(url_for("accounts.second_factor", done="app"), 303)


@bp.get("/me/second-step/key")
@guard("account:own")
def key(_actor: Actor) -> Any:
    """Register a security key or passkey."""
    return render_template("accounts/key.html", form=KeyForm(formdata=None), needs_password=g.stage != SET_UP)


@bp.post("/me/second-step/key/ask")
@guard("account:own")
@as_json
def ask_key(actor: Actor) -> Any:
    """What the new key is to sign."""
    form = KeyForm()
    if not form.name.validate(form):
        raise Invalid({"name": str(form.name.errors[0])})
    answer = commands.ask_to_register(actor, g.session_id, site(), name=form.name.data, password=_given(form))
    return Response(answer, mimetype="application/json")


@bp.post("/me/second-step/key")
@guard("account:own")
@as_json
def register_key(actor: Actor) -> Any:
    """Keep the new key."""
    form = KeyForm()
    if not form.name.validate(form):
        raise Invalid({"name": str(form.name.errors[0])})
    commands.register_key(actor, g.session_id, site(), name=form.name.data, answer=request.form.get("credential", ""))
    _whole(actor)
    return jsonify(go=url_for("accounts.second_factor", done="key"))


@bp.get("/me/second-step/codes")
@guard("account:own")
def codes(actor: Actor) -> Any:
    """Recovery codes: how many are left, and making new ones."""
    return _codes_page(actor, PasswordForm(formdata=None))


def _codes_page(actor: Actor, form: PasswordForm, made: list[str] | None = None) -> str:
    return render_template(
        "accounts/codes.html",
        form=form,
        factors=queries.get_factors(actor.user_id),
        made=made,
        onward=session.get("onward") or url_for("accounts.me"),
    )


@bp.post("/me/second-step/codes")
@guard("account:own")
def make_codes(actor: Actor) -> Any:
    """Make new ones and show them this once."""
    form = PasswordForm()
    try:
        made = commands.make_recovery_codes(actor, password=form.password.data or "")
    except Invalid as error:
        form.add_errors(error.problems)
        return _codes_page(actor, form), 422
    page = _codes_page(actor, PasswordForm(formdata=None), made)
    session.pop("onward", None)
    return page


@bp.get("/me/second-step/remove/<what>")
@guard("account:own")
def ask_remove(actor: Actor, what: str) -> Any:
    """What removing the app or a key does."""
    return _remove_page(actor, what, PasswordForm(formdata=None))


def _remove_page(actor: Actor, what: str, form: PasswordForm) -> Any:
    factors = queries.get_factors(actor.user_id)
    key = next((each for each in factors.keys if str(each.id) == what), None)
    if key is None and not (what == "app" and factors.has_app):
        raise NotFound
    return render_template(
        "accounts/remove_factor.html",
        form=form,
        what=what,
        key=key,
        is_last=factors.count == 1,
        must_have_one=_must_have_one(),
    )


@bp.post("/me/second-step/remove/<what>")
@guard("account:own")
def remove(actor: Actor, what: str) -> Any:
    """Remove it."""
    form = PasswordForm()
    try:
        if not form.validate():
            return _remove_page(actor, what, form), 422
        commands.remove_factor(actor, what=what, password=form.password.data, keep_one=_must_have_one())
    except Invalid as error:
        form.add_errors(error.problems)
        return _remove_page(actor, what, form), 422
    return redirect(url_for("accounts.second_factor", done="removed"), 303)
