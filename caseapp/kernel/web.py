"""What every answer carries: headers, nonce, filters, limits, and one page for each way a request can fail."""

import hashlib
import re
import secrets
import time
from collections.abc import Callable, MutableMapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import structlog
from flask import (
    Flask,
    Request,
    Response,
    abort,
    current_app,
    g,
    jsonify,
    render_template,
    request,
    session,
    url_for,
)
from flask.sessions import SecureCookieSessionInterface
from flask.templating import Environment
from flask_wtf.csrf import CSRFError, generate_csrf
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter, BuildError

from . import clock
from .errors import AppError, CannotMake, Conflict, TooMany
from .metrics import REQUESTS, SECONDS

log = structlog.get_logger()

# Everything comes from ourselves; scripts and styles are files, the nonce is for the two script tags of the layout.
POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "object-src 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
LONGEST_REQUEST = 4 * 1024 * 1024
# Ten files of 10 MB, and the form around them.
LONGEST_WITH_FILES = 101 * 1024 * 1024
MOST_PARTS = 2000


class ReferenceConverter(BaseConverter):
    """`<ref:reference>` in an address: anything without a slash, so that a malformed reference gets the same 404 as a
    foreign one."""

    regex = "[^/]{1,60}"


def day(value: date | datetime) -> str:
    """Fri 20 Nov 2026."""
    value = clock.to_london(value) if isinstance(value, datetime) else value
    return f"{value:%a} {value.day} {value:%b %Y}"


def day_short(value: date | datetime) -> str:
    """Fri 20 Nov."""
    value = clock.to_london(value) if isinstance(value, datetime) else value
    return f"{value:%a} {value.day} {value:%b}"


def clock_time(value: datetime) -> str:
    """15:30."""
    return f"{clock.to_london(value):%H:%M}"


def moment(value: datetime) -> str:
    """Fri 20 Nov 2026, 15:30."""
    return f"{day(value)}, {clock_time(value)}"


def when(value: datetime) -> str:
    """`today 15:30`, `yesterday 09:02`, `Thu 19 Nov, 15:30`, with the year when it is another one."""
    local, today = clock.to_london(value), clock.today()
    ago = (today - local.date()).days
    if ago in (0, 1):
        return f"{('today', 'yesterday')[ago]} {local:%H:%M}"
    return f"{day_short(value) if local.year == today.year else day(value)}, {local:%H:%M}"


FILTERS = {"day": day, "day_short": day_short, "clock_time": clock_time, "moment": moment, "when": when}


@lru_cache(maxsize=64)
def _fingerprint(path: str, _changed: float) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]


def static(name: str) -> str:
    """The address of a static file with a fingerprint of its content, so that browsers may keep it for a year.

    Files change with a release, which starts the processes anew; whoever works on them sees each change at once.
    """
    app, within = current_app._get_current_object(), request.script_root  # type: ignore[attr-defined]
    known: dict[tuple[str, str], str] = app.extensions.setdefault("caseapp.static", {})
    address = None if app.debug else known.get((within, name))
    if address is None:
        path = Path(app.static_folder or "") / name
        version = _fingerprint(str(path), path.stat().st_mtime)
        address = known[within, name] = url_for("static", filename=name, v=version)
    return address


class Sessions(SecureCookieSessionInterface):
    """Flask's own, whose signing is set up once for its keys and not twice for each request."""

    def get_signing_serializer(self, app: Flask) -> Any:
        """As Flask's own."""
        keys = (app.secret_key, tuple(app.config["SECRET_KEY_FALLBACKS"] or ()))
        kept, made = app.extensions.get("caseapp.signing", (None, None))
        if kept != keys:
            made = super().get_signing_serializer(app)
            app.extensions["caseapp.signing"] = keys, made
        return made


