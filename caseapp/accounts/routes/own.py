"""One's own account."""

from typing import Any

from flask import current_app, g, redirect, render_template, request, session, url_for

from caseapp.access.domain import Actor
from caseapp.access.guard import guard
from caseapp.accounts import commands, queries
from caseapp.accounts.domain import (
    place_words,
)
from caseapp.accounts.forms import ChangePasswordForm
from caseapp.accounts.routes.blueprint import bp
from caseapp.accounts.routes.words import DONE, LATEST
from caseapp.kernel.errors import Invalid


@bp.get("/me")
@guard("account:own")
def me(actor: Actor) -> Any:
    """Who am I here, what can I do, where am I signed in."""
    return _own_page(actor, ChangePasswordForm(formdata=None))


def _own_page(actor: Actor, form: ChangePasswordForm) -> str:
    return render_template(
        "accounts/me.html",
        person=actor,
        places=[place_words(place.team_name, place.role) for place in actor.memberships],
        sign_ins=queries.get_own_sign_ins(actor, g.session_id),
        factors=queries.get_factors(actor.user_id),
        latest=[{"words": LATEST[each.code], "at": each.at} for each in queries.list_latest(actor.user_id)],
        lock_minutes=round(current_app.config["LOCK_AFTER"].total_seconds() / 60),
        form=form,
        done=DONE.get(request.args.get("done", "")),
    )


@bp.post("/me/password")
@guard("account:own")
def change_password(actor: Actor) -> Any:
    """Change one's own password."""
    form = ChangePasswordForm()
    if not form.validate():
        return _own_page(actor, form), 422
    try:
        token = commands.change_password(actor, current=form.current_password.data, new=form.new_password.data)
    except Invalid as error:
        form.add_errors(error.problems)
        return _own_page(actor, form), 422
    session["sid"] = token
    return redirect(url_for("accounts.me", done="password"), 303)


@bp.post("/me/sign-out-elsewhere")
@guard("account:own")
def sign_out_elsewhere(actor: Actor) -> Any:
    """End all other sessions."""
    commands.end_other_sessions(actor, g.session_id)
    return redirect(url_for("accounts.me", done="elsewhere"), 303)
