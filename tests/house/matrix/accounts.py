"""Probes, signing in, one's own account, the administrator."""

from tests.house.matrix.row import Row, every

ROWS = (
    # Probes and signing in
    Row("GET", "/healthz", None, every(200), "ok", open=True),
    Row("GET", "/readyz", None, every(200), "ok", open=True),
    Row("GET", "/metrics", None, every(200), "caseapp_requests_total", open=True),
    Row("GET", "/accounts/sign-in", None, every(303), open=True),
    Row("POST", "/accounts/sign-in", None, every(422), "Sign in", open=True),
    Row("POST", "/accounts/sign-out", None, every(303), open=True),
    Row("GET", "/", None, every(302)),
    # One's own account
    Row("GET", "/accounts/me", None, every(200), "Your account"),
    Row("POST", "/accounts/me/password", None, every(422), "Change"),
    Row("POST", "/accounts/me/sign-out-elsewhere", None, every(303)),
    Row("GET", "/accounts/continue", None, every(303)),
    Row("POST", "/accounts/continue/throw-away", None, every(303)),
    Row("POST", "/accounts/unsent", None, every(422)),
    # The second step: whoever is whole already is led on
    Row("GET", "/accounts/second-step", None, every(303)),
    Row("POST", "/accounts/second-step", None, every(303)),
    Row("POST", "/accounts/second-step/ask", None, every(200), "go"),
    Row("POST", "/accounts/second-step/key", None, every(200), "go"),
    Row("GET", "/accounts/me/second-step", None, every(200), "Authenticator app"),
    Row("GET", "/accounts/me/second-step/app", None, every(200), "Your password"),
    Row("POST", "/accounts/me/second-step/app", None, every(422), "Enter your password"),
    Row("POST", "/accounts/me/second-step/app/code", None, every(422), "Enter the code"),
    Row("GET", "/accounts/me/second-step/key", None, every(200), "passkey"),
    Row("POST", "/accounts/me/second-step/key/ask", None, every(422), "Enter a name"),
    Row("POST", "/accounts/me/second-step/key", None, every(422), "Enter a name"),
    Row("GET", "/accounts/me/second-step/codes", None, every(200), "first"),
    Row("POST", "/accounts/me/second-step/codes", None, every(409)),
    Row("GET", "/accounts/me/second-step/remove/app", None, every(404)),
    Row("POST", "/accounts/me/second-step/remove/app", None, every(404)),
    # Locking in place
    Row("GET", "/accounts/locked", None, every(303)),
    Row("POST", "/accounts/unlock", None, every(303)),
    Row("POST", "/accounts/unlock/ask", None, every(200), "unlocked"),
    Row("POST", "/accounts/unlock/key", None, every(200), "unlocked"),
    Row("POST", "/accounts/lock", None, every(303)),
    Row("POST", "/accounts/here", None, every(200), "who"),
    # One-time links
    Row("GET", "/accounts/link/made-up", None, every(404), "This link does not work", open=True),
    Row("POST", "/accounts/link/made-up", None, every(404), "This link does not work", open=True),
    # The administrator
    Row("GET", "/accounts/people/invite", None, {"admin": 200}, "Invite somebody"),
    Row("POST", "/accounts/people/invite", None, {"admin": 422}, "Enter their name"),
    Row("GET", "/accounts/people/{own}/sign-in", "user", {"admin": 200}, "Hannah Whitfield", foreign=200),
    Row("POST", "/accounts/people/{own}/sign-in/link", "user", {"admin": 422}, "Speak to them first", foreign=422),
    Row("POST", "/accounts/people/{own}/sign-in/second-step", "user", {"admin": 422}, "Choose why", foreign=422),
    Row("POST", "/accounts/people/{own}/sign-in/lift", "user", {"admin": 409}, foreign=409),
    Row("GET", "/accounts/people", None, {"admin": 200}, "People who sign in"),
    Row("GET", "/accounts/people/{own}/disable", "user", {"admin": 200}, "Hannah Whitfield", foreign=200),
    Row("POST", "/accounts/people/{own}/disable", "user", {"admin": 303}, foreign=303),
    Row("GET", "/accounts/people/{own}/enable", "user", {"admin": 200}, "Hannah Whitfield", foreign=200),
    Row("POST", "/accounts/people/{own}/enable", "user", {"admin": 409}, foreign=409),
)