class Templates(Environment):
    """Flask's templates with their globals in one plain table: Jinja's own are looked up in two, name by name, for each
    import of a macro and each include. All of ours are there before the first page."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """What every template knows, and what this one was loaded with."""
        return {**self.globals, **(d or {})}


SPECIAL = frozenset({"_anchor", "_method", "_scheme", "_external"})


class Addresses:
    """`url_for` that builds each kind of address once and from then on only puts the words and numbers in: a page asks
    for some forty addresses, most of them of its own subject. Paths of this site with plain words and numbers; whatever
    else is asked goes the long way."""

    PLAIN = re.compile(r"[A-Za-z0-9_-]+")
    # Stands for a number; for a word it has a letter before it. Nothing of ours has such a number in its addresses.
    FIRST = 730_582_000

    def __init__(self, app: Flask) -> None:
        self._build, self._known = app.url_for, dict[Any, tuple[str, tuple[str, ...]] | None]()

    def __call__(self, /, endpoint: str, **values: Any) -> str:
        """As Flask's own."""
        if not SPECIAL.isdisjoint(values):
            # Flask's function hands these on, mostly as None.
            special = {name: given for name in SPECIAL if (given := values.pop(name, None)) is not None}
            if special:
                return str(self._build(endpoint, **special, **values))
        try:
            asked: Request = request._get_current_object()  # type: ignore[attr-defined]
        except RuntimeError:
            # Outside a request.
            return str(self._build(endpoint, **values))
        within = asked.blueprint if endpoint[:1] == "." else None
        # The names in the order given: that of the query.
        kinds = tuple([(name, value if type(value) is bool else type(value)) for name, value in values.items()])
        key = (asked.script_root, asked.method, within, endpoint, kinds)
        if key not in self._known:
            self._known[key] = self._pattern(endpoint, values)
        found = self._known[key]
        if found is None:
            return str(self._build(endpoint, **values))
        pattern, names = found
        if not names:
            return pattern % ()
        words = tuple([str(values[name]) for name in names])
        if not self.PLAIN.fullmatch("".join(words)) or "" in words:
            return str(self._build(endpoint, **values))
        return pattern % words

    def _pattern(self, endpoint: str, values: dict[str, Any]) -> tuple[str, tuple[str, ...]] | None:
        """The address with a place for each value, and the names in the order of the places; None if it has none."""
        stand_in: dict[str, Any] = {}
        for number, (name, value) in enumerate(values.items(), start=self.FIRST):
            if type(value) not in (str, int, bool, type(None)):
                return None
            stand_in[name] = number if type(value) is int else f"w{number}" if type(value) is str else value
        try:
            built = str(self._build(endpoint, **stand_in)).replace("%", "%%")
        except (BuildError, ValueError):
            return None
        placed = [
            (built.find(str(word)), name, str(word)) for name, word in stand_in.items() if type(word) in (str, int)
        ]
        if any(place < 0 for place, _name, _word in placed):
            return None
        for _place, _name, word in placed:
            built = built.replace(word, "%s")
        return built, tuple(name for _place, name, _word in sorted(placed))


def wants_json() -> bool:
    """True for the autosave and the lock of the page's script."""
    return request.headers.get("X-Requested-With") in ("autosave", "lock")


def in_background() -> bool:
    """True for what a page asks by itself, without anybody doing anything: it keeps no sign-in alive."""
    return request.headers.get("X-Requested-With") in ("autosave", "lock", "renew")


def init_app(app: Flask) -> None:
    """Put all of this on the app."""
    app.url_map.converters["ref"] = ReferenceConverter
    app.config.update(
        MAX_CONTENT_LENGTH=LONGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LONGEST_REQUEST,
        MAX_FORM_PARTS=MOST_PARTS,
        SEND_FILE_MAX_AGE_DEFAULT=365 * 24 * 3600,
    )
    app.session_interface = Sessions()
    # Flask asks of each function of each request whether it is a coroutine; none of ours is.
    app.ensure_sync = lambda function: function  # type: ignore[assignment, method-assign]
    app.url_for = Addresses(app)  # type: ignore[method-assign]
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(static=static, url_for=app.url_for)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.before_request(_begin)
    app.after_request(_finish)
    app.register_error_handler(AppError, _refuse)
    app.register_error_handler(CSRFError, _refuse_forged)
    app.register_error_handler(HTTPException, _refuse_http)
    app.register_error_handler(IntegrityError, _refuse_clash)
    for gone in (OperationalError, PoolTimeout):
        app.register_error_handler(gone, _database_gone)
    app.register_error_handler(DBAPIError, _database_failed)
    app.register_error_handler(Exception, _broken)


View = TypeVar("View", bound=Callable[..., Any])


