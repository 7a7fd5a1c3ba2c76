"""After the password: a code of the app, a recovery code, or a key."""

from typing import Any

from flask import Response, g, jsonify, redirect, render_template, request, session

from caseapp.access.domain import Actor
from caseapp.access.guard import guard
from caseapp.accounts import commands, queries
from caseapp.accounts.domain import SECOND_STEP, local_path
from caseapp.accounts.forms import CodeForm
from caseapp.accounts.routes.blueprint import bp
from caseapp.accounts.routes.gate import go_on_after, site
from caseapp.accounts.routes.words import as_json
from caseapp.kernel.errors import Invalid


def _page(actor: Actor, form: CodeForm, onward: str | None) -> str:
    factors = queries.get_factors(actor.user_id)
    return render_template(
        "accounts/second_step.html", form=form, onward=onward, has_app=factors.has_app, has_keys=bool(factors.keys)
    )


@bp.get("/second-step")
@guard("account:own")
def second_step(actor: Actor) -> Any:
    """Ask for the second step."""
    onward = local_path(request.args.get("next"))
    if g.stage != SECOND_STEP:
        return redirect(onward or "/", 303)
    return _page(actor, CodeForm(formdata=None), onward)


@bp.post("/second-step")
@guard("account:own")
def take_second_step(actor: Actor) -> Any:
    """Take a code."""
    form, onward = CodeForm(), local_path(request.form.get("next"))
    if g.stage != SECOND_STEP:
        return redirect(onward or "/", 303)
    if not form.validate():
        return _page(actor, form, onward), 422
    try:
        token = commands.take_second_step(actor, g.session_id, code=form.code.data, address=request.remote_addr or "")
    except Invalid as error:
        form.add_errors(error.problems)
        return _page(actor, form, onward), 422
    session["sid"] = token
    return go_on_after(onward, actor.user_id)


@bp.post("/second-step/ask")
@guard("account:own")
@as_json
def second_step_ask(actor: Actor) -> Any:
    """What the key is to sign."""
    if g.stage != SECOND_STEP:
        return jsonify(go="/")
    return Response(commands.ask_to_sign(actor, g.session_id, site(), ceremony="second"), mimetype="application/json")


@bp.post("/second-step/key")
@guard("account:own")
@as_json
def second_step_key(actor: Actor) -> Any:
    """Take what the key signed."""
    onward = local_path(request.form.get("next"))
    if g.stage == SECOND_STEP:
        answer = request.form.get("credential", "")
        commands.check_key(actor, g.session_id, site(), ceremony="second", answer=answer)
        session["sid"] = commands.complete_session(actor, g.session_id)
    return jsonify(go=go_on_after(onward, actor.user_id).location)
