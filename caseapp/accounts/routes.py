"""Who is signed in (before every request), signing in and out, one's own account, the list of sign-ins."""

import secrets
from typing import Any
from urllib.parse import quote, urlsplit

from flask import Blueprint, Response, current_app, g, jsonify, redirect, render_template, request, session, url_for
from flask_wtf.csrf import generate_csrf
from itsdangerous import BadData, URLSafeTimedSerializer

from caseapp.access.domain import Actor, SubjectAccess
from caseapp.access.guard import SAFE_METHODS, guard
from caseapp.kernel import clock
from caseapp.kernel.errors import Invalid, SignInNeeded
from caseapp.kernel.web import wants_json

from . import commands, queries
from .domain import (
    PARKED_PER_BROWSER,
    REPLACED,
    SIGNED_OUT,
    TOUCH_EVERY,
    local_path,
    may_be_parked,
    normal_email,
    place_words,
    token_digest,
)
from .forms import ChangePasswordForm, SignInForm

bp = Blueprint("accounts", __name__, url_prefix="/accounts")

WHY_SIGNED_OUT = {
    "idle": "You were away for 30 minutes, so we signed you out.",
    "absolute": "You had been signed in for 12 hours, so we signed you out.",
    "signed_out": "You have signed out.",
    "replaced": "You have signed out.",
    "elsewhere": "You were signed out from another browser.",
    "password": "Your password was changed, so we signed you out.",
    "disabled": "This sign-in has been switched off. Ask your manager or the administrator.",
}
DONE = {
    "password": "Your password is changed, and you are signed out everywhere else.",
    "elsewhere": "You are signed out everywhere else.",
    "disabled": "The sign-in is switched off.",
    "enabled": "The sign-in is switched on.",
}


@bp.before_app_request
def load_actor() -> None:
    """The one hook that finds out who is asking.

    Leaves `g.actor` (or None) with the session's number, and, when a session has ended, whose it was.
    """
    g.actor = g.ended_session = g.session_id = g.session_user_id = None
    token = session.get("sid")
    if not token:
        return
    found = queries.find_session(token)
    if found is None:
        return
    if found.actor is None:
        g.ended_session = found
        return
    g.actor, g.session_id, g.session_user_id = found.actor, found.session_id, found.user_id
    if clock.now() - found.last_seen_at >= TOUCH_EVERY:
        commands.touch_session(found.session_id)


# ---------------------------------------------------------------- nobody is signed in


@bp.app_errorhandler(SignInNeeded)
def ask_to_sign_in(_error: SignInNeeded) -> Any:
    """Lead to the sign-in page and back again. What was posted after a session had ended is kept for its writer."""
    if wants_json():
        message = "You have been signed out. Sign in again: your words are still in this page."
        return jsonify(error=401, message=message, csrf_token=generate_csrf()), 401
    came_from = _path_asked_for() if request.method in SAFE_METHODS else _page_before()
    if request.method not in SAFE_METHODS and g.ended_session is not None:
        path, fields = _path_asked_for(), _posted_fields()
        if may_be_parked(path, [name for name, _ in fields]):
            token = commands.park_form(user_id=g.ended_session.user_id, path=path, fields=fields)
            session["parked"] = [*session.get("parked", []), token][-PARKED_PER_BROWSER:]
            came_from = None
    # None and the start page leave the address bare.
    return redirect(url_for("accounts.sign_in", next=came_from if came_from != "/" else None), 303)


def _path_asked_for() -> str:
    query = request.query_string
    return quote(request.path) + (f"?{quote(query, safe='=&%+;,:/?@!$*()~')}" if query else "")


def _page_before() -> str | None:
    """The page of ours that a form stood on, as the browser says; None if it doesn't."""
    page = urlsplit(request.referrer or "")
    if page.netloc != request.host:
        return None
    return local_path(page.path + (f"?{page.query}" if page.query else ""))


def _posted_fields() -> list[list[str]]:
    return [[name, value] for name, value in request.form.items(multi=True) if name != "csrf_token"]


@bp.after_app_request
def forget_what_was_sent(response: Response) -> Response:
    """Once parked words have been taken (or are back on their own page with an error), their copy goes."""
    tokens = session.get("parked")
    taken = response.status_code < 400 or response.status_code == 422
    if tokens and g.get("session_user_id") and taken and request.method not in SAFE_METHODS and request.form:
        commands.forget_sent(g.session_user_id, tokens=tokens, path=_path_asked_for(), fields=_posted_fields())
    return response


# ---------------------------------------------------------------- signing in and out


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
        is_kept=bool(parked),
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
    if actor is not None:
        commands.end_session(actor, g.session_id, why=REPLACED)
    parked = session.get("parked", [])
    session.clear()
    session["sid"] = done.token
    if parked:
        session["parked"] = parked
    waiting = queries.list_parked(done.user_id, parked)
    response = redirect(url_for("accounts.go_on") if waiting else onward or "/", 303)
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


# ---------------------------------------------------------------- words kept while signed out


@bp.get("/continue")
@guard("account:own")
def go_on(actor: Actor) -> Any:
    """The words that were sent after the session had ended, to be sent once more."""
    parked = queries.list_parked(actor.user_id, session.get("parked", []))
    if not parked:
        return redirect("/", 303)
    return render_template("accounts/continue.html", parked=parked)


@bp.post("/continue/throw-away")
@guard("account:own")
def throw_away(actor: Actor) -> Any:
    """Delete one of them."""
    number = request.form.get("form", "")
    tokens = session.get("parked", [])
    if number.isascii() and number.isdigit() and len(number) < 16:
        commands.throw_away(actor, parked_id=int(number), tokens=tokens)
    return redirect(url_for("accounts.go_on"), 303)


# ---------------------------------------------------------------- one's own account


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


# ---------------------------------------------------------------- the administrator's list


@bp.get("/people")
@guard("account:administer")
def people(_actor: Actor) -> Any:
    """Everybody who can sign in, by name."""
    after = request.args.get("after")
    rows, more = queries.list_people(after=after)
    return render_template(
        "accounts/people.html", rows=rows, more=more, after=after, done=DONE.get(request.args.get("done", ""))
    )


@bp.get("/people/<ref:reference>/disable")
@guard("user:disable")
def ask_disable(actor: Actor, subject: SubjectAccess) -> Any:
    """What switching a sign-in off does."""
    return render_template(
        "accounts/switch.html",
        row=queries.get_person(subject.id),
        sessions=queries.count_live_sessions(subject.id),
        is_self=subject.id == actor.user_id,
        step="disable",
    )


@bp.post("/people/<ref:reference>/disable")
@guard("user:disable")
def disable(actor: Actor, subject: SubjectAccess) -> Any:
    """Switch a sign-in off."""
    commands.disable_user(actor, subject.id)
    return redirect(url_for("accounts.people", done="disabled"), 303)


@bp.get("/people/<ref:reference>/enable")
@guard("user:disable")
def ask_enable(_actor: Actor, subject: SubjectAccess) -> Any:
    """What switching a sign-in on again does."""
    return render_template("accounts/switch.html", row=queries.get_person(subject.id), step="enable")


@bp.post("/people/<ref:reference>/enable")
@guard("user:disable")
def enable(actor: Actor, subject: SubjectAccess) -> Any:
    """Switch a sign-in on again."""
    commands.enable_user(actor, subject.id)
    return redirect(url_for("accounts.people", done="enabled"), 303)
