"""The page locks in place after 30 idle minutes, or at once by hand (practice 21)."""

from typing import Any

from flask import Response, g, jsonify, redirect, render_template, request, session, url_for

from caseapp.access.domain import Actor
from caseapp.access.guard import guard
from caseapp.accounts import commands, queries
from caseapp.accounts.domain import LOCKED, local_path
from caseapp.accounts.forms import PasswordForm
from caseapp.accounts.routes.blueprint import bp
from caseapp.accounts.routes.gate import go_on_after, page_before, site
from caseapp.accounts.routes.words import as_json
from caseapp.kernel.errors import Invalid
from caseapp.kernel.web import in_background


def _page(actor: Actor, form: PasswordForm, onward: str | None) -> str:
    return render_template(
        "accounts/locked.html",
        form=form,
        onward=onward,
        person=actor,
        has_keys=bool(queries.list_keys(actor.user_id)),
        is_kept=bool(queries.list_parked(actor.user_id, session.get("parked", []))),
    )


@bp.get("/locked")
@guard("account:own")
def locked(actor: Actor) -> Any:
    """The lock as a page: what every request is answered with while it holds."""
    onward = local_path(request.args.get("next"))
    if g.stage != LOCKED:
        return redirect(onward or "/", 303)
    return _page(actor, PasswordForm(formdata=None), onward)


@bp.post("/unlock")
@guard("account:own")
@as_json
def unlock(actor: Actor) -> Any:
    """Unlock with the password; the page's script gets a word, a browser without it its page again."""
    form, onward = PasswordForm(), local_path(request.form.get("next"))
    if g.stage == LOCKED:
        try:
            if not form.validate():
                raise Invalid({"password": "Enter your password"})
            session["sid"] = commands.unlock_with_password(
                actor, g.session_id, token=session["sid"], password=form.password.data
            )
        except Invalid as error:
            if in_background():
                raise
            form.password.errors = list(error.problems.values())
            return _page(actor, form, onward), 422
    return jsonify(unlocked=True) if in_background() else go_on_after(onward, actor.user_id)


@bp.post("/unlock/ask")
@guard("account:own")
@as_json
def unlock_ask(actor: Actor) -> Any:
    """What the key is to sign."""
    if g.stage != LOCKED:
        return jsonify(unlocked=True)
    return Response(commands.ask_to_sign(actor, g.session_id, site(), ceremony="unlock"), mimetype="application/json")


@bp.post("/unlock/key")
@guard("account:own")
@as_json
def unlock_key(actor: Actor) -> Any:
    """Unlock with what the key signed."""
    onward = local_path(request.form.get("next"))
    if g.stage == LOCKED:
        answer = request.form.get("credential", "")
        session["sid"] = commands.unlock_with_key(actor, g.session_id, site(), token=session["sid"], answer=answer)
    return jsonify(unlocked=True, go=go_on_after(onward, actor.user_id).location)


@bp.post("/lock")
@guard("account:own")
def lock(actor: Actor) -> Any:
    """Lock now."""
    commands.lock_session(actor, g.session_id)
    if in_background():
        return jsonify(locked=True, has_keys=bool(queries.list_keys(actor.user_id)))
    return redirect(url_for("accounts.locked", next=page_before()), 303)


@bp.post("/here")
@guard("account:own")
def here(actor: Actor) -> Any:
    """The page's script says whether anybody has typed or moved since it last asked, and hears whose page this is."""
    if request.form.get("active") == "yes":
        commands.touch_session(g.session_id)
    return jsonify(locked=False, who=actor.reference)
