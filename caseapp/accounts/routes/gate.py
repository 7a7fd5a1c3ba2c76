"""Who is signed in, found out before every request; what happens to whoever is not."""

from typing import Any
from urllib.parse import quote, urlsplit

from flask import Response, current_app, g, jsonify, redirect, request, session, url_for
from flask_wtf.csrf import generate_csrf

from caseapp.access.guard import SAFE_METHODS
from caseapp.accounts import commands, queries
from caseapp.accounts.domain import (
    LOCKED,
    PARKED_PER_BROWSER,
    SECOND_STEP,
    SET_UP,
    TOUCH_EVERY,
    local_path,
    may_be_parked,
)
from caseapp.accounts.routes.blueprint import bp
from caseapp.kernel import clock
from caseapp.kernel.errors import SignInNeeded
from caseapp.kernel.web import in_background, wants_json

# The pages that a session which is not whole may reach. Everything else treats its holder as nobody.
_ALWAYS = frozenset({"accounts.sign_out"})
OPEN_AT = {
    SECOND_STEP: _ALWAYS
    | {"accounts.second_step", "accounts.take_second_step", "accounts.second_step_ask", "accounts.second_step_key"},
    SET_UP: _ALWAYS
    | {
        "accounts.second_factor",
        "accounts.app",
        "accounts.start_app",
        "accounts.confirm_app",
        "accounts.key",
        "accounts.ask_key",
        "accounts.register_key",
    },
    LOCKED: _ALWAYS | {"accounts.locked", "accounts.unlock", "accounts.unlock_ask", "accounts.unlock_key"},
}
LEADS_TO = {SECOND_STEP: "accounts.second_step", SET_UP: "accounts.second_factor"}


def go_on_after(onward: str | None, user_id: int) -> Any:
    """Where somebody goes who is in now: to the words that waited for them, to the page they asked for, or home."""
    waiting = queries.list_parked(user_id, session.get("parked", []))
    return redirect(url_for("accounts.go_on") if waiting else onward or "/", 303)


def site() -> commands.Site:
    """Where the browser is, as a security key sees it, behind the proxies we trust (TRUSTED_PROXIES)."""
    return commands.Site(urlsplit(request.host_url).hostname or "", request.host_url.rstrip("/"))


@bp.before_app_request
def load_actor() -> None:
    """The one hook that finds out who is asking.

    Leaves `g.actor` (or None) with the session's number, and, when a session has ended, whose it was. Somebody who owes
    the second step, or whose page is locked, is somebody (`g.holder`) only on the few pages of that stage.
    """
    g.actor = g.ended_session = g.session_id = g.session_user_id = g.holder = None
    g.stage = ""
    # Until the guard lets a change through, a request only reads.
    g.writing = False
    token = session.get("sid")
    if not token:
        return
    idle = current_app.config["LOCK_AFTER"]
    found = queries.find_session(token, idle=idle)
    if found is None:
        return
    if found.actor is None:
        g.ended_session = found
        return
    g.holder, g.stage = found, found.state.stage
    if g.stage == SET_UP and queries.has_second_factor(found.user_id):
        # Set up meanwhile in another browser: the password alone is not enough to add one more.
        g.stage = SECOND_STEP
    if g.stage and request.endpoint not in OPEN_AT[g.stage]:
        return
    g.actor, g.session_id = found.actor, found.session_id
    if g.stage:
        return
    g.session_user_id = found.user_id
    if not in_background() and clock.now() - found.last_seen_at >= min(TOUCH_EVERY, idle / 10):
        commands.touch_session(found.session_id)


@bp.app_errorhandler(SignInNeeded)
def ask_to_sign_in(_error: SignInNeeded) -> Any:
    """Lead to the sign-in page and back again. What was posted after a session had ended is kept for its writer."""
    if g.stage == LOCKED and in_background():
        has_keys = bool(queries.list_keys(g.holder.user_id))
        return jsonify(error=423, message="This page is locked. Your words are still in it.", has_keys=has_keys), 423
    if wants_json():
        message = "You have been signed out. Sign in again: your words are still in this page."
        return jsonify(error=401, message=message, csrf_token=generate_csrf()), 401
    if g.stage in LEADS_TO:
        onward = local_path(_path_asked_for()) if request.method in SAFE_METHODS else None
        return redirect(url_for(LEADS_TO[g.stage], next=onward if onward != "/" else None), 303)
    came_from = _path_asked_for() if request.method in SAFE_METHODS else page_before()
    if request.method not in SAFE_METHODS and (writer := g.ended_session or g.holder) is not None:
        path, fields = _path_asked_for(), posted_fields()
        if may_be_parked(path, [name for name, _ in fields]):
            token = commands.park_form(user_id=writer.user_id, path=path, fields=fields)
            session["parked"] = [*session.get("parked", []), token][-PARKED_PER_BROWSER:]
            came_from = None
    # None and the start page leave the address bare.
    page = "accounts.locked" if g.stage == LOCKED else "accounts.sign_in"
    return redirect(url_for(page, next=came_from if came_from != "/" else None), 303)


def _path_asked_for() -> str:
    query = request.query_string
    return quote(request.path) + (f"?{quote(query, safe='=&%+;,:/?@!$*()~')}" if query else "")


def page_before() -> str | None:
    """The page of ours that a form stood on, as the browser says; None if it doesn't."""
    page = urlsplit(request.referrer or "")
    if page.netloc != request.host:
        return None
    return local_path(page.path + (f"?{page.query}" if page.query else ""))


def posted_fields() -> list[list[str]]:
    """Names and values as posted, without the token."""
    return [[name, value] for name, value in request.form.items(multi=True) if name != "csrf_token"]


@bp.after_app_request
def forget_what_was_sent(response: Response) -> Response:
    """Once parked words have been taken (or are back on their own page with an error), their copy goes."""
    tokens = session.get("parked")
    taken = response.status_code < 400 or response.status_code == 422
    if tokens and g.get("session_user_id") and taken and request.method not in SAFE_METHODS and request.form:
        commands.forget_sent(g.session_user_id, tokens=tokens, path=_path_asked_for(), fields=posted_fields())
    return response
