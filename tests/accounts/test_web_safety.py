"""What every answer carries, what a cookie is, and what is refused before anybody looks at it."""

from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from caseapp.demo.organisation import PASSWORD
from tests.accounts.conftest import MakeApp
from tests.accounts.pages import sign_in, token_of

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
POLICY = {
    "default-src": "'none'",
    "script-src": "'self' 'nonce-NONCE'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
}


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/accounts/sign-in", 200),
        ("GET", "/accounts/me", 303),
        ("POST", "/accounts/sign-in", 422),
        ("GET", "/no/such/page", 404),
        ("GET", "/accounts/sign-out", 405),
        ("GET", "/healthz", 200),
        ("GET", "/static/app.css", 200),
        ("OPTIONS", "/accounts/sign-in", 200),
        ("HEAD", "/accounts/sign-in", 200),
    ],
)
def test_every_answer_carries_the_headers(bare_app: Flask, method: str, path: str, status: int) -> None:
    answer = bare_app.test_client().open(path, method=method, buffered=True)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    policy = answer.headers["Content-Security-Policy"]
    nonce = policy.partition("'nonce-")[2].partition("'")[0]
    assert len(nonce) >= 20
    given = dict(part.strip().replace(nonce, "NONCE").split(" ", 1) for part in policy.split(";"))
    assert given == POLICY
    assert (answer.headers.get("Cache-Control") == "no-store") is not path.startswith("/static")
    assert "Server" not in answer.headers and "Strict-Transport-Security" not in answer.headers


@pytest.mark.sqlite_only
def test_a_nonce_is_used_once(bare_app: Flask) -> None:
    client = bare_app.test_client()
    policies = {client.get("/accounts/sign-in").headers["Content-Security-Policy"] for _ in range(5)}
    assert len(policies) == 5


@pytest.mark.sqlite_only
def test_over_https_the_browser_is_told_to_stay_there(bare_app: Flask) -> None:
    answer = bare_app.test_client().get("/accounts/sign-in", base_url="https://holdfast.example")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=63072000")


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("environment", "base", "name", "flags"),
    [
        ("production", "https://holdfast.example", "__Host-caseapp", {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}),
        ("demo", "http://localhost", "caseapp", {"HttpOnly", "Path=/", "SameSite=Lax"}),
    ],
)
def test_cookies(make_app: MakeApp, environment: str, base: str, name: str, flags: set[str]) -> None:
    app = make_app(ENVIRONMENT=environment, WTF_CSRF_ENABLED=False)
    answer = app.test_client().post(
        "/accounts/sign-in", data={"email": "school@demo.example", "password": PASSWORD}, base_url=base
    )
    assert answer.status_code == 303
    cookies = {}
    for header in answer.headers.getlist("Set-Cookie"):
        pair, *rest = header.split("; ")
        cookies[pair.partition("=")[0]] = rest
    assert set(cookies) == {name, f"{name}-known"}
    for cookie, given in cookies.items():
        plain = {flag for flag in given if not flag.startswith(("Expires", "Max-Age"))}
        assert plain == flags, cookie
    assert not any(flag.startswith("Expires") for flag in cookies[name]), "the session goes with the browser"


@pytest.mark.parametrize("token", [None, "", "forged", "IjAwIg.aaaa.bbbb"])
def test_a_post_without_the_token_changes_nothing(make_app: MakeApp, token: str | None) -> None:
    app = make_app()
    client, stranger = app.test_client(), app.test_client()
    sign_in(client, "school", csrf_token=token_of(client))
    for given in (token, token_of(stranger)):
        data = {} if given is None else {"csrf_token": given}
        answer = client.post("/accounts/sign-out", data=data, headers={"Origin": "http://evil.example"})
        assert answer.status_code == 400
        assert "We could not take this" in answer.text
        assert client.get("/accounts/me").status_code == 200, "still signed in"
    assert sign_in(app.test_client(), "school").status_code == 400


BIG = "x" * (4 * 1024 * 1024)
PARTS = "multipart/form-data; boundary=part"


def parts(*values: str) -> bytes:
    """A multipart body, built here because the test client would leave a file open."""
    head = '--part\r\nContent-Disposition: form-data; name="email"\r\n\r\n'
    return ("".join(f"{head}{value}\r\n" for value in values) + "--part--\r\n").encode()


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ({"email": "a" * 4_000_000, "password": "x"}, "application/x-www-form-urlencoded", 422),
        ({"email": BIG, "password": "x"}, "application/x-www-form-urlencoded", 413),
        (parts(BIG), PARTS, 413),
        (b'{"email": "' + BIG.encode() + b'"}', "application/json", 413),
        (MultiDict([("email", "x")] * 2001), "application/x-www-form-urlencoded", 413),
        (parts(*["x"] * 2001), PARTS, 413),
        (parts(*["x"] * 1900), PARTS, 422),
        (MultiDict([("email", "x")] * 1900), "application/x-www-form-urlencoded", 422),
        (b"&" * 4_000_000, "application/x-www-form-urlencoded", 413),
    ],
)
def test_more_than_we_take_in_one_go(bare_app: Flask, body: Any, kind: str, status: int) -> None:
    answer = bare_app.test_client().post("/accounts/sign-in", data=body, content_type=kind)
    assert answer.status_code == status
    assert ("This was too much at once" in answer.text) is (status == 413)


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/x-www-form-urlencoded"),
        (b"%%%&&==&%ff%fe=%00", "application/x-www-form-urlencoded"),
        (b"--nothing", "multipart/form-data; boundary=other"),
        (b"no boundary", "multipart/form-data"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"null", "application/json"),
        (b'{"email": {"a": 1}, "password": ["x"]}', "application/json"),
        (b'{"email": "x", "password": "\\ud800 lone"}', "application/json"),
        (b"[" * 100_000, "application/json"),
        (b"\xff\xfe", "text/plain"),
    ],
)
def test_what_is_no_form_is_refused_in_words(bare_app: Flask, body: bytes, kind: str) -> None:
    answer = bare_app.test_client().post("/accounts/sign-in", data=body, content_type=kind)
    assert answer.status_code in (400, 413, 422)
    assert "<h1>" in answer.text


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/accounts/sign-out"), ("DELETE", "/accounts/me"), ("PUT", "/accounts/sign-in"), ("PATCH", "/healthz")],
)
def test_a_wrong_method_is_a_plain_page(bare_app: Flask, method: str, path: str) -> None:
    answer = bare_app.test_client().open(path, method=method)
    assert answer.status_code == 405 and answer.headers["Allow"]
    assert "We could not take this" in answer.text