def takes_files(view: View) -> View:
    """Mark a view (above its guard) as one that files are sent to: it may be sent more than any other."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def _begin() -> None:
    structlog.contextvars.clear_contextvars()
    g.started = time.perf_counter()
    g.request_id = secrets.token_hex(8)
    g.csp_nonce = secrets.token_urlsafe(16)
    # Only somebody who has signed in here, which their signed cookie says, may make us read so much.
    if session.get("sid") and getattr(current_app.view_functions.get(request.endpoint or ""), "takes_files", False):
        request.max_content_length = LONGEST_WITH_FILES
    # MAX_FORM_PARTS is for multipart only: four million bytes of "a&a&a" would be two million fields.
    if request.mimetype == "application/x-www-form-urlencoded" and request.get_data().count(b"&") >= MOST_PARTS:
        abort(413)


def _finish(response: Response) -> Response:
    nonce = g.get("csp_nonce") or secrets.token_urlsafe(16)
    # A file that is sent has a stricter one of its own.
    response.headers.setdefault("Content-Security-Policy", POLICY.format(nonce=nonce))
    response.headers.update(HEADERS)
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    if request.endpoint != "static":
        # A view that may be kept for one reader says so.
        response.headers["Cache-Control"] = g.get("cache_control", "no-store")
    seconds = time.perf_counter() - g.get("started", time.perf_counter())
    endpoint = request.endpoint or "none"
    # Whatever word was sent as a method: only known ones become labels and log words.
    method = request.method if request.method in METHODS else "other"
    REQUESTS.labels(endpoint, method, response.status_code).inc()
    SECONDS.labels(endpoint).observe(seconds)
    if endpoint not in ("static", "probes.healthz", "probes.readyz", "probes.metrics"):
        # The endpoint, never the address: nothing typed by anybody reaches the log.
        log.info(
            "request",
            id=g.get("request_id"),
            endpoint=endpoint,
            method=method,
            status=response.status_code,
            ms=round(seconds * 1000, 1),
        )
    return response


def error_page(status: int, **context: Any) -> tuple[Any, int]:
    """The page for a way to fail, which renders even if the database is gone; JSON for the autosave."""
    if wants_json():
        return jsonify(error=status, message=str(context.get("message") or context.get("reason") or "")), status
    return render_template(f"errors/{status}.html", **context), status


def _refuse(error: AppError) -> Any:
    context: dict[str, Any] = {"message": str(error), "reason": str(error)}
    if isinstance(error, Conflict):
        context.update(theirs=error.theirs, mine=error.mine)
    if isinstance(error, CannotMake):
        context.update(instead=str(error))
    if isinstance(error, TooMany):
        context.update(seconds=error.seconds)
    answer = error_page(error.status, **context)
    if isinstance(error, TooMany):
        return answer[0], 429, {"Retry-After": str(error.seconds)}
    return answer


def _refuse_forged(error: CSRFError) -> Any:
    """A token that is missing or of an earlier sign-in. Our own page, open in another tab, may send its words again."""
    words = "This form was open for too long, or was not ours. Go back, open the page again and send it once more."
    if wants_json():
        # No other site can send this header or read the answer.
        return jsonify(error=400, message=words, csrf_token=generate_csrf()), 400
    return error_page(400, message=words, retry=_retry() if _is_from_us() else None)


def _is_from_us() -> bool:
    """Whether the browser itself says that one of our own pages sent this; no page can make it say so."""
    site = request.headers.get("Sec-Fetch-Site")
    return site == "same-origin" if site else request.headers.get("Origin") == request.host_url.rstrip("/")


def _retry() -> dict[str, Any] | None:
    """What was posted, to be sent once more from an error page; None where nothing was typed, or a password."""
    fields = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    if request.method != "POST" or not fields or any("password" in name for name, _ in fields):
        return None
    return {"url": request.full_path.rstrip("?"), "fields": fields, "csrf_token": generate_csrf()}


def _checked_retry() -> dict[str, Any] | None:
    """The same, once the token was found right: a forged post must not come back with a button."""
    return _retry() if g.get("csrf_valid") else None


PAGES = frozenset({400, 403, 404, 409, 413, 422, 429, 500, 503})


def _refuse_http(error: HTTPException) -> Any:
    status = error.code or 500
    if 300 <= status < 400:
        return error
    page, _ = error_page(status if status in PAGES else (400 if status < 500 else 500))
    response = error.get_response()
    headers = {key: value for key, value in response.headers if key == "Allow"}
    return page, status, headers


def _refuse_clash(error: IntegrityError) -> Any:
    log.warning("clash", id=g.get("request_id"), kind=type(error.orig).__name__, constraint=_constraint(error))
    return error_page(
        409,
        message="Somebody changed this at the same moment. Nothing of yours was saved: open the page again and look.",
    )


def _constraint(error: IntegrityError) -> str:
    diagnosis = getattr(error.orig, "diag", None)
    return str(getattr(diagnosis, "constraint_name", "") or "")


def _database_gone(error: Exception) -> Any:
    log.error("database gone", id=g.get("request_id"), kind=type(error).__name__)
    return error_page(503, retry=_checked_retry())


def _database_failed(error: DBAPIError) -> Any:
    if error.connection_invalidated:
        return _database_gone(error)
    return _broken(error)


def _broken(error: Exception) -> Any:
    # The traceback names code, not people: the message of the exception may hold values and stays out.
    log.error("broken", id=g.get("request_id"), kind=type(error).__name__, where=_where(error))
    if current_app.testing:
        raise error
    return error_page(500, retry=_checked_retry(), error_id=g.get("request_id"))


def _where(error: BaseException) -> list[str]:
    trace, places = error.__traceback__, []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{Path(code.co_filename).name}:{trace.tb_lineno}:{code.co_name}")
        trace = trace.tb_next
    return places[-6:]
