"""Signing in and out, and the words that were kept meanwhile."""

import secrets
from typing import Any

from flask import current_app, g, jsonify, redirect, render_template, request, session, url_for
from itsdangerous import BadData, URLSafeTimedSerializer

from caseapp.access.domain import Actor
from caseapp.access.guard import guard
from caseapp.accounts import commands, queries
from caseapp.accounts.domain import (
    DISABLED,
    REPLACED,
    SIGNED_OUT,
    local_path,
    may_be_parked,
    normal_email,
    token_digest,
)
from caseapp.accounts.forms import SignInForm
from caseapp.accounts.routes.blueprint import bp
from caseapp.accounts.routes.gate import LEADS_TO, go_on_after, posted_fields
from caseapp.accounts.routes.words import DONE
from caseapp.kernel.errors import Invalid
from caseapp.kernel.web import clock_time

WHY_SIGNED_OUT = {
    "half": "The second step was not taken in time. Sign in again.",
    "suspended": "This sign-in is suspended, because it was not used for a long time. Ring the hub.",
    "second_factor": "Your second step was taken away by the administrator. Sign in again.",
    "absolute": "You had been signed in for 12 hours, so we signed you out.",
    "signed_out": "You have signed out.",
    "replaced": "You have signed out.",
    "elsewhere": "You were signed out from another browser.",
    "password": "Your password was changed, so we signed you out.",
    "disabled": "This sign-in has been switched off. Ask your manager or the administrator.",
}


@bp.get("/sign-in")
@guard("account:sign_in")
def sign_in(actor: Actor | None) -> Any:
    """E-mail address and password on one page."""
    onward = local_path(request.args.get("next"))
    if actor is not None:
        return redirect(onward or "/", 303)
    return _sign_in_page(SignInForm(formdata=None), onward)


def _sign_in_page(form: SignInForm, onward: str | None) -> str:
    ended = g.ended_session
    # Asked even when nothing can be parked: while the database is gone the page says so before anybody types.
    parked = queries.list_parked(ended.user_id if ended else 0, session.get("parked", []))
    return render_template(
        "accounts/sign_in.html",
        form=form,
        onward=onward,
        why=WHY_SIGNED_OUT.get(ended.state.why, "You were signed out.") if ended else None,
        done=DONE.get(request.args.get("done", "")),
        is_kept=bool(parked) and not (ended and ended.state.why == DISABLED),
    )


@bp.post("/sign-in")
@guard("account:sign_in")
def sign_in_now(actor: Actor | None) -> Any:
    """Check, open a session in a fresh cookie, go on to where one wanted to go."""
    form, onward = SignInForm(), local_path(request.form.get("next"))
    if not form.validate():
        return _sign_in_page(form, onward), 422
    browser = _known_browser()
    account = token_digest(normal_email(form.email.data))[:16]
    try:
        done = commands.sign_in(
            email=form.email.data,
            password=form.password.data,
            address=request.remote_addr or "",
            browser=browser["id"] if account in browser["accounts"] else "",
        )
    except Invalid as error:
        form.add_errors(error.problems)
        return _sign_in_page(form, onward), 422
    if g.holder is not None:
        commands.end_session(g.holder.actor, g.holder.session_id, why=REPLACED)
    parked = session.get("parked", [])
    session.clear()
    session["sid"] = done.token
    if parked:
        session["parked"] = parked
    if done.awaiting:
        response = redirect(url_for(LEADS_TO[done.awaiting], next=onward), 303)
    else:
        response = go_on_after(onward, done.user_id)
    return _remember_browser(response, browser, account)


@bp.post("/sign-out")
@guard("account:sign_in")
def sign_out(actor: Actor | None) -> Any:
    """End the session. The cookie keeps its dead token, so that a form still open in another tab is kept, not lost."""
    if actor is not None:
        commands.end_session(actor, g.session_id, why=SIGNED_OUT)
    return redirect(url_for("accounts.sign_in"), 303)


# A browser in which somebody signed in before has a count of failures of its own (`domain.throttle_keys`). The cookie
# opens nothing; it holds a random name and the short digests of the last accounts that signed in there.
_BROWSER_LASTS = 180 * 24 * 3600


_ACCOUNTS_PER_BROWSER = 10


def _browser_cookie() -> tuple[str, URLSafeTimedSerializer]:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-known", URLSafeTimedSerializer(
        current_app.config["SECRET_KEY"], salt="known-browser"
    )


def _known_browser() -> dict[str, Any]:
    name, serializer = _browser_cookie()
    try:
        return dict(serializer.loads(request.cookies.get(name, ""), max_age=_BROWSER_LASTS))
    except BadData:
        return {"id": secrets.token_urlsafe(16), "accounts": []}


def _remember_browser(response: Any, browser: dict[str, Any], account: str) -> Any:
    name, serializer = _browser_cookie()
    accounts = [account, *(other for other in browser["accounts"] if other != account)][:_ACCOUNTS_PER_BROWSER]
    response.set_cookie(
        name,
        str(serializer.dumps({"id": browser["id"], "accounts": accounts})),
        max_age=_BROWSER_LASTS,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


@bp.get("/continue")
@guard("account:own")
def go_on(actor: Actor) -> Any:
    """What was sent after the session had ended or while it was locked, to be read and then sent once more."""
    parked = queries.list_parked(actor.user_id, session.get("parked", []))
    if not parked:
        return redirect("/", 303)
    return render_template("accounts/continue.html", parked=parked)


@bp.post("/unsent")
@guard("account:own")
def keep_unsent(actor: Actor) -> Any:
    """Keep what is being written in a form of the page `of`, for its writer alone. Gives when."""
    path, fields = local_path(request.args.get("of")), posted_fields()
    if path is None or not may_be_parked(path, [name for name, _ in fields]):
        raise Invalid({"of": "This cannot be kept"})
    return jsonify(saved_at=clock_time(commands.keep_unsent(actor, path=path, fields=fields)))


@bp.post("/continue/throw-away")
@guard("account:own")
def throw_away(actor: Actor) -> Any:
    """Delete one of them."""
    number = request.form.get("form", "")
    tokens = session.get("parked", [])
    if number.isascii() and number.isdigit() and len(number) < 16:
        commands.throw_away(actor, parked_id=int(number), tokens=tokens)
    return redirect(url_for("accounts.go_on"), 303)
